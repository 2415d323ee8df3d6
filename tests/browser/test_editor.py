"""The editor of matrices in Chromium: what is typed, pasted and drawn means one thing, or is named.

Most tests open a page with nothing but an editor (`only_editor.py`); Explore's is driven, too.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page

from core.errors import InputError
from core.numbers import parse_number
from tests.browser.reader import Reader
from tests.core.numbers.test_one import AMBIGUOUS, MEANT, UNREADABLE
from tests.load.served import ROOT, served

Visit = Callable[..., Reader]

NOTE_EDITS = """() => {
  window.edits = [];
  document.addEventListener("matrix-edit", (event) => window.edits.push(event.detail));
}"""
TEXTS = """(grid) => [...grid.children].slice(1).map((row) =>
  [...row.children].slice(1).map((cell) => cell.ariaLabel.split(/, |，/).pop()))"""


@pytest.fixture(scope="session")
def only_editor() -> Iterator[str]:
    with served(script="tests/browser/only_editor.py", PYTHONPATH=str(ROOT)) as it:
        yield it.address


@pytest.fixture
def table(chromium: Browser, only_editor: str) -> Iterator[Callable[..., "Table"]]:
    """Opens an editor in a window of its own."""
    contexts = []

    def opened(query: str = "", width: int = 1000) -> Table:
        context = chromium.new_context(
            viewport={"width": width, "height": 700},
            is_mobile=width < 500,
            has_touch=width < 500,
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        return Table(page, only_editor, query)

    yield opened
    for context in contexts:
        context.close()


class Table:
    """An editor, as a reader handles it."""

    def __init__(self, page: Page, server: str, query: str) -> None:
        self.page, self.keys = page, page.keyboard
        self.reader = Reader(page, server)
        page.goto(f"{server}/?{query}")
        self.grid = page.get_by_role("grid")
        self.reader.wait()
        page.evaluate(NOTE_EDITS)

    def cell(self, row: int, column: int) -> Locator:
        return self.grid.get_by_role("row").nth(row + 1).get_by_role("gridcell").nth(column)

    def point(self, row: int, column: int) -> tuple[float, float]:
        box = self.cell(row, column).bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def type(self, text: str, row: int = 0, column: int = 0, end: str = "Enter") -> None:
        self.cell(row, column).click()
        self.keys.type(text)
        self.keys.press(end)
        self.reader.wait()

    def paste(self, text: str, row: int = 0, column: int = 0) -> None:
        self.page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
        self.cell(row, column).click()
        self.keys.press("Control+v")
        self.reader.wait()

    def copied(self) -> str:
        self.keys.press("Control+c")
        return self.page.evaluate("navigator.clipboard.readText()")

    def texts(self) -> list[list[str]]:
        return self.grid.evaluate(TEXTS)

    def row(self, row: int = 0) -> list[str]:
        return self.texts()[row]

    def all_texts(self) -> list[str]:
        return [text for row in self.texts() for text in row]

    def refusals(self) -> list[str]:
        return self.page.get_by_text("refused: ").all_inner_texts()

    def edits(self) -> list[dict]:
        return self.page.evaluate("window.edits")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys.press(key)
        self.reader.wait()

    def draw(self, start: tuple[int, int], *via: tuple[int, int]) -> None:
        """Press the mouse on a cell, move over others, let go."""
        self.page.mouse.move(*self.point(*start))
        self.page.mouse.down()
        for place in via:
            self.page.mouse.move(*self.point(*place), steps=4)
        self.page.mouse.up()
        self.reader.wait()

    def slow(self, rate: int = 4) -> CDPSession:
        session = self.page.context.new_cdp_session(self.page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        return session


TYPED = {
    **{".5": "0.5", "-.5": "-0.5", "5.": "5", "1e-2": "0.01", "2E1": "20", "０．７": "0.7"},
    **{"0,5": "0.5", "50%": "0.5", "1/2": "0.5", "−3": "-3"},
}


@pytest.mark.parametrize(("delay", "rate"), [(0, 1), (40, 4), (120, 1), (0, 4)])
def test_what_is_typed_means_one_number_at_any_pace(
    table: Callable[..., Table], delay: int, rate: int
):
    it = table()
    it.slow(rate)
    it.cell(0, 0).click()
    for text in TYPED:
        it.keys.type(text, delay=delay)
        it.keys.press("Tab")
    it.reader.wait()
    assert [*it.row(0), *it.row(1)] == list(TYPED.values())
    assert it.refusals() == []


def test_all_texts_mean_in_the_browser_what_they_mean_in_core(table: Callable[..., Table]):
    texts = [it for it in (*MEANT, *UNREADABLE, *AMBIGUOUS) if it.isprintable() and len(it) < 30]
    it = table(f"rows={len(texts)}&columns=1")
    it.cell(0, 0).click()
    for text in texts:
        it.keys.insert_text(text)
        it.keys.press("Enter")
    it.reader.wait()
    for text, [shown] in zip(texts, it.texts(), strict=True):
        assert float(shown) == pytest.approx(meant(text), rel=1e-6), text
    for told in it.edits():
        if told["value"] is not None:
            assert told["value"] == pytest.approx(meant(told["text"]), rel=1e-6)


def meant(text: str) -> float:
    """The number in `core`; a cell that refuses a text stays 0."""
    try:
        return parse_number(text, 1e6)
    except InputError:
        return 0.0


@pytest.mark.parametrize("text", ["abc", "1/0", "2000000", "1,234", "1 2"])
def test_a_text_that_means_nothing_changes_nothing_and_is_named(
    table: Callable[..., Table], text: str
):
    it = table()
    it.type("0.5")
    it.type(text)
    assert it.row()[0] == "0.5"
    [told] = it.refusals()
    assert text in told
    assert it.cell(0, 0).get_attribute("data-refused") is not None


def test_no_key_is_lost_while_the_server_is_busy(table: Callable[..., Table]):
    it = table("slow=0.4&late=0.4")
    it.slow()
    it.cell(0, 0).click()
    for place in range(20):
        it.keys.type(f"0.{place + 1}6", delay=40)
        it.keys.press("Tab")
    it.reader.wait()
    assert it.all_texts() == [f"0.{place + 1}6" for place in range(20)]


BLOCK = [["0.1", "0.2"], ["0.3", "0.4"]]


@pytest.mark.parametrize(
    "text",
    [
        "0,1\t0,2\n0,3\t0,4",
        "[[0.1, 0.2], [0.3, 0.4]]",
        "0.1,0.2\n0.3,0.4\n",
        "0,1;0,2\r\n0,3;0,4",
        "tensor([[0.1000, 0.2000],\n        [0.3000, 0.4000]], dtype=torch.float64)",
        "[[0.1 0.2]\n [0.3 0.4]]",
    ],
)
def test_a_block_is_pasted_from_a_cell_on(table: Callable[..., Table], text: str):
    it = table()
    it.paste(text, row=2, column=3)
    assert [row[3:] for row in it.texts()] == [["0", "0"], ["0", "0"], *BLOCK]
    it.cell(2, 3).click()
    it.keys.press("Shift+ArrowRight")
    it.keys.press("Shift+ArrowDown")
    assert it.copied() == "0.1\t0.2\n0.3\t0.4"
    it.press("Control+z")
    assert set(it.all_texts()) == {"0"}
    it.press("Control+Shift+Z")
    assert [row[3:] for row in it.texts()[2:]] == BLOCK


@pytest.mark.parametrize("text", ["1\t2\n3", "1,234", "1\t2\t3", "5\nboo", "[[0. ... 0.]]"])
def test_a_block_that_cannot_be_used_changes_nothing(table: Callable[..., Table], text: str):
    it = table()
    it.paste(text, row=0, column=3)
    assert set(it.all_texts()) == {"0"}
    assert len(it.refusals()) == 1


def test_a_table_of_a_web_page_is_pasted(table: Callable[..., Table]):
    it = table()
    it.cell(0, 0).click()
    it.page.evaluate("""() => {
      const type = (kind, text) => new Blob([text], { type: kind });
      const html = "<table><tr><td>0,1</td><td>0,2</td></tr></table>";
      const parts = { "text/html": type("text/html", html), "text/plain": type("text/plain", "x") };
      return navigator.clipboard.write([new ClipboardItem(parts)]);
    }""")
    it.press("Control+v")
    assert it.row()[:2] == ["0.1", "0.2"]


def test_what_was_copied_of_a_number_is_its_shortest_decimal(table: Callable[..., Table]):
    it = table()
    it.type("0.3")
    it.cell(0, 0).click()
    assert it.copied() == "0.3"
    it.keys.press("F2")
    assert it.grid.locator("input").input_value() == "0.3"


def test_an_input_method_composes_in_a_cell(table: Callable[..., Table]):
    it = table()
    it.cell(0, 0).click()
    session = it.page.context.new_cdp_session(it.page)
    for text in ("０", "０．", "０．７"):
        place = {"selectionStart": len(text), "selectionEnd": len(text)}
        session.send("Input.imeSetComposition", {"text": text, **place})
    assert it.edits() == []
    session.send("Input.insertText", {"text": "０．７"})
    it.press("Enter")
    assert it.row()[0] == "0.7"


def test_keys_lead_through_the_table(table: Callable[..., Table]):
    it = table()
    it.cell(1, 1).click()

    def at() -> tuple[str, str]:
        cell = it.grid.locator("[role=gridcell]:has(input)")
        return cell.get_attribute("data-row") or "", cell.get_attribute("data-column") or ""

    for key, place in {
        "ArrowRight": "12",
        "ArrowDown": "22",
        "ArrowLeft": "21",
        "ArrowUp": "11",
        "Home": "10",
        "End": "14",
        "Control+Home": "00",
        "ArrowUp+": "00",
        "Control+End": "34",
        "ArrowDown+": "34",
    }.items():
        it.keys.press(key.rstrip("+"))
        assert at() == tuple(place), key
    it.type("5", 1, 1, end="Tab")
    assert at() == ("1", "2")
    it.press("6", "Enter")
    assert at() == ("2", "2")
    it.press("7", "Shift+Enter")
    assert at() == ("1", "2")
    it.press("8", "Escape")
    it.press("9", "ArrowRight")
    assert it.row(1) == ["0", "5", "9", "0", "0"]
    assert it.row(2)[2] == "7"
    it.keys.press("Enter")
    it.keys.press("Backspace")
    it.press("1", "2", "ArrowLeft", "3", "Enter")
    assert it.row(1)[3] == "132"
    it.cell(3, 4).click()
    it.keys.press("Tab")
    assert it.page.evaluate("document.activeElement.ariaLabel") == "Another field"


def test_every_step_can_be_taken_back_and_done_again(table: Callable[..., Table]):
    it = table()
    for text in ("1", "2", "0,5"):
        it.type(text)
    for expected in ("2", "1", "0", "0"):
        it.press("Control+z")
        assert it.row()[0] == expected
    for expected in ("1", "2", "0.5", "0.5"):
        it.press("Control+Shift+Z")
        assert it.row()[0] == expected
    it.press("Control+z", "Control+z")
    it.type("7")
    it.press("Control+y")
    assert it.row()[0] == "7"


def test_a_number_follows_the_hand_and_tells_its_way(table: Callable[..., Table]):
    it = table()
    x, y = it.point(0, 1)
    it.page.mouse.move(x, y)
    it.page.mouse.down()
    it.page.mouse.move(x + 4, y)
    it.page.mouse.move(x + 44, y, steps=5)
    assert it.edits()[-1] == {
        **{"table": "tried", "row": 0, "column": 1},
        **{"text": "0.4", "value": 0.4, "dragging": True},
    }
    assert not it.page.get_by_text("refused").count()
    it.keys.down("Alt")
    it.page.mouse.move(x + 49, y)
    it.page.mouse.up()
    it.keys.up("Alt")
    it.reader.wait()
    assert it.row()[1] == "0.405"
    assert [edit["dragging"] for edit in it.edits()][-2:] == [True, False]
    it.press("Control+z")
    assert it.row()[1] == "0"


def test_a_drag_that_is_given_up_changes_nothing(table: Callable[..., Table]):
    it = table()
    x, y = it.point(0, 1)
    it.page.mouse.move(x, y)
    it.page.mouse.down()
    it.page.mouse.move(x + 50, y, steps=5)
    it.press("Escape")
    it.page.mouse.up()
    it.reader.wait()
    assert it.row()[1] == "0"
    assert it.edits()[-1]["value"] == 0


def test_a_mask_is_drawn_with_brushes(table: Callable[..., Table]):
    it = table("kind=flag&rows=4&columns=4")
    it.draw((0, 1), (0, 3))
    assert it.row(0) == ["may look", *["may not look"] * 3]
    for brush in ("Row", "Column", "Diagonal"):
        it.page.get_by_role("button", name=brush, exact=True).click()
        it.cell(2, 1).click()
        it.reader.wait()
    on, off = "may look", "may not look"
    assert it.texts() == [[on, on, off, off], [off, on, on, on], [off] * 4, [on, on, off, on]]
    it.press("Control+z", "Control+z")
    assert it.row(2) == ["may not look"] * 4
    it.page.get_by_role("button", name="Cell", exact=True).click()
    it.cell(3, 3).click()
    it.press("Space", "ArrowLeft", "0")
    assert it.row(3)[2:] == ["may not look", "may look"]


def test_readers_words_are_text_and_cells_have_names(table: Callable[..., Table]):
    it = table("lang=zh")
    assert it.grid.get_by_role("columnheader").nth(1).inner_text() == "<b>我</b>"
    assert it.cell(1, 0).get_attribute("aria-label") == "row 2，<b>我</b>，0"
    assert it.grid.get_by_role("rowheader").nth(0).inner_text() == "row 1"


def test_a_phone_types_a_negative_number_and_pastes(table: Callable[..., Table]):
    it = table(width=390)
    it.cell(0, 0).tap()
    assert it.grid.locator("input").get_attribute("inputmode") == "decimal"
    it.keys.type("2.5")
    it.page.get_by_role("button", name="Change the sign").tap()
    it.press("Enter")
    assert it.row()[0] == "-2.5"
    assert it.reader.fits()


def test_a_finger_draws_a_mask_with_every_brush(table: Callable[..., Table]):
    """A tap paints what the brush covers: a finger that moves scrolls the table."""
    it = table("kind=flag&rows=4&columns=4", width=390)
    on, off = "may look", "may not look"
    it.cell(0, 3).tap()
    it.reader.wait()
    assert it.texts() == [[on, on, on, off], *[[on] * 4] * 3]
    for brush, expected in {
        "Row": [[on, on, on, off], [on] * 4, [off] * 4, [on] * 4],
        "Column": [[on, off, on, off], [on, off, on, on], [off] * 4, [on, off, on, on]],
        "Diagonal": [[on, off, on, off], [off, off, on, on], [off] * 4, [on, off, off, on]],
    }.items():
        it.page.get_by_role("button", name=brush, exact=True).tap()
        it.cell(*{"Row": (2, 1), "Column": (3, 1), "Diagonal": (1, 0)}[brush]).tap()
        it.reader.wait()
        assert it.texts() == expected, brush
    assert it.reader.fits()


def test_explore_takes_what_is_typed_and_says_what_it_cannot(visit: Visit):
    reader = visit("/?lang=en&v=1&sentence=我爱吃炸鸡")
    reader.edit_cell(table=0, row=0, column=1, content="０，５")
    cell = reader.page.get_by_role("gridcell", name="1:我, person, 0.5", exact=True)
    assert cell.count() == 1
    reader.edit_cell(table=0, row=0, column=1, content="abc")
    assert reader.says("“abc” is not a number.")
    assert cell.count() == 1


@pytest.mark.parametrize("delay", [0, 40, 120])
def test_explore_loses_no_key_on_a_slow_machine(visit: Visit, delay: int):
    reader = visit()
    session = reader.page.context.new_cdp_session(reader.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    typed = [f"0.{place}6" for place in range(1, 9)]
    row = reader.page.get_by_role("grid").first.get_by_role("row").nth(1)
    row.get_by_role("gridcell").first.click()
    for number in typed:
        reader.page.keyboard.type(number, delay=delay)
        reader.page.keyboard.press("Tab")
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    reader.wait()
    reader.wait()
    names = [cell.get_attribute("aria-label") or "" for cell in row.get_by_role("gridcell").all()]
    assert [name.rpartition(", ")[2] for name in names[:8]] == typed
    reader.after(reader.page.reload())
    row.get_by_role("gridcell").first.wait_for()
    again = [cell.get_attribute("aria-label") for cell in row.get_by_role("gridcell").all()]
    assert again == names
