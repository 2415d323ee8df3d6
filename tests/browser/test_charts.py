"""What only a browser can tell of charts: that what is drawn fits, whatever the window's width."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]

_ALIBI = (
    "/?chapter=everything&positions=alibi"
    "&sentence=The+animal+didn%27t+cross+the+street+because+it+was+too+tired."
)
_NUMBERS = """() => [...document.querySelectorAll('svg.marks')].map(svg =>
  [...svg.querySelectorAll('.mark-text.role-mark text')]
    .filter(it => it.textContent.trim() && it.textContent !== '×')
    .map(it => it.getBoundingClientRect())
    .map(box => [Math.round(box.top), box.left, box.right]))"""
_BARS = """() => [...document.querySelectorAll('svg.marks')].flatMap(svg =>
  [...svg.querySelectorAll('.role-legend')].map(legend =>
    svg.getBoundingClientRect().right - legend.getBoundingClientRect().right))"""
_FILLS = """() => [...document.querySelectorAll('svg.marks [fill^="url("]')]
  .map(bar => bar.getAttribute('fill'))"""
_FRAMES = """() => [...document.querySelectorAll('svg.marks')]
  .filter(svg => svg.querySelector('image'))
  .map(svg => svg.querySelector('image').getBoundingClientRect())
  .map(box => [box.width, box.height])"""


@pytest.mark.parametrize("width", [390, 800, 1400])
def test_numbers_in_cells_never_touch(visit: Visit, width: int):
    reader = visit(_ALIBI, width=width)
    shown = 0
    for numbers in reader.page.evaluate(_NUMBERS):
        shown += len(numbers)
        for (top, _, end), (below, begin, _) in pairwise(numbers):
            assert top != below or begin > end
    assert shown


@pytest.mark.parametrize("width", [390, 1400])
def test_colour_bars_are_not_cut_off(visit: Visit, width: int):
    room = visit("/heads?n_heads=8", width=width).page.evaluate(_BARS)
    assert len(room) > 8
    assert min(room) >= 0


def test_colour_bars_keep_their_colours_when_the_address_changes(visit: Visit):
    reader = visit()
    before = reader.page.url
    reader.ask(reader.words()[0])
    assert reader.page.url != before
    there = {f"url({reader.page.url}", "url("}
    bars = reader.page.evaluate(_FILLS)
    assert len(bars) >= 3
    assert {bar.split("#")[0] for bar in bars} <= there


@pytest.mark.parametrize("width", [390, 800, 1400])
def test_large_maps_are_square(visit: Visit, width: int):
    sides = visit("/reach", width=width).page.evaluate(_FRAMES)
    assert len(sides) == 3
    for across, down in sides:
        assert across == pytest.approx(down, abs=2)
