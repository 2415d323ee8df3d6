"""Pieces of text as llama.cpp's own rules give them."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import pre_tokenizers

from core.errors import InputError
from core.models.gguf.file import GgufFile, Stored, Value
from core.models.gguf.vocabulary import RULES, vocabulary
from core.models.pieces import cut

LETTERS = sorted(pre_tokenizers.ByteLevel.alphabet())
MERGES = ["Ġ t", "h e", "Ġt he", "Ġ Ġ", "1 2", "' t", "' T", "c a", "ca t"]
PIECES = [*LETTERS, *(it.replace(" ", "") for it in MERGES), "<s>", "</s>", "<think>", "dog"]


@pytest.fixture(autouse=True)
def no_warnings_of_others() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def file(settings: Mapping[str, Value], rows: int = 400) -> GgufFile:
    tensors = {"token_embd.weight": Stored((rows, 8), 0, 0)}
    named = {f"tokenizer.ggml.{name}": value for name, value in settings.items()}
    return GgufFile("a.gguf", named, tensors, torch.empty(0))


def of_bytes(before: str, **settings: Value) -> GgufFile:
    kinds = [1] * (len(PIECES) - 4) + [3, 3, 4, 1]
    usual: dict[str, Value] = {"model": "gpt2", "pre": before, "tokens": PIECES, "merges": MERGES}
    ends = {"bos_token_id": PIECES.index("<s>"), "eos_token_id": PIECES.index("</s>")}
    return file({**usual, "token_type": kinds, **ends, **settings})


def pieces(of: GgufFile, text: str) -> list[str]:
    return vocabulary(of).encode(text).tokens


# Bytes, put together by merges


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("gpt-2", "the the", ["t", "he", "Ġthe"]),
        ("gpt-2", "a 121", ["a", "Ġ", "12", "1"]),
        ("smollm", "a  121", ["a", "ĠĠ", "1", "2", "1"]),  # each digit alone, spaces before it not
        ("gpt-2", "a  121", ["a", "Ġ", "Ġ", "12", "1"]),
        ("qwen2", "a  121", ["a", "Ġ", "Ġ", "1", "2", "1"]),
        ("gpt-2", "a'T", ["a", "'", "T"]),
        ("qwen2", "a'T", ["a", "'T"]),
        ("llama-bpe", "a'T", ["<s>", "a", "'T"]),
        ("llama-bpe", "1212", ["<s>", "12", "1", "2"]),  # three digits at most are one word
        ("gpt-2", "dog", ["d", "o", "g"]),
        ("llama-bpe", "dog", ["<s>", "dog"]),  # a piece, though no merges lead to it
        ("gpt-2", "猫", ["ç", "Į", "«"]),
        ("gpt-2", "a<s><think>b", ["a", "<s>", "<think>", "b"]),
    ],
)
def test_text_is_cut_as_the_rules_say(before: str, text: str, expected: list[str]):
    assert pieces(of_bytes(before), text) == expected


@pytest.mark.parametrize("before", RULES)
@given(text=st.text("the cat'T12 \n猫é!.", max_size=20))
def test_no_byte_is_lost(before: str, text: str):
    made = vocabulary(of_bytes(before, add_bos_token=False))
    assert made.decode(made.encode(text).ids) == text


@pytest.mark.parametrize("before", ["gpt-2", "llama-bpe"])
def test_the_file_says_what_stands_around_a_text(before: str):
    both = of_bytes(before, add_bos_token=True, add_eos_token=True)
    assert pieces(both, "a") == ["<s>", "a", "</s>"]
    none = of_bytes(before, add_bos_token=False, add_eos_token=False)
    assert pieces(none, "a") == ["a"]


def test_pieces_know_where_they_stand():
    found = cut(vocabulary(of_bytes("llama-bpe")), "the cat", 9)
    assert found.tokens == ("<s>", "t", "he", "␣", "cat")
    assert [found.sentence[a:b] for a, b in found.spans[1:]] == ["t", "he", " ", "cat"]
    assert found.special == (True, False, False, False, False)


# Characters, put together by scores

SCORED = {
    "<unk>": 0.0,
    "<s>": 0.0,
    "</s>": 0.0,
    **{f"<0x{byte:02X}>": 0.0 for byte in range(256)},
    "▁t": -1.0,
    "he": -2.0,
    "▁the": -3.0,
    "at": -4.0,
    "▁c": -5.0,
    "▁cat": -6.0,
    "▁▁": -7.0,
    "th": -8.0,
    "tt": -9.0,
    **{letter: -10.0 - place for place, letter in enumerate("▁theca")},
}


def of_characters(**settings: Value) -> GgufFile:
    kinds = [2, 3, 3] + [6] * 256 + [1] * (len(SCORED) - 259)
    usual: dict[str, Value] = {"model": "llama", "tokens": list(SCORED)}
    usual |= {"scores": list(SCORED.values()), "token_type": kinds}
    ends = {"bos_token_id": 1, "eos_token_id": 2, "unknown_token_id": 0}
    return file({**usual, **ends, **settings})


def best_first(text: str) -> Sequence[str]:
    """What sentencepiece does: join the two neighbours whose piece has the best score."""
    found = list(text.replace(" ", "▁"))
    while True:
        joined = [(SCORED.get(a + b, -99), -i) for i, (a, b) in enumerate(pairwise(found))]
        score, place = max(joined, default=(-99, 0))
        if score == -99:
            break
        found[-place : 2 - place] = ["".join(found[-place : 2 - place])]
    known = [[it] if it in SCORED else [f"<0x{b:02X}>" for b in it.encode()] for it in found]
    return [piece for group in known for piece in group]


@given(text=st.text("the ca猫", min_size=1, max_size=12))
def test_the_best_neighbours_are_joined_first(text: str):
    assert pieces(of_characters(), text) == ["<s>", *best_first(" " + text)]
    bare = of_characters(add_space_prefix=False, add_bos_token=False)
    assert pieces(bare, text) == best_first(text)


def test_a_piece_with_a_space_is_read_as_people_write_it():
    found = cut(vocabulary(of_characters()), "the cat", 9)
    assert found.tokens == ("<s>", "␣the", "␣cat")
    assert found.words == (None, 0, 1)


# What is refused


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"pre": "tekken"}, "gpt2, tekken"),
        ({"pre": "default"}, "gpt2, default"),
        ({"model": "bert"}, "bert, gpt-2"),
        ({"model": "rwkv"}, "rwkv, gpt-2"),
    ],
)
def test_other_rules_are_refused_by_name(settings: dict[str, Value], kind: str):
    with pytest.raises(InputError, match="gguf_tokenizer") as caught:
        vocabulary(of_bytes("gpt-2", **settings))
    assert caught.value.values["kind"] == kind


@pytest.mark.parametrize(
    "settings",
    [
        {"merges": ["no such"]},
        {"merges": ["one"]},
        {"merges": 7},
        {"tokens": ["a"]},
        {"bos_token_id": 10_000, "add_bos_token": True},
    ],
)
def test_parts_that_do_not_fit_together_are_refused(settings: dict[str, Value]):
    with pytest.raises(InputError, match="gguf_damaged"):
        vocabulary(of_bytes("gpt-2", **settings))


def test_pieces_named_twice_count_twice():
    with pytest.raises(InputError, match="gguf_damaged"):
        vocabulary(of_bytes("gpt-2", tokens=[*PIECES, *["<think>"] * 400]))


def test_more_pieces_than_the_model_has_are_refused():
    whole = of_bytes("gpt-2")
    few = {"token_embd.weight": Stored((len(PIECES) - 1, 8), 0, 0)}
    with pytest.raises(InputError, match="gguf_damaged"):
        vocabulary(GgufFile(whole.file, whole.settings, few, whole.content))
