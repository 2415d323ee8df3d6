"""How much a page sends: bytes and elements, which every edit pays again."""

from collections.abc import Callable

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from core.sources.pretrained import LIMIT
from pages import CONTENTS
from tests.pages.exploring import select

MOST_ELEMENTS = 153
MOST_BYTES = {"explore": 160_000, "model": 116_000, "reach": 320_000, "training": 290_000}
"""On Explore are 46 kB of scripts, which travel once."""
"""Reach draws three maps of forty words, training all of a recorded race; the
model five maps and what every head answers; others ``USUAL``."""

USUAL = 110_000
NUMBERS = 72 * 4
"""Bytes of a pair of word pieces in all of MiniLM's heads."""


Open = Callable[[str | None], AppTest]


def visit(open_dashboard: Open, name: str) -> AppTest:
    first = open_dashboard("en-US")
    return first if name == CONTENTS[0].name else first.switch_page(f"pages/{name}.py").run()


def elements(page: AppTest) -> list[Message]:
    found = [getattr(it, "proto", None) for it in page]
    return [it for it in found if it is not None]


def sent(page: AppTest) -> int:
    return sum(it.ByteSize() for it in elements(page))


@pytest.mark.parametrize("name", [entry.name for entry in CONTENTS])
def test_a_page_sends_little(open_dashboard: Open, name: str):
    page = visit(open_dashboard, name)
    assert sent(page) <= MOST_BYTES.get(name, USUAL)
    assert len(elements(page)) <= MOST_ELEMENTS


def test_the_still_picture_is_sent_once(open_dashboard: Open):
    page = open_dashboard("en-US")
    assert any("82%</span>" in str(it) for it in elements(page))
    select(page, sentence="I love eating rice")
    assert not any("%</span>" in str(it) for it in elements(page.run()))


@pytest.mark.parametrize(("n", "smaller"), [(128, 12), (LIMIT, 40)])
def test_all_heads_of_a_long_text_travel_as_a_picture(open_dashboard: Open, n: int, smaller: int):
    """The numbers themselves, as text, would be another four times as long."""
    page = visit(open_dashboard, "model")
    words = ("the cat sat on a red mat near it " * n).split()
    select(page, model_sentence=" ".join(words[: n - 2]))
    assert sent(page.run()) <= NUMBERS * n**2 / smaller
