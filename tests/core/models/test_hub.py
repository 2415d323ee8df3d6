"""Which models may be used, from where, and what is refused before it is downloaded or read."""

import json
from collections.abc import Mapping
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub.hf_api import RepoSibling

from core.errors import InputError
from core.models import hub
from core.models.hub import Hub, Listing, Progress, locate
from core.models.huggingface import HuggingFaceHub
from core.models.packaged import NAME


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hub.OPEN, "1")


def write_config(folder: Path, **config: object) -> None:
    (folder / "config.json").write_text(json.dumps(config))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All that is looked at before a model is loaded."""
    write_config(tmp_path, model_type="bert")
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"12345")
    return tmp_path


class Shelf:
    """A hub with one model, which notes what it is asked for."""

    def __init__(self, sizes: Mapping[str, int] | None = None, folder: Path | None = None) -> None:
        self.sizes, self.folder = sizes or {}, folder
        self.fetched: list[str] = []
        self.have: Path | None = None

    def listing(self, model: str) -> Listing:
        if not self.sizes:
            raise InputError("hub_unreachable", name=model)
        return Listing("abc", self.sizes)

    def fetch(self, model: str, revision: str, file: str, progress: Progress) -> Path:
        assert (model, revision) == ("some/model", "abc")
        assert self.folder is not None
        self.fetched.append(file)
        progress("downloading", self.sizes[file], self.sizes[file])
        return self.folder / file

    def cached(self, model: str) -> Path | None:
        return self.have


def refusal(model: Path | str, at: Hub | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        locate(str(model), at or Shelf())
    return caught.value


# Folders


def test_a_folder_with_all_it_needs_is_used_as_it_is(folder: Path):
    assert locate(str(folder), Shelf()) == folder


def test_pickles_alone_are_refused(tmp_path: Path):
    write_config(tmp_path, model_type="bert")
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert refusal(tmp_path).code == "no_safetensors"


def test_code_of_its_own_is_refused(tmp_path: Path):
    write_config(tmp_path, model_type="bert", auto_map={"AutoModel": "evil.Model"})
    (tmp_path / "model.safetensors").touch()
    assert refusal(tmp_path).code == "brings_code"


def test_a_folder_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path):
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(hub.largest() + 1)
    error = refusal(tmp_path)
    assert (error.code, error.values["size"]) == ("model_too_large", 601)


@pytest.mark.parametrize(
    ("said", "limit"),
    [("2", 2_000_000), ("0", 0), ("", 6e8), ("1e9", 6e8), ("-1", 6e8), ("²", 6e8)],
)
def test_the_limit_is_the_operators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, limit: float
):
    monkeypatch.setenv(hub.LIMIT, said)
    assert hub.largest() == limit
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(int(limit) + 1)
    assert refusal(tmp_path).values["limit"] == limit / 1_000_000


@pytest.mark.parametrize("text", ["spoilt", "3", "\udcff"])
def test_a_folder_without_a_usable_configuration_is_refused(folder: Path, text: str):
    (folder / "config.json").write_bytes(text.encode(errors="surrogateescape"))
    assert refusal(folder).code == "model_unreadable"


# The hub


def test_what_is_too_large_is_refused_before_anything_is_downloaded():
    shelf = Shelf({"config.json": 9, "a.safetensors": hub.largest(), "b.safetensors": 1})
    assert refusal("some/model", shelf).code == "model_too_large"
    assert shelf.fetched == []


def test_pickles_on_the_hub_are_refused_before_anything_is_downloaded():
    shelf = Shelf({"config.json": 9, "pytorch_model.bin": 9})
    assert refusal("some/model", shelf).code == "no_safetensors"
    assert shelf.fetched == []


def test_only_what_is_needed_is_downloaded_with_progress(folder: Path):
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    shelf = Shelf({**sizes, "pytorch_model.bin": 9, "evil.py": 1, "onnx/x.json": 1}, folder)
    told: list[tuple[str, int, int]] = []
    assert locate("some/model", shelf, lambda *news: told.append(news)) == folder
    assert sorted(shelf.fetched) == sorted(sizes)
    assert told[0] == ("checking", 0, 0)
    done = [done for _, done, _ in told[1:]]
    assert done == sorted(done)
    assert told[-1] == ("downloading", sum(sizes.values()), sum(sizes.values()))


def test_what_was_downloaded_before_needs_no_network(folder: Path):
    shelf = Shelf()
    assert refusal("some/model", shelf).code == "hub_unreachable"
    shelf.have = folder
    assert locate("some/model", shelf) == folder


def test_a_public_server_takes_allowed_models_from_its_own_disk_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(hub.OPEN)
    shelf = Shelf({"config.json": 9, "model.safetensors": 9}, folder)
    for name in ("some/model", str(folder), "/etc", ""):
        assert refusal(name, shelf).code == "model_not_allowed"
    assert refusal(hub.ALLOWED[0], shelf).code == "model_missing"
    assert shelf.fetched == []
    shelf.have = folder
    assert locate(hub.ALLOWED[0], shelf) == folder


def test_a_refusal_names_what_is_there_and_no_more(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def cached(model: str, _: str) -> str | None:
        return str(folder) if model == hub.ALLOWED[2] else None

    monkeypatch.delenv(hub.OPEN)
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", cached)
    assert refusal("some/model", Shelf()).values["allowed"] == (NAME, hub.ALLOWED[2])


def test_the_real_hub_tells_sizes_and_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    class Info:
        sha = "abc"
        siblings = (
            RepoSibling("a.json", size=3),
            RepoSibling("b.safetensors"),
        )

    def download(model: str, file: str, tqdm_class: type, **_: object) -> str:
        with tqdm_class(total=5, disable=True) as bar:
            bar.update(2)
        return str(tmp_path / file)

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_, **__: Info())
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    found = HuggingFaceHub().listing("some/model")
    assert found == Listing("abc", {"a.json": 3, "b.safetensors": hub.largest() + 1})
    told: list[tuple[str, int, int]] = []
    path = HuggingFaceHub().fetch("m", "abc", "a.json", lambda *news: told.append(news))
    assert (path, told) == (tmp_path / "a.json", [("downloading", 2, 5)])


def test_a_network_that_fails_is_told(monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", fail)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fail)
    with pytest.raises(InputError, match="hub_unreachable"):
        HuggingFaceHub().listing("some/model")
    with pytest.raises(InputError, match="hub_unreachable"):
        HuggingFaceHub().fetch("some/model", "abc", "a.json", hub.no_progress)


@pytest.mark.parametrize("model", ["some/model", "not a / valid id", ""])
def test_the_real_hubs_cache_is_asked_without_network(model: str):
    assert HuggingFaceHub().cached(model) is None
