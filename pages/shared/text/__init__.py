"""The words on the pages: labels.toml holds both languages side by side, en/ and zh/ the prose."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: dict[Language, str] = {"en": "English", "zh": "中文"}

_FOLDER = Path(__file__).parent
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


@dataclass(frozen=True)
class Text:
    """The texts in one language; calling it looks a label up."""

    language: Language

    def __call__(self, key: str, /, **values: object) -> str:
        """The label, with its placeholders filled.

        Raises:
            KeyError: If there is no such label or a placeholder has no value.
        """
        return labels()[key][self.language].format(**values)

    def prose(self, name: str) -> str:
        """A longer text, as Markdown."""
        return (_FOLDER / self.language / f"{name}.md").read_text(encoding="utf-8")


@cache
def labels() -> dict[str, dict[str, str]]:
    """Every label: dotted key to language to text."""
    found: dict[str, dict[str, str]] = {}
    _gather(tomllib.loads((_FOLDER / "labels.toml").read_text(encoding="utf-8")), "", found)
    return found


def plain(words: str) -> str:
    """A reader's words as Markdown that shows just these words: nothing in them is markup."""
    return _PUNCTUATION.sub(r"\\\1", words)


def _gather(table: dict, prefix: str, found: dict[str, dict[str, str]]) -> None:
    if set(LANGUAGES) <= table.keys():
        found[prefix] = {language: table[language] for language in LANGUAGES}
    for name, value in table.items():
        if isinstance(value, dict):
            _gather(value, f"{prefix}.{name}" if prefix else name, found)
