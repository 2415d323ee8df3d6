"""Links: what is written is read again, whoever made it, and nothing that is read can do harm."""

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reader import link
from core.reader.cells import Address, from_rows
from core.reader.explore import Choice
from core.reader.fields import Kind
from core.reader.file import take_file
from core.reader.ideas import CrossChoice
from core.reader.link import LONGEST_LINK, VERSION, Notice, address, follow_link, parameters
from core.reader.reader import Reader, begin, choose, put
from core.reader.records import DEFAULTS, FIELDS, RETIRED
from core.reader.training import TrainingChoice
from tests.core.reader.readers import fields, pages, shelves, words

VERSION_1 = json.loads((Path(__file__).parents[2] / "data/version_1.json").read_text("utf-8"))
PRIVATE = [name for name, kind in FIELDS.items() if kind.private]


def sent(asked: dict[str, str]) -> dict[str, str]:
    """As a browser gives a query back."""
    return dict(parse_qsl(urlencode(asked), keep_blank_values=True))


@given(fields, shelves, pages)
def test_an_address_brings_its_page_back(chosen: dict, edits: dict, page: str):
    before = begin(Reader(language="zh"), page, chosen, edits)
    after, notice = follow_link(Reader(language="en"), page, sent(address(before)))
    assert notice == Notice()
    assert (after.language, after.page) == ("zh", page)
    for name in before.page_fields:
        assert after[name] == before[name]
    for name in before.page_shelves:
        assert after.edits.get(name, {}) == before.edits.get(name, {})


@given(fields, shelves)
def test_parameters_hold_what_is_named(chosen: dict[str, object], edits: dict):
    after, notice = follow_link(Reader(), "cost", sent(parameters(chosen, edits, "zh")))
    assert notice.unusable in ((), ("padded",))  # which may point at words that are not there
    assert {name: after[name] for name in chosen if name != "padded"} == {
        name: it for name, it in chosen.items() if name != "padded"
    }
    assert {on: it for on, it in after.edits.items() if it} == edits


@given(st.dictionaries(st.sampled_from([*FIELDS, "v", "edits", "lang", "part"]), words), pages)
def test_any_link_can_be_opened_and_opening_it_twice_changes_nothing(
    asked: dict[str, str], page: str
):
    once, _ = follow_link(Reader(language="en"), page, asked)
    again, notice = follow_link(once, page, sent(address(once)))
    assert notice.unusable == ()
    assert {name: again[name] for name in FIELDS} == {name: once[name] for name in FIELDS}


@pytest.mark.parametrize("made", VERSION_1, ids=lambda it: it["page"])
def test_links_and_files_of_version_1_are_read_as_they_were_meant(made: dict):
    edits, whole = from_rows(made["edits"])
    assert whole
    opened, notice = follow_link(Reader(), made["page"], made["link"])
    restored, from_file = take_file(Reader(), made["file"].encode())
    assert notice == Notice()
    assert from_file == Notice(file=True)
    assert restored.page == made["page"]
    for reader in (opened, restored):
        assert reader.language == made["language"]
        assert {on: it for on, it in reader.edits.items() if it} == edits
        for name, value in made["fields"].items():
            if name not in RETIRED:
                expected = tuple(map(tuple, value)) if name == "model_off" else value
                assert reader[name] == (tuple(expected) if isinstance(value, list) else value)


def test_a_default_that_changes_keeps_its_meaning_in_older_links(monkeypatch: pytest.MonkeyPatch):
    kind = FIELDS["d_k"]
    changed = Kind(kind.read, kind.limits, was={VERSION: 4})
    monkeypatch.setattr(link, "FIELDS", {**FIELDS, "d_k": changed})
    monkeypatch.setattr(link, "DEFAULTS", {**DEFAULTS, "d_k": 6})
    monkeypatch.setattr(link, "VERSION", VERSION + 1)
    old, notice = follow_link(Reader(), "explore", {"v": str(VERSION), "d_v": "3"})
    assert (old.fields["d_k"], old["d_v"], notice.known) == (4, 3, True)
    assert address(old)["d_k"] == "4"
    now, _ = follow_link(Reader(), "explore", {"v": str(VERSION + 1), "d_v": "3"})
    assert "d_k" not in now.fields


