"""What travels and how long drawing takes, by length of the text, against BertViz."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Browser

from core.sources.pretrained import PretrainedSource
from tests.benchmarks.bertviz_page import View, page_of, serve_libraries
from tests.benchmarks.chromium import WATCH, Watched, chromium
from tests.benchmarks.row import Row
from tests.load.served import served

LENGTHS = (16, 64, 128, 256)
PATIENCE = 120_000  # milliseconds


class Drawn(NamedTuple):
    """How a picture came to the screen.

    Attributes:
        size: Bytes that travelled.
        seconds: Until it stood there.
        longest: Seconds of the browser's longest task.
    """

    size: int
    seconds: float
    longest: float


def rows() -> list[Row]:
    """All heads at every length; the longest task at the longest text."""
    found = []
    with served() as server, chromium() as browser:
        for n in LENGTHS:
            words = text(n)
            own = _ours(browser, f"{server.address}/model", words)
            for view in ("head", "model"):
                peer = _bertviz(browser, words, view)
                found += _compared(n, own, view, peer)
            if n == LENGTHS[-1]:
                found.append(_responsive(n, own))
    return found


def text(n_pieces: int) -> str:
    """A text of so many word pieces, the two that the model adds included."""
    words = ("the cat sat on a red mat near it " * n_pieces).split()
    return " ".join(words[: n_pieces - 2])


def _ours(browser: Browser, address: str, words: str) -> Drawn:
    reader = Watched(browser.new_page(), address)
    field = reader.page.get_by_role("textbox", name="Text", exact=True)
    field.fill(words)
    before = reader.received
    reader.longest_task()
    seconds = reader.press("Control+Enter")
    drawn = Drawn(reader.received - before, seconds, reader.longest_task())
    reader.page.close()
    return drawn


def _bertviz(browser: Browser, words: str, view: View) -> Drawn:
    content = page_of(PretrainedSource().run(words), view)
    page = browser.new_page()
    serve_libraries(page)
    page.add_init_script(f"({WATCH})()")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bertviz.html"
        file.write_text(content, encoding="utf-8")
        begin = time.perf_counter()
        page.goto(file.as_uri(), wait_until="load", timeout=PATIENCE)
        page.wait_for_selector("svg line, svg rect", state="attached", timeout=PATIENCE)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        seconds = time.perf_counter() - begin
    longest = page.evaluate("window.longest / 1000")
    page.close()
    return Drawn(len(content.encode()), seconds, longest)


def _compared(n: int, own: Drawn, view: View, peer: Drawn) -> list[Row]:
    what = f"{n} pieces, all heads: bertviz.{view}_view / our page"
    smaller, faster = peer.size / own.size, peer.seconds / own.seconds
    sizes = f"{peer.size / 1e6:.2f} / {own.size / 1e6:.2f} MB"
    times = f"{peer.seconds:.2f} / {own.seconds:.2f} s"
    goal = 100 if n == 128 else 1
    return [
        Row(f"{what}, bytes", goal, "at least", sizes, smaller, (smaller, smaller)),
        Row(f"{what}, time to draw", 1, "at least", times, faster, (faster, faster)),
    ]


def _responsive(n: int, own: Drawn) -> Row:
    milliseconds = own.longest * 1e3
    figure = f"{milliseconds:.0f} ms"
    what = f"{n} pieces: longest task of the browser, ms"
    return Row(what, 200, "at most", figure, milliseconds, (milliseconds, milliseconds))
