"""Parts of pages with a script and a style of their own, which lie beside them."""

import re
from collections.abc import Sequence
from pathlib import Path

from streamlit.components.v2 import component
from streamlit.components.v2.types import ComponentRenderer

_BLOCK_COMMENT = re.compile(r"^\s*/\*.*?\*/", re.DOTALL | re.MULTILINE)


def scripted(module: str, html: str, *, shared: Sequence[str] = ()) -> ComponentRenderer:
    """What draws a part; to be made once a process.

    Args:
        module: The part's ``__file__``; it gives the part its name too.
        html: What the script begins with.
        shared: Other scripts and styles, by their paths from the module's folder; the part's own,
            if it has any, come after them.
    """
    css, js = code_of(module, shared)
    return component(Path(module).stem, html=html, css=css, js=js)


def code_of(module: str, shared: Sequence[str] = ()) -> tuple[str, str]:
    """Read a part's style and its script; arguments as above."""
    here = Path(module)
    own = (it for it in map(here.with_suffix, (".css", ".js")) if it.exists())
    files = [*map(here.parent.joinpath, shared), *own]
    css, js = (
        "".join(_lean(it.read_text(encoding="utf-8")) for it in files if it.suffix == suffix)
        for suffix in (".css", ".js")
    )
    return css, js


def _lean(code: str) -> str:
    """Without what only people need: the code is sent with every run."""
    lines = (line.strip() for line in _BLOCK_COMMENT.sub("", code).splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))
