"""What a server refuses at its doors, and how much it sends through them; no browser needed."""

import asyncio
from collections.abc import Iterator
from http.client import HTTPConnection
from http.cookies import SimpleCookie

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.load.crowd import finished
from tests.load.served import MEBIBYTE, Served, served
from tests.load.tab import Tab

WORDS = " ".join(f"word{n}" for n in range(300))


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as it:
        yield it


def upload(server: Served, tab: Tab, size: int = 9, token: bool = True, session: str = "") -> int:
    """What is answered to a file of that size, of which nothing but the size is sent first."""
    door = HTTPConnection("127.0.0.1", server.port, timeout=10)
    door.putrequest("PUT", f"/_stcore/upload_file/{session or tab._session}/file")
    door.putheader("Content-Type", "multipart/form-data; boundary=edge")
    door.putheader("Cookie", tab._cookie)
    if token:
        door.putheader("X-Xsrftoken", SimpleCookie(tab._cookie)["_streamlit_xsrf"].value)
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="a"; filename="a.npz"\r\n\r\n9\r\n--edge--'
    )
    door.putheader("Content-Length", str(len(body) if size == 9 else size))
    door.endheaders(body if size == 9 else None)
    try:
        return door.getresponse().status
    finally:
        door.close()


async def refusals(server: Served) -> dict[str, int]:
    tab = Tab(f"{server.address}/upload")
    await tab.open()
    asked = {
        "as it should be": {},
        "without a token": {"token": False},
        "larger than allowed": {"size": 17 * MEBIBYTE},
        "of a session that is not there": {"session": "nobody"},
    }
    found = {
        name: await asyncio.to_thread(upload, server, tab, **how) for name, how in asked.items()
    }
    await tab.close()
    return found


def test_files_come_in_only_from_who_is_here_and_only_small_ones(server: Served):
    assert finished(refusals(server)) == {
        "as it should be": 204,
        "without a token": 403,
        "larger than allowed": 413,
        "of a session that is not there": 400,
    }


async def knock(server: Served, origin: str) -> int:
    """What is answered to a page of another site that asks for a session: 101 = let in."""
    address = f"{server.address.replace('http', 'ws')}/_stcore/stream"
    protocols = [Subprotocol("streamlit")]
    try:
        async with connect(address, origin=Origin(origin), subprotocols=protocols, proxy=None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize("origin", ["http://evil.invalid", "null"])
def test_pages_of_other_sites_get_no_session(server: Served, origin: str):
    assert finished(knock(server, origin)) == 403
    assert finished(knock(server, server.address)) == 101


async def sent(server: Served, page: str, label: str) -> tuple[int, int]:
    """Bytes of a page with a long text, and of the largest part of it."""
    tab = Tab(f"{server.address}/{page}")
    await tab.open()
    before = tab.received
    run = await tab.type(WORDS, label)
    await tab.close()
    assert not run.failures
    return tab.received - before, max(len(message) for _, message in run.elements)


@pytest.mark.parametrize(("page", "label"), [("", "Sentence"), ("model", "Text")])
def test_the_longest_text_is_answered_in_few_bytes(server: Served, page: str, label: str):
    whole, largest = finished(sent(server, page, label))
    assert whole < 4 * MEBIBYTE
    assert largest < MEBIBYTE
