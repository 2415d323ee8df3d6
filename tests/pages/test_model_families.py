"""The page of a real model, on what only some families have."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from numpy.testing import assert_allclose
from streamlit.testing.v1 import AppTest

from core.models import hub
from core.sources import families
from core.sources.families import FamilySource
from pages.shared.server import loading
from pages.shared.text import LANGUAGES, Text
from tests.families import written
from tests.pages.test_model import choose, square
from tests.pages.test_model_choice import load, told

Visit = Callable[[str | None], AppTest]

TEXT = "a tat at t a tat!"


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(hub.OPEN, "1")
    monkeypatch.setattr(loading, "_reports", {})
    monkeypatch.setattr(families, "_loaded", {})
    monkeypatch.setattr(families, "LONGEST_WRITTEN", 20)  # larger maps are shown in part
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def shown(visit: Visit, folder: Path, family: str, language: str = "en", **more: object) -> AppTest:
    app = visit(language).switch_page("pages/model.py").run()
    written(folder, family)
    app = load(app, folder, model_sentence=TEXT, model_layer=1, model_head=3, **more)
    assert not app.exception
    return app


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_attention_of_two_stacks_is_the_models_own(
    open_dashboard: Visit, tmp_path: Path, language: str
):
    app = shown(open_dashboard, tmp_path, "t5", language, model_steps_open=True)
    for part in ("encoder", "cross", "decoder"):
        choose(app, model_attention=part, model_words=False)
        assert not app.exception
        run = FamilySource(str(tmp_path), attention=part).run(TEXT)
        assert_allclose(square(app, "model_map"), run.trace.layers[1].weights[3], atol=1e-6)
        assert [it.key for it in app.get_by_key("model_attention")]
    n_written = len(run.trace.query_tokens)
    assert n_written != len(FamilySource(str(tmp_path)).pieces(TEXT).tokens)


def test_between_two_texts_there_is_no_rollout(open_dashboard: Visit, tmp_path: Path):
    app = shown(open_dashboard, tmp_path, "bart", model_aggregate="rollout")
    choose(app, model_attention="cross")
    assert not app.exception
    run = FamilySource(str(tmp_path), attention="cross").run(TEXT)
    assert_allclose(square(app, "model_map"), run.trace.layers[1].weights[3], atol=1e-6)


def test_sinks_and_shared_keys_are_told(open_dashboard: Visit, tmp_path: Path):
    app = shown(open_dashboard, tmp_path, "gpt_oss", model_steps_open=True)
    choose(app, model_query=5)
    layer = FamilySource(str(tmp_path)).run(TEXT).trace.layers[1]
    assert f"takes {layer.sunk[3, 5]:.1%} of this row" in told(app)
    assert "heads 2–3 of this layer share their keys" in told(app)
    assert "is the head's sink" in told(app)


def test_a_cap_stands_in_the_formula(open_dashboard: Visit, tmp_path: Path):
    app = shown(open_dashboard, tmp_path, "gemma2", model_steps_open=True)
    assert any(r"2 \tanh(" in it.value for it in app.markdown)
    assert "lets no score exceed 2" in told(app)


def test_importance_is_not_told_where_w_o_is_not_found(open_dashboard: Visit, tmp_path: Path):
    app = shown(open_dashboard, tmp_path, "bitnet")
    assert Text("en")("importance.no_w_o") in [it.value for it in app.info]
