"""What is taken away from a page is what the page shows, and comes back the same."""

import gc
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from html.parser import HTMLParser
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from numpy.testing import assert_allclose, assert_array_equal
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.ideas.why import INSERTED, translated
from core.layer import Edit, Rules
from core.masks import MASKS, MaskRule
from core.models.run import ModelRun
from core.positions import ENCODINGS
from core.reader.cells import Address
from core.reader.explore import Choice, HeadsChoice, PositionsChoice
from core.reader.file import take_file
from core.reader.generating import CacheChoice
from core.reader.ideas import BuffetChoice, CostChoice, CrossChoice, ReachChoice
from core.reader.model import ModelChoice
from core.reader.reader import Reader
from core.reader.records import DEFAULTS, FIELDS
from core.reader.training import AIMED, TrainingChoice
from core.reader.why import WhyChoice
from core.sources.pretrained import PretrainedSource
from core.sources.uploaded import UploadedSource, read_upload
from core.taken.report import Report
from core.tokens import tokenize
from core.trace import AttentionTrace
from pages.shared.reports.race import race_settings
from pages.shared.reports.taken import bare
from pages.shared.server import cache
from pages.shared.server.worker import Progress, worker
from pages.shared.text import LANGUAGES, Language, Text
from pages.shared.views.taking import files as take_away_files
from pages.shared.views.taking import whole
from tests.pages.exploring import handset, notes, put, select

Visit = Callable[[str | None], AppTest]
Files = dict[str, Callable[[], bytes]]
ReportOf = Callable[[str], Report]

CHICKEN = "我爱吃炸鸡"
EVIL = '<script>alert(1)</script> [a](http://e.vil) "><img src=http://e.vil/x.png>'
SENTENCES = {
    **dict.fromkeys(("explore", "heads", "positions", "reach"), "sentence"),
    "model": "model_sentence",
    "cross": "cross_a",
}
REPORTED = (*SENTENCES, "upload", "buffet", "cost", "why")
VOID = {"meta"}
QUICK = {
    "training_length": 16,
    "training_steps": 50,
    "training_budget": 8_000,
    "training_contenders": ["relative", "gru"],
}


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Files:
    """The files of the last page that was drawn, by their names."""
    found: Files = {}

    def note(_label: str, name: str, _mime: str, data: Callable[[], bytes]) -> None:
        found[name] = data

    def note_report(_text: Text, name: str, made: Callable[[], str]) -> None:
        found[name] = lambda: made().encode()

    monkeypatch.setattr(take_away_files, "save_button", note)
    monkeypatch.setattr(take_away_files, "report_button", note_report)
    return found


@pytest.fixture
def report_of(offered: Files, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Report]:
    """What a page's report is made of, once the page is open."""
    found: list[Report] = []

    def note(report: Report) -> str:
        found.append(report)
        return ""

    def made(page: str) -> Report:
        offered[f"{page}.html"]()
        return found[-1]

    monkeypatch.setattr(take_away_files, "html", note)
    return made


