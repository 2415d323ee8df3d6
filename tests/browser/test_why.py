"""The page that asks why there is attention, in a real browser."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import numpy as np

from core.translation.translator import translator
from tests.browser.reader import Reader

Visit = Callable[..., Reader]

SEA = "我不知道你为什么不想和我们一起去海边。"
BEACH, GO = 10, 7


def test_drawn_weights_are_compared_with_those_of_attention(visit: Visit):
    reader = visit(address(BEACH))
    maps = reader.page.locator(".st-key-guessed")
    words, true = attended("beach")
    assert maps.is_visible()
    runs = reader.page.evaluate("watched.runs")
    reader.button("Predict first").click()
    assert not maps.is_visible()
    assert "“beach”" in told(reader)
    n, sea = len(words), words.index("海边")
    assert bars(reader) == per_cent(np.full(n, 1 / n))
    reader.page.get_by_role("slider", name="我", exact=True).press("End")
    for _ in range(sea):
        reader.page.keyboard.press("ArrowDown")
    for _ in range(7):
        reader.page.keyboard.press("ArrowRight")
    drawn = np.zeros(n)
    drawn[[words.index("我"), sea]] = 0.65, 0.35
    assert bars(reader) == per_cent(drawn)
    reader.button("Show the true ones").click()
    assert maps.is_visible()
    assert bars(reader) == per_cent(true)
    overlap, worst = np.minimum(drawn, true).sum(), int(np.abs(drawn - true).argmax())
    assert f"share {overlap:.0%}." in told(reader)
    assert f"“{words[worst]}”, drawn {drawn[worst]:.0%}, true " in told(reader)
    assert told(reader).endswith(f"true {per_cent(true)[worst]}.")
    assert reader.page.evaluate("watched.runs") == runs


def test_whoever_draws_may_choose_another_word_and_see_nothing_of_it(visit: Visit):
    reader = visit(address(BEACH, "zh"), width=390, color_scheme="dark")
    reader.button("先猜").tap()
    track = reader.page.locator(".guess .track").first.bounding_box()
    assert track
    written = reader.page.locator(".st-key-why_word").get_by_role("radio")
    place = track["x"] + 0.6 * track["width"], track["y"] + 5
    reader.page.touchscreen.tap(*place)
    assert abs(int(bars(reader)[0].strip("%")) - 60) <= 1
    reader.after(written.nth(GO).tap())
    assert not reader.page.locator(".st-key-guessed").is_visible()
    words, true = attended("go")
    assert bars(reader) == per_cent(np.full(len(words), 1 / len(words)))
    reader.button("看实际的").tap()
    assert "重合" in told(reader)
    assert bars(reader) == per_cent(true)
    assert reader.fits()
    reader.after(written.nth(BEACH).tap())
    assert not reader.page.locator(".guess .share").first.is_visible()  # nothing of "go" is left
    assert reader.page.locator(".st-key-guessed").is_visible()


def address(word: int, language: str = "en") -> str:
    asked = {"why_sentence": SEA, "why_output": "attention", "why_word": word}
    return f"/why?{urlencode({**asked, 'v': 2, 'lang': language})}"


def attended(word: str) -> tuple[list[str], np.ndarray]:
    """The source's words, and what attention gives them for a word of its own translation."""
    one = translator("attention", "zh", "en")
    made = one.align(SEA, one.translate(SEA), words=True)
    assert made.mean_weights is not None
    return list(made.source), made.mean_weights[made.output.index(word)]


def bars(reader: Reader) -> list[str]:
    return reader.page.locator(".guess .share").all_inner_texts()


def told(reader: Reader) -> str:
    return re.sub("[\u2068\u2069]", "", reader.page.locator(".guess p").inner_text())


def per_cent(shares: np.ndarray) -> list[str]:
    """As they are told: one that is not 0 is never called 0%."""
    return ["<1%" if 0 < it < 0.005 else f"{it:.0%}" for it in shares]
