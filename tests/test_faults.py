"""What goes wrong with public apps and not with this one, as far as the code itself shows it.

Others of these faults have tests where they belong: `faults.toml` names them all.
"""

import ast
import gc
import importlib.util
import re
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from hypothesis import given, settings, strategies
from streamlit.testing.v1 import AppTest

from core import architectures
from core.arrays import digest, nbytes
from core.layer import Rules, Sizes
from core.long.head import LongHead
from core.models import packaged
from core.models.run import ModelRun
from core.reader.records import limits
from core.sources.pretrained import HeadEffects, PretrainedSource
from core.sources.seeded import SeededSource
from core.sources.uploaded import Upload
from core.tokens import LIMIT
from core.trace import LayerTrace
from pages.shared.figures.heatmap import Heatmap
from pages.shared.server import cache
from tests.hostile import largest, npz
from tests.pages.exploring import select

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "dashboard.py"])
CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))


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


# Every fault has its tests

FAULTS = tomllib.loads((ROOT / "tests/faults.toml").read_text("utf-8"))


def test_every_fault_has_tests_that_are_there():
    assert list(FAULTS) == [str(number) for number in range(1, 25)]
    for fault in FAULTS.values():
        assert fault["tests"], fault["name"]
        for it in fault["tests"]:
            file, name = it.split("::")
            nodes = ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
            assert name in {node.name for node in nodes if isinstance(node, ast.FunctionDef)}, it


@pytest.mark.skipif(sys.platform == "win32", reason="there is no uvloop for it")
def test_a_dragged_slider_is_answered_without_stalls():
    # Streamlit takes it by itself if it is there; without it, each answer may wait 40 ms.
    assert importlib.util.find_spec("uvloop")
    assert re.search(r"^uvloop==", (ROOT / "requirements.txt").read_text("utf-8"), re.M)


# Wrong numbers, and other people's


@settings(max_examples=40)
@given(strategies.data())
def test_one_number_of_an_array_of_any_size_makes_another_key(data: strategies.DataObject):
    # Streamlit's own cache looks at some elements only of arrays with 500,000 and more.
    size = data.draw(strategies.sampled_from((1, 63, 499_999, 500_000, 589_824)))
    array = np.zeros(size, data.draw(strategies.sampled_from((np.float32, np.float64, np.int8))))
    before = digest(array)
    array[data.draw(strategies.integers(0, size - 1))] = 1
    assert digest(array) != before


def test_shapes_and_types_are_part_of_a_key():
    array = np.zeros((2, 6), np.float32)
    assert len({digest(it) for it in (array, array.T, array[:1], array.view(np.int32))}) == 4
    assert digest(array, array) != digest(array)
    assert digest(np.asfortranarray(np.eye(3, 4))) == digest(np.eye(3, 4))


def test_nothing_is_kept_by_a_cache_that_samples_large_arrays_or_that_strangers_empty():
    assert not callers(r"(st\.)?cache_(data|resource)")
    assert not [place for place, _, it in decorated() if "st.cache" in ast.unparse(it)]


@pytest.mark.parametrize("name", ["x", "w_q", "w_k", "w_v", "w_o"])
def test_one_number_of_the_largest_arrays_makes_another_result(name: str):
    most = {it: limits(it)[1] for it in ("n_heads", "d_model", "d_k", "d_v")}
    before = SeededSource(Sizes(**most)).parameters(tuple(f"word{n}" for n in range(LIMIT)))
    changed = getattr(before, name).copy()
    changed[tuple(np.random.default_rng(7).integers(changed.shape))] += 9
    after = replace(before, **{name: changed})
    first, second = (cache.attention(it, Rules()).influence.strength for it in (before, after))
    assert not np.array_equal(first, second)
    assert np.array_equal(second, architectures.attention(after, Rules()).influence.strength)


def test_no_hooks_and_nothing_random_or_numeric_is_set_for_all():
    assert not callers(r".*\.set_default_\w+")
    # Two exceptions, which act in the thread that asks alone: tests of both run two at once.
    hooks = {it.partition(":")[0] for it in callers(r".*register_(full_|forward_|backward_).*hook")}
    assert hooks == {"core/models/recording.py", "core/models/next_word.py"}
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


# Memory


