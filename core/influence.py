"""Measurement: how much every output changes when an input changes a little.

The effective receptive field of Luo et al., Understanding the Effective Receptive Field in Deep
Convolutional Neural Networks, 2016, section 2, taken for any layer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array, BoolArray, freeze
from core.cnn import ConvolutionStack
from core.layer import Parameters, Rules, steps
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


class AttentionDerivative(NamedTuple):
    """The derivative of an attention layer in closed form, in parts smaller than all of it.

    Output i depends on input j through its value, through its key (which changes i's scores), and,
    for j = i, through the query:
    ∂output_i/∂input_j = Σ_head w_ij (W_V W_O + scale · W_K q_i (v_j - o_i)ᵀ W_O) for j ≠ i.

    Attributes:
        output: ``(output, d_out)``, of the layer.
        weights: ``(head, output, input)``.
        carried: ``(head, d_model, d_out)``: what a unit of weight passes on.
        by_key: ``(head, output, input or 1, d_model)``: score ij by input j, through its key.
        gain: ``(head, output, input, d_out)``: what output i gains per unit of score ij.
        own: ``(token, d_model, d_out)``: all of ∂output_i/∂input_i.
    """

    output: Tensor
    weights: Tensor
    carried: Tensor
    by_key: Tensor
    gain: Tensor
    own: Tensor

    def jacobian(self) -> Tensor:
        """``(output, d_out, input, d_model)``."""
        jacobian = torch.einsum("hij,hde->iejd", self.weights, self.carried)
        by_key = self.by_key.expand(-1, -1, self.weights.shape[2], -1)
        jacobian += torch.einsum("hije,hijd->iejd", self.gain, by_key)
        jacobian.diagonal(dim1=0, dim2=2).copy_(self.own.permute(2, 1, 0))
        return jacobian

    def lengths(self) -> Tensor:
        """``(output, input)``: the Frobenius norm of each ∂output_i/∂input_j."""
        weights, carried, by_key, gain = self.weights, self.carried, self.by_key, self.gain
        passed = torch.einsum("gijd,hde->ghije", by_key, carried)
        mixed = (weights[None, ..., None] * passed).sum(dim=1)  # (head, output, input, d_out)
        alike = torch.einsum("hde,gde->hg", carried, carried)
        squared = (torch.einsum("hg,gij->hij", alike, weights) * weights).sum(dim=0)
        squared += 2 * (mixed * gain).sum(dim=(0, 3))
        keys = torch.einsum("hijd,gijd->hgij", by_key, by_key)
        squared += (keys * torch.einsum("hije,gije->hgij", gain, gain)).sum(dim=(0, 1))
        lengths = squared.clamp_(min=0).sqrt()
        lengths.diagonal().copy_(torch.linalg.vector_norm(self.own, dim=(1, 2)))
        return lengths


def attention_derivative(x: Tensor, parameters: Parameters, rules: Rules) -> AttentionDerivative:
    """Derive an attention layer by its input.

    Args:
        x: ``(token, d_model)``, where the derivative is taken.
        parameters: Of the layer; everything but ``x`` is used.
        rules: How the layer computes.
    """
    run = steps(x, parameters, rules)
    w_q, w_k, w_v, w_o = (
        torch.from_numpy(w).to(x.dtype)
        for w in (parameters.w_q, parameters.w_k, parameters.w_v, parameters.w_o)
    )
    scale = rules.scale(run.q.shape[-1])
    carried = w_v @ w_o
    gain = run.weights[..., None] * ((run.v @ w_o)[:, None] - (run.heads @ w_o)[:, :, None])
    asked = run.q[:, :, None].expand(-1, -1, len(x) if rules.encoding.turns else 1, -1)
    by_key = scale * _unturned(asked, rules) @ w_k.mT[:, None]
    own = torch.einsum("hii,hde->ide", run.weights, carried)
    own += torch.einsum("hid,hie->ide", _own(by_key), _own(gain))
    # And all scores of i with input i (through q_i), summed over keys: (head, d_out, output, d_k).
    asking = _unturned(torch.einsum("hjd,hije->heid", run.k, gain), rules)
    own += scale * torch.einsum("heid,hmd->ime", asking, w_q)
    return AttentionDerivative(run.output, run.weights, carried, by_key, gain, own)


def attention_influence(parameters: Parameters, rules: Rules, reach: BoolArray) -> Influence:
    """Measure an attention layer by its derivative in closed form, computed in float64.

    Args:
        parameters: Of the layer; ``x`` is where the derivative is taken.
        rules: How the layer computes.
        reach: ``(output, input)``, what theory allows.

    Returns:
        ``strength[i, j]`` is the Frobenius norm of ∂output_i/∂input_j.

    Raises:
        ValueError: If something is felt that is out of reach.
    """
    x = torch.from_numpy(parameters.x).double()
    return Influence(reach, attention_derivative(x, parameters, rules).lengths().numpy())


def _unturned(vectors: Tensor, rules: Rules) -> Tensor:
    """Take back an encoding's turn by the position on the last axis but one: its derivative."""
    turns = rules.encoding.turns
    return turns(vectors, -torch.arange(vectors.shape[-2]), rules.base) if turns else vectors


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
