"""Three architectures on the same positions: what the reader looks at, and its seeds."""

from dataclasses import dataclass
from functools import cached_property
from typing import get_args

import streamlit as st

from core.ideas.reach import SEEDS, Averaged
from core.reader.ideas import SCHEDULES, ReachChoice, ReachTokens
from core.reader.scene import Scene
from core.trace import Origin
from pages.shared import controls
from pages.shared.reader.session import change, settle, showing
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
    """

    scene: Scene
    choice: ReachChoice
    tokens: tuple[str, ...]

    def settled(self) -> "Reaching":
        """Let widgets show it, and give it; to be called before they are drawn."""
        settle(reach_output=self.choice.reach_output, reach_input=self.choice.reach_input)
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
        return {
            "attention": cache.reach_attention(self.tokens, choice.stack, first),
            "recurrent": cache.reach_recurrent(self.tokens, choice.recurrent, first),
            "convolutional": cache.reach_convolutional(self.tokens, choice.convolution, first),
        }


def reaching(scene: Scene, choice: ReachChoice) -> Reaching:
    """What the reader looks at: positions that exist."""
    tokens = tuple(str(position) for position in range(1, choice.reach_n + 1))
    if choice.reach_tokens == "sentence":
        tokens = scene.tokens.kept
    return Reaching(scene, choice.within(len(tokens)), tokens)


def sentence_or_numbers(text: Text, reaching: Reaching) -> None:
    """Positions to number, or a sentence; and the seeds."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        controls.option(text, "reach_tokens", get_args(ReachTokens))
        if reaching.choice.reach_tokens == "numbers":
            with st.container(width=360):
                controls.slider(text, "reach_n")
        controls.number(text, "reach_seed", width=170, step=SEEDS)
    if reaching.choice.reach_tokens == "sentence":
        controls.sentence(text, reaching.scene, featured=False)
    st.caption(text("reach.seeds", seeds=SEEDS, which=reaching.seeds))


def schedules(key: str) -> None:
    """Dilations to be taken with a click, beside each other."""
    with st.container(horizontal=True, gap="small"):
        for schedule in SCHEDULES:
            st.button(
                schedule,
                key=f"{key}.{schedule}",
                on_click=change,
                kwargs={"reach_dilations": schedule},
                type="tertiary",
            )


def looked_at(text: Text, reaching: Reaching) -> None:
    """The output whose row the curves show, and the input that is asked about."""
    with st.grid(2, min_column_width=260):
        controls.slider(text, "reach_output", reaching.n)
        controls.slider(text, "reach_input", reaching.n)
    st.toggle(text("reach_log.label"), key=showing("reach_log"))
