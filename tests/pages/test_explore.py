"""The Explore page, driven like a reader would, and by readers one would rather not have."""

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button, UnknownElement

from core import architectures
from core.architectures import Measured
from core.choices.explore import LIMITS, READERS, Choice
from core.choices.reading import LARGEST_ENTRY, read
from core.layer import MATRICES, Edit, Rules, Sizes
from core.masks import MaskKind, MaskRule
from core.measures import contribution, entropy
from core.sources.handset import HandsetSource
from core.sources.seeded import SeededSource
from core.tokens import LIMIT, characters, words
from core.trace import Array, AttentionTrace
from pages.shared.examples import EXAMPLES, SENTENCES
from pages.shared.figures.heatmap import CLICK, numbered
from pages.shared.reader.book import Address, Book
from pages.shared.reader.edits import MASK
from pages.shared.text import LANGUAGES, Language, Text, plain, plain_word
from pages.shared.views.maps import LARGE

Visit = Callable[[str | None], AppTest]

CHICKEN = "我爱吃炸鸡"
MOUSE = "猫抓老鼠，天空很蓝"
STEPS = ("scores", "weights", "output")
ARCHITECTURES = ("attention", "recurrent", "convolutional")
RESULTS = (
    *("q", "k", "v", "scores", "weights", "contribution", "output", "mixed"),
    *(f"influence_{name}" for name in ARCHITECTURES),
)
ZH = Text("zh")


# Driving and reading


def choose(app: AppTest, **values: object) -> AppTest:
    """Choose as widgets do: by the names of the choice's fields."""
    for name, value in values.items():
        app.session_state[name] = value
    return app.run()


def tamper(app: AppTest, **values: object) -> AppTest:
    """Put values in the session that no widget would; the widgets themselves send nothing."""
    for name, value in values.items():
        app.session_state[name] = value
    return app._run()


def button(app: AppTest, label: str, **values: object) -> Button:
    [found] = [found for found in app.button if found.label == ZH(label, **values)]
    return found


def press(app: AppTest, label: str, **values: object) -> AppTest:
    found = button(app, label, **values)
    assert not found.disabled
    return found.click().run()


def click(app: AppTest, name: str, row: object, column: object) -> AppTest:
    """Click on a cell of a map, as the browser tells it."""
    found, states = app.get_by_key(name), WidgetStates()
    assert isinstance(found, UnknownElement)
    cells = [{"row": row, "column": column, "turn": notes(app)["turn"]}]
    states.widgets.add(id=found.proto.id, string_value=json.dumps({"selection": {CLICK: cells}}))
    return app._run(states)


def chart(app: AppTest, name: str) -> pd.DataFrame:
    """The data of a map, one line a cell."""
    found = app.get_by_key(name)
    assert isinstance(found, UnknownElement)
    return convert_arrow_bytes_to_pandas_df(found.proto.data.data)


def drawn(app: AppTest, name: str) -> Array:
    """The numbers of a map: (row, column)."""
    return chart(app, name).pivot(index="row", columns="column", values="value").to_numpy()


def names_of_rows(app: AppTest, name: str = "weights") -> list[str]:
    return list(chart(app, name)["row_name"].unique())


def notes(app: AppTest) -> Book:
    return app.session_state["book"]


def table_key(app: AppTest, table: str) -> str:
    return notes(app)["offers"][table]["key"]


def table(app: AppTest, name: str) -> Array:
    """The numbers of a table to type into."""
    [found] = [it.value for it in app.data_editor if it.key == table_key(app, name)]
    return found.to_numpy()


def typed(*cells: tuple[Any, Any, Any]) -> dict[str, Any]:
    """What a table sends when contents are typed into cells: (row, column, content)."""
    rows: dict[Any, dict[Any, Any]] = {}
    for row, column, content in cells:
        rows.setdefault(row, {})[column] = content
    return {"edited_rows": rows, "added_rows": [], "deleted_rows": []}


def edit(app: AppTest, matrix: str, row: int, column: int, content: object) -> AppTest:
    if app.session_state.get("shown_parameter") != matrix:
        choose(app, shown_parameter=matrix)
    return choose(app, **{table_key(app, matrix): typed((row, str(column), content))})


def type_into_mask(app: AppTest, *cells: tuple[Any, Any, Any], **values: object) -> AppTest:
    return choose(app, **{table_key(app, MASK): typed(*cells)}, **values)


def of_word(word: str, column: int, row: int = 0) -> Address:
    return Address("x", word, row, "", column)


def of_matrix(matrix: str, head: int, row: int, column: int) -> Address:
    return Address(matrix, str(head), row, "", column)


def edits_of(app: AppTest, shelf: str = "handset") -> dict[Address, float]:
    return notes(app)["edits"].get(shelf, {})


def told(app: AppTest) -> list[str]:
    """Everything the page complains about or points out."""
    return [box.value for box in (*app.error, *app.warning, *app.info)]


