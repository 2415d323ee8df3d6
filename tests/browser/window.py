"""A window of the browser at any address, for tests that need a server of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from playwright.sync_api import Browser

from core.reader.examples import EXAMPLES
from tests.browser.reader import Reader

EVERYTHING = {
    "zh": "/?v=2&lang=zh&chapter=everything",
    "en": "/?v=2&lang=en&chapter=everything&"
    + urlencode({"query": 7, "key": 1, "sentence": EXAMPLES["tired"].sentence}),
}


def everything(locale: str) -> str:
    """The address of Explore with everything, for a browser's locale."""
    return EVERYTHING["zh" if locale == "zh-CN" else "en"]


@contextmanager
def window(
    chromium: Browser, address: str, path: str = "", locale: str = "en-US"
) -> Iterator[Reader]:
    """A reader who has just opened a page of the server at this address; Explore without a path."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, locale=locale)
    try:
        page = context.new_page()
        reader = Reader(page, address)
        page.goto(address + (path or everything(locale)))
        reader.wait()
        yield reader
    finally:
        context.close()
