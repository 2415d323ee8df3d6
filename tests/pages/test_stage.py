"""What the stage is given, and what its messages do to a reader; forged ones do nothing."""

import base64
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st

from core.arrays import Array
from core.reader.explore import Choice, StageChoice
from core.reader.reader import Reader, choose
from core.recall.recalling import recall
from pages.shared.reader.session import Session
from pages.shared.stage.explored import Explored, explore
from pages.shared.stage.picture import data
from pages.shared.stage.sent import KEY, listeners
from pages.shared.stage.still import still
from pages.shared.text import LANGUAGES, Language, Text

EATING = ("我", "爱", "吃", "炸鸡")
FIRST = Reader()


def reader(**fields: object) -> Reader:
    return choose(FIRST, fields)[0]


def explored(reader: Reader) -> Explored:
    return explore(reader, lambda _: None)


def heard(monkeypatch: pytest.MonkeyPatch, before: Reader, name: str, message: object) -> Session:
    """The session after a message from the browser."""
    tab = Session(before)
    state = {"session": tab, KEY: SimpleNamespace(**{name: message})}
    monkeypatch.setattr(st, "session_state", state)
    listeners(explored(before))[f"on_{name}_change"]()
    return tab


def unpacked(sent: dict[str, Any]) -> Array:
    numbers = np.frombuffer(base64.b64decode(sent["base64"]), "<f4")
    return numbers.reshape(sent["shape"])