def assert_shows(app: AppTest, trace: AttentionTrace, head: int = 0) -> None:
    layer, names = trace.layers[0], numbered(trace.query_tokens)
    seen_by_softmax = np.where(layer.may_look, layer.biased_scores, layer.scores)
    expected = {"scores": seen_by_softmax, "weights": layer.weights, "output": layer.output}
    for name, values in expected.items():
        shown = names_of_rows(app, name)
        if len(names) <= LARGE:
            assert shown == names
        else:  # drawn around the opened cell
            assert shown == names[first(app, name, "row") :][: len(shown)]
            assert names[app.session_state["query"]] in shown
        rows = slice(first(app, name, "row"), None)
        columns = slice(first(app, name, "column"), None)
        numbers = drawn(app, name)
        part = values[head][rows, columns][: numbers.shape[0], : numbers.shape[1]]
        assert len(numbers) == len(shown)
        assert len(names) > LARGE or part.shape == values[head].shape
        assert_allclose(numbers, part, rtol=1e-6, err_msg=name)


def first(app: AppTest, name: str, side: str) -> int:
    """The place of a map's first row or column: names are counted from 1."""
    return int(chart(app, name)[f"{side}_name"].iloc[0].split(":")[0]) - 1


def measured(choice: Choice, sentence: str) -> dict[str, Measured]:
    parameters = choice.layer_source.parameters(words(sentence))
    return {
        "attention": architectures.attention(parameters, choice.layer_source.rules),
        "recurrent": architectures.recurrent(parameters.x, choice.recurrent),
        "convolutional": architectures.convolutional(parameters.x, choice.convolution),
    }


# Numbers on the page are core's


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_shows_its_sentence_and_its_words(dashboard: AppTest, name: str):
    example = EXAMPLES[name]
    dashboard.button(key=f"example.{name}").click().run()
    assert_shows(dashboard, HandsetSource().trace(example.sentence))
    tokens = words(example.sentence)
    assert tokens[dashboard.session_state["query"]] == example.asks
    assert tokens[dashboard.session_state["key"]] == example.about


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_in_the_readers_language_stand_first(open_dashboard: Visit, language: Language):
    app = open_dashboard(language)
    keys = [str(it.key) for it in app.button]
    names = [it.removeprefix("example.") for it in keys if it.startswith("example.")]
    own = [EXAMPLES[name].sentence.isascii() == (language == "en") for name in names]
    assert sorted(names) == sorted(EXAMPLES)
    assert own == sorted(own, reverse=True)
    assert names[0] == SENTENCES[language].first


def test_a_typed_sentence_changes_every_map(dashboard: AppTest):
    before = {name: drawn(dashboard, name) for name in (*STEPS, *ARCHITECTURES)}
    dashboard.text_input(key="sentence").set_value(MOUSE).run()
    assert_shows(dashboard, HandsetSource().trace(MOUSE))
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
    assert_shows(dashboard, HandsetSource(rules=rules).trace(CHICKEN))


def test_every_result_is_in_a_table(dashboard: AppTest):
    layer = HandsetSource().trace(CHICKEN).layers[0]
    expected = {name: getattr(layer, name)[0] for name in ("q", "k", "v", "weights", "output")}
    expected["scores"] = layer.biased_scores[0]
    expected["contribution"] = contribution(layer.weights, layer.v)[0]
    expected["mixed"] = layer.mixed
    for name, found in measured(Choice(), CHICKEN).items():
        expected[f"influence_{name}"] = found.influence.strength
    assert expected.keys() == set(RESULTS)
    for name, values in expected.items():
        choose(dashboard, results_open=True, shown_result=name)
        editable = [editor.key for editor in dashboard.data_editor]
        [shown] = [it.value for it in dashboard.dataframe if it.key not in editable]
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
        assert (dashboard.session_state["query"], dashboard.session_state["key"]) == place


def test_a_click_on_the_outputs_chooses_the_word_that_asks(dashboard: AppTest):
    key = dashboard.session_state["key"]
    click(dashboard, "output", 3, 1)
    assert (dashboard.session_state["query"], dashboard.session_state["key"]) == (3, key)


@pytest.mark.parametrize("place", [(99, 0), (-1, 0), ("x", None)])
def test_a_forged_click_points_at_nothing_else(dashboard: AppTest, place: tuple[Any, Any]):
    click(dashboard, "weights", *place)
    assert_shows(dashboard, HandsetSource().trace(CHICKEN))


def test_pointing_follows_the_word_when_others_are_typed_before_it(dashboard: AppTest):
    choose(dashboard, query=2, key=3)
    choose(dashboard, sentence="猫，" + CHICKEN)
    assert (dashboard.session_state["query"], dashboard.session_state["key"]) == (4, 5)


@pytest.mark.parametrize("mask", ["none", "causal"])
@pytest.mark.parametrize("sentence", ["The dog bit a man", "天空很蓝", "a b", "He eats rice there"])
def test_a_new_sentence_begins_where_attention_is_least_even(
    dashboard: AppTest, sentence: str, mask: MaskKind
):
    choose(dashboard, mask=mask, sentence=sentence)
    asks, key = dashboard.session_state["query"], dashboard.session_state["key"]
    weights = drawn(dashboard, "weights")
    seen = np.arange(1, len(weights) + 1) if mask == "causal" else len(weights)
    uneven = np.log2(seen) - entropy(weights)
    assert uneven[asks] >= uneven.max() - 1e-6
    assert weights[asks, key] == weights[asks].max()


