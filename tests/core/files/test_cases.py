"""Files as people save them: each small case does what it must."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from safetensors.torch import save

from core.errors import InputError
from core.reader.model import MEANINGS
from core.sources.uploaded import Upload, read_upload
from pages.shared.text import LANGUAGES, Text
from pages.shared.views.told import told
from tests.hostile import Made, archive, npz, safetensors

CASES = Path(__file__).parents[2] / "data/cases"
TOKENS = ("The", "cat", "sat", "on", "the", "mat", ".")


def case(name: str, **meaning: str) -> Upload:
    return read_upload((CASES / name).read_bytes(), name, meaning=meaning)


def read(content: bytes, **meaning: str) -> Upload:
    return read_upload(content, "mine", meaning=meaning)


def refusal(content: bytes) -> InputError:
    with pytest.raises(InputError) as refused:
        read_upload(content, "mine")
    for language in LANGUAGES:
        assert told(Text(language), refused.value)
    return refused.value


def maps(*shape: int, seed: int = 0) -> NDArray[Any]:
    return np.random.default_rng(seed).dirichlet(np.ones(shape[-1]), shape[:-1]).astype(np.float32)


def normal(*shape: int, seed: int = 0) -> NDArray[Any]:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def pt(found: object, *, zipped: bool = True) -> bytes:
    buffer = io.BytesIO()
    torch.save(found, buffer, _use_new_zipfile_serialization=zipped)
    return buffer.getvalue()


def taken(upload: Upload) -> dict[str, tuple[str, str]]:
    return {it.name: (it.taken, it.why) for it in upload.meanings}


# Layers under numbered names


@pytest.mark.parametrize(
    ("name", "layers", "heads"),
    [
        ("01-savez-positional.npz", 3, 4),
        ("04-attentions-dot-i.safetensors", 3, 4),
        ("04b-layer_i.safetensors", 3, 4),
        ("06-attentions.pt", 3, 4),
        ("07-attentions.json", 3, 4),
        ("08-matrix.csv", 1, 1),
        ("24-slashes.npz", 2, 4),
        ("36-attentions-dot.npz", 3, 4),
    ],
)
def test_cases_have_their_layers_and_heads(name: str, layers: int, heads: int):
    found = case(name)
    assert (found.n_layers, found.n_heads) == (layers, heads)
    for index in range(layers):
        assert_allclose(found.weights(index).sum(axis=-1), 1, atol=1e-4)
    assert found.doubts == ()


def test_layers_are_in_the_order_of_their_numbers():
    layers = {f"layer_{i}": maps(2, 3, 3, seed=i) for i in (0, 1, 2, 10, 11)}
    found = read(npz(**layers))
    assert_array_equal(found.weights(3), layers["layer_10"])
    [doubt] = found.doubts
    assert doubt.code == "file_layers_missing"
    assert doubt.values["layers"] == (3, 4, 5, 6, 7, 8, 9)


@pytest.mark.parametrize(
    "pattern",
    [
        "model.layers.{}.self_attn.attn_weights",
        "blocks.{}.attn.hook_pattern",
        "attn_probs_layer{}",
        "L{}_attention",
        "outputs/attentions/{}",
        "{}",
    ],
)
def test_names_of_libraries_and_people_are_layers(pattern: str):
    layers = {pattern.format(i): maps(1, 2, 3, 3, seed=i) for i in range(12)}
    found = read(save({name: torch.from_numpy(it) for name, it in layers.items()}))
    assert (found.n_layers, found.n_heads) == (12, 2)
    assert_array_equal(found.weights(10), layers[pattern.format(10)][0])


def test_heads_may_be_tensors_of_their_own():
    heads = {f"layer.{i}.head.{j}": maps(3, 3, seed=9 * i + j) for i in range(2) for j in range(4)}
    found = read(npz(**heads))
    assert (found.n_layers, found.n_heads) == (2, 4)
    assert_array_equal(found.weights(1)[2], heads["layer.1.head.2"])


def test_heads_of_one_layer_may_be_tensors_of_their_own():
    found = read(npz(**{f"head_{i}": maps(3, 3, seed=i) for i in range(11)}))
    assert (found.n_layers, found.n_heads) == (1, 11)
    assert_array_equal(found.weights(0)[10], maps(3, 3, seed=10))


@pytest.mark.parametrize("name", ["decoder.block.0.layer.1.EncDecAttention", "cross_attn_weights"])
def test_attention_across_is_known_by_its_name(name: str):
    found = read(npz(**{name: maps(1, 2, 3, 4), "encoder_attentions": maps(1, 2, 4, 4)}))
    assert found.meanings[0].offered == ("cross", "encoder")


def test_queries_keys_and_values_may_stand_by_layer_and_be_shared():
    arrays = {}
    for i in range(2):
        arrays[f"layers.{i}.query_states"] = normal(1, 4, 5, 8, seed=i)
        arrays[f"layers.{i}.key_states"] = normal(1, 2, 5, 8, seed=i + 9)
        arrays[f"layers.{i}.value_states"] = normal(1, 2, 5, 8, seed=i + 99)
    found = read(npz(**arrays))
    assert (found.n_layers, found.n_heads) == (2, 4)
    assert [it.code for it in found.doubts] == ["file_heads_share"]
    q, k = arrays["layers.1.query_states"][0, 3], arrays["layers.1.key_states"][0, 1]
    expected = torch.softmax(torch.from_numpy(q @ k.T / 8**0.5), -1)
    assert_allclose(found.weights(1)[3], expected, atol=1e-6)


def test_a_cache_of_transformer_lens_is_read():
    q, k, v = (normal(1, 5, 5, 8, seed=i) for i in range(3))  # as many heads as tokens
    scores = np.einsum("bqhd,bkhd->bhqk", q, k) / 8**0.5
    scores = np.where(np.tri(5, dtype=bool), scores, -np.inf).astype(np.float32)
    weights = torch.softmax(torch.from_numpy(scores), -1).numpy()
    names = {"q": q, "k": k, "v": v, "attn_scores": scores, "pattern": weights}
    cache = {f"blocks.0.attn.hook_{name}": torch.from_numpy(it) for name, it in names.items()}
    cache["blocks.0.hook_resid_pre"] = torch.ones(1, 5, 40)
    found = read(pt(cache))
    assert taken(found)["axes"] == ("tokens_first", "hook")
    assert found.unused == {"blocks.0.hook_resid_pre": "unknown"}
    layer = found.layer(0)
    assert layer is not None
    assert_allclose(layer.weights, weights[0], atol=1e-6)
    assert_array_equal(layer.may_look[0], np.tri(5, dtype=bool))


def test_an_encoder_a_decoder_and_what_is_across_are_a_choice():
    found = case("15-t5.npz")
    assert found.meanings[0].offered == ("encoder", "decoder", "cross")
    assert [it.code for it in found.doubts] == ["file_several"]
    across = case("15-t5.npz", attention="cross")
    assert across.weights(1).shape == (4, 4, 7)
    assert set(across.unused.values()) == {"other_attention"}
    assert across.used == {"cross_attentions": "weights"}


def test_steps_of_a_text_that_was_written_are_put_together():
    first = [torch.from_numpy(maps(1, 2, 3, 3, seed=i)) for i in range(2)]
    later = [[torch.from_numpy(maps(1, 2, 1, 3 + t, seed=t)) for _ in range(2)] for t in (1, 2)]
    content = pt((tuple(first), *map(tuple, later)))
    whole = read(content)
    assert (whole.n_layers, whole.weights(0).shape) == (2, (2, 5, 5))
    assert_allclose(whole.weights(1)[1, 4], later[1][1][0, 1, 0])
    assert whole.doubts == ()
    one = read(content, step="1")
    assert one.weights(0).shape == (2, 1, 4)
    assert taken(one)["step"] == ("1", "grow")


# Names, tokens


@pytest.mark.parametrize(
    "name",
    [
        "33b-tokens-bytes.npz",
        "33c-tokens-2d.npz",
        "39b-Attentions.npz",
        "68b-meta-repr.safetensors",
        "07-attentions.json",
    ],
)
def test_cases_show_their_tokens(name: str):
    found = case(name)
    assert found.query_tokens == found.key_tokens == TOKENS
    assert found.doubts == ()


@pytest.mark.parametrize("name", ["attn_probs", "attn_weights", "attention_probs", "PATTERN"])
def test_usual_other_names_are_weights(name: str):
    found = read(npz(**{name: maps(2, 3, 3), "hidden_states": normal(1, 3, 8)}))
    assert found.used == {name: "weights"}
    assert found.unused == {"hidden_states": "unknown"}


def test_scores_alone_become_weights_and_it_is_said():
    scores = normal(2, 3, 3)
    found = read(npz(scores=scores, mask=np.tri(3)))
    assert [it.code for it in found.doubts] == ["file_softmax_of_scores"]
    hidden = torch.from_numpy(np.where(np.tri(3), scores, -np.inf))
    assert_allclose(found.weights(0), hidden.softmax(-1), atol=1e-6)


def test_pieces_of_bytes_are_read_as_words():
    tokens = np.array(["The", "Ġcat", "s", "çĮ«"])
    assert read(npz(weights=maps(4, 4), tokens=tokens)).key_tokens == ("The", "␣cat", "s", "猫")


def test_tokens_across_go_by_encoder_and_decoder():
    found = read(
        npz(
            cross_attentions=maps(1, 2, 2, 3),
            encoder_tokens=np.array(["a", "b", "c"]),
            decoder_tokens=np.array(["x", "y"]),
        )
    )
    assert (found.query_tokens, found.key_tokens) == (("x", "y"), ("a", "b", "c"))


# Meaning


def test_a_batch_of_two_may_be_layers_or_a_batch():
    whole = np.load(CASES / "12b-one-layer-batch2.npy")
    found = case("12b-one-layer-batch2.npy")
    [meaning] = found.meanings
    assert (meaning.name, meaning.offered) == ("leading_axis", ("layers", "batch"))
    assert [it.code for it in found.doubts] == ["file_axis_open"]
    batch = case("12b-one-layer-batch2.npy", leading_axis="batch", text="1")
    assert (batch.n_layers, batch.n_heads) == (1, 4)
    assert_array_equal(batch.weights(0), whole[1])


def test_a_batch_of_averaged_heads_may_be_heads_layers_or_a_batch():
    whole = np.load(CASES / "28d-mha-avg-batch3.npy")
    [meaning] = case("28d-mha-avg-batch3.npy").meanings
    assert (meaning.taken, meaning.offered) == ("heads", ("heads", "layers", "batch"))
    batch = case("28d-mha-avg-batch3.npy", leading_axis="batch", text="2")
    assert (batch.n_layers, batch.n_heads) == (1, 1)
    assert_array_equal(batch.weights(0)[0], whole[2])
    assert case("28d-mha-avg-batch3.npy", leading_axis="layers").n_layers == 3


def test_tokens_of_several_texts_tell_a_batch():
    found = read(npz(weights=maps(2, 4, 3, 3), tokens=np.array([["a", "b", "c"], ["x", "y", "z"]])))
    assert taken(found)["leading_axis"] == ("batch", "tokens")
    assert found.query_tokens == ("a", "b", "c")
    second = read(
        npz(w=maps(2, 3, 3), tokens=np.array([["a", "b", "c"], ["x", "y", "z"]])), text="1"
    )
    assert second.key_tokens == ("x", "y", "z")


@pytest.mark.parametrize("nonsense", ["", "batches", "7", "\0"])
def test_an_answer_that_does_not_fit_is_not_taken(nonsense: str):
    found = case("12b-one-layer-batch2.npy", leading_axis=nonsense, text=nonsense)
    assert found.n_layers == 2


@pytest.mark.parametrize("batch", [(), (1,)])
def test_tokens_before_heads_are_known_by_what_fits(batch: tuple[int, ...]):
    q, k, v = (normal(*batch, 7, 4, 8, seed=i) for i in range(3))
    found = read(npz(q=q, k=k, v=v, tokens=np.array(TOKENS)))
    assert taken(found)["axes"] == ("tokens_first", "fits")
    assert (found.n_heads, found.query_tokens) == (4, TOKENS)
    without = read(npz(q=q, k=k, v=v), axes="tokens_first")
    assert without.n_heads == 4
    assert_array_equal(without.weights(0), found.weights(0))
    assert read(npz(q=q, k=k, v=v)).meanings[-1].name == "axes"


def test_tokens_before_heads_that_share_keys_can_be_chosen():
    q, k, v = (normal(1, 7, heads, 8, seed=i) for i, heads in enumerate((4, 2, 2)))
    found = read(npz(q=q, k=k, v=v), axes="tokens_first")
    assert taken(found)["axes"] == ("tokens_first", "usual")
    assert (found.n_heads, len(found.query_tokens)) == (4, 7)


# Masks


def qkv(n: int = 5, heads: int = 2) -> dict[str, NDArray[Any]]:
    return {part: normal(heads, n, 4, seed=i) for i, part in enumerate("qkv")}


def may_look(upload: Upload) -> NDArray[Any]:
    layer = upload.layer(0)
    assert layer is not None
    return layer.may_look


def test_a_boolean_mask_of_torch_is_causal():
    found = case("14c-bool-mask-torch-mha.npz")
    assert_array_equal(may_look(found)[0], np.tri(7, dtype=bool))
    assert taken(found)["mask"] == ("true_may_not", "diagonal")
    other = case("14c-bool-mask-torch-mha.npz", mask="true_may")
    assert_array_equal(may_look(other)[0], ~np.tri(7, dtype=bool))


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (np.tri(5), np.tri(5)),
        (np.tri(5, dtype=bool)[None, None], np.tri(5)),
        (~np.tri(5, dtype=bool), np.tri(5)),
        (np.where(np.tri(5), 0, -np.inf), np.tri(5)),
        (np.where(np.tri(5), 0, np.finfo(np.float32).min), np.tri(5)),
        (np.array([[1, 1, 1, 0, 0]]), np.tri(5)[4:] * [1, 1, 1, 0, 0]),
    ],
)
def test_masks_of_all_kinds_say_who_may_look(mask: NDArray[Any], expected: NDArray[Any]):
    found = read(npz(**qkv(), attention_mask=mask))
    assert_array_equal(may_look(found)[0], np.broadcast_to(expected, (5, 5)))
    layer = found.layer(0)
    assert layer is not None
    assert_allclose(layer.weights.sum(axis=-1), 1, atol=1e-6)


def test_a_mask_of_padding_is_used():
    padding = np.array([[False, False, False, True, True]])
    found = read(npz(**qkv(), key_padding_mask=padding, attn_mask=~np.tri(5, dtype=bool)))
    assert_array_equal(may_look(found)[0], np.tri(5) * [1, 1, 1, 0, 0])
    assert set(taken(found)) == {"leading_axis", "mask", "padding"}
    assert found.unused == {}
    other = read(npz(**qkv(), key_padding_mask=padding), padding="true_may")
    assert_array_equal(may_look(other)[0, 0], padding[0])


def test_weights_tell_which_way_round_a_mask_is():
    weights = np.broadcast_to(np.array([0.5, 0.5, 0, 0, 0], np.float32), (2, 5, 5))
    found = read(npz(**qkv(), weights=weights, mask=np.array([[0, 0, 1, 1, 1]] * 5)))
    assert taken(found)["mask"] == ("true_may_not", "weights")


def test_masks_of_a_batch_belong_to_their_text():
    q, k, v = (normal(2, 3, 5, 4, seed=i) for i in range(3))
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    found = read(npz(q=q, k=k, v=v, attention_mask=mask), leading_axis="batch", text="1")
    assert_array_equal(may_look(found)[0, 0], mask[1])
    assert_array_equal(may_look(read(npz(q=q, k=k, v=v, attention_mask=mask[:1])))[0, 0], mask[0])


# What is not used can't refuse a file, and what is wrong is told by its place


def test_what_is_not_used_is_listed_with_the_reason():
    found = read(
        npz(
            weights=maps(2, 3, 3),
            note=np.array([{}], object),
            loss=np.array(np.nan),
            empty=np.zeros((0, 3)),
            grid=np.ones(3, np.complex64),
            q=normal(2, 3, 4),
        )
    )
    assert found.used == {"weights": "weights"}
    assert found.unused == {
        "note": "unreadable",
        "loss": "unknown",
        "empty": "unknown",
        "grid": "unreadable",
        "q": "alone",
    }


def test_what_grows_when_it_is_put_together_is_refused_before():
    q, k = np.ones((100, 1, 8), np.float16), np.ones((1, 30_000, 8), np.float16)
    assert refusal(npz(q=q, k=k)).code == "file_unpacks_too_large"
    steps = {f"step_{i}": np.zeros((1, 100_000 + i), np.int8) for i in range(90)}
    assert refusal(npz(**steps)).code == "file_unpacks_too_large"


def test_an_input_of_another_shape_does_no_harm():
    found = read(npz(weights=maps(4, 3, 3), x=normal(1, 3, 16), w_q=normal(9, 9, 9)))
    assert found.unused == {"x": "other_shape", "w_q": "other_shape"}


def test_outputs_whose_heads_lie_side_by_side_are_not_used():
    found = read(npz(**qkv(), attn_output=normal(1, 5, 8)))
    assert found.unused == {"attn_output": "other_shape"}
    assert found.layer(0) is not None


def test_a_number_that_is_none_is_told_by_its_place():
    arrays = {f"layer_{i}": maps(2, 3, 3) for i in range(2)}
    arrays["layer_1"][1, 2, 0] = np.nan
    error = refusal(npz(**arrays))
    assert error.code == "file_not_finite"
    assert [error.values[it] for it in ("layer", "head", "row")] == [1, 1, 2]


@pytest.mark.parametrize(
    ("weights", "code"),
    [
        (maps(2, 4, 4) * 100, "file_percent"),
        (np.array([[3, 7, 255], [0, 255, 2], [9, 9, 1]]), "file_counts"),
        (maps(2, 4, 4).swapaxes(-1, -2), "file_columns_sum"),
        (maps(2, 4, 4) * 12, "file_rows_same"),
    ],
)
def test_what_gives_wrong_rows_away_is_told(weights: NDArray[Any], code: str):
    found = read(npz(weights=weights))
    assert [it.code for it in found.doubts] == ["file_rows_off", code]
    for language in LANGUAGES:
        assert told(Text(language), found.doubts[1])


def test_bert_base_at_128_tokens_is_read():
    weights = np.full((12, 12, 128, 128), 1 / 128, np.float32)
    assert read(npz(weights=weights)).n_layers == 12


# Text


@pytest.mark.parametrize(
    "text",
    ["0.5,0.5\n0.25,0.75\n", "0.5\t0.5\n0.25\t0.75", "0.5 0.5\n0.25 0.75\n", "0,5;0,5\r\n,25;75%"],
)
def test_matrices_of_text_are_read(text: str):
    assert_allclose(read(text.encode()).weights(0), [[[0.5, 0.5], [0.25, 0.75]]])
    assert_allclose(read(text.encode("utf-16")).weights(0), [[[0.5, 0.5], [0.25, 0.75]]])


def test_names_of_rows_and_columns_are_tokens():
    found = read(b"\xef\xbb\xbf,a,b,c\nx,0.5,0.25,0.25\ny,1,0,0\n")
    assert (found.query_tokens, found.key_tokens) == (("x", "y"), ("a", "b", "c"))


@pytest.mark.parametrize("text", [",0,1\n0,0.5,0.5\n1,0.25,0.75\n", "0,1\n0.5,0.5\n0.25,0.75\n"])
def test_tables_of_pandas_are_read_without_their_counts(text: str):
    assert_allclose(read(text.encode()).weights(0), [[[0.5, 0.5], [0.25, 0.75]]])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"0.5,0.5\n0.5\n1,0\n", "block_uneven"),
        (b"0.5;0.5\n1,234;0.5\n", "number_ambiguous"),
        (b"0.5,0.5\n0.5,abc\n1,0\n", "file_cell"),
        (b"[[0.5, 0.5], [1]]", "file_ragged"),
        (b"[[0.5, 0.5], [1, 0]", "file_damaged"),
        (b'{"weights": [[{}]]}', "file_kind"),
        (b"[" * 100_000, "file_damaged"),
        (b"1 2\n" * 2_000_000, "file_text_too_large"),
    ],
)
def test_text_that_is_no_matrix_is_refused(content: bytes, code: str):
    assert refusal(content).code == code


# PyTorch's files


class Output(dict):
    """Stands for an object of somebody else's program."""


