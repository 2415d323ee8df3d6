"""Table 1 of "Attention Is All You Need" with numbers put in: by formula, and by torch's counter.

Source: Vaswani et al., Attention Is All You Need, 2017, section 4, table 1.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, NamedTuple, assert_never

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.nn.functional import pad
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from core.attention import multi_head_attention, scaled_dot_product_attention
from core.cnn import ConvolutionSettings, ConvolutionStack
from core.complexity import operations
from core.receptive_field import receptive_field
from core.rnn import RecurrentKind, RecurrentLayer, RecurrentSettings

Row = Literal["self_attention", "recurrent", "convolution", "restricted"]
ROWS: tuple[Row, ...] = ("self_attention", "recurrent", "convolution", "restricted")
"""The rows of the table."""

LARGEST_COUNTED = 1_000_000_000
"""Operations up to which a layer is run to be counted: it has to be run in full."""

MOST_STEPS = 1024
"""Tokens up to which a layer is run to be counted: a recurrent one takes them one by one."""

LARGEST_HELD = 2**24
"""Numbers that a layer keeps and has learned, up to which it is run at all."""

_MATRICES = {"rnn": 2, "gru": 6, "lstm": 8}  # of d × d


class Setting(NamedTuple):
    """Sizes of the layers and of their input.

    Attributes:
        n: Tokens, at least 2.
        d: Width of a token, in and out.
        k: The convolution's kernel, odd.
        r: Tokens that restricted self-attention looks at, itself included; odd.
        recurrent: Which recurrent layer.
        projections: Whether attention's W_Q, W_K, W_V and W_O count, which the table leaves out.
    """

    n: int
    d: int
    k: int = 3
    r: int = 9
    recurrent: RecurrentKind = "rnn"
    projections: bool = False


def formula(row: Row, setting: Setting) -> int:
    """Operations of one layer by formula; a multiply-add counts 2."""
    match row:
        case "recurrent":
            return operations(setting.recurrent, setting.n, setting.d)
        case "convolution":
            return operations("convolution", setting.n, setting.d, k=setting.k)
        case "restricted":
            work = operations(
                "restricted_self_attention", setting.n, setting.d, r=min(setting.r, setting.n)
            )
        case "self_attention":
            work = operations("self_attention", setting.n, setting.d)
        case unknown:
            assert_never(unknown)
    return work + (operations("projections", setting.n, setting.d) if setting.projections else 0)


def sequential(row: Row, setting: Setting) -> int:
    """Steps of one layer that have to wait for each other."""
    return setting.n if row == "recurrent" else 1


def kept(row: Row, setting: Setting) -> int:
    """Numbers that one layer keeps while it runs, besides its input and output.

    Attention is computed as written, with one head: a weight for every pair that it compares, and
    queries, keys and values if they are counted. A recurrent layer keeps its state.
    """
    if row == "convolution":
        return 0
    if row == "recurrent":
        return setting.d * (2 if setting.recurrent == "lstm" else 1)
    seen = setting.n if row == "self_attention" else min(setting.r, setting.n)
    return setting.n * (seen + 3 * setting.d * setting.projections)


def learned(row: Row, setting: Setting) -> int:
    """Numbers that one layer has to learn, without biases."""
    matrices = {"recurrent": _MATRICES[setting.recurrent], "convolution": setting.k}
    return matrices.get(row, 4 * setting.projections) * setting.d**2


def can_be_run(row: Row, setting: Setting) -> bool:
    """Whether the layer fits into the memory that a server has to spare."""
    return kept(row, setting) + learned(row, setting) <= LARGEST_HELD


def longest_path(row: Row, setting: Setting) -> int:
    """Steps until the last token has felt the first one: tokens if recurrent, layers otherwise.

    Windows end at their token, as in a language model. Convolutions are dilated by 1, k, k², ...
    from layer to layer, as the table has it.
    """
    if row == "self_attention":
        return 1
    if row == "recurrent":
        return setting.n
    if row == "restricted":
        return math.ceil((setting.n - 1) / (setting.r - 1))
    layers: list[tuple[int, int, int]] = []
    while receptive_field(layers) < setting.n:
        layers.append((setting.k, setting.k ** len(layers), 1))
    return len(layers)


def crossing(setting: Setting) -> int | None:
    """The length above which self-attention needs more operations than the recurrent layer.

    Returns:
        In tokens; d for the plain recurrent layer without projections. ``None`` if it needs more
        at any length.
    """
    n = (
        formula("recurrent", setting)
        - setting.projections * operations("projections", setting.n, setting.d)
    ) // (4 * setting.n * setting.d)
    return n if n > 0 else None


@lru_cache(maxsize=512)
def counted(row: Row, setting: Setting) -> int | None:
    """Operations as torch's counter sees them while the layer runs.

    Returns:
        ``None`` where the layer is too large to be run at every change.
    """
    if formula(row, setting) > LARGEST_COUNTED or setting.n > MOST_STEPS:
        return None
    if not can_be_run(row, setting):
        return None
    # In float32, torch runs an LSTM as one piece that its counter does not look into.
    return watched(runner(row, setting, torch.float64))


def watched(run: Callable[[], Tensor]) -> int:
    """Operations as torch's counter sees them while something runs."""
    with _Counter() as counter, torch.no_grad():
        run()
    return counter.total


