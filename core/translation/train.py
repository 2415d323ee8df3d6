"""Train a translator, in pieces of limited time if wanted.

``python -m core.translation.train --data PATH --model attention --direction zh-en
--checkpoint FILE --minutes 25`` goes on where the checkpoint ends. Deterministic on one machine.
"""

import argparse
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import cast

import torch

from core.translation.batches import batches, examples
from core.translation.files import FOLDER, KINDS, Kind, Settings, pieces_digest, write_network
from core.translation.pairs import read_pairs, split
from core.translation.pieces import Language
from core.translation.training import Training, loss_on

UPDATES = 3200

_REPORT = 100  # updates between two lines of progress


def train(settings: Settings, data: Path, checkpoint: Path, minutes: float) -> Training:
    """Go on until all updates are done, or the time is over."""
    parts = split(read_pairs(data))
    learned = examples(parts.train, settings.source, settings.target)
    training = Training(settings)
    if checkpoint.exists():
        training.resume(checkpoint)
    began, losses = time.monotonic(), []
    for batch in batches(learned, training.generator(), training.update):
        if training.update >= settings.updates or time.monotonic() - began > 60 * minutes:
            break
        losses.append(training.learn(batch))
        if training.update % _REPORT == 0:
            _report(training, sum(losses) / len(losses))
            losses = []
            training.save(checkpoint)
    training.save(checkpoint)
    searched = examples(parts.search, settings.source, settings.target)
    _say(f"loss on the search set {loss_on(training.network, searched):.4f}")
    return training


def _report(training: Training, loss: float) -> None:
    settings, each = training.settings, training.seconds / training.update
    left = (settings.updates - training.update) * each / 60
    _say(
        f"{settings.name} {settings.rate:g}: {training.update} of {settings.updates}, "
        f"loss {loss:.3f}, {training.seconds / 60:.1f} min of processor time, {left:.1f} left"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _settings(chosen: argparse.Namespace) -> Settings:
    source, target = cast(tuple[Language, Language], chosen.direction.split("-"))
    kind = cast(Kind, chosen.model)
    numbers = chosen.updates, chosen.rate, chosen.dropped, chosen.seed
    return Settings(kind, source, target, *numbers)


def _notes(training: Training, data: Path) -> dict[str, str]:
    return {
        "data": "pairs of sentences of tatoeba.org",
        "licence": "CC BY 2.0 FR, the contributors of Tatoeba",
        "data_sha256": sha256(data.read_bytes()).hexdigest(),
        "pieces_sha256": pieces_digest(),
        "processor_minutes": f"{training.seconds / 60:.1f}",
        "torch": torch.__version__,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a file of pairs")
    parser.add_argument("--model", choices=KINDS, required=True)
    parser.add_argument("--direction", choices=("zh-en", "en-zh"), required=True)
    parser.add_argument("--rate", type=float, default=2e-3, help="of learning")
    parser.add_argument("--dropped", type=float, default=0.05, help="share of numbers")
    parser.add_argument("--updates", type=int, default=UPDATES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--search", action="store_true", help="write no file at the end")
    parser.add_argument("--checkpoint", type=Path, required=True, help="made, or gone on from")
    parser.add_argument("--minutes", type=float, default=25.0, help="until the next pause")
    return parser.parse_args()


if __name__ == "__main__":
    torch.set_num_threads(1)
    arguments = _arguments()
    made = train(_settings(arguments), arguments.data, arguments.checkpoint, arguments.minutes)
    if made.update == made.settings.updates and not arguments.search:
        file = FOLDER / f"{made.settings.name}.safetensors"
        write_network(file, made.network, made.settings, _notes(made, arguments.data))
