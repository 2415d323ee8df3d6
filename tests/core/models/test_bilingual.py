"""The bilingual model: against transformers, against tokenizers, by hand, and what it costs."""

import struct
import warnings
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from core.errors import InputError
from core.kept import BUDGET
from core.models import bilingual, convert, packaged
from core.models.bilingual import CONFIG, FILE, NAME, PIECES, SCORES
from core.models.blocks import Blocks
from core.models.unigram import _NORMALIZER, _WORDS, BEGIN, END, UNKNOWN, UnigramTokenizer
from core.models.words import words_of
from core.sources.pretrained import PretrainedSource
from core.trace import Origin

SOURCE = PretrainedSource(model=NAME)
WORDS = "embeddings.word_embeddings.weight"
FRIED = "我爱吃炸鸡。"
TIRED = "The animal didn't cross the street because it was too tired."
SENTENCES = (
    FRIED,
    TIRED,
    "人工智能正在改变世界",
    "Café ～ 第①次ＡＢ “naïve” 😀 e.g. 3.14%",
    "안녕 你好",
    "a",
)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return load_file(FILE)


@pytest.fixture(scope="module")
def vocabulary(arrays: dict[str, np.ndarray]) -> list[str]:
    return arrays[PIECES].tobytes().decode().split("\n")


# Against transformers and tokenizers


def by_hand(arrays: dict[str, np.ndarray], name: str, rows: list[int]) -> torch.Tensor:
    """Numbers in 4 bits, block by block as the format says."""
    nibbles, scales = arrays[name], arrays[f"{name}.scale"].astype(np.float32)
    found = np.zeros((len(rows), nibbles.shape[1] * 32), np.float32)
    for at in range(16):
        found[:, at::32] = (nibbles[rows, :, at] % 16 - 8.0) * scales[rows]
        found[:, at + 16 :: 32] = (nibbles[rows, :, at] // 16 - 8.0) * scales[rows]
    return torch.tensor(found)


def oracle(arrays: dict[str, np.ndarray], ids: tuple[int, ...]) -> torch.nn.Module:
    """The model as transformers has it, with those words' vectors alone, in their order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import BertConfig, BertModel

        config = BertConfig(
            vocab_size=len(ids), hidden_size=384, num_hidden_layers=12, intermediate_size=1536
        )
        config._attn_implementation = "eager"
        with torch.device("meta"):
            model = BertModel(config, add_pooling_layer=False)
    state = {
        name: by_hand(arrays, name, list(ids) if name == WORDS else list(range(len(arrays[name]))))
        if f"{name}.scale" in arrays
        else torch.tensor(arrays[name])
        for name in model.state_dict()
    }
    model.load_state_dict(state, assign=True)
    model.embeddings.register_buffer("position_ids", torch.arange(512)[None])
    model.embeddings.register_buffer("token_type_ids", torch.zeros(1, 512, dtype=torch.long))
    return model.eval()


@pytest.mark.parametrize("sentence", [FRIED, TIRED])
def test_attention_and_hidden_states_are_those_of_transformers(
    arrays: dict[str, np.ndarray], sentence: str
):
    run = SOURCE.run(sentence)
    with torch.no_grad():
        places = torch.arange(len(run.pieces.ids))[None]
        model = oracle(arrays, run.pieces.ids)
        expected = model(places, output_attentions=True, output_hidden_states=True)
    assert len(run.trace.layers) == 12
    for layer, weights in zip(run.trace.layers, expected.attentions, strict=True):
        assert_allclose(layer.weights, weights[0].numpy(), rtol=0, atol=1e-5)
    for found, hidden in zip(run.hidden, expected.hidden_states, strict=True):
        assert_allclose(found, hidden[0].numpy(), rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def reference(arrays: dict[str, np.ndarray], vocabulary: list[str]) -> Tokenizer:
    """The library's own unigram model, whose special pieces no text has."""
    special = {BEGIN, END, UNKNOWN}
    pairs = [
        (f"\ue100{piece}", 0.0) if piece in special else (piece, float(score))
        for piece, score in zip(vocabulary, arrays[SCORES], strict=True)
    ]
    tokenizer = Tokenizer(Unigram(pairs, vocabulary.index(UNKNOWN), False))
    tokenizer.normalizer, tokenizer.pre_tokenizer = _NORMALIZER, _WORDS
    return tokenizer


def assert_cut_as(reference: Tokenizer, text: str) -> None:
    tokenizer = packaged.packaged_model(NAME).tokenizer
    found = tokenizer.encode(text, add_special_tokens=False)
    expected = reference.encode(text, add_special_tokens=False)
    assert (found.ids, found.offsets) == (expected.ids, expected.offsets)
    assert found.word_ids == expected.word_ids


@pytest.mark.parametrize("sentence", SENTENCES)
def test_pieces_are_those_of_the_library(reference: Tokenizer, sentence: str):
    assert_cut_as(reference, sentence)


@given(st.lists(st.sampled_from("的我们中国一thein aes ▁ \t.,，。é안～🙂ﬁ①<s>\u0301"), max_size=40))
def test_any_text_is_cut_as_the_library_does(reference: Tokenizer, letters: list[str]):
    assert_cut_as(reference, "".join(letters))


@given(st.data())
def test_pieces_put_together_anyhow_are_cut_as_the_library_does(
    reference: Tokenizer, vocabulary: list[str], data: st.DataObject
):
    places = st.integers(0, len(vocabulary) - 1)
    pieces = [vocabulary[at] for at in data.draw(st.lists(places, max_size=9))]
    assert_cut_as(reference, "".join(pieces).replace("▁", " "))


def test_a_long_text_without_spaces_is_cut_as_the_library_does(reference: Tokenizer):
    assert_cut_as(reference, "我们都喜欢在春天的早晨去公园散步，看花，听鸟叫" * 60)


def test_the_likeliest_cut_by_hand():
    pieces = sorted([BEGIN, END, UNKNOWN, "▁", "a", "b", "ab", "▁a", "▁ab", "ba"])
    scores = {"▁": -1, "a": -2, "b": -2, "ab": -5, "▁a": -2.5, "▁ab": -6, "ba": -2}
    tokenizer = UnigramTokenizer(pieces, np.array([scores.get(it, -np.inf) for it in pieces]))
    assert tokenizer.encode("aba b").tokens == [BEGIN, "▁a", "ba", "▁", "b", END]
    assert tokenizer.encode("axyb").tokens == [BEGIN, "▁a", UNKNOWN, "b", END]
    assert tokenizer.encode("axyb").offsets[2] == (1, 3)


# The trace


def test_the_trace_names_pieces_and_its_origin():
    trace = SOURCE.trace(FRIED)
    assert trace.query_tokens == ("<s>", "␣我", "爱", "吃", "炸", "鸡", "。", "</s>")
    assert trace.origin == Origin("pretrained", NAME)
    assert [layer.weights.shape for layer in trace.layers] == [(12, 8, 8)] * 12


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (FRIED, ("我", "爱", "吃", "炸鸡", "。")),
        ("It didn't work.", ("It", "didn't", "work", ".")),
        ("我用 Python 写代码", ("我", "用", "Python", "写", "代码")),
    ],
)
def test_pieces_can_be_read_as_words(sentence: str, words: tuple[str, ...]):
    assert words_of(SOURCE.pieces(sentence)).tokens == ("<s>", *words, "</s>")