class Structure(HTMLParser):
    """What stands in a page; fails where its elements are not closed in order."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(content)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "action")]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.remove(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def opened(app: AppTest, page: str = "explore", **values: object) -> AppTest:
    """A page with its popover open."""
    if page != "explore":
        app.switch_page(f"pages/{page}.py").run()
    select(app, **values)
    app.session_state["take_away"] = True
    app.run()
    assert not app.exception
    assert not app.error
    return app


def brought_back(content: bytes) -> AttentionTrace:
    """What the page for files makes of one."""
    upload = read_upload(content, "a.npz")
    assert upload.doubts == ()
    return UploadedSource(upload).trace()


def assert_same(one: AttentionTrace, other: AttentionTrace) -> None:
    assert (one.query_tokens, one.key_tokens) == (other.query_tokens, other.key_tokens)
    for name, array in vars(one.layers[0]).items():
        assert_array_equal(getattr(other.layers[0], name), array, err_msg=name)


def test_nothing_is_made_before_the_popover_is_opened(dashboard: AppTest, offered: Files):
    dashboard.run()
    assert offered == {}


@pytest.mark.parametrize("page", ["explore", "heads"])
def test_the_exploration_holds_what_was_chosen_though_the_page_shows_something_else(
    dashboard: AppTest, monkeypatch: pytest.MonkeyPatch, page: str
):
    found: Files = {}

    def note(_label: str, name: str, _mime: str, data: Callable[[], bytes]) -> None:
        found[name] = data

    monkeypatch.setattr(whole, "save_button", note)
    select(dashboard, source="trained")
    opened(dashboard.run(), page)
    fields = take_file(Reader(), found["attention-lab.json"]())[0].fields
    assert fields["source"] == "trained"
    assert all(fields.get(it, DEFAULTS[it]) == getattr(TrainingChoice(), it) for it in AIMED)


@pytest.mark.parametrize("page", ["explore", "heads"])
def test_the_trace_of_a_layer_comes_back_bit_for_bit(dashboard: AppTest, offered: Files, page: str):
    opened(dashboard, page, mask="causal", positions="alibi", head=1)
    rules = Rules(mask=MaskRule("causal"), positions="alibi")
    expected = handset(rules=rules).trace(CHICKEN)
    assert_same(expected, brought_back(offered[f"{page}.npz"]()))


def test_the_trace_of_two_sentences_comes_back_bit_for_bit(dashboard: AppTest, offered: Files):
    opened(dashboard, "cross", cross_sources="a_asks_b")
    it = CrossChoice(cross_sources="a_asks_b")
    a, b = tokenize(it.cross_a).kept, tokenize(it.cross_b).kept
    assert_same(it.source.trace(a, b), brought_back(offered["cross.npz"]()))


def test_edited_numbers_are_in_the_file(dashboard: AppTest, offered: Files):
    edits = {Address("w_q", "0", 5, "", 2): 7.5}
    put(dashboard, "handset", edits)
    opened(dashboard)
    upload = read_upload(offered["explore.npz"](), "explore.npz")
    expected = handset(edits=(Edit("w_q", (0, 5, 2), 7.5),)).trace(CHICKEN)
    assert_array_equal(upload.weights(0), expected.layers[0].weights)
    assert upload.says == expected.origin
    assert upload.says is not None
    assert upload.says.edited


def test_the_model_is_taken_away_whole_or_by_layer(open_dashboard: Visit, offered: Files):
    opened(open_dashboard("en-US"), "model", model_sentence="The cat sat.", model_layer=2)
    layers = PretrainedSource().trace("The cat sat.").layers
    whole = read_upload(offered["model.npz"](), "model.npz")
    one = read_upload(offered["model-2.npz"](), "model-2.npz")
    assert (whole.n_layers, whole.n_heads, one.n_layers) == (6, 12, 1)
    # Computed here with as many threads as there are, by the page with one.
    assert_allclose(whole.weights(5), layers[5].weights, rtol=1e-4)
    assert_allclose(one.weights(0), layers[2].weights, rtol=1e-4)


def test_what_waits_to_be_saved_holds_no_run_of_a_model(open_dashboard: Visit, offered: Files):
    sentence = "A sentence that is to be forgotten."
    opened(open_dashboard("en-US"), "model", model_sentence=sentence)
    assert {"model.npz", "model.html"} <= offered.keys()
    cache._runs.clear()
    gc.collect()
    runs = [it for it in gc.get_objects() if type(it) is ModelRun]
    assert sentence not in [it.pieces.sentence for it in runs]


# Reports


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", REPORTED)
def test_a_report_says_what_it_is_and_does_nothing(
    open_dashboard: Visit, offered: Files, page: str, language: Language
):
    values = {SENTENCES[page]: EVIL} if page in SENTENCES else {}
    if page == "reach":
        values["reach_tokens"] = "sentence"
    opened(open_dashboard(language), page, **values)
    content = offered[f"{page}.html"]().decode()
    found, text = Structure(content), Text(language)
    assert text(f"{page}.title") in found.words
    assert text("report.settings") in found.words
    assert text("report.caveats") in found.words
    assert not found.tags & {"script", "img", "iframe", "link", "object", "form"}
    assert all(re.match(r"https?://(localhost|127)|data:image/png;", it) for it in found.links)
    assert ("&lt;" in content) == (page in SENTENCES)
    written = " ".join(found.words[found.words.index(text("report.settings")) :])
    assert not re.search(r"\*\*|\$|\bnan\b|\{", written.replace(EVIL, ""))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("page", "why"), [("path", "elsewhere"), ("corrections", "elsewhere"), ("training", "later")]
)
def test_a_page_without_results_says_why_there_is_no_report(
    open_dashboard: Visit, offered: Files, page: str, why: str, language: Language
):
    asked = {"training_task": "pairs"} if page == "training" else {}
    app = opened(open_dashboard(language), page, **asked)
    assert f"{page}.html" not in offered
    assert Text(language)(f"take.report_{why}") in [it.value for it in app.caption]


def test_a_report_holds_the_weights(dashboard: AppTest, offered: Files):
    opened(dashboard)
    content = offered["explore.html"]().decode()
    for weight in handset().trace(CHICKEN).layers[0].weights[0].flat:
        assert f"<td>{weight:.4f}</td>" in content


def test_no_masked_score_is_written_as_infinite(dashboard: AppTest, report_of: ReportOf):
    opened(dashboard, mask="causal")
    cells = cells_of(report_of("explore"))
    assert "×" in cells
    assert not any("inf" in cell for cell in cells)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wished_for_most_comes_first(open_dashboard: Visit, language: Language):
    app, text = opened(open_dashboard(language)), Text(language)
    headings = [it.value for it in app.markdown]
    order = ("take.pictures", "take.report", "take.numbers", "take.file", "take.embed")
    places = [headings.index(text(name)) for name in order]
    assert places == sorted(places)


# Settings

ELSEWHERE = {
    *("sentence", "cross_a", "cross_b", "model_sentence", "why_sentence"),  # above the settings
    *("edits", "blocked"),  # tables below them
    *("cutting", "cross_cutting"),  # the version of a link, no choice
    *("model_other", "model_name", "model_order", "heads_blocks", "positions_at", "reach_log"),
    *("model_cells", "model_sorted", "model_click"),
    *("model_finder_open", "model_steps_open", "model_lines", "model_toy", "model_off"),
    *("model_temperature", "model_blind"),
    *("model_alone", "buffet_arithmetic_open", "heads_table_open"),
    "why_inserted_open",
    *("buffet_dish", "source"),  # change no number of the report; or are no matter of this test
}


def another(hint: object, value: object, read: Callable[[object], object]) -> object:
    """A usable value that is not the default."""
    if get_origin(hint) is Literal:
        return next(it for it in get_args(hint)[::-1] if it != value)
    if isinstance(value, bool):
        return not value
    tries = [3, 1, 7, 16, 2, (1,), *MASKS, *ENCODINGS]
    for it in tries:
        with suppress(ValueError, TypeError):
            if it != value and read(it) == it:
                return it
    assert isinstance(value, str), value
    return value


@pytest.mark.parametrize(
    "case",
    [
        ("explore", Choice, {"mask": "window"}, {"padded", "rnn_gain"}),
        (
            *("explore", Choice),
            {"mask": "padding", "rnn_kind": "rnn", "n_heads": 2, "head": 1, "key": 3},
            {"window", "rnn_kind", "n_heads", "key", "query"},
        ),
        ("heads", HeadsChoice, {}, set()),
        ("cross", CrossChoice, {"cross_numbers": "seeded"}, {"cross_translator"}),
        ("positions", PositionsChoice, {}, set()),
        (
            *("reach", ReachChoice),
            {
                **{"reach_tokens": "numbers", "reach_kind": "rnn", "reach_dilations": "1,3"},
                "reach_mask": "window",
            },
            {"reach_tokens", "reach_kind", "reach_step", "reach_global"},
        ),
        ("buffet", BuffetChoice, {}, set()),
        ("cost", CostChoice, {}, set()),
        ("cost", CacheChoice, {}, set()),
        ("model", ModelChoice, {}, {"model_attention"}),  # it has one only
        ("why", WhyChoice, {"why_sentence": "I love music."}, {"why_key", "why_begun"}),
    ],
    ids=lambda case: case[0],
)
def test_the_settings_of_a_report_hold_every_choice_of_its_page(
    open_dashboard: Visit,
    report_of: ReportOf,
    case: tuple[str, type, Mapping[str, object], set[str]],
):
    page, record, set_to, idle = case
    hints, first = get_type_hints(record), record()
    values = {
        name: another(hints[name], value, FIELDS[name].read)
        for name, value in vars(first).items()
        if name not in {*ELSEWHERE, *("head", "key")}
    }
    app = opened(open_dashboard("en-US"), page)
    before = settings_of(report_of(page))
    select(app, **{**values, **set_to})
    app.run()
    assert not app.exception
    assert not app.error
    after, text = settings_of(report_of(page)), Text("en")
    whose = {"rnn": "RNN · ", "cnn": "CNN · "}
    for name in values.keys() - idle:
        label = whose.get(name[:3], "") + bare(text(f"{name}.label"))
        assert after[label] != before.get(label), name


def test_a_translators_weights_are_in_the_report(open_dashboard: Visit, report_of: ReportOf):
    app, pair = opened(open_dashboard("en-US"), "cross"), INSERTED[0]
    select(app, cross_numbers="translator", cross_a=pair["zh"], cross_b=pair["en"])
    app.run()
    report = report_of("cross")
    made = translated("attention", pair["zh"], pair["en"]).made
    assert made is not None
    assert made.mean_weights is not None
    [table] = [it for section in report.sections for it in section.tables]
    found = [[float(cell) for cell in row[1:]] for row in table.rows]
    assert_allclose(found, made.mean_weights[:-1], atol=5e-5)
    assert settings_of(report)[Text("en")("cross_translator.label")] == "GRU with attention"


def settings_of(report: Report) -> dict[str, str]:
    """What a report says was chosen; nothing is said twice."""
    rows = [(row[0], row[1]) for row in report.settings.tables[0].rows]
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def test_changed_numbers_are_listed_as_long_as_they_are_few(
    dashboard: AppTest, report_of: ReportOf
):
    for n_rows, listed in ((8, True), (64, False)):
        places = ((row, column) for row in range(n_rows) for column in range(4))
        cells = {Address("w_q", "1", row, "", column): 7.5 for row, column in places}
        put(dashboard, "handset", cells)
        opened(dashboard, d_model=64)
        [_, *tables] = report_of("explore").settings.tables
        edited = [table for table in tables if table.title == Text("zh")("edits.label")]
        assert bool(edited) == listed
        count = settings_of(report_of("explore"))[Text("zh")("edits.label")]
        assert count == str(4 * n_rows)
        if listed:
            last = (Text("zh")("matrix.w_q"), "2", "8", "4", "7.5")
            assert edited[0].rows[-1] == last


def cells_of(report: Report) -> set[str]:
    """Every cell of every table."""
    sections = (report.settings, *report.sections)
    tables = (table for section in sections for table in section.tables)
    return {cell for table in tables for row in table.rows for cell in row}


@pytest.mark.parametrize(
    ("page", "values"),
    [("cost", {"cost_n": 96, "cost_recurrent": "lstm"}), ("heads", {"heads_width": 128})],
)
def test_numbers_of_the_pages_tables_are_in_the_report(
    dashboard: AppTest, report_of: ReportOf, page: str, values: dict[str, object]
):
    app = opened(dashboard, page, **values)
    on_page = " ".join(app.table[i].value.to_string() for i in range(len(app.table)))
    numbers = {it for it in re.findall(r"[\d,]+", on_page) if it.strip(",")}
    large = {number for number in numbers if "," in number}
    assert large
    assert large <= cells_of(report_of(page))


def test_strengths_by_distance_are_the_pages(dashboard: AppTest, report_of: ReportOf):
    app = opened(dashboard, "reach", reach_n=6, reach_output=5)
    [chart] = [
        it
        for it in app.get("vega_lite_chart")
        if isinstance(it, UnknownElement) and it.proto.alt == Text("zh")("alt.reach_strength")
    ]
    lines = convert_arrow_bytes_to_pandas_df(chart.proto.data.data)
    found = {cell.split(" (")[0] for cell in cells_of(report_of("reach"))}
    assert len(lines)
    assert {f"{value:.4g}" for value in lines["value"]} <= found


def test_the_buffets_plate_and_changes_are_in_the_report(dashboard: AppTest, report_of: ReportOf):
    edits = {Address("buffet_values", "", 0, "", 1): 2.75}
    put(dashboard, "buffet", edits)
    app = opened(dashboard, "buffet", buffet_protein=3.0)
    report, text = report_of("buffet"), Text("zh")
    assert report.settings.badge.endswith(text("origin.edited"))
    [bars] = [
        it
        for it in app.get("vega_lite_chart")
        if isinstance(it, UnknownElement) and it.proto.alt == text("alt.buffet_weights")
    ]
    weights = convert_arrow_bytes_to_pandas_df(bars.proto.data.data)["value"]
    assert {"2.7500", *(f"{weight:.4f}" for weight in weights)} <= cells_of(report)


def test_a_link_in_a_report_leaves_texts_out_if_the_reader_wants_it(
    dashboard: AppTest, report_of: ReportOf
):
    for private in (False, True):
        opened(dashboard, private=private, sentence="猫抓老鼠")
        assert ("sentence=" in report_of("explore").address) == (not private)


def progress(app: AppTest) -> Progress:
    found = worker().look(notes(app).races["training"])
    assert found
    return found


def test_a_race_is_reported_once_it_is_over(open_dashboard: Visit, report_of: ReportOf):
    worker.cache_clear()
    app = opened(open_dashboard("en-US"), "training", **QUICK)
    app.button(key="training_start").click().run()
    end = time.monotonic() + 50
    while progress(app).busy and time.monotonic() < end:
        time.sleep(0.05)
    app.run()
    report, text = report_of("training"), Text("en")
    assert report.title == text("training.title")
    results = app.table[0].value.astype(str).to_numpy().reshape(-1)
    assert {*results} <= cells_of(report)
    assert {f"{it.loss:.4f}" for it in progress(app).snapshots} <= cells_of(report)
    assert settings_of(report)[text("training_distance.label")] == "any"


def test_a_race_over_a_chosen_distance_says_so_unless_its_task_has_none():
    told = race_settings(Text("en"), TrainingChoice(training_distance=8))
    assert (told["training_distance"], told["training_symbols"]) == ("8", "8")
    told = race_settings(Text("en"), TrainingChoice("parity", training_distance=8))
    assert not {"training_distance", "training_symbols"} & told.keys()
