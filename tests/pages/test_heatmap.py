"""One heatmap for every map: a valid specification that stays the same, and data that change."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import altair as alt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.figures import heatmap as figure
from pages.shared.figures.heatmap import (
    CLICK,
    CROSSES_UP_TO,
    NUMBERS_UP_TO,
    Colours,
    Frame,
    Heatmap,
    Marks,
    balanced,
    level,
    numbered,
)

FRAME = Frame("asks", "is looked at", "weight")
HOSTILE = [
    '"',
    "'",
    "\\",
    "a:b",
    ":",
    "a.b[0]",
    "<b>x</b>",
    "$x$",
    "datum.value",
    "",
    "😀",
    "\u202e",
]


def heatmap(n_rows: int = 2, n_columns: int = 3, seed: int = 0) -> Heatmap:
    values = np.random.default_rng(seed).random((n_rows, n_columns)).astype(np.float32)
    rows = [f"r{i}" for i in range(n_rows)]
    columns = [f"c{i}" for i in range(n_columns)]
    return Heatmap(values, rows, columns, FRAME, "sequential", (0.0, 1.0))


def texts_in(specification: dict[str, Any]) -> set[str]:
    """What is written into cells: ``numbers``, or a text that is the same in all of them."""
    marks = (layer["mark"] for layer in specification["layer"] if layer["mark"]["type"] == "text")
    return {"numbers" if isinstance(it["text"], dict) else it["text"] for it in marks}


def number_mark(it: Heatmap) -> dict[str, Any]:
    """The mark of the cells' numbers."""
    marks = [layer["mark"] for layer in it.specification()["layer"]]
    [found] = [it for it in marks if isinstance(it.get("text"), dict)]
    return found


def fields_in(part: object) -> set[str]:
    """Every name that the specification reads from the data."""
    match part:
        case dict():
            own = {value for key, value in part.items() if key == "field"}
            return own.union(*(fields_in(value) for value in part.values()))
        case list():
            return set().union(*(fields_in(item) for item in part))
        case _:
            return set()


# The specification


@pytest.mark.parametrize("colours", ["sequential", "diverging"])
@pytest.mark.parametrize("shape", [(1, 1), (4, 3), (9, 9), (10, 17), (64, 64)])
def test_the_specification_is_valid_vega_lite(colours: Colours, shape: tuple[int, int]):
    specification = replace(heatmap(*shape), colours=colours).specification()
    alt.LayerChart.from_dict(specification, validate=True)


@pytest.mark.parametrize("shape", [(1, 1), (5, 4), (64, 64)])
def test_the_specification_survives_json(shape: tuple[int, int]):
    specification = heatmap(*shape).specification()
    assert json.loads(json.dumps(specification, allow_nan=False)) == specification


def test_other_words_and_values_have_the_same_specification():
    other = replace(heatmap(seed=1), rows=["猫", "猫"], columns=HOSTILE[:3])
    hidden = replace(other, possible=np.zeros((2, 3), bool))
    first = heatmap().specification()
    assert other.specification() is first
    assert hidden.specification() is first


def test_altair_is_asked_once_for_maps_of_many_sizes_and_domains():
    figure._template.cache_clear()
    for size in range(6, 13):
        for end in (2.0, 5.0, 10.0, 20.0):
            it = replace(heatmap(size, size), domain=(-end, end), frame=Frame("a", "b", f"{end}"))
            assert it.specification()["layer"][0]["encoding"]["color"]["scale"]["domain"] == [
                -end,
                end,
            ]
    assert figure._template.cache_info().misses <= 2


def above(it: Heatmap) -> int:
    """Pixels for the words above the columns."""
    return it.specification()["encoding"]["x"]["axis"]["minExtent"]


def test_short_words_above_many_columns_need_no_room():
    short = replace(heatmap(40, 40), columns=["a"] * 40)
    long = replace(short, columns=["a"] * 39 + ["extraordinarily"])
    assert above(short) == above(replace(heatmap(10, 10), columns=["我"] * 10)) == 24
    assert above(long) == 90
    assert above(replace(heatmap(10, 10), columns=["extraordinarily"] * 10)) == 64


def test_words_above_columns_have_one_of_few_depths():
    depths = {
        above(replace(heatmap(n, n), columns=[letter * length] * n))
        for n in (3, 9, 20)
        for length in range(1, 20)
        for letter in "i我"
    }
    assert depths == {24, 44, 64, 90}


