"""The claims' numbers, by hand and by law."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.claims import layer, model, neighbours
from core.ideas import reach
from core.ideas.cost import Setting
from core.reader.explore import Choice, PositionsChoice
from core.reader.ideas import CrossChoice, ReachChoice
from core.receptive_field import convolution_field
from core.sources.pretrained import PretrainedSource

EATING = Choice(sentence="我爱吃炸鸡", query=2, key=3)
ANIMAL = "The animal didn't cross the street because it was too "
seeds = st.integers(0, 999)


def test_a_column_is_read_off_the_map():
    weights = EATING.layer_source.trace(EATING.sentence).layers[0].weights[0]
    it = layer.column(EATING)
    assert it.weight == weights[2, 3] == layer.weight(EATING)
    assert it.other_weight == weights[:, 3].min()
    assert it.other == weights[:, 3].argmin()
    assert it.row == pytest.approx(1)
    assert it.column == pytest.approx(float(weights[:, 3].sum()))
    assert layer.heaviest(EATING) == 3


@given(seed=seeds)
def test_rows_sum_to_1_and_columns_to_n_together(seed: int):
    choice = replace(EATING, source="seeded", seed=seed)
    columns = [layer.column(replace(choice, key=key)) for key in range(4)]
    assert all(it.row == pytest.approx(1) for it in columns)
    assert sum(it.column for it in columns) == pytest.approx(4)


@given(seed=seeds)
def test_without_the_root_a_wide_row_is_sharper(seed: int):
    it = layer.sharpness(replace(EATING, source="seeded", seed=seed, d_k=64))
    assert it.undivided < it.divided <= it.even == 2


def test_at_width_1_the_root_changes_nothing():
    it = layer.sharpness(replace(EATING, source="seeded", d_k=1))
    assert it.divided == it.undivided


@given(seed=seeds, numbers=st.sampled_from(["handset", "seeded"]))
def test_the_same_sentence_twice_is_self_attention(seed: int, numbers: str):
    choice = CrossChoice(cross_b="I love", cross_seed=seed)
    it = layer.sources(replace(choice, cross_numbers=numbers))
    assert it == (2, 4, pytest.approx(0, abs=1e-6))


@given(seed=seeds)
def test_only_a_mask_notices_the_shuffle(seed: int):
    it = layer.moved(replace(EATING, source="seeded", seed=seed), PositionsChoice())
    assert it.unmasked == 0
    assert it.causal > 0


def test_untrained_layers_look_elsewhere():
    choice = replace(EATING, source="seeded")
    found = layer.untrained(choice)
    assert len(found) == layer.SEEDS
    assert found[1] == layer.heaviest(replace(choice, seed=1))
    assert len(set(found)) > 1


def test_an_rnn_feels_the_last_word_most():
    it = neighbours.memory(replace(EATING, sentence="a b c d e f g h"))
    assert (it.steps, it.direct) == (8, 1)
    assert 0 < it.first < it.last < 1


def test_untrained_recurrent_layers_forget_the_first_input_at_the_settings_of_the_page():
    shares = neighbours.fading()
    assert list(shares) == ["gain", "kept", "lstm", "gru"]
    assert all(0 < share < 1e-3 / ReachChoice().reach_n for share in shares.values())


def test_untrained_attention_knows_no_far_but_feels_its_own_input_most():
    tokens = tuple(str(i + 1) for i in range(ReachChoice().reach_n))
    mean = reach.attention(tokens, ReachChoice().stack, ReachChoice().reach_seed).mean
    others = mean[~np.eye(len(mean), dtype=bool)]
    assert (np.diagonal(mean) > 0.9 * mean.max(axis=1)).mean() > 0.9
    near = np.concatenate([np.diagonal(mean, 1), np.diagonal(mean, -1)]).mean()
    far = np.concatenate([np.diagonal(mean, 25), np.diagonal(mean, -25)]).mean()
    assert 0.7 < near / far < 1.4
    assert others.min() > 0


def test_dilations_that_begin_with_a_large_one_leave_holes():
    holes, whole = (convolution_field(32, 3, dilations, False) for dilations in ((4, 4), (1, 4)))
    seen = np.flatnonzero(holes.reach[16])
    assert len(seen) < seen[-1] - seen[0] + 1
    assert len(np.flatnonzero(whole.reach[16])) > len(seen)


def test_windows_by_hand():
    choice = Choice(sentence="a b c d e f g h i", query=4, cnn_layers=3)
    it = neighbours.window(choice)
    assert (it.one, it.stacked, it.dilated) == (3, 7, 15)
    assert it.even == pytest.approx(3 / 7)
    assert it.even < it.near < 1
    assert neighbours.window(replace(choice, cnn_layers=1)).near == pytest.approx(1)


def test_work_by_hand():
    it = neighbours.work(Setting(2048, 512))
    assert it.scores == 2048**2
    assert it.attention == 4 * it.recurrent
    assert (it.path, it.recurrent_path) == (1, 2048)


def test_the_famous_head_and_all_the_others():
    tired, wide = (PretrainedSource().run(f"{ANIMAL}{word}.") for word in ("tired", "wide"))
    it = model.pronoun((tired, wide), (3, 1), (10, 2))
    assert it.first == pytest.approx(0.677, abs=5e-4)
    assert it.second == pytest.approx(0.281, abs=5e-4)
    assert wide.pieces.tokens[it.winner] != "street"  # it does not flip
    assert (it.heads, it.of) == model.lookers(tired, (10, 2)) == (3, 72)
    assert it.median < 0.1


def test_a_loud_piece_that_carries_little():
    run = PretrainedSource().run(f"{ANIMAL}tired.")
    it = model.loud(run, (2, 7), 10)
    weights = run.trace.layers[2].weights[7, 10]
    assert it.key == int(np.argmax(weights)) == 0
    assert it.weight == pytest.approx(float(weights.max()))
    assert it.weight > 0.8
    assert it.share < 0.1
    assert 1 < it.rank <= it.of == len(weights)
