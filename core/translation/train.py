"""Train a translator, in pieces of limited time if wanted.

``python -m core.translation.train --data PATH --model attention --direction zh-en --rate 2e-3
--checkpoint FILE --minutes 25`` goes on where the checkpoint ends. Deterministic on one machine:
the order of the pairs and what is dropped depend on the seed and the number of the update alone.
"""

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, cast

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from core.translation.files import (
    FOLDER,
    KINDS,
    Kind,
    Settings,
    build,
    shared_pieces,
    write_network,
)
from core.translation.network import Network, draw, keep
from core.translation.pairs import Pair, read_pairs, split
from core.translation.pieces import END, PADDING, START, Language

UPDATES = 4500
BATCH = 64
LONGEST = 40
"""Pieces of a sentence to learn from, at most."""

DROPPED = 0.2
"""Share of numbers that are set to 0 while learning."""

SMOOTHING = 0.1
"""Of the labels: this share of the probability is meant for other pieces (Szegedy et al. 2016)."""

WARM_UP = 0.08
"""Share of the updates in which the rate rises; then it falls like a cosine to 0."""

DECAY = 0.01
"""Of the parameters (AdamW, Loshchilov and Hutter 2019)."""

STEEPEST = 1.0
"""The longest gradient that is followed; longer ones are shortened."""

_POOL = 8  # batches' worth of sentences that are sorted by the length of the target
_REPORT = 100  # updates between two lines of progress
_START, _ORDER, _DROP = range(3)  # streams of random numbers

Example = tuple[tuple[int, ...], tuple[int, ...]]
"""The ids of a source, and of its translation."""


class Batch(NamedTuple):
    """Sentences to learn from at once; their sources are equally long.

    Attributes:
        source: ``(sentence, source)``.
        before: ``(sentence, output)``, what stands before each output.
        after: ``(sentence, output)``, what should follow; ``PADDING`` behind the end.
    """

    source: Tensor
    before: Tensor
    after: Tensor


