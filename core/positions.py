"""Ways of telling attention where a token stands.

Sources: Vaswani et al. 2017, section 3.5 (sinusoidal); Su et al., RoFormer, 2021, section 3.2
(RoPE); Press et al., Train Short, Test Long, 2022, section 3 (ALiBi).
"""

import math
from typing import Literal

import torch
from torch import Tensor

Positions = Literal["none", "sinusoidal", "rope", "alibi"]


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
    """How fast each head's scores fall with distance.

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
    """What ALiBi adds to the scaled scores: minus slope times distance, to both sides.

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
