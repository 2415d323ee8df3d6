"""The pieces that may come next, as bars to click, and buttons that take one."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.likeliest import MOST, Likeliest
from pages.shared.figures.bars import CLICK, Bars, Scale
from pages.shared.reader.session import session
from pages.shared.shares import rounded
from pages.shared.text import Text, plain
from pages.shared.views.clicked import clicked

Take = Callable[[int], object]
"""Takes a piece by its number in the vocabulary; callbacks are kept, so it holds no numbers."""


def bars(text: Text, key: str, names: Sequence[str], best: Likeliest, take: Take | None) -> None:
    """Draw the likeliest pieces; where something has changed, ticks for what was before.

    Args:
        text: The reader's language.
        key: The chart's.
        names: What the pieces are called.
        best: The pieces.
        take: What a click does, if anything.
    """
    ids, most = best.ids, float(max(best.before.max(), best.after.max()))
    scale = Scale(text("next.probability"), ".1%", (0.0, min(1.0, round(most + 0.05, 1))))
    drawn = Bars(
        best.after,
        names,
        scale,
        expected=None if np.array_equal(best.before, best.after) else best.before,
        chosen=None if take is None else -1,
    )

    def choose() -> None:
        place = clicked(key, "row", click=CLICK)
        if take and place and 0 <= place[0] < len(ids):
            take(ids[place[0]])

    clicks: dict[str, Any] = {"on_select": choose, "selection_mode": [CLICK]} if take else {}
    st.vega_lite_chart(
        drawn.table(session().clicks),
        drawn.specification(),
        key=key,
        alt=text("alt.next", n=MOST),
        **clicks,
    )


def rest(text: Text, best: Likeliest) -> str:
    """What all others have."""
    return text("next.rest", others=f"{best.others:,}", rest=rounded(text, best.rest[1]))


def buttons(text: Text, key: str, name: str, temperature: float, takes: Sequence[Any]) -> None:
    """Take the likeliest, draw one, or take the last one back.

    Args:
        text: The reader's language.
        key: What the keys begin with.
        name: What the likeliest piece is called.
        temperature: At which one is drawn.
        takes: What each button does; ``None`` if there is none to take back.
    """
    best, draw, back = takes
    st.button(
        text("next.take", piece=plain(name)),
        key=f"{key}_take",
        on_click=best,
        icon=":material/add:",
    )
    st.button(
        text("next.draw", temperature=f"{temperature:g}"),
        key=f"{key}_draw",
        on_click=draw,
        icon=":material/casino:",
        help=text("next.draw.help"),
    )
    st.button(
        text("next.back"),
        key=f"{key}_back",
        on_click=back,
        icon=":material/backspace:",
        disabled=back is None,
    )
