"""The page about reach: maps, curves and fields, as a reader sees them."""

import re
from collections.abc import Callable

import altair as alt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.claims.neighbours import fading
from core.ideas import reach
from core.ideas.effective_field import DEPTHS
from core.ideas.reach import MASKS
from core.reader.ideas import ReachChoice
from pages.shared.figures.bands import Axes, Band, bands_specification, bands_table
from pages.shared.server import cache
from pages.shared.shares import power
from pages.shared.text import LANGUAGES, Language, Text, plain
from pages.shared.views.reach.noticed import noticed
from tests.pages.exploring import chosen, select

ZH = Text("zh")
NAMES = ("attention", "recurrent", "convolutional")


@pytest.fixture
def page(open_dashboard: Callable[[str | None], AppTest]) -> AppTest:
    app = open_dashboard("zh-CN")
    select(app, reach_n=10)
    return app.switch_page("pages/reach.py").run()


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def table(app: AppTest, name: str) -> pd.DataFrame:
    for chart in app.get("vega_lite_chart"):
        assert isinstance(chart, UnknownElement)
        if chart.proto.alt == ZH(f"alt.reach_{name}"):
            return convert_arrow_bytes_to_pandas_df(chart.proto.data.data)
    raise AssertionError(name)


def drawn(app: AppTest, name: str) -> np.ndarray:
    return table(app, name).pivot(index="row", columns="column", values="value").to_numpy()


def line(app: AppTest, name: str, of: str) -> pd.DataFrame:
    found = table(app, name)
    return found[found["line"] == ZH(f"reach.line.{of}")].set_index("across")


def positions(n: int) -> tuple[str, ...]:
    return tuple(str(position) for position in range(1, n + 1))


@pytest.mark.parametrize("kind", MASKS)
def test_the_map_shows_the_mean_over_seeds(page: AppTest, kind: str):
    choose(page, reach_mask=kind, reach_layers=2)
    choice = ReachChoice(reach_mask=kind, reach_layers=2)
    expected = reach.attention(positions(10), choice.stack, 0)
    assert_allclose(drawn(page, "attention"), expected.mean, atol=1e-6)


def test_the_curve_is_the_chosen_outputs_row_where_it_can_see(page: AppTest):
    choose(page, reach_output=7, reach_dilations="1,2")
    for name in NAMES:
        whole, curve = drawn(page, name)[6], line(page, "strength", name)
        paths = line(page, "paths", name)
        assert list(curve.index) == list(paths.index)
        places = 6 + np.array(curve.index, int)
        assert_allclose(curve["value"].to_numpy(), whole[places], atol=1e-6)
        low, mean, high = curve[["low", "value", "high"]].to_numpy().T
        assert (low <= mean).all()
        assert (mean <= high).all()
    assert list(line(page, "strength", "recurrent").index) == [-6, -5, -4, -3, -2, -1, 0]
    assert list(line(page, "strength", "convolutional").index) == [-3, -2, -1, 0, 1, 2, 3]


def test_paths_are_one_for_attention_and_count_positions_for_the_rnn(page: AppTest):
    choose(page, reach_output=10)
    assert set(line(page, "paths", "attention")["value"]) == {1}
    assert line(page, "paths", "recurrent")["value"].tolist() == list(range(10, 0, -1))


def test_a_windows_reach_grows_with_layers_and_a_global_tokens_at_once(page: AppTest):
    choose(page, reach_n=30, reach_mask="window")
    choose(page, reach_output=30, reach_window=2)
    assert line(page, "layers", "attention")["value"].tolist() == list(range(3, 18, 2))
    choose(page, reach_mask="global")
    assert line(page, "layers", "attention")["value"].tolist()[:2] == [4, 30]


def test_the_effective_field_is_the_smaller_one(page: AppTest):
    choose(page, reach_dilations="1")
    found = table(page, "fields")
    values = {name: part["value"] for name, part in found.groupby("line", observed=True)}
    theory = np.array(values[ZH("reach.theoretical")])
    felt = np.array(values[ZH("reach.effective")])
    assert theory.tolist() == [1 + 2 * depth for depth in DEPTHS]
    assert (felt <= theory).all()
    assert felt[-1] < 0.6 * theory[-1]


def test_other_seeds_give_other_maps_and_the_page_says_which(page: AppTest):
    before = drawn(page, "attention")
    choose(page, reach_seed=8)
    assert not np.allclose(drawn(page, "attention"), before)
    assert any(ZH("origin.seeded", detail=plain("8–15")) in it.value for it in page.markdown)


