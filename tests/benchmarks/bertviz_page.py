"""BertViz's picture of the same attentions, as a page of its own."""

import importlib
import io
import re
import subprocess
import tarfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import torch
from playwright.sync_api import Page, Route

from core.models.run import ModelRun

View = Literal["head", "model"]

LIBRARIES = {
    "require": ("requirejs@2.3.6", "package/require.js"),
    "d3": ("d3@5.7.0", "package/dist/d3.min.js"),
    "jquery": ("jquery@2.1.4", "package/dist/jquery.min.js"),
}
"""What BertViz asks a content network for, and where the npm registry has it."""


def page_of(run: ModelRun, view: View, only: tuple[int, int] | None = None) -> str:
    """The whole page, attentions included: of all heads, or of one layer's one head."""
    bertviz = importlib.import_module("bertviz")  # not among the pinned tools: pip install bertviz
    maps = [np.array(it.weights) for it in run.trace.layers]
    if only:
        layer, head = only
        maps = [maps[layer][head : head + 1]]
    attention = [torch.from_numpy(it)[None] for it in maps]
    found = getattr(bertviz, f"{view}_view")(
        attention, list(run.trace.key_tokens), html_action="return"
    )
    return f"<!doctype html><meta charset='utf-8'><body>{found.data}</body>"


def serve_libraries(page: Page) -> None:
    """Answer in the content network's place."""
    page.route(re.compile(r"https://cdnjs\.cloudflare\.com/"), _answer)


def _answer(route: Route) -> None:
    name = next(name for name in LIBRARIES if f"/{name}" in route.request.url)
    route.fulfill(body=_library(name), content_type="text/javascript")


@cache
def _library(name: str) -> str:
    package, inside = LIBRARIES[name]
    with TemporaryDirectory() as folder:
        command = ["npm", "pack", package, "--silent"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).iterdir()
        with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as found:
            member = found.extractfile(inside)
            if member is None:
                raise FileNotFoundError(inside)
            return member.read().decode()
