"""Every page in every language, with its frame, whatever the way there."""

import logging
import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages import CONTENTS, Entry
from pages.shared import frame
from pages.shared.figures import formulas
from pages.shared.text import LANGUAGES, Language, Text
from tests.pages.editors import typed
from tests.pages.exploring import chosen, notes, select, table_key
from tests.pages.languages import in_turn

Visit = Callable[[str | None], AppTest]

every_page = pytest.mark.parametrize("entry", CONTENTS, ids=lambda entry: entry.name)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def switch(app: AppTest, language: Language) -> None:
    app.segmented_control(key="language").set_value(language).run()


def assert_page(app: AppTest, entry: Entry, language: Language) -> None:
    assert not app.exception
    assert not app.error
    assert [title.value for title in app.title] == [Text(language)(f"{entry.name}.title")]


@pytest.mark.parametrize(("entry", "first"), in_turn(CONTENTS))
def test_every_page_draws_in_every_language_and_can_be_switched_to_any(
    open_dashboard: Visit, entry: Entry, first: Language
):
    app = open_dashboard(first)
    if entry is not CONTENTS[0]:
        app.switch_page(entry.path).run()
    assert_page(app, entry, first)
    others: list[Language] = [it for it in LANGUAGES if it != first]
    for language in (*others, first):
        switch(app, language)
        assert_page(app, entry, language)


@every_page
def test_a_bookmark_on_a_fresh_server_gets_its_frame(cold_dashboard: Visit, entry: Entry):
    app = cold_dashboard("zh-CN").switch_page(entry.path).run()
    assert_page(app, entry, "zh")
    assert app.segmented_control(key="language").value == "zh"


def test_the_first_page_on_a_fresh_server_gets_its_frame(cold_dashboard: Visit):
    app = cold_dashboard("en-US").run()
    assert_page(app, CONTENTS[0], "en")
    assert app.segmented_control(key="language").value == "en"


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh-CN", "zh"),
        ("zh", "zh"),
        ("ZH-tw", "zh"),
        ("en-US", "en"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_first_language_is_the_browsers(
    open_dashboard: Visit, locale: str | None, language: Language
):
    assert_page(open_dashboard(locale), CONTENTS[0], language)


def test_the_readers_language_wins_over_the_browsers(dashboard: AppTest):
    switch(dashboard, "en")
    assert_page(dashboard.run(), CONTENTS[0], "en")


@every_language
def test_the_language_control_is_in_the_readers_language(open_dashboard: Visit, language: Language):
    control = open_dashboard(language).segmented_control(key="language")
    assert control.label == Text(language)("frame.language")
    assert control.options == list(LANGUAGES.values())


CHOSEN = {
    "sentence": "猫抓老鼠，天空很蓝",
    "unit": "characters",
    "source": "seeded",
    "n_heads": 3,
    "d_model": 12,
    "d_k": 3,
    "d_v": 5,
    "temperature": 2.5,
    "scaled": False,
    "mask": "causal",
    "positions": "alibi",
    "query": 0,
    "key": 1,
    "rnn_kind": "gru",
    "rnn_direction": "both",
    "d_hidden": 4,
    "cnn_kernel": 5,
    "cnn_layers": 2,
    "cnn_causal": True,
    "comparison": "strength",
}


def test_switching_the_language_keeps_what_was_chosen(dashboard: AppTest):
    for name in ("sentence", "unit"):
        dashboard.session_state[name] = CHOSEN[name]
    dashboard.run()  # a new sentence begins with words of its own
    select(dashboard, **CHOSEN)
    dashboard.run()
    select(dashboard, head=1)
    dashboard.run()
    for language in ("en", "zh"):
        switch(dashboard, language)
        assert_page(dashboard, CONTENTS[0], language)
        kept = {name: chosen(dashboard, name) for name in (*CHOSEN, "head")}
        assert kept == CHOSEN | {"head": 1}


# When a page fails


@every_language
def test_a_page_that_fails_says_so_and_logs_why(
    open_dashboard: Visit,
    language: Language,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    with monkeypatch.context() as patched:
        patched.setattr(formulas, "dot_product", lambda *_: 1 // 0)
        app = open_dashboard(language)
    [record] = [it for it in caplog.records if it.levelno >= logging.ERROR]
    caplog.clear()  # expected here, and nowhere else
    assert record.name == "pages.shared.frame"
    logged = re.match(r"A page failed, reference (\w{6}): ZeroDivisionError\n", record.getMessage())
    assert logged
    assert "in <lambda>" in record.getMessage()  # where, but not what: it may quote a reader
    assert "division" not in record.getMessage()
    [said] = [error.value for error in app.error]
    assert said == Text(language)(
        "error.page", reference=logged[1], to=Text(language)("error.report_to_owner")
    )
    assert not app.exception
    assert_page(app.run(), CONTENTS[0], language)


def test_a_menu_that_fails_leaves_the_page_as_it_is(
    dashboard: AppTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    before = [chart.proto.spec for chart in dashboard.get("vega_lite_chart")]
    with monkeypatch.context() as patched:
        patched.setattr(frame, "take_away", lambda *_: 1 // 0)
        app = dashboard.run()
    caplog.clear()  # expected here, and nowhere else
    assert len(app.error) == 1
    assert not app.exception
    assert [chart.proto.spec for chart in app.get("vega_lite_chart")] == before


def test_edits_and_choices_survive_a_visit_to_every_other_page(dashboard: AppTest):
    choose = {"sentence": "猫抓老鼠", "d_k": 6, "d_v": 3, "mask": "causal", "rnn_kind": "gru"}
    select(dashboard, **choose)
    dashboard.run()
    dashboard.session_state[table_key(dashboard, "x")] = typed((0, 1, 7.5))
    dashboard.run()
    edits = dict(notes(dashboard).reader.edits)
    assert edits["handset"]
    for entry in CONTENTS[1:]:
        dashboard.switch_page(entry.path).run()
    dashboard.switch_page(CONTENTS[0].path).run()
    assert notes(dashboard).reader.edits == edits
    assert {name: chosen(dashboard, name) for name in choose} == choose
    assert dashboard.text_input(key="sentence").value == "猫抓老鼠"
