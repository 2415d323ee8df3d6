"""Buttons that give what a page shows as files: its trace, its maps as pictures, a report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core.files.traces import size_of, to_npz
from core.taken.picture import Colours, Map, svg
from core.taken.report import Report, Section, Table, html, numbers
from core.trace import AttentionTrace, Origin
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.saving import save_button

Draw = Callable[[Map], str]

_MEGABYTE = 1_000_000
_CAVEATS = ("pair", "values", "importance", "order")


@dataclass(frozen=True)
class Taken:
    """What a page gives away.

    Attributes:
        name: Of the page, and of its files.
        trace: Everything that was computed.
        layer: The shown one, if the trace has more than one.
        maps: Names to the main pictures.
        lead: What the report is about: the reader's sentence.
        sections: The report's, from what draws its pictures.
    """

    name: str
    trace: AttentionTrace
    layer: int | None
    maps: Mapping[str, Map]
    lead: str
    sections: Callable[[Draw], Sequence[Section]]


def files(text: Text, taken: Taken, address: str) -> None:
    """The buttons.

    Args:
        text: The reader's language.
        taken: What the page gives away.
        address: Where the view can be opened again.
    """
    st.markdown(text("take.numbers"))
    with st.container(horizontal=True, gap="small"):
        _trace(text, taken)
    st.markdown(text("take.pictures"))
    with st.container(horizontal=True, gap="small"):
        colours = _colours(st.context.theme.type or "light")
        for name, it in taken.maps.items():
            save_button(
                it.title,
                f"{name}.svg",
                "image/svg+xml",
                lambda it=it: svg(it, colours),
            )
    st.markdown(text("take.report"))
    paper = _colours("light")
    report = Report(
        language=text.language,
        title=text(f"{taken.name}.title"),
        lead=taken.lead,
        sections=(),
        address=address,
        address_label=text("report.again"),
    )
    save_button(
        text("take.report_button"),
        f"{taken.name}.html",
        "text/html",
        lambda: html(_whole(text, taken, report, lambda it: svg(it, paper))),
    )


def matrix_table(title: str, matrix: Matrix) -> Table:
    """A matrix as a table of a report."""
    return numbers(title, matrix.values.tolist(), matrix.rows, matrix.columns)


def told_origin(text: Text, origin: Origin) -> str:
    """Where the numbers come from, in a few words."""
    said = text(f"origin.{origin.kind}", detail=origin.detail)
    return f"{said} · {text('origin.edited')}" if origin.edited else said


def settings(text: Text, chosen: Mapping[str, str]) -> Table:
    """What the reader has chosen, by the names of the controls."""
    whose = {"rnn": "RNN · ", "cnn": "CNN · "}
    rows = [
        (whose.get(name[:3], "") + text(f"{name}.label"), value) for name, value in chosen.items()
    ]
    return Table("", [text("report.value")], rows)


def _trace(text: Text, taken: Taken) -> None:
    """All layers, as far as they can be uploaded again; and the shown one, if there are more."""
    trace, layer = taken.trace, taken.layer
    limit = st.get_option("server.maxUploadSize") * _MEGABYTE
    mime = "application/octet-stream"
    if layer is not None and len(trace.layers) > 1:
        label = text("take.layer", layer=layer)
        save_button(label, f"{taken.name}-{layer}.npz", mime, lambda: to_npz(trace, layer))
    save_button(text("take.trace"), f"{taken.name}.npz", mime, lambda: to_npz(trace))
    if size_of(trace) > limit:
        st.caption(text("take.trace_large", size=size_of(trace) // _MEGABYTE))


def _whole(text: Text, taken: Taken, report: Report, draw: Draw) -> Report:
    origin = taken.trace.origin
    first, *others = taken.sections(draw)
    badge = replace(first, badge=told_origin(text, origin))
    caveats = Section(text("report.caveats"), [text(f"report.caveat_{it}") for it in _CAVEATS])
    return replace(report, sections=(badge, *others, caveats))


def _colours(kind: str) -> Colours:
    kind = "dark" if kind == "dark" else "light"
    return Colours(
        sequential=st.get_option(f"theme.{kind}.chartSequentialColors"),
        diverging=st.get_option(f"theme.{kind}.chartDivergingColors"),
        text=st.get_option(f"theme.{kind}.textColor"),
        background=st.get_option(f"theme.{kind}.backgroundColor"),
        accent=st.get_option(f"theme.{kind}.chartCategoricalColors")[0],
    )
