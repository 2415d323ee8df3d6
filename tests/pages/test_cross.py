"""The page that compares attention with self-attention: the switch changes the picture."""

from collections.abc import Callable
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.arrays import Array
from core.errors import InputError
from core.ideas.crossing import SAME_KIND, CrossSource, Scoring, self_gap
from core.ideas.why import EXAMPLES, Translated, n_pieces, translated
from core.reader.ideas import Sources, Translating
from core.tokens import words
from pages.shared.server import cache
from pages.shared.server.gate import Waiting
from pages.shared.text import Text, plain
from pages.shared.views.cross.concepts import STATES
from pages.shared.views.told import told as told_reason
from tests.pages.exploring import chosen, click, select
from tests.pages.test_address import address, follow

A, B = "我爱北京天安门", "I love Beijing Tiananmen"
UNSET = {"guessed": ["奶茶", "lawyer"], "unknown": ["鲈鱼", "qwxyz"]}
ZH = Text("zh")
PAIRS = {"self_a": (A, A), "self_b": (B, B), "a_asks_b": (A, B), "b_asks_a": (B, A)}


@pytest.fixture
def page(open_dashboard: Callable[[str | None], AppTest]) -> AppTest:
    return open_dashboard("zh-CN").switch_page("pages/cross.py").run()


KNOWN = EXAMPLES["bicycle"].sentence, "My father bought me a bicycle."
LONG = "xq" * 40  # one word
BOUGHT = "他买了一本书。", "He bought a book."


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def cells(app: AppTest, name: str) -> pd.DataFrame:
    """The data of a map, one line a cell."""
    found = app.get_by_key(name)
    assert isinstance(found, UnknownElement)
    return convert_arrow_bytes_to_pandas_df(found.proto.data.data)


def framed(app: AppTest, name: str) -> int:
    """How many cells of a map are framed."""
    return int(cells(app, name)["opened"].to_numpy().sum())


def drawn(app: AppTest, name: str) -> Array:
    """The numbers of a map: (row, column)."""
    table = cells(app, name)
    return table.pivot(index="row", columns="column", values="value").to_numpy()


def works(app: AppTest, part: str) -> bool:
    """Whether the diagram has this part in colour."""
    wanted = ZH("alt.flow", working=ZH(part).replace("\n", ""))
    charts = app.get("vega_lite_chart")
    return any(isinstance(it, UnknownElement) and it.proto.alt == wanted for it in charts)


def weights(sources: str) -> Array:
    asks, answers = PAIRS[sources]
    return CrossSource().trace(words(asks), words(answers)).layers[0].weights[SAME_KIND]


def press(app: AppTest, label: str) -> AppTest:
    [found] = [button for button in app.button if button.label == ZH(label)]
    return found.click().run()


def told(app: AppTest) -> list[str]:
    return [box.value for box in (*app.error, *app.warning, *app.info, *app.success)]


@pytest.mark.parametrize("sources", get_args(Sources))
def test_the_switch_decides_who_asks_whom(page: AppTest, sources: Sources):
    choose(page, cross_sources=sources)
    assert_allclose(drawn(page, "cross_chosen"), weights(sources), rtol=1e-6)
    part = "flow.cross" if "asks" in sources else "flow.encoder"
    assert works(page, part)


def test_self_attention_of_both_stands_beside(page: AppTest):
    for name in ("self_a", "self_b"):
        assert_allclose(drawn(page, f"cross_{name}"), weights(name), rtol=1e-6)


def test_a_cell_is_framed_only_where_somebody_pointed(page: AppTest):
    assert framed(page, "cross_chosen") == 1
    for name in ("self_a", "self_b"):
        assert framed(page, f"cross_{name}") == 0


def test_the_same_sentence_twice_is_self_attention(page: AppTest):
    choose(page, cross_b="I love noodles")
    assert drawn(page, "cross_chosen").shape == (3, 4)
    press(page, "cross.same")
    assert np.array_equal(drawn(page, "cross_chosen"), drawn(page, "cross_self_a"))
    gap = self_gap(CrossSource(), words("我爱北京天安门"))
    assert gap < 1e-6
    assert ZH("cross.equal", difference=f"{gap:.1g}") in told(page)


