"""Translators that come with the project, and what they do with a sentence.

Nothing is loaded before it is asked for; a network is loaded once and shared, within the budget of
all models.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from core.arrays import Array, freeze
from core.errors import InputError
from core.influence import Influence
from core.kept import MODELS, Kept
from core.translation.decoding import forced, greedy, slopes, typical_length
from core.translation.files import (
    FOLDER,
    KINDS,
    Kind,
    Settings,
    name_of,
    read_network,
    read_settings,
    shared_pieces,
)
from core.translation.network import Network
from core.translation.pairs import Pair, read_pairs
from core.translation.pieces import (
    END,
    LONGEST,
    SPECIAL,
    WORD_START,
    Language,
    Pieces,
    plain,
)
from core.translation.transformer import DECODER_LAYERS, ENCODER_LAYERS


class Rounds(NamedTuple):
    """Layers that must wait for each other, however many processors there are.

    Attributes:
        reading: The source.
        writing: A translation piece by piece: each waits for the one before.
        learning: Reading, and all pieces of a translation that is known.
    """

    reading: int
    writing: int
    learning: int


@dataclass(frozen=True, eq=False)
class Alignment:
    """A sentence and a translation that a translator was made to write.

    Attributes:
        source: Pieces, English ones with the space before them; or words, as below.
        output: Pieces or words of the translation; the last one is its end.
        best: Pieces that the translator would have written in their places.
        probability: ``(output,)``, what the translator gave each piece.
        weights: ``(layer, head, output, source)`` of attention to the source; rows sum to 1. No
            layers for a translator with one vector.
        influence: ``(output, source)``: the length of the derivative of an output's score (against
            the mean of all pieces' scores, in nats) by a source piece's vector, times the typical
            length of such vectors in this translator.
    """

    source: tuple[str, ...]
    output: tuple[str, ...]
    best: tuple[str, ...]
    probability: Array
    weights: Array
    influence: Influence

    def __post_init__(self) -> None:
        """Let nobody write into it."""
        freeze(self)

    @property
    def mean_weights(self) -> Array | None:
        """``(output, source)``, the mean over layers and heads; rows sum to 1."""
        return self.weights.mean(axis=(0, 1)) if len(self.weights) else None

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return self.probability.nbytes + self.weights.nbytes + 2 * self.influence.strength.nbytes


@dataclass(frozen=True, eq=False)
class Translator:
    """A network with its languages' pieces.

    Attributes:
        network: Shared by everybody: nothing may write to it.
        settings: What it learned with.
        notes: Data, licence, scores, as its file says.
        pieces: Of both languages.
    """

    network: Network
    settings: Settings
    notes: Mapping[str, str]
    pieces: Mapping[Language, Pieces]

    def translate(self, sentence: str) -> str:
        """The translation that it writes by itself, the most probable piece at a time.

        Raises:
            InputError: ``no_tokens`` or ``sentence_too_long``.
        """
        source = torch.tensor([self._ids(sentence, self.settings.source)])
        [written] = greedy(self.network, source)
        return self.pieces[self.settings.target].text(written)

    def align(self, sentence: str, translation: str, *, words: bool = False) -> Alignment:
        """Make it write a translation, its own or another, and measure what each piece rests on.

        Args:
            sentence: The source.
            translation: What it is made to write.
            words: Whether words stand in place of their pieces. A word's probability is the product
                of its pieces', and so its score is the sum; its weights are the mean of theirs, and
                what they give to a source word is added up; a source word is moved as a whole.

        Raises:
            InputError: ``no_tokens`` or ``sentence_too_long``, of either.
        """
        source = self._ids(sentence, self.settings.source)
        target = self._ids(translation, self.settings.target)
        made = forced(self.network, source, target)
        theirs, ours = self.pieces[self.settings.source], self.pieces[self.settings.target]
        read, within_read = theirs.cut_words(sentence) if words else _alone(theirs.cut(sentence))
        written, within = ours.cut_words(translation) if words else _alone(ours.cut(translation))
        within = (*within, len(written))  # the end is written, too
        rows, columns = (
            one_hot(torch.tensor(it)).mT.to(made.weights.dtype) for it in (within, within_read)
        )  # (word, piece)
        derivative = torch.einsum("wo,osd->wsd", rows, slopes(self.network, source, target))
        strength = (derivative.square().sum(dim=-1) @ columns.mT).sqrt() * self.typical_length
        best = [it.replace(WORD_START, " ") for it in ours.names(made.best.tolist())]
        return Alignment(
            read,
            (*written, SPECIAL[END]),
            tuple("".join(best[piece] for piece in row.nonzero()[:, 0]) for row in rows),
            (rows @ made.log_probabilities).exp().numpy(),
            _mixed(made.weights, rows / rows.sum(dim=1, keepdim=True), columns.mT).numpy(),
            Influence(np.ones(strength.shape, bool), strength.numpy()),
        )

    @cached_property
    def typical_length(self) -> float:
        """Of a source piece's vector: what influence is counted against."""
        return typical_length(self.network)

    @property
    def nbytes(self) -> int:
        """Bytes of the network's numbers."""
        return sum(numbers.nbytes for numbers in self.network.parameters())

    @property
    def scores(self) -> dict[str, dict[str, float]]:
        """On the held-out pairs, as `core.translation.score` wrote them: ``all`` and by length."""
        return json.loads(self.notes["scores"])

    def _ids(self, sentence: str, language: Language) -> tuple[int, ...]:
        ids = self.pieces[language].encode(sentence)
        if not ids:
            raise InputError("no_tokens")
        if len(ids) > LONGEST:
            raise InputError("sentence_too_long", count=len(ids), limit=LONGEST)
        return ids


