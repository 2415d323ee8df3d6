"""Reports hold the numbers, and nothing that anybody typed acts."""

from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.taken.report import POLICY, Report, Section, Table, html, numbers

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


def test_a_masked_score_is_a_cross_in_a_table():
    assert numbers("", [[-np.inf, 1.0]], ["a"], ["b", "c"]).rows == [["a", "×", "1.0000"]]


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


def report(*sections: Section, lead: str = "", address: str = "", label: str = "") -> Report:
    empty = Section("s")
    return Report("en", lead, lead, empty, empty, sections, address, label)


def seen(it: Report) -> Seen:
    found = Seen()
    found.feed(html(it))
    return found


@given(anything, anything, st.one_of(anything, anything.map("https://{}".format)))
def test_words_stay_words_in_a_report(lead: str, name: str, address: str):
    section = Section(name, [lead], tables=[Table(name, [lead], [(name, lead)])], badge=name)
    found = seen(report(section, lead=lead, address=address, label=name))
    allowed = "html head meta title style body section h1 h2 p bdi span div table caption thead"
    assert found.tags <= {*allowed.split(), "tbody", "tr", "th", "td", "a"}
    assert not any(attribute.startswith("on") for attribute in found.attributes)
    assert all(it.startswith(("http://", "https://")) for it in found.attributes.get("href", []))
    assert found.attributes["content"][0] == POLICY


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "", "//evil"])
def test_only_web_addresses_become_links(address: str):
    assert "a" not in seen(report(address=address)).tags


def test_there_is_one_place_for_pictures_after_the_settings():
    first, second, third = map(Section, "xyz")
    content = html(Report("zh", "我爱吃炸鸡", "", first, second, [third]))
    assert content.count('<section id="pictures">') == 1
    order = ("<h2>x</h2>", '<section id="pictures">', "<h2>y</h2>", "</section>", "<h2>z</h2>")
    places = [content.index(it) for it in order]
    assert places == sorted(places)
    assert "<h1>我爱吃炸鸡</h1>" in content


def test_a_table_holds_its_numbers():
    table = numbers("w", [[0.5, 1 / 3]], ["我"], ["a", "b"])
    assert table.rows == [["我", "0.5000", "0.3333"]]
    assert "<td>0.3333</td>" in html(report(Section("s", tables=[table])))


def test_a_tables_corner_says_what_its_rows_are():
    table = Table("", ["b"], [("1", "2")], "n")
    content = html(report(Section("s", tables=[table])))
    assert '<th scope="col">n</th><th scope="col">b</th>' in content
