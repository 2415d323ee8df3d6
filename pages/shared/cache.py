"""Results that are kept for all readers; every cache is bounded, every key holds all bytes."""

from typing import NamedTuple

import streamlit as st

from core import architectures
from core.architectures import Measured
from core.arrays import Array
from core.cnn import ConvolutionSettings
from core.encoder import HeadIndex
from core.layer import Parameters, Rules
from core.measures import cosine_distance
from core.pieces import Keep
from core.rnn import RecurrentSettings
from core.sources.pretrained import HeadEffects, PretrainedSource, head_effects
from core.sources.run import ModelRun


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


# Runs are large (52 MB for 256 pieces) and read-only: kept few, and not copied.
@st.cache_resource(max_entries=3, ttl=3600, show_spinner=False)
def model(sentence: str, part: Keep) -> ModelRun:
    """The packaged model on a sentence."""
    return PretrainedSource(keep=part).run(sentence)


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
