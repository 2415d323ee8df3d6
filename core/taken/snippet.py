"""The ten lines of PyTorch that print what the page shows, with the page's numbers in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import assert_never

import numpy as np

from core.arrays import Array, BoolArray, IntArray
from core.ideas.buffet import Table
from core.ideas.crossing import SIZES, CrossSource, Words
from core.ideas.shuffling import OrderedHead, learned
from core.layer import Parameters, Rules
from core.masks import MaskRule
from core.positions import ENCODINGS

MOST_LINES = 10
"""Lines of code; imports, the printing set-up and data apart."""

_SETUP = ("import torch", "torch.set_printoptions(sci_mode=False, threshold=10**6)")

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
    "q": "(1, nutrient), the wish",
    "k": "(dish, nutrient), the labels",
    "v": "(dish, nutrient), the food",
    "p": "(position, d_model)",
    "places": "which word stands first, second, ...",
}

Data = Mapping[str, Array | BoolArray | IntArray]


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


def serving_snippet(goal: Array, table: Table) -> str:
    """The same for the buffet: weights and plate of one wish.

    Args:
        goal: ``(nutrient,)``, the query.
        table: Keys and values.
    """
    code = (
        f"scores = q @ k.mT / {len(goal)}**0.5",
        "weights = scores.softmax(-1)",
        'print(weights, weights @ v, sep="\\n")',
    )
    return parts({"q": goal[None], "k": table.labels, "v": table.contents}, code)


def shuffling_snippet(head: OrderedHead, places: Sequence[int]) -> str:
    """The same for one head whose words change places: outputs before, after, and the difference.

    Args:
        head: All heads' numbers are written; ALiBi's slopes depend on how many there are.
        places: Which word stands first, second, ...
    """
    it, encoding = head.parameters, ENCODINGS.get(head.order)
    data: dict[str, Array | IntArray] = {
        name: getattr(it, name) for name in ("x", "w_q", "w_k", "w_v")
    }
    for name, numbers in (encoding.data if encoding else {}).items():
        data[name] = numbers(len(it.w_q)).numpy()[:, None, None]
    steps = [*_code(it, Rules(positions=head.order if encoding else "none"))]
    match head.order:
        case "learned":
            data["p"] = learned(len(it.x), it.x.shape[1], head.seed)
            steps.insert(0, "x = x + p")
        case "causal":
            hidden = "torch.ones_like(scores).triu(1).bool()"
            steps.append(f"scores = scores.masked_fill({hidden}, -torch.inf)")
    lines = [*"\n".join(steps).split("\n"), f"return (scores.softmax(-1) @ v)[{head.head}]"]
    code = (
        "def attend(x):",
        *(f"    {line}" for line in lines),
        "before, after = attend(x), attend(x[places])",
        'print(before, after, after[places.argsort()] - before, sep="\\n")',
    )
    return parts({**data, "places": np.array(places)}, code)


def parts(
    data: Data,
    code: Iterable[str],
    shapes: Mapping[str, str] = _SHAPES,
    setup: Sequence[str] = _SETUP,
) -> str:
    """Set-up, data and code, with empty lines between them.

    Args:
        data: What is written out, under the names that the code uses.
        code: Its lines.
        shapes: What is said beside the data of a name.
        setup: The first lines.
    """
    numbers = [
        f"{name} = {_tensor(it.reshape(-1, it.shape[-1]) if name == 'w_o' else it)}"
        f"  # {shapes.get(name, '(head, 1, 1)')}"
        for name, it in data.items()
    ]
    return "\n\n".join("\n".join(part) for part in (setup, numbers, code)) + "\n"


def _program(data: Data, code: Iterable[str], mask: BoolArray) -> str:
    """Set-up, data and code, of which the steps from the mask on are the same for all."""
    blind_rows = not mask.any(axis=1).all()
    end = [
        *([] if mask.all() else ["scores = scores.masked_fill(~mask, -torch.inf)"]),
        "weights = scores.softmax(-1)" + (".nan_to_num(0)" if blind_rows else ""),
        "output = weights @ v",
        'print(weights, output, output.transpose(0, 1).flatten(1) @ w_o, sep="\\n")',
    ]
    return parts(data if mask.all() else {**data, "mask": mask}, [*code, *end])


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


def _tensor(array: Array | BoolArray | IntArray) -> str:
    return f"torch.tensor({_nested(array)})"


def _nested(array: Array | BoolArray | IntArray) -> str:
    """As nested lists, each number as short as it can be without losing a bit."""
    return str(array.astype(str).tolist()).replace("'", "")
