"""Memory of the server: at the start, with the model, with every page, with a hundred readers."""

from contextlib import ExitStack

from pages import CONTENTS
from tests.benchmarks.pages import EDITS
from tests.benchmarks.row import Row
from tests.benchmarks.serving import Server, serving
from tests.benchmarks.visitor import Visitor
from tests.conftest import DASHBOARD

READERS = 100


def rows() -> list[Row]:
    """One server's life."""
    with serving(DASHBOARD) as server:
        with Visitor(server.port) as reader:
            reader.run()
            found = [_row("after Explore", server, 400)]
        with Visitor(server.port, "model") as reader:
            reader.run()
            found.append(_row("with the model", server, 480))
        for entry in CONTENTS[1:]:
            with Visitor(server.port, entry.name) as reader:
                reader.run()
        found.append(_row("after every page", server, 480))
        with ExitStack() as readers:
            for number in range(READERS):
                reader = readers.enter_context(Visitor(server.port))
                reader.run()
                EDITS["explore"].by(reader, number % 2)
            found.append(_row(f"with {READERS} readers", server, 700))
    return found


def _row(what: str, server: Server, goal: float) -> Row:
    memory = server.memory()
    return Row(f"{what}, MiB", goal, "at most", f"{memory:.0f} MiB", memory, (memory, memory))
