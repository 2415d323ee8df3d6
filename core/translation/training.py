"""A translator on its way: updates that depend on the seed and their number alone.

So training goes on after a pause as if there had been none.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from time import process_time

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from core.translation.batches import Batch, Example, epoch
from core.translation.files import Settings, build, shared_pieces
from core.translation.network import Network, draw, keep
from core.translation.pieces import PADDING

SMOOTHING = 0.1
"""Of the labels: this share of the probability is meant for other pieces (Szegedy et al. 2016)."""

WARM_UP = 300
"""Updates in which the rate of learning rises."""

FALL = 0.25
"""Share of the updates, the last ones, in which it falls to 0. Until then nothing depends on how
many updates there will be: a network may go on to any number (Hu et al., MiniCPM, 2024)."""

DECAY = 0.01
"""Of the parameters (AdamW, Loshchilov and Hutter 2019)."""

STEEPEST = 1.0
"""The longest gradient that is followed; longer ones are shortened."""

_START, _ORDER, _DROP = range(3)  # streams of random numbers


class Dropout:
    """Sets numbers to 0 at random, and enlarges the others to make up for it."""

    def __init__(self, share: float) -> None:
        self.kept, self.generator = round(256 * (1 - share)), torch.Generator()

    def __call__(self, x: Tensor) -> Tensor:
        """A byte of chance decides a number; a float for each would take eight times as long."""
        chance = torch.empty(-(-x.numel() // 7), dtype=torch.int64).random_(
            generator=self.generator
        )
        # The highest byte of a number that is not negative has seven bits only.
        spread = chance.view(torch.uint8).view(-1, 8)[:, :7].flatten()[: x.numel()]
        return x * ((spread < self.kept) * (256 / self.kept)).view(x.shape)


class Training:
    """A network on its way.

    Attributes:
        settings: That decide the way.
        network: With the numbers of now.
        update: How many updates it has had.
        seconds: Of processor time that they took.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings, self.update, self.seconds = settings, 0, 0.0
        self.network = build(settings, shared_pieces())
        draw(self.network, self.generator(_START))
        self.drop = Dropout(settings.dropped)
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), betas=(0.9, 0.98), weight_decay=DECAY, fused=True
        )

    def generator(self, stream: int = _ORDER) -> torch.Generator:
        """Random numbers of the seed; by default, for the order of the pairs."""
        return torch.Generator().manual_seed(1_000_003 * self.settings.seed + stream)

    def learn(self, batch: Batch) -> float:
        """One update.

        Returns:
            The loss before it, in nats a piece.
        """
        began = process_time()
        self.drop.generator.manual_seed(1_000_003 * self.settings.seed + _DROP + 3 * self.update)
        self.optimiser.param_groups[0]["lr"] = rate_at(self.update, self.settings)
        self.optimiser.zero_grad()
        scores = self.network(batch.source, batch.before, self.drop)
        loss = _loss(scores, batch.after, SMOOTHING)
        loss.backward()
        clip_grad_norm_(self.network.parameters(), STEEPEST)
        self.optimiser.step()
        self.update += 1
        self.seconds += process_time() - began
        return float(loss.detach())

    def save(self, path: Path) -> None:
        """Keep everything that is needed to go on, as safetensors."""
        numbers = {f"network.{name}": values for name, values in self.network.state_dict().items()}
        for place, moments in self.optimiser.state_dict()["state"].items():
            numbers |= {f"optimiser.{place}.{name}": values for name, values in moments.items()}
        done = {"update": self.update, "seconds": self.seconds}
        notes = {"settings": json.dumps(asdict(self.settings)), "done": json.dumps(done)}
        unfinished = path.with_suffix(".part")
        save_file(numbers, unfinished, notes)
        unfinished.replace(path)

    def resume(self, path: Path) -> None:
        """Go on from what :meth:`save` kept; until the rate falls, to any number of updates.

        Raises:
            ValueError: If it was made with other settings.
        """
        with safe_open(path, "pt") as file:
            notes = file.metadata()
        kept, done = Settings(**json.loads(notes["settings"])), json.loads(notes["done"])
        fell = done["update"] > (1 - FALL) * min(kept.updates, self.settings.updates)
        if (kept if fell else replace(kept, updates=self.settings.updates)) != self.settings:
            raise ValueError(f"{path} was made with {kept}, not {self.settings}")
        self.update, self.seconds = done["update"], done["seconds"]
        self._restore(load_file(path))

    def _restore(self, numbers: dict[str, Tensor]) -> None:
        parameters, moments = {}, defaultdict(dict)
        for name, values in numbers.items():
            part, _, rest = name.partition(".")
            if part == "network":
                parameters[rest] = values
            else:
                place, _, moment = rest.partition(".")
                moments[int(place)][moment] = values
        self.network.load_state_dict(parameters)
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": dict(moments), "param_groups": groups})


def rate_at(update: int, settings: Settings) -> float:
    """The rate of learning: it rises in a line, stays, and falls in a line to 0."""
    left = (settings.updates - update) / (FALL * settings.updates)
    return settings.rate * min(1.0, (update + 1) / WARM_UP, left)


def loss_on(network: Network, data: Sequence[Example]) -> float:
    """Mean loss of examples in nats a piece, without smoothing."""
    total = pieces = 0.0
    with torch.no_grad():
        for batch in epoch(data, torch.Generator()):
            n = int((batch.after != PADDING).sum())
            total += n * float(_loss(network(batch.source, batch.before, keep), batch.after, 0.0))
            pieces += n
    return total / pieces


def _loss(scores: Tensor, after: Tensor, smoothing: float) -> Tensor:
    return cross_entropy(
        scores.flatten(0, 1), after.flatten(), ignore_index=PADDING, label_smoothing=smoothing
    )
