"""What layers cost: the paper's table with the reader's numbers, and curves over length."""

from typing import get_args

import pandas as pd
import streamlit as st

from core.ideas.cost import (
    ROWS,
    Row,
    Setting,
    counted,
    crossing,
    formula,
    kept,
    learned,
    longest_path,
    sequential,
)
from core.reader.ideas import lengths
from core.rnn import RecurrentKind
from pages.shared import controls, tables
from pages.shared.figures import growth
from pages.shared.reader.session import showing
from pages.shared.tables import Matrix
from pages.shared.text import Text

_COMPLEXITY = {
    "self_attention": "O(n^2 \\cdot d)",
    "recurrent": "O(n \\cdot d^2)",
    "convolution": "O(k \\cdot n \\cdot d^2)",
    "restricted": "O(r \\cdot n \\cdot d)",
}
_TABLES = (  # each as wide as a phone
    ("complexity", "formula", "counted"),
    ("sequential", "path"),
    ("kept", "learned"),
)
_STEPS = {"recurrent": "O(n)"}
_PATHS = {"recurrent": "O(n)", "convolution": "O(\\log_k n)", "restricted": "O(n / r)"}
_MATRICES = {"rnn": "2d^2", "gru": "6d^2", "lstm": "8d^2"}
_BYTES = 4  # of a float32
_PER_TOKEN = {"rnn": 4, "gru": 12, "lstm": 16}  # times d²; a multiply-add counts 2


def sizes(text: Text) -> None:
    """The numbers to put in."""
    with st.grid(4, min_column_width=190, gap=("small", "medium")):
        for name in ("cost_n", "cost_d"):
            controls.number(text, name)
        for name in ("cost_k", "cost_r"):
            controls.slider(text, name, step=2)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        controls.option(text, "cost_recurrent", get_args(RecurrentKind))
        label, more = text("cost_projections.label"), text("cost_projections.help")
        st.toggle(label, key=showing("cost_projections"), help=more)


def table(text: Text, setting: Setting) -> None:
    """Table 1: what the paper says, and what that is here, on a phone too."""
    cells = pd.DataFrame([_cells(row, setting) for row in ROWS])
    cells.index = pd.Index([unbroken(text(f"cost.{row}")) for row in ROWS])
    for columns in _TABLES:
        part = cells[[*columns]]
        part.columns = pd.Index([text(f"cost.column.{name}") for name in columns])
        st.table(part)
    tables.download(text, "cost", _numbers(text, setting))
    large = [text(f"cost.{row}") for row in ROWS if counted(row, setting) is None]
    if large:
        st.caption(text("cost.uncounted", layers=text("sentence.comma").join(large)))
    st.caption(text("cost.how"))


def in_words(text: Text, setting: Setting) -> None:
    """Attention beside the recurrent layer: fewer steps, and more or less work."""
    ours, theirs = formula("self_attention", setting), formula("recurrent", setting)
    numbers = {
        "n": f"{setting.n:,}",
        "d": f"{setting.d:,}",
        "layer": text(f"cost_recurrent.{setting.recurrent}"),
    }
    if crossing(setting) is None:
        kind = "never"
    elif ours == theirs:
        kind = "equal"
    else:
        kind = "less" if ours < theirs else "more"
    times = multiple(max(ours, theirs) / min(ours, theirs))
    said = [text(f"cost.words.{kind}", times=times, **numbers)]
    if kind == "less" and setting.n < setting.d:
        said.append(text("cost.words.short"))
    st.markdown(text.joined(*said))


def curves(text: Text, setting: Setting) -> None:
    """Operations over length, and where self-attention overtakes the recurrent layer."""
    drawn = lengths(setting.n, setting.d)
    amounts = {
        text(f"cost.{row}"): [formula(row, setting._replace(n=n)) for n in drawn] for row in ROWS
    }
    frame = growth.Frame(
        text("cost.lengths"), text("cost.operations"), tuple(amounts), text("cost.chosen")
    )
    st.vega_lite_chart(
        growth.table(drawn, amounts, setting.n, _meeting(setting)),
        growth.specification(frame, (min(setting.n, drawn[0]), drawn[-1])),
        key="cost_curves",
        alt=text("alt.cost_curves"),
    )


