"""Questions about the layer of the Explore page: every answer computed again in numpy."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.masks import kinds_with
from core.positions import ENCODINGS
from core.questions import heads, layer, neighbours
from core.questions.explored import Explored
from core.questions.question import Kind, Question, Word
from core.reader.explore import Choice
from core.receptive_field import receptive_field
from core.rnn import RecurrentLayer
from tests.core import formulas
from tests.core.questions import oracle
from tests.core.questions.oracle import answered, name, place

WORDS = ("我", "爱", "吃", "炸鸡", "猫", "the", "cat", "xyzzy")
MASKS = kinds_with("width", "padded", "blocked")
POSITIONS = ("none", *ENCODINGS)


@st.composite
def explored(draw: st.DrawFn) -> Explored:
    tokens = tuple(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9)))
    positions = draw(st.sampled_from(POSITIONS))
    n_heads = draw(st.sampled_from([1, 2, 4]))
    places = st.integers(0, 8)
    choice = Choice(
        source=draw(st.sampled_from(["handset", "seeded"])),
        seed=draw(st.integers(0, 99)),
        d_model=draw(st.integers(2, 12)),
        d_k=2 * draw(st.integers(1, 3))
        if ENCODINGS[positions].in_pairs
        else draw(st.integers(1, 6)),
        n_heads=n_heads,
        head=draw(st.integers(0, n_heads - 1)),
        scaled=draw(st.booleans()),
        temperature=draw(st.sampled_from([0.1, 0.5, 1.0, 3.0, 10.0])),
        mask=draw(st.sampled_from(MASKS)),
        window=draw(st.integers(0, 3)),
        padded=tuple(draw(st.sets(places, max_size=3))),
        blocked=tuple(draw(st.sets(st.tuples(places, places), max_size=6))),
        positions=positions,
        rnn_kind=draw(st.sampled_from(["rnn", "rnn", "gru"])),
        rnn_gain=draw(st.sampled_from([0.3, 0.9, 1.5])),
        cnn_causal=draw(st.booleans()),
    )
    source = choice.layer_source
    return Explored(
        tokens,
        source.parameters(tokens),
        source.rules,
        choice.head,
        draw(st.integers(0, len(tokens) - 1)),
        choice.recurrent,
        choice.convolution,
    )


def most(it: Explored, asked: Question) -> None:
    head, query = int(str(asked.values["head"])) - 1, place(asked.values["asks"])
    row = oracle.weights(it, head=head)[query]
    assert place(answered(asked)) == row.argmax()
    assert np.sort(row)[-1] - np.sort(row)[-2] > 5e-7
    assert all(
        row[place(option)] == 0 or mask_allows(it, query, option) for option in asked.options
    )
    assert head != it.head or len(it.parameters.w_q) == 1


def mask_allows(it: Explored, query: int, option: object) -> bool:
    assert isinstance(option, tuple)
    return bool(oracle.mask(it)[query, option[1]])


def sums(it: Explored, asked: Question) -> None:
    kind = name(asked.values["mask"])
    assert kind != it.rules.mask.kind
    found = oracle.weights(it, may_look=oracle.mask(it, kind))
    by_rows, by_columns = (np.allclose(found.sum(axis), 1, atol=1e-5) for axis in (1, 0))
    said = name(answered(asked))
    assert (said in ("rows", "both"), said in ("columns", "both")) == (by_rows, by_columns)


def temperature(it: Explored, asked: Question) -> None:
    now, then = (float(str(asked.values[which])) for which in ("now", "then"))
    assert 0.1 <= then <= 10
    query = place(asked.values["asks"])
    before, after = (oracle.weights(it, temperature=t)[query].max() for t in (now, then))
    assert name(answered(asked)) == oracle.change(before, after)


def scaling(it: Explored, asked: Question) -> None:
    query = place(asked.values["asks"])
    divided, undivided = (
        oracle.entropy(oracle.weights(it, scaled=scaled)[query]) for scaled in (True, False)
    )
    said = {"rises": "divided", "falls": "undivided", "stays": "same"}
    assert name(answered(asked)) == said[oracle.change(undivided, divided)]


def visible(it: Explored, asked: Question) -> None:
    seen = oracle.mask(it, name(asked.values["mask"]))[place(asked.values["asks"])]
    assert answered(asked) == str(seen.sum())
    assert asked.values["position"] == str(place(asked.values["asks"]) + 1)


def hidden(it: Explored, asked: Question) -> None:
    query, gone = place(asked.values["asks"]), place(asked.values["gone"])
    may_look = oracle.mask(it).copy()
    assert may_look[query, gone]
    before = oracle.weights(it)[query]
    may_look[query, gone] = False
    after = oracle.weights(it, may_look=may_look)[query]
    rest = may_look[query]
    assert after[gone] == 0
    np.testing.assert_allclose(after[rest], before[rest] / (1 - before[gone]), rtol=1e-6)
    assert name(answered(asked)) == "same_factor"


def shifted(it: Explored, asked: Question) -> None:
    query, amount = place(asked.values["asks"]), float(str(asked.values["amount"]))
    row = oracle.scores(it, it.head, it.rules.scaled, it.rules.temperature)[query]
    row = np.where(oracle.mask(it)[query], row, -np.inf)
    before, after = oracle.softmax(row).max(), oracle.softmax(row + amount).max()
    assert name(answered(asked)) == oracle.change(before, after) == "stays"


def layers(it: Explored, asked: Question) -> None:
    n, kernel, growth = (int(str(asked.values[which])) for which in ("n", "kernel", "growth"))
    assert it.convolution
    causal = it.convolution.causal
    assert n == len(it.tokens)
    assert name(asked.values["side"]) == ("causal" if causal else "centred")
    depth = int(str(answered(asked)))
    sizes = [
        receptive_field([(kernel, growth**layer, 1) for layer in range(deep)])
        for deep in (depth - 1, depth)
    ]
    back = [size - 1 if causal else (size - 1) // 2 for size in sizes]
    assert back[0] < n - 1 <= back[1]


def gain(it: Explored, asked: Question) -> None:
    """By finite differences of the recurrence, written out."""
    shares = []
    for value in (asked.values["now"], asked.values["then"]):
        shares.append(share_of_the_first(it, float(str(value))))
    assert name(answered(asked)) == oracle.change(*shares)


def share_of_the_first(it: Explored, growth: float) -> float:
    assert it.recurrent
    net = RecurrentLayer(it.parameters.x.shape[1], replace(it.recurrent, gain=growth)).double()
    x = torch.from_numpy(it.parameters.x).double()
    step = 1e-5
    felt = []
    for word in range(len(x)):
        columns = []
        for unit in range(x.shape[1]):
            moved = torch.zeros_like(x)
            moved[word, unit] = step
            columns.append((net(x + moved)[-1] - net(x - moved)[-1]) / (2 * step))
        felt.append(float(torch.stack(columns).norm()))
    return felt[0] / sum(felt)


def future(it: Explored, asked: Question) -> None:
    n, word = len(it.tokens), place(asked.values["word"])
    both = name(asked.values["direction"]) == "both"
    assert answered(asked) == str(n if both else n - word)


def missed(it: Explored, asked: Question) -> None:
    query = place(asked.values["asks"])
    x, moved = formulas.vectors(it.rules.positions, it.parameters.x), []
    for head, (w_v, w_o) in enumerate(zip(it.parameters.w_v, it.parameters.w_o, strict=True)):
        row = oracle.weights(it, head=head)[query]
        moved.append(float(np.linalg.norm(row @ x @ w_v.astype(float) @ w_o.astype(float))))
    assert int(str(answered(asked))) - 1 == int(np.argmax(moved))


def split(it: Explored, asked: Question) -> None:
    n, d, h = len(it.tokens), int(str(asked.values["d"])), int(str(asked.values["heads"]))
    assert int(str(asked.values["size"])) * h == d

    def work(heads: int, size: int) -> int:
        return 4 * 2 * n * d * d + heads * 2 * 2 * n * n * size

    assert name(answered(asked)) == oracle.change(work(1, d), work(h, d // h)) == "stays"


def weights(it: Explored, asked: Question) -> None:
    n, h = len(it.tokens), int(str(asked.values["heads"]))
    assert str(answered(asked)).replace(",", "") == str(h * n * n)


ORACLES: dict[Kind, Callable[[Explored, Question], None]] = {
    layer.most: most,
    layer.sums: sums,
    layer.temperature: temperature,
    layer.scaling: scaling,
    layer.visible: visible,
    layer.hidden: hidden,
    layer.shifted: shifted,
    neighbours.layers: layers,
    neighbours.gain: gain,
    neighbours.future: future,
    heads.missed: missed,
    heads.split: split,
    heads.weights: weights,
}


def test_every_kind_has_its_oracle():
    assert set(ORACLES) == {*layer.KINDS, *neighbours.KINDS, *heads.KINDS}


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
@given(it=explored(), seed=st.integers(0, 999))
def test_the_answer_is_what_numpy_finds(kind: Kind, it: Explored, seed: int):
    asked = kind(it, np.random.default_rng(seed))
    if asked is not None:
        ORACLES[kind](it, asked)


def usual() -> Explored:
    choice = Choice()
    tokens = ("我", "爱", "吃", "炸鸡")
    parameters = choice.layer_source.parameters(tokens)
    rules = choice.layer_source.rules
    return Explored(tokens, parameters, rules, 0, 2, choice.recurrent, choice.convolution)


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
def test_every_kind_can_be_asked_of_the_first_sentence(kind: Kind):
    assert any(kind(usual(), np.random.default_rng(seed)) for seed in range(8))


@pytest.mark.parametrize("kind", [*layer.KINDS, *neighbours.KINDS])
def test_nothing_is_asked_about_a_single_word(kind: Kind):
    choice = Choice()
    source = choice.layer_source
    parameters = source.parameters(("猫",))
    it = Explored(("猫",), parameters, source.rules, 0, 0, choice.recurrent, choice.convolution)
    assert not any(kind(it, np.random.default_rng(seed)) for seed in range(8))


def test_equal_words_are_a_tie_and_no_question():
    choice = Choice()
    source, tokens = choice.layer_source, ("猫", "猫", "猫")
    it = Explored(
        tokens,
        source.parameters(tokens),
        source.rules,
        0,
        0,
        choice.recurrent,
        choice.convolution,
    )
    assert not any(layer.most(it, np.random.default_rng(seed)) for seed in range(8))


def test_the_famous_one_by_hand():
    """In head 2 (same kind) chicken looks at chicken: the only food."""
    questions = (layer.most(usual(), np.random.default_rng(seed)) for seed in range(20))
    found = [q for q in questions if q and place(q.values["asks"]) == 3]
    assert found
    assert {answered(q) for q in found} == {Word(("我", "爱", "吃", "炸鸡"), 3)}
