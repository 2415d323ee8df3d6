"""A reader who acts while a run is at work: Streamlit ends that run where it looks next."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash


def act_during(
    monkeypatch: pytest.MonkeyPatch,
    app: AppTest,
    module: object,
    name: str,
    elsewhere: str | None = None,
) -> list[object]:
    """Let a reader act when a function has just computed something for the first time.

    Args:
        monkeypatch: Of the test.
        app: Where the reader acts; what its widgets hold now is sent then.
        module: The function's, or its class.
        name: The function's.
        elsewhere: The address of the page that the reader goes to; else they do anything.

    Returns:
        Something, once the reader has acted.
    """
    compute, acted = getattr(module, name), []
    held = app._tree.get_widget_states().widgets
    sent = [it for it in held if it.trigger_value or it.WhichOneof("value") != "trigger_value"]
    states = WidgetStates(widgets=sent)  # browsers send no button that is not pressed

    def computed(*args: object, **named: object) -> object:
        found = compute(*args, **named)
        if not acted:
            acted.append(found)
            context = get_script_run_ctx()
            assert context
            assert context.script_requests
            page = context.page_script_hash if elsewhere is None else calc_hash(elsewhere)
            context.script_requests.request_rerun(
                RerunData(page_script_hash=page, widget_states=states)
            )
        return found

    monkeypatch.setattr(module, name, computed)
    return acted
