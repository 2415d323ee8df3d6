"""Choices on the pages about one idea each: cross, reach, buffet, cost, misconceptions."""

import re
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from core.arrays import Array
from core.cnn import ConvolutionSettings
from core.errors import InputError
from core.ideas.buffet import DISHES, NUTRIENTS
from core.ideas.cost import Setting
from core.ideas.crossing import SAME_KIND, SIZES, CrossSource, Numbers, Scoring
from core.ideas.reach import MASKS, MOST_LAYERS, WIDTH, AttentionStack
from core.masks import MaskRule, kinds_using
from core.reader.fields import flag, line, number, several, whole, whole_within, word
from core.rnn import Direction, RecurrentKind, RecurrentSettings
from core.tokens import RULE, Rule, Tokens, tokenize

Sources = Literal["b_asks_a", "a_asks_b", "self_a", "self_b"]
CrossNumbers = Literal[Numbers, "translator"]
Translating = Literal["attention", "transformer"]
ReachTokens = Literal["numbers", "sentence"]
Claim = Literal[
    "pair",
    "formula",
    "source",
    "memory",
    "window",
    "parallel",
    "far",
    "order",
    "pronoun",
    "important",
    "untrained",
]

CROSS_WORDS = 16
"""Of a sentence: many maps stand side by side."""

CROSS_TEXT = 2_000
"""Characters of one of two sentences."""

REACH_POSITIONS = 64
"""Positions, at most."""

LARGEST_STEP = 32
"""The largest dilation."""

SCHEDULES = ("1", "1,1,1,1", "1,2,4,8", "1,3,9", "1,2,4,8,16")
"""Dilations to begin with."""

MASK_NUMBERS = {"reach_window": "width", "reach_step": "step", "reach_global": "n_global"}
"""Fields with a number of the mask's rule, and what the rule calls it."""

WISHES = tuple(f"buffet_{nutrient}" for nutrient in NUTRIENTS)
"""The fields that make up the query at the buffet."""

COST_LENGTHS = tuple(sorted({2**i for i in range(2, 13)} | {3 * 2**i for i in range(1, 11)}))
"""Lengths for which the curves of costs are drawn at least, in tokens."""

LARGEST_KERNEL = 15
"""Of the convolution whose cost is counted, in tokens."""

_BETWEEN = re.compile(r"[\s,，、;；]+")
_DINER_WIDTH = 8  # of the memory, and of the windows' channels


@dataclass(frozen=True)
class CrossChoice:
    """Two sentences, A and B, and who asks whom."""

    cross_a: str = line("我爱北京天安门", CROSS_TEXT, check=tokenize)
    cross_b: str = line("I love Beijing Tiananmen", CROSS_TEXT, check=tokenize)
    cross_cutting: Rule = word("2", Rule, was={1: "1"})
    cross_sources: Sources = word("b_asks_a", Sources)  # of Q, and of K and V
    cross_scoring: Scoring = word("scaled", Scoring)
    cross_causal: bool = flag(False)  # later words are hidden, in self-attention
    cross_several: bool = flag(False)  # all heads are shown
    cross_numbers: CrossNumbers = word("handset", CrossNumbers)
    cross_translator: Translating = word(
        "attention", Translating, only_with=("cross_numbers", ("translator",))
    )
    cross_seed: int = whole(0, 0, 999_999, only_with=("cross_numbers", ("seeded",)))
    cross_head: int = whole(SAME_KIND, 0, SIZES.n_heads - 1, place=True)
    cross_word_a: int = whole(1, 0, CROSS_WORDS - 1, place=True)
    cross_word_b: int = whole(1, 0, CROSS_WORDS - 1, place=True)
    cross_word_other: int = whole(0, 0, CROSS_WORDS - 1, place=True)  # looked at by its own

    @property
    def asks(self) -> str:
        """The sentence that Q comes from: ``a`` or ``b``."""
        return "a" if self.cross_sources in ("self_a", "a_asks_b") else "b"

    @property
    def answers(self) -> str:
        """The sentence that K and V come from: ``a`` or ``b``."""
        return "a" if self.cross_sources in ("self_a", "b_asks_a") else "b"

    @property
    def is_self(self) -> bool:
        """Tell whether both are the same."""
        return self.asks == self.answers

    @property
    def is_translated(self) -> bool:
        """Tell whether a trained translator gives the weights."""
        return self.cross_numbers == "translator"

    @property
    def switches(self) -> tuple[Sources, ...]:
        """Who can ask whom: between a translator's sentences, one asks the other."""
        return get_args(Sources)[: 2 if self.is_translated else None]

    def words(self, sentence: str) -> Tokens:
        """Cut sentence ``a`` or ``b`` into words, the first ``CROSS_WORDS`` of them."""
        typed = self.cross_a if sentence == "a" else self.cross_b
        return tokenize(typed, limit=CROSS_WORDS, rule=self.cross_cutting)

    def within(self, n_a: int, n_b: int) -> "CrossChoice":
        """Point at words that exist in sentences of these lengths, and at a switch that does."""
        n_asks = n_a if self.asks == "a" else n_b
        return replace(
            self,
            cross_sources=(
                self.cross_sources if self.cross_sources in self.switches else self.switches[0]
            ),
            cross_word_a=min(self.cross_word_a, n_a - 1),
            cross_word_b=min(self.cross_word_b, n_b - 1),
            cross_word_other=min(self.cross_word_other, n_asks - 1),
        )

    @property
    def source(self) -> CrossSource:
        """The layer that the choice stands for. There is no mask between two sentences.

        Raises:
            ValueError: If a translator gives the weights.
        """
        if self.cross_numbers == "translator":
            raise ValueError("a translator is more than one layer")
        causal = self.cross_causal and self.is_self
        today = self.cross_cutting == RULE  # links that cut as before guess no words, either
        return CrossSource(self.cross_scoring, self.cross_numbers, self.cross_seed, causal, today)


