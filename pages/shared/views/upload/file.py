"""A reader's own file: taken, kept as it was uploaded, named if this server has it no more."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import streamlit as st

from core.errors import InputError
from core.files.traces import fingerprint, to_npz
from core.models.telling import telling, words_among
from core.reader.examples import EXAMPLES, SENTENCES
from core.reader.model import MEANINGS, SHA_DIGITS, Aggregate, UploadChoice, file_name
from core.sources.handset import HandsetSource
from core.sources.uploaded import Upload
from pages.shared.reader.session import change, reader, session, settle
from pages.shared.saving import save_button, unread, was_read, was_removed
from pages.shared.server import cache, limits
from pages.shared.text import Language, Text, plain
from pages.shared.views.in_line import in_line
from pages.shared.views.refused import refused
from pages.shared.views.told import told
from pages.shared.views.upload.uploader_words import uploader_words


class Slot(NamedTuple):
    """A place for a file, and the fields that name what is in it."""

    place: str
    name: str
    sha: str


_MINE = Slot("upload_file", "upload_name", "upload_sha")
OTHER = Slot("upload_other_file", "upload_other_name", "upload_other_sha")
"""Of a second file, to be compared with the first."""

_PLACES = (
    *("upload_layer", "upload_head", "upload_query", "upload_key"),
    *("upload_lines", "upload_aggregate"),
)
_SLOTS = (_MINE, OTHER)
_EXAMPLE = "example.npz"
_UNSAID = {f"upload_{name}": "" for name in MEANINGS}


Read = Callable[[], Upload]


def _gone() -> Upload:
    raise InputError("file_empty")


class Uploading(NamedTuple):
    """What the page is about.

    Attributes:
        choice: Pointing at a layer, a head and tokens that exist.
        upload: The reader's file, or the example; ``None`` if it cannot be shown.
        problem: Why, if the file is here.
        read: Gives the upload anew, for what outlives a run: that must not hold it.
    """

    choice: UploadChoice
    upload: Upload | None = None
    problem: InputError | None = None
    read: Read = _gone

    def settled(self) -> "Uploading":
        """Let widgets show it, and give it; to be called before they are drawn."""
        settle(**{name: getattr(self.choice, name) for name in _PLACES})
        return self


def uploading(text: Text, choice: UploadChoice, turn: ExitStack | None = None) -> Uploading:
    """The file of a choice, which points at what is in it.

    Args:
        text: The reader's language.
        choice: As it was made.
        turn: Keeps a large file's turn until it is closed, so that others wait until this one is
            drawn.
    """
    kept = held(choice, _MINE) if choice.upload_sha else (example(text.language), _EXAMPLE)
    if kept is None:
        return Uploading(choice)
    content, name = kept

    def read() -> Upload:
        return cache.uploaded(content, name, choice.meaning, told=in_line())

    try:
        if turn:
            turn.enter_context(cache.turn_for_file(content, told=in_line()))
        upload = read()
    except InputError as problem:
        return Uploading(choice, None, problem)
    within = replace(
        choice,
        upload_layer=min(choice.upload_layer, upload.n_layers - 1),
        upload_head=min(choice.upload_head, upload.n_heads - 1),
        upload_query=min(choice.upload_query, len(upload.query_tokens) - 1),
        upload_key=min(choice.upload_key, len(upload.key_tokens) - 1),
        upload_lines=tuple(head for head in choice.upload_lines if head < upload.n_heads),
        upload_aggregate=_aggregate(choice, upload),
        **_said(choice, upload),
    )
    return Uploading(within, upload, read=read)


def _aggregate(choice: UploadChoice, upload: Upload) -> Aggregate:
    """Rollout needs tokens that look at each other, and either of them a map of several heads."""
    kind, square = choice.upload_aggregate, upload.query_tokens == upload.key_tokens
    return (
        "head"
        if upload.n_heads * upload.n_layers == 1 or (kind == "rollout" and not square)
        else kind
    )


def _said(choice: UploadChoice, upload: Upload) -> dict[str, str]:
    """Answers that fit the file and are not the page's own."""
    open_ones = {it.name: it for it in upload.meanings}
    said = {f"upload_{name}": "" for name in MEANINGS}
    for name, answer in choice.meaning.items():
        if name in open_ones and answer in open_ones[name].offered:
            said[f"upload_{name}"] = "" if answer == open_ones[name].first else answer
    return said


