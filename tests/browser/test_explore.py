"""The Explore page in a real browser, as a reader uses it."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from core.sources.handset import HandsetSource
from pages.shared import tables
from pages.shared.text import LANGUAGES, Language, labels
from tests.browser.reader import Reader

Visit = Callable[..., Reader]


def test_a_chinese_sentence_is_typed_and_every_picture_follows(visit: Visit):
    reader = visit(locale="zh-CN")
    reader.type_sentence("我爱北京天安门", label="句子")
    assert reader.words() == ["我", "爱", "北京", "天安门"]
    for title in ("得分图", "权重图", "自注意力", "RNN", "CNN"):
        assert reader.cell(title, "3:北京", "4:天安门").count() == 1


def test_a_clicked_word_asks(visit: Visit):
    reader = visit()
    reader.ask("animal")
    assert reader.asking() == "animal"
    assert reader.says("“animal” gives")


def test_a_word_keeps_the_focus_and_a_click_that_is_under_way_while_the_page_changes(visit: Visit):
    reader = visit()
    word = reader.page.locator(".strip button").nth(1)
    word.focus()
    reader.after(reader.page.keyboard.press("Enter"))
    assert reader.asking() == "animal"
    assert word.evaluate("button => button.matches(':focus')")
    street = reader.page.locator(".strip button").nth(5)
    street.hover()
    reader.page.mouse.down()
    reader.type_sentence("We saw an old street from here")
    street.hover()
    reader.after(reader.page.mouse.up())
    assert reader.asking() == "from"


def test_the_shading_is_the_row_that_core_computes(visit: Visit):
    reader = visit(locale="zh-CN")
    weights = HandsetSource().trace("我爱吃炸鸡").layers[0].weights[0, 2]
    assert reader.asking() == "吃"
    assert reader.shares() == [f"{weight:.0%}" for weight in weights]


@pytest.mark.parametrize("title", ["Map of scores", "Map of weights", "Influence map of self"])
def test_a_clicked_cell_chooses_both_words_everywhere(visit: Visit, title: str):
    reader = visit()
    reader.after(reader.cell(title, "4:cross", "6:street").click())
    assert reader.asking() == "cross"
    assert reader.says("is the query of “cross”")
    assert reader.says("the key of “street”")


def test_the_same_cell_can_be_clicked_again_after_another(visit: Visit):
    reader = visit()
    for title in ("Map of weights", "Map of scores", "Map of weights"):
        row, column = ("4:cross", "6:street") if "weights" in title else ("2:animal", "4:cross")
        reader.after(reader.cell(title, row, column).click())
        assert reader.asking() == row[2:]


def test_an_edited_number_moves_the_maps_and_is_undone(visit: Visit):
    reader = visit(locale="zh-CN")
    before = reader.shares()
    reader.edit_cell(table=0, row=3, column=3, content="0")  # 炸鸡 is no food any more
    after = reader.shares()
    assert after != before
    assert reader.says("你改过")
    reader.after(reader.page.get_by_role("button", name="撤销").click())
    assert reader.shares() == before


def test_nonsense_in_a_cell_is_refused_in_words(visit: Visit):
    reader = visit()
    before = reader.shares()
    reader.edit_cell(table=0, row=1, column=2, content="")
    assert reader.says("Row 2:animal, column animal")
    assert reader.shares() == before


def test_the_language_changes_and_nothing_is_lost(visit: Visit):
    reader = visit()
    reader.type_sentence("The cat caught the mouse")
    reader.ask("cat")
    shares = reader.shares()
    reader.after(reader.page.get_by_text("中文", exact=True).click())
    assert reader.page.get_by_role("heading", name="探索注意力").count() == 1
    assert (reader.asking(), reader.shares()) == ("cat", shares)


@pytest.mark.parametrize("width", [390, 800, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_window(visit: Visit, width: int, scheme: str):
    reader = visit(width=width, color_scheme=scheme)
    assert reader.fits()
    assert reader.map("Map of outputs").locator("path").count() > 12
    background = reader.page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")


def test_a_formula_that_is_wider_than_a_phone_can_be_moved(visit: Visit):
    view = "/?v=1&temperature=0.1&source=seeded&d_model=64&d_k=64&sentence=a+b+c+d+e+f+g+h"
    wide = visit(view, width=390).page.evaluate(
        """() => [...document.querySelectorAll('.stMarkdown p')]
          .filter((line) => line.scrollWidth > line.clientWidth + 1)
          .map((line) => getComputedStyle(line).overflowX)"""
    )
    assert wide == ["auto"]


def test_the_snippet_prints_the_numbers_of_the_page(visit: Visit):
    reader = visit(locale="zh-CN")
    reader.edit_cell(table=0, row=1, column=1, content="0.5")
    reader.after(reader.page.get_by_text("完整程序，").click())
    code = reader.page.get_by_test_id("stCode").nth(1).inner_text()
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    rows = re.findall(r"\[([\d., ]+)\]", printed)
    query_row = [f"{float(number):.0%}" for number in rows[2].split(",")]
    assert query_row == reader.shares()


def test_what_the_reader_writes_stays_text_and_nothing_leaves_the_server(visit: Visit):
    reader = visit()
    reader.type_sentence(
        "<img src=http://evil.test/x onerror=alert(1)> [a](http://evil.test) www.evil.test "
        "$x^2$ :smile: **b** evil@evil.test"
    )
    words = reader.words()
    assert {"<", "img", "$", ":", "*", "www.evil.test"} <= set(words)
    for position in range(0, len(words), 7):
        reader.after(reader.page.locator(".strip button").nth(position).click())
        assert reader.page.locator("a[href*=evil], img[src*=evil]").count() == 0
        told = reader.page.get_by_text("attention").nth(1)
        assert told.locator("a, img, .katex, strong").count() == 0
    assert reader.foreign_requests == []


def test_a_drawn_mask_hides_a_word_and_is_cleared(visit: Visit):
    reader = visit(locale="zh-CN")
    before = reader.shares()
    reader.choose("掩码", "自己画")
    reader.tick(table=0, row=2, column=4)  # 吃 may no longer look at 炸鸡
    assert reader.shares()[3] == "0%"
    reader.after(reader.page.get_by_role("button", name="恢复为全部可看").click())
    assert reader.shares() == before


def test_the_word_that_asks_can_be_chosen_without_a_mouse(visit: Visit):
    reader = visit()
    button = reader.page.locator(".strip button").nth(1)
    button.focus()
    reader.after(reader.page.keyboard.press("Enter"))
    assert reader.asking() == "animal"


def test_random_numbers_say_that_they_are_untrained(visit: Visit):
    reader = visit()
    reader.after(reader.page.get_by_text("random", exact=True).click())
    assert reader.says("Nothing was learned here")
    before = reader.shares()
    reader.after(reader.page.get_by_role("button", name="Another seed").first.click())
    assert reader.shares() != before
    assert reader.says("Random, seed 1: untrained")


def test_a_long_sentence_says_what_is_shown(visit: Visit):
    reader = visit()
    reader.type_sentence(" ".join(f"word{i}" for i in range(70)))
    assert reader.says("has 70 tokens")
    assert len(reader.words()) == 64


def test_an_empty_sentence_keeps_the_last_one(visit: Visit):
    reader = visit()
    words = reader.words()
    reader.type_sentence("   ")
    assert reader.says("There is no word in this sentence")
    assert reader.words() == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_in_tables_are_hardly_wider_than_they_are_taken_for(visit: Visit, language: Language):
    reader = visit(locale=language)
    names = [
        *(it[language] for name, it in labels().items() if re.match(r"(feature|channel)\.", name)),
        *("10:because", "3:didn't", "12:Mammoth", "2:fried chicken", "4:炸鸡", "GRU", "v16"),
    ]
    widths = reader.page.evaluate(
        """names => {
          const brush = document.createElement('canvas').getContext('2d');
          const page = getComputedStyle(document.querySelector('[data-testid=stApp]'));
          brush.font = `${0.875 * parseFloat(page.fontSize)}px ${page.fontFamily}`;
          return names.map((name) => brush.measureText(name).width);
        }""",
        names,
    )
    for name, width in zip(names, widths, strict=True):
        assert 0 < width <= sum(map(tables._pixels, name)) + 1, name
