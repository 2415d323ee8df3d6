"""Questions about the trained model: every answer read again off its raw arrays."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models.run import ModelRun
from core.questions import model
from core.questions.model import Modelled
from core.questions.question import Kind, Question
from core.sources.pretrained import PretrainedSource
from tests.core.questions.oracle import answered, entropy, name, place

TEXTS = (
    "The animal didn't cross the street because it was too tired.",
    "The animal didn't cross the street because it was too wide.",
    "The cat chased the mouse",
    "I love Beijing",
)


@cache
def run(text: str) -> ModelRun:
    return PretrainedSource().run(text)


states = st.tuples(
    st.sampled_from(TEXTS),
    st.sampled_from([None, *TEXTS]),
    st.integers(0, 5),
    st.integers(0, 11),
    st.integers(0, 15),
    st.integers(0, 15),
)
"""Text, text beside it, layer, head, query, key; small, so that a failure can be printed."""


def modelled(text: str, other: str | None, layer: int, head: int, *pair: int) -> Modelled:
    it = run(text)
    query, key = (place % len(it.pieces.tokens) for place in pair)
    return Modelled(it, None if other is None else run(other), layer, head, query, key)


def all_weights(run: ModelRun) -> np.ndarray:
    return np.stack([layer.weights for layer in run.trace.layers]).astype(float)


def in_which(it: Modelled, asked: Question) -> None:
    assert it.other is not None
    layer, head = (int(str(asked.values[which])) for which in ("layer", "head"))
    assert (layer, head) != (it.layer, it.head)
    a = all_weights(it.run)[layer, head, it.query, it.key]
    assert asked.told["first"] == f"{a:.4f}"
    b = all_weights(it.other)[layer, head, it.query, it.key]
    assert answered(asked) == ("A" if a > b else "B")
    assert asked.told["second"] == f"{b:.4f}"


def strongest(it: Modelled, asked: Question) -> None:
    at = [tuple(map(int, str(option).split("·"))) for option in asked.options]
    found = [all_weights(it.run)[layer, head, it.query, it.key] for layer, head in at]
    assert asked.answer == int(np.argmax(found))


def wider(it: Modelled, asked: Question) -> None:
    bits = [
        np.mean([entropy(row) for row in all_weights(it.run)[int(name(layer)), :, it.query]])
        for layer in asked.options
    ]
    assert asked.answer == int(np.argmax(bits))


def special(it: Modelled, asked: Question) -> None:
    kept = all_weights(it.run)[int(str(asked.values["layer"])), :, 1:-1]  # no [CLS], no [SEP]
    share = (kept[..., 0] + kept[..., -1]).mean()
    assert asked.answer == int(share * 4)
    assert asked.told["share"] == f"{share:.1%}"


def matters(it: Modelled, asked: Question) -> None:
    """By leaving each piece out and summing again."""
    layer, head = (int(str(asked.values[which])) for which in ("layer", "head"))
    trace, mixer = it.run.trace.layers[layer], it.run.mixers[layer]
    row = trace.weights[head, it.query].astype(float)
    v = trace.v[head].astype(float) @ mixer.w_o[head].astype(float)
    moved = []
    for left_out in range(len(row)):
        rest = np.where(np.arange(len(row)) == left_out, 0, row)
        moved.append(float(np.linalg.norm((rest / rest.sum() - row) @ v)))
    assert name(answered(asked)) == ("yes" if row.argmax() == np.argmax(moved) else "no")
    assert place(asked.told["heaviest"]) == row.argmax()
    assert place(asked.told["missed"]) == np.argmax(moved)


ORACLES: dict[Kind, Callable[[Modelled, Question], None]] = {
    model.in_which: in_which,
    model.strongest: strongest,
    model.wider: wider,
    model.special: special,
    model.matters: matters,
}


def test_every_kind_has_its_oracle():
    assert tuple(ORACLES) == model.KINDS


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
@settings(max_examples=25)
@given(state=states, seed=st.integers(0, 999))
def test_the_answer_is_what_the_arrays_say(kind: Kind, state: tuple, seed: int):
    if kind is model.in_which:  # sentences of which one word differs: places correspond
        state = (*TEXTS[:2][:: (-1) ** seed], *state[2:])
    it = modelled(*state)
    asked = kind(it, np.random.default_rng(seed))
    if asked is not None:
        ORACLES[kind](it, asked)


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
def test_every_kind_can_be_asked_of_the_first_text(kind: Kind):
    it = Modelled(run(TEXTS[0]), run(TEXTS[1]), 3, 1, 10, 2)
    assert all(kind(it, np.random.default_rng(seed)) for seed in range(4))


def test_the_same_sentence_twice_is_no_question():
    it = Modelled(run(TEXTS[0]), run(TEXTS[0]), 3, 1, 10, 2)
    assert not any(model.in_which(it, np.random.default_rng(seed)) for seed in range(4))