def test_a_word_that_still_asks_looks_at_another_one_if_that_is_gone(dashboard: AppTest):
    choose(dashboard, query=2, key=3)
    choose(dashboard, sentence="我爱吃面条")
    assert dashboard.session_state["query"] == 2
    assert dashboard.session_state["key"] == drawn(dashboard, "weights")[2].argmax()


def test_pointing_stays_inside_a_shorter_sentence(dashboard: AppTest):
    choose(dashboard, sentence=MOUSE)
    choose(dashboard, query=6, key=5)
    choose(dashboard, sentence="猫")
    assert_shows(dashboard, HandsetSource().trace("猫"))
    assert (dashboard.session_state["query"], dashboard.session_state["key"]) == (0, 0)


# Edits


def test_an_edit_changes_the_weights_and_undo_takes_it_back(dashboard: AppTest):
    before = drawn(dashboard, "weights")
    edit(dashboard, "w_q", 0, 1, -5.5)
    assert edits_of(dashboard) == {of_matrix("w_q", 0, 0, 1): -5.5}
    edits = (Edit("w_q", (0, 0, 1), -5.5),)
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN))
    assert np.abs(drawn(dashboard, "weights") - before).max() > 0.1
    press(dashboard, "edits.undo")
    assert edits_of(dashboard) == {}
    assert_shows(dashboard, HandsetSource().trace(CHICKEN))


def test_each_step_is_undone_by_itself(dashboard: AppTest):
    for value in (1.0, 2.0, 3.0):
        edit(dashboard, "w_k", 5, 2, value)
    for value in (2.0, 1.0):
        press(dashboard, "edits.undo")
        assert edits_of(dashboard) == {of_matrix("w_k", 0, 5, 2): value}
    press(dashboard, "edits.undo")
    assert edits_of(dashboard) == {}
    assert button(dashboard, "edits.undo").disabled


@pytest.mark.parametrize("matrix", MATRICES)
def test_every_matrix_can_be_edited(dashboard: AppTest, matrix: str):
    choose(dashboard, head=1)
    edit(dashboard, matrix, 3, 2, 7.25)
    head = 0 if matrix in ("x", "w_o") else 1  # W_O has its heads one below the other
    expected = of_word("炸鸡", 2) if matrix == "x" else of_matrix(matrix, head, 3, 2)
    assert edits_of(dashboard) == {expected: 7.25}
    edits = (Edit(matrix, (head, 3, 2), 7.25),)
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN), head=1)
    assert table(dashboard, matrix)[3, 2] == 7.25


def test_the_second_heads_rows_of_w_o_are_its_own(dashboard: AppTest):
    edit(dashboard, "w_o", 5, 0, 4.0)
    assert edits_of(dashboard) == {of_matrix("w_o", 1, 1, 0): 4.0}
    edits = (Edit("w_o", (1, 1, 0), 4.0),)
    choose(dashboard, results_open=True, shown_result="mixed", head=1)
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN), head=1)


def test_typing_the_number_that_is_there_is_no_edit(dashboard: AppTest):
    for matrix in MATRICES:
        choose(dashboard, shown_parameter=matrix)
        shown = float(table(dashboard, matrix)[2, 1])
        for content in (shown, str(shown), shown * (1 + 1e-9)):
            edit(dashboard, matrix, 2, 1, content)
            assert edits_of(dashboard) == {}
            assert button(dashboard, "edits.undo").disabled
    edit(dashboard, "w_q", 2, 1, 5.0)
    edit(dashboard, "w_q", 2, 1, 5.0)
    press(dashboard, "edits.undo")
    assert button(dashboard, "edits.undo").disabled


def test_what_the_table_still_holds_is_typed_only_once(dashboard: AppTest):
    # The browser sends all cells typed into a table again with every run.
    key = table_key(dashboard, "x")
    choose(dashboard, **{key: typed((0, "0", 7.0))})
    choose(dashboard, **{key: typed((0, "0", 7.0), (1, "0", 8.0))})
    assert table_key(dashboard, "x") == key
    assert edits_of(dashboard) == {of_word("我", 0): 7.0, of_word("爱", 0): 8.0}
    press(dashboard, "edits.undo")
    assert edits_of(dashboard) == {of_word("我", 0): 7.0}
    assert table_key(dashboard, "x") != key


# Reset


def test_reset_of_one_matrix_leaves_the_others_and_can_be_undone(dashboard: AppTest):
    edit(dashboard, "x", 2, 0, 3.0)
    edit(dashboard, "w_v", 1, 1, 2.0)
    edit(dashboard, "w_q", 0, 1, 4.0)
    press(dashboard, "edits.reset", name=ZH("matrix.w_q"))
    kept = (Edit("x", (0, 2, 0), 3.0), Edit("w_v", (0, 1, 1), 2.0))
    assert_shows(dashboard, HandsetSource(edits=kept).trace(CHICKEN))
    assert button(dashboard, "edits.reset", name=ZH("matrix.w_q")).disabled
    press(dashboard, "edits.undo")
    edits = (*kept, Edit("w_q", (0, 0, 1), 4.0))
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN))


