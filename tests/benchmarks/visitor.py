"""A reader without a browser, asked one thing after the other."""

import asyncio
from types import TracebackType
from typing import Self

from tests.load.tab import Tab


class Visitor:
    """One tab that is open as long as it is needed."""

    def __init__(self, address: str) -> None:
        self._tab = Tab(address, patience=120)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        """Show the page."""
        self._runner.run(self._tab.open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Shut the tab."""
        self._runner.run(self._tab.close())
        self._runner.close()

    def put(self, key: str, value: float | str) -> float:
        """Move a slider or write into a field, by its key; seconds until the page was sent.

        Raises:
            RuntimeError: If the page failed.
        """
        run = self._runner.run(self._tab.put(key, value))
        if run.failures:
            raise RuntimeError("; ".join(run.failures))
        return run.seconds
