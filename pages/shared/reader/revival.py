"""A tab that outlived its server: what its widgets hold is heard by the new one.

Streamlit sends everything that a tab's widgets hold, the reader's last action included; but a fresh
session knows no widgets yet, so they are made from the address in a first run, and in a second one
they are told what was sent.
"""

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import RerunData, RerunException, get_script_run_ctx

_KEY = "sent_by_a_survivor"
_TABLE = "table."
_NO_KEY = "None"


def note(first: bool) -> None:
    """Set aside what a tab sent to a session that knows nothing; to be called first in a run.

    If the reader acts before all is drawn once, that run is given up for another one.

    Args:
        first: Whether the session is new.
    """
    context = get_script_run_ctx()
    if context and (pending() or (first and _KEY not in st.session_state)):
        before: list[WidgetState] = st.session_state.get(_KEY, [])
        sent = {it.id: it for it in (*before, *context.session_state.get_widget_states())}
        st.session_state[_KEY] = list(sent.values())


def pending() -> bool:
    """Whether the page is about to be drawn once more."""
    return bool(st.session_state.get(_KEY))


def replay() -> None:
    """Run once more with what was set aside, now that there are widgets to take it."""
    sent: list[WidgetState] = st.session_state.get(_KEY) or []
    st.session_state[_KEY] = []
    context = get_script_run_ctx()
    if not sent or not context:
        return
    known = {_key_of(it): it for it in context.shared.widget_ids_this_run.snapshot()}
    known.pop(_NO_KEY, None)  # of several widgets; their ids follow from what they say
    states = [WidgetState.FromString(it.SerializeToString()) for it in sent]
    for state in states:
        state.id = known.get(_key_of(state.id), state.id)
    raise RerunException(
        RerunData(
            query_string=context.query_string,
            page_script_hash=context.page_script_hash,
            context_info=context.context_info,
            widget_states=WidgetStates(widgets=states),
        )
    )


def drawn() -> frozenset[str]:
    """Keys of the widgets that this run has drawn so far."""
    context = get_script_run_ctx()
    ids = context.shared.widget_ids_this_run.snapshot() if context else ()
    return frozenset(_key_of(it) for it in ids)


def _key_of(widget: str) -> str:
    """A widget's key, from its id; a table's without the number of its drawing."""
    key = widget.split("-", maxsplit=2)[-1]
    return key.rpartition(".")[0] if key.startswith(_TABLE) else key
