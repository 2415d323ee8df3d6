"""The dashboard without a browser: on a server that others have used, and on a fresh one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, app_test

settings.register_profile("lab", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("lab")

DASHBOARD = Path(__file__).parent.parent / "dashboard.py"


class Remembering(PagesManager):
    """AppTest forgets before every run what the server has learnt: that menus come from code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        PagesManager.uses_pages_directory = False


@pytest.fixture
def open_dashboard(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], AppTest]:
    """Open the dashboard with a browser in some language, as often as needed."""
    monkeypatch.setattr(app_test, "PagesManager", Remembering)

    def opened(locale: str | None) -> AppTest:
        return _visit(locale).run()

    return opened


@pytest.fixture
def dashboard(open_dashboard: Callable[[str | None], AppTest]) -> AppTest:
    """The first page as a Chinese reader finds it."""
    return open_dashboard("zh-CN")


@pytest.fixture
def cold_dashboard() -> Callable[[str | None], AppTest]:
    """A visit to a server that has just been started; nothing has run yet."""
    return _visit


def _visit(locale: str | None) -> AppTest:
    app = AppTest.from_file(str(DASHBOARD), default_timeout=60)
    app.context = {"locale": locale}
    return app
