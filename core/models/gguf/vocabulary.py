"""The tokenizer that a GGUF file describes: its pieces, and how text is cut before they are used.

Source: ``llama-vocab.cpp`` of llama.cpp (github.com/ggml-org/llama.cpp); what it has no rules for
is refused, since other pieces would be shown than the model was trained on.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
)

from core.errors import InputError
from core.models.gguf.file import GgufFile

SPACE = "▁"
_CONTROL, _BY_USER = 3, 4  # kinds of pieces

_LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_QWEN_2 = _LLAMA_3.replace("{1,3}", "")


class Rules(NamedTuple):
    """How text is cut before pieces of bytes are put together.

    Attributes:
        split: Words, as a regular expression; none means those of GPT-2.
        digits: Each digit stands alone.
        whole: A word that is a piece needs no merges.
        begins: A piece is put in front unless the file says otherwise.
    """

    split: str = ""
    digits: bool = False
    whole: bool = False
    begins: bool = False


RULES: Mapping[str, Rules] = {
    "gpt-2": Rules(),
    "smollm": Rules(digits=True),
    "qwen2": Rules(_QWEN_2),
    "deepseek-r1-qwen": Rules(_QWEN_2),
    **dict.fromkeys(("llama-bpe", "llama3", "llama-v3"), Rules(_LLAMA_3, whole=True, begins=True)),
}
"""By the names in the file's ``tokenizer.ggml.pre``."""


def vocabulary(file: GgufFile) -> Tokenizer:
    """The tokenizer.

    Raises:
        InputError: ``gguf_tokenizer`` with its name if it is of another sort; ``gguf_damaged`` if
            its parts do not fit together.
    """
    said: dict[str, Any] = {
        name.removeprefix("tokenizer.ggml."): value
        for name, value in file.settings.items()
        if name.startswith("tokenizer.ggml.")
    }
    kind, before = said.get("model"), said.get("pre")
    try:
        if kind == "gpt2" and before in RULES:
            rules = RULES[str(before)]
            made = _of_bytes(said, rules)
            begins = rules.begins
        elif kind == "llama":
            made, begins = _of_characters(said), True
        else:
            raise InputError("gguf_tokenizer", file=file.file, kind=f"{kind}, {before}")
        _add_whole(made, said)
        _frame(made, said, begins)
    except InputError:
        raise
    except Exception as problem:  # tokenizers promises no kind of error
        raise InputError("gguf_damaged", file=file.file) from problem
    if max(made.get_vocab_size(), len(said["tokens"])) > file.tensors["token_embd.weight"].shape[0]:
        raise InputError("gguf_damaged", file=file.file)
    return made


def _of_bytes(said: Mapping, rules: Rules) -> Tokenizer:
    """Bytes are put together by a list of merges."""
    numbers = {piece: number for number, piece in enumerate(said["tokens"])}
    merges = [tuple(it.split(" ")) for it in said["merges"]]
    made = Tokenizer(models.BPE(numbers, merges, ignore_merges=rules.whole))
    digits = [pre_tokenizers.Digits(individual_digits=True)] if rules.digits else []
    split = [pre_tokenizers.Split(Regex(rules.split), "isolated")] if rules.split else []
    letters = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=not rules.split)
    made.pre_tokenizer = pre_tokenizers.Sequence([*digits, *split, letters])
    made.decoder = decoders.ByteLevel()
    return made


def _of_characters(said: Mapping) -> Tokenizer:
    """Characters are put together, the best piece first; unknown ones are bytes."""
    from transformers.tokenization_utils_base import generate_merges

    pieces: Sequence[str] = said["tokens"]
    numbers = {piece: number for number, piece in enumerate(pieces)}
    merges = generate_merges(numbers, dict(zip(pieces, said["scores"], strict=True)))
    unknown = pieces[said.get("unknown_token_id", 0)]
    made = Tokenizer(
        models.BPE(numbers, merges, unk_token=unknown, fuse_unk=True, byte_fallback=True)
    )
    spaces = normalizers.Replace(" ", SPACE)
    before = [normalizers.Prepend(SPACE)] if said.get("add_space_prefix", True) else []
    made.normalizer = normalizers.Sequence([*before, spaces])
    made.decoder = decoders.Sequence(
        [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return made


def _add_whole(made: Tokenizer, said: Mapping) -> None:
    """Pieces that are never cut, such as those between the turns of a talk."""
    pairs = list(zip(said["tokens"], said.get("token_type", ()), strict=False))
    special = [AddedToken(it, normalized=False, special=True) for it, k in pairs if k == _CONTROL]
    made.add_special_tokens(special)
    made.add_tokens([AddedToken(it, normalized=False) for it, k in pairs if k == _BY_USER])


def _frame(made: Tokenizer, said: Mapping, begins: bool) -> None:
    """The pieces that every text has around it."""
    first = said["bos_token_id"] if said.get("add_bos_token", begins) else None
    last = said["eos_token_id"] if said.get("add_eos_token", False) else None
    both = [(said["tokens"][it], it) for it in (first, last) if it is not None]
    if both:
        before = [] if first is None else [said["tokens"][first]]
        after = [] if last is None else [said["tokens"][last]]
        made.post_processor = processors.TemplateProcessing(
            single=[*before, "$A", *after], special_tokens=both
        )
