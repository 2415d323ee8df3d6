"""From a wanted weight back to a matrix: the smallest change of W_Q or W_K that gives it.

Scores are linear in either matrix. So a change D takes the log odds of the other keys against the
wanted one from o to o + B D, and the weight becomes 1 / (1 + Σ exp(o + B D)): it is raised by
bringing log Σ exp down, lowered by bringing it up. As that is convex in D, there is one shortest
change that raises a weight, but several to choose from may lower it.

Sources: Boyd and Vandenberghe, Convex Optimization, 2004, sections 3.1.5 and 9.5 (log Σ exp,
Newton's method); Yuille and Rangarajan, The Concave-Convex Procedure, 2003, section 2.
"""

import math
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array
from core.errors import InputError
from core.layer import Parameters, Rules, score_bias, steps

Matrix = Literal["w_q", "w_k"]

LONGEST = 1000
"""The largest Frobenius norm of a change: with larger numbers float32 blurs the weights."""

_CLOSE = 1e-8  # by how much log odds may miss what is wanted


class Wish(NamedTuple):
    """A weight as it ought to be.

    Attributes:
        head: Whose weight.
        query: The token that asks.
        key: The token that it looks at.
        target: The weight, from 0 to 1.
        matrix: What may be changed for it.
    """

    head: int
    query: int
    key: int
    target: float
    matrix: Matrix = "w_q"


class Change(NamedTuple):
    """A matrix that fulfils a wish.

    Attributes:
        matrix: ``(d_model, d_k)``, the head's new matrix, in the type of the old one.
        weight: What `core.layer.trace` gives with it.
        norm: The Frobenius norm of new minus old.
    """

    matrix: Array
    weight: float
    norm: float


def weight_change(parameters: Parameters, rules: Rules, wish: Wish) -> Change:
    """Find the smallest change of a head's matrix that gives a key the wanted weight.

    Returns:
        The smallest there is for a weight that rises; the smallest found for one that falls.

    Raises:
        InputError: ``weight_masked`` if the query may not look at the key; ``weight_fixed``, with
            the ``weight``, if the matrix does not count: there is no other key, keys (for W_K,
            words) are equal, or what they are multiplied by is 0; ``weight_too_high`` with the
            ``largest``, ``weight_too_low`` with the ``smallest`` weight that a change of at most
            ``LONGEST`` reaches. These are in per cent, rounded to what can be reached.
    """
    odds, slopes = _log_odds(parameters, rules, wish)
    now = _log_sum(odds)
    # No change outside the span of the slopes is of use: (d_model * d_k, rank), (other key, rank).
    basis, reduced = (it.numpy() for it in torch.linalg.qr(slopes.mT))
    rows = reduced.T
    if LONGEST * np.linalg.norm(rows, axis=1).max(initial=0) < _CLOSE:
        raise InputError("weight_fixed", weight=round(100 * _weight(now), 1))
    inside = min(max(wish.target, 1e-9), 1 - 1e-9)
    wanted = math.log1p(-inside) - math.log(inside)
    move = np.zeros(rows.shape[1])
    if abs(wanted - now) > _CLOSE:
        move = (_raise if wanted < now else _lower)(rows, odds, wanted)
    got = _log_sum(odds + rows @ move)
    if wish.target != inside or abs(got - wanted) > 10 * _CLOSE:
        raise _out_of_reach(1000 * _weight(got), rises=wanted < now)
    return _applied(parameters, rules, wish, basis @ move)


def _applied(parameters: Parameters, rules: Rules, wish: Wish, change: Array) -> Change:
    matrices = getattr(parameters, wish.matrix)
    old, new = matrices[wish.head], matrices.copy()
    new[wish.head] = old + change.reshape(old.shape)
    run = steps(torch.from_numpy(parameters.x), replace(parameters, **{wish.matrix: new}), rules)
    norm = np.linalg.norm(new[wish.head].astype(float) - old)
    return Change(new[wish.head], float(run.weights[wish[:3]]), float(norm))


def _out_of_reach(thousandths: float, *, rises: bool) -> InputError:
    """Round towards what can be reached; a millionth of the unit is noise."""
    if rises:
        largest = min(math.floor(thousandths + 1e-6), 999) / 10
        return InputError("weight_too_high", largest=largest, longest=LONGEST)
    smallest = max(math.ceil(thousandths - 1e-6), 1) / 10
    return InputError("weight_too_low", smallest=smallest, longest=LONGEST)


