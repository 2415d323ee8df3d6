"""What a reader answered: plain values, one key; the reader's tab keeps them, too."""

from collections.abc import Callable
from typing import TypedDict

import streamlit as st

from core.choices.notes import MOST_COUNTED, Place, Tally
from core.questions.question import Question, digest


class Standing(TypedDict):
    """Where a page stands.

    Attributes:
        start: The kind of question to begin with.
        turn: How many questions were asked before.
        question: The last one that was answered, as it was asked.
        chosen: What was answered; ``None`` as long as nothing was.
        heard: Whether the tab handed the question back, and nobody has looked at it since.
    """

    start: int
    turn: int
    question: Question | None
    chosen: int | None
    heard: bool


class Score(TypedDict):
    """How a reader has done.

    Attributes:
        right: Right answers.
        answered: Questions, each counted once.
        shown: Whether the reader wants to see the score.
        counted: Digests of the questions that were counted.
        pages: By page.
        met: Challenges that were met at some time.
    """

    right: int
    answered: int
    shown: bool
    counted: list[str]
    pages: dict[str, Standing]
    met: list[str]


_KEY = "score"


def score() -> Score:
    """The reader's score; a new one at the first visit."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Score(
            right=0, answered=0, shown=True, counted=[], pages={}, met=[]
        )
    return st.session_state[_KEY]


def standing(page: str) -> Standing:
    """Where a page stands."""
    return score()["pages"].setdefault(page, _standing(Place(0, 0)))


def answer(page: str, question: Question, chosen: int) -> None:
    """Note an answer to a question as it was asked; the same question counts once."""
    mark = digest(question)
    standing(page).update(question=question, chosen=chosen, heard=False)
    so_far = score()
    if mark in so_far["counted"]:
        return
    so_far["counted"].append(mark)
    del so_far["counted"][:-MOST_COUNTED]
    so_far["answered"] += 1
    so_far["right"] += chosen == question.answer


def look_at(page: str, sayable: Callable[[Question], bool]) -> None:
    """Go on to the next question if the tab handed one back that cannot be put into words."""
    here = standing(page)
    if here["heard"] and here["question"] and not sayable(here["question"]):
        another(page, here["start"] + 1)
    here["heard"] = False


def another(page: str, start: int) -> None:
    """Go on to a question of this kind, or the next that can be asked."""
    here = standing(page)
    here.update(start=start, turn=here["turn"] + 1, question=None, chosen=None)


def show(wanted: bool) -> None:
    """Show or hide the score."""
    score()["shown"] = wanted


def meet(challenge: str) -> None:
    """Note that a challenge was met."""
    if challenge not in score()["met"]:
        score()["met"].append(challenge)


def tally() -> Tally:
    """What the tab is to keep."""
    so_far: Score | None = st.session_state.get(_KEY)
    if so_far is None:
        return Tally()
    pages = {
        page: Place(it["start"], it["turn"], it["chosen"], it["question"])
        for page, it in so_far["pages"].items()
    }
    return Tally(
        right=so_far["right"],
        answered=so_far["answered"],
        shown=so_far["shown"],
        counted=tuple(so_far["counted"]),
        pages={page: it for page, it in pages.items() if it != Place(0, 0)},
        met=tuple(so_far["met"]),
    )


def resume(kept: Tally) -> None:
    """Go on from what the tab kept; what was answered or met since then is added."""
    if kept == Tally():
        return
    since = tally()
    news = [it for it in since.counted if it not in kept.counted]
    right = min(since.right, len(news))
    later = {page: it for page, it in since.pages.items() if it.chosen is not None}
    pages = {**kept.pages, **later}
    st.session_state[_KEY] = Score(
        right=kept.right + right,
        answered=kept.answered + len(news),
        shown=kept.shown,
        counted=[*kept.counted, *news][-MOST_COUNTED:],
        pages={page: _standing(it, heard=page not in later) for page, it in pages.items()},
        met=list(dict.fromkeys([*kept.met, *since.met])),
    )


def _standing(place: Place, *, heard: bool = False) -> Standing:
    return Standing(
        start=place.start,
        turn=place.turn,
        question=place.question,
        chosen=place.chosen,
        heard=heard,
    )
