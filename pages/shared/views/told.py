"""Why an input cannot be used, in the reader's language."""

from core.errors import InputError
from pages.shared.text import Text, plain


def told(text: Text, problem: InputError) -> str:
    """The label of the problem's code; words in it, which may be a reader's, stay words."""
    values = {name: _said(text, value) for name, value in problem.values.items()}
    return text(f"error.{problem.code}", **values)


def _said(text: Text, value: object) -> object:
    match value:
        case str():
            return plain(value)
        case tuple():
            return text("sentence.comma").join(plain(str(part)) for part in value)
        case _:
            return value
