"""Questions as plain values and back, for what keeps them outside of the session."""

from collections.abc import Mapping

import regex

from core.choices import reading
from core.choices.reading import sequence, whole
from core.questions.question import MOST_OPTIONS, Listed, Name, Question, Value, Word
from core.tokens import LONGEST

_MOST_WORDS = 100_000
_MOST_VALUES = 20
_NUMBERS = regex.compile(r"[\d\s.,%×·–+einfa-]{0,60}", regex.ASCII)
_NAME = regex.compile(r"\w{1,40}", regex.ASCII)
_word = reading.text(8 * LONGEST)  # letters with accents, and emoji, have several characters


def as_plain(question: Question) -> list[object]:
    """A question as lists, texts and numbers."""
    return [
        question.kind,
        {name: _plain(value) for name, value in question.values.items()},
        [_plain(value) for value in question.options],
        question.answer,
        {name: _plain(value) for name, value in question.told.items()},
    ]


def from_plain(raw: object) -> Question:
    """The question that :func:`as_plain` wrote; whether it can be worded is not known here.

    Raises:
        ValueError, TypeError, OverflowError: If it did not write it.
    """
    kind, values, options, answer, told = sequence(raw)
    offered = tuple(_value(it) for it in sequence(options))
    if not 2 <= len(offered) <= MOST_OPTIONS:
        raise ValueError("so many options have no question")
    return Question(
        _matching(_NAME, kind),
        _values(values),
        offered,
        whole(0, len(offered) - 1)(answer),
        _values(told),
    )


def _plain(value: Value) -> object:
    return value if isinstance(value, str) else value._asdict()


def _values(raw: object) -> dict[str, Value]:
    if not isinstance(raw, Mapping) or len(raw) > _MOST_VALUES:
        raise TypeError
    return {_matching(_NAME, name): _value(value) for name, value in raw.items()}


def _value(raw: object) -> Value:
    match raw:
        case str():
            return _matching(_NUMBERS, raw)
        case {"words": list() as words, "place": place} if 0 < len(words) <= _MOST_WORDS:
            return Word(tuple(map(_word, words)), whole(0, len(words) - 1)(place))
        case {"sort": sort, "name": name}:
            return Name(_matching(_NAME, sort), _matching(_NAME, name))
        case {"items": list() as items} if len(items) <= _MOST_VALUES:
            return Listed(tuple(_matching(_NUMBERS, it) for it in items))
    raise ValueError("a question has no such value")


def _matching(form: regex.Pattern[str], raw: object) -> str:
    if not isinstance(raw, str) or not form.fullmatch(raw):
        raise ValueError("a question has no such value")
    return raw
