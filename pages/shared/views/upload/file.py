"""A reader's own file, or the example: what is chosen of it, and the place to bring one."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import streamlit as st

from core.errors import InputError
from core.files.traces import to_npz
from core.reader.examples import EXAMPLES, SENTENCES
from core.reader.model import MEANINGS, Aggregate, UploadChoice
from core.sources.handset import HandsetSource
from core.sources.uploaded import Upload
from pages.shared.reader.session import settle
from pages.shared.saving import given, save_button
from pages.shared.server import cache, limits
from pages.shared.text import Language, Text
from pages.shared.views.in_line import in_line
from pages.shared.views.refused import refused
from pages.shared.views.upload.places import (
    MINE,
    SLOTS,
    forget,
    held,
    say_gone,
    say_refused,
)
from pages.shared.views.upload.uploader_words import uploader_words

_PLACES = (
    *("upload_layer", "upload_head", "upload_query", "upload_key"),
    *("upload_lines", "upload_aggregate"),
)
_EXAMPLE = "example.npz"


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
    kept = held(choice, MINE) if choice.upload_sha else (example(text.language), _EXAMPLE)
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
    st.file_uploader(text("upload.label"), key=MINE.place)
    uploader_words(text, holds={it: given(it) is not None for it, *_ in SLOTS})
    last = say_refused(text, MINE)
    if uploading.problem:
        refused(text, uploading.problem, "upload")
    elif uploading.upload is None:
        say_gone(text, uploading.choice, MINE)
    with st.container(horizontal=True, vertical_alignment="center"):
        if uploading.choice.upload_sha:
            st.button(text("upload.example"), on_click=forget, icon=":material/undo:")
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
