"""Bars and curves: valid specifications that stay the same, and data beside them."""

import json
from collections.abc import Callable, Iterator

import altair as alt
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages import CONTENTS, Entry
from pages.shared.figures import growth
from pages.shared.figures.bars import CLICK, Bars, Scale
from pages.shared.figures.growth import Frame
from pages.shared.text import Language
from tests.pages.languages import in_turn

Visit = Callable[[str | None], AppTest]

SCALE = Scale("weight", ".0%", (0.0, 1.0))
FRAME = Frame("words", "operations", ("a", "b'c", '"d"', "三"), "yours")


def bars(seed: int = 0, chosen: int | None = 1, *, ticks: bool = False) -> Bars:
    values = np.random.default_rng(seed).random(3)
    return Bars(values, ("x", "x", "三"), SCALE, values / 2 if ticks else None, chosen)


@pytest.mark.parametrize("chosen", [None, 1])
@pytest.mark.parametrize("ticks", [False, True])
def test_bars_are_valid(chosen: int | None, ticks: bool):
    specification = bars(chosen=chosen, ticks=ticks).specification()
    alt.LayerChart.from_dict(specification)
    assert len(specification["layer"]) == 1 + ticks
    names = [it["name"] for it in specification.get("params", [])]
    names += [it["name"] for it in specification["layer"][0].get("params", [])]
    assert names == ([] if chosen is None else [CLICK])


def test_the_specification_of_bars_stays_the_same_while_numbers_move():
    assert bars(seed=1).specification() is bars(seed=2, chosen=2).specification()


def test_bars_carry_their_numbers_in_their_names_and_mark_the_chosen_one():
    shown = Bars(np.array([0.5, 0.25]), ("x", "x"), SCALE, chosen=1).table(turn=4).to_pandas()
    assert shown.name.tolist() == ["1:x  50%", "2:x  25%"]
    assert shown.mark.tolist() == ["other", "chosen"]
    assert shown.turn.tolist() == [4, 4]


@pytest.mark.parametrize(("entry", "language"), in_turn(CONTENTS))
def test_no_title_of_an_axis_is_turned(open_dashboard: Visit, entry: Entry, language: Language):
    app = open_dashboard(language).switch_page(entry.path).run()
    for chart in app.get("vega_lite_chart"):
        for upward in upwards(json.loads(chart.proto.spec)):
            if upward.get("title") and upward.get("axis", {}) is not None:
                assert upward["axis"]["titleAngle"] == 0, chart.proto.alt


def upwards(part: object) -> Iterator[dict]:
    """Everything that a specification draws upwards or downwards by a field."""
    if isinstance(part, dict):
        encoded = part.get("encoding", {}).get("y", {})
        if "field" in encoded:
            yield encoded
        for within in part.get("layer", []):
            yield from upwards(within)


def test_curves_are_valid_and_stay_the_same():
    specification = growth.specification(FRAME, (2, 64))
    alt.LayerChart.from_dict(specification)
    assert growth.specification(FRAME, (2, 64)) is specification


def test_curves_know_the_readers_length_and_the_crossing():
    amounts = {"a": [4, 16], "b": [8, 16]}
    shown = growth.table((2, 4), amounts, 4, (4, 16, "n = 4")).to_pandas()
    assert shown.kind.tolist() == ["line"] * 4 + ["chosen", "crossing"]
    assert shown.iloc[-1][["n", "amount", "label"]].tolist() == [4, 16.0, "n = 4"]
    assert "crossing" not in set(growth.table((2, 4), amounts, 4, None)["kind"].to_pylist())
