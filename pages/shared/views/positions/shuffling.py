"""Words that change places, and what the outputs make of it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import streamlit as st

from core.arrays import Array
from core.ideas.shuffling import ORDERS, OrderedHead, float32_difference
from core.positions import ENCODINGS
from core.reader.explore import SHUFFLED_WORDS, PositionsChoice
from core.reader.scene import Scene
from core.trace import Origin
from pages.shared import names
from pages.shared.figures.bars import CLICK, Bars, Scale
from pages.shared.figures.heatmap import Frame, Heatmap, Marks, balanced
from pages.shared.reader.session import change, session, settle
from pages.shared.text import Text
from pages.shared.views import maps
from pages.shared.views.clicked import clicked
from pages.shared.views.step_maps import LEAST_OF_VECTORS


@dataclass(frozen=True)
class Shuffling:
    """The scene's first words, in their order and in another one.

    Attributes:
        scene: Its sentence, numbers and head are used; its mask and positions are not.
        choice: Of this page.
    """

    scene: Scene
    choice: PositionsChoice

    def settled(self) -> "Shuffling":
        """Let widgets show it, and give it; to be called before they are drawn."""
        choice = self.choice
        settle(positions_word=choice.positions_word, positions_kind=choice.positions_kind)
        return self

    @property
    def words(self) -> tuple[str, ...]:
        """As written."""
        return self.scene.tokens.kept[:SHUFFLED_WORDS]

    @property
    def places(self) -> tuple[int, ...]:
        """Which word stands first, second, ..."""
        return self.choice.places(len(self.words))

    @property
    def origin(self) -> Origin:
        """Where the layer's numbers come from."""
        return self.scene.source.origin_of(self.words)

    @cached_property
    def head(self) -> OrderedHead:
        """The head that is shown."""
        parameters = self.scene.source.parameters(self.words)
        kind, head = self.choice.positions_kind, self.scene.choice.head
        return OrderedHead(parameters, head, kind, self.choice.positions_seed)

    @cached_property
    def differences(self) -> dict[str, float]:
        """How far the outputs move at most, with everything that can tell the order."""
        return {
            order: float(np.abs(replace(self.head, order=order).moved(self.places)).max())
            for order in orders(self.scene)
        }


def orders(scene: Scene) -> tuple[str, ...]:
    """What can tell the order with the reader's sizes: RoPE needs an even d_k."""
    unusable = [name for name, it in ENCODINGS.items() if not it.fits(scene.choice.d_k)]
    return tuple(name for name in ORDERS if name not in unusable)


def shuffling(scene: Scene, choice: PositionsChoice) -> Shuffling:
    """What the reader looks at: a word that exists, an order that fits."""
    word = min(choice.positions_word, len(scene.tokens.kept[:SHUFFLED_WORDS]) - 1)
    kind = choice.positions_kind if choice.positions_kind in orders(scene) else "none"
    return Shuffling(scene, replace(choice, positions_word=word, positions_kind=kind))


def outputs(text: Text, shuffling: Shuffling) -> None:
    """Outputs as written, shuffled, and the difference once every row is back in its place."""
    found = output_maps(text, shuffling)
    places = maps.side_by_side(len(found), len(shuffling.words))
    for place, (name, (heatmap, marked)) in zip(places, found.items(), strict=True):
        with place:
            st.markdown(text(f"positions.{name}"))
            st.vega_lite_chart(
                heatmap.table(Marks(marked, None)),
                heatmap.specification(),
                key=f"positions_{name}",
                alt=text(f"alt.positions_{name}"),
            )
    largest = float(np.abs(found["difference"][0].values).max())
    if shuffling.places == tuple(range(len(shuffling.words))):
        st.info(
            text("positions.one_word" if len(shuffling.words) == 1 else "positions.not_shuffled")
        )
    elif largest:
        st.info(text("positions.moved", difference=f"{largest:.3g}"))
    else:
        st.success(text("positions.same", difference=f"{largest:g}"))


def differences(text: Text, shuffling: Shuffling) -> None:
    """The largest difference with each of them; a bar can be chosen."""
    found = shuffling.differences
    values, kinds = np.array(list(found.values())), list(found)
    bars = Bars(
        values,
        [text(f"positions_kind.{kind}") for kind in kinds],
        Scale(text("positions.largest"), ".3g", (0.0, float(values.max()) or 1.0)),
        chosen=kinds.index(shuffling.choice.positions_kind),
    )

    def choose() -> None:
        place = clicked("positions_bars", "row", click=CLICK)
        if place and place[0] in range(len(kinds)):
            change(positions_kind=kinds[place[0]])

    st.vega_lite_chart(
        bars.table(session().clicks),
        bars.specification(),
        key="positions_bars",
        on_select=choose,
        selection_mode=[CLICK],
        alt=text("alt.positions_bars"),
    )
    rounding = float32_difference(shuffling.head.parameters, shuffling.head.head, shuffling.places)
    st.caption(text("positions.exactly", rounding=f"{rounding:.1g}"))


def output_maps(text: Text, shuffling: Shuffling) -> dict[str, tuple[Heatmap, int]]:
    """The three maps, each with the row of the chosen word."""
    word = shuffling.choice.positions_word
    before, after = (
        shuffling.head.run(range(len(shuffling.words))).output,
        shuffling.head.run(shuffling.places).output,
    )
    difference = shuffling.head.moved(shuffling.places)
    shuffled = tuple(shuffling.words[place] for place in shuffling.places)
    both = balanced(np.stack([before, after]), LEAST_OF_VECTORS)
    return {
        "before": (_map(text, shuffling, before, shuffling.words, both), word),
        "after": (_map(text, shuffling, after, shuffled, both), shuffling.places.index(word)),
        "difference": (
            _map(text, shuffling, difference, shuffling.words, balanced(difference)),
            word,
        ),
    }


def _map(
    text: Text,
    shuffling: Shuffling,
    values: Array,
    rows: tuple[str, ...],
    domain: tuple[float, float],
) -> Heatmap:
    return Heatmap(
        values=values,
        rows=rows,
        columns=names.contents(text, shuffling.scene.choice),
        frame=Frame(text("axis.word"), text("axis.carried"), text("axis.output")),
        colours="diverging",
        domain=domain,
    )
