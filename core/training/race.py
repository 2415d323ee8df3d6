"""The race: the same task, data, steps and optimiser for every contender, one slice at a time.

Deterministic for a seed on one machine; knows nothing of clocks, threads or pages. Closing the
generator ends it.

Sources: Tang et al., Why Self-Attention? A Targeted Evaluation of Neural Machine Translation
Architectures, 2018 (short paths alone do not win); Arora et al., Zoology: Measuring and Improving
Recall in Efficient Language Models, 2023 (recall as the gap between architectures).
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.arrays import Array
from core.training.contenders import LEARNING_RATES, Contender, Design, build, parameters_of, size
from core.training.networks import AttentionNetwork, Network
from core.training.tasks import SILENT, Examples, Task

SLICE = 10
"""Steps between two snapshots of a contender."""

BATCH = 16
"""Sequences that one step learns from."""

HELD_OUT = 48
"""Sequences that snapshots are scored on: the first of those at the end."""

HELD_OUT_AT_THE_END = 256
"""Sequences that the last snapshot is scored on; no step ever learns from them."""

SHOWN = 22
"""Tokens of the sequence that is looked at in detail, at most."""

_TEST, _TRAIN, _INIT, _SHOWN = range(4)  # streams of random numbers


@dataclass(frozen=True)
class Race:
    """Everything that decides what happens.

    Attributes:
        design: Of the contenders, the task among it.
        contenders: Who takes part.
        steps: That each of them learns; rounded up to whole slices.
        seed: Of the first run: of the numbers at the start, and of the data.
        seeds: How many runs, with seeds one after the other.
    """

    design: Design
    contenders: tuple[Contender, ...]
    steps: int = 250
    seed: int = 0
    seeds: int = 1

    @property
    def slices(self) -> int:
        """Slices that each contender learns for each seed."""
        return -(-self.steps // SLICE)

    @property
    def snapshots(self) -> int:
        """How many snapshots the whole race gives."""
        return self.seeds * len(self.contenders) * (1 + self.slices)

    def learned(self, contender: Contender, snapshots: int) -> int:
        """Steps that a contender has learned with the first seed after so many snapshots."""
        place, n = self.contenders.index(contender), len(self.contenders)
        own = -(-(snapshots - place) // n)  # they take turns
        return SLICE * min(max(0, own - 1), self.slices)


@dataclass(frozen=True)
class Snapshot:
    """A contender after some steps.

    Attributes:
        contender: Which one.
        seed: Of its run.
        step: Steps it has learned.
        loss: Mean over the last slice, in nats; before the first step, on held-out data.
        accuracy: ``(distance,)``, on held-out data, one for each of the task's distances.
        weights: ``(layer, head, query, key)`` on a held-out sequence, for attention.
        parameters: The learned numbers by name.
    """

    contender: Contender
    seed: int
    step: int
    loss: float
    accuracy: Array
    weights: Array | None
    parameters: Mapping[str, Array] | None

    @property
    def summary(self) -> "Snapshot":
        """Without the large parts."""
        return replace(self, weights=None, parameters=None)


def race(race: Race) -> Generator[Snapshot, None, None]:
    """Train everybody, in turn.

    Yields:
        Each contender before its first step and after every slice.

    Raises:
        InputError: ``budget_too_small`` if a contender cannot be made of so few parameters.
    """
    for seed in range(race.seed, race.seed + race.seeds):
        runs = [_run(race, contender, seed) for contender in race.contenders]
        for _ in range(1 + race.slices):
            for run in runs:
                yield next(run)


def shown(task: Task, seed: int) -> tuple[str, ...]:
    """A short sequence that no step learned from, to look at in detail."""
    return task.words(_shown(task, seed))


@lru_cache(maxsize=64)
def sizes(contenders: tuple[Contender, ...], design: Design) -> tuple[int, ...]:
    """How many parameters each contender has.

    Raises:
        InputError: ``budget_too_small`` if a contender cannot be made of so few.
    """
    return tuple(size(build(contender, design, seed=0)) for contender in contenders)


def begun(race: Race, contender: Contender, seed: int) -> Network:
    """The contender before its first step in a run with this seed."""
    return build(contender, race.design, _mixed(seed, _INIT))


def weights_of(network: Network, seed: int) -> Array | None:
    """``(layer, head, query, key)`` on a run's first held-out sequence, for attention."""
    held_out = network.task.examples(HELD_OUT_AT_THE_END, _generator(seed, _TEST))
    return _weights(network, held_out.inputs[0])


def _run(race: Race, contender: Contender, seed: int) -> Generator[Snapshot, None, None]:
    network = begun(race, contender, seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATES[contender])
    task = race.design.task
    held_out = task.examples(HELD_OUT_AT_THE_END, _generator(seed, _TEST))
    batches = _batches(task, seed, held_out)
    scored = Examples(*(part[:HELD_OUT] for part in held_out))
    with torch.no_grad():
        loss = float(_loss(network, scored))
    yield _snapshot(network, scored, (contender, seed, 0), loss)
    for slice_ in range(1, race.slices + 1):
        loss = 0.0
        for _ in range(SLICE):
            loss += _step(network, optimiser, next(batches)) / SLICE
        if slice_ == race.slices:
            scored = held_out
        yield _snapshot(network, scored, (contender, seed, slice_ * SLICE), loss)


def _step(network: Network, optimiser: torch.optim.Optimizer, batch: Examples) -> float:
    with torch.enable_grad():
        loss = _loss(network, batch)
        optimiser.zero_grad()
        loss.backward()
    optimiser.step()
    return float(loss.detach())


def _loss(network: Network, batch: Examples) -> Tensor:
    scores = network(batch.inputs).flatten(0, 2)
    return cross_entropy(scores, batch.targets.flatten(), ignore_index=SILENT)


def _snapshot(
    network: Network, held_out: Examples, at: tuple[Contender, int, int], loss: float
) -> Snapshot:
    with torch.no_grad():
        answers = network(held_out.inputs).argmax(dim=-1)
        accuracy = network.task.accuracy(answers, held_out)
    weights = _weights(network, held_out.inputs[0])
    return Snapshot(*at, loss, accuracy, weights, parameters_of(network))


def _weights(network: Network, inputs: Tensor) -> Array | None:
    if not isinstance(network, AttentionNetwork):
        return None
    with torch.no_grad():
        steps = network.all_steps(network.embedded(inputs))
    return torch.stack([it.weights for it in steps]).numpy()


def _batches(task: Task, seed: int, held_out: Examples) -> Iterator[Examples]:
    """What contenders learn from: whole batches again until nothing that is held out is in them."""
    kept_back = {_key(inputs) for inputs in (*held_out.inputs, _shown(task, seed))}
    train = _generator(seed, _TRAIN)
    while True:
        batch = task.examples(BATCH, train)
        if kept_back.isdisjoint(map(_key, batch.inputs)):
            yield batch


def _shown(task: Task, seed: int) -> Tensor:
    """``(token, part)``."""
    short = replace(task, length=min(SHOWN, task.length))
    return short.examples(1, _generator(seed, _SHOWN)).inputs[0]


def _key(inputs: Tensor) -> bytes:
    """What tells sequences apart."""
    return inputs.numpy().tobytes()


def _generator(seed: int, stream: int) -> torch.Generator:
    return torch.Generator().manual_seed(_mixed(seed, stream))


def _mixed(seed: int, stream: int) -> int:
    return 4 * seed + stream
