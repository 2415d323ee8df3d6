"""Results that are kept for all readers; every cache is bounded, every key holds all bytes.

Large ones are made in turn: ``told`` is called while it is waited, as in :func:`waiting.place`.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import NamedTuple

from core import architectures
from core.architectures import Measured
from core.arrays import Array, digest
from core.cnn import ConvolutionSettings
from core.encoder import HeadIndex
from core.errors import InputError
from core.files.traces import fingerprint
from core.ideas import reach, why
from core.ideas.effective_field import FieldSizes, field_sizes
from core.ideas.reach import AttentionStack, Averaged
from core.ideas.why import Translated
from core.kept import Kept
from core.layer import Parameters, Rules
from core.long.head import LongHead
from core.long.pixels import Overview
from core.measures import cosine_distance
from core.models.next_word import Less, Outlook
from core.models.pieces import Keep
from core.models.run import Attention, ModelRun
from core.reader.model import PACKAGED
from core.recall.recalling import Recall, recall
from core.rnn import RecurrentSettings
from core.sources.pretrained import HeadEffects, PretrainedSource, head_effects
from core.sources.uploaded import NOTHING_SAID, Upload, bytes_once_read, read_upload
from core.sources.uploaded_heads import UploadedHeads
from core.sources.uploaded_heads import uploaded_heads as all_heads
from core.tokens import LIMIT
from core.translation.beginning import Beginning
from core.translation.files import Kind
from pages.shared.server import limits, loading, waiting
from pages.shared.server.gate import Waiting
from pages.shared.server.waiting import in_turn

# One of 12 words has 2.5 kB, one of 64 has 70.
_measured: Kept[Measured] = Kept(largest=4_000_000)


def attention(parameters: Parameters, rules: Rules) -> Measured:
    """What attention sees of a sentence."""
    key = digest(*vars(parameters).values()), rules
    return _measured.get(key, lambda: architectures.attention(parameters, rules))


def recurrent(x: Array, settings: RecurrentSettings) -> Measured:
    """What a recurrent layer sees of a sentence."""
    return _measured.get((digest(x), settings), lambda: architectures.recurrent(x, settings))


def convolutional(x: Array, settings: ConvolutionSettings) -> Measured:
    """What a stack of convolutions sees of a sentence."""
    return _measured.get((digest(x), settings), lambda: architectures.convolutional(x, settings))


_recalled: Kept[Recall] = Kept(largest=400_000)


def recalled(reader: str, words: tuple[str, ...]) -> Recall:
    """Which words of a sentence a trained reader names when it is asked for each."""
    return _recalled.get((reader, words), lambda: recall(reader, words))


# Runs are read-only, so they are not copied: 1 MB for a short sentence, 52 MB for 256 pieces,
# 200 MB for 512.
_runs: Kept[ModelRun] = Kept(largest=64_000_000)


def model(
    sentence: str,
    part: Keep,
    name: str = PACKAGED,
    attention: Attention = "encoder",
    *,
    told: Waiting,
) -> ModelRun:
    """A model on a sentence; it is loaded if need be.

    Raises:
        InputError: ``busy`` if it was not this reader's turn in time, and as the source says.
    """
    run, key = loading.source(name, part, attention).run, _run_key(sentence, part, name, attention)
    return in_turn(_runs, key, lambda: run(sentence), told)


def short(sentence: str, name: str, *, told: Waiting) -> ModelRun:
    """A built-in model on as many pieces as a page with editable matrices can hold; as above."""
    source = PretrainedSource(LIMIT, model=loading.BUILT_IN[name])
    return in_turn(_runs, (sentence, source), lambda: source.run(sentence), told)


def kept_model(
    sentence: str, part: Keep, name: str, attention: Attention = "encoder"
) -> ModelRun | None:
    """The same if it need not be computed."""
    return _runs.found(_run_key(sentence, part, name, attention))


def _run_key(*asked: Hashable) -> Hashable:
    return *asked, limits.of_pieces()


# Of SmolLM2, 6 MB of scores and 3 MB of keys and values for a text of 64 pieces.
_outlooks: Kept[Outlook] = Kept(largest=48_000_000)


def outlook(name: str, ids: tuple[int, ...], less: Less, *, told: Waiting) -> Outlook:
    """What a model makes of the piece after others; keys and values of the first ones are reused.

    Raises:
        InputError: ``busy`` if it was not this reader's turn in time; ``no_next_word`` if the model
            has no head for it; and as `core.models.next_word.Speaker.read`.
    """

    def make() -> Outlook:
        speaker = loading.speaker(name)
        if speaker is None:
            raise InputError("no_next_word", name=name)
        begun = (_outlooks.found((name, ids[:n], less)) for n in range(len(ids) - 1, 0, -1))
        try:
            return speaker.read(ids, less, next((it for it in begun if it), None))
        except InputError:
            raise
        except Exception as problem:  # a family that is asked otherwise than all others
            raise InputError("model_fails", name=name) from problem

    return in_turn(_outlooks, (name, ids, less), make, told)


class Moves(NamedTuple):
    """How far things move when heads are switched off together: cosine distances.

    Attributes:
        layers: ``(layer,)``: of each layer's output, mean over tokens.
        embedding: Of the text's embedding.
    """

    layers: Array
    embedding: float


# Small results of texts that may be long: some sixty of each.
_moves: Kept[Moves] = Kept(largest=4_000)


def without(
    sentence: str, part: Keep, name: str, off: tuple[HeadIndex, ...], *, told: Waiting
) -> Moves:
    """A built-in model with heads switched off, against the whole model."""
    whole = model(sentence, part, name, told=told)
    source = PretrainedSource(limits.of_pieces(), part, frozenset(off), loading.BUILT_IN[name])
    return in_turn(_moves, (sentence, source), lambda: _moved(whole, source.run(sentence)), told)


def _moved(whole: ModelRun, run: ModelRun) -> Moves:
    layers = cosine_distance(whole.hidden[1:], run.hidden[1:]).mean(axis=-1)
    if whole.embedding is None or run.embedding is None:
        raise ValueError("built-in models give embeddings")
    return Moves(layers, float(cosine_distance(whole.embedding, run.embedding)))


_effects: Kept[HeadEffects] = Kept(largest=75_000)


def effects(sentence: str, part: Keep, name: str, *, told: Waiting) -> HeadEffects:
    """What switching off each head of a built-in model does to a sentence."""
    run = model(sentence, part, name, told=told)
    return in_turn(_effects, _run_key(sentence, part, name), lambda: head_effects(run), told)


_translated: Kept[Translated] = Kept(largest=4_000_000)  # one of 12 words has 10 kB


def translated(
    kind: Kind, sentence: str, forced: str | None = None, *, told: Waiting
) -> Translated:
    """What a translator makes of a sentence, or of a translation that it is made to write.

    Raises:
        InputError: ``busy`` if it was not this reader's turn in time.
    """
    key = kind, sentence, forced
    return in_turn(_translated, key, lambda: why.translated(*key), told)


_begun: Kept[Beginning] = Kept(largest=1_000_000)


def begun(sentence: str, written: tuple[int, ...], *, told: Waiting) -> Beginning:
    """What the Transformer that translates would write next.

    Raises:
        InputError: ``busy`` if it was not this reader's turn in time.
    """
    key = sentence, written
    return in_turn(_begun, key, lambda: why.begun(*key), told)


_averaged: Kept[Averaged] = Kept(largest=4_000_000)
_fields: Kept[FieldSizes] = Kept(largest=40_000)


def reach_attention(tokens: tuple[str, ...], stack: AttentionStack, first: int) -> Averaged:
    """Layers of attention over several seeds."""
    key = tokens, stack, first
    return _averaged.get(key, lambda: reach.attention(*key))


def reach_recurrent(tokens: tuple[str, ...], settings: RecurrentSettings, first: int) -> Averaged:
    """A recurrent layer over several seeds."""
    key = tokens, settings, first
    return _averaged.get(key, lambda: reach.recurrent(*key))


def reach_convolutional(
    tokens: tuple[str, ...], settings: ConvolutionSettings, first: int
) -> Averaged:
    """A stack of convolutions over several seeds."""
    key = tokens, settings, first
    return _averaged.get(key, lambda: reach.convolutional(*key))


def reach_fields(kernel: int, dilations: tuple[int, ...], first: int) -> FieldSizes:
    """Effective and theoretical fields of convolutions over several seeds."""
    key = kernel, dilations, first
    return _fields.get(key, lambda: field_sizes(*key))


_LARGE = 2**20  # bytes of a file's numbers
_FILES = "files"  # the turn of those who have a large one

# Shown again and again while a reader looks at a file; the file itself stays in the session. The
# last one stays however large it is: what `limits.of_files` lets in is not larger.
_uploads: Kept[Upload] = Kept(largest=32_000_000, at_least=1)


def uploaded(
    content: bytes, name: str, meaning: Mapping[str, str] = NOTHING_SAID, *, told: Waiting
) -> Upload:
    """What a reader's file says about attention, read as they want where that is left open."""
    most = limits.of_files()
    key = fingerprint(content), name, most, tuple(sorted(meaning.items()))

    def alone() -> Upload:
        with turn_for_file(content, told=told):
            return _uploads.get(key, lambda: read_upload(content, name, most, meaning))

    return _uploads.get(key, alone)