def test_dictionaries_and_half_precision_of_torch_are_read():
    weights = torch.from_numpy(maps(1, 2, 3, 3))
    content = pt({"attentions": (weights.half(), weights.bfloat16()), "tokens": ["a", "b", "c"]})
    found = read(pt({"attentions": (weights.half(), weights.half()), "tokens": ["a", "b", "c"]}))
    assert (found.n_layers, found.query_tokens, found.halves) == (2, ("a", "b", "c"), True)
    assert read(content).n_layers == 2


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: pt(Output(a=torch.ones(2, 2))), "file_is_torch_object"),
        (lambda: pt(torch.nn.Linear(2, 2)), "file_is_torch_object"),
        (lambda: pt(torch.nn.MultiheadAttention(4, 2).state_dict()), "file_is_checkpoint"),
        (
            lambda: pt(torch.ones(2, 2), zipped=False),
            "file_is_torch_legacy",
        ),
        (lambda: pt(torch.ones(1).expand(9_000, 9_000)), "file_unpacks_too_large"),
        (lambda: pt({"weights": torch.ones(2, 2).to_sparse()}), "file_is_torch_object"),
        (lambda: archive({"a/data.pkl": b"\x80\x02."}), "file_packed_oddly"),
        (lambda: archive({"a/data.pkl": b"spoilt"}, 0), "file_damaged"),
    ],
)
def test_what_is_more_than_tensors_is_refused(make: Made, code: str):
    assert refusal(make()).code == code


