"""What a reader does again and again on each page: the edit that is measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from unittest.mock import patch
from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest, app_test

from tests.benchmarks.visitor import Visitor
from tests.conftest import DASHBOARD, Remembering

TIRED = "The animal didn't cross the street because it was too tired."
WIDE = "The animal didn't cross the street because it was too wide."


class Edit(NamedTuple):
    """A widget, and the two contents between which it goes back and forth.

    Attributes:
        key: The widget's.
        values: Numbers for a slider, sentences for a field.
    """

    key: str
    values: tuple[float, float] | tuple[str, str]

    def of(self, app: AppTest, parity: int) -> None:
        """Make the edit without a server."""
        app.session_state[self.key] = self.values[parity]
        app.run()

    def by(self, visitor: Visitor, parity: int) -> float:
        """Make the edit on a server; seconds until the page was sent."""
        return visitor.put(self.key, self.values[parity])


EDITS = {
    "explore": Edit("d_k", (4, 5)),
    "model": Edit("model_sentence", (TIRED, WIDE)),
    "cross": Edit("cross_b", ("I love Beijing", "I love Beijing Tiananmen")),
    "heads": Edit("n_heads", (2, 3)),
    "positions": Edit("sentence", (TIRED, WIDE)),
    "reach": Edit("reach_gain", (0.8, 0.9)),
    "buffet": Edit("buffet_spice", (0.5, 1.0)),
    "cost": Edit("cost_k", (5, 7)),
    "training": Edit("training_symbols", (8, 9)),
}
"""Pages that show something else after an edit; a file, or nothing, stands on the others."""


WHOLE = "?v=2&chapter=everything"
"""The address of Explore with every control: its chapters have few."""


def path(page: str) -> str:
    """The address of a page, from the server's root on."""
    return f"/{WHOLE}" if page == "explore" else f"/{page}"


@contextmanager
def visited(page: str, locale: str = "en-US") -> Iterator[AppTest]:
    """The page without a server, as a reader with a browser in some language finds it."""
    with patch.object(app_test, "PagesManager", Remembering):
        app = AppTest.from_file(str(DASHBOARD), default_timeout=120)
        app.context = {"locale": locale}
        if page == "explore":
            app.query_params.update(dict(parse_qsl(WHOLE[1:])))
        app.run()
        yield app if page == "explore" else app.switch_page(f"pages/{page}.py").run()
