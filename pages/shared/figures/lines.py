"""The classic two-column picture: words left and right, a line for each weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pages.shared.figures import columns
from pages.shared.figures.heatmap import numbered
from pages.shared.figures.specification import finished

MOST_LINES = 1_500
"""Lines that are drawn: the strongest ones."""

FAINTEST = 0.01
"""Weights below it give no line."""

_ROW = 20  # pixels of a word
_GREY = "#7d899b"  # can be read on light and on dark


@dataclass(frozen=True)
class Sides:
    """What the two columns of words are called, and what a line is, in the reader's language."""

    left: str
    right: str
    head: str
    value: str


def table(
    weights: NDArray[np.floating], words: Sequence[str], heads: Sequence[str], query: int
) -> pa.Table:
    """The data, one line a weight, and one for each word, so that all of them are written.

    Args:
        weights: ``(head, query, key)`` of the heads that are drawn.
        words: Names of queries and keys.
        heads: Names of the heads.
        query: The word that asks.
    """
    head, row, column = np.nonzero(weights >= FAINTEST)
    values = weights[head, row, column]
    strongest = np.sort(np.argsort(-values, kind="stable")[:MOST_LINES])
    every, none = np.arange(len(words)), np.zeros(len(words), int)
    head, row, column = (
        np.concatenate([found[strongest], added])
        for found, added in ((head, none), (row, every), (column, every))
    )
    values = np.concatenate([values[strongest], none])
    named = numbered(words)
    return columns.table(
        {
            "query": row.astype(np.int16),
            "key": column.astype(np.int16),
            "query_name": columns.names(row, named),
            "key_name": columns.names(column, named),
            "head": columns.names(head, heads),
            "value": values.astype(np.float32),
            "asks": row == query,
        }
    )


@lru_cache(maxsize=64)
def specification(n_words: int, sides: Sides) -> dict[str, Any]:
    """The picture, to be drawn with :func:`table`'s data; pointing at a word shows its lines."""
    hover = alt.selection_point(name="hover", fields=["query"], on="pointerover", clear="dblclick")
    place = alt.Scale(domain=[-0.5, n_words - 0.5], reverse=True, nice=False)
    y = alt.Y("query:Q").scale(place).axis(None)
    lines = (
        alt.Chart()
        .transform_filter(f"datum.value >= {FAINTEST}")
        .mark_rule(strokeCap="round")
        .encode(
            y,
            alt.Y2("key"),
            alt.Color("head:N").scale(range="category").legend(orient="top").title(sides.head),
            alt.StrokeWidth("value:Q").scale(domain=[0, 1], range=[0.2, 8]).legend(None),
            x=alt.value({"expr": "width * 0.3"}),
            x2=alt.value({"expr": "width * 0.7"}),
            opacity=alt.when(hover).then(alt.value(0.8)).otherwise(alt.value(0.03)),
        )
    )
    asking = _words("query", "query", place, align="right", at="width * 0.28").add_params(hover)
    answering = _words("key", "key", place, align="left", at="width * 0.72")
    chart = alt.layer(lines, asking, answering).properties(height=_ROW * n_words)
    tooltip = [
        {"field": "query_name", "title": sides.left},
        {"field": "key_name", "title": sides.right},
        {"field": "head", "title": sides.head},
        {"field": "value", "title": sides.value, "format": ".3f"},
    ]
    return finished(chart, {0: tooltip})


def _words(
    field: str, row: str, place: alt.Scale, *, align: Literal["left", "right"], at: str
) -> alt.Chart:
    """One column of words; each is drawn once, however many lines it has."""
    return (
        alt.Chart()
        .transform_aggregate(groupby=[row, f"{field}_name"])
        .transform_calculate(
            word=f"slice(datum.{field}_name, indexof(datum.{field}_name, ':') + 1)"
        )
        .mark_text(align=align, fontSize=13, cursor="pointer", color=_GREY)
        .encode(
            alt.Y(f"{row}:Q").scale(place).axis(None),
            alt.Text("word:N"),
            x=alt.value({"expr": at}),
        )
    )
