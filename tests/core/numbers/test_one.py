"""One text, one number: or a refusal that names the text."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.numbers import parse_number, shortest

MEANT = {
    ".5": 0.5,
    "-.5": -0.5,
    "5.": 5.0,
    "+5": 5.0,
    "- 5": -5.0,
    "1e-2": 0.01,
    "1e−2": 0.01,
    "2E1": 20.0,
    "0,5": 0.5,
    ",5": 0.5,
    "0,123": 0.123,
    "1234,567": 1234.567,
    "-12,25": -12.25,
    "50%": 0.5,
    "50 %": 0.5,
    "12,5\u00a0%": 0.125,
    "５０％": 0.5,
    "1/2": 0.5,
    "-1 / 4": -0.25,
    "１／８": 0.125,
    "0,5/2": 0.25,
    "−3": -3.0,
    "–3": -3.0,
    "－3": -3.0,
    "０．７": 0.7,
    "０，７": 0.7,
    "0。7": 0.7,
    "1\u202f234": 1234.0,
    "1\u2009234\u2009567.5": 1234567.5,
    "1\u00a0234,5": 1234.5,
    "\u200e−0.25 ": -0.25,
    "\u3000３\u3000": 3.0,
    "٣٫٥": 3.5,
    "0": 0.0,
    "007": 7.0,
}
UNREADABLE = [
    *("abc", "1/0", "0/0", "1/2/3", "1 2", "1\u202f2", "1\u202f23", "12\u202f34", "1\u200b2"),
    *("1½", "2²", "1_000", "1'000", "1.2.3", "1,2,3", "1,2.3", "--5", "5-", "5%%", "%5", "e5", "."),
    *(",", "-", "/", "1/2%", "(5)", "$5", "=1+1", "nan", "inf", "-inf", "∞", "0x1F", "1e", "1e2.5"),
    *("一", "½", "5 kg", "0,5 0,6", "1;2", "true", "1" * 101),
]
AMBIGUOUS = {
    "1,234": ("1.234", "1234"),
    "-12,345": ("12.345", "12345"),
    "1,234%": ("1.234", "1234"),
    "１，２３４": ("1.234", "1234"),
    "1,234.5": ("1; 234.5", "1234.5"),
    "1.234,5": ("1.234; 5", "1234.5"),
    "1,234,567": ("1; 234; 567", "1234567"),
    "1 234": ("1; 234", "1234"),
}


def refusal(text: str, largest: float = 1e6) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_number(text, largest)
    return caught.value


@pytest.mark.parametrize(("text", "number"), MEANT.items())
def test_a_text_means_one_number(text: str, number: float):
    assert parse_number(text, 1e7) == number


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_text_that_means_none_is_refused_by_name(text: str):
    found = refusal(text)
    assert found.code == "number_unreadable"
    assert str(found.values["text"]).rstrip("…") in text


@pytest.mark.parametrize(("text", "readings"), AMBIGUOUS.items())
def test_a_text_that_can_mean_two_is_refused_with_both(text: str, readings: tuple[str, str]):
    found = refusal(text)
    assert found.code == "number_ambiguous"
    assert found.values == {"text": text, "first": readings[0], "second": readings[1]}


def test_a_comma_is_no_riddle_where_others_show_what_it_is():
    assert parse_number("1,234", decimal_comma=True) == 1.234


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\u200b"])
def test_nothing_is_no_number(text: str):
    assert refusal(text).code == "number_missing"


@pytest.mark.parametrize("text", ["2000000", "-1e7", "2e8%", "1e999", "9" * 99, "1e" + "9" * 90])
def test_a_number_out_of_range_is_named_with_the_range(text: str):
    found = refusal(text)
    assert found.code == "number_out_of_range"
    assert (found.values["low"], found.values["high"]) == ("-1000000", "1000000")
    assert str(found.values["text"]).rstrip("…") in text


@given(st.floats(-1e30, 1e30))
def test_what_python_writes_is_read_exactly(value: float):
    assert parse_number(repr(value)) == value
    assert parse_number(f"{value:.2e}".upper()) == float(f"{value:.2e}")


@given(st.floats(-999, 999).map(lambda it: f"{it:.2f}"))
def test_every_way_of_writing_a_number_means_the_same(plain: str):
    wide = plain.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    for text in (plain.replace(".", ","), wide, wide.replace("．", "。"), plain.replace("-", "−")):
        assert parse_number(text) == float(plain)
    assert parse_number(f"{plain}%") == float(f"{plain}e-2")
    assert parse_number(f"{plain} / 8") == float(plain) / 8


@given(st.text("0123456789.,-+eE%/ ;_'\u202f０，。½２", max_size=12))
def test_any_text_is_a_number_or_refused_and_no_digits_are_glued(text: str):
    try:
        value = parse_number(text)
    except InputError:
        return
    assert math.isfinite(value)
    if set(text.strip()) <= set("0123456789. "):
        assert value == float(text)  # a space between digits would raise


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_the_shortest_decimal_means_the_same_float32(value: float):
    text = shortest(value)
    assert np.float32(parse_number(text)) == np.float32(value)
    assert len(text) <= len(repr(np.float32(value).item())) + 1


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.3, "0.3"), (1, "1"), (-0.0, "0"), (1e6, "1000000"), (1e-5, "1e-5"), (1 / 3, "0.33333334")],
)
def test_the_shortest_decimal_by_hand(value: float, text: str):
    assert shortest(np.float32(value)) == text
