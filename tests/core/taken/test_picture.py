"""Pictures and reports are well-formed, hold the numbers, and nothing that anybody typed acts."""

import base64
import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.taken.picture import LARGEST, Colours, Map, svg
from core.taken.png import png
from core.taken.report import POLICY, Report, Section, Table, html, numbers

COLOURS = Colours(
    sequential=["#ffffff", "#000000"],
    diverging=["#ff0000", "#ffffff", "#0000ff"],
    text="#111111",
    background="#eeeeee",
    accent="#b5176b",
)
ONE = (0.0, 1.0)
SPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>&lt;&amp;",
    "javascript:alert(1)",
    "\x00\x1b[31m\u202eevil\ud800\uffff",
    "</text></svg><svg onload=alert(1)>",
    "<!--",
]
anything = st.text() | st.sampled_from(HOSTILE)


def drawing(it: Map) -> ElementTree.Element:
    return ElementTree.fromstring(svg(it, COLOURS))


def words(root: ElementTree.Element) -> list[str]:
    return [it.text or "" for it in root.iter(f"{SPACE}text")]


def images(root: ElementTree.Element) -> list[np.ndarray]:
    """The pixels of every image, ``(row, column, 3)``."""
    found = [it.get("href", "").removeprefix("data:image/png;base64,") for it in root.iter()]
    files = [io.BytesIO(base64.b64decode(it)) for it in found if it]
    return [np.asarray(Image.open(it)) for it in files]


def test_a_map_has_a_cell_a_number_and_a_label_for_everything():
    values = np.array([[0.0, 1.0], [0.25, 0.75]])
    root = drawing(Map("weights", values, ["我", "b"], ["x", "y"], ONE, 1, "by hand"))
    assert words(root) == [
        *["weights", "我", "b", "x", "y"],
        *["0.00", "1.00", "0.25", "0.75"],
        *["0", "1"],
        "by hand",
    ]
    fills = [it.get("fill") for it in root.iter(f"{SPACE}rect")]
    assert fills == ["#eeeeee", "#ffffff", "#000000", "#bfbfbf", "#404040", "none"]


def test_a_cell_that_is_not_possible_is_a_cross_and_has_no_colour():
    possible = np.array([[True, False], [True, True]])
    root = drawing(Map("", np.eye(2), "ab", "ab", ONE, asks=0, possible=possible))
    assert words(root).count("×") == 1
    assert len(list(root.iter(f"{SPACE}rect"))) == 1 + 3 + 1


def test_numbers_of_both_signs_are_balanced_around_the_middle_colour():
    values = np.array([[-2.0, 0.0, 1.0]])
    root = drawing(Map("", values, "a", "abc", (-2.0, 2.0), asks=0, diverging=True))
    fills = [it.get("fill") for it in root.iter(f"{SPACE}rect")][1:-1]
    assert fills == ["#ff0000", "#ffffff", "#8080ff"]


def test_the_ends_of_the_colours_can_be_given():
    root = drawing(Map("", np.array([[0.5, 0.25]]), "a", "ab", (0.0, 0.5)))
    fills = [it.get("fill") for it in root.iter(f"{SPACE}rect")]
    assert fills == ["#eeeeee", "#000000", "#808080"]  # and no frame: nobody asks


def test_a_scale_of_colours_says_what_they_mean():
    values = np.array([[-1.0, 0.5]])
    root = drawing(Map("", values, "a", "bc", (-2.0, 2.0), diverging=True))
    assert words(root)[-3:] == ["-2", "2", "0"]
    [low, high, middle] = [float(it.get("x", 0)) for it in list(root.iter(f"{SPACE}text"))[-3:]]
    assert middle == (low + high) / 2
    [bar] = images(root)
    assert [bar[0, 0].tolist(), bar[0, -1].tolist()] == [[255, 0, 0], [0, 0, 255]]
    assert float(root.get("width", 0)) > high


