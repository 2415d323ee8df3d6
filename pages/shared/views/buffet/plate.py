"""The buffet: wishes, a table of labels and food, and the plate that attention fills."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from core.ideas.buffet import DISHES, NUTRIENTS, Table, laid, serve
from core.layer import Rules
from core.reader.cells import BUFFET, BUFFET_TABLES, Address
from core.reader.ideas import WISHES, BuffetChoice
from core.trace import LayerTrace, Origin
from pages.shared import controls, tables
from pages.shared.editing import edited, going_back
from pages.shared.figures import formulas
from pages.shared.figures.bars import CLICK, Bars, Scale
from pages.shared.figures.heatmap import balanced
from pages.shared.reader.session import change, click, reader, session, showing
from pages.shared.shares import ends, leading
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.arithmetic import written
from pages.shared.views.badge import badge
from pages.shared.views.clicked import clicked
from pages.shared.views.highlight import CLOSE

_TABLES = {name: part for part, name in enumerate(BUFFET_TABLES)}
_DINERS = {
    "gym": (3.0, -1.0, 1.0, 0.0, 0.0),
    "sweet": (0.0, 3.0, 0.0, -2.0, 0.0),
    "green": (0.0, -2.0, 3.0, 0.0, 0.0),
    "nothing": (0.0, 0.0, 0.0, 0.0, 0.0),
}


class Served(NamedTuple):
    """What stands on the table in its present order, and what comes of it.

    Attributes:
        choice: The reader's.
        order: Which dish stands at each place.
        table: Changes included.
        layer: Attention's steps.
        names: The dishes', one a place.
    """

    choice: BuffetChoice
    order: tuple[int, ...]
    table: Table
    layer: LayerTrace
    names: tuple[str, ...]

    @property
    def opened(self) -> int:
        """The place of the opened dish."""
        return self.order.index(self.choice.buffet_dish)


def served(text: Text, choice: BuffetChoice) -> Served:
    """The table with the reader's changes, and the plate."""
    table = laid()
    for at, value in reader().edits.get(BUFFET, {}).items():
        table[_TABLES[at.table]][at.row, at.column] = value
    table = table.ordered(choice.order)
    names = tuple(text(f"dish.{DISHES[dish].name}") for dish in choice.order)
    return Served(choice, choice.order, table, serve(choice.goal, table), names)


def wishes(text: Text) -> None:
    """What the diner wants: the query."""
    with st.grid(len(WISHES), min_column_width=150, gap=("small", "medium")):
        for name in WISHES:
            controls.slider(text, name, step=0.5)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(text("buffet.diners"), width="content")
        for name, goal in _DINERS.items():
            st.button(
                text(f"diner.{name}"),
                key=f"diner.{name}",
                on_click=change,
                kwargs=dict(zip(WISHES, goal, strict=True)),
                type="tertiary",
            )


def plate(text: Text, served: Served) -> None:
    """The weights of the dishes, the nutrients on the plate, and both in words."""
    badge(text, Origin("handset", edited=bool(reader().edits.get(BUFFET))))
    st.markdown(_in_words(text, served))
    weights, output = served.layer.weights[0, 0], served.layer.output[0, 0]
    promised = weights @ served.table.labels
    amounts = np.append(output, promised)
    low, high = balanced(amounts)
    scale = Scale(text("buffet.amount"), ".2f", (low if amounts.min() < 0 else 0.0, high))
    nutrients = [text(f"nutrient.{name}") for name in NUTRIENTS]
    on_plate = Bars(output, nutrients, scale, expected=promised)
    portions = Scale(text("axis.weight"), ".1%", (0.0, 1.0))
    of_dishes = Bars(weights, served.names, portions, chosen=served.opened)
    with st.grid(2, min_column_width=300):
        with st.container():
            st.markdown(text("buffet.weights"))
            st.vega_lite_chart(
                of_dishes.table(session().clicks),
                of_dishes.specification(),
                key="buffet_weights",
                on_select=lambda: _open(served),
                selection_mode=[CLICK],
                alt=text("alt.buffet_weights"),
            )
            st.caption(text("buffet.opened"))
        with st.container():
            st.markdown(text("buffet.plate"))
            st.vega_lite_chart(
                on_plate.table(), on_plate.specification(), alt=text("alt.buffet_plate")
            )
            st.caption(text("buffet.promised"))


