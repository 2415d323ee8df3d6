"""The dashboard without a browser: on a server that others have used, and on a fresh one."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.runtime import Runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test

from core.reader.reader import Reader, choose
from pages.shared.reader.session import Session
from pages.shared.server.worker import Worker, worker

settings.register_profile("lab", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("lab")

DASHBOARD = Path(__file__).parent.parent / "dashboard.py"
GUARD = "pages.shared.frame"


class Remembering(PagesManager):
    """AppTest forgets before every run what the server has learnt: that menus come from code."""

    def __init__(self, main_script_path: str, *args: ScriptCache, **kwargs: bool) -> None:
        super().__init__(main_script_path, *args, **kwargs)
        PagesManager.uses_pages_directory = False


@pytest.fixture(autouse=True)
def no_page_fails(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """A page that fails says so kindly, and in the log: there nobody but a test would look."""
    yield
    if request.node.get_closest_marker("xfail"):
        return  # known, and told by the test itself
    records = (record for phase in ("setup", "call") for record in caplog.get_records(phase))
    failed = [it for it in records if it.name == GUARD and it.levelno >= logging.ERROR]
    if failed:
        pytest.fail("\n".join(caplog.handler.format(record) for record in failed))


@pytest.fixture
def open_dashboard(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], AppTest]:
    """Open the dashboard with a browser in some language, as often as needed; with everything."""
    monkeypatch.setattr(app_test, "PagesManager", Remembering)

    def opened(locale: str | None) -> AppTest:
        app = _visit(locale)
        reader, _ = choose(Reader(), {"chapter": "everything"})
        app.session_state["session"] = Session(reader)
        return app.run()

    return opened


@pytest.fixture
def nobody_trains(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Races wait, as behind somebody else's: what is forged begins some."""
    worker.cache_clear()
    monkeypatch.setattr(Worker, "_work", lambda _: None)
    yield
    worker.cache_clear()


@pytest.fixture
def runtime_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest takes its stand-in for the server away after a run, from other threads' runs too."""
    last = []

    def instance() -> Runtime:
        last.extend([Runtime._instance] if Runtime._instance else [])
        return last[-1]

    monkeypatch.setattr(Runtime, "instance", instance)


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
