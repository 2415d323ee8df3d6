"""Results that are kept for all readers; every cache is bounded, every key holds all bytes."""

import streamlit as st

from core import architectures
from core.architectures import Measured
from core.arrays import Array
from core.cnn import ConvolutionSettings
from core.layer import Parameters, Rules
from core.rnn import RecurrentSettings


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