def read_dilations(typed: str) -> tuple[int, ...]:
    """Read one dilation a layer.

    Raises:
        InputError: ``bad_dilations`` if these are not 1 to ``MOST_LAYERS`` whole numbers from 1
            to ``LARGEST_STEP``.
    """
    parts = [part for part in _BETWEEN.split(typed) if part]
    try:
        dilations = tuple(whole_within(1, LARGEST_STEP)(part) for part in parts)
    except (ValueError, TypeError, OverflowError):
        dilations = ()
    if not 1 <= len(dilations) <= MOST_LAYERS:
        raise InputError("bad_dilations", most=MOST_LAYERS, largest=LARGEST_STEP)
    return dilations


@dataclass(frozen=True)
class ReachChoice:
    """What stands beside what, and the pair of positions that is looked at, from 1."""

    reach_tokens: ReachTokens = word("numbers", ReachTokens)
    reach_n: int = whole(32, 2, REACH_POSITIONS, only_with=("reach_tokens", ("numbers",)))
    reach_output: int = whole(32, 1, REACH_POSITIONS)
    reach_input: int = whole(1, 1, REACH_POSITIONS)
    reach_seed: int = whole(0, 0, 999_000)  # the first of the seeds
    reach_log: bool = flag(False)  # strength on an axis of powers of ten
    reach_mask: str = word("none", MASKS)  # of every attention layer
    reach_window: int = whole(2, 1, 16, only_with=("reach_mask", kinds_using("width")))
    reach_step: int = whole(4, 2, 16, only_with=("reach_mask", kinds_using("step")))
    reach_global: int = whole(1, 1, 8, only_with=("reach_mask", kinds_using("n_global")))
    reach_layers: int = whole(1, 1, 6)
    reach_kind: RecurrentKind = word("rnn", RecurrentKind)
    reach_direction: Direction = word("forward", Direction)
    reach_gain: float = number(0.9, 0.1, 2.0, only_with=("reach_kind", ("rnn",)))
    reach_kernel: int = whole(3, 1, 9, step=2)
    reach_dilations: str = line("1,2,4,8", 80, check=read_dilations)  # one a layer
    reach_backward: bool = flag(False)  # windows end at the token itself

    def within(self, n: int) -> "ReachChoice":
        """Point at positions that exist."""
        output, input_ = min(self.reach_output, n), min(self.reach_input, n)
        return replace(self, reach_output=output, reach_input=input_)

    @property
    def stack(self) -> AttentionStack:
        """The layers of attention. What the mask does not use is left out."""
        numbers = {
            number: getattr(self, name)
            for name, number in MASK_NUMBERS.items()
            if self.reach_mask in kinds_using(number)
        }
        return AttentionStack(MaskRule(self.reach_mask, **numbers), self.reach_layers)

    @property
    def recurrent(self) -> RecurrentSettings:
        """The recurrent layer."""
        gain = self.reach_gain if self.reach_kind == "rnn" else 1.0
        return RecurrentSettings(self.reach_kind, WIDTH, self.reach_direction, gain)

    @property
    def dilations(self) -> tuple[int, ...]:
        """One a layer of convolutions."""
        return read_dilations(self.reach_dilations)

    @property
    def convolution(self) -> ConvolutionSettings:
        """The stack of convolutions."""
        return ConvolutionSettings(self.reach_kernel, self.dilations, self.reach_backward, WIDTH)


