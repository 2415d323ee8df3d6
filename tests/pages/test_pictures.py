"""Large maps as pictures: every pixel a cell, every block its greatest cell."""

import base64
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pages.shared.figures import atlas, lines
from pages.shared.figures import overview as overview_module
from pages.shared.figures.heatmap import Frame, Marks, numbered
from pages.shared.figures.lines import Sides
from pages.shared.figures.overview import Overview, Shades
from pages.shared.figures.pictures import picture, pooled

BLACK_TO_WHITE = ("#000000", "#ffffff")


def pixels(url: object) -> np.ndarray:
    kind, _, data = str(url).partition(",")
    assert kind == "data:image/png;base64"
    return np.array(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


def test_each_cell_is_a_pixel_of_its_shade():
    found = pixels(picture(np.array([[0.0, 0.5, 1.0], [np.nan, 1.0, 0.0]]), BLACK_TO_WHITE))
    assert found.shape == (2, 3, 4)
    assert found[0, :, 0].tolist() == [0, 128, 255]
    assert found[:, :, 3].tolist() == [[255, 255, 255], [0, 255, 255]]


def test_a_picture_of_many_cells_is_small():
    values = np.random.default_rng(0).random((256, 256))
    assert len(picture(values, BLACK_TO_WHITE)) < 2 * 256 * 256


@given(n=st.integers(1, 40), largest=st.integers(1, 40), seed=st.integers(0, 99))
def test_pooling_keeps_the_greatest_cell_of_each_block(n: int, largest: int, seed: int):
    values = np.random.default_rng(seed).random((2, n, n))
    found = pooled(values, largest)
    assert found.shape[-1] <= largest
    assert (found.max(axis=(1, 2)) == values.max(axis=(1, 2))).all()
    if n <= largest:
        assert (found == values).all()


WORDS = atlas.Words("layer", "head", "value", "habit", "found", "weight", "mean")


def answers(value: NDArray[np.floating]) -> atlas.Answers:
    named = np.array([f"w{it:g}" for it in value.flat]).reshape(value.shape)
    return atlas.Answers(value, named, named, value / 10, value / 20)


def atlas_drawn(value: NDArray[np.floating], order: list[int]) -> atlas.Drawn:
    off = frozenset({(0, 1)})
    return atlas.Drawn(np.array(order), value / 10, chosen=(1, 2), off=off, turn=5)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 3, 4, 0, 2, 1]])
def test_the_atlas_has_a_cell_for_each_head_in_order_and_one_picture(order: list[int]):
    value = np.arange(6.0).reshape(2, 3)
    table = atlas.table(answers(value), atlas_drawn(value, order), "picture").to_pandas()
    assert table["picture"].tolist() == ["picture"] + [""] * 5
    assert table["value"].tolist() == order  # each head's value is its number
    assert (table["layer"] * 3 + table["head"]).tolist() == order
    assert (table["row"] * 3 + table["column"]).tolist() == list(range(6))
    assert table["habit"].tolist() == [f"w{it}" for it in order]
    assert table.loc[table["chosen"], ["layer", "head"]].to_numpy().tolist() == [[1, 2]]
    assert table.loc[table["off"], ["layer", "head"]].to_numpy().tolist() == [[0, 1]]


def test_the_picture_of_the_atlas_holds_each_map_in_its_place():
    weights = [np.full((3, 4, 4), [[[0]], [[0.25]], [[1]]]), np.full((3, 4, 4), 0.04)]
    shades = pixels(atlas.mosaic(weights, np.array([2, 1, 0, 3, 4, 5]), BLACK_TO_WHITE))
    corners = shades[:, :, 0][::5, ::5] / 255  # a gap of one pixel behind four
    assert np.abs(corners - [[1, 0.5, 0], [0.2, 0.2, 0.2]]).max() < 0.01


@pytest.mark.parametrize("shape", [(3, 3), (47, 9), (48, 49), (96, 256), (512, 512)])
def test_the_cells_of_the_atlas_lie_on_its_maps(shape: tuple[int, int]):
    weights = [np.zeros((2, *shape)), np.zeros((2, *shape))]
    mosaic = pixels(atlas.mosaic(weights, np.arange(4), BLACK_TO_WHITE))
    spec = atlas.specification((2, 2, *shape), "maps", WORDS, "#ffffff", in_order=True)
    for length, channel in zip(mosaic.shape[:2], "yx", strict=True):
        inner = spec["encoding"][channel]["scale"]["paddingInner"]
        side = (length * (1 - inner)) / (2 - inner)
        assert side == pytest.approx(round(side))
        empty = mosaic[:, :, 3] == 0
        gap = empty.all(axis=1 if channel == "y" else 0)
        assert np.flatnonzero(gap).tolist() == list(range(round(side), length - round(side)))


