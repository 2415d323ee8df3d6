"""Links and files: what is written is read again, and nothing that is read can do harm."""

import importlib
import json
import pkgutil
import tracemalloc
import zlib
from base64 import urlsafe_b64encode
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import choices
from core.choices import edited, exploration
from core.choices.edited import MOST_KEPT, Address
from core.choices.exploration import DEFAULTS, LONGEST_LINK, READERS
from core.choices.explore import LIMITS, MOST_EDITS
from core.choices.lesson import shelf
from core.choices.training import TrainingChoice
from core.errors import InputError
from core.tokens import LONGEST

TRAINED = shelf(TrainingChoice())
words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30)
cells = st.dictionaries(
    st.builds(
        Address,
        st.just("w_q"),
        st.sampled_from("01234567"),
        st.integers(0, 63),
        st.just(""),
        st.integers(0, 63),
    ),
    st.floats(-1e6, 1e6, width=32),
    max_size=20,
)
shelves = st.dictionaries(
    st.sampled_from(["handset", "seeded 0", "seeded 31", TRAINED]), cells.filter(bool), max_size=3
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "sentence": words,
        "d_k": st.integers(*map(int, LIMITS["d_k"])),
        "temperature": st.floats(0.1, 10.0),
        "scaled": st.booleans(),
        "padded": st.lists(st.integers(0, 63), unique=True).map(lambda it: tuple(sorted(it))),
        "cross_a": words,
        "buffet_spice": st.floats(-3, 3),
    },
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=8,
)


@given(fields=fields, shelves=shelves)
def test_a_link_gives_back_what_it_was_made_of(fields: dict[str, object], shelves: dict):
    query = urlencode(exploration.parameters(fields, shelves, "zh"))
    found = exploration.from_parameters(dict(parse_qsl(query, keep_blank_values=True)))
    assert found.language == "zh"
    assert found.whole
    assert found.known
    assert not found.unusable
    assert found.shelves == shelves
    assert {**DEFAULTS, **found.fields} == {**DEFAULTS, **fields}


@given(fields=fields, shelves=shelves)
def test_a_file_gives_back_what_it_was_made_of(fields: dict[str, object], shelves: dict):
    found = exploration.from_file(exploration.to_file("cross", fields, shelves, "en"))
    assert (found.page, found.language, found.unusable) == ("cross", "en", ())
    assert found.fields == fields
    assert found.shelves == shelves


@given(st.dictionaries(st.sampled_from([*READERS, "v", "edits", "lang", "part"]), words))
def test_any_link_can_be_opened_and_opening_it_twice_changes_nothing(found: dict[str, str]):
    once = exploration.from_parameters(found)
    again = exploration.from_parameters(exploration.parameters(once.fields, once.shelves))
    assert {**DEFAULTS, **again.fields} == {**DEFAULTS, **once.fields}
    assert again.unusable == ()


@given(anything)
def test_any_json_is_read_or_refused(content: object):
    file = {"attention_lab": 1, "page": "", "language": "", "fields": {}, "edits": content}
    assert exploration.from_file(json.dumps(file).encode()).shelves is not None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes):
    with pytest.raises(InputError, match="file_not_ours"):
        exploration.from_file(content)


@given(st.text(max_size=60))
def test_any_text_of_edits_is_read_or_refused(packed: str):
    found = exploration.from_parameters({"edits": packed})
    assert found.shelves == {}
    assert found.unusable == (("edits",) if packed else ())


@pytest.mark.parametrize("language", ["e~n", "EN", "de"])
def test_a_language_that_there_is_not_is_named(language: str):
    assert exploration.from_parameters({"lang": language}).unusable == ("language",)
    file = exploration.to_file("cross", {}, {}, language)
    assert exploration.from_file(file).unusable == ("language",)


def test_a_link_without_a_language_is_not_damaged():
    assert exploration.from_parameters({"v": "1"}).unusable == ()


def test_what_is_not_usable_is_named():
    found = exploration.from_parameters(
        {"v": "1", "d_k": "1e9", "scaled": "maybe", "padded": "[[", "mask": "causal", "hack": "1"}
    )
    assert found.unusable == ("d_k", "padded", "scaled")
    assert found.fields == {"mask": "causal"}


def test_a_link_of_another_version_says_so():
    assert not exploration.from_parameters({"v": "2"}).known


def test_a_link_stays_short_and_says_what_it_leaves_out():
    shelf = {
        Address("w_q", "0", row, "", column): row / 7 for row in range(64) for column in range(64)
    }
    found = exploration.parameters({"sentence": "字" * 300, "d_k": 8}, {"handset": shelf})
    assert len(urlencode(found)) <= LONGEST_LINK
    assert (found["part"], found["d_k"], "edits" in found) == ("1", "8", False)
    longer = exploration.parameters({"sentence": "字" * 3000, "d_k": 8})
    assert ("sentence" in longer, longer["part"]) == (False, "1")
    assert not exploration.from_parameters(longer).whole


@pytest.mark.parametrize("name", exploration.TEXTS)
def test_halves_of_characters_and_controls_are_left_out_of_every_text(name: str):
    content = exploration.to_file("model", {}, {})
    said = json.loads(content) | {"fields": {name: "a\ud800b\x00\x1b\udc00c"}}
    found = exploration.from_file(json.dumps(said).encode())
    link = exploration.parameters(found.fields)
    assert urlencode(link)  # half a character fits into no link
    assert exploration.from_parameters(link).fields == found.fields


