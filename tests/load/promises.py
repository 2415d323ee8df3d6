"""What this site promises: each with its goal, and with what measures it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from pages.shared.text import Text
from tests.hostile import bomb, largest
from tests.load.crowd import Outcome, Plan, crowd, finished
from tests.load.served import MEBIBYTE, Served, served
from tests.load.tab import Tab


def plan_for(page: str, readers: int, edits: int) -> Plan:
    """A plan for a page with a field to write into; a model cuts words into its own pieces."""
    if page == "model":
        return Plan(readers, edits, label="Text", drawn_as="address")
    return Plan(readers, edits)


WARM_UP = 3
"""Rounds that fill what is bounded: our caches, and the 128 sessions that Streamlit keeps."""

FILES = 10
"""Large files that readers give to the server at once."""

UPLOAD = Text("en")("upload.label")


@dataclass(frozen=True)
class Promise:
    """One line of the table.

    Attributes:
        what: In the words of the README.
        goal: The largest figure that keeps it.
        figure: What was found.
        unit: Of both.
        details: What went wrong, if anything, and what else was seen.
        median: Of what the figure is the slowest twentieth of, where that is measured.
    """

    what: str
    goal: float
    figure: float
    unit: str
    details: tuple[str, ...] = ()
    median: float | None = None

    @property
    def kept(self) -> bool:
        """Whether it is kept; not if it could not be measured."""
        return self.figure <= self.goal


def strangers(server: Served, readers: int, edits: int) -> list[Promise]:
    """Nobody sees what others write, and nothing that was answered is lost."""
    found = _crowd(server, Plan(readers, edits, ramp=readers / 20))
    what = f"{readers} readers at once, {len(found.edits)} edits: "
    return [
        Promise(what + "sentences of others shown", 0, len(found.leaks), "", _first(found.leaks)),
        Promise(what + "own edits not shown", 0, len(found.lost), "", _first(found.lost)),
        Promise(what + "errors", 0, len(found.failures), "", _first(found.failures)),
    ]


def speed(server: Served, page: str, goal: float, readers: int, edits: int) -> list[Promise]:
    """An edit is answered soon although others edit, too: one edit per reader in 3 seconds."""
    before = server.computed
    plan = replace(plan_for(page, readers, edits), pause=3.0, ramp=6.0)
    found = _crowd(server, plan, "" if page == "explore" else page)
    each = 1000 * (server.computed - before) / max(1, found.runs)
    kib = found.received / 1024 / max(1, found.runs)
    details = f"{each:.0f} ms of computing, {kib:.0f} KiB each"
    what = f"{readers} readers, an edit each 3 s, page {page}: 95 % of the edits answered within"
    broken = found.leaks + found.lost + found.failures
    figure = found.slow() if not broken else float("nan")
    return [Promise(what, goal, figure, "ms", (details, *_first(broken)), found.slow(50))]


ARRIVALS = ((1, 0.0, 20, 200), (10, 0.0, 5, 400), (50, 3.0, 2, 500), (100, 5.0, 2, 2000))
"""Readers, seconds within which they come, how often that is done, and the goal in milliseconds."""


def arrivals(server: Served) -> list[Promise]:
    """The first page is there soon although others come at the same time."""
    return [_arrived(server, *it) for it in ARRIVALS]


def _arrived(server: Served, readers: int, ramp: float, rounds: int, goal: float) -> Promise:
    before, seconds, broken = server.computed, [], []
    for _ in range(rounds):
        found = _crowd(server, Plan(readers, 0, ramp=ramp))
        seconds += found.arrivals
        broken += found.leaks + found.lost + found.failures
    each = 1000 * (server.computed - before) / (rounds * readers)
    half, most = 1000 * np.percentile(seconds, [50, 95])
    together = f"{readers} readers who come " + (f"in {ramp:.0f} s" if ramp else "at once")
    what = f"{together if readers > 1 else 'a reader who comes alone'}: 95 % of first pages within"
    details = (f"{each:.0f} ms of computing each", *_first(broken))
    figure = float(most) if not broken else float("nan")
    return Promise(what, goal, figure, "ms", details, float(half))


def memory_of_many(server: Served, rounds: int, readers: int) -> list[Promise]:
    """What readers leave behind when they have gone."""
    broken: list[str] = []

    def round_of(first: int) -> None:
        found = _crowd(server, Plan(readers, 1, ramp=readers / 10, first=first))
        broken.extend(found.leaks + found.lost + found.failures)

    for n in range(WARM_UP):
        round_of(n * readers)
    before = server.memory
    for n in range(WARM_UP, WARM_UP + rounds):
        round_of(n * readers)
    said = f"{rounds * readers} readers one after another, after {WARM_UP * readers}"
    what = f"{said}: growth of memory"
    return [Promise(what, 20, server.memory - before, "MiB", _first(broken))]


def memory_at_most(server: Served, readers: int) -> list[Promise]:
    """With the model loaded, readers on its page, a bomb, and files as large as are taken."""
    found = _crowd(server, replace(plan_for("model", readers, 2), ramp=readers / 10), "model")
    refusal = finished(_upload(server, bomb(1024)))
    taken = finished(_together(server, [largest(seed) for seed in range(FILES)]))
    problems = found.leaks + found.lost + found.failures
    details = (f"a file of 1 GiB: {refusal}", f"large ones: {taken}", *_first(problems))
    what = f"the model, {readers} readers, a file that unpacks to 1 GiB, {FILES} large ones at once"
    return [Promise(f"{what}: memory", 850, server.largest_memory, "MiB", details)]


MEASURES: Mapping[str, Callable[[Served], list[Promise]]] = {
    "strangers": lambda it: strangers(it, readers=100, edits=5),
    "arrivals": arrivals,
    "explore": lambda it: speed(it, "explore", goal=150, readers=50, edits=10),
    "model": lambda it: speed(it, "model", goal=700, readers=50, edits=10),
    "many": lambda it: memory_of_many(it, rounds=6, readers=100),
    "memory": lambda it: memory_at_most(it, readers=100),
}
"""Every promise, by a name for the command line; each takes less than four minutes."""


def measured(measure: Callable[[Served], list[Promise]]) -> list[Promise]:
    """A measurement on a fresh server that has shown both pages once."""
    with served() as server:
        for page in ("", "model"):
            finished(_visit(server, page))
        return measure(server)


def _crowd(server: Served, plan: Plan, page: str = "") -> Outcome:
    return finished(crowd(f"{server.address}/{page}", plan))


async def _visit(server: Served, page: str) -> None:
    tab = Tab(f"{server.address}/{page}")
    await tab.open()
    await tab.close()


async def _together(server: Served, files: list[bytes]) -> str:
    """What the page says of files that are given to it at once."""
    said = await asyncio.gather(*(_upload(server, it) for it in files))
    return ", ".join(f"{said.count(it)} × {it}" for it in sorted(set(said)))


async def _upload(server: Served, content: bytes) -> str:
    """What the page says of a file."""
    tab = Tab(f"{server.address}/upload")
    await tab.open()
    run = await tab.upload(UPLOAD, "big.npz", content)
    await tab.close()
    size = f"{len(content) / MEBIBYTE:.1f} MiB"
    return f"{size}; " + (run.failures[0] if run.failures else "taken")


def _first(problems: list[str]) -> tuple[str, ...]:
    return tuple(problems[:3])
