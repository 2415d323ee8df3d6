"""Programs to take away: what a page offers, run, gives what the page is about."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from streamlit.testing.v1 import AppTest

from core.ideas import reach
from core.ideas.buffet import laid, serve
from core.ideas.heads import heads
from core.ideas.shuffling import OrderedHead
from core.reader.cells import BUFFET, Address
from core.reader.ideas import BuffetChoice, ReachChoice
from core.reader.scene import scene_of
from pages.shared.text import LANGUAGES, Language, Text, labels
from tests.pages.exploring import choose, notes, put, select

Visit = Callable[[str | None], AppTest]


@pytest.fixture(autouse=True)
def default_printing() -> Iterator[None]:
    """The program sets how torch prints, and how it computes, for the whole process."""
    yield
    torch.set_printoptions(profile="default")
    torch.set_default_dtype(torch.float32)


def program(visit: Visit, page: str, **values: object) -> tuple[AppTest, dict[str, Any]]:
    """The page with its whole program unfolded, and what that leaves behind."""
    app = visit("en-US")
    select(app, **values)
    app = choose(app.switch_page(f"pages/{page}.py").run(), code_open=True)
    lines, whole = (it.value for it in app.code)
    assert whole.endswith(f"\n\n{lines}")
    names: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()):
        exec(whole, names)
    return app, names


def test_all_heads_of_the_page_are_in_its_program(open_dashboard: Visit):
    app, names = program(open_dashboard, "heads", n_heads=3, mask="causal", positions="alibi")
    scene = scene_of(notes(app).reader)
    found = heads(scene.source.parameters(scene.tokens.kept), scene.source.rules)
    assert_allclose(names["weights"], found.weights, atol=1e-5)
    mixed = names["output"].transpose(0, 1).flatten(1) @ names["w_o"]
    assert_allclose(mixed, found.output, atol=1e-4)


def test_the_order_of_the_page_is_in_its_program(open_dashboard: Visit):
    asked = {
        "positions_kind": "sinusoidal",
        "positions_places": (2, 0, 3, 1),
        "sentence": "a b c d",
    }
    app, names = program(open_dashboard, "positions", **asked, n_heads=2)
    scene = scene_of(notes(app).reader)
    parameters = scene.source.parameters(scene.tokens.kept)
    head = OrderedHead(parameters, scene.choice.head, "sinusoidal")
    assert_allclose(names["after"], head.run((2, 0, 3, 1)).output, atol=1e-5)


def test_the_changed_table_of_the_buffet_is_in_its_program(open_dashboard: Visit):
    app, _ = program(open_dashboard, "buffet")
    put(app, BUFFET, {Address("buffet_keys", "", 2, "", 1): 2.5})
    app = choose(app, buffet_sugar=3.0)
    names: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()):
        exec(app.code[1].value, names)
    table = laid()
    table.labels[2, 1] = 2.5
    goal = notes(app).reader.record(BuffetChoice).goal
    assert goal[1] == 3.0
    assert_allclose(names["weights"], serve(goal, table).weights[0], atol=1e-6)
    assert np.array_equal(names["k"], table.labels)


def test_what_the_page_about_reach_says_of_its_first_draw_is_printed(open_dashboard: Visit):
    app = open_dashboard("en-US")
    select(app, reach_n=9, reach_seed=4, reach_kind="lstm", reach_output=8, reach_input=2)
    app = app.switch_page("pages/reach.py").run()
    app = choose(app, code_open=True)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(app.code[1].value, {})
    torch.set_default_dtype(torch.float32)
    [said] = [it.value for it in app.markdown if "automatic differentiation" in it.value]
    named = re.findall(r"`(.+?)`", said)
    rows = dict(re.findall(r"(\w+) tensor\(\[(.+?)\]\)", printed.getvalue(), re.DOTALL))
    assert [row.split(",")[1].strip() for row in rows.values()] == named
    assert list(rows) == ["attention", "recurrent", "convolutional"]
    page = reach.recurrent(tuple("123456789"), ReachChoice(reach_kind="lstm").recurrent, 4)
    assert named[1] == f"{page.first[7, 1]:.3e}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["heads", "positions", "buffet", "reach"])
def test_it_is_offered_as_a_program_and_a_notebook(
    open_dashboard: Visit, page: str, language: Language
):
    app = open_dashboard(language).switch_page(f"pages/{page}.py").run()
    text = Text(language)
    offered = [it.proto.label for it in app.get("download_button")]
    assert text("code.download", name=page) in offered
    assert text("code.download_notebook") in offered
    lead = labels()[f"{page}.code_lead"][language].partition("{")[0]
    assert any(it.value.startswith(lead) for it in app.markdown)
