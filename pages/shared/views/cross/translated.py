"""Cross-attention as a trained translator has it, on sentences that it knows."""

from typing import NamedTuple

import streamlit as st

from core.arrays import Array
from core.errors import InputError
from core.ideas.why import EXAMPLES, check_pair, held_out_pair, reference
from core.reader.ideas import CROSS_WORDS, CrossChoice
from core.translation.translator import Alignment
from pages.shared.figures.heatmap import Heatmap
from pages.shared.reader.session import change, settle
from pages.shared.server import cache
from pages.shared.text import Text, plain
from pages.shared.views import maps
from pages.shared.views.cross.maps import axes, key_points
from pages.shared.views.in_line import in_line
from pages.shared.views.opened import Pointed
from pages.shared.views.refused import refused
from pages.shared.views.told import told


class Crossed(NamedTuple):
    """A source and what a translator was made to write.

    Attributes:
        choice: Pointing at words that exist.
        sentences: ``a`` and ``b``: the reader's, or a held-out pair.
        made: Word by word.
        problem: Why it is not the reader's pair, if so.
        own: What the translator writes by itself, if it knows that as well.
    """

    choice: CrossChoice
    sentences: dict[str, str]
    made: Alignment
    problem: InputError | None
    own: str | None

    @property
    def weights(self) -> Array:
        """``(query, key)``, the mean over layers and heads, without the end of the translation."""
        weights = self.made.mean_weights
        if weights is None:
            raise ValueError("a translator without attention")
        return weights[:-1]

    @property
    def pointed(self) -> Pointed:
        """The pair of words that is looked at."""
        choice = self.choice
        asks, answers = (f"cross_word_{it}" for it in (choice.asks, choice.answers))
        return Pointed(
            asking=self.made.output[:-1],
            answering=self.made.source,
            query=getattr(choice, asks),
            key=getattr(choice, answers),
            fields=(asks, answers),
        )

    def heatmap(self, text: Text) -> Heatmap:
        """All weights."""
        asking, answering = self.pointed.asking, self.pointed.answering
        frame = axes(text, self.choice)
        return Heatmap(self.weights, asking, answering, frame, "sequential", (0.0, 1.0))


def crossed(choice: CrossChoice) -> Crossed:
    """What the chosen translator makes of the reader's pair, or of one that it knows.

    Raises:
        InputError: ``busy``, or if its file cannot be used.
    """
    choice = choice.within(CROSS_WORDS, CROSS_WORDS)  # at a switch that there is
    sentences = {"a": choice.cross_a, "b": choice.cross_b}
    problem = _problem(*sentences.values())
    if problem:
        known = EXAMPLES["bicycle"]
        said = reference(known.sentence, known.source) or ""
        sentences = {"a": known.sentence, "b": said}
    source, forced = sentences[choice.answers], sentences[choice.asks]
    made = cache.translated(choice.cross_translator, source, forced, told=in_line()).made
    if made is None:
        raise ValueError("a pair that was let pass can be written")
    own = cache.translated(choice.cross_translator, source, told=in_line()).text
    lengths = {choice.asks: len(made.output) - 1, choice.answers: len(made.source)}
    return Crossed(
        choice.within(lengths["a"], lengths["b"]),
        sentences,
        made,
        problem,
        None if own == forced or _problem(source, own) else own,
    )


def translated(text: Text, choice: CrossChoice) -> None:
    """Which pair is shown, and its weights: as shaded words and as a map."""
    try:
        shown = crossed(choice)
    except InputError as problem:
        refused(text, problem, "cross")
        return
    settle(**{name: getattr(shown.choice, name) for name in shown.pointed.fields})
    _which(text, shown)
    st.badge(text("why.origin"), color="blue", icon=":material/info:")
    st.caption(text("cross.translator.shown"))
    seen, drawn = st.columns(2, gap="medium")
    with seen:
        key_points(text, shown.pointed, shown.weights)
    with drawn:
        st.markdown(f"**{title(text, shown.choice)}**")
        alt = text(f"alt.cross_{shown.choice.cross_sources}")
        maps.draw("cross_translated", shown.heatmap(text), shown.pointed, alt)


def title(text: Text, choice: CrossChoice) -> str:
    """Who asks whom, in which translator."""
    sources = text(f"cross_sources.{choice.cross_sources}")
    return f"{sources} · {text(f'translator.{choice.cross_translator}')}"


def _which(text: Text, shown: Crossed) -> None:
    """Which pair is shown and why; buttons that make it, or a translation, the reader's own."""
    a, b = shown.sentences.values()
    if shown.problem:
        pair = held_out_pair(a, "zh")
        given = (pair.zh, pair.en) if pair else ()
        names = text("sentence.comma").join(plain(f"#{it.number} {it.contributor}") for it in given)
        why = told(text, shown.problem)
        said = text("cross.translator.instead", why=why, a=plain(a), b=plain(b))
        st.info(text.joined(said, text("why.held_out", names=names)))
        _write(text("cross.translator.take"), "cross_take", cross_a=a, cross_b=b)
    elif shown.own:
        label = text("cross.translator.own", own=plain(shown.own))
        _write(label, "cross_own", **{f"cross_{shown.choice.asks}": shown.own})


def _write(label: str, key: str, **values: object) -> None:
    icon = ":material/edit:"
    st.button(label, key=key, icon=icon, on_click=change, kwargs=values, type="tertiary")


def _problem(one: str, other: str) -> InputError | None:
    """Why the translators do not know a pair, if so."""
    try:
        check_pair(one, other, CROSS_WORDS)
    except InputError as problem:
        return problem
    return None
