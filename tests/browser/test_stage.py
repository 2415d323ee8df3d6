"""The stage: three ways of reading one sentence in one window, and what a hand does with them."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Route

from core.architectures import attention
from core.layer import Edit
from core.reader.apart import LONGEST_INSERTED
from core.reader.explore import Choice
from core.reader.reader import Reader as Chosen
from core.sources.handset import HandsetSource
from core.trace import Array
from pages.shared.stage.alone import alone
from pages.shared.stage.explored import explore
from pages.shared.text import Text
from tests.browser.reader import Reader

Visit = Callable[..., Reader]
EATING = ("我", "爱", "吃", "炸鸡")
ASKS, ABOUT = 2, 3
ZH = {"locale": "zh-CN"}
TEXT = Text("zh")
ISOLATES = {0x2068: "", 0x2069: ""}
SHIFT = """() => new Promise((told) => {
  let sum = 0;
  new PerformanceObserver((seen) => seen.getEntries().forEach((it) => (sum += it.value)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => told(sum), 200);
})"""


def board(reader: Reader) -> Locator:
    return reader.page.locator(".stage .board")


def texts(reader: Reader) -> list[str]:
    return board(reader).locator("svg text").all_text_contents()


def words(reader: Reader) -> list[str]:
    return reader.page.locator(".stage .words bdi").all_inner_texts()


def said(reader: Reader, part: str = "said") -> str:
    return reader.page.locator(f".stage .{part}").inner_text().translate(ISOLATES)


def shares(reader: Reader) -> list[str]:
    """The weights of the asking word, as the table for screen readers says them."""
    rows = reader.page.locator(".stage table tr").all()[1:]
    return [row.locator("td").nth(2).text_content() or "" for row in rows]


def tool(reader: Reader, name: str) -> Locator:
    return reader.page.locator(".stage .tools").get_by_role("button", name=name)


def per_cent(weights: Array) -> list[str]:
    return [f"{weight:.0%}" for weight in weights]


def row(words: tuple[str, ...], query: int, edits: tuple[Edit, ...] = ()) -> Array:
    source = Choice(sentence="".join(words), edits=edits).layer_source
    return source.trace_of(words).layers[0].weights[0, query]


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 800)])
def test_all_three_are_on_the_first_screen(visit: Visit, locale: str, width: int, height: int):
    reader = visit("/", width, locale=locale)
    reader.page.set_viewport_size({"width": width, "height": height})
    reader.wait()
    forth = tool(reader, "进一步" if locale == "zh-CN" else "One step forward")
    box, step = board(reader).bounding_box(), forth.bounding_box()
    assert box is not None
    assert step is not None
    assert box["y"] + box["height"] <= height
    assert step["y"] + step["height"] <= height
    assert box["width"] >= (1240 if width == 1400 else 340)
    titles = ["RNN", "CNN"]
    places = [board(reader).locator("svg text", has_text=it).first.bounding_box() for it in titles]
    assert all(place and 0 < place["x"] < width for place in places)
    assert reader.fits()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("width", [1400, 800, 390])
def test_the_first_page_stands_still_from_the_beginning(visit: Visit, width: int, locale: str):
    reader = visit("/", width, locale=locale)
    assert reader.page.evaluate(SHIFT) <= 0.1


def test_a_still_picture_stands_there_before_the_scripts(chromium: Browser, server: str):
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, locale="zh-CN")
    page = context.new_page()
    held: list[Route] = []
    page.route("**/BidiComponent*.js", lambda route: held.append(route))
    page.goto(server)
    still = page.locator(".st-key-still")
    still.locator("u").last.wait_for(timeout=10_000)  # the animation would end it after 2 s
    told = " ".join(still.all_inner_texts()).split()
    assert [it for it in told if it in EATING] == [*EATING]
    assert [it for it in told if it.endswith("%")] == per_cent(row(EATING, ASKS))
    held[0].continue_()
    page.locator(".stage .words bdi").first.wait_for()
    page.wait_for_selector(".stApp[data-whole]")
    assert not still.is_visible()
    context.close()


def test_a_word_asks_by_click_and_another_is_traced_by_key(visit: Visit):
    reader = visit("/", **ZH)
    assert words(reader) == [*EATING]
    assert shares(reader) == per_cent(row(EATING, ASKS))
    assert "82%" in said(reader)
    reader.after(reader.page.locator(".stage .words button").nth(3).click())
    assert shares(reader) == per_cent(row(EATING, 3))
    reader.page.locator(".stage .words button").nth(3).focus()
    reader.after(reader.page.keyboard.press("ArrowUp"))
    assert "“炸鸡”" in said(reader)
    assert "“吃”" in said(reader)
    assert "query=3" in reader.page.url


def test_the_clock_shows_what_has_to_wait(visit: Visit):
    reader = visit("/", **ZH)
    for _ in range(10):
        if tool(reader, "退一步").is_disabled():
            break
        tool(reader, "退一步").click()
    reader.page.wait_for_timeout(500)
    assert len([it for it in texts(reader) if it.endswith("%")]) == 1  # influence, below
    for _ in range(3):
        tool(reader, "进一步").click()
    assert "第 1/4 步" in said(reader, "tick")
    assert "RNN 第 1/4 步" in said(reader, "tick")
    assert "82%" in texts(reader)
    while tool(reader, "进一步").is_enabled():
        tool(reader, "进一步").click()
    assert "RNN 第 4/4 步" in said(reader, "tick")


def test_words_are_pulled_apart_and_the_former_state_stays_behind(visit: Visit):
    reader = visit("/", **ZH)
    reader.after(tool(reader, "＋ 妈妈做的").click())
    longer = ("我", "爱", "吃", "妈妈", "做", "的", "炸鸡")
    assert words(reader) == [*longer]
    before, now = row(EATING, 2)[3], row(longer, 2)[6]
    assert f"{before:.0%} → {now:.0%}" in said(reader, "changed")
    assert "4 → 7" in texts(reader)  # steps of the RNN
    assert board(reader).locator('rect[stroke-dasharray="3 2"]').count() > 4
    reader.after(tool(reader, "去掉").click())
    assert words(reader) == [*EATING]


def test_own_words_are_put_in_by_key(visit: Visit):
    reader = visit("/?sentence=I+love+tea&lang=en&v=2")
    reader.page.locator(".stage .words button").nth(1).focus()
    reader.page.keyboard.press("+")
    field = reader.page.locator(".stage .panel input")
    field.fill("<b>green</b> & hot")
    reader.after(field.press("Enter"))
    assert words(reader)[:2] == ["I", "love"]
    assert {"green", "hot", "tea"} <= set(words(reader))
    assert reader.page.locator(".stage b").count() == 0


def test_words_that_cannot_be_put_in_are_refused_by_name(visit: Visit):
    reader = visit("/?sentence=I+love+tea&lang=zh&v=2", **ZH)
    reader.page.locator(".stage .words button").nth(1).focus()
    reader.page.keyboard.press("+")
    panel = reader.page.locator(".stage .panel")
    panel.get_by_role("button", name="放进去").click()
    assert panel.get_by_role("alert").inner_text() == TEXT("stage.own.empty")
    field = panel.locator("input")
    field.fill("x" * 41)
    field.press("Enter")
    told = TEXT("stage.own.long", count=41, longest=LONGEST_INSERTED)
    assert panel.get_by_role("alert").inner_text() == told
    assert field.input_value() == "x" * 41
    assert words(reader) == ["I", "love", "tea"]
    field.fill("x" * 40)
    reader.after(field.press("Enter"))
    assert "x" * 40 in words(reader)


def test_a_drawn_prediction_is_compared_with_the_true_weights(visit: Visit):
    reader = visit("/", **ZH)
    tool(reader, "先猜").click()
    assert "82%" not in texts(reader)
    button = reader.page.locator(".stage .words button").nth(3)
    button.focus()
    for _ in range(5):
        reader.page.keyboard.press("ArrowRight")
    assert "50%" in texts(reader)
    tool(reader, "看实际的").click()
    drawn, true = np.array([1 / 6, 1 / 6, 1 / 6, 0.5]), row(EATING, ASKS)
    overlap = np.minimum(drawn, true).sum()
    assert f"重合 {overlap:.0%}" in said(reader)
    assert f"你画 50%，实际 {true[3]:.0%}" in said(reader)


def test_why_is_told_in_three_layers(visit: Visit):
    reader = visit("/", **ZH)
    tool(reader, "为什么").click()
    panel = reader.page.locator(".stage .panel")
    assert panel.locator("section").count() == 3
    parts = panel.locator("li").all_inner_texts()
    values = [float(re.findall(r"−?\d+\.\d+", it)[-1].replace("−", "-")) for it in parts]
    layer = HandsetSource().trace_of(EATING).layers[0]
    assert np.isclose(sum(values), layer.q[0, ASKS] @ layer.k[0, ABOUT], atol=0.05)
    slider = panel.get_by_role("slider")
    slider.fill("-4")
    assert "−4.00" in panel.locator("output").inner_text()
    assert not panel.locator("output").inner_text().endswith("82%")


def test_a_number_beside_the_stage_moves_the_picture_at_once(visit: Visit):
    reader = visit("/?chapter=vectors&shown_parameter=w_q&v=2&lang=zh", **ZH)
    reader.begin_cell(0, 5, 2, "5")
    reader.page.keyboard.press("Enter")
    edited = row(EATING, ASKS, (Edit("w_q", (0, 5, 1), 5.0),))
    told = f"W_Q[动作, 做什么] 0 → 5：“吃” → “炸鸡” 82% → {edited[3]:.0%}"
    assert said(reader, "changed") == told  # no run of the server so far
    reader.wait()
    assert said(reader, "changed") == told
    assert shares(reader) == per_cent(edited)


def test_a_number_that_is_taken_back_is_computed_by_core(visit: Visit):
    reader = visit("/?chapter=vectors&shown_parameter=w_q&v=2&lang=zh", **ZH)
    before = texts(reader)
    reader.edit_cell(0, 5, 2, "5")
    reader.after(tool(reader, "退回上一次改数").click())
    assert not [it for it in texts(reader) if "…" in it and it not in before]
    assert "→ 0" not in said(reader, "changed")
    assert shares(reader) == per_cent(row(EATING, ASKS))


def test_a_pulled_bar_changes_the_matrix_that_was_chosen(visit: Visit):
    reader = visit("/", **ZH)
    tool(reader, "拉横条").click()
    tool(reader, "改 W_Q").click()
    assert "W_K" in said(reader)
    reader.page.locator(".stage .words button").first.focus()
    for _ in range(4):
        reader.page.keyboard.press("ArrowRight")
    reader.after(reader.page.keyboard.press("Enter"))
    wanted = row(EATING, ASKS)[0] + 4 * 0.05
    assert shares(reader)[0] == f"{wanted:.0%}"
    assert reader.says("W_K[")
    assert not reader.says("W_Q[")


def test_outputs_tremble_by_their_measured_share(visit: Visit):
    reader = visit("/", **ZH, reduced_motion="reduce")
    reader.page.locator(".stage .words button").nth(3).focus()
    reader.page.keyboard.press("s")
    moved = board(reader).locator(".output").all()[: len(EATING)]
    swings = [it.get_attribute("transform") or "" for it in moved]
    source = Choice().layer_source
    felt = attention(source.parameters(EATING), source.rules).influence.share[:, 3]
    got = [-float(re.findall(r"-?[\d.]+", it)[0]) / 13 for it in swings]
    assert np.allclose(got, felt, atol=0.001)


def test_the_picture_lives_on_in_one_file(chromium: Browser):
    made = alone(Text("zh"), explore(Chosen(), lambda _: None))
    assert len(made.encode()) <= 300_000
    page = chromium.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content("<iframe style='width:1200px;height:800px'></iframe>")
    page.evaluate("(made) => { document.querySelector('iframe').srcdoc = made; }", made)
    frame = page.frame_locator("iframe")
    frame.locator(".said", has_text="82%").wait_for()
    frame.locator("summary").click()
    cell = frame.locator(".numbers input").nth(4 * 5 + 1)
    cell.fill("5")
    cell.press("Enter")
    frame.locator(".changed", has_text="82% → 7%").wait_for()
    frame.locator("select").select_option("1")
    weights = HandsetSource().trace_of(EATING).layers[0].weights[1, ASKS]
    frame.locator(".said", has_text=f"{weights[3]:.0%}").wait_for()
    page.close()
    assert not [it for it in asked if not it.startswith(("about:", "data:", "blob:"))]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_picture_is_saved_for_a_slide(visit: Visit, kind: str):
    reader = visit("/", **ZH)
    with reader.page.expect_download() as started:
        tool(reader, kind.upper()).click()
    content = started.value.path().read_bytes()
    if kind == "png":
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert [int.from_bytes(content[at : at + 4]) for at in (16, 20)] == [1920, 1080]
        return
    drawn = content.decode()
    for words in (*EATING, "RNN", "CNN", "82%", "手工设定"):
        assert words in drawn
    assert 'width="1920" height="1080"' in drawn


@pytest.mark.parametrize(
    ("view", "seen"),
    [("stage", ".stage"), ("sentence", ".strip"), ("why", ".katex"), ("maps", "svg.marks")],
)
def test_a_card_shows_one_part_and_nothing_else(visit: Visit, view: str, seen: str):
    reader = visit(f"/?embed=true&view={view}&v=2&lang=zh", 1000, **ZH)
    reader.page.set_viewport_size({"width": 1000, "height": 560})
    reader.wait()
    box = reader.page.locator(seen).first.bounding_box()
    assert box is not None
    assert box["y"] < 300
    assert not reader.page.get_by_role("textbox").count()
    assert not reader.page.get_by_role("heading").count() or view == "why"
    if view == "stage":
        assert box["y"] + box["height"] <= 560


def test_the_guide_ticks_what_was_done(visit: Visit):
    reader = visit("/?guide=1&chapter=words&v=2&lang=zh", **ZH)
    assert reader.says("任务 1/5")
    assert reader.says("⬜")
    reader.after(reader.page.locator(".stage .words button").first.click())
    assert reader.says("✅")
    reader.after(reader.button("下一个任务").click())
    assert reader.says("任务 2/5")
