"""The page about positions: shuffled words, and who notices."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.ideas.shuffling import ORDERS, OrderedHead, shuffled
from core.tokens import words
from pages.shared.figures.heatmap import numbered
from pages.shared.text import Text
from tests.pages.exploring import chosen, handset, select

CHICKEN = words("我爱吃炸鸡")
ZH = Text("zh")


@pytest.fixture
def page(open_dashboard: Callable[[str | None], AppTest]) -> AppTest:
    return open_dashboard("zh-CN").switch_page("pages/positions.py").run()


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    [found] = [button for button in app.button if button.label == ZH(label)]
    assert not found.disabled
    return found.click().run()


def table(app: AppTest, alt: str) -> pd.DataFrame:
    for chart in app.get("vega_lite_chart"):
        assert isinstance(chart, UnknownElement)
        if chart.proto.alt == ZH(alt):
            return convert_arrow_bytes_to_pandas_df(chart.proto.data.data)
    raise AssertionError(alt)


def drawn(app: AppTest, name: str) -> np.ndarray:
    found = table(app, f"alt.positions_{name}")
    return found.pivot(index="row", columns="column", values="value").to_numpy()


def rows(app: AppTest, name: str) -> list[str]:
    return list(table(app, f"alt.positions_{name}")["row_name"].unique())


def told(app: AppTest) -> list[str]:
    return [box.value for box in (*app.error, *app.warning, *app.info, *app.success)]


@pytest.mark.parametrize("kind", ORDERS)
def test_the_maps_show_what_core_computes(page: AppTest, kind: str):
    choose(page, positions_kind=kind)
    head = OrderedHead(handset().parameters(CHICKEN), 0, kind, seed=1)
    places = shuffled(4, 1)
    assert_allclose(drawn(page, "before"), head.run(range(4)).output, rtol=1e-5, atol=1e-7)
    assert_allclose(drawn(page, "after"), head.run(places).output, rtol=1e-5, atol=1e-7)
    assert rows(page, "after") == numbered([CHICKEN[place] for place in places])
    same = ZH("positions.same", difference="0")
    assert (same in told(page)) == (kind == "none") == (not drawn(page, "difference").any())


@pytest.mark.parametrize("kind", ORDERS)
def test_words_in_their_order_show_nothing_and_that_is_said(page: AppTest, kind: str):
    choose(page, positions_kind=kind)
    press(page, "positions.as_written")
    assert told(page) == [ZH("positions.not_shuffled")]
    press(page, "positions.shuffle")
    assert ZH("positions.not_shuffled") not in told(page)


def test_one_word_has_no_order(page: AppTest):
    choose(page, sentence="猫")
    assert told(page) == [ZH("positions.one_word")]


def test_the_bars_say_who_notices(page: AppTest):
    bars = table(page, "alt.positions_bars")
    assert list(bars["value"] == 0) == [kind == "none" for kind in ORDERS]
    names = [ZH(f"positions_kind.{kind}") for kind in ORDERS]
    for shown, name in zip(bars["name"], names, strict=True):
        assert name in shown


def test_shuffling_again_is_another_order(page: AppTest):
    before = rows(page, "after")
    press(page, "positions.shuffle")
    press(page, "positions.shuffle")
    assert chosen(page, "positions_seed") == 3
    assert rows(page, "after") == numbered([CHICKEN[place] for place in shuffled(4, 3)])
    assert rows(page, "after") != before
    assert rows(page, "before") == numbered(CHICKEN)


def test_a_word_is_moved_and_everything_goes_back(page: AppTest):
    choose(page, positions_kind="causal")
    press(page, "positions.as_written")
    assert not drawn(page, "difference").any()
    press(page, "positions.right")
    assert rows(page, "after") == numbered(["爱", "我", "吃", "炸鸡"])
    assert drawn(page, "difference").any()
    press(page, "positions.left")
    assert not drawn(page, "difference").any()


def test_another_sentence_is_shuffled_anew(page: AppTest):
    press(page, "positions.as_written")
    choose(page, sentence="猫抓老鼠，天空很蓝")
    assert len(rows(page, "after")) == 7
    assert rows(page, "after") != rows(page, "before")


def test_a_single_word_cannot_be_shuffled(page: AppTest):
    choose(page, sentence="猫", positions_kind="sinusoidal")
    assert not drawn(page, "difference").any()
    assert not page.error


def test_rope_is_not_on_offer_for_an_odd_width(page: AppTest):
    choose(page, positions_kind="rope")
    page.switch_page("pages/explore.py").run()
    choose(page, d_k=3)
    page.switch_page("pages/positions.py").run()
    assert ZH("positions.rope_needs_even", d_k=3) in told(page)
    assert chosen(page, "positions_kind") == "none"


@pytest.mark.parametrize("places", ["x", [99], [0, 0, 0, 0], None, 3])
def test_an_order_that_is_none_is_replaced(page: AppTest, places: object):
    choose(page, positions_places=places)
    assert rows(page, "after") == numbered([CHICKEN[place] for place in shuffled(4, 1)])


def test_a_long_or_an_empty_sentence_is_told(page: AppTest):
    choose(page, sentence="猫 " * 30)
    assert ZH("positions.too_many_words", count=30, limit=16) in told(page)
    choose(page, sentence=" ")
    assert ZH("error.no_tokens") in told(page)


def test_the_slider_moves_the_peak_and_keeps_its_shape(page: AppTest):
    curves = []
    for at in (0, 9):
        choose(page, positions_at=at)
        curves.append(table(page, "alt.positions_products")["value"].to_numpy())
        assert curves[-1].argmax() == at
    assert_allclose(curves[0][:20], curves[1][9:29], atol=1e-4)
