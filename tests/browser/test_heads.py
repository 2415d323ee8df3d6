"""The page about heads, in a real browser."""

from collections.abc import Callable

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def test_a_head_that_is_switched_off_is_missing_in_the_output(visit: Visit):
    reader = visit("/heads", locale="zh-CN")
    assert not reader.cell("贡献图", "4:关掉之后", "1:人").count()
    reader.after(reader.page.get_by_role("button", name="1：谁做什么").click())
    assert reader.cell("贡献图", "4:关掉之后", "1:人").count() == 1
    assert reader.says("的输出移动了自身长度的")


def test_one_more_head_is_one_more_map(visit: Visit):
    reader = visit("/heads", locale="zh-CN")
    assert not reader.map("头 3 的权重图").count()
    slider = reader.page.get_by_role("slider", name="头数")
    slider.focus()
    reader.after(reader.page.keyboard.press("ArrowRight"))
    assert reader.map("头 3 的权重图").count() == 1


def test_what_was_unfolded_stays_so_while_lines_above_it_come_and_go(visit: Visit):
    reader = visit("/heads")
    folded = reader.page.get_by_test_id("stExpander")
    for it in folded.all():
        reader.after(it.locator("summary").click())
    reader.type_sentence("qwxyz zxqwv")  # words that the table does not know are named above
    assert reader.says("Not in the table of features")
    assert [it.locator("details[open]").count() for it in folded.all()] == [1] * folded.count()


@pytest.mark.parametrize("width", [390, 800])
def test_the_page_fits_the_window(visit: Visit, width: int):
    reader = visit("/heads", width=width, color_scheme="dark")
    assert reader.fits()
    reader.after(reader.page.get_by_role("radio", name="no mask").click())
    assert reader.says("not the same heads any more")
