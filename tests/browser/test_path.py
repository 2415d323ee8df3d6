"""The learning path and the corrections in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def link(reader: Reader, name: str) -> Locator:
    return reader.page.get_by_test_id("stMain").get_by_role("link", name=name)


def test_a_link_opens_the_state_and_another_one_the_next(visit: Visit):
    reader = visit("/path", locale="zh-CN")
    reader.after(link(reader, "从这句话开始").click())
    assert reader.asking() == "猫"
    assert reader.says("“猫”把 65% 的注意力给了“抓”")
    reader.after(reader.page.go_back())
    reader.after(link(reader, "已改好数，供对照").click())
    assert reader.asking() == "猫"
    assert reader.says("“猫”把 87% 的注意力给了“老鼠”")


def test_a_claim_unfolds_and_leads_to_what_shows_it(visit: Visit):
    reader = visit("/corrections")
    claim = "Every word has its attention weight"
    reader.after(reader.page.locator("summary", has_text=claim).click())
    assert reader.says("“chicken” gets 82% from “eating”, but 6% from “I”")
    reader.after(link(reader, "See the whole map").click())
    reader.ask("I")
    assert reader.shares()[reader.words().index("chicken")].startswith("6")


@pytest.mark.parametrize("width", [390, 800])
@pytest.mark.parametrize("path", ["/path", "/corrections"])
def test_the_pages_fit_the_window(visit: Visit, path: str, width: int):
    assert visit(path, width=width).fits()
