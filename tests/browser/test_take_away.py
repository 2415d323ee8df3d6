"""Charts as drawings and reports: whole files that open alone, on a machine without a network."""

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Download, Page

from core.files.traces import to_npz
from core.sources.handset import HandsetSource
from tests.browser.reader import Reader

Visit = Callable[..., Reader]

EVIL = '<script>alert(1)</script> ![x](//evil.invalid/x.png) "><svg onload=alert(2)>'
PAGES = (
    ("/?" + urlencode({"v": 1, "lang": "en", "sentence": EVIL}), "explore"),
    ("/reach?v=1&lang=zh", "reach"),  # maps as pictures, curves
    ("/buffet?v=1&lang=zh", "buffet"),  # bars
)
ROOT = Path(__file__).parents[2]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
DARK = "rgb({}, {}, {})".format(*bytes.fromhex(THEME["dark"]["backgroundColor"][1:]))
SPACE = "{http://www.w3.org/2000/svg}"
KINDS = {"svg", "g", "path", "text", "tspan", "line", "image", "defs", "rect", "title"}
KINDS |= {"linearGradient", "stop", "clipPath"}
TAKE, ALL = ("Export / Share", "导出／分享"), ("Save all pictures", "保存本页所有的图")
ONE = "summary"


def press(reader: Reader, names: tuple[str, str]) -> None:
    """A button, by its English or its Chinese name; a slash would end Playwright's pattern."""
    name = re.compile("|".join(names).replace("/", "."))
    reader.after(reader.page.get_by_role("button", name=name).click())


def all_drawings(reader: Reader) -> list[Download]:
    charts = reader.page.get_by_test_id("stVegaLiteChart").count()
    saved: list[Download] = []
    reader.page.on("download", lambda it: saved.append(it))
    press(reader, TAKE)
    press(reader, ALL)
    for _ in range(40):
        if len(saved) == charts:
            break
        reader.page.wait_for_timeout(250)
    assert len(saved) == charts > 3
    return saved


@pytest.mark.parametrize(("path", "name"), PAGES)
def test_every_chart_is_saved_as_a_drawing_of_its_own(
    visit: Visit, tmp_path: Path, path: str, name: str
):
    reader = visit(path, color_scheme="dark")
    saved = all_drawings(reader)
    assert len({it.suggested_filename for it in saved}) == len(saved)
    for it in saved:
        assert re.fullmatch(rf"{name}-\d+-[\w-]+\.svg", it.suggested_filename)
        it.save_as(tmp_path / it.suggested_filename)
        written = (tmp_path / it.suggested_filename).read_text("utf-8")
        root = ElementTree.fromstring(written)
        assert {node.tag.removeprefix(SPACE) for node in root.iter()} <= KINDS
        assert not any(key.startswith("on") for node in root.iter() for key in node.attrib)
        assert "http" not in written.replace("http://www.w3.org/", "")  # not even the page's link
        assert all(it[1:] in written for it in re.findall(r"url\((#\w+)\)", written))
        assert not re.findall(r'href="(?!data:image/png;)', written)
        title, background = root.findtext(f"{SPACE}title"), root.find(f"{SPACE}rect")
        assert title
        assert background is not None
        assert background.get("fill") == DARK
        words = {node.text for node in root.iter(f"{SPACE}text")}
        assert name != "explore" or "Influence" in title or "script" in words
    assert reader.foreign_requests == []


def test_one_drawing_can_be_saved_alone_and_is_drawn_without_the_page(
    visit: Visit, chromium: Browser, tmp_path: Path
):
    reader = visit("/cross?v=1&lang=zh")
    press(reader, TAKE)
    reader.page.locator(ONE).last.click()
    with reader.page.expect_download() as saved:
        reader.page.get_by_role("button", name="2. ").click()
    file = tmp_path / "alone.svg"
    saved.value.save_as(file)
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    assert "天安门" in page.locator("text").all_text_contents()
    outside = page.evaluate(
        """() => {
          const whole = document.documentElement.getBoundingClientRect();
          return [...document.querySelectorAll("text")].map(it => it.getBoundingClientRect())
            .filter(it => it.width && (it.left < whole.left || it.right > whole.right)).length;
        }"""
    )
    assert outside == 0
    context.close()


def saved_report(reader: Reader, folder: Path) -> Path:
    press(reader, TAKE)
    with reader.page.expect_download() as saved:
        press(reader, ("Report", "报告"))
    file = folder / saved.value.suggested_filename
    saved.value.save_as(file)
    return file


