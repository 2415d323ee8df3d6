"""From the key to the changed picture in Chromium, against bare pages with the same charts."""

import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks import floor
from tests.benchmarks.chromium import Watched, chromium
from tests.benchmarks.clock import quartiles
from tests.benchmarks.pages import EDITS, path, visited
from tests.benchmarks.row import Row
from tests.load.served import served

ROUNDS = 15


def rows() -> list[Row]:
    """Explore's slider of d_k, against both floors."""
    floors = (False, "charts and tables"), (True, "charts, tables, widgets, texts")
    return [_against(texts, what) for texts, what in floors]


def _against(texts: bool, what: str) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        with visited("explore") as app:
            for parity in (0, 1):
                EDITS["explore"].of(app, parity)
                floor.record(app, Path(folder), parity, texts=texts)
        with (
            served() as ours,
            served(script=str(floor.APP), FLOOR_RECORDS=folder) as bare,
            chromium() as browser,
        ):
            own = Watched(browser.new_page(), ours.address + path("explore"))
            base = Watched(browser.new_page(), bare.address)
            rounds = [
                (_slide(own, "d_k", turn), _slide(base, "edit", turn)) for turn in range(ROUNDS)
            ]
    pressed, floor_pressed = np.array(rounds[2:]).T
    ratio, spread = quartiles(pressed / floor_pressed)
    figure = f"{np.median(pressed) * 1e3:.0f} / {np.median(floor_pressed) * 1e3:.0f} ms"
    return Row(f"explore, d_k / bare page: {what}", 1.3, "at most", figure, ratio, spread)


def _slide(reader: Watched, name: str, turn: int) -> float:
    reader.page.bring_to_front()
    reader.page.get_by_role("slider", name=name).focus()
    return reader.press("ArrowLeft" if turn % 2 else "ArrowRight")
