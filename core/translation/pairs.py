"""Pairs of sentences from Tatoeba: read, cleaned of coarse ones, and split.

No sentence of either language stands on both sides of a split: pairs that share a sentence,
directly or through others, are kept together.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import regex

from core.translation.pieces import Language, plain

OF_A_THOUSAND = {"held_out": 46, "search": 24}
"""How many of a thousand groups of pairs are kept from training, for the end and for the search."""

_COARSE = Path(__file__).parent / "data" / "coarse.txt"
_NOT_A_LETTER = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


class Sentence(NamedTuple):
    """A sentence as somebody gave it to Tatoeba.

    Attributes:
        text: With simplified characters.
        number: tatoeba.org/sentences/show/NUMBER.
        contributor: A name there.
    """

    text: str
    number: int
    contributor: str


class Pair(NamedTuple):
    """Two sentences that translate each other."""

    en: Sentence
    zh: Sentence


class Split(NamedTuple):
    """What is learned from, and what is not.

    Attributes:
        train: To learn from.
        search: To choose settings by.
        held_out: To score with at the end.
    """

    train: tuple[Pair, ...]
    search: tuple[Pair, ...]
    held_out: tuple[Pair, ...]


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """The pairs of a file, without coarse ones and without repetitions.

    Args:
        path: A line is English, Chinese, and "#number contributor" of each, parted by tabs.

    Raises:
        ValueError: If a line has another form.
    """
    coarse = _coarse()
    distinct: dict[tuple[str, str], Pair] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        pair = _pair(line)
        if not coarse.search(f"{pair.en.text}\n{pair.zh.text}"):
            distinct.setdefault((_key(pair.en), _key(pair.zh)), pair)
    return tuple(distinct.values())


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Write a file that :func:`read_pairs` reads."""
    lines = (
        f"{en.text}\t{zh.text}\t#{en.number} {en.contributor}\t#{zh.number} {zh.contributor}\n"
        for en, zh in pairs
    )
    path.write_text("".join(lines), encoding="utf-8")


def split(pairs: Sequence[Pair]) -> Split:
    """Keep some groups of pairs from training, chosen by a hash of their sentences.

    Of a group that is kept back, one pair is used: no sentence is scored twice.
    """
    train, search, held_out = [], [], []
    for group in groups(pairs):
        name = min(_key(pair.en) for pair in group)
        place = int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) % 1000
        if place < OF_A_THOUSAND["held_out"]:
            held_out.append(group[0])
        elif place < sum(OF_A_THOUSAND.values()):
            search.append(group[0])
        else:
            train.extend(group)
    return Split(tuple(train), tuple(search), tuple(held_out))


def groups(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Connected components: pairs that share a sentence of either language, whatever its marks."""
    parents: dict[str, str] = {}

    def root(key: str) -> str:
        while (parent := parents.setdefault(key, key)) != key:
            parents[key] = key = parents[parent]
        return key

    keys = [("en " + _key(pair.en), "zh " + _key(pair.zh)) for pair in pairs]
    for en, zh in keys:
        parents[root(en)] = root(zh)
    members: dict[str, list[Pair]] = {}
    for pair, (en, _) in zip(pairs, keys, strict=True):
        members.setdefault(root(en), []).append(pair)
    yield from members.values()


def _pair(line: str) -> Pair:
    cells = line.split("\t")
    if len(cells) != 4:
        raise ValueError(
            f"a line must have 4 cells parted by tabs, got {len(cells)}: {line[:60]!r}"
        )
    return Pair(_sentence(cells[0], cells[2], "en"), _sentence(cells[1], cells[3], "zh"))


def _sentence(text: str, source: str, language: Language) -> Sentence:
    number, _, contributor = source.removeprefix("#").partition(" ")
    return Sentence(plain(text, language), int(number), contributor)


def _key(sentence: Sentence) -> str:
    """A sentence without capitals and marks; what consists of marks alone is its own key."""
    return _NOT_A_LETTER.sub(" ", sentence.text).strip().lower() or sentence.text


def _coarse() -> regex.Pattern[str]:
    lines = _COARSE.read_text(encoding="utf-8").splitlines()
    return regex.compile("|".join(line for line in lines if not line.startswith("#")), regex.I)
