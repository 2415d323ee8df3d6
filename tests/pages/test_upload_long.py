"""Long files on the page of one's own tensors: opened, zoomed into, and exact wherever shown."""

import json
import threading
import time
import warnings
from collections.abc import Callable
from functools import cache as once
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
import torch
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.long.head import LongHead, long_head
from core.long.pixels import PIXELS, Overview
from core.sources.uploaded import read_upload
from pages.shared.figures import heatmap, overview
from pages.shared.figures.heatmap import Frame, Marks
from pages.shared.figures.reduced import Reduced, strongest_shade
from pages.shared.server import cache, waiting
from pages.shared.server.cache import LongKey
from pages.shared.server.gate import Gate
from pages.shared.text import LANGUAGES, Language, Text
from pages.shared.views.upload.contents import LONG_RECIPE
from tests.hostile import npz
from tests.pages.exploring import chosen
from tests.pages.test_upload import chart, choose, said, square, upload
from tests.tiny import write_model

Visit = Callable[[str | None], AppTest]

EN = Text("en")
N, QUERY, KEY = 1_600, 900, 301
BLACK_TO_WHITE = ("#000000", "#ffffff")


@once
def parts() -> dict[str, NDArray[Any]]:
    q, k, v = (np.random.default_rng(i).normal(size=(2, N, 6)).astype(np.float32) for i in range(3))
    q[..., 5] = k[..., 5] = 0
    q[1, QUERY, 5], k[1, KEY, 5] = 30, 1  # the second head's greatest weight, by far
    return {"q": q, "k": k, "v": v + 2}


@once
def content() -> bytes:
    return npz(**parts())


def weights(head: int, *, causal: bool = False) -> NDArray[Any]:
    """By numpy alone: (query, key)."""
    scores = parts()["q"][head].astype(float) @ parts()["k"][head].T / np.sqrt(6)
    if causal:
        scores[~np.tri(N, dtype=bool)] = -np.inf
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


@pytest.fixture
def mine(open_dashboard: Visit) -> AppTest:
    app = upload(open_dashboard("en-US").switch_page("pages/upload.py").run(), content())
    assert not app.error
    return app


def drawn(app: AppTest, name: str) -> dict[str, NDArray[Any]]:
    """The columns of a chart's data."""
    table = chart(app, name)
    return {str(column): table[column].to_numpy() for column in table}


def click(app: AppTest, name: str, selection: str, row: object, column: object) -> AppTest:
    found = app.get_by_key(name)
    assert isinstance(found, UnknownElement)
    states = app._tree.get_widget_states()
    cells = [{"row": row, "column": column, "turn": 0}]
    answer = json.dumps({"selection": {selection: cells}})
    states.widgets.append(WidgetState(id=found.proto.id, string_value=answer))
    return app._run(states)


def opened(app: AppTest) -> tuple[int, int]:
    return chosen(app, "upload_query"), chosen(app, "upload_key")


def test_a_click_on_the_whole_opens_the_greatest_weight_of_a_block_and_zooms(mine: AppTest):
    choose(mine, upload_head=1)
    whole = drawn(mine, "upload_long_whole")
    assert len(whole["value"]) == 40 * 40
    assert whole["opened"].sum() == 1
    place = int(np.flatnonzero((whole["row"] <= QUERY) & (whole["column"] <= KEY))[-1])
    block = {name: column[place] for name, column in whole.items()}
    part = weights(1)[block["top"] : block["bottom"], block["left"] : block["right"]]
    assert block["value"] == pytest.approx(part.max(), rel=1e-5)
    click(mine, "upload_long_whole", overview.CLICK, int(block["row"]), int(block["column"]))
    assert opened(mine) == (QUERY, KEY)
    zoomed = drawn(mine, "upload_long_part")
    assert (zoomed["top"].min(), zoomed["bottom"].max()) == (block["top"], block["bottom"])
    assert (zoomed["left"].min(), zoomed["right"].max()) == (block["left"], block["right"])
    first = int(zoomed["row"][0]), int(zoomed["column"][0])
    assert zoomed["value"][0] == pytest.approx(part[first], rel=1e-5)
    click(mine, "upload_long_part", overview.CLICK, 0, 1)
    assert opened(mine) == (block["top"], block["left"] + 1)


