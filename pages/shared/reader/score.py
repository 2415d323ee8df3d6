"""What a reader answered in this session: plain values, one key, gone with the session."""

from typing import TypedDict

import streamlit as st

from core.questions.question import Question


class Asked(TypedDict):
    """Where a page stands.

    Attributes:
        start: The kind of question to begin with.
        turn: How many questions were asked before.
        question: The last one that was answered, as it was asked.
        chosen: What was answered; ``None`` as long as nothing was.
    """

    start: int
    turn: int
    question: Question | None
    chosen: int | None


class Score(TypedDict):
    """All notes.

    Attributes:
        right: Right answers.
        answered: Questions, each counted once.
        shown: Whether the reader wants to see the score.
        counted: The questions that were counted.
        pages: By page.
        met: Challenges that were met at some time.
    """

    right: int
    answered: int
    shown: bool
    counted: list[Question]
    pages: dict[str, Asked]
    met: list[str]


_KEY = "score"
_MOST = 500  # questions that are remembered, so that a session cannot grow without end


def score() -> Score:
    """The reader's score; a new one at the first visit."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Score(
            right=0, answered=0, shown=True, counted=[], pages={}, met=[]
        )
    return st.session_state[_KEY]


def asked(page: str) -> Asked:
    """Where a page stands."""
    return score()["pages"].setdefault(page, Asked(start=0, turn=0, question=None, chosen=None))


def answer(page: str, question: Question, chosen: int) -> None:
    """Note an answer to a question as it was asked; the same question counts once."""
    asked(page).update(question=question, chosen=chosen)
    notes = score()
    if question in notes["counted"]:
        return
    notes["counted"].append(question)
    del notes["counted"][:-_MOST]
    notes["answered"] += 1
    notes["right"] += chosen == question.answer


def another(page: str, start: int) -> None:
    """Go on to a question of this kind, or the next that can be asked."""
    notes = asked(page)
    notes.update(start=start, turn=notes["turn"] + 1, question=None, chosen=None)


def show(wanted: bool) -> None:
    """Show or hide the score."""
    score()["shown"] = wanted


def meet(challenge: str) -> None:
    """Note that a challenge was met."""
    if challenge not in score()["met"]:
        score()["met"].append(challenge)