class Markup(HTMLParser):
    """The tags and the texts that a browser finds."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(written)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


HOSTILE = ["<img src=x onerror=alert(1)>", "</bdi><script>x</script>", "a&lt;b \"'", "我 <b>爱</b>"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_words_of_the_still_picture_are_text(monkeypatch: pytest.MonkeyPatch, hostile: str):
    written: list[str] = []
    monkeypatch.setattr(st, "html", written.append)
    monkeypatch.setattr(Explored, "words", property(lambda _: (hostile, *EATING[1:])))
    still(Text("en"), explored(FIRST))
    found = Markup(written[0])
    assert found.tags <= {"div", "b", "span", "bdi", "u", "q", "i", "s", "em"}
    assert {hostile, *EATING[1:]} <= set(found.texts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", ["words", "everything"])
def test_the_picture_is_given_what_core_computes(language: Language, chapter: str):
    shown = explored(reader(chapter=chapter, positions="rope", mask="causal"))
    sent = data(Text(language), shown)
    layer = shown.trace.layers[0]
    assert np.array_equal(unpacked(sent["weights"]), layer.weights[0])
    assert np.array_equal(unpacked(sent["scores"]), layer.biased_scores[0])
    for name, found in shown.seen.items():
        assert np.array_equal(unpacked(sent["path"][name]), found.field.path)
        assert sent["waits"][name] == found.field.sequential
    felt = {"attention"} if chapter == "words" else set(shown.seen)
    assert set(sent["share"]) == felt
    for name in felt:
        share = shown.seen[name].influence.share
        assert np.allclose(unpacked(sent["share"][name]), share, atol=1e-7)


@pytest.mark.parametrize(("memory", "layers"), [(16, 1), (64, 2), (256, 3)])
def test_recall_is_asked_of_readers_as_large_as_those_shown(memory: int, layers: int):
    shown = explored(reader(memory=memory, cnn_layers=layers, rnn_kind="gru"))
    sent = data(Text("en"), shown)["recalled"]
    field = {1: 3, 2: 3, 3: 7}[layers]
    for name, kind in (
        ("attention", "attention"),
        ("recurrent", f"gru-{memory}"),
        ("convolutional", f"cnn-{field}"),
    ):
        found = recall(kind, EATING)
        expected = [
            int(p) if seen else -1 for p, seen in zip(found.places, found.reach, strict=True)
        ]
        assert list(sent[name]) == expected
    assert explored(reader(cnn_kernel=1)).recalled.keys() == {
        "attention",
        "recurrent",
    }


def test_words_are_put_in_and_taken_out(monkeypatch: pytest.MonkeyPatch):
    tab = heard(monkeypatch, FIRST, "inserted", [3, "昨天"])
    choice = tab.reader.record(Choice)
    assert choice.sentence == "我爱吃昨天炸鸡"
    assert (choice.tokens.kept[choice.query], choice.tokens.kept[choice.key]) == ("吃", "炸鸡")
    tab = heard(monkeypatch, tab.reader, "removed", [3, 1])
    assert tab.reader.record(Choice).sentence == "我爱吃炸鸡"


@pytest.mark.parametrize("matrix", ["w_q", "w_k"])
def test_a_pulled_weight_is_reached_and_undone(monkeypatch: pytest.MonkeyPatch, matrix: str):
    tab = heard(monkeypatch, FIRST, "pulled", [2, 0, 0.5, matrix])
    shown = explored(tab.reader)
    assert shown.trace.layers[0].weights[0, 2, 0] == pytest.approx(0.5, abs=1e-3)
    assert {edit.matrix for edit in shown.scene.choice.edits} == {matrix}
    assert (tab.reader["key"], tab.reader["shown_parameter"]) == (0, matrix)
    tab = heard(monkeypatch, tab.reader, "travelled", "undo")
    assert explored(tab.reader).scene.choice.edits == ()
    tab = heard(monkeypatch, tab.reader, "travelled", "redo")
    assert explored(tab.reader).trace.layers[0].weights[0, 2, 0] == pytest.approx(0.5, abs=1e-3)


def test_what_cannot_be_reached_is_named(monkeypatch: pytest.MonkeyPatch):
    masked = reader(mask="causal")
    tab = heard(monkeypatch, masked, "pulled", [0, 3, 0.5, "w_q"])
    assert tab.reader == masked
    assert tab.refused[KEY].code == "weight_masked"


FORGED = [None, "x", 7, [1], [1, "2"], [0.5, 1], [-1, 99, 0.5], [1, 2, 3], {"a": 1}]
FORGED += [
    [1, 2, 7.5, "w_q"],
    [1, 2, 0.5, "w_v"],
    [-1, 99, 0.5, "w_k"],
    [0.5, 1, 0.5, "w_q"],
    [1, 2, "1", "w_q"],
]
FORGED += [[99, 0.5, "w"], [True, "x" * 100_000], [0, ""], "reset", [[1], [2]], [10**30, 10**30]]


@pytest.mark.parametrize("name", ["pointed", "removed", "pulled", "travelled"])
@pytest.mark.parametrize("message", FORGED, ids=lambda it: repr(it)[:20])
def test_forged_messages_change_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, message: object
):
    if (name, message) in (("removed", True), ("pointed", [True, 2])):
        return
    tab = heard(monkeypatch, FIRST, name, message)
    after = tab.reader.record(Choice)
    assert after.sentence == "我爱吃炸鸡"
    assert 0 <= after.query < 4
    assert 0 <= after.key < 4
    assert not tab.reader.edits


@pytest.mark.parametrize("message", FORGED, ids=lambda it: repr(it)[:20])
def test_forged_words_leave_a_readable_sentence(monkeypatch: pytest.MonkeyPatch, message: object):
    after = heard(monkeypatch, FIRST, "inserted", message).reader.record(Choice)
    assert len(after.sentence) <= len("我爱吃炸鸡") + 42
    assert after.tokens.kept


def test_links_of_the_first_version_show_everything():
    from core.reader.link import follow_link

    old, _ = follow_link(Reader(), "explore", {"v": "1", "d_k": "3"})
    assert old.record(StageChoice).chapter == "everything"
    new, _ = follow_link(Reader(), "explore", {"v": "2", "d_k": "3"})
    assert new.record(StageChoice).chapter == "words"