@pytest.mark.parametrize("version", ["0", str(VERSION + 1), "٣", "x", ""])
def test_a_link_of_no_known_version_says_so(version: str):
    assert not follow_link(Reader(), "explore", {"v": version})[1].known


def test_what_is_not_usable_is_named_and_the_rest_holds():
    asked = {
        "v": "1",
        "d_k": "1e9",
        "scaled": "maybe",
        "padded": "[[",
        "mask": "causal",
        "hack": "1",
    }
    reader, notice = follow_link(Reader(), "explore", asked)
    assert notice.unusable == ("d_k", "padded", "scaled")
    assert reader["mask"] == "causal"


def test_what_points_at_nothing_is_named():
    asked = {"v": "1", "sentence": "a b", "query": "40", "key": "1"}
    reader, notice = follow_link(Reader(), "explore", asked)
    assert (reader["query"], reader["key"], notice.unusable) == (1, 1, ("query",))


@pytest.mark.parametrize("language", ["e~n", "EN", "de"])
def test_a_language_that_there_is_not_is_named(language: str):
    reader, notice = follow_link(Reader(language="zh"), "cost", {"lang": language})
    assert (reader.language, notice.unusable) == ("zh", ("language",))


@given(st.text(max_size=60))
def test_any_text_of_edits_is_read_or_named(packed: str):
    reader, notice = follow_link(Reader(), "explore", {"edits": packed})
    assert not any(reader.edits.values())
    assert notice.unusable == (("edits",) if packed else ())


def test_a_link_stays_short_and_says_what_it_leaves_out():
    cells = {
        Address("w_q", "0", row, "", column): row / 7 for row in range(64) for column in range(64)
    }
    asked = parameters({"sentence": "字" * 300, "d_k": 8}, {"handset": cells})
    assert len(urlencode(asked)) <= LONGEST_LINK
    assert (asked["part"], asked["d_k"], "edits" in asked) == ("1", "8", False)
    longer = parameters({"sentence": "字" * 3000, "d_k": 8})
    assert ("sentence" in longer, longer["part"]) == (False, "1")
    assert not follow_link(Reader(), "explore", longer)[1].whole


def test_a_field_that_there_is_not_is_a_mistake():
    with pytest.raises(KeyError):
        parameters({"d_modell": 5})


@given(pages, words)
def test_sentences_that_are_private_stay_out_of_the_address(page: str, written: str):
    secret = f"secret{written}"
    reader = begin(Reader(private=True), page, dict.fromkeys(PRIVATE, secret), {})
    reader = put(reader, "handset", {Address("x", secret, 0, "", 1): 2.0})
    reader = put(reader, "mask", {Address("mask", secret, 0, secret, 0): 0.0})
    asked = address(reader)
    assert asked["private"] == "1"
    assert not {*PRIVATE, "edits"} & asked.keys()
    other, _ = follow_link(Reader(), page, asked)
    assert other.private


def test_edits_of_trained_layers_lie_where_they_did():
    assert TrainingChoice().shelf == "trained recall 48 8 15000 1 15 relative 0 150 0"


@pytest.mark.parametrize("page", ["explore", "cross"])
def test_words_of_older_links_are_cut_as_they_were_until_a_new_sentence_is_typed(page: str):
    field, cut = ("sentence", "cutting") if page == "explore" else ("cross_a", "cross_cutting")

    def words_of(reader: Reader) -> tuple[str, ...]:
        if page == "explore":
            return reader.record(Choice).tokens.kept
        return reader.record(CrossChoice).words("a").kept

    old, _ = follow_link(Reader("zh"), page, {"v": "1", field: "我爱猫"})
    new, _ = follow_link(Reader("zh"), page, {"v": "2", field: "我爱猫"})
    assert words_of(old) == ("我爱猫",)
    assert words_of(new) == ("我", "爱", "猫")
    again, notice = follow_link(Reader("zh"), page, sent(address(old)))
    assert (words_of(again), notice) == (("我爱猫",), Notice())
    typed, _ = choose(again, {field: "我爱狗"})
    assert words_of(typed) == ("我", "爱", "狗")
    assert cut not in typed.fields
