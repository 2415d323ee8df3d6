"""Choose the pieces of both languages, count words, and keep some held-out pairs for tests.

``python -m core.translation.prepare --data PATH``
"""

import argparse
from collections import Counter
from pathlib import Path

from core.tokens import words
from core.translation.files import FOLDER, write_pieces
from core.translation.pairs import Split, read_pairs, split, write_pairs
from core.translation.pieces import Language, learn_pieces

VOCABULARY = 2400
"""Pieces of a language, at most."""

CARRIED = 300
"""Held-out pairs that come with the project."""

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def prepare(data: Path) -> Split:
    """Write ``pieces.json``, ``words.tsv`` and ``held_out.tsv``."""
    parts = split(read_pairs(data))
    pieces, lines = {}, []
    for language in LANGUAGES:
        sentences = [getattr(pair, language).text for pair in parts.train]
        pieces[language] = learn_pieces(sentences, language, VOCABULARY)
        counts = Counter(word.lower() for sentence in sentences for word in words(sentence))
        lines += [f"{language}\t{word}\t{count}\n" for word, count in sorted(counts.items())]
    write_pieces(pieces)
    (FOLDER / "words.tsv").write_text("".join(lines), encoding="utf-8")
    step = -(-len(parts.held_out) // CARRIED)
    write_pairs(FOLDER / "held_out.tsv", parts.held_out[::step])
    return parts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a file of pairs")
    prepare(parser.parse_args().data)
