"""Results that are kept for all readers; every cache is bounded."""

from dataclasses import replace

import streamlit as st

from core import architectures
from core.architectures import Measured
from core.choice import Choice
from core.layer import Parameters

ARCHITECTURES = {
    "attention": architectures.attention,
    "recurrent": architectures.recurrent,
    "convolutional": architectures.convolutional,
}


def measured(name: str, choice: Choice, parameters: Parameters) -> Measured:
    """What one of the ``ARCHITECTURES`` sees; pointing at another word costs nothing."""
    return _measured(name, replace(choice, query=0, key=0, head=0, comparison="share"), parameters)


@st.cache_data(max_entries=128, ttl=3600, show_spinner=False)
def _measured(name: str, choice: Choice, parameters: Parameters) -> Measured:
    return ARCHITECTURES[name](choice, parameters)
