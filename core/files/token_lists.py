"""The tokens that a file names: as texts, as bytes, in its notes, as a batch of texts."""

import json
import re
from collections.abc import Mapping

from core.files.tensors import Entry, Tensors
from core.tokens import as_token

NAMES = ("query_tokens", "key_tokens", "tokens")
"""The names that the page tells of."""

_ANY = ("tokens", "words", "pieces", "token_list", "str_tokens", "input_tokens", "labels")
_ENCODER = ("encoder_tokens", "source_tokens", "src_tokens")
_DECODER = ("decoder_tokens", "target_tokens", "tgt_tokens")
_ORIGIN = "origin"
_BLANK = "␣"  # stands for a token that shows nothing, and for a space before one
_QUOTED = re.compile(r"""b?'((?:[^'\\]|\\.)*)'|b?"((?:[^"\\]|\\.)*)\"""")
_SPACES = re.compile("[Ġ▁]")

Texts = tuple[tuple[str, ...], ...]


def lists_of(tensors: Tensors) -> Mapping[str, Texts]:
    """Name in small letters to its lists of texts: one, or one for each text of a batch."""
    found = {name.lower(): _rows(note) for name, note in tensors.notes.items()}
    texts = [it for it in tensors.entries if it.is_text]
    found |= {it.name.lower(): _of_entry(tensors, it) for it in texts}
    unknown = found.keys() - {*_ANY, *_ENCODER, *_DECODER, *NAMES, _ORIGIN}
    if len(unknown) == 1 and len(texts) == 1 and not found.keys() - unknown:
        return {"tokens": found[unknown.pop()]}
    return found


def has_tokens(lists: Mapping[str, Texts]) -> bool:
    """Whether the file names tokens at all."""
    return not lists.keys().isdisjoint({*_ANY, *_ENCODER, *_DECODER, *NAMES})


def batches(lists: Mapping[str, Texts]) -> set[int]:
    """How many texts the lists of tokens are for."""
    named = {*_ANY, *_ENCODER, *_DECODER, *NAMES} & lists.keys()
    return {len(lists[name]) for name in named} - {0, 1}


def counts(lists: Mapping[str, Texts]) -> set[int]:
    """How many tokens a text has, as far as all lists of the file agree that it is one text."""
    return {len(it) for name in {*_ANY, *NAMES} & lists.keys() for it in lists[name]} - {0}


def tokens_of(
    lists: Mapping[str, Texts], group: str, text: int, sizes: tuple[int, int]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tokens that look and those that are looked at; empty where there are none that fit.

    Args:
        lists: Of :func:`lists_of`.
        group: Whose attention it is: of an encoder, a decoder, or across.
        text: Which one of a batch, from 0.
        sizes: How many tokens look, and how many are looked at.
    """
    looks = ("query_tokens", *_ANY, *(_ENCODER if group == "encoder" else _DECODER), *_ENCODER)
    looked_at = ("key_tokens", *_ANY, *(_DECODER if group == "decoder" else _ENCODER), *_DECODER)
    return _fitting(lists, looks, text, sizes[0]), _fitting(lists, looked_at, text, sizes[1])


def _fitting(
    lists: Mapping[str, Texts], names: tuple[str, ...], text: int, size: int
) -> tuple[str, ...]:
    for name in names:
        rows = lists.get(name, ())
        row = rows[text] if text < len(rows) else rows[0] if len(rows) == 1 else ()
        if len(row) == size:
            return _as_tokens(row)
    return ()


def texts_called(tensors: Tensors, name: str) -> tuple[str, ...]:
    """The first list of texts of this name."""
    rows = lists_of(tensors).get(name, ())
    return rows[0] if rows else ()


def words_in(note: str) -> tuple[str, ...]:
    """Tokens in a text of a file: a list in JSON or as Python prints it, or words with spaces."""
    rows = _rows(note)
    return rows[0] if rows else ()


def _rows(note: str) -> Texts:
    try:
        found = json.loads(note)
    except (ValueError, RecursionError):
        found = _printed(note) or note.split()
    if not isinstance(found, list):
        found = note.split()
    rows = found if found and all(isinstance(it, list) for it in found) else [found]
    return tuple(tuple(map(str, row)) for row in rows)


def _printed(note: str) -> list[str]:
    """Texts between quotation marks in a list as Python or numpy prints it."""
    if not note.lstrip().startswith(("[", "(", "array(")):
        return []
    found = (single or double for single, double in _QUOTED.findall(note))
    return [re.sub(r"\\(.)", r"\1", it) for it in found]


def _of_entry(tensors: Tensors, entry: Entry) -> Texts:
    shape, most = entry.shape, tensors.limits.long_tokens
    if len(shape) > 2 or 0 in shape or max(shape, default=0) > most:
        return ()
    if len(shape) == 2 and shape[0] * shape[1] > most:
        return ()
    texts = tensors.words(entry)
    if len(shape) < 2:
        return _rows(texts[0]) if texts and not shape else (texts,)
    width = shape[1]
    return tuple(texts[at : at + width] for at in range(0, len(texts), width))


def _as_tokens(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Texts as they may be shown; pieces of bytes are read as what they say.

    The sign for a space before a piece stays where some pieces go on with a word.
    """
    byte_level = any("Ġ" in it or "Ċ" in it for it in texts)
    decoded = [_SPACES.sub(_BLANK, _from_bytes(it) if byte_level else it) for it in texts]
    if not any(it[:1].isalnum() for it in decoded[1:]):
        decoded = [it.removeprefix(_BLANK) for it in decoded]
    return tuple(as_token(it) or _BLANK for it in decoded)


def _from_bytes(piece: str) -> str:
    """A byte-level piece as text, a space before it as a sign; otherwise as it is.

    Source: Radford et al., Language Models are Unsupervised Multitask Learners, 2019: encoder.py.
    """
    numbers = [_BYTES.get(it) for it in piece]
    if None in numbers:
        return piece
    try:
        text = bytes(it for it in numbers if it is not None).decode()
    except UnicodeDecodeError:
        return piece
    return _BLANK + text[1:] if text.startswith(" ") else text


def _bytes_of_signs() -> dict[str, int]:
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [it for it in range(256) if it not in shown]
    return {chr(it): it for it in shown} | {chr(256 + at): it for at, it in enumerate(hidden)}


_BYTES = _bytes_of_signs()
