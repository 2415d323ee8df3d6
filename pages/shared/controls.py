"""Controls used by more than one page. Their keys are the names of fields."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, get_args

import streamlit as st

from core.embeddings import FEATURES, KINDS, Standing
from core.masks import kinds_using
from core.positions import ENCODINGS
from core.reader.cells import MASK, Address
from core.reader.examples import EXAMPLES, named, ordered
from core.reader.explore import LONGEST_SENTENCE, MASKS, SENTENCE_SOURCES, Choice, SourceKind
from core.reader.reader import reset, show_example
from core.reader.records import FIELDS, limits
from core.reader.scene import Scene
from core.sources.handset import HandsetSource
from core.tokens import LIMIT, LONGEST, Unit, has_long_word, occurrences
from pages.shared import names, tables
from pages.shared.editing import edited
from pages.shared.reader.session import change, happen, reader, session, showing
from pages.shared.tables import Matrix
from pages.shared.text import Text, plain
from pages.shared.views.told import told

_HEADS_BY_NAME = 3  # more of them have room for their numbers only


def unit(text: Text) -> None:
    """Choose what the sentence is cut into."""
    option(text, "unit", get_args(Unit), more=text("unit.help"))


def sentence(text: Text, scene: Scene, *, whole: bool = True, featured: bool = True) -> None:
    """The sentence, examples to begin with, and what is to be said about it.

    Args:
        text: The reader's language.
        scene: Whose sentence it is.
        whole: Whether units and examples in other languages are offered, too.
        featured: Whether the page uses features of its words.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            text("sentence.label"),
            key=showing("sentence"),
            placeholder=text("sentence.hint"),
            max_chars=LONGEST_SENTENCE,
            width=640,
        )
        if whole and scene.choice.source != "basis":  # a model has its own pieces
            unit(text)
    complaint(text, "sentence")
    if scene.tokens.total > LIMIT:
        st.warning(text("error.too_many_tokens", count=scene.tokens.total, limit=LIMIT))
    if has_long_word(scene.choice.sentence, scene.tokens.kept):
        st.warning(text("error.word_cut", limit=LONGEST))
    _examples(text, scene.choice.sentence, whole=whole)
    _remarks(text, scene, featured=featured)


def _examples(text: Text, sentence: str, *, whole: bool) -> None:
    """Offer sentences to begin with, as one stop of the Tab key; the shown one is marked."""
    st.session_state["example"] = session().drawing["example"] = named(sentence)
    st.pills(
        text("sentence.examples"),
        (offered := ordered(text.language, others=whole)),
        format_func=lambda name: f"“{offered[name].short}”",
        key="example",
        on_change=_show_example,
        label_visibility="collapsed",
        wrap=True,
    )


def _show_example() -> None:
    """Show the example that was clicked; a click on the one that is shown brings it back whole.

    A browser that has not seen what a broken-off run marked still holds the one before: no click.
    """
    held, now = session().widgets.get("example"), st.session_state["example"]
    if held != now:
        happen(show_example, str(now or held))


def complaint(text: Text, name: str) -> None:
    """Say why what was typed into a field could not be used, if so."""
    if draft := reader().drafts.get(name):
        st.error(told(text, draft.reason))


def standings(scene: Scene) -> dict[str, Standing]:
    """The different words whose features nobody set, and what became of them."""
    source = scene.source
    return source.standings(scene.tokens.kept) if isinstance(source, HandsetSource) else {}


def remark(text: Text, scene: Scene) -> None:
    """What numbers set by hand do not show: at other sizes, or of the two famous sentences."""
    choice = scene.choice
    if choice.source != "handset":
        return
    features = len(KINDS if choice.guessed else FEATURES)
    change = [choice.d_model - features, choice.d_k - Choice.d_k, choice.d_v - Choice.d_v]
    if min(change) < 0:
        st.caption(text("sizes.fewer"))
    elif max(change) > 0:
        st.caption(text("sizes.more"))
    elif named(choice.sentence) in ("tired", "wide"):
        st.caption(text("highlight.same_it"))


