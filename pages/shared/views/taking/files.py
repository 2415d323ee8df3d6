"""Buttons that give what a page shows as files: its trace, and a report."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from core.arrays import Array
from core.files.traces import size_of, to_npz
from core.taken.report import Report, Section, html
from core.trace import AttentionTrace
from pages.shared.reports.taken import Taken
from pages.shared.saving import save_button
from pages.shared.text import Text
from pages.shared.views.taking.report import report_button

_MEGABYTE = 1_000_000


def trace_files(
    text: Text,
    page: str,
    made: Callable[[], AttentionTrace],
    layer: int | None,
    beside: Callable[[], Mapping[str, Array]],
) -> None:
    """All layers, as far as they can be uploaded again; and the shown one, if there are more.

    Args:
        text: The reader's language.
        page: The name of the page; files are named after it.
        made: Gives everything that was computed; the buttons keep it until they are pressed.
        layer: The shown one, if the trace has more than one.
        beside: Gives what the trace has no place for.
    """
    st.markdown(text("take.numbers"))
    limit = st.get_option("server.maxUploadSize") * _MEGABYTE
    mime = "application/octet-stream"
    n_layers, size = len(made().layers), size_of(made())
    with st.container(horizontal=True, gap="small"):
        if layer is not None and n_layers > 1:
            label = text("take.layer", layer=layer)
            save_button(label, f"{page}-{layer}.npz", mime, lambda: to_npz(made(), layer))
        whole = f"{page}.npz"
        save_button(text("take.trace"), whole, mime, lambda: to_npz(made(), beside=beside()))
        if size > limit:
            st.caption(text("take.trace_large", size=size // _MEGABYTE))


def report_file(text: Text, page: str, taken: Taken, address: str) -> None:
    """The report, made when it is asked for.

    Args:
        text: The reader's language.
        page: The name of the page; the file is named after it.
        taken: What the page gives away.
        address: Where the view can be opened again.
    """
    report_button(text, f"{page}.html", lambda: html(_report(text, page, taken, address)))


def _report(text: Text, page: str, taken: Taken, address: str) -> Report:
    chosen, *others = taken.sections()
    caveats = Section(text("report.caveats"), [text(f"report.caveat_{it}") for it in taken.caveats])
    return Report(
        language=text.language,
        title=text(f"{page}.title"),
        lead=taken.lead,
        settings=replace(chosen, badge=taken.origin),
        pictures=Section(text("report.pictures"), taken.reading),
        sections=(*others, caveats),
        address=address,
        address_label=text("report.again"),
    )
