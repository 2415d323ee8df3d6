"""Events: from a reader to a reader, whatever comes in; undo gives the reader before."""

import json
from dataclasses import fields as dataclass_fields
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reader.cells import MASK, MOST_EDITS, MOST_KEPT, Address
from core.reader.examples import EXAMPLES
from core.reader.explore import Choice
from core.reader.reader import (
    LANGUAGES,
    MOST_STEPS,
    Reader,
    begin,
    choose,
    put,
    redo,
    reset,
    restore,
    show_example,
    type_cells,
    undo,
)
from core.reader.records import DEFAULTS, FIELDS, NAMES, PAGES
from core.reader.scene import scene_of
from pages import CONTENTS
from tests.core.reader.readers import anything, cells, junk, pages

EDITED = {Address("w_q", "0", 1, "", 2): 3.25}
OTHER = {Address("x", "猫", 0, "", 2): -1.0}


def assert_usable(reader: Reader) -> None:
    """Every field holds what it takes, and what points at words points at some."""
    assert reader.language in LANGUAGES
    for name, value in reader.fields.items():
        assert FIELDS[name].read(value) == value
    scene = scene_of(reader)
    assert scene.source.trace_of(scene.tokens.kept).layers[0].weights.shape[0] > scene.choice.head
    assert max(scene.choice.query, scene.choice.key) < len(scene.tokens.kept)


@given(junk, pages)
def test_any_junk_gives_a_usable_reader_and_is_named(raw: dict[str, object], page: str):
    before = Reader(language="en", page=page, fields={"d_k": 5})
    after, unusable = choose(before, raw)
    assert_usable(after)
    assert {*unusable, *after.drafts} <= raw.keys()
    for name in {*unusable, *after.drafts} - {"query", "key", "head", "padded"}:
        assert after[name] == before[name]


@given(junk)
def test_choosing_what_is_chosen_changes_nothing(raw: dict[str, object]):
    reader, _ = choose(Reader(), raw)
    again, unusable = choose(reader, {name: reader[name] for name in FIELDS})
    assert not unusable
    assert {name: again[name] for name in FIELDS} == {name: reader[name] for name in FIELDS}


@given(junk)
def test_a_record_survives_json_and_is_a_key_of_a_cache(raw: dict[str, object]):
    reader, _ = choose(Reader(), raw)
    for record in NAMES:
        choice = reader.record(record)
        assert isinstance(hash(choice), int)
        plain = json.loads(json.dumps({name: getattr(choice, name) for name in NAMES[record]}))
        assert choose(Reader(), plain)[0].record(record) == choice


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("raw", [None, {}, object(), b"5", 1j])
def test_every_field_refuses_what_it_cannot_be(name: str, raw: object):
    reader, unusable = choose(Reader(), {name: raw})
    assert unusable == (name,)
    assert reader == Reader()


@pytest.mark.parametrize("name", ["sentence", "cross_a", "cross_b", "model_sentence"])
@pytest.mark.parametrize("typed", ["", " ", "\u200b"])
def test_a_sentence_without_words_stays_to_be_mended(name: str, typed: str):
    before, _ = choose(Reader(), {name: "猫 cat"})
    reader, unusable = choose(before, {name: typed})
    assert not unusable
    assert reader[name] == "猫 cat"
    assert reader.drafts[name].text == typed
    assert reader.drafts[name].reason.code == "no_tokens"
    mended, _ = choose(reader, {name: "狗"})
    assert (mended[name], mended.drafts) == ("狗", {})


def test_what_points_at_a_word_stays_with_it():
    reader, _ = choose(Reader(), {"sentence": "the cat sat", "query": 2, "key": 1, "padded": (0,)})
    reader, _ = choose(reader, {"sentence": "look the cat sat down"})
    assert (reader["query"], reader["key"], reader["padded"]) == (3, 2, (1,))
    shorter, _ = choose(reader, {"sentence": "the sat"})
    assert shorter["query"] == 1
    assert shorter["key"] in (0, 1)


def test_an_example_points_at_its_own_words():
    reader = show_example(
        choose(Reader(), {"sentence": "吃 炸鸡 我", "unit": "characters"})[0], "eat"
    )
    assert {name: reader[name] for name in EXAMPLES["eat"].chosen} == EXAMPLES["eat"].chosen
    assert reader["unit"] == "words"
    assert reader.record(Choice).tokens.kept[2] == "吃"


@given(st.lists(st.tuples(st.sampled_from(["handset", MASK]), cells), max_size=6))
def test_undo_of_an_edit_is_the_reader_before_and_redo_the_one_after(
    changes: list[tuple[str, dict[Address, float]]],
):
    reader = Reader()
    for on, changed in changes:
        after = type_cells(reader, on, changed)
        if after.edits != reader.edits:
            assert undo(after, on) == reader
            assert redo(undo(after, on), on) == after
        reader = after