def test_reset_takes_every_edit_back_and_can_be_undone(dashboard: AppTest):
    edit(dashboard, "x", 2, 0, 3.0)
    edit(dashboard, "w_v", 1, 1, 2.0)
    press(dashboard, "edits.reset_all")
    assert edits_of(dashboard) == {}
    assert_shows(dashboard, HandsetSource().trace(CHICKEN))
    assert button(dashboard, "edits.reset_all").disabled
    press(dashboard, "edits.undo")
    edits = (Edit("x", (0, 2, 0), 3.0), Edit("w_v", (0, 1, 1), 2.0))
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN))


def test_reset_of_one_source_leaves_the_others(dashboard: AppTest):
    edit(dashboard, "w_q", 0, 1, -5.5)
    choose(dashboard, source="seeded")
    edit(dashboard, "w_q", 0, 1, 9.5)
    press(dashboard, "edits.reset_all")
    assert_shows(dashboard, SeededSource().trace(CHICKEN))
    choose(dashboard, source="handset")
    edits = (Edit("w_q", (0, 0, 1), -5.5),)
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN))


# Edits and other changes


def test_edits_survive_switching_the_language(dashboard: AppTest):
    edit(dashboard, "w_q", 0, 1, -5.5)
    for language in ("en", "zh"):
        choose(dashboard, language=language)
        edits = (Edit("w_q", (0, 0, 1), -5.5),)
        assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN))


def test_edits_of_matrices_stay_with_another_sentence(dashboard: AppTest):
    edit(dashboard, "w_q", 0, 1, -5.5)
    for sentence in (MOUSE, CHICKEN):
        choose(dashboard, sentence=sentence)
        edits = (Edit("w_q", (0, 0, 1), -5.5),)
        assert_shows(dashboard, HandsetSource(edits=edits).trace(sentence))


@pytest.mark.parametrize("back", ["typed", "example"])
def test_an_edit_of_a_word_waits_for_its_sentence_to_come_back(dashboard: AppTest, back: str):
    edit(dashboard, "x", 2, 0, 7.0)
    if back == "typed":
        choose(dashboard, sentence="the sky")
        assert_shows(dashboard, HandsetSource().trace("the sky"))
        choose(dashboard, sentence=CHICKEN)
    else:
        dashboard.button(key="example.cat").click().run()
        assert_shows(dashboard, HandsetSource().trace(MOUSE))
        dashboard.button(key="example.eat").click().run()
    edits = (Edit("x", (0, 2, 0), 7.0),)
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN))


def test_edits_of_words_wait_while_the_sentence_is_cut_into_characters(dashboard: AppTest):
    edit(dashboard, "x", 3, 0, 7.0)  # 炸鸡 is two characters
    edit(dashboard, "x", 2, 1, 6.0)  # 吃 is one
    choose(dashboard, unit="characters")
    assert names_of_rows(dashboard) == numbered(characters(CHICKEN))
    shared = (Edit("x", (0, 2, 1), 6.0),)
    assert_shows(dashboard, HandsetSource(unit="characters", edits=shared).trace(CHICKEN))
    choose(dashboard, unit="words")
    edits = (Edit("x", (0, 3, 0), 7.0), *shared)
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN))


def test_an_edit_follows_its_word_when_others_are_typed_before_it(dashboard: AppTest):
    edit(dashboard, "x", 2, 0, 7.0)
    choose(dashboard, sentence="猫，" + CHICKEN)
    assert edits_of(dashboard) == {of_word("吃", 0): 7.0}
    edits = (Edit("x", (0, 4, 0), 7.0),)
    assert_shows(dashboard, HandsetSource(edits=edits).trace("猫，" + CHICKEN))


def test_an_edit_of_a_repeated_word_is_that_ones(dashboard: AppTest):
    sentence = "the cat chased the mouse"
    choose(dashboard, sentence=sentence)
    edit(dashboard, "x", 3, 0, 7.0)
    assert edits_of(dashboard) == {of_word("the", 0, row=1): 7.0}
    edits = (Edit("x", (0, 3, 0), 7.0),)
    assert_shows(dashboard, HandsetSource(edits=edits).trace(sentence))
    choose(dashboard, sentence="the cat")
    assert_shows(dashboard, HandsetSource().trace("the cat"))


def test_undo_brings_an_edit_back_to_its_word(dashboard: AppTest):
    edit(dashboard, "x", 2, 0, 7.0)
    edit(dashboard, "x", 2, 0, 8.0)
    choose(dashboard, sentence="猫，" + CHICKEN)
    press(dashboard, "edits.undo")
    edits = (Edit("x", (0, 4, 0), 7.0),)
    assert_shows(dashboard, HandsetSource(edits=edits).trace("猫，" + CHICKEN))
    press(dashboard, "edits.undo")
    assert_shows(dashboard, HandsetSource().trace("猫，" + CHICKEN))


def test_an_edit_that_no_longer_fits_comes_back_with_its_size(dashboard: AppTest):
    edit(dashboard, "w_q", 9, 3, 6.0)
    edits = (Edit("w_q", (0, 9, 3), 6.0),)
    for d_model, d_k in ((5, 4), (10, 3), (10, 4), (14, 6)):
        choose(dashboard, d_model=d_model, d_k=d_k)
        expected = HandsetSource(Sizes(d_model=d_model, d_k=d_k), edits=edits)
        assert_shows(dashboard, expected.trace(CHICKEN))


