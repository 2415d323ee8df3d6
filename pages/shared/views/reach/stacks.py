"""Three architectures on the same positions: what the reader looks at, and its seeds."""

from dataclasses import dataclass
from functools import cached_property
from typing import get_args

import streamlit as st

from core.choices.reach import LIMITS, SCHEDULES, ReachChoice, ReachTokens, read_dilations
from core.errors import InputError
from core.ideas.reach import SEEDS, Averaged
from core.trace import Origin
from pages.shared import controls
from pages.shared.reader import widgets
from pages.shared.reader.state import Scene
from pages.shared.server import cache
from pages.shared.text import Text
from pages.shared.views.opened import Pointed

NAMES = ("attention", "recurrent", "convolutional")


@dataclass(frozen=True)
class Reaching:
    """What is measured, and where the reader looks.

    Attributes:
        scene: Its sentence is used, if the reader wants words.
        choice: Of this page, pointing at positions that exist.
        tokens: The positions' names.
        dilations: Of the convolutions.
        problem: Why the dilations are not those that were typed, if so.
    """

    scene: Scene
    choice: ReachChoice
    tokens: tuple[str, ...]
    dilations: tuple[int, ...]
    problem: InputError | None

    def set_widgets(self) -> "Reaching":
        """Let widgets show it, and give it; to be called before they are drawn."""
        widgets.show(reach_output=self.choice.reach_output, reach_input=self.choice.reach_input)
        return self

    @property
    def n(self) -> int:
        """How many positions there are."""
        return len(self.tokens)

    @property
    def seeds(self) -> str:
        """From which seed to which."""
        return f"{self.choice.reach_seed}–{self.choice.reach_seed + SEEDS - 1}"

    @property
    def origin(self) -> Origin:
        """Random numbers, several draws."""
        return Origin("seeded", self.seeds)

    @property
    def pointed(self) -> Pointed:
        """The positions, and the pair that is looked at."""
        return Pointed(
            asking=self.tokens,
            answering=self.tokens,
            query=self.choice.reach_output - 1,
            key=self.choice.reach_input - 1,
            fields=("reach_output", "reach_input"),
            places=tuple(range(1, self.n + 1)),
        )

    @cached_property
    def seen(self) -> dict[str, Averaged]:
        """Each architecture, over all seeds."""
        choice, first = self.choice, self.choice.reach_seed
        convolution = choice.convolution(self.dilations)
        return {
            "attention": cache.reach_attention(self.tokens, choice.stack, first),
            "recurrent": cache.reach_recurrent(self.tokens, choice.recurrent, first),
            "convolutional": cache.reach_convolutional(self.tokens, convolution, first),
        }


def reaching(scene: Scene, choice: ReachChoice) -> Reaching:
    """What the reader looks at: positions that exist."""
    tokens = tuple(str(position) for position in range(1, choice.reach_n + 1))
    if choice.reach_tokens == "sentence":
        tokens = scene.tokens.kept
    choice, problem = choice.within(len(tokens)), None
    try:
        dilations = read_dilations(choice.reach_dilations)
    except InputError as found:
        problem, dilations = found, read_dilations(ReachChoice().reach_dilations)
    return Reaching(scene, choice, tokens, dilations, problem)


def sentence_or_numbers(text: Text, reaching: Reaching) -> None:
    """Positions to number, or a sentence; and the seeds."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        controls.option(text, "reach_tokens", get_args(ReachTokens))
        if reaching.choice.reach_tokens == "numbers":
            with st.container(width=360):
                slide(text, "reach_n")
        low, high = LIMITS["reach_seed"]
        st.number_input(
            text("reach_seed.label"), int(low), int(high), key="reach_seed", step=SEEDS, width=170
        )
    if reaching.choice.reach_tokens == "sentence":
        controls.sentence(text, reaching.scene)
    st.caption(text("reach.seeds", seeds=SEEDS, which=reaching.seeds))


def slide(text: Text, name: str, high: int | None = None, step: float = 1) -> None:
    """A number of this page's choice, within its limits."""
    low, most = (type(step)(end) for end in LIMITS[name])
    if high is not None:
        most = high
        # A slider whose limits change is a new one, and begins at its lowest value unless told.
        st.session_state[name] = st.session_state[name]
    if most > low:
        st.slider(text(f"{name}.label"), low, most, step=step, key=name)


def schedules(key: str) -> None:
    """Dilations to be taken with a click, beside each other."""
    with st.container(horizontal=True, gap="small"):
        for schedule in SCHEDULES:
            st.button(
                schedule,
                key=f"{key}.{schedule}",
                on_click=widgets.change,
                kwargs={"reach_dilations": schedule},
                type="tertiary",
            )


def looked_at(text: Text, reaching: Reaching) -> None:
    """The output whose row the curves show, and the input that is asked about."""
    with st.grid(2, min_column_width=260):
        slide(text, "reach_output", reaching.n)
        slide(text, "reach_input", reaching.n)
    st.toggle(text("reach_log.label"), key="reach_log")
