"""The address bar leads back: to the same picture in another browser, and to the page before."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def slider(reader: Reader, name: str) -> Locator:
    return reader.page.get_by_role("slider", name=name)


def turn_to(reader: Reader, page: str) -> None:
    reader.after(reader.menu(page).click())


def longer(reader: Reader, name: str = "d_k") -> None:
    """Move a slider one step."""
    slider(reader, name).focus()
    reader.after(reader.page.keyboard.press("ArrowRight"))


def test_a_link_gives_the_same_picture_in_another_browser(visit: Visit):
    reader = visit()
    reader.type_sentence("The cat sat on the mat")
    longer(reader)
    reader.ask("sat")
    address = reader.page.url
    other = visit(address.removeprefix(address.split("/?")[0]), locale="zh-CN")
    assert other.words() == reader.words()
    assert other.asking() == "sat"
    assert other.shares() == reader.shares()
    assert other.page.url == address
    assert other.says("Explore attention")  # the link's language, not the browser's


def test_back_and_forward_lead_to_pages_as_they_were_left(visit: Visit):
    reader = visit()
    entries = reader.page.evaluate("history.length")
    longer(reader)
    left = reader.page.url
    assert "d_k=5" in left
    assert reader.page.evaluate("history.length") == entries  # one entry a page, not one an edit
    turn_to(reader, "The buffet")
    longer(reader, "Protein")
    buffet = reader.page.url
    reader.after(reader.page.go_back())
    assert reader.page.url == left
    longer(reader)
    assert "d_k=6" in reader.page.url
    reader.after(reader.page.go_forward())
    assert reader.page.url == buffet


def test_a_copied_link_and_a_saved_file_lead_back(visit: Visit, tmp_path: Path):
    reader = visit("/cross", permissions=["clipboard-read", "clipboard-write"])
    reader.type_sentence("I love Beijing", label="Sentence B")
    reader.page.get_by_role("button", name="Copy link").click()
    reader.page.get_by_role("button", name="Copied").wait_for()
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert copied == reader.page.url
    assert "cross_b=I+love+Beijing" in copied

    reader.after(reader.page.get_by_role("button", name="Export / Share").click())
    with reader.page.expect_download() as saved:
        reader.page.get_by_role("button", name="Save as file").click()
    file = tmp_path / "saved.json"
    saved.value.save_as(file)
    assert json.loads(file.read_text(encoding="utf-8"))["fields"]["cross_b"] == "I love Beijing"

    other = visit()
    other.after(other.page.get_by_role("button", name="Export / Share").click())
    other.page.locator('input[type="file"]').first.set_input_files(file)
    other.page.wait_for_url("**/cross?*")
    other.wait()
    assert other.page.get_by_role("textbox", name="Sentence B").input_value() == "I love Beijing"


def test_an_embedded_page_stays_embedded(visit: Visit):
    reader = visit("/?embed=true&v=1&sentence=a+b")
    longer(reader)
    assert "embed=true" in reader.page.url
    assert "d_k=5" in reader.page.url


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_a_link_that_is_too_long_leaves_the_buttons_beside_each_other(visit: Visit, language: str):
    reader = visit("/model", width=390, locale=language)
    field = reader.page.get_by_role("textbox").first
    field.fill("我爱北京天安门。" * 100)
    reader.after(field.press("Control+Enter"))
    assert reader.page.url.endswith("part=1")
    keys = ("share", "save.model.json", "take_away")
    found = [reader.page.locator(f".st-key-{key.replace('.', '-')} button").first for key in keys]
    tops = [box["y"] for it in found if (box := it.bounding_box())]
    assert len(tops) == len(keys)
    assert max(tops) - min(tops) < 10
    assert reader.fits()


@pytest.mark.parametrize(
    ("path", "title", "kept"),
    [
        ("/explore?v=1&d_k=6", "Explore attention", "d_k=6"),
        ("/reach/?v=1&reach_n=12", "Can it see that far?", "reach_n=12"),
    ],
)
def test_every_page_opens_under_its_name_with_or_without_a_slash(
    visit: Visit, path: str, title: str, kept: str
):
    reader = visit(path)
    assert reader.page.locator("h1").inner_text() == title
    assert not reader.page.get_by_role("dialog").count()
    assert kept in reader.page.url


def test_dark_pages_print_light(visit: Visit):
    reader = visit(color_scheme="dark")
    reader.page.emulate_media(media="print")
    style = "getComputedStyle(document.querySelector('.stApp'))"
    assert "invert(1)" in reader.page.evaluate(f"{style}.filter")
    reader.page.emulate_media(media="screen")
    assert reader.page.evaluate(f"{style}.filter") == "none"
    assert not visit(color_scheme="light").page.locator("style", has_text="invert(1)").count()
