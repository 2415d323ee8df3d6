"""Heads switched off: how far the layer's output and the sentence embedding move."""

from contextlib import suppress

import numpy as np
import streamlit as st

from core.errors import InputError
from pages.shared.figures.heatmap import Frame, Heatmap, Marks
from pages.shared.reader.model import ModelScene
from pages.shared.reader.next_word import next_word
from pages.shared.reader.session import change, showing
from pages.shared.server import cache
from pages.shared.server.loading import BUILT_IN
from pages.shared.text import Text
from pages.shared.views.in_line import in_line
from pages.shared.views.model.told_next import changed
from pages.shared.views.refused import refused


def off_together(text: Text, scene: ModelScene) -> None:
    """What became of the result without the heads that are switched off in the atlas."""
    choice = scene.choice
    if not choice.model_off:
        return
    if not scene.built_in:
        _next_word(text, scene)
        return
    try:
        moved = cache.without(
            choice.model_sentence,
            choice.model_part,
            scene.shown,
            choice.model_off,
            told=in_line(),
        )
    except InputError as problem:
        refused(text, problem, "off_together")
        return
    first, _ = choice.model_off[0]  # layers before it are as they were
    each = (f"{layer}: {move:.3f}" for layer, move in enumerate(moved.layers) if layer >= first)
    comma = text("sentence.comma")
    off = comma.join(f"{layer}·{head}" for layer, head in choice.model_off)
    told = {"layers": comma.join(each), "embedding": f"{moved.embedding:.3f}"}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(text("off.together", off=off, **told), width="stretch")
        st.button(
            text("off.none"),
            key="model_all_on",
            on_click=change,
            kwargs={"model_off": ()},
            icon=":material/undo:",
        )


def _next_word(text: Text, scene: ModelScene) -> None:
    """What becomes of the likeliest next piece, of a model that has one."""
    if scene.speaker is None:
        return
    with suppress(InputError):  # the section of the next word says why
        st.markdown(changed(text, next_word(scene, in_line())))


def each_off(text: Text, scene: ModelScene) -> None:
    """Every head switched off by itself, which takes a moment."""
    if not scene.built_in:
        st.info(text("off.packaged_only", names=text("sentence.comma").join(BUILT_IN.values())))
        return
    st.markdown(text("off.lead"))
    st.toggle(text("model_alone.label"), key=showing("model_alone"))
    if scene.choice.model_alone:
        try:
            _alone(text, scene)
        except InputError as problem:
            refused(text, problem, "off")


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
