"""Every page in every language, with its frame, whatever the way there."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages import CONTENTS, Entry
from pages.shared.text import LANGUAGES, Language, Text

Visit = Callable[[str | None], AppTest]

every_page = pytest.mark.parametrize("entry", CONTENTS, ids=lambda entry: entry.name)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def switch(app: AppTest, language: Language) -> None:
    app.sidebar.segmented_control(key="language").set_value(language).run()


def assert_page(app: AppTest, entry: Entry, language: Language) -> None:
    assert not app.exception
    assert [title.value for title in app.title] == [Text(language)(f"{entry.name}.title")]


@every_page
@every_language
def test_every_page_draws_in_every_language(open_dashboard: Visit, entry: Entry, language: Language):
    app = open_dashboard(language)
    if entry is not CONTENTS[0]:
        app.switch_page(entry.path).run()
    assert_page(app, entry, language)


@every_page
@every_language
def test_every_page_can_be_switched_to_any_language(
    open_dashboard: Visit, entry: Entry, language: Language
):
    app = open_dashboard(None)
    if entry is not CONTENTS[0]:
        app.switch_page(entry.path).run()
    switch(app, language)
    assert_page(app, entry, language)


@every_page
def test_a_bookmark_on_a_fresh_server_gets_its_frame(cold_dashboard: Visit, entry: Entry):
    app = cold_dashboard("zh-CN").switch_page(entry.path).run()
    assert_page(app, entry, "zh")
    assert [control.key for control in app.sidebar.segmented_control] == ["language"]


def test_the_first_page_on_a_fresh_server_gets_its_frame(cold_dashboard: Visit):
    app = cold_dashboard("en-US").run()
    assert_page(app, CONTENTS[0], "en")
    assert [control.key for control in app.sidebar.segmented_control] == ["language"]


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
def test_the_menu_is_in_the_readers_language(open_dashboard: Visit, language: Language):
    control = open_dashboard(language).sidebar.segmented_control(key="language")
    assert control.label == Text(language)("frame.language")
    assert control.options == list(LANGUAGES.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sentence", "猫抓老鼠，天空很蓝"),
        ("unit", "characters"),
        ("source", "seeded"),
        ("n_heads", 3),
        ("head", 1),
        ("d_model", 12),
        ("d_k", 3),
        ("d_v", 5),
        ("temperature", 2.5),
        ("scaled", False),
        ("mask", "causal"),
        ("positions", "alibi"),
        ("query", 0),
        ("key", 1),
        ("rnn_kind", "gru"),
        ("rnn_direction", "both"),
        ("rnn_hidden", 4),
        ("cnn_kernel", 5),
        ("cnn_layers", 2),
        ("cnn_causal", True),
        ("comparison", "strength"),
    ],
)
def test_switching_the_language_keeps_what_was_chosen(
    dashboard: AppTest, name: str, value: Any
):
    dashboard.session_state[name] = value
    dashboard.run()
    for language in ("en", "zh"):
        switch(dashboard, language)
        assert dashboard.session_state[name] == value
        assert not dashboard.exception
