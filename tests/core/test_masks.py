"""Masks by hand, and every kind against its plain loops: True = may look."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.masks import MASKS, MaskRule, kinds_using, kinds_with
from tests.core.formulas import LOOKS, may_look

places = st.integers(0, 12)
rules = st.builds(
    MaskRule,
    st.sampled_from(tuple(MASKS)),
    st.integers(0, 4),
    st.sets(places).map(tuple),
    st.sets(st.tuples(places, places)).map(tuple),
    st.integers(1, 4),
    st.integers(0, 3),
)


def picture(rule: MaskRule, n: int) -> str:
    return " ".join("".join("x" if cell else "." for cell in row) for row in rule.matrix(n))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("none", "xxxx xxxx xxxx xxxx"),
        ("causal", "x... xx.. xxx. xxxx"),
        ("window", "xxx. xxxx xxxx .xxx"),
        ("dilated", "x.x. .x.x x.x. .x.x"),
        ("global", "xxxx xxxx xxxx xxxx"),
        ("padding", "x.xx x.xx x.xx x.xx"),
        ("drawn", "xxxx xxxx xxx. xxxx"),
    ],
)
def test_masks_by_hand(kind: str, expected: str):
    assert picture(MaskRule(kind, width=2, padded=(1,), blocked=((2, 3),)), 4) == expected


def test_global_tokens_see_and_are_seen():
    assert picture(MaskRule("global", width=0, n_global=2), 4) == "xxxx xxxx xxx. xx.x"


def test_every_kind_has_its_plain_loops():
    assert set(LOOKS) == set(MASKS)


@given(rules, st.integers(0, 9))
def test_a_rule_is_its_plain_loops(rule: MaskRule, n: int):
    matrix = rule.matrix(n)
    assert matrix.dtype == bool
    assert np.array_equal(matrix, may_look(rule, n))


@given(rules, *[st.integers(0, 9)] * 4)
def test_a_part_is_a_rectangle_of_the_whole(rule: MaskRule, top: int, left: int, h: int, w: int):
    whole = rule.matrix(18)
    part = rule.part(range(top, top + h), range(left, left + w))
    assert np.array_equal(part, whole[top : top + h, left : left + w])


@given(rules, st.integers(0, 9), st.integers(1, 9), st.integers(1, 18))
def test_no_query_looks_beyond_what_is_seen(rule: MaskRule, first: int, height: int, n_keys: int):
    queries = range(first, first + height)
    seen = rule.seen(queries, n_keys)
    beyond = np.delete(rule.part(queries, range(n_keys)), seen, axis=1)
    assert not beyond.any()


@given(rules, rules)
def test_a_kind_uses_the_numbers_that_it_names(rule: MaskRule, other: MaskRule):
    used = {name: getattr(rule, name) for name in ("kind", *MASKS[rule.kind].uses)}
    assert np.array_equal(replace(other, **used).matrix(9), rule.matrix(9))


def test_kinds_are_chosen_by_the_numbers_that_they_need():
    assert kinds_using("width") == ("window", "dilated", "global")
    assert kinds_with("width") == ("none", "causal", "window")


@pytest.mark.parametrize(("width", "step"), [(-1, 1), (1, 0)])
def test_a_window_cannot_be_narrower_than_the_token_itself(width: int, step: int):
    with pytest.raises(ValueError, match=f"got {width} and {step}"):
        MaskRule("dilated", width=width, step=step)


def test_a_mask_is_its_own_and_may_be_written_to():
    mask = MaskRule("padding").matrix(3)
    mask[0, 0] = False
    assert mask.sum() == 8


def test_a_kind_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="cuasal"):
        MaskRule("cuasal")


def test_equal_rules_are_one_key_of_a_cache():
    rules = {MaskRule("window", width=2), MaskRule("window", width=2), MaskRule("window")}
    assert len(rules) == 2