def rounds(kind: Kind, n_source: int, n_output: int) -> Rounds:
    """Count what must wait, for so many pieces; the end is counted as an output."""
    if kind == "transformer":
        return Rounds(ENCODER_LAYERS, n_output * DECODER_LAYERS, ENCODER_LAYERS + DECODER_LAYERS)
    return Rounds(n_source, n_output, n_source + n_output)


def _mixed(weights: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Weights of words; without layers there is nothing to multiply."""
    return rows @ weights @ columns if len(weights) else weights


def _alone(pieces: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Pieces that are no parts of anything, as :meth:`Pieces.cut_words` gives words."""
    return pieces, tuple(range(len(pieces)))


_lock = threading.Lock()
_held: Kept[Translator] = MODELS


def translator(kind: Kind, source: Language, target: Language) -> Translator:
    """A translator that comes with the project, loaded by the first who asks.

    Raises:
        InputError: ``model_missing`` if there is no such file; ``model_altered`` if it does not fit
            the pieces.
    """
    name = name_of(kind, source, target)
    with _lock:
        return _held.get(name, lambda: _loaded(name))


def _loaded(name: str) -> Translator:
    path = FOLDER / f"{name}.safetensors"
    if not path.exists():
        raise InputError("model_missing", name=name, file=path.name)
    return Translator(*read_network(path), shared_pieces())


def available() -> tuple[Settings, ...]:
    """The translators that come with the project; they are not loaded."""
    settings = (read_settings(path) for path in FOLDER.glob("*.safetensors"))
    return tuple(sorted(settings, key=lambda one: (one.source, KINDS.index(one.kind))))


@cache
def held_out() -> tuple[Pair, ...]:
    """The held-out pairs that come with the project, with who gave them."""
    return read_pairs(FOLDER / "held_out.tsv")


def occurrences(word: str, language: Language) -> int:
    """How often a word, as `core.tokens.words` cuts, stands in the pairs learned from."""
    return _word_counts()[language].get(plain(word, language).lower(), 0)


@cache
def _word_counts() -> dict[Language, dict[str, int]]:
    counts: dict[Language, dict[str, int]] = {"en": {}, "zh": {}}
    for line in (FOLDER / "words.tsv").read_text(encoding="utf-8").splitlines():
        language, word, count = line.split("\t")
        counts["zh" if language == "zh" else "en"][word] = int(count)
    return counts
