"""Questions about what a layer costs at other sizes."""

import numpy as np
from numpy.random import Generator

from core.complexity import operations
from core.ideas.cost import ROWS, Row, Setting, formula, longest_path
from core.ideas.generating import compared, in_cache
from core.questions.question import Kind, Name, Question, numbers, one
from core.reader.ideas import lengths

_FACTORS = ("×1", "×2", "between_2_and_4", "×4", "×8")


def scores(setting: Setting, draw: Generator) -> Question | None:
    """Ask: how many scores does a head compute at another length?"""
    n = one((10, 40, 100, 1_000), draw)
    found, twice = (
        operations("self_attention", m, setting.d) // (4 * setting.d) for m in (n, 2 * n)
    )
    return Question(
        "scores",
        {"n": f"{n:,}"},
        *numbers(found, n, 2 * n, n * setting.d, n**3),
        {"scores": f"{found:,}", "twice": f"{twice:,}"},
    )


def longer(setting: Setting, draw: Generator) -> Question | None:
    """Ask: what becomes of the operations when the sentence is twice as long?"""
    return _grown("longer", setting, setting._replace(n=2 * setting.n), one(ROWS, draw))


def broader(setting: Setting, draw: Generator) -> Question | None:
    """Ask: what becomes of the operations when vectors are twice as wide?"""
    return _grown("broader", setting, setting._replace(d=2 * setting.d), one(ROWS, draw))


def cheaper(setting: Setting, draw: Generator) -> Question | None:
    """Ask: which of two layers needs fewer operations at another length?"""
    n = one([n for n in (16, 128, 1_024, 8_192) if n != setting.n], draw)
    pair: list[Row] = [ROWS[i] for i in sorted(int(i) for i in draw.permutation(len(ROWS))[:2])]
    then = setting._replace(n=n)
    work = [formula(row, then) for row in pair]
    if work[0] == work[1]:
        return None
    return Question(
        "cheaper" if _cross(pair, setting) else "cheaper_always",
        {"n": f"{n:,}", "d": f"{setting.d:,}"},
        tuple(Name("cost", row) for row in pair),
        int(np.argmin(work)),
        {
            "first": Name("cost", pair[0]),
            "second": Name("cost", pair[1]),
            "first_work": f"{work[0]:,}",
            "second_work": f"{work[1]:,}",
        },
    )


def _cross(pair: list[Row], setting: Setting) -> bool:
    """Tell whether each of two layers needs fewer operations at some length that is drawn."""
    gaps = [
        formula(pair[0], at) - formula(pair[1], at)
        for at in (setting._replace(n=n) for n in lengths(setting.n, setting.d))
    ]
    return min(gaps) < 0 < max(gaps)


def path(setting: Setting, draw: Generator) -> Question | None:
    """Ask: after how many layers has the last token felt the first one?"""
    rows: tuple[Row, ...] = ("convolution", "restricted")
    row = one(rows, draw)
    size = one(
        [k for k in (3, 5, 9) if k != (setting.k if row == "convolution" else setting.r)], draw
    )
    n = one([n for n in (12, 30, 64, 200) if n != setting.n], draw)
    found = longest_path(row, setting._replace(n=n, k=size, r=size))
    return Question(
        f"path_{row}",
        {"n": str(n), "size": str(size)},
        *numbers(found, -(-n // size), n, 1, size),
        {"layers": str(found), "back": str(size - 1)},
    )


def anew(_: Setting, draw: Generator) -> Question:
    """Ask: how many columns does a model compute that writes without a cache?"""
    n = one((5, 6, 8, 12), draw)
    kept, found = map(sum, compared(n).computed)
    return Question(
        "anew",
        {"n": str(n)},
        *numbers(found, n**2, n, 2 * n),
        {"anew": str(found), "kept": str(kept)},
    )


def forgets(_: Setting, draw: Generator) -> Question:
    """Ask: which word does a window with first words forget in a step?"""
    sinks, window = one((1, 2, 4), draw), one((2, 3, 5), draw)
    step = sinks + window + one((1, 2, 3), draw)
    before, now = in_cache(step, sinks, window)[-2:]
    found = int(np.flatnonzero(before & ~now)[0]) + 1
    return Question(
        "forgets",
        {"sinks": str(sinks), "window": str(window), "step": str(step)},
        *numbers(found, 1, found + 1, sinks + 1, step - 1),
        {"begins": str(found + 1), "gone": str(found)},
    )


def _grown(kind: str, now: Setting, then: Setting, row: Row) -> Question:
    before, after = formula(row, now), formula(row, then)
    factor = after / before
    named = f"×{factor:g}"
    found = named if named in _FACTORS else "between_2_and_4"
    if found == "between_2_and_4" and not 2 < factor < 4:
        raise ValueError(f"operations grew by {factor}, which is not on offer")
    return Question(
        kind,
        {"row": Name("cost", row), "n": f"{then.n:,}", "d": f"{then.d:,}"},
        tuple(it if it.startswith("×") else Name("answer", it) for it in _FACTORS),
        _FACTORS.index(found),
        {"before": f"{before:,}", "after": f"{after:,}", "factor": f"{factor:.2f}"},
    )


KINDS: tuple[Kind, ...] = (scores, longer, broader, cheaper, path, anew, forgets)
