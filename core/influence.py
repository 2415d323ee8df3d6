"""Measurement: how much every output changes when an input changes a little.

The effective receptive field of Luo et al., Understanding the Effective Receptive Field in Deep
Convolutional Neural Networks, 2016, section 2, taken for any layer.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.trace import Array

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Influence:
    """Theory and measurement together, so that they can contradict each other.

    Attributes:
        reach: ``(output, input)``, ``True`` = theory lets the input change the output.
        strength: ``(output, input)``, how much it does; at least 0, not normalised.
    """

    reach: BoolArray
    strength: Array

    def __post_init__(self) -> None:
        """Check measurement against theory.

        Raises:
            ValueError: If the shapes differ, a strength is no length, or something is felt that
                is out of reach.
        """
        if self.reach.shape != self.strength.shape:
            raise ValueError(
                f"reach has shape {self.reach.shape} and strength {self.strength.shape}"
            )
        if not (np.isfinite(self.strength) & (self.strength >= 0)).all():
            raise ValueError("strength must be finite and at least 0")
        beyond = np.argwhere((self.strength > 0) & ~self.reach)
        if len(beyond):
            i, j = beyond[0]
            raise ValueError(f"output {i} feels input {j}, which should be out of reach")

    @property
    def share(self) -> Array:
        """``(output, input)``: strength over its row's sum; rows sum to 1, or are 0."""
        total = self.strength.sum(axis=-1, keepdims=True)
        return np.divide(self.strength, total, out=np.zeros_like(self.strength), where=total > 0)


def influence(layer: Callable[[Tensor], Tensor], x: Tensor, reach: BoolArray) -> Influence:
    """Measure a layer on a sentence by automatic differentiation: exact, not finite differences.

    Args:
        layer: Maps ``(token, d_in)`` to ``(token, d_out)``.
        x: ``(token, d_in)``. float64 keeps very small and very large influences apart from noise.
        reach: ``(output, input)``, what theory allows.

    Returns:
        ``strength[i, j]`` is the Frobenius norm of ∂output_i/∂input_j.

    Raises:
        ValueError: If something is felt that is out of reach.
    """
    with torch.enable_grad():
        jacobian = torch.func.jacrev(layer)(x.detach())  # (output, d_out, input, d_in)
    strength = torch.linalg.vector_norm(jacobian, dim=(1, 3))  # (output, input)
    return Influence(reach, strength.detach().numpy())
