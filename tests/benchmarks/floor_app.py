"""The bare page: what was recorded, sent again; see `floor.py`."""

import base64
import gc
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st


@cache
def recorded(parity: int) -> list[dict[str, Any]]:
    """What a page sent, ready to be sent."""
    path = Path(os.environ["FLOOR_RECORDS"]) / f"{parity}.json"
    elements = json.loads(path.read_text(encoding="utf-8"))
    for it in elements:
        if "data" in it:
            it["data"] = pa.ipc.open_stream(base64.b64decode(it["data"])).read_all()
        if "spec" in it:
            it["spec"] = json.loads(it["spec"])
    gc.collect()
    gc.freeze()  # as our server does, so that this is the floor and not the cellar
    return elements


DRAW: dict[str, Callable[[dict[str, Any], str], object]] = {
    "vega_lite_chart": lambda it, key: st.vega_lite_chart(it["data"], it["spec"], key=key),
    "dataframe": lambda it, key: st.dataframe(it["data"], key=key),
    "markdown": lambda it, _: st.markdown(it["text"]),
    "slider": lambda it, key: st.slider(it["label"], *it["ends"], key=key),
    "selectbox": lambda it, key: st.selectbox(it["label"], it["options"], key=key),
    "button_group": lambda it, key: st.segmented_control(it["label"], it["options"], key=key),
    "toggle": lambda it, key: st.toggle(it["label"], key=key),
    "text_input": lambda it, key: st.text_input(it["label"], key=key),
    "number_input": lambda it, key: st.number_input(it["label"], key=key),
    "button": lambda it, key: st.button(it["label"], key=key),
    "download_button": lambda it, key: st.button(it["label"], key=key),
}

edit = st.slider("edit", 0, 1_000_000, key="edit")
for place, element in enumerate(recorded(edit % 2)):
    DRAW[element["type"]](element, f"element {place}")
