"""What a reader does with a page, and what they see."""

from contextlib import suppress

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as NothingCame

_WATCH = """() => {
  const watched = window.watched = {changed: performance.now(), runs: 0, known: 0, since: null};
  const state = 'data-test-script-state';
  new MutationObserver((changes) => {
    watched.changed = performance.now();
    if (changes.some((it) => it.attributeName === state
        && it.target.getAttribute(state) !== 'notRunning')) {
      watched.runs += 1;
      watched.since = null;
    }
  }).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
}"""
"""Notes in the browser when the page last changed, and how many runs have begun."""

_STILL = """([quiet, most]) => {
  const app = document.querySelector('[data-testid=stApp]'), now = performance.now();
  const drawn = (chart) => {
    const {top, bottom} = chart.getBoundingClientRect();
    const seen = chart.checkVisibility() && bottom >= 0 && top <= innerHeight;
    return !seen || chart.querySelector('svg, canvas');
  };
  const settled = app && app.dataset.testConnectionState === 'CONNECTED'
    && app.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale="true"]')
    && !document.querySelector('[data-testid=stSkeleton]');
  watched.since = settled ? watched.since ?? now : null;
  const waits = (watched.known ? 1 : 2) * quiet;  // a new page loads what it draws with
  const all = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].every(drawn);
  const still = settled && (all && now - Math.max(watched.since, watched.changed) >= waits
    || now - watched.since >= (all ? most : 10 * most));
  if (still) [watched.since, watched.known] = [null, watched.runs];
  return still;
}"""

_QUIET, _MOST = 200, 800
"""Milliseconds without a change after which all is drawn, and those after which what still moves
is not waited for."""

_BEGINS = 400
"""Milliseconds within which an action sets off a run, if it does."""


class Reader:
    """A person before a page.

    Attributes:
        page: The browser's page.
        foreign_requests: Addresses that were asked for outside the server.
    """

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.foreign_requests: list[str] = []
        page.on("request", lambda request: self._note(request.url, server))
        page.add_init_script(f"({_WATCH})()")

    def wait(self) -> None:
        """Until the server has answered and everything is drawn."""
        self.page.wait_for_function(_STILL, arg=[_QUIET, _MOST], timeout=60_000)
        assert not self.page.get_by_test_id("stException").count()

    def after(self, _action: object) -> "Reader":
        """Wait for what an action sets off: ``reader.after(button.click())``."""
        with suppress(NothingCame):
            self.page.wait_for_function("() => watched.runs > watched.known", timeout=_BEGINS)
        self.wait()
        return self

    def type_sentence(self, sentence: str, label: str = "Sentence") -> None:
        field = self.page.get_by_role("textbox", name=label)
        field.fill(sentence)
        self.after(field.press("Enter"))

    def words(self) -> list[str]:
        """The words of the shaded sentence."""
        return self.page.locator(".strip .word").all_inner_texts()

    def asking(self) -> str:
        return self.page.locator('.strip button[aria-pressed="true"] .word').inner_text()

    def shares(self) -> list[str]:
        return self.page.locator(".strip .share").all_inner_texts()

    def ask(self, word: str) -> None:
        self.after(self.page.locator(".strip button", has_text=word).first.click())

    def map(self, title: str) -> Locator:
        """A map by the beginning of what a screen reader says of it."""
        return self.page.locator(f'[aria-label^="{title}"]').first

    def cell(self, title: str, row: str, column: str) -> Locator:
        """A cell by the names of its row and its column, such as "2:animal"."""
        return (
            self.map(title).locator(f'path[aria-label*=": {row};"][aria-label*=": {column}"]').first
        )

    def edit_cell(self, table: int, row: int, column: int, content: str) -> None:
        """Type into an editable table; columns count from 1, rows from 0.

        Nothing as content empties the cell.
        """
        self.begin_cell(table, row, column, content)
        self.after(self.page.keyboard.press("Enter"))

    def begin_cell(self, table: int, row: int, column: int, content: str) -> None:
        """Type into a cell, and no more."""
        self._cell(table, row, column).click()
        if content:
            self.page.keyboard.insert_text(content)
        else:
            self.page.keyboard.press("Delete")

    def tick(self, table: int, row: int, column: int) -> None:
        """Change a flag in an editable table; columns count from 1, rows from 0."""
        self.after(self._cell(table, row, column).click())

    def menu(self, page: str) -> Locator:
        """A link of the menu, once the part of the menu that has it is open."""
        link = self.page.get_by_test_id("stTopNavDropdownLink").filter(has_text=page)
        for part in self.page.get_by_test_id("stTopNavSection").all():
            part.click()
            with suppress(NothingCame):
                link.wait_for(timeout=1_000)
                break
        return link

    def button(self, label: str) -> Locator:
        """A button of the page: Streamlit has a Stop of its own above it, while a run lasts."""
        main = self.page.get_by_test_id("stMain")
        return main.get_by_role("button", name=label, exact=True)

    def choose(self, label: str, option: str) -> None:
        """Take an option of a select box."""
        box = self.page.get_by_role("combobox", name=label)
        found = self.page.get_by_role("option", name=option)
        for _ in range(3):  # pictures that come into sight are drawn, and move the box away
            box.click()
            self.page.wait_for_timeout(700)
            if found.count():
                break
        self.after(found.click())

    def says(self, words: str) -> bool:
        """Whether these words stand on the page."""
        text = self.page.get_by_test_id("stMain").inner_text()
        return words in text.replace("\u2068", "").replace("\u2069", "")

    def fits(self) -> bool:
        """Whether nothing is wider than the window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"
        )

    def _cell(self, table: int, row: int, column: int) -> Locator:
        rows = self.page.get_by_role("grid").nth(table).get_by_role("row")
        return rows.nth(row + 1).get_by_role("gridcell").nth(column - 1)

    def _note(self, url: str, server: str) -> None:
        if not url.startswith((server, server.replace("http", "ws"), "data:", "blob:")):
            self.foreign_requests.append(url)
