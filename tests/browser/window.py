"""A window of the browser at any address, for tests that need a server of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser

from tests.browser.reader import Reader


@contextmanager
def window(
    chromium: Browser, address: str, path: str = "/", locale: str = "en-US"
) -> Iterator[Reader]:
    """A reader who has just opened a page of the server at this address."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, locale=locale)
    try:
        page = context.new_page()
        reader = Reader(page, address)
        page.goto(address + path)
        reader.wait()
        yield reader
    finally:
        context.close()
