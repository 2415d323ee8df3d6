"""The cost page: the table, the words and the curves say what core counts."""

from collections.abc import Callable, Iterator
from typing import get_args

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.ideas import timing
from core.ideas.cost import (
    ROWS,
    Setting,
    counted,
    crossing,
    formula,
    kept,
    learned,
    longest_path,
    sequential,
)
from core.ideas.timing import ROUNDS
from core.reader.ideas import COST_LENGTHS, CostChoice, lengths
from core.reader.records import NAMES
from core.rnn import RecurrentKind
from pages.shared.text import LANGUAGES, Language, Text
from pages.shared.views.cost.layers import in_bytes, multiple
from tests.pages.exploring import select

Visit = Callable[[str | None], AppTest]
EN = Text("en")


@pytest.fixture
def cost(open_dashboard: Visit) -> AppTest:
    return open_dashboard("en-US").switch_page("pages/cost.py").run()


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def curves(app: AppTest) -> pd.DataFrame:
    [found] = [it for it in app.get("vega_lite_chart") if it.proto.alt == EN("alt.cost_curves")]
    assert isinstance(found, UnknownElement)
    return convert_arrow_bytes_to_pandas_df(found.proto.data.data)


def said(app: AppTest, it: Setting, kind: str) -> bool:
    """Whether the sentence of this kind stands on the page, with its numbers."""
    ours, theirs = formula("self_attention", it), formula("recurrent", it)
    times = multiple(max(ours, theirs) / min(ours, theirs))
    sizes = {"n": f"{it.n:,}", "d": f"{it.d:,}"}
    words = {**sizes, "times": times, "layer": EN(f"cost_recurrent.{it.recurrent}")}
    return any(it.value.startswith(EN(f"cost.words.{kind}", **words)) for it in app.markdown)


def assert_table(app: AppTest, it: Setting) -> None:
    work, *others = (app.table[number].value.astype(str) for number in (0, 1, 2))
    assert all(work.index.tolist() == it.index.tolist() for it in others)
    shown = work.join(others).to_dict("index")
    assert [str(name).replace("\u2060", "") for name in shown] == [
        EN(f"cost.{row}") for row in ROWS
    ]
    for row, cells in zip(ROWS, shown.values(), strict=True):
        assert cells[EN("cost.column.formula")].endswith(f"= {formula(row, it):,}")
        found = counted(row, it)
        expected = "–" if found is None else f"{found:,} ✓"
        assert cells[EN("cost.column.counted")] == expected
        assert cells[EN("cost.column.sequential")].endswith(f": {sequential(row, it):,}")
        assert cells[EN("cost.column.path")].endswith(f": {longest_path(row, it):,}")
        for name, numbers in (("kept", kept(row, it)), ("learned", learned(row, it))):
            assert cells[EN(f"cost.column.{name}")].endswith(f": {in_bytes(numbers)}")


def test_the_table_holds_the_readers_numbers(cost: AppTest):
    assert_table(cost, CostChoice().setting)
    choose(cost, cost_n=96, cost_d=24, cost_k=5, cost_r=15, cost_recurrent="gru")
    assert_table(cost, Setting(96, 24, 5, 15, "gru"))
    choose(cost, cost_projections=True)
    assert_table(cost, Setting(96, 24, 5, 15, "gru", True))


@pytest.mark.parametrize(
    ("numbers", "told"),
    [(0, "0 B"), (16, "64 B"), (4096, "16.4 kB"), (25 * 10**10, "1 TB"), (10**15, "4,000 TB")],
)
def test_bytes_by_hand(numbers: int, told: str):
    assert in_bytes(numbers) == told


def test_any_size_can_be_typed(cost: AppTest):
    cost.number_input(key="cost_n").set_value(1_000_000).run()
    cost.number_input(key="cost_d").set_value(12_288).run()
    assert_table(cost, Setting(1_000_000, 12_288))
    assert "4 TB" in cost.table[2].value.to_string()


def test_where_nothing_is_counted_the_page_says_so(cost: AppTest):
    choose(cost, cost_n=16, cost_d=16, cost_recurrent="lstm")
    assert_table(cost, it := Setting(16, 16, recurrent="lstm"))
    assert all(counted(row, it) for row in ROWS)
    choose(cost, cost_n=4096)
    layers = EN("sentence.comma").join(EN(f"cost.{row}") for row in ROWS)
    large = EN("cost.uncounted", layers=layers)
    assert [it.value for it in cost.caption].count(large) == 1
    assert_table(cost, Setting(4096, 16, recurrent="lstm"))