def test_a_bomb_is_not_unpacked():
    bomb = urlsafe_b64encode(zlib.compress(b"[" + b" " * 50_000_000 + b"]", 9)).decode()
    with pytest.raises(ValueError, match="does not end"):
        edited.unpack(bomb)
    nested = urlsafe_b64encode(zlib.compress(b"[" * 200_000)).decode()
    with pytest.raises(ValueError, match="nothing was packed"):
        edited.unpack(nested)


@pytest.mark.parametrize(
    "row",
    [
        ["handset", "w_q", "9", 0, "", 0, 1.0],  # there are at most eight heads
        ["handset", "w_q", "x", 0, "", 0, 1.0],
        ["handset", "buffet_keys", "", 0, "", 0, 1.0],
        ["buffet", "buffet_keys", "", 99, "", 0, 1.0],
        ["buffet", "buffet_keys", "", 0, "", 5, 1.0],
        ["seeded x", "w_q", "0", 0, "", 0, 1.0],
        ["trained", "w_q", "0", 0, "", 0, 1.0],
        [f"{TRAINED} 1", "w_q", "0", 0, "", 0, 1.0],
        [TRAINED.replace("recall", "homework"), "w_q", "0", 0, "", 0, 1.0],
        ["handset", "b_distance", "0", 0, "", 0, 1.0],
        ["elsewhere", "w_q", "0", 0, "", 0, 1.0],
        ["handset", "w_q", "0", -1, "", 0, 1.0],
        ["handset", "w_q", "0", 0, "", 0, float("nan")],
        ["handset", "w_q", "0", 0, "", 0, None],
        ["handset", "w_q", "0", 0, "", 0],
        "handset",
        None,
    ],
)
def test_an_edit_that_has_no_place_is_refused(row: object):
    with pytest.raises((ValueError, TypeError)):
        edited.shelves([row])


def test_more_edits_than_anyone_makes_are_refused():
    many = [["handset", "x", "a", i, "", 0, 1.0] for i in range(MOST_EDITS + 1)]
    with pytest.raises(ValueError, match="more than"):
        edited.shelves(many)
    assert len(edited.shelves(many[1:])["handset"]) == MOST_EDITS
    full = [[f"seeded {seed}", *row[1:]] for seed in range(4) for row in many[1:]]
    assert len(edited.shelves(full)) == 4
    with pytest.raises(ValueError, match="more than"):
        edited.shelves([*full, many[0]])


def everywhere(word: str) -> dict[str, dict[Address, float]]:
    """As many changed cells as a session keeps, on shelves with long names."""
    cells = {Address("x", word, at // 64, "", at % 64): -at / 7 for at in range(MOST_EDITS)}
    seeds = range(MOST_KEPT // MOST_EDITS)
    choices = (TrainingChoice(training_distance=8, training_seed=900_000 + it) for it in seeds)
    return {shelf(choice): cells for choice in choices}


@pytest.mark.parametrize(
    "word", ["cat", "字" * LONGEST, ",", "["], ids=["short", "long", "comma", "bracket"]
)
def test_all_edits_that_a_session_keeps_come_back_from_a_file(word: str):
    shelves = everywhere(word)
    content = exploration.to_file("explore", {}, shelves)
    assert len(content) <= exploration.LARGEST_FILE
    found = exploration.from_file(content)
    assert found.shelves == shelves
    assert (found.unusable, found.whole) == ((), True)


@pytest.mark.parametrize("filled", ["[],", "{},", "0.1,", '"ab",', "[" * 3 + "]" * 3 + ","])
def test_a_file_of_more_values_than_anybody_changes_is_not_unpacked(filled: str):
    begin = '{"attention_lab":1,"page":"","language":"","fields":{},"edits":['
    room = exploration.LARGEST_FILE - len(begin) - 10
    for encoding, width in (("utf-8", 1), ("utf-16-le", 2)):
        content = (begin + filled * (room // len(filled) // width) + "0]}").encode(encoding)
        content = content[: exploration.LARGEST_FILE]
        tracemalloc.start()
        with pytest.raises(InputError, match="file_not_ours"):
            exploration.from_file(content)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 1_000_000  # bytes


def test_a_file_of_endless_words_holds_what_was_changed_last_and_says_so():
    shelves = everywhere("👩🏽‍🚀" * LONGEST)
    content = exploration.to_file("explore", {"d_k": 5}, shelves)
    assert len(content) <= exploration.LARGEST_FILE
    found = exploration.from_file(content)
    assert [*found.shelves.items()] == [*shelves.items()][-len(found.shelves) :]
    assert 0 < len(found.shelves) < len(shelves)
    assert (found.fields, found.unusable, found.whole) == ({"d_k": 5}, (), False)


def test_a_file_that_is_too_large_is_refused_unread():
    with pytest.raises(InputError, match="file_too_large"):
        exploration.from_file(b" " * (exploration.LARGEST_FILE + 1))


NO_RECORDS = {"edited", "exploration", "history", "notes", "packed", "race_file", "reading"}


def test_every_record_of_choices_is_in_links():
    for it in pkgutil.iter_modules(choices.__path__):
        module = importlib.import_module(f"core.choices.{it.name}")
        if it.name not in (
            "exploration",
            "reading",
            "edited",
            "history",
            "notes",
            "packed",
            "race_file",
        ):
            assert module.READERS.keys() <= READERS.keys(), it.name


def test_no_two_records_share_a_field():
    assert len(READERS) == sum(len(readers) for _, readers in exploration._RECORDS)


def test_what_follows_from_the_edited_cells_is_no_field():
    assert not {"edits", "blocked"} & READERS.keys()
