"""The stage of Explore in Chromium: what a hand waits for, what an edit costs and sends."""

from urllib.parse import urlencode

import numpy as np
from playwright.sync_api import Browser, Page

from tests.benchmarks.chromium import Watched, chromium
from tests.benchmarks.pages import TIRED, path
from tests.benchmarks.row import Row
from tests.benchmarks.visitor import Visitor
from tests.load.served import Served, served

WORDS = "one two three four five six seven eight nine ten eleven twelve"
FOUND = """(what) => [...document.querySelectorAll('.st-key-stage *')]
  .flatMap((it) => [...it.shadowRoot?.querySelectorAll(what) ?? []])"""
"""Finds parts of the stage, which has a root of its own."""

CHOOSE = f"""() => [...Array(60).keys()].map((turn) => {{
  const word = ({FOUND})('.words button')[turn % 12], begun = performance.now();
  word.click();
  return performance.now() - begun;
}})"""
DRAG = """async () => {
  const spent = [];
  for (let turn = 0; turn < 60; turn++) {
    const begun = performance.now();
    const detail = {table: 'w_q', row: 3, column: 1, value: turn / 10, dragging: true};
    document.dispatchEvent(new CustomEvent('matrix-edit', {detail}));
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
    spent.push(performance.now() - begun);
  }
  return spent;
}"""
TYPED = f"""() => new Promise((told) => {{
  const begun = performance.now();
  const computed = () => ({FOUND})('svg text').some((it) => it.textContent.endsWith('…'));
  const look = (seen) => {{
    if (seen && !computed()) told(performance.now() - begun);
    else requestAnimationFrame(() => look(seen || computed()));
  }};
  look(false);
}})"""
FIRST = f"""() => new Promise((told) => {{
  const look = () => ({FOUND})('.words button').some((it) => it.checkVisibility(SEEN))
    ? told(performance.now()) : requestAnimationFrame(look);
  const SEEN = {{ visibilityProperty: true }};
  look();
}})"""
EDITS = 20
HEAD = {"source": "basis", "sentence": TIRED, "d_model": 16, "d_k": 15, "d_v": 16, "n_heads": 1}
"""What opens a head of the small English model on a sentence."""


def rows() -> list[Row]:
    """Choosing, dragging, typing, the server's time, bytes, and the first picture."""
    with served() as ours:
        found = _served(ours)  # and the server is warm
        with chromium() as browser:
            found.append(_first(browser, ours))
            for n, goal in ((12, 32), (64, 100)):
                found += _by_hand(browser, ours, n, goal)
            found.append(_typed(browser, ours))
            found.append(_sent(browser, ours))
    return found


def _first(browser: Browser, ours: Served) -> Row:
    seconds = []
    for _ in range(5):
        page = browser.new_context(locale="en-US").new_page()
        page.goto(ours.address)
        seconds.append(page.evaluate(FIRST) / 1000)
        page.context.close()
    return _row("first picture in a fresh browser", 1.2, np.array(seconds), "s")


def _by_hand(browser: Browser, ours: Served, n: int, goal: float) -> list[Row]:
    sentence = " ".join(f"{word}{turn}" for turn in range(6) for word in WORDS.split())
    words = WORDS if n == 12 else " ".join(sentence.split()[:n])
    page = _opened(browser, ours, f"/?v=2&lang=en&sentence={words}")
    found = []
    if n == len(WORDS.split()):
        chosen = _last(page, CHOOSE)
        found.append(_row(f"choosing a word of {n}: main thread", 8, chosen, "ms", 95))
    page.wait_for_timeout(1500)
    dragged = np.array(page.evaluate(DRAG))
    found.append(_row(f"dragged number to picture, {n} words", goal, dragged, "ms", 95))
    page.context.close()
    return found


def _typed(browser: Browser, ours: Served) -> Row:
    page = _opened(browser, ours, "/?v=2&lang=en&chapter=vectors&shown_parameter=w_q")
    seconds = []
    for turn in range(10):
        page.get_by_role("gridcell").nth(4 * 5 + 1).click()
        page.keyboard.insert_text(str(turn + 1))
        waiting = page.evaluate_handle(f"() => ({{ done: ({TYPED})() }})")
        page.keyboard.press("Enter")
        seconds.append(page.evaluate("async (it) => await it.done", waiting))
        page.wait_for_timeout(500)
    return _row("typed number to core's picture", 100, np.array(seconds), "ms")


def _served(ours: Served) -> list[Row]:
    """Processor time of an edit: in a chapter, with everything, and with a real head."""
    chapter = _computed(ours, "/?v=2", "cnn_layers")
    own, head = (
        np.array([_computed(ours, path("explore") + query, "d_k") for _ in range(3)])
        for query in (f"&{urlencode({'sentence': TIRED})}", f"&{urlencode(HEAD)}")
    )
    return [
        _row("an edit in a chapter: processor time", 12, np.array([chapter]), "ms"),
        _row("an edit in everything: processor time", 20, own, "ms"),
        _row("the same with a real head, times as long", 1.3, head / own, ""),
    ]


def _computed(ours: Served, address: str, key: str) -> float:
    """Milliseconds an edit."""
    with Visitor(ours.address + address) as reader:
        for turn in range(4):
            reader.put(key, 2 + turn % 2)
        before = ours.computed
        for turn in range(EDITS):
            reader.put(key, 2 + turn % 2)
        return 1000 * (ours.computed - before) / EDITS


def _sent(browser: Browser, ours: Served) -> Row:
    """Bytes that a new sentence brings in a chapter, the scripts among them."""
    reader = Watched(browser.new_context(locale="en-US").new_page(), f"{ours.address}/?v=2&lang=en")
    kilobytes = []
    for turn in range(6):
        before = reader.received
        reader.type_sentence(f"{WORDS} {turn}")
        kilobytes.append((reader.received - before) / 1000)
    return _row("a new sentence in a chapter: bytes", 40, np.array(kilobytes), "kB")


def _opened(browser: Browser, ours: Served, address: str) -> Page:
    return Watched(browser.new_context(locale="en-US").new_page(), ours.address + address).page


def _last(page: Page, script: str) -> np.ndarray:
    return np.array(page.evaluate(script))


def _row(what: str, goal: float, found: np.ndarray, unit: str, percentile: float = 50) -> Row:
    low, middle, high = (float(np.percentile(found, it)) for it in (25, percentile, 75))
    return Row(what, goal, "at most", f"{middle:.3g} {unit}".strip(), middle, (low, high))
