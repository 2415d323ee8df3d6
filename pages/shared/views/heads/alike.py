"""How alike heads are: where they look, and where they move the outputs."""

from itertools import combinations

import streamlit as st

from core.arrays import Array
from core.ideas.heads import look_alike, pull_alike
from pages.shared.figures.heatmap import Frame, Heatmap, Marks
from pages.shared.shares import signed
from pages.shared.text import Text
from pages.shared.views.heads.beside import Several


def alike(text: Text, several: Several) -> None:
    """Two maps of pairs of heads, and the pair that looks most alike."""
    if several.n_heads == 1:
        st.info(text("heads.alike_one"))
        return
    found = alike_maps(text, several)
    look, pull = found["look"].values, found["pull"].values
    places = st.grid(2, min_column_width=300, gap="medium")
    for name, heatmap in found.items():
        with places.cell():
            st.markdown(text(f"heads.{name}"))
            st.vega_lite_chart(
                heatmap.table(Marks(-1, None)),
                heatmap.specification(),
                key=f"heads_{name}",
                alt=text(f"alt.heads_{name}"),
            )
    st.markdown(_in_words(text, look, pull))


def _in_words(text: Text, look: Array, pull: Array) -> str:
    """The two heads that look most alike, if any two do more than others."""
    pairs = list(combinations(range(len(look)), 2))
    first, second = max(pairs, key=lambda pair: look[pair])
    tied = sum(signed(look[pair]) == signed(look[first, second]) for pair in pairs)
    told = "alike_tied" if tied > 1 else "most_alike" if len(pairs) > 1 else "alike_two"
    return text(
        f"heads.{told}",
        pairs=tied,
        first=first + 1,
        second=second + 1,
        look=signed(look[first, second]),
        pull=signed(pull[first, second]),
    )


def alike_maps(text: Text, several: Several) -> dict[str, Heatmap]:
    """How alike two heads are: in where they ``look``, and in where they ``pull`` the outputs."""
    rows, numbers = several.names(text), [str(head + 1) for head in range(several.n_heads)]
    frame = Frame(text("word.head"), text("word.head"), text("heads.similarity"))
    look, pull = look_alike(several.found.weights), pull_alike(several.found.contributions)
    return {
        "look": Heatmap(look, rows, numbers, frame, "sequential", (0.0, 1.0)),
        "pull": Heatmap(pull, rows, numbers, frame, "diverging", (-1.0, 1.0)),
    }
