"""The next piece in a real browser: a bar is clicked, or tapped, and the piece joins."""

from collections.abc import Callable

import pytest

from core.ideas.why import begun
from core.reader.why import WhyChoice
from tests.browser.reader import Reader

Visit = Callable[..., Reader]

SENTENCE = WhyChoice().why_sentence
FIRST = tuple(int(it) for it in (-begun(SENTENCE, ()).scores).argsort()[:2])


@pytest.mark.parametrize("width", [1400, 390])
def test_a_clicked_bar_joins_the_translation_and_can_be_taken_back(visit: Visit, width: int):
    reader = visit("/why", width=width)
    bar = reader.page.locator(".st-key-why_next path[aria-label]").nth(1)
    bar.scroll_into_view_if_needed()
    reader.after(bar.tap() if width < 500 else bar.click())
    assert reader.says(f"So far: {begun(SENTENCE, FIRST[1:]).text}")
    assert f"why_begun=%5B{FIRST[1]}%5D" in reader.page.url
    reader.after(reader.button("Take the last one back").click())
    assert reader.says("So far: (nothing)")
    assert reader.fits()


def test_the_keyboard_takes_the_likeliest(visit: Visit):
    reader = visit("/why")
    reader.page.locator(".st-key-begun_take button").first.focus()
    reader.after(reader.page.keyboard.press("Enter"))
    assert reader.says(f"So far: {begun(SENTENCE, FIRST[:1]).text}")
