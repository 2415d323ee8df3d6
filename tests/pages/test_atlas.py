"""The atlas, beside the opened head: of a model, and of a reader's own tensors."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.measures import rollout
from core.sources.pretrained import PretrainedSource
from pages.shared.figures.atlas import CLICK
from pages.shared.text import Text, plain
from pages.shared.views.upload.places import OTHER
from tests.hostile import npz
from tests.pages.exploring import chart, chosen, drawn, notes, select
from tests.pages.test_address import address, follow

Visit = Callable[[str | None], AppTest]

EN = Text("en")
TIRED = "The animal didn't cross the street because it was too tired."
LAYERS, HEADS, N = 2, 3, 4
MAPS = np.random.default_rng(3).dirichlet(np.ones(N), size=(LAYERS, HEADS, N)).astype(np.float32)
MAPS[1, 2] = np.eye(N)[[0, 0, 1, 2]] * 0.9 + 0.025  # each looks at the one before
TOKENS = np.array(["the", "cat", "sat", "down"])


@pytest.fixture
def model(open_dashboard: Visit) -> AppTest:
    return open_dashboard("en-US").switch_page("pages/model.py").run()


@pytest.fixture
def mine(open_dashboard: Visit) -> AppTest:
    app = open_dashboard("en-US").switch_page("pages/upload.py").run()
    return upload(app, npz(weights=MAPS, tokens=TOKENS))


def upload(app: AppTest, content: bytes, place: str = "upload_file") -> AppTest:
    app.file_uploader(key=place).set_value(("mine.npz", content, "application/zip"))
    app.run()
    assert not app.exception
    return app


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    app.run()
    assert not app.exception
    return app


def cells(app: AppTest, page: str = "model") -> pd.DataFrame:
    return chart(app, f"{page}_atlas").set_index(["layer", "head"])


def click(app: AppTest, layer: int, head: int, page: str = "model") -> AppTest:
    """Click on a head, as the browser tells it."""
    found, states = app.get_by_key(f"{page}_atlas"), WidgetStates()
    assert isinstance(found, UnknownElement)
    place = {"layer": layer, "head": head, "turn": notes(app).clicks}
    states.widgets.add(id=found.proto.id, string_value=json.dumps({"selection": {CLICK: [place]}}))
    app._run(states)
    assert not app.exception
    return app


def ask(app: AppTest, strip: str, place: int) -> AppTest:
    """Choose a word of a strip."""
    found, states = app.get_by_key(strip), WidgetStates()
    assert isinstance(found, UnknownElement)
    states.widgets.add(id=found.proto.id, json_value=json.dumps({"asked": place}))
    app._run(states)
    assert not app.exception
    return app


def test_a_click_opens_a_head(model: AppTest):
    click(model, 4, 7)
    assert (chosen(model, "model_layer"), chosen(model, "model_head")) == (4, 7)
    assert cells(model)["chosen"].loc[(4, 7)]
    assert "Layer 4, head 7 (counted from 0)" in [it.value for it in model.subheader]


def test_a_click_switches_a_head_off_and_on_again(model: AppTest):
    choose(model, model_click="off")
    click(model, 3, 1)
    click(model, 0, 2)
    assert chosen(model, "model_off") == ((0, 2), (3, 1))
    assert chosen(model, "model_layer") == 3  # nothing else is opened
    found = cells(model)
    assert found.index[found["off"].to_numpy(bool)].tolist() == [(0, 2), (3, 1)]
    whole = PretrainedSource().run(TIRED).embedding
    without = PretrainedSource(off=frozenset({(0, 2), (3, 1)})).run(TIRED).embedding
    assert whole is not None
    assert without is not None
    told = [it.value for it in model.markdown if it.value.startswith("Without 0·2, 3·1")]
    assert f"moves by {1 - float(whole @ without):.3f}" in told[0]
    click(model, 0, 2)
    assert chosen(model, "model_off") == ((3, 1),)
    model.button(key="model_all_on").click().run()
    assert chosen(model, "model_off") == ()
    assert not any("Without" in it.value for it in model.markdown)


def test_a_piece_that_is_chosen_gets_the_answer_of_every_head(model: AppTest):
    ask(model, "model_strip", 13)  # too
    assert chosen(model, "model_cells") == "answers"
    run, found = PretrainedSource().run(TIRED), cells(model)
    for layer, steps in enumerate(run.trace.layers):
        for head, weights in enumerate(steps.weights):
            top = int(weights[13].argmax())
            cell = found.loc[(layer, head)]
            assert cell["found"] == run.pieces.tokens[top]
            assert cell["weight"] == pytest.approx(weights[13, top], abs=1e-6)
            assert cell["mean"] == pytest.approx(weights[:, top].mean(), abs=1e-6)
            assert cell["strength"] == cell["weight"]


def test_answers_leave_out_what_is_hidden(model: AppTest):
    choose(model, model_cells="answers", model_special=False)
    assert not {"[CLS]", "[SEP]"} & {*cells(model)["found"]}


@pytest.mark.parametrize("look", ["maps", "answers", "habits"])
def test_sorted_the_head_comes_first_that_does_it_most(model: AppTest, look: str):
    choose(model, model_cells=look, model_order="previous", model_sorted=True)
    found = chart(model, "model_atlas")
    assert (np.diff(found["value"]) <= 1e-7).all()
    assert found.loc[0, ["layer", "head"]].tolist() == [0, 2]
    choose(model, model_order="sharp")
    assert (np.diff(chart(model, "model_atlas")["value"]) >= -1e-7).all()


def test_heads_are_named_after_what_takes_half_of_their_attention(model: AppTest):
    choose(model, model_cells="habits", model_order="previous", model_layer=0, model_head=2)
    run, found = PretrainedSource().run(TIRED), cells(model)
    assert found["habit"].loc[(0, 2)] == EN("atlas_habit.previous")
    share = run.features.previous[0, 2]
    assert found["strength"].loc[(0, 2)] == pytest.approx(share, abs=1e-6)
    named = EN("atlas.named", habit=EN("atlas_order.previous"), share=f"{share:.0%}")
    assert any(named in it.value for it in model.caption)
    special = run.features.special >= 0.5
    assert (found["habit"] == EN("atlas_habit.special")).sum() == special.sum()


# A reader's own tensors


def test_a_file_has_an_atlas_and_a_finder(mine: AppTest):
    click(mine, 1, 2, "upload")
    assert_allclose(drawn(mine, "upload_map"), MAPS[1, 2], atol=1e-6)
    choose(mine, upload_cells="habits", upload_order="previous", upload_finder_open=True)
    assert cells(mine, "upload")["habit"].loc[(1, 2)] == EN("atlas_habit.previous")
    found = next(it.value for it in mine.dataframe if "head" in it.value)
    assert found.loc[0, ["layer", "head"]].tolist() == [1, 2]
    assert found.loc[0, "value"] == pytest.approx(0.925, abs=1e-6)
    ask(mine, "upload_strip", 1)
    assert chosen(mine, "upload_cells") == "answers"
    assert cells(mine, "upload")["found"].loc[(1, 2)] == "the"


def test_a_file_has_rollout_and_lines(mine: AppTest):
    choose(mine, upload_layer=1, upload_head=2, upload_aggregate="rollout")
    assert_allclose(drawn(mine, "upload_map"), rollout(MAPS)[-1], atol=1e-6)
    mine.multiselect(key="upload_lines.3.1.2").set_value([2, 0]).run()
    drawn_ones = [it.proto.data.data for it in mine.get("vega_lite_chart")]
    tables = [convert_arrow_bytes_to_pandas_df(it) for it in drawn_ones]
    assert [{*it["head"]} for it in tables if "query_name" in it] == [{"1·2", "1·0"}]


def test_a_map_between_two_texts_has_what_needs_no_square(mine: AppTest):
    cross = np.random.default_rng(0).dirichlet(np.ones(5), size=(2, 2, 3)).astype(np.float32)
    names = {"query_tokens": np.array(list("abc")), "key_tokens": np.array(list("vwxyz"))}
    choose(mine, upload_aggregate="rollout", upload_order="previous")
    upload(mine, npz(weights=cross, **names))
    assert chosen(mine, "upload_aggregate") == "head"
    assert chosen(mine, "upload_order") == "pair"
    assert mine.selectbox(key="upload_order").options == [
        EN(f"atlas_order.{it}") for it in ("pair", "sharp", "wide")
    ]
    choose(mine, upload_cells="answers", upload_query=2, upload_layer=1, upload_head=0)
    answer = cells(mine, "upload").loc[(1, 0)]
    assert answer["found"] == "vwxyz"[cross[1, 0, 2].argmax()]


def test_a_file_of_one_head_needs_no_atlas(mine: AppTest):
    upload(mine, npz(weights=MAPS[0, 0], tokens=TOKENS))
    assert mine.get_by_key("upload_map")
    with pytest.raises(KeyError):
        mine.get_by_key("upload_atlas")


def test_words_of_a_file_are_words(mine: AppTest):
    hostile = np.array(["<b>", "$x$", "[a](http://b.c)", "*"])
    upload(mine, npz(weights=MAPS, tokens=hostile))
    choose(mine, upload_cells="answers", upload_query=2)
    assert any(plain("[a](http://b.c)") in it.value for it in mine.caption)


def test_a_second_file_is_put_beside_the_first(mine: AppTest):
    other = MAPS[:, ::-1]
    upload(mine, npz(weights=other, tokens=np.array(["the", "dog", "sat", "down"])), OTHER.place)
    choose(mine, upload_layer=1, upload_head=2)
    assert_allclose(drawn(mine, "beside_a"), MAPS[1, 2], atol=1e-6)
    assert_allclose(drawn(mine, "beside_difference"), MAPS[1, 0] - MAPS[1, 2], atol=1e-6)
    assert "2:cat / dog" in set(chart(mine, "beside_difference")["row_name"])
    assert chosen(mine, "upload_other_name") == "mine.npz"
    mine.file_uploader(key=OTHER.place).set_value(None).run()
    assert chosen(mine, "upload_other_sha") == ""
    assert_allclose(drawn(mine, "upload_map"), MAPS[1, 2], atol=1e-6)  # A is still there


def test_a_second_file_that_is_unlike_the_first_is_told_so(mine: AppTest):
    upload(mine, npz(weights=MAPS[:1]), OTHER.place)
    assert EN("upload_other.unlike", layers=2, heads=3) in [it.value for it in mine.info]
    upload(mine, b"no file at all", OTHER.place)
    assert any(plain("mine.npz") in it.value for it in mine.error)


def test_a_link_to_two_files_asks_for_both(cold_dashboard: Visit, mine: AppTest):
    upload(mine, npz(weights=MAPS[:, ::-1], tokens=TOKENS), OTHER.place)
    linked = follow(cold_dashboard("en-US"), address(mine), "upload")
    told = [it.value for it in linked.warning]
    assert len(told) == 1  # of A: beside nothing there is no B
    upload(linked, npz(weights=MAPS, tokens=TOKENS))
    assert chosen(linked, "upload_other_sha") in linked.warning[0].value


def test_heads_fade_that_do_less_of_a_chosen_behaviour(model: AppTest):
    assert not cells(model)["strength"].to_numpy(float).any()
    choose(model, model_order="previous")
    found = cells(model)
    veil, value = found["strength"].to_numpy(float), found["value"].to_numpy(float)
    assert (np.argsort(-veil, kind="stable") == np.argsort(value, kind="stable")).all()
    assert veil.min() == 0
    assert veil.max() == pytest.approx(0.75)
    choose(model, model_order="sharp")  # few bits are sharp
    found = cells(model)[["strength", "value"]].to_numpy(float)
    assert found[:, 0].argmin() == found[:, 1].argmin()


def test_a_new_file_is_asked_for_its_telling_token_and_a_linked_one_for_the_links(
    cold_dashboard: Visit, mine: AppTest
):
    content = npz(weights=MAPS[::-1], tokens=np.array(["<s>", "cat", "sat", "down"]))
    upload(mine, content)
    own = (MAPS[1, 0] - MAPS[1, 0].mean(axis=0))[1:, 1:]
    np.fill_diagonal(own, -1)
    query, key = np.unravel_index(own.argmax(), own.shape)
    assert (chosen(mine, "upload_query"), chosen(mine, "upload_key")) == (query + 1, key + 1)
    choose(mine, upload_query=0, upload_key=3)
    linked = follow(cold_dashboard("en-US"), address(mine), "upload")
    upload(linked, content)
    assert (chosen(linked, "upload_query"), chosen(linked, "upload_key")) == (0, 3)
