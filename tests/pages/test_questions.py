"""Predict, then see: asked, answered, explained, counted, and challenges that are met."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.questions import KINDS
from core.questions.question import Question
from core.reader.model import BILINGUAL, MODEL_BEGINS
from core.sources.pretrained import PretrainedSource
from pages import CONTENTS
from pages.shared.reader.score import Score, Standing
from pages.shared.situations import CHALLENGES, SITUATIONS
from pages.shared.text import LANGUAGES, Language, Text
from tests.pages.exploring import select
from tests.pages.following import links
from tests.pages.languages import in_turn

Visit = Callable[[str | None], AppTest]

ZH = Text("zh")
every_page = pytest.mark.parametrize("page", KINDS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def opened(visit: Visit, page: str, locale: str = "zh-CN") -> AppTest:
    app = visit(locale)
    if page != "explore":
        app.switch_page(f"pages/{page}.py").run()
    return choose(app, **{f"questions.{page}": True})


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def notes(app: AppTest) -> Score:
    return app.session_state["session"].score


def options(app: AppTest) -> list[str]:
    [radio] = [it for it in app.radio if str(it.key).startswith("question.")]
    return radio.options


def answer(app: AppTest, chosen: int) -> AppTest:
    [radio] = [it for it in app.radio if str(it.key).startswith("question.")]
    assert radio.value is None  # nothing is chosen at first
    return radio.set_value(chosen).run()


def right_one(app: AppTest, page: str) -> int:
    """Answers in another session would do; here the question is answered, then read."""
    probe = answer(app, 0)
    question = notes(probe).pages[page].question
    assert question is not None
    return question.answer


def told(app: AppTest) -> str:
    parts = (app.markdown, app.caption, app.success, app.info, app.error, app.warning)
    return "\n".join(it.value for part in parts for it in part)


def press(app: AppTest, label: str) -> AppTest:
    [found] = [it for it in app.button if it.label == ZH(label)]
    return found.click().run()


def shown(app: AppTest, label: str) -> bool:
    return ZH(label) in [it.label for it in app.button]


def answered(app: AppTest, page: str) -> Question:
    question = notes(app).pages[page].question
    assert question is not None
    return question


def test_every_page_has_questions_and_all_together_twenty():
    assert {entry.name for entry in CONTENTS} >= set(KINDS) == set(SITUATIONS)
    assert all(len(kinds) >= 2 for kinds in KINDS.values())
    assert len({kind for kinds in KINDS.values() for kind in kinds}) >= 20
    assert sum(map(len, CHALLENGES.values())) >= 3


@every_page
def test_folded_it_computes_nothing(open_dashboard: Visit, page: str):
    app = open_dashboard("zh-CN")
    if page != "explore":
        app.switch_page(f"pages/{page}.py").run()
    assert "score" not in app.session_state
    assert not [it for it in app.radio if str(it.key).startswith("question.")]


@pytest.mark.parametrize(("page", "language"), in_turn(KINDS))
def test_every_kind_is_asked_and_answered(open_dashboard: Visit, page: str, language: Language):
    app, seen = opened(open_dashboard, page, language), set()
    text = Text(language)
    for _ in KINDS[page]:
        answer(app, 0)
        question = answered(app, page)
        seen.add(question.kind)
        verdict = app.success if question.answer == 0 else app.info
        assert any("**" in it.value for it in verdict)
        assert not app.exception
        assert not app.error
        [go_on] = [it for it in app.button if it.label == text("questions.another")]
        go_on.click().run()
    assert len(seen) >= 2


@every_page
def test_where_the_controls_are_elsewhere_an_answer_leads_to_them(open_dashboard: Visit, page: str):
    app = answer(opened(open_dashboard, page), 0)
    found = [it for it in links(app) if it.label == ZH("questions.explore")]
    assert len(found) == (page in ("path", "corrections"))
    assert all(it.page == "explore" for it in found)


def test_a_right_and_a_wrong_answer_are_counted(open_dashboard: Visit):
    app = opened(open_dashboard, "cost")
    answer(app, 0)
    first = answered(app, "cost")
    press(app, "questions.another")
    wanted = first.answer == 0
    assert (notes(app).right, notes(app).answered) == (int(wanted), 1)
    answer(app, len(options(app)) - 1)
    second = answered(app, "cost")
    right = int(wanted) + (second.answer == len(second.options) - 1)
    assert (notes(app).right, notes(app).answered) == (right, 2)
    assert ZH("questions.score", right=right, answered=2) in told(app)


def test_the_right_answer_is_told_as_right(open_dashboard: Visit):
    chosen = right_one(opened(open_dashboard, "explore"), "explore")
    app = opened(open_dashboard, "explore")
    label = options(app)[chosen]
    answer(app, chosen)
    assert [it.value for it in app.success] == [ZH("questions.right", right=label)]
    assert notes(app).right == 1


def test_the_score_can_be_hidden_and_shown_again(open_dashboard: Visit):
    app = answer(opened(open_dashboard, "buffet"), 0)
    score = ZH("questions.score", right=notes(app).right, answered=1)
    assert score in told(app)
    press(app, "questions.hide")
    assert score not in told(app)
    press(app, "questions.show")
    assert score in told(app)


def test_an_answer_stays_when_settings_change_and_is_not_counted_twice(open_dashboard: Visit):
    app = answer(opened(open_dashboard, "explore"), 0)
    question = answered(app, "explore")
    before = told(app)
    choose(app, sentence="猫抓老鼠，天空很蓝")
    assert answered(app, "explore") == question
    assert ZH("questions.outdated") in told(app)
    assert ZH("questions.outdated") not in before
    assert notes(app).answered == 1
    press(app, "questions.anew")
    assert ZH("questions.outdated") not in told(app)
    answer(app, 0)
    assert answered(app, "explore").kind == question.kind
    assert answered(app, "explore") != question
    assert notes(app).answered == 2


def test_the_same_question_counts_once(open_dashboard: Visit):
    app = answer(opened(open_dashboard, "explore"), 0)
    question = answered(app, "explore")
    for _ in range(2):
        notes(app).pages["explore"] = Standing()
        answer(app.run(), 1)
        assert answered(app, "explore") == question
    assert notes(app).answered == 1


def test_a_question_follows_the_settings_until_it_is_answered(open_dashboard: Visit):
    app = opened(open_dashboard, "explore")
    before = options(app)
    choose(app, sentence="猫抓老鼠，天空很蓝")
    assert options(app) != before


def test_an_answer_is_kept_when_the_page_is_left(open_dashboard: Visit):
    app = answer(opened(open_dashboard, "explore"), 0)
    question = answered(app, "explore")
    app.switch_page("pages/cost.py").run()
    app.switch_page("pages/explore.py").run()
    choose(app, **{"questions.explore": True})
    assert answered(app, "explore") == question
    assert notes(app).answered == 1


def test_a_forged_answer_is_ignored(open_dashboard: Visit):
    app = opened(open_dashboard, "explore")
    for forged in (99, "x", None, -1):
        app.session_state["question.explore.0"] = forged
        app._run()  # AppTest itself could not send such an answer
        assert not app.exception
    assert notes(app).answered == 0


def test_one_word_leaves_what_can_still_be_asked(open_dashboard: Visit):
    app = opened(open_dashboard, "positions")
    choose(app, sentence="猫")
    assert not app.error
    app.switch_page("pages/explore.py").run()
    choose(app, **{"questions.explore": True})
    assert ZH("questions.none") in told(app)


def test_the_rnn_challenge_is_ticked_when_it_is_met(open_dashboard: Visit):
    app = opened(open_dashboard, "explore")
    line = ZH("challenge.remembers")
    assert f":material/check_box_outline_blank: {line}" in told(app)
    choose(app, sentence="The cat chased the mouse", rnn_gain=3.0)
    assert f":material/check_box: {line}" in told(app)
    choose(app, rnn_gain=0.3)
    assert f":material/check_box: {line}" in told(app)  # it was done


def test_the_positions_challenge_is_ticked_when_it_is_met(open_dashboard: Visit):
    app = opened(open_dashboard, "positions")
    choose(app, positions_kind="causal", positions_places=[0, 1, 3, 2])
    assert f":material/check_box: {ZH('challenge.still')}" in told(app)


def test_the_reach_challenge_is_ticked_when_it_is_met(open_dashboard: Visit):
    app = opened(open_dashboard, "reach")
    assert f":material/check_box_outline_blank: {ZH('challenge.reaches')}" in told(app)
    choose(app, reach_kernel=9, reach_dilations="1,4")
    assert f":material/check_box: {ZH('challenge.reaches')}" in told(app)


def test_the_model_challenge_is_ticked_when_it_is_met(open_dashboard: Visit):
    app = opened(open_dashboard, "model")
    assert f":material/check_box_outline_blank: {ZH('challenge.looks_beside')}" in told(app)
    trace = PretrainedSource(model=BILINGUAL).trace(str(MODEL_BEGINS["zh"]["model_sentence"]))
    ahead = [it.weights.diagonal(1, 1, 2)[:, 1:].mean(axis=1) for it in trace.layers]
    layer, head = next((i, int(it.argmax())) for i, it in enumerate(ahead) if it.max() > 0.8)
    choose(app, model_layer=layer, model_head=head)
    assert f":material/check_box: {ZH('challenge.looks_beside')}" in told(app)
