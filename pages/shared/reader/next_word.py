"""The next piece on the page of a real model: how likely each is, and what taking one does."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from tokenizers import Tokenizer

from core.arrays import Array, IntArray
from core.errors import InputError
from core.likeliest import Likeliest, drawn, likeliest, probabilities
from core.models.continuing import Continued, continued, without_last
from core.models.next_word import NOTHING, Less, Outlook, reading
from core.models.pieces import Pieces, label
from core.reader.model import ModelChoice
from core.sources.families import FamilySource
from pages.shared.reader.model import ModelScene, go_on
from pages.shared.reader.session import reader, session
from pages.shared.server import cache
from pages.shared.server.gate import Waiting

_LONGEST = 4
"""Parts that a character may have."""

PLACE = "next"
"""Where the session notes why a piece could not be taken."""


class ReadOff(NamedTuple):
    """What would come after each layer; the first row is what goes into the first one.

    Attributes:
        first: ``(layer + 1,)``, the likeliest piece.
        top: ``(layer + 1,)``, its probability.
        best: ``(layer + 1,)``, the probability of the piece that is likeliest at the end.
        place: ``(layer + 1,)``, the place of that piece among all, from 1.
    """

    first: IntArray
    top: Array
    best: Array
    place: IntArray


@dataclass(frozen=True)
class NextWord:
    """The pieces that may come next.

    Attributes:
        scene: What the page shows.
        whole: What the whole model makes of them.
        left: What is left of it without what is switched off; the same where nothing is.
    """

    scene: ModelScene
    whole: Outlook
    left: Outlook

    @property
    def less(self) -> bool:
        """Whether anything is switched off."""
        return self.left is not self.whole

    @cached_property
    def shares(self) -> tuple[Array, Array]:
        """Probabilities ``(piece,)`` of the whole model and of what is left of it."""
        temperature = self.scene.choice.model_temperature
        whole = probabilities(self.whole.scores, temperature)
        return whole, probabilities(self.left.scores, temperature) if self.less else whole

    @cached_property
    def likeliest(self) -> Likeliest:
        """The likeliest pieces."""
        return likeliest(*self.shares, self.left.scores)

    @cached_property
    def best(self) -> int:
        """The piece that is likeliest, with what is switched off."""
        return int(self.left.scores.argmax())

    @cached_property
    def joining(self) -> int | None:
        """The likeliest piece that can stand in the text, also as a part; ``None`` if none can."""
        both = zip(self.likeliest.ids, self.continued, strict=True)
        return next((piece for piece, it in both if it.text is not None or it.part), None)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the likeliest pieces are called."""
        return tuple(self.name(piece) for piece in self.likeliest.ids)

    def name(self, piece: int) -> str:
        """What a piece is called; a number in a vocabulary with gaps may have no name."""
        return _name(_source(self.scene.shown).load().tokenizer, piece)

    @property
    def at(self) -> tuple[str, int]:
        """The model's name, and how many pieces the text has."""
        return self.scene.shown, self.scene.run.pieces.total

    @property
    def whole_text(self) -> bool:
        """Whether the model reads the text to its end, so that a piece can go on from there."""
        pieces = self.scene.run.pieces
        return pieces.start + pieces.used == pieces.total

    @cached_property
    def continued(self) -> tuple[Continued, ...]:
        """The text with each of the likeliest pieces."""
        tokenizer, pieces = _source(self.scene.shown).load().tokenizer, self.scene.run.pieces
        return tuple(continued(tokenizer, pieces, [piece]) for piece in self.likeliest.ids)

    @cached_property
    def read_off(self) -> ReadOff | None:
        """What can be read off after each layer, if anything."""
        scores = self.left.layers
        if scores is None:
            return None
        share = probabilities(scores, self.scene.choice.model_temperature)
        first = scores.argmax(axis=-1)
        top = np.take_along_axis(share, first[:, None], -1)[:, 0]
        place = (scores > scores[:, [self.best]]).sum(axis=-1) + 1
        return ReadOff(first, top, share[:, self.best], place)

    def drawn(self) -> int:
        """A piece drawn by its probability."""
        return drawn(self.shares[1], np.random.default_rng())


def next_word(scene: ModelScene, told: Waiting) -> NextWord:
    """What comes next in the text, with and without what the reader has switched off.

    Args:
        scene: Of a model that has a head for the next piece.
        told: Called while others compute.

    Raises:
        InputError: As `cache.outlook`.
    """
    choice, pieces = scene.choice, scene.run.pieces
    ids = reading(pieces.ids, pieces.special)
    whole = cache.outlook(scene.shown, ids, NOTHING, told=told)
    less = _less(choice)
    left = whole if less == NOTHING else cache.outlook(scene.shown, ids, less, told=told)
    return NextWord(scene, whole, left)


def take(shown: str, after: int, piece: int) -> None:
    """Let a piece join the text, and ask from it; for callbacks.

    With a part of a character, the likeliest other parts join, one after the other.

    Args:
        shown: The model's name.
        after: How many pieces the text had when this one was offered: who clicks faster than the
            page is drawn means what they saw.
        piece: The number of the new one in the vocabulary.
    """
    more = [piece]
    session().refused.pop(PLACE, None)
    try:
        pieces, tokenizer = _pieces(shown), _source(shown).load().tokenizer
        if pieces.total != after:
            return
        found = continued(tokenizer, pieces, more)
        while found.part and len(more) < _LONGEST:
            more.append(_likeliest_after(shown, pieces, more))
            found = continued(tokenizer, pieces, more)
        if found.text is None:
            raise InputError("piece_alone", piece=_name(tokenizer, piece))
    except InputError as problem:
        session().refused[PLACE] = problem
    else:
        go_on(found.text, shown)


def take_back(shown: str, after: int) -> None:
    """Leave the text's last piece out; for callbacks, as :func:`take`."""
    session().refused.pop(PLACE, None)
    try:
        pieces = _pieces(shown)
    except InputError as problem:
        session().refused[PLACE] = problem
        return
    text = without_last(pieces)
    if text and pieces.total == after:
        go_on(text, shown)


def _likeliest_after(shown: str, pieces: Pieces, more: Sequence[int]) -> int:
    choice = reader().record(ModelChoice)
    ids = (*reading(pieces.ids, pieces.special), *more)
    found = cache.outlook(shown, ids, _less(choice), told=lambda _: None)
    return int(found.scores.argmax())


def _name(tokenizer: Tokenizer, piece: int) -> str:
    token = tokenizer.id_to_token(piece)
    return f"#{piece}" if token is None else label(tokenizer, token, piece).replace("Ċ", "↵")


def _less(choice: ModelChoice) -> Less:
    return Less(frozenset(choice.model_off), frozenset(choice.model_blind))


def _pieces(shown: str) -> Pieces:
    choice = reader().record(ModelChoice)
    return _source(shown).pieces(choice.model_sentence)


def _source(shown: str) -> FamilySource:
    return FamilySource(shown, keep=reader().record(ModelChoice).model_part)
