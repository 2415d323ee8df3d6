"""The page that asks why there is attention: its numbers are those of the translators."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.errors import InputError
from core.ideas.why import (
    EXAMPLES,
    INSERTED,
    Quality,
    clearest_pair,
    quality_of,
    reference,
    target_of,
)
from core.reader.why import WhyChoice
from core.translation import translator as translators
from core.translation.files import KINDS, Kind
from core.translation.pieces import Language
from core.translation.translator import Alignment, held_out, rounds, translator
from pages.shared.figures import lengths
from pages.shared.server import cache
from pages.shared.text import Text, plain
from pages.shared.views.why.counted import findings
from tests.pages.exploring import choose, chosen, click, drawn

ZH = Text("zh")
FRIED = "我爱吃炸鸡。"
BICYCLE, BOUGHT = WhyChoice().why_sentence, "My father bought me a bicycle."


@pytest.fixture
def page(open_dashboard: Callable[[str | None], AppTest]) -> AppTest:
    return open_dashboard("zh-CN").switch_page("pages/why.py").run()


def strip(app: AppTest, kind: str) -> dict[str, Any]:
    found = app.get_by_key(f"why_{kind}")
    assert isinstance(found, UnknownElement)
    return json.loads(found.proto.json)


def click_word(app: AppTest, kind: str, place: object) -> AppTest:
    """Click on a word of a translation, as the browser tells it."""
    found = app.get_by_key(f"why_{kind}")
    assert isinstance(found, UnknownElement)
    name = f"$$STREAMLIT_INTERNAL_KEY_{found.proto.id}__events"
    told = json.dumps([{"event": "asked", "value": place}])
    return app._run(WidgetStates(widgets=[WidgetState(id=name, json_trigger_value=told)]))


def aligned(kind: Kind, source: Language, sentence: str, forced: str | None = None) -> Alignment:
    one = translator(kind, source, target_of(source))
    return one.align(sentence, forced or one.translate(sentence), words=True)


def said(app: AppTest) -> str:
    parts = (app.markdown, app.caption, app.warning, app.error)
    return "\n".join(it.value for part in parts for it in part)


def assert_maps(app: AppTest, source: Language, sentence: str, translation: str) -> None:
    """All maps are of this translation, influences on one scale."""
    word = chosen(app, "why_word")
    made = {kind: aligned(kind, source, sentence, translation) for kind in KINDS}
    felt = {kind: it.influence.strength[:-1] for kind, it in made.items()}
    given = {kind: it.mean_weights for kind, it in made.items() if it.mean_weights is not None}
    assert given.keys() == {"attention", "transformer"}
    for kind, values in felt.items():
        assert_allclose(drawn(app, f"why_influence_{kind}"), values, rtol=1e-3)
    for kind, values in given.items():
        shown = drawn(app, f"why_weight_{kind}")
        assert_allclose(shown, values[:-1], atol=1e-5)
        assert_allclose(shown.sum(axis=1), 1, atol=1e-5)
    rows = np.stack([values[word] for values in felt.values()])
    assert_allclose(drawn(app, "why_influence"), rows, rtol=1e-3)
    assert_allclose(
        drawn(app, "why_weight"), np.stack([it[word] for it in given.values()]), atol=1e-5
    )
    names = ["why_influence", *(f"why_influence_{kind}" for kind in KINDS)]
    ends = {
        str(specification(app, name)["layer"][0]["encoding"]["color"]["scale"]) for name in names
    }
    assert len(ends) == 1
    assert str(np.ceil(max(it.max() for it in felt.values()))) in ends.pop()


def specification(app: AppTest, name: str) -> dict[str, Any]:
    found = app.get_by_key(name)
    assert isinstance(found, UnknownElement)
    return json.loads(found.proto.spec)


def test_each_translator_writes_its_own_words_with_their_probabilities(page: AppTest):
    for kind in KINDS:
        made, shown = aligned(kind, "zh", BICYCLE), strip(page, kind)["words"]
        assert [it["text"] for it in shown] == list(made.output[:-1])
        assert_allclose([it["weight"] for it in shown], made.probability[:-1], atol=1e-5)
        assert strip(page, kind)["asks"] == -1  # all write the translation by people
    assert strip(page, "vector") != strip(page, "attention")


def test_all_three_are_made_to_write_the_same_on_one_scale(page: AppTest):
    assert reference(BICYCLE, "zh") == BOUGHT
    assert_maps(page, "zh", BICYCLE, BOUGHT)
    choose(page, why_output="vector", why_word=1)
    assert_maps(page, "zh", BICYCLE, translator("vector", "zh", "en").translate(BICYCLE))


def test_a_click_on_a_word_lets_all_write_its_translation(page: AppTest):
    click_word(page, "attention", 2)
    assert (chosen(page, "why_output"), chosen(page, "why_word")) == ("attention", 2)
    assert strip(page, "attention")["asks"] == 2
    for forged in (99, -1, "x", None):
        click_word(page, "transformer", forged)
        assert (chosen(page, "why_output"), chosen(page, "why_word")) == ("attention", 2)


def test_a_click_on_a_map_chooses_the_pair_and_on_a_row_the_source_word(page: AppTest):
    click(page, "why_influence_vector", 2, 1)
    assert (chosen(page, "why_word"), chosen(page, "why_key")) == (2, 1)
    click(page, "why_influence", 0, 4)
    assert (chosen(page, "why_word"), chosen(page, "why_key")) == (2, 4)
    click(page, "why_weight", 0, 99)
    assert chosen(page, "why_key") == 4


def test_the_words_below_say_what_was_computed(page: AppTest):
    made = {kind: aligned(kind, "zh", BICYCLE, BOUGHT) for kind in KINDS}
    given = {kind: it.mean_weights for kind, it in made.items() if it.mean_weights is not None}
    felt = {kind: it.influence.strength for kind, it in made.items()}
    alike = {
        kind: given[kind][:-1].argmax(axis=1) == felt[kind][:-1].argmax(axis=1) for kind in given
    }
    assert 0 < alike["attention"].sum() < 7
    assert ZH("why.limits", of=7, **{kind: int(it.sum()) for kind, it in alike.items()}) in said(
        page
    )
    read = [plain(it) for it in made["vector"].source]
    read[0], read[3] = plain("我 #1"), plain("我 #4")
    for word in (int(alike["attention"].argmin()), 5):
        choose(page, why_word=word, why_key=3)
        row, strength = given["attention"][word], felt["attention"][word]
        values = {
            "word": plain(made["vector"].output[word]),
            "heaviest": read[row.argmax()],
            "share": f"{row.max():.0%}",
            "strongest": read[strength.argmax()],
            "most": f"{strength.max():.2f}",
            "own": f"{strength[row.argmax()]:.2f}",
        }
        assert ZH("why.together" if word == 5 else "why.apart", **values) in said(page)
        probable = {kind: f"{it.probability[word]:.0%}" for kind, it in made.items()}
        assert ZH("why.probable", word=values["word"], **probable) in said(page)
        pair = {f"given_{kind}": f"{it[word, 3]:.0%}" for kind, it in given.items()}
        pair |= {kind: f"{it[word, 3]:.2f}" for kind, it in felt.items()}
        assert ZH("why.pair", word=values["word"], key=read[3], **pair) in said(page)


def test_a_sentence_of_ones_own_has_no_translation_by_people(page: AppTest):
    choose(page, why_sentence=FRIED)
    assert page.segmented_control(key="why_output").value == "attention"
    assert len(page.segmented_control(key="why_output").options) == 3
    assert chosen(page, "why_output") == "reference"  # for the next held-out one
    assert_maps(page, "zh", FRIED, translator("attention", "zh", "en").translate(FRIED))
    absent = ZH("why.absent", words=plain("炸鸡"))
    assert [it.value for it in page.warning] == [ZH.joined(absent, ZH("why.unread"))]
    choose(page, why_sentence=BICYCLE)
    assert not page.warning
    assert page.segmented_control(key="why_output").value == "reference"


def test_a_new_sentence_points_at_its_clearest_pair(page: AppTest):
    page.text_input(key="why_sentence").set_value(FRIED).run()
    there = translator("attention", "zh", "en")
    made = there.align(FRIED, there.translate(FRIED))
    assert (chosen(page, "why_word"), chosen(page, "why_key")) == clearest_pair(made)
    choose(page, why_word=0)
    assert chosen(page, "why_word") == 0


def test_examples_are_held_out_pairs_with_their_givers_and_there_are_others(page: AppTest):
    for name in ("pizza", "roof"):
        page.button(key=f"why_example.{name}").click().run()
        it = EXAMPLES[name]
        [pair] = [pair for pair in held_out() if pair.en.number == it.number]
        assert page.text_input(key="why_sentence").value == getattr(pair, it.source).text
        assert {pair.en.contributor in said(page), pair.zh.contributor in said(page)} == {True}
        assert ZH(f"why.from_{it.source}") in said(page)
        assert (chosen(page, "why_word"), chosen(page, "why_key")) == (it.word, it.key)
        assert_maps(page, it.source, it.sentence, getattr(pair, target_of(it.source)).text)
    seen = {page.text_input(key="why_sentence").value}
    for _ in range(3):
        page.button(key="why_another").click().run()
        seen.add(page.text_input(key="why_sentence").value)
        assert page.segmented_control(key="why_output").value == "reference"
    assert len(seen) == 4


def test_what_cannot_be_translated_is_told_at_its_place(page: AppTest):
    long = {"count": 41, "limit": 40}
    refused = {" ": ("no_tokens", {}), "Привет, 123!": ("language_unknown", {})}
    for typed, (code, values) in {**refused, "好" * 41: ("sentence_too_long", long)}.items():
        choose(page, why_sentence=typed)
        assert [it.value for it in page.error] == [ZH(f"error.{code}", **values)]
        assert page.text_input(key="why_sentence").value == typed
    assert_maps(page, "zh", BICYCLE, BOUGHT)
    choose(page, why_sentence="I like music.")
    assert not page.error


def test_a_translator_that_writes_nothing_is_told(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    cache._translated.clear()
    monkeypatch.setattr(translators.Translator, "translate", lambda *_: "")
    choose(page, why_sentence=INSERTED[0]["zh"])
    assert said(page).count(ZH("why.nothing")) == 3
    assert_maps(page, "zh", INSERTED[0]["zh"], INSERTED[0]["en"])
    choose(page, why_sentence="猫很高兴。")
    assert [it.value for it in page.error] == [ZH("error.nothing_written")]
    assert page.text_input(key="why_sentence").value == "猫很高兴。"
    cache._translated.clear()


def test_files_that_are_missing_end_the_page_with_the_reason(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
):
    def missing(*_: object, **__: object) -> None:
        raise InputError("model_missing", name="zh-en-vector", file="zh-en-vector.safetensors")

    monkeypatch.setattr(cache, "translated", missing)
    page.run()
    assert len(page.error) == 1
    assert "zh" in page.error[0].value
    assert page.text_input(key="why_sentence")


def test_what_must_wait_is_counted_for_this_translation(page: AppTest):
    [table] = [it.value for it in page.table]
    one = translator("vector", "zh", "en")
    read, written = len(one.pieces["zh"].encode(BICYCLE)), len(one.pieces["en"].encode(BOUGHT)) + 1
    assert table.to_numpy().tolist() == [list(rounds(kind, read, written)) for kind in KINDS]
    assert list(table.index) == [ZH(f"translator.{kind}") for kind in KINDS]
    assert ZH("why.waits.lead", read=read, written=written) in said(page)


def test_quality_is_that_of_the_files_and_the_sentence_is_marked(page: AppTest):
    choose(page, why_measure="chrf")
    charts = [it for it in page.get("vega_lite_chart") if isinstance(it, UnknownElement)]
    [drawn] = [it.proto for it in charts if it.proto.alt == ZH("alt.why_quality")]
    data = convert_arrow_bytes_to_pandas_df(drawn.data.data)
    for kind in KINDS:
        scores = translator(kind, "zh", "en").scores
        line = data[data["line"] == ZH(f"translator.{kind}")]
        kept = {name: it for name, it in scores.items() if name not in ("all", "sample")}
        assert list(line["score"]) == [it["chrf"] for it in kept.values()]
        counted = [
            f"{name.replace('-', '–')}|{ZH('why.pairs', n=it['pairs'])}"
            for name, it in kept.items()
        ]
        assert list(line["range"]) == counted
    assert list(data[data["own"]]["range"]) == [f"11–14|{ZH('why.pairs', n=287)}"]


def told(gaps: tuple[float, ...], lead: tuple[float, ...]) -> str:
    """What is said of scores where attention is ahead of one vector, and the Transformer of it."""
    base = np.full(len(gaps), 20.0)
    scores: dict[Kind, tuple[float, ...]] = {
        "vector": tuple(base),
        "attention": tuple(base + gaps),
        "transformer": tuple(base + gaps + lead),
    }
    whole: dict[Kind, float] = dict.fromkeys(KINDS, 20.0)
    return findings(ZH, Quality(("1-4", "5-7", "8+"), (10, 200, 300), scores, whole))


def test_no_more_is_said_of_quality_than_the_scores_show():
    growing, falling = (1.0, 2.0, 3.0), (1.0, 3.0, 2.0)
    assert ZH("why.found.grows") in told(growing, (1, 1, 1))
    assert ZH("why.found.uneven") in told(falling, (1, 1, 1))
    assert ZH("why.found.level") in told(growing, (0, 0, 1))
    assert ZH("why.found.behind", lengths="1–4、8+") in told(growing, (-1, 0, -1))
    assert ZH("why.found.ahead", ahead=2, of=3, gaps="-1.0、2.0、3.0") in told((-1, 2, 3), growing)
    assert ZH("why.found.few", lengths="1–4", few=100) in told(growing, growing)


def test_these_files_do_not_show_a_gap_that_grows(page: AppTest):
    sentences: dict[Language, str] = {"zh": BICYCLE, "en": "I like music."}
    for source, sentence in sentences.items():
        choose(page, why_sentence=sentence)
        assert findings(ZH, quality_of(source, "bleu")) in said(page)
        assert ZH("why.found.uneven") in said(page)
        assert "15+" in said(page)


def test_the_picture_of_quality_is_made_once():
    axes = lengths.Axes("across", "upwards", ("one", "two"), "own")
    assert lengths.specification(axes) is lengths.specification(axes)
    data = lengths.table([("1-4", "3"), ("5+", "4")], {"one": (1, 2), "two": (3, 4)}, 1).to_pydict()
    assert data["range"] == ["1-4|3", "5+|4"] * 2
    assert data["line"] == ["one", "one", "two", "two"]
    assert data["score"] == [1, 2, 3, 4]
    assert data["own"] == [False, True, False, False]


def test_a_sentence_that_grows_is_translated_once_it_is_opened(page: AppTest):
    assert INSERTED[2]["zh"] not in said(page)
    choose(page, why_inserted_open=True)
    ends = {}
    for kind in KINDS:
        one = translator(kind, "zh", "en")
        for place, it in enumerate(INSERTED):
            assert plain(one.translate(it["zh"])) in said(page)
            mean = np.exp(np.log(one.align(it["zh"], it["en"]).probability).mean())
            assert ZH("why.inserted.expected", share=f"{mean:.0%}") in said(page)
            if place in (0, len(INSERTED) - 1):
                ends[f"{'last' if place else 'first'}_{kind}"] = f"{mean:.0%}"
    assert ZH("why.inserted.told", **ends) in said(page)
    page.button(key="why_inserted.2").click().run()
    assert chosen(page, "why_sentence") == INSERTED[2]["zh"]
    assert ZH("why.ours") in said(page)
    assert_maps(page, "zh", INSERTED[2]["zh"], INSERTED[2]["en"])
