"""Large results kept for all readers: bounded by their bytes, not by how many they are."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from core.arrays import nbytes

Result = TypeVar("Result")


class Kept(Generic[Result]):
    """Read-only results by plain keys; what was not used for longest goes first.

    The last ones stay however large they are: a page that compares two needs both again and again.
    """

    def __init__(self, largest: int, at_least: int = 2) -> None:
        """Keep ``largest`` bytes, and ``at_least`` so many results."""
        self.largest, self.at_least = largest, at_least
        self._found: dict[Hashable, Result] = {}
        self._bytes = 0
        self._guard = threading.Lock()

    def found(self, key: Hashable) -> Result | None:
        """The result of this key, if it is there."""
        with self._guard:
            found = self._found.pop(key, None)
            if found is not None:
                self._found[key] = found
            return found

    def get(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """The result of this key, made if it is not there; two who ask at once may make two."""
        found = self.found(key)
        if found is not None:
            return found
        made = make()
        with self._guard:
            before = self._found.pop(key, None)
            self._found[key] = made
            self._bytes += nbytes(made) - (nbytes(before) if before is not None else 0)
            while len(self._found) > self.at_least and self._bytes > self.largest:
                self._bytes -= nbytes(self._found.pop(next(iter(self._found))))
        return made

    def clear(self) -> None:
        """Keep nothing."""
        with self._guard:
            self._found.clear()
            self._bytes = 0


BUDGET = 150 * 2**20
"""Bytes of the models that are held; the one that was not used for longest goes first."""

MODELS: Kept[Any] = Kept(largest=BUDGET, at_least=1)
"""The models that come with the project, by their names: all of them together have the budget."""
