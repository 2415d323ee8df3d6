"""The ten lines of PyTorch that print what the page shows, with the page's numbers in them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from core.arrays import Array, BoolArray
from core.ideas.crossing import CrossSource, Words
from core.layer import Parameters, Rules
from core.masks import MaskRule

MOST_LINES = 10
"""Lines of code; imports, the printing set-up and data apart."""

_PRINT = 'print(weights, output, output.transpose(0, 1).flatten(1) @ w_o, sep="\\n")'
_SHAPES = {
    "x": "(query, d_model)",
    "context": "(key, d_model)",
    "w_q": "(head, d_model, d_k)",
    "w_k": "(head, d_model, d_k)",
    "w_1": "(d_a, d_model)",
    "w_2": "(d_a, d_model)",
    "v_a": "(d_a,)",
    "w_v": "(head, d_model, d_v)",
    "w_o": "(head * d_v, d_model)",
}


def snippet(parameters: Parameters, rules: Rules) -> str:
    """A program that needs torch alone and prints the weights and outputs of every head.

    Args:
        parameters: Written into the program as they are, edits included.
        rules: Become the lines of code; steps that change nothing are left out.

    Returns:
        Set-up, data, and at most ``MOST_LINES`` lines of code, with empty lines between them;
        RoPE and ``b_distance`` together take up to two more.
    """
    mask = rules.mask.matrix(len(parameters.x))
    return _program(_data(parameters, rules, mask), _code(parameters, rules, mask))


def crossing_snippet(source: CrossSource, asking: Words, answering: Words) -> str:
    """The same for two sentences, one of which asks the other, or for one that asks itself.

    Args:
        source: The layer.
        asking: Where the queries come from.
        answering: Where keys and values come from.
    """
    parameters = source.parameters(asking, answering)
    is_self = asking == answering
    mask = MaskRule("causal").matrix(len(asking)) if is_self and source.is_causal else None
    data = _crossing_data(parameters, mask, is_self=is_self)
    return _program(data, _crossing_code(source, parameters, mask, is_self=is_self))


def _program(data: Iterable[str], code: Iterable[str]) -> str:
    setup = ["import torch", "torch.set_printoptions(sci_mode=False, threshold=10**6)"]
    return "\n\n".join("\n".join(part) for part in (setup, data, code)) + "\n"


def _data(parameters: Parameters, rules: Rules, mask: BoolArray) -> Iterator[str]:
    yield f"x = {_tensor(parameters.x)}  # (token, d_model)"
    yield f"w_q = {_tensor(parameters.w_q)}  # (head, d_model, d_k)"
    yield f"w_k = {_tensor(parameters.w_k)}  # (head, d_model, d_k)"
    yield f"w_v = {_tensor(parameters.w_v)}  # (head, d_model, d_v)"
    stacked = parameters.w_o.reshape(-1, parameters.w_o.shape[-1])
    yield f"w_o = {_tensor(stacked)}  # (head * d_v, d_model)"
    for name, numbers in rules.encoding.data.items():
        of_heads = numbers(len(parameters.w_q)).numpy()[:, None, None]
        yield f"{name} = {_tensor(of_heads)}  # (head, 1, 1)"
    if parameters.b_distance.size:
        yield f"b = {_tensor(parameters.b_distance[:, 0])}  # (head, distance)"
    if not mask.all():
        yield f"mask = {_tensor(mask)}  # (query, key), True = may look"


def _code(parameters: Parameters, rules: Rules, mask: BoolArray) -> Iterator[str]:
    d_model, d_k = parameters.w_q.shape[1:]
    encoding = rules.encoding
    encoded = encoding.program.format(d_model=d_model, d_k=d_k, base=rules.base)
    if encoding.adds:
        yield encoded
    yield "q, k, v = x @ w_q, x @ w_k, x @ w_v"
    if encoding.turns:
        yield encoded
    yield f"scores = q @ k.mT{_divisor(rules, d_k)}"
    if encoding.bias:
        yield encoded
    if parameters.b_distance.size:
        yield "t = torch.arange(len(x))"
        yield "scores = scores + b[:, (t[:, None] - t).clamp(min=0)]"
    if not mask.all():
        yield "scores = scores.masked_fill(~mask, -torch.inf)"
    blind_rows = not mask.any(axis=1).all()
    yield "weights = scores.softmax(-1)" + (".nan_to_num(0)" if blind_rows else "")
    yield "output = weights @ v"
    yield _PRINT


def _crossing_data(
    parameters: Mapping[str, Array], mask: BoolArray | None, *, is_self: bool
) -> Iterator[str]:
    for name, matrix in parameters.items():
        if name == "w_o":
            matrix = matrix.reshape(-1, matrix.shape[-1])
        if not (is_self and name == "context"):
            yield f"{name} = {_tensor(matrix)}  # {_SHAPES[name]}"
    if mask is not None:
        yield f"mask = {_tensor(mask)}  # (query, key), True = may look"


def _crossing_code(
    source: CrossSource,
    parameters: Mapping[str, Array],
    mask: BoolArray | None,
    *,
    is_self: bool,
) -> Iterator[str]:
    if is_self:
        yield "context = x"
    match source.scoring:
        case "additive":
            yield "q, k, v = x @ w_1.mT, context @ w_2.mT, context @ w_v"
            yield "scores = ((q[:, None] + k).tanh() @ v_a)[None]"
        case "general":
            yield "q, k, v = x @ (w_q @ w_k.mT), context, context @ w_v"
            yield "scores = q @ k.mT"
        case "scaled":
            yield "q, k, v = x @ w_q, context @ w_k, context @ w_v"
            yield f"scores = q @ k.mT / {parameters['w_q'].shape[-1]}**0.5"
        case "dot":
            yield "q, k, v = x[None], context, context @ w_v"
            yield "scores = q @ k.mT"
        case unknown:
            assert_never(unknown)
    if mask is not None:
        yield "scores = scores.masked_fill(~mask, -torch.inf)"
    yield "weights = scores.softmax(-1)"
    yield "output = weights @ v"
    yield _PRINT


def _divisor(rules: Rules, d_k: int) -> str:
    root = f" / {d_k}**0.5" if rules.scaled else ""
    return root + (f" / {rules.temperature}" if rules.temperature != 1 else "")


def _tensor(array: Array | BoolArray) -> str:
    return f"torch.tensor({_nested(array)})"


def _nested(array: Array | BoolArray) -> str:
    """As nested lists, each number as short as it can be without losing a bit."""
    if array.ndim == 0:
        return str(array)
    return f"[{', '.join(_nested(row) for row in array)}]"
