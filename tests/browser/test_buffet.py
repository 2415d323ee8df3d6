"""The buffet in a real browser."""

from collections.abc import Callable

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def bars(reader: Reader) -> list[str]:
    return reader.map("Bars of what is on the plate").locator("text").all_text_contents()


def test_a_wish_moves_the_plate(visit: Visit):
    reader = visit("/buffet")
    before = bars(reader)
    slider = reader.page.get_by_role("slider", name="Wish: sugar")
    slider.focus()
    for _ in range(6):
        slider.press("ArrowRight")
    reader.after(None)
    assert bars(reader) != before
    assert reader.says("is from cake")


def test_a_changed_label_moves_the_plate_and_is_undone(visit: Visit):
    reader = visit("/buffet")
    before = bars(reader)
    reader.edit_cell(table=0, row=0, column=1, content="3")
    assert bars(reader) != before
    assert reader.says("is from salad bowl")
    reader.after(reader.page.get_by_role("button", name="Undo").click())
    assert bars(reader) == before


@pytest.mark.parametrize("width", [390, 800, 1400])
def test_a_clicked_cell_asks_there_and_everything_fits(visit: Visit, width: int):
    reader = visit("/buffet", width=width)
    reader.after(reader.cell("Influence map of the CNN diner", "3:rice", "4:Mapo tofu").click())
    assert reader.says("Standing at rice: 3 of 8 dishes can be felt; Mapo tofu has")
    assert reader.fits()