def test_what_the_vocabulary_does_not_have_is_counted():
    assert [SOURCE.pieces(it).unknown for it in SENTENCES] == [0, 0, 0, 0, 1, 0]


def embedding(sentence: str) -> np.ndarray:
    found = SOURCE.run(sentence).embedding
    assert found is not None
    return found


def test_translations_are_each_others_nearest():
    pairs = [
        (FRIED, "I love eating fried chicken."),
        ("今天天气很好。", "The weather is nice today."),
        ("他在银行工作。", "He works at a bank."),
    ]
    zh, en = (np.stack([embedding(it) for it in side]) for side in zip(*pairs, strict=True))
    assert_array_equal((zh @ en.T).argmax(axis=1), range(3))
    assert_array_equal((en @ zh.T).argmax(axis=1), range(3))


def test_heads_can_be_switched_off():
    without = PretrainedSource(off=frozenset({(3, 1)}), model=NAME).run(FRIED)
    whole = SOURCE.run(FRIED)
    assert not without.trace.layers[3].output[1].any()
    assert_array_equal(without.hidden[:4], whole.hidden[:4])
    assert not np.allclose(without.hidden[4], whole.hidden[4])


# Memory, and what is refused


def test_both_models_are_held_within_the_budget():
    models = [packaged.packaged_model(name) for name in packaged.LOADERS]
    assert sum(model.nbytes for model in models) <= BUDGET
    assert packaged.packaged_model(NAME) is models[1]