@pytest.mark.parametrize("scoring", get_args(Scoring))
def test_every_scoring_is_drawn_on_the_same_pair(page: AppTest, scoring: Scoring):
    head = SAME_KIND if scoring in ("scaled", "general") else 0
    expected = CrossSource(scoring).trace(words(B), words(A)).layers[0].weights[head]
    assert_allclose(drawn(page, f"cross_by_{scoring}"), expected, rtol=1e-6)
    choose(page, cross_scoring=scoring)
    assert_allclose(drawn(page, "cross_chosen"), expected, rtol=1e-6)


@pytest.mark.parametrize("key", ["concept", "concept.table"])
@pytest.mark.parametrize("concept", STATES)
def test_every_concept_has_a_state_that_shows_it(page: AppTest, concept: str, key: str):
    choose(page, cross_sources="a_asks_b", cross_several=concept != "many")
    page.button(key=f"{key}.{concept}").click().run()
    for field, value in STATES[concept].items():
        assert page.session_state[field] == value
    if concept == "many":
        trace = CrossSource().trace(words(B), words(A))
        for head, expected in enumerate(trace.layers[0].weights):
            assert_allclose(drawn(page, f"cross_head_{head}"), expected, rtol=1e-6)
    if concept == "masked":
        assert not np.triu(drawn(page, "cross_chosen"), 1).any()
        assert works(page, "flow.decoder")


def test_another_head_can_be_chosen(page: AppTest):
    choose(page, cross_head=0)
    expected = CrossSource().trace(words(B), words(A)).layers[0].weights[0]
    assert_allclose(drawn(page, "cross_chosen"), expected, rtol=1e-6)


def test_random_numbers_say_so(page: AppTest):
    choose(page, cross_numbers="seeded", cross_seed=7)
    expected = CrossSource(numbers="seeded", seed=7).trace(words(B), words(A))
    assert_allclose(drawn(page, "cross_chosen"), expected.layers[0].weights[SAME_KIND], rtol=1e-6)
    assert ZH("origin.seeded.help") in [caption.value for caption in page.caption]


@pytest.mark.parametrize("kind", ["guessed", "unknown"])
def test_words_without_set_features_are_listed_and_marked(page: AppTest, kind: str):
    choose(page, cross_a="我爱鲈鱼和奶茶", cross_b="I love qwxyz, lawyer")
    found = map(plain, UNSET[kind])
    said = ZH(f"sentence.{kind}", words=ZH("sentence.comma").join(found))
    assert said in [it.value for it in page.caption]
    choose(page, cross_numbers="seeded")
    assert said not in [it.value for it in page.caption]
    choose(page, cross_numbers="handset", cross_a=A, cross_b=B)
    assert not any(ZH(f"sentence.{kind}", words="")[:20] in it.value for it in page.caption)


@pytest.mark.parametrize("typed", ["", " ", "\u200b\u202e"])
def test_a_sentence_without_words_is_told(page: AppTest, typed: str):
    choose(page, cross_a=typed)
    assert ZH("error.no_tokens") in told(page)
    assert_allclose(drawn(page, "cross_chosen"), weights("b_asks_a"), rtol=1e-6)


def test_hostile_words_stay_words(page: AppTest):
    choose(page, cross_a="<b>$x$ **a** [l](http://e.test)", cross_b="猫 " * 50)
    choose(page, cross_word_b=12)
    assert not page.error
    assert ZH("cross.too_many_words", count=50, limit=16) in told(page)
    press(page, "cross.swap")
    assert chosen(page, "cross_word_b") == 12
    press(page, "cross.usual")
    assert chosen(page, "cross_word_b") == 3


def test_choices_survive_a_visit_elsewhere(page: AppTest):
    choose(page, cross_sources="self_b", cross_a="猫")
    page.switch_page("pages/explore.py").run()
    page.switch_page("pages/cross.py").run()
    assert chosen(page, "cross_sources") == "self_b"
    assert drawn(page, "cross_self_a").shape == (1, 1)


def aligned(kind: Translating, source: str, forced: str) -> Array:
    made = translated(kind, source, forced).made
    assert made is not None
    assert made.mean_weights is not None
    return made.mean_weights[:-1]


def translating(app: AppTest, pair: tuple[str, str] = BOUGHT, **values: object) -> AppTest:
    a, b = pair
    return choose(app, cross_numbers="translator", cross_a=a, cross_b=b, **values)


