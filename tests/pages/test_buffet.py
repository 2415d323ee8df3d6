"""The buffet page: its bars and maps are core's numbers, and its tables can be changed."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core import architectures
from core.ideas.buffet import DISHES, Table, felt, laid, serve
from core.reader.ideas import WISHES, BuffetChoice
from pages.shared.text import LANGUAGES, Language, Text, plain
from tests.pages.editors import typed
from tests.pages.exploring import select, table_key

Visit = Callable[[str | None], AppTest]
EN = Text("en")
NAMES = [dish.name for dish in DISHES]


@pytest.fixture
def buffet(open_dashboard: Visit) -> AppTest:
    return open_dashboard("en-US").switch_page("pages/buffet.py").run()


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def drawn(app: AppTest, name: str) -> pd.DataFrame:
    alts = [Text(language)(f"alt.{name}") for language in LANGUAGES]
    [found] = [it for it in app.get("vega_lite_chart") if it.proto.alt in alts]
    assert isinstance(found, UnknownElement)
    return convert_arrow_bytes_to_pandas_df(found.proto.data.data)


def share(app: AppTest, name: str) -> np.ndarray:
    cells = drawn(app, f"buffet_{name}")
    return cells.pivot(index="row", columns="column", values="value").to_numpy()


def type_in(app: AppTest, table: str, row: int, column: int, content: object) -> AppTest:
    return choose(app, **{table_key(app, table): typed((row, column, content))})


def assert_shows(app: AppTest, goal: np.ndarray, table: Table) -> None:
    layer = serve(goal, table)
    assert_allclose(drawn(app, "buffet_weights")["value"], layer.weights[0, 0])
    plate = drawn(app, "buffet_plate")
    assert_allclose(plate["value"], layer.output[0, 0])
    assert_allclose(plate["expected"], layer.weights[0, 0] @ table.labels)


def test_the_bars_are_attention_on_the_tables_numbers(buffet: AppTest):
    assert_shows(buffet, BuffetChoice().goal, laid())


def test_a_wish_changes_the_plate(buffet: AppTest):
    choose(buffet, buffet_protein=-3.0, buffet_spice=2.5)
    assert_shows(buffet, np.array([-3, -1, 1, 2.5, 0]), laid())


@pytest.mark.parametrize(
    "wish", [{}, {"buffet_sugar": 0.5}, {"buffet_protein": 0.0}, {"buffet_spice": 3.0}]
)
def test_a_dish_that_is_named_gives_more_than_one_that_is_not(
    buffet: AppTest, wish: dict[str, float]
):
    choose(buffet, **wish)
    weights = serve(replace(BuffetChoice(), **wish).goal, laid()).weights[0, 0]
    [told] = [it.value for it in buffet.markdown if it.value.startswith("Of the plate")]
    named = [f"**{EN(f'dish.{name}')}**" in told for name in NAMES]
    assert sum(named) >= 2
    assert min(weights[named], default=0) > max(weights[np.invert(named)], default=0) + 0.0001
    assert {f"{it:.1%}" for it in weights[named]} == set(re.findall(r"[\d.]+%", told))


def test_the_arithmetic_names_its_steps_and_writes_every_number(buffet: AppTest):
    told = [it.value for it in buffet.markdown]
    for step in ("dot", "score", "softmax", "sum"):
        [line] = [it for it in told if it.startswith(EN(f"arithmetic.{step}"))]
        assert "\\dots" not in line


def test_what_nobody_asked_for_is_told_as_that(buffet: AppTest):
    sentence = EN("buffet.unasked", dish="").split(":")[0]
    for goal in ({}, {"buffet_spice": 0.5}, {"buffet_protein": -1.0}):
        choose(buffet, **goal)
        wishes = replace(BuffetChoice(), **goal).goal
        output = serve(wishes, laid()).output[0, 0]
        told = " ".join(it.value for it in buffet.markdown)
        assert (sentence in told) == (wishes[output.argmax()] <= 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wish_takes_the_same_of_everything_and_says_so(
    open_dashboard: Visit, language: Language
):
    app = open_dashboard(language).switch_page("pages/buffet.py").run()
    app.button(key="diner.nothing").click().run()
    assert_shows(app, np.zeros(5), laid())
    said = Text(language)("buffet.even", n=len(DISHES), share=f"{1 / len(DISHES):.1%}")
    assert said in [it.value for it in app.markdown]


def test_a_changed_label_changes_the_weights_and_changed_food_only_the_plate(buffet: AppTest):
    cake, table = NAMES.index("cake"), laid()
    before = drawn(buffet, "buffet_weights")["value"].to_numpy()
    type_in(buffet, "buffet_values", cake, 0, 9.0)
    table.contents[cake, 0] = 9
    assert_shows(buffet, BuffetChoice().goal, table)
    assert_allclose(drawn(buffet, "buffet_weights")["value"], before)
    type_in(buffet, "buffet_keys", cake, 0, 3.0)
    table.labels[cake, 0] = 3
    assert_shows(buffet, BuffetChoice().goal, table)
    assert drawn(buffet, "buffet_weights")["value"].to_numpy()[cake] > before[cake]


def test_changes_stay_with_their_dish_when_the_order_turns_and_are_undone(buffet: AppTest):
    type_in(buffet, "buffet_keys", 0, 1, 2.0)  # the salad's label owns up to its sugar
    choose(buffet, buffet_reversed=True)
    changed = laid()
    changed.labels[0, 1] = 2
    turned = changed.ordered(tuple(range(len(DISHES)))[::-1])
    assert_shows(buffet, BuffetChoice().goal, turned)
    [undo] = [it for it in buffet.button if it.label == Text("en")("edits.undo")]
    undo.click().run()
    assert_shows(buffet, BuffetChoice().goal, laid().ordered(tuple(range(len(DISHES)))[::-1]))


def test_the_three_diners_are_measured_by_core(buffet: AppTest):
    choose(buffet, buffet_walks=2, buffet_gain=0.5, buffet_seed=3)
    choice, seen = BuffetChoice(buffet_walks=2, buffet_gain=0.5, buffet_seed=3), laid().seen()
    expected = {
        "attention": felt(choice.goal, laid()),
        "recurrent": architectures.recurrent(seen, choice.recurrent),
        "convolutional": architectures.convolutional(seen, choice.convolution),
    }
    for name, found in expected.items():
        assert_allclose(share(buffet, name), found.influence.share, rtol=1e-5, atol=1e-7)


def test_seeded_diners_say_that_they_are_untrained(buffet: AppTest):
    choose(buffet, buffet_seed=3)
    said = Text("en")("origin.seeded", detail="3")
    assert sum(said in it.value for it in buffet.markdown) == 2


@pytest.mark.parametrize("content", ["", "many", None, 1e9, float("nan"), "<b>1</b>"])
def test_nonsense_in_a_table_is_refused_in_words(buffet: AppTest, content: object):
    type_in(buffet, "buffet_values", 2, 1, content)
    [said] = [it.value for it in buffet.error]
    text = Text("en")
    row, column = plain("3:rice"), plain("sugar")
    assert said.endswith(text("error.cell", row=row, column=column, value="0"))
    assert_shows(buffet, BuffetChoice().goal, laid())


@pytest.mark.parametrize("nonsense", ["x", None, 99.0])
def test_nonsense_in_the_session_is_replaced(buffet: AppTest, nonsense: object):
    for name in (*WISHES, "buffet_walks", "buffet_dish", "buffet_reversed"):
        buffet.session_state[name] = nonsense
    buffet._run()
    assert not buffet.error
    assert_shows(buffet, BuffetChoice().goal, laid())


def test_the_wish_is_kept_while_other_pages_are_read(buffet: AppTest):
    choose(buffet, buffet_sugar=3.0)
    buffet.switch_page("pages/explore.py").run()
    buffet.switch_page("pages/buffet.py").run()
    assert buffet.slider(key="buffet_sugar").value == 3.0
