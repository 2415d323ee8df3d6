"""Changed cells that come from outside: what has no place is refused, and nothing costs much."""

import zlib
from base64 import urlsafe_b64encode

import pytest

from core.reader.cells import MOST_EDITS, Address, from_rows, unpack
from core.reader.training import TrainingChoice
from core.tokens import LONGEST_POINTS

TRAINED = TrainingChoice().shelf


def test_a_bomb_is_not_unpacked():
    bomb = urlsafe_b64encode(zlib.compress(b"[" + b" " * 50_000_000 + b"]", 9)).decode()
    with pytest.raises(ValueError, match="does not end"):
        unpack(bomb)
    nested = urlsafe_b64encode(zlib.compress(b"[" * 200_000)).decode()
    with pytest.raises(ValueError, match="nothing was packed"):
        unpack(nested)


@pytest.mark.parametrize(
    "row",
    [
        ["handset", "w_q", "9", 0, "", 0, 1.0],  # there are at most eight heads
        ["handset", "w_q", "x", 0, "", 0, 1.0],
        ["handset", "buffet_keys", "", 0, "", 0, 1.0],
        ["buffet", "buffet_keys", "", 99, "", 0, 1.0],
        ["buffet", "buffet_keys", "", 0, "", 5, 1.0],
        ["seeded x", "w_q", "0", 0, "", 0, 1.0],
        ["trained", "w_q", "0", 0, "", 0, 1.0],
        [f"{TRAINED} 1", "w_q", "0", 0, "", 0, 1.0],
        [TRAINED.replace("recall", "homework"), "w_q", "0", 0, "", 0, 1.0],
        ["handset", "b_distance", "0", 0, "", 0, 1.0],
        ["elsewhere", "w_q", "0", 0, "", 0, 1.0],
        ["handset", "w_q", "0", -1, "", 0, 1.0],
        ["handset", "w_q", "0", 0, "", 0, float("nan")],
        ["handset", "w_q", "0", 0, "", 0, None],
        ["handset", "w_q", "0", 0, "", 0],
        "handset",
        None,
    ],
)
def test_an_edit_that_has_no_place_leaves_the_others(row: object):
    cell = Address("w_q", "0", 1, "", 2)
    assert from_rows([["handset", *cell, 7.5], row]) == ({"handset": {cell: 7.5}}, False)


def test_a_word_too_long_to_be_one_is_refused_not_cut():
    row = ["handset", "x", "a" * LONGEST_POINTS, 0, "", 1, 7.5]
    assert from_rows([row]) == ({"handset": {Address("x", row[2], 0, "", 1): 7.5}}, True)
    row[2] += "b"
    assert from_rows([row]) == ({}, False)


def test_more_edits_than_anyone_makes_are_refused():
    many = [["handset", "x", "a", i, "", 0, 1.0] for i in range(MOST_EDITS + 1)]
    with pytest.raises(ValueError, match="more than"):
        from_rows(many)
    assert len(from_rows(many[1:])[0]["handset"]) == MOST_EDITS
    full = [[f"seeded {seed}", *row[1:]] for seed in range(4) for row in many[1:]]
    assert len(from_rows(full)[0]) == 4
    with pytest.raises(ValueError, match="more than"):
        from_rows([*full, many[0]])
