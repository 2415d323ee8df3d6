"""Measurement: how much every output changes when an input changes a little.

The effective receptive field of Luo et al., Understanding the Effective Receptive Field in Deep
Convolutional Neural Networks, 2016, section 2, taken for any layer.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array, BoolArray, freeze
from core.cnn import ConvolutionStack
from core.layer import Parameters, Rules, steps
from core.positions import rotate
from core.rnn import RecurrentLayer, StepDerivatives


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
        freeze(self)

    @property
    def share(self) -> Array:
        """``(output, input)``: strength over its row's sum; rows sum to 1, or are 0."""
        total = self.strength.sum(axis=-1, keepdims=True)
        return np.divide(self.strength, total, out=np.zeros_like(self.strength), where=total > 0)


def attention_influence(parameters: Parameters, rules: Rules, reach: BoolArray) -> Influence:
    """Measure an attention layer by its derivative in closed form.

    Output i depends on input j through its value, through its key (which changes i's scores), and,
    for j = i, through the query:
    ∂output_i/∂input_j = Σ_head w_ij (W_V W_O + scale · W_K q_i (v_j - o_i)ᵀ W_O) for j ≠ i.
    Its length is found from the products of these parts, which are smaller than the derivative.

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
    weights = run.weights  # (head, output, input)
    carried = w_v @ w_o  # (head, d_model, d_out): what a unit of weight passes on
    # What output i gains per unit of score ij, after W_O: (head, output, input, d_out).
    gain = weights[..., None] * ((run.v @ w_o)[:, None] - (run.heads @ w_o)[:, :, None])
    # How score ij moves with input j (through k_j): (head, output, input or 1, d_model).
    n = len(parameters.x)
    asked = run.q[:, :, None].expand(-1, -1, n if rules.positions == "rope" else 1, -1)
    by_key = scale * _unturned(asked, rules) @ w_k.mT[:, None]
    strength = _lengths(weights, carried, by_key, gain)
    own = torch.einsum("hii,hde->ide", weights, carried)
    own += torch.einsum("hid,hie->ide", _own(by_key), _own(gain))
    # And all scores of i with input i (through q_i), summed over keys: (head, d_out, output, d_k).
    asking = _unturned(torch.einsum("hjd,hije->heid", run.k, gain), rules)
    own += scale * torch.einsum("heid,hmd->ime", asking, w_q)
    strength.diagonal().copy_(torch.linalg.vector_norm(own, dim=(1, 2)))
    return Influence(reach, strength.numpy())


def _lengths(weights: Tensor, carried: Tensor, by_key: Tensor, gain: Tensor) -> Tensor:
    """``(output, input)``: the length of Σ_head (weight · carried + by_key gainᵀ)."""
    passed = torch.einsum("gijd,hde->ghije", by_key, carried)
    mixed = (weights[None, ..., None] * passed).sum(dim=1)  # (head, output, input, d_out)
    alike = torch.einsum("hde,gde->hg", carried, carried)
    squared = (torch.einsum("hg,gij->hij", alike, weights) * weights).sum(dim=0)
    squared += 2 * (mixed * gain).sum(dim=(0, 3))
    keys = torch.einsum("hijd,gijd->hgij", by_key, by_key)
    squared += (keys * torch.einsum("hije,gije->hgij", gain, gain)).sum(dim=(0, 1))
    return squared.clamp_(min=0).sqrt()


def _unturned(vectors: Tensor, rules: Rules) -> Tensor:
    """RoPE's turn taken back, by the position on the last axis but one: its derivative."""
    if rules.positions != "rope":
        return vectors
    return rotate(vectors, -torch.arange(vectors.shape[-2]), rules.base)


def _own(pairs: Tensor) -> Tensor:
    """``(head, output, input or 1, d)`` to ``(head, token, d)``: of each token with itself."""
    n = pairs.shape[1]
    return pairs.expand(-1, -1, n, -1).diagonal(dim1=1, dim2=2).mT


def recurrent_influence(layer: RecurrentLayer, x: Tensor, reach: BoolArray) -> Influence:
    """Measure a recurrent layer by the product of its steps' derivatives.

    Args:
        layer: One direction or both, in the dtype of ``x``.
        x: ``(token, d_in)``.
        reach: ``(output, input)``, what theory allows.

    Returns:
        ``strength[i, j]`` is the Frobenius norm of ∂output_i/∂input_j.

    Raises:
        ValueError: If something is felt that is out of reach.
    """
    width = layer.net.hidden_size
    strength = _remembered(layer.step_derivatives(x), width)
    if layer.net.bidirectional:
        behind = _remembered(layer.step_derivatives(x, backward=True), width)
        strength = torch.hypot(strength, behind.flip(0, 1))
    return Influence(reach, strength.numpy())


def _remembered(steps: StepDerivatives, width: int) -> Tensor:
    """``(output, input)`` in the order of reading; ``width`` numbers of the state are the output.

    A product of steps at a time: what is felt of all earlier inputs takes one step together.
    """
    n, state, d_in = steps.takes.shape
    felt = steps.takes.new_zeros(n, d_in, state)  # of each input, by the present state
    strength = felt.new_zeros(n, n)
    for i, (keeps, takes) in enumerate(zip(*steps, strict=True)):
        felt[:i] = felt[:i] @ keeps.mT
        felt[i] = takes.mT
        strength[i, : i + 1] = torch.linalg.vector_norm(felt[: i + 1, :, :width], dim=(1, 2))
    return strength


def convolution_influence(stack: ConvolutionStack, x: Tensor, reach: BoolArray) -> Influence:
    """Measure a stack of convolutions by passing derivatives through its layers.

    Args:
        stack: In the dtype of ``x``.
        x: ``(token, d_in)``.
        reach: ``(output, input)``, what theory allows.

    Returns:
        ``strength[i, j]`` is the Frobenius norm of ∂output_i/∂input_j.

    Raises:
        ValueError: If something is felt that is out of reach.
    """
    return Influence(reach, torch.linalg.vector_norm(stack.jacobian(x), dim=(2, 3)).numpy())


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
