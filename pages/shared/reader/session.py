"""A tab between its runs: the reader, and what was drawn for them. One key of Streamlit's state."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Concatenate, NamedTuple, ParamSpec
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import InputError
from core.ideas.timing import Timed
from core.models.pieces import Pieces
from core.reader.examples import SENTENCES
from core.reader.link import PARAMETERS, Notice, address, follow_link
from core.reader.model import MODEL_BEGINS
from core.reader.reader import Reader, begin, choose, show_example, type_cells
from core.reader.records import DEFAULTS, FIELDS
from pages.shared.reader.score import Score
from pages.shared.reader.typed import Tables
from pages.shared.text import Text, spoken

_KEY = "session"
_CHOSEN = {*FIELDS, "language", "private"}  # keys of widgets that hold a choice
_REMEMBERED = 20  # addresses that we wrote

More = ParamSpec("More")


class Given(NamedTuple):
    """A file in a place for files: its id, itself until it was read, and whether it is there."""

    file_id: str = ""
    unread: UploadedFile | None = None
    there: bool = False


@dataclass
class Session:
    """A tab.

    Attributes:
        reader: The reader.
        notice: What is to be said of a link or a file, until a page has said it.
        runs: How often a page was drawn.
        clicks: Counts what is chosen by pointing: it tells two equal clicks apart. It begins with
            the time, so that it never repeats a number to a tab that has known another session.
        framed: The page's file is run by the frame.
        widgets: Keys of the widgets in sight to what they held when they were last looked at.
        drawing: The same of the run under way.
        drawn_for: The page and the language that the widgets in sight were drawn for.
        seen: The page and the address bar's parameters when they were last looked at.
        written: The same as we put it into the address bar, the latest last, to who saw it.
        tables: Tables that can be typed into.
        score: What the reader has answered.
        races: What the worker calls the reader's races, by the view that shows them.
        refused: Why something could not be begun or read, by its place on the page.
        files: What the reader gave, by the key of the place for it.
        uploads: The reader's own tensors, by the key of the place for them.
        block: A block of a long file's map that was clicked, with what was shown then.
        times: What the stopwatch gave last.
        pieces: A model's name, and how it cut the last text.
        go_to: The name of the page to be opened next.
        ticks: Names of the guide's tasks that were seen done.
    """

    reader: Reader = field(default_factory=Reader)
    notice: Notice | None = None
    runs: int = 0
    clicks: int = field(default_factory=lambda: int(time.time()))
    framed: bool = False
    widgets: dict[str, object] = field(default_factory=dict)
    drawing: dict[str, object] = field(default_factory=dict)
    drawn_for: tuple[str, str] = ("", "")
    seen: str = ""
    written: dict[str, Reader] = field(default_factory=dict)
    tables: Tables = field(default_factory=Tables)
    score: Score = field(default_factory=Score)
    races: dict[str, str] = field(default_factory=dict)
    refused: dict[str, InputError] = field(default_factory=dict)
    files: dict[str, Given] = field(default_factory=dict)
    uploads: dict[str, UploadedFile] = field(default_factory=dict)
    block: tuple[Any, ...] | None = None
    times: Timed | None = None
    pieces: tuple[str, Pieces] | None = None
    go_to: str = ""
    ticks: set[str] = field(default_factory=set)

    def arrive(self, page: str, asked: Mapping[str, str], locale: str) -> None:
        """Open a page, as its address says if one was followed.

        Args:
            page: Its name.
            asked: The address bar's parameters.
            locale: The browser's, such as ``zh-CN``.
        """
        self.runs += 1
        # The last run was broken off: who acted then may not have seen what it set.
        self.widgets = {**self.drawing, **self.widgets}
        self.drawing = {}
        if self.runs == 1:
            language = spoken(locale)
            begun = replace(self.reader, language=language)
            begun = replace(begun, fields={**begun.fields, **MODEL_BEGINS[language]})
            self.reader = show_example(begun, SENTENCES[language].first)
        at = f"{page}?{urlencode(asked)}"
        opened = page != self.reader.page
        if asked.keys() & PARAMETERS and (opened or at not in {self.seen, *self.written}):
            self._follow(page, asked, at)
        else:
            self.reader = replace(self.reader, page=page)
        self.seen = at

    def go_back(self, asked: Mapping[str, str]) -> None:
        """Show what the page showed at an address of its own; the browser tells that it is back.

        Otherwise such an address says nothing: it may be one that was replaced long ago.
        """
        at = f"{self.reader.page}?{urlencode(asked)}"
        if at in self.written and at != next(reversed(self.written)):
            self._follow(self.reader.page, asked, at)

    def collect(self) -> None:
        """Take what was typed into tables since they were drawn."""
        for on, cells in self.tables.typed(st.session_state):
            self.reader = type_cells(self.reader, on, cells)

    def choose(self) -> None:
        """Take what widgets hold that they were not given."""
        now = {name: st.session_state.get(name) for name in self.widgets.keys() & _CHOSEN}
        news = {
            name: value
            for name, value in now.items()
            if name in st.session_state and value != self.widgets[name]
        }
        self.widgets |= news
        self.reader, unusable = choose(self.reader, news)
        if unusable:
            self.notice = Notice(unusable)
        if self.drawn_for != (self.reader.page, self.reader.language):
            # A page's widgets are new ones; select boxes keep the words of the other language.
            self.widgets = {}
            self.drawn_for = self.reader.page, self.reader.language

    def write(self) -> dict[str, str]:
        """Give the parameters of the address of what is shown, and remember who saw it."""
        parameters = address(self.reader)
        at = f"{self.reader.page}?{urlencode(parameters)}"
        self.written.pop(at, None)
        self.written[at] = self.reader
        while len(self.written) > _REMEMBERED:
            del self.written[next(iter(self.written))]
        return parameters

    def keep(self) -> None:
        """Note that the page was drawn to its end."""
        self.widgets, self.drawing, self.notice = self.drawing, {}, None
        self.tables.drawn()

    def _follow(self, page: str, asked: Mapping[str, str], at: str) -> None:
        if at in self.written:
            there = self.written[at]
            fields = {name: there[name] for name in there.page_fields}
            edits = {name: there.edits.get(name, {}) for name in there.page_shelves}
            self.reader = begin(self.reader, page, fields, edits)
        else:
            self.reader, self.notice = follow_link(self.reader, page, asked)
        self.renew()

    def renew(self) -> None:
        """Hear no more of what widgets hold by now, draw tables anew, follow no earlier word."""
        self.tables.redraw()
        self.pieces = None
        self.widgets = {name: st.session_state.get(name) for name in self.widgets}


def session() -> Session:
    """Give the tab whose run this is; a new one at the first visit."""
    with suppress(KeyError):
        return st.session_state[_KEY]
    return st.session_state.setdefault(_KEY, Session())


def reader() -> Reader:
    """Give the reader whose run this is."""
    return session().reader


def text() -> Text:
    """Give the texts in the reader's language."""
    return Text(reader().language)


