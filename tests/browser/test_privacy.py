"""What a reader writes is in no log and on no disk, also when a page fails."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from streamlit.proto.Common_pb2 import DoubleArray, StringArray
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.hostile import WEIGHTS, npz
from tests.load.crowd import finished
from tests.load.promises import UPLOAD
from tests.load.served import ROOT, Served, served
from tests.load.tab import Tab

CANARY = "zqcanaryqz"
TEXTS = {
    "": ("Sentence",),
    "model": ("Text", "Sentence B, beside the text above (A)"),
    "cross": ("Sentence A", "Sentence B"),
    "why": ("Sentence to translate, Chinese or English",),
}
CARRIERS = ("", "heads", "positions", "reach", "model", "cross", "training", "cost")
NUMBER = 987_654_321.25
"""A canary of its own: nothing else is as large, or ends like this."""

FORGED = (
    WidgetState(double_value=NUMBER),
    WidgetState(double_array_value=DoubleArray(data=[NUMBER])),
    WidgetState(double_array_value=DoubleArray(data=[NUMBER] * 3)),
    WidgetState(int_value=int(NUMBER)),
    WidgetState(string_value=CANARY),
    WidgetState(string_array_value=StringArray(data=[CANARY])),
    WidgetState(json_value=f'"{CANARY}"'),
)
"""Values for a number, most of them of a kind that only a forger sends."""

NUMBERS = {"": ("seed", "d_k", "temperature"), "reach": ("reach_seed", "reach_n")}
FAILING = f"""
import pages.shared.figures.formulas as formulas
def fail(*anything, **more):
    raise ValueError("cannot show {CANARY}", anything, more)
formulas.dot_product = fail
"""
"""A mistake of ours whose message holds what the reader wrote, as messages of libraries do."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """All that a server may write to."""
    for name in ("home", "tmp", "logs"):
        (tmp_path / name).mkdir()
    return tmp_path


def serve(home: Path, before: str = "") -> Iterator[Served]:
    places = {"HOME": str(home / "home"), "TMPDIR": str(home / "tmp")}
    with served(home / "logs" / "server.log", before, **places) as server:
        yield server


@pytest.fixture
def watched(home: Path) -> Iterator[Served]:
    yield from serve(home)


@pytest.fixture
def faulty(home: Path) -> Iterator[Served]:
    yield from serve(home, FAILING)


async def write_everywhere(server: Served) -> None:
    for page, labels in TEXTS.items():
        tab = Tab(f"{server.address}/{page}?v=1&lang=en")
        assert not (await tab.open()).failures
        for label in labels:
            run = await tab.type(f"{CANARY} sat <b>", label)
            assert not run.failures
            assert CANARY.encode() in run.drawn() + tab.query.encode()
        await tab.close()
    for page in CARRIERS:
        words = quote(f"the {CANARY}")
        tab = Tab(f"{server.address}/{page}?v=1&lang=en&sentence={words}&edits={CANARY}")
        await tab.open()
        await tab.close()


async def upload(server: Served) -> None:
    tab = Tab(f"{server.address}/upload?v=1&lang=en")
    await tab.open()
    for content in (npz(weights=WEIGHTS), npz(weights=WEIGHTS)[:-20], CANARY.encode()):
        await tab.upload(UPLOAD, f"{CANARY}.npz", content)
    await tab.close()


async def fail(server: Served) -> list[str]:
    """What the first page says when it fails."""
    tab = Tab(f"{server.address}/?v=1&lang=en&sentence={CANARY}")
    run = await tab.open()
    await tab.close()
    return run.failures


async def forge_numbers(server: Served) -> None:
    for page, keys in NUMBERS.items():
        for key in keys:
            for value in FORGED:  # each in a tab of its own: a refused value stays in its session
                tab = Tab(f"{server.address}/{page}?v=1&lang=en")
                assert not (await tab.open()).failures
                await tab.forge(key, value)
                await tab.close()


def traces(folder: Path) -> list[Path]:
    """Files that hold the canary, or are named after it."""
    found = []
    for path in folder.rglob("*"):
        written = path.is_file() and CANARY.encode() in path.read_bytes()
        if written or CANARY in path.name:
            found.append(path)
    return found


def written_since(moment: float) -> list[Path]:
    """Files of the project that hold the canary and are newer, but for this one."""
    folders = (ROOT / name for name in ("core", "pages", ".streamlit"))
    files = (it for folder in folders for it in folder.rglob("*") if it.is_file())
    return [
        it for it in files if it.stat().st_mtime > moment and CANARY.encode() in it.read_bytes()
    ]


def test_nothing_that_readers_write_is_logged_or_stored(watched: Served, home: Path):
    begun = (home / "logs" / "server.log").stat().st_mtime
    finished(write_everywhere(watched))
    finished(upload(watched))
    with urlopen(f"{watched.address}/_stcore/metrics", timeout=10) as answer:
        assert CANARY.encode() not in answer.read()
    assert traces(home) == []
    assert written_since(begun) == []


def test_forged_numbers_are_in_no_log(watched: Served, home: Path):
    # Streamlit gives up some of them with an error that quotes them, before a page is run.
    finished(forge_numbers(watched))
    log = (home / "logs" / "server.log").read_text("utf-8")
    assert "Error" in log
    assert str(int(NUMBER)) not in log.replace(",", "").replace("_", "")
    assert traces(home) == []


def test_the_search_would_find_it(home: Path):
    (home / "tmp" / "left").write_text(f"a {CANARY}", encoding="utf-8")
    (home / "logs" / CANARY).mkdir()
    assert len(traces(home)) == 2


def test_a_page_that_fails_logs_where_and_not_what(faulty: Served, home: Path):
    [said] = finished(fail(faulty))
    log = (home / "logs" / "server.log").read_text("utf-8")
    reference = log.partition("reference ")[2][:6]
    assert reference in said
    assert CANARY not in said
    assert "ValueError" in log
    assert "formulas" in log or "arithmetic" in log  # where it happened
    assert traces(home) == []
