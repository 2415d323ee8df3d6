"""Questions about three translators: every answer computed again from raw arrays."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.influence import Influence
from core.questions import why
from core.questions.question import Kind, Question
from core.questions.why import Written
from core.translation import files
from core.translation.translator import Alignment
from tests.core.questions.oracle import answered, name, place


@st.composite
def written(draw: st.DrawFn) -> Written:
    n_output, n_source = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    random = np.random.default_rng(draw(st.integers(0, 999)))
    source, output = tuple("abcde"[:n_source]), (*"wvxy."[-n_output:], "<end>")

    def made(layers: int) -> Alignment:
        weights = random.dirichlet(np.ones(n_source), (layers, 2, n_output + 1))
        strength = random.random((n_output + 1, n_source))
        felt = Influence(np.ones(strength.shape, bool), strength)
        return Alignment(source, output, output, random.random(n_output + 1), weights, felt)

    alignments: dict[files.Kind, Alignment] = dict(
        zip(files.KINDS, map(made, range(3)), strict=True)
    )
    return Written(alignments, draw(st.integers(0, n_output - 1)), n_source + 2, n_output + 3)


def row(it: Written, asked: Question) -> tuple[np.ndarray, np.ndarray]:
    """The weights and the influence of the word that is asked about; it is another one."""
    word = place(asked.values["asks"])
    assert word != it.word
    assert it.made["attention"].output[word] in "wvxy"
    [weights] = it.made["attention"].weights
    return weights.mean(axis=0)[word], it.made["attention"].influence.strength[word]


def attends(it: Written, asked: Question) -> None:
    weights, _ = row(it, asked)
    assert place(answered(asked)) == place(asked.told["found"]) == weights.argmax()
    assert asked.told["share"] == f"{weights.max():.1%}"


def moves(it: Written, asked: Question) -> None:
    weights, strength = row(it, asked)
    same = weights.argmax() == strength.argmax()
    assert name(answered(asked)) == ("yes" if same else "no")
    assert asked.told["most"] == f"{strength.max():.2f}"


def waits(it: Written, asked: Question) -> None:
    """A recurrent network has a step a piece; the Transformer 3 layers that read, 2 that write."""
    read, written = 2 * it.read, 2 * it.written
    recurrent = {"reading": read, "writing": written, "learning": read + written}
    transformer = {"reading": 3, "writing": 2 * written, "learning": 5}
    counts = {"vector": recurrent, "attention": recurrent, "transformer": transformer}
    part = name(asked.values["part"])
    assert answered(asked) == str(counts[name(asked.values["translator"])][part])
    assert asked.told == {kind: str(own[part]) for kind, own in counts.items()}


ORACLES: dict[Kind, Callable[[Written, Question], None]] = {
    why.attends: attends,
    why.waits: waits,
    why.moves: moves,
}


def test_every_kind_has_its_oracle():
    assert tuple(ORACLES) == why.KINDS


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
@given(it=written(), seed=st.integers(0, 999))
def test_the_answer_is_what_numpy_finds(kind: Kind, it: Written, seed: int):
    asked = kind(it, np.random.default_rng(seed))
    if asked is not None:
        ORACLES[kind](it, asked)
    else:
        assert kind is not why.waits
        assert len(it.made["attention"].output) <= 3 or len(it.made["attention"].source) == 1