def test_a_block_of_an_overview_opens_its_greatest_cell():
    values = np.zeros((100, 100))
    values[57, 31] = 0.8
    names = [f"w{i}" for i in range(100)]
    frame = Frame("query", "key", "weight")
    table = Overview(values, names, names, frame, BLACK_TO_WHITE).table(Marks(57, 31)).to_pandas()
    here = table.loc[table["opened"], ["row", "column", "row_name"]]
    assert here.to_numpy().tolist() == [[57, 31, "58:w57"]]
    assert len(table) <= 2000
    sides = table[["top", "left", "bottom", "right"]].to_numpy()
    assert np.prod(sides[:, 2:] - sides[:, :2], axis=1).sum() == values.size


def overview(n_rows: int = 32, n_columns: int = 32) -> Overview:
    values = np.random.default_rng(0).random((n_rows, n_columns))
    names = [str(i) for i in range(max(n_rows, n_columns))]
    frame = Frame("query", "key", "weight")
    return Overview(values, names[:n_rows], names[:n_columns], frame, BLACK_TO_WHITE)


@given(first=st.integers(0, 5000), n=st.integers(1, 5000))
def test_an_axis_of_an_overview_names_the_middle_of_cells_that_exist(first: int, n: int):
    spec = overview_module.blocks((first, first + n), (0, 1), Frame("", "", ""), Shades(1.0, True))
    axis = spec["layer"][1]["encoding"]["y"]["axis"]
    assert axis["labelExpr"] == "format(datum.value + 0.5, ',d')"
    named = [value + 0.5 for value in axis["values"]]
    assert named == sorted(set(named))
    assert named[0] == first + 1
    assert named[-1] <= first + n
    assert all(place == int(place) for place in named)
    assert len(named) <= 10


def test_an_overview_is_as_high_as_it_is_wide():
    for figure, height in ((overview(), "width * 1"), (overview(60, 100), "width * 0.6")):
        spec = figure.specification()
        [expression] = [it["expr"] for it in spec["params"] if it["name"] == "height"]
        assert expression == height


@pytest.mark.parametrize("stretched", [False, True])
def test_the_colour_bar_of_an_overview_is_that_of_its_picture(stretched: bool):
    figure = replace(overview(), most=2.0, stretched=stretched)
    scale = figure.specification()["layer"][1]["encoding"]["fill"]["scale"]
    assert scale["domain"] == [0, 2.0]
    assert scale["type"] == ("sqrt" if stretched else "linear")
    shades = pixels(figure.table(Marks(0, 0))["picture"][0].as_py())[:, :, 0] / 255
    part = figure.values / 2
    assert np.abs(shades - (np.sqrt(part) if stretched else part)).max() < 0.01


def test_what_an_overview_leaves_empty_counts_as_nothing():
    values = np.full((4, 4), np.nan)
    values[3, 0] = 0.25
    table = replace(overview(4, 4), values=values).table(Marks(3, 0)).to_pandas()
    assert table["value"].tolist() == [0.0] * 12 + [0.25] + [0.0] * 3
    alpha = pixels(table["picture"][0])[:, :, 3]
    assert (alpha == 255).sum() == 1


@pytest.mark.parametrize("n_heads", [1, 2, 12])
def test_the_small_maps_of_the_atlas_are_square(n_heads: int):
    spec = atlas.specification((3, n_heads, 16, 16), "maps", WORDS, "#ffffff", in_order=True)
    [expression] = [it["expr"] for it in spec["params"] if it["name"] == "height"]
    assert expression == f"3 * max(32, min(width / {n_heads}, 384 / 3))"


def test_cells_with_words_have_a_colour():
    spec = atlas.specification((2, 3, 7, 7), "habits", WORDS, "#ffffff", in_order=True)
    cells = spec["layer"][1]
    assert cells["encoding"]["color"]["field"] == "strength"
    assert "fill" not in {*cells["mark"], *cells["encoding"]}  # it would hide the colour


def test_lines_are_the_strongest_weights():
    values = np.random.default_rng(1).random((2, 40, 40))
    words = [str(i) for i in range(40)]
    table = lines.table(values, words, ["a", "b"], 3).to_pandas()
    assert len(table) == lines.MOST_LINES + len(words)
    assert set(table["key_name"].iloc[-40:]) == set(numbered(words))  # every word is written
    drawn = table["value"].to_numpy(float)[: lines.MOST_LINES]
    assert drawn.min() == pytest.approx(np.sort(values, axis=None)[-lines.MOST_LINES])
    row = table.iloc[0]
    head = ["a", "b"].index(row["head"])
    assert row["value"] == pytest.approx(values[head, row["query"], row["key"]])


def test_specifications_are_plain_and_carry_no_data():
    names = ["a"] * 50
    whole = Overview(np.eye(50), names, names, Frame("q", "k", "w"), BLACK_TO_WHITE)
    for spec in (
        atlas.specification((6, 12, 16, 16), "maps", WORDS, "#ffffff", in_order=True),
        atlas.specification((6, 12, 16, 16), "answers", WORDS, "#ffffff", in_order=False),
        lines.specification(9, Sides("q", "k", "head", "w")),
        whole.specification(),
    ):
        assert '"data"' not in json.dumps(spec)
        assert "datasets" not in spec
