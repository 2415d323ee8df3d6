"""Any other model on the page of a real model: loaded beside the page, shown with its numbers."""

import os
import re
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.models import hub, recording
from core.models.gguf import package
from core.models.packaged import NAME
from core.models.words import merged, words_of
from core.reader.model import BILINGUAL, MODEL_BEGINS, ModelChoice
from core.sources import families
from core.sources.families import FamilySource
from pages.shared.server import cache, loading
from pages.shared.text import LANGUAGES, Text
from pages.shared.views.in_line import in_line
from pages.shared.views.model import choice as model_choice
from tests.gguf_files import write_gguf
from tests.pages.exploring import chosen
from tests.pages.test_model import choose, square
from tests.tiny import CAUSAL, TINY, write_model

Visit = Callable[[str | None], AppTest]

ROOT = Path(__file__).parents[2]
EN = Text("en")
SENTENCE = "the cat saw it"
SIZES: Mapping[str, dict[str, object]] = {
    "bert": {"num_hidden_layers": 12, "num_attention_heads": 12},
    "gpt2": {"n_layer": 2, "n_head": 3, "n_positions": 128},
}
"""Other numbers of layers and heads than the packaged model has: more, and fewer."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {}
    for family in TINY:
        folder = tmp_path_factory.mktemp(family)
        made[family] = write_model(folder, family, **SIZES.get(family, {}))
    return made


@pytest.fixture(autouse=True)
def no_warnings_of_others() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hub.OPEN, "1")
    monkeypatch.setattr(loading, "_reports", {})


@pytest.fixture
def model(open_dashboard: Visit) -> AppTest:
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    return choose(app, model_finder_open=True, model_steps_open=True)  # what is folded is not drawn


def wait_for(name: str) -> None:
    end = time.monotonic() + 60
    while (report := loading.report(name)) and not report.problem:
        assert time.monotonic() < end
        time.sleep(0.02)


def take(app: AppTest, name: Path | str, **values: object) -> AppTest:
    """Type a model's name; AppTest knows only options that were there before."""
    for control in app.selectbox:
        if control.key == "model_name":
            control.options.append(str(name))
    return choose(app, model_name=str(name), **values)


def load(app: AppTest, name: Path | str, **values: object) -> AppTest:
    """Choose a model, wait until it is there, and look again."""
    take(app, name, **values)
    wait_for(chosen(app, "model_name"))
    return app.run()


def told(app: AppTest) -> str:
    """Everything that the page says in words."""
    said = [*app.markdown, *app.caption, *app.warning, *app.info, *app.error]
    return re.sub(r"[\\\u2068\u2069]", "", " ".join(it.value for it in said))


@pytest.mark.parametrize("family", TINY)
def test_a_head_is_the_models_own(model: AppTest, tiny: Mapping[str, Path], family: str):
    load(model, tiny[family], model_sentence=SENTENCE, model_layer=1, model_head=2)
    layers = FamilySource(str(tiny[family])).trace(SENTENCE).layers
    assert_allclose(square(model, "model_map"), layers[1].weights[2], atol=1e-6)
    assert not model.exception
    assert f"Model: {tiny[family].name}" in told(model)
    if family in CAUSAL:
        assert EN("model.causal") in told(model)
        assert "[CLS]" not in told(model)


@pytest.mark.parametrize("family", ["bert", "gpt2"])
def test_every_part_is_drawn_whatever_the_model(
    model: AppTest, tiny: Mapping[str, Path], family: str
):
    load(model, tiny[family], model_sentence=SENTENCE)
    choose(model, model_layer=11, model_head=11)
    layers, heads = (12, 12) if family == "bert" else (2, 3)
    assert f"Layer {layers - 1}, head {heads - 1} (counted from 0)" in [
        it.value for it in model.subheader
    ]
    assert EN("atlas.title", heads=layers * heads) in [it.value for it in model.subheader]
    assert EN("off.packaged_only", names=f"{NAME}, {BILINGUAL}") in [it.value for it in model.info]
    for settings in (
        {"model_words": True, "model_special": False, "model_renormalise": True},
        {"model_aggregate": "rollout", "model_other": SENTENCE},
        {"model_order": {"bert": "special", "gpt2": "first"}[family]},
        {"model_order": "sharp", "model_toy": True, "model_sorted": True},
        {"model_order": "previous", "model_cells": "habits"},
        {"model_cells": "answers"},
    ):
        choose(model, **settings)
        assert not model.exception
        assert not model.error
    assert (square(model, "beside_difference") == 0).all()


def test_a_choice_beyond_the_model_is_brought_back(model: AppTest, tiny: Mapping[str, Path]):
    load(model, tiny["gpt2"], model_sentence=SENTENCE, model_layer=199, model_head=199)
    assert "Layer 1, head 2 (counted from 0)" in [it.value for it in model.subheader]
    assert_allclose(square(model, "model_map")[0, 1:], 0)


