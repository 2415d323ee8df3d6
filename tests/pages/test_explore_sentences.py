"""Whatever is typed as a sentence, the page shows what core makes of it, or says why not."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.embeddings import features
from core.errors import InputError
from core.layer import Edit
from core.models.guessing import guess
from core.positions import ENCODINGS
from core.reader.explore import MASKS, Choice
from core.sources.handset import HandsetSource
from core.tokens import LIMIT, tokenize, words
from pages.shared.text import LANGUAGES, Language, Text, plain_word
from tests.pages.editors import editors, numbers, typed
from tests.pages.exploring import (
    CHICKEN,
    MOUSE,
    ZH,
    Visit,
    assert_shows,
    choose,
    chosen,
    drawn,
    edit,
    edits_of,
    handset,
    notes,
    of_word,
    table_key,
    told,
)

# Sentences nobody thought of


@pytest.mark.parametrize("sentence", ["", "   ", "\t\n", "\u3000", "\u200b", "\x00\x01", "\u0301"])
def test_a_sentence_without_words_keeps_the_last_picture_and_says_so(
    dashboard: AppTest, sentence: str
):
    choose(dashboard, sentence=MOUSE)
    choose(dashboard, sentence=sentence)
    assert_shows(dashboard, handset().trace(MOUSE))
    assert told(dashboard) == [ZH("error.no_tokens")]
    assert dashboard.text_input(key="sentence").value == sentence
    choose(dashboard, sentence=CHICKEN)
    assert_shows(dashboard, handset().trace(CHICKEN))
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
        assert_shows(dashboard, handset().trace(sentence))
        assert told(dashboard) == []
    choose(dashboard, sentence=sentence.replace(" ", ""))
    for element in (*dashboard.markdown, *dashboard.caption):
        said = element.value.replace("](#arithmetic)", "")  # it is a link, and ours
        assert not any(mark in said for mark in MARKS_UP), said


@pytest.mark.parametrize("sentence", ["字" * 10_000, "na " * 3_334, "😀" * 10_000, "x" * 10_000])
def test_an_endless_sentence_is_cut_and_says_so(dashboard: AppTest, sentence: str):
    choose(dashboard, sentence=sentence)
    trace = handset().trace(sentence)
    assert_shows(dashboard, trace)
    n = len(words(sentence))
    said = [ZH("error.too_many_tokens", count=n, limit=LIMIT)] * (n > LIMIT)
    said += [ZH("error.word_cut", limit=64)] * sentence.startswith("x")
    assert told(dashboard) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_masked_is_said_in_words(open_dashboard: Visit, language: Language):
    app = choose(open_dashboard(language), sentence=CHICKEN, mask="padding")
    choose(app, padded=[0, 1, 2, 3])
    text = Text(language)
    assert not drawn(app, "weights").any()
    assert not drawn(app, "output").any()
    rows = text("sentence.comma").join("1234")
    assert text("steps.blind", rows=rows) in told(app)
    asks = plain_word(words(CHICKEN), chosen(app, "query"))
    assert text("highlight.blind", asks=asks) in [element.value for element in app.markdown]


@pytest.mark.parametrize("language", LANGUAGES)
def test_weights_that_became_0_without_a_mask_are_not_called_forbidden(
    open_dashboard: Visit, language: Language
):
    app = choose(open_dashboard(language), sentence=CHICKEN, source="seeded", d_k=64)
    text = Text(language)
    choose(app, scaled=False, temperature=0.1)
    assert (drawn(app, "weights") == 0).any()
    only = text("highlight.only", asks="", found="", share="").split("：")[-1].split(":")[-1]
    evenly = text("highlight.evenly", asks="|", n="", share="").split("|")[1][:9]
    for query in range(4):
        said = [it.value for it in choose(app, query=query).markdown]
        assert not any(only in it or evenly in it for it in said)


def test_another_word_to_click_is_named_only_if_it_looks_elsewhere(dashboard: AppTest):
    app = choose(dashboard, sentence="猫 狗 猫 狗", source="handset", head=1)
    helps = [it.proto.help for it in app.markdown]
    assert any(ZH("highlight.same_rows", one="词") in it for it in helps)
    app = choose(app, sentence=CHICKEN, head=0)
    assert not any(ZH("highlight.same_rows", one="词") in it.proto.help for it in app.markdown)


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
            "mask": st.sampled_from(MASKS),
            "padded": st.lists(st.integers(0, 3), unique=True),
            "positions": st.sampled_from(tuple(ENCODINGS)),
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
    choice = notes(app).reader.record(Choice)
    try:
        assert choice.tokens == tokenize(sentence, choice.unit)
    except InputError:
        assert choice.sentence == CHICKEN
    assert_shows(app, choice.layer_source.trace_of(choice.tokens.kept))


# Words that nobody set

TEA = "妹妹喜欢喝奶茶"


def marks(app: AppTest) -> dict[str, str]:
    found = app.get_by_key("strip")
    assert isinstance(found, UnknownElement)
    return {it["text"]: it["standing"] for it in json.loads(found.proto.json)["words"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_guessed_words_are_marked_and_counted(open_dashboard: Visit, language: Language):
    app, text = choose(open_dashboard(language), sentence=f"{TEA} qwxyz"), Text(language)
    assert_shows(app, handset().trace(f"{TEA} qwxyz"))
    expected = dict.fromkeys(("妹妹", "喜欢", "喝"), "set")
    assert marks(app) == {**expected, "奶茶": "guessed", "qwxyz": "unknown"}
    badge = text("origin.handset.guessed_one")
    assert any(badge in it.value for it in app.markdown)
    choose(app, sentence=TEA + "和咖喱")
    assert any(text("origin.handset.guessed", detail=2) in it.value for it in app.markdown)


@pytest.mark.parametrize(
    ("page", "told"), [("explore", True), ("heads", True), ("positions", True), ("reach", False)]
)
def test_where_a_guess_is_mended_is_told_by_name(open_dashboard: Visit, page: str, told: bool):
    """The page about reach gives words random vectors: nothing is guessed there."""
    app = choose(open_dashboard("zh-CN"), sentence=TEA, reach_tokens="sentence")
    app = app.switch_page(f"pages/{page}.py").run()
    said = [it.value for it in app.caption if "奶茶" in it.value and "推测" in it.value]
    chapter = ZH("explore_chapter.words")
    assert [it.endswith(ZH("sentence.mend", chapter=chapter)) for it in said] == [True] * told


def test_the_word_that_asks_shows_what_was_guessed_of_it(dashboard: AppTest):
    choose(dashboard, chapter="words", sentence=TEA)
    at = words(TEA).index("奶茶")
    choose(dashboard, query=0)
    assert "word" not in editors(dashboard)
    choose(dashboard, query=at)
    shown = editors(dashboard)["word"]
    assert shown["rows"] == [f"{at + 1}:奶茶"]
    found = features("奶茶", guess)
    assert found is not None
    assert np.allclose(numbers(shown)[0], found, atol=1e-6)
    choose(dashboard, **{table_key(dashboard, "word"): typed((0, 3, "0.5"))})
    assert edits_of(dashboard) == {of_word("奶茶", 3): 0.5}
    assert numbers(editors(dashboard)["word"])[0, 3] == 0.5  # it stays, to be changed again


@pytest.mark.parametrize(("n", "cut"), [(64, False), (65, True)])
def test_a_word_that_is_too_long_for_a_token_is_named(dashboard: AppTest, n: int, cut: bool):
    choose(dashboard, sentence=f"I love {'a' * n}.")
    assert (ZH("error.word_cut", limit=64) in told(dashboard)) == cut


def test_a_guess_is_set_right_by_hand_and_is_none_any_more(dashboard: AppTest):
    choose(dashboard, sentence=TEA)
    edit(dashboard, "x", 3, 0, 1.0)
    edits = (Edit("x", (0, 3, 0), 1.0),)
    assert_shows(dashboard, handset(edits=edits).trace(TEA))
    assert marks(dashboard)["奶茶"] == "set"
    said = [it.value for it in dashboard.markdown]
    assert not any(ZH("origin.handset.guessed_one") in it for it in said)
    assert any(ZH("origin.edited") in it for it in said)


def test_links_of_version_1_have_ten_features_and_no_guesses(
    cold_dashboard: Callable[[str | None], AppTest],
):
    app = cold_dashboard("zh-CN")
    for name, value in {"v": "1", "lang": "zh", "sentence": TEA}.items():
        app.query_params[name] = value
    app.run()
    assert_shows(app, HandsetSource().trace(TEA))
    assert marks(app)["奶茶"] == "unknown"
    assert (chosen(app, "d_model"), chosen(app, "guessed")) == (10, False)
    choose(app, guessed=True, d_model=14)
    assert_shows(app, handset().trace(TEA))
