"""What is said of a race: every sentence by hand, and only what its figures bear out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reader.training import TrainingChoice
from core.training.contenders import CONTENDERS, Contender
from core.training.findings import NAMES, Each, Far, Finding, Who, findings
from core.training.learning import reliable
from core.training.outcome import Outcome, commonest
from core.training.race import Race, Snapshot
from core.training.tasks import EVERYWHERE, TaskKind
from tests.learned import RACES, kept

Levels = Mapping[Contender, Sequence[float]]

RECALL: TaskKind = "recall"
GOOD, CHANCE = 1.0, 0.125
WHOLE, NONE = [GOOD] * 6, [CHANCE] * 6  # recall's distances: 1, 2, 4, 8, 16, 32
FALLING = [GOOD] * 3 + [0.5] + [CHANCE] * 2
INSIDE = [GOOD] * 4 + [CHANCE] * 2  # a field of 15
ALL, FEW, PART = [GOOD] * 5, [0.2] * 5, [0.5] * 5  # pairs
LISTED = [0.38] * 5
BIT, START, NOTHING = [GOOD] * 7, [GOOD] * 2 + [0.5] * 5, [0.5] * 7  # parity

CASES: list[tuple[TaskKind, Levels, list[str]]] = [
    ("recall", {"cnn": INSIDE}, ["window"]),
    ("recall", {"cnn": [GOOD, GOOD, 0.9, 0.9, CHANCE, CHANCE]}, ["window_not_yet"]),
    ("recall", {"wide_cnn": WHOLE}, ["window_whole"]),
    ("recall", {"wide_cnn": FALLING}, ["window_whole_not_yet"]),
    ("recall", {"wide_cnn": WHOLE, "rotary": FALLING},
     ["window_whole", "cnn_alone", "attention_none"]),
    ("recall", {"wide_cnn": WHOLE, "rotary": WHOLE},
     ["window_whole", "cnn_level", "attention_all"]),
    ("recall", {"gru": FALLING, "rnn": FALLING}, ["memory"]),
    ("recall", {"gru": WHOLE, "lstm": WHOLE}, ["memory_all"]),
    ("recall", {"gru": WHOLE, "rnn": FALLING}, ["memory_some"]),
    ("recall", {"gru": FALLING, "rnn": NONE}, ["memory", "memory_even"]),
    ("recall", {"relative": WHOLE, "sinusoidal": FALLING}, ["attention_some"]),
    ("recall", {"linear": FALLING, "gru": WHOLE}, ["memory_all", "state"]),
    ("recall", {"linear": WHOLE}, ["state_all"]),
    ("pairs", {"linear": ALL, "gru": FEW}, ["memory", "state_all"]),
    ("pairs", {"linear": FEW}, ["state"]),
    ("pairs", {"relative": ALL, "rotary": ALL}, ["attention_all"]),
    ("pairs", {"relative": ALL, "rotary": PART}, ["attention_some"]),
    ("pairs", {"rotary": PART}, ["attention_none"]),
    ("pairs", {"cnn": FEW}, []),  # it does not see everything
    ("pairs", {"wide_cnn": FEW, "gru": FEW}, ["seeing", "memory"]),
    ("pairs", {"wide_cnn": PART, "gru": FEW, "lstm": PART}, ["seeing_some", "memory_some"]),
    ("pairs", {"wide_cnn": LISTED, "gru": LISTED}, ["seeing_no_key", "memory_no_key"]),
    ("pairs", {"wide_cnn": ALL, "gru": ALL}, ["seeing_all", "memory_all"]),
    ("parity", {"gru": BIT, "lstm": START, "relative": START, "cnn": START},
     ["bit_whole", "memory", "attention", "cnn", "depends"]),
    ("parity", {"gru": START, "relative": NOTHING}, ["bit", "attention", "depends"]),
    ("parity", {"gru": BIT, "lstm": BIT}, ["bit_whole"]),
    ("parity", {"gru": BIT, "learned": BIT, "rotary": START}, ["other_whole", "attention"]),
    ("parity", {"gru": NOTHING, "cnn": START}, ["other", "memory"]),
    ("parity", {"gru": NOTHING, "cnn": NOTHING}, ["nobody"]),
    ("parity", {"gru": BIT, "linear": START}, ["bit_whole", "attention"]),
]  # fmt: skip


def a_race(
    kind: TaskKind,
    contenders: Sequence[Contender],
    length: int = 48,
    seeds: int = 1,
    distance: int = EVERYWHERE,
) -> Race:
    choice = TrainingChoice(kind, length, training_distance=distance, training_seeds=seeds)
    return replace(choice, training_contenders=tuple(contenders)).race


def snapshots(levels: Levels, step: int = 150, seed: int = 0) -> list[Snapshot]:
    return [
        Snapshot(name, seed, step, 1.0, np.array(level), None, None)
        for name, level in levels.items()
    ]


def found(kind: TaskKind, levels: Levels) -> tuple[Finding, ...]:
    return findings(a_race(kind, tuple(levels)), snapshots(levels))


def only(findings: Sequence[Finding], name: str) -> Finding:
    [it] = [it for it in findings if it.name == name]
    return it


@pytest.mark.parametrize(("kind", "levels", "expected"), CASES)
def test_what_is_said_follows_from_the_figures(kind: TaskKind, levels: Levels, expected: list[str]):
    assert [it.name for it in found(kind, levels)] == expected


def raced(cnn: int, attention: int) -> tuple[Finding, ...]:
    """Recall, learned within so many steps."""
    steps = [
        one
        for step in (0, 10, 20)
        for one in snapshots(
            {
                "relative": WHOLE if step >= attention else FALLING,
                "wide_cnn": WHOLE if step >= cnn else FALLING,
            },
            step,
        )
    ]
    return findings(a_race("recall", ("relative", "wide_cnn")), steps)


@pytest.mark.parametrize(("cnn", "attention", "name"), [(10, 20, "faster"), (20, 10, "slower")])
def test_who_was_right_first_learned_faster(cnn: int, attention: int, name: str):
    told = only(raced(cnn, attention), f"cnn_{name}").values
    assert (told["steps"], told["others"]) == (cnn, attention)


def examples() -> list[tuple[TaskKind, Finding]]:
    """Every sentence at least once."""
    told: list[tuple[TaskKind, Finding]] = []
    for kind, levels, _ in CASES:
        for it in found(kind, levels):
            told.append((kind, it))
    for it in (*raced(10, 20), *raced(20, 10)):
        told.append((RECALL, it))
    return told


def test_every_sentence_is_among_these():
    said = {(kind, it.name) for kind, it in examples()}
    assert said == {(kind, name) for kind in NAMES for name in NAMES[kind]}


def test_values_by_hand():
    told = only(found("recall", {"cnn": [*[GOOD] * 4, 0.13, 0.11]}), "window").values
    assert told == {
        "who": Who(("cnn",)),
        "sees": 8,
        "beyond": 16,
        "most": 0.13,
        "chance": 0.125,
    }
    told = only(found("recall", {"gru": FALLING, "rnn": NONE}), "memory").values
    assert told["each"] == Each((("gru", Far(4)),))
    told = only(found("pairs", {"rotary": [0.7, 0.9, 1.0, 1.0, 1.0]}), "attention_none").values
    assert told["each"] == Each((("rotary", 0.7),))


def test_what_needs_no_key_by_hand():
    assert commonest(2, 2) == pytest.approx(1.5)  # AA AB BA BB: 2 1 1 2
    assert commonest(3, 1) == 3
    assert commonest(1, 9) == 1
    it = Outcome(a_race("pairs", ("gru",), distance=4), ())  # lists of two, of 8 symbols
    assert it.without_keys == pytest.approx((1 + 1 / 8) / 2)


@given(draws=st.integers(1, 7), symbols=st.integers(1, 4))
def test_the_commonest_symbol_is_counted_right(draws: int, symbols: int):
    every = list(product(range(symbols), repeat=draws))
    most = [max(Counter(one).values()) for one in every]
    assert commonest(draws, symbols) == pytest.approx(sum(most) / len(most))


@pytest.mark.parametrize(("distance", "expected"), [(4, 0.72), (16, 0.46)])
def test_in_short_lists_more_is_right_without_a_key(distance: int, expected: float):
    """Above the level of guessing, and yet nothing was looked up."""
    it = a_race("pairs", ("gru",), distance=distance)
    n = len(it.design.task.distances)
    below, above = (
        findings(it, snapshots({"gru": [expected + more] * n})) for more in (-0.06, 0.06)
    )
    assert [one.name for one in (*below, *above)] == ["memory_no_key", "memory_some"]


def test_a_cnn_within_whose_field_every_answer_lies_is_right_at_every_distance():
    near, far = (a_race("recall", ("cnn",), distance=distance) for distance in (8, 16))
    [told] = findings(near, snapshots({"cnn": [GOOD] * 4}))
    assert (told.name, told.values["sees"]) == ("window_whole", 8)
    [told] = findings(far, snapshots({"cnn": [*[GOOD] * 4, CHANCE]}))
    assert (told.name, told.values["beyond"]) == ("window", 16)


def test_nothing_is_said_before_somebody_has_learned():
    it = a_race("recall", ("gru",))
    assert findings(it, []) == findings(it, snapshots({"gru": NONE}, step=0)) == ()


def test_a_run_that_has_come_less_far_says_nothing():
    it = a_race("recall", ("gru",), seeds=2)
    done, begun = snapshots({"gru": WHOLE}), snapshots({"gru": NONE}, step=10, seed=1)
    assert findings(it, [*done, *begun]) == findings(it, done)


def test_two_cnns_that_are_the_same_are_told_once():
    it = a_race("recall", ("cnn", "wide_cnn"), length=16)
    told = findings(it, snapshots({"cnn": WHOLE[:4], "wide_cnn": WHOLE[:4]}))
    assert [one.name for one in told] == ["window_whole"]


kinds: st.SearchStrategy[TaskKind] = st.sampled_from(get_args(TaskKind))
N_DISTANCES = {"recall": 6, "pairs": 5, "parity": 7}


@st.composite
def results(draw: st.DrawFn) -> tuple[TaskKind, Levels]:
    kind = draw(kinds)
    names = draw(st.lists(st.sampled_from(CONTENDERS), min_size=1, unique=True))
    level = st.lists(
        st.sampled_from([0.1, 0.5, 0.94, 0.95, 1.0]),
        min_size=N_DISTANCES[kind],
        max_size=N_DISTANCES[kind],
    )
    return kind, {name: draw(level) for name in CONTENDERS if name in names}


@given(results())
def test_only_those_who_took_part_are_told_of_and_as_they_did(it: tuple[TaskKind, Levels]):
    kind, levels = it
    distances = a_race(kind, tuple(levels)).design.task.distances
    for finding in found(kind, levels):
        assert finding.name in NAMES[kind]
        for key, value in finding.values.items():
            match value:
                case Who(names):
                    assert names
                    assert set(names) <= levels.keys()
                case Each(of):
                    assert of
                    for name, far in of:
                        level = np.array(levels[name])
                        known = reliable(level, distances)
                        assert far == (Far(known) if isinstance(far, Far) else level.min())
                case float():
                    assert 0 <= value <= 1
                    assert key in ("least", "most", "chance")
        if "good" in finding.values and isinstance(good := finding.values["good"], Who):
            assert all(min(levels[name]) >= 0.95 for name in good.names)


# What the page lets expect of the default settings, and of other ones


EXPECTED: Mapping[TaskKind, list[str]] = {
    "recall": ["window", "window_whole", "cnn_faster", "memory", "state", "attention_some"],
    "pairs": ["attention_all", "seeing", "memory", "state_all"],
    "parity": ["bit_whole", "memory", "attention", "cnn", "depends"],
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_what_is_expected_of_the_default_settings_comes_true(kind: TaskKind):
    told = findings(RACES[kind], kept(kind))
    assert [one.name for one in told] == EXPECTED[kind]
    if kind == "recall":
        assert only(told, "attention_some").values["good"] == Who(("relative",))
    if kind == "parity":
        best = only(told, "bit_whole").values["best"]
        assert best == Who(("gru",))


def test_with_more_steps_the_gru_reaches_further():
    reached = {
        one.step: reliable(one.accuracy, RACES["long"].design.task.distances)
        for one in kept("long")
        if one.step in (150, 500)
    }
    assert reached[150] < reached[500]