class Dropout:
    """Sets numbers to 0 at random, and enlarges the others to make up for it."""

    def __init__(self, share: float) -> None:
        self.share, self.generator = share, torch.Generator()

    def __call__(self, x: Tensor) -> Tensor:
        """One byte of chance decides a number: drawing a float for each takes eight times as long.
        """
        kept = round(256 * (1 - self.share))
        chance = torch.empty(-(-x.numel() // 7), dtype=torch.int64)
        chance.random_(generator=self.generator)
        spread = chance.view(torch.uint8).view(-1, 8)[:, :7].flatten()[: x.numel()]
        return x * ((spread < kept) * (256 / kept)).view(x.shape)


def examples(pairs: Sequence[Pair], source: Language, target: Language) -> list[Example]:
    """Pairs as ids, without those that are too long."""
    pieces = shared_pieces()
    coded = (
        (pieces[source].encode(getattr(pair, source).text),
         pieces[target].encode(getattr(pair, target).text))
        for pair in pairs
    )  # fmt: skip
    return [it for it in coded if max(map(len, it)) <= LONGEST]


def batch_of(chosen: Sequence[Example]) -> Batch:
    """Examples whose sources are equally long, as tensors."""
    length = 1 + max(len(target) for _, target in chosen)
    padded = [(*target, END) + (PADDING,) * (length - 1 - len(target)) for _, target in chosen]
    after = torch.tensor(padded)
    before = torch.nn.functional.pad(after, (1, -1), value=START)
    return Batch(torch.tensor([source for source, _ in chosen]), before, after)


def epoch(data: Sequence[Example], generator: torch.Generator) -> list[Batch]:
    """All examples once, in batches of similar lengths and random order."""
    by_length: dict[int, list[Example]] = {}
    for place in torch.randperm(len(data), generator=generator).tolist():
        by_length.setdefault(len(data[place][0]), []).append(data[place])
    chosen = []
    for group in by_length.values():
        for start in range(0, len(group), _POOL * BATCH):
            pool = sorted(group[start : start + _POOL * BATCH], key=lambda it: len(it[1]))
            chosen += [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]
    order = torch.randperm(len(chosen), generator=generator).tolist()
    return [batch_of(chosen[place]) for place in order]


def batches(data: Sequence[Example], seed: int, skipped: int) -> Iterator[Batch]:
    """Epoch after epoch, from a batch on."""
    generator = torch.Generator().manual_seed(_mixed(seed, _ORDER))
    while True:
        found = epoch(data, generator)
        yield from found[skipped:]
        skipped = max(0, skipped - len(found))


def rate_at(update: int, settings: Settings) -> float:
    """The rate of learning: up in a line, down in a cosine (Loshchilov and Hutter 2017)."""
    rising = WARM_UP * settings.updates
    if update < rising:
        return settings.rate * (update + 1) / rising
    done = (update - rising) / (settings.updates - rising)
    return settings.rate * (1 + math.cos(math.pi * done)) / 2


class Training:
    """A network on its way.

    Attributes:
        settings: What decides the way.
        network: With the numbers of now.
        update: How many updates it has had.
        seconds: Of processor time that they took.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings, self.update, self.seconds = settings, 0, 0.0
        self.network = build(settings, shared_pieces())
        draw(self.network, torch.Generator().manual_seed(_mixed(settings.seed, _START)))
        self.drop = Dropout(DROPPED)
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), betas=(0.9, 0.98), weight_decay=DECAY, fused=True
        )

    def learn(self, batch: Batch) -> float:
        """One update.

        Returns:
            The loss before it, in nats a piece.
        """
        began = time.process_time()
        self.drop.generator.manual_seed(_mixed(self.settings.seed, _DROP) + 3 * self.update)
        self.optimiser.param_groups[0]["lr"] = rate_at(self.update, self.settings)
        self.optimiser.zero_grad()
        scores = self.network(batch.source, batch.before, self.drop)
        loss = _loss(scores, batch.after, SMOOTHING)
        loss.backward()
        clip_grad_norm_(self.network.parameters(), STEEPEST)
        self.optimiser.step()
        self.update += 1
        self.seconds += time.process_time() - began
        return float(loss.detach())

    def save(self, path: Path) -> None:
        """Keep everything that is needed to go on."""
        state = {
            "settings": self.settings, "update": self.update, "seconds": self.seconds,
            "network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(),
        }  # fmt: skip
        unfinished = path.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(path)

    def resume(self, path: Path) -> None:
        """Go on from what :meth:`save` kept.

        Raises:
            ValueError: If it was made with other settings.
        """
        state = torch.load(path, weights_only=False)
        if state["settings"] != self.settings:
            raise ValueError(f"{path} was made with {state['settings']}, not {self.settings}")
        self.update, self.seconds = state["update"], state["seconds"]
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])


def loss_on(network: Network, data: Sequence[Example]) -> float:
    """Mean loss of examples in nats a piece, without smoothing."""
    total = pieces = 0.0
    with torch.no_grad():
        for batch in epoch(data, torch.Generator()):
            n = int((batch.after != PADDING).sum())
            total += n * float(_loss(network(batch.source, batch.before, keep), batch.after, 0.0))
            pieces += n
    return total / pieces


def train(settings: Settings, data: Path, checkpoint: Path, minutes: float) -> Training:
    """Go on until all updates are done, or the time is over."""
    parts = split(read_pairs(data))
    learned = examples(parts.train, settings.source, settings.target)
    training = Training(settings)
    if checkpoint.exists():
        training.resume(checkpoint)
    began, loss = time.monotonic(), 0.0
    for batch in batches(learned, settings.seed, training.update):
        if training.update >= settings.updates or time.monotonic() - began > 60 * minutes:
            break
        loss += training.learn(batch) / _REPORT
        if training.update % _REPORT == 0:
            _report(training, loss)
            loss = 0.0
    training.save(checkpoint)
    searched = examples(parts.search, settings.source, settings.target)
    _say(f"loss on the search set {loss_on(training.network, searched):.4f}")
    return training


def _loss(scores: Tensor, after: Tensor, smoothing: float) -> Tensor:
    return cross_entropy(
        scores.flatten(0, 1), after.flatten(), ignore_index=PADDING, label_smoothing=smoothing
    )


def _report(training: Training, loss: float) -> None:
    settings, each = training.settings, training.seconds / training.update
    left = (settings.updates - training.update) * each / 60
    _say(
        f"{settings.name} {settings.rate:g}: {training.update} of {settings.updates}, "
        f"loss {loss:.3f}, {training.seconds / 60:.1f} min of processor time, {left:.1f} left"
    )


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def _mixed(seed: int, stream: int) -> int:
    return 1_000_003 * seed + stream


def _settings(chosen: argparse.Namespace) -> Settings:
    source, target = cast(tuple[Language, Language], chosen.direction.split("-"))
    kind = cast(Kind, chosen.model)
    settings = Settings(kind, source, target, UPDATES, chosen.rate, chosen.seed)
    return replace(settings, updates=round(UPDATES * chosen.share))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a file of pairs")
    parser.add_argument("--model", choices=KINDS, required=True)
    parser.add_argument("--direction", choices=("zh-en", "en-zh"), required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, default=1.0, help="of the updates, for a search")
    parser.add_argument("--checkpoint", type=Path, required=True, help="made, or gone on from")
    parser.add_argument("--minutes", type=float, default=25.0, help="until the next pause")
    return parser.parse_args()


if __name__ == "__main__":
    torch.set_num_threads(1)
    arguments = _arguments()
    made = train(_settings(arguments), arguments.data, arguments.checkpoint, arguments.minutes)
    if arguments.share == 1 and made.update == made.settings.updates:
        notes = {"minutes": f"{made.seconds / 60:.1f}"}
        file = FOLDER / f"{made.settings.name}.safetensors"
        write_network(file, made.network, made.settings, notes)
