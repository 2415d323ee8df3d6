"""Four caches of a generating model on one scale: multi-head, grouped, multi-query, latent."""

import numpy as np
import pandas as pd
import streamlit as st

from core.ideas.generating import LAYOUTS, PUBLISHED, Layout, cache_bytes, numbers
from core.reader.generating import SIZES, CacheChoice
from pages.shared import controls, tables
from pages.shared.figures.bars import Bars, Scale
from pages.shared.reader.session import change
from pages.shared.text import Text
from pages.shared.views.cost.layers import multiple, readable, unbroken, unit_of

_FORMULAS: dict[Layout, str] = {
    "multi_head": "2 h d_h",
    "grouped": "2 g d_h",
    "multi_query": "2 d_h",
    "latent": "d_c + d_r",
}


def four_caches(text: Text, choice: CacheChoice) -> None:
    """A model's sizes, and what four ways to keep the past take of memory."""
    _sizes(text)
    model, n, each = choice.model, choice.cache_tokens, choice.cache_each
    if choice.cache_key_heads != model.n_key_heads:
        asked, used = choice.cache_key_heads, model.n_key_heads
        st.warning(text("cache.uneven", heads=model.n_heads, asked=asked, used=used))
    sizes = {layout: cache_bytes(layout, model, n, each) for layout in LAYOUTS}
    factor, unit = unit_of(max(sizes.values()))
    amounts = np.array([sizes[layout] / factor for layout in LAYOUTS])
    named = [text(f"cache.{layout}") for layout in LAYOUTS]
    scale = Scale(text("cache.bytes", unit=unit, n=f"{n:,}"), ",.3g", (0.0, float(amounts.max())))
    bars = Bars(amounts, named, scale)
    st.vega_lite_chart(bars.table(), bars.specification(), alt=text("alt.cache_bytes"))
    st.markdown(_whose(text, choice))
    rows = cache_table(text, choice)
    st.table(pd.DataFrame(rows, index=pd.Index(map(unbroken, named))))
    each_way = [numbers(layout, model) for layout in LAYOUTS]
    columns = {text("cache.numbers"): each_way, text("cache.whole"): list(sizes.values())}
    tables.download(text, "cache", tables.listed(columns, named))
    st.caption(text("cache.how"))


def cache_table(text: Text, choice: CacheChoice) -> dict[str, list[str]]:
    """By column: numbers of a token in a layer, by formula, and bytes of a token in all layers."""
    model, each = choice.model, choice.cache_each
    return {
        text("cache.numbers"): [
            f"${_FORMULAS[layout]}$ = {numbers(layout, model):,}" for layout in LAYOUTS
        ],
        text("cache.token"): [readable(cache_bytes(it, model, 1, each)) for it in LAYOUTS],
    }


def _sizes(text: Text) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(text("cache.published"), width="content")
        for name, it in PUBLISHED.items():
            st.button(
                name,
                key=f"cache.{name}",
                on_click=change,
                kwargs=dict(zip(SIZES, it.model, strict=True)),
                type="tertiary",
            )
    with st.grid(4, min_column_width=150, gap=("small", "medium")):
        for name in (*SIZES, "cache_tokens"):
            controls.number(text, name)
        controls.amount(text, "cache_each", (1, 2, 4))


def _whose(text: Text, choice: CacheChoice) -> str:
    """Whose sizes these are, and how that model keeps the past."""
    model, n, each = choice.model, choice.cache_tokens, choice.cache_each
    heads = multiple(numbers("latent", model) / (2 * model.d_head))
    known = {it.model: name for name, it in PUBLISHED.items()}
    if model not in known:
        return text.joined(text("cache.own"), text("cache.as_heads", heads=heads))
    layout = PUBLISHED[known[model]].layout
    size, way = readable(cache_bytes(layout, model, n, each)), text(f"cache.{layout}")
    said = [text("cache.whose", model=known[model], layout=way, size=size, tokens=f"{n:,}")]
    said.append(text("cache.invented_groups" if layout == "latent" else "cache.invented_latent"))
    return text.joined(*said, text("cache.as_heads", heads=heads))
