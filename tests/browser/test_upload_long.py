"""A long file in a real browser: drawn, and zoomed into by clicks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import expect

from tests.browser.reader import Reader
from tests.browser.test_upload import bring
from tests.hostile import npz

Visit = Callable[..., Reader]

N, QUERY, KEY = 4_000, 2_570, 1_230
PLACES = "Token that asks: its place", "Token it looks at: its place"


def long_file(folder: Path) -> Path:
    q, k = np.random.default_rng(0).normal(size=(2, N, 8)).astype(np.float32)
    q[:, 7] = k[:, 7] = 0
    q[QUERY, 7], k[KEY, 7] = 30, 1  # the greatest weight, by far
    path = folder / "long.npz"
    path.write_bytes(npz(q=q.astype(np.float16), k=k.astype(np.float16)))
    return path


def places(reader: Reader) -> list[str]:
    return [reader.page.get_by_label(label, exact=True).input_value() for label in PLACES]


def test_a_long_file_is_drawn_and_a_click_opens_a_block(visit: Visit, tmp_path: Path):
    reader = visit("/upload")
    bring(reader, long_file(tmp_path))
    assert reader.says("4,000 × 4,000 weights are too many to draw")
    whole = reader.page.get_by_test_id("stVegaLiteChart").first
    expect(whole.locator("image")).to_have_count(1)
    column, row = KEY // 100 * 100, QUERY // 100 * 100  # where the block begins
    block = whole.locator(f'path[aria-label*="at): {column};"][aria-label*="asks): {row};"]')
    reader.after(block.click())
    assert places(reader) == [str(QUERY + 1), str(KEY + 1)]
    assert reader.says("queries 2501 to 2600, keys 1201 to 1300")
    reader.after(reader.page.get_by_label(PLACES[1], exact=True).fill("7"))
    reader.after(reader.page.keyboard.press("Enter"))
    assert reader.says("keys 1 to 100")
    assert reader.foreign_requests == []


def test_a_long_file_fits_a_phone_and_reacts_in_chinese(visit: Visit, tmp_path: Path):
    reader = visit("/upload", width=390, locale="zh-CN", color_scheme="dark")
    bring(reader, long_file(tmp_path))
    assert reader.fits()
    before = reader.words()
    reader.after(reader.page.get_by_text("因果掩码").first.click())
    assert reader.words() != before
    assert len(reader.words()) == 3  # the third token sees itself and two others
