"""A mask that a reader draws by hand."""

import pytest
from streamlit.testing.v1 import AppTest

from core.layer import Rules
from core.masks import MaskRule
from core.reader.cells import MASK
from core.sources.handset import HandsetSource
from core.sources.seeded import SeededSource
from tests.pages.exploring import (
    CHICKEN,
    SIZES,
    assert_shows,
    button,
    choose,
    drawn,
    edit,
    edits_of,
    handset,
    press,
    table,
    type_into_mask,
)


def masked(*blocked: tuple[int, int]) -> HandsetSource:
    return handset(rules=Rules(mask=MaskRule("drawn", blocked=blocked)))


def test_a_hand_drawn_mask_is_obeyed(dashboard: AppTest):
    choose(dashboard, mask="drawn")
    assert_shows(dashboard, masked().trace(CHICKEN))
    type_into_mask(dashboard, (2, 3, 0), (0, 0, 0))
    assert_shows(dashboard, masked((0, 0), (2, 3)).trace(CHICKEN))
    assert drawn(dashboard, "weights")[2, 3] == 0
    type_into_mask(dashboard, (0, 0, 1))
    assert_shows(dashboard, masked((2, 3)).trace(CHICKEN))


def test_a_cleared_mask_allows_everything_again(dashboard: AppTest):
    choose(dashboard, mask="drawn")
    assert button(dashboard, "drawn.clear").disabled
    type_into_mask(dashboard, (2, 3, 0), (0, 0, 0))
    press(dashboard, "drawn.clear")
    assert_shows(dashboard, masked().trace(CHICKEN))
    assert button(dashboard, "drawn.clear").disabled
    assert table(dashboard, MASK).all()


def test_a_hand_drawn_mask_follows_its_words_and_waits_for_them(dashboard: AppTest):
    choose(dashboard, mask="drawn")
    type_into_mask(dashboard, (2, 3, 0))
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
    type_into_mask(dashboard, (2, 3, 0))
    assert edits_of(dashboard) == {}
    assert button(dashboard, "edits.undo").disabled
    edit(dashboard, "w_q", 0, 1, -5.5)
    press(dashboard, "edits.undo")
    assert_shows(dashboard, masked((2, 3)).trace(CHICKEN))


def test_the_mask_stays_with_another_source_and_waits_for_its_kind(dashboard: AppTest):
    choose(dashboard, mask="drawn")
    type_into_mask(dashboard, (2, 3, 0))
    choose(dashboard, mask="causal")
    assert_shows(dashboard, handset(rules=Rules(mask=MaskRule("causal"))).trace(CHICKEN))
    choose(dashboard, mask="drawn", source="seeded")
    rules = Rules(mask=MaskRule("drawn", blocked=((2, 3),)))
    assert_shows(dashboard, SeededSource(SIZES, rules=rules).trace(CHICKEN))


@pytest.mark.parametrize("change", [{"sentence": "猫，" + CHICKEN}, {"mask": "none"}, {"head": 1}])
def test_what_was_ticked_just_before_another_choice_counts(
    dashboard: AppTest, change: dict[str, object]
):
    choose(dashboard, mask="drawn")
    type_into_mask(dashboard, (2, 3, 0), **change)
    choose(dashboard, sentence=CHICKEN, mask="drawn", head=0)
    assert_shows(dashboard, masked((2, 3)).trace(CHICKEN))
