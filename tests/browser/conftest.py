"""A real server and Debian's Chromium, in the reader's language, theme and window."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.reader import Reader

ROOT = Path(__file__).parents[2]
SETTINGS = {"ATTENTION_LAB_OPEN": "1"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    yield from serve("dashboard.py")


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser, server: str) -> Iterator[Callable[..., Reader]]:
    """Opens a page as a reader with a language, a theme and a window of their own."""
    contexts = []

    def open_page(path: str = "/", width: int = 1400, **settings: object) -> Reader:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            is_mobile=width < 500,
            has_touch=width < 500,
            accept_downloads=True,
            **{"locale": "en-US", **settings},
        )
        contexts.append(context)
        page: Page = context.new_page()
        reader = Reader(page, server)
        page.goto(server + path)
        reader.wait()
        return reader

    yield open_page
    for context in contexts:
        context.close()


def serve(script: str) -> Iterator[str]:
    """The address of a server of its own for a script, until the test is over."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    settings = os.environ | SETTINGS | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=settings) as process:
        _wait_for(f"{address}/_stcore/health")
        yield address
        process.terminate()


def _wait_for(address: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(address)
