"""The learning path: five steps, each with something to do and links into the right states."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import streamlit as st

from core.claims.layer import heaviest, sharpness, weight
from core.claims.model import lookers
from core.reader.model import PACKAGED, ModelChoice
from pages.shared.destinations import CATCHING, EATING, WHOLE, Destination, lead_to
from pages.shared.server import cache
from pages.shared.text import Language, Text, plain
from pages.shared.views.in_line import in_line
from pages.shared.views.papers import cited

_FORMULAS = {
    "score": r"s_{ij} = \frac{q_i \cdot k_j}{\sqrt{d_k}} + m_{ij}",
    "softmax": r"w_{ij} = \frac{e^{s_{ij}}}{\sum_l e^{s_{il}}}",
    "sum": r"o_i = \sum_j w_{ij}\, v_j",
}
_TOGETHER = r"\mathrm{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}} + M\right) V"
_BEYOND = {
    "many": r"[\,O_1\; O_2 \dots O_h\,]\; W_O",
    "waves": r"\begin{aligned}\mathrm{PE}_{p,\,2c} &= \sin(p \,/\, 10000^{2c/d}) \\"
    r"\mathrm{PE}_{p,\,2c+1} &= \cos(p \,/\, 10000^{2c/d})\end{aligned}",
}
_WIDE = {"source": "seeded", "d_k": 64, "scaled": False}


class Step(NamedTuple):
    """A step of the path.

    Attributes:
        name: The start of its labels' keys.
        links: The end of a label's key to where it leads; the most important first.
        papers: What is read at this step.
    """

    name: str
    links: Mapping[str, Destination]
    papers: tuple[str, ...] = ()


IDEA = Step(
    "idea",
    {
        "guided": Destination("explore", {"guide": 1}, EATING),
        "shaded": Destination("explore", WHOLE, EATING),
        "dishes": Destination(
            "buffet", {"buffet_protein": 0.0, "buffet_sugar": 3.0, "buffet_vegetables": 0.0}
        ),
        "reason": Destination("why"),
    },
)
TRY = Step(
    "try",
    {
        "typed": Destination("explore", WHOLE, CATCHING),
        "kind": Destination("explore", {**WHOLE, "head": 1}, CATCHING),
        "changed": Destination("explore", {**WHOLE, "head": 1}, CATCHING, ("animal", 2.0)),
    },
)
PAPER = Step(
    "paper",
    {
        "boxes": Destination("cross", {"cross_sources": "b_asks_a"}),
        "table": Destination("cost", {"cost_n": 1024, "cost_d": 512}),
    },
    ("vaswani",),
)
MATHEMATICS = Step(
    "mathematics",
    {
        "cell": Destination("explore", WHOLE, EATING),
        "root": Destination("explore", {**WHOLE, **_WIDE}, EATING),
    },
    ("phuong",),
)
BEYOND = Step(
    "beyond",
    {
        "heads": Destination("heads", {"n_heads": 4}, CATCHING),
        "positions": Destination("positions", pointing=CATCHING),
        "neighbours": Destination("reach"),
        "trained": Destination("training"),
        "learned": Destination(
            "model", {"model_name": PACKAGED, "model_layer": 3, "model_head": 1}
        ),
        "corrections": Destination("corrections"),
    },
)
STEPS = (IDEA, TRY, PAPER, MATHEMATICS, BEYOND)


def path(text: Text) -> None:
    """All steps, one card each."""
    for step in STEPS[:-1]:
        with _card(text, step):
            if step is MATHEMATICS:
                _formulas(text)
            _to_do(text, step)
    with _card(text, BEYOND):
        _beyond(text)


def in_numbers(language: Language) -> Mapping[str, str]:
    """What the steps say of their states: words as Markdown, and what is computed there."""
    typed, kind, changed = (TRY.links[it].choice(language) for it in ("typed", "kind", "changed"))
    rows = sharpness(MATHEMATICS.links["root"].choice(language))
    eating, catching = EATING[language], CATCHING[language]
    return {
        **{name: plain(word) for name, word in eating._asdict().items()},
        **{f"other_{name}": plain(word) for name, word in catching._asdict().items()},
        "deed": plain(catching.words[heaviest(typed)]),
        "cell": f"{weight(MATHEMATICS.links['cell'].choice(language)):.0%}",
        "before": f"{weight(kind):.0%}",
        "after": f"{weight(changed):.0%}",
        "divided": f"{rows.divided:.2f}",
        "undivided": f"{rows.undivided:.2f}",
    }


@contextmanager
def _card(text: Text, step: Step) -> Iterator[None]:
    """A step's frame, with its title and what it is about."""
    title, about = (text(f"path.{step.name}.{part}") for part in ("title", "about"))
    with st.container(border=True):
        st.subheader(title, anchor=False)
        st.markdown(about)
        yield
        if step.papers:
            cited(text, *step.papers)


def _to_do(text: Text, step: Step) -> None:
    """What to do, beside the links that lead there."""
    names = {
        "head": text("head.same_kind"),
        "numbers": text("numbers.title"),
        "feature": text("feature.animal"),
    }
    grid = st.grid(2, min_column_width=300, gap=("small", "large"))
    grid.cell().markdown(text(f"path.{step.name}.do", **in_numbers(text.language), **names))
    with grid.cell():
        for place, (name, there) in enumerate(step.links.items()):
            label = f"path.{step.name}.{name}"
            lead_to(text, label, there, first=place == 0)


def _formulas(text: Text) -> None:
    """Score, softmax, weighted sum; then all three in one line."""
    grid = st.grid(3, min_column_width=220)
    for name, formula in _FORMULAS.items():
        with grid.cell():
            st.markdown(text(f"path.formula.{name}"))
            st.latex(formula)
    st.markdown(text("path.formula.together"))
    st.latex(_TOGETHER)


def _beyond(text: Text) -> None:
    """Everything that is built on it: a link and a line each."""
    grid = st.grid(2, min_column_width=280)
    for name, formula in _BEYOND.items():
        with grid.cell():
            st.markdown(text(f"path.formula.{name}"))
            st.latex(formula)
    grid = st.grid(3, min_column_width=240, gap="medium")
    for name, there in BEYOND.links.items():
        with grid.cell():
            lead_to(text, f"{there.page}.menu", there, first=False)
            counted = _counted(text, there) if name == "learned" else {}
            st.caption(text(f"path.beyond.do_{name}", **counted))


def _counted(text: Text, there: Destination) -> Mapping[str, int]:
    """How many heads look most from the pronoun to its noun, and how many there are."""
    choice = there.record(ModelChoice, text.language)
    run = cache.model(choice.model_sentence, choice.model_part, told=in_line())
    heads, of = lookers(run, (choice.model_query, choice.model_key))
    return {"heads": heads, "of": of}