def test_the_vocabulary_stays_in_4_bits_and_in_its_file():
    words = packaged.packaged_model(NAME).encoder.words
    assert isinstance(words, Blocks)
    assert words.nibbles.dtype == torch.uint8
    assert words[torch.tensor([7, 7, 2])].shape == (3, 384)


def test_the_file_is_small_and_its_readme_tells_its_hash():
    readme = FILE.with_name("README.md").read_text(encoding="utf-8")
    found = FILE.read_bytes()
    assert len(found) <= 40_000_000
    assert sha256(found).hexdigest() == bilingual.HASH
    assert f"| {len(found):,} | `{bilingual.HASH}`" in readme


def test_an_altered_or_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="model_missing"):
        packaged.load_bilingual(tmp_path / "model.safetensors")
    (tmp_path / "model.safetensors").write_bytes(b"{}")
    with pytest.raises(InputError, match="model_altered"):
        packaged.load_bilingual(tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="model_unreadable"):
        bilingual.read(tmp_path / "model.safetensors")


def test_a_file_without_its_vocabulary_is_refused(tmp_path: Path):
    save_file({"scores": np.zeros(3)}, tmp_path / "some", {CONFIG: "{}"})
    with pytest.raises(InputError, match="model_unreadable"):
        bilingual.read(tmp_path / "some")


def test_a_model_of_another_name_is_refused():
    with pytest.raises(InputError, match="model_missing"):
        PretrainedSource(model="no such model").trace("a")


# The conversion


def test_the_packages_file_is_gone_through_as_it_is_laid_out():
    rng = np.random.default_rng(5)
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁the", "的", "é", "안", "été", "."]
    blocks = rng.integers(0, 256, (len(pieces), 1, 16), dtype=np.uint8)
    scales = rng.normal(size=(len(pieces), 1)).astype("<f2")
    source = convert.read(package_file(pieces, blocks, scales))
    assert (source.n_heads, source.eps, source.d_model) == (4, 0.5, 32)
    found = convert.converted(source)
    kept = [".", "</s>", "<s>", "<unk>", "é", "▁the", "的"]
    assert found[PIECES].tobytes().decode().split("\n") == kept
    rows = [pieces.index(it) for it in kept]
    assert_array_equal(found[WORDS], blocks[rows])
    assert_array_equal(found[f"{WORDS}.scale"], scales[rows])
    expected = [
        -np.inf if it in convert.SPECIAL else -row for it, row in zip(kept, rows, strict=True)
    ]
    assert_array_equal(found[SCORES], np.array(expected, np.float32))
    assert_array_equal(found["encoder.layer.3.attention.self.query.bias"], np.arange(32))


def package_file(pieces: list[str], blocks: np.ndarray, scales: np.ndarray) -> bytes:
    """A file of two parameters: the words' vectors in 4 bits, and a bias."""
    head = b"E5S1\x01\0\0\0" + struct.pack("<7ifi", 32, 1, 4, 64, len(pieces), 512, 2, 0.5, 32)
    text = [it.encode() for it in pieces]
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, text)))
    head += np.cumsum([0, *map(len, text)]).astype("<u4").tobytes()
    head += (-np.arange(len(pieces), dtype="<f4")).tobytes() + b"".join(text)
    head += struct.pack("<2i", 1, 5) + bytes(5)
    packed = np.concatenate([scales.view("u1")[..., None].reshape(len(pieces), 1, 2), blocks], -1)
    contents = [packed.tobytes(), np.arange(32, dtype="<f4").tobytes()]
    names = [b"emb.word", b"l3.q.b"]
    start = len(head) + 4 + sum(2 + len(name) + 21 for name in names)
    directory = struct.pack("<i", 2)
    for kind, name, content in zip((1, 0), names, contents, strict=True):
        directory += struct.pack("<H", len(name)) + name
        directory += struct.pack("<BIQQ", kind, 0, start, len(content))
        start += len(content)
    return head + directory + b"".join(contents)


def test_another_format_is_refused():
    with pytest.raises(ValueError, match="E5S1"):
        convert.read(bytes(200))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("emb.word", WORDS),
        ("emb.ln.w", "embeddings.LayerNorm.weight"),
        ("l11.ao.b", "encoder.layer.11.attention.output.dense.bias"),
        ("l0.fo.w", "encoder.layer.0.output.dense.weight"),
    ],
)
def test_parameters_get_berts_names(theirs: str, ours: str):
    assert convert.our_name(theirs) == ours
