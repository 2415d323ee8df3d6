"""The page of the reader's own tensors: its maps are the file's; a file that is gone is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.files.traces import fingerprint, to_npz
from core.reader.model import UploadChoice
from core.reader.records import NAMES
from core.sources.handset import HandsetSource
from core.sources.pretrained import PretrainedSource
from pages.shared.figures.overview import CLICK
from pages.shared.server import cache
from pages.shared.text import LANGUAGES, Language, Text
from tests.hostile import HOSTILE, npz
from tests.pages.acting import act_during
from tests.pages.exploring import chosen, notes, select

Visit = Callable[[str | None], AppTest]

EN = Text("en")
CASES = Path(__file__).parents[1] / "data/cases"
WEIGHTS = np.array([[[0.5, 0.5], [0.25, 0.75]], [[1.0, 0.0], [0.1, 0.9]]], np.float32)


@pytest.fixture
def mine(open_dashboard: Visit) -> AppTest:
    return open_dashboard("en-US").switch_page("pages/upload.py").run()


def upload(app: AppTest, content: bytes, name: str = "mine.npz") -> AppTest:
    app.file_uploader(key="upload_file").set_value((name, content, "application/zip"))
    return app.run()


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def chart(app: AppTest, name: str) -> pd.DataFrame:
    found = app.get_by_key(name)
    assert isinstance(found, UnknownElement)
    return convert_arrow_bytes_to_pandas_df(found.proto.data.data)


def square(app: AppTest, name: str) -> NDArray[Any]:
    return chart(app, name).pivot(index="row", columns="column", values="value").to_numpy()


def strip(app: AppTest) -> dict[str, Any]:
    found = app.get_by_key("upload_strip")
    assert isinstance(found, UnknownElement)
    return json.loads(found.proto.json)


def said(app: AppTest) -> str:
    elements = [*app.warning, *app.error, *app.markdown, *app.caption]
    return " ".join(it.value for it in elements).replace("\u2068", "").replace("\u2069", "")


def test_the_example_is_shown_until_there_is_a_file(mine: AppTest):
    expected = HandsetSource().trace("The cat chased the mouse").layers[0]
    assert_allclose(square(mine, "weights"), expected.weights[0], atol=1e-6)
    choose(mine, upload_head=1)
    assert_allclose(square(mine, "output"), expected.output[1], atol=1e-6)


def test_weights_that_are_no_shares_are_not_told_as_shares(mine: AppTest):
    upload(mine, npz(weights=np.array([[[1.0, 1.0], [3.0, 1.2]]], np.float32)))
    assert EN("highlight.raw", asks="2", weight="3.00", found="1") in said(mine)
    assert [it["share"] for it in strip(mine)["words"]] == ["3.00", "1.20"]


def test_after_a_file_that_was_refused_the_example_is_there_instead(mine: AppTest):
    assert EN("upload.shows_example") in said(mine)
    upload(mine, b"nothing")
    assert EN("upload.example_instead") in said(mine)
    assert EN("upload.shows_example") not in said(mine)


def test_weights_alone_are_shown_as_they_are(mine: AppTest):
    upload(mine, npz(weights=WEIGHTS, tokens=np.array(["我", "你"])))
    choose(mine, upload_head=1)
    assert_allclose(square(mine, "upload_map"), WEIGHTS[1])
    assert set(chart(mine, "upload_map")["row_name"]) == {"1:我", "2:你"}
    choose(mine, upload_aggregate="mean")
    assert_allclose(square(mine, "upload_map"), WEIGHTS.mean(axis=0))


@pytest.mark.parametrize("layer", [0, 5])
def test_a_trace_of_the_model_page_gives_the_same_maps(mine: AppTest, layer: int):
    trace = PretrainedSource().trace("The animal was too tired.")
    upload(mine, to_npz(trace))
    choose(mine, upload_layer=layer, upload_head=11)
    assert_allclose(square(mine, "weights"), trace.layers[layer].weights[11], atol=1e-7)
    assert_allclose(square(mine, "scores"), trace.layers[layer].scores[11], atol=1e-5)


def test_rows_that_do_not_sum_to_1_are_told(mine: AppTest):
    upload(mine, npz(weights=WEIGHTS * 0.5))
    assert EN("error.file_rows_off", count=4, total=4, most="0.5") in said(mine)
    assert_allclose(square(mine, "upload_map"), WEIGHTS[0] / 2)


@pytest.mark.parametrize("name", ["a bomb", "a pickle in an array", "half an archive", "NaN"])
def test_a_file_that_is_refused_changes_nothing(mine: AppTest, name: str):
    upload(mine, npz(weights=WEIGHTS), "good.npz")
    before = square(mine, "upload_map")
    upload(mine, HOSTILE[name][1](), "[evil](http://e.vil).npz")
    [error] = mine.error
    assert "Nothing was changed." in error.value
    assert "[evil]" not in error.value
    assert chosen(mine, "upload_name") == "good.npz"
    assert_allclose(square(mine, "upload_map"), before)


def test_the_link_names_the_file_and_a_server_that_has_it_no_more_says_so(
    mine: AppTest, open_dashboard: Visit
):
    content = npz(weights=WEIGHTS)
    upload(mine, content)
    choose(mine, upload_head=1)
    fields = notes(mine).reader.fields
    assert fields["upload_name"] == "mine.npz"
    assert fields["upload_sha"] == fingerprint(content)[:8]
    other = open_dashboard("en-US")
    other.query_params["v"] = "1"
    for name in ("upload_name", "upload_sha", "upload_head"):
        other.query_params[name] = str(fields[name])
    other.switch_page("pages/upload.py").run()
    assert f"mine.npz (SHA-256 {fields['upload_sha']}…)".replace(".", r"\.") in said(other)
    assert not other.get("vega_lite_chart")
    upload(other, content)
    assert_allclose(square(other, "upload_map"), WEIGHTS[1])


def test_the_file_stays_while_other_pages_are_read(mine: AppTest):
    upload(mine, npz(weights=WEIGHTS))
    mine.switch_page("pages/cost.py").run()
    mine.switch_page("pages/upload.py").run()
    assert_allclose(square(mine, "upload_map"), WEIGHTS[0])
    [back] = [it for it in mine.button if it.label == EN("upload.example")]
    back.click().run()
    assert len(square(mine, "weights")) == 5


def test_a_file_is_shown_though_the_reader_acts_while_it_is_read(
    mine: AppTest, monkeypatch: pytest.MonkeyPatch
):
    upload(mine, npz(weights=WEIGHTS[::-1]), "first.npz")
    acted = act_during(monkeypatch, mine, cache, "uploaded")
    upload(mine, npz(weights=WEIGHTS))
    assert acted
    assert chosen(mine, "upload_name") == "mine.npz"
    assert_allclose(square(mine, "upload_map"), WEIGHTS[0])


def test_a_file_that_is_left_while_it_is_read_is_there_when_the_reader_is_back(
    mine: AppTest, monkeypatch: pytest.MonkeyPatch
):
    acted = act_during(monkeypatch, mine, cache, "uploaded", elsewhere="cost")
    upload(mine, npz(weights=WEIGHTS))
    assert acted
    assert mine.title[0].value == EN("cost.title")
    mine.switch_page("pages/upload.py").run()
    assert_allclose(square(mine, "upload_map"), WEIGHTS[0])


def test_a_file_that_is_taken_out_of_its_place_gives_way_to_the_example(mine: AppTest):
    upload(mine, npz(weights=WEIGHTS))
    mine.file_uploader(key="upload_file").set_value(None).run()
    assert EN("upload.shows_example") in said(mine)
    assert len(square(mine, "weights")) == 5


def test_attention_to_other_words_lets_both_be_chosen(mine: AppTest):
    weights = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    upload(
        mine,
        npz(
            weights=weights,
            query_tokens=np.array(["a", "b"]),
            key_tokens=np.array(["x", "y", "z"]),
        ),
    )
    assert_allclose(square(mine, "upload_map"), weights)
    label = EN("upload_query.label")
    next(it for it in mine.selectbox if it.label == label).set_value(0).run()
    assert EN("upload.row", sum="1.000", bits="1.49", most="1.58") in said(mine)


def test_attention_to_other_words_has_all_its_steps(mine: AppTest):
    random = np.random.default_rng(1)
    q, k, v = (random.normal(size=(2, n, 4)) for n in (2, 3, 3))
    tokens = {"query_tokens": np.array(["a", "b"]), "key_tokens": np.array(["x", "y", "z"])}
    upload(mine, npz(q=q, k=k, v=v, **tokens))
    assert not mine.error
    assert_allclose(square(mine, "scores"), q[0] @ k[0].T / 2, atol=1e-5)
    label = EN("upload_query.label")
    next(it for it in mine.selectbox if it.label == label).set_value(1).run()
    assert EN("upload.asks", asks="b") in said(mine)


def test_a_large_map_is_a_picture_with_a_part_of_it_beside(mine: AppTest):
    n = 300
    weights = np.random.default_rng(0).dirichlet(np.ones(n), size=(2, n)).astype(np.float32)
    upload(mine, npz(weights=weights))
    assert square(mine, "upload_map").shape == (22, 22)
    whole = chart(mine, "upload_map.whole")
    assert str(whole["picture"].iloc[0]).startswith("data:image/png")
    assert CLICK == "block"


@pytest.mark.parametrize("nonsense", [["x"], -7, "zzz", 10**9])
def test_a_tampered_value_becomes_a_usable_one(mine: AppTest, nonsense: object):
    for name in NAMES[UploadChoice]:
        mine.session_state[name] = nonsense
        mine._run()
        assert not mine.exception, name
        assert not mine.error, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_drawn_in_every_language(open_dashboard: Visit, language: Language):
    app = open_dashboard(language).switch_page("pages/upload.py").run()
    trace = HandsetSource().trace("我爱吃炸鸡")
    upload(app, to_npz(trace))
    for part in ("weights", "scores", "output", "q", "k", "v"):
        choose(app, upload_shown=part)
    assert not app.error
    assert Text(language)("origin.handset") in said(app)


# What a file leaves open


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def test_a_batch_or_layers_is_asked_for_with_the_reason(mine: AppTest):
    whole = np.load(CASES / "12b-one-layer-batch2.npy")
    upload(mine, case("12b-one-layer-batch2.npy"), "mine.npy")
    assert EN("upload_leading_axis.layers") in said(mine)
    assert EN("upload.why.usual") in said(mine)
    choose(mine, upload_layer=1)
    assert_allclose(square(mine, "upload_map"), whole[1, 0])
    choose(mine, upload_leading_axis="batch", upload_text="1", upload_head=2)
    assert_allclose(square(mine, "upload_map"), whole[1, 2])
    fields = notes(mine).reader.fields
    assert (fields["upload_leading_axis"], fields["upload_text"]) == ("batch", "1")
    upload(mine, case("15-t5.npz"), "t5.npz")
    assert notes(mine).reader["upload_leading_axis"] == ""


def test_of_several_attentions_one_is_chosen(mine: AppTest):
    upload(mine, case("15-t5.npz"), "t5.npz")
    assert square(mine, "upload_map").shape == (7, 7)
    choose(mine, upload_attention="cross")
    assert square(mine, "upload_map").shape == (4, 7)
    assert not mine.error


def test_a_mask_can_be_turned_round(mine: AppTest):
    upload(mine, case("14c-bool-mask-torch-mha.npz"))
    assert EN("upload.why.diagonal") in said(mine)
    assert not square(mine, "weights")[0, 1:].any()
    choose(mine, upload_mask="true_may")
    assert not square(mine, "weights")[0, 0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(it.name for it in CASES.iterdir()))
def test_every_case_is_shown_or_refused_in_every_language(
    open_dashboard: Visit, language: Language, name: str
):
    app = open_dashboard(language).switch_page("pages/upload.py").run()
    upload(app, case(name), name)
    assert not app.exception
    refused = name in ("11c-list.pkl", "09-attentions.h5")
    assert bool(app.error) == refused
    assert chosen(app, "upload_name") == ("" if refused else name)


def test_the_limit_and_the_way_to_a_smaller_file_are_told_before(mine: AppTest):
    assert "16 MiB" in said(mine)
    assert "float16" in said(mine)
    assert mine.file_uploader(key="upload_file").proto.type == []


def test_all_numbers_of_explore_come_back(mine: AppTest):
    source = HandsetSource()
    parameters = source.parameters(("我", "爱", "吃", "炸鸡"))
    beside = {name: getattr(parameters, name) for name in ("x", "w_q", "w_o")}
    upload(mine, to_npz(source.trace("我爱吃炸鸡"), beside=beside))
    for name, values in {"x": parameters.x, "w_q": parameters.w_q[0]}.items():
        choose(mine, upload_shown=name)
        assert_allclose(mine.dataframe[-1].value.to_numpy(), values)
    assert not mine.error
