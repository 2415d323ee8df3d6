"""Attention of any model that asks transformers for it, recorded where it is computed.

Nothing here imports transformers: `core.models.opening` registers :func:`attend` with each model.
What a model does before and after attention is its own affair; the steps from its queries, keys and
values to its heads' outputs are gone through here in the open, and held against those of the
model's own function, layer by layer.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from core.arrays import Array
from core.attention import merge_heads, split_heads
from core.errors import InputError
from core.importance import Mixer
from core.trace import LayerTrace

NAME = "attention_lab"
"""What transformers calls :func:`attend`."""

OWN = "eager_attention_forward"
"""What transformers calls the attention that a family's own file has."""

TOLERANCE = 1e-5
"""How far recomputed weights may be from the model's own; outputs in units of the largest value."""

_STEP = 1 / 32
"""By how much of its size a module's input is made larger and smaller, for a slope."""

_OTHERS = ("key_value_states", "encoder_hidden_states")
"""What attention modules call the tokens of another text, whose keys and values they take."""


class Steps(NamedTuple):
    """What one layer computed.

    Attributes:
        module: The attention module.
        cross: Whether keys and values are those of another text.
        shared: How many heads share a key and a value.
        q: ``(head, query, d_k)``.
        k: ``(head, key, d_k)``; heads that share one each have their copy.
        v: ``(head, key, d_v)``, likewise.
        scale: Factor of the scores.
        cap: What the size of scores stays below, or ``None``.
        bias: Broadcasts to ``(head, query, key)``; -inf where a query may not look.
        sinks: ``(head,)``, scores of a place that is no key, or ``None``.
        scores: ``(head, query, key)``, scaled, before all else.
        weights: ``(head, query, key)``.
        heads: ``(head, query, d_v)``.
    """

    module: nn.Module
    cross: bool
    shared: int
    q: Tensor
    k: Tensor
    v: Tensor
    scale: float
    cap: float | None
    bias: Tensor
    sinks: Tensor | None
    scores: Tensor
    weights: Tensor
    heads: Tensor


class Output(NamedTuple):
    """W_O of a layer.

    Attributes:
        module: Takes the heads side by side.
        turned: Whether its matrix is ``(in, out)``, unlike that of ``nn.Linear``.
    """

    module: nn.Module
    turned: bool


@dataclass(frozen=True)
class HeadsOfOutput:
    """W_O head by head, asked of its module each time: where it is packed, a run does not hold it.

    Attributes:
        output: The module.
        n_heads: How many lie side by side.
    """

    output: Output
    n_heads: int

    def __getitem__(self, head: int | list[int], /) -> Array:
        """``(d_v, d_out)``, or ``(head, d_v, d_out)`` of several."""
        matrix: Any = self.output.module.weight
        turned = matrix.mT if self.output.turned else matrix  # (d_out, head * d_v)
        found = split_heads(turned, self.n_heads)[head].mT.numpy()
        found.flags.writeable = False  # it may be a view of a model that everybody uses
        return found


@dataclass
class Record:
    """A run that is going on.

    Attributes:
        layers: What was computed so far.
        slopes: One a layer: what keys and values grow by when the layer's input grows by its size.
        trying: Whether keys and values alone are asked for, of an input that is not the run's.
        cross: Whether the layer that is at work was given another text.
    """

    layers: list[Steps] = field(default_factory=list)
    slopes: list[tuple[Tensor, Tensor]] = field(default_factory=list)
    trying: bool = False
    cross: bool = False


class _Tried(Exception):  # noqa: N818 -- no error: what was asked for is found
    """Keys and values of an input that was only tried."""


_record: ContextVar[Record | None] = ContextVar("_record", default=None)


@contextmanager
def recording() -> Iterator[Record]:
    """Record what a model computes here; runs of other threads have their own records."""
    record = Record()
    token = _record.set(record)
    try:
        with torch.inference_mode():
            yield record
    finally:
        _record.reset(token)


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **rules: object,
) -> tuple[Tensor, Tensor]:
    """Attention as the model's own code has it; its steps go into the record of the run.

    Args:
        module: Of a file that has the function which computes attention otherwise.
        query: ``(1, head, query, d_k)``.
        key: ``(1, shared head, key, d_k)``.
        value: ``(1, shared head, key, d_v)``.
        attention_mask: Broadcasts to ``(1, head, query, key)``, added to the scores.
        rules: What else the layer asks for.

    Returns:
        ``(1, query, head, d_v)``, and weights ``(1, head, query, key)``.

    Raises:
        InputError: ``weights_disagree`` if what is recomputed is not what the model computed.
    """
    record = _record.get()
    if record is not None and record.trying:
        raise _Tried(key, value)
    own: Any = vars(sys.modules[type(module).__module__])[OWN]
    output, weights = own(module, query, key, value, attention_mask, **rules)
    if record is not None:
        given = query[0], key[0], value[0]
        steps = _steps(module, given, attention_mask, rules, cross=record.cross)
        _compare(steps, weights[0], output[0].transpose(0, 1))
        record.layers.append(steps)
    return output, weights


def _steps(
    module: nn.Module,
    given: tuple[Tensor, Tensor, Tensor],
    mask: Tensor | None,
    rules: Mapping[str, Any],
    *,
    cross: bool,
) -> Steps:
    q, k, v = given
    shared = len(q) // len(k)
    k, v = (it.repeat_interleave(shared, dim=0) for it in (k, v))
    scale, cap, sinks = (rules.get(name) for name in ("scaling", "softcap", "s_aux"))
    scale = q.shape[-1] ** -0.5 if scale is None else float(scale)
    # Scaled after the product, as models do: large scores are rounded in the same places.
    scores = q @ k.mT * scale
    bias = _bias(mask, rules.get("position_bias"), scores)
    biased = (scores if cap is None else torch.tanh(scores / cap) * cap) + bias
    weights = _weights(biased, sinks)
    heads = weights @ v
    return Steps(module, cross, shared, q, k, v, scale, cap, bias, sinks, scores, weights, heads)


