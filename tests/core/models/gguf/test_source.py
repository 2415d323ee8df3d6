"""GGUF files by their names, a path, a folder or a package; and the traces that they give."""

import importlib
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from core.errors import InputError
from core.models import hub
from core.models.gguf.package import COMMAND, NAME, PACKAGE, installed
from core.models.hub import gguf_file, locate, offered
from core.sources import families
from core.sources.families import FamilySource
from core.trace import Origin
from pages.shared.text import LANGUAGES, Text
from pages.shared.views.told import told
from tests.core.models.test_hub import Shelf
from tests.gguf_files import write_gguf

SENTENCE = "the cat saw the dog and the dog saw it"


@pytest.fixture(autouse=True)
def no_warnings_of_others() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hub.OPEN, "1")
    monkeypatch.setattr(families, "_loaded", {})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_gguf(tmp_path / "tiny.gguf", "Q4_0")
    return tmp_path / "tiny.gguf"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed package with a tiny model, whose code must not run."""
    folder = tmp_path / "site" / PACKAGE
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise AssertionError('imported')")
    path = folder / f"{NAME}.Q4_1.gguf"
    write_gguf(path, "Q4_1")
    monkeypatch.syspath_prepend(folder.parent)
    importlib.invalidate_caches()
    yield path
    assert PACKAGE not in sys.modules


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.models.gguf.package.PACKAGE", "there_is_no_such_package")


def refusal(model: str | Path) -> InputError:
    with pytest.raises(InputError) as caught:
        locate(str(model), Shelf())
    return caught.value


# Names


def test_a_path_and_a_folder_with_one_file_stand_for_the_file(file: Path):
    assert locate(str(file), Shelf()) == file
    assert locate(str(file.parent), Shelf()) == file


def test_a_folder_with_safetensors_is_read_as_ever(file: Path):
    (file.parent / "model.safetensors").write_bytes(b"12345")
    (file.parent / "config.json").write_text('{"model_type": "bert"}')
    assert locate(str(file.parent), Shelf()) == file.parent


def test_of_several_files_one_has_to_be_named(file: Path):
    (file.parent / "b.gguf").write_bytes(file.read_bytes())
    error = refusal(file.parent)
    assert (error.code, error.values["count"]) == ("gguf_several", 2)
    assert error.values["file"] == str(file.parent / "b.gguf")
    assert gguf_file(str(file.parent)) is None
    assert locate(str(error.values["file"]), Shelf()) == file.parent / "b.gguf"


def test_a_file_that_is_not_there_is_missing_by_its_own_name(tmp_path: Path):
    error = refusal(tmp_path / "no.gguf")
    assert (error.code, error.values["file"]) == ("model_missing", "no.gguf")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path):
    with (tmp_path / "a.gguf").open("wb") as large:
        large.truncate(hub.largest() + 1)
    assert refusal(tmp_path / "a.gguf").code == "model_too_large"


def test_a_closed_server_reads_no_files_of_its_readers(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(hub.OPEN)
    assert refusal(file).code == "model_not_allowed"
    assert gguf_file(str(file)) is None


@pytest.mark.parametrize("is_open", [True, False])
def test_the_packages_model_is_offered_everywhere(
    package: Path, monkeypatch: pytest.MonkeyPatch, is_open: bool
):
    monkeypatch.setenv(hub.OPEN, str(int(is_open)))
    assert installed() == package
    assert offered()[0] == NAME
    assert locate(NAME, Shelf()) == package
    run = FamilySource(NAME).run(SENTENCE)
    assert run.trace.origin == Origin("pretrained", NAME)


@pytest.mark.usefixtures("no_package")
@pytest.mark.parametrize("is_open", [True, False])
def test_without_the_package_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, is_open: bool
):
    monkeypatch.setenv(hub.OPEN, str(int(is_open)))
    assert installed() is None
    assert NAME not in offered()
    error = refusal(NAME)
    assert error.code == "model_not_installed"
    for language in LANGUAGES:
        assert f"`{COMMAND}`" in told(Text("zh" if language == "zh" else "en"), error)


# Traces


def test_the_trace_is_the_attention_of_the_numbers_in_the_file(tmp_path: Path):
    expected = write_gguf(tmp_path / "a name.gguf", "Q4_1")
    run = FamilySource(str(tmp_path / "a name.gguf")).run(SENTENCE)
    with torch.no_grad():
        ids = torch.tensor([run.pieces.ids])
        done = expected.model(ids, output_attentions=True, output_hidden_states=True)
    assert len(run.trace.layers) == 2
    for layer, weights in zip(run.trace.layers, done.attentions, strict=True):
        assert_allclose(layer.weights, weights[0].numpy(), rtol=0, atol=1e-5)
    assert_allclose(run.hidden[-1], done.last_hidden_state[0].numpy(), rtol=0, atol=1e-5)
    w_o = expected.model.layers[1].self_attn.o_proj.weight
    mine = np.concatenate([run.mixers[1].w_o[head] for head in range(4)])  # (head * d_v, d_model)
    assert_allclose(mine.T, w_o.numpy(), atol=1e-6)
    assert_array_equal(run.mixers[1].w_o[[2, 0]][1], run.mixers[1].w_o[0])
    with pytest.raises(ValueError, match="read-only"):
        run.mixers[1].w_o[0][0] = 1
    assert run.trace.origin == Origin("pretrained", "a name")


def test_a_run_counts_what_it_holds_beside_its_trace_and_not_what_stays_in_the_file(file: Path):
    run = FamilySource(str(file)).run(SENTENCE)
    bare = replace(run, mixers=())
    both = [it.k.nbytes + it.v.nbytes for it in run.trace.layers]  # as large as their biases
    assert run.nbytes - bare.nbytes == sum(both)


def test_what_gives_the_next_piece_is_kept(file: Path):
    loaded = FamilySource(str(file)).load()
    assert loaded.causal is not None
    assert loaded.causal.base_model is loaded.model
    with torch.no_grad():
        assert loaded.causal(torch.tensor([[1, 2]])).logits.shape == (1, 2, 260)
    assert loaded.largest == 128


def test_what_nobody_foresaw_is_told_as_a_file_that_cannot_be_used(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("core.models.gguf.model.load", fail)
    with pytest.raises(InputError, match="model_unreadable"):
        FamilySource(str(file)).load()
