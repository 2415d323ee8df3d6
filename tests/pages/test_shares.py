"""Shares stay true in words: what is called equal is equal, and what is there is not called 0."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.shares import LEAST, ends, in_range, leading, rounded, signed, two_digits
from pages.shared.text import LANGUAGES, Text, plain
from pages.shared.views import word_strip
from pages.shared.views.highlight import in_words

EN = Text("en")
positive = st.floats(1e-12, 1)


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ([0.5, 0.5], ("50%", "50%")),
        ([0.125] * 8, ("12.5%", "12.5%")),
        ([1 / 3] * 3, ("33.3%", "33.3%")),
        ([0.53, 0.47], ("47%", "53%")),
        ([0.124, 0.121], ("12.1%", "12.4%")),
        ([0.1249, 0.1251], ("12.5%", "12.5%")),
    ],
)
def test_ends_by_hand(shares: list[float], told: tuple[str, str]):
    assert ends(np.array(shares)) == told


@given(st.lists(positive, min_size=2, max_size=9))
def test_shares_that_are_told_as_one_are_one_to_a_tenth_of_a_per_cent(shares: list[float]):
    low, high = ends(np.array(shares))
    assert (low == high) == (f"{min(shares):.1%}" == f"{max(shares):.1%}")


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0, "0%"),
        (1e-9, "under 0.001%"),
        (0.000012, "0.0012%"),
        (0.0234, "2.3%"),
        (0.234, "23%"),
        (0.996, "99.6%"),
        (0.9999, "over 99.9%"),
        (1, "100%"),
    ],
)
def test_two_digits_by_hand(share: float, told: str):
    assert two_digits(EN, share) == told


@given(positive)
def test_what_is_not_0_is_not_called_0(share: float):
    for language in LANGUAGES:
        text = Text(language)
        for told in (rounded(text, share), rounded(text, share, 1), two_digits(text, share)):
            assert float(re.sub("under |over ", "", told).split("%")[0]) > 0
            assert "e" not in re.sub("under |over ", "", told)


@given(st.floats(LEAST, 1))
def test_two_digits_are_as_near_as_two_digits_can_be(share: float):
    told = two_digits(EN, share).removeprefix("over ").removesuffix("%")
    assert float(told) / 100 == pytest.approx(share, rel=0.051)


@given(st.floats(0.4, 0.6))
def test_attention_is_called_even_only_if_its_shares_are_equal(share: float):
    told = in_words(EN, ("a", "b"), 0, np.array([share, 1 - share]))
    equal = f"{share:.1%}" == f"{1 - share:.1%}"
    assert ("evenly over" in told and "almost" not in told) == equal
    assert ("almost evenly" in told) <= (not equal)


def test_almost_even_attention_is_told_with_both_ends():
    told = in_words(EN, ("a", "b"), 0, np.array([0.53, 0.47]))
    assert "almost evenly over all 2 that it may look at: 47% to 53% each" in told


@given(st.lists(st.integers(1, 60), min_size=3, max_size=6))
def test_words_with_the_same_share_are_not_ranked(parts: list[int]):
    weights = np.array([0.001, *parts]) / (0.001 + sum(parts))  # the first one asks
    told = in_words(EN, tuple("abcdefg"[: len(weights)]), 0, weights)
    named = ["abcdefg".index(it) for it in re.findall("“\u2068(.)\u2069”", told)[1:]]
    if "hardly more than" in told:
        first, second = (f"{weights[it]:.0%}" for it in named)
        assert first != second
    if "to each of" in told:
        rest = [f"{it:.0%}" for place, it in enumerate(weights) if place not in named]
        assert {f"{weights[it]:.0%}" for it in named}.isdisjoint(rest)


@given(st.floats(0.5, 1, exclude_max=True), st.integers(0, 1))
def test_what_is_not_all_is_not_called_100_per_cent(share: float, digits: int):
    for language in LANGUAGES:
        assert "100" not in rounded(Text(language), share, digits)


def test_what_became_too_small_is_not_called_forbidden():
    words, row = ("a", "b", "c"), np.array([1.0, 0.0, 0.0], np.float32)
    told = in_words(EN, words, 0, row)
    assert told == EN(
        "highlight.far", asks=plain("a"), found="itself", share="over 99.9%", times="1,000"
    )
    only = EN("highlight.only", asks=plain("a"), found="itself", share="100%")
    assert in_words(EN, words, 0, row, np.array([True, False, False])) == only
    one_hidden = in_words(EN, words, 0, np.array([0.5, 0.5, 0.0]), np.array([True, True, False]))
    assert "evenly over all 2" in one_hidden
    assert "evenly" not in in_words(EN, words, 0, np.array([0.5, 0.5, 0.0]))


@given(st.floats(0, 1), st.floats(0, 1e-3))
def test_ratios_have_at_most_four_characters(most: float, rest: float):
    weights = np.array([most, rest, 0.0], np.float32)
    told = in_words(EN, ("a", "b", "c"), 0, weights)
    for times in re.findall(r"([\d.,]+) times", told):
        assert len(times) <= 5


def test_every_word_with_the_largest_share_is_named():
    told = in_words(EN, ("a", "b", "c"), 0, np.array([0.42, 0.16, 0.42]))
    assert told == EN(
        "highlight.tied", asks=plain("a"), share="42%", found=f"itself, “{plain('c')}”"
    )


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=6), st.integers(0, 1))
def test_those_that_lead_read_the_same_and_nothing_reads_more(parts: list[float], digits: int):
    found = leading(np.array(parts), digits)
    assert {f"{parts[it]:.{digits}%}" for it in found} == {f"{max(parts):.{digits}%}"}
    told = [f"{part:.{digits}%}" for part in parts]
    assert told.count(told[found[0]]) == len(found)


def test_a_range_is_told_only_if_it_reads_as_one():
    assert in_range(EN, 1.6e-8, 1.2e-10, 7.8e-8) == "under 0.001%"
    assert in_range(EN, 0.05, 0.01, 0.2) == "5.0% (1.0% to 20%)"


def test_a_minus_is_a_minus_and_zero_has_none():
    said = [signed(it) for it in (-0.333, 0.333, -0.001, -12)]
    assert said == ["−0.33", "0.33", "0.00", "−12.00"]


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ([0.996, 0.004, 0.0], ["100%", "<1%", "0%"]),
        ([0.995, 0.005, 0.0], ["100%", "<1%", "0%"]),
        ([0.504, 0.486, 0.01], ["50%", "49%", "1%"]),
        ([3.0, 1.2], ["3.00", "1.20"]),
        ([0.0012, 0.0000004], ["0.12%", "under 0.001%"]),
    ],
)
def test_below_words_only_what_is_not_looked_at_reads_0(weights: list[float], told: list[str]):
    teller = word_strip.teller(EN, np.array(weights))
    assert [teller(it) for it in weights] == told
