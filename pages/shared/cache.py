"""Results that are kept for all readers; every cache is bounded, every key holds all bytes."""

import streamlit as st

from core import architectures
from core.architectures import Measured
from core.arrays import Array
from core.cnn import ConvolutionSettings
from core.layer import Parameters, Rules
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


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def effects(sentence: str, part: Keep) -> HeadEffects:
    """What switching off each head does to a sentence."""
    return head_effects(model(sentence, part))
