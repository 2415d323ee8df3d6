"""The page that compares attention with self-attention, in a real browser."""

from collections.abc import Callable

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def test_the_switch_changes_the_map_and_the_diagram(visit: Visit):
    reader = visit("/cross")
    assert reader.cell("Map of weights, B asks A", "2:love", "2:爱").count() == 1
    assert reader.page.locator('[aria-label*="In colour: cross-attention"]').count()
    reader.after(reader.page.get_by_text("A asks B", exact=True).first.click())
    assert reader.cell("Map of weights, A asks B", "2:爱", "2:love").count() == 1
    reader.after(reader.page.get_by_text("A asks itself", exact=True).first.click())
    assert reader.page.locator('[aria-label*="In colour: self-attention"]').count()


def test_the_same_sentence_twice_differs_by_nothing(visit: Visit):
    reader = visit("/cross", locale="zh-CN")
    reader.after(reader.page.get_by_role("button", name="两句都用 A").click())
    assert reader.says("最大差别：0")


@pytest.mark.parametrize("width", [390, 800, 1400])
def test_the_page_fits_the_window(visit: Visit, width: int):
    reader = visit("/cross", width=width, color_scheme="dark")
    assert reader.fits()
    assert reader.words() == ["我", "爱", "北京", "天安门"]


def test_all_of_a_choice_is_in_sight_on_a_phone(visit: Visit):
    buttons = visit("/cross", width=390).page.get_by_test_id("stButtonGroup").get_by_role("radio")
    ends = buttons.evaluate_all("them => them.map(it => it.getBoundingClientRect().right)")
    assert len(ends) > 10
    assert max(ends) <= 390
