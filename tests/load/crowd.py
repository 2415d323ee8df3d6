"""Many readers at work at the same time, each with sentences that nobody else writes."""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from tests.load.answer import Run
from tests.load.tab import GONE, Tab

Result = TypeVar("Result")

WORDS = ("the", "animal", "did", "not", "cross", "a", "street", "because", "it", "was", "tired")
_MARK = re.compile(rb"zq(\d{4})x\d{3}e")


@dataclass(frozen=True)
class Plan:
    """What the readers do.

    Attributes:
        readers: How many.
        edits: Each reader's.
        label: Of the field that they write into.
        drawn_as: The kind of element that must show what was written.
        pause: Mean seconds between two edits; 0 = as soon as the last one is answered.
        ramp: Seconds over which they arrive.
        first: Number of the first reader.
        comes_back: Whether they open their page again when it loses its server, as browsers do.
    """

    readers: int
    edits: int
    label: str = "Sentence"
    drawn_as: str = "bidi_component"
    pause: float = 0.0
    ramp: float = 0.0
    first: int = 0
    comes_back: bool = False


@dataclass
class Outcome:
    """What became of them.

    Attributes:
        arrivals: Seconds until a reader saw the page.
        edits: Seconds until an edit was answered.
        returns: Seconds until a reader who lost the server was connected again; a browser keeps
            what it shows until its reader does something.
        redrawn: Seconds until that was answered by the other server.
        leaks: Runs that showed somebody else's sentence.
        lost: Edits that were answered, and are not there.
        failures: Everything else that went wrong.
        received: Bytes.
    """

    arrivals: list[float] = field(default_factory=list)
    edits: list[float] = field(default_factory=list)
    returns: list[float] = field(default_factory=list)
    redrawn: list[float] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    received: int = 0

    @property
    def runs(self) -> int:
        """How often a page was drawn."""
        return len(self.arrivals) + len(self.edits) + len(self.returns)

    def slow(self, percent: float = 95) -> float:
        """Milliseconds in which so many of the edits were answered."""
        return 1000 * float(np.percentile(self.edits, percent)) if self.edits else float("nan")


def finished(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of readers' work, in a thread of its own: another loop may run in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def crowd(address: str, plan: Plan) -> Outcome:
    """Let them all work until each has done its edits."""
    found = Outcome()
    numbers = range(plan.first, plan.first + plan.readers)
    await asyncio.gather(*(_Reader(n, address, plan, found).work() for n in numbers))
    return found


class _Reader:
    def __init__(self, number: int, address: str, plan: Plan, found: Outcome) -> None:
        self.number, self.plan, self.found = number, plan, found
        self.tab = Tab(address)
        self.mark = b""
        self.random = random.Random(number)

    async def work(self) -> None:
        """Arrive, write, leave; whatever happens is noted, nothing is raised."""
        place = (self.number - self.plan.first) / self.plan.readers
        await asyncio.sleep(self.plan.ramp * place)
        try:
            self.found.arrivals.append(await self._opened())
            for edit in range(self.plan.edits):
                await asyncio.sleep(self.plan.pause * self.random.uniform(0.5, 1.5))
                await self._write(edit)
        except Exception as problem:
            self._fail(f"{type(problem).__name__}: {problem}")
        finally:
            self.found.received += self.tab.received
            await self.tab.close()

    async def _write(self, edit: int) -> None:
        mark = f"zq{self.number:04d}x{edit:03d}e"
        sentence = " ".join([mark, *self.random.choices(WORDS, k=10)])
        run = await self._surely(lambda: self.tab.type(sentence, self.plan.label))
        self.found.edits.append(run.seconds)
        self.mark = mark.encode()
        self._check(run)

    async def _come_back(self) -> None:
        """With what the last answered edit left in the address bar, and nothing else."""
        begin = time.perf_counter()
        for wait in (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4):
            await asyncio.sleep(wait)
            try:
                self.tab.forget()
                await self.tab.connect()
                back = time.perf_counter() - begin
                await asyncio.sleep(self.plan.pause * self.random.random())
                run = await self.tab.run()
            except GONE:
                continue
            self.found.returns.append(back)
            self.found.redrawn.append(run.seconds)
            self._check(run)
            return
        raise ConnectionError("no server took this reader back")

    async def _opened(self) -> float:
        begin = time.perf_counter()
        self._check(await self._surely(self.tab.open))
        return time.perf_counter() - begin

    async def _surely(self, action: Callable[[], Awaitable[Run]]) -> Run:
        """Do something, again if the server went away meanwhile."""
        while True:
            try:
                return await action()
            except GONE:
                if not self.plan.comes_back:
                    raise
                await self._come_back()

    def _check(self, run: Run) -> None:
        """Whether the last answered edit is there, and nobody else's."""
        for failure in run.failures:
            self._fail(failure)
        foreign = {int(it[1]) for it in _MARK.finditer(run.drawn())} - {self.number}
        if foreign:
            self.found.leaks.append(f"reader {self.number} saw sentences of {sorted(foreign)}")
        if self.mark not in run.drawn(self.plan.drawn_as):
            self.found.lost.append(f"reader {self.number} misses {self.mark.decode()}")

    def _fail(self, what: str) -> None:
        self.found.failures.append(f"reader {self.number}: {what[:300]}")
