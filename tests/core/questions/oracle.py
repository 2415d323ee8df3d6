"""What the questions' answers should be, computed in numpy from raw arrays and by other ways."""

import numpy as np

from core.masks import MaskRule
from core.questions.explored import Explored
from core.questions.question import Listed, Name, Question, Value, Word
from tests.core import formulas

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
    return formulas.may_look(MaskRule(kind, width) if kind else it.rules.mask, len(it.tokens))


def scores(it: Explored, head: int, scaled: bool, temperature: float) -> Array:
    """Before the mask; with what positions add."""
    w_q, w_k, positions = it.parameters.w_q, it.parameters.w_k, it.rules.positions
    scale = 1 / (temperature * (np.sqrt(w_q.shape[-1]) if scaled else 1))
    its = formulas.Head(head, len(w_q), w_q[head], w_k[head], scale)
    return formulas.scores(positions, formulas.vectors(positions, it.parameters.x), its)


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