def test_each_source_has_edits_of_its_own(dashboard: AppTest):
    edit(dashboard, "w_q", 0, 1, -5.5)
    choose(dashboard, source="seeded")
    assert_shows(dashboard, SeededSource().trace(CHICKEN))
    edit(dashboard, "w_q", 0, 1, 9.5)
    mine = (Edit("w_q", (0, 0, 1), 9.5),)
    assert_shows(dashboard, SeededSource(edits=mine).trace(CHICKEN))
    choose(dashboard, seed=1)
    assert_shows(dashboard, SeededSource(seed=1).trace(CHICKEN))
    choose(dashboard, source="handset")
    edits = (Edit("w_q", (0, 0, 1), -5.5),)
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN))
    choose(dashboard, source="seeded", seed=0)
    assert_shows(dashboard, SeededSource(edits=mine).trace(CHICKEN))


def test_an_edit_of_one_head_leaves_the_other_alone(dashboard: AppTest):
    before = drawn(choose(dashboard, head=1), "weights")
    choose(dashboard, head=0)
    edit(dashboard, "w_q", 0, 1, -5.5)
    choose(dashboard, head=1)
    assert np.array_equal(drawn(dashboard, "weights"), before)


@pytest.mark.parametrize(
    ("matrix", "change"),
    [
        ("x", {"d_v": 5}),
        ("x", {"d_model": 7}),
        ("x", {"sentence": "猫，" + CHICKEN}),
        ("x", {"sentence": "the sky"}),
        ("x", {"source": "seeded"}),
        ("x", {"unit": "characters", "seed": 3}),
        ("w_q", {"head": 1}),
        ("w_q", {"sentence": "the sky"}),
        ("w_q", {"source": "seeded"}),
        ("w_q", {"shown_parameter": "w_v", "language": "en"}),
    ],
    ids=str,
)
def test_what_was_typed_just_before_another_choice_counts(
    dashboard: AppTest, matrix: str, change: dict[str, object]
):
    # Leaving a cell by clicking elsewhere sends both at once, or so quickly that they meet.
    choose(dashboard, shown_parameter=matrix)
    choose(dashboard, **{table_key(dashboard, matrix): typed((0, "0", 7.0))}, **change)
    expected = of_word("我", 0) if matrix == "x" else of_matrix(matrix, 0, 0, 0)
    assert edits_of(dashboard) == {expected: 7.0}
    assert edits_of(dashboard, "seeded 0") == {}


# The hand-drawn mask


def masked(*blocked: tuple[int, int]) -> HandsetSource:
    return HandsetSource(rules=Rules(mask=MaskRule("drawn", blocked=blocked)))


def test_a_hand_drawn_mask_is_obeyed(dashboard: AppTest):
    choose(dashboard, mask="drawn")
    assert_shows(dashboard, masked().trace(CHICKEN))
    type_into_mask(dashboard, (2, "3", False), (0, "0", False))
    assert_shows(dashboard, masked((0, 0), (2, 3)).trace(CHICKEN))
    assert drawn(dashboard, "weights")[2, 3] == 0
    type_into_mask(dashboard, (0, "0", True))
    assert_shows(dashboard, masked((2, 3)).trace(CHICKEN))


def test_a_cleared_mask_allows_everything_again(dashboard: AppTest):
    choose(dashboard, mask="drawn")
    assert button(dashboard, "drawn.clear").disabled
    type_into_mask(dashboard, (2, "3", False), (0, "0", False))
    press(dashboard, "drawn.clear")
    assert_shows(dashboard, masked().trace(CHICKEN))
    assert button(dashboard, "drawn.clear").disabled
    assert table(dashboard, MASK).all()


def test_a_hand_drawn_mask_follows_its_words_and_waits_for_them(dashboard: AppTest):
    choose(dashboard, mask="drawn")
    type_into_mask(dashboard, (2, "3", False))
    for sentence, blocked in (
        ("猫，" + CHICKEN, ((4, 5),)),
        ("我爱吃", ()),
        ("炸鸡吃炸鸡", ((1, 0),)),
        (CHICKEN, ((2, 3),)),
    ):
        choose(dashboard, sentence=sentence)
        assert_shows(dashboard, masked(*blocked).trace(sentence))


def test_the_mask_is_no_edit_and_an_edit_is_no_mask(dashboard: AppTest):
    choose(dashboard, mask="drawn")
    type_into_mask(dashboard, (2, "3", False))
    assert edits_of(dashboard) == {}
    assert button(dashboard, "edits.undo").disabled
    edit(dashboard, "w_q", 0, 1, -5.5)
    press(dashboard, "edits.undo")
    assert_shows(dashboard, masked((2, 3)).trace(CHICKEN))


def test_the_mask_stays_with_another_source_and_waits_for_its_kind(dashboard: AppTest):
    choose(dashboard, mask="drawn")
    type_into_mask(dashboard, (2, "3", False))
    choose(dashboard, mask="causal")
    assert_shows(dashboard, HandsetSource(rules=Rules(mask=MaskRule("causal"))).trace(CHICKEN))
    choose(dashboard, mask="drawn", source="seeded")
    rules = Rules(mask=MaskRule("drawn", blocked=((2, 3),)))
    assert_shows(dashboard, SeededSource(rules=rules).trace(CHICKEN))


