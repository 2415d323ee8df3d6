"""The real model in a real browser: short, long, as long as it reads; and another model."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.reader import Reader
from tests.tiny import write_model

Visit = Callable[..., Reader]


def long_text(n_words: int) -> str:
    return " ".join(("the cat sat on a red mat near it " * n_words).split()[:n_words])


def open_head(reader: Reader, layer: int, head: int) -> None:
    """Click on a head's small map in the atlas."""
    cell = reader.map("All heads").locator(f'path[aria-label^="{layer}·{head} "]').first
    reader.after(cell.click(force=True))


def test_a_head_is_opened_from_the_atlas(visit: Visit):
    reader = visit("/model")
    before = reader.shares()
    open_head(reader, layer=1, head=8)
    assert reader.says("Layer 1, head 8")
    assert reader.shares() != before
    assert reader.foreign_requests == []


def test_the_atlas_and_the_opened_head_share_a_screen(visit: Visit):
    reader = visit("/model", width=1400, locale="zh-CN")
    atlas = reader.map("所有的头").bounding_box()
    strip = reader.page.locator(".strip").bounding_box()
    assert atlas
    assert strip
    assert atlas["y"] + atlas["height"] <= 900  # 144 heads
    assert strip["x"] >= atlas["x"] + atlas["width"]
    assert abs(strip["y"] - atlas["y"]) < 100
    narrow = visit("/model", width=800)
    atlas, strip = (
        narrow.map("All heads").bounding_box(),
        narrow.page.locator(".strip").bounding_box(),
    )
    assert atlas
    assert strip
    assert strip["y"] > atlas["y"] + atlas["height"]


def test_a_typed_text_is_taken_by_the_button(visit: Visit):
    reader = visit("/model")
    reader.page.get_by_role("textbox", name="Text", exact=True).fill("My dog loves cheese.")
    reader.after(reader.page.get_by_role("button", name="Read this text").click())
    assert reader.words() == ["[CLS]", "my", "dog", "loves", "cheese", ".", "[SEP]"]
    assert reader.asking() in {"my", "dog", "loves", "cheese"}


def test_a_chosen_piece_is_answered_by_all_heads(visit: Visit):
    reader = visit("/model")
    reader.ask("tired")
    looks = reader.page.get_by_role("radio", name="Answers")
    assert looks.get_attribute("aria-checked") == "true"


@pytest.mark.parametrize("n_words", [126, 254])
def test_a_long_text_appears_and_reacts(visit: Visit, n_words: int):
    reader = visit("/model")
    field = reader.page.get_by_role("textbox", name="Text", exact=True)
    field.fill(long_text(n_words))
    reader.after(field.press("Control+Enter"))
    assert len(reader.words()) == n_words + 2
    open_head(reader, layer=2, head=0)
    assert reader.says("Layer 2, head 0")
    reader.ask("mat")
    assert reader.asking() == "mat"


def test_the_page_fits_a_phone_in_chinese(visit: Visit):
    reader = visit("/model", width=390, locale="zh-CN", color_scheme="dark")
    assert reader.fits()
    assert reader.says("144 个头一览")


def choose_model(reader: Reader, name: str) -> None:
    page = reader.page
    page.get_by_test_id("stPopover").filter(has_text="Model: ").get_by_role("button").click()
    box = page.get_by_role("combobox", name="Model")
    box.fill(name)
    box.press("Enter")


def test_another_model_is_loaded_while_the_page_is_used(visit: Visit, tmp_path: Path):
    folder = write_model(tmp_path, "gpt2", n_layer=2, n_head=3, n_positions=128)
    reader = visit("/model")
    choose_model(reader, str(folder))
    reader.page.get_by_role("progressbar").first.wait_for()
    assert reader.says("The page shows all-MiniLM-L6-v2 until then")
    reader.page.get_by_text("All 6 heads at once").wait_for(timeout=60_000)
    reader.wait()
    open_head(reader, layer=1, head=2)
    assert reader.says("Layer 1, head 2")
    assert reader.says("This model reads from left to right")
    assert reader.foreign_requests == []


def test_a_model_that_is_not_there_is_told_and_the_built_in_one_stays(visit: Visit, tmp_path: Path):
    reader = visit("/model", locale="zh-CN")
    page = reader.page
    page.get_by_test_id("stPopover").filter(has_text="模型：").get_by_role("button").click()
    page.get_by_role("combobox", name="模型").fill(str(tmp_path))
    page.get_by_role("combobox", name="模型").press("Enter")
    page.get_by_text("没有 safetensors 文件").wait_for(timeout=20_000)
    assert reader.says("144 个头一览")