def _bias(mask: Tensor | None, position: Tensor | None, scores: Tensor) -> Tensor:
    """What is added to the scores: models forbid by the smallest number there is, here -inf."""
    bias = scores.new_zeros(1, *scores.shape[1:])
    if position is not None:
        bias = bias + position[0]
    if mask is not None:
        forbidden = mask[0] <= torch.finfo(mask.dtype).min / 2
        bias = (bias + mask[0]).masked_fill(forbidden, -torch.inf)
    return bias


def _weights(biased: Tensor, sinks: Tensor | None) -> Tensor:
    """Softmax over the keys, and over a sink that takes its share and gives nothing."""
    if sinks is None:
        return biased.softmax(dim=-1)
    beside = sinks.reshape(-1, 1, 1).expand(*biased.shape[:-1], 1)
    return torch.cat((biased, beside), dim=-1).softmax(dim=-1)[..., :-1]


def _compare(steps: Steps, weights: Tensor, heads: Tensor) -> None:
    most = steps.v.abs().max().clamp(min=1)
    off = max((steps.weights - weights).abs().max(), (steps.heads - heads).abs().max() / most)
    if not off <= TOLERANCE:  # numbers that are none are no agreement
        kind = type(steps.module).__name__
        raise InputError("weights_disagree", name=kind, difference=f"{float(off):.1e}")


def watch(module: nn.Module) -> None:
    """Let an attention module tell records what it was given, and how keys and values grow."""
    module.register_forward_pre_hook(_given, with_kwargs=True)


def _given(module: nn.Module, args: tuple[Any, ...], named: dict[str, Any]) -> None:
    record = _record.get()
    if record is None or record.trying:
        return
    record.cross = any(named.get(name) is not None for name in _OTHERS)
    record.trying = True
    (more_k, more_v), (less_k, less_v) = (
        _tried(module, args, named, 1 + step) for step in (_STEP, -_STEP)
    )
    record.trying = False
    slopes = (more_k - less_k) / (2 * _STEP), (more_v - less_v) / (2 * _STEP)
    record.slopes.append(slopes)


def _tried(
    module: nn.Module, args: tuple[Any, ...], named: dict[str, Any], factor: float
) -> tuple[Tensor, Tensor]:
    """Keys and values ``(shared head, key, d)`` of an input that is larger by a factor."""
    args = (args[0] * factor, *args[1:]) if args else args
    larger = {
        name: named[name] * factor
        for name in ("hidden_states", *_OTHERS)
        if named.get(name) is not None
    }
    try:
        module(*args, **{**named, **larger})
    except _Tried as found:
        k, v = found.args
        return k[0], v[0]
    raise InputError("weights_disagree", name=type(module).__name__, difference="?")


@contextmanager
def finding(model: nn.Module, record: Record) -> Iterator[dict[nn.Module, Output]]:
    """Find W_O of each attention module that runs here: what takes the heads side by side.

    Args:
        model: Whose modules run.
        record: Of the run.

    Returns:
        By attention module; without those whose heads go elsewhere first.
    """
    found: dict[nn.Module, Output] = {}

    def look(module: nn.Module, args: tuple[Tensor, ...], output: object) -> None:
        if not record.layers or record.trying or not isinstance(output, Tensor):
            return
        last = record.layers[-1]
        heads = merge_heads(last.heads)
        if last.module in found or not args or args[0].shape[-2:] != heads.shape:
            return
        if torch.allclose(args[0][0], heads, rtol=0, atol=TOLERANCE):
            turned = _turned(module, args[0], output)
            if turned is not None:
                found[last.module] = Output(module, turned)

    leaves = [it for it in model.modules() if not [*it.children()]]
    hooks = [it.register_forward_hook(look) for it in leaves]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def _turned(module: nn.Module, x: Tensor, output: Tensor) -> bool | None:
    """How the matrix lies by which a module maps its input; ``None`` if it does not."""
    matrix, added = getattr(module, "weight", None), getattr(module, "bias", None)
    if not isinstance(matrix, Tensor) or matrix.ndim != 2:
        return None
    for turned, w in ((False, matrix), (True, matrix.mT)):
        fits = w.shape == (output.shape[-1], x.shape[-1])
        if fits and torch.allclose(linear(x, w, added), output, rtol=1e-4, atol=1e-4):
            return turned
    return None


def layer_of(
    steps: Steps, slopes: tuple[Tensor, Tensor], output: Output | None
) -> tuple[LayerTrace, Mixer | None]:
    """A layer's record and its other parameters, these only where W_O is known."""
    beside = merge_heads(steps.heads)  # (query, head * d_v)
    mixed = beside if output is None else output.module(beside[None])[0]
    q, k, v, scores, weights, heads, bias = (
        it.numpy()
        for it in (
            *(steps.q, steps.k, steps.v, steps.scores, steps.weights, steps.heads),
            steps.bias.expand_as(steps.scores),
        )
    )
    trace = LayerTrace(
        *(q, k, v, scores, bias, weights, heads, mixed.numpy()),
        scale=steps.scale,
        cap=steps.cap,
        sinks=None if steps.sinks is None else steps.sinks.numpy(),
        shared=steps.shared,
    )
    if output is None:
        return trace, None
    grown_k, grown_v = (it.repeat_interleave(steps.shared, dim=0).numpy() for it in slopes)
    return trace, Mixer(HeadsOfOutput(output, len(q)), k - grown_k, v - grown_v)
