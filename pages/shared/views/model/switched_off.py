"""A head switched off: how far the layer's output and the sentence embedding move."""

import numpy as np
import streamlit as st

from core.errors import InputError
from pages.shared.figures.heatmap import Frame, Heatmap, Marks
from pages.shared.reader.model import ModelScene
from pages.shared.reader.session import showing
from pages.shared.server import cache
from pages.shared.server.loading import BUILT_IN
from pages.shared.text import Text
from pages.shared.views.in_line import in_line
from pages.shared.views.refused import refused


def switched_off(text: Text, scene: ModelScene) -> None:
    """Some heads switched off together; or every head alone, which takes a moment."""
    if not scene.built_in:
        st.info(text("off.packaged_only", names=text("sentence.comma").join(BUILT_IN.values())))
        return
    st.markdown(text("off.lead"))
    try:
        _together(text, scene)
        st.toggle(text("off.compute", heads=scene.n_heads), key=showing("model_alone"))
        if scene.choice.model_alone:
            _alone(text, scene)
    except InputError as problem:
        refused(text, problem, "off")


def _together(text: Text, scene: ModelScene) -> None:
    layers = scene.run.trace.layers
    heads = [(layer, head) for layer in range(len(layers)) for head in range(len(layers[0].q))]
    st.multiselect(
        text("model_off.label"),
        heads,
        key=showing("model_off"),
        format_func=lambda it: f"{it[0]}·{it[1]}",
        placeholder=text("model_off.hint"),
    )
    choice = scene.choice
    if not choice.model_off:
        return
    moved = cache.without(
        choice.model_sentence,
        choice.model_part,
        scene.shown,
        choice.model_off,
        told=in_line(),
    )
    each = (f"{layer}: {move:.3f}" for layer, move in enumerate(moved.layers))
    listed = text("sentence.comma").join(each)
    st.markdown(text("off.together", layers=listed, embedding=f"{moved.embedding:.3f}"))


def _alone(text: Text, scene: ModelScene) -> None:
    choice = scene.choice
    effects = cache.effects(choice.model_sentence, choice.model_part, scene.shown, told=in_line())
    rows = [str(layer) for layer in range(len(effects.embedding))]
    columns = [str(head) for head in range(effects.embedding.shape[1])]
    with st.grid(2, min_column_width=330):
        for name, values in (("layer", effects.layer_output), ("embedding", effects.embedding)):
            most = float(values.max()) or 1.0
            frame = Frame(text("word.layer"), text("word.head"), text("off.distance"))
            heatmap = Heatmap(values, rows, columns, frame, "sequential", (0.0, most))
            with st.container():
                st.markdown(text(f"off.{name}"))
                st.vega_lite_chart(
                    heatmap.table(Marks(choice.model_layer, choice.model_head)),
                    heatmap.specification(),
                    key=f"off_{name}",
                    alt=text(f"alt.off_{name}"),
                )
    here = choice.model_layer, choice.model_head
    layer, head = np.unravel_index(int(effects.embedding.argmax()), effects.embedding.shape)
    st.markdown(
        text(
            "off.story",
            layer=here[0],
            head=here[1],
            moved=f"{effects.embedding[here]:.3f}",
            most_layer=int(layer),
            most_head=int(head),
            most=f"{effects.embedding.max():.3f}",
        )
    )
