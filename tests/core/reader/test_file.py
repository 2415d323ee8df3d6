"""A file holds all that a session keeps, and none that is read costs more than that."""

import json
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.reader.cells import MOST_EDITS, MOST_KEPT, Address
from core.reader.file import LARGEST_FILE, race_settings, take_file, take_race, to_file
from core.reader.link import Notice, defaults_of
from core.reader.reader import Reader
from core.reader.records import FIELDS, NAMES
from core.reader.training import DISTANCES, TrainingChoice, chosen_race
from core.tokens import LONGEST
from tests.core.reader.readers import anything, fields, shelves

NAMED = NAMES[TrainingChoice]


def everywhere(word: str) -> dict[str, dict[Address, float]]:
    """As many changed cells as a session keeps, on shelves with long names."""
    cells = {Address("x", word, at // 64, "", at % 64): -at / 7 for at in range(MOST_EDITS - 1)}
    seeds = range(MOST_KEPT // MOST_EDITS)
    choices = (TrainingChoice(training_distance=8, training_seed=900_000 + it) for it in seeds)
    return {choice.shelf: cells for choice in choices}


def race_of(choice: TrainingChoice) -> Reader:
    return Reader(fields={name: getattr(choice, name) for name in NAMED})


def taken(content: bytes) -> tuple[TrainingChoice, tuple[str, ...]]:
    reader, notice = take_race(Reader(), content)
    return reader.record(TrainingChoice), notice.unusable


@given(fields, shelves)
def test_a_file_gives_back_what_it_was_made_of(chosen: dict[str, object], edits: dict):
    before = Reader(language="en", page="cross", fields=chosen, edits=edits)
    after, notice = take_file(Reader(language="zh"), to_file(before))
    assert notice == Notice(file=True)
    assert (after.page, after.language, after.edits) == ("cross", "en", edits)
    assert {
        name: it for name, it in after.fields.items() if name in chosen and name != "padded"
    } == {name: it for name, it in chosen.items() if name != "padded"}


@given(anything)
def test_any_json_is_read_or_refused(content: object):
    file = {"attention_lab": 1, "page": "", "language": "", "fields": {}, "edits": content}
    assert take_file(Reader(), json.dumps(file).encode())[0].fields == defaults_of(1)
    for name in ("fields", "page", "language", "attention_lab"):
        try:
            take_file(Reader(), json.dumps(file | {name: content, "edits": []}).encode())
        except InputError as refused:
            assert refused.code == "file_not_ours"  # noqa: PT017 -- or it is read


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(content: bytes):
    with pytest.raises(InputError, match="file_not_ours"):
        take_file(Reader(), content)


@pytest.mark.parametrize("name", [name for name, kind in FIELDS.items() if kind.private])
def test_halves_of_characters_and_controls_are_left_out_of_every_text(name: str):
    said = json.loads(to_file(Reader())) | {"fields": {name: "a\ud800b\x00\x1b\udc00c"}}
    reader, notice = take_file(Reader(), json.dumps(said).encode())
    if notice.unusable:
        assert notice.unusable == (name,)
        assert name in ("reach_dilations", "why_begun")  # lists of numbers
    else:
        assert reader[name] == "abc"


@pytest.mark.parametrize(
    "word", ["cat", "字" * LONGEST, ",", "["], ids=["short", "long", "comma", "bracket"]
)
def test_all_edits_that_a_session_keeps_come_back_from_a_file(word: str):
    edits = everywhere(word)
    content = to_file(Reader(edits=edits))
    assert len(content) <= LARGEST_FILE
    reader, notice = take_file(Reader(), content)
    assert reader.edits == edits
    assert notice == Notice(file=True)


@pytest.mark.parametrize("filled", ["[],", "{},", "0.1,", '"ab",', "[" * 3 + "]" * 3 + ","])
def test_a_file_of_more_values_than_anybody_changes_is_not_unpacked(filled: str):
    begin = '{"attention_lab":1,"page":"","language":"","fields":{},"edits":['
    room = LARGEST_FILE - len(begin) - 10
    for encoding, width in (("utf-8", 1), ("utf-16-le", 2)):
        content = (begin + filled * (room // len(filled) // width) + "0]}").encode(encoding)
        content = content[:LARGEST_FILE]
        tracemalloc.start()
        with pytest.raises(InputError, match="file_not_ours"):
            take_file(Reader(), content)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 1_000_000  # bytes


def test_a_file_of_endless_words_holds_what_was_changed_last_and_says_so():
    edits = everywhere("👩🏽‍🚀" * LONGEST)
    content = to_file(Reader(fields={"d_k": 5}, edits=edits))
    assert len(content) <= LARGEST_FILE
    reader, notice = take_file(Reader(), content)
    assert [*reader.edits.items()] == [*edits.items()][-len(reader.edits) :]
    assert 0 < len(reader.edits) < len(edits)
    assert (reader["d_k"], notice) == (5, Notice(whole=False, file=True))


def test_a_file_that_is_too_large_is_refused_unread():
    for take in (take_file, take_race):
        with pytest.raises(InputError, match="file_too_large"):
            take(Reader(), b" " * LARGEST_FILE + b"{}")


def test_a_race_can_be_repeated_from_its_file():
    choice = TrainingChoice(
        training_task="pairs",
        training_distance=8,
        training_contenders=("gru", "cnn"),
        training_seeds=3,
    )
    assert taken(race_settings(choice).encode()) == (choice, ())
    assert chosen_race(choice.race).race == choice.race
    rates = json.loads(race_settings(choice))["learning_rates"]
    assert rates == {"gru": 0.02, "cnn": 0.01}


def test_settings_without_a_distance_are_those_of_a_race_that_asks_everything():
    old = {name: it for name, it in vars(TrainingChoice()).items() if name != "training_distance"}
    choice, unusable = taken(json.dumps(old).encode())
    assert (choice, unusable) == (TrainingChoice(), ())
    assert choice.race.design.task.farthest == DISTANCES[-1]


def test_either_file_of_settings_is_read_in_both_places():
    choice = TrainingChoice(training_task="pairs", training_contenders=("gru",))
    assert taken(to_file(replace(race_of(choice), page="training"))) == (choice, ())
    reader, notice = take_file(Reader(), race_settings(choice).encode())
    assert (reader.page, notice.unusable, notice.known) == ("training", (), True)
    assert reader.record(TrainingChoice) == choice


def test_a_file_without_a_usable_value_is_refused():
    with pytest.raises(InputError, match="training_unusable"):
        take_race(Reader(), b'{"training_steps": -1}')


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b'{"a": 1}', b"[" * 5000, b"NaN"])
def test_a_file_of_something_else_is_no_race(content: bytes):
    with pytest.raises(InputError, match="training_file"):
        take_race(Reader(), content)


def test_settings_in_a_file_with_thousands_of_edits_are_read():
    content = to_file(Reader(fields={"training_task": "pairs"}, edits=everywhere("cat")))
    assert len(content) > 500_000
    assert taken(content) == (TrainingChoice(training_task="pairs"), ())


@given(st.dictionaries(st.sampled_from(sorted(NAMED)), anything))
def test_whatever_a_file_says_the_settings_are_usable(raw: dict[str, object]):
    try:
        choice, _ = taken(json.dumps(raw).encode())
    except InputError as refused:
        assert refused.code in ("training_unusable", "training_file")  # noqa: PT017
    else:
        assert taken(race_settings(choice).encode()) == (choice, ())
