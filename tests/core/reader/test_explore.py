"""Reading a choice: whatever comes in, a usable choice comes out, and what was wrong is named."""

import math
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cnn import ConvolutionSettings
from core.reader.explore import LONGEST_SENTENCE, Choice, SourceKind
from core.reader.fields import LARGEST_ENTRY, entry
from core.reader.reader import usable
from core.reader.records import NAMES
from core.rnn import RecurrentSettings
from core.tokens import LIMIT
from tests import choosing

read = partial(choosing.read, Choice)
FIELD = NAMES[Choice]
FIELDS = sorted(FIELD)
DEFAULTS = {name: getattr(Choice(), name) for name in FIELDS}
NUMBERS = [name for name, value in DEFAULTS.items() if type(value) in (int, float)]
WHOLE = [name for name in NUMBERS if isinstance(DEFAULTS[name], int)]
USABLE: dict[str, Any] = {
    "sentence": "the cat",
    "unit": "characters",
    "source": "seeded",
    "scaled": False,
    "mask": "drawn",
    "padded": (1, 3),
    "positions": "alibi",
    "rnn_kind": "gru",
    "rnn_direction": "both",
    "cnn_causal": True,
    "comparison": "strength",
}

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-9, 70)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["1e999", "nan", "٣", "2.5", "causal", "words"])
)
junk = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
raw_choices = st.dictionaries(st.sampled_from(FIELDS), junk)


def in_limits(choice: Choice) -> bool:
    return all(
        low <= getattr(choice, name) <= high
        for name in NUMBERS
        for low, high in [FIELD[name].limits]
    )


# Any value at all


@given(raw_choices)
def test_numbers_are_within_their_limits_and_what_is_named_has_its_default(raw: dict[str, Any]):
    choice, unusable = read(raw)
    assert in_limits(choice)
    for name in {*FIELDS} - {"query", "key", "head", "padded"}:  # they point at what there is
        if name in unusable or name not in raw:
            assert getattr(choice, name) == DEFAULTS[name]


@given(raw_choices)
def test_whatever_was_read_gives_a_trace_of_a_sentence(raw: dict[str, Any]):
    choice, _ = read(raw)
    trace = replace(choice, source="seeded").layer_source.trace("我爱 the cat")
    assert trace.layers[0].v.shape[-1] == choice.d_v


def test_unknown_fields_are_left_out():
    assert usable({"d_modell": 5, "": None, "d_k": 5, "d_v": "x"}) == ({"d_k": 5}, ("d_v",))


# Every field


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_can_be_read(name: str):
    assert read({name: DEFAULTS[name]}) == (Choice(), ())


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_at_their_limits_are_usable_and_beyond_are_named(name: str):
    low, high = FIELD[name].limits
    for end in (low, high):
        assert FIELD[name].read(end) == end
    for beyond in (low - 1, high + 1, math.inf, -math.inf, math.nan, 10**400):
        assert read({name: beyond}) == (Choice(), (name,))


@pytest.mark.parametrize("name", WHOLE)
def test_whole_numbers_stay_whole(name: str):
    middle = math.ceil(FIELD[name].limits[0]) + 2  # odd where the smallest is
    assert read({name: middle + 0.5}) == (Choice(), (name,))
    for written in (float(middle), str(middle)):
        value = FIELD[name].read(written)
        assert (value, type(value)) == (middle, int)


@pytest.mark.parametrize("kernel", [2, 4, 6, 8])
def test_a_kernel_needs_a_middle(kernel: int):
    assert read({"cnn_kernel": kernel}) == (Choice(), ("cnn_kernel",))


@pytest.mark.parametrize("name", NUMBERS)
def test_truth_is_no_number(name: str):
    assert read({name: True}) == (Choice(), (name,))


@pytest.mark.parametrize("name", ["scaled", "cnn_causal"])
@pytest.mark.parametrize("junk", [0, 1, "true", "", 1.0])
def test_only_truth_is_truth(name: str, junk: object):
    assert read({name: junk}) == (Choice(), (name,))


@given(raw_choices, st.sets(st.sampled_from(sorted(USABLE))))
def test_usable_fields_survive_among_others(raw: dict[str, Any], names: set[str]):
    choice, unusable = read(raw | {name: USABLE[name] for name in names})
    assert not names & set(unusable)
    for name in names - {"padded"}:  # which follows the words of another sentence
        assert getattr(choice, name) == USABLE[name]


# Sentences and cells


def test_an_endless_sentence_is_cut():
    choice, unusable = read({"sentence": "字" * (LONGEST_SENTENCE + 1)})
    assert choice.sentence == "字" * LONGEST_SENTENCE
    assert not unusable


@pytest.mark.parametrize("usable", [0, -LARGEST_ENTRY, "1e3", " 2 ", 0.1])
def test_a_cell_takes_finite_numbers(usable: float | str):
    assert entry(usable) == float(usable)


@pytest.mark.parametrize(
    "content",
    [*("", "boo", "nan", "inf", "-1e7", "1,5", "1 2"), None, True, math.nan, LARGEST_ENTRY * 1.01],
)
def test_a_cell_refuses_what_is_no_number_of_its_size(content: object):
    with pytest.raises((ValueError, TypeError)):
        entry(content)


# What follows from a choice


@given(st.integers(1, LIMIT), st.integers(0, 63), st.integers(0, 7), st.integers(1, 8))
def test_within_points_at_what_exists_and_changes_nothing_else(
    n_tokens: int, place: int, head: int, n_heads: int
):
    choice = Choice(query=place, key=63 - place, head=head, n_heads=n_heads)
    inside = choice.within(n_tokens)
    assert 0 <= inside.query < n_tokens
    assert 0 <= inside.key < n_tokens
    assert 0 <= inside.head < n_heads
    assert inside.within(n_tokens) == inside
    assert choice.within(LIMIT) == replace(choice, head=min(head, n_heads - 1))


@pytest.mark.parametrize(("d_k", "positions"), [(3, "none"), (4, "rope")])
def test_rope_is_left_out_where_d_k_is_odd(d_k: int, positions: str):
    choice = Choice(d_k=d_k, positions="rope")
    assert choice.rope_fits == (d_k % 2 == 0)
    assert choice.layer_source.rules.positions == positions


@pytest.mark.parametrize(
    ("growth", "layers", "dilations"), [(1, 3, (1, 1, 1)), (2, 4, (1, 2, 4, 8)), (3, 1, (1,))]
)
def test_dilations_grow_by_their_factor(growth: int, layers: int, dilations: tuple[int, ...]):
    assert Choice(cnn_growth=growth, cnn_layers=layers).convolution.dilations == dilations


def test_both_layers_beside_attention_take_their_width_and_seed_from_the_choice():
    choice = Choice(
        seed=7,
        d_hidden=5,
        rnn_kind="gru",
        rnn_direction="both",
        rnn_gain=2.0,
        cnn_kernel=4,
        cnn_layers=2,
        cnn_growth=3,
        cnn_causal=True,
    )
    assert choice.recurrent == RecurrentSettings("gru", 5, "both", gain=2.0, seed=7)
    assert choice.convolution == ConvolutionSettings(4, (1, 3), causal=True, d_out=5, seed=7)


@pytest.mark.parametrize(("kind", "name"), [("handset", "handset"), ("seeded", "seeded (7)")])
def test_the_source_is_the_chosen_one(kind: SourceKind, name: str):
    assert str(Choice(source=kind, seed=7).layer_source.origin) == name


def test_nothing_stands_in_for_trained_numbers():
    with pytest.raises(ValueError, match="no trained numbers"):
        _ = Choice(source="trained").layer_source
