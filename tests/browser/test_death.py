"""The server dies while a reader works, or somebody empties its caches: the page comes back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator
from streamlit.proto.BackMsg_pb2 import BackMsg

from core.reader.cells import Address, Shelves, from_rows, unpack
from core.reader.file import to_file
from core.reader.reader import Reader as Chosen
from tests.browser.reader import Reader
from tests.browser.window import window
from tests.hostile import WEIGHTS, npz
from tests.load.answer import Run
from tests.load.crowd import finished
from tests.load.served import Served, served
from tests.load.tab import Tab

SENTENCE = "猫抓老鼠，天空很蓝"
LONG = "水能载舟，亦能覆舟。" * 90


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


def crash(server: Served, reader: Reader) -> None:
    """The server dies and comes back; nobody touches the page, and it stays usable."""
    kill_and_restart(server, reader)
    reader.wait()
    reader.wait()


def reload(_: Served, reader: Reader) -> None:
    """The reader loads the page anew."""
    reader.after(reader.page.reload())
    reader.wait()


def away_and_back(_: Served, reader: Reader) -> None:
    """The reader opens another page, and comes back as browsers do."""
    reader.after(reader.menu("要算多少").click())
    reader.after(reader.page.go_back())
    reader.wait()


def opened_by(reader: Reader, way: str) -> None:
    """Come to the page in a way after which Streamlit knows an address of its own."""
    if way == "link":
        reader.page.goto(reader.page.url.split("/?")[0] + "/?v=1&lang=en")
        reader.wait()
    elif way == "back":
        reader.after(reader.menu("What does it cost?").click())
        reader.after(reader.page.go_back())


def numbers(reader: Reader) -> list[list[str]]:
    """What the pictures show, by what a screen reader says of their cells, once they are drawn."""
    titles = ("得分图", "权重图", "输出图", "自注意力")
    cells = "nodes => nodes.map(node => node.getAttribute('aria-label'))"
    now: list[list[str]] = []
    before = None
    while now != before:
        reader.page.wait_for_timeout(300)
        before = now
        now = [reader.map(it).locator("path[aria-label]").evaluate_all(cells) for it in titles]
    return now


def seen(reader: Reader) -> tuple[list[list[str]], list[str], str]:
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


def edits_in(address: str) -> Shelves:
    """The changed numbers that the address bar holds."""
    [packed] = parse_qs(urlsplit(address).query)["edits"]
    return from_rows(unpack(packed))[0]


def changed(reader: Reader) -> list[float]:
    """The changed numbers, the smallest first."""
    return sorted(edits_in(reader.page.url)["handset"].values())


def at_work(reader: Reader) -> None:
    """Another language, sentence and width, another word that asks, and a changed number."""
    reader.after(reader.page.get_by_text("中文", exact=True).click())
    reader.type_sentence(SENTENCE, label="句子")
    reader.after(width_of_keys(reader).press("ArrowRight"))
    reader.edit_cell(table=0, row=1, column=2, content="2.5")
    reader.ask("老鼠")


# What the address holds


@pytest.mark.parametrize("way", ["link", "back"])
def test_after_a_crash_the_page_has_all_that_its_address_holds(
    chromium: Browser, mortal: Served, way: str
):
    with window(chromium, mortal.address) as reader:
        opened_by(reader, way)
        at_work(reader)
        before = seen(reader)
        kill_and_restart(mortal, reader)
        assert reader.words()[0] == "猫"  # what was seen stays
        reader.ask("猫")  # may be lost
        reader.ask("猫")
        assert reader.asking() == "猫"
        assert reader.says("你改过")
        reader.ask("老鼠")
        assert shows_again(reader, before)
        assert reader.page.get_by_role("textbox", name="句子").input_value() == SENTENCE


@pytest.mark.parametrize(
    "act",
    [
        lambda reader: reader.type_sentence("猫抓老鼠", label="句子"),
        lambda reader: reader.edit_cell(table=0, row=2, column=2, content="-3"),
        lambda reader: reader.after(reader.button("撤销").first.click()),
    ],
    ids=["sentence", "cell", "undo"],
)
def test_whatever_is_done_first_after_a_crash_breaks_nothing(
    chromium: Browser, mortal: Served, act: Callable[[Reader], None]
):
    with window(chromium, mortal.address) as reader:
        at_work(reader)
        kill_and_restart(mortal, reader)
        act(reader)
        reader.wait()
        assert 2.5 in changed(reader)
        assert reader.words()[:3] == ["猫", "抓", "老鼠"]
        assert not reader.page.get_by_test_id("stAlertContentError").count()
        width = width_of_keys(reader)
        before = int(width.input_value())
        reader.after(width.press("ArrowRight"))
        assert int(width.input_value()) == before + 1
        assert f"d_k={before + 1}" in reader.page.url


def test_after_a_crash_the_menu_may_be_used_and_back_leads_to_what_there_was(
    chromium: Browser, mortal: Served
):
    with window(chromium, mortal.address) as reader:
        at_work(reader)
        before = seen(reader)
        kill_and_restart(mortal, reader)
        reader.after(reader.menu("要算多少").click())
        reader.page.wait_for_url("**/cost**")
        reader.wait()
        assert reader.says("要算多少") or reader.says("What does it cost?")
        reader.after(reader.page.go_back())
        assert shows_again(reader, before)


# What it has no room for


@pytest.mark.parametrize("way", [crash, away_and_back])
def test_a_text_too_long_for_the_address_comes_back(
    chromium: Browser, mortal: Served, way: Callable[[Served, Reader], None]
):
    with window(chromium, mortal.address, "/model?v=1&lang=zh") as reader:
        field = reader.page.get_by_role("textbox").first
        field.fill(LONG)
        reader.after(field.press("Control+Enter"))
        reader.page.wait_for_url("**part=1**")
        way(mortal, reader)
        reader.after(reader.page.get_by_text("English", exact=True).click())
        reader.wait()
        assert field.input_value() == LONG
        assert not reader.says("holds only a part")


@pytest.mark.parametrize("way", [crash, reload])
def test_edits_too_many_for_the_address_come_back(
    chromium: Browser, mortal: Served, way: Callable[[Served, Reader], None], tmp_path: Path
):
    many = {Address("w_q", "0", n % 6, "", n // 6): n / 7 for n in range(6 * 64)}
    many |= {Address("w_k", "0", n % 6, "", n // 6): n / 11 for n in range(6 * 64)}
    many |= {Address("w_q", "1", n % 6, "", n // 6): n / 13 for n in range(6 * 64)}
    fields = {"sentence": SENTENCE, "d_k": 64, "chapter": "everything"}
    file = tmp_path / "many.json"
    file.write_bytes(to_file(Chosen("zh", "explore", fields=fields, edits={"handset": many})))
    with window(chromium, mortal.address, "/?v=1&lang=zh") as reader:
        reader.after(reader.page.get_by_role("button", name="导出／分享").click())
        reader.page.locator('input[type="file"]').first.set_input_files(file)
        reader.page.wait_for_url("**part=1**")
        reader.wait()
        reader.after(reader.page.keyboard.press("Escape"))
        before = numbers(reader)
        way(mortal, reader)
        asked = reader.asking()
        for word in ("猫", "天空", asked):  # the first click after a crash may be lost
            reader.ask(word)
        assert not reader.says("只包含一部分")
        assert numbers(reader) == before


# What dies with the server, and is named


@pytest.mark.parametrize("way", [crash, reload])
def test_words_that_were_to_be_kept_out_of_links_are_gone_and_that_is_said(
    chromium: Browser, mortal: Served, way: Callable[[Served, Reader], None]
):
    with window(chromium, mortal.address, "/?v=1&lang=en&sentence=an+open+link") as reader:
        page = reader.page
        reader.after(page.get_by_role("button", name="Export / Share").click())
        reader.after(page.get_by_text("Keep my sentences out of links").click())
        reader.after(page.keyboard.press("Escape"))
        reader.type_sentence("nobody reads the secret words")
        assert "secret" not in page.url + page.evaluate("JSON.stringify({...sessionStorage})")
        way(mortal, reader)
        if way == crash:
            reader.after(page.locator(".strip button").first.click())
        assert "private=1" in page.url
        assert reader.says("Sentences were kept out of this link")
        assert "secret" not in page.content()


# Caches


def test_a_stranger_who_empties_the_caches_changes_nothing():
    with served() as server:
        before, between, after = finished(before_and_after(server))
    assert shown(before) == shown(after)
    assert between < 20_000_000  # bytes; the model's files are 90 MB
    assert not after.failures


def shown(run: Run) -> list[tuple[str, bytes]]:
    """All but downloads, whose addresses are never the same, and what counts runs."""
    changing = ("download_button", "bidi_component", "address", "page_link")
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


def test_a_file_that_died_with_the_server_is_named_and_not_listed(
    chromium: Browser, mortal: Served, tmp_path: Path
):
    path = tmp_path / "mine.npz"
    path.write_bytes(npz(weights=WEIGHTS))
    with window(chromium, mortal.address, "/upload", "zh-CN") as reader:
        reader.after(reader.page.locator("input[type=file]").first.set_input_files(path))
        listed = reader.page.get_by_test_id("stFileChip")
        assert listed.is_visible()
        crash(mortal, reader)
        reader.after(reader.page.locator(".strip button").last.click())
        reader.page.wait_for_timeout(4_000)  # a file on its way is listed until it may have come
        assert not listed.is_visible()
        named = reader.page.get_by_test_id("stAlert").filter(has_text="mine.npz")
        assert named.count() == 1
        with reader.page.expect_file_chooser() as chooser:
            reader.page.get_by_test_id("stFileUploader").first.get_by_label("选择文件").click()
        reader.after(chooser.value.set_files(path))
        listed.wait_for(state="visible")
        assert named.count() == 0
