"""The page about positions, in a real browser."""

from collections.abc import Callable

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def test_a_causal_mask_makes_the_difference(visit: Visit):
    reader = visit("/positions", locale="zh-CN")
    assert reader.says("最大差别：0。")
    reader.after(reader.page.get_by_text("只有因果掩码", exact=True).first.click())
    assert not reader.says("最大差别：0。")
    assert reader.says("察觉到了顺序")


def test_shuffling_moves_the_rows(visit: Visit):
    reader = visit("/positions", locale="zh-CN")
    before = reader.cell("输出图，打乱之后", "1:炸鸡", "1:生命").count()
    reader.after(reader.page.get_by_role("button", name="恢复原句").click())
    after = reader.cell("输出图，打乱之后", "1:我", "1:生命").count()
    assert (before, after) == (1, 1)


@pytest.mark.parametrize("width", [390, 800, 1400])
def test_the_page_fits_the_window(visit: Visit, width: int):
    reader = visit("/positions", width=width, color_scheme="dark")
    assert reader.fits()
    assert reader.map("Clock hands").locator("path").count() > 20
