"""The page of a real model in Chinese: it opens with the model that reads it."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose
from streamlit.testing.v1 import AppTest

from core.models.words import merged, words_of
from core.reader.link import follow_link, parameters
from core.reader.model import BILINGUAL, MODEL_BEGINS, MODEL_EXAMPLES, PACKAGED, ModelChoice
from core.reader.reader import Reader
from core.sources.pretrained import PretrainedSource
from pages.shared.text import Text, plain
from tests.pages.exploring import chosen, drawn, select

ZH = Text("zh")
E5 = PretrainedSource(model=BILINGUAL)
PRAISED = MODEL_EXAMPLES["praised"]


@pytest.fixture
def model(open_dashboard: Callable[[str | None], AppTest]) -> AppTest:
    return open_dashboard("zh-CN").switch_page("pages/model.py").run()


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def of_words(sentence: str, layer: int, head: int) -> tuple[tuple[str, ...], np.ndarray]:
    run = E5.run(sentence)
    words = words_of(run.pieces)
    return words.tokens, merged(run.trace.layers[layer].weights[head], words.groups)


def said(app: AppTest) -> list[str]:
    return [it.value for it in (*app.markdown, *app.caption)]


@pytest.mark.parametrize("name", MODEL_EXAMPLES)
def test_what_an_example_finds_outlasts_the_control(name: str):
    example = MODEL_EXAMPLES[name]
    words, weights = of_words(example.sentence, *example.at)
    row, column = words.index(example.asks), words.index(example.about)
    assert weights[row].argmax() == column
    assert weights[row, column] - weights[:, column].mean() > 0.4


def test_the_page_opens_in_chinese_with_the_model_that_reads_it(model: AppTest):
    assert chosen(model, "model_name") == BILINGUAL
    words, weights = of_words(PRAISED.sentence, *PRAISED.at)
    assert_allclose(drawn(model, "model_map"), weights, atol=1e-6)
    pieces = E5.pieces(PRAISED.sentence)
    start, end = (pieces.spans[chosen(model, f"model_{it}")] for it in ("query", "key"))
    assert PRAISED.sentence[slice(*start)] == "她"
    assert PRAISED.sentence[slice(*end)] == "小"
    row, column = words.index("她"), words.index("小红")
    weight, mean = weights[row, column], weights[:, column].mean()
    control = ZH(
        "atlas.control",
        asks=plain("她"),
        found=plain("小红"),
        weight=f"{weight:.0%}",
        mean=f"{mean:.0%}",
        own=f"{weight - mean:.0%}",
    )
    assert any(control in it for it in said(model))
    assert not any("UNK" in it.value for it in model.warning)


def test_what_a_view_without_special_pieces_leaves_out_is_told(model: AppTest):
    choose(model, model_special=False)
    layer = E5.trace(PRAISED.sentence).layers[7].weights[0]
    share = layer[1:-1, [0, -1]].sum(axis=-1).mean()
    added = ZH("sentence.comma").join(plain(it) for it in ("<s>", "</s>"))
    assert ZH("model.removed", added=added, share=f"{share:.0%}") in said(model)


def test_examples_heads_and_sentences_work_in_both_models(model: AppTest):
    model.button(key="model_example.collects").click().run()
    assert (chosen(model, "model_layer"), chosen(model, "model_head")) == (6, 2)
    choose(model, model_off=((6, 2),), model_alone=True, model_finder_open=True)
    assert not model.exception
    assert not any("注意力代码" in it.value for it in model.info)
    choose(model, model_name=PACKAGED, model_sentence=ModelChoice().model_sentence)
    assert not model.exception


def test_links_of_version_1_keep_the_english_model():
    reader, _ = follow_link(Reader(), "model", {"v": "1", "lang": "zh"})
    assert reader.record(ModelChoice) == ModelChoice()


def test_a_chinese_link_opens_what_it_showed():
    reader, _ = follow_link(Reader(), "model", {"v": "2", "lang": "zh"})
    assert {name: reader[name] for name in MODEL_BEGINS["zh"]} == MODEL_BEGINS["zh"]
    for name in (PACKAGED, BILINGUAL):
        there = {name_: reader[name_] for name_ in reader.page_fields} | {"model_name": name}
        asked = parameters(there, language="zh")
        assert follow_link(Reader(), "model", asked)[0]["model_name"] == name