def test_every_cache_is_bounded():
    for place, function, decorator in decorated():
        name = ast.unparse(decorator)
        if re.search(r"\blru_cache\b", name):
            assert re.search(r"maxsize=(\d+|len\()", name), place
        elif re.fullmatch(r"(functools\.)?cache", name):
            taken = function.args.args + function.args.kwonlyargs
            few = [ast.unparse(it.annotation) for it in taken if it.annotation]
            # As many as languages, shipped files, or truth values.
            assert set(few) <= {"Language", "Path", "bool"}, place


@pytest.mark.parametrize(
    ("section", "name", "most"),
    [
        ("server", "maxUploadSize", 16),
        ("server", "maxMessageSize", 20),
        ("server", "maxWidgetStateSize", 2),
        ("server", "disconnectedSessionTTL", 60),
    ],
)
def test_what_one_reader_may_take_is_limited(section: str, name: str, most: int):
    assert 0 < CONFIG[section][name] <= most


def test_sessions_keep_nothing_that_can_be_computed_anew(
    open_dashboard: Callable[[str | None], AppTest],
):
    others = _runs()
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    select(app, model_sentence="Nobody else has ever asked for this sentence.")
    select(app, model_steps_open=True, model_finder_open=True)
    app.run()
    cache._runs.clear()
    held = [it for it in _runs() if not any(it is other for other in others)]
    assert app.text_area(key="model_sentence")  # the session is still there
    assert held == []


def test_sessions_keep_nothing_of_a_file_but_the_file(
    open_dashboard: Callable[[str | None], AppTest],
):
    app = open_dashboard("en-US").switch_page("pages/upload.py").run()
    for file in (largest(), long_file()):
        others = _kept(Upload, LayerTrace, Heatmap, LongHead)
        app.file_uploader(key="upload_file").set_value(("a.npz", file, "application/zip"))
        app.session_state["take_away"] = True
        app.run()
        assert not app.error
        cache._uploads.clear()
        held = _kept(Upload, LayerTrace, Heatmap, LongHead)
        assert [it for it in held if not any(it is other for other in others)] == []


def long_file() -> bytes:
    return npz(**{part: np.ones((1, 1_500, 2), np.float32) for part in "qk"})


def _runs() -> list[object]:
    return _kept(ModelRun)


def _kept(*kinds: type) -> list[object]:
    gc.collect()
    return [it for it in gc.get_objects() if type(it) in kinds]


def test_small_results_of_long_texts_are_few():
    moves = cache.Moves(np.zeros(6, np.float32), 0.0)
    effects = HeadEffects(np.zeros((6, 12)), np.zeros((6, 12)))
    for kept, one in ((cache._moves, moves), (cache._effects, effects)):
        assert kept.largest // nbytes(one) < 200


def test_every_field_for_words_has_an_end():
    words = re.compile(r".*\.text_(input|area)")
    fields = [(file, call) for file, name, call in calls() if words.fullmatch(name)]
    assert len(fields) >= 4
    for file, call in fields:
        assert "max_chars" in {it.arg for it in call.keywords}, file


# Programs in disguise, markup, and what leaks


def test_nothing_is_unpickled_or_run():
    assert not callers(r"(pickle|joblib|dill|marshal)\.\w+", "eval", "exec")
    # The one exception, behind the checks of its file: tests/core/files/test_cases.py.
    assert callers(r"torch\.load") == {"core/files/torch_archive.py: torch.load"}
    for file, name, call in calls():
        said = {it.arg: ast.unparse(it.value) for it in call.keywords}
        assert said.get("allow_pickle", "False") == "False", (file, name)
        assert said.get("trust_remote_code", "False") == "False", (file, name)
        assert name != "torch.load" or said.get("weights_only") == "True"


def test_markup_is_never_made_of_what_readers_write():
    for file, name, call in calls():
        assert "unsafe_allow_html" not in {it.arg for it in call.keywords}, (file, name)
    html = [(file, ast.unparse(call.args[0])) for file, name, call in calls() if name == "st.html"]
    made = {file for file, what in html if not re.fullmatch(r"_[A-Z]+", what)}
    # The one exception, whose words are text: tests/pages/test_stage.py.
    assert made == {"pages/shared/stage/still.py"}, html


def test_errors_and_habits_of_readers_stay_here():
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["client"]["toolbarMode"] == "viewer"
    assert CONFIG["logger"]["enableRich"] is False
    assert CONFIG["browser"]["gatherUsageStats"] is False


def test_what_protects_sessions_is_left_on():
    off = {"enableCORS", "enableXsrfProtection", "enableWebsocketCompression", "enableAgentApi"}
    assert not off & CONFIG["server"].keys()
