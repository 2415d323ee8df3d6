"""A server for people who trust each other reads more: longer texts, larger files."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.files.limits import PRIVATE, PUBLIC
from core.models import hub
from core.reader.model import PACKAGED
from pages.shared.server import cache, limits
from pages.shared.text import Text
from pages.shared.views.in_line import in_line
from tests.hostile import npz

Visit = Callable[[str | None], AppTest]

LONG = "the cat sat on the mat " * 120


@pytest.fixture(params=["0", "1"], ids=["public", "private"])
def private(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setenv(hub.OPEN, request.param)
    return request.param == "1"


def test_the_model_reads_longer_texts_on_a_private_server(private: bool):
    pieces = 512 if private else 256
    run = cache.model(LONG, "end", told=in_line())
    assert len(run.pieces.tokens) == pieces
    moved = cache.without(LONG, "end", PACKAGED, ((0, 0),), told=in_line())
    assert len(moved.layers) == len(run.trace.layers)


def test_the_page_says_how_much_is_read(private: bool, open_dashboard: Visit):
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    app.text_area(key="model_sentence").set_value(LONG).run()
    pieces = 512 if private else 256
    expected = Text("en")("model.too_long", total=720, used=pieces - 2, limit=pieces)
    assert expected in [it.value for it in app.warning]


def test_larger_files_are_read_on_a_private_server(private: bool, open_dashboard: Visit):
    most = limits.of_files()
    assert most == (PRIVATE if private else PUBLIC)
    app = open_dashboard("zh-CN").switch_page("pages/upload.py").run()
    said = " ".join(it.value for it in app.caption)
    assert f"{most.tokens:,}" in said
    assert f"{most.long_tokens:,}" in said
    assert f"{most.unpacked // 2**20} MiB" in said


def test_a_map_between_the_limits_is_whole_on_a_private_server_only(private: bool):
    n = PUBLIC.tokens + 1
    ones = dict.fromkeys("qkv", np.ones((n, 1), np.float16))
    assert cache.uploaded(npz(**ones), "between.npz", told=in_line()).long is not private


def test_a_private_server_takes_nothing_off_what_a_public_one_reads():
    for name in ("unpacked", "tokens", "cells", "long_tokens"):
        assert getattr(PRIVATE, name) > getattr(PUBLIC, name)