def test_the_finder_offers_what_the_model_can_do(model: AppTest, tiny: Mapping[str, Path]):
    load(model, tiny["gpt2"], model_sentence=SENTENCE, model_order="special")
    assert chosen(model, "model_order") == "first"
    found = next(it.value for it in model.dataframe if "head" in it.value)
    weights = np.stack(
        [it.weights for it in FamilySource(str(tiny["gpt2"])).trace(SENTENCE).layers]
    )
    assert float(found["value"].to_numpy()[0]) == pytest.approx(
        weights[:, :, 1:, 0].mean(axis=-1).max(), abs=1e-6
    )
    offered = model.get_by_key("model_order").options  # pyright: ignore
    assert EN("atlas_order.following") not in offered


def test_an_example_points_at_its_words_in_any_model(model: AppTest, tiny: Mapping[str, Path]):
    load(model, tiny["gpt2"])
    model.get_by_key("model_example.wide").click().run()  # pyright: ignore
    pieces = FamilySource(str(tiny["gpt2"])).pieces(ModelChoice().model_other)
    start, _ = pieces.spans[chosen(model, "model_query")]
    assert pieces.sentence[start:].strip().startswith("it was")


def test_what_is_pointed_at_stays_when_the_model_changes(model: AppTest, tiny: Mapping[str, Path]):
    load(model, tiny["gpt2"])  # "it" and "animal" in MiniLM's pieces
    pieces = FamilySource(str(tiny["gpt2"])).pieces(ModelChoice().model_sentence)
    asks, about = (pieces.spans[chosen(model, n)][0] for n in ("model_query", "model_key"))
    assert pieces.sentence[asks:].strip().startswith("it was")
    assert pieces.sentence[about:].strip().startswith("animal")


def test_a_gguf_file_is_opened_like_other_models(model: AppTest, tmp_path: Path):
    expected = write_gguf(tmp_path / "small.gguf", "Q4_0")
    load(model, tmp_path / "small.gguf", model_sentence=SENTENCE, model_layer=1, model_head=2)
    assert not model.exception
    assert "Model: small" in told(model)
    assert EN("model.about.gguf", name="small", layers=2, heads=4) in told(model)
    ids = FamilySource(str(tmp_path)).pieces(SENTENCE).ids  # the folder stands for the file
    weights = expected(torch.tensor([ids]), output_attentions=True).attentions[1][0, 2]
    assert_allclose(square(model, "model_map"), weights.numpy(), atol=1e-5)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("there", [None, Path("somewhere.gguf")])
def test_without_its_package_it_is_said_how_to_get_the_language_model(
    open_dashboard: Visit, monkeypatch: pytest.MonkeyPatch, language: str, there: Path | None
):
    monkeypatch.setattr(package, "installed", lambda: there)
    app = open_dashboard(language).switch_page("pages/model.py").run()
    assert (f"`{package.COMMAND}`" in told(app)) == (there is None)
    assert (package.NAME in app.get_by_key("model_name").options) == (there is not None)  # pyright: ignore


# Loading


def test_the_page_is_minilms_while_another_model_is_loaded(
    model: AppTest, tiny: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
):
    go_on = threading.Event()
    real = FamilySource.load

    def slowly(self: FamilySource, progress: hub.Progress = hub.no_progress) -> families.Loaded:
        progress("downloading", 3_000_000, 7_000_000)
        go_on.wait(30)
        return real(self, progress)

    monkeypatch.setattr(families, "_loaded", {})
    monkeypatch.setattr(FamilySource, "load", slowly)
    before = square(model, "model_map")
    take(model, tiny["bert"])
    assert_allclose(square(model, "model_map"), before)
    while loading.report(str(tiny["bert"])) == loading.Report("waiting"):
        time.sleep(0.01)
    model.run()
    progress = model.get("progress")[0].proto  # pyright: ignore
    assert (progress.value, "3 of 7 MB" in progress.text) == (42, True)
    choose(model, model_head=4)  # it can be used meanwhile
    assert not np.allclose(square(model, "model_map"), before)
    go_on.set()
    wait_for(str(tiny["bert"]))
    model.run()
    assert not model.get("progress")
    assert len(FamilySource(str(tiny["bert"])).trace(SENTENCE).layers) == 12