def test_what_a_model_gave_back_is_refused_with_the_line_that_saves_it():
    from transformers.modeling_outputs import BaseModelOutput

    error = refusal(pt(BaseModelOutput(attentions=(torch.ones(1, 1, 2, 2),))))
    assert error.code == "file_is_model_output"
    assert "torch.save(output.attentions," in told(Text("en"), error)


def test_a_pickle_that_would_fill_the_memory_is_not_followed():
    bomb = b"\x80\x02c__builtin__\nbytearray\nJ\xff\xff\xff\x7f\x85R."
    assert refusal(archive({"a/data.pkl": bomb}, 0)).code == "file_is_torch_object"


@pytest.mark.parametrize(
    "pickled",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"\x80\x02cos\nsystem\nq\x00X\x04\x00\x00\x00trueq\x01\x85R.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
        b"\x80\x02ctorch\nload\nX\x01\x00\x00\x00a\x85R.",
        b"\x80\x02ctorch.storage\nUntypedStorage\nJ\xff\xff\xff\x7f\x85R.",
    ],
)
def test_every_instruction_of_a_pickle_is_looked_at_before_it_is_opened(
    pickled: bytes, monkeypatch: pytest.MonkeyPatch
):
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("this must not be opened")

    monkeypatch.setattr(torch, "load", opened)
    assert refusal(archive({"a/data.pkl": pickled}, 0)).code == "file_is_torch_object"


