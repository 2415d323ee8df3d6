"""The page about cost in a real browser."""

from collections.abc import Callable

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def test_another_width_moves_the_crossing(visit: Visit):
    reader = visit("/cost")
    chart = reader.map("Curves: operations of four layers")
    assert "n = d = 512" in chart.locator("text").all_text_contents()
    width = reader.page.get_by_role("spinbutton").nth(1)
    width.fill("300")
    reader.after(width.press("Enter"))
    assert "n = d = 300" in chart.locator("text").all_text_contents()
    assert reader.says("4.69 times as many operations")


def test_the_stopwatch_gives_ratios(visit: Visit):
    reader = visit("/cost")
    reader.after(reader.page.get_by_role("button", name="Time them").click())
    reader.page.get_by_text("A multiple (×) is of self-attention").wait_for(timeout=20_000)
    assert reader.says("Middle half of the multiples")


@pytest.mark.parametrize("width", [390, 800])
def test_the_page_fits_the_window(visit: Visit, width: int):
    assert visit("/cost", width=width, locale="zh-CN").fits()


def test_a_step_adds_a_column_to_the_cache(visit: Visit):
    reader = visit("/cost?lang=en&sentence=one%20two%20three%20four&cache_step=2")
    now = reader.map("Picture: the cache after this step")
    assert now.locator("path[aria-label*='computed in this step']").count() == 2
    assert now.locator("path[aria-label*='read from the cache']").count() == 2
    reader.after(reader.page.get_by_role("button", name="Next word").first.click())
    assert now.locator("path[aria-label*='read from the cache']").count() == 4
    assert reader.says("“three” comes in")