def test_what_failed_is_told_and_tried_again(
    model: AppTest, tiny: Mapping[str, Path], tmp_path: Path
):
    folder = tmp_path / "later"
    load(model, folder)  # no such folder; and no network
    folder_missing = [it.value for it in model.warning]
    assert any(str(folder.name) in it and NAME in it for it in folder_missing)
    folder.mkdir()
    for path in tiny["bert"].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    choose(model)
    assert model.warning  # still: it is not tried anew with every click
    model.get_by_key("model_again").click().run()  # pyright: ignore
    wait_for(str(folder))
    model.run()
    assert "model_again" not in [it.key for it in model.button]
    assert "Model: later" in told(model)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "no_safetensors"),
        ({"model.gguf": "GGML"}, "gguf_other"),
        ({"model.safetensors": "", "config.json": "?"}, "model_unreadable"),
        ({"model.safetensors": "", "config.json": '{"auto_map": 1}'}, "brings_code"),
        ({"model.safetensors": "", "config.json": '{"model_type": "mamba"}'}, "family_unknown"),
        ({"model.safetensors": "?", "config.json": '{"model_type": "bert"}'}, "model_unreadable"),
    ],
)
def test_failures_are_told_in_the_readers_language(
    open_dashboard: Visit, tmp_path: Path, language: str, files: Mapping[str, str], code: str
):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    app = open_dashboard(language).switch_page("pages/model.py").run()
    load(app, tmp_path)
    text = Text("zh" if language == "zh" else "en")
    start = text(f"error.{code}", name="N", file="F", known="K").partition("N")[0].partition("F")[0]
    assert [it.value.startswith(start) for it in app.warning] == [True]
    begins = replace(ModelChoice(), **MODEL_BEGINS["zh" if language == "zh" else "en"])
    run = cache.model(begins.model_sentence, "start", begins.model_name, told=in_line())
    weights = run.trace.layers[begins.model_layer].weights[begins.model_head]
    groups = words_of(run.pieces).groups
    shown = merged(weights, groups) if begins.model_words else weights
    assert_allclose(square(app, "model_map"), shown, atol=1e-6)


def test_a_model_that_cannot_read_the_text_leaves_minilm(
    model: AppTest, tiny: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
):
    name = str(tiny["gpt2"])
    FamilySource(name).load()
    monkeypatch.setattr(recording, "_bias", lambda mask, position, scores: scores * 0)
    load(model, name, model_sentence="saw the cat")
    assert any("weights differ by" in it.value for it in model.warning)
    assert f"Model: {NAME}" in told(model)


@pytest.mark.parametrize("name", ["", " ", "<b>$x$</b>", "../..", "a/b/c", "~", "\0", "x" * 600])
def test_nonsense_is_told(model: AppTest, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    load(model, name)
    assert not model.exception
    assert len(model.warning) == 1


def test_few_are_under_way_at_once(monkeypatch: pytest.MonkeyPatch):
    busy = {str(n): loading.Report("loading") for n in range(loading.MOST)}
    monkeypatch.setattr(loading, "_reports", busy)
    with pytest.raises(InputError, match="loading_is_busy"):
        loading.ready("one/more")
    busy["3"] = loading.Report("failed", problem=InputError("model_fails", name="3"))
    assert not loading.ready("one/more")
    assert len(busy) <= loading.MOST
    wait_for("one/more")


# A server that is not open


def test_a_closed_server_offers_what_its_owner_put_there(
    open_dashboard: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(hub.OPEN)
    monkeypatch.setattr(model_choice, "offered", lambda: hub.ALLOWED[:1])
    app = open_dashboard("en").switch_page("pages/model.py").run()
    control = app.get_by_key("model_name")
    assert control.options == [NAME, BILINGUAL, hub.ALLOWED[0]]  # pyright: ignore
    assert hub.OPEN in told(app)


def test_a_closed_server_refuses_others_kindly(
    open_dashboard: Visit, tiny: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(hub.OPEN)
    app = open_dashboard("en").switch_page("pages/model.py").run()
    take(app, tiny["bert"])
    assert any("cannot be used on this server" in it.value for it in app.warning)
    assert chosen(app, "model_name") == ModelChoice().model_name
    assert not app.run().warning


def test_chinese_text_is_offered_a_model_that_reads_it(model: AppTest):
    offers = "model_take_chinese"
    assert offers not in [it.key for it in model.button]
    choose(model, model_sentence="我爱吃炸鸡")
    assert offers in [it.key for it in model.button]


# Everybody's own numbers


@pytest.mark.usefixtures("runtime_for_all")
def test_ten_readers_of_two_models_each_see_their_own_numbers(
    open_dashboard: Visit, tiny: Mapping[str, Path]
):
    names = [str(tiny["bert"]), str(tiny["llama"])] * 5
    sentences = [f"the cat saw {n} dogs" for n in range(10)]
    for name in names[:2]:
        FamilySource(name).load()
    apps = [open_dashboard("en").switch_page("pages/model.py") for _ in names]

    def read(app: AppTest, name: str, sentence: str) -> None:
        take(app, name, model_sentence=sentence, model_layer=1, model_head=1)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(read, apps, names, sentences))
    for app, name, sentence in zip(apps, names, sentences, strict=True):
        expected = FamilySource(name).trace(sentence).layers[1].weights[1]
        assert_allclose(square(app, "model_map"), expected, atol=1e-6)


def test_transformers_is_not_imported_for_minilm():
    program = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('dashboard.py', default_timeout=60).run()\n"
        "app.switch_page('pages/model.py').run()\n"
        "app.session_state['model_alone'] = True\n"
        "app.run()\n"
        "print(len(app.title), 'transformers' in sys.modules)\n"
    )
    environment = {**os.environ, hub.OPEN: "1"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("1 False")
