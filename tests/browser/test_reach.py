"""The page about reach, in a real browser."""

from collections.abc import Callable

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def test_a_window_takes_the_first_position_out_of_reach(visit: Visit):
    reader = visit("/reach", locale="zh-CN")
    assert reader.says("输出 32 能看到 32 个输入中的 32 个。顺序步数：1")
    reader.choose("每一层的掩码", "膨胀窗口")
    assert reader.says("输出 32 能看到 32 个输入中的 3 个")


def test_the_output_stays_where_it_was_when_there_are_more_positions(visit: Visit):
    reader = visit("/reach")
    reader.page.get_by_role("slider", name="How many positions").focus()
    reader.after(reader.page.keyboard.press("ArrowRight"))
    assert reader.says("Output 32 can see 33 of 33 inputs")


def test_a_link_at_the_top_leads_to_the_words_that_are_recalled(visit: Visit):
    reader = visit("/reach")
    title = reader.page.get_by_role("heading", name="Who remembers which word?")
    where = "it => it.getBoundingClientRect().top"
    assert title.evaluate(where) > 900
    reader.page.get_by_role("link", name="what does a trained network remember?").click()
    reader.wait()
    assert 0 <= title.evaluate(where) < 450


def test_dilations_are_typed(visit: Visit):
    reader = visit("/reach")
    field = reader.page.get_by_role("textbox", name="Dilations, one a layer")
    field.fill("1,1")
    reader.after(field.press("Enter"))
    assert reader.says("Output 32 can see 3 of 32 inputs")
    field.fill("wide")
    reader.after(field.press("Enter"))
    assert reader.says("such as 1,2,4,8")


def test_words_are_recalled_and_a_larger_memory_recalls_more(visit: Visit):
    reader = visit("/reach")
    reader.type_sentence("a <b>cat</b> sat on it")
    table = reader.page.get_by_role("table", name="The words that were read")
    row = table.get_by_role("row", name="linear attention")
    assert table.get_by_role("columnheader").all_inner_texts()[:3] == ["a", "<", "b"]
    wrong = row.locator(".wrong").count()
    assert wrong
    size = reader.page.get_by_role("slider", name="Their state (numbers)")
    reader.after(size.press("End"))
    assert row.locator(".wrong").count() < wrong
    assert row.get_by_title("Place 1, a: recalled").count() == 1


@pytest.mark.parametrize("width", [390, 800])
def test_the_page_fits_the_window(visit: Visit, width: int):
    reader = visit("/reach", width=width, color_scheme="dark")
    assert reader.fits()
    assert reader.map("Curves with bands").locator("path").count() > 10
