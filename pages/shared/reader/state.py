"""The reader's choice: from widgets, or as it was before the page was left.

Widgets are keyed by the names of `Choice`'s fields. Streamlit forgets a widget that was not drawn,
so the last choice is noted besides.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from core.choices import explore as choices
from core.choices.explore import Choice, SourceKind
from core.choices.reading import Reader, Record, read
from core.errors import InputError
from core.measures import choosiest
from core.sources.toy import ToySource
from core.tokens import Tokens, follow, tokenize
from pages.shared.examples import EXAMPLES, SENTENCES
from pages.shared.reader import edits, revival
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
    return made(asked(("handset", "seeded")))


def asked(sources: tuple[SourceKind, ...]) -> Asked:
    """What the reader has chosen, made usable; to be called once a run, before any widget.

    Args:
        sources: Those that the page can show; the first one is shown instead of others.
    """
    edits.receive()
    _begin_link()
    notes = book()
    if "sentence" not in notes["fields"]:
        notes["fields"] = _fields(Choice()) | notes["fields"]  # private tabs keep all but words
        if not (notes["arrival"] or "sentence" in st.session_state):
            show_example(SENTENCES[text().language].first)
    typed, unusable = _chosen(Choice, choices.READERS)
    own = typed.source
    if own not in sources:
        typed = replace(typed, source=sources[0])
    typed, tokens, problem = _readable(typed)
    choice = _following_words(typed, tokens.kept).within(len(tokens.kept))
    notes["fields"] |= _fields(choice)
    _seed_widgets(keep_sentence=problem is not None)
    keep_own(source=own)
    return Asked(choice, tokens, problem, unusable)


def made(asked: Asked) -> Scene:
    """The scene with the choice's own numbers, which are not trained; touches no widget."""
    on, words = edits.shelf(asked.choice), asked.tokens.kept
    choice = replace(
        asked.choice, edits=edits.matrix_edits(on, words), blocked=edits.blocked_pairs(words)
    )
    return Scene(choice, asked.tokens, asked.problem, asked.unusable, choice.layer_source, on)


def remembered(kind: Callable[..., Record], readers: Mapping[str, Reader]) -> Record:
    """A page's own choices: from its widgets, keyed by the names of the record's fields.

    To be called before the widgets; they show what it gives.

    Args:
        kind: A dataclass whose fields have defaults; their names occur in no other record.
        readers: One for each field.
    """
    record, _ = _chosen(kind, readers)
    show(**{name: getattr(record, name) for name in readers})
    return record


def keep_own(**values: object) -> None:
    """Note what the reader chose, where the page shows something else until they choose anew.

    To be called after `show`, in every run that shows something else.
    """
    notes = book()
    own = {**notes["own"], **values}
    notes["own"] = {name: it for name, it in own.items() if it != notes["fields"][name]}


def keep_hidden() -> None:
    """Note for the next run what widgets held that were not drawn in this one.

    To be called when the page has been drawn. Streamlit forgets what a reader chose in a widget
    that its very choice hides, and gives what was last set for it.
    """
    notes, drawn = book(), revival.drawn()
    for name in notes["fields"].keys() & {*notes["used"]} - drawn:
        value = notes["fields"][name]
        st.session_state[name] = held(value)


def carry_over(page: str) -> None:
    """Let the widgets of a page that was just opened show what was chosen on others.

    Streamlit gives a new page's widgets their defaults, unless a value is set in the same run.
    """
    if "language" not in book()["drawn"]:
        st.session_state["language"] = st.session_state["language"]
    if book()["page"] != page:
        for name in book()["fields"]:
            if name in st.session_state:
                st.session_state[name] = st.session_state[name]
        book()["page"] = page  # at last: if this run is broken off, the next one does it again


def held(value: object) -> object:
    """A record's value as its widget holds it."""
    return list(value) if isinstance(value, tuple) else value


def choose(**values: object) -> None:
    """Choose something; widgets of the same names show it from now on."""
    for name, value in values.items():
        st.session_state[name] = value
        book()["own"].pop(name, None)


def change(**values: object) -> None:
    """The same by pointing."""
    choose(**values)
    count_turn()


def count_turn() -> None:
    """Note that something was chosen by pointing: it tells two equal clicks apart."""
    book()["turn"] += 1


def show_example(name: str) -> None:
    """Take one of the ``EXAMPLES``, with the words it points at."""
    example = EXAMPLES[name]
    book()["tokens"] = example.words  # query and key are given anew: they follow no word
    change(**example.chosen, unit="words", head=0, padded=[])


def another_seed() -> None:
    """The next seed: it can be found again."""
    seed = int(st.session_state["seed"]) + 1
    change(seed=0 if seed > choices.LIMITS["seed"][1] else seed)


def _chosen(
    kind: Callable[..., Record], readers: Mapping[str, Reader]
) -> tuple[Record, tuple[str, ...]]:
    """What widgets hold, else what was noted or a link asks for; and what was not usable."""
    notes = book()
    notes["used"].extend(readers)
    arrival = notes["arrival"]
    noted = arrival.fields if arrival else notes["fields"]
    now = {name: st.session_state[name] for name in readers if name in st.session_state}
    _, unusable = read(kind, readers, now)
    usable = {name: value for name, value in now.items() if name not in unusable}
    record, _ = read(kind, readers, {**noted, **usable, **_own(readers)})
    return record, unusable


def _begin_link() -> None:
    """A link without a sentence begins with the first one in the reader's language."""
    arrival = book()["arrival"]
    if arrival and "sentence" not in arrival.fields:
        first = EXAMPLES[SENTENCES[text().language].first].chosen
        book()["arrival"] = replace(arrival, fields={**first, **arrival.fields})


def _own(names: Iterable[str]) -> dict[str, object]:
    """What the reader chose where the page showed something else, and left that as it was."""
    notes = book()
    own = {name: notes["own"][name] for name in names if name in notes["own"]}
    shown = notes["fields"]
    left = {
        name: value
        for name, value in own.items()
        if not notes["arrival"] and st.session_state.get(name, shown[name]) == shown[name]
    }
    for name in own.keys() - left.keys():
        del notes["own"][name]
    return left


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
    show(**{name: book()["fields"][name] for name in names})


def show(**values: object) -> None:
    """Let widgets of these names show these values; to be called before they are drawn.

    A value is set if it is news, or if its widget was out of sight: the browser has forgotten that
    one. Others are left alone, since setting them would undo what is being typed.
    """
    notes = book()
    notes["fields"] |= values
    for name, value in values.items():
        shown = held(value)
        if name not in notes["drawn"] or st.session_state.get(name) != shown:
            st.session_state[name] = shown
