"""A sentence, and what three translators make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import streamlit as st

from core.errors import InputError
from core.ideas.why import (
    EXAMPLES,
    Translated,
    another,
    clearest_pair,
    facts,
    held_out_pair,
    language_of,
    n_pieces,
    rare,
    reference,
    target_of,
)
from core.reader.why import CLEAREST, LONGEST_SENTENCE, OUTPUTS, Output, WhyChoice
from core.translation.files import HIDDEN, KINDS, Kind
from core.translation.pieces import Language
from core.translation.translator import Alignment
from pages.shared import controls
from pages.shared.reader.session import change, reader, settle, showing
from pages.shared.server import cache
from pages.shared.text import Text, plain
from pages.shared.views.in_line import in_line
from pages.shared.views.opened import Pointed
from pages.shared.views.refused import ends
from pages.shared.views.word_strip import probability_strip

_NEW = {"why_word": CLEAREST, "why_key": CLEAREST, "why_begun": ()}  # what a new sentence points at


@dataclass(frozen=True, kw_only=True)
class OutputWord(Pointed):
    """Words of one of several translations, each of which can be chosen.

    Attributes:
        output: Whose translation it is.
    """

    output: Output

    @property
    def words(self) -> "OutputWord":
        """The same: there are no numbers in it."""
        return self

    def point(self, query: int | None = None, key: int | None = None) -> None:
        """Let all write this translation, and look at this word of it."""
        if query is not None:
            change(why_output=self.output, why_word=query)


class Translating(NamedTuple):
    """What the page shows.

    Attributes:
        choice: Pointing at words that exist.
        source: The sentence's language.
        own: What each translator writes by itself.
        outputs: The translations that all can be made to write.
        output: Whose translation they are made to write.
        made: What each makes of that, word by word.
    """

    choice: WhyChoice
    source: Language
    own: Mapping[Kind, Translated]
    outputs: tuple[Output, ...]
    output: Output
    made: Mapping[Kind, Alignment]

    @property
    def read(self) -> tuple[str, ...]:
        """The words of the source."""
        return self.made["attention"].source

    @property
    def written(self) -> tuple[str, ...]:
        """The words of the translation that all write, without its end."""
        return self.made["attention"].output[:-1]

    @property
    def translation(self) -> str:
        """The translation that all write."""
        if self.output == "reference":
            return reference(self.choice.why_sentence, self.source) or ""
        return self.own[self.output].text

    @property
    def pieces(self) -> tuple[int, int]:
        """How many pieces the source has, and the translation with its end."""
        return (
            n_pieces(self.choice.why_sentence, self.source),
            n_pieces(self.translation, target_of(self.source)) + 1,
        )

    @property
    def pointed(self) -> Pointed:
        """The pair of words that is looked at."""
        return Pointed(
            asking=self.written,
            answering=self.read,
            query=self.choice.why_word,
            key=self.choice.why_key,
            fields=("why_word", "why_key"),
        )


def translating_or_end(text: Text) -> Translating:
    """Give what the page shows; it ends here, with the reason, if that cannot be computed."""
    with ends(text, "why", first=lambda: _field(text)):
        shown = translating(reader().record(WhyChoice))
    settle(why_word=shown.choice.why_word, why_key=shown.choice.why_key)
    return shown


def translating(choice: WhyChoice) -> Translating:
    """What three translators make of a choice's sentence.

    Raises:
        InputError: ``nothing_written`` if there is no translation at all; ``busy``, or if their
            files cannot be used.
    """
    sentence, source = choice.why_sentence, language_of(choice.why_sentence)
    own: dict[Kind, Translated] = {
        kind: cache.translated(kind, sentence, told=in_line()) for kind in KINDS
    }
    texts = {kind: it.text if it.made else None for kind, it in own.items()}
    texts["reference"] = reference(sentence, source)
    outputs: tuple[Output, ...] = tuple(it for it in OUTPUTS if texts[it] is not None)
    if not outputs:
        raise InputError("nothing_written")
    preferred: tuple[Output, ...] = (choice.why_output, "attention", *outputs)
    output: Output = next(it for it in preferred if it in outputs)
    made: dict[Kind, Alignment] = {}
    for kind in KINDS:
        forced = own[kind] if kind == output else None
        forced = forced or cache.translated(kind, sentence, texts[output], told=in_line())
        if forced.made is None:
            raise ValueError("a translation that one can write can be written by all")
        made[kind] = forced.made
    some = made["attention"]
    if CLEAREST in (choice.why_word, choice.why_key):
        word, key = clearest_pair(some)
        choice = replace(choice, why_word=word, why_key=key)
    choice = choice.within(len(some.output) - 1, len(some.source))
    return Translating(choice, source, own, outputs, output, made)


def sentence(text: Text, shown: Translating) -> None:
    """The sentence, held-out ones to begin with, and what the translators have never read."""
    _field(text)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(text("why.examples"), width="content")
        for name, example in EXAMPLES.items():
            sentence = example.sentence
            _choose(
                f"“{sentence}”",
                f"why_example.{name}",
                why_sentence=sentence,
                why_word=example.word,
                why_key=example.key,
            )
        other = another(shown.choice.why_sentence, shown.source)
        _choose(text("why.another"), "why_another", ":material/shuffle:", why_sentence=other)
    st.caption(text.joined(*_about(text, shown)))
    if found := rare(shown.choice.why_sentence, shown.source):
        st.warning(_unread(text, found))


def origin(text: Text, shown: Translating) -> None:
    """Where the numbers come from."""
    known = facts(shown.source)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.badge(text("why.origin"), color="blue", icon=":material/info:")
        st.caption(
            text(
                "why.origin.help",
                fewest=f"{known.fewest:,}",
                most=f"{known.most:,}",
                minutes=f"{known.minutes:g}",
            ),
            width="content",
        )


def translations(text: Text, shown: Translating) -> None:
    """What each writes by itself, word by word; a click chooses a word."""
    grid = st.grid(len(KINDS), min_column_width=300, gap="medium")
    for kind in KINDS:
        with grid.cell(), st.container(border=True):
            st.markdown(f"**{text(f'translator.{kind}')}**")
            st.caption(text(f"why.{kind}", numbers=2 * HIDDEN["vector"]))
            _written(text, shown, kind)
    st.caption(text("why.probabilities"))


def _field(text: Text) -> None:
    st.text_input(
        text("why_sentence.label"),
        key=showing("why_sentence"),
        on_change=change,
        kwargs=_NEW,
        placeholder=text("sentence.hint"),
        max_chars=LONGEST_SENTENCE,
    )
    controls.complaint(text, "why_sentence")


def _choose(label: str, key: str, icon: str | None = None, **values: object) -> None:
    """Draw a button that takes a held-out sentence, and its translation by people."""
    values = {**_NEW, **values, "why_output": "reference"}
    st.button(label, key=key, on_click=change, kwargs=values, type="tertiary", icon=icon)


def _about(text: Text, shown: Translating) -> list[str]:
    """Which way it is translated, and who gave the sentence, if it is a held-out one."""
    said = [text(f"why.from_{shown.source}")]
    if pair := held_out_pair(shown.choice.why_sentence, shown.source):
        given = (pair.en, pair.zh)
        names = [plain(f"#{it.number} {it.contributor}") for it in given]
        said.append(text("why.held_out", names=text("sentence.comma").join(names)))
    elif "reference" in shown.outputs:
        said.append(text("why.ours"))
    return said


def _unread(text: Text, found: Mapping[str, int]) -> str:
    """The rare words, and those that stand in no pair."""
    comma = text("sentence.comma")
    absent = [plain(word) for word, count in found.items() if not count]
    seldom = [text("why.times", word=plain(word), n=n) for word, n in found.items() if n]
    said = [text("why.absent", words=comma.join(absent))] if absent else []
    said += [text("why.rare", words=comma.join(seldom))] if seldom else []
    return text.joined(*said, text("why.unread"))


def _written(text: Text, shown: Translating, kind: Kind) -> None:
    own = shown.own[kind]
    if own.made is None:
        st.markdown(plain(own.text) if own.text else text("why.nothing"))
        return
    words = own.made.output[:-1]
    at = shown.choice.why_word if kind == shown.output else -1
    pointed = OutputWord(asking=words, answering=words, query=at, key=at, output=kind)
    probable = np.asarray(own.made.probability[:-1])
    probability_strip(text, pointed, probable, f"why_{kind}")