@pytest.mark.parametrize("change", [{"sentence": "猫，" + CHICKEN}, {"mask": "none"}, {"head": 1}])
def test_what_was_ticked_just_before_another_choice_counts(
    dashboard: AppTest, change: dict[str, object]
):
    choose(dashboard, mask="drawn")
    type_into_mask(dashboard, (2, "3", False), **change)
    choose(dashboard, sentence=CHICKEN, mask="drawn", head=0)
    assert_shows(dashboard, masked((2, 3)).trace(CHICKEN))


# What is typed into cells


NO_NUMBERS = [
    *(None, "", "boo", "1,5", "nan", "1e999", [1.0], {"a": 1}),
    *(float("nan"), float("inf"), -float("inf"), LARGEST_ENTRY * 2, 10**400),
]


def test_a_cell_that_is_no_number_keeps_its_last_one_and_says_so(dashboard: AppTest):
    value = f"{HandsetSource().parameters(words(CHICKEN)).x[2, 0]:g}"
    for content in NO_NUMBERS:
        edit(dashboard, "x", 2, 0, content)
        assert_shows(dashboard, HandsetSource().trace(CHICKEN))
        [message] = told(dashboard)
        assert all(part in message for part in ("吃", plain(ZH("feature.person")), value))
    assert told(dashboard.run()) == []


def test_truth_is_no_number(dashboard: AppTest):
    edit(dashboard, "x", 2, 0, True)
    assert_shows(dashboard, HandsetSource().trace(CHICKEN))


@pytest.mark.parametrize("content", [0, -LARGEST_ENTRY, LARGEST_ENTRY, "2.5", 1e-300, " 3 "])
def test_any_number_within_limits_is_taken(dashboard: AppTest, content: float | str):
    edit(dashboard, "w_q", 9, 3, 5.0)
    edit(dashboard, "w_q", 9, 3, content)
    assert edits_of(dashboard) == {of_matrix("w_q", 0, 9, 3): float(content)}
    edits = (Edit("w_q", (0, 9, 3), float(content)),)
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN))


def test_a_bad_cell_does_not_take_a_good_one_with_it(dashboard: AppTest):
    sent = typed((0, "0", "boo"), (1, "2", 4.5))
    choose(dashboard, **{table_key(dashboard, "x"): sent})
    assert edits_of(dashboard) == {of_word("爱", 2): 4.5}
    assert len(told(dashboard)) == 1


