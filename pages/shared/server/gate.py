"""A few large computations at once for the whole server; others wait for their turn, not long.

Each of them may need a hundred times the memory of its result: thirty at once end a small server.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.errors import InputError

PLACES = 2
"""Computations at once."""

PATIENCE = 10.0
"""Seconds that somebody waits for a place."""

_LOOK = 0.1  # seconds between two looks at the line

Waiting = Callable[[int], None]
"""Is told how many are before somebody who waits."""


@dataclass(eq=False)
class _Ticket:
    key: Hashable
    thread: int
    inside: bool = False


class Gate:
    """A line of those who want to compute; who came first goes first."""

    def __init__(
        self,
        places: int = PLACES,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Let ``places`` at a time in; nobody waits longer than ``patience`` seconds of a clock."""
        self._places, self._patience, self._clock = places, patience, clock
        self._line: list[_Ticket] = []
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, key: Hashable, told: Waiting) -> Iterator[None]:
        """A place, once there is one; it is given back whatever happens.

        Equal keys never have a place at once: the second finds what the first has made. Who has
        a place needs no second one for the same key.

        Args:
            key: Of what is computed.
            told: Called now and then with the number of those before; what it raises ends the wait.

        Raises:
            InputError: ``busy`` if there was no place in time.
        """
        ticket = _Ticket(key, threading.get_ident())
        if self._has_place(ticket):
            yield
            return
        with self._moved:
            self._line.append(ticket)
        try:
            self._wait(ticket, told)
            yield
        finally:
            with self._moved:
                self._line.remove(ticket)
                self._moved.notify_all()

    def _wait(self, ticket: _Ticket, told: Waiting) -> None:
        end = self._clock() + self._patience
        while not self._enter(ticket):
            if self._clock() >= end:
                raise InputError("busy", seconds=round(self._patience))
            told(self._line.index(ticket))

    def _enter(self, ticket: _Ticket) -> bool:
        with self._moved:
            ticket.inside = self._moved.wait_for(lambda: self._is_next(ticket), _LOOK)
            return ticket.inside

    def _has_place(self, ticket: _Ticket) -> bool:
        with self._moved:
            mine = (it for it in self._line if it.thread == ticket.thread)
            return any(it.key == ticket.key for it in mine)

    def _is_next(self, ticket: _Ticket) -> bool:
        taken = [it.key for it in self._line if it.inside]
        waiting = (it for it in self._line if not it.inside and it.key not in taken)
        return len(taken) < self._places and next(waiting, None) is ticket
