"""Attention from a file: what is there is shown, what is missing is computed, nothing is mended."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import ArrayLike, NDArray
from safetensors.torch import save
from torch.nn.functional import scaled_dot_product_attention

from core.errors import InputError
from core.files.doubts import rules_of, steps_differ
from core.layer import Rules
from core.masks import MaskRule
from core.reader.model import UploadChoice, file_name
from core.reader.records import NAMES
from core.sources.handset import HandsetSource
from core.sources.uploaded import Upload, UploadedSource, read_upload
from core.tokens import LONGEST
from core.trace import LayerTrace
from tests.choosing import read
from tests.hostile import npz, safetensors, tensor

HALVES = np.array([[[0.5, 0.5], [0.25, 0.75]]], np.float32)


def upload(**arrays: ArrayLike) -> Upload:
    return read_upload(npz(**arrays), "mine.npz")


def normal(*shape: int, seed: int = 0) -> NDArray[Any]:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def layer(found: Upload, index: int = 0) -> LayerTrace:
    it = found.layer(index)
    assert it is not None
    return it


def codes(found: Upload) -> list[str]:
    return [doubt.code for doubt in found.doubts]


# Weights alone


@pytest.mark.parametrize("axes", [2, 3, 4])
def test_layer_and_head_may_be_left_out(axes: int):
    found = upload(weights=HALVES[0].reshape((1,) * (axes - 2) + (2, 2)))
    assert (found.n_layers, found.n_heads) == (1, 1)
    assert_array_equal(found.weights(0), HALVES)


@pytest.mark.parametrize("name", ["weights", "Attentions", "attn", "arr_0", "anything"])
def test_weights_go_by_several_names_and_a_single_tensor_by_any(name: str):
    assert_array_equal(upload(**{name: HALVES}).weights(0), HALVES)


def test_weights_alone_have_no_scores():
    found = upload(weights=HALVES)
    assert not found.has_steps
    assert found.layer(0) is None
    with pytest.raises(InputError, match="file_weights_only"):
        UploadedSource(found).trace()


def test_rows_that_do_not_sum_to_1_stay_and_are_named():
    found = upload(weights=np.array([[0.5, 0.4], [0.0, 0.0], [1.0, 0.0]]))
    [doubt] = found.doubts
    assert (doubt.code, doubt.values) == ("file_rows_off", {"count": 1, "total": 3, "most": 0.1})
    assert_array_equal(found.weights(0)[0, 0], [0.5, 0.4])


def test_rounding_of_half_precision_is_no_fault():
    weights = torch.softmax(torch.from_numpy(normal(3, 50, 50)), -1).half().numpy()
    assert codes(upload(weights=weights)) == []
    assert codes(upload(weights=weights.astype(np.float32))) == ["file_rows_off"]


def test_a_token_without_end_is_cut_before_it_is_looked_at():
    found = upload(weights=HALVES, tokens=np.array(["a" * 4_000_000, "b"]))
    assert found.query_tokens == ("a" * LONGEST, "b")


# Queries, keys and values


@given(st.tuples(*[st.integers(1, 5)] * 6))
def test_scores_weights_and_outputs_are_those_of_torch(sizes: tuple[int, ...]):
    layers, heads, query, key, d_k, d_v = sizes
    q, k = normal(layers, heads, query, d_k), normal(layers, heads, key, d_k, seed=1)
    v = normal(layers, heads, key, d_v, seed=2)
    found = upload(q=q, k=k, v=v)
    for index in range(layers):
        parts = [torch.from_numpy(part[index]) for part in (q, k, v)]
        expected = scaled_dot_product_attention(parts[0], parts[1], parts[2])
        assert_allclose(layer(found, index).output, expected.numpy(), atol=1e-5)
        assert rules_of(layer(found, index), heads - 1) is not None
        assert steps_differ(layer(found, index), heads - 1) == []


def test_kinds_of_numbers_may_be_mixed():
    found = upload(q=normal(2, 3, 4).astype(np.float64), k=normal(2, 3, 4), v=normal(2, 3, 5))
    assert_allclose(layer(found).weights.sum(axis=-1), 1)


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("extra", [{}, {"mask": np.tri(5)}, {"bias": normal(2, 3, 5, 5, seed=4)}])
def test_one_head_alone_is_as_in_its_layer(index: int, extra: dict[str, NDArray[Any]]):
    q, k, v = (normal(2, 3, 5, width, seed=width) for width in (4, 4, 2))
    found = upload(q=q, k=k[::-1], v=v, **extra)
    whole, alone = layer(found, index), found.layer(index, 2)
    assert alone is not None
    for part in ("q", "k", "v", "scores", "bias", "weights", "output"):
        assert_array_equal(getattr(alone, part), getattr(whole, part)[2:], part)
    assert_array_equal(found.head_weights(index, 2), found.weights(index)[2])


@pytest.mark.parametrize("kind", [bool, np.int64, np.float32])
def test_a_mask_says_who_may_look(kind: type):
    mask = np.tri(3).astype(kind)
    found = layer(upload(q=normal(2, 3, 4), k=normal(2, 3, 4), v=normal(2, 3, 4), mask=mask))
    assert_array_equal(found.may_look, np.broadcast_to(np.tri(3, dtype=bool), (2, 3, 3)))
    assert not found.weights[~found.may_look].any()


def test_a_query_that_may_look_at_nothing_gets_zeros():
    mask = np.array([[1, 1], [0, 0]])
    found = layer(upload(q=normal(1, 2, 3), k=normal(1, 2, 3), v=normal(1, 2, 3), mask=mask))
    assert_array_equal(found.weights[0, 1], [0, 0])


@pytest.mark.parametrize(
    "rules",
    [
        Rules(),
        Rules(scaled=False),
        Rules(temperature=2.5),
        Rules(mask=MaskRule("causal")),
        Rules(positions="rope"),
    ],
)
def test_the_scale_is_found_out(rules: Rules):
    found = rules_of(HandsetSource(rules=rules).trace("我爱吃炸鸡").layers[0], 0)
    assert found is not None
    assert found.scale(4) == pytest.approx(rules.scale(4), rel=1e-3)


def test_scores_that_are_none_of_q_and_k_are_named():
    parts = {part: normal(1, 3, 4, seed=i) for i, part in enumerate("qkv")}
    found = layer(upload(**parts, scores=normal(1, 3, 3, seed=9)))
    assert rules_of(found, 0) is None
    assert [it.code for it in steps_differ(found, 0)] == ["file_scores_differ"]


def test_weights_that_do_not_follow_from_the_scores_stay_and_are_named():
    parts = {part: normal(1, 2, 4, seed=i) for i, part in enumerate("qkv")}
    found = upload(**parts, weights=HALVES)
    assert_array_equal(found.weights(0), HALVES)
    assert_array_equal(layer(found).weights, HALVES)
    assert [it.code for it in steps_differ(layer(found), 0)] == ["file_steps_differ"]


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize("hides", [False, True])
def test_what_a_file_hides_is_shown_and_named_in_any_precision(kind: torch.dtype, hides: bool):
    # What most models leave behind: two bytes a number, and a mask that is not in the file.
    q, k, v = (torch.from_numpy(normal(1, 2, 9, 8, seed=i)).to(kind) for i in range(3))
    scores = q.float() @ k.float().mT / 8**0.5
    seen = torch.ones(9, 9).tril().bool() if hides else torch.ones(9, 9).bool()
    weights = scores.masked_fill(~seen, -torch.inf).softmax(-1).to(kind)
    content = save({"q": q, "k": k, "v": v, "weights": weights})
    found = read_upload(content, "mine.safetensors")
    assert found.halves == (kind != torch.float32)
    assert_array_equal(found.weights(0), weights[0].float().numpy())
    assert_allclose(layer(found).weights, found.weights(0), atol=2e-3)
    named = [it.code for it in steps_differ(layer(found), 0, halves=found.halves)]
    assert named == (["file_steps_differ"] if hides else [])


def test_attentions_of_one_text_may_keep_their_batch_axis():
    stacked = np.stack([HALVES, HALVES[:, ::-1]])[:, None]  # (layer, batch, head, query, key)
    found = upload(attentions=stacked)
    assert (found.n_layers, found.n_heads) == (2, 1)
    assert_array_equal(found.weights(1), HALVES[:, ::-1])


def test_a_tensor_that_is_not_used_may_have_any_shape():
    found = upload(attentions=HALVES, past=np.zeros((1, 2, 1, 3, 1, 4)))
    assert_array_equal(found.weights(0), HALVES)


def test_weights_that_are_no_softmax_leave_the_map_alone():
    parts = {part: normal(1, 2, 4, seed=i) for i, part in enumerate("qkv")}
    found = upload(**parts, weights=HALVES * 2)
    assert found.layer(0) is None
    assert_array_equal(found.weights(0), HALVES * 2)


# Tokens


def test_tokens_come_from_the_file():
    tokens = np.array(["我", "\u202e爱\x00"])
    assert upload(weights=HALVES, tokens=tokens).query_tokens == ("我", "爱")


def test_tokens_come_from_the_notes_of_safetensors():
    said = {"__metadata__": {"tokens": '["我", " "]'}, "w": tensor(shape=[2, 2], at=[0, 16])}
    found = read_upload(safetensors(said, HALVES.tobytes()), "mine.safetensors")
    assert found.key_tokens == ("我", "␣")


def test_two_lists_of_tokens_make_cross_attention():
    found = upload(
        weights=np.full((1, 2, 3), 1 / 3),
        query_tokens=np.array(["a", "b"]),
        key_tokens=np.array(["x", "y", "z"]),
    )
    assert (found.query_tokens, found.key_tokens) == (("a", "b"), ("x", "y", "z"))


@pytest.mark.parametrize("tokens", [["a"], ["a", "b", "c"], [["a"], ["b"]]])
def test_tokens_that_do_not_fit_are_replaced_by_numbers_and_it_is_said(tokens: list):
    found = upload(weights=HALVES, tokens=np.array(tokens))
    assert found.query_tokens == ("1", "2")
    assert codes(found) == ["file_tokens_do_not_fit"]


def test_tokens_that_are_no_characters_become_signs_of_doubt():
    tokens = np.frombuffer(b"\xff\xff\xff\xff\x00\xd8\x00\x00", "<U1")
    assert upload(weights=HALVES, tokens=tokens).query_tokens == ("\ufffd", "\ufffd")


def test_without_tokens_they_are_numbered():
    found = upload(weights=HALVES)
    assert (found.query_tokens, codes(found)) == (("1", "2"), [])


# The choice


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/a.npz", "a.npz"), ("C:\\x\\我.npz", "我.npz"), ("\u202eb", "b"), ("", "")],
)
def test_a_file_is_called_by_its_name_alone(name: str, shown: str):
    assert file_name(name) == shown


@given(
    st.dictionaries(st.sampled_from([*NAMES[UploadChoice]]), st.text() | st.integers() | st.none())
)
def test_any_choice_is_read(raw: dict[str, object]):
    record, _ = read(UploadChoice, raw)
    assert record.upload_layer >= 0
    assert len(record.upload_sha) in (0, 8)
