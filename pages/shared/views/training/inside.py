"""Inside trained networks: attention before and after, and what the outputs of three kinds feel."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.architectures import Measured
from core.arrays import Array
from core.reader.training import TrainingChoice, aimed, chosen_race
from core.sources.trained import TrainedSource
from core.trace import AttentionTrace
from core.training.contenders import ATTENTION, Contender
from core.training.learning import best
from core.training.race import SLICE, Snapshot, shown
from pages.shared.figures.heatmap import Frame, Heatmap
from pages.shared.reader.session import change, session
from pages.shared.server import learned
from pages.shared.server.worker import Progress
from pages.shared.text import Text
from pages.shared.views import maps
from pages.shared.views.contenders import FAMILIES, contender, network_controls
from pages.shared.views.opened import Opened, Pointed
from pages.shared.views.step_maps import before_after
from pages.shared.views.steps import changed_weight

_FIELDS = ("training_query", "training_key")


def looking(choice: TrainingChoice, found: Progress) -> TrainingChoice:
    """Look at a network that has learned, and at what tells most of it, if that was left open."""
    trained = _opened(found)
    if not trained:
        return choice
    name = choice.training_inside if choice.training_inside in trained else trained[0]
    opened = replace(choice, training_inside=name)
    words, traces = shown(found.race.design.task, found.race.seed), _traces(opened, found)
    layers = (trace.layers[_layer(opened, trace)] for trace in traces)
    return aimed(opened, words, *(layer.weights for layer in layers))


def inside(text: Text, choice: TrainingChoice, found: Progress) -> None:
    """One attention network before its first step and after its latest, beside each other.

    Args:
        text: The reader's language.
        choice: What :func:`looking` gives.
        found: The race.
    """
    trained = _opened(found)
    if not trained:
        st.caption(text("training.inside.none"))
        return
    words = shown(found.race.design.task, found.race.seed)
    traces = _traces(choice, found)
    network_controls(text, trained, found.race.design, choice)
    st.caption(text("training.inside.sequence", words=" ".join(words)))
    reached = found.networks[choice.training_inside, found.race.seed][-1].step
    wanted = SLICE * found.race.slices
    if reached < wanted:
        st.caption(text("training.inside.reached", steps=f"{reached:,}", wanted=f"{wanted:,}"))
    before, after = (trace.layers[_layer(choice, trace)] for trace in traces)
    pointed = _pointed(choice, words)
    first, second = (
        Opened(**vars(pointed), layer=layer, head=choice.training_head) for layer in (before, after)
    )
    origins = traces[0].origin, traces[1].origin
    before_after(text, (first, second), ("weights",), {}, origins)
    st.markdown(changed_weight(text, first, second))
    with st.expander(text("training.inside.more"), key="training_inside_more"):
        columns = {name: _numbered(getattr(before, name)) for name in ("q", "k", "v")}
        before_after(text, (first, second), ("scores", *columns), columns)
    _explore(text, choice, found)


def felt(text: Text, choice: TrainingChoice, found: Progress) -> None:
    """Influence maps of what was trained: of each family, the network that learned best."""
    drawn = felt_maps(text, choice, found)
    if not drawn:
        st.caption(text("training.felt.none"))
        return
    words = shown(found.race.design.task, found.race.seed)
    places = maps.side_by_side(len(drawn), len(words))
    for place, (name, heatmap) in zip(places, drawn.items(), strict=True):
        with place:
            st.markdown(f"**{contender(text, name, found.race.design)}**")
            steps = found.networks[name, found.race.seed][-1].step
            st.caption(text("origin.trained", detail=steps))
            alt = text("alt.training_felt")
            maps.draw(f"training_felt_{name}", heatmap, _pointed(choice, words), alt)
    maps.say_where_colours_end(text, drawn.values())


def felt_maps(text: Text, choice: TrainingChoice, found: Progress) -> dict[Contender, Heatmap]:
    """What the outputs of each family's best network feel, on one scale of colours."""
    seed = found.race.seed
    over: list[Contender] = [
        name for (name, at), both in found.networks.items() if at == seed and len(both) == 2
    ]
    own = [snapshot for snapshot in found.snapshots if snapshot.contender in over]
    names: list[Contender] = [
        name for family in FAMILIES if (name := _of(family, own, choice.training_inside))
    ]
    if not names:
        return {}
    words = shown(found.race.design.task, seed)
    seen: dict[Contender, Measured] = {
        name: learned.measured(_source(found, found.networks[name, seed][-1]), words)
        for name in names
    }
    most = maps.last_share(seen.values())
    return {
        name: Heatmap(
            values=measured.influence.share,
            rows=words,
            columns=words,
            frame=Frame(text("axis.output"), text("axis.input"), text("axis.share")),
            colours="sequential",
            domain=(0.0, most),
            possible=measured.field.reach,
        )
        for name, measured in seen.items()
    }


def _explore(text: Text, choice: TrainingChoice, found: Progress) -> None:
    """A button that opens what is seen here in Explore, where every number can be changed."""
    st.button(
        text("training.inside.explore"),
        key="training_explore",
        icon=":material/open_in_new:",
        on_click=_open_in_explore,
        args=(replace(chosen_race(found.race), training_inside=choice.training_inside),),
    )


def _open_in_explore(choice: TrainingChoice) -> None:
    """The network and its sequence; all else on that page is left as it was."""
    kept = {*_FIELDS, "training_layer", "training_head"}
    network = {name: it for name, it in vars(choice).items() if name not in kept}
    change(source="trained", chapter="everything", **network)
    session().go_to = "explore"


def _opened(found: Progress) -> list[Contender]:
    """Whose attention has learned."""
    seed = found.race.seed
    return [name for name in ATTENTION if len(found.networks.get((name, seed), ())) == 2]


def _traces(choice: TrainingChoice, found: Progress) -> list[AttentionTrace]:
    """What the opened network does before its first step, and after its latest."""
    words = " ".join(shown(found.race.design.task, found.race.seed))
    both = found.networks[choice.training_inside, found.race.seed]
    return [_source(found, snapshot).trace(words) for snapshot in both]


def _layer(choice: TrainingChoice, trace: AttentionTrace) -> int:
    return min(choice.training_layer, len(trace.layers) - 1)


def _numbered(values: Array) -> list[str]:
    return [str(place + 1) for place in range(values.shape[-1])]


def _pointed(choice: TrainingChoice, words: tuple[str, ...]) -> Pointed:
    last = len(words) - 1
    return Pointed(
        asking=words,
        answering=words,
        query=min(choice.training_query, last),
        key=min(max(choice.training_key, 0), last),  # open still, if no attention took part
        fields=_FIELDS,
        kind="symbol",
    )


def _of(
    family: tuple[Contender, ...], own: Sequence[Snapshot], wish: Contender
) -> Contender | None:
    """Who stands for a family: the reader's wish, or who has learned best."""
    return wish if any(it.contender == wish for it in own) and wish in family else best(own, family)


def _source(found: Progress, snapshot: Snapshot) -> TrainedSource:
    return TrainedSource(
        snapshot.contender,
        found.race.design,
        snapshot.parameters or {},
        snapshot.seed,
        snapshot.step,
    )
