"""A real server and Debian's Chromium, in the reader's language, theme and window."""

import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, Playwright

from core.reader.examples import EXAMPLES
from tests.browser.reader import Reader
from tests.load.served import served

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

EVERYTHING = {
    "zh": "/?v=2&lang=zh&chapter=everything",
    "en": "/?v=2&lang=en&chapter=everything&"
    + urlencode({"query": 7, "key": 1, "sentence": EXAMPLES["tired"].sentence}),
}


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with served(ATTENTION_LAB_OPEN="1") as it:
        yield it.address


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser, server: str) -> Iterator[Callable[..., Reader]]:
    """Opens a page as a reader with a language, a theme and a window of their own.

    Without a path it is Explore with everything.
    """
    contexts = []

    def open_page(path: str = "", width: int = 1400, **settings: object) -> Reader:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            is_mobile=width < 500,
            has_touch=width < 500,
            accept_downloads=True,
            **{"locale": "en-US", **settings},
        )
        contexts.append(context)
        page: Page = context.new_page()
        path = path or EVERYTHING["zh" if settings.get("locale") == "zh-CN" else "en"]
        reader = Reader(page, server)
        page.goto(server + path)
        reader.wait()
        return reader

    yield open_page
    for context in contexts:
        context.close()