def uploader(text: Text, uploading: Uploading) -> None:
    """A place for a file, an example to begin with, and what became of the last file.

    Any file may be put there: what it is, its content tells, and the page says it.
    """
    _limits(text)
    st.file_uploader(text("upload.label"), key=_MINE.place)
    uploader_words(text, holds={it: bool(st.session_state.get(it)) for it, *_ in _SLOTS})
    last = say_refused(text, _MINE)
    if uploading.problem:
        refused(text, uploading.problem, "upload")
    elif uploading.upload is None:
        say_gone(text, uploading.choice, _MINE)
    with st.container(horizontal=True, vertical_alignment="center"):
        if uploading.choice.upload_sha:
            st.button(text("upload.example"), on_click=_forget, icon=":material/undo:")
        else:
            shown = "upload.example_instead" if last else "upload.shows_example"
            st.caption(text(shown), width="content")
        language = text.language
        label = text("upload.example_download")
        mime = "application/octet-stream"
        save_button(label, _EXAMPLE, mime, lambda: example(language), quiet=True)


@lru_cache(maxsize=4)
def example(language: Language) -> bytes:
    """A file to try: a sentence through the layer that was set by hand."""
    return to_npz(HandsetSource().trace(EXAMPLES[SENTENCES[language].file].sentence))


def _limits(text: Text) -> None:
    most = limits.of_files()
    st.caption(
        text(
            "upload.limits",
            megabytes=st.get_option("server.maxUploadSize"),
            unpacked=most.unpacked // 2**20,
            tokens=f"{most.tokens:,}",
            long=f"{most.long_tokens:,}",
        )
    )


def held(choice: UploadChoice, slot: Slot) -> tuple[bytes, str] | None:
    """The content and the name of a file, if it is here."""
    kept = session().uploads.get(slot.place)
    if kept is None or not fingerprint(kept.getvalue()).startswith(getattr(choice, slot.sha)):
        return None
    return kept.getvalue(), file_name(kept.name)


def say_refused(text: Text, slot: Slot) -> InputError | None:
    """Why the file that was put into a place last was not taken, if so."""
    last = session().refused.get(slot.place)
    if last and last.code == "busy":
        refused(text, last, slot.place)
    elif last:
        st.error(text("upload.refused", name=plain(_name(slot)), reason=told(text, last)))
    return last


def say_gone(text: Text, choice: UploadChoice, slot: Slot) -> None:
    """That a link names a file that is not here."""
    name, sha = getattr(choice, slot.name), getattr(choice, slot.sha)
    st.warning(text("upload.gone", name=plain(name or "?"), sha=sha))


def take() -> None:
    """Show the files that were uploaded last; one that cannot be read changes nothing.

    A file whose turn did not come is tried again by the next run.
    """
    for slot in _SLOTS:
        _take(slot)


def _take(slot: Slot) -> None:
    tab = session()
    if was_removed(slot.place):
        _forget(slot)
    file = unread(slot.place)
    if file is None:
        return
    name, content = file_name(file.name), file.getvalue()
    try:
        upload = cache.uploaded(content, name, told=in_line())
    except InputError as problem:
        tab.refused[slot.place] = problem
        if problem.code != "busy":
            was_read(slot.place)
        return
    tab.uploads[slot.place] = file
    sha = fingerprint(content)[:SHA_DIGITS]
    news = slot == _MINE and reader()[slot.sha] != sha  # else a link may have named the file
    about = {**_UNSAID, **_telling(upload)} if news else {}
    change(**{slot.name: name, slot.sha: sha}, **about)
    tab.refused.pop(slot.place, None)
    was_read(slot.place)


def _telling(upload: Upload) -> dict[str, int]:
    """The tokens to begin with: the pair that tells most in the opened head, if it is known."""
    heads = cache.uploaded_heads(upload)
    if heads is None or not heads.square:
        return {}
    choice = reader().record(UploadChoice)
    weights = heads.layers[min(choice.upload_layer, upload.n_layers - 1)].weights
    head = min(choice.upload_head, upload.n_heads - 1)
    query, key = telling(weights[head], words_among(upload.query_tokens))
    return {"upload_query": query, "upload_key": key}


def _name(slot: Slot) -> str:
    """The name of the file in a place for files."""
    file = st.session_state.get(slot.place)
    return file_name(file.name) if file else ""


def _forget(slot: Slot = _MINE) -> None:
    """Show the example again; or no second file."""
    change(**{slot.name: "", slot.sha: ""}, **(_UNSAID if slot == _MINE else {}))
    session().uploads.pop(slot.place, None)
    session().refused.pop(slot.place, None)
    was_read(slot.place)
