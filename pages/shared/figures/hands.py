"""Clock hands: one for each word and pair of numbers, turned by its angle."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa

from core.arrays import Array
from pages.shared.figures import columns
from pages.shared.figures.heatmap import numbered
from pages.shared.figures.specification import TITLE_IN_CORNER, finished

_ROW = 34  # pixels
_WORD = "slice(datum.label, indexof(datum.label, ':') + 1)"


def hands_table(degrees: Array, words: Sequence[str], pairs: Sequence[str]) -> pa.Table:
    """The data, one line a hand.

    Args:
        degrees: ``(token, pair)``, clockwise from the top, 0 to 360.
        words: One a row.
        pairs: Names of the columns.
    """
    row, column = np.indices(degrees.shape).reshape(2, -1)
    return columns.table(
        {
            "word": columns.names(row, numbered(words)),
            "pair": columns.names(column, pairs),
            "degrees": degrees.reshape(-1).astype(np.float32),
        }
    )


@lru_cache(maxsize=32)
def hands_specification(n_words: int, words: str, pairs: str, angle: str) -> dict[str, Any]:
    """The Vega-Lite specification.

    Args:
        n_words: Rows.
        words, pairs, angle: What rows, columns and hands are, in the reader's language.
    """
    quiet: dict[str, Any] = {"ticks": False, "domain": False, "labelOverlap": False}
    base = alt.Chart().encode(
        alt.X("pair:N").sort(None).title(pairs).axis(orient="top", labelAngle=0, **quiet),
        alt.Y("word:N").sort(None).title(words).axis(labelExpr=_WORD, **TITLE_IN_CORNER, **quiet),
    )
    dial = base.mark_point(size=620, strokeWidth=1, filled=False, color="#8494a8", opacity=0.6)
    hand = base.mark_point(shape="arrow", size=420, filled=True, opacity=1).encode(
        alt.Angle("degrees:Q").scale(None)
    )
    accent = alt.Color("mark:N").scale(domain=["chosen"], range="category").legend(None)
    hand = hand.transform_calculate(mark="'chosen'").encode(color=accent)
    tooltip = [
        {"field": "word", "title": words},
        {"field": "pair", "title": pairs},
        {"field": "degrees", "title": angle, "format": ".1f"},
    ]
    return finished(alt.layer(dial, hand).properties(height=_ROW * n_words), {1: tooltip})
