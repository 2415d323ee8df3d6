"""Questions about the RNN and the CNN that read the same sentence."""

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from core import architectures
from core.questions.explored import Explored
from core.questions.question import Kind, Name, Question, change, numbers, one
from core.receptive_field import convolution_field, recurrent_field
from core.rnn import Direction

_GAINS = (0.3, 0.6, 1.5, 2.0)
_LONGEST = 32  # words whose influence is measured anew for a question


def layers_needed(n: int, kernel: int, growth: int, causal: bool) -> int:
    """Count the convolutions until the last of ``n`` words can see the first one.

    Dilations are 1, growth, growth², ...; the kernel has to see more than one word.
    """
    dilations = [1]
    while not convolution_field(n, kernel, dilations, causal).reach[-1, 0]:
        dilations.append(dilations[-1] * growth)
    return len(dilations)


def layers(explored: Explored, draw: Generator) -> Question | None:
    """Ask: how deep must a CNN be until the last word can see the first one?"""
    if explored.convolution is None or explored.n < 4:
        return None
    kernel, growth, causal = one((3, 5, 7), draw), one((1, 2), draw), explored.convolution.causal
    found = layers_needed(explored.n, kernel, growth, causal)
    back = kernel - 1 if causal else kernel // 2
    return Question(
        "layers",
        {
            "n": str(explored.n),
            "kernel": str(kernel),
            "growth": str(growth),
            "side": Name("answer", "causal" if causal else "centred"),
        },
        *numbers(found, -(-explored.n // kernel), explored.n - 1, explored.n, 1),
        {"layers": str(found), "distance": str(explored.n - 1), "back": str(back)},
    )


def gain(explored: Explored, draw: Generator) -> Question | None:
    """Ask: does the last output feel the first word more when the memory grows at every step?"""
    settings = explored.recurrent
    if settings is None:
        return None
    then = one([gain for gain in _GAINS if gain != settings.gain], draw)
    if settings.kind != "rnn" or not 3 <= explored.n <= _LONGEST:
        return None
    both = (
        architectures.recurrent(explored.parameters.x, replace(settings, gain=gain)).influence
        for gain in (settings.gain, then)
    )
    shares = [influence.share[-1, 0] for influence in both]
    answer = change(*shares)
    if answer is None:
        return None
    return Question(
        "gain",
        {"now": f"{settings.gain:g}", "then": f"{then:g}", "first": explored.word(0)},
        *answer,
        {
            "last": explored.word(explored.n - 1),
            "before": f"{shares[0]:.2%}",
            "after": f"{shares[1]:.2%}",
        },
    )


def future(explored: Explored, draw: Generator) -> Question | None:
    """Ask: how many outputs of an RNN can feel a word?"""
    directions: tuple[Direction, ...] = ("forward", "both")
    direction, word = one(directions, draw), one(range(explored.n), draw)
    if explored.n < 3:
        return None
    count = int(np.sum(recurrent_field(explored.n, direction).reach[:, word]))
    return Question(
        "future",
        {
            "word": explored.word(word),
            "position": str(word + 1),
            "n": str(explored.n),
            "direction": Name("rnn_direction", direction),
        },
        *numbers(count, explored.n - word, word + 1, explored.n, 1),
        {"count": str(count)},
    )


KINDS: tuple[Kind, ...] = (layers, gain, future)
