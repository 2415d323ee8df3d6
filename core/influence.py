"""Measurement: how much every output changes when an input changes a little.

The effective receptive field of Luo et al., Understanding the Effective Receptive Field in Deep
Convolutional Neural Networks, 2016, section 2, taken for any layer.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array, BoolArray
from core.layer import Parameters, Rules, steps
from core.positions import rotate


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


def attention_influence(parameters: Parameters, rules: Rules, reach: BoolArray) -> Influence:
    """Measure an attention layer by its derivative in closed form.

    Output i depends on input j through its value, through its key (which changes i's scores), and,
    for j = i, through the query. ``influence`` gives the same numbers, slowly.

    Args:
        parameters: Of the layer; ``x`` is where the derivative is taken.
        rules: How the layer computes.
        reach: ``(output, input)``, what theory allows.

    Returns:
        ``strength[i, j]`` is the Frobenius norm of ∂output_i/∂input_j, computed in float64.

    Raises:
        ValueError: If something is felt that is out of reach.
    """
    run = steps(torch.from_numpy(parameters.x).double(), parameters, rules)
    w_q, w_k, w_v, w_o = (
        torch.from_numpy(w).double()
        for w in (parameters.w_q, parameters.w_k, parameters.w_v, parameters.w_o)
    )
    scale = rules.scale(run.q.shape[-1])
    n = len(parameters.x)
    carried = w_v @ w_o  # (head, d_model, d_out): what a unit of weight passes on
    strength = np.zeros((n, n))
    for i in range(n):
        weights = run.weights[:, i]  # (head, key)
        # What output i gains per unit of score: w_ij (v_j - o_i), after W_O.
        gain = (weights[..., None] * (run.v - run.heads[:, i : i + 1])) @ w_o  # (head, key, d_out)
        # How score ij moves with input j (through k_j) and with input i (through q_i).
        by_key = scale * _unturned(run.q[:, i : i + 1].expand_as(run.k), rules) @ w_k.mT
        by_query = scale * _unturned(run.k, rules, i) @ w_q.mT  # (head, key, d_model)
        jacobian = torch.einsum("hj,hde->jde", weights, carried)
        jacobian += torch.einsum("hjd,hje->jde", by_key, gain)
        jacobian[i] += torch.einsum("hjd,hje->de", by_query, gain)
        strength[i] = torch.linalg.vector_norm(jacobian, dim=(1, 2)).numpy()
    return Influence(reach, strength)


def _unturned(vectors: Tensor, rules: Rules, position: int | None = None) -> Tensor:
    """RoPE's turn taken back, of each vector's own position or of a given one: its derivative."""
    if rules.positions != "rope":
        return vectors
    n = vectors.shape[-2]
    places = torch.arange(n) if position is None else torch.full((n,), position)
    return rotate(vectors, -places)


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
    # torch.autograd.functional.jacobian needs 35 MB less, and two to eight times as long.
    with torch.enable_grad():
        jacobian = torch.func.jacrev(layer)(x.detach())  # (output, d_out, input, d_in)
    strength = torch.linalg.vector_norm(jacobian, dim=(1, 3))  # (output, input)
    return Influence(reach, strength.detach().numpy())
