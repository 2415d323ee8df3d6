"""A reader who acts while a run is at work: Streamlit ends that run where it looks next."""

from types import ModuleType

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx
from streamlit.util import calc_hash


def act_during(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, elsewhere: str | None = None
) -> list[object]:
    """Let a reader act when a function has just computed something for the first time.

    Args:
        monkeypatch: Of the test.
        module: The function's.
        name: The function's.
        elsewhere: The address of the page that the reader goes to; else they do anything.

    Returns:
        Something, once the reader has acted.
    """
    compute, acted = getattr(module, name), []

    def computed(*args: object, **named: object) -> object:
        found = compute(*args, **named)
        if not acted:
            acted.append(found)
            context = get_script_run_ctx()
            assert context
            assert context.script_requests
            page = context.page_script_hash if elsewhere is None else calc_hash(elsewhere)
            states = WidgetStates(widgets=context.session_state.get_widget_states())
            context.script_requests.request_rerun(
                RerunData(page_script_hash=page, widget_states=states)
            )
        return found

    monkeypatch.setattr(module, name, computed)
    return acted
