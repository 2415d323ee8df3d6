"""Recall: what files hold is what was trained, and every answer comes from them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch.nn.functional import conv1d, pad

from core.errors import InputError
from core.linear_attention import state_size
from core.recall.codes import codes_of, nearest, random_codes
from core.recall.files import FOLDER, load, path_of, save
from core.recall.learning import COUNTS, learned, shares
from core.recall.networks import CODE, LINEAR_HEADS, ConvolutionalNetwork, RecurrentNetwork
from core.recall.readers import READERS, STATES, Reader
from core.recall.recalling import Recall, curve, pulled_apart, recall

every_reader = pytest.mark.parametrize("name", READERS)
WORDS = ("the", "cat", "sat", "on", "the", "mat", "and", "saw", "a", "small", "dog", "run")
QUICK = replace(READERS["gru-16"], updates=3, batch=4)


# Codes


def test_the_same_text_has_the_same_code_in_every_sentence():
    first, second = codes_of(("猫", "抓", "老鼠"), 0), codes_of(("老鼠", "怕", "猫"), 0)
    assert first[0].equal(second[2])
    assert first[2].equal(second[0])
    assert not first[0].equal(codes_of(("猫",), 1)[0])
    assert not codes_of(("The",), 0).equal(codes_of(("the",), 0))


def test_all_codes_are_equally_long():
    codes = random_codes(3, 5, torch.Generator().manual_seed(0))
    torch.testing.assert_close(codes.norm(dim=-1), torch.full((3, 5), CODE**0.5))


def test_the_largest_product_is_the_nearest_code():
    answers, codes = (random_codes(2, 9, torch.Generator().manual_seed(it)) for it in (1, 2))
    by_distance = torch.cdist(answers * 3, codes).argmin(dim=-1)
    assert nearest(answers * 3, codes).equal(by_distance)


# Networks


@every_reader
def test_words_out_of_reach_do_not_matter_and_all_others_do(name: str):
    codes = random_codes(1, 20, torch.Generator().manual_seed(0))
    network = load(READERS[name]).network
    reach = recall(name, tuple(map(str, range(20)))).reach
    before = network(codes)
    for place in range(20):
        changed = codes.clone()
        changed[0, place] *= -1
        assert network(changed).equal(before) != reach[place]


@pytest.mark.parametrize("name", ["cnn-3", "cnn-7", "cnn-15", "cnn-31"])
def test_a_stride_gives_what_dilated_convolutions_give_at_the_last_word(name: str):
    network = load(READERS[name]).network
    assert isinstance(network, ConvolutionalNetwork)
    tokens = torch.randn(2, 40, 32, generator=torch.Generator().manual_seed(0))
    x = tokens.mT
    for depth, layer in enumerate(network.convolutions):
        weight, bias = layer.get_parameter("weight"), layer.get_parameter("bias")
        x = pad(x.tanh() if depth else x, (2 * 2**depth, 0))
        x = conv1d(x, weight, bias, dilation=2**depth)
    torch.testing.assert_close(network.state(tokens), x[..., -1], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("size", STATES)
def test_a_state_has_so_many_numbers(size: int):
    assert state_size(*LINEAR_HEADS[size]) == size
    for kind in ("rnn", "lstm", "gru"):
        network = load(READERS[f"{kind}-{size}"]).network
        assert isinstance(network, RecurrentNetwork)
        assert network.state(torch.zeros(1, 2, 32)).shape == (1, size)


# Learning


def test_training_can_be_repeated_and_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    first, second = (learned(QUICK, 0).state_dict() for _ in range(2))
    other = learned(QUICK, 1).state_dict()
    assert all(first[name].equal(second[name]) for name in first)
    assert not all(first[name].equal(other[name]) for name in first)
    assert torch.get_rng_state().equal(before)


def test_attention_learns_to_recall():
    network = learned(replace(READERS["attention"], updates=250), 0)
    assert shares(network, 4).mean() > 0.9


# Files


@every_reader
def test_the_table_is_what_the_files_recall(name: str):
    trained = load(READERS[name])
    at = COUNTS.index(8)
    assert abs(trained.places[at][0] - shares(trained.network, 8)).max() < 0.02
    assert trained.shares.shape == (3, len(COUNTS))
    assert trained.shares[0, at] == trained.places[at][0].mean()


@every_reader
def test_a_file_says_how_it_came_to_be(name: str):
    with safe_open(path_of(READERS[name]), "pt") as file:
        metadata = file.metadata()
        types = {it.dtype for it in map(file.get_tensor, file.keys())}
    settings = json.loads(metadata["settings"])
    assert settings.pop("seeds") == [0, 1, 2]
    assert Reader(**settings) == READERS[name]
    assert types == {torch.float16}


def test_the_readme_says_what_the_files_say():
    readme = (FOLDER.parent / "README.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in readme.splitlines() if line.startswith("| ")]
    assert rows[0][1:] == [*map(str, COUNTS)]
    said = {name: shares for name, *shares in rows[2:]}
    assert said == {
        name: [f"{share:.2f}" for share in load(it).shares.mean(axis=0)]
        for name, it in READERS.items()
    }


def test_the_files_are_small():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 2_000_000
    assert {file.name for file in FOLDER.iterdir()} == {f"{n}.safetensors" for n in READERS}


def test_a_file_that_was_changed_is_refused(tmp_path: Path):
    network = learned(QUICK, 0)
    save(QUICK, network, [[shares(network, n) for n in COUNTS]], tmp_path)
    assert load(QUICK, tmp_path).shares.shape == (1, len(COUNTS))
    with pytest.raises(InputError, match="model_missing"):
        load(READERS["gru-64"], tmp_path)
    path_of(QUICK, tmp_path).rename(path_of(READERS["gru-64"], tmp_path))
    with pytest.raises(InputError, match="model_altered"):
        load(READERS["gru-64"], tmp_path)
    content = bytearray(path_of(READERS["gru-64"], tmp_path).read_bytes())
    content[-1] ^= 1
    path_of(QUICK, tmp_path).write_bytes(content)
    load.cache_clear()
    with pytest.raises(InputError, match="model_altered"):
        load(QUICK, tmp_path)


# A reader's own words


@every_reader
def test_a_recall_says_the_same_of_places_words_and_reach(name: str):
    found = recall(name, WORDS)
    assert found.correct.tolist() == [
        WORDS[p] == w for p, w in zip(found.places, WORDS, strict=True)
    ]
    assert (found.places[found.correct] == np.flatnonzero(found.correct)).all()
    assert found.share == found.correct.mean()
    again = recall(name, WORDS)
    assert again.places.tolist() == found.places.tolist()


def test_equal_words_are_right_for_each_other():
    found = recall("cnn-3", ("is", *"abcdefgh", "is"))
    assert found.correct[-1]
    assert found.places[-1] == 9
    assert found.reach.tolist() == [False] * 7 + [True] * 3


def test_one_word_is_recalled_by_everybody_and_none_is_refused():
    assert all(recall(name, ("猫",)).correct.all() for name in READERS)
    with pytest.raises(InputError, match="no_tokens"):
        recall("gru-64", ())


def found(reader: str, words: str, named: str, seen: int) -> Recall:
    """A recall made up: one letter a word, the last ``seen`` of them within reach."""
    read = tuple(words)
    return Recall(
        reader,
        read,
        np.array([words.index(it) for it in named]),
        np.arange(len(words)) >= len(words) - seen,
        np.array([one == other for one, other in zip(words, named, strict=True)]),
    )


def test_each_word_is_right_or_wrong_and_beyond_reach_a_guess():
    it = found("cnn-3", "abcde", "aecbe", 3)
    assert [one.outcome for one in it.each] == ["lucky", "unseen", "right", "wrong", "right"]
    assert [one.named for one in it.each] == [*"aecbe"]
    assert [one.word for one in it.each] == [*"abcde"]
    assert it.right == 2


@pytest.mark.parametrize(
    ("reader", "words", "named", "seen", "failing"),
    [
        ("gru-16", "abc", "abc", 3, "nothing"),
        ("gru-16", "abc", "aba", 3, "amount"),
        ("linear-64", "abc", "aaa", 3, "amount"),
        ("cnn-3", "abcd", "dbcd", 3, "distance"),
        ("cnn-3", "abcd", "abcd", 3, "distance"),
        ("cnn-3", "abcd", "dbcc", 3, "both"),
        ("cnn-7", "abcd", "abcc", 4, "slips"),
        ("attention", "abcdefghijklmnop", "abcdefghijklmnoo", 16, "slips"),
        ("attention", "abcdefghijklmnopq", "abcdefghijklmnopa", 17, "training"),
    ],
)
def test_by_what_a_network_fails(reader: str, words: str, named: str, seen: int, failing: str):
    assert found(reader, words, named, seen).failing == failing


def test_words_are_put_into_the_middle_and_none_comes_twice():
    assert pulled_apart("abcd", "xbyz", 2) == ("a", "b", "x", "y", "c", "d")
    assert pulled_apart("abc", "xyz", 9) == ("a", "x", "y", "z", "b", "c")
    assert pulled_apart("abc", "xyz", 0) == ("a", "b", "c")


# What the table shows


def test_attention_recalls_all_that_it_was_trained_for_and_falls_beyond():
    found = dict(zip(COUNTS, curve("attention").shares.mean(axis=0), strict=True))
    assert min(found[n] for n in COUNTS if n <= 16) > 0.98
    assert found[32] < 0.9


@pytest.mark.parametrize("kind", ["linear", "rnn", "lstm", "gru"])
def test_a_larger_state_recalls_more_words(kind: str):
    at_8 = [curve(f"{kind}-{size}").shares[:, COUNTS.index(8)].mean() for size in STATES]
    assert at_8 == sorted(at_8)
    assert at_8[-1] > at_8[0] + 0.2


@pytest.mark.parametrize("field", [3, 7, 15])
def test_a_cnn_recalls_what_it_sees_and_guesses_beyond(field: int):
    places = curve(f"cnn-{field}").places[COUNTS.index(16)].mean(axis=0)
    assert places[-field:].mean() > 0.8
    assert places[:-field].mean() < 0.2
