"""The training page in a real browser: it moves, it stops, and it stops by itself."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]
CURVES = "Curves: right answers by distance"


@pytest.fixture
def training(visit: Visit) -> Iterator[Reader]:
    reader = visit("/training")
    reader.page.get_by_text("Settings: sequence").click()
    slider = reader.page.get_by_role("slider", name="Steps of learning")
    slider.focus()
    reader.after(slider.press("End"))
    yield reader
    stop = reader.page.get_by_role("button", name="Stop", exact=True)
    if not reader.page.is_closed() and stop.count():
        stop.click()


def start(reader: Reader) -> None:
    reader.page.get_by_role("button", name="Start training").click()
    reader.page.get_by_role("button", name="Pause").wait_for(timeout=20_000)


def runs(reader: Reader, seconds: int) -> None:
    """Until a number of snapshots are in."""
    reader.page.get_by_text("s left").wait_for(timeout=seconds * 1000)


def part(reader: Reader) -> str | None:
    return reader.page.get_by_role("progressbar").first.get_attribute("aria-valuenow")


def test_progress_moves_the_curve_is_there_and_stop_works(training: Reader):
    start(training)
    runs(training, 40)
    before = part(training)
    chart = training.map(CURVES)
    chart.wait_for()
    assert chart.locator("path[aria-label]").count() > 0
    training.page.wait_for_function(
        "was => document.querySelector('[role=progressbar]').ariaValueNow !== was", arg=before
    )
    training.page.get_by_role("button", name="Stop", exact=True).click()
    training.page.get_by_text("as you wished").wait_for(timeout=20_000)
    training.wait()
    assert training.map(CURVES).is_visible()


def test_when_a_reader_leaves_the_next_one_gets_the_machine(training: Reader, visit: Visit):
    start(training)
    runs(training, 40)
    training.page.close()
    other = visit("/training")
    start(other)
    other.page.get_by_text("Training:").wait_for(timeout=8_000)  # 3 s of silence, then ours
    other.page.get_by_role("button", name="Stop", exact=True).click()
    other.page.get_by_text("as you wished").wait_for(timeout=20_000)


@pytest.mark.parametrize("width", [390, 800])
def test_the_page_fits_the_window(visit: Visit, width: int):
    assert visit("/training", width=width, locale="zh-CN").fits()
