"""Word pieces by a unigram model: of all ways to cut a word, the likeliest.

Normalising, cutting at spaces and counting characters are left to `tokenizers`; its own unigram
model would hold a vocabulary of this size in ten times the memory.

Source: Kudo, Subword Regularization, 2018, section 3.2; the normaliser is NMT-NFKC of Kudo and
Richardson, SentencePiece, 2018.
"""

import math
from collections.abc import Sequence
from itertools import accumulate, groupby

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from tokenizers import Encoding, PreTokenizedString, Token
from tokenizers import normalizers as norm
from tokenizers.pre_tokenizers import Metaspace, WhitespaceSplit
from tokenizers.pre_tokenizers import Sequence as Steps
from tokenizers.processors import TemplateProcessing

from core.arrays import Array

BEGIN, END, UNKNOWN = "<s>", "</s>", "<unk>"
"""The special pieces."""

UNKNOWN_PENALTY = 10.0
"""How much less likely than the least likely piece an unknown character is, in nats."""

Span = tuple[int, int, int]
"""A piece of a word: its number, its first character, and the one after its last."""

_ASIDE = "\ue000"  # NMT-NFKC leaves the wide tilde as it is, NFKC alone would not
_NORMALIZER = norm.Sequence(
    [norm.Nmt(), norm.Replace("～", _ASIDE), norm.NFKC(), norm.Replace(_ASIDE, "～")]
)
_WORDS = Steps([WhitespaceSplit(), Metaspace(prepend_scheme="always")])


class UnigramTokenizer:
    """Cuts text into the pieces of a vocabulary."""

    def __init__(self, pieces: Sequence[str], scores: Array) -> None:
        """Take a vocabulary.

        Args:
            pieces: In the order of their code points; the special ones among them.
            scores: ``(piece,)``, logarithms of their probabilities; ``-inf`` for special ones.
        """
        self._pieces = np.array(pieces)
        self._scores = scores
        self._longest = self._pieces.dtype.itemsize // np.dtype("U1").itemsize
        self._unknown_score = float(scores[np.isfinite(scores)].min()) - UNKNOWN_PENALTY
        begin, end, self.unknown = map(int, np.searchsorted(self._pieces, [BEGIN, END, UNKNOWN]))
        self._frame = TemplateProcessing(
            single=f"{BEGIN} $A {END}", special_tokens=[(BEGIN, begin), (END, end)]
        )

    @property
    def nbytes(self) -> int:
        """Bytes of the vocabulary."""
        return self._pieces.nbytes + self._scores.nbytes

    def encode(self, text: str, add_special_tokens: bool = True) -> Encoding:
        """The pieces of a text, with where they stand in it."""
        words = PreTokenizedString(text)
        words.normalize(_NORMALIZER.normalize)
        _WORDS.pre_tokenize(words)
        words.tokenize(self._cut)
        return self._frame.process(words.to_encoding(), None, add_special_tokens)

    def _cut(self, word: str) -> list[Token]:
        """The likeliest pieces of a word; unknown characters in a row are one piece."""
        at = [0, *accumulate(len(it.encode()) for it in word)]
        tokens = []
        for unknown, run in groupby(self._best(word), key=lambda it: it[0] == self.unknown):
            spans = list(run)
            if unknown:
                spans = [(self.unknown, spans[0][1], spans[-1][2])]
            for number, start, end in spans:
                text = UNKNOWN if unknown else word[start:end]
                tokens.append(Token(number, text, (at[start], at[end])))
        return tokens

    def _best(self, word: str) -> list[Span]:
        """The best path through a word (Viterbi)."""
        score = [0.0] + [-math.inf] * len(word)
        step = [(self.unknown, 0, 0)] * (len(word) + 1)
        for start, numbers in enumerate(self._options(word)):
            for length, number in numbers.items():
                end, total = start + length, score[start] + self._score(number)
                if total > score[end]:
                    score[end], step[end] = total, (number, start, end)
        path, end = [], len(word)
        while end:
            path.append(step[end])
            end = step[end][1]
        return path[::-1]

    def _score(self, number: int) -> float:
        return self._unknown_score if number == self.unknown else float(self._scores[number])

    def _options(self, word: str) -> list[dict[int, int]]:
        """Of each character, the pieces that begin there: length to number."""
        n, longest = len(word), self._longest
        codes = np.frombuffer((word + longest * "\0").encode("utf-32-le"), "<u4")
        windows = sliding_window_view(codes, longest)[:n, None]  # (start, 1, character)
        texts = (windows * np.tri(longest, dtype="<u4")).view(f"<U{longest}")[..., 0]
        places = self._pieces.searchsorted(texts).clip(max=len(self._pieces) - 1)
        options: list[dict[int, int]] = [{1: self.unknown} for _ in word]
        for start, less in np.argwhere(self._pieces[places] == texts).tolist():  # (start, length)
            if start + less < n:
                options[start][less + 1] = int(places[start, less])
        return options
