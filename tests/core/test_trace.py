"""The contract of a trace: each contradiction is refused and named."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from core.trace import AttentionTrace, LayerTrace, Origin, TraceError

HEAD, QUERY, KEY, D_K, D_V, D_OUT = 2, 3, 5, 7, 4, 6
INF = np.inf


def layer(**changes: np.ndarray) -> LayerTrace:
    """Cross-attention that looks evenly, with some of its parts replaced."""
    parts = {
        "q": np.ones((HEAD, QUERY, D_K)),
        "k": np.ones((HEAD, KEY, D_K)),
        "v": np.ones((HEAD, KEY, D_V)),
        "scores": np.zeros((HEAD, QUERY, KEY)),
        "bias": np.zeros((HEAD, QUERY, KEY)),
        "weights": np.full((HEAD, QUERY, KEY), 1 / KEY),
        "output": np.ones((HEAD, QUERY, D_V)),
        "mixed": np.ones((QUERY, D_OUT)),
    }
    changed: dict[str, Any] = {**parts, **changes}
    return LayerTrace(**{name: part.copy() for name, part in changed.items()})


def cell(value: float, fill: float = 0.0) -> np.ndarray:
    """A (head, query, key) array with one cell of another value."""
    array = np.full((HEAD, QUERY, KEY), fill)
    array[1, 2, 3] = value
    return array


def test_what_fits_together_is_accepted():
    assert layer().may_look.all()


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("q", (QUERY, D_K)),
        ("v", (HEAD, KEY, D_V, 1)),
        ("k", (HEAD, KEY, D_K + 1)),
        ("k", (HEAD, D_K, KEY)),
        ("v", (HEAD + 1, KEY, D_V)),
        ("scores", (HEAD, KEY, QUERY)),
        ("bias", (QUERY, KEY)),
        ("weights", (HEAD, KEY, QUERY)),
        ("output", (HEAD, QUERY, D_K)),
        ("mixed", (KEY, D_OUT)),
        ("mixed", (QUERY,)),
    ],
)
def test_a_part_of_another_shape_is_refused_by_name(name: str, shape: tuple[int, ...]):
    with pytest.raises(TraceError, match=name):
        layer(**{name: np.zeros(shape)})


@pytest.mark.parametrize("name", ["q", "k", "v", "scores", "weights", "output", "mixed"])
@pytest.mark.parametrize("value", [np.nan, INF])
def test_numbers_that_are_not_finite_are_refused_by_name(name: str, value: float):
    spoilt = getattr(layer(), name).copy()
    spoilt.flat[-1] = value
    with pytest.raises(TraceError, match=f"{name} has numbers that are not finite"):
        layer(**{name: spoilt})


def test_a_weight_where_the_mask_forbids_is_refused():
    with pytest.raises(TraceError, match="exactly 0 where the mask forbids"):
        layer(bias=cell(-INF))


def test_even_the_smallest_weight_where_the_mask_forbids_is_refused():
    weights = cell(1e-30, fill=1 / KEY)
    weights[1, 2, :3] += 1 / KEY / 3
    with pytest.raises(TraceError, match="exactly 0"):
        layer(bias=cell(-INF), weights=weights)


def test_a_negative_weight_is_refused():
    weights = cell(-0.2, fill=1 / KEY)
    weights[1, 2, 4] += 0.4
    with pytest.raises(TraceError, match="must be positive"):
        layer(weights=weights)


def test_a_row_that_does_not_sum_to_1_is_refused_with_its_error():
    with pytest.raises(TraceError, match=r"rows of weights must sum to 1, one is off by 0\.3"):
        layer(weights=cell(0.5, fill=1 / KEY))


def test_a_row_of_zeros_is_right_only_where_nothing_may_be_looked_at():
    weights, bias = np.full((HEAD, QUERY, KEY), 1 / KEY), np.zeros((HEAD, QUERY, KEY))
    weights[0, 1] = 0
    with pytest.raises(TraceError, match="one is off by 1"):
        layer(weights=weights)
    bias[0, 1] = -INF
    assert not layer(weights=weights, bias=bias).may_look[0, 1].any()


def test_rounding_is_forgiven():
    layer(weights=np.full((HEAD, QUERY, KEY), 1 / KEY, dtype=np.float16))


def test_a_finite_bias_forbids_nothing():
    assert layer(bias=cell(-50.0)).may_look.all()


def test_may_look_is_false_where_the_bias_is_minus_infinity():
    weights = cell(0.0, fill=1 / KEY)
    weights[1, 2, 0] += 1 / KEY
    found = layer(bias=cell(-INF), weights=weights).may_look
    assert np.argwhere(~found).tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("name", ["q", "k", "v", "scores", "bias", "weights", "output", "mixed"])
def test_a_record_cannot_be_written_to(name: str):
    record = layer()
    with pytest.raises(ValueError, match="read-only"):
        getattr(record, name)[0, 0] = 1
    with pytest.raises(FrozenInstanceError):
        setattr(record, name, np.zeros(1))


# A whole trace

QUERY_TOKENS, KEY_TOKENS = tuple("abc"), tuple("vwxyz")


def test_a_trace_names_rows_and_columns():
    trace = AttentionTrace(QUERY_TOKENS, KEY_TOKENS, (layer(), layer()), Origin("seeded", "3"))
    assert trace.layers[1].weights.shape[1:] == (len(trace.query_tokens), len(trace.key_tokens))


def test_tokens_that_do_not_name_every_row_and_column_are_refused():
    trace = AttentionTrace(QUERY_TOKENS, KEY_TOKENS, (layer(),), Origin("handset"))
    with pytest.raises(TraceError, match=r"layer 0 has a \(3, 5\) map for \(5, 3\) tokens"):
        replace(trace, query_tokens=KEY_TOKENS, key_tokens=QUERY_TOKENS)
    with pytest.raises(TraceError, match=r"layer 1"):
        replace(trace, layers=(layer(), square()))


def square() -> LayerTrace:
    even = np.full((1, QUERY, QUERY), 1 / QUERY)
    x = np.ones((1, QUERY, 2))
    return LayerTrace(x, x.copy(), x.copy(), even, even * 0, even.copy(), x.copy(), np.ones((3, 1)))


def test_a_sink_takes_its_share_by_hand():
    """Five keys with score 0 and a sink with the score log 5 share a row half and half."""
    sunk = layer(weights=cell(0.1, 0.1), sinks=np.full(HEAD, np.log(5)))
    np.testing.assert_allclose(sunk.sunk, np.full((HEAD, QUERY), 0.5))
    np.testing.assert_array_equal(layer().sunk, np.zeros((HEAD, QUERY)))


def test_rows_that_do_not_leave_the_sink_its_share_are_refused():
    with pytest.raises(TraceError, match="rows of weights"):
        layer(sinks=np.zeros(HEAD))
    with pytest.raises(TraceError, match="sinks must have shape"):
        layer(sinks=np.zeros(HEAD + 1))


def test_a_cap_bends_scores_and_leaves_the_bias_alone():
    capped = replace(layer(), scores=cell(3.0, 3.0), bias=cell(-1.5), cap=2.0)
    np.testing.assert_allclose(capped.capped_scores, 2 * np.tanh(1.5))
    np.testing.assert_allclose(capped.biased_scores, 2 * np.tanh(1.5) + cell(-1.5))


def test_a_trace_without_layers_is_refused():
    with pytest.raises(TraceError, match="at least one layer"):
        AttentionTrace(QUERY_TOKENS, KEY_TOKENS, (), Origin("handset"))


def test_a_trace_error_is_a_value_error():
    assert issubclass(TraceError, ValueError)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (Origin("handset"), "handset"),
        (Origin("seeded", "3"), "seeded (3)"),
        (Origin("seeded", "3", edited=True), "seeded (3), edited"),
        (Origin("handset", edited=True), "handset, edited"),
    ],
)
def test_an_origin_can_be_read(origin: Origin, expected: str):
    assert str(origin) == expected
