"""Choices about the reader's sentence and one attention layer on it: Explore, heads, positions."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from core.cnn import ConvolutionSettings
from core.embeddings import FEATURES, KINDS
from core.ideas.heads import Blocks
from core.ideas.shuffling import ORDERS, shuffled
from core.layer import EDITABLE, Edit, Rules, Sizes
from core.masks import MaskRule, kinds_using, kinds_with
from core.positions import ENCODINGS
from core.reader.fields import among, flag, line, number, places, whole, word
from core.recall.readers import STATES
from core.rnn import Direction, RecurrentKind, RecurrentSettings
from core.sources.handset import HandsetSource
from core.sources.seeded import SeededSource
from core.sources.toy import ToySource
from core.tokens import LIMIT, Rule, Tokens, Unit, tokenize

SourceKind = Literal["handset", "seeded", "trained", "basis"]
Comparison = Literal["share", "strength"]
Result = Literal[
    "q",
    "k",
    "v",
    "scores",
    "weights",
    "contribution",
    "output",
    "mixed",
    "influence_attention",
    "influence_recurrent",
    "influence_convolutional",
]

Chapter = Literal[
    "words", "vectors", "weights", "sizes", "heads", "masks", "positions", "all", "everything"
]
"""Parts of the page Explore: each brings its controls; the last one all of them."""

View = Literal["page", "stage", "sentence", "why", "maps"]
"""What of Explore is shown: all of it, or one part and nothing else."""

SOURCES: tuple[SourceKind, ...] = get_args(SourceKind)

SENTENCE_SOURCES: tuple[SourceKind, ...] = ("handset", "seeded")
"""Those that know what to do with any sentence."""

LONGEST_SENTENCE = 20_000
"""Characters: far more than a page shows, so that its message can still say how many there are."""

HEADS_WIDTHS = (8, 16, 32, 64, 128, 256, 512)
"""Widths of the layer whose cost is counted; the most heads divide each of them."""

SHUFFLED_WORDS = 16
"""Words of the sentence that the page about positions shuffles."""


MASKS = kinds_with("width", "padded", "blocked")
"""The kinds of masks for which a reader can give the numbers."""


@dataclass(frozen=True)
class SentenceChoice:
    """A sentence, and what it is cut into."""

    sentence: str = line("我爱吃炸鸡", LONGEST_SENTENCE, check=tokenize)
    unit: Unit = word("words", Unit)
    cutting: Rule = word("2", Rule, was={1: "1"}, only_with=("unit", ("words",)))

    @property
    def tokens(self) -> Tokens:
        """The tokens of the sentence, cut by the rule of the link that it came with."""
        return tokenize(self.sentence, self.unit, rule=self.cutting)


@dataclass(frozen=True)
class Choice(SentenceChoice):
    """One attention layer on the sentence, and the networks that stand beside it."""

    source: SourceKind = word("handset", SourceKind)  # of the layer's numbers
    seed: int = whole(0, 0, 999_999)  # of the seeded source, and of the networks beside it
    guessed: bool = flag(True, was={1: False}, only_with=("source", ("handset",)))  # unset words
    d_model: int = whole(len(KINDS), 2, 64, was={1: len(FEATURES)})
    d_k: int = whole(4, 1, 64)  # a head's
    d_v: int = whole(4, 1, 64)  # a head's
    n_heads: int = whole(2, 1, 8)
    head: int = whole(0, 0, 7, place=True)  # the one that is shown
    scaled: bool = flag(True)  # scores are divided by √d_k
    temperature: float = number(1.0, 0.1, 10.0)
    mask: str = word("none", MASKS)
    window: int = whole(
        1, 0, 16, only_with=("mask", kinds_using("width"))
    )  # neighbours on each side
    padded: tuple[int, ...] = places(LIMIT - 1, only_with=("mask", kinds_using("padded")))
    positions: str = word("none", tuple(ENCODINGS))
    query: int = whole(2, 0, LIMIT - 1, place=True)  # the token that asks
    key: int = whole(3, 0, LIMIT - 1, place=True)  # the token that it is asked about
    rnn_kind: RecurrentKind = word("rnn", RecurrentKind)
    rnn_gain: float = number(0.9, 0.1, 3.0, only_with=("rnn_kind", ("rnn",)))
    rnn_direction: Direction = word("forward", Direction)
    cnn_kernel: int = whole(3, 1, 9, step=2)  # odd, so that it has a middle
    cnn_layers: int = whole(1, 1, 6)
    cnn_growth: int = whole(1, 1, 3)  # the dilation's factor from layer to layer
    cnn_causal: bool = flag(False)  # windows end at the token itself
    d_hidden: int = whole(8, 1, 16)  # of the RNN, a direction, and channels of the CNN
    comparison: Comparison = word("share", Comparison)  # of influence
    blocked: tuple[tuple[int, int], ...] = ()  # (query, key), from the hand-drawn mask
    edits: tuple[Edit, ...] = ()  # the cells that the reader changed

    @property
    def rope_fits(self) -> bool:
        """Tell whether ``d_k`` is even, as RoPE needs it."""
        return ENCODINGS["rope"].fits(self.d_k)

    @property
    def layer_source(self) -> ToySource:
        """The source that the choice stands for; RoPE is left out where it does not fit.

        Raises:
            ValueError: If the numbers are trained ones: they are in no choice.
        """
        if self.source not in SENTENCE_SOURCES:
            raise ValueError(f"a choice has no {self.source} numbers")
        if self.source == "seeded":
            return SeededSource(self.sizes, self.rules, self.edits, self.unit, self.seed)
        return HandsetSource(self.sizes, self.rules, self.edits, self.unit, self.guessed)

    @property
    def sizes(self) -> Sizes:
        """Of the layer."""
        return Sizes(self.d_model, self.d_k, self.d_v, self.n_heads)

    @property
    def rules(self) -> Rules:
        """How the layer computes; RoPE is left out where it does not fit."""
        mask = MaskRule(self.mask, self.window, self.padded, self.blocked)
        usable = ENCODINGS[self.positions].fits(self.d_k)
        return Rules(self.scaled, self.temperature, mask, self.positions if usable else "none")

    @property
    def recurrent(self) -> RecurrentSettings:
        """The recurrent layer that stands beside attention."""
        return RecurrentSettings(
            self.rnn_kind, self.d_hidden, self.rnn_direction, self.rnn_gain, self.seed
        )

    @property
    def convolution(self) -> ConvolutionSettings:
        """The stack of convolutions that stands beside attention."""
        dilations = tuple(self.cnn_growth**layer for layer in range(self.cnn_layers))
        return ConvolutionSettings(
            self.cnn_kernel, dilations, self.cnn_causal, self.d_hidden, self.seed
        )

    def within(self, n_tokens: int) -> "Choice":
        """Point at tokens and a head that exist."""
        query, key = min(self.query, n_tokens - 1), min(self.key, n_tokens - 1)
        return replace(self, query=query, key=key, head=min(self.head, self.n_heads - 1))


@dataclass(frozen=True)
class StageChoice:
    """What stands around the picture of Explore, and how large the memory beside it is."""

    chapter: Chapter = word("words", Chapter, was={1: "everything"})
    memory: int = among(16, STATES)  # numbers that the recurrent reader's state holds
    guide: int = whole(0, 0, 5)  # the task of the learning path that the reader is at, if any
    view: View = word("page", View)  # a part alone is a card for a slide


@dataclass(frozen=True)
class NumbersChoice:
    """The matrices that Explore shows as tables."""

    projections_open: bool = flag(False)
    results_open: bool = flag(False)
    shown_parameter: str = word(EDITABLE[0], EDITABLE)
    shown_result: Result = word("q", Result)


@dataclass(frozen=True)
class HeadsChoice:
    """What is done with the heads."""

    heads_off: tuple[int, ...] = places(7)
    heads_blocks: Blocks = word("apart", Blocks)  # what one big head may do outside its blocks
    heads_table_open: bool = flag(False)
    heads_width: int = among(64, HEADS_WIDTHS)


@dataclass(frozen=True)
class PositionsChoice:
    """How the words are shuffled, and what tells attention their order."""

    positions_kind: str = word("none", ORDERS)
    positions_seed: int = whole(1, 0, 999_999)  # of the shuffle, and of the learned positions
    positions_places: tuple[int, ...] = places(SHUFFLED_WORDS - 1, in_order=False)  # by hand
    positions_word: int = whole(0, 0, SHUFFLED_WORDS - 1, place=True)  # its place as written
    positions_at: int = whole(0, 0, 31)  # the position that others are compared with

    def places(self, n: int) -> tuple[int, ...]:
        """Which of ``n`` words stands first, second, ...; by hand where that fits."""
        if sorted(self.positions_places) == list(range(n)):
            return self.positions_places
        return shuffled(n, self.positions_seed)


def moved(order: tuple[int, ...], word: int, by: int) -> tuple[int, ...]:
    """Let a word change places with its neighbour; at an end everything stays.

    Args:
        order: The word at each place.
        word: By its place as written.
        by: -1 to the left, 1 to the right.
    """
    here = order.index(word)
    there = here + by
    if not 0 <= there < len(order):
        return order
    changed = list(order)
    changed[here], changed[there] = changed[there], changed[here]
    return tuple(changed)
