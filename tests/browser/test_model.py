"""The real model in a real browser: short, long, and as long as it reads."""

from collections.abc import Callable

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def long_text(n_words: int) -> str:
    return " ".join(("the cat sat on a red mat near it " * n_words).split()[:n_words])


def open_head(reader: Reader, layer: int, head: int) -> None:
    """Click on a head's small map in the atlas."""
    name = f"head: {head}; layer: {layer}"
    cell = reader.map("Small maps of all heads").locator(f'path[aria-label*="{name}"]').first
    reader.after(cell.click(force=True))


def test_a_head_is_opened_from_the_atlas(visit: Visit):
    reader = visit("/model")
    before = reader.shares()
    open_head(reader, layer=1, head=8)
    assert reader.says("Layer 1, head 8")
    assert reader.shares() != before
    assert reader.foreign_requests == []


@pytest.mark.parametrize("n_words", [126, 254])
def test_a_long_text_appears_and_reacts(visit: Visit, n_words: int):
    reader = visit("/model")
    field = reader.page.get_by_role("textbox", name="Text", exact=True)
    field.fill(long_text(n_words))
    reader.after(field.press("Control+Enter"))
    assert len(reader.words()) == n_words + 2
    open_head(reader, layer=2, head=0)
    assert reader.says("Layer 2, head 0")
    reader.ask("mat")
    assert reader.asking() == "mat"


def test_the_page_fits_a_phone_in_chinese(visit: Visit):
    reader = visit("/model", width=390, locale="zh-CN", color_scheme="dark")
    assert reader.fits()
    assert reader.says("72 个头一览")
