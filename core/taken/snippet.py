"""The ten lines of PyTorch that print what the page shows, with the page's numbers in them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from core.arrays import Array, BoolArray
from core.ideas.crossing import SIZES, CrossSource, Words
from core.layer import Parameters, Rules
from core.masks import MaskRule

MOST_LINES = 10
"""Lines of code; imports, the printing set-up and data apart."""

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
    "b": "(head, distance)",
    "mask": "(query, key), True = may look",
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
    data: dict[str, Array | BoolArray] = {
        name: getattr(parameters, name) for name in ("x", "w_q", "w_k", "w_v", "w_o")
    }
    for name, numbers in rules.encoding.data.items():
        data[name] = numbers(len(parameters.w_q)).numpy()[:, None, None]
    if parameters.b_distance.size:
        data["b"] = parameters.b_distance[:, 0]
    return _program(data, _code(parameters, rules), mask)


def crossing_snippet(source: CrossSource, asking: Words, answering: Words) -> str:
    """The same for two sentences, one of which asks the other, or for one that asks itself.

    Args:
        source: The layer.
        asking: Where the queries come from.
        answering: Where keys and values come from.
    """
    data, is_self = source.parameters(asking, answering), asking == answering
    if is_self:
        del data["context"]
    rule = MaskRule("causal" if is_self and source.is_causal else "none")
    code = [*(["context = x"] if is_self else []), *_crossing_code(source)]
    return _program(data, code, rule.matrix(len(asking)))


def _program(data: Mapping[str, Array | BoolArray], code: Iterable[str], mask: BoolArray) -> str:
    """Set-up, data and code, of which the steps from the mask on are the same for all."""
    setup = ["import torch", "torch.set_printoptions(sci_mode=False, threshold=10**6)"]
    written = dict(data) if mask.all() else {**data, "mask": mask}
    numbers = [
        f"{name} = {_tensor(it.reshape(-1, it.shape[-1]) if name == 'w_o' else it)}"
        f"  # {_SHAPES.get(name, '(head, 1, 1)')}"
        for name, it in written.items()
    ]
    blind_rows = not mask.any(axis=1).all()
    end = [
        *([] if mask.all() else ["scores = scores.masked_fill(~mask, -torch.inf)"]),
        "weights = scores.softmax(-1)" + (".nan_to_num(0)" if blind_rows else ""),
        "output = weights @ v",
        'print(weights, output, output.transpose(0, 1).flatten(1) @ w_o, sep="\\n")',
    ]
    return "\n\n".join("\n".join(part) for part in (setup, numbers, [*code, *end])) + "\n"


def _code(parameters: Parameters, rules: Rules) -> Iterator[str]:
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


def _crossing_code(source: CrossSource) -> Iterator[str]:
    match source.scoring:
        case "additive":
            yield "q, k, v = x @ w_1.mT, context @ w_2.mT, context @ w_v"
            yield "scores = ((q[:, None] + k).tanh() @ v_a)[None]"
        case "general":
            yield "q, k, v = x @ (w_q @ w_k.mT), context, context @ w_v"
            yield "scores = q @ k.mT"
        case "scaled":
            yield "q, k, v = x @ w_q, context @ w_k, context @ w_v"
            yield f"scores = q @ k.mT / {SIZES.d_k}**0.5"
        case "dot":
            yield "q, k, v = x[None], context, context @ w_v"
            yield "scores = q @ k.mT"
        case unknown:
            assert_never(unknown)


def _divisor(rules: Rules, d_k: int) -> str:
    root = f" / {d_k}**0.5" if rules.scaled else ""
    return root + (f" / {rules.temperature}" if rules.temperature != 1 else "")


def _tensor(array: Array | BoolArray) -> str:
    return f"torch.tensor({_nested(array)})"


def _nested(array: Array | BoolArray) -> str:
    """As nested lists, each number as short as it can be without losing a bit."""
    return str(array.astype(str).tolist()).replace("'", "")
