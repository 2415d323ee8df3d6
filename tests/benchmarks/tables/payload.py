"""What travels and how long drawing takes, by length of the text, against BertViz.

A private server reads up to 512 pieces; BertViz gets the same attentions. Where it cannot draw
them within `PATIENCE`, its time is infinite; all heads of 512 pieces would be a page of 0.9 GB.
"""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Browser, Error

from core.sources.pretrained import PretrainedSource
from tests.benchmarks.bertviz_page import page_of, serve_libraries
from tests.benchmarks.chromium import WATCH, Watched, chromium
from tests.benchmarks.row import Row
from tests.load.served import Served, served

LENGTHS = (16, 64, 128, 256, 512)
LAYER, HEAD = 4, 7
"""Which head is opened after the first."""

ALL_HEADS_UP_TO = 256
"""Pieces up to which BertViz is given all heads."""

PATIENCE = 120.0  # seconds


class Drawn(NamedTuple):
    """How a picture came to the screen.

    Attributes:
        size: Bytes that travelled.
        seconds: Until it stood there.
        longest: Seconds of the browser's longest task.
        computed: Seconds of computing on our server.
    """

    size: int
    seconds: float
    longest: float
    computed: float = 0.0


def rows() -> list[Row]:
    """All heads, then one more head, at every length; the longest task at the longest text."""
    found = []
    with served(ATTENTION_LAB_OPEN="1") as server, chromium() as browser:
        for n in LENGTHS:
            words = text(n)
            whole, one = _ours(browser, server, words)
            run = PretrainedSource(limit=n).run(words)
            for view in ("head", "model") if n <= ALL_HEADS_UP_TO else ():
                peer = _bertviz(browser, page_of(run, view))
                found += _compared(f"{n} pieces, all heads: bertviz.{view}_view", n, whole, peer)
            peer = _bertviz(browser, page_of(run, "head", (LAYER, HEAD)))
            found += _compared(f"{n} pieces, one head: bertviz.head_view", 0, one, peer)
            found.append(_responsive(n, whole))
    return found


def text(n_pieces: int) -> str:
    """A text of so many word pieces, the two that the model adds included."""
    words = ("the cat sat on a red mat near it " * n_pieces).split()
    return " ".join(words[: n_pieces - 2])


def _ours(browser: Browser, server: Served, words: str) -> tuple[Drawn, Drawn]:
    """The whole text with all heads; then another head, chosen on the picture of all."""
    reader = Watched(browser.new_page(), f"{server.address}/model")
    field = reader.page.get_by_role("textbox", name="Text", exact=True)
    field.fill(words)
    whole = _drawn(reader, server, lambda: field.press("Control+Enter"))
    small = reader.map("Small maps of all heads")
    cell = small.locator(f'path[aria-label*="head: {HEAD}; layer: {LAYER}"]').first
    one = _drawn(reader, server, lambda: cell.click(force=True))
    reader.page.close()
    return whole, one


def _drawn(reader: Watched, server: Served, act: Callable[[], object]) -> Drawn:
    received, computed = reader.received, server.computed
    reader.longest_task()
    seconds = reader.timed(act)
    size, spent = reader.received - received, server.computed - computed
    return Drawn(size, seconds, reader.longest_task(), spent)


def _bertviz(browser: Browser, content: str) -> Drawn:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE * 1e3)
    serve_libraries(page)
    page.add_init_script(f"({WATCH})()")
    seconds = longest = math.inf
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bertviz.html"
        file.write_text(content, encoding="utf-8")
        begin = time.perf_counter()
        with suppress(Error):  # it gave up, or its tab did
            page.goto(file.as_uri(), wait_until="load")
            page.wait_for_selector("svg line, svg rect", state="attached")
            page.evaluate(
                "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
            )
            seconds = time.perf_counter() - begin
            longest = page.evaluate("window.longest / 1000")
    page.close()
    return Drawn(len(content.encode()), seconds, longest)


def _compared(what: str, n: int, own: Drawn, peer: Drawn) -> list[Row]:
    smaller, faster = peer.size / own.size, peer.seconds / own.seconds
    sizes = f"{peer.size / 1e6:.2f} / {own.size / 1e6:.2f} MB"
    times = f"{peer.seconds:.2f} / {own.seconds:.2f} s, {own.computed:.2f} s of it on the server"
    goal = 100 if n == 128 else 1
    return [
        Row(f"{what} / our page, bytes", goal, "at least", sizes, smaller, (smaller, smaller)),
        Row(f"{what} / our page, time to draw", 1, "at least", times, faster, (faster, faster)),
    ]


def _responsive(n: int, own: Drawn) -> Row:
    milliseconds = own.longest * 1e3
    figure = f"{milliseconds:.0f} ms; all heads {own.size / 1e6:.2f} MB in {own.seconds:.2f} s"
    what = f"{n} pieces: longest task of the browser, ms"
    return Row(what, 200, "at most", figure, milliseconds, (milliseconds, milliseconds))
