"""The words on the pages: the TOML files beside this one hold both languages side by side.

A page's labels lie in its own file; ``controls``, ``words``, ``frame``, ``errors`` and
``questions`` serve several pages.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.reader.examples import Language

LANGUAGES: dict[Language, str] = {"en": "English", "zh": "中文"}
"""Codes, as browsers' locales begin with them, and own names."""

_FOLDER = Path(__file__).parent
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=@)|(?<=www)(?=\.)", re.IGNORECASE)
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

    def options(self, name: str, words: Iterable[str]) -> dict[str, str]:
        """What each of a field's words is called: the labels ``<name>.<word>``."""
        return {word: labels()[f"{name}.{word}"][self.language].format() for word in words}

    def help(self, name: str) -> str | None:
        """What is to be said of a field to who asks, if anything."""
        return self(f"{name}.help") if f"{name}.help" in labels() else None

    def joined(self, *sentences: str) -> str:
        """Whole sentences, one after the other: between Chinese ones there is no space."""
        return ("" if self.language == "zh" else " ").join(sentences)


def spoken(locale: str) -> Language:
    """The language for a browser's locale, such as ``zh-CN``."""
    known: list[Language] = [it for it in LANGUAGES if locale.lower().startswith(it)]
    return known[0] if known else "en"


@cache
def labels() -> dict[str, dict[str, str]]:
    """Every label: dotted key to language to text."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        _gather(tomllib.loads(path.read_text(encoding="utf-8")), "", found)
    return found


def plain(words: str) -> str:
    """A reader's words as Markdown that shows just these words: nothing in them is markup.

    They are isolated, so that a word written from right to left leaves the sentence in order, and
    what looks like an address is joined by an invisible mark, which keeps it from becoming a link.
    """
    escaped = _PUNCTUATION.sub(r"\\\1", _ADDRESS.sub("\u2060", words))
    return f"\u2068{escaped}\u2069"


def plain_word(words: tuple[str, ...], position: int) -> str:
    """One of a sentence's words, as in :func:`plain`; a repeated one with its place."""
    return plain(numbered(words, position))


def numbered(words: tuple[str, ...], position: int) -> str:
    """One of a sentence's words; a repeated one with its place."""
    word = words[position]
    return word if words.count(word) == 1 else f"{word} #{position + 1}"


def _gather(table: dict, prefix: str, found: dict[str, dict[str, str]]) -> None:
    if set(LANGUAGES) <= table.keys():
        found[prefix] = {language: table[language] for language in LANGUAGES}
    for name, value in table.items():
        if isinstance(value, dict):
            _gather(value, f"{prefix}.{name}" if prefix else name, found)
