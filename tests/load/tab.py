"""A reader's tab without a browser: Streamlit's own messages over its own websocket.

A tab costs a thousandth of a browser's, so hundreds fit into one process.
"""

import asyncio
import json
import time
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

from tests.load.answer import FIELDS, Run

ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
GONE = (OSError, WebSocketException)
"""What is raised if a server is not there, or there no more."""


class Tab:
    """One open page.

    Attributes:
        query: What stands in the address bar after the question mark.
        received: Bytes so far.
        fields: Labels of text fields, and of places for files, to their ids.
        keys: Keys of widgets to their ids.
    """

    def __init__(self, address: str, patience: float = 60) -> None:
        """Nothing is asked yet; every answer is waited for ``patience`` seconds."""
        parts = urlsplit(address)
        self.query, self.received = parts.query, 0
        self.fields: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self._origin, self._page = f"{parts.scheme}://{parts.netloc}", parts.path.strip("/")
        self._patience = patience
        self._cookie = self._script = self._session = ""
        self._values: dict[str, WidgetState] = {}
        self._socket: ClientConnection | None = None

    async def open(self) -> Run:
        """Show the page."""
        await self.connect()
        return await self.run()

    async def connect(self) -> None:
        """As a new tab, or as one that lost its server."""
        if not self._cookie:
            self._cookie = await asyncio.to_thread(self._first_cookies)
        await self.close()
        self._socket = await connect(
            f"{self._origin.replace('http', 'ws', 1)}/_stcore/stream",
            origin=Origin(self._origin),
            subprotocols=[Subprotocol("streamlit"), Subprotocol("PLACEHOLDER_AUTH_TOKEN")],
            additional_headers={"Cookie": self._cookie},
            max_size=None,
            open_timeout=self._patience,
            ping_interval=None,
            compression=None,
            proxy=None,
        )

    def forget(self) -> None:
        """Keep the address bar, and nothing else, as when a tab is loaded anew."""
        self._values.clear()
        self._script = ""

    async def run(self) -> Run:
        """Ask for the page with everything as it stands."""
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self.query
        asked.page_name = "" if self._script else self._page
        asked.page_script_hash = self._script
        asked.widget_states.widgets.extend(self._values.values())
        begin = time.perf_counter()
        await self.send(message)
        async with asyncio.timeout(self._patience):
            found = await self._answer()
        found.seconds = time.perf_counter() - begin
        return found

    async def type(self, words: str, label: str) -> Run:
        """Write into a text field, and see what comes of it."""
        name = self.fields[label]
        self._values[name] = WidgetState(id=name, string_value=words)
        return await self.run()

    async def put(self, key: str, value: float | str) -> Run:
        """Move a slider or write into a field, by its key, and see what comes of it."""
        state = WidgetState(id=self.keys[key])
        if isinstance(value, str):
            state.string_value = value
        else:
            state.double_array_value.data.append(value)
        self._values[state.id] = state
        return await self.run()

    async def forge(self, key: str, state: WidgetState) -> Run:
        """Send once what no browser would, of any kind, for a widget; see what comes of it."""
        forged = WidgetState(id=self.keys[key])
        forged.MergeFrom(state)
        kept, self._values = self._values, self._values | {forged.id: forged}
        try:
            return await self.run()
        finally:
            self._values = kept

    async def upload(self, label: str, name: str, content: bytes) -> Run:
        """Give a file to the page."""
        message = BackMsg()
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self._session
        await self.send(message)
        while (answer := await self.receive()).WhichOneof("type") != "file_urls_response":
            pass
        [place] = answer.file_urls_response.file_urls
        await asyncio.to_thread(self._put, place.upload_url, name, content)
        state = WidgetState(id=self.fields[label])
        state.file_uploader_state_value.uploaded_file_info.add(
            name=name, size=len(content), file_id=place.file_id, file_urls=place
        )
        self._values[state.id] = state
        return await self.run()

    async def send(self, message: BackMsg) -> None:
        """Send anything, as somebody might who does not use a browser."""
        if self._socket is None:
            raise ConnectionError("the tab is not open")
        await self._socket.send(message.SerializeToString())

    async def receive(self) -> ForwardMsg:
        """The next message."""
        if self._socket is None:
            raise ConnectionError("the tab is not open")
        raw = await self._socket.recv()
        content = raw if isinstance(raw, bytes) else raw.encode()
        self.received += len(content)
        return ForwardMsg.FromString(content)

    async def close(self) -> None:
        """Shut the tab; it can be opened again."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def _answer(self) -> Run:
        found, began = Run(), False
        while True:
            message = await self.receive()
            match message.WhichOneof("type"):
                case "new_session":
                    found, began = Run(), True  # a run that was begun anew counts once
                    self._script = message.new_session.page_script_hash or self._script
                    self._session = message.new_session.initialize.session_id or self._session
                case "page_info_changed":
                    self.query = message.page_info_changed.query_string
                case "navigation":
                    self._script = message.navigation.page_script_hash or self._script
                case "page_not_found":
                    found.failures.append("page not found")
                case "delta":
                    self._note(message.delta.new_element, found)
                case "script_finished" if began and message.script_finished in ENDS:
                    return found

    def _note(self, element: Element, found: Run) -> None:
        kind = element.WhichOneof("type") or "block"
        if kind == "bidi_component" and self._follow_address(element.bidi_component.json):
            kind = "address"
        found.elements.append((kind, element.SerializeToString()))
        name = getattr(getattr(element, kind, None), "id", "")
        if name.startswith("$$ID-"):
            self.keys[name.split("-", 2)[2]] = name  # ids end in the widget's key
        if kind in FIELDS:
            widget = getattr(element, kind)
            self.fields[widget.label] = widget.id
        elif kind == "exception":
            found.failures.append(f"{element.exception.type}: {element.exception.message[:200]}")
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            found.failures.append(element.alert.body[:200])

    def _follow_address(self, data: str) -> bool:
        """What `pages/shared/views/taking/share.js` does: the address bar names what is shown."""
        said = json.loads(data) if data else None
        if not (isinstance(said, dict) and "parameters" in said):
            return False
        self.query = urlencode(said["parameters"])
        return True

    def _put(self, path: str, name: str, content: bytes) -> None:
        begin = f'Content-Disposition: form-data; name="{name}"; filename="{name}"'
        body = f"--edge\r\n{begin}\r\n\r\n".encode() + content + b"\r\n--edge--\r\n"
        headers = {
            "Content-Type": "multipart/form-data; boundary=edge",
            "Cookie": self._cookie,
            "X-Xsrftoken": SimpleCookie(self._cookie)["_streamlit_xsrf"].value,
        }
        request = Request(f"{self._origin}/{path.lstrip('/')}", body, headers, method="PUT")
        with urlopen(request, timeout=self._patience):
            pass

    def _first_cookies(self) -> str:
        """Of the first visit; a proxy's cookie says to which server this reader belongs."""
        address = f"{self._origin}/_stcore/health"
        with urlopen(address, timeout=self._patience) as answer:
            given = answer.headers.get_all("Set-Cookie") or []
        return "; ".join(cookie.split(";")[0] for cookie in given)
