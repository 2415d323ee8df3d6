"""A real server and Debian's Chromium, in the reader's language, theme and window."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.reader import Reader
from tests.browser.window import everything
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
        path = path or everything(str(settings.get("locale", "en-US")))
        reader = Reader(page, server)
        page.goto(server + path)
        reader.wait()
        return reader

    yield open_page
    for context in contexts:
        context.close()