def runner(row: Row, setting: Setting, dtype: torch.dtype = torch.float32) -> Callable[[], Tensor]:
    """The layer, ready to be run on a random sentence; which numbers it has costs nothing."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(setting.n, setting.d, generator=generator).to(dtype)
    if row == "recurrent":
        recurrent = RecurrentLayer(setting.d, RecurrentSettings(setting.recurrent, setting.d)).to(
            dtype
        )
        return lambda: recurrent(x)
    if row == "convolution":
        stack = ConvolutionStack(setting.d, ConvolutionSettings(setting.k, d_out=setting.d)).to(
            dtype
        )
        return lambda: stack(x)
    r = min(setting.r, setting.n)
    if not setting.projections:
        if row == "self_attention":
            return lambda: scaled_dot_product_attention(x, x, x).output
        return lambda: restricted_attention(x, x, x, r)
    w = (torch.randn(4, setting.d, setting.d, generator=generator) / setting.d**0.5).to(dtype)
    if row == "self_attention":
        return lambda: multi_head_attention(x, None, *w, n_heads=1).output
    return lambda: restricted_attention(x @ w[0], x @ w[1], x @ w[2], r) @ w[3]


def restricted_attention(q: Tensor, k: Tensor, v: Tensor, r: int) -> Tensor:
    """Self-attention in which every token looks at the r tokens around it, and computes no more.

    Args:
        q, k, v: ``(token, d)``.
        r: Itself included; with an even one the window has one token more before than behind.

    Returns:
        ``(token, d)``, as if all other scores had been masked.
    """
    n, d = q.shape
    margins = (0, 0, r // 2, (r - 1) // 2)
    keys, values = (pad(it, margins).unfold(0, r, 1) for it in (k, v))  # (token, d, r)
    inside = pad(torch.ones(n, 1), margins)[:, 0].unfold(0, r, 1) > 0  # (token, r)
    scores = torch.bmm(q[:, None] / d**0.5, keys)[:, 0]  # (token, r)
    weights = scores.masked_fill(~inside, -torch.inf).softmax(dim=-1)
    return torch.bmm(values, weights[..., None])[..., 0]  # (token, d)


class _Counter(TorchDispatchMode):
    """Torch's own formulas for whatever runs in this thread.

    `FlopCounterMode` applies the same ones, but loads torch's compiler for it (66 MB), and hooks
    into the modules of all other threads.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # else torch's compiler is loaded in order to be skipped

    def __torch_dispatch__(
        self,
        func: OpOverload,
        types: tuple[type, ...],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> object:
        found = func(*args, **(kwargs or {}))
        cost = flop_registry.get(func.overloadpacket)
        if cost:
            self.total += cost(*args, **(kwargs or {}), out_val=found)
        return found
