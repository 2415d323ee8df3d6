"""A reader without a browser: speaks the pages' own protocol over a websocket."""

import time
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import DoubleArray
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

_SUBPROTOCOLS = ("streamlit", "PLACEHOLDER_AUTH_TOKEN")  # what a browser asks for


class Visitor:
    """One tab.

    Attributes:
        widgets: Keys of widgets to their ids, as of the last run.
        received: Bytes of the last run.
        elements: How many elements it drew.
    """

    def __init__(self, port: int, page: str = "") -> None:
        self.widgets: dict[str, str] = {}
        self.received = 0
        self.elements = 0
        self._page = page
        self._hash = ""
        self._sent: dict[str, WidgetState] = {}
        self._socket = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            subprotocols=[Subprotocol(name) for name in _SUBPROTOCOLS],
            origin=Origin(f"http://127.0.0.1:{port}"),
            max_size=None,
            compression=None,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def slide(self, key: str, value: float) -> float:
        """Move a slider; seconds until the page was sent."""
        widget = self.widgets[key]
        self._sent[key] = WidgetState(id=widget, double_array_value=DoubleArray(data=[value]))
        return self.run()

    def write(self, key: str, words: str) -> float:
        """Type into a field; seconds until the page was sent."""
        self._sent[key] = WidgetState(id=self.widgets[key], string_value=words)
        return self.run()

    def run(self) -> float:
        """Ask for the page; seconds until it was sent.

        Raises:
            RuntimeError: If the page failed.
        """
        asked = BackMsg()
        asked.rerun_script.page_name = "" if self._hash else self._page
        asked.rerun_script.page_script_hash = self._hash
        asked.rerun_script.widget_states.widgets.extend(self._sent.values())
        begin = time.perf_counter()
        self._socket.send(asked.SerializeToString())
        self.received = self.elements = 0
        while not self._finished():
            pass
        return time.perf_counter() - begin

    def _finished(self) -> bool:
        content = self._socket.recv(decode=False)
        message = ForwardMsg.FromString(content)
        self.received += len(content)
        match message.WhichOneof("type"):
            case "new_session":
                self._hash = message.new_session.page_script_hash or self._hash
            case "navigation":
                self._hash = message.navigation.page_script_hash or self._hash
            case "delta":
                self._note(message)
            case "script_finished":
                return message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        return False

    def _note(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        self.elements += 1
        if kind == "exception":
            raise RuntimeError(element.exception.message)
        widget = getattr(getattr(element, kind, None), "id", "") if kind else ""
        if widget:
            self.widgets[widget.split("-", 2)[2]] = widget  # ids end in the widget's key
