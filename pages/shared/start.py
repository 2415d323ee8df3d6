"""The beginning of every run, and of the server process: what all pages stand on is loaded once."""

import gc
from collections.abc import Callable
from functools import cache


def run() -> None:
    """Draw the page that was asked for."""
    _loaded()()


@cache
def _loaded() -> Callable[[], None]:
    """What a run consists of.

    Loading makes many objects that stay, and a search for garbage looks at all of them: without
    any search it takes a tenth less time.
    """
    gc.disable()
    try:
        from pages.shared import frame
        from pages.shared.server import process
        from pages.shared.server.turns import turns

        process.warm_up()
    finally:
        gc.enable()

    def run() -> None:
        process.decline_helpers()
        with turns.taken():
            frame.guarded(frame.run)

    return run
