"""A translation that is being written: what may come next, and what each piece looks at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import Array, freeze
from core.translation.decoding import going_on
from core.translation.pieces import END, LONGEST, SPECIAL, Pieces
from core.translation.translator import Translator


@dataclass(frozen=True, eq=False)
class Beginning:
    """What a translator has been made to write so far.

    Attributes:
        source: Pieces of the sentence, English ones with the space before them.
        written: The numbers of the pieces written so far.
        scores: ``(piece,)`` of what comes next; ``-inf`` for what is never written.
        weights: ``(layer, head, output, source)`` of attention to the source; the last output is
            the one that comes next. No layers for a translator with one vector.
        pieces: Of the language that is written.
    """

    source: tuple[str, ...]
    written: tuple[int, ...]
    scores: Array
    weights: Array
    pieces: Pieces

    def __post_init__(self) -> None:
        """Let nobody write into it."""
        freeze(self)

    @property
    def text(self) -> str:
        """The translation so far."""
        return self.pieces.text(self.written)

    @property
    def ended(self) -> bool:
        """Whether nothing can come any more."""
        return END in self.written or len(self.written) >= LONGEST

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return self.scores.nbytes + self.weights.nbytes


def beginning(translator: Translator, sentence: str, written: Sequence[int]) -> Beginning:
    """Let a translator read a sentence, and write what it is told to; what comes next?

    Args:
        translator: Any.
        sentence: That can be translated.
        written: Numbers of pieces; those that no translation has are passed over, and all that
            come after the end.
    """
    theirs = translator.pieces[translator.settings.source]
    ours = translator.pieces[translator.settings.target]
    kept = _writable(written, len(ours))
    without_end = kept[:-1] if kept and kept[-1] == END else kept
    found = going_on(translator.network, theirs.encode(sentence), without_end)
    return Beginning(
        theirs.cut(sentence), kept, found.scores.numpy(), np.asarray(found.weights), ours
    )


def _writable(written: Sequence[int], n_pieces: int) -> tuple[int, ...]:
    known = [it for it in written if it == END or len(SPECIAL) <= it < n_pieces][:LONGEST]
    return tuple(known[: known.index(END) + 1] if END in known else known)
