"""The field that a stack of convolutions has on paper, and the part of it that is felt."""

import streamlit as st

from core.ideas.effective_field import LARGEST_FIELD, NOTICED, FieldSizes
from core.ideas.reach import SEEDS
from pages.shared.figures.bands import Axes, Band, bands_specification, bands_table
from pages.shared.server import cache
from pages.shared.text import Text
from pages.shared.views.reach.stacks import Reaching, schedules


def fields(text: Text, reaching: Reaching) -> None:
    """Both over the number of layers, with the reader's kernel and dilations."""
    schedules("reach_fields_schedule")
    found, bands = _found(reaching), field_sizes(text, reaching)
    st.vega_lite_chart(
        bands_table(bands),
        bands_specification(Axes(text("reach.layers_axis"), text("reach.size"), tuple(bands))),
        key="reach_fields",
        alt=text("alt.reach_fields"),
    )
    st.markdown(
        text(
            "reach.fields_told",
            layers=int(found.layers[-1]),
            theoretical=int(found.theoretical[-1]),
            effective=f"{found.mean[-1]:.1f}",
            low=int(found.low[-1]),
            high=int(found.high[-1]),
            part=f"{found.mean[-1] / found.theoretical[-1]:.0%}",
        )
    )
    st.caption(
        text("reach.fields_how", noticed=f"{NOTICED:.2%}", seeds=SEEDS, largest=LARGEST_FIELD)
    )


def field_sizes(text: Text, reaching: Reaching) -> dict[str, Band]:
    """Positions that are seen, and that are felt, by layers."""
    found = _found(reaching)
    return {
        text("reach.theoretical"): Band(found.layers, found.theoretical.astype(float)),
        text("reach.effective"): Band(found.layers, found.mean, found.low, found.high),
    }


def _found(reaching: Reaching) -> FieldSizes:
    return cache.reach_fields(
        reaching.choice.reach_kernel, reaching.choice.dilations, reaching.choice.reach_seed
    )