@pytest.mark.parametrize(("names", "flat"), [("我爱吃鱼", 24), (["Beijing", "Tiananmen"], 64)])
def test_words_lie_flat_where_the_real_width_has_room_for_them(names: Sequence[str], flat: int):
    axis = replace(heatmap(2, len(names)), columns=list(names)).specification()["encoding"]["x"]
    width = f"width / {len(names)}"  # of a column; tilted words that touch stand instead
    angle = f"{width} < 15 ? -90 : {width} < {flat} ? -45 : 0"
    assert axis["axis"]["labelAngle"] == {"expr": angle}


def test_there_is_room_for_a_tilted_word_beyond_the_last_column():
    def right(*names: str) -> int:
        it = replace(heatmap(2, len(names)), columns=list(names)).specification()
        return it["padding"]["right"] - it["padding"]["left"]

    assert right("Beijing", "love", "I", "Tiananmen") == 32
    assert right("Tiananmen", "love", "Beijing", "I") == right("我", "爱", "你") == 0


def test_columns_too_narrow_for_their_words_leave_some_out():
    axis = replace(heatmap(4, 64), columns=["v"] * 64).specification()["encoding"]["x"]["axis"]
    assert (axis["labelAngle"], axis["labelOverlap"]) == (-90, "greedy")


def test_maps_side_by_side_are_level():
    narrow, wide = heatmap(9, 4), replace(heatmap(9, 9), columns=["extraordinarily"] * 9)
    assert above(narrow) < above(wide)
    assert [above(it) for it in level([narrow, wide])] == [above(wide)] * 2


def test_no_blank_is_left_in_a_specification():
    assert "@" not in json.dumps(heatmap().specification())


def test_drawing_does_not_change_the_specification():
    before = json.dumps(heatmap().specification())
    heatmap().table(Marks(0, 1))
    assert json.dumps(heatmap(seed=2).specification()) == before


@pytest.mark.parametrize(
    "change",
    [
        {"frame": Frame("提问", "被看", "权重")},
        {"colours": "diverging"},
        {"domain": (0.0, 2.0)},
        {"ghosts": 0.5},
    ],
)
def test_another_frame_or_look_has_another_specification(change: dict[str, Any]):
    assert replace(heatmap(), **change).specification() != heatmap().specification()


def test_no_word_of_a_reader_is_in_the_specification():
    secret = replace(heatmap(), rows=["secret", "x"], columns=["secret"] * 3)
    assert "secret" not in json.dumps(secret.specification())


def test_the_data_have_every_field_of_the_specification():
    derived = {"mark", "length"}
    specification = heatmap().specification()
    assert fields_in(specification) - derived <= set(heatmap().table(Marks(0, 0)).column_names)


def test_rows_are_as_high_as_each_other_whatever_is_shown():
    heights = [heatmap(n).specification()["height"] for n in (1, 2, 8, 16, 64)]
    assert heights == sorted(heights)
    assert heights[1] == 2 * heights[0]


def test_small_maps_show_their_numbers_and_large_ones_do_not():
    assert "numbers" in texts_in(heatmap(3, NUMBERS_UP_TO).specification())
    assert "numbers" not in texts_in(heatmap(3, NUMBERS_UP_TO + 1).specification())


def test_what_is_out_of_reach_has_a_cross_as_long_as_there_is_room():
    assert "×" in texts_in(heatmap(CROSSES_UP_TO, 64).specification())
    assert "×" not in texts_in(heatmap(CROSSES_UP_TO + 1, 3).specification())


def test_crosses_and_numbers_never_share_a_cell():
    filters = {
        layer["transform"][0]["filter"]
        for layer in heatmap(3, 3).specification()["layer"]
        if layer["mark"]["type"] == "text"
    }
    assert filters == {"datum.possible", "!datum.possible"}


def test_numbers_depend_on_the_real_width_of_a_cell():
    assert "width / 7 >=" in number_mark(heatmap(3, 7))["text"]["expr"]
    assert "width / 7 >=" in number_mark(heatmap(3, 7))["fontSize"]["expr"]


