"""What came of a race so far: curves, a table, and where attention looks."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from core.training.contenders import ATTENTION, LEARNING_RATES, Contender
from core.training.learning import averaged, latest, losses, reliable
from core.training.race import SLICE, Race, sizes
from pages.shared import tables, theme
from pages.shared.figures import learning
from pages.shared.figures.heatmap import Frame, Marks
from pages.shared.figures.overview import SIDE, Overview
from pages.shared.server.worker import Progress
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.contenders import (
    accuracy_title,
    across,
    contender,
    distances,
    explained,
    lines,
    sees,
)


def curves(text: Text, progress: Progress, names: Mapping[Contender, str]) -> None:
    """Accuracy by distance now, and loss over steps; bars span the seeds."""
    task, looks = progress.race.design.task, lines(names)
    places = distances(task)
    known: dict[str, Contender] = {
        name: key for key, name in names.items() if key in progress.begun
    }
    levels = {name: latest(progress.snapshots, key) for name, key in known.items()}
    lost = {name: losses(progress.snapshots, key) for name, key in known.items()}
    steps = sorted({snapshot.step for snapshot in progress.snapshots})
    chance = text("training.chance", part=f"{task.chance:.3g}")
    grid = st.grid(2, min_column_width=320)
    with grid.cell():
        st.markdown(accuracy_title(text, task))
        frame = learning.Frame(across(text, task), text("axis.accuracy"), chance, theme.quiet())
        st.vega_lite_chart(
            learning.table(places, levels, task.chance),
            learning.specification(frame, looks, places),
            key="training_accuracy",
            alt=text("alt.training_accuracy"),
        )
    with grid.cell():
        st.markdown(text("training.loss"))
        frame = learning.Frame(text("axis.training_step"), text("axis.loss"), "", theme.quiet())
        st.vega_lite_chart(
            learning.table(steps, lost, None),
            learning.specification(frame, looks, SLICE * progress.race.slices),
            key="training_loss",
            alt=text("alt.training_loss"),
        )


def table(text: Text, race: Race, found: Progress | None) -> None:
    """Every contender in numbers: its size, how far it sees, and how far it can be relied on."""
    rows, task = {}, race.design.task
    for name, parameters in zip(race.contenders, sizes(race.contenders, race.design), strict=True):
        cells = {
            "parameters": f"{parameters:,}",
            "rate": f"{LEARNING_RATES[name]:g}",
            "sees": sees(text, name, race.design),
        }
        if found and name in found.begun:
            level = latest(found.snapshots, name).mean(axis=0)
            cells["seconds"] = f"{found.took(name):.1f}"
            cells["reliable"] = str(reliable(level, task.distances) or "–")
            cells["farthest"] = f"{level[-1]:.0%}"
        rows[contender(text, name, race.design)] = {
            text(f"training.column.{column}"): cell for column, cell in cells.items()
        }
    shown = pd.DataFrame.from_dict(rows, orient="index").fillna("–")
    st.table(shown)
    matrix = Matrix(shown.to_numpy(), [*shown.index], [*shown.columns])
    tables.download(text, "training", matrix)
    if not found:
        return
    st.caption(explained(text, task))
    if race.seeds > 1:
        runs = averaged(found.snapshots)
        st.caption(text("training.spread" if runs > 1 else "training.spread.one", runs=runs))


def attention_map(text: Text, progress: Progress, names: Mapping[Contender, str]) -> None:
    """Where attention looks by now: for each pair of places, the heaviest of all heads."""
    found = {key: weights for key, weights in progress.weights.items() if key[0] in ATTENTION}
    if not found:
        return
    (name, seed), weights = next(iter(found.items()))
    heaviest = np.asarray(weights).max(axis=(0, 1))  # (query, key)
    places = [str(place + 1) for place in range(len(heaviest))]
    frame = Frame(text("axis.query"), text("axis.key"), text("axis.weight"))
    picture = Overview(heaviest, places, places, frame, theme.sequential())
    st.markdown(text("training.map", name=names[name], seed=seed))
    with st.container(width=SIDE):
        st.vega_lite_chart(
            picture.table(Marks(-1, None)),
            picture.specification(),
            key="training_map",
            alt=text("alt.training_map"),
        )
