"""Questions about two sentences: every answer computed again in numpy."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.embeddings import FEATURES, KINDS
from core.ideas.crossing import SIZES, CrossSource
from core.questions import cross
from core.questions.cross import Crossed
from core.questions.question import Kind, Question
from core.sources.handset import HandsetSource
from core.sources.seeded import SeededSource
from tests.core.questions import oracle
from tests.core.questions.oracle import answered, name, place

WORDS = ("我", "爱", "北京", "天安门", "I", "love", "Beijing", "xyzzy", "cat")
SWITCHES = {"b_asks_a": "ba", "a_asks_b": "ab", "self_a": "aa", "self_b": "bb"}


@st.composite
def crossed(draw: st.DrawFn) -> Crossed:
    sentence = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)
    source = CrossSource(
        draw(st.sampled_from(["dot", "scaled", "general", "additive"])),
        draw(st.sampled_from(["handset", "seeded"])),
        draw(st.integers(0, 99)),
        guess=draw(st.booleans()),
    )
    asks, answers = draw(st.sampled_from(["ba", "ab", "aa", "bb"]))
    head = draw(st.integers(0, SIZES.n_heads - 1))
    return Crossed(source, tuple(draw(sentence)), tuple(draw(sentence)), asks, answers, head)


def weights(it: Crossed, switch: str) -> np.ndarray:
    """With matrices taken from the sources, and everything else written out."""
    handset, guess = it.source.numbers == "handset", it.source.guess
    sizes = replace(SIZES, d_model=len(KINDS) if guess and handset else len(FEATURES))
    seeded = SeededSource(sizes, seed=it.source.seed)
    toy = HandsetSource(sizes, guess=guess) if handset else seeded
    asks, answers = (toy.parameters(it.words(sentence)) for sentence in switch)
    h, other = asks.x.astype(float), answers.x.astype(float)
    w_q, w_k = (w[it.head].astype(float) for w in (asks.w_q, asks.w_k))
    match it.source.scoring:
        case "dot":
            scores = h @ other.T
        case "scaled":
            scores = (h @ w_q) @ (other @ w_k).T / 2
        case "general":
            scores = (h @ w_q) @ (other @ w_k).T
        case _:
            w_1, w_2, v_a = (w.astype(float) for w in it.source._network())
            inner = np.tanh((h @ w_1.T)[:, None] + (other @ w_2.T)[None])
            scores = inner @ v_a
    return oracle.softmax(scores)


def shape(it: Crossed, asked: Question) -> None:
    asks, answers = SWITCHES[name(asked.values["switch"])]
    assert (asks, answers) != (it.asks, it.answers)
    assert answered(asked) == f"{len(it.words(asks))} × {len(it.words(answers))}"


def looks_at(it: Crossed, asked: Question) -> None:
    switch = SWITCHES[name(asked.values["switch"])]
    row = weights(it, switch)[place(asked.values["asks"])]
    assert place(answered(asked)) == row.argmax()


def mirrored(it: Crossed, asked: Question) -> None:
    same = np.allclose(weights(it, "ba"), weights(it, "ab").T, atol=1e-5)
    assert name(answered(asked)) == ("yes" if same else "no")


def dearest(it: Crossed, asked: Question) -> None:
    n, m = (int(str(asked.values[which])) for which in ("n_query", "n_key"))
    d, d_k = it.source.sizes.d_model, SIZES.d_k
    work = {
        "dot": n * m * 2 * d,
        "scaled": (n + m) * 2 * d * d_k + n * m * 2 * d_k,
        "general": n * 2 * d * d + n * m * 2 * d,
        "additive": (n + m) * 2 * d * d + n * m * 3 * d,
    }
    assert name(answered(asked)) == max(work, key=lambda way: work[way])
    assert [str(asked.told[way]).replace(",", "") for way in work] == [
        str(w) for w in work.values()
    ]


ORACLES: dict[Kind, Callable[[Crossed, Question], None]] = {
    cross.shape: shape,
    cross.looks_at: looks_at,
    cross.mirrored: mirrored,
    cross.dearest: dearest,
}


def test_every_kind_has_its_oracle():
    assert tuple(ORACLES) == cross.KINDS


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
@given(it=crossed(), seed=st.integers(0, 999))
def test_the_answer_is_what_numpy_finds(kind: Kind, it: Crossed, seed: int):
    asked = kind(it, np.random.default_rng(seed))
    if asked is not None:
        ORACLES[kind](it, asked)


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
def test_every_kind_can_be_asked_of_a_translation(kind: Kind):
    a, b = ("我", "爱", "北京"), ("I", "love", "Beijing", "Paris")
    it = Crossed(CrossSource(), a, b, "b", "a", 1)
    assert any(kind(it, np.random.default_rng(seed)) for seed in range(8))
