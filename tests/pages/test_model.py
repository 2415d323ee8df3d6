"""The page of the real model: its numbers are the model's, whatever is typed."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.arrays import Array
from core.measures import HeadFeatures, head_features, mean_over_heads, rollout
from core.models.compare import compare
from core.models.packaged import NAME
from core.models.run import ModelRun
from core.models.telling import telling, tells_most
from core.reader.model import BILINGUAL, ModelChoice
from core.reader.records import NAMES
from core.sources.pretrained import LIMIT, PretrainedSource
from pages.shared.figures.heatmap_axes import faded
from pages.shared.text import LANGUAGES, Text, plain
from tests.choosing import read
from tests.pages.exploring import chosen, select

Visit = Callable[[str | None], AppTest]

TIRED, WIDE = ModelChoice().model_sentence, ModelChoice().model_other
EN = Text("en")


@pytest.fixture
def model(open_dashboard: Visit) -> AppTest:
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    return choose(app, model_finder_open=True, model_steps_open=True)  # what is folded is not drawn


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def chart(app: AppTest, name: str) -> pd.DataFrame:
    found = app.get_by_key(name)
    assert isinstance(found, UnknownElement)
    return convert_arrow_bytes_to_pandas_df(found.proto.data.data)


def square(app: AppTest, name: str) -> np.ndarray:
    data = chart(app, name)
    return data.pivot(index="row", columns="column", values="value").to_numpy()


def weights_of(run: ModelRun, layer: int, head: int) -> np.ndarray:
    return run.trace.layers[layer].weights[head]


def weights(sentence: str, layer: int, head: int) -> np.ndarray:
    return weights_of(PretrainedSource().run(sentence), layer, head)


def test_the_map_is_the_head_of_the_model(model: AppTest):
    assert_allclose(square(model, "model_map"), weights(TIRED, 3, 1), atol=1e-6)


def test_the_famous_example_is_told_as_it_is(model: AppTest):
    story = " ".join(it.value for it in model.markdown).replace("\u2068", "").replace("\u2069", "")
    assert "“it” gives “animal” 0.677 in A and 0.281 in B" in story
    assert "In B its largest weight goes to “\\[CLS\\]”" in story


def test_a_head_has_one_number_all_over_the_page(model: AppTest):
    choose(model, model_layer=3, model_head=1, model_steps_open=True)
    assert any("Layer 3, head 1 (counted from 0)" in it.value for it in model.subheader)
    told = " ".join(it.value for it in model.markdown)
    assert "Head 1: $q_" in told
    assert "Head 2: $q_" not in told


def test_another_head_is_another_map(model: AppTest):
    choose(model, model_layer=4, model_head=0)
    assert_allclose(square(model, "model_map"), weights(TIRED, 4, 0), atol=1e-6)


def test_the_mean_and_rollout_are_what_they_are_called(model: AppTest):
    layers = PretrainedSource().trace(TIRED).layers
    choose(model, model_aggregate="mean")
    assert_allclose(square(model, "model_map"), mean_over_heads(layers[3].weights), atol=1e-6)
    choose(model, model_aggregate="rollout")
    upto = rollout(np.stack([layer.weights for layer in layers[:4]]))[-1]
    assert_allclose(square(model, "model_map"), upto, atol=1e-6)


def test_hidden_special_pieces_leave_rows_that_sum_to_less_until_they_are_scaled(model: AppTest):
    choose(model, model_special=False)
    found = square(model, "model_map")
    assert_allclose(found, weights(TIRED, 3, 1)[1:-1, 1:-1], atol=1e-6)
    choose(model, model_renormalise=True)
    assert_allclose(square(model, "model_map").sum(axis=1), 1, atol=1e-5)


def test_pieces_are_put_together_to_words(model: AppTest):
    choose(model, model_sentence="unbelievable cats", model_words=True)
    assert len(square(model, "model_map")) == 4  # [CLS], two words, [SEP]


def test_a_sentence_beside_itself_gives_exactly_nothing(model: AppTest):
    choose(model, model_other=TIRED)
    assert (square(model, "beside_difference") == 0).all()


def test_words_beside_each_other_are_those_of_their_own_sentence(model: AppTest):
    for name, last in {"a": "tired", "b": "wide", "difference": "tired / wide"}.items():
        names = chart(model, f"beside_{name}")["row_name"]
        assert f"14:{last}" in set(names)


def test_a_piece_without_a_counterpart_stays_in_grey(model: AppTest):
    choose(model, model_other="the animal slept.", model_query=9)  # "because"
    for name in ("beside_a", "beside_b", "beside_difference"):
        shown = chart(model, name)
        assert set(shown["row_name"][shown["asks"]]) == {f"10:{faded('because')}"}
        assert {"animal", faded("slept")} < {it.split(":")[1] for it in shown["row_name"]}
    row = chart(model, "beside_a").query("asks and possible")
    assert sum(row["value"]) == pytest.approx(1, abs=1e-4)  # nothing of A is missing
    assert not sum(chart(model, "beside_difference").query("asks")["possible"])
    assert EN("beside.alone") in [it.value for it in model.caption]


def test_a_head_that_looks_at_the_piece_before_makes_no_sink(model: AppTest):
    choose(model, model_sentence="I like dogs, cats, and birds.", model_query=6)  # "," after cats
    choose(model, model_layer=0, model_head=2)
    assert weights(model.session_state["model_sentence"], 0, 2)[6, 5] > 0.99
    assert not any("attention sink" in it.value for it in model.info)
    choose(model, model_query=5)  # "cats", which looks at a comma
    assert not any("attention sink" in it.value for it in model.info)
    choose(model, model_layer=2, model_head=7)
    assert any("attention sink" in it.value and "a hypothesis" in it.value for it in model.info)


def test_the_difference_is_b_minus_a(model: AppTest):
    both = compare(PretrainedSource().trace(TIRED), PretrainedSource().trace(WIDE))
    assert_allclose(square(model, "beside_difference"), both.difference(3, 1), atol=1e-6)


@pytest.mark.parametrize("order", ["previous", "following", "same", "special", "wide"])
def test_the_finder_puts_the_head_first_that_does_it_most(model: AppTest, order: str):
    choose(model, model_order=order)
    run = PretrainedSource().run(TIRED)
    layers = np.stack([layer.weights for layer in run.trace.layers])
    features = head_features(layers, run.pieces.special)
    expected = features.entropy if order == "wide" else getattr(features, order)
    found = next(it.value for it in model.dataframe if "head" in it.value)
    values = found["value"].to_numpy(float)
    assert values[0] == pytest.approx(expected.max())
    assert expected[found["layer"][0], found["head"][0]] == expected.max()
    assert (np.diff(values) <= 0).all()


def test_what_heads_do_is_measured_once_a_text(model: AppTest, monkeypatch: pytest.MonkeyPatch):
    measured: list[int] = []

    def noted(weights: Array, special: Sequence[bool]) -> HeadFeatures:
        measured.append(len(weights))
        return head_features(weights, special)

    monkeypatch.setattr("core.models.run.head_features", noted)
    choose(model, model_sentence="nobody has typed these words before", model_order="wide")
    choose(model, model_head=5, model_order="previous")
    choose(model, model_layer=1, model_query=2)
    assert sum(measured) == 6  # layers


def test_a_long_text_says_how_much_of_it_is_read(model: AppTest):
    choose(model, model_sentence="cat " * 400)
    told = [it.value for it in model.warning]
    assert any(str(LIMIT - 2) in it and "400" in it for it in told)
    choose(model, model_part="end")
    assert not model.exception


def test_what_the_model_cannot_read_is_told(model: AppTest):
    choose(model, model_sentence="我爱吃炸鸡")
    assert any("[UNK]" in it.value for it in model.warning)


@pytest.mark.parametrize("nothing", ["", "   ", "\u200b", "\n\n"])
def test_an_empty_text_keeps_the_last_picture(model: AppTest, nothing: str):
    before = square(model, "model_map")
    choose(model, model_sentence=nothing)
    assert [it.value for it in model.error] == [EN("error.no_tokens")]
    assert_allclose(square(model, "model_map"), before)


@pytest.mark.parametrize(
    "sentence", ["<b>$x$</b> [a](http://b.c)", "😀" * 9, "مرحبا", "[CLS] [SEP]"]
)
@pytest.mark.parametrize("field", ["model_sentence", "model_other"])
def test_any_text_works(model: AppTest, field: str, sentence: str):
    choose(model, **{field: sentence})
    assert not model.exception


@pytest.mark.parametrize("name", NAMES[ModelChoice])
def test_a_tampered_value_becomes_a_usable_one(name: str):
    record, unusable = read(ModelChoice, {name: ["nonsense"]})
    assert (record, unusable) == (ModelChoice(), (name,))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_drawn_in_every_language(open_dashboard: Visit, language: str):
    app = open_dashboard(language).switch_page("pages/model.py").run()
    choose(app, model_alone=True)
    text = Text("zh" if language == "zh" else "en")
    assert app.title[0].value == text("model.title")
    assert any(
        plain(BILINGUAL if language == "zh" else NAME) in it.proto.body for it in app.markdown
    )
    assert text("off.embedding") in [it.value for it in app.markdown]


@pytest.mark.usefixtures("runtime_for_all")
def test_ten_readers_with_ten_sentences_each_see_their_own_numbers(open_dashboard: Visit):
    sentences = [f"The cat saw {n} mice." for n in range(10)]
    apps = [open_dashboard("en").switch_page("pages/model.py") for _ in sentences]
    with ThreadPoolExecutor(10) as pool:
        list(
            pool.map(
                lambda it: choose(it[0], model_sentence=it[1]), zip(apps, sentences, strict=True)
            )
        )
    for app, sentence in zip(apps, sentences, strict=True):
        assert_allclose(square(app, "model_map"), weights(sentence, 3, 1), atol=1e-6)


def test_a_new_text_is_asked_for_its_telling_piece_and_an_edit_keeps_the_one_that_asks(
    model: AppTest,
):
    choose(model, model_sentence="My dog loves cheese and hates the rain.")
    run = PretrainedSource().run("My dog loves cheese and hates the rain.")
    pair = telling(weights_of(run, 3, 1), run.pieces.telling)
    assert (chosen(model, "model_query"), chosen(model, "model_key")) == pair
    choose(model, model_query=3, model_key=4)  # loves -> cheese
    choose(model, model_sentence="Today my dog loves ham and hates the rain.")
    assert chosen(model, "model_query") == 4
    run = PretrainedSource().run("Today my dog loves ham and hates the rain.")
    assert chosen(model, "model_key") == tells_most(weights_of(run, 3, 1), run.pieces.telling, 4)
    choose(model, model_sentence="Today my dog and hates the rain.")  # who asked is gone
    run = PretrainedSource().run("Today my dog and hates the rain.")
    assert chosen(model, "model_query") == telling(weights_of(run, 3, 1), run.pieces.telling)[0]