def layer(
    text: Text,
    scene: Scene,
    sources: tuple[SourceKind, ...] = SENTENCE_SOURCES,
    *,
    one_head: bool = True,
) -> None:
    """Where the numbers come from, of what the page can show, and how the layer computes.

    Args:
        text: The reader's language.
        scene: What the page is about.
        sources: Those that the page can show.
        one_head: Whether the page shows one head, to be chosen.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        option(text, "source", sources, value=scene.choice.source)
        if scene.choice.source == "seeded":
            next_seed(text, "seed", "source_seed")
        if one_head:
            head(text, scene)
        positions(text)
        mask(text, scene)
        scaled(text)
        if standings(scene):
            st.toggle(text("guessed.label"), key=showing("guessed"), help=text("guessed.help"))
    warnings(text, scene)


def positions(text: Text) -> None:
    """What tells attention where words stand."""
    _choices(text, "positions", tuple(ENCODINGS))


def mask(text: Text, scene: Scene) -> None:
    """Who may look at whom, and the numbers that the mask needs."""
    _choices(text, "mask", MASKS)
    _mask_details(text, scene)


def scaled(text: Text) -> None:
    """Whether scores are divided by √d_k."""
    st.toggle(text("scaled.label"), key=showing("scaled"), help=text("scaled.help"))


def warnings(text: Text, scene: Scene) -> None:
    """What does not fit together; and a mask that is drawn by hand, as a table."""
    if not ENCODINGS[scene.choice.positions].fits(scene.choice.d_k):
        st.warning(text("error.rope_needs_even", d_k=scene.choice.d_k))
    if scene.choice.mask in kinds_using("blocked"):
        _drawn_mask(text, scene)


SIZES = ("d_model", "d_k", "d_v", "n_heads")


def sizes(text: Text, sliders: Collection[str] = (*SIZES, "temperature")) -> None:
    """How large queries, keys and values are, and how sharp the softmax."""
    with st.grid(5, min_column_width=150, gap=("small", "medium")):
        for name in sliders:
            slider(text, name, step=0.1 if name == "temperature" else 1)


def slider(
    text: Text, name: str, step: float = 1, most: int | None = None, *, off: bool = False
) -> None:
    """Draw a number field within its limits.

    Args:
        text: The reader's language.
        name: The field's.
        step: Between two values; an integer for whole numbers.
        most: The largest value, where that is less than the field's limit; a slider that had to
            begin and end there is left out.
        off: It changes nothing for now.
    """
    low, high = (type(step)(end) for end in FIELDS[name].limits)
    high = high if most is None else most
    if high > low:
        key = showing(name)
        if most is not None:  # with other limits it is a new one, which begins at the lowest value
            st.session_state[key] = st.session_state[key]
        st.slider(
            text(f"{name}.label"),
            low,
            high,
            step=step,
            key=key,
            help=text.help(name),
            disabled=off,
        )


def number(
    text: Text, name: str, width: int | Literal["stretch"] = "stretch", step: int = 1
) -> None:
    """Draw a whole number field, to be typed."""
    low, high = limits(name)
    label = text(f"{name}.label")
    st.number_input(label, low, high, step=step, key=showing(name), width=width)


def next_seed(text: Text, field: str, place: str) -> None:
    """Draw other random numbers: those of the next seed, which can be found again.

    Args:
        text: The reader's language.
        field: The seed's.
        place: A name for the button.
    """
    low, high = limits(field)
    seed = int(str(reader()[field]))
    st.button(
        text("seed.next"),
        key=f"another_{place}",
        on_click=change,
        kwargs={field: low if seed >= high else seed + 1},
        icon=":material/casino:",
    )


def option(
    text: Text,
    name: str,
    options: tuple[str, ...],
    more: str | None = None,
    value: str | None = None,
) -> None:
    """Choose one of few words, all in sight.

    Args:
        text: The reader's language.
        name: The field's.
        options: The words.
        more: What is said about it to who asks.
        value: What is shown, if the page shows something else than the reader chose.
    """
    st.segmented_control(
        text(f"{name}.label"),
        options,
        format_func=text.options(name, options).__getitem__,
        key=showing(name, value),
        required=True,
        wrap=True,
        width="content",
        help=more,
    )


def pills(
    text: Text, name: str, options: Sequence[str], labels: str, value: str | None = None
) -> None:
    """Choose what is shown below, one of some names in a row.

    Args:
        text: The reader's language.
        name: The field's.
        options: The names.
        labels: What the labels of the names begin with.
        value: What is shown, if the page shows something else than the reader chose.
    """
    st.pills(
        text(f"{name}.label"),
        options,
        format_func=text.options(labels, tuple(options)).__getitem__,
        key=showing(name, value),
        label_visibility="collapsed",
        required=True,
        wrap=True,
    )


def amount(text: Text, name: str, amounts: tuple[int, ...]) -> None:
    """Choose one of few numbers, all in sight."""
    st.segmented_control(
        text(f"{name}.label"), amounts, key=showing(name), required=True, width="content"
    )


def _choices(text: Text, name: str, options: tuple[str, ...]) -> None:
    st.selectbox(
        text(f"{name}.label"),
        options,
        format_func=text.options(name, options).__getitem__,
        key=showing(name),
        width=150,
        help=text(f"{name}.help"),
    )


def _remarks(text: Text, scene: Scene, *, featured: bool) -> None:
    """What an example means, and which words the feature table does not know."""
    example = named(scene.choice.sentence)
    if example and text(f"example.{example}") != EXAMPLES[example].sentence:
        st.caption(text(f"example.{example}"))
    if featured:
        say_unset(text, standings(scene), mended=True)


def say_unset(text: Text, standings: Mapping[str, Standing], *, mended: bool = False) -> None:
    """Which words have features that are guessed, and which have none.

    Args:
        text: The reader's language.
        standings: What became of each word.
        mended: Whether a change on Explore mends a guess here.
    """
    for kind in ("guessed", "unknown"):
        found = [plain(word) for word, standing in standings.items() if standing == kind]
        if not found:
            continue
        said = [text(f"sentence.{kind}", words=text("sentence.comma").join(found))]
        if kind == "guessed" and mended:
            said.append(text("sentence.mend", chapter=text("explore_chapter.words")))
        st.caption(text.joined(*said))


def head(text: Text, scene: Scene) -> None:
    """Choose the head that is shown."""
    heads = range(scene.choice.n_heads)
    few = len(heads) <= _HEADS_BY_NAME
    called = [names.head(text, scene.choice, it) if few else str(it + 1) for it in heads]
    st.segmented_control(
        text("head.label"),
        heads,
        format_func=called.__getitem__,
        key=showing("head"),
        required=True,
        wrap=True,
        width="content",
    )


def _mask_details(text: Text, scene: Scene) -> None:
    if scene.choice.mask in kinds_using("width"):
        number(text, "window", width=150)
    if scene.choice.mask in kinds_using("padded"):
        words = scene.tokens.kept
        st.multiselect(
            text("padded.label"),
            range(len(words)),
            format_func=lambda position: f"{position + 1} {words[position]}",
            key=showing("padded"),
            placeholder=text("padded.hint"),
            width=260,
        )


def _drawn_mask(text: Text, scene: Scene) -> None:
    words = scene.tokens.kept
    may_look = scene.source.rules.mask.matrix(len(words))
    who = occurrences(words)
    addresses = [[Address("mask", *query, *key) for key in who] for query in who]
    with st.expander(text("drawn.label"), expanded=True, key="drawn_open", icon=":material/draw:"):
        st.caption(text("drawn.help"))
        edited(text, "mask", MASK, addresses, Matrix(may_look, words, words))
        tables.download(text, "mask", Matrix(may_look, words, words))
        st.button(
            text("drawn.clear"),
            on_click=happen,
            args=(reset, MASK),
            disabled=not scene.choice.blocked,
            icon=":material/restart_alt:",
        )
