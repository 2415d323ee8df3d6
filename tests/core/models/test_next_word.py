"""The piece that comes next: against transformers, on tiny random models of several kinds."""

import threading
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.errors import InputError
from core.models.next_word import Less, Outlook, Speaker, reading
from tests.tiny import TINY

FAMILIES = ("gpt2", "llama", "mistral", "qwen2", "gpt_neox", "gemma2", "olmo2", "opt", "granite")
MIXERS = {
    "gpt2": "transformer.h.{}.attn.c_proj",
    "gpt_neox": "gpt_neox.layers.{}.attention.dense",
    "opt": "model.decoder.layers.{}.self_attn.out_proj",
}
SIZES: dict[str, dict[str, Any]] = {
    "gpt_neox": {**TINY["llama"], "num_key_value_heads": 4},
    "opt": {**TINY["llama"], "ffn_dim": 20, "word_embed_proj_dim": 24, "pad_token_id": 1},
    "granite": {**TINY["llama"], "logits_scaling": 2.5},
    "gemma2": {**TINY["llama"], "final_logit_softcapping": 5.0, "sliding_window": 4},
    "mistral": {**TINY["llama"], "sliding_window": 4},
}
VOCABULARY = 50
IDS = (5, 17, 3, 3, 41, 8, 20, 11)
every_family = pytest.mark.parametrize("family", FAMILIES)
places = st.frozensets(st.integers(0, len(IDS) - 2), max_size=3)


