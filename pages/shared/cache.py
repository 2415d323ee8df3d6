"""Results that are kept for all readers; every cache is bounded, every key holds all bytes."""

from typing import NamedTuple

import streamlit as st

from core import architectures, effective_field, reach
from core.architectures import Measured
from core.arrays import Array
from core.choice_model import PACKAGED
from core.cnn import ConvolutionSettings
from core.encoder import HeadIndex
from core.files import fingerprint
from core.layer import Parameters, Rules
from core.measures import cosine_distance
from core.pieces import Keep
from core.reach import AttentionStack, Averaged
from core.rnn import RecurrentSettings
from core.sources.pretrained import HeadEffects, PretrainedSource, head_effects
from core.sources.run import ModelRun
from core.sources.uploaded import Upload, read_upload
from pages.shared import loading
from pages.shared.kept import Kept


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def attention(parameters: Parameters, rules: Rules) -> Measured:
    """What attention sees of a sentence."""
    return architectures.attention(parameters, rules)


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def recurrent(x: Array, settings: RecurrentSettings) -> Measured:
    """What a recurrent layer sees of a sentence."""
    return architectures.recurrent(x, settings)


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def convolutional(x: Array, settings: ConvolutionSettings) -> Measured:
    """What a stack of convolutions sees of a sentence."""
    return architectures.convolutional(x, settings)


# Runs are read-only, so they are not copied: 1 MB for a short sentence, 52 MB for 256 pieces.
_runs: Kept[ModelRun] = Kept(largest=64_000_000)


def model(sentence: str, part: Keep, name: str = PACKAGED) -> ModelRun:
    """A model on a sentence; it is loaded if need be."""
    return _runs.get((name, sentence, part), lambda: loading.source(name, part).run(sentence))


class Moves(NamedTuple):
    """How far things move when heads are switched off together: cosine distances.

    Attributes:
        layers: Of each layer's output, mean over tokens.
        embedding: Of the text's embedding.
    """

    layers: list[float]
    embedding: float


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def without(sentence: str, part: Keep, off: tuple[HeadIndex, ...]) -> Moves:
    """The packaged model with heads switched off, against the whole model."""
    whole = model(sentence, part)
    run = PretrainedSource(keep=part, off=frozenset(off)).run(sentence)
    layers = cosine_distance(whole.hidden[1:], run.hidden[1:]).mean(axis=-1)
    if whole.embedding is None or run.embedding is None:
        raise ValueError("the packaged model gives embeddings")
    return Moves(layers.tolist(), float(cosine_distance(whole.embedding, run.embedding)))


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def effects(sentence: str, part: Keep) -> HeadEffects:
    """What switching off each head does to a sentence."""
    return head_effects(model(sentence, part))


@st.cache_data(max_entries=32, ttl=3600, show_spinner=False)
def reach_attention(tokens: tuple[str, ...], stack: AttentionStack, first: int) -> Averaged:
    """Layers of attention over several seeds."""
    return reach.attention(tokens, stack, first)


@st.cache_data(max_entries=32, ttl=3600, show_spinner=False)
def reach_recurrent(tokens: tuple[str, ...], settings: RecurrentSettings, first: int) -> Averaged:
    """A recurrent layer over several seeds."""
    return reach.recurrent(tokens, settings, first)


@st.cache_data(max_entries=32, ttl=3600, show_spinner=False)
def reach_convolutional(
    tokens: tuple[str, ...], settings: ConvolutionSettings, first: int
) -> Averaged:
    """A stack of convolutions over several seeds."""
    return reach.convolutional(tokens, settings, first)


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def reach_fields(kernel: int, dilations: tuple[int, ...], first: int) -> effective_field.FieldSizes:
    """Effective and theoretical fields of convolutions over several seeds."""
    return effective_field.field_sizes(kernel, dilations, first)


# Shown again and again while a reader looks at a file; the file itself stays in the session.
_uploads: Kept[Upload] = Kept(largest=64_000_000, at_least=1)


def uploaded(content: bytes, name: str) -> Upload:
    """What a reader's file says about attention."""
    return _uploads.get((fingerprint(content), name), lambda: read_upload(content, name))
