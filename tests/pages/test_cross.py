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
from core.ideas.crossing import SAME_KIND, CrossSource, Scoring, self_gap
from core.reader.ideas import Sources
from core.tokens import words
from pages.shared.text import Text, plain
from pages.shared.views.cross.concepts import STATES
from tests.pages.exploring import chosen, select

A, B = "我爱北京天安门", "I love Beijing Tiananmen"
UNSET = {"guessed": ["奶茶", "lawyer"], "unknown": ["鲈鱼", "qwxyz"]}
ZH = Text("zh")
PAIRS = {"self_a": (A, A), "self_b": (B, B), "a_asks_b": (A, B), "b_asks_a": (B, A)}


@pytest.fixture
def page(open_dashboard: Callable[[str | None], AppTest]) -> AppTest:
    return open_dashboard("zh-CN").switch_page("pages/cross.py").run()


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
