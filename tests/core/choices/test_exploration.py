"""Links and files: what is written is read again, and nothing that is read can do harm."""

import importlib
import json
import pkgutil
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import choices
from core.choices import exploration
from core.choices.edited import Address
from core.choices.exploration import DEFAULTS, READERS
from core.choices.exploration_file import from_file, to_file
from core.choices.explore import LIMITS
from core.choices.lesson import shelf
from core.choices.link import LONGEST_LINK, from_parameters, to_parameters
from core.choices.training import TrainingChoice
from core.errors import InputError

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
    query = urlencode(to_parameters(fields, shelves, "zh"))
    found = from_parameters(dict(parse_qsl(query, keep_blank_values=True)))
    assert found.language == "zh"
    assert found.whole
    assert found.known
    assert not found.unusable
    assert found.shelves == shelves
    assert {**DEFAULTS, **found.fields} == {**DEFAULTS, **fields}


@given(fields=fields, shelves=shelves)
def test_a_file_gives_back_what_it_was_made_of(fields: dict[str, object], shelves: dict):
    found = from_file(to_file("cross", fields, shelves, "en"))
    assert (found.page, found.language, found.unusable) == ("cross", "en", ())
    assert found.fields == fields
    assert found.shelves == shelves


@given(st.dictionaries(st.sampled_from([*READERS, "v", "edits", "lang", "part"]), words))
def test_any_link_can_be_opened_and_opening_it_twice_changes_nothing(found: dict[str, str]):
    once = from_parameters(found)
    again = from_parameters(to_parameters(once.fields, once.shelves))
    assert {**DEFAULTS, **again.fields} == {**DEFAULTS, **once.fields}
    assert again.unusable == ()


@given(anything)
def test_any_json_is_read_or_refused(content: object):
    file = {"attention_lab": 1, "page": "", "language": "", "fields": {}, "edits": content}
    assert from_file(json.dumps(file).encode()).shelves is not None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes):
    with pytest.raises(InputError, match="file_not_ours"):
        from_file(content)


@given(st.text(max_size=60))
def test_any_text_of_edits_is_read_or_refused(packed: str):
    found = from_parameters({"edits": packed})
    assert found.shelves == {}
    assert found.unusable == (("edits",) if packed else ())


@pytest.mark.parametrize("language", ["e~n", "EN", "de"])
def test_a_language_that_there_is_not_is_named(language: str):
    assert from_parameters({"lang": language}).unusable == ("language",)
    file = to_file("cross", {}, {}, language)
    assert from_file(file).unusable == ("language",)


def test_a_link_without_a_language_is_not_damaged():
    assert from_parameters({"v": "1"}).unusable == ()


def test_what_is_not_usable_is_named():
    found = from_parameters(
        {"v": "1", "d_k": "1e9", "scaled": "maybe", "padded": "[[", "mask": "causal", "hack": "1"}
    )
    assert found.unusable == ("d_k", "padded", "scaled")
    assert found.fields == {"mask": "causal"}


def test_a_link_of_another_version_says_so():
    assert not from_parameters({"v": "2"}).known


def test_a_link_stays_short_and_says_what_it_leaves_out():
    shelf = {
        Address("w_q", "0", row, "", column): row / 7 for row in range(64) for column in range(64)
    }
    found = to_parameters({"sentence": "字" * 300, "d_k": 8}, {"handset": shelf})
    assert len(urlencode(found)) <= LONGEST_LINK
    assert (found["part"], found["d_k"], "edits" in found) == ("1", "8", False)
    longer = to_parameters({"sentence": "字" * 3000, "d_k": 8})
    assert ("sentence" in longer, longer["part"]) == (False, "1")
    assert not from_parameters(longer).whole


@pytest.mark.parametrize("name", exploration.TEXTS)
def test_halves_of_characters_and_controls_are_left_out_of_every_text(name: str):
    content = to_file("model", {}, {})
    said = json.loads(content) | {"fields": {name: "a\ud800b\x00\x1b\udc00c"}}
    found = from_file(json.dumps(said).encode())
    link = to_parameters(found.fields)
    assert urlencode(link)  # half a character fits into no link
    assert from_parameters(link).fields == found.fields


NO_RECORDS = {
    *("edited", "exploration", "exploration_file", "history", "link", "notes", "packed"),
    *("race_file", "reading"),
}


def test_every_record_of_choices_is_in_links():
    names = {module.name for module in pkgutil.iter_modules(choices.__path__)}
    assert names > NO_RECORDS
    for name in names - NO_RECORDS:
        module = importlib.import_module(f"core.choices.{name}")
        assert module.READERS.keys() <= READERS.keys(), name


def test_no_two_records_share_a_field():
    assert len(READERS) == sum(len(readers) for _, readers in exploration._RECORDS)


def test_what_follows_from_the_edited_cells_is_no_field():
    assert not {"edits", "blocked"} & READERS.keys()
