"""A click on a link goes there, whatever was open, and nothing that was typed is lost by it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from tests.browser.reader import Reader

Visit = Callable[..., Reader]
Do = Callable[[Reader], None]

TYPED = "we like red apples"


def follow(reader: Reader, link: Locator, to: str) -> None:
    """Click at once, as the fastest reader does, arrive, and see whether the page stays."""
    link.click()
    stay(reader, to)


def stay(reader: Reader, at: str) -> None:
    """Wait for a part of the address, then for all that might still lead away from there."""
    reader.page.wait_for_url(lambda url: at in url)
    reader.page.wait_for_timeout(1_000)
    reader.wait()
    assert at in reader.page.url


def take_away(reader: Reader) -> None:
    reader.after(reader.page.get_by_role("button", name="Export / Share").click())


def settings(reader: Reader) -> None:
    reader.after(reader.page.locator(".st-key-recurrent_settings button").first.click())


@pytest.mark.parametrize(("path", "begin"), [("", settings), ("/cost", take_away)])
def test_what_was_open_does_not_keep_the_reader(visit: Visit, path: str, begin: Do):
    reader = visit(path)
    begin(reader)
    entries = reader.page.evaluate("history.length")
    follow(reader, reader.menu("Many heads"), "/heads")
    assert reader.says("Many heads")
    assert reader.page.evaluate("history.length") == entries + 1
    reader.after(reader.page.go_back())
    assert "/heads" not in reader.page.url


def test_a_link_of_the_menu_is_followed_by_keyboard_too(visit: Visit):
    reader = visit()
    take_away(reader)
    reader.menu("Many heads").focus()
    reader.page.keyboard.press("Enter")
    stay(reader, "/heads")


def test_a_link_in_the_page_is_followed_and_the_language_switched(visit: Visit):
    reader = visit("/cross")
    take_away(reader)
    chinese = reader.page.get_by_test_id("stButtonGroup").get_by_text("中文", exact=True)
    follow(reader, chinese, "lang=zh")
    reader = visit()
    settings(reader)
    link = reader.page.get_by_test_id("stMain").get_by_test_id("stPageLink-NavLink").first
    follow(reader, link, "/path")


def sentence(reader: Reader) -> None:
    reader.page.get_by_role("textbox", name="Sentence").fill(TYPED)


def number(reader: Reader) -> None:
    field = reader.page.get_by_role("spinbutton", name="Seed").first
    field.scroll_into_view_if_needed()
    field.fill("77")


def cell(reader: Reader) -> None:
    reader.begin_cell(0, 0, 1, "9.5")


@pytest.mark.parametrize(
    ("begin", "kept"),
    [(sentence, f"sentence={TYPED.replace(' ', '+')}"), (number, "seed=77"), (cell, "edits=")],
)
def test_what_was_being_typed_is_kept(visit: Visit, begin: Do, kept: str):
    reader = visit()
    begin(reader)
    follow(reader, reader.menu("Many heads"), "/heads")
    assert reader.says("Many heads")
    follow(reader, reader.menu("Explore attention"), "/?")
    assert kept in reader.page.url


def test_a_longer_text_is_kept_too(visit: Visit):
    reader = visit("/model")
    text = reader.page.get_by_test_id("stMain").locator("textarea")
    text.first.fill(TYPED)
    follow(reader, reader.menu("Many heads"), "/heads")
    follow(reader, reader.menu("A real model"), "/model")
    assert text.first.input_value() == TYPED


def test_the_last_click_counts(visit: Visit):
    reader = visit()
    sentence(reader)
    reader.menu("Many heads").click()
    follow(reader, reader.menu("The buffet"), "/buffet")
