"""The answers of a reader, as long as their session lasts."""

from dataclasses import dataclass, field

from core.questions.question import Question

MOST_COUNTED = 500
"""Questions that are remembered, so that none counts twice."""


@dataclass
class Standing:
    """The questions of a page.

    Attributes:
        start: The kind of question to begin with.
        turn: How many questions were asked before.
        question: The last one that was answered, as it was asked.
        chosen: The answer; ``None`` as long as there is none.
    """

    start: int = 0
    turn: int = 0
    question: Question | None = None
    chosen: int | None = None

    def another(self, start: int) -> None:
        """Go on to a question of this kind, or the next that can be asked."""
        self.start, self.turn, self.question, self.chosen = start, self.turn + 1, None, None


@dataclass
class Score:
    """The answers on all pages.

    Attributes:
        right: Right answers.
        answered: Questions, each counted once.
        shown: The reader wants to see the score.
        counted: Hashes of the questions that were counted.
        pages: By page.
        met: Challenges that were met at some time.
    """

    right: int = 0
    answered: int = 0
    shown: bool = True
    counted: list[int] = field(default_factory=list)
    pages: dict[str, Standing] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)

    def of(self, page: str) -> Standing:
        """Give the questions of a page."""
        return self.pages.setdefault(page, Standing())

    def answer(self, page: str, question: Question, chosen: int) -> None:
        """Note an answer to a question as it was asked; the same question counts once."""
        here, mark = self.of(page), hash(repr(question))
        here.question, here.chosen = question, chosen
        if mark in self.counted:
            return
        self.counted = [*self.counted, mark][-MOST_COUNTED:]
        self.answered += 1
        self.right += chosen == question.answer

    def show(self, wanted: bool) -> None:
        """Show or hide the score."""
        self.shown = wanted
