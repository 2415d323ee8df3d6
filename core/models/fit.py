"""Fit what guesses the features of words, and look up the common ones.

``python -m core.models.fit en.txt zh.txt`` takes a list of words for each language, the commonest
first, a line each. It prints how well held-out words are guessed, and writes the linear map and a
table of guessed words beside the model.

Source: Hoerl and Kennard, Ridge Regression, 1970.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import regex
from safetensors.numpy import save_file

from core.arrays import Array, BoolArray
from core.embeddings import set_by_people
from core.models.guessing import FILE, STEPS, THRESHOLD, rounded, vectors
from core.tokens import words

PENALTY = 0.03
"""Of the squares of the map's numbers, for vectors of length 1."""

FOLDS = 10
COMMON = 30_000
"""Words of each language in the table."""

_ENGLISH = regex.compile(r"[a-z]+(?:['’-][a-z]+)*")
_CHINESE = regex.compile(r"\p{Han}+")


class Map(NamedTuple):
    """Features are ``vector @ matrix + offset``."""

    matrix: Array
    offset: Array

    def __call__(self, x: Array) -> Array:
        """``(word, kind)``."""
        return x @ self.matrix + self.offset


def ridge(x: Array, y: Array, penalty: float = PENALTY) -> Map:
    """The map with the least squared error and penalty; the offset is free.

    Args:
        x: ``(word, d_model)``.
        y: ``(word, kind)``.
        penalty: Of the matrix's squares.
    """
    mean, target = x.mean(axis=0), y.mean(axis=0)
    centred = x - mean
    squares = centred.T @ centred + penalty * np.eye(x.shape[1])
    matrix = np.linalg.solve(squares, centred.T @ (y - target))
    return Map(matrix, target - mean @ matrix)


def held_out(x: Array, y: Array, folds: int = FOLDS) -> Array:
    """What each word is guessed to be by a map that was fitted without it: ``(word, kind)``."""
    fold = np.random.default_rng(0).permutation(len(x)) % folds
    found = np.zeros_like(y)
    for number in range(folds):
        mine = fold == number
        found[mine] = ridge(x[~mine], y[~mine])(x[mine])
    return found


def report(x: Array, y: Array, chinese: BoolArray) -> Iterator[tuple[str, float]]:
    """How well words are guessed: what is counted, and the part of words."""
    found = held_out(x, y)
    right = found.argmax(axis=1) == y.argmax(axis=1)
    yield "main feature of held-out words right", right.mean()
    yield "… English", right[~chinese].mean()
    yield "… Chinese", right[chinese].mean()
    clear = found.max(axis=1) >= THRESHOLD
    yield (
        f"… of those that are not left unknown (largest feature ≥ {THRESHOLD})",
        right[clear].mean(),
    )
    yield "left unknown", 1 - clear.mean()
    for name, mine in (
        ("Chinese, fitted on English", chinese),
        ("English, fitted on Chinese", ~chinese),
    ):
        other = ridge(x[~mine], y[~mine])(x[mine])
        yield name, (other.argmax(axis=1) == y[mine].argmax(axis=1)).mean()
    yield "the commonest kind", np.bincount(y.argmax(axis=1)).max() / len(y)


def common(lines: Sequence[str], pattern: regex.Pattern, n: int = COMMON) -> list[str]:
    """The first words that nobody set, and that sentences are cut into."""
    wanted = (it for it in lines if pattern.fullmatch(it) and it not in set_by_people())
    return list(islice((it for it in wanted if words(it) == (it,)), n))


def main() -> None:
    """Print how good the map is; write it, and the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("english", type=Path)
    parser.add_argument("chinese", type=Path)
    options = parser.parse_args()
    table = set_by_people()
    x, y = vectors(list(table)), np.stack(list(table.values()))
    usable = x.any(axis=1)  # the model knows all their pieces
    chinese = np.array([bool(_CHINESE.search(it)) for it in table])
    sys.stdout.write(f"words set by people: {usable.sum()}\n")
    for what, part in report(x[usable], y[usable], chinese[usable]):
        sys.stdout.write(f"{what}: {part:.1%}\n")
    guessing = ridge(x[usable], y[usable])
    listed = [
        *common(options.english.read_text(encoding="utf-8").split(), _ENGLISH),
        *common(options.chinese.read_text(encoding="utf-8").split(), _CHINESE),
    ]
    seen = vectors(listed)
    found = rounded(guessing(seen)) * seen.any(axis=1, keepdims=True)
    save_file(
        {
            "words": np.frombuffer("\n".join(["", *listed, ""]).encode(), np.uint8),
            "features": np.round(found * STEPS).astype(np.uint8),
            "matrix": guessing.matrix.astype(np.float32),
            "offset": guessing.offset.astype(np.float32),
        },
        FILE,
    )
    sys.stdout.write(f"words looked up: {len(listed)}, {FILE.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
