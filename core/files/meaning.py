"""What a file leaves open: which of several readings was taken, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Meaning:
    """A question that a file leaves open, with its answer.

    Attributes:
        name: ``attention`` (which of several), ``leading_axis``, ``text`` (of a batch), ``axes``
            (of queries, keys and values), ``mask``, ``padding``, ``step`` (of writing a text).
        offered: The answers that fit.
        first: The one that is taken unless the reader says otherwise.
        why: A code of the reason for that one.
        taken: The one that was taken.
    """

    name: str
    offered: tuple[str, ...]
    first: str
    why: str
    taken: str


@dataclass
class Settling:
    """Questions of one file, settled one after the other.

    Attributes:
        said: Answers of the reader; one that does not fit is not taken.
        meanings: What was settled, where more than one answer fits.
    """

    said: Mapping[str, str]
    meanings: list[Meaning] = field(default_factory=list)

    def settle(self, name: str, offered: Sequence[str], first: str, why: str) -> str:
        """The answer: the reader's if it fits, else the first; noted unless nobody would ask."""
        taken = self.said.get(name, first)
        taken = taken if taken in offered else first
        if len(offered) > 1 or why == "fits":
            self.meanings.append(Meaning(name, tuple(offered), first, why, taken))
        return taken
