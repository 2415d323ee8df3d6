"""Memory of the server: at the start, with the model, with every page, with a hundred readers."""

from contextlib import ExitStack

from pages import CONTENTS
from tests.benchmarks.pages import EDITS, path
from tests.benchmarks.row import Row
from tests.benchmarks.visitor import Visitor
from tests.load.served import Served, served

READERS = 100


def rows() -> list[Row]:
    """One server's life."""
    with served() as server:
        with Visitor(server.address):
            found = [_row("after Explore", server, 400)]
        with Visitor(f"{server.address}/model"):
            found.append(_row("with the model", server, 480))
        for entry in CONTENTS[1:]:
            with Visitor(f"{server.address}/{entry.name}"):
                pass
        found.append(_row("after every page", server, 480))
        with ExitStack() as readers:
            for number in range(READERS):
                reader = readers.enter_context(Visitor(server.address + path("explore")))
                EDITS["explore"].by(reader, number % 2)
            found.append(_row(f"with {READERS} readers", server, 850))
    return found


def _row(what: str, server: Served, goal: float) -> Row:
    memory = server.memory
    return Row(f"{what}, MiB", goal, "at most", f"{memory:.0f} MiB", memory, (memory, memory))