@dataclass(frozen=True)
class BuffetChoice:
    """What the diner wants (below 0: wants to avoid), and how the other two diners walk."""

    buffet_protein: float = number(2.0, -3.0, 3.0)
    buffet_sugar: float = number(-1.0, -3.0, 3.0)
    buffet_vegetables: float = number(1.0, -3.0, 3.0)
    buffet_spice: float = number(0.0, -3.0, 3.0)
    buffet_carbohydrates: float = number(0.0, -3.0, 3.0)
    buffet_reversed: bool = flag(False)  # the dishes stand in the opposite order
    buffet_gain: float = number(0.8, 0.1, 1.5)  # of the recurrent diner's memory, at every dish
    buffet_walks: int = whole(1, 1, 7)  # layers of the convolutional diner
    buffet_seed: int = whole(0, 0, 999_999)
    buffet_place: int = whole(len(DISHES) - 1, 0, len(DISHES) - 1, place=True)  # of the diners
    buffet_dish: int = whole(0, 0, len(DISHES) - 1, place=True)  # whose arithmetic is opened
    buffet_arithmetic_open: bool = flag(False)

    @property
    def goal(self) -> Array:
        """``(nutrient,)``, the query."""
        return np.array([getattr(self, wish) for wish in WISHES], dtype=float)

    @property
    def order(self) -> tuple[int, ...]:
        """Which dish stands at each place."""
        places = range(len(DISHES))
        return tuple(reversed(places) if self.buffet_reversed else places)

    @property
    def recurrent(self) -> RecurrentSettings:
        """The diner who remembers."""
        return RecurrentSettings(
            d_hidden=_DINER_WIDTH, gain=self.buffet_gain, seed=self.buffet_seed
        )

    @property
    def convolution(self) -> ConvolutionSettings:
        """The diner who sees three dishes at a time."""
        return ConvolutionSettings(
            kernel=3, dilations=(1,) * self.buffet_walks, d_out=_DINER_WIDTH, seed=self.buffet_seed
        )


@dataclass(frozen=True)
class CostChoice:
    """The numbers that are put into the table of costs."""

    cost_n: int = whole(64, 2, 1_000_000)  # tokens
    cost_d: int = whole(512, 1, 100_000)  # width of a token
    cost_k: int = whole(3, 3, LARGEST_KERNEL, step=2)  # the convolution's kernel
    cost_r: int = whole(9, 3, 129, step=2)  # tokens that restricted self-attention looks at
    cost_recurrent: RecurrentKind = word("rnn", RecurrentKind)
    cost_projections: bool = flag(False)  # W_Q, W_K, W_V and W_O count

    @property
    def setting(self) -> Setting:
        """What the layers are given."""
        return Setting(
            self.cost_n,
            self.cost_d,
            self.cost_k,
            self.cost_r,
            self.cost_recurrent,
            self.cost_projections,
        )


def lengths(n: int, d: int) -> tuple[int, ...]:
    """List lengths for curves of costs: they hold the reader's, and wherever curves meet."""
    drawn = COST_LENGTHS
    while drawn[-1] < max(n, LARGEST_KERNEL * d // 2):
        drawn += (drawn[-1] * 3 // 2, drawn[-1] * 2)
    return drawn


@dataclass(frozen=True)
class CorrectionsChoice:
    """The claims that are unfolded, in the order in which they are told."""

    corrections_open: tuple[Claim, ...] = several((), Claim)
