"""Trained networks asked for the reader's words: who remembers which, and what that shows."""

from collections.abc import Sequence
from typing import get_args

import numpy as np
import streamlit as st

from core.reader.recall import RecallChoice, WithState
from core.recall.learning import COUNTS, FEWEST, MOST, SCORED
from core.recall.networks import CODE
from core.recall.readers import FIELDS, READERS, STATES
from core.recall.recalling import Recall, curve, recall
from pages.shared import controls, theme
from pages.shared.figures.bands import Axes, Band, bands_specification, bands_table
from pages.shared.reader.session import showing
from pages.shared.shares import rounded
from pages.shared.text import Text
from pages.shared.views.recall import looks, reader_name, recalled_words

_FEW = 4  # words that most networks recall, to compare with as many as they were trained for


def asked(text: Text, choice: RecallChoice, own: int, words: tuple[str, ...]) -> None:
    """Whose memory is asked, then the words as each recalls them, and what that shows.

    Args:
        text: The reader's language.
        choice: What is asked for.
        own: How many of the words are the sentence's; the others are in its middle.
        words: That are read.
    """
    kinds = get_args(WithState)
    st.pills(
        text("recall_kinds.label"),
        kinds,
        selection_mode="multi",
        format_func=text.options("recall_kinds", kinds).__getitem__,
        key=showing("recall_kinds"),
    )
    with st.grid(3, min_column_width=220, gap=("small", "medium")):
        for name, sizes in (("recall_state", STATES), ("recall_field", FIELDS)):
            label, more = text(f"{name}.label"), text(f"{name}.help")
            st.select_slider(label, sizes, key=showing(name), help=more)
        controls.slider(text, "recall_inserted")
    found = [recall(name, words) for name in choice.readers]
    recalled_words(text, found, range(own // 2, own // 2 + len(words) - own))
    st.caption(text("recall.legend"))
    st.markdown("\n".join(f"- {it}" for it in (_ahead(text, found), *_told(text, found))))


def shares(text: Text, readers: Sequence[str], n: int) -> None:
    """The share of words recalled, by their number, with the sentence marked."""
    bands = share_bands(text, readers)
    axes = Axes(
        text("recall.words"),
        text("recall.share"),
        tuple(bands),
        looks=looks(text, readers),
        marks=(theme.categorical()[0], theme.quiet()),
    )
    st.markdown(text("recall.shares"))
    st.vega_lite_chart(
        bands_table(bands, (n, MOST)),
        bands_specification(axes),
        key="recall_shares",
        alt=text("alt.recall_shares"),
    )
    seeds = len(curve(readers[0]).shares)
    how = {"seeds": seeds, "scored": SCORED, "n": n, "most": MOST, "fewest": FEWEST, "code": CODE}
    st.caption(text("recall.how", **how))


def share_bands(text: Text, readers: Sequence[str]) -> dict[str, Band]:
    """Mean, smallest and largest share over the seeds, as the files hold them."""
    across = np.array(COUNTS)
    found = {name: curve(name).shares for name in readers}
    return {
        reader_name(text, name): Band(across, it.mean(axis=0), it.min(axis=0), it.max(axis=0))
        for name, it in found.items()
    }


def _ahead(text: Text, found: Sequence[Recall]) -> str:
    """How attention does beside the best of the others."""
    attention, *others = found
    most = max(it.right for it in others)
    best = [reader_name(text, it.reader) for it in others if it.right == most]
    place = (attention.right > most) - (attention.right < most)
    return text(
        f"recall.ahead.{('level', 'ahead', 'behind')[place]}",
        n=len(attention.words),
        right=attention.right,
        who=text("sentence.comma").join(best),
        most=most,
    )


def _told(text: Text, found: Sequence[Recall]) -> list[str]:
    """By what each network fails here."""
    return [text(f"recall.told.{it.failing}", **_values(text, it)) for it in found]


def _values(text: Text, it: Recall) -> dict[str, object]:
    shares = dict(zip(COUNTS, curve(it.reader).shares.mean(axis=0), strict=True))
    who = reader_name(text, it.reader)
    return {
        "who": who[0].upper() + who[1:],
        "n": len(it.words),
        "right": it.right,
        "wrong": len(it.words) - it.right,
        "size": READERS[it.reader].size,
        "within": int((it.correct & it.reach).sum()),
        "unseen": int((~it.reach).sum()),
        "lucky": int((it.correct & ~it.reach).sum()),
        "few": _FEW,
        "at_few": rounded(text, float(shares[_FEW])),
        "most": MOST,
        "at_most": rounded(text, float(shares[MOST])),
    }
