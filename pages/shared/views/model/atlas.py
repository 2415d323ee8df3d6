"""All heads of the model at once, and the heads sorted by what they do."""

import numpy as np
import pandas as pd
import streamlit as st

from core.arrays import Array
from pages.shared import controls, tables, theme
from pages.shared.figures import atlas as figure
from pages.shared.figures.atlas import Words
from pages.shared.reader.model import ModelScene
from pages.shared.reader.session import change, session
from pages.shared.text import Text, plain, plain_word
from pages.shared.views.clicked import clicked, listed

_LISTED = 12  # heads in the finder
_LABELS = 50  # pixels beside the small maps


def atlas(text: Text, scene: ModelScene) -> None:
    """The small maps; a click opens a head."""
    layers = [layer.weights for layer in scene.run.trace.layers]
    values = _features(scene)[scene.choice.model_order]
    chosen = scene.choice.model_layer, scene.choice.model_head
    words = Words(
        text("word.layer"), text("word.head"), text(f"model_order.{scene.choice.model_order}")
    )
    with st.container(width=_LABELS + figure.SIDE * values.shape[1]):
        st.vega_lite_chart(
            figure.table(layers, values, chosen, session().clicks, theme.sequential()),
            figure.specification(*values.shape, len(scene.run.pieces.tokens), words),
            key="model_atlas",
            on_select=_open_clicked,
            selection_mode=[figure.CLICK],
            alt=text("alt.atlas"),
        )


def say_special(text: Text, scene: ModelScene) -> None:
    """How much of all weight the pieces get that are no words, and in how many heads most of it."""
    if scene.special:
        shares = scene.run.features.special
        st.markdown(
            text(
                "atlas.special",
                added=text("sentence.comma").join(plain(piece) for piece in scene.special),
                share=f"{shares.mean():.0%}",
                n=int((shares > 0.5).sum()),
                heads=scene.n_heads,
            )
        )


def finder(text: Text, scene: ModelScene) -> None:
    """The heads that do something most, each with its number; choosing a row opens it."""
    controls.option(text, "model_order", scene.orders)
    tokens, choice = scene.run.pieces.tokens, scene.choice
    st.caption(
        text(
            f"model_order.{choice.model_order}.help",
            asks=plain_word(tokens, choice.model_query),
            answers=plain_word(tokens, choice.model_key),
            added=text("sentence.comma").join(plain(piece) for piece in scene.special),
        )
    )
    values = _features(scene)[choice.model_order]
    falling = values if choice.model_order == "sharp" else -values
    order = np.argsort(falling, axis=None, kind="stable")
    layer, head = np.unravel_index(order[:_LISTED], values.shape)
    found = pd.DataFrame({"layer": layer, "head": head, "value": values[layer, head]})
    tables.room_above()
    st.dataframe(
        found,
        hide_index=True,
        column_config={
            "layer": text("word.layer"),
            "head": text("word.head"),
            "value": st.column_config.NumberColumn(
                text(f"model_order.{choice.model_order}"), format="%.3f"
            ),
        },
        key=f"model_finder.{session().clicks}",
        on_select=lambda: _open_listed(layer.tolist(), head.tolist()),
        selection_mode="single-row",
    )
    names = (text("word.layer"), text("word.head"), text(f"model_order.{choice.model_order}"))
    found_columns = (layer.tolist(), head.tolist(), found["value"].tolist())
    matrix = tables.listed(dict(zip(names, found_columns, strict=True)))
    tables.download(text, "heads_found", matrix)


def _features(scene: ModelScene) -> dict[str, Array]:
    """What heads are sorted by: ``(layer, head)`` each."""
    found, pair = scene.run.features, (scene.choice.model_query, scene.choice.model_key)
    return {
        **found._asdict(),
        "pair": np.stack([it.weights[:, *pair] for it in scene.run.trace.layers]),
        "sharp": found.entropy,
        "wide": found.entropy,
    }


def _open_clicked() -> None:
    place = clicked("model_atlas", "layer", "head", click=figure.CLICK)
    if place:
        change(model_layer=place[0], model_head=place[1])


def _open_listed(layers: list[int], heads: list[int]) -> None:
    row = listed(f"model_finder.{session().clicks}")
    if row is not None and row in range(len(layers)):
        change(model_layer=layers[row], model_head=heads[row])
