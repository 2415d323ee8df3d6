"""Diagram, curves and clock hands: valid specifications that stay the same, data that change."""

import altair as alt
import numpy as np
import pytest

from pages.shared.figures.curves import Axes, curves_specification, curves_table
from pages.shared.figures.flow import LABELS, Part, flow_specification, flow_table
from pages.shared.figures.hands import hands_specification, hands_table

AXES = Axes("distance", "score", "head")


@pytest.mark.parametrize(
    "specification",
    [flow_specification(), curves_specification(AXES), hands_specification(3, "w", "p", "a")],
    ids=["flow", "curves", "hands"],
)
def test_specifications_are_valid_and_hold_no_data(specification: dict):
    alt.LayerChart.from_dict(specification, validate=True)
    assert "datasets" not in specification


def test_specifications_are_made_once():
    assert flow_specification() is flow_specification()
    assert curves_specification(AXES) is curves_specification(Axes("distance", "score", "head"))


@pytest.mark.parametrize(
    ("working", "symbols"),
    [("encoder", {"Q K V"}), ("decoder", {"Q K V"}), ("cross", {"Q", "K V", ""})],
)
def test_the_working_part_is_in_colour_with_what_flows_into_it(working: Part, symbols: set[str]):
    table = flow_table({name: name.title() for name in LABELS}, working).to_pandas()
    chosen = table[table["chosen"]]
    assert set(chosen.loc[chosen["kind"] == "box", "label"]) == {working.title()}
    assert set(chosen.loc[chosen["kind"] != "box", "label"]) == symbols


def test_curves_keep_their_names_and_numbers():
    series = {"b": np.array([1.0, 2.0]), "a": np.array([3.0, 4.0])}
    table = curves_table(np.arange(2), series, chosen="a").to_pandas()
    for name, values in series.items():
        found = table[table["series"] == name]
        assert found["value"].tolist() == values.tolist()
        assert set(found["mark"]) == {"chosen" if name == "a" else "other"}


def test_each_word_and_pair_has_its_hand():
    degrees = np.array([[0.0, 10.0], [90.0, 20.0], [180.0, 30.0]])
    table = hands_table(degrees, ["the", "cat", "the"], ["1", "2"]).to_pandas()
    assert table["degrees"].tolist() == degrees.reshape(-1).tolist()
    assert list(table["word"].unique()) == ["1:the", "2:cat", "3:the"]
