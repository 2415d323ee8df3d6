"""The server dies while a reader works, or somebody empties its caches: nothing is lost."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator
from streamlit.proto.BackMsg_pb2 import BackMsg

from core.reader.cells import Address, pack, unpack
from tests.browser.reader import Reader
from tests.browser.window import window
from tests.hostile import WEIGHTS, npz
from tests.load.answer import Run
from tests.load.crowd import finished
from tests.load.served import Served, served
from tests.load.tab import Tab

SENTENCE = "猫抓老鼠，天空很蓝"
OTHER = Address("w_q", "0", 3, "", 1)


@pytest.fixture(scope="module")
def mortal() -> Iterator[Served]:
    with served() as server:
        yield server


def kill_and_restart(server: Served, reader: Reader) -> None:
    connected = "[data-test-connection-state=CONNECTED]"
    server.kill()
    reader.page.wait_for_selector(connected, state="detached")
    server.start()
    reader.page.wait_for_selector(connected)


def back_by_itself(server: Served, reader: Reader) -> None:
    """The server dies and comes back; nobody touches the page."""
    kill_and_restart(server, reader)
    reader.wait()
    reader.wait()


def opened_by(reader: Reader, way: str) -> None:
    """Come to the page in a way after which Streamlit knows an address of its own."""
    if way == "link":
        reader.page.goto(reader.page.url.split("/?")[0] + "/?v=1&lang=en")
        reader.wait()
    elif way == "reload":
        reader.edit_cell(table=0, row=2, column=2, content="-3")
        reader.after(reader.page.reload())
    elif way == "back":
        reader.after(reader.page.get_by_role("link", name="What does it cost?").first.click())
        reader.after(reader.page.go_back())


def numbers(reader: Reader) -> list[object]:
    """What the pictures show, by what a screen reader says of their cells, once they are drawn."""
    titles = ("得分图", "权重图", "输出图", "自注意力")
    cells = "nodes => nodes.map(node => node.getAttribute('aria-label'))"
    now, before = [], None
    while now != before:
        reader.page.wait_for_timeout(300)
        before = now
        now = [reader.map(it).locator("path[aria-label]").evaluate_all(cells) for it in titles]
    return now


def seen(reader: Reader) -> tuple[object, ...]:
    """What the page shows, and its address."""
    return numbers(reader), reader.shares(), reader.page.url


def shows_again(reader: Reader, before: tuple[object, ...]) -> bool:
    """Whether the page shows the same, soon: pictures are drawn after all else."""
    for _ in range(20):
        if seen(reader) == before:
            return True
        reader.page.wait_for_timeout(300)
    return False


def width_of_keys(reader: Reader) -> Locator:
    return reader.page.get_by_role("slider", name="d_k")


def edits_in(address: str) -> Mapping[Address, float]:
    """The changed numbers that the address bar holds."""
    [packed] = parse_qs(urlsplit(address).query)["edits"]
    return unpack(packed)["handset"]


def at_work(reader: Reader) -> None:
    """Another language, sentence and width, another word that asks, and a changed number."""
    reader.after(reader.page.get_by_text("中文", exact=True).click())
    reader.type_sentence(SENTENCE, label="句子")
    reader.after(width_of_keys(reader).press("ArrowRight"))
    reader.edit_cell(table=0, row=1, column=2, content="2.5")
    reader.ask("老鼠")


def block(reader: Reader) -> Locator:
    """The questions; a reload has shut them."""
    found = reader.page.locator("details", has_text="先猜再看")
    if found.get_attribute("open") is None:
        reader.after(found.locator("summary").click())
    return found


def predict(reader: Reader) -> None:
    reader.after(block(reader).get_by_test_id("stRadio").locator("label").nth(1).click())


def score(reader: Reader) -> str:
    return block(reader).get_by_text("只记在这个标签页里").inner_text()


def asked_for(reader: Reader) -> list[BackMsg]:
    """The runs that the tab asks for from its next connection on."""
    found: list[BackMsg] = []

    def note(frame: str | bytes) -> None:
        message = BackMsg.FromString(frame) if isinstance(frame, bytes) else BackMsg()
        if message.HasField("rerun_script"):
            found.append(message)

    reader.page.on("websocket", lambda it: it.on("framesent", note))
    return found


def undo(reader: Reader) -> None:
    reader.after(reader.page.get_by_role("button", name="撤销").first.click())


def changed(reader: Reader) -> list[float]:
    """The changed numbers, the smallest first."""
    return sorted(edits_in(reader.page.url).values())


def test_after_a_crash_the_next_click_finds_everything_as_it_was(chromium: Browser, mortal: Served):
    with window(chromium, mortal.address) as reader:
        at_work(reader)
        before = seen(reader)
        kill_and_restart(mortal, reader)
        assert reader.words()[0] == "猫"  # what was seen stays
        reader.ask("猫")
        assert reader.asking() == "猫"
        assert reader.says("你改过")
        reader.ask("老鼠")
        assert shows_again(reader, before)
        assert reader.page.get_by_role("textbox", name="句子").input_value() == SENTENCE


@pytest.mark.parametrize("way", ["link", "reload", "back"])
def test_after_a_crash_everything_comes_back_by_itself(chromium: Browser, mortal: Served, way: str):
    with window(chromium, mortal.address) as reader:
        opened_by(reader, way)
        at_work(reader)
        predict(reader)
        before, marks = seen(reader), (changed(reader), score(reader))
        back_by_itself(mortal, reader)
        assert shows_again(reader, before)
        assert (changed(reader), score(reader)) == marks
        undo(reader)
        assert 2.5 not in (changed(reader) if "edits" in reader.page.url else [])
        reader.ask("猫")
        assert reader.asking() == "猫"


def test_a_crash_tells_no_words_that_were_to_be_kept_out_of_links(
    chromium: Browser, mortal: Served
):
    with window(chromium, mortal.address, "/?v=1&lang=en&sentence=an+open+link") as reader:
        page = reader.page
        reader.after(page.get_by_role("button", name="Export / Share").click())
        reader.after(page.get_by_text("Keep my sentences out of links").click())
        reader.after(page.keyboard.press("Escape"))
        reader.type_sentence("nobody reads the secret words")
        reader.ask("secret")
        before = seen(reader)
        stored = page.evaluate("JSON.stringify({...sessionStorage})")
        back_by_itself(mortal, reader)
        assert page.get_by_role("textbox", name="Sentence").input_value().endswith("secret words")
        assert reader.asking() == "secret"
        assert shows_again(reader, before)
        assert "private=1" in page.url
        assert "secret" not in page.url + stored


def test_after_a_crash_the_menu_may_be_used_at_once(chromium: Browser, mortal: Served):
    with window(chromium, mortal.address) as reader:
        at_work(reader)
        before = seen(reader)
        kill_and_restart(mortal, reader)
        reader.after(reader.page.get_by_role("link", name="要算多少").first.click())
        reader.wait()
        reader.after(reader.page.get_by_role("link", name="探索注意力").first.click())
        assert shows_again(reader, before)


def test_after_a_crash_the_first_click_in_a_picture_counts(chromium: Browser, mortal: Served):
    with window(chromium, mortal.address) as reader:
        cell = reader.cell("Map of weights", "1:The", "2:animal")
        reader.after(cell.click())
        assert reader.asking() == "The"
        reader.ask("street")
        back_by_itself(mortal, reader)
        reader.after(cell.click())
        assert reader.asking() == "The"


def test_what_no_link_holds_comes_back(chromium: Browser, mortal: Served):
    long = "水能载舟，亦能覆舟。" * 90
    with window(chromium, mortal.address, "/model?v=1&lang=zh") as reader:
        field = reader.page.get_by_role("textbox").first
        field.fill(long)
        reader.after(field.press("Control+Enter"))
        assert "part=1" in reader.page.url
        for act in (
            lambda: back_by_itself(mortal, reader),
            lambda: reader.after(reader.page.reload()),
            lambda: reader.after(
                reader.page.get_by_role("link", name="要算多少").first.click()
            ).after(reader.page.go_back()),
        ):
            act()
            reader.wait()
            assert field.input_value() == long
            assert not reader.says("只包含一部分")


def test_after_a_crash_a_sentence_may_be_the_first_thing_that_changes(
    chromium: Browser, mortal: Served
):
    with window(chromium, mortal.address) as reader:
        at_work(reader)
        kill_and_restart(mortal, reader)
        reader.type_sentence("猫抓老鼠", label="句子")
        assert reader.words() == ["猫", "抓", "老鼠"]
        reader.ask("老鼠")
        assert reader.words() == ["猫", "抓", "老鼠"]  # the browser knows it, too
        assert width_of_keys(reader).input_value() == "5"
        assert reader.says("你改过")


def test_after_a_crash_a_number_may_be_the_first_thing_that_changes(
    chromium: Browser, mortal: Served
):
    with window(chromium, mortal.address) as reader:
        at_work(reader)
        before, shares = edits_in(reader.page.url), reader.shares()
        kill_and_restart(mortal, reader)
        reader.edit_cell(table=0, row=2, column=2, content="-3")
        after = edits_in(reader.page.url)
        assert len(before) == 1
        assert after.items() >= before.items()
        assert [after[it] for it in after.keys() - before.keys()] == [-3]
        assert reader.shares() != shares
        with window(
            chromium, mortal.address, reader.page.url.partition(mortal.address)[2]
        ) as other:
            assert other.shares() == reader.shares()


def test_after_a_crash_the_score_goes_on_and_every_step_can_be_undone(
    chromium: Browser, mortal: Served
):
    with window(chromium, mortal.address) as reader:
        at_work(reader)
        reader.edit_cell(table=0, row=2, column=2, content="-3")
        predict(reader)
        before = score(reader)
        kill_and_restart(mortal, reader)
        reader.ask("猫")
        assert score(reader) == before
        assert changed(reader) == [-3, 2.5]
        undo(reader)
        assert changed(reader) == [2.5]
        undo(reader)
        assert "edits" not in reader.page.url


@pytest.mark.parametrize("way", ["crash", "reload"])
def test_undoing_may_be_the_first_thing_that_is_done(chromium: Browser, mortal: Served, way: str):
    with window(chromium, mortal.address) as reader:
        at_work(reader)
        for row, content in ((2, "-3"), (3, "4")):
            reader.edit_cell(table=0, row=row, column=2, content=content)
        predict(reader)
        before = score(reader)
        if way == "crash":
            kill_and_restart(mortal, reader)
        else:
            reader.page.reload()
            reader.wait()
        undo(reader)
        assert changed(reader) == [-3, 2.5]
        undo(reader)
        assert changed(reader) == [2.5]
        assert score(reader) == before
        reader.after(block(reader).get_by_role("button", name="换一题").click())
        predict(reader)
        assert "2 题" in score(reader)


def settle(reader: Reader, asked: list[BackMsg], most: int) -> None:
    """Until as many runs as are expected have been asked for and drawn, and any more would be."""
    end = time.monotonic() + 20
    while len(asked) < most and time.monotonic() < end:
        reader.page.wait_for_timeout(50)
    reader.page.wait_for_timeout(500)
    reader.wait()


def test_a_run_more_is_asked_for_only_by_a_tab_that_has_something_to_hand_back(
    chromium: Browser, mortal: Served
):
    with window(chromium, mortal.address) as reader:
        asked, runs = asked_for(reader), []
        for act, most in (
            (lambda: reader.after(reader.page.reload()), 1),
            (lambda: reader.after(width_of_keys(reader).press("ArrowRight")), 1),
            (lambda: reader.edit_cell(table=0, row=1, column=2, content="2.5"), 1),
            (lambda: reader.after(width_of_keys(reader).press("ArrowRight")), 1),
            (lambda: reader.after(reader.page.reload()), 2),
            (lambda: reader.after(width_of_keys(reader).press("ArrowRight")), 1),
        ):
            asked.clear()
            act()
            settle(reader, asked, most)
            runs.append((len(asked), sum("share__events" in str(it) for it in asked)))
        table = runs.pop(2)
        assert runs == [(1, 0), (1, 0), (1, 0), (2, 1), (1, 0)]
        assert table[1] == 0  # Streamlit's table asks twice by itself


def test_somebody_elses_link_in_the_same_tab_begins_with_its_own_edits(
    chromium: Browser, mortal: Served
):
    with window(chromium, mortal.address) as reader:
        at_work(reader)
        predict(reader)
        before = score(reader)
        link = mortal.address + "/?v=1&lang=zh&edits=" + pack({"handset": {OTHER: 7.0}})
        reader.page.goto(link)
        reader.wait()
        assert score(reader) == before
        assert changed(reader) == [7]
        undo(reader)
        assert "edits" not in reader.page.url
        assert reader.page.get_by_role("button", name="撤销").first.is_disabled()


def test_after_a_crash_on_another_page_explore_is_as_it_was_left(chromium: Browser, mortal: Served):
    with window(chromium, mortal.address) as reader:
        at_work(reader)
        before = seen(reader)
        reader.after(reader.page.get_by_role("link", name="要算多少").first.click())
        kill_and_restart(mortal, reader)
        reader.after(reader.page.get_by_role("slider").first.press("ArrowRight"))
        reader.after(reader.page.get_by_role("link", name="探索注意力").first.click())
        assert shows_again(reader, before)


def test_a_file_that_died_with_the_server_is_named(
    chromium: Browser, mortal: Served, tmp_path: Path
):
    file = tmp_path / "own.npz"
    file.write_bytes(npz(weights=WEIGHTS))
    with window(chromium, mortal.address, "/upload") as reader:
        reader.page.locator("input[type=file]").first.set_input_files(file)
        reader.page.get_by_text("own.npz").first.wait_for()
        reader.wait()
        kill_and_restart(mortal, reader)
        reader.after(reader.page.locator(".strip button").last.click())
        assert reader.says("own.npz")
        assert reader.says("which this server does not hold")


def test_a_stranger_who_empties_the_caches_changes_nothing():
    with served() as server:
        before, between, after = finished(before_and_after(server))
    assert shown(before) == shown(after)
    assert between < 20_000_000  # bytes; the model's files are 90 MB
    assert not after.failures


def shown(run: Run) -> list[tuple[str, bytes]]:
    """All but downloads, whose addresses are never the same, and the count of runs."""
    changing = ("download_button", "bidi_component")
    return [it for it in run.elements if it[0] not in changing]


async def before_and_after(server: Served) -> tuple[Run, int, Run]:
    """The model's page, what the server read from files meanwhile, and the page again."""
    reader, stranger = Tab(f"{server.address}/model"), Tab(server.address)
    await reader.open()
    await reader.run()
    before = await reader.run()
    read = server.bytes_read
    await stranger.open()
    await stranger.send(BackMsg(clear_cache=True))
    await stranger.run()
    after = await reader.run()
    for tab in (reader, stranger):
        await tab.close()
    return before, server.bytes_read - read, after
