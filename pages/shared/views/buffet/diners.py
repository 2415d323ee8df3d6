"""Three diners at one table: who is moved by which dish, on one scale."""

from collections.abc import Mapping

import streamlit as st

from core.architectures import Measured
from core.ideas.buffet import felt
from core.reader.ideas import BuffetChoice
from core.trace import Origin
from pages.shared import controls
from pages.shared.figures.heatmap import Frame, Heatmap
from pages.shared.server import cache
from pages.shared.shares import rounded
from pages.shared.text import Text
from pages.shared.views import maps
from pages.shared.views.badge import badge
from pages.shared.views.buffet.plate import Served
from pages.shared.views.opened import Pointed

_ROOM = 300  # pixels that the names of dishes and the numbers in the cells need


def diners(text: Text, served: Served) -> None:
    """One map for each diner: rows are places to stand at, columns the dishes that are felt."""
    choice, seen = served.choice, measured(served)
    order = served.order
    pointed = Pointed(
        asking=served.names,
        answering=served.names,
        query=order.index(choice.buffet_place),
        key=served.opened,
        fields=("buffet_place", "buffet_dish"),
        places=order,
    )
    grid = st.grid(len(seen), min_column_width=_ROOM)
    for name, found in seen.items():
        heatmap = felt_map(text, served, found)
        with grid.cell():
            st.markdown(text(f"diners.{name}"))
            maps.draw(f"buffet_{name}", heatmap, pointed, text(f"alt.buffet_{name}"))
            st.markdown(_in_words(text, pointed, found))
            _controls(text, name, choice)


def felt_map(text: Text, served: Served, found: Measured) -> Heatmap:
    """What a diner feels: rows are places to stand at, columns the dishes."""
    return Heatmap(
        values=found.influence.share,
        rows=served.names,
        columns=served.names,
        frame=Frame(text("buffet.stands"), text("buffet.feels"), text("axis.share")),
        colours="sequential",
        domain=(0.0, 1.0),
        possible=found.field.reach,
    )


def measured(served: Served) -> Mapping[str, Measured]:
    """What each diner feels, by its name."""
    passed = served.table.seen()
    return {
        "attention": felt(served.choice.goal, served.table),
        "recurrent": cache.recurrent(passed, served.choice.recurrent),
        "convolutional": cache.convolutional(passed, served.choice.convolution),
    }


def _in_words(text: Text, at: Pointed, found: Measured) -> str:
    place, dish = at.query, at.key
    return text(
        "diners.feels" if found.field.reach[place, dish] else "diners.misses",
        place=at.asking[place],
        dish=at.answering[dish],
        seen=int(found.field.reach[place].sum()),
        n=len(at.answering),
        share=rounded(text, float(found.influence.share[place, dish]), digits=1),
    )


def _controls(text: Text, name: str, choice: BuffetChoice) -> None:
    """The two walkers' numbers are drawn, and say so."""
    if name == "attention":
        badge(text, Origin("handset"))
        return
    badge(text, Origin("seeded", str(choice.buffet_seed)))
    field, step = ("buffet_gain", 0.1) if name == "recurrent" else ("buffet_walks", 1)
    controls.slider(text, field, step=step)
    if name == "recurrent":
        controls.next_seed(text, "buffet_seed", "buffet_seed")
