"""What is taken away from a page is what the page shows, and comes back the same."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from streamlit.testing.v1 import AppTest

from core.choices.edited import Address
from core.layer import Edit, Rules
from core.masks import MaskRule
from core.sources.handset import HandsetSource
from core.sources.pretrained import PretrainedSource
from core.sources.uploaded import UploadedSource, read_upload
from pages.shared.text import LANGUAGES, Language, Text
from pages.shared.views import take_away_files

Visit = Callable[[str | None], AppTest]
Files = dict[str, Callable[[], bytes | str]]

CHICKEN = "我爱吃炸鸡"
EVIL = '<script>alert(1)</script> [a](http://e.vil) "><img src=http://e.vil/x.png>'


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Files:
    """The files of the last page that was drawn, by their names."""
    found: Files = {}

    def note(_label: str, name: str, _mime: str, data: Callable[[], bytes | str]) -> None:
        found[name] = data

    monkeypatch.setattr(take_away_files, "save_button", note)
    return found


def open_popover(app: AppTest, **values: object) -> AppTest:
    for name, value in {"take_away": True, **values}.items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    assert not app.error
    return app


def as_bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


def test_nothing_is_made_before_the_popover_is_opened(dashboard: AppTest, offered: Files):
    dashboard.run()
    assert offered == {}


def test_the_trace_of_the_explore_page_comes_back_bit_for_bit(dashboard: AppTest, offered: Files):
    open_popover(dashboard, mask="causal", positions="alibi", head=1)
    rules = Rules(mask=MaskRule("causal"), positions="alibi")
    expected = HandsetSource(rules=rules).trace(CHICKEN)
    upload = read_upload(as_bytes(offered["explore.npz"]()), "explore.npz")
    back = UploadedSource(upload).trace()
    assert back.key_tokens == expected.key_tokens
    for name, array in vars(expected.layers[0]).items():
        assert_array_equal(getattr(back.layers[0], name), array, err_msg=name)
    assert upload.doubts == ()


def test_edited_numbers_are_in_the_file(dashboard: AppTest, offered: Files):
    edits = {Address("w_q", "0", 5, "", 2): 7.5}
    dashboard.session_state["book"]["edits"] = {"handset": edits}
    open_popover(dashboard)
    upload = read_upload(as_bytes(offered["explore.npz"]()), "explore.npz")
    expected = HandsetSource(edits=(Edit("w_q", (0, 5, 2), 7.5),)).trace(CHICKEN)
    assert_array_equal(upload.weights(0), expected.layers[0].weights)
    assert upload.says == expected.origin
    assert upload.says is not None
    assert upload.says.edited


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_main_map_of_the_explore_page_is_a_drawing(
    open_dashboard: Visit, offered: Files, language: Language
):
    open_popover(open_dashboard(language), sentence=CHICKEN)
    drawings = {name: make() for name, make in offered.items() if name.endswith(".svg")}
    assert len(drawings) == 6
    for name, drawing in drawings.items():
        words = [it.text or "" for it in ElementTree.fromstring(as_bytes(drawing)).iter()]
        assert Text(language)(f"matrix.{name.removesuffix('.svg')}") in words
        assert "炸鸡" in words
    random = Text(language)("origin.seeded", detail="0")
    assert {name for name, it in drawings.items() if random in str(it)} == {
        "influence_recurrent.svg",
        "influence_convolutional.svg",
    }


def test_numbers_in_a_drawing_are_the_pages(dashboard: AppTest, offered: Files):
    open_popover(dashboard)
    words = [it.text or "" for it in ElementTree.fromstring(offered["weights.svg"]()).iter()]
    shown = [float(word) for word in words if re.fullmatch(r"\d\.\d\d", word)]
    expected = HandsetSource().trace(CHICKEN).layers[0].weights[0]
    assert_allclose(shown, expected.reshape(-1), atol=0.005)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["explore", "model"])
def test_a_report_has_everything_and_nothing_that_acts(
    open_dashboard: Visit, offered: Files, page: str, language: Language
):
    app = open_dashboard(language)
    if page == "model":
        app.switch_page("pages/model.py").run()
    open_popover(app, **{"sentence" if page == "explore" else "model_sentence": EVIL})
    content = as_bytes(offered[f"{page}.html"]()).decode()
    text = Text(language)
    for label in ("report.settings", "report.caveats", "numbers.title", "report.caveat_pair"):
        assert text(label).replace("&", "&amp;") in content
    assert "<script" not in content
    assert "<img" not in content
    assert "&lt;script&gt;" in content
    assert re.findall(r'(?:src|href)="(?!http://localhost|http://127|data:)([^"]*)"', content) == []
    assert "{" not in re.sub(r"<style>.*</style>", "", content, flags=re.DOTALL)


def test_a_report_holds_the_weights(dashboard: AppTest, offered: Files):
    open_popover(dashboard)
    content = as_bytes(offered["explore.html"]()).decode()
    for weight in HandsetSource().trace(CHICKEN).layers[0].weights[0].flat:
        assert f"<td>{weight:.4f}</td>" in content


def test_the_model_is_taken_away_whole_or_by_layer(open_dashboard: Visit, offered: Files):
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    open_popover(app, model_sentence="The cat sat.", model_layer=2)
    layers = PretrainedSource().trace("The cat sat.").layers
    whole = read_upload(as_bytes(offered["model.npz"]()), "model.npz")
    one = read_upload(as_bytes(offered["model-2.npz"]()), "model-2.npz")
    assert (whole.n_layers, whole.n_heads, one.n_layers) == (6, 12, 1)
    assert_array_equal(whole.weights(5), layers[5].weights)
    assert_array_equal(one.weights(0), layers[2].weights)


def test_masked_scores_are_crosses_in_a_drawing(dashboard: AppTest, offered: Files):
    open_popover(dashboard, mask="causal")
    words = [it.text for it in ElementTree.fromstring(offered["scores.svg"]()).iter()]
    assert words.count("×") == int(np.triu(np.ones((4, 4)), 1).sum())