NOTHING: dict[str, Any] = {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
FORGED = [
    typed((0, "name", 1.0)),
    typed((0, "99", 1.0)),
    typed((99, "0", 1.0)),
    typed((-1, "0", 1.0)),
    typed(("abc", "0", 1.0)),
    typed((0, "_index", "zork")),
    typed((0, "99", "boo")),
    typed((0, "9" * 5_000, 1.0)),
    typed((99, "0", "boo")),
    NOTHING | {"added_rows": [{"0": 1.0}]},
    NOTHING | {"deleted_rows": [0]},
    {},
]
MISSHAPEN = [
    NOTHING | {"edited_rows": {0: [1, 2]}},
    NOTHING | {"edited_rows": []},
    NOTHING | {"edited_rows": None},
    None,
    [],
    "boo",
    7,
]


def assert_no_trace(app: AppTest) -> None:
    assert_shows(app, HandsetSource().trace(CHICKEN))
    assert told(app) == []
    assert not any(notes(app)["edits"].values())
    assert not any(notes(app)["history"].values())


def test_a_forged_table_leaves_no_trace(dashboard: AppTest):
    for sent in FORGED:
        choose(dashboard, **{table_key(dashboard, "x"): sent})
        assert_no_trace(dashboard)
    assert_no_trace(dashboard.run())


@pytest.mark.parametrize("sent", MISSHAPEN, ids=str)
def test_a_misshapen_table_leaves_no_trace(dashboard: AppTest, sent: object):
    assert_no_trace(choose(dashboard, **{table_key(dashboard, "x"): sent}))


# Sentences nobody thought of


@pytest.mark.parametrize("sentence", ["", "   ", "\t\n", "\u3000", "\u200b", "\x00\x01", "\u0301"])
def test_a_sentence_without_words_keeps_the_last_picture_and_says_so(
    dashboard: AppTest, sentence: str
):
    choose(dashboard, sentence=MOUSE)
    choose(dashboard, sentence=sentence)
    assert_shows(dashboard, HandsetSource().trace(MOUSE))
    assert told(dashboard) == [ZH("error.no_tokens")]
    assert dashboard.text_input(key="sentence").value == sentence
    choose(dashboard, sentence=CHICKEN)
    assert_shows(dashboard, HandsetSource().trace(CHICKEN))
    assert told(dashboard) == []


HOSTILE_SENTENCES = {
    "emoji": "😀👩‍👩‍👧🇨🇳👍🏽",
    "right to left": "שלום עולם مرحبا",
    "overridden direction": "abc\u202edef\u2066 \u200fghi",
    "combining marks": "a" + "\u0301" * 400 + " ไม้ क्षि",
    "control characters": "a\x00b\x1b[31m c\x7f",
    "markdown": "**a** _b_ `c` [d](http://evil.example) ![e](//evil.example/x.png) # - 1.",
    "html": "<script>alert(1)</script> <img src=x onerror=alert(1)> &amp; <!--",
    "latex": r"$x^2$ $$\frac{1}{0}$$ \(y\) \end{document} %",
    "colours and icons": ":red[a] :material/home: :smile: :blue-badge[x]",
    "placeholders": "{} {x} {0} %s ${y}",
    "names of columns": "row column value query key row_name index possible asks",
    "vega": "datum.value a.b[0] scale('color') 3:the",
    "quotes": "\"a\" 'b' \\ /",
    "python": "None nan __class__ 1e999",
}


MARKS_UP = ("](", "<script", "<img", "**a", "$x", "`c", ":red[", "http:")


@pytest.mark.parametrize("sentence", HOSTILE_SENTENCES.values(), ids=HOSTILE_SENTENCES)
def test_any_sentence_works_and_marks_nothing_up(dashboard: AppTest, sentence: str):
    for mask in ("padding", "drawn"):
        choose(dashboard, sentence=sentence, mask=mask)
        assert_shows(dashboard, HandsetSource().trace(sentence))
        assert told(dashboard) == []
    choose(dashboard, sentence=sentence.replace(" ", ""))
    for element in (*dashboard.markdown, *dashboard.caption):
        said = element.value.replace(ZH("arithmetic.there"), "")  # it is a link, and ours
        assert not any(mark in said for mark in MARKS_UP), said


@pytest.mark.parametrize("sentence", ["字" * 10_000, "na " * 3_334, "😀" * 10_000, "x" * 10_000])
def test_an_endless_sentence_is_cut_and_says_so(dashboard: AppTest, sentence: str):
    choose(dashboard, sentence=sentence)
    trace = HandsetSource().trace(sentence)
    assert_shows(dashboard, trace)
    n = len(words(sentence))
    too_many = [ZH("error.too_many_tokens", count=n, limit=LIMIT)]
    assert told(dashboard) == (too_many if n > LIMIT else [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_masked_is_said_in_words(open_dashboard: Visit, language: Language):
    app = choose(open_dashboard(language), sentence=CHICKEN, mask="padding")
    choose(app, padded=[0, 1, 2, 3])
    text = Text(language)
    assert not drawn(app, "weights").any()
    assert not drawn(app, "output").any()
    rows = text("sentence.comma").join("1234")
    assert text("steps.blind", rows=rows) in told(app)
    asks = plain_word(words(CHICKEN), app.session_state["query"])
    assert text("highlight.blind", asks=asks) in [element.value for element in app.markdown]


# Every setting


@pytest.mark.parametrize("end", [0, 1], ids=["smallest", "largest"])
@pytest.mark.parametrize("source", ["handset", "seeded"])
def test_every_number_may_be_at_its_limit(dashboard: AppTest, end: int, source: str):
    extreme = {
        name: type(getattr(Choice(), name))(limits[end])
        for name, limits in LIMITS.items()
        if name not in ("query", "key", "head")
    }
    choose(dashboard, source=source, **extreme)
    assert told(dashboard) == []
    assert drawn(dashboard, "output").shape == (4, extreme["d_v"])


OPTIONS: dict[str, tuple[object, ...]] = {
    "mask": ("none", "causal", "window", "padding", "drawn"),
    "positions": ("sinusoidal", "rope", "alibi"),
    "rnn_kind": ("rnn", "lstm", "gru"),
    "rnn_direction": ("both", "forward"),
    "shown_parameter": MATRICES,
    "shown_result": RESULTS,
    "source": ("seeded", "handset", "seeded"),
    "unit": ("words", "characters"),
    "comparison": ("share", "strength"),
    "n_heads": (2, 3, 1),
    "d_model": (10, 12),
    "d_v": (4, 6),
    "cnn_layers": (1, 3),
    "cnn_causal": (False, True),
    "cnn_growth": (1, 2),
    "sentence": (CHICKEN, " ".join("abcdefghijklmnopqrstuvwxyz" * 2)),
}
"""Every option, many of them in one run."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_draws_in_every_language(open_dashboard: Visit, language: Language):
    app = choose(open_dashboard(language), results_open=True, code_open=True)
    for values in zip_longest(*OPTIONS.values()):
        change = {
            name: value for name, value in zip(OPTIONS, values, strict=True) if value is not None
        }
        choose(app, **change)
        assert not app.error, change
        assert [it.value for it in app.warning] == [], change
        n_words = len(notes(app)["tokens"])
        assert n_words > LARGE or len(drawn(app, "weights")) == n_words, change


@pytest.mark.parametrize("n_heads", [(2, 4), (4, 2)], ids=str)
def test_the_head_stays_when_there_are_more_or_fewer(dashboard: AppTest, n_heads: tuple[int, int]):
    before, after = n_heads
    choose(dashboard, source="seeded", n_heads=before)
    choose(dashboard, head=1)
    choose(dashboard, n_heads=after)
    for _ in range(2):
        assert told(dashboard) == []
        expected = SeededSource(Sizes(n_heads=after))
        assert_shows(dashboard.run(), expected.trace(CHICKEN), head=1)


LARGEST = """
import resource
from streamlit.testing.v1 import AppTest
from core.architectures import attention
app = AppTest.from_file("dashboard.py", default_timeout=120).run()
choice = dict(
    sentence=" ".join(f"w{i}" for i in range(64)), source="seeded", d_model=64, d_k=64, d_v=64,
    n_heads=8, rnn_kind="lstm", rnn_direction="both", d_hidden=16, cnn_kernel=9, cnn_layers=6,
    mask="drawn", comparison="strength")
for name, value in choice.items():
    app.session_state[name] = value
app.run()
assert not app.error and not app.exception and not app.warning
assert len(app.session_state["book"]["tokens"]) == 64
for name in ("sentence", "n_heads", "d_k", "rnn_kind"):
    assert app.session_state[name] == choice[name]
print(1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it counts in other units")
def test_the_largest_page_needs_less_than_a_gigabyte():
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", LARGEST], cwd=root, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 1 << 30


def test_rope_with_an_odd_width_says_why_there_are_no_positions(dashboard: AppTest):
    choose(dashboard, positions="rope", d_k=3)
    assert_shows(dashboard, HandsetSource(Sizes(d_k=3)).trace(CHICKEN))
    assert told(dashboard) == [ZH("error.rope_needs_even", d_k=3)]


def test_another_seed_gives_other_numbers(dashboard: AppTest):
    choose(dashboard, source="seeded", seed=999_999)
    for place, seed in enumerate((0, 1)):  # one beside the source, one beside the architectures
        nexts = [it for it in dashboard.button if it.label == ZH("seed.next")]
        nexts[place].click().run()
        assert_shows(dashboard, SeededSource(seed=seed).trace(CHICKEN))


# Tampered sessions

NAMES = [name for name in vars(Choice()) if name not in ("edits", "blocked")]


@pytest.mark.parametrize("junk", [None, {}, -1.5, b"x", [[1, 2], [3]], float("nan")], ids=str)
def test_tampered_values_are_replaced_by_the_last_usable_ones(dashboard: AppTest, junk: object):
    before = {name: dashboard.session_state[name] for name in NAMES}
    tamper(dashboard, **dict.fromkeys(NAMES, junk))
    assert_shows(dashboard, HandsetSource().trace(CHICKEN))
    said = [ZH("error.unusable", name=ZH(f"{name}.label")) for name in NAMES]
    assert sorted(told(dashboard)) == sorted(said)
    assert {name: dashboard.session_state[name] for name in NAMES} == before


def test_one_tampered_value_leaves_the_others_alone(dashboard: AppTest):
    choose(dashboard, sentence=MOUSE, d_v=3, mask="window", head=1)
    expected = HandsetSource(Sizes(d_v=3), Rules(mask=MaskRule("window")))
    for name in NAMES:
        tamper(dashboard, **{name: b"x"})
        assert_shows(dashboard, expected.trace(MOUSE), head=1)
        assert told(dashboard) == [ZH("error.unusable", name=ZH(f"{name}.label"))]


@pytest.mark.parametrize("name", ["edits", "blocked"])
def test_what_is_derived_cannot_be_slipped_in(dashboard: AppTest, name: str):
    slipped = {"edits": [["w_q", [0, 0, 1], -5.5]], "blocked": [[0, 0]]}
    tamper(dashboard, mask="drawn", **{name: slipped[name]})
    assert_shows(dashboard, HandsetSource().trace(CHICKEN))
    assert told(dashboard) == []


@pytest.mark.parametrize("junk", ["fr", None, 5, "", []])
def test_a_tampered_language_is_replaced(dashboard: AppTest, junk: object):
    tamper(dashboard, language=junk)
    assert_shows(dashboard, HandsetSource().trace(CHICKEN))
    assert dashboard.title[0].value == ZH("explore.title")


# Anything at all

ALPHABET = [
    *"a b1.,'\"\\/:*_`$#<>[](){}|~!?&%@-+=^;我爱猫吃，。",
    *("\u0301", "\u200d", "\u202e", "\u200b", "\x00", "\t", "\n", "\u3000", "\ufe0f"),
    *("😀", "👩", "🇨", "א", "ไ", "한", "क", "्", "ﬁ", "ß", "row", "value", "the "),
]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sentence=st.lists(st.sampled_from(ALPHABET), max_size=30).map("".join),
    change=st.fixed_dictionaries(
        {
            "unit": st.sampled_from(["words", "characters"]),
            "source": st.sampled_from(["handset", "seeded"]),
            "mask": st.sampled_from(["none", "causal", "window", "padding", "drawn"]),
            "padded": st.lists(st.integers(0, 3), unique=True),
            "positions": st.sampled_from(["none", "sinusoidal", "rope", "alibi"]),
            "query": st.integers(0, 3),
            "d_k": st.integers(1, 9),
            "d_v": st.integers(1, 9),
        }
    ),
)
def test_whatever_is_typed_the_page_shows_cores_numbers(
    open_dashboard: Visit, sentence: str, change: dict[str, Any]
):
    app = choose(choose(open_dashboard("zh-CN"), **change), sentence=sentence)
    fields: dict[str, Any] = notes(app)["fields"]
    shown, _ = read(Choice, READERS, fields)
    assert shown.sentence in (sentence, CHICKEN)
    assert_shows(app, shown.layer_source.trace(shown.sentence))
