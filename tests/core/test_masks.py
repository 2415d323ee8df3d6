"""Masks by hand: True = may look."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.masks import MaskKind, MaskRule, causal, drawn, everything, padding, window


def picture(mask: np.ndarray) -> str:
    return " ".join("".join("x" if cell else "." for cell in row) for row in mask)


def test_masks_by_hand():
    assert picture(everything(2)) == "xx xx"
    assert picture(causal(4)) == "x... xx.. xxx. xxxx"
    assert picture(window(4, 1)) == "xx.. xxx. .xxx ..xx"
    assert picture(window(3, 0)) == "x.. .x. ..x"
    assert picture(padding(3, [1])) == "x.x x.x x.x"
    assert picture(drawn(3, [(0, 2), (1, 0)])) == "xx. .xx xxx"


@given(st.integers(0, 9), st.integers(0, 12))
def test_a_window_is_symmetric_and_grows_into_everything(n: int, width: int):
    mask = window(n, width)
    assert np.array_equal(mask, mask.T)
    assert mask.all() == (width >= n - 1 or n == 0)


def test_a_window_cannot_be_narrower_than_the_token_itself():
    with pytest.raises(ValueError, match="got -1"):
        window(3, -1)


def test_positions_beyond_the_sentence_are_ignored():
    assert padding(3, [3, 99]).all()
    assert drawn(3, [(3, 0), (0, 3), (9, 9)]).all()


def test_a_mask_is_its_own_and_may_be_written_to():
    mask = padding(3, [])
    mask[0, 0] = False
    assert mask.sum() == 8


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("none", "xxxx xxxx xxxx xxxx"),
        ("causal", "x... xx.. xxx. xxxx"),
        ("window", "xxx. xxxx xxxx .xxx"),
        ("padding", "x.xx x.xx x.xx x.xx"),
        ("drawn", "xxxx xxxx xxx. xxxx"),
    ],
)
def test_a_rule_serves_any_length(kind: MaskKind, expected: str):
    rule = MaskRule(kind, width=2, padded=(1,), blocked=((2, 3),))
    assert picture(rule.matrix(4)) == expected
    for n in (0, 1, 2, 7):
        assert rule.matrix(n).shape == (n, n)
        assert rule.matrix(n).dtype == bool


def test_a_kind_that_there_is_not_allows_nothing_in_silence():
    with pytest.raises(AssertionError, match="cuasal"):
        MaskRule("cuasal").matrix(2)  # pyright: ignore[reportArgumentType]


def test_equal_rules_are_one_key_of_a_cache():
    rules = {MaskRule("window", width=2), MaskRule("window", width=2), MaskRule("window")}
    assert len(rules) == 2