@contextmanager
def offline(chromium: Browser, file: Path) -> Iterator[tuple[Page, list[str]]]:
    """A report on a phone without a network, and what it says or asks for."""
    context = chromium.new_context(offline=True, viewport={"width": 390, "height": 800})
    page, said = context.new_page(), []
    page.on("console", lambda it: said.append(it.text))
    page.on("dialog", lambda it: said.append(it.message))
    allowed = file.as_uri(), "data:image/"
    page.on("request", lambda it: None if it.url.startswith(allowed) else said.append(it.url))
    page.goto(file.as_uri())
    yield page, said
    context.close()


def charts_of(reader: Reader) -> list[str]:
    """What a screen reader says of the page's charts."""
    found = reader.page.get_by_test_id("stVegaLiteChart")
    return found.evaluate_all("all => all.map(it => it.getAttribute('aria-label'))")


def assert_holds(report: Page, charts: list[str]) -> None:
    """Every chart of the page stands in its report, is drawn, and has its words."""
    pictures = report.locator("#pictures img")
    found = pictures.evaluate_all("all => all.map(it => it.naturalWidth && it.alt)")
    assert found == charts
    assert all(charts)
    assert all(report.locator("figcaption").all_inner_texts())


@pytest.mark.parametrize(
    ("page", "at_least"),
    [
        *[("?v=1&lang=en", 6), ("heads?v=1&lang=zh", 9), ("cross?v=1&lang=en", 5)],
        *[("positions?v=1&lang=zh", 8), ("reach?v=1&lang=en", 7), ("buffet?v=1&lang=zh", 5)],
        *[("cost?v=1&lang=en", 1), ("model?v=1&lang=zh", 6)],
    ],
)
def test_a_report_holds_every_chart_of_its_page(
    visit: Visit, chromium: Browser, tmp_path: Path, page: str, at_least: int
):
    reader = visit(f"/{page}")
    charts = charts_of(reader)
    assert len(charts) >= at_least
    with offline(chromium, saved_report(reader, tmp_path)) as (report, said):
        assert_holds(report, charts)
        assert report.locator("#pictures h3").count() >= (len(charts) > 5)
        assert said == []


def test_the_report_of_a_file_holds_every_chart_of_its_page(
    visit: Visit, chromium: Browser, tmp_path: Path
):
    brought = tmp_path / "mine.npz"
    brought.write_bytes(to_npz(HandsetSource().trace("我爱吃炸鸡")))
    reader = visit("/upload?v=1&lang=zh")
    reader.after(reader.page.locator("input[type=file]").first.set_input_files(brought))
    charts = charts_of(reader)
    assert len(charts) >= 3
    with offline(chromium, saved_report(reader, tmp_path)) as (report, said):
        assert_holds(report, charts)
        assert said == []


def test_a_report_opens_without_a_network(visit: Visit, chromium: Browser, tmp_path: Path):
    reader = visit("/heads?" + urlencode({"v": 1, "lang": "zh", "sentence": f"我爱吃炸鸡 {EVIL}"}))
    file = saved_report(reader, tmp_path)
    with offline(chromium, file) as (page, said):
        assert page.locator("h1").inner_text() == "多头注意力"
        assert page.locator("a").count() == 1
        assert page.locator("a").get_attribute("href") == page.locator("a").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 391
        assert said == []
    assert not re.findall(r"<(script|iframe|object|link|form)", file.read_text("utf-8"))


def test_a_report_is_saved_once_for_each_press(visit: Visit, tmp_path: Path):
    reader = visit("/cost?v=1&lang=en")
    saved: list[Download] = []
    reader.page.on("download", lambda it: saved.append(it))
    saved_report(reader, tmp_path)
    press(reader, ("Report", "报告"))
    reader.page.keyboard.press("Escape")
    reader.wait()
    press(reader, TAKE)
    assert len(saved) == 2


def test_charts_offer_a_picture_and_tables_only_our_csv(visit: Visit):
    # Streamlit's own would hold numbers for names, and run a word of a file as a formula.
    reader = visit("/model")
    tools = reader.page.get_by_test_id("stElementToolbarButton").locator("button")
    labels = [it.get_attribute("aria-label") or "" for it in tools.all()]
    charts = reader.page.get_by_test_id("stVegaLiteChart").count()
    assert sum("PNG" in label for label in labels) == charts > 3
    assert labels.count("Search") == reader.page.get_by_test_id("stDataFrame").count() > 1
    assert not any("CSV" in label for label in labels)