@pytest.mark.parametrize("count", [1_100, 30_000])
def test_archives_of_torch_with_too_many_members_are_refused(count: int):
    members = {"a/data.pkl": b"\x80\x02."} | {f"a/data/{i}": b"" for i in range(count)}
    assert refusal(archive(members, 0)).code == "file_too_many_tensors"


def test_a_list_of_lists_of_itself_comes_to_an_end():
    found: list[object] = [torch.ones(2, 2)]
    for _ in range(40):
        found = [found, found]
    assert refusal(pt(found)).code == "file_no_attention"
    for _ in range(3):
        found = [found] * 2_000
    assert refusal(pt(found)).code == "file_too_many_tensors"


@given(st.data())
def test_damaged_files_of_torch_are_read_or_refused(data: st.DataObject):
    content = bytearray(pt({"weights": torch.ones(1, 2, 2) / 2, "tokens": ["a", "b"]}))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    try:
        assert np.isfinite(read(bytes(content)).weights(0)).all()
    except InputError:
        return


# Files of other kinds


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x89HDF\r\n\x1a\n" + bytes(99), "file_is_hdf5"),
        (b"GGUF\x03\0\0\0" + bytes(99), "file_is_gguf"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "file_is_pointer"),
        (b"\n<!DOCTYPE html>\n<html></html>", "file_is_page"),
        (b"\x08\x08\x12\x07pytorch\x1a\x052.1.0" + bytes(99), "file_is_onnx"),
        (b"(lp0\nF0.5\na.", "file_is_pickle"),
        (b"\x1f\x8b\x08" + bytes(99), "file_is_packed"),
        (archive({"[Content_Types].xml": b"<a/>"}), "file_is_spreadsheet"),
        (archive({"model/a.safetensors": b""}), "file_is_packed"),
    ],
)
def test_other_kinds_are_refused_by_their_content(content: bytes, code: str):
    assert refusal(content).code == code


