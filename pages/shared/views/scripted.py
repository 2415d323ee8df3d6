"""Parts of pages with a script and a style of their own, which lie beside them."""

from pathlib import Path

from streamlit.components.v2 import component
from streamlit.components.v2.types import ComponentRenderer


def scripted(module: str, html: str, *, shared: str = "") -> ComponentRenderer:
    """What draws a part; to be made once a process.

    Args:
        module: The part's ``__file__``; it gives the part its name too.
        html: What the script begins with.
        shared: A script beside the module whose functions several parts use.
    """
    here = Path(module)
    js = here.with_suffix(".js").read_text(encoding="utf-8")
    functions = here.with_name(shared).read_text(encoding="utf-8") if shared else ""
    return component(
        here.stem,
        html=html,
        css=here.with_suffix(".css").read_text(encoding="utf-8"),
        js=functions + js,
    )