def test_a_scale_says_that_there_is_more_beyond_its_end():
    root = drawing(Map("", np.array([[0.5, 0.9]]), "a", "bc", (0.0, 0.5)))
    assert words(root)[-2:] == ["0", "≥ 0.5"]


def test_a_masked_score_is_a_cross_in_a_table():
    assert numbers("", [[-np.inf, 1.0]], ["a"], ["b", "c"]).rows == [["a", "×", "1.0000"]]


def test_a_title_has_room():
    root = drawing(Map("a title of some length", np.eye(1), "a", "b", ONE))
    left = float(next(root.iter(f"{SPACE}text")).get("x", 0))
    assert float(root.get("width", 0)) > left + 14 * 0.6 * 22  # letters of 14 pixels in bold


def test_a_large_map_is_one_small_picture():
    n = LARGEST + 1
    drawn = svg(Map("", np.eye(n), ["a"] * n, ["b"] * n, ONE, asks=0), COLOURS)
    assert len(images(ElementTree.fromstring(drawn))) == 1 + 1  # and the scale of colours
    assert len(drawn) < 60_000


def test_a_png_is_what_others_read():
    pixels = np.arange(2 * 3 * 3.0).reshape(2, 3, 3) * 10
    found = np.asarray(Image.open(io.BytesIO(png(pixels))))
    assert np.array_equal(found, pixels)


@given(st.lists(anything, min_size=1, max_size=3), anything, anything)
def test_words_stay_words_in_a_picture(names: list[str], title: str, note: str):
    root = drawing(Map(title, np.zeros((len(names), 1)), names, ["x"], ONE, 0, note))
    kinds = {it.tag.removeprefix(SPACE) for it in root.iter()}
    assert kinds <= {"svg", "title", "rect", "text", "image"}
    assert not any(name.startswith("on") for it in root.iter() for name in it.attrib)


class Seen(HTMLParser):
    """What stands in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")


def seen(report: Report) -> Seen:
    found = Seen()
    found.feed(html(report, COLOURS).decode())
    return found


@given(anything, anything, anything)
def test_words_stay_words_in_a_report(lead: str, name: str, address: str):
    section = Section(name, [lead], tables=[Table(name, [lead], [(name, lead)])], badge=name)
    found = seen(Report("en", lead, lead, [section], address, name))
    allowed = "html head meta title style body h1 h2 p bdi span div table caption thead tbody tr th"
    assert found.tags <= {*allowed.split(), "td", "a"}
    assert not any(attribute.startswith("on") for attribute in found.attributes)
    assert all(it.startswith(("http://", "https://")) for it in found.attributes.get("href", []))
    assert found.attributes["content"][0] == POLICY


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "", "//evil"])
def test_only_web_addresses_become_links(address: str):
    assert "a" not in seen(Report("en", "t", "l", [], address)).tags


def test_nothing_in_a_report_is_fetched():
    picture = Map("t", np.eye(LARGEST + 1), ["a"] * 65, ["b"] * 65, ONE, asks=0)
    report = Report("zh", "t", "我爱吃炸鸡", [Section("s", pictures=[picture])])
    content = html(report, COLOURS).decode()
    outside = re.findall(r'(?:src|href)="([^"]+)"', content)
    assert all(url.startswith("data:image/png;base64,") for url in outside)
    assert "我爱吃炸鸡" in content


def test_a_table_holds_its_numbers():
    table = numbers("w", [[0.5, 1 / 3]], ["我"], ["a", "b"])
    assert table.rows == [["我", "0.5000", "0.3333"]]
    report = Report("en", "t", "", [Section("s", tables=[table])])
    assert "<td>0.3333</td>" in html(report, COLOURS).decode()


def test_a_tables_corner_says_what_its_rows_are():
    report = Report("en", "t", "", [Section("s", tables=[Table("", ["b"], [("1", "2")], "n")])])
    assert '<th scope="col">n</th><th scope="col">b</th>' in html(report, COLOURS).decode()
