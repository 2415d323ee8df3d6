"""Two replicas behind Debian's nginx, with the configuration that is shipped in `.deploy/`."""

import base64
import hashlib
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
import streamlit
from playwright.sync_api import Browser, ConsoleMessage

from pages import CONTENTS
from tests.browser.window import everything, window
from tests.load.crowd import Plan, crowd, finished
from tests.load.echo import Echo, echoing
from tests.load.proxied import proxied
from tests.load.served import ROOT, Served, served

DEPLOY = ROOT / ".deploy"
READERS = 40
EDITS = 4


class Site:
    """Two servers and what stands before them."""

    def __init__(self, address: str, replicas: tuple[Served, Served], folder: Path) -> None:
        self.address, self.replicas, self.folder = address, replicas, folder

    def of_one_reader(self) -> Served:
        """The replica that the only reader is connected to."""
        [found] = [it for it in self.replicas if open_pages(it)]
        return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("nginx")
    with served() as one, served() as two, proxied([one, two], folder) as address:
        yield Site(address, (one, two), folder)


def answer(address: str, upload: bytes | None = None, **headers: str) -> tuple[int, dict[str, str]]:
    """Status and headers of what is got, or put."""
    request = Request(address, data=upload, method="GET" if upload is None else "PUT")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urlopen(request, timeout=10) as it:
            return it.status, dict(it.headers)
    except HTTPError as refused:
        return refused.code, dict(refused.headers)


def open_pages(server: Served) -> int:
    """How many readers a server has now."""
    address = f"{server.address}/_stcore/metrics?families=active_sessions"
    with urlopen(address, timeout=10) as it:
        return int(re.findall(r"^active_sessions (\d+)", it.read().decode(), re.M)[0])


# A replica dies


def test_forty_readers_lose_nothing_when_a_replica_dies(site: Site):
    doomed = site.replicas[0]
    death = threading.Timer(5, doomed.kill)
    death.start()
    plan = Plan(READERS, EDITS, pause=1.5, ramp=3, comes_back=True)
    found = finished(crowd(site.address, plan))
    death.join()
    doomed.start()
    assert found.failures == []
    assert found.leaks == []
    assert found.lost == []
    assert len(found.edits) == READERS * EDITS
    moved = len(found.returns)
    assert 0 < moved < READERS  # both had readers
    back, drawn = max(found.returns), max(found.redrawn)
    said = f"connected within {back:.2f} s, answered within {drawn:.2f} s"
    sys.stdout.write(f"\n{moved} of {READERS} readers moved, {said}\n")
    assert back < 2


def test_a_browser_goes_on_when_its_replica_dies(chromium: Browser, site: Site):
    with window(chromium, site.address) as reader:
        reader.type_sentence("The cat caught the mouse")
        reader.ask("cat")
        shares = reader.shares()
        own = site.of_one_reader()
        own.kill()
        reader.page.wait_for_selector("[data-test-connection-state=CONNECTED]")
        assert reader.shares() == shares  # what was seen stays
        reader.ask("mouse")
        reader.ask("cat")
        assert reader.words() == ["The", "cat", "caught", "the", "mouse"]
        assert reader.shares() == shares
        own.start()


# Behind what ends TLS


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[tuple[str, Echo]]:
    """The proxy before servers that remember how they were asked."""
    with echoing() as it, proxied([it, it], tmp_path) as address:
        yield address, it


def asked(echo: tuple[str, Echo], path: str = "/", **headers: str) -> dict[str, str]:
    """What a server behind the proxy is told."""
    address, server = echo
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urlopen(Request(address + path, headers=named), timeout=10):
        return server.asked[-1][1]


def test_how_and_where_readers_came_from_is_passed_on(echo: tuple[str, Echo]):
    told = asked(echo, X_Forwarded_Proto="https", Host="lab.example.org")
    assert (told["X-Forwarded-Proto"], told["Host"]) == ("https", "lab.example.org")
    assert asked(echo)["X-Forwarded-Proto"] == "http"
    assert asked(echo, X_Forwarded_Proto="evil")["X-Forwarded-Proto"] == "http"


def test_every_reader_has_limits_of_their_own_behind_what_ends_tls(
    echo: tuple[str, Echo], tmp_path: Path
):
    def statuses(forwarded: str, count: int) -> list[int]:
        address = f"{echo[0]}/_stcore/upload_file/a/b"
        return [answer(address, b"", X_Forwarded_For=forwarded)[0] for _ in range(count)]

    assert statuses("203.0.113.7", 14)[-1] == 503  # too many at once
    assert statuses("203.0.113.8, 10.0.0.1", 1) == [200]
    assert statuses("203.0.113.8, 203.0.113.7", 1) == [503]  # what a reader claims counts nothing
    log = (tmp_path / "access.log").read_text("utf-8")
    assert {line.split()[0] for line in log.splitlines()} == {
        "203.0.113.7",
        "203.0.113.8",
        "127.0.0.1",
    }


# What surrounds the pages


def policy_broken(message: ConsoleMessage) -> bool:
    return "Content Security Policy" in message.text


def test_every_page_is_whole_under_the_security_policy(chromium: Browser, site: Site):
    with window(chromium, site.address) as reader:
        broken: list[str] = []
        reader.page.on("console", lambda it: broken.append(it.text) if policy_broken(it) else None)
        for entry in CONTENTS:
            reader.page.goto(f"{site.address}/{entry.name}")
            reader.wait()
            charts = reader.page.get_by_test_id("stVegaLiteChart")
            undrawn = charts.count() - charts.locator("svg, canvas").count()
            assert undrawn <= 0, entry.name
        reader.page.goto(site.address + everything("en-US"))
        reader.wait()
        assert reader.map("Map of weights").locator("path").count() > 12
        assert reader.words()
        assert broken == []
        assert reader.foreign_requests == []


def test_the_policy_names_the_script_of_the_installed_streamlit():
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    [script] = re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    for name in ("nginx.conf", "kubernetes.yaml"):
        assert f"'sha256-{digest}'" in (DEPLOY / name).read_text("utf-8"), name


def test_every_answer_has_the_headers_that_guard_readers(site: Site):
    status, headers = answer(site.address)
    assert status == 200
    assert "unsafe-eval'" not in headers["Content-Security-Policy"].replace("wasm-unsafe-eval", "")
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert re.match(r"replica=\w{32}; Path=/; HttpOnly", headers["Set-Cookie"])
    assert "nginx/" not in headers["Server"]


@pytest.mark.parametrize(
    "path", ["metrics", "metrics?families=active_sessions", "script-health-check"]
)
def test_what_operators_watch_is_closed_to_readers(site: Site, path: str):
    assert answer(f"{site.address}/_stcore/{path}")[0] == 404


def test_a_file_beyond_the_limit_is_refused_at_the_door(site: Site):
    address = f"{site.address}/_stcore/upload_file/a/b"
    assert answer(address, bytes(18 * 2**20))[0] == 413


def test_the_proxys_log_holds_nothing_that_readers_write(site: Site):
    assert answer(f"{site.address}/?v=1&sentence={quote('canary bird')}")[0] == 200
    log = (site.folder / "access.log").read_text("utf-8")
    assert '"GET /" 200' in log
    assert "canary" not in log
    assert "canary" not in (site.folder / "error.log").read_text("utf-8")
