"""Places for a reader's files: what is put there is kept as it is, and named if it is gone."""

from typing import NamedTuple

import streamlit as st

from core.errors import InputError
from core.files.traces import fingerprint
from core.models.telling import telling, words_among
from core.reader.model import MEANINGS, SHA_DIGITS, UploadChoice, file_name
from core.sources.uploaded import Upload
from pages.shared.reader.session import change, reader, session
from pages.shared.saving import given, unread, was_read, was_removed
from pages.shared.server import cache
from pages.shared.text import Text, plain
from pages.shared.views.in_line import in_line
from pages.shared.views.refused import refused
from pages.shared.views.told import told


class Slot(NamedTuple):
    """A place for a file, and the fields that name what is in it."""

    place: str
    name: str
    sha: str


MINE = Slot("upload_file", "upload_name", "upload_sha")
OTHER = Slot("upload_other_file", "upload_other_name", "upload_other_sha")
"""Of a second file, to be compared with the first."""

SLOTS = (MINE, OTHER)

_UNSAID = {f"upload_{name}": "" for name in MEANINGS}


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
    for slot in SLOTS:
        _take(slot)


def _take(slot: Slot) -> None:
    tab = session()
    if was_removed(slot.place):
        forget(slot)
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
    news = slot == MINE and reader()[slot.sha] != sha  # else a link may have named the file
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
    file = given(slot.place)
    return file_name(file.name) if file else ""


def forget(slot: Slot = MINE) -> None:
    """Show the example again; or no second file."""
    change(**{slot.name: "", slot.sha: ""}, **(_UNSAID if slot == MINE else {}))
    session().uploads.pop(slot.place, None)
    session().refused.pop(slot.place, None)
    was_read(slot.place)
