from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.translation.batches import BATCH, Example, batch_of, batches, epoch
from core.translation.files import Kind, Settings
from core.translation.pieces import END, PADDING, START
from core.translation.training import WARM_UP, Dropout, Training, loss_on, rate_at

SETTINGS = Settings("attention", "zh", "en", updates=2000, rate=2e-3, dropped=0.2)


def some_examples(n: int, seed: int = 0) -> list[Example]:
    chance = torch.Generator().manual_seed(seed)

    def ids() -> tuple[int, ...]:
        length = int(torch.randint(2, 6, (1,), generator=chance))
        return tuple(torch.randint(4, 60, (length,), generator=chance).tolist())

    return [(ids(), ids()) for _ in range(n)]


def test_a_batch_says_what_stands_before_and_after_each_output():
    batch = batch_of([((7, 8), (5,)), ((9, 4), (6, 5))])
    assert batch.source.tolist() == [[7, 8], [9, 4]]
    assert batch.before.tolist() == [[START, 5, END], [START, 6, 5]]
    assert batch.after.tolist() == [[5, END, PADDING], [6, 5, END]]


def test_an_epoch_has_every_example_once_in_batches_of_one_source_length():
    data = some_examples(333)
    drawn = epoch(data, torch.Generator())
    assert max(len(batch.source) for batch in drawn) == BATCH
    rows = [
        (tuple(source), tuple(index for index in after if index > END))
        for batch in drawn
        for source, after in zip(batch.source.tolist(), batch.after.tolist(), strict=True)
    ]
    assert sorted(rows) == sorted(data)


def test_batches_go_on_where_they_ended():
    data, n = some_examples(200), 25
    whole = batches(data, torch.Generator().manual_seed(3), 0)
    expected = [next(whole) for _ in range(n)][-1]
    resumed = next(batches(data, torch.Generator().manual_seed(3), n - 1))
    assert all(torch.equal(a, b) for a, b in zip(resumed, expected, strict=True))


def test_dropout_drops_its_share_and_keeps_the_mean():
    drop, x = Dropout(0.25), torch.ones(300, 333)
    drop.generator.manual_seed(5)
    dropped = drop(x)
    assert float((dropped == 0).float().mean()) == pytest.approx(0.25, abs=0.005)
    assert float(dropped.mean()) == pytest.approx(1, abs=0.01)
    drop.generator.manual_seed(5)
    assert torch.equal(drop(x), dropped)


def test_the_rate_rises_stays_and_falls_to_nothing():
    rates = [rate_at(update, SETTINGS) for update in (0, WARM_UP - 1, 1000, 1500, 1750, 2000)]
    assert rates == pytest.approx([2e-3 / WARM_UP, 2e-3, 2e-3, 2e-3, 1e-3, 0])


def test_until_the_rate_falls_it_does_not_matter_how_many_updates_there_will_be():
    longer = replace(SETTINGS, updates=8000)
    assert all(rate_at(u, SETTINGS) == rate_at(u, longer) for u in range(0, 1501, 50))


@pytest.mark.parametrize("kind", ["vector", "attention", "transformer"])
def test_after_a_pause_training_goes_on_as_if_there_had_been_none(kind: Kind, tmp_path: Path):
    settings, data = replace(SETTINGS, kind=kind), some_examples(30)
    straight, paused, resumed = Training(settings), Training(settings), Training(settings)
    source = batches(data, straight.generator(), 0)
    given = [next(source) for _ in range(4)]
    for batch in given:
        straight.learn(batch)
    for batch in given[:2]:
        paused.learn(batch)
    paused.save(tmp_path / "state.safetensors")
    resumed.resume(tmp_path / "state.safetensors")
    again = batches(data, resumed.generator(), resumed.update)
    for _ in given[2:]:
        resumed.learn(next(again))
    assert resumed.update == straight.update == 4
    for a, b in zip(resumed.network.parameters(), straight.network.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path):
    Training(SETTINGS).save(tmp_path / "state.safetensors")
    Training(replace(SETTINGS, updates=4000)).resume(tmp_path / "state.safetensors")
    with pytest.raises(ValueError, match="was made with"):
        Training(replace(SETTINGS, rate=1e-3)).resume(tmp_path / "state.safetensors")


def test_after_the_rate_has_begun_to_fall_the_number_of_updates_stands(tmp_path: Path):
    training = Training(SETTINGS)
    training.update = 1600
    training.save(tmp_path / "state.safetensors")
    with pytest.raises(ValueError, match="was made with"):
        Training(replace(SETTINGS, updates=4000)).resume(tmp_path / "state.safetensors")


def test_what_is_repeated_is_learned():
    training, data = Training(replace(SETTINGS, rate=0.1)), some_examples(8)
    before = loss_on(training.network, data)
    source = batches(data, training.generator(), 0)
    for _ in range(30):
        training.learn(next(source))
    assert loss_on(training.network, data) < 0.8 * before