@pytest.mark.parametrize(
    ("name", "code"), [("11c-list.pkl", "file_is_pickle"), ("09-attentions.h5", "file_is_hdf5")]
)
def test_cases_that_are_refused_name_the_line_that_converts(name: str, code: str):
    error = refusal((CASES / name).read_bytes())
    assert error.code == code
    for language in LANGUAGES:
        assert "np.savez(" in told(Text(language), error)


@pytest.mark.parametrize(
    "names",
    [
        (
            "bert.encoder.layer.0.attention.self.query.weight",
            "bert.encoder.layer.0.output.dense.bias",
        ),
        ("model.layers.0.self_attn.q_proj.weight", "model.layers.1.self_attn.q_proj.weight"),
        ("h.0.attn.c_attn.weight", "h.0.attn.bias"),
    ],
)
def test_parameters_of_a_model_are_told_from_attention(names: tuple[str, ...]):
    content = save({name: torch.ones(4, 4) for name in names})
    assert refusal(content).code == "file_is_checkpoint"


def test_a_kind_of_number_that_is_not_read_refuses_only_if_nothing_else_is_there():
    said: Mapping[str, object] = {"dtype": "F8_E4M3", "shape": [2, 2], "data_offsets": [0, 4]}
    assert refusal(safetensors({"weights": said}, bytes(4))).code == "file_kind"