def _log_odds(parameters: Parameters, rules: Rules, wish: Wish) -> tuple[Array, Tensor]:
    """The other keys' log odds against the wanted one, and their derivative by the matrix.

    Returns:
        ``(other key,)`` and ``(other key, d_model * d_k)``, without keys that are masked.
    """
    head, query, key, *_ = wish
    x = torch.from_numpy(parameters.x).double()
    n, encoding = len(x), rules.encoding
    run = steps(x, parameters, rules)
    scores = run.scores[head, query] + score_bias(parameters, rules, n)[head, query]
    others = scores > -torch.inf
    if not others[key]:
        raise InputError("weight_masked")
    others[key] = False
    if encoding.adds:
        x = x + encoding.adds(*x.shape)
    if wish.matrix == "w_q":
        multiplied, by, back = x[query].expand_as(x), run.k[head], torch.full((n,), -query)
    else:
        multiplied, by, back = x, run.q[head, query].expand(n, -1), -torch.arange(n)
    if encoding.turns:
        by = encoding.turns(by, back, rules.base)
    slopes = rules.scale(by.shape[1]) * (multiplied[:, :, None] * by[:, None]).flatten(1)
    odds, slopes = (it[others] - it[key] for it in (scores, slopes))
    return odds.numpy(), slopes


def _raise(rows: Array, odds: Array, wanted: float) -> Array:
    """The shortest move that brings log Σ exp(odds + rows·move) down to ``wanted``.

    If none of at most ``LONGEST`` does, the one that brings it lowest. The higher the price of log
    Σ exp against the length, the lower it gets; Newton's method finds the price, between bounds.
    """
    low, high = 0.0, 1e12 / (rows**2).sum(axis=1).max()
    move, best, price = np.zeros(rows.shape[1]), np.zeros(rows.shape[1]), 0.0
    for _ in range(100):
        move, fall = _at_price(rows, odds, price, move)
        above = _log_sum(odds + rows @ move) - wanted
        near = np.linalg.norm(move) <= LONGEST
        if near and above > -_CLOSE:
            low, best = price, move
        else:
            high = price
        if (near and abs(above) < _CLOSE) or high < low * (1 + 1e-12):
            break
        price += above / fall if fall > 0 else math.inf
        if not low < price < high:
            price = math.sqrt(max(low, high * 1e-24) * high)
    return best


def _at_price(rows: Array, odds: Array, price: float, move: Array) -> tuple[Array, float]:
    """The move that minimises ½|move|² + price · log Σ exp, and how fast that falls with price."""

    def cost(move: Array) -> float:
        return float(move @ move) / 2 + price * _log_sum(odds + rows @ move)

    fall = 0.0
    for _ in range(100):
        logits = odds + rows @ move
        shares = np.exp(logits - _log_sum(logits))
        slope = shares @ rows
        bend = (rows.T * shares) @ rows - np.outer(slope, slope)
        both = np.stack((move + price * slope, slope), axis=1)
        step, along = np.linalg.solve(np.eye(len(move)) + price * bend, both).T
        fall, size, before = float(slope @ along), 1.0, cost(move)
        while cost(move - size * step) > before + 1e-12 * abs(before) and size > 1e-9:
            size /= 2
        move = move - size * step
        if np.linalg.norm(step) <= 1e-9 * (1 + np.linalg.norm(move)):
            break
    return move, fall


def _lower(rows: Array, odds: Array, wanted: float) -> Array:
    """The shortest move found that brings log Σ exp(odds + rows·move) up to ``wanted``.

    If it is longer than ``LONGEST``, its part of that length. Each start lets one key do it alone.
    Then a move is replaced by the shortest that would do if log Σ exp were its tangent there: as it
    lies above its tangents, that one does too, and is no longer.
    """
    squares = (rows**2).sum(axis=1)
    use = LONGEST * np.sqrt(squares) >= _CLOSE
    moves = rows[use] * ((wanted - odds[use]) / squares[use])[:, None]  # (start, rank)
    for _ in range(30):
        moves = _by_tangent(rows, odds, wanted, moves)
    best = moves[[np.linalg.norm(moves, axis=1).argmin()]]
    for _ in range(1000):
        best, before = _by_tangent(rows, odds, wanted, best), best
        if np.linalg.norm(best - before) <= 1e-10 * np.linalg.norm(best):
            break
    return best[0] * min(1.0, LONGEST / np.linalg.norm(best))


def _by_tangent(rows: Array, odds: Array, wanted: float, moves: Array) -> Array:
    logits = odds + moves @ rows.T  # (start, other key)
    top = logits.max(axis=1, keepdims=True)
    shares = np.exp(logits - top)
    total = shares.sum(axis=1, keepdims=True)
    slopes = shares @ rows / total  # (start, rank)
    missing = wanted - top - np.log(total) + (slopes * moves).sum(axis=1, keepdims=True)
    return slopes * missing / (slopes**2).sum(axis=1, keepdims=True)


def _log_sum(logits: Array) -> float:
    return float(np.logaddexp.reduce(logits, initial=-np.inf))


def _weight(log_sum: float) -> float:
    return 1 / (1 + math.exp(min(log_sum, 700)))
