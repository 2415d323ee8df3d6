"""The beginning of the server process: what a page does not use is not loaded."""

import json
import subprocess
import sys

import pytest

from tests.conftest import DASHBOARD

VISIT = """
import gc, json, sys
from unittest.mock import patch
from streamlit.testing.v1 import AppTest, app_test
from core.kept import MODELS
from core.translation.files import shared_pieces
from pages import CONTENTS
from tests.conftest import DASHBOARD, Remembering

with patch.object(app_test, "PagesManager", Remembering):
    app = AppTest.from_file(str(DASHBOARD), default_timeout=120)
    app.context = {"locale": sys.argv[1]}
    app.run()
    loaded = {"explore": list(sys.modules)}
    read = [*MODELS._found, *["pieces"] * shared_pieces.cache_info().currsize]
    if sys.argv[2] == "all":
        for entry in CONTENTS[1:]:
            app.switch_page(entry.path).run()
            assert not app.exception, entry.name
        loaded["all"] = list(sys.modules)
models = {"read": read, "models": [*MODELS._found]}
found = {"loaded": loaded, "frozen": gc.get_freeze_count(), "search": gc.isenabled()}
print(json.dumps(models | found))
"""
COMPILERS = {"torch._dynamo", "torch._inductor", "sympy"}
"""What torch loads for functions that we do not use: 66 MB."""


def visited(locale: str, pages: str) -> dict:
    command = [sys.executable, "-c", VISIT, locale, pages]
    done = subprocess.run(command, cwd=DASHBOARD.parent, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def english() -> dict:
    return visited("en-US", "all")


def test_the_first_page_loads_nothing_that_it_does_not_use(english: dict):
    loaded = set(english["loaded"]["explore"])
    others = {"rjieba", "transformers", "huggingface_hub", "pages.shared.situations"}
    assert "core.attention" in loaded
    assert not loaded & (others | COMPILERS)


def test_models_are_read_where_they_are_shown(english: dict):
    assert english["read"] == []
    assert {"all-MiniLM-L6-v2", "zh-en-attention", "zh-en-vector"} <= set(english["models"])


def test_no_page_loads_a_compiler_or_other_peoples_models(english: dict):
    loaded = set(english["loaded"]["all"])
    assert "core.encoder" in loaded
    assert not loaded & (COMPILERS | {"transformers", "sentence_transformers"})


def test_what_stays_is_set_aside_and_garbage_is_looked_for_again(english: dict):
    assert english["frozen"] > 100_000
    assert english["search"]


def test_a_chinese_reader_has_the_words_of_a_dictionary():
    assert "rjieba" in visited("zh-CN", "explore")["loaded"]["explore"]