# Laws


def read_or_refused(content: bytes, meaning: Mapping[str, str]) -> Upload | InputError:
    try:
        return read_upload(content, "mine", meaning=meaning)
    except InputError as refused:
        return refused


NAMES = (
    *("weights", "attentions.0", "attentions.1", "layer_0", "layer_1", "q", "k", "v", "scores"),
    *("attn_mask", "key_padding_mask", "bias", "output", "mixed", "x", "w_q", "arr_0", "arr_1"),
    *(
        "encoder_attentions",
        "cross_attentions",
        "hidden_states",
        "blocks.0.attn.hook_q",
        "0",
        "1.1",
    ),
    *("head_0", "head_1", "layer_0_head_1", "a.weight"),
)
ANSWERS = ("layers", "batch", "heads", "1", "0", "tokens_first", "true_may", "cross", "whole")


@given(
    st.dictionaries(
        st.sampled_from(NAMES), st.lists(st.integers(0, 4), max_size=6), min_size=1, max_size=6
    ),
    st.dictionaries(st.sampled_from(MEANINGS), st.sampled_from(ANSWERS)),
    st.sampled_from(["f2", "f4", "i1", "b1", "c8", "S3"]),
)
def test_every_tensor_is_used_or_listed_with_the_reason(
    shapes: dict[str, list[int]], meaning: dict[str, str], kind: str
):
    content = npz(**{name: np.ones(shape, kind) for name, shape in shapes.items()})
    found = read_or_refused(content, meaning)
    if isinstance(found, InputError):
        assert found.code != "file_damaged"
        assert all(told(Text(language), found) for language in LANGUAGES)
        return
    texts = {it.name for it in found.entries if it.is_text}
    assert found.used.keys() | found.unused.keys() | texts == shapes.keys()
    assert not found.used.keys() & found.unused.keys()
    if not found.long:
        assert found.weights(0).shape == (
            found.n_heads,
            len(found.query_tokens),
            len(found.key_tokens),
        )
    for language in LANGUAGES:
        text = Text(language)
        for it in found.meanings:
            assert it.taken in it.offered
            assert text(f"upload.why.{it.why}")
        for why in found.unused.values():
            assert text(f"part.unused_{why}")
        for part in found.used.values():
            assert text(f"part.{part}")
