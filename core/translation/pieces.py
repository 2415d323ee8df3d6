"""Sentences cut into the pieces that the translators read and write.

Chinese is made simplified, every Han character is a piece of its own; English words, and Latin
letters in Chinese, are cut by byte-pair encoding (Sennrich et al., Neural Machine Translation of
Rare Words with Subword Units, 2016).
"""

import json
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

from core.simplified import simplified
from core.tokens import clean, word_starts

Language = Literal["en", "zh"]

PADDING, START, END, UNKNOWN = range(4)
SPECIAL = ("<padding>", "<start>", "<end>", "<unknown>")

LONGEST = 40
"""Pieces of a sentence that is learned from, translated, or written, at most."""

WORD_START = "▁"
"""Stands for the space before an English word."""

_CUTS = {"en": Regex(rf"[^\w'{WORD_START}]|\d"), "zh": Regex(r"\p{Han}|[^\w']|\d")}
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")
_FULL_WIDTH = str.maketrans("!?,:;﹐「」『』", "！？，：；，“”‘’")


@dataclass(frozen=True, eq=False)
class Pieces:
    """The pieces of one language.

    Attributes:
        language: Of the sentences.
        tokenizer: Its ids 0 to 3 are ``SPECIAL``.
    """

    language: Language
    tokenizer: Tokenizer

    def __len__(self) -> int:
        """How many pieces there are, the special ones among them."""
        return self.tokenizer.get_vocab_size()

    def encode(self, sentence: str) -> tuple[int, ...]:
        """The ids of a sentence's pieces; what was never seen is ``UNKNOWN``."""
        return tuple(self.tokenizer.encode(plain(sentence, self.language)).ids)

    def cut(self, sentence: str) -> tuple[str, ...]:
        """The sentence's pieces as they are written, those that were never seen among them."""
        text = plain(sentence, self.language)
        offsets = self.tokenizer.encode(text).offsets
        return tuple(text[start:end] for start, end in offsets)

    def cut_words(self, sentence: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The sentence's words, and for each piece the place of the word that it is a part of.

        Words that share a piece are one.
        """
        text = plain(sentence, self.language)
        starts, spans = sorted(word_starts(text)), self.tokenizer.encode(text).offsets
        # A piece belongs to the word of its first letter; a space alone, to the word after it.
        seen = [end - len(text[start:end].lstrip()) for start, end in spans]
        within = [bisect_right(starts, place) for place in seen]
        ends = {word: end for word, (_, end) in zip(within, spans, strict=True)}
        begins = dict(zip(within[::-1], seen[::-1], strict=True))
        words = tuple(text[begins[word] : end] for word, end in ends.items())
        return words, tuple(list(ends).index(word) for word in within)

    def names(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Pieces as they are called in the vocabulary, with ``WORD_START`` for a space."""
        return tuple(self.tokenizer.id_to_token(index) or "" for index in ids)

    def text(self, ids: Sequence[int]) -> str:
        """The sentence that pieces spell; special ones are left out."""
        names = self.names(index for index in ids if index >= len(SPECIAL))
        return "".join(names).replace(WORD_START, " ").strip()

    def saved(self) -> str:
        """What :func:`restored` makes the same pieces of."""
        return self.tokenizer.to_str()


def plain(sentence: str, language: Language) -> str:
    """The sentence with simplified characters, and one form for each punctuation mark."""
    text = clean(sentence)
    if language == "en":
        return text.translate(_STRAIGHT)
    return simplified(unicodedata.normalize("NFKC", text).translate(_FULL_WIDTH))


def learn_pieces(sentences: Sequence[str], language: Language, size: int) -> Pieces:
    """Choose the pieces of a language from sentences.

    Args:
        sentences: To learn from.
        language: Of the sentences.
        size: Of the vocabulary, at most. Characters that occur once are ``UNKNOWN``.
    """
    texts = [plain(sentence, language) for sentence in sentences]
    counts = Counter(character for text in texts for character in text if character != " ")
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=5,
        limit_alphabet=sum(n > 1 for n in counts.values()) + (language == "en"),  # WORD_START
        special_tokens=list(SPECIAL),
        show_progress=False,
    )
    tokenizer = Tokenizer(models.BPE(unk_token=SPECIAL[UNKNOWN]))
    first = pre_tokenizers.Metaspace() if language == "en" else pre_tokenizers.WhitespaceSplit()
    cut = pre_tokenizers.Split(_CUTS[language], "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([first, cut])
    tokenizer.train_from_iterator(texts, trainer)
    return Pieces(language, tokenizer)


def restored(saved: str, language: Language) -> Pieces:
    """Pieces from what :meth:`Pieces.saved` gave."""
    return Pieces(language, Tokenizer.from_str(json.dumps(json.loads(saved))))
