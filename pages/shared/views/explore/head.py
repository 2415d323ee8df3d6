"""Explore with a real head: what the sizes cost, and what its parts are not."""

import streamlit as st

from core.reader.scene import Scene
from core.sources.basis import BasisSource
from pages.shared.reader.head import exact_sizes
from pages.shared.reader.session import change, reader
from pages.shared.text import Text, plain

_PARTS = 5  # named with their shares
_EXACT = 5e-5  # what float32 may lose of a weight


def about_head(text: Text, scene: Scene) -> None:
    """Which head of which model it is, what the sizes cost, and how to read its parts."""
    source = scene.source
    if not isinstance(source, BasisSource):
        return
    n, shown, cost = len(scene.tokens.kept), scene.choice.head, source.heads.cost(source.sizes)
    shares = source.heads.shares(source.sizes.d_model)[shown, : source.sizes.d_k]
    parts = [
        text("basis.share", part=place + 1, share=f"{share:.0%}")
        for place, share in enumerate(shares[:_PARTS])
    ]
    lost = float(cost.weights[shown])
    st.markdown(
        text(
            "basis.exact" if lost < _EXACT else "basis.cost",
            model=plain(source.heads.name),
            layer=source.heads.layer,
            head=source.heads.places[shown],
            n=n,
            weight=f"{lost:.2g}",
            scores=f"{cost.scores[shown]:.1%}",
            values=f"{cost.values[shown]:.1%}",
        )
    )
    if lost >= _EXACT:
        st.button(
            text("basis.all_parts"),
            key="basis_exact",
            on_click=change,
            kwargs=exact_sizes(n),
            icon=":material/straighten:",
        )
    st.caption(text("basis.parts", parts=text("sentence.comma").join(parts)))
    others = [it for it in reader().edits if it.startswith("basis ") and it != scene.shelf]
    if elsewhere := sum(len(reader().edits[it]) for it in others):
        st.caption(text("basis.elsewhere", count=elsewhere))
