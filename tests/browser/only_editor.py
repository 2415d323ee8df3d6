"""A page with nothing but an editor: `?kind=flag` for a mask, `?rows=…&columns=…`, `?lang=zh`."""

import time

import numpy as np
import streamlit as st

from pages.shared.editor.drawn import Named, draw
from pages.shared.editor.sent import Offered, steps
from pages.shared.text import Text

KEY = "matrix"

asked = st.query_params
flags = asked.get("kind") == "flag"
shape = int(asked.get("rows", 4)), int(asked.get("columns", 5))
seen = st.session_state
if "values" not in seen:
    seen["values"] = np.ones(shape, bool) if flags else np.zeros(shape, np.float32)
    seen["taken"], seen["refused"] = 0, []

time.sleep(float(asked.get("slow", 0)))
refused = []
for step in steps(seen.get(KEY), shape, seen["taken"], flags=flags):
    for cell, value in step.values.items():
        seen["values"][cell] = value
    refused += [(step.refused, step.reason)] if step.refused else []
    seen["taken"] = step.number

if asked.get("late"):  # what is drawn comes when more has been typed
    time.sleep(float(asked["late"]))
rows = [f"row {row + 1}" for row in range(shape[0])]
columns = ["<b>我</b>", *(f"column {column + 1}" for column in range(1, shape[1]))]
offered = Offered(KEY, "tried", 1, seen["taken"], [place for place, _ in refused])
widths = [80] + [60 if flags else 90] * shape[1]
draw(
    Text("zh" if asked.get("lang") == "zh" else "en"),
    seen["values"],
    Named(rows, columns, widths),
    offered,
)
for _, reason in refused:
    st.text(f"refused: {reason}")
st.text_input("Another field")