def arithmetic(text: Text, served: Served) -> None:
    """The opened dish's way from its label to the plate, with its numbers."""
    dish, d_k = served.opened, served.layer.q.shape[-1]
    st.selectbox(
        text("buffet_dish.label"),
        range(len(DISHES)),
        format_func=lambda dish: text(f"dish.{DISHES[dish].name}"),
        key=showing("buffet_dish"),
        on_change=click,
        width=240,
    )
    divisor = formulas.divisor(d_k, scaled=True, temperature=Rules().temperature)
    lines = {
        "dot": formulas.dot_product(served.layer, 0, 0, dish),
        "score": formulas.score(served.layer, divisor, 0, 0, dish),
        "softmax": formulas.softmax(served.layer, 0, 0, dish),
        "sum": formulas.weighted_sum(served.layer, 0, 0, dish),
    }
    written(text, lines)


def table(text: Text, served: Served) -> None:
    """Labels and food, to be changed; in the order in which they stand."""
    columns = [text(f"nutrient.{name}") for name in NUTRIENTS]
    with st.grid(2, min_column_width=300):
        for name, part in _TABLES.items():
            addresses = [
                [Address(name, "", dish, "", column) for column in range(len(columns))]
                for dish in served.order
            ]
            with st.container():
                st.markdown(text(f"{name}.title"))
                shown = Matrix(served.table[part], served.names, columns)
                edited(text, name, BUFFET, addresses, shown)
                tables.download(text, name, shown)
    st.caption(text("editor.hint"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(text("buffet_reversed.label"), key=showing("buffet_reversed"))
        going_back(text, BUFFET, {it.table for it in reader().edits.get(BUFFET, {})})


def _open(served: Served) -> None:
    place = clicked("buffet_weights", "row", click=CLICK)
    if place and place[0] in range(len(served.order)):
        change(buffet_dish=served.order[place[0]])


def _in_words(text: Text, served: Served) -> str:
    """What is on the plate, in a sentence."""
    weights = served.layer.weights[0, 0]
    if weights.max() < weights.min() * CLOSE:
        least, share = ends(weights)
        spread = "buffet.even" if least == share else "buffet.nearly"
        return text(spread, n=len(weights), least=least, share=share)
    left = np.array(weights)
    named = leading(left, 1)
    parts = [_part(text, served, named)]
    if len(named) == 1:
        left[named] = 0
        named = leading(left, 1)
        parts.append(_part(text, served, named))
    others = len(weights) > len(named) + len(parts) - 1
    return text(
        "buffet.in_words" if others else "buffet.in_words_all",
        parts=text("sentence.comma").join(parts),
        most=_most(text, served),
    )


def _part(text: Text, served: Served, dishes: list[int]) -> str:
    """What the plate takes from a dish, or from each of several that give the same."""
    found = text("sentence.comma").join(f"**{served.names[dish]}**" for dish in dishes)
    share = f"{served.layer.weights[0, 0, dishes[0]]:.1%}"
    return text("buffet.part" if len(dishes) == 1 else "buffet.part_each", found=found, share=share)


def _most(text: Text, served: Served) -> str:
    """What the plate holds most of, and where it comes from if nobody wished for it."""
    weights, output = served.layer.weights[0, 0], served.layer.output[0, 0]
    most = int(output.argmax())
    told = text(
        "buffet.most", most=text(f"nutrient.{NUTRIENTS[most]}"), amount=f"{output[most]:.2f}"
    )
    if served.choice.goal[most] > 0:
        return told
    dish = int((weights * served.table.contents[:, most]).argmax())
    return text.joined(told, text("buffet.unasked", dish=served.names[dish]))
