"""Several heads side by side: the same question, a map of its own for each head."""

from dataclasses import dataclass, replace
from functools import cached_property

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.arrays import BoolArray
from core.ideas.heads import Heads, heads
from core.reader.explore import HeadsChoice
from core.reader.scene import Scene
from core.trace import Origin
from pages.shared import controls, names
from pages.shared.figures.heatmap import NUMBERS_UP_TO, Frame, Heatmap
from pages.shared.reader.session import settle
from pages.shared.text import Text
from pages.shared.views import maps
from pages.shared.views.highlight import in_words
from pages.shared.views.opened import Pointed

_LABELS = 90  # pixels for the words beside a map
_NUMBER = 25  # pixels that a cell's number needs


@dataclass(frozen=True)
class Several:
    """The scene's layer with all its heads.

    Attributes:
        scene: Its sentence, numbers, mask and positions are used.
        choice: Of this page.
    """

    scene: Scene
    choice: HeadsChoice

    @property
    def n_heads(self) -> int:
        """How many there are."""
        return self.scene.choice.n_heads

    @property
    def origin(self) -> Origin:
        """Where the layer's numbers come from."""
        return self.scene.source.origin_of(self.scene.tokens.kept)

    def settled(self) -> "Several":
        """Let widgets show it, and give it; to be called before they are drawn."""
        settle(heads_off=self.choice.heads_off)
        return self

    @property
    def pointed(self) -> Pointed:
        """The words, and the pair that is pointed at."""
        words, choice = self.scene.tokens.kept, self.scene.choice
        return Pointed(asking=words, answering=words, query=choice.query, key=choice.key)

    @cached_property
    def found(self) -> Heads:
        """What every head did."""
        source = self.scene.source
        return heads(source.parameters(self.scene.tokens.kept), source.rules)

    @property
    def may_look(self) -> BoolArray:
        """``(query, key)``, ``True`` where the mask lets a word look, in every head."""
        return self.scene.source.rules.mask.matrix(len(self.scene.tokens.kept))

    def names(self, text: Text) -> list[str]:
        """The heads' names."""
        return [names.head(text, self.scene.choice, head) for head in range(self.n_heads)]


def several(scene: Scene, choice: HeadsChoice) -> Several:
    """What the reader looks at; heads that are gone are not switched off any more."""
    off = tuple(head for head in choice.heads_off if head < scene.choice.n_heads)
    return Several(scene, replace(choice, heads_off=off))


def head_controls(text: Text, scene: Scene) -> None:
    """How many heads, and the layer that they belong to."""
    controls.slider(text, "n_heads")
    with st.expander(text("heads.layer"), key="heads_layer"):
        controls.layer(text, scene, one_head=False)


def head_maps(text: Text, several: Several) -> None:
    """One map a head; a click on a cell chooses its words in all of them."""
    pointed = several.pointed
    allowed = several.may_look[pointed.query]
    for head, (place, name) in enumerate(
        zip(_places(several.n_heads, len(pointed.asking)), several.names(text), strict=True)
    ):
        heatmap = weights_map(text, several, head)
        row = heatmap.values[pointed.query]
        with place:
            st.markdown(text("heads.map", name=name))
            maps.draw(f"heads_map_{head}", heatmap, pointed, text("alt.heads_map", head=head + 1))
            st.markdown(in_words(text, pointed.asking, pointed.query, row, allowed))


def weights_map(text: Text, several: Several, head: int) -> Heatmap:
    """The weights of a head."""
    words = several.scene.tokens.kept
    frame = Frame(text("axis.query"), text("axis.key"), text("axis.weight"))
    weights = several.found.weights[head]
    return Heatmap(weights, words, words, frame, "sequential", (0.0, 1.0), several.may_look)


def _places(n_heads: int, n_words: int) -> list[DeltaGenerator]:
    """As many side by side as leave room for the numbers in the cells, where they have numbers."""
    if n_words > NUMBERS_UP_TO:
        return maps.side_by_side(n_heads, n_words)
    grid = st.grid(n_heads, min_column_width=max(220, _LABELS + _NUMBER * n_words))
    return [grid.cell() for _ in range(n_heads)]
