"""Predict, then see: questions about what a page would show, and things to bring about on it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from core.masks import MASKS, MaskRule
from core.questions import ask
from core.questions.question import Question, Value
from pages.shared.reader.session import session
from pages.shared.text import Text, plain_word
from pages.shared.views.recall import reader_name


def _mask(text: Text, name: str) -> str:
    """A mask and its width, if it has one."""
    named = text(f"mask.{name}")
    return text("question_mask.window" if name == "window" else "question_mask.plain", mask=named)


def _reach_mask(text: Text, name: str) -> str:
    """A mask and its numbers, if it has some: those that nothing else was said of."""
    named = text(f"reach_mask.{name}")
    if not MASKS[name].uses:
        return text("question_mask.plain", mask=named)
    return text(f"question_mask.reach_{name}", mask=named, **asdict(MaskRule()))


_NAMED: Mapping[str, Callable[[Text, str], str]] = {
    "answer": lambda text, name: text(f"answer.{name}"),
    "cost": lambda text, name: text(f"cost.{name}"),
    "cross_scoring": lambda text, name: text(f"cross_scoring.{name}"),
    "cross_sources": lambda text, name: text(f"cross_sources.{name}"),
    "dish": lambda text, name: text(f"dish.{name}"),
    "layer": lambda text, name: text("answer.layer", layer=name),
    "mask_shown": _mask,
    "nutrient": lambda text, name: text(f"nutrient.{name}"),
    "positions_kind": lambda text, name: text(f"positions_kind.{name}"),
    "reach_mask_shown": _reach_mask,
    "round": lambda text, name: text(f"round.{name}"),
    "recall_failing": lambda text, name: text(f"recall.why.{name}"),
    "recall_reader": reader_name,
    "rnn_direction": lambda text, name: text(f"rnn_direction.{name}"),
    "training_task": lambda text, name: text(f"training_task.{name}"),
    "translator": lambda text, name: text(f"translator.{name}"),
}


_WITHOUT_CONTROLS = ("path", "corrections")
"""Pages that ask about the layer of Explore, and leave its controls there."""


def questions(text: Text, page: str, shown: object) -> None:
    """A folded block; nothing is computed before it is opened.

    Args:
        text: The reader's language.
        page: Whose questions and challenges.
        shown: What the page shows, as ``SITUATIONS`` and ``CHALLENGES`` take it.
    """
    block = st.expander(
        text("questions.title"),
        key=f"questions.{page}",
        icon=":material/psychology_alt:",
        on_change="rerun",
    )
    if not block.open:
        return
    # They know what every page shows: the first page need not wait for all of that.
    from pages.shared.situations import CHALLENGES, SITUATIONS

    with block:
        _question(text, page, SITUATIONS[page](shown))
        _challenges(text, CHALLENGES.get(page, {}), shown)
        _score(text)


def _question(text: Text, page: str, situation: object) -> None:
    here = session().score.of(page)
    asked = ask(page, situation, here.start, here.turn)
    if here.question is not None and here.chosen is not None:
        outdated = asked is None or asked[1] != here.question
        _answered(text, page, here.question, here.chosen, outdated=outdated)
    elif asked is None:
        st.caption(text("questions.none"))
    else:
        here.start, question = asked
        _options(text, question, f"question.{page}.{here.turn}", page)
        _go_on(page, text("questions.skip"))


def _options(text: Text, question: Question, key: str, page: str) -> None:
    """The question as it stands; answering it notes this very question."""

    def note() -> None:
        chosen = st.session_state.get(key)
        if isinstance(chosen, int) and 0 <= chosen < len(question.options):
            session().score.answer(page, question, chosen)

    if st.session_state.get(key) not in (None, *range(len(question.options))):
        del st.session_state[key]  # forged: there is no such option
    st.radio(
        _worded(text, question, "ask"),
        range(len(question.options)),
        format_func=lambda place: _said(text, question.options[place]),
        index=None,
        key=key,
        on_change=note,
    )


def _answered(text: Text, page: str, question: Question, chosen: int, *, outdated: bool) -> None:
    """The question as it was asked, the verdict and the reason."""
    st.markdown(_worded(text, question, "ask"))
    mine, right = (_said(text, question.options[place]) for place in (chosen, question.answer))
    if chosen == question.answer:
        st.success(text("questions.right", right=right))
    else:
        st.info(text("questions.wrong", mine=mine, right=right))
    st.markdown(_worded(text, question, "told"))
    if page in _WITHOUT_CONTROLS:
        st.page_link("pages/explore.py", label=text("questions.explore"), icon="🔦")
    if outdated:
        st.caption(text("questions.outdated"))
    with st.container(horizontal=True, gap="small"):
        _go_on(page, text("questions.another"))
        if outdated:
            _go_on(page, text("questions.anew"), same=True)


def _go_on(page: str, label: str, *, same: bool = False) -> None:
    """A button to the next kind of question, or to the same kind anew."""
    here = session().score.of(page)
    st.button(
        label,
        key=f"question.{page}.{'anew' if same else 'another'}",
        icon=":material/refresh:" if same else ":material/arrow_forward:",
        type="tertiary",
        on_click=here.another,
        args=(here.start + (not same),),
    )


def _challenges(text: Text, checks: Mapping[str, Callable[[Any], bool]], shown: object) -> None:
    """What can be brought about on the page; what was met stays met."""
    met = session().score.met
    for name, check in checks.items():
        if name not in met and check(shown):
            met.add(name)
    lines = [
        f":material/{'check_box' if name in met else 'check_box_outline_blank'}: "
        f"{text(f'challenge.{name}')}"
        for name in checks
    ]
    if lines:
        st.markdown("\n\n".join([text("challenges.title"), *lines]))


def _score(text: Text) -> None:
    score = session().score
    if not score.answered:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if score.shown:
            numbers = {"right": score.right, "answered": score.answered}
            st.caption(text("questions.score", **numbers), width="content")
        st.button(
            text("questions.hide" if score.shown else "questions.show"),
            key="questions.score",
            type="tertiary",
            on_click=score.show,
            args=(not score.shown,),
        )


def _worded(text: Text, question: Question, part: str) -> str:
    values = {**question.values, **(question.told if part == "told" else {})}
    said = {name: _said(text, value) for name, value in values.items()}
    return text(f"question.{question.kind}.{part}", **said)


def _said(text: Text, value: Value) -> str:
    """A word, a thing with a name, a list or a number, as Markdown in the reader's language."""
    match value:
        case str():
            return value
        case (tuple() as words, int() as place):
            return plain_word(words, place)
        case (str() as sort, str() as name):
            return _NAMED[sort](text, name)
        case (tuple() as items,):
            return text("sentence.comma").join(items)
    raise ValueError(f"cannot say {value!r}")
