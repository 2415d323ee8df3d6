"""Who remembers which word, on the page about reach: every recall is what core gives."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from core.reader.examples import SENTENCES
from core.reader.recall import MOST_INSERTED, RecallChoice
from core.recall.learning import COUNTS, MOST
from core.recall.recalling import curve, recall
from core.tokens import words
from pages.shared.text import LANGUAGES, Language, Text
from pages.shared.views.recall import reader_name
from tests.pages.exploring import choose, select

MOUSE = "The cat chased the mouse"


@pytest.fixture
def page(open_dashboard: Callable[[str | None], AppTest]) -> AppTest:
    app = open_dashboard("en-US")
    select(app, reach_n=4, sentence=MOUSE)
    return app.switch_page("pages/reach.py").run()


def table(app: AppTest) -> dict[str, Any]:
    [found] = [it for it in app.get("bidi_component") if it.proto.component_name == "recall"]
    return json.loads(found.proto.json)


def remarks(app: AppTest) -> list[str]:
    [found] = [
        it.value for it in app.markdown if it.value.startswith("- **") and "\n- " in it.value
    ]
    return found.removeprefix("- ").split("\n- ")


def assert_recalls(app: AppTest, readers: tuple[str, ...], read: tuple[str, ...]) -> None:
    shown = table(app)
    assert [it["text"] for it in shown["words"]] == [*read]
    assert [it["name"] for it in shown["rows"]] == [reader_name(Text("en"), it) for it in readers]
    for row, name in zip(shown["rows"], readers, strict=True):
        found = recall(name, read)
        assert [it["text"] for it in row["cells"]] == [it.named for it in found.each]
        assert [it["outcome"] for it in row["cells"]] == [it.outcome for it in found.each]
        assert row["told"] == f"{found.right} of {len(read)}"


def test_the_words_are_recalled_as_core_recalls_them(page: AppTest):
    assert_recalls(page, RecallChoice().readers, words(MOUSE))
    choose(page, recall_state=256, recall_field=7, recall_kinds=("rnn", "lstm"))
    assert_recalls(page, ("attention", "rnn-256", "lstm-256", "cnn-7"), words(MOUSE))
    choose(page, recall_kinds=())
    assert_recalls(page, ("attention", "cnn-7"), words(MOUSE))


def test_inserted_words_stand_in_the_middle_and_are_marked(page: AppTest):
    choose(page, recall_inserted=3)
    shown = table(page)["words"]
    assert [it["own"] for it in shown] == [True, True, False, False, False, True, True, True]
    assert [it["text"] for it in shown if it["own"]] == [*words(MOUSE)]
    assert_recalls(page, RecallChoice().readers, tuple(it["text"] for it in shown))


def test_the_curve_is_that_of_the_files_with_the_sentence_marked(page: AppTest):
    choose(page, recall_inserted=2)
    alt = Text("en")("alt.recall_shares")
    [drawn] = [it for it in page.get("vega_lite_chart") if it.proto.alt == alt]
    found = convert_arrow_bytes_to_pandas_df(drawn.proto.data.data)
    for name in RecallChoice().readers:
        line = found[found["line"] == reader_name(Text("en"), name)]
        assert tuple(line["across"]) == COUNTS
        shares = curve(name).shares
        assert_allclose(line["value"], shares.mean(axis=0))
        assert_allclose(line["low"], shares.min(axis=0))
        assert_allclose(line["high"], shares.max(axis=0))
    marks = found[found["mark"].notna()]
    assert marks["across"].tolist() == [len(words(MOUSE)) + 2, MOST]


def test_what_is_remarked_follows_what_is_shown(page: AppTest):
    ahead, attention, gru, linear, cnn = remarks(page)
    assert attention == Text("en")("recall.told.nothing", who="Attention", n=5)
    for remark in (gru, linear):
        assert "**state**" in remark
    assert "**distance**" in cnn
    assert ("5 of 5" in ahead) == (recall("attention", words(MOUSE)).right == 5)
    choose(page, recall_state=256, recall_field=15)
    assert all("recalls all: 5 of 5" in it for it in remarks(page)[1:])
    assert "no lead" in remarks(page)[0]
    choose(page, recall_inserted=MOST_INSERTED)
    assert "trained with 16 words at most" in remarks(page)[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_words_to_put_in(language: Language):
    more = SENTENCES[language].more.split()
    assert len({*more}) == len(more) == MOST_INSERTED
    assert all(words(it) == (it,) for it in more)


@pytest.mark.parametrize("sentence", ["猫", "the cat " * 40, "<b>*x*</b> $y$ {z}"])
def test_any_sentence_can_be_recalled(page: AppTest, sentence: str):
    choose(page, sentence=sentence, recall_kinds=("rnn", "lstm", "gru", "linear"))
    assert not page.exception
    assert len(table(page)["rows"]) == 6