def unbroken(name: str) -> str:
    """A name whose words stay whole in a narrow table; Chinese would break after any character."""
    return " ".join("\u2060".join(word) for word in name.split(" "))


def multiple(ratio: float) -> str:
    """A ratio to be read: three digits, no powers of ten."""
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def in_bytes(numbers: int) -> str:
    """What so many float32 numbers take, in a unit that is easy to read."""
    return readable(_BYTES * numbers)


def readable(size: int) -> str:
    """So many bytes, in a unit that is easy to read."""
    factor, unit = unit_of(size)
    return f"{multiple(size / factor)} {unit}"


def unit_of(size: int) -> tuple[int, str]:
    """The largest unit with which a size is at least 1, in bytes, and its name."""
    units = ("B", "kB", "MB", "GB", "TB")
    power = next((it for it in range(4, 0, -1) if size >= 1000**it), 0)
    return 1000**power, units[power]


def _cells(row: Row, setting: Setting) -> dict[str, str]:
    found, expected = counted(row, setting), formula(row, setting)
    torchs = "–" if found is None else f"{found:,} {'✓' if found == expected else '≠'}"
    return {
        "complexity": f"${_COMPLEXITY[row]}$",
        "formula": f"${_formula(row, setting)}$ = {expected:,}",
        "counted": torchs,
        "sequential": f"${_STEPS.get(row, 'O(1)')}$: {sequential(row, setting):,}",
        "path": f"${_PATHS.get(row, 'O(1)')}$: {longest_path(row, setting):,}",
        "kept": f"${_kept(row, setting)}$: {in_bytes(kept(row, setting))}",
        "learned": f"${_learned(row, setting)}$: {in_bytes(learned(row, setting))}",
    }


def _numbers(text: Text, setting: Setting) -> Matrix:
    """The table as plain numbers; empty where torch counted nothing."""
    computed = {
        "formula": [formula(row, setting) for row in ROWS],
        "counted": [counted(row, setting) for row in ROWS],
        "sequential": [sequential(row, setting) for row in ROWS],
        "path": [longest_path(row, setting) for row in ROWS],
        "kept": [_BYTES * kept(row, setting) for row in ROWS],
        "learned": [_BYTES * learned(row, setting) for row in ROWS],
    }
    columns = {text(f"cost.column.{name}"): column for name, column in computed.items()}
    return tables.listed(columns, [text(f"cost.{row}") for row in ROWS])


def _formula(row: Row, setting: Setting) -> str:
    match row:
        case "recurrent":
            return f"{_PER_TOKEN[setting.recurrent]}nd^2"
        case "convolution":
            return "2knd^2"
        case _:
            alone = "4n^2d" if row == "self_attention" else "4rnd"
            return f"{alone} + 8nd^2" if setting.projections else alone


def _kept(row: Row, setting: Setting) -> str:
    match row:
        case "convolution":
            return "0"
        case "recurrent":
            return "2d" if setting.recurrent == "lstm" else "d"
        case _:
            pairs = "n^2" if row == "self_attention" else "rn"
            return f"{pairs} + 3nd" if setting.projections else pairs


def _learned(row: Row, setting: Setting) -> str:
    match row:
        case "convolution":
            return "kd^2"
        case "recurrent":
            return _MATRICES[setting.recurrent]
        case _:
            return "4d^2" if setting.projections else "0"


def _meeting(setting: Setting) -> tuple[int, int, str] | None:
    n = crossing(setting)
    drawn = lengths(setting.n, setting.d)
    if n is None or not drawn[0] <= n <= drawn[-1]:
        return None
    times = "" if n == setting.d else n // setting.d
    label = f"n = {times}d = {n:,}"
    return n, formula("self_attention", setting._replace(n=n)), label
