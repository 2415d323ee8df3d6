"""What the questions' answers should be, computed in numpy from raw arrays and by other ways."""

import numpy as np

from core.questions.explored import Explored
from core.questions.question import Listed, Name, Question, Value, Word

Array = np.ndarray


def answered(question: Question) -> Value:
    """The option that is called right; every option has to be there once."""
    assert 2 <= len(question.options) == len(set(question.options))
    return question.options[question.answer]


def name(value: Value) -> str:
    assert isinstance(value, Name)
    return value.name


def listed(value: Value) -> tuple[str, ...]:
    assert isinstance(value, Listed)
    return value.items


def place(value: Value) -> int:
    assert isinstance(value, Word)
    _, at = value
    assert isinstance(at, int)
    return at


def softmax(scores: Array) -> Array:
    """Rows of zeros where everything is hidden."""
    raised = np.where(np.isneginf(scores), 0.0, np.exp(scores - np.nanmax(_finite(scores))))
    total = raised.sum(axis=-1, keepdims=True)
    return np.divide(raised, total, out=np.zeros_like(raised), where=total > 0)


def mask(it: Explored, kind: str | None = None, width: int = 1) -> Array:
    """True = may look."""
    n = len(it.tokens)
    rule = it.rules.mask
    i, j = np.indices((n, n))
    match kind or rule.kind:
        case "causal":
            return j <= i
        case "window":
            return abs(i - j) <= (width if kind else rule.width)
        case "padding":
            return ~np.isin(j, rule.padded)
        case "drawn":
            return np.array([[(a, b) not in rule.blocked for b in range(n)] for a in range(n)])
        case _:
            return np.ones((n, n), dtype=bool)


def scores(it: Explored, head: int, scaled: bool, temperature: float) -> Array:
    """Before the mask; with what positions add."""
    x = it.parameters.x.astype(float)
    n, d = x.shape
    if it.rules.positions == "sinusoidal":
        angle = np.arange(n)[:, None] / 10000 ** (2 * (np.arange(d) // 2) / d)
        x = x + np.where(np.arange(d) % 2 == 0, np.sin(angle), np.cos(angle))
    q, k = (x @ w[head].astype(float) for w in (it.parameters.w_q, it.parameters.w_k))
    if it.rules.positions == "rope":
        half = q.shape[1] // 2
        turn = np.exp(1j * np.arange(n)[:, None] / 10000 ** (np.arange(half) / half))
        q, k = ((part[:, ::2] + 1j * part[:, 1::2]) * turn for part in (q, k))
        product = (q @ k.conj().T).real
    else:
        product = q @ k.T
    below = temperature * (np.sqrt(it.parameters.w_q.shape[-1]) if scaled else 1)
    if it.rules.positions == "alibi":
        slope = 2 ** (-8 * (head + 1) / len(it.parameters.w_q))  # for 1, 2, 4 and 8 heads
        i, j = np.indices((n, n))
        return product / below - slope * abs(i - j)
    return product / below


def weights(
    it: Explored,
    *,
    head: int | None = None,
    scaled: bool | None = None,
    temperature: float | None = None,
    may_look: Array | None = None,
) -> Array:
    found = scores(
        it,
        it.head if head is None else head,
        it.rules.scaled if scaled is None else scaled,
        temperature or it.rules.temperature,
    )
    return softmax(np.where(mask(it) if may_look is None else may_look, found, -np.inf))


def entropy(row: Array) -> float:
    seen = row[row > 0]
    return float(-(seen * np.log2(seen)).sum())


def change(before: float, after: float) -> str:
    if abs(before - after) < 1e-7:
        return "stays"
    return "rises" if after > before else "falls"


def _finite(scores: Array) -> Array:
    finite = scores[np.isfinite(scores)]
    return finite if finite.size else np.zeros(1)
