"""From a weight back to a matrix: by hand, by what the layer then gives, and nothing smaller."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.backwards import LONGEST, Change, Matrix, Wish, weight_change
from core.errors import InputError
from core.layer import Parameters, Rules, trace
from core.masks import MaskRule
from core.positions import ENCODINGS
from core.trace import Origin

Array = np.ndarray
UNSCALED = Rules(scaled=False)
MATRICES: list[Matrix] = ["w_q", "w_k"]


def plain(x: list[list[float]], keys: list[list[float]] | None = None) -> Parameters:
    """One head whose queries are the words; its keys too, or others, a row for a one-hot word."""
    words = np.array(x, dtype=float)
    one = np.eye(words.shape[1])[None]
    return Parameters(words, one, one if keys is None else np.array([keys]), one, one)


def drawn(
    seed: int, n: int = 5, d_model: int = 3, d_k: int = 4, dtype: type = np.float64
) -> Parameters:
    rng = np.random.default_rng(seed)
    sizes = (n, d_model), *[(2, d_model, d_k)] * 2, (2, d_model, 3), (2, 3, d_model)
    return Parameters(*(rng.standard_normal(size).astype(dtype) for size in sizes))


def weights(parameters: Parameters, rules: Rules) -> Array:
    tokens = tuple(str(i) for i in range(len(parameters.x)))
    return trace(tokens, parameters, rules, Origin("handset")).layers[0].weights


def after(parameters: Parameters, rules: Rules, wish: Wish, change: Change) -> float:
    """The weight that the layer gives when the change is made."""
    matrices = getattr(parameters, wish.matrix).copy()
    matrices[wish.head] = change.matrix
    return float(weights(replace(parameters, **{wish.matrix: matrices}), rules)[wish[:3]])


def refused(parameters: Parameters, rules: Rules, wish: Wish) -> tuple[str, dict[str, object]]:
    with pytest.raises(InputError) as problem:
        weight_change(parameters, rules, wish)
    return problem.value.code, problem.value.values


# By hand


@pytest.mark.parametrize(("target", "move"), [(0.5, 0.5), (0.75, (1 + math.log(3)) / 2)])
def test_the_query_moves_from_one_key_straight_to_the_other(target: float, move: float):
    change = weight_change(plain([[1, 0], [0, 1]]), UNSCALED, Wish(0, 0, 1, target))
    np.testing.assert_allclose(change.matrix, [[1 - move, move], [0, 1]], atol=1e-7)
    assert change.norm == pytest.approx(move * math.sqrt(2))
    assert change.weight == pytest.approx(target)


def test_keys_move_along_the_query_alone():
    change = weight_change(plain([[1, 0], [0, 1]]), UNSCALED, Wish(0, 0, 1, 0.5, "w_k"))
    np.testing.assert_allclose(change.matrix, [[0.5, 0], [0.5, 1]], atol=1e-7)
    assert change.norm == pytest.approx(math.sqrt(0.5))


def test_a_longer_word_needs_a_smaller_change():
    short, long = (
        weight_change(plain([[size, 0], [0, 1]], [[0, 1], [2, 0]]), UNSCALED, Wish(0, 0, 1, 0.99))
        for size in (0.1, 10)
    )
    assert short.norm > 100 * long.norm


def test_a_key_between_two_others_falls_on_the_nearer_side():
    parameters = plain([[0.3, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 0, 0], [1, 0, 0], [-1, 0, 0]])
    change = weight_change(parameters, UNSCALED, Wish(0, 0, 0, 0.1))  # 2 cosh(q) = 9
    assert change.norm * 0.3 == pytest.approx(math.acosh(4.5) - 0.3)


def test_a_weight_that_is_so_already_needs_no_change():
    parameters = drawn(0)
    wish = Wish(1, 2, 3, float(weights(parameters, Rules())[1, 2, 3]))
    change = weight_change(parameters, Rules(), wish)
    np.testing.assert_array_equal(change.matrix, parameters.w_q[1])
    assert change.norm == 0


# Nothing smaller


def lengths_needed(log_odds: Callable[[Array], Array], directions: Array, wanted: float) -> Array:
    """How far each direction has to be followed until log Σ exp of the odds is as wanted."""
    low, high = np.zeros(len(directions)), np.full(len(directions), 1e3)
    now = np.logaddexp.reduce(log_odds(0 * directions[:1]), axis=-1)[0]

    def enough(lengths: Array) -> Array:
        sums = np.logaddexp.reduce(log_odds(directions * lengths[:, None]), axis=-1)
        return sums <= wanted if wanted < now else sums >= wanted

    for _ in range(60):
        middle = (low + high) / 2
        there = enough(middle)
        low, high = np.where(there, low, middle), np.where(there, middle, high)
    return np.where(enough(high), high, np.inf)


def odds_by_matrix(p: Parameters, wish: Wish) -> Callable[[Array], Array]:
    """``(try, d_model * d_k)`` changes to ``(try, other key)`` log odds, in plain products."""
    others = np.arange(len(p.x)) != wish.key

    def log_odds(changes: Array) -> Array:
        changes = changes.reshape(len(changes), *p.w_q.shape[1:])
        w_q, w_k = p.w_q[wish.head], p.w_k[wish.head]
        w_q, w_k = (w_q + changes, w_k) if wish.matrix == "w_q" else (w_q, w_k + changes)
        scores = ((p.x @ w_k) @ (p.x[wish.query] @ w_q)[..., None])[..., 0] / math.sqrt(4)
        return scores[:, others] - scores[:, [wish.key]]

    return log_odds


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("seed", range(5))
def test_no_random_change_that_raises_a_weight_so_far_is_smaller(seed: int, matrix: Matrix):
    p = drawn(seed)
    now = weights(p, Rules())[1, 2]
    key = int(now.argmax())
    wish = Wish(1, 2, key, (1 + float(now[key])) / 2, matrix)
    change = weight_change(p, Rules(), wish)
    found = (change.matrix - getattr(p, matrix)[1]).ravel()
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((300, found.size)) * 10.0 ** rng.uniform(-4, 1, (300, 1))
    directions = found / change.norm + noise
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    wanted = math.log(1 / wish.target - 1)
    needed = lengths_needed(odds_by_matrix(p, wish), directions, wanted)
    assert np.isfinite(needed).sum() > 100
    assert needed.min() > change.norm * (1 - 1e-6)
    assert needed.min() < change.norm * (1 + 1e-3)


@pytest.mark.parametrize("seed", range(30))
def test_no_point_of_a_grid_lowers_a_weight_with_less(seed: int):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    keys = rng.standard_normal((n, 2)) * rng.choice([0.3, 1, 4], size=(n, 1))
    w_q, empty = rng.standard_normal((1, n, 2)), np.zeros((1, n, 2))
    p = Parameters(np.eye(n), w_q, keys[None], empty, empty.swapaxes(1, 2))
    now = float(weights(p, UNSCALED)[0, 0, 1])
    target = now * float(rng.choice([0.9, 0.3, 0.01]))
    change = weight_change(p, UNSCALED, Wish(0, 0, 1, target))
    angle = np.linspace(0, 2 * np.pi, 1500)
    slopes = np.delete(keys, 1, axis=0) - keys[1]
    needed = lengths_needed(
        lambda moves: (w_q[0, 0] + moves) @ slopes.T,
        np.stack((np.cos(angle), np.sin(angle)), axis=1),
        math.log(1 / target - 1),
    )
    assert change.norm == pytest.approx(needed.min(), rel=1e-4)


# What the layer then gives


def within_reach(problem: InputError, target: float) -> float:
    """The weight that is named instead of one that cannot be reached."""
    match problem.code, problem.values:
        case "weight_too_high", {"largest": float(said)}:
            assert 0 < said / 100 < target
        case "weight_too_low", {"smallest": float(said)}:
            assert target < said / 100 < 1
        case _:
            raise problem
    return said / 100


@given(
    seed=st.integers(0, 10_000),
    sizes=st.tuples(st.integers(2, 9), st.integers(1, 7), st.integers(1, 3)),
    rules=st.builds(
        Rules,
        scaled=st.booleans(),
        temperature=st.sampled_from([0.5, 1.0, 3.0]),
        mask=st.sampled_from([MaskRule(), MaskRule("causal"), MaskRule("window", width=2)]),
        positions=st.sampled_from(sorted(ENCODINGS)),
        base=st.sampled_from([10.0, 10_000.0]),
    ),
    target=st.sampled_from([0.02, 0.3, 0.6, 0.97]),
    matrix=st.sampled_from(MATRICES),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_the_layer_gives_what_was_wished_or_cannot(  # noqa: PLR0913 - one law for all of them
    seed: int,
    sizes: tuple[int, int, int],
    rules: Rules,
    target: float,
    matrix: Matrix,
    dtype: type,
):
    n, d_model, pairs = sizes
    p = drawn(seed, n, d_model, 2 * pairs, dtype)
    wish = Wish(seed % 2, n - 1, max(0, n - 2), target, matrix)
    try:
        change = weight_change(p, rules, wish)
    except InputError as problem:
        wish = wish._replace(target=within_reach(problem, target))
        change = weight_change(p, rules, wish)
    assert change.matrix.dtype == dtype
    assert change.weight == after(p, rules, wish, change)
    assert change.weight == pytest.approx(wish.target, abs=1e-4)
    assert change.norm == pytest.approx(
        np.linalg.norm(change.matrix - getattr(p, matrix)[seed % 2])
    )


@pytest.mark.parametrize("matrix", MATRICES)
def test_numbers_by_distance_count(matrix: Matrix):
    p = replace(drawn(3), b_distance=np.arange(10, dtype=np.float32).reshape(2, 1, 5))
    change = weight_change(p, Rules(), wish := Wish(1, 4, 0, 0.2, matrix))
    assert after(p, Rules(), wish, change) == pytest.approx(0.2)


def test_parameters_stay_as_they_were():
    p, untouched = drawn(1), drawn(1)
    weight_change(p, Rules(), Wish(0, 1, 2, 0.2))
    np.testing.assert_array_equal(p.w_q, untouched.w_q)


# Out of reach


def test_a_masked_key_is_refused():
    rules = Rules(mask=MaskRule("causal"))
    assert refused(drawn(0), rules, Wish(0, 1, 2, 0.5)) == ("weight_masked", {})


def test_a_single_key_keeps_its_weight():
    rules = Rules(mask=MaskRule("causal"))
    assert refused(drawn(0), rules, Wish(0, 0, 0, 0.5)) == ("weight_fixed", {"weight": 100.0})


@pytest.mark.parametrize("matrix", MATRICES)
def test_among_equal_words_weights_are_fixed_unless_a_place_tells_them_apart(matrix: Matrix):
    p = plain([[1, 2]] * 3)
    wish = Wish(0, 0, 1, 0.5, matrix)
    assert refused(p, Rules(), wish) == ("weight_fixed", {"weight": 33.3})
    for positions in ("sinusoidal", "rope"):
        rules = Rules(positions=positions)
        assert after(p, rules, wish, weight_change(p, rules, wish)) == pytest.approx(0.5)


def test_a_query_or_a_word_of_zeros_has_nothing_to_change():
    zero_word = plain([[0, 0], [1, 2], [0, 1]])
    fixed = ("weight_fixed", {"weight": 33.3})
    assert refused(zero_word, Rules(), Wish(0, 0, 1, 0.5)) == fixed
    assert refused(zero_word, Rules(), Wish(0, 0, 1, 0.5, "w_k")) == fixed
    zero_query = replace(zero_word, x=zero_word.x + 1, w_q=zero_word.w_q * 0)
    assert refused(zero_query, Rules(), Wish(0, 0, 1, 0.5, "w_k")) == fixed
    weight_change(zero_query, Rules(), Wish(0, 0, 1, 0.5, "w_q"))


def test_a_key_between_two_others_has_a_third_at_most():
    p = plain([[1, 0], [-1, 0], [0, 0]])
    said = ("weight_too_high", {"largest": 33.3, "longest": LONGEST})
    assert refused(p, UNSCALED, Wish(0, 0, 2, 0.34)) == said
    assert refused(p, UNSCALED, Wish(0, 0, 2, 1.0)) == said
    assert weight_change(p, UNSCALED, Wish(0, 0, 2, 0.333)).weight == pytest.approx(0.333)


def test_a_key_on_an_edge_comes_near_its_part_and_no_further():
    p = plain([[1, 1], [-1, 1], [0, 1], [0, 0]])
    said = ("weight_too_high", {"largest": 33.3, "longest": LONGEST})
    assert refused(p, UNSCALED, Wish(0, 0, 2, 0.34)) == said


@pytest.mark.parametrize("matrix", MATRICES)
def test_two_equal_keys_share(matrix: Matrix):
    p = plain([[1, 0], [1, 0], [0, 1]])
    said = ("weight_too_high", {"largest": 50.0, "longest": LONGEST})
    assert refused(p, UNSCALED, Wish(0, 0, 0, 0.6, matrix)) == said
    assert weight_change(p, UNSCALED, Wish(0, 0, 0, 0.5, matrix)).weight == pytest.approx(0.5)


def test_no_weight_becomes_0_or_1():
    p = plain([[1, 0], [0, 1]])
    too_high, too_low = (refused(p, UNSCALED, Wish(0, 0, 1, target)) for target in (1.0, 0.0))
    assert too_high == ("weight_too_high", {"largest": 99.9, "longest": LONGEST})
    assert too_low == ("weight_too_low", {"smallest": 0.1, "longest": LONGEST})


def test_what_only_a_huge_change_reaches_is_out_of_reach():
    p = plain([[0.05, 0], [0, 0.05]])  # log odds: -0.05² ± 0.05 · 0.05√2 · LONGEST
    too_high, too_low = (refused(p, UNSCALED, Wish(0, 0, 1, target)) for target in (0.99, 0.01))
    assert too_high == ("weight_too_high", {"largest": 97.1, "longest": LONGEST})
    assert too_low == ("weight_too_low", {"smallest": 2.9, "longest": LONGEST})
