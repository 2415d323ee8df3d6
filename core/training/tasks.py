"""Tasks that need a memory: what is asked, how far back the answer lies, and what guessing gives.

Every task is a stream of sequences; nothing is stored. Only the places where something is asked
are scored: an average over all places would hide a failure.
"""

import string
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple, assert_never

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array
from core.errors import InputError

TaskKind = Literal["recall", "pairs", "parity"]

SILENT = -1
"""The target of a place where nothing is asked."""

LETTERS = string.ascii_uppercase

EVERYWHERE = 64
"""A farthest distance that no sequence of a race is long enough for: nothing is left out."""


class Examples(NamedTuple):
    """Sequences with their questions and answers.

    Attributes:
        inputs: ``(batch, token, part)``, numbers of rows in the table of vectors; a token is the
            sum of its parts.
        targets: ``(batch, token, question)``, the right symbol, or ``SILENT``.
        distance: ``(batch, token, question)``, how far back the answer lies, in tokens.
    """

    inputs: Tensor
    targets: Tensor
    distance: Tensor


@dataclass(frozen=True)
class Task:
    """What is to be learned.

    Attributes:
        kind: ``recall``: name the symbols 1, 2, 4, ... places back, at every place. ``pairs``: a
            list of key-value pairs, then every key as a question, and so on with other keys, each
            list as long as ``farthest`` allows. ``parity``: at every place, is the number of ones
            so far odd?
        length: Tokens of a sequence, an even number.
        symbols: How many different ones there are to name; ``parity`` always has two.
        farthest: How far back an answer may lie, in tokens, at least 1; where the sequence is
            shorter, that decides. ``parity`` always counts from the first token.
    """

    kind: TaskKind = "recall"
    length: int = 48
    symbols: int = 8
    farthest: int = EVERYWHERE

    @property
    def answers(self) -> int:
        """How many answers there are to choose from."""
        return 2 if self.kind == "parity" else self.symbols

    @property
    def chance(self) -> float:
        """Which part of the answers guessing gets right."""
        return 1 / self.answers

    @property
    def distances(self) -> tuple[int, ...]:
        """How far back answers lie: exactly so in ``recall``, otherwise up to so far."""
        match self.kind:
            case "pairs":
                last = 2 * self.listed - 1
                return (*_powers(last)[2:], last)  # shorter distances are rare
            case "parity":
                return (*_powers(self.length - 1), self.length)
            case "recall":
                return _powers(min(self.farthest, self.length - 1))
            case unknown:
                assert_never(unknown)

    @property
    def listed(self) -> int:
        """How many pairs a list of ``pairs`` has, the last one of a sequence perhaps fewer.

        From its first pair to its last question are ``2 * listed - 1`` tokens.
        """
        return max(1, min(self.farthest + 1, self.length) // 2)

    @property
    def questions(self) -> int:
        """How many answers are given at each place."""
        return len(self.distances) if self.kind == "recall" else 1

    @property
    def vocabulary(self) -> int:
        """Rows of the table of vectors: symbols; for ``pairs`` also keys and a question mark."""
        return self.symbols + self.length // 2 + 1 if self.kind == "pairs" else self.answers

    def examples(self, size: int, generator: torch.Generator) -> Examples:
        """That many new sequences."""
        match self.kind:
            case "pairs":
                return self._pairs(size, generator)
            case "parity":
                return self._parity(size, generator)
            case "recall":
                return self._recall(size, generator)
            case unknown:
                assert_never(unknown)

    def accuracy(self, answers: Tensor, asked: Examples) -> Array:
        """Which part of the answers is right.

        Args:
            answers: ``(batch, token, question)``.
            asked: What was asked.

        Returns:
            ``(distance,)``, between 0 and 1, one for each of ``distances``.
        """
        right = (answers == asked.targets).numpy()
        distance = np.where(asked.targets.numpy() == SILENT, 0, asked.distance.numpy())
        ends = (0, *self.distances)
        groups = [right[(distance > low) & (distance <= high)] for low, high in pairwise(ends)]
        return np.array([group.mean() if group.size else np.nan for group in groups])

    def words(self, inputs: Tensor) -> tuple[str, ...]:
        """A sequence as it is written: ``A``, or ``3A`` for a pair and ``3?`` for its question."""
        if self.kind == "parity":
            return tuple(str(symbol) for symbol in inputs[:, 0].tolist())
        if self.kind == "recall":
            return tuple(LETTERS[symbol] for symbol in inputs[:, 0].tolist())
        marks = LETTERS[: self.symbols] + "?"
        return tuple(f"{key - self.symbols}{marks[value]}" for key, value in inputs.tolist())

    def inputs(self, words: tuple[str, ...]) -> Tensor:
        """A sequence read back: ``(token, part)``.

        Raises:
            InputError: ``no_tokens``; ``too_many_symbols`` if the sequence is longer than those of
                the task; ``unknown_symbol`` with the word.
        """
        if not words:
            raise InputError("no_tokens")
        if len(words) > self.length:
            raise InputError("too_many_symbols", count=len(words), limit=self.length)
        return torch.tensor([self._parts(word) for word in words])

    def _parts(self, word: str) -> list[int]:
        marks = "01" if self.kind == "parity" else LETTERS[: self.symbols]
        if self.kind != "pairs":
            if len(word) == 1 and word in marks:
                return [marks.index(word)]
        elif word[:-1].isdecimal() and 1 <= int(word[:-1]) <= self.length // 2:
            value = (marks + "?").find(word[-1])
            if value >= 0:
                return [self.symbols + int(word[:-1]), value]
        raise InputError("unknown_symbol", word=word)

    def _recall(self, size: int, generator: torch.Generator) -> Examples:
        symbols = torch.randint(self.symbols, (size, self.length), generator=generator)
        back = torch.tensor(self.distances)
        targets = torch.full((size, self.length, len(back)), SILENT)
        for question, distance in enumerate(self.distances):
            targets[:, distance:, question] = symbols[:, :-distance]
        return Examples(symbols[..., None], targets, back.expand_as(targets))

    def _pairs(self, size: int, generator: torch.Generator) -> Examples:
        n = self.length // 2
        pair = torch.arange(n)
        list_of = pair // self.listed
        listed = torch.rand(size, n, generator=generator).argsort(dim=-1)
        asked = (torch.rand(size, n, generator=generator) + list_of).argsort(dim=-1)
        # (batch, pair): keys in the order of the lists; which pair is asked for, list by list
        values = torch.randint(self.symbols, (size, n), generator=generator)
        keys = torch.cat((listed, listed.gather(1, asked)), dim=1) + self.symbols + 1
        marks = torch.cat((values, torch.full_like(values, self.symbols)), dim=1)
        targets = torch.cat((torch.full_like(values, SILENT), values.gather(1, asked)), dim=1)
        told_at = pair + self.listed * list_of
        asked_at = pair + (self.listed * (list_of + 1)).clamp(max=n)
        ago = torch.cat((torch.zeros_like(asked), asked_at - told_at[asked]), dim=1)
        order = torch.cat((told_at, asked_at)).argsort()
        inputs = torch.stack((keys, marks), dim=-1)
        return Examples(inputs[:, order], targets[:, order, None], ago[:, order, None])

    def _parity(self, size: int, generator: torch.Generator) -> Examples:
        bits = torch.randint(2, (size, self.length), generator=generator)
        counted = torch.arange(1, self.length + 1)[:, None]
        targets = bits.cumsum(dim=-1)[..., None] % 2
        return Examples(bits[..., None], targets, counted.expand_as(targets))


def _powers(last: int) -> tuple[int, ...]:
    """1, 2, 4, ... up to the last."""
    return tuple(2**i for i in range(last.bit_length()) if 2**i <= last)
