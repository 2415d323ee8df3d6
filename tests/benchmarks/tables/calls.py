"""How long the way through our code is: calls of our functions for a new sentence on Explore."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from types import CodeType, FrameType

from streamlit.testing.v1 import AppTest

from tests.benchmarks.pages import visited
from tests.benchmarks.row import Row
from tests.conftest import DASHBOARD

BEFORE = ("猫抓老鼠", "我爱北京天安门")
SENTENCE = "天空很蓝"

OURS = tuple(str(DASHBOARD.parent / it) for it in ("core/", "pages/", DASHBOARD.name))


def rows() -> list[Row]:
    """One row each for calls, functions and files."""
    with visited("explore", "zh-CN") as app:
        for sentence in BEFORE:
            _say(app, sentence)
        with _called() as codes:
            _say(app, SENTENCE)
    files = [it.co_filename for it in codes]
    changes = sum(one != other for one, other in pairwise(files))
    found = (
        ("calls", 1_350, len(codes), f"{len(codes):,}, {changes} into another file"),
        ("functions", 245, functions := len({id(it) for it in codes}), str(functions)),
        ("files", 45, len({*files}), str(len({*files}))),
    )
    return [
        Row(f"a new sentence on Explore: {what}", goal, "at most", said, n, (n, n))
        for what, goal, n, said in found
    ]


def _say(app: AppTest, sentence: str) -> None:
    app.text_input(key="sentence").set_value(sentence).run()


@contextmanager
def _called() -> Iterator[list[CodeType]]:
    """Note what is called in threads that begin meanwhile, as AppTest's script does.

    Comprehensions and lambdas count, too, and a generator for each thing that it gives.
    """
    codes: list[CodeType] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(OURS):
            codes.append(frame.f_code)

    threading.setprofile(note)
    try:
        yield codes
    finally:
        threading.setprofile(None)
