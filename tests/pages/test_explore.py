"""Explore shows the numbers of core, and what the reader points at."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from streamlit.testing.v1 import AppTest

from core.layer import Rules, Sizes
from core.masks import MaskRule
from core.measures import contribution, entropy
from core.reader.examples import EXAMPLES, SENTENCES
from core.reader.explore import Choice
from core.sources.seeded import SeededSource
from core.tokens import words
from pages.shared.figures.heatmap import numbered
from pages.shared.text import LANGUAGES, Language
from tests.pages.exploring import (
    ARCHITECTURES,
    CHICKEN,
    MOUSE,
    RESULTS,
    STEPS,
    ZH,
    Visit,
    assert_shows,
    chart,
    choose,
    chosen,
    click,
    drawn,
    handset,
    measured,
)

# Numbers on the page are core's


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_shows_its_sentence_and_its_words(dashboard: AppTest, name: str):
    example = EXAMPLES[name]
    dashboard.pills(key="example").set_value(name).run()
    assert_shows(dashboard, handset().trace(example.sentence))
    tokens = words(example.sentence)
    assert tokens[chosen(dashboard, "query")] == example.asks
    assert tokens[chosen(dashboard, "key")] == example.about


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_in_the_readers_language_stand_first(open_dashboard: Visit, language: Language):
    app = open_dashboard(language)
    offered = list(app.pills(key="example").options)
    names = [next(name for name, it in EXAMPLES.items() if it.short in said) for said in offered]
    own = [EXAMPLES[name].sentence.isascii() == (language == "en") for name in names]
    assert sorted(names) == sorted(EXAMPLES)
    assert own == sorted(own, reverse=True)
    assert names[0] == SENTENCES[language].first


def test_a_typed_sentence_changes_every_map(dashboard: AppTest):
    before = {name: drawn(dashboard, name) for name in (*STEPS, *ARCHITECTURES)}
    dashboard.text_input(key="sentence").set_value(MOUSE).run()
    assert_shows(dashboard, handset().trace(MOUSE))
    assert all(len(drawn(dashboard, name)) != len(before[name]) for name in before)


def test_the_architectures_show_what_was_measured(dashboard: AppTest):
    for comparison in ("share", "strength"):
        choose(dashboard, comparison=comparison)
        for name, found in measured(Choice(), CHICKEN).items():
            expected = getattr(found.influence, comparison)
            assert_allclose(drawn(dashboard, name), expected, rtol=1e-5, atol=1e-12)
            assert np.array_equal(chart(dashboard, name)["possible"], found.field.reach.reshape(-1))


def test_sizes_need_not_be_equal(dashboard: AppTest):
    choose(dashboard, d_model=9, d_k=3, d_v=6, n_heads=3, source="seeded", seed=4)
    choose(dashboard, head=2)
    expected = SeededSource(Sizes(9, 3, 6, 3), seed=4).trace(CHICKEN)
    assert_shows(dashboard, expected, head=2)
    assert drawn(dashboard, "output").shape == (4, 6)


def test_rules_reach_the_numbers(dashboard: AppTest):
    choose(dashboard, scaled=False, temperature=0.5, mask="causal", positions="alibi")
    rules = Rules(False, 0.5, MaskRule("causal"), "alibi")
    assert_shows(dashboard, handset(rules=rules).trace(CHICKEN))


def test_every_result_is_in_a_table(dashboard: AppTest):
    layer = handset().trace(CHICKEN).layers[0]
    expected = {name: getattr(layer, name)[0] for name in ("q", "k", "v", "weights", "output")}
    expected["scores"] = layer.biased_scores[0]
    expected["contribution"] = contribution(layer.weights, layer.v)[0]
    expected["mixed"] = layer.mixed
    for name, found in measured(Choice(), CHICKEN).items():
        expected[f"influence_{name}"] = found.influence.strength
    assert expected.keys() == set(RESULTS)
    for name, values in expected.items():
        choose(dashboard, results_open=True, shown_result=name)
        [shown] = [it.value for it in dashboard.dataframe]
        assert_allclose(shown.to_numpy(), values, rtol=1e-6, err_msg=name)
        assert list(shown.index) == numbered(words(CHICKEN))


@pytest.mark.parametrize(
    ("sizes", "source", "said"),
    [
        ({}, "handset", None),
        ({"d_k": 64}, "handset", "more"),
        ({"d_v": 5}, "handset", "more"),
        ({"d_k": 64, "d_model": 9}, "handset", "fewer"),
        ({"d_k": 64}, "seeded", None),
    ],
)
def test_sizes_that_numbers_set_by_hand_do_not_fill_are_explained(
    dashboard: AppTest, sizes: dict[str, int], source: str, said: str | None
):
    for name, value in sizes.items():
        dashboard.slider(key=name).set_value(value)
    dashboard.segmented_control(key="source").set_value(source)
    dashboard.run()
    told = {name: ZH(f"sizes.{name}") for name in ("fewer", "more")}
    captions = [it.value for it in dashboard.caption]
    assert [name for name, words in told.items() if words in captions] == ([said] if said else [])


# Pointing


def test_the_word_that_asks_is_marked_on_every_map(dashboard: AppTest):
    choose(dashboard, query=1, key=0)
    for name in (*STEPS, *ARCHITECTURES):
        table = chart(dashboard, name)
        assert set(table.loc[table["asks"], "row"]) == {1}
        opened = table.loc[table["opened"], ["row", "column"]].to_numpy().tolist()
        assert opened == ([] if name == "output" else [[1, 0]])


def test_a_click_on_a_map_chooses_both_words(dashboard: AppTest):
    for name, place in {"weights": (3, 1), "recurrent": (0, 2)}.items():
        click(dashboard, name, *place)
        assert (chosen(dashboard, "query"), chosen(dashboard, "key")) == place


def test_a_click_on_the_outputs_chooses_the_word_that_asks(dashboard: AppTest):
    key = chosen(dashboard, "key")
    click(dashboard, "output", 3, 1)
    assert (chosen(dashboard, "query"), chosen(dashboard, "key")) == (3, key)


@pytest.mark.parametrize("place", [(99, 0), (-1, 0), ("x", None)])
def test_a_forged_click_points_at_nothing_else(dashboard: AppTest, place: tuple[Any, Any]):
    click(dashboard, "weights", *place)
    assert_shows(dashboard, handset().trace(CHICKEN))


def test_pointing_follows_the_word_when_others_are_typed_before_it(dashboard: AppTest):
    choose(dashboard, query=2, key=3)
    choose(dashboard, sentence="猫，" + CHICKEN)
    assert (chosen(dashboard, "query"), chosen(dashboard, "key")) == (4, 5)


@pytest.mark.parametrize("mask", ["none", "causal"])
@pytest.mark.parametrize("sentence", ["The dog bit a man", "天空很蓝", "a b", "He eats rice there"])
def test_a_new_sentence_begins_where_attention_is_least_even(
    dashboard: AppTest, sentence: str, mask: str
):
    choose(dashboard, mask=mask, sentence=sentence)
    asks, key = chosen(dashboard, "query"), chosen(dashboard, "key")
    weights = drawn(dashboard, "weights")
    seen = np.arange(1, len(weights) + 1) if mask == "causal" else len(weights)
    uneven = np.log2(seen) - entropy(weights)
    assert uneven[asks] >= uneven.max() - 1e-6
    assert weights[asks, key] == weights[asks].max()


def test_a_word_that_still_asks_looks_at_another_one_if_that_is_gone(dashboard: AppTest):
    choose(dashboard, query=2, key=3)
    choose(dashboard, sentence="我爱吃面条")
    assert chosen(dashboard, "query") == 2
    assert chosen(dashboard, "key") == drawn(dashboard, "weights")[2].argmax()


def test_pointing_stays_inside_a_shorter_sentence(dashboard: AppTest):
    choose(dashboard, sentence=MOUSE)
    choose(dashboard, query=6, key=5)
    choose(dashboard, sentence="猫")
    assert_shows(dashboard, handset().trace("猫"))
    assert (chosen(dashboard, "query"), chosen(dashboard, "key")) == (0, 0)


def test_scores_that_are_almost_nothing_stay_pale_and_are_called_so(dashboard: AppTest):
    said = ZH("maps.nothing", most="|").split("|")[0]
    assert not any(it.value.startswith(said) for it in dashboard.caption)
    choose(dashboard, sentence="甲 乙 丙 丁", temperature=4.0)
    assert np.abs(drawn(dashboard, "scores")).max() < 0.1
    assert any(it.value.startswith(said) for it in dashboard.caption)
