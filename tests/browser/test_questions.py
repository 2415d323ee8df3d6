"""Predict, then see, in a real browser."""

from collections.abc import Callable

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def unfold(reader: Reader, title: str = "Predict, then see") -> None:
    reader.after(reader.page.locator("summary", has_text=title).click())


def test_a_prediction_is_told_right_or_wrong_and_counted(visit: Visit):
    reader = visit()
    unfold(reader)
    block = reader.page.locator("details", has_text="Predict, then see")
    assert not block.locator("input:checked").count()
    reader.after(block.get_by_test_id("stRadio").locator("label").nth(1).click())
    assert reader.says("Right: ") or reader.says("You said ")
    assert reader.says("of 1 right")
    reader.after(block.get_by_role("button", name="Another question").click())
    assert block.get_by_test_id("stRadio").count() == 1
    assert not reader.says("Right: ")
    assert not reader.foreign_requests


@pytest.mark.parametrize("width", [390, 800])
def test_the_block_fits_the_window(visit: Visit, width: int):
    reader = visit("/positions", width=width, locale="zh-CN")
    unfold(reader, "先猜再看")
    assert reader.fits()
