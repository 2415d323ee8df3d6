"""What pages about one layer show: the reader's choice, made usable, with its words and numbers."""

from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from core.choices import explore as choices
from core.choices.edited import MASK
from core.choices.explore import SENTENCE_SOURCES, Choice, SourceKind
from core.errors import InputError
from core.measures import choosiest
from core.sources.toy import ToySource
from core.tokens import Tokens, follow, tokenize
from pages.shared.examples import EXAMPLES, SENTENCES
from pages.shared.reader import edits, widgets
from pages.shared.reader.book import book
from pages.shared.text import LANGUAGES, Text, spoken


class Asked(NamedTuple):
    """What the reader has chosen, made usable; the layer is still to be made.

    Attributes:
        choice: Without edits, and pointing at tokens that exist.
        tokens: Of the choice's sentence.
        problem: Why the sentence as typed is not the choice's, if so.
        unusable: Fields whose values were replaced by the last usable ones.
    """

    choice: Choice
    tokens: Tokens
    problem: InputError | None = None
    unusable: tuple[str, ...] = ()


class Scene(NamedTuple):
    """What a page is about.

    Attributes:
        choice: With its edits.
        tokens: As in :class:`Asked`.
        problem: As there.
        unusable: As there.
        source: Of the layer.
        shelf: Where the edits of its numbers lie.
    """

    choice: Choice
    tokens: Tokens
    problem: InputError | None
    unusable: tuple[str, ...]
    source: ToySource
    shelf: str


def text() -> Text:
    """The texts in the reader's language; at first the browser's."""
    language = st.session_state.get("language", book()["language"])
    if language not in tuple(LANGUAGES):
        language = spoken(st.context.locale or "")
    if st.session_state.get("language") != language:
        st.session_state["language"] = language
    if book()["language"] != language:
        book()["language"] = language
        book()["drawn"] = frozenset()  # select boxes keep the words of the other one until then
    return Text(language)


def scene() -> Scene:
    """What a page without trained numbers is about; to be called as :func:`asked` is."""
    return made(asked(SENTENCE_SOURCES))


def asked(sources: tuple[SourceKind, ...]) -> Asked:
    """What the reader has chosen, made usable; to be called once a run, before any widget.

    Args:
        sources: Those that the page can show; the first one is shown instead of others.
    """
    edits.receive()
    _begin_link()
    session = book()
    if "sentence" not in session["fields"]:
        session["fields"] = _fields(Choice()) | session["fields"]  # private tabs keep all but words
        if not (session["arrival"] or "sentence" in st.session_state):
            show_example(SENTENCES[text().language].first)
    typed, unusable = widgets.chosen(Choice, choices.READERS)
    own = typed.source
    if own not in sources:
        typed = replace(typed, source=sources[0])
    typed, tokens, problem = _readable(typed)
    choice = _following_words(typed, tokens.kept).within(len(tokens.kept))
    session["fields"] |= _fields(choice)
    _seed_widgets(keep_sentence=problem is not None)
    widgets.keep_own(source=own)
    return Asked(choice, tokens, problem, unusable)


def made(asked: Asked) -> Scene:
    """The scene with the choice's own numbers, which are not trained; touches no widget."""
    on, words = edits.shelf(asked.choice), asked.tokens.kept
    edits.show(on, MASK)
    choice = replace(
        asked.choice, edits=edits.matrix_edits(on, words), blocked=edits.blocked_pairs(words)
    )
    return Scene(choice, asked.tokens, asked.problem, asked.unusable, choice.layer_source, on)


def show_example(name: str) -> None:
    """Take one of the ``EXAMPLES``, with the words it points at."""
    example = EXAMPLES[name]
    book()["tokens"] = example.words  # query and key are given anew: they follow no word
    widgets.change(**example.chosen, unit="words", head=0, padded=[])


def another_seed() -> None:
    """The next seed: it can be found again."""
    seed = int(st.session_state["seed"]) + 1
    widgets.change(seed=0 if seed > choices.LIMITS["seed"][1] else seed)


def _begin_link() -> None:
    """A link without a sentence begins with the first one in the reader's language."""
    arrival = book()["arrival"]
    if arrival and "sentence" not in arrival.fields:
        first = EXAMPLES[SENTENCES[text().language].first].chosen
        book()["arrival"] = replace(arrival, fields={**first, **arrival.fields})


def _readable(choice: Choice) -> tuple[Choice, Tokens, InputError | None]:
    """The choice with a sentence that has tokens: if need be the last one, or the first example."""
    first = EXAMPLES[SENTENCES[text().language].first].sentence
    reason = None
    for sentence in (choice.sentence, str(book()["fields"]["sentence"]), first):
        try:
            tokens = tokenize(sentence, choice.unit)
        except InputError as problem:
            reason = reason or problem
        else:
            return replace(choice, sentence=sentence), tokens, reason
    raise ValueError("the first example has no tokens")


def _following_words(choice: Choice, tokens: tuple[str, ...]) -> Choice:
    """What points at a word stays with it when the sentence is edited around it."""
    before, book()["tokens"] = book()["tokens"], tokens
    if not before or before == tokens:
        return choice
    place = follow(before, tokens)
    query, key = place.get(choice.query), place.get(choice.key)
    padded = tuple(place[position] for position in choice.padded if position in place)
    choice = replace(choice, padded=padded)
    if query is None or key is None:
        query, key = _standing_out(choice, tokens, query)
    return replace(choice, query=query, key=key)


def _standing_out(choice: Choice, tokens: tuple[str, ...], query: int | None) -> tuple[int, int]:
    """A pair to begin with: the word that asks, else the choosiest one, and its heaviest key."""
    source: SourceKind = "seeded" if choice.source == "seeded" else "handset"  # of sentences
    layer = replace(choice, source=source).layer_source.trace_of(tokens).layers[0]
    head = choice.within(len(tokens)).head
    if query is None:
        query = choosiest(layer.weights[head], layer.may_look[head])
    return query, int(layer.weights[head, query].argmax())


def _fields(choice: Choice) -> dict[str, object]:
    return {name: getattr(choice, name) for name in choices.READERS}


def _seed_widgets(*, keep_sentence: bool) -> None:
    """Let widgets show the choice; a sentence that cannot be used stays, to be mended."""
    hidden = {"sentence"} if keep_sentence else set()
    names = choices.READERS.keys() - hidden
    widgets.show(**{name: book()["fields"][name] for name in names})
