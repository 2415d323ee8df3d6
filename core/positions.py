"""Ways of telling attention where a token stands: ``ENCODINGS``, and the functions in them.

Sources: Vaswani et al. 2017, section 3.5 (sinusoidal); Su et al., RoFormer, 2021, section 3.2
(RoPE); Press et al., Train Short, Test Long, 2022, section 3 (ALiBi).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True)
class Encoding:
    """A way of telling attention where tokens stand; at most one of the first three is given.

    Attributes:
        adds: (n, d_model) to ``(token, d_model)``, added to the words' vectors.
        turns: Queries or keys ``(..., token, d_k)``, positions ``(token,)`` or ``None`` for 0, 1,
            2, ..., and a base to the same vectors, each turned by its position: linear, lengths
            kept, taken back by negative positions.
        bias: (n_heads, n_query, n_key) to ``(head, query, key)``, added to the scaled scores.
        program: Lines of PyTorch that do it to ``x``, to ``q`` and ``k``, or to ``scores``, where
            ``{d_model}``, ``{d_k}`` and ``{base}`` stand for numbers.
        data: Numbers of each head that these lines need, by name: n_heads to ``(head,)``.
        in_pairs: Whether numbers are turned in pairs, so that d_k has to be even.
    """

    adds: Callable[[int, int], Tensor] | None = None
    turns: Callable[[Tensor, Tensor | None, float], Tensor] | None = None
    bias: Callable[[int, int, int], Tensor] | None = None
    program: str = ""
    data: Mapping[str, Callable[[int], Tensor]] = field(default_factory=dict)
    in_pairs: bool = False

    def fits(self, d_k: int) -> bool:
        """Tell whether queries and keys of this width can be encoded."""
        return d_k % 2 == 0 or not self.in_pairs


def sinusoidal(n: int, d_model: int, base: float = 10000.0) -> Tensor:
    """One vector per position, to be added to the embeddings.

    Args:
        n: Number of positions.
        d_model: Width. An odd width ends with a sine.
        base: Sets the wavelengths, in tokens: 2π · base^(2i/d_model), from 2π to below 2π · base.

    Returns:
        ``(n, d_model)`` float32: column 2i is sin(p / base^(2i/d_model)), column 2i+1 its cosine.

    Raises:
        ValueError: If ``n`` is negative or ``d_model`` below 1.
    """
    if n < 0 or d_model < 1:
        raise ValueError(f"need n >= 0 and d_model >= 1, got {n} and {d_model}")
    angles = _angles(torch.arange(n, dtype=torch.float64), d_model, base)  # (n, pair)
    waves = torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(-2)
    return waves[:, :d_model].float()


def rotate(x: Tensor, positions: Tensor | None = None, base: float = 10000.0) -> Tensor:
    """Rotary position embedding (RoPE): each pair of neighbours turned by its position's angle.

    Dot products of rotated queries and keys depend on positions through their difference only.

    Args:
        x: ``(..., n, d)`` with even ``d``; the pairs are (0, 1), (2, 3), ...
        positions: ``(n,)``. ``None`` means 0, 1, 2, ...
        base: Sets the wavelengths of the pairs, in tokens: 2π · base^(2i/d).

    Returns:
        ``(..., n, d)``; lengths of vectors are kept.

    Raises:
        ValueError: If ``d`` is odd, or ``positions`` has not ``n`` entries.
    """
    n, d = x.shape[-2:]
    if d % 2:
        raise ValueError(f"RoPE turns pairs of numbers, so the width must be even, got {d}")
    if positions is None:
        positions = torch.arange(n, device=x.device)
    if positions.shape != (n,):
        raise ValueError(f"positions must have shape ({n},), got {tuple(positions.shape)}")
    angles = _angles(positions.double(), d, base)  # (n, pair)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]  # (..., n, pair)
    turned = torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1)
    return turned.flatten(-2)


def alibi_slopes(n_heads: int) -> Tensor:
    """The speed at which each head's scores fall with distance.

    Args:
        n_heads: For a power of two, the slopes are 2^(-8/h), 2^(-16/h), ... Otherwise those of the
            next smaller power of two, then every other one of the next larger, as in the original.

    Returns:
        ``(n_heads,)`` float32, all positive.

    Raises:
        ValueError: If there is no head.
    """
    if n_heads < 1:
        raise ValueError(f"need at least one head, got {n_heads}")
    whole = 2 ** int(math.log2(n_heads))
    slopes = _geometric(whole) + _geometric(2 * whole)[0::2][: n_heads - whole]
    return torch.tensor(slopes)


def alibi_bias(n_heads: int, n_query: int, n_key: int) -> Tensor:
    """Minus slope times distance, to both sides, to be added to the scaled scores.

    Returns:
        ``(head, query, key)`` float32, 0 on the diagonal, negative elsewhere.
    """
    distance = (torch.arange(n_query)[:, None] - torch.arange(n_key)).abs()  # (query, key)
    return -alibi_slopes(n_heads)[:, None, None] * distance


def _angles(positions: Tensor, width: int, base: float) -> Tensor:
    pair = torch.arange(0, width, 2, dtype=torch.float64, device=positions.device)
    return positions[:, None] / base ** (pair / width)


def _geometric(n_heads: int) -> list[float]:
    return [2 ** (-8 * (head + 1) / n_heads) for head in range(n_heads)]


_SINUSOIDAL = """\
t = torch.arange(len(x))[:, None] / 10000 ** (torch.arange(0, {d_model}, 2).double() / {d_model})
x = x + torch.stack((t.sin(), t.cos()), -1).flatten(1)[:, :{d_model}].float()"""

_ROPE = """\
t = torch.arange(len(x))[:, None] / {base:g} ** (torch.arange(0, {d_k}, 2).double() / {d_k})
turn = torch.polar(torch.ones_like(t), t).to(torch.complex64)
q, k = (torch.view_as_complex(a.unflatten(2, (-1, 2))) * turn for a in (q, k))
q, k = torch.view_as_real(q).flatten(2), torch.view_as_real(k).flatten(2)"""

_ALIBI = """\
t = torch.arange(len(x))
scores = scores - slopes * (t[:, None] - t).abs()"""

ENCODINGS: Mapping[str, Encoding] = {
    "none": Encoding(),
    "sinusoidal": Encoding(adds=sinusoidal, program=_SINUSOIDAL),
    "rope": Encoding(turns=rotate, program=_ROPE, in_pairs=True),
    "alibi": Encoding(bias=alibi_bias, program=_ALIBI, data={"slopes": alibi_slopes}),
}
"""All of them, by name."""
