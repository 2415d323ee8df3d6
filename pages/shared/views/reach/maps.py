"""Three maps side by side on one scale: what each output feels of each input."""

from typing import get_args

import numpy as np
import streamlit as st

from core.ideas.reach import MASKS, Averaged
from core.masks import kinds_using
from core.reader.ideas import MASK_NUMBERS
from core.rnn import Direction, RecurrentKind
from pages.shared import controls, theme
from pages.shared.figures import overview
from pages.shared.figures.heatmap import Frame, Heatmap, Marks, balanced
from pages.shared.figures.overview import Overview
from pages.shared.reader.session import session, showing
from pages.shared.shares import in_range
from pages.shared.text import Text, plain_word
from pages.shared.views import maps
from pages.shared.views.clicked import clicked
from pages.shared.views.reach.stacks import NAMES, Reaching, schedules

_ALL_BUT_FEW = 0.98  # of the shares lie on the colour scale: a first row's single 1 is beyond it
_PICTURE = 24  # positions from which on a map is drawn as a picture


def three(text: Text, reaching: Reaching) -> None:
    """Controls, map and words for each architecture."""
    most = strongest_share(reaching)
    grid = st.grid(len(NAMES), min_column_width=300, gap="medium")
    for name in NAMES:
        with grid.cell():
            st.markdown(text(f"reach.{name}"))
            _map(text, reaching, name, most)
            st.markdown(_in_words(text, reaching, name))
            _controls(text, reaching, name)
    st.caption(text("reach.scale", most=f"{most:g}"))


def strongest_share(reaching: Reaching) -> float:
    """What the strongest colour of the three maps stands for."""
    shares = np.stack([found.mean for found in reaching.seen.values()])
    return balanced(np.quantile(shares, [_ALL_BUT_FEW]))[1]


def share_map(text: Text, reaching: Reaching, name: str, most: float) -> Heatmap:
    """The map of an architecture; all positions as cells."""
    found, names = reaching.seen[name], reaching.tokens
    frame = Frame(text("axis.output"), text("axis.input"), text("axis.share"))
    return Heatmap(found.mean, names, names, frame, "sequential", (0.0, most), found.field.reach)


def _controls(text: Text, reaching: Reaching, name: str) -> None:
    match name:
        case "attention":
            _attention(text, reaching)
        case "recurrent":
            with st.container(horizontal=True):
                controls.option(text, "reach_kind", get_args(RecurrentKind))
                controls.option(text, "reach_direction", get_args(Direction))
            if reaching.choice.reach_kind == "rnn":
                controls.slider(text, "reach_gain", step=0.1)
        case _:
            _convolutional(text, reaching)


def _attention(text: Text, reaching: Reaching) -> None:
    st.selectbox(
        text("reach_mask.label"),
        MASKS,
        format_func=lambda kind: text(f"reach_mask.{kind}"),
        key=showing("reach_mask"),
    )
    controls.slider(text, "reach_layers")
    for name, number in MASK_NUMBERS.items():
        if reaching.choice.reach_mask in kinds_using(number):
            controls.slider(text, name)


def _convolutional(text: Text, reaching: Reaching) -> None:
    controls.slider(text, "reach_kernel", step=2)
    st.text_input(text("reach_dilations.label"), key=showing("reach_dilations"), max_chars=80)
    controls.complaint(text, "reach_dilations")
    schedules("reach_schedule")
    st.toggle(text("reach_backward.label"), key=showing("reach_backward"))


def _map(text: Text, reaching: Reaching, name: str, most: float) -> None:
    heatmap, alt = share_map(text, reaching, name, most), text(f"alt.reach_{name}")
    if reaching.n > _PICTURE:
        _picture(reaching, name, reaching.seen[name], heatmap.frame, (most, alt))
        return
    maps.draw(f"reach_{name}", heatmap, reaching.pointed, alt)


def _picture(
    reaching: Reaching, name: str, found: Averaged, frame: Frame, look: tuple[float, str]
) -> None:
    """A large map: one pixel a pair, what is out of reach left empty.

    Its shades are not stretched, so that they mean what those of the smaller maps mean.
    """
    most, alt = look
    values = np.where(found.field.reach, found.mean, np.nan)
    whole = Overview(
        values,
        reaching.tokens,
        reaching.tokens,
        frame,
        theme.sequential(),
        most=most,
        stretched=False,
    )
    marks = Marks(reaching.pointed.query, reaching.pointed.key, session().clicks)
    key = f"reach_{name}"

    def choose() -> None:
        place = clicked(key, "row", "column", click=overview.CLICK)
        if place:
            reaching.pointed.point(*place)

    st.vega_lite_chart(
        whole.table(marks),
        whole.specification(),
        key=key,
        on_select=choose,
        selection_mode=[overview.CLICK],
        alt=alt,
    )


def _in_words(text: Text, reaching: Reaching, name: str) -> str:
    """What the chosen output can see, and how far away the chosen input is."""
    found, at = reaching.seen[name], (reaching.pointed.query, reaching.pointed.key)
    steps = int(found.field.path[at])
    words = {
        "asks": plain_word(reaching.tokens, at[0]),
        "other": plain_word(reaching.tokens, at[1]),
        "steps": steps,
        "share": in_range(text, *(float(it[at]) for it in (found.mean, found.low, found.high))),
    }
    seen, sequential = int(found.field.reach[at[0]].sum()), found.field.sequential
    line = text("reach.sees", asks=words["asks"], seen=seen, n=reaching.n, sequential=sequential)
    path = "none" if not steps else "itself" if at[0] == at[1] else name
    return line + "  \n" + text(f"reach.path.{path}", **words)
