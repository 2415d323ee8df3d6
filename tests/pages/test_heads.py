"""The page about heads: maps, sums, switches, blocks and costs, as a reader sees them."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.ideas.heads import Heads, heads, look_alike, one_big_head
from core.layer import Rules, Sizes
from core.positions import ENCODINGS
from core.reader.explore import Choice
from core.sources.seeded import SeededSource
from core.tokens import words
from pages.shared.text import Text, plain
from tests.pages.exploring import chosen, handset, select

CHICKEN = words("我爱吃炸鸡")
ZH = Text("zh")


@pytest.fixture
def page(open_dashboard: Callable[[str | None], AppTest]) -> AppTest:
    return open_dashboard("zh-CN").switch_page("pages/heads.py").run()


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def charts(app: AppTest, alt: str, **values: object) -> list[UnknownElement]:
    found = [chart for chart in app.get("vega_lite_chart") if isinstance(chart, UnknownElement)]
    return [chart for chart in found if chart.proto.alt == ZH(alt, **values)]


def tables(app: AppTest, alt: str, **values: object) -> list[pd.DataFrame]:
    found = charts(app, alt, **values)
    return [convert_arrow_bytes_to_pandas_df(chart.proto.data.data) for chart in found]


def drawn(app: AppTest, alt: str, **values: object) -> np.ndarray:
    [table] = tables(app, alt, **values)
    return table.pivot(index="row", columns="column", values="value").to_numpy()


def by_hand(n_heads: int) -> Heads:
    return heads(handset(Sizes(14, n_heads=n_heads)).parameters(CHICKEN), Rules())


def told(app: AppTest) -> list[str]:
    return [box.value for box in (*app.error, *app.warning, *app.info, *app.success)]


@pytest.mark.parametrize("n_heads", range(1, 9))
def test_every_head_has_its_map(page: AppTest, n_heads: int):
    choose(page, n_heads=n_heads)
    for head, weights in enumerate(by_hand(n_heads).weights):
        assert_allclose(drawn(page, "alt.heads_map", head=head + 1), weights, atol=1e-6)
    assert not tables(page, "alt.heads_map", head=n_heads + 1)
    assert not page.error


def test_no_control_chooses_a_head_where_all_are_shown(page: AppTest):
    assert "head" not in [control.key for control in page.segmented_control]


@pytest.mark.parametrize(("n_heads", "told"), [(2, "two"), (4, None), (5, None), (8, "tied")])
def test_no_two_heads_are_most_alike_if_others_are_as_much(
    page: AppTest, n_heads: int, told: str | None
):
    choose(page, n_heads=n_heads)
    alike = look_alike(by_hand(n_heads).weights)[np.triu_indices(n_heads, 1)]
    tied = int((alike > alike.max() - 0.005).sum())
    most = ZH("heads.most_alike", first=1, second=2, look="", pull="").split("看")[1][:3]
    assert any(f"有 {tied} 对头" in it.value for it in page.markdown) == (told == "tied")
    assert any(most in it.value for it in page.markdown) == (tied == 1 and told is None)


@pytest.mark.parametrize("n_heads", [1, 2, 4, 8])
def test_the_rows_shown_add_up_to_the_output_shown(page: AppTest, n_heads: int):
    choose(page, n_heads=n_heads, query=1)
    shown = drawn(page, "alt.heads_sum")
    assert_allclose(shown[:-1].sum(axis=0), shown[-1], atol=1e-6)
    assert_allclose(shown[-1], by_hand(n_heads).output[1], atol=1e-6)


@pytest.mark.parametrize("n_heads", [2, 8])
def test_the_column_times_w_o_is_the_output_shown(page: AppTest, n_heads: int):
    choose(page, n_heads=n_heads)
    column = np.concatenate([part["value"] for part in tables(page, "alt.heads_found")])
    w_o = [
        part.pivot(index="row", columns="column", values="value").to_numpy()
        for part in tables(page, "alt.heads_w_o")
    ]
    assert_allclose(column @ np.concatenate(w_o), drawn(page, "alt.heads_sum")[-1], atol=1e-6)


def test_a_long_product_has_rows_of_one_height(page: AppTest):
    choose(page, n_heads=8)
    specs = [json.loads(chart.proto.spec) for chart in charts(page, "alt.heads_w_o")]
    rows = [len(part["row_name"].unique()) for part in tables(page, "alt.heads_w_o")]
    assert len(rows) > 1
    assert len({spec["height"] / n for spec, n in zip(specs, rows, strict=True)}) == 1


def test_heads_that_are_off_are_missing_below(page: AppTest):
    choose(page, n_heads=3, query=0)
    choose(page, heads_off=[0, 2])
    found = by_hand(3)
    shown = drawn(page, "alt.heads_sum")
    assert_allclose(shown[-1], found.contributions[1, 0], atol=1e-6)
    assert_allclose(shown[-2], found.output[0], atol=1e-6)
    said = f"**{found.moved([0, 2])[0]:.0%}**"
    assert any(said in markdown.value for markdown in page.markdown)


def test_a_single_head_that_is_off_has_nothing_to_be_added_up(page: AppTest):
    choose(page, n_heads=3, query=0)
    choose(page, heads_off=[2])
    moved = f"{by_hand(3).moved([2])[0]:.0%}"
    assert ZH("heads.off_one", asks=plain("我"), moved=moved) in [it.value for it in page.markdown]


@pytest.mark.parametrize("mask", ["none", "causal", "window"])
@pytest.mark.parametrize("positions", ENCODINGS)
def test_heads_from_the_fourth_on_look_evenly_but_for_alibi(positions: str, mask: str):
    """As the notice on the page says."""
    source = Choice(n_heads=6, positions=positions, mask=mask).layer_source
    found = heads(source.parameters(CHICKEN), source.rules)
    seen = found.weights > 0
    even = np.isclose(found.weights, seen / seen.sum(axis=-1, keepdims=True))
    assert even[3:].all() == (positions != "alibi")
    if positions != "alibi":
        assert_allclose(look_alike(found.weights)[3:, 3:], 1, atol=1e-6)


def test_all_heads_off_leave_nothing(page: AppTest):
    choose(page, heads_off=[0, 1])
    assert not drawn(page, "alt.heads_sum")[-1].any()
    assert any("**100%**" in markdown.value for markdown in page.markdown)


def test_a_head_that_is_gone_is_not_off(page: AppTest):
    choose(page, n_heads=4)
    choose(page, heads_off=[1, 3])
    choose(page, n_heads=2)
    assert list(chosen(page, "heads_off")) == [1]


def test_likeness_is_computed_from_the_maps(page: AppTest):
    choose(page, n_heads=5)
    assert_allclose(drawn(page, "alt.heads_look"), look_alike(by_hand(5).weights), atol=1e-6)
    choose(page, n_heads=1)
    assert ZH("heads.alike_one") in told(page)


def test_only_blocks_that_stay_apart_are_the_heads(page: AppTest):
    for mode in ("apart", "open", "merged"):
        choose(page, heads_blocks=mode, source="seeded")
        parameters = SeededSource(Sizes(14)).parameters(CHICKEN)
        big = one_big_head(parameters, Rules(), mode)
        assert_allclose(drawn(page, "alt.heads_big"), big.weights, atol=1e-6)
        assert bool(page.success) == (mode == "apart")
        assert bool(page.warning) == (mode != "apart")


def test_the_cost_is_the_same_in_every_row(page: AppTest):
    choose(page, heads_width=32)
    table = page.table[-1].value
    assert list(table.index) == ["1", "2", "4", "8"]
    work = f"{8 * 4 * 32**2 + 4 * 4**2 * 32:,}"
    assert set(table[ZH("heads.cost_formula")]) == {work}
    assert set(table[ZH("heads.cost_counted")]) == {work}


def test_random_numbers_say_so(page: AppTest):
    choose(page, source="seeded", seed=3)
    assert any(ZH("origin.seeded", detail="3") in it.value for it in page.markdown)


@pytest.mark.parametrize(
    "values",
    [
        {"heads_off": "all"},
        {"heads_off": [99]},
        {"heads_blocks": "round"},
        {"heads_width": 7},
        {"n_heads": 99},
        {"sentence": " "},
        {"sentence": "the cat " * 40},
        {"sentence": "猫"},
        {"n_heads": 8, "d_v": 64, "d_model": 64},
        {"n_heads": 3, "d_v": 1, "mask": "padding", "padded": [0, 1, 2, 3]},
    ],
    ids=str,
)
def test_nothing_breaks_the_page(page: AppTest, values: dict[str, object]):
    choose(page, **values)
    assert not page.exception
    assert drawn(page, "alt.heads_sum").size
