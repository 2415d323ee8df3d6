"""The training page in a real browser: it moves, it stops, and it stops by itself."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.reader import Reader
from tests.browser.window import window
from tests.load.served import Served, served

Visit = Callable[..., Reader]
CURVES = "Curves: right answers by distance"
WATCHED = 1.0  # seconds


@pytest.fixture
def training(visit: Visit) -> Iterator[Reader]:
    reader = visit("/training")
    reader.page.get_by_text("Settings: sequence").click()
    slider = reader.page.get_by_role("slider", name="Steps of learning")
    slider.focus()
    reader.after(slider.press("End"))
    yield reader
    stop = reader.button("Stop")
    if not reader.page.is_closed() and stop.count():
        stop.click()


def start(reader: Reader) -> None:
    reader.page.get_by_role("button", name="Start training").click()
    reader.button("Stop").wait_for(timeout=20_000)


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
    training.button("Stop").click()
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
    other.button("Stop").click()
    other.page.get_by_text("as you wished").wait_for(timeout=20_000)


def test_two_readers_watch_one_race_and_neither_stops_it_for_the_other(visit: Visit):
    path = "/training?v=1&lang=en&training_steps=1000"
    one, two = visit(path), visit(path)
    start(one)
    runs(one, 40)
    start(two)
    two.page.get_by_text("Others are watching").wait_for(timeout=20_000)
    two.page.get_by_text("s left").wait_for(timeout=20_000)  # at once, as far as it is
    assert two.button("Stop").is_disabled()
    two.page.close()
    one.page.wait_for_function(
        "name => [...document.querySelectorAll('button')].some(it => it.innerText.includes(name)"
        " && !it.disabled)",
        arg="Stop",
        timeout=20_000,
    )
    one.button("Stop").click()
    one.page.get_by_text("as you wished").wait_for(timeout=20_000)


def test_closing_the_tab_frees_the_processor_within_five_seconds(chromium: Browser):
    with served() as server:
        with window(chromium, server.address, "/training") as reader:
            start(reader)
            trains(server)
        time.sleep(5 - WATCHED)
        assert busy(server) < 0.05


def trains(server: Served) -> None:
    """Until it has computed for a second, however long others keep the processors from it."""
    begun, end = server.computed, time.monotonic() + 20
    while server.computed - begun < 1:
        assert time.monotonic() < end, "it does not train"
        time.sleep(0.1)


def busy(server: Served) -> float:
    """The part of one processor that a server takes."""
    before = server.computed
    time.sleep(WATCHED)
    return (server.computed - before) / WATCHED


def test_how_far_is_asked_is_moved_by_keys_and_told_at_once(training: Reader):
    slider = training.page.get_by_role("slider", name="Farthest distance")
    assert slider.get_attribute("aria-valuetext") == "any"
    slider.focus()
    training.after(slider.press("ArrowLeft"))
    training.after(slider.press("ArrowLeft"))
    assert slider.get_attribute("aria-valuetext") == "16"
    assert training.says("places before: 1, 2, 4, 8, 16?")
    assert "training_distance=16" in training.page.url


@pytest.mark.parametrize("width", [390, 800])
def test_the_page_fits_the_window(visit: Visit, width: int):
    assert visit("/training", width=width, locale="zh-CN").fits()