def showing(name: str, value: object = None) -> str:
    """Let a widget show a value, and give its key.

    A value is set if it is news, or if its widget was out of sight: the browser has forgotten that
    one. Others are left alone, since setting them would undo what is being typed.

    Args:
        name: The widget's key; a field's name, if it shows a field.
        value: What it shows; the reader's own choice, if nothing is given.
    """
    tab = session()
    if value is None:
        draft = tab.reader.drafts.get(name)
        value = draft.text if draft else tab.reader[name]
    held = list(value) if isinstance(value, tuple) else value
    if name not in tab.widgets or st.session_state.get(name) != held:
        st.session_state[name] = held
    tab.drawing[name] = held
    return name


def happen(
    event: Callable[Concatenate[Reader, More], Reader], *more: More.args, **named: More.kwargs
) -> None:
    """Let something happen to the reader, after all that widgets and tables have to say.

    For callbacks: Streamlit calls them before the run.
    """
    tab = session()
    tab.collect()
    tab.choose()
    tab.reader = event(tab.reader, *more, **named)
    tab.clicks += 1


def click() -> None:
    """Count that something was chosen by pointing; for callbacks."""
    session().clicks += 1


def change(**values: Any) -> None:  # noqa: ANN401 -- fields have any type
    """Choose something by pointing; for callbacks."""
    happen(lambda before: choose(before, values)[0])


def settle(**values: object) -> None:
    """Let fields point at what is there; a link that asked for something else is told so."""
    tab = session()
    moved = [name for name, it in values.items() if tab.reader[name] not in (it, DEFAULTS[name])]
    fields = {name: it for name, it in values.items() if tab.reader[name] != it}
    if fields:
        tab.reader = replace(tab.reader, fields={**tab.reader.fields, **fields})
    if tab.notice and moved:
        tab.notice = replace(tab.notice, unusable=tuple(sorted({*tab.notice.unusable, *moved})))
