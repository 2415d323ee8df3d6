"""Inside trained networks: attention before and after, and what the outputs of three kinds feel."""

import numpy as np
import streamlit as st

from core.choices.training import TrainingChoice
from core.influence import Influence
from core.sources.trained import TrainedSource
from core.trace import Origin
from core.training.contenders import ATTENTION, Contender
from core.training.networks import N_HEADS
from core.training.race import Snapshot, shown
from pages.shared.figures.heatmap import Frame, Heatmap, balanced
from pages.shared.jobs import Progress
from pages.shared.text import Text
from pages.shared.views import maps
from pages.shared.views.badge import badge
from pages.shared.views.contenders import FAMILIES, contender
from pages.shared.views.opened import Opened, Pointed

_FIELDS = ("training_query", "training_key")
_BIG = ("weights",)
_FOLDED = ("scores", "q", "k", "v")


def inside(text: Text, it: TrainingChoice, found: Progress) -> None:
    """One attention network before its first step and after its last, beside each other."""
    seed = found.race.seed
    trained: list[Contender] = [
        name for name in ATTENTION if len(found.networks.get((name, seed), ())) == 2
    ]
    if not trained:
        st.caption(text("training.inside.none"))
        return
    name = it.training_inside if it.training_inside in trained else trained[0]
    words = shown(found.race.design.task, seed)
    traces = [
        _source(found, snapshot).trace(" ".join(words)) for snapshot in found.networks[name, seed]
    ]
    _controls(text, found, trained, len(traces[0].layers))
    st.caption(text("training.inside.sequence", words=" ".join(words)))
    before, after = (
        trace.layers[min(it.training_layer, len(trace.layers) - 1)] for trace in traces
    )
    pointed = _pointed(it, words)
    first, second = (
        Opened(**vars(pointed), layer=layer, head=it.training_head) for layer in (before, after)
    )
    pair = first, second
    origins = tuple(trace.origin for trace in traces)
    _pairs_of_maps(text, pair, _BIG, origins)
    at = it.training_head, pointed.query, pointed.key
    numbers = {"before": f"{before.weights[at]:.2f}", "after": f"{after.weights[at]:.2f}"}
    places = {"asks": pointed.query + 1, "answers": pointed.key + 1}
    st.markdown(text("training.inside.opened", **numbers, **places))
    with st.expander(text("training.inside.more")):
        _pairs_of_maps(text, pair, _FOLDED)


def felt(text: Text, it: TrainingChoice, found: Progress) -> None:
    """Influence maps of what was trained: one network of each family."""
    seed, design = found.race.seed, found.race.design
    over: list[Contender] = [
        name for (name, at), both in found.networks.items() if at == seed and len(both) == 2
    ]
    names: list[Contender] = [
        name for family in FAMILIES if (name := _of(family, over, it.training_inside))
    ]
    if not names:
        st.caption(text("training.felt.none"))
        return
    words = shown(design.task, seed)
    pointed = _pointed(it, words)
    sources: dict[Contender, TrainedSource] = {
        name: _source(found, found.networks[name, seed][-1]) for name in names
    }
    seen: dict[Contender, Influence] = {
        name: source.influence(" ".join(words)) for name, source in sources.items()
    }
    # The first tokens have few to feel: their large shares would leave the others pale.
    _, most = balanced(np.stack([it.share[-1] for it in seen.values()]))
    places = maps.side_by_side(len(seen), len(words))
    for place, (name, measured) in zip(places, seen.items(), strict=True):
        heatmap = Heatmap(
            values=measured.share,
            rows=words,
            columns=words,
            frame=Frame(text("axis.output_of"), text("axis.input"), text("axis.share")),
            colours="sequential",
            domain=(0.0, most),
            possible=measured.reach,
        )
        with place:
            st.markdown(f"**{contender(text, name, design)}**")
            maps.draw(f"training_felt_{name}", heatmap, pointed, text("alt.training_felt"))
    st.page_link("pages/explore.py", label=text("training.felt.explore"))


def _controls(text: Text, found: Progress, trained: list[Contender], n_layers: int) -> None:
    names: dict[str, str] = {name: contender(text, name, found.race.design) for name in trained}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(trained) > 1:
            st.segmented_control(
                text("training_inside.label"),
                trained,
                format_func=names.__getitem__,
                key="training_inside",
                required=True,
            )
        for name, many in (("training_layer", n_layers), ("training_head", N_HEADS)):
            if many > 1:
                st.segmented_control(
                    text(f"{name}.label"),
                    range(many),
                    format_func=lambda place: str(place + 1),
                    key=name,
                    required=True,
                )


def _pairs_of_maps(
    text: Text,
    pair: tuple[Opened, Opened],
    names: tuple[str, ...],
    origins: tuple[Origin | None, ...] = (None, None),
) -> None:
    """Before and after, on one scale of colours; where the numbers come from is said once."""
    for name in names:
        square = name in ("weights", "scores")
        values = [getattr(it.layer, name)[it.head] for it in pair]
        domain = (0.0, 1.0) if name == "weights" else balanced(np.stack(values))
        columns = pair[0].asking if square else [str(i + 1) for i in range(values[0].shape[1])]
        kind = text(f"training.inside.{name}")
        grid = st.grid(2, min_column_width=320)
        for when, array, origin in zip(("before", "after"), values, origins, strict=True):
            heatmap = Heatmap(
                values=array,
                rows=pair[0].asking,
                columns=columns,
                frame=Frame(text("axis.query"), text("axis.key") if square else "", kind),
                colours="sequential" if name == "weights" else "diverging",
                domain=domain,
                possible=np.tri(len(array), dtype=bool) if square else None,
            )
            with grid.cell():
                st.markdown(text(f"training.inside.{when}", name=kind))
                alt = text("alt.training_inside", name=kind)
                maps.draw(f"training_{name}_{when}", heatmap, pair[0], alt, pairs=square)
                if origin:
                    badge(text, origin)


def _pointed(it: TrainingChoice, words: tuple[str, ...]) -> Pointed:
    last = len(words) - 1
    return Pointed(
        asking=words,
        answering=words,
        query=min(it.training_query, last),
        key=min(it.training_key, last),
        fields=_FIELDS,
    )


def _of(family: tuple[Contender, ...], over: list[Contender], wish: Contender) -> Contender | None:
    """Who stands for a family: the reader's wish, or the first that is trained."""
    present: list[Contender] = [name for name in family if name in over]
    return wish if wish in present else present[0] if present else None


def _source(found: Progress, it: Snapshot) -> TrainedSource:
    return TrainedSource(it.contender, found.race.design, it.parameters or {}, it.seed, it.step)
