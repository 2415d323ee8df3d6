"""Mistakes of popular explanations about attention's neighbours and its cost, measured.

Each function is given the choice that a page is opened with: the page shows the same numbers.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np

from core import architectures
from core.claims.layer import words
from core.ideas import reach
from core.ideas.cost import Setting, formula, longest_path
from core.reader.explore import Choice
from core.reader.ideas import ReachChoice
from core.receptive_field import receptive_field


class Memory(NamedTuple):
    """Shares of all that an RNN's last output feels, and the steps to the first word.

    Attributes:
        first: Of the first word.
        last: Of the last word.
        steps: From the last output to the first word through the RNN.
        direct: The same through attention.
    """

    first: float
    last: float
    steps: int
    direct: int


class Window(NamedTuple):
    """Words that one output of a convolutional stack sees.

    Attributes:
        one: Words that one layer sees.
        dilated: Words that as many layers see with dilations 1, 2, 4, ...
        stacked: Words that the stack sees.
        near: Share of what is felt that comes from the words that one layer sees.
        even: What that share would be if all words that are seen counted alike.
    """

    one: int
    dilated: int
    stacked: int
    near: float
    even: float


class Work(NamedTuple):
    """Self-attention beside a recurrent layer.

    Attributes:
        scores: How many attention computes.
        attention: Its operations.
        recurrent: The other's.
        path: Steps from the last word to the first through attention.
        recurrent_path: The same through the other.
    """

    scores: int
    attention: int
    recurrent: int
    path: int
    recurrent_path: int


def memory(choice: Choice) -> Memory:
    """An RNN beside attention, at the end of the sentence."""
    parameters = choice.layer_source.parameters(words(choice))
    recurrent = architectures.recurrent(parameters.x, choice.recurrent)
    direct = architectures.attention(parameters, choice.layer_source.rules).field.path[-1, 0]
    share = recurrent.influence.share[-1]
    steps = int(recurrent.field.path[-1, 0])
    return Memory(float(share[0]), float(share[-1]), steps, int(direct))


@cache
def fading() -> Mapping[str, float]:
    """What the last output feels of the first input, with the settings of the page on reach.

    Returns:
        Shares of all influence, means over its seeds: the plain RNN with the page's ``gain``, with
        a gain of 1 (``kept``), ``lstm`` and ``gru``.
    """
    choice = ReachChoice()
    tokens = tuple(str(i + 1) for i in range(choice.reach_n))
    variants = {
        "gain": choice,
        "kept": replace(choice, reach_gain=1.0),
        "lstm": replace(choice, reach_kind="lstm"),
        "gru": replace(choice, reach_kind="gru"),
    }
    found = {
        name: reach.recurrent(tokens, it.recurrent, choice.reach_seed)
        for name, it in variants.items()
    }
    return {name: float(it.mean[-1, 0]) for name, it in found.items()}


def window(choice: Choice) -> Window:
    """A stack of convolutions: what it can see, and what it feels, at the asking word."""
    x, settings = choice.layer_source.parameters(words(choice)).x, choice.convolution
    seen = architectures.convolutional(x, settings)
    reach, share = seen.field.reach[choice.query], seen.influence.share[choice.query]
    near = np.abs(np.arange(len(x)) - choice.query) <= settings.kernel // 2
    layers, dilated = range(choice.cnn_layers), [2**i for i in range(choice.cnn_layers)]
    one, stacked, wide = (
        receptive_field([(settings.kernel, dilation, 1) for dilation in dilations])
        for dilations in ([1], [1 for _ in layers], dilated)
    )
    return Window(one, wide, stacked, float(share[near].sum()), float(near.sum() / reach.sum()))


def work(setting: Setting) -> Work:
    """Attention beside a recurrent layer."""
    attention, recurrent = formula("self_attention", setting), formula("recurrent", setting)
    paths = longest_path("self_attention", setting), longest_path("recurrent", setting)
    return Work(setting.n**2, attention, recurrent, *paths)