@pytest.fixture(scope="module", autouse=True)
def transformers() -> Iterator[ModuleType]:
    """The library, whose warnings are its own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import transformers

        transformers.logging.set_verbosity_error()
        yield transformers


@pytest.fixture(scope="module")
def speakers(transformers: ModuleType) -> dict[str, Speaker]:
    return {family: made(transformers, family) for family in FAMILIES}


def made(transformers: ModuleType, family: str) -> Speaker:
    settings = {**SIZES.get(family, TINY.get(family, TINY["llama"])), "vocab_size": VOCABULARY}
    config = transformers.AutoConfig.for_model(family, **settings)
    config._attn_implementation = "eager"
    torch.manual_seed(3)
    model = transformers.AutoModelForCausalLM.from_config(config)
    for name, parameter in model.named_parameters():
        is_norm = parameter.ndim == 1 and name.endswith("weight")
        torch.nn.init.normal_(parameter, mean=float(is_norm), std=0.4)
    model.eval().requires_grad_(False)
    name = MIXERS.get(family, "model.layers.{}.self_attn.o_proj")
    mixers = [model.get_submodule(name.format(i)) for i in range(config.num_hidden_layers)]
    return Speaker(model, mixers)


def assert_alike(one: Outlook, other: Outlook) -> None:
    assert one.ids == other.ids
    assert_allclose(one.scores, other.scores, rtol=1e-5, atol=1e-5)
    assert one.layers is not None
    assert other.layers is not None
    assert_allclose(one.layers, other.layers, rtol=1e-5, atol=1e-5)


@every_family
def test_the_scores_are_the_models_own(speakers: dict[str, Speaker], family: str):
    speaker = speakers[family]
    with torch.no_grad():
        own = speaker.causal(torch.tensor([IDS])).logits[0, -1].numpy()
    found = speaker.read(IDS)
    assert_allclose(found.scores, own, atol=1e-5)
    assert found.scores.shape == (VOCABULARY,)
    assert found.scores.std() > 0.1


@every_family
def test_what_is_kept_gives_what_is_computed_anew(speakers: dict[str, Speaker], family: str):
    speaker = speakers[family]
    before = speaker.read(IDS[:3])
    for n in range(4, len(IDS) + 1):
        whole, before = speaker.read(IDS[:n]), speaker.read(IDS[:n], before=before)
        assert_alike(before, whole)
    assert_alike(speaker.read(IDS, before=speaker.read(IDS[:2])), speaker.read(IDS))


@given(n=st.integers(1, len(IDS) - 1), heads=places, keys=places)
def test_so_it_does_whatever_is_taken_away(
    speakers: dict[str, Speaker], n: int, heads: frozenset[int], keys: frozenset[int]
):
    less = Less(frozenset((it % 3, it % 4) for it in heads), keys)
    for family in ("llama", "gpt2", "mistral"):
        speaker = speakers[family]
        if all(place in keys for place in range(max(0, n - 4), n)):
            continue
        before = speaker.read(IDS[:n], less)
        assert_alike(speaker.read(IDS, less, before), speaker.read(IDS, less))


def test_what_was_kept_is_not_written_into(speakers: dict[str, Speaker]):
    speaker = speakers["llama"]
    before = speaker.read(IDS[:4])
    one = speaker.read((*IDS[:4], 9), before=before)
    again = speaker.read((*IDS[:4], 9), before=before)
    assert_array_equal(one.scores, again.scores)
    other = speaker.read((*IDS[:4], 30), before=before)
    assert_alike(other, speaker.read((*IDS[:4], 30)))


def test_other_pieces_are_no_beginning(speakers: dict[str, Speaker]):
    speaker = speakers["llama"]
    for ids in (IDS[1:], IDS[:3]):
        with pytest.raises(ValueError, match="no beginning"):
            speaker.read(ids, before=speaker.read(IDS[:3]))


@every_family
def test_layers_end_with_the_models_own_scores(speakers: dict[str, Speaker], family: str):
    speaker = speakers[family]
    found = speaker.read(IDS)
    assert found.layers is not None
    assert found.layers.shape == (4, VOCABULARY)
    assert_array_equal(found.layers[-1], found.scores)
    assert len({tuple(row) for row in found.layers}) == 4


def test_a_layer_is_read_off_as_the_end_of_a_model_that_ends_there(
    transformers: ModuleType, speakers: dict[str, Speaker]
):
    speaker = speakers["llama"]
    found = speaker.read(IDS).layers
    assert found is not None
    for n in range(3):
        shorter = transformers.AutoModelForCausalLM.from_config(speaker.causal.config).eval()
        shorter.load_state_dict(speaker.causal.state_dict())
        shorter.model.layers = shorter.model.layers[:n]
        with torch.no_grad():
            own = shorter(torch.tensor([IDS]), use_cache=False).logits[0, -1].numpy()
        assert_allclose(found[n], own, atol=1e-5)


def test_what_cannot_be_read_off_is_not(transformers: ModuleType):
    speaker = made(transformers, "llama")
    whole = speaker.read(IDS)
    assert whole.layers is not None
    speaker.causal.model.register_forward_hook(doubled)  # now more than a norm is at the end
    found = speaker.read(IDS)
    assert found.layers is None
    assert_allclose(found.scores, 2 * whole.scores, rtol=1e-4)


def doubled(_: object, __: object, done: Any) -> Any:  # noqa: ANN401
    done.last_hidden_state = done.last_hidden_state * 2
    return done


@every_family
def test_heads_without_output_are_a_model_without_their_part_of_w_o(
    transformers: ModuleType, speakers: dict[str, Speaker], family: str
):
    speaker, cut = speakers[family], made(transformers, family)
    heads = frozenset({(0, 1), (0, 3), (2, 0)})
    for layer, head in heads:
        mixer: Any = cut.mixers[layer]
        weight = mixer.weight if isinstance(mixer, torch.nn.Linear) else mixer.weight.T
        d_v = weight.shape[1] // 4
        weight[:, head * d_v : (head + 1) * d_v] = 0
    found = speaker.read(IDS, Less(heads))
    assert_allclose(found.scores, cut.read(IDS).scores, rtol=1e-5, atol=1e-5)
    assert np.abs(found.scores - speaker.read(IDS).scores).max() > 1e-3


@every_family
def test_a_piece_that_nobody_looks_at_says_nothing(speakers: dict[str, Speaker], family: str):
    """Whatever stands there, the rest is the same; the piece itself is not asked from."""
    speaker, less = speakers[family], Less(keys=frozenset({5}))
    other = (*IDS[:5], 33, *IDS[6:])
    assert_allclose(
        speaker.read(IDS, less).scores, speaker.read(other, less).scores, rtol=1e-5, atol=1e-5
    )
    assert np.abs(speaker.read(IDS).scores - speaker.read(other).scores).max() > 1e-3


@pytest.mark.parametrize("family", ["gpt2", "llama", "gpt_neox", "opt", "granite"])
def test_a_piece_out_of_sight_is_a_column_of_the_mask(speakers: dict[str, Speaker], family: str):
    """Against a mask written by hand, every piece at its own place."""
    speaker, n = speakers[family], len(IDS)
    may_look = torch.ones(n, n).tril()
    may_look[:, [1, 4]] = 0
    mask = torch.where(may_look > 0, 0.0, torch.finfo(torch.float32).min)[None, None]
    with torch.no_grad():
        places = torch.arange(n)[None]
        own = speaker.causal(torch.tensor([IDS]), attention_mask=mask, position_ids=places)
    found = speaker.read(IDS, Less(keys=frozenset({1, 4})))
    assert_allclose(found.scores, own.logits[0, -1].numpy(), rtol=1e-5, atol=1e-5)


def test_the_others_keep_their_places(speakers: dict[str, Speaker]):
    """A piece out of sight leaves a gap: those after it do not move up."""
    speaker = speakers["llama"]
    hidden, without = speaker.read(IDS, Less(keys=frozenset({2}))), speaker.read(IDS[:2] + IDS[3:])
    assert np.abs(hidden.scores - without.scores).max() > 1e-3


def test_who_may_look_at_nothing_is_not_asked(speakers: dict[str, Speaker]):
    with pytest.raises(InputError, match="nothing_to_look_at"):
        speakers["llama"].read(IDS[:2], Less(keys=frozenset({0, 1})))
    with pytest.raises(InputError, match="nothing_to_look_at"):
        speakers["mistral"].read(IDS, Less(keys=frozenset({4, 5, 6, 7})))
    assert np.isfinite(speakers["llama"].read(IDS, Less(keys=frozenset({4, 5, 6, 7}))).scores).all()


def test_what_one_takes_away_another_does_not_miss(speakers: dict[str, Speaker]):
    speaker = speakers["llama"]
    lesses = [Less(frozenset({(0, 0), (1, 2)})), Less(), Less(frozenset({(2, 3)}))]
    expected = [speaker.read(IDS, less).scores for less in lesses]
    wrong = []

    def ask(i: int) -> None:
        for _ in range(20):
            found = speaker.read(IDS, lesses[i]).scores
            if not np.allclose(found, expected[i], atol=1e-5):
                wrong.append(i)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert not any(mixer._forward_pre_hooks for mixer in speaker.mixers)


def test_bytes_are_counted(speakers: dict[str, Speaker]):
    found = speakers["llama"].read(IDS)
    keys_and_values = 3 * 2 * 2 * len(IDS) * 8 * 4  # layers, both, shared heads, pieces, d_k, bytes
    assert found.layers is not None
    assert found.nbytes >= found.scores.nbytes + found.layers.nbytes + keys_and_values


def test_special_pieces_at_the_end_are_not_asked_from():
    assert reading((2, 7, 8, 3), (True, False, False, True)) == (2, 7, 8)
    assert reading((7, 8), (False, False)) == (7, 8)
