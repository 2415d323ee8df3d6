"""A browser that says when the pictures last changed, how busy it was, and what it received."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, WebSocket, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.reader import Reader

WATCH = """() => {
  window.pressed = window.changed = window.longest = 0;
  for (const act of ['keydown', 'pointerdown'])
    addEventListener(act, () => { window.pressed = performance.now(); }, true);
  const charts = '[data-testid="stVegaLiteChart"]';
  new MutationObserver((found) => {
    if (found.some((it) => (it.target.closest ?? (() => null)).call(it.target, charts)))
      requestAnimationFrame(() => { window.changed = performance.now(); });
  }).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);
  }).observe({entryTypes: ['longtask']});
}"""


class Watched(Reader):
    """A reader whose browser is watched.

    Attributes:
        received: Bytes over the websocket so far.
    """

    def __init__(self, page: Page, server: str) -> None:
        super().__init__(page, server)
        self.received = 0
        page.on("websocket", self._listen)
        page.add_init_script(f"({WATCH})()")
        page.goto(server)
        self.wait()

    def press(self, key: str) -> float:
        """Press a key; seconds until the last picture has changed."""
        return self.timed(lambda: self.page.keyboard.press(key))

    def timed(self, act: Callable[[], object]) -> float:
        """Press a key or click; seconds until the last picture has changed."""
        act()
        self.page.wait_for_timeout(700)
        self.wait()
        self.page.wait_for_timeout(300)
        return self.page.evaluate("Math.max(0, window.changed - window.pressed) / 1000")

    def longest_task(self) -> float:
        """Seconds of the longest time for which the browser did not answer, since last asked."""
        longest = self.page.evaluate("window.longest / 1000")
        self.page.evaluate("window.longest = 0")
        return longest

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, payload: str | bytes) -> None:
        self.received += len(payload)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()
