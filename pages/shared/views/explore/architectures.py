"""The same sentence through attention, an RNN and a CNN: one measured quantity, one scale."""

from collections.abc import Mapping
from typing import get_args

import streamlit as st

from core.architectures import Measured
from core.reader.explore import Comparison
from core.reader.scene import Scene
from core.rnn import Direction, RecurrentKind
from core.sources.trained import TrainedSource
from core.sources.trained_layer import TrainedLayer
from pages.shared import controls
from pages.shared.figures.heatmap import Frame, Heatmap
from pages.shared.reader.session import showing
from pages.shared.shares import rounded
from pages.shared.text import Text, plain_word
from pages.shared.views import maps
from pages.shared.views.contenders import told_network
from pages.shared.views.opened import Opened


def architectures(
    text: Text,
    scene: Scene,
    opened: Opened,
    seen: Mapping[str, Measured],
    networks: Mapping[str, TrainedSource | TrainedLayer] | None = None,
) -> None:
    """Three influence maps, what they mean for the chosen word, and their controls.

    Args:
        text: The reader's language.
        scene: Whose words are felt.
        opened: The pair that is pointed at.
        seen: What each architecture feels, by its name.
        networks: What was trained here, by the same names, if it was.
    """
    _for_all(text, drawn=not networks)
    places = maps.side_by_side(len(seen), len(scene.tokens.kept))
    heatmaps = influence_maps(text, scene, seen, networks)
    for place, (name, heatmap) in zip(places, heatmaps.items(), strict=True):
        with place:
            st.markdown(text(f"architectures.{name}"))
            if networks:
                st.caption(told_network(text, networks[name]))
            else:
                st.caption(text(f"architectures.{name}.numbers", seed=scene.choice.seed))
            maps.draw(name, heatmap, opened, text(f"alt.{name}"))
            st.markdown(_in_words(text, scene, name, seen[name]))
            if not networks:
                _controls(text, scene, name)
    maps.say_where_colours_end(text, heatmaps.values())


def influence_maps(
    text: Text, scene: Scene, seen: Mapping[str, Measured], networks: object = None
) -> dict[str, Heatmap]:
    """What each architecture feels, on one scale of colours; arguments as above."""
    words, comparison = scene.tokens.kept, scene.choice.comparison
    values = {name: getattr(it.influence, comparison) for name, it in seen.items()}
    if comparison == "strength":
        most = max(float(found.max()) for found in values.values()) or 1.0
    else:
        most = maps.last_share(seen.values()) if networks else 1.0
    frame = Frame(text("axis.output"), text("axis.input"), text(f"axis.{comparison}"))
    return {
        name: Heatmap(
            values=values[name],
            rows=words,
            columns=words,
            frame=frame,
            colours="sequential",
            domain=(0.0, most),
            possible=it.field.reach,
        )
        for name, it in seen.items()
    }


def _in_words(text: Text, scene: Scene, name: str, measured: Measured) -> str:
    """What the chosen word can see of the sentence, and how far the opened word is away."""
    words, query, key = scene.tokens.kept, scene.choice.query, scene.choice.key
    steps = int(measured.field.path[query, key])
    asks, other = plain_word(words, query), plain_word(words, key)
    path = "itself" if query == key else name
    lines = [
        text(
            "architectures.sees",
            asks=asks,
            seen=int(measured.field.reach[query].sum()),
            n=len(words),
            sequential=measured.field.sequential,
        ),
        text(
            f"path.{path}" if steps else "path.none",
            asks=asks,
            other=other,
            steps=steps,
            share=rounded(text, float(measured.influence.share[query, key])),
        ),
    ]
    return "  \n".join(lines)


def _for_all(text: Text, *, drawn: bool) -> None:
    """What holds for all three: the colours, and the seed where numbers are drawn."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        controls.option(text, "comparison", get_args(Comparison))
        if drawn:
            controls.number(text, "seed", width=150)
            controls.next_seed(text, "seed", "seed")


def _controls(text: Text, scene: Scene, name: str) -> None:
    if name == "attention":
        return
    choice, key = scene.choice, f"{name}_settings"
    if st.session_state.get(key):
        st.session_state[key] = True  # it forgets that it is open when its label changes
    settings = st.popover(
        text(
            f"architectures.{name}.settings",
            kind=text(f"rnn_kind.{choice.rnn_kind}"),
            direction=text(f"rnn_direction.{choice.rnn_direction}"),
            kernel=choice.cnn_kernel,
            layers=choice.cnn_layers,
            growth=choice.cnn_growth,
        ),
        icon=":material/tune:",
        key=key,
        on_change="rerun",  # what is not seen is not drawn: eight widgets fewer in every run
    )
    with settings:
        if settings.open and name == "recurrent":
            with st.container(horizontal=True):
                controls.option(text, "rnn_kind", get_args(RecurrentKind))
                controls.option(text, "rnn_direction", get_args(Direction))
            if choice.rnn_kind == "rnn":
                controls.slider(text, "rnn_gain", step=0.1)
            controls.slider(text, "d_hidden")
        elif settings.open:
            controls.slider(text, "cnn_kernel", step=2)
            controls.slider(text, "cnn_layers")
            controls.slider(text, "cnn_growth")
            label, said = text("cnn_causal.label"), text("cnn_causal.help")
            st.toggle(label, key=showing("cnn_causal"), help=said)
