"""A trace is taken away, and brought to the page of the reader's own tensors, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pages.shared.text import Text, spoken
from pages.shared.views.upload.file import example
from tests.browser.reader import Reader
from tests.hostile import bomb

Visit = Callable[..., Reader]

ZH = Text("zh")


def bring(reader: Reader, path: Path) -> None:
    reader.after(reader.page.locator("input[type=file]").first.set_input_files(path))


def test_what_is_taken_away_comes_back_with_the_same_picture(visit: Visit, tmp_path: Path):
    reader = visit()
    before = reader.shares()
    reader.after(reader.page.get_by_role("button", name="Export / Share").click())
    with reader.page.expect_download() as download:
        reader.page.get_by_role("button", name="All numbers (NPZ)").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    other = visit("/upload")
    bring(other, path)
    other.ask("it")
    assert other.shares() == before
    assert other.cell("Map of scores", "8:it", "2:animal").count() == 1
    assert other.foreign_requests == []


def test_a_hostile_file_is_refused_and_the_page_stays(visit: Visit, tmp_path: Path):
    reader = visit("/upload")
    before = reader.shares()
    path = tmp_path / "bomb.npz"
    path.write_bytes(bomb(1024))
    bring(reader, path)
    # The server of these tests is an open one: its limit is the larger one.
    assert reader.says("bomb.npz was not loaded. It unpacks to 1,024 MiB; the limit is 512 MiB.")
    assert reader.shares() == before


def test_the_place_for_files_speaks_the_pages_language(visit: Visit, tmp_path: Path):
    reader = visit("/upload", locale="zh-CN")
    place = reader.page.get_by_test_id("stFileUploader").first
    said = {it: ZH(f"upload.place.{it}", megabytes=16) for it in ("size", "too_large")}
    assert said["size"] in place.inner_text()
    assert not re.search("Upload|Drag|per file", place.inner_text())
    path = tmp_path / "large.npz"
    path.write_bytes(bytes(17 * 2**20))
    bring(reader, path)
    assert said["too_large"] in place.inner_text()


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize(
    ("status", "label"), [(403, "forbidden"), (413, "turned_back"), (502, "failed")]
)
def test_an_upload_that_is_turned_away_is_told_in_the_pages_language(
    visit: Visit, tmp_path: Path, status: int, label: str, locale: str
):
    """413 comes from a proxy: a file over the page's own limit is not sent at all."""
    reader = visit("/upload", locale=locale)
    reader.page.route("**/_stcore/upload_file/**", lambda route: route.fulfill(status=status))
    path = tmp_path / "few.npz"
    path.write_bytes(b"few")
    bring(reader, path)
    told = Text(spoken(locale))(f"upload.place.{label}", megabytes=16)
    assert reader.page.locator(".reason").inner_text() == told
    place = reader.page.get_by_test_id("stFileUploader").first.inner_text()
    assert not re.search("Error|status code|add icon", place)
    reader.page.get_by_test_id("stFileChip").hover()
    hint = reader.page.get_by_test_id("stTooltipErrorContent")
    hint.wait_for()
    assert hint.inner_text() == told


def test_the_page_fits_a_phone_in_chinese(visit: Visit):
    reader = visit("/upload", width=390, locale="zh-CN", color_scheme="dark")
    assert reader.fits()
    assert reader.words() == ["我", "爱", "吃", "炸鸡"]


def test_a_second_file_is_listed_and_compared(visit: Visit, tmp_path: Path):
    reader = visit("/upload", locale="zh-CN")
    path = tmp_path / "b.npz"
    path.write_bytes(example("zh"))
    second = reader.page.locator(".st-key-upload_other_file input[type=file]")
    reader.after(second.set_input_files(path))
    assert reader.says("这个头里变化最大的是")
    listed = reader.page.locator(".st-key-upload_other_file").get_by_text("b.npz")
    assert listed.first.is_visible()
    said = {it.inner_text() for it in reader.page.get_by_test_id("stFileUploader").all()}
    assert not any(re.search("Upload|Drag|per file", it) for it in said)
