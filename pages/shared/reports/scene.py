"""The sentence and the layer that several pages share, as they were noted."""

from collections.abc import Sequence

from core.reader.explore import Choice
from core.taken.report import Table
from pages.shared.reports.chosen import shown
from pages.shared.text import Text

LAYER = (
    *("d_model", "d_k", "d_v", "n_heads", "scaled", "temperature", "positions"),
    *("mask", "window", "padded"),
)
"""What an attention layer is made of, whoever set its numbers."""

_MOST_ROWS = 200  # of a table of what was changed


def layer_settings(text: Text, choice: Choice) -> dict[str, str]:
    """What the layer's controls show, and how many numbers were changed by hand."""
    return shown(text, choice, "unit", "source", "seed", *LAYER) | count_of_edits(choice)


def count_of_edits(choice: Choice) -> dict[str, str]:
    """How many numbers were changed by hand."""
    return {"edits": str(len(choice.edits))}


def changed(text: Text, choice: Choice) -> list[Table]:
    """The numbers that were changed, and the pairs of a hand-drawn mask, if they are not many."""
    edits = [
        (
            text(f"matrix.{it.matrix}"),
            "–" if it.matrix == "x" else str(it.at[0] + 1),
            *(str(place + 1) for place in it.at[1:]),
            f"{it.value:.9g}",
        )
        for it in choice.edits
    ]
    places = [text("report.row"), text("report.column")]
    columns = [text("head.label"), *places, text("report.number")]
    hidden = choice.blocked if choice.mask == "drawn" else ()
    pairs = [(text("report.hidden"), str(row + 1), str(column + 1)) for row, column in hidden]
    return [
        *_if_few(Table(text("edits.label"), columns, edits, text("report.matrix"))),
        *_if_few(Table(text("blocked.label"), places, pairs)),
    ]


def _if_few(table: Table) -> Sequence[Table]:
    return [table] if 0 < len(table.rows) <= _MOST_ROWS else []