def test_the_words_of_the_sentence_can_be_used(page: AppTest):
    choose(page, reach_tokens="sentence", sentence="猫抓老鼠")
    assert list(table(page, "attention")["row_name"].unique()) == ["1:猫", "2:抓", "3:老鼠"]
    assert chosen(page, "reach_output") == 3


def test_a_schedule_can_be_clicked(page: AppTest):
    page.button(key="reach_schedule.1,3,9").click().run()
    assert chosen(page, "reach_dilations") == "1,3,9"
    seen = line(page, "layers", "convolutional")["value"]
    assert seen.iloc[0] == 2


def test_large_maps_are_pictures_with_the_same_numbers(page: AppTest):
    choose(page, reach_n=64, reach_mask="causal")
    found = table(page, "attention")
    expected = reach.attention(positions(64), ReachChoice(reach_mask="causal").stack, 0).mean
    assert_allclose(found["value"], expected[found["row"], found["column"]])
    assert found["picture"].iloc[0].startswith("data:image/png")


@pytest.mark.parametrize("typed", ["", "x", "0", "1,2,999", "1 " * 30])
def test_dilations_that_make_no_sense_are_told(page: AppTest, typed: str):
    choose(page, reach_dilations=typed)
    assert [error.value for error in page.error] == [ZH("error.bad_dilations", most=8, largest=32)]
    assert line(page, "strength", "convolutional").index.min() == -9


@pytest.mark.parametrize(
    "values",
    [
        {"reach_n": 2},
        {"reach_n": 999},
        {"reach_kernel": 4},
        {"reach_output": 500, "reach_input": -4},
        {"reach_tokens": "sentence", "sentence": "猫"},
        {"reach_tokens": "sentence", "sentence": "the cat " * 50},
        {"reach_log": True, "reach_kind": "lstm", "reach_direction": "both"},
        {"reach_kernel": 1, "reach_dilations": "1"},
        {"reach_backward": True, "reach_kernel": 9, "reach_dilations": "32,32"},
    ],
    ids=str,
)
def test_nothing_breaks_the_page(page: AppTest, values: dict[str, object]):
    choose(page, **values)
    assert not page.exception
    assert not page.error
    assert len(table(page, "strength"))


# The figure


def test_attention_without_a_mask_does_not_feel_distance_but_feels_its_own_input_more():
    """As the notice on the page says."""
    names = tuple(str(place) for place in range(32))
    shares = cache.reach_attention(names, ReachChoice().stack, 0).mean
    distance = abs(np.subtract.outer(np.arange(32), np.arange(32)))
    near, far = shares[(distance > 0) & (distance < 8)], shares[distance >= 8]
    assert near.mean() == pytest.approx(far.mean(), rel=0.1)
    assert np.diag(shares).mean() > 5 * near.mean()


def test_bands_are_a_valid_picture_without_data():
    for powers in (False, True):
        axes = Axes("a", "b", ("x", "y"), powers)
        specification = bands_specification(axes)
        alt.LayerChart.from_dict(specification, validate=True)
        assert "datasets" not in specification
        assert bands_specification(Axes("a", "b", ("x", "y"), powers)) is specification


def test_bands_leave_out_points_that_are_none_and_fill_in_missing_edges():
    across = np.arange(3)
    bands = {
        "x": Band(across, np.array([1.0, np.nan, 3.0])),
        "y": Band(across, np.full(3, 2.0), np.full(3, 1.0), np.full(3, 4.0)),
    }
    found = bands_table(bands).to_pandas()
    assert found["across"].tolist() == [0, 2, 0, 1, 2]
    assert found["low"].tolist() == [1, 3, 1, 1, 1]
    assert found["high"].tolist() == [1, 3, 4, 4, 4]


def test_what_is_to_be_noticed_names_the_shares_that_core_measures(page: AppTest):
    begin, shares = ReachChoice(), fading()
    [said] = [it.value for it in page.markdown if "1,2,4,8" in it.value and "GRU" in it.value]
    assert all(power(share) in said for share in shares.values())
    assert str(begin.reach_gain) in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_numbers_follow_each_other_in_what_is_to_be_noticed(language: Language):
    assert not re.search(r"\d\$?\s+\$?\d", noticed(Text(language)))
    assert power(1.6e-8) == r"$1.6 \cdot 10^{-8}$"
