"""The floor of a page: a bare Streamlit page with the same charts and tables, and no computation.

`record` takes what a page sends on two edits in turn; `floor_app.py` sends one or the other, as
fast as Streamlit can. With ``texts`` it sends the page's widgets and texts too, so that what
remains above it is ours alone.
"""

import base64
import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

APP = Path(__file__).with_name("floor_app.py")
DRAWN = ("vega_lite_chart", "dataframe")
WORDS = ("markdown", "caption", "title", "subheader", "warning", "info")


def record(app: AppTest, folder: Path, parity: int, *, texts: bool) -> int:
    """Write down what a page shows now; gives the number of charts and tables.

    Args:
        app: A page that has run.
        folder: Where to.
        parity: Which of the two edits it is.
        texts: Whether widgets and texts are part of the floor.
    """
    elements = [found for it in app if (found := _recorded(it, texts=texts))]
    (folder / f"{parity}.json").write_text(json.dumps(elements), encoding="utf-8")
    return sum(it["type"] in DRAWN for it in elements)


def _recorded(it: Any, *, texts: bool) -> dict[str, Any] | None:  # noqa: ANN401
    match it.type:
        case "vega_lite_chart":
            return {"type": it.type, "spec": it.proto.spec, "data": _text(it.proto.data.data)}
        case "dataframe":
            return {"type": it.type, "data": _text(it.proto.arrow_data.data)}
        case "slider" if texts:
            return {"type": it.type, "label": it.label, "ends": [it.min, it.max]}
        case "selectbox" | "button_group" if texts:
            return {"type": it.type, "label": it.label, "options": list(it.options)}
        case "toggle" | "text_input" | "number_input" | "button" | "download_button" if texts:
            return {"type": it.type, "label": it.label}
        case kind if texts and kind in WORDS:
            return {"type": "markdown", "text": str(it.value)}
    return None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