def test_a_click_on_a_full_server_opens_its_block_once_there_is_room(
    mine: AppTest, monkeypatch: pytest.MonkeyPatch
):
    gate = Gate(patience=0.2)
    monkeypatch.setattr(waiting, "gate", gate)
    monkeypatch.setattr(cache, "_LARGE", 1_000)
    choose(mine, upload_head=1)
    cache._uploads.clear()  # another reader's file has driven this one out
    with gate.turn("somebody", lambda _: None), gate.turn("somebody else", lambda _: None):
        click(mine, "upload_long_whole", overview.CLICK, QUERY, KEY)
    assert not mine.exception
    assert EN("error.busy", seconds=0) in [it.value for it in mine.warning]
    mine.button(key="again.upload").click().run()
    assert opened(mine) == (QUERY, KEY)


def test_a_pair_that_was_chosen_after_a_click_on_a_block_stays(
    mine: AppTest, monkeypatch: pytest.MonkeyPatch
):
    query, key = opened(mine)
    monkeypatch.setattr(LongHead, "block", ended)
    click(mine, "upload_long_whole", overview.CLICK, QUERY, KEY)
    monkeypatch.undo()
    choose(mine, upload_query=7)
    assert opened(mine) == (7, key)
    choose(mine, upload_query=query)
    assert opened(mine) == (query, key)


def ended(*_: object) -> None:
    """As if the reader had gone on."""
    st.stop()


@pytest.mark.parametrize("causal", [False, True])
def test_single_cells_the_row_and_the_arithmetic_are_numpys(mine: AppTest, causal: bool):
    choose(mine, upload_query=QUERY, upload_key=KEY, upload_causal=causal)
    expected = weights(0, causal=causal)
    near = expected[QUERY - 11 : QUERY + 11, KEY - 11 : KEY + 11]
    assert_allclose(square(mine, "upload_long_cells"), near, rtol=1e-4, atol=1e-9)
    strongest = np.sort(np.argsort(-expected[QUERY])[:24])
    seen = f"{QUERY + 1 if causal else N:,}"
    share = f"{expected[QUERY, strongest].sum():.1%}"
    asks = str(QUERY + 1)
    assert EN("upload_long.strongest", asks=asks, count=24, keys=seen, share=share) in said(mine)
    [softmax] = [it.value for it in mine.markdown if EN("arithmetic.softmax") in it.value]
    assert f"w_{{{QUERY + 1},{KEY + 1}}}" in softmax
    [collected] = [it.value for it in mine.markdown if EN("arithmetic.sum") in it.value]
    output = expected[QUERY] @ parts()["v"][0]
    assert rf"{output[0]:.2f},\, {output[1]:.2f}" in collected.split("=")[-1]
    click(mine, "upload_long_cells", heatmap.CLICK, 0, 21)
    assert opened(mine) == (QUERY - 11, KEY + 10)


def test_what_a_pixel_shows_can_be_the_mean(mine: AppTest):
    choose(mine, upload_pooling="mean")
    whole = drawn(mine, "upload_long_whole")
    size = N // 40
    expected = weights(0).reshape(40, size, 40, size).mean(axis=(1, 3))
    assert_allclose(whole["value"].reshape(40, 40), expected, rtol=1e-4)


def test_a_causal_file_has_nothing_after_the_query_and_says_so(mine: AppTest):
    choose(mine, upload_causal=True, upload_query=4, upload_key=9)
    cells = drawn(mine, "upload_long_cells")
    assert cells["possible"].tolist() == (cells["row"] >= cells["column"]).tolist()
    assert EN("arithmetic.masked") in [it.value for it in mine.info]
    assert "get most, together 100.0%" in said(mine)


def test_tokens_are_found_by_their_places(mine: AppTest):
    mine.number_input(key="upload_long_query").set_value(N).run()
    mine.number_input(key="upload_long_key").set_value(7).run()
    assert opened(mine) == (N - 1, 6)


@pytest.mark.parametrize(("row", "column"), [(-5, 10**9), ("x", None), (10**9, 0)])
def test_a_click_beside_the_map_is_no_error(mine: AppTest, row: object, column: object):
    for name in ("upload_long_whole", "upload_long_part"):
        click(mine, name, overview.CLICK, row, column)
        assert not mine.exception
        assert not mine.error
        assert max(opened(mine)) < N