@pytest.mark.parametrize(
    ("n", "projections", "kind"),
    [(64, False, "less"), (512, False, "equal"), (1024, False, "more"), (64, True, "never")],
)
def test_the_words_follow_the_numbers(cost: AppTest, n: int, projections: bool, kind: str):
    choose(cost, cost_n=n, cost_projections=projections)
    it, kinds = Setting(n, 512, projections=projections), ("less", "equal", "more", "never")
    assert [other for other in kinds if said(cost, it, other)] == [kind]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("n", "kind"), [(64, "less"), (511, "less"), (600, "less"), (3000, "more")]
)
def test_what_the_paper_has_in_mind_is_said_of_short_sentences_only(
    open_dashboard: Visit, language: Language, n: int, kind: str
):
    """An LSTM needs more operations than attention also where the sentence is the longer one."""
    app = open_dashboard(language).switch_page("pages/cost.py").run()
    choose(app, cost_n=n, cost_recurrent="lstm")
    text, it = Text(language), Setting(n, 512, recurrent="lstm")
    ours, theirs = formula("self_attention", it), formula("recurrent", it)
    assert (ours < theirs) == (kind == "less")
    said_so = [text("cost.words.short") in it.value for it in app.markdown]
    assert any(said_so) == (n < 512)


def test_the_curves_are_the_formulas_and_cross_at_d(cost: AppTest):
    choose(cost, cost_d=256, cost_n=32)
    found, it = curves(cost), Setting(32, 256)
    for row in ROWS:
        line = found[(found.kind == "line") & (found.line == EN(f"cost.{row}"))]
        assert line.n.tolist() == list(COST_LENGTHS)
        assert line.amount.tolist() == [formula(row, it._replace(n=n)) for n in COST_LENGTHS]
    assert found[found.kind == "chosen"].n.tolist() == [32]
    [label] = found[found.kind == "crossing"].label
    assert label == "n = d = 256"
    choose(cost, cost_projections=True)
    assert not (curves(cost).kind == "crossing").any()


def test_the_stopwatch_runs_and_shows_its_spread(cost: AppTest):
    choose(cost, cost_n=8, cost_d=8)
    without = len(cost.table)
    cost.button(key="cost_time").click().run()
    assert len(cost.table) == without + 1
    shown = cost.table[3].value
    assert all(it.endswith(" ms") for it in shown[EN("cost.time.taken")])
    assert shown[EN("cost.time.median")].iloc[0] == "1 ×"
    assert EN("cost.time.how", runs=ROUNDS) in [it.value for it in cost.caption]
    choose(cost, cost_n=16)
    assert len(cost.table) == without
    assert EN("cost.time.again") in [it.value for it in cost.caption]


@pytest.fixture
def busy() -> Iterator[None]:
    running = timing.timed(Setting(8, 8))
    next(running)
    yield
    running.close()


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("language", LANGUAGES)
def test_one_at_a_time_may_use_the_stopwatch(open_dashboard: Visit, language: Language):
    app = open_dashboard(language).switch_page("pages/cost.py").run()
    app.button(key="cost_time").click().run()
    assert [it.value for it in app.error] == [Text(language)("error.timing_is_busy")]


def test_what_would_take_too_long_is_refused_in_words(cost: AppTest):
    choose(cost, cost_n=4096, cost_d=1024)
    cost.button(key="cost_time").click().run()
    assert [it.value for it in cost.error] == [EN("error.too_large_to_time")]


@given(
    n=st.integers(2, 10_000),
    d=st.integers(1, 5_000),
    kind=st.sampled_from(get_args(RecurrentKind)),
    projections=st.booleans(),
)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_marked_crossing_is_cores(
    cost: AppTest, n: int, d: int, kind: RecurrentKind, projections: bool
):
    choose(cost, cost_n=n, cost_d=d, cost_recurrent=kind, cost_projections=projections)
    at = crossing(Setting(n, d, recurrent=kind, projections=projections))
    expected = [at] if at is not None and at >= lengths(n, d)[0] else []
    assert curves(cost).query("kind == 'crossing'").n.tolist() == expected


@pytest.mark.parametrize("nonsense", ["x", None, 99.5, 0])
def test_nonsense_in_the_session_is_replaced(cost: AppTest, nonsense: object):
    for name in NAMES[CostChoice]:
        cost.session_state[name] = nonsense
    cost._run()
    assert not cost.error
    assert_table(cost, CostChoice().setting)


def test_the_sizes_are_kept_while_other_pages_are_read(cost: AppTest):
    choose(cost, cost_n=24)
    cost.switch_page("pages/explore.py").run()
    cost.switch_page("pages/cost.py").run()
    assert_table(cost, Setting(24, 512))
