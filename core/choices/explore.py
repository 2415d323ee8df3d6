"""Everything that decides what is on the screen, as plain values, read in one place.

Reading never raises: a value that cannot be used is replaced by the default, and is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from core.choices import reading
from core.choices.reading import Reader
from core.cnn import ConvolutionSettings
from core.embeddings import FEATURES
from core.layer import Edit, Rules, Sizes
from core.masks import MaskRule, kinds_with
from core.positions import ENCODINGS
from core.rnn import Direction, RecurrentKind, RecurrentSettings
from core.sources.handset import HandsetSource
from core.sources.seeded import SeededSource
from core.sources.toy import ToySource
from core.tokens import LIMIT, Unit

SourceKind = Literal["handset", "seeded", "trained"]
Comparison = Literal["share", "strength"]

SOURCES: tuple[SourceKind, ...] = get_args(SourceKind)

SENTENCE_SOURCES: tuple[SourceKind, ...] = ("handset", "seeded")
"""Those that know what to do with any sentence."""

MASKS = kinds_with("width", "padded", "blocked")
"""The kinds of masks for which a reader can give the numbers."""

LONGEST_SENTENCE = 20_000
"""Characters: far more than a page shows, so that its message can still say how many there are."""

MOST_EDITS = 5_000

LIMITS: Mapping[str, tuple[float, float]] = {
    "seed": (0, 999_999),
    "d_model": (2, 64),
    "d_k": (1, 64),
    "d_v": (1, 64),
    "n_heads": (1, 8),
    "head": (0, 7),
    "temperature": (0.1, 10.0),
    "window": (0, 16),
    "query": (0, LIMIT - 1),
    "key": (0, LIMIT - 1),
    "rnn_gain": (0.1, 3.0),
    "cnn_kernel": (1, 9),
    "cnn_layers": (1, 6),
    "cnn_growth": (1, 3),
    "d_hidden": (1, 16),
}
"""The smallest and the largest value of each number, for widgets and for reading alike."""


@dataclass(frozen=True)
class Choice:
    """What a reader has chosen; numbers keep to ``LIMITS``, words to their types.

    Attributes:
        sentence: As typed.
        unit: What a token is.
        source: Where the layer's numbers come from.
        seed: Of the seeded source and of the recurrent and convolutional layers.
        d_model: Width of a token.
        d_k: Width of a query and a key, per head.
        d_v: Width of a value, per head.
        n_heads: How many heads the layer has.
        head: Which of them is shown, from 0.
        scaled: Whether scores are divided by √d_k.
        temperature: What scores are divided by besides.
        mask: Which kind of mask.
        window: Neighbours on each side, for the window mask.
        padded: Positions that nobody may look at, for the padding mask.
        blocked: (query, key) pairs that are forbidden, for the hand-drawn mask.
        positions: How tokens learn where they stand.
        query: Which token asks, from 0.
        key: Which token's cell is opened, from 0.
        rnn_kind: Which recurrent layer stands beside attention.
        rnn_gain: How much longer the plain RNN's memory gets in a step.
        rnn_direction: Whether it reads in one direction or in both.
        cnn_kernel: Tokens that one convolution looks at; odd, so that it has a middle.
        cnn_layers: How many are stacked.
        cnn_growth: The dilation's factor from layer to layer.
        cnn_causal: Whether windows end at the token itself.
        d_hidden: Width of the RNN's memory, per direction, and channels of the CNN.
        comparison: Whether influence is shown as a share of its row or as it was measured.
        edits: Cells that the reader changed.
    """

    sentence: str = "我爱吃炸鸡"
    unit: Unit = "words"
    source: SourceKind = "handset"
    seed: int = 0
    d_model: int = len(FEATURES)
    d_k: int = 4
    d_v: int = 4
    n_heads: int = 2
    head: int = 0
    scaled: bool = True
    temperature: float = 1.0
    mask: str = "none"
    window: int = 1
    padded: tuple[int, ...] = ()
    blocked: tuple[tuple[int, int], ...] = ()
    positions: str = "none"
    query: int = 2
    key: int = 3
    rnn_kind: RecurrentKind = "rnn"
    rnn_gain: float = 0.9
    rnn_direction: Direction = "forward"
    cnn_kernel: int = 3
    cnn_layers: int = 1
    cnn_growth: int = 1
    cnn_causal: bool = False
    d_hidden: int = 8
    comparison: Comparison = "share"
    edits: tuple[Edit, ...] = ()

    @property
    def rope_fits(self) -> bool:
        """Whether ``d_k`` is even, as RoPE needs it."""
        return ENCODINGS["rope"].fits(self.d_k)

    @property
    def layer_source(self) -> ToySource:
        """The source that the choice stands for. RoPE is left out where it does not fit.

        Raises:
            ValueError: If the numbers are trained ones: they are in no choice.
        """
        if self.source == "trained":
            raise ValueError("a choice has no trained numbers: their source is opened from a race")
        sizes = Sizes(self.d_model, self.d_k, self.d_v, self.n_heads)
        mask = MaskRule(self.mask, self.window, self.padded, self.blocked)
        usable = ENCODINGS[self.positions].fits(self.d_k)
        rules = Rules(self.scaled, self.temperature, mask, self.positions if usable else "none")
        if self.source == "seeded":
            return SeededSource(sizes, rules, self.edits, self.unit, self.seed)
        return HandsetSource(sizes, rules, self.edits, self.unit)

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
        """The same choice, pointing at tokens and a head that exist."""
        return replace(
            self,
            query=min(self.query, n_tokens - 1),
            key=min(self.key, n_tokens - 1),
            head=min(self.head, self.n_heads - 1),
        )


_position = reading.whole(*LIMITS["query"])


def _positions(raw: object) -> tuple[int, ...]:
    return tuple(sorted({_position(position) for position in reading.sequence(raw)}))


READERS: dict[str, Reader] = {
    "sentence": reading.text(LONGEST_SENTENCE),
    "unit": reading.one_of(get_args(Unit)),
    "source": reading.one_of(get_args(SourceKind)),
    "scaled": reading.flag,
    "temperature": reading.number(*LIMITS["temperature"]),
    "mask": reading.one_of(MASKS),
    "padded": _positions,
    "positions": reading.one_of(tuple(ENCODINGS)),
    "rnn_kind": reading.one_of(get_args(RecurrentKind)),
    "rnn_gain": reading.number(*LIMITS["rnn_gain"]),
    "rnn_direction": reading.one_of(get_args(Direction)),
    "cnn_kernel": reading.whole(*LIMITS["cnn_kernel"], odd=True),
    "cnn_causal": reading.flag,
    "comparison": reading.one_of(get_args(Comparison)),
}
"""What makes a value usable, of each field but those that follow from the edited cells."""

READERS |= {name: reading.whole(*LIMITS[name]) for name in LIMITS if name not in READERS}
