"""What is to be doubted in an uploaded file: rows and steps that do not follow from each other."""

import numpy as np

from core.arrays import Array
from core.errors import InputError
from core.layer import Rules
from core.softmax import softmax
from core.trace import ROW_SUM_TOLERANCE, LayerTrace

HALF_PRECISION = 2e-3
"""How far rows stored in two bytes a number are from 1 by rounding alone."""

_STEP_TOLERANCE = 1e-3  # how far a step may be from what follows from the one before
_FAR = 0.01  # how far sums are from 1 that rounding does not explain
_HALF_STEP_TOLERANCE = 2e-2  # the same in two bytes, where scores were rounded, too


def rows_off(weights: Array, halves: bool) -> list[InputError]:
    """Rows that sum neither to 1 nor, where a query may look at nothing, to 0, and what that tells.

    Args:
        weights: ``(..., query, key)``.
        halves: Whether they were stored in two bytes a number.

    Returns:
        ``file_rows_off``, and what gives the cause away, if something does: ``file_percent``,
        ``file_counts``, ``file_columns_sum`` or ``file_rows_same``.
    """
    tolerance = HALF_PRECISION if halves else ROW_SUM_TOLERANCE
    sums = weights.sum(axis=-1, dtype=np.float64)
    looks = weights.any(axis=-1)
    off = np.where(looks, np.abs(sums - 1), 0)
    count = int((off > tolerance).sum())
    if not count:
        return []
    found = [InputError("file_rows_off", count=count, total=off.size, most=_rounded(off.max()))]
    cause = _cause(weights, sums[looks], tolerance)
    return [*found, cause] if cause and off.size > 1 else found


def _cause(weights: Array, sums: Array, tolerance: float) -> InputError | None:
    """What gives away why rows do not sum to 1."""
    usual = float(np.median(sums))
    alike = bool((np.abs(sums - usual) <= 10 * tolerance * max(usual, 1)).all())
    if alike and abs(usual - 100) < 1:
        return InputError("file_percent")
    if float(weights.max()) > 1 and not (weights % 1).any():
        return InputError("file_counts", most=f"{weights.max():g}")
    columns = weights.sum(axis=-2, dtype=np.float64)
    if (np.abs(columns - 1)[columns > 0] <= 10 * tolerance).all():
        return InputError("file_columns_sum")
    same = alike and abs(usual - 1) > _FAR
    return InputError("file_rows_same", sum=_rounded(usual)) if same else None


def steps_differ(layer: LayerTrace, head: int, *, halves: bool = False) -> list[InputError]:
    """Steps of a head that do not follow from the one before.

    Args:
        layer: Of a file.
        head: From 0.
        halves: Whether weights were stored in two bytes a number.

    Returns:
        ``file_scores_differ`` if no scale makes q·k the scores; ``file_steps_differ`` if weights
        are not softmax of the scores, or outputs not the weighted sums.
    """
    found = []
    if rules_of(layer, head) is None:
        found.append(InputError("file_scores_differ"))
    biased = layer.biased_scores[head].astype(np.float64)
    output = layer.weights[head].astype(np.float64) @ layer.v[head]
    off = max(_off(layer.weights[head], softmax(biased), 1.0), _off(layer.output[head], output))
    if off > (_HALF_STEP_TOLERANCE if halves else _STEP_TOLERANCE):
        found.append(InputError("file_steps_differ", most=_rounded(off)))
    return found


def rules_of(layer: LayerTrace, head: int) -> Rules | None:
    """How the head's scores follow from q·k; ``None`` if they do not."""
    product = layer.q[head].astype(np.float64) @ layer.k[head].T
    scores, usual = layer.scores[head].astype(np.float64), Rules().scale(layer.q.shape[-1])
    length = float((product * product).sum())
    scale = float((product * scores).sum()) / length if length else usual
    if scale <= 0 or _off(scores, scale * product) > _STEP_TOLERANCE:
        return None
    bias = layer.bias[head]
    added = bool(bias[np.isfinite(bias)].any())
    positions = "alibi" if added else "none"  # the formula of the scores says that b is added
    if abs(scale - 1) < ROW_SUM_TOLERANCE and usual != 1:
        return Rules(scaled=False, positions=positions)
    return Rules(temperature=round(usual / scale, 4), positions=positions)


def _off(found: Array, expected: Array, size: float = 0.0) -> float:
    """How far numbers are from what they should be, as a share of the largest."""
    size = size or float(np.abs(found).max()) or 1.0
    return float(np.abs(found - expected).max()) / size


def _rounded(number: float) -> float:
    return float(f"{number:.2g}")
