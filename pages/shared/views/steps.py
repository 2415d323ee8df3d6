"""From vectors to outputs: queries, keys and values, then scores, weights and outputs."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.layer import Rules
from pages.shared.shares import signed
from pages.shared.text import Text, plain, plain_word
from pages.shared.views.opened import Opened
from pages.shared.views.step_maps import before_after, side_by_side


def projections(
    text: Text,
    opened: Opened,
    channels: Sequence[str],
    contents: Sequence[str],
    before: Opened | None = None,
) -> None:
    """Q, K and V of the head: what each word looks for, offers and carries.

    Args:
        text: The reader's language.
        opened: The head.
        channels: Names of the dimensions of q and k.
        contents: Names of the dimensions of v.
        before: The same head before it was trained, if it was.
    """
    columns = {"q": channels, "k": channels, "v": contents}
    if before:
        before_after(text, (before, opened), tuple(columns), columns)
        return
    side_by_side(text, opened, {name: text(f"projections.{name}") for name in columns}, columns)


def steps(
    text: Text, opened: Opened, contents: Sequence[str], rules: Rules, before: Opened | None = None
) -> None:
    """Three maps of the head, and the opened cell's way through them in words.

    Args:
        text: The reader's language.
        opened: The head, and the cell.
        contents: Names of the dimensions of v.
        rules: How scores are computed.
        before: The same head before it was trained, if it was.
    """
    may_look = opened.layer.may_look[opened.head]
    titles = {
        "scores": text("steps.scores", formula=_score_formula(opened, rules)),
        "weights": text("steps.weights" if may_look.all() else "steps.weights_masked"),
        "output": text("steps.output"),
    }
    columns = {"output": contents}
    if before:
        st.caption(text("steps.pairs"))
        for name, title in titles.items():
            st.markdown(title)
            before_after(text, (before, opened), (name,), columns)
        st.markdown(changed_weight(text, before, opened))
    else:
        side_by_side(text, opened, titles, columns)
    st.markdown(_opened_cell(text, opened))
    blind = np.flatnonzero(~may_look.any(axis=-1))
    if len(blind):
        rows = text("sentence.comma").join(str(row + 1) for row in blind)
        st.info(text("steps.blind", rows=rows))


def changed_weight(text: Text, before: Opened, after: Opened) -> str:
    """The opened cell's weight before training and after it, in words."""
    numbers = {
        when: f"{it.layer.weights[it.head, it.query, it.key]:.2f}"
        for when, it in (("before", before), ("after", after))
    }
    asker = {"asks": after.query + 1, "asker": plain(after.asking[after.query])}
    if after.query == after.key:
        return text("training.inside.opened_itself", **asker, **numbers)
    answer = {"answers": after.key + 1, "answer": plain(after.answering[after.key])}
    return text("training.inside.opened", **asker, **answer, **numbers)


def _score_formula(opened: Opened, rules: Rules) -> str:
    below = [r"\sqrt{d_k}"] if rules.scaled else []
    below += [f"{rules.temperature:g}"] if rules.temperature != 1 else []
    added = np.nan_to_num(opened.layer.bias[opened.head], neginf=0.0).any()
    score, cap = " / ".join([r"q \cdot k", *below]), opened.layer.cap
    if cap is not None:
        score = rf"{cap:g} \tanh({score} / {cap:g})"
    return score + (" + b" if added else "")


def _opened_cell(text: Text, opened: Opened) -> str:
    at = opened.head, opened.query, opened.key
    return text(
        "steps.opened" if opened.layer.may_look[at] else "steps.opened_masked",
        asks=plain_word(opened.asking, opened.query),
        answers=plain_word(opened.answering, opened.key),
        product=signed(
            opened.layer.q[opened.head, opened.query] @ opened.layer.k[opened.head, opened.key]
        ),
        score=signed(opened.layer.biased_scores[at]),
        weight=f"{opened.layer.weights[at]:.2f}",
    )