def test_no_translator_is_loaded_before_it_is_chosen(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
):
    asked: list[str] = []
    load = cache.translated

    def counting(kind: Translating, *sentences: str, **more: Waiting) -> Translated:
        asked.append(kind)
        return load(kind, *sentences, **more)

    monkeypatch.setattr(cache, "translated", counting)
    choose(page, cross_numbers="seeded", cross_a=BOUGHT[0], cross_b=BOUGHT[1])
    assert not asked
    translating(page)
    assert set(asked) == {"attention"}


@pytest.mark.parametrize("kind", get_args(Translating))
@pytest.mark.parametrize("sources", ["b_asks_a", "a_asks_b"])
def test_a_translators_weights_are_those_of_core(
    page: AppTest, kind: Translating, sources: Sources
):
    translating(page, cross_translator=kind, cross_sources=sources)
    source, forced = BOUGHT if sources == "b_asks_a" else BOUGHT[::-1]
    expected = aligned(kind, source, forced)
    assert_allclose(drawn(page, "cross_translated"), expected, rtol=1e-6)
    assert_allclose(expected.sum(axis=1), 1, rtol=1e-5)
    assert ZH("why.origin") in "".join(it.value for it in page.markdown)
    assert not told(page)
    with pytest.raises(KeyError):
        page.get_by_key("cross_by_dot")
    click(page, "cross_translated", 2, 3)
    asks, answers = sources[0], sources[-1]
    assert (chosen(page, f"cross_word_{asks}"), chosen(page, f"cross_word_{answers}")) == (2, 3)
    assert framed(page, "cross_translated") == 1


@pytest.mark.parametrize(
    ("pair", "problem"),
    [
        ((A, B), InputError("words_unread", words=("天安门", "Tiananmen"))),
        ((A, A), InputError("one_language")),
        (("42", BOUGHT[1]), InputError("one_language")),
        ((BOUGHT[0] * 4, BOUGHT[1]), InputError("pair_too_long", limit=16)),
        ((BOUGHT[0], LONG), InputError("sentence_too_long", count=n_pieces(LONG, "en"), limit=40)),
    ],
    ids=lambda it: getattr(it, "code", ""),
)
def test_a_pair_that_it_does_not_know_stays_and_a_held_out_one_is_shown(
    page: AppTest, pair: tuple[str, str], problem: InputError
):
    translating(page, pair)
    assert (chosen(page, "cross_a"), chosen(page, "cross_b")) == pair
    [said] = told(page)
    why = told_reason(ZH, problem)
    assert said.startswith(
        ZH("cross.translator.instead", why=why, a=plain(KNOWN[0]), b=plain(KNOWN[1]))
    )
    assert_allclose(drawn(page, "cross_translated"), aligned("attention", *KNOWN), rtol=1e-6)
    click(page, "cross_translated", 5, 7)
    assert chosen(page, "cross_word_a") == 7
    page.button(key="cross_take").click().run()
    assert (chosen(page, "cross_a"), chosen(page, "cross_b")) == KNOWN
    assert not told(page)


def test_its_own_translation_can_be_taken(page: AppTest):
    translating(page, (KNOWN[0], BOUGHT[1]))
    page.button(key="cross_own").click().run()
    assert chosen(page, "cross_b") == translated("attention", KNOWN[0]).text


def test_between_a_translators_sentences_one_asks_the_other(page: AppTest):
    choose(page, cross_sources="self_b")
    translating(page)
    assert_allclose(drawn(page, "cross_translated"), aligned("attention", *BOUGHT), rtol=1e-6)
    choose(page, cross_numbers="handset")
    assert chosen(page, "cross_sources") == "self_b"


def test_a_link_keeps_the_translator(
    page: AppTest, cold_dashboard: Callable[[str | None], AppTest]
):
    translating(page, cross_translator="transformer")
    there = follow(cold_dashboard("zh-CN"), address(page), "cross")
    assert drawn(there, "cross_translated").tolist() == drawn(page, "cross_translated").tolist()


def test_who_must_wait_is_told(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    def busy(*_: object, **__: object) -> None:
        raise InputError("busy", seconds=20)

    monkeypatch.setattr(cache, "translated", busy)
    translating(page)
    assert told(page) == [ZH("error.busy", seconds=20)]
