"""Questions about reach and about what can be learned: every answer counted again by walking."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.cnn import ConvolutionSettings
from core.ideas.reach import MASKS, AttentionStack
from core.masks import MaskRule
from core.questions import reach, training
from core.questions.question import Kind, Question
from core.questions.reach import Reached
from core.questions.training import Trained
from core.reader.recall import RecallChoice
from core.reader.training import DISTANCES, FIELDS
from core.recall.codes import codes_of
from core.recall.files import load
from core.recall.readers import READERS
from core.training.tasks import Task
from tests.core.formulas import LOOKS
from tests.core.questions.oracle import answered, listed, name

reached = st.builds(
    Reached,
    n=st.integers(2, 40),
    stack=st.builds(
        AttentionStack,
        rule=st.builds(
            MaskRule,
            kind=st.sampled_from(MASKS),
            width=st.integers(1, 4),
            step=st.integers(2, 4),
            n_global=st.integers(1, 3),
        ),
        n_layers=st.integers(1, 3),
    ),
    direction=st.sampled_from(["forward", "both"]),
    convolution=st.builds(
        ConvolutionSettings,
        kernel=st.sampled_from([1, 3, 5]),
        dilations=st.sampled_from([(1,), (1, 1), (1, 2, 4), (1, 3, 9)]),
        causal=st.booleans(),
    ),
    words=st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=20).map(tuple),
    remembering=st.just(("attention", "gru-16", "cnn-3")),
)
trained = st.builds(
    Trained,
    task=st.builds(
        Task,
        kind=st.sampled_from(["recall", "pairs", "parity"]),
        length=st.integers(8, 32).map(lambda half: 2 * half),
        symbols=st.integers(2, 16),
        farthest=st.sampled_from(DISTANCES),
    ),
    field=st.sampled_from(FIELDS),
    fields=st.just(FIELDS),
)


def number(value: object) -> int:
    return int(str(value).replace(",", ""))


def walked(n: int, start: int, neighbours: Callable[[int], list[int]], most: int) -> dict[int, int]:
    """From an output down through layers: which inputs it meets, and after how many at first."""
    found, edge = {}, {start}
    for depth in range(1, most + 1):
        edge = {below for at in edge for below in neighbours(at) if 0 <= below < n}
        for at in edge:
            found.setdefault(at, depth)
    return found


def narrow(it: Reached, asked: Question) -> None:
    window = number(asked.values["window"])
    near = walked(it.n, it.n - 1, lambda i: list(range(i - window, i + window + 1)), it.n)
    assert number(answered(asked)) == near[0]


def seen(it: Reached, asked: Question) -> None:
    [mask] = [m for m in MASKS if m == name(asked.values["mask"])]
    output = number(asked.values["output"]) - 1
    assert mask != it.stack.rule.kind

    def looks(i: int) -> list[int]:
        return [j for j in range(it.n) if LOOKS[mask](MaskRule(mask), i, j)]

    inputs = {j for i in looks(output) for j in looks(i)}
    assert number(answered(asked)) == len(inputs)


def field(it: Reached, asked: Question) -> None:
    kernel = number(asked.values["kernel"])
    dilations = [int(part) for part in listed(asked.values["dilations"])]
    assert tuple(dilations) != it.convolution.dilations
    back = 0
    for dilation in dilations:
        back += dilation * (kernel - 1)
    assert number(answered(asked)) == back + 1


def shortest(it: Reached, asked: Question) -> None:
    n, stack, cnn = number(asked.values["n"]), it.stack, it.convolution
    steps = {"reach_recurrent": n}

    def looks(i: int) -> list[int]:
        return [j for j in range(n) if i == j or LOOKS[stack.rule.kind](stack.rule, i, j)]

    found = walked(n, n - 1, looks, stack.n_layers)
    if 0 in found:
        steps["reach_attention"] = found[0]
    edge = {n - 1}
    for depth, dilation in enumerate(cnn.dilations, start=1):
        taps = range(cnn.kernel) if cnn.causal else range(-(cnn.kernel // 2), cnn.kernel // 2 + 1)
        edge = {i - tap * dilation for i in edge for tap in taps}
        edge = {i for i in edge if 0 <= i < n}
        if 0 in edge:
            steps.setdefault("reach_convolutional", depth)
    best = min(steps.values())
    assert [who for who in steps if steps[who] == best] == [name(answered(asked))]


def chance(it: Trained, asked: Question) -> None:
    symbols = number(asked.values["symbols"])
    right = 0.5 if it.task.kind == "parity" else 1 / symbols
    assert answered(asked) == f"{right:.1%}"


def in_sight(it: Trained, asked: Question) -> None:
    sees = number(asked.values["field"])
    assert sees != it.field
    back = [int(part) for part in listed(asked.values["distances"])]
    assert number(answered(asked)) == max(distance for distance in back if distance <= sees - 1)
    assert number(answered(asked)) < back[-1]


def enough(_: Trained, asked: Question) -> None:
    distance, said = number(asked.values["distance"]), number(answered(asked))
    assert said - 1 >= distance
    assert all(field - 1 < distance for field in FIELDS if field < said)


def remembered(it: Reached, asked: Question) -> None:
    who = name(asked.values["who"])
    assert who not in it.remembering
    codes = codes_of(it.words, 0)
    answers = load(READERS[who]).network(codes[None])[0]
    named = torch.cdist(answers / answers.norm(dim=-1, keepdim=True) * 4, codes).argmin(dim=-1)
    right = sum(it.words[place] == word for place, word in zip(named, it.words, strict=True))
    assert number(answered(asked)) == right
    assert number(asked.values["n"]) == len(it.words) <= 16


ORACLES: dict[Kind, Callable[[Any, Question], None]] = {
    reach.remembered: remembered,
    reach.narrow: narrow,
    reach.field: field,
    reach.seen: seen,
    reach.shortest: shortest,
    training.in_sight: in_sight,
    training.chance: chance,
    training.enough: enough,
}


def test_every_kind_has_its_oracle():
    assert tuple(ORACLES) == (*reach.KINDS, *training.KINDS)


@pytest.mark.parametrize("kind", reach.KINDS, ids=lambda kind: kind.__name__)
@given(it=reached, seed=st.integers(0, 999))
def test_the_answer_is_what_walking_finds(kind: Kind, it: Reached, seed: int):
    asked = kind(it, np.random.default_rng(seed))
    if asked is not None:
        ORACLES[kind](it, asked)


@pytest.mark.parametrize("kind", training.KINDS, ids=lambda kind: kind.__name__)
@given(it=trained, seed=st.integers(0, 999))
def test_the_answer_is_known_before_training(kind: Kind, it: Trained, seed: int):
    asked = kind(it, np.random.default_rng(seed))
    if asked is not None:
        ORACLES[kind](it, asked)


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
def test_every_kind_can_be_asked_at_first(kind: Kind):
    usual = {
        True: Reached(
            n=32,
            stack=AttentionStack(),
            direction="forward",
            convolution=ConvolutionSettings(3, (1, 2, 4, 8)),
            words=("我", "爱", "吃", "炸鸡"),
            remembering=RecallChoice().readers,
        ),
        False: Trained(Task(), 15, FIELDS),
    }
    it = usual[kind in reach.KINDS]
    assert any(kind(it, np.random.default_rng(seed)) for seed in range(8))
