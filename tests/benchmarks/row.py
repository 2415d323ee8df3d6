"""What a table consists of."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Row:
    """One measurement beside its goal.

    Attributes:
        what: What was measured, and against what.
        goal: The bound of the ratio, or of the figure where there is no peer.
        sense: Whether the goal is to stay below it or to get above it.
        figure: What was measured, with its unit, for people.
        ratio: What is compared with the goal: a median over the rounds of one run.
        spread: Its quartiles; both the ratio itself where there was one round.
    """

    what: str
    goal: float
    sense: Literal["at most", "at least"]
    figure: str
    ratio: float
    spread: tuple[float, float]

    @property
    def met(self) -> bool:
        """Whether the ratio is on the right side of the goal."""
        return self.ratio <= self.goal if self.sense == "at most" else self.ratio >= self.goal
