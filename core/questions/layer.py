"""Questions about one attention layer: what its weights do when something changes."""

from dataclasses import replace

import numpy as np
import torch
from numpy.random import Generator

from core.masks import MaskRule
from core.measures import entropy
from core.questions.explored import Explored
from core.questions.question import (
    EQUAL,
    TIE,
    Kind,
    Name,
    Question,
    change,
    largest,
    named,
    numbers,
    one,
)
from core.reader.records import FIELDS

_SUMS_OFF = 1e-3  # a sum further from 1 than this is certainly not 1


def most(explored: Explored, draw: Generator) -> Question | None:
    """Ask: which word does a word look at most, in a head that is not open?"""
    heads = [head for head in range(len(explored.parameters.w_q)) if head != explored.head]
    head, query = one(heads or [explored.head], draw), one(range(explored.n), draw)
    row = explored.weights_of(head, explored.rules)[query]
    seen = np.flatnonzero(explored.may_look[query]).tolist()
    winner = largest(row, seen, draw, explored.word)
    if winner is None:
        return None
    found, answers = winner
    second = int(np.argsort(-row)[1])
    return Question(
        "most",
        {"asks": explored.word(query), "head": str(head + 1)},
        *answers,
        {
            "found": explored.word(found),
            "share": f"{row[found]:.1%}",
            "next": explored.word(second),
            "other": f"{row[second]:.1%}",
        },
    )


def sums(explored: Explored, draw: Generator) -> Question | None:
    """Ask: do rows or columns sum to 1, with another mask?"""
    kinds = ("none", "causal", "window")
    mask = one([kind for kind in kinds if kind != explored.rules.mask.kind], draw)
    weights = explored.weights_of(
        explored.head, replace(explored.rules, mask=MaskRule(mask, width=1))
    )
    rows, columns = weights.sum(axis=1), weights.sum(axis=0)
    off = [float(np.abs(total - 1).max()) for total in (rows, columns)]
    if explored.n < 2 or any(TIE < gap < _SUMS_OFF for gap in off):
        return None
    by_rows, by_columns = (gap <= TIE for gap in off)
    names = {(True, False): "rows", (False, True): "columns", (True, True): "both"}
    found = names.get((by_rows, by_columns), "neither")
    return Question(
        "sums",
        {"mask": Name("mask_shown", mask)},
        *named(found, "rows", "columns", "both", "neither"),
        {
            "rows": f"{rows.min():.2f} – {rows.max():.2f}",
            "columns": f"{columns.min():.2f} – {columns.max():.2f}",
        },
    )


def temperature(explored: Explored, draw: Generator) -> Question | None:
    """Ask: does the largest weight rise when scores are divided by something else?"""
    low, high = FIELDS["temperature"].limits
    now = explored.rules.temperature
    query = one(range(explored.n), draw)
    then = one([t for t in (now / 2, now * 2) if low <= t <= high], draw)
    if explored.may_look[query].sum() < 2:
        return None
    changed = explored.weights_of(explored.head, replace(explored.rules, temperature=then))
    before, after = explored.weights[query].max(), changed[query].max()
    answer = change(before, after)
    if answer is None:
        return None
    return Question(
        "temperature",
        {"asks": explored.word(query), "now": f"{now:g}", "then": f"{then:g}"},
        *answer,
        {"before": f"{before:.1%}", "after": f"{after:.1%}"},
    )


def scaling(explored: Explored, draw: Generator) -> Question | None:
    """Ask: is attention wider with or without the division by √d_k?"""
    query, d_k = one(range(explored.n), draw), explored.parameters.w_q.shape[-1]
    both = (
        explored.weights_of(explored.head, replace(explored.rules, scaled=scaled))
        for scaled in (False, True)
    )
    undivided, divided = (float(entropy(weights)[query]) for weights in both)
    gap = divided - undivided
    wider = "divided" if gap > 0 else "undivided"
    if d_k == 1 or explored.may_look[query].sum() < 2 or EQUAL < abs(gap) < TIE:
        return None
    return Question(
        "scaling",
        {"asks": explored.word(query), "d_k": str(d_k)},
        *named(wider if abs(gap) > EQUAL else "same", "divided", "undivided", "same"),
        {"divided": f"{divided:.3f}", "undivided": f"{undivided:.3f}"},
    )


def visible(explored: Explored, draw: Generator) -> Question | None:
    """Ask: how many words can a word look at, with another mask?"""
    kinds = ("causal", "window")
    mask = one([kind for kind in kinds if kind != explored.rules.mask.kind], draw)
    if explored.n < 3:
        return None
    query = one(range(explored.n), draw)
    count = int(MaskRule(mask, width=1).matrix(explored.n)[query].sum())
    return Question(
        "visible",
        {
            "asks": explored.word(query),
            "mask": Name("mask_shown", mask),
            "position": str(query + 1),
        },
        *numbers(count, query + 1, explored.n - query, explored.n, query),
        {"count": str(count), "n": str(explored.n)},
    )


def hidden(explored: Explored, draw: Generator) -> Question | None:
    """Ask: what becomes of the other weights when one word is hidden?"""
    query = one(range(explored.n), draw)
    seen = np.flatnonzero(explored.may_look[query])
    if len(seen) < 3:
        return None
    gone = one(seen.tolist(), draw)
    rest = seen[seen != gone]
    blocked = [(int(q), int(k)) for q, k in np.argwhere(~explored.may_look)] + [(query, gone)]
    rules = replace(explored.rules, mask=MaskRule("drawn", blocked=tuple(blocked)))
    before, after = (
        explored.weights[query, rest],
        explored.weights_of(explored.head, rules)[query, rest],
    )
    if before.min() < TIE or np.abs(after - before).min() < TIE:
        return None
    by_factor = np.ptp(after / before) < TIE
    by_amount = np.ptp(after - before) < TIE
    if by_factor == by_amount:
        return None
    found = "same_factor" if by_factor else "same_amount"
    return Question(
        "hidden",
        {"asks": explored.word(query), "gone": explored.word(gone)},
        *named(found, "same_factor", "same_amount", "unchanged"),
        {
            "share": f"{explored.weights[query, gone]:.1%}",
            "factor": f"{(after / before).mean():.2f}",
            "rest": explored.word(int(rest[before.argmax()])),
            "before": f"{before.max():.1%}",
            "after": f"{after[before.argmax()]:.1%}",
        },
    )


def shifted(explored: Explored, draw: Generator) -> Question | None:
    """Ask: what becomes of the weights when every score of a row grows by the same amount?"""
    query, amount = one(range(explored.n), draw), one((1, 2, 5), draw)
    row = explored.scores()[query]
    if (row > -np.inf).sum() < 2:
        return None
    moved = torch.from_numpy(row + amount).softmax(dim=0).numpy()
    largest = change(explored.weights[query].max(), moved.max())
    if largest is None:
        return None
    return Question(
        "shifted",
        {"asks": explored.word(query), "amount": str(amount)},
        *largest,
        {"before": f"{explored.weights[query].max():.1%}", "after": f"{moved.max():.1%}"},
    )


KINDS: tuple[Kind, ...] = (most, temperature, sums, hidden, visible, scaling, shifted)