# Of files with queries and keys alone they are computed: 32 MB at most. Others hold them anyway.
_heads: Kept[UploadedHeads] = Kept(largest=32_000_000, at_least=1)


def uploaded_heads(upload: Upload) -> UploadedHeads | None:
    """The maps of all heads of a reader's file, if they are not too many."""
    key = upload.sha, tuple((it.name, it.taken) for it in upload.meanings)
    found = _heads.found(key)
    if found is None and (made := all_heads(upload)):
        found = _heads.get(key, lambda: made)
    return found


@contextmanager
def turn_for_file(content: bytes, *, told: Waiting) -> Iterator[None]:
    """The turn to read a file and to draw it: with large ones, one reader at a time.

    Raises:
        InputError: ``busy`` if it was not this reader's turn in time.
    """
    large = bytes_once_read(content, limits.of_files()) > _LARGE
    with waiting.place(_FILES, told) if large else nullcontext():
        yield


# A picture has 1.3 MB, a part of a map 3 MB at most; made anew, one takes seconds, the other 0.1 s.
_pictures: Kept[Overview] = Kept(largest=16_000_000, at_least=1)
_parts: Kept[Array] = Kept(largest=16_000_000, at_least=1)
Advancing = Callable[[float | None], None]
"""Is told which part of a picture is done; ``None`` while others are at theirs."""


class LongKey(NamedTuple):
    """Which map of a reader's long file: the file by its SHA-256, places from 0."""

    sha: str
    layer: int
    head: int
    causal: bool


def long_picture(key: LongKey, head: LongHead, told: Advancing) -> Overview:
    """The whole map of long input; only one at a time is computed on this server.

    Args:
        key: Of ``head``.
        head: Queries and keys.
        told: Called now and then: with ``None`` while others are at it, then with the part that
            is done. An error that it raises ends the computation.

    Raises:
        InputError: ``busy`` if it was not this reader's turn in time.
    """

    def alone() -> Overview:
        with waiting.place("long picture", lambda _: told(None)):
            return _pictures.get(key, lambda: _in_slices(head, told))

    return _pictures.get(key, alone)


def long_part(key: LongKey, head: LongHead, queries: range, keys: range) -> Array:
    """The weights of a rectangle of a long map."""
    return _parts.get((key, queries, keys), lambda: head.region(queries, keys))


def _in_slices(head: LongHead, told: Advancing) -> Overview:
    making = head.overview()
    while True:
        try:
            told(next(making))
        except StopIteration as end:
            return end.value