def test_with_nothing_to_undo_or_redo_nothing_happens():
    reader = put(Reader(), "handset", EDITED)
    assert undo(reader, MASK) == reader == redo(reader, "handset")


def test_a_new_edit_ends_what_could_be_done_again():
    reader = undo(put(Reader(), "handset", EDITED), "handset")
    assert redo(put(reader, "handset", OTHER), "handset").edits == {"handset": OTHER}


def test_reset_gives_one_table_back_or_all():
    reader = put(Reader(), "handset", {**EDITED, **OTHER})
    assert reset(reader, "handset", "w_q").edits == {"handset": OTHER}
    assert reset(reader, "handset").edits == {}
    assert undo(reset(reader, "handset"), "handset") == reader


def test_too_many_cells_change_nothing_and_memory_is_bounded():
    full = {Address("x", "a", row, "", 0): 1.0 for row in range(MOST_EDITS)}
    reader = put(Reader(), "handset", full)
    assert put(reader, "handset", {**full, **OTHER}) == reader
    for seed in range(9):
        reader = put(reader, f"seeded {seed}", full)
        for step in range(2 * MOST_STEPS if seed == 8 else 1):
            reader = put(reader, f"seeded {seed}", {Address("x", "a", 0, "", 1): float(step)})
    assert kept(reader) <= MOST_KEPT
    assert len(reader.past["seeded 8"]) == MOST_STEPS


def test_what_can_be_done_again_is_bounded_too():
    full = {Address("x", "a", row, "", 0): 1.0 for row in range(MOST_EDITS)}
    reader = Reader()
    for seed in range(9):
        reader = undo(put(reader, f"seeded {seed}", full), f"seeded {seed}")
        assert kept(reader) <= MOST_KEPT
    assert redo(reader, "seeded 8").edits["seeded 8"] == full


def kept(reader: Reader) -> int:
    """Cells in memory, and one for each state of a shelf."""
    earlier = [*reader.past.values(), *reader.undone.values()]
    held = [*reader.edits.values(), *(it for states in earlier for it in states)]
    return len(held) + sum(map(len, held))


@pytest.mark.parametrize("first", ["sentence", "cutting"])
def test_a_new_sentence_is_cut_by_the_rule_that_comes_with_it(first: str):
    raw = {"sentence": "我爱猫", "cutting": "1"}
    reader, _ = choose(Reader(), {first: raw[first], **raw})
    assert reader["cutting"] == "1"
    assert choose(reader, {"sentence": "猫爱鱼"})[0]["cutting"] == "2"


@given(junk, pages)
def test_a_page_begins_with_what_is_named_and_others_stay(raw: dict[str, object], page: str):
    before, _ = choose(Reader(page="explore"), raw)
    opened = begin(before, page, {}, {})
    for name in FIELDS:
        expected = DEFAULTS[name] if name in opened.page_fields else before[name]
        if name not in ("query", "key", "head", "padded"):
            assert opened[name] == expected
    assert_usable(opened)


@given(junk)
def test_a_file_sets_back_all_that_it_does_not_name(raw: dict[str, object]):
    before = put(choose(Reader(), raw)[0], "handset", EDITED)
    restored = restore(before, "cost", {"cost_n": 96}, {})
    assert (restored["cost_n"], restored.page) == (96, "cost")
    assert all(restored[name] == DEFAULTS[name] for name in FIELDS if name != "cost_n")
    assert not restored.edits
    assert undo(restored, "handset").edits["handset"] == EDITED


@given(anything)
def test_no_value_becomes_a_language(raw: object):
    reader, unusable = choose(Reader(language="zh"), {"language": raw, "private": raw})
    assert reader.language == (raw if raw in LANGUAGES else "zh")
    assert ("language" in unusable) == (raw not in LANGUAGES)


def test_every_page_says_what_its_links_hold():
    assert PAGES.keys() == {entry.name for entry in CONTENTS}


def test_no_two_records_share_a_field_unless_one_is_a_part_of_the_other():
    parts = {part for record in NAMES for part in record.__mro__[1:]}
    assert len(FIELDS) == sum(len(named) for it, named in NAMES.items() if it not in parts)


def test_every_field_of_a_record_is_declared_but_for_what_follows_from_edits():
    for record in NAMES:
        others = {it.name for it in dataclass_fields(record)} - NAMES[record].keys()
        assert others == ({"edits", "blocked"} if record is Choice else set())


def test_a_field_that_matters_only_with_another_names_one_of_its_values():
    named = [(name, kind.only_with) for name, kind in FIELDS.items() if kind.only_with]
    assert named
    for name, (other, values) in named:
        assert name != other
        assert any(choose(Reader(), {other: value})[0][other] == value for value in values)


def test_the_reader_is_a_value():
    reader = choose(Reader(), {"d_k": 7})[0]
    assert reader == replace(Reader(), fields={"d_k": 7})
    with pytest.raises(AttributeError):
        reader.page = "cost"  # type: ignore[misc]
