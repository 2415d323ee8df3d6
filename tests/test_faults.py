"""What goes wrong with public apps and not with this one, as far as the code itself shows it.

Others of these faults have tests where they belong: hostile input and files, links, masks, models
of the hub, crashes, markup and logs.
"""

import ast
import re
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import streamlit as st

from core.choices.explore import LIMITS
from core.models import packaged
from core.sources.pretrained import PretrainedSource
from core.tokens import LIMIT

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "dashboard.py"])
CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
SAMPLED_FROM = 500_000
"""Elements from which on Streamlit's cache looks at a part of an array only."""


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """File, dotted name and call, everywhere in our code."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield str(path.relative_to(ROOT)), ast.unparse(node.func), node


def decorated() -> Iterator[tuple[str, ast.FunctionDef, ast.expr]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield from ((f"{path.name}:{node.name}", node, it) for it in node.decorator_list)


def callers(*patterns: str) -> set[str]:
    whole = re.compile("|".join(patterns))
    return {f"{file}: {name}" for file, name, _ in calls() if whole.fullmatch(name)}


# Wrong numbers, and other people's


def test_cached_arrays_are_too_small_to_be_sampled():
    largest = max(LIMIT, *(int(LIMITS[name][1]) for name in ("d_model", "d_k", "d_v")))
    assert LIMITS["n_heads"][1] * largest**2 < SAMPLED_FROM


def test_no_hooks_and_nothing_random_or_numeric_is_set_for_all():
    assert not callers(r".*register_(full_|forward_|backward_).*hook", r".*\.set_default_\w+")
    assert not callers(r"torch\.(manual_seed|seed)", r"(np|numpy)\.random\.(seed|rand\w*|normal)")
    assert not callers(r"random\.(seed|random|choice\w*|shuffle|randint)")
    for _, name, call in calls():
        if name.endswith("set_num_threads"):  # for the whole process, so all must say the same
            assert ast.unparse(call.args[0]) == "1"


def test_two_readers_of_one_model_get_what_each_alone_would_get():
    sentences = ("the cat sat on the mat", "money lies in the old bank")
    alone = [PretrainedSource().trace(it).layers[0].weights for it in sentences]
    wrong: list[str] = []

    def read(sentence: str, expected: np.ndarray) -> None:
        for _ in range(20):
            if not np.array_equal(PretrainedSource().trace(sentence).layers[0].weights, expected):
                wrong.append(sentence)

    readers = [threading.Thread(target=read, args=it) for it in zip(sentences, alone, strict=True)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_clearing_every_cache_leaves_the_model_where_it_is():
    model = packaged.packaged_model()
    st.cache_data.clear()
    st.cache_resource.clear()
    assert packaged.packaged_model() is model
    assert not callers(r"(st\.)?cache_resource")


# Memory


def test_every_cache_is_bounded():
    for place, function, decorator in decorated():
        name = ast.unparse(decorator)
        if "cache_data" in name:
            assert re.search(r"max_entries=\d+", name), place
            assert re.search(r"ttl=\d+", name), place
        elif re.search(r"\blru_cache\b", name):
            assert re.search(r"maxsize=\d+", name), place
        elif re.fullmatch(r"(functools\.)?cache", name):
            taken = function.args.args + function.args.kwonlyargs
            few = [ast.unparse(it.annotation) for it in taken if it.annotation]
            assert set(few) <= {"Language"}, place  # as many results as there are languages


@pytest.mark.parametrize(
    ("section", "name", "most"),
    [
        ("server", "maxUploadSize", 10),
        ("server", "maxMessageSize", 20),
        ("server", "maxWidgetStateSize", 2),
        ("server", "disconnectedSessionTTL", 60),
    ],
)
def test_what_one_reader_may_take_is_limited(section: str, name: str, most: int):
    assert 0 < CONFIG[section][name] <= most


def test_cached_data_is_limited_in_all():
    assert CONFIG["server"]["maxCacheDataSize"] == "128mb"


# Programs in disguise, markup, and what leaks


def test_nothing_is_unpickled_or_run():
    assert not callers(r"torch\.load", r"(pickle|joblib|dill|marshal)\.\w+", "eval", "exec")
    for file, name, call in calls():
        said = {it.arg: ast.unparse(it.value) for it in call.keywords}
        assert said.get("allow_pickle", "False") == "False", (file, name)
        assert said.get("trust_remote_code", "False") == "False", (file, name)


def test_markup_is_never_made_of_what_readers_write():
    for file, name, call in calls():
        assert "unsafe_allow_html" not in {it.arg for it in call.keywords}, (file, name)
    html = [(file, ast.unparse(call.args[0])) for file, name, call in calls() if name == "st.html"]
    assert all(re.fullmatch(r"_[A-Z]+", what) for _, what in html), html


def test_errors_and_habits_of_readers_stay_here():
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["client"]["toolbarMode"] == "viewer"
    assert CONFIG["browser"]["gatherUsageStats"] is False


def test_what_protects_sessions_is_left_on():
    off = {"enableCORS", "enableXsrfProtection", "enableWebsocketCompression", "enableAgentApi"}
    assert not off & CONFIG["server"].keys()
