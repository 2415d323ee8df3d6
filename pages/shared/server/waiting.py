"""Large results: kept, or made in turn."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from core.kept import Kept, Result
from pages.shared.server.gate import Gate, Waiting
from pages.shared.server.turns import turns

gate = Gate()
"""The server's only one."""


def in_turn(kept: Kept[Result], key: Hashable, make: Callable[[], Result], told: Waiting) -> Result:
    """What is kept; else it is made when it is this reader's turn, by one of those who ask.

    Args:
        kept: Where it is kept.
        key: Of the result.
        make: Gives it.
        told: As in :func:`place`.

    Raises:
        InputError: ``busy`` if the turn did not come in time.
    """

    def alone() -> Result:
        with place((id(kept), key), told):
            return kept.get(key, make)

    return kept.get(key, alone)


@contextmanager
def place(key: Hashable, told: Waiting) -> Iterator[None]:
    """A place among those who compute for long; other readers' pages go on meanwhile.

    Args:
        key: Of what is computed.
        told: Called now and then with the number of those before; what it raises ends the wait.

    Raises:
        InputError: ``busy`` if there was no place in time.
    """
    with turns.lent(), gate.turn(key, told):
        yield
