"""Numbers that a reader changes: they are taken back, reset, and stay with what they belong to."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.layer import MATRICES, Edit, Sizes
from core.sources.seeded import SeededSource
from core.tokens import characters
from pages.shared.figures.heatmap import numbered
from tests.pages.editors import typed
from tests.pages.exploring import (
    CHICKEN,
    MOUSE,
    SIZES,
    ZH,
    assert_shows,
    button,
    choose,
    drawn,
    edit,
    edits_of,
    handset,
    names_of_rows,
    of_matrix,
    of_word,
    press,
    table,
    table_key,
)

# Edits


def test_an_edit_changes_the_weights_and_undo_takes_it_back(dashboard: AppTest):
    before = drawn(dashboard, "weights")
    edit(dashboard, "w_q", 0, 1, -5.5)
    assert edits_of(dashboard) == {of_matrix("w_q", 0, 0, 1): -5.5}
    edits = (Edit("w_q", (0, 0, 1), -5.5),)
    assert_shows(dashboard, handset(edits=edits).trace(CHICKEN))
    assert np.abs(drawn(dashboard, "weights") - before).max() > 0.1
    press(dashboard, "edits.undo")
    assert edits_of(dashboard) == {}
    assert_shows(dashboard, handset().trace(CHICKEN))


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
    assert_shows(dashboard, handset(edits=edits).trace(CHICKEN), head=1)
    assert table(dashboard, matrix)[3, 2] == 7.25


def test_the_second_heads_rows_of_w_o_are_its_own(dashboard: AppTest):
    edit(dashboard, "w_o", 5, 0, 4.0)
    assert edits_of(dashboard) == {of_matrix("w_o", 1, 1, 0): 4.0}
    edits = (Edit("w_o", (1, 1, 0), 4.0),)
    choose(dashboard, results_open=True, shown_result="mixed", head=1)
    assert_shows(dashboard, handset(edits=edits).trace(CHICKEN), head=1)


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
    key, sent = table_key(dashboard, "x"), typed((0, 0, 7.0))
    choose(dashboard, **{key: sent})
    both = {"edits": sent["edits"] + typed((1, 0, 8.0))["edits"]}
    choose(dashboard, **{key: both})
    assert edits_of(dashboard) == {of_word("我", 0): 7.0, of_word("爱", 0): 8.0}
    press(dashboard, "edits.undo")
    assert edits_of(dashboard) == {of_word("我", 0): 7.0}
    choose(dashboard, **{key: both})
    assert edits_of(dashboard) == {of_word("我", 0): 7.0}


# Reset


def test_reset_of_one_matrix_leaves_the_others_and_can_be_undone(dashboard: AppTest):
    edit(dashboard, "x", 2, 0, 3.0)
    edit(dashboard, "w_v", 1, 1, 2.0)
    edit(dashboard, "w_q", 0, 1, 4.0)
    press(dashboard, "edits.reset", name=ZH("matrix.w_q"))
    kept = (Edit("x", (0, 2, 0), 3.0), Edit("w_v", (0, 1, 1), 2.0))
    assert_shows(dashboard, handset(edits=kept).trace(CHICKEN))
    assert button(dashboard, "edits.reset", name=ZH("matrix.w_q")).disabled
    press(dashboard, "edits.undo")
    edits = (*kept, Edit("w_q", (0, 0, 1), 4.0))
    assert_shows(dashboard, handset(edits=edits).trace(CHICKEN))


def test_reset_takes_every_edit_back_and_can_be_undone(dashboard: AppTest):
    edit(dashboard, "x", 2, 0, 3.0)
    edit(dashboard, "w_v", 1, 1, 2.0)
    press(dashboard, "edits.reset_all")
    assert edits_of(dashboard) == {}
    assert_shows(dashboard, handset().trace(CHICKEN))
    assert button(dashboard, "edits.reset_all").disabled
    press(dashboard, "edits.undo")
    edits = (Edit("x", (0, 2, 0), 3.0), Edit("w_v", (0, 1, 1), 2.0))
    assert_shows(dashboard, handset(edits=edits).trace(CHICKEN))


def test_reset_of_one_source_leaves_the_others(dashboard: AppTest):
    edit(dashboard, "w_q", 0, 1, -5.5)
    choose(dashboard, source="seeded")
    edit(dashboard, "w_q", 0, 1, 9.5)
    press(dashboard, "edits.reset_all")
    assert_shows(dashboard, SeededSource(SIZES).trace(CHICKEN))
    choose(dashboard, source="handset")
    edits = (Edit("w_q", (0, 0, 1), -5.5),)
    assert_shows(dashboard, handset(edits=edits).trace(CHICKEN))


# Edits and other changes


def test_edits_survive_switching_the_language(dashboard: AppTest):
    edit(dashboard, "w_q", 0, 1, -5.5)
    for language in ("en", "zh"):
        choose(dashboard, language=language)
        edits = (Edit("w_q", (0, 0, 1), -5.5),)
        assert_shows(dashboard, handset(edits=edits).trace(CHICKEN))


def test_edits_of_matrices_stay_with_another_sentence(dashboard: AppTest):
    edit(dashboard, "w_q", 0, 1, -5.5)
    for sentence in (MOUSE, CHICKEN):
        choose(dashboard, sentence=sentence)
        edits = (Edit("w_q", (0, 0, 1), -5.5),)
        assert_shows(dashboard, handset(edits=edits).trace(sentence))


@pytest.mark.parametrize("back", ["typed", "example"])
def test_an_edit_of_a_word_waits_for_its_sentence_to_come_back(dashboard: AppTest, back: str):
    edit(dashboard, "x", 2, 0, 7.0)
    if back == "typed":
        choose(dashboard, sentence="the sky")
        assert_shows(dashboard, handset().trace("the sky"))
        choose(dashboard, sentence=CHICKEN)
    else:
        dashboard.pills(key="example").set_value("cat").run()
        assert_shows(dashboard, handset().trace(MOUSE))
        dashboard.pills(key="example").set_value("eat").run()
    edits = (Edit("x", (0, 2, 0), 7.0),)
    assert_shows(dashboard, handset(edits=edits).trace(CHICKEN))


def test_edits_of_words_wait_while_the_sentence_is_cut_into_characters(dashboard: AppTest):
    edit(dashboard, "x", 3, 0, 7.0)  # 炸鸡 is two characters
    edit(dashboard, "x", 2, 1, 6.0)  # 吃 is one
    choose(dashboard, unit="characters")
    assert names_of_rows(dashboard) == numbered(characters(CHICKEN))
    shared = (Edit("x", (0, 2, 1), 6.0),)
    assert_shows(dashboard, handset(unit="characters", edits=shared).trace(CHICKEN))
    choose(dashboard, unit="words")
    edits = (Edit("x", (0, 3, 0), 7.0), *shared)
    assert_shows(dashboard, handset(edits=edits).trace(CHICKEN))


def test_an_edit_follows_its_word_when_others_are_typed_before_it(dashboard: AppTest):
    edit(dashboard, "x", 2, 0, 7.0)
    choose(dashboard, sentence="猫，" + CHICKEN)
    assert edits_of(dashboard) == {of_word("吃", 0): 7.0}
    edits = (Edit("x", (0, 4, 0), 7.0),)
    assert_shows(dashboard, handset(edits=edits).trace("猫，" + CHICKEN))


def test_an_edit_of_a_repeated_word_is_that_ones(dashboard: AppTest):
    sentence = "the cat chased the mouse"
    choose(dashboard, sentence=sentence)
    edit(dashboard, "x", 3, 0, 7.0)
    assert edits_of(dashboard) == {of_word("the", 0, row=1): 7.0}
    edits = (Edit("x", (0, 3, 0), 7.0),)
    assert_shows(dashboard, handset(edits=edits).trace(sentence))
    choose(dashboard, sentence="the cat")
    assert_shows(dashboard, handset().trace("the cat"))


def test_undo_brings_an_edit_back_to_its_word(dashboard: AppTest):
    edit(dashboard, "x", 2, 0, 7.0)
    edit(dashboard, "x", 2, 0, 8.0)
    choose(dashboard, sentence="猫，" + CHICKEN)
    press(dashboard, "edits.undo")
    edits = (Edit("x", (0, 4, 0), 7.0),)
    assert_shows(dashboard, handset(edits=edits).trace("猫，" + CHICKEN))
    press(dashboard, "edits.undo")
    assert_shows(dashboard, handset().trace("猫，" + CHICKEN))


def test_an_edit_that_no_longer_fits_comes_back_with_its_size(dashboard: AppTest):
    edit(dashboard, "w_q", 9, 3, 6.0)
    edits = (Edit("w_q", (0, 9, 3), 6.0),)
    for d_model, d_k in ((5, 4), (10, 3), (10, 4), (14, 6)):
        choose(dashboard, d_model=d_model, d_k=d_k)
        expected = handset(Sizes(d_model=d_model, d_k=d_k), edits=edits)
        assert_shows(dashboard, expected.trace(CHICKEN))


def test_each_source_has_edits_of_its_own(dashboard: AppTest):
    edit(dashboard, "w_q", 0, 1, -5.5)
    choose(dashboard, source="seeded")
    assert_shows(dashboard, SeededSource(SIZES).trace(CHICKEN))
    edit(dashboard, "w_q", 0, 1, 9.5)
    mine = (Edit("w_q", (0, 0, 1), 9.5),)
    assert_shows(dashboard, SeededSource(SIZES, edits=mine).trace(CHICKEN))
    choose(dashboard, seed=1)
    assert_shows(dashboard, SeededSource(SIZES, seed=1).trace(CHICKEN))
    choose(dashboard, source="handset")
    edits = (Edit("w_q", (0, 0, 1), -5.5),)
    assert_shows(dashboard, handset(edits=edits).trace(CHICKEN))
    choose(dashboard, source="seeded", seed=0)
    assert_shows(dashboard, SeededSource(SIZES, edits=mine).trace(CHICKEN))


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
    choose(dashboard, **{table_key(dashboard, matrix): typed((0, 0, 7.0))}, **change)
    expected = of_word("我", 0) if matrix == "x" else of_matrix(matrix, 0, 0, 0)
    assert edits_of(dashboard) == {expected: 7.0}
    assert edits_of(dashboard, "seeded 0") == {}
