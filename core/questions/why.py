"""Questions about three translators that write the same translation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from numpy.random import Generator

from core.questions.question import (
    Kind,
    Name,
    Question,
    Word,
    clear_winner,
    largest,
    numbers,
    one,
    yes_no,
)
from core.translation import files
from core.translation.translator import Alignment, Rounds, rounds


@dataclass(frozen=True)
class Written:
    """A translation that all three were made to write.

    Attributes:
        made: What it rests on, in words.
        word: The one that is looked at, from 0.
        read: Pieces of the source.
        written: Pieces of the translation, its end among them.
    """

    made: Mapping[files.Kind, Alignment]
    word: int
    read: int
    written: int

    def another(self, draw: Generator) -> int | None:
        """A word of the translation, no mark, that is not looked at."""
        words = enumerate(self.made["attention"].output[:-1])
        places = [at for at, it in words if at != self.word and any(map(str.isalpha, it))]
        return one(places, draw) if places else None


def attends(it: Written, draw: Generator) -> Question | None:
    """Ask: which source word does attention look at most for another word?"""
    made, place = it.made["attention"], it.another(draw)
    if place is None or made.mean_weights is None:
        return None
    row = made.mean_weights[place]
    winner = largest(row, range(len(row)), draw, partial(Word, made.source))
    if winner is None:
        return None
    found, answers = winner
    return Question(
        "attends",
        {"asks": Word(made.output, place)},
        *answers,
        {"found": Word(made.source, found), "share": f"{row[found]:.1%}"},
    )


def waits(it: Written, draw: Generator) -> Question | None:
    """Ask: how many steps would wait for each other if both sentences were twice as long?"""
    read, written = 2 * it.read, 2 * it.written
    kind, part = one(files.KINDS, draw), one(Rounds._fields, draw)
    counts = {name: rounds(name, read, written) for name in files.KINDS}
    answer = getattr(counts[kind], part)
    others = [*(getattr(own, part) for own in counts.values()), *counts[kind]]
    return Question(
        "waits",
        {
            "translator": Name("translator", kind),
            "part": Name("round", part),
            "read": str(read),
            "written": str(written),
        },
        *numbers(answer, *others),
        {name: f"{getattr(own, part):,}" for name, own in counts.items()},
    )


def moves(it: Written, draw: Generator) -> Question | None:
    """Ask: is the word with the most weight also the one that moves the score most?"""
    made, place = it.made["attention"], it.another(draw)
    if place is None or made.mean_weights is None:
        return None
    row, strength = made.mean_weights[place], made.influence.strength[place]
    heaviest, strongest = clear_winner(row), clear_winner(strength)
    if heaviest is None or strongest is None:
        return None
    return Question(
        "moves",
        {"asks": Word(made.output, place)},
        *yes_no(heaviest == strongest),
        {
            "heaviest": Word(made.source, heaviest),
            "share": f"{row[heaviest]:.1%}",
            "strongest": Word(made.source, strongest),
            "own": f"{strength[heaviest]:.2f}",
            "most": f"{strength[strongest]:.2f}",
        },
    )


KINDS: tuple[Kind, ...] = (attends, waits, moves)