def test_a_short_file_without_values_needs_no_picture(mine: AppTest):
    q, k = (it[0, :9] for it in (parts()["q"], parts()["k"]))
    upload(mine, npz(q=q, k=k))
    scores = np.exp(q @ k.T / np.sqrt(6))
    expected = scores / scores.sum(axis=1, keepdims=True)
    assert_allclose(square(mine, "upload_long_cells"), expected, rtol=1e-4)
    assert not [it for it in mine.get("vega_lite_chart") if "whole" in it.proto.id]
    assert EN("upload_long.no_values") in said(mine)


def test_a_long_file_with_a_mask_is_refused_readably(mine: AppTest):
    upload(mine, npz(mask=np.ones((1, N), np.int8), **parts()), "masked.npz")
    assert EN("error.file_long_mask", tensor="mask") in said(mine)
    assert chosen(mine, "upload_name") == "mine.npz"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_drawn_in_every_language(open_dashboard: Visit, language: Language):
    app = open_dashboard(language).switch_page("pages/upload.py").run()
    upload(app, content())
    assert not app.error
    text = Text(language)
    assert text("upload_long.intro", queries="1,600", keys="1,600") in said(app)


# The picture


def test_a_picture_has_the_shades_of_its_pixels_and_the_places_of_its_blocks():
    values = np.array([[0.0, 0.25], [1.0, 4.0]])
    figure = Reduced(
        values,
        values,
        np.array([0, 3, 7]),
        np.array([0, 2, 9]),
        Frame("r", "c", "v"),
        BLACK_TO_WHITE,
        1.0,
    )
    table = figure.table(Marks(6, 1)).to_pandas()
    assert table["row_name"].tolist() == ["1–3", "1–3", "4–7", "4–7"]
    assert table["column_name"].tolist() == ["1–2", "3–9", "1–2", "3–9"]
    assert table["opened"].tolist() == [False, False, True, False]
    assert figure.specification() is figure.specification()


def test_a_column_that_gets_everything_leaves_the_rest_visible():
    values = np.full((400, 400), 1e-4)
    values[:, 0] = 0.9
    assert strongest_shade(values) == pytest.approx(1e-4)
    assert strongest_shade(np.zeros((3, 3))) == 1


def test_one_picture_is_computed_at_a_time_and_once():
    q, k = np.random.default_rng(0).normal(size=(2, 900, 4))
    head = LongHead(q, k)
    key, waited, made = LongKey("one at a time", 0, 0, False), [], []

    def look() -> None:
        made.append(cache.long_picture(key, head, waited.append))

    with waiting.gate.turn("long picture", lambda _: None):
        readers = [threading.Thread(target=look) for _ in range(2)]
        for reader in readers:
            reader.start()
        time.sleep(0.5)
    for reader in readers:
        reader.join()
    assert waited.count(None) >= 2
    assert waited.count(1.0) == 1
    one, other = made
    assert isinstance(one, Overview)
    assert one is other
    assert one.maximum.shape == (PIXELS, PIXELS)


def test_a_reader_who_leaves_ends_the_computation_and_lets_others_in():
    head = LongHead(np.ones((50, 4)), np.ones((50, 4)))
    key = LongKey("left", 0, 0, False)

    def leave(_: float | None) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        cache.long_picture(key, head, leave)
    assert cache.long_picture(key, head, lambda _: None).maximum.shape == (50, 50)


# The recipe


@pytest.mark.parametrize("family", ["bert", "qwen2"])
def test_the_recipe_writes_what_the_model_computes(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = write_model(tmp_path, family, max_position_embeddings=64)
    monkeypatch.chdir(tmp_path)
    Path("long.txt").write_text("the cat saw the dog and the cat " * 2, encoding="utf-8")
    recipe = LONG_RECIPE.replace("Qwen/Qwen2.5-0.5B", str(folder)).replace(
        " 10, slice", " 1, slice"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # transformers' own affair
        found: dict[str, Any] = {}
        exec(recipe, found)
        from transformers import AutoModel

        model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
        with torch.no_grad():
            maps = model(**found["read"], output_attentions=True).attentions[1][0]
    read = read_upload(Path("long.npz").read_bytes(), "long.npz")
    assert read.long
    n = len(read.query_tokens)
    for head in range(2):
        made = long_head(read.parts, 0, head, causal=family == "qwen2")
        assert_allclose(made.region(range(n), range(n)), maps[head], atol=2e-3)
