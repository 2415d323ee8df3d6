"""A race outlives its server, its tab and its reader: whoever comes back finds the same numbers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.reader import Reader
from tests.browser.window import window
from tests.load.served import Served, served

SHORT = (
    "/training?v=1&lang=en&training_length=16&training_steps=50&training_budget=8000"
    "&training_contenders=%5B%22relative%22,%22gru%22,%22cnn%22%5D"
)
LONG = SHORT.replace("steps=50", "steps=1000")
PICTURES = (
    "Curves: right answers by distance",
    "Weights of a head before training",
    "Weights of a head after training",
)
CONNECTED = "[data-test-connection-state=CONNECTED]"


@pytest.fixture(scope="module")
def mortal() -> Iterator[Served]:
    with served() as server:
        yield server


def die(server: Served, *readers: Reader) -> None:
    server.kill()
    for reader in readers:
        reader.page.wait_for_selector(CONNECTED, state="detached")
    server.start()
    for reader in readers:
        reader.page.wait_for_selector(CONNECTED)


def start(reader: Reader) -> None:
    reader.page.get_by_role("button", name="Start training").click()
    reader.button("Stop").wait_for(timeout=20_000)


def stop(reader: Reader) -> None:
    reader.button("Stop").click()
    reader.page.get_by_text("as you wished").wait_for(timeout=20_000)
    reader.wait()


def done(reader: Reader) -> Reader:
    reader.page.get_by_text("Done in").wait_for(timeout=40_000)
    reader.wait()
    return reader


def part(reader: Reader) -> int:
    found = reader.page.get_by_role("progressbar").first.get_attribute("aria-valuenow")
    return int(found or 0)


def runs(reader: Reader, percent: int) -> None:
    """Until so much of the race is over."""
    reader.page.wait_for_function(
        "least => document.querySelector('[role=progressbar]')?.ariaValueNow >= least",
        arg=percent,
        timeout=40_000,
    )


def results(reader: Reader) -> list[object]:
    """The table without its seconds, and what a screen reader says of the pictures."""
    rows = reader.page.get_by_test_id("stTable").locator("tr").all()
    table = [row.locator("th, td").all_inner_texts() for row in rows]
    seconds = table[0].index("Seconds")
    cells = "nodes => nodes.map(node => node.getAttribute('aria-label'))"
    pictures = [reader.map(it).locator("path[aria-label]") for it in PICTURES]
    for picture in pictures:
        picture.first.wait_for(state="attached")
    told = [it.evaluate_all(cells) for it in pictures]
    return [[row[:seconds] + row[seconds + 1 :] for row in table], *told]


def test_after_a_crash_the_next_click_brings_the_race_back(chromium: Browser, mortal: Served):
    with window(chromium, mortal.address, SHORT) as reader:
        start(reader)
        before = results(done(reader))
        address = reader.page.url
        die(mortal, reader)
        reader.page.get_by_text("中文", exact=True).click()
        reader.page.get_by_text("完成，用时").wait_for(timeout=40_000)
        reader.wait()
        reader.page.get_by_text("English", exact=True).click()
        assert results(done(reader)) == before
        assert reader.page.url == address


def test_a_race_that_runs_when_its_server_dies_runs_again_without_a_click(
    chromium: Browser, mortal: Served
):
    with window(chromium, mortal.address, LONG) as reader:
        start(reader)
        runs(reader, 2)
        die(mortal, reader)
        reader.page.get_by_text("run again automatically").wait_for(timeout=20_000)
        runs(reader, 3)
        stop(reader)


def test_a_link_to_a_finished_race_shows_it_on_a_fresh_server(chromium: Browser, mortal: Served):
    with window(chromium, mortal.address, SHORT) as reader:
        start(reader)
        before = results(done(reader))
        path = reader.page.url.removeprefix(mortal.address)
    die(mortal)
    with window(chromium, mortal.address, path) as other:
        assert results(done(other)) == before
        assert other.page.url == mortal.address + path


def test_a_page_loaded_anew_goes_on_watching_its_race(chromium: Browser, mortal: Served):
    with window(chromium, mortal.address, LONG) as reader:
        start(reader)
        runs(reader, 6)
        reader.page.reload()
        reader.page.get_by_text("Training:").wait_for(timeout=20_000)
        assert part(reader) >= 6
        stop(reader)
        reader.after(reader.page.reload())  # what was stopped stays so
        assert reader.says("as you wished")


def test_two_readers_watch_one_race_and_one_leaves_it(chromium: Browser, mortal: Served):
    path = SHORT.replace("steps=50", "steps=300")
    with (
        window(chromium, mortal.address, path) as one,
        window(chromium, mortal.address, path) as two,
    ):
        start(one)
        start(two)
        pause = two.page.get_by_role("button", name="Pause")
        two.page.get_by_text("Others are watching").wait_for(timeout=20_000)
        assert pause.is_disabled()
        runs(two, 5)
        stop(two)
        done(one)
        assert part(one) == 100
        assert 5 <= part(two) < 100
