"""Widgets that were out of sight come back with what was chosen, however long they were away."""

from collections.abc import Callable

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]
how_long = pytest.mark.parametrize("clicks", [1, 2, 3])


@how_long
def test_a_field_keeps_its_number_while_it_is_not_drawn(visit: Visit, clicks: int):
    reader = visit("/?v=1&lang=en&mask=window&window=3")
    reader.choose("Mask", "none")
    words = reader.words()
    for word in words[:clicks]:
        reader.ask(word)
    reader.choose("Mask", "window")
    assert reader.page.get_by_role("spinbutton", name="Neighbours").input_value() == "3"
    reader.ask(words[-1])
    assert "window=3" in reader.page.url


@how_long
def test_the_readers_own_layer_comes_back_after_a_trained_one(visit: Visit, clicks: int):
    reader = visit("/?v=1&lang=en&d_k=8&sentence=the+cat+sat")
    reader.after(reader.page.get_by_role("radio", name="trained here").click())
    for place in range(clicks):
        reader.after(reader.page.locator(".strip button").nth(place).click())
    reader.after(reader.page.get_by_role("radio", name="set by hand").click())
    field = reader.page.get_by_role("textbox", name="Sentence")
    assert field.input_value() == "the cat sat"
    assert reader.page.get_by_role("slider", name="d_k").input_value() == "8"
    reader.ask("cat")
    assert "d_k=8" in reader.page.url
    assert "d_v=" not in reader.page.url
