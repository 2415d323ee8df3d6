"""A head of a real model, opened in Explore on the reader's own sentence."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose
from streamlit.testing.v1 import AppTest

from core.layer import Edit, Sizes
from core.reader.cells import head_shelf
from core.reader.explore import Choice
from core.reader.link import follow_link, parameters
from core.reader.model import BILINGUAL, HEAD_FIELDS, ModelChoice
from core.reader.reader import Reader
from core.sources.basis import BasisSource, heads_of
from core.sources.pretrained import PretrainedSource
from pages.shared.text import Text, plain
from tests.pages.exploring import assert_shows, choose, drawn, edit, edits_of, notes

ZH = Text("zh")
SENTENCE = "爷爷喜欢收集邮票。"
RUN = PretrainedSource(model=BILINGUAL).run(SENTENCE)
N = len(RUN.pieces.tokens)
OPENED = {
    "source": "basis",
    "sentence": SENTENCE,
    "model_name": BILINGUAL,
    "model_layer": 6,
    "model_head": 2,
    "model_query": 4,
    "model_key": 5,
    "n_heads": 1,
    "d_model": N,
    "d_k": N - 1,
    "d_v": N,
}


@pytest.fixture
def explore(cold_dashboard: Callable[[str | None], AppTest]) -> AppTest:
    app = cold_dashboard("zh-CN")
    for name, value in parameters(OPENED, language="zh").items():
        app.query_params[name] = value
    return app.run()


def source(
    sizes: Sizes, edits: tuple[Edit, ...] = (), heads: tuple[int, ...] = (2,)
) -> BasisSource:
    return BasisSource(sizes, edits=edits, heads=heads_of(RUN, 6, heads))


def said(app: AppTest) -> list[str]:
    return [it.value for it in (*app.markdown, *app.caption)]


def test_all_parts_are_the_models_own_head(explore: AppTest):
    assert not explore.exception
    own = RUN.trace.layers[6].weights[2]
    assert_allclose(drawn(explore, "weights"), own, atol=1e-5)
    exact = ZH("basis.exact", model=plain(BILINGUAL), layer=6, head=2, n=N)
    assert exact in said(explore)


def test_few_parts_are_near_and_say_what_they_cost(explore: AppTest):
    choose(explore, d_model=5, d_k=2, d_v=3, n_heads=2)
    sizes = Sizes(5, 2, 3, 2)
    found = source(sizes, heads=(2, 3))
    assert_shows(explore, found.trace(), atol=1e-5)
    cost = found.heads.cost(sizes)
    assert any(
        f"{cost.weights[0]:.2g}" in it and f"{cost.scores[0]:.1%}" in it for it in said(explore)
    )
    error = abs(drawn(explore, "weights") - RUN.trace.layers[6].weights[2]).max()
    assert error == pytest.approx(cost.weights[0], abs=1e-5)
    explore.button(key="basis_exact").click().run()
    assert_allclose(drawn(explore, "weights"), RUN.trace.layers[6].weights[2], atol=1e-5)


def test_an_edit_changes_the_head_and_stays_with_its_sentence(explore: AppTest):
    edit(explore, "w_q", 0, 0, 3.0)
    sizes = Sizes(N, N - 1, N, 1)
    assert_shows(explore, source(sizes, (Edit("w_q", (0, 0, 0), 3.0),)).trace(), atol=1e-5)
    model = ModelChoice(**{name: OPENED[name] for name in HEAD_FIELDS})
    shelf = head_shelf(Choice(sentence=SENTENCE), model)
    assert edits_of(explore, shelf)
    choose(explore, sentence="爷爷讨厌收集邮票。")
    assert ZH("basis.elsewhere", count=1) in said(explore)
    other = PretrainedSource(model=BILINGUAL).run("爷爷讨厌收集邮票。")
    assert_allclose(drawn(explore, "weights"), other.trace.layers[6].weights[2], atol=1e-5)


def test_a_link_brings_the_head_and_its_edits(explore: AppTest):
    edit(explore, "x", 1, 0, 0.5)
    tab = notes(explore)
    asked = parameters(
        {name: tab.reader[name] for name in tab.reader.page_fields},
        {name: tab.reader.edits.get(name, {}) for name in tab.reader.page_shelves},
        "zh",
    )
    reader, notice = follow_link(Reader(), "explore", asked)
    assert (notice.unusable, notice.whole) == ((), True)
    assert {name: reader[name] for name in OPENED} == OPENED
    assert reader.edits == tab.reader.edits


def test_a_long_text_is_cut_and_the_english_model_is_opened_too(explore: AppTest):
    choose(explore, model_name="minilm", sentence="the cat " * 60, d_model=64, d_k=63, d_v=64)
    assert not explore.exception
    run = PretrainedSource(64).run("the cat " * 60)
    expected = run.trace.layers[5].weights[2]
    shown = drawn(explore, "weights")
    assert np.isfinite(shown).all()
    assert len(run.trace.query_tokens) == len(expected) == 64
