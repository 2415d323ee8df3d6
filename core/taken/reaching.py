"""A program that measures how far three architectures see, with the numbers of one draw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core import embeddings
from core.arrays import Array, BoolArray, IntArray
from core.cnn import ConvolutionSettings, ConvolutionStack, margin
from core.ideas.reach import WIDTH, AttentionStack, layers_of
from core.rnn import LAYERS, RecurrentLayer, RecurrentSettings
from core.taken.snippet import parts

_SETUP = (
    "import torch",
    "torch.set_default_dtype(torch.float64)",
    "torch.set_printoptions(precision=3, sci_mode=True, threshold=10**6)",
)

_SHAPES = {
    "x": "(token, d_model)",
    "layers": "(layer, matrix, d_model, d_model): W_Q, W_K, W_V, W_O",
    "mask": "(query, key), True = may look",
    "weight_ih_l0": "what is read into the state",
    "weight_hh_l0": "what is kept of it",
    "weight_ih_l0_reverse": "the same from the end",
    "weight_hh_l0_reverse": "and what is kept of that",
    "kernels": "(layer, channel, d_in, kernel)",
    "dilations": "of every layer of convolutions",
}


@dataclass(frozen=True)
class Drawn:
    """One of the draws that the page about reach measures.

    Attributes:
        tokens: Names of the positions.
        seed: Of the draw.
        stack: Layers of attention.
        recurrent: The recurrent layer.
        convolution: The stack of convolutions.
    """

    tokens: tuple[str, ...]
    seed: int
    stack: AttentionStack
    recurrent: RecurrentSettings
    convolution: ConvolutionSettings


def reaching_snippet(drawn: Drawn, output: int) -> str:
    """A program that needs torch alone and prints the shares of influence on an output.

    Args:
        drawn: Its numbers are written into the program as they are.
        output: The place whose row is printed, from 0.

    Returns:
        Set-up, data, and code: a function for each architecture, then the measurement.
    """
    mask = drawn.stack.rule.matrix(len(drawn.tokens))
    data = _data(drawn)
    names = [name for name in data if name.startswith("weight")]
    code = [*_attention(mask), *_recurrent(drawn.recurrent, names), *_convolutional(drawn)]
    end = (
        "for layer in attention, recurrent, convolutional:",
        "    felt = torch.func.jacrev(layer)(x).square().sum(dim=(1, 3)).sqrt()",
        "    share = felt / felt.sum(-1, keepdim=True)",
        f"    print(layer.__name__, share[{output}])",
    )
    return parts(data if mask.all() else {**data, "mask": mask}, [*code, *end], _SHAPES, _SETUP)


def _data(drawn: Drawn) -> dict[str, Array | BoolArray | IntArray]:
    layers = layers_of(drawn.tokens, drawn.stack.n_layers, drawn.seed)
    matrices = [[w[0] for w in (it.w_q, it.w_k, it.w_v, it.w_o)] for it in layers]
    recurrent = RecurrentLayer(WIDTH, replace(drawn.recurrent, seed=drawn.seed)).net
    stack = ConvolutionStack(WIDTH, replace(drawn.convolution, seed=drawn.seed))
    return {
        "x": embeddings.seeded(drawn.tokens, WIDTH, drawn.seed),
        "layers": np.array(matrices),
        **{name: w.numpy() for name, w in recurrent.named_parameters() if "weight" in name},
        "kernels": np.array([layer.get_parameter("weight").numpy() for layer in stack.layers]),
        "dilations": np.array(drawn.convolution.dilations),
    }


def _attention(mask: BoolArray) -> Sequence[str]:
    masked = "" if mask.all() else ".masked_fill(~mask, -torch.inf)"
    return (
        "def attention(x):",
        "    for w_q, w_k, w_v, w_o in layers:",
        f"        scores = (x @ w_q) @ (x @ w_k).mT / {WIDTH}**0.5",
        f"        x = scores{masked}.softmax(-1) @ x @ w_v @ w_o",
        "    return x",
    )


def _recurrent(settings: RecurrentSettings, names: Sequence[str]) -> Sequence[str]:
    both = ", bidirectional=True" if settings.direction == "both" else ""
    kind = LAYERS[settings.kind].__name__
    numbers = ", ".join(f'"{name}": {name}' for name in names)
    return (
        f"net = torch.nn.{kind}({WIDTH}, {settings.d_hidden}, bias=False{both})",
        f"net.requires_grad_(False).load_state_dict({{{numbers}}})",
        "def recurrent(x):",
        "    return net(x)[0]",
    )


def _convolutional(drawn: Drawn) -> Sequence[str]:
    before, behind = margin(drawn.convolution.kernel, 1, drawn.convolution.causal)
    return (
        "def convolutional(x):",
        "    for index, (w, step) in enumerate(zip(kernels, dilations.tolist())):",
        "        x = x.tanh() if index else x",
        f"        x = torch.nn.functional.pad(x.mT, ({before} * step, {behind} * step))",
        "        x = torch.nn.functional.conv1d(x, w, dilation=step).mT",
        "    return x",
    )