@pytest.mark.parametrize(
    ("largest", "written"),
    [(0.1, [".3f", ".2f"]), (1.0, [".2f"]), (5.0, [".2f", ".1f"]), (100.0, [".3~s"])],
)
def test_a_digit_less_is_written_only_if_it_still_says_something(
    largest: float, written: list[str]
):
    expression = number_mark(replace(heatmap(), domain=(-largest, largest)))["text"]["expr"]
    assert re.findall(r"'(\.[^']+)'", expression) == written


def test_numbers_of_low_rows_are_small():
    assert number_mark(replace(heatmap(), row_height=12))["fontSize"]["expr"] == "9"


def test_the_colour_bar_is_never_wider_than_the_map():
    legend = heatmap().specification()["layer"][0]["encoding"]["color"]["legend"]
    assert "width" in legend["gradientLength"]["expr"]


def test_a_rows_height_can_be_given():
    given_one = replace(heatmap(5), row_height=20).specification()
    assert given_one["height"] == 5 * 20


def test_a_click_gives_the_cells_place():
    clicks = [p for p in heatmap().specification()["params"] if p["name"] == CLICK]
    assert [click["select"]["fields"][:2] for click in clicks] == [["row", "column"]]


# The data


def test_one_line_a_cell_by_hand():
    table = heatmap().table(Marks(1, 2, turn=7)).to_pandas()
    assert table["row"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["column"].tolist() == [0, 1, 2, 0, 1, 2]
    assert table["row_name"].tolist() == ["1:r0"] * 3 + ["2:r1"] * 3
    assert table["column_name"].tolist() == ["1:c0", "2:c1", "3:c2"] * 2
    assert table["value"].tolist() == heatmap().values.reshape(-1).tolist()
    assert table["asks"].tolist() == [False] * 3 + [True] * 3
    assert table["opened"].tolist() == [False] * 5 + [True]
    assert set(table["turn"]) == {7}
    assert table["possible"].tolist() == [True] * 6


def test_a_map_without_keys_opens_no_cell():
    table = heatmap().table(Marks(1, None)).to_pandas()
    assert table["asks"].tolist() == [False] * 3 + [True] * 3
    assert table["opened"].tolist() == [False] * 6


def test_what_is_not_possible_says_so_in_its_own_cell():
    possible = np.array([[True, False, True], [False, True, True]])
    table = replace(heatmap(), possible=possible).table(Marks(0, 0)).to_pandas()
    assert table["possible"].tolist() == possible.reshape(-1).tolist()


@given(st.lists(st.sampled_from([*HOSTILE, "the", "the"]) | st.text(max_size=4), max_size=9))
def test_repeated_words_have_names_of_their_own_and_keep_their_order(words: list[str]):
    names = numbered(words)
    assert len(set(names)) == len(words)
    assert [name[name.index(":") + 1 :] for name in names] == words


def test_any_words_are_data():
    words = HOSTILE[:3]
    table = replace(heatmap(), rows=words[:2], columns=words).table(Marks(0, 0)).to_pandas()
    assert table["column_name"].tolist() == numbered(words) * 2


# Balanced domains

numbers = st.lists(st.floats(-(2.0**100), 2.0**100, width=32), max_size=6)


@given(numbers)
def test_a_balanced_domain_holds_every_value_and_has_0_in_its_middle(values: list[float]):
    low, high = balanced(np.array(values, dtype=np.float32))
    largest = max(map(abs, values), default=0)
    assert low == -high < 0
    assert high >= largest * (1 - 1e-6)
    assert largest == 0 or high <= largest * 5


@pytest.mark.parametrize(
    ("largest", "end"), [(0, 1), (0.3, 0.5), (1, 1), (1.01, 2), (2.5, 5), (-7, 10), (99, 100)]
)
def test_balanced_domains_by_hand(largest: float, end: float):
    assert balanced(np.array([0.0, largest])) == pytest.approx((-end, end))


def test_nothing_at_all_has_a_domain_too():
    assert balanced(np.empty((0, 3))) == (-1, 1)


@given(st.floats(1.05, 1.9), st.floats(1.05, 1.9))
def test_a_balanced_domain_stays_while_values_move_a_little(one: float, other: float):
    assert balanced(np.array([one])) == balanced(np.array([other]))


def test_a_floor_keeps_small_numbers_pale():
    assert balanced(np.array([0.01]), 1.0) == (-1, 1)
    assert balanced(np.array([3.0]), 1.0) == (-5, 5)
