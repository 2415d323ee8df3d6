"""Races that were run once: ``python -m tests.learned`` runs them again and writes them down.

`tests/core/training/test_learned.py` compares them with fresh ones; whoever changes what networks
learn runs the command, and reads what became of the figures.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from core.reader.training import TrainingChoice
from core.training.race import Race, Snapshot, race

FILE = Path(__file__).with_name("learned.json")

RACES: Mapping[str, Race] = {
    "recall": TrainingChoice(training_task="recall", training_seed=0).race,
    "pairs": TrainingChoice(training_task="pairs", training_seed=1).race,
    "parity": TrainingChoice(training_task="parity", training_seed=1).race,
    "long": replace(TrainingChoice(training_contenders=("gru",)).race, steps=500),
}
"""The default settings of each task, and one contender that learns for longer."""


def fresh(name: str) -> list[Snapshot]:
    """Run one of them: every contender after every slice, without the large parts."""
    return [it.summary for it in race(RACES[name])]


def kept(name: str) -> list[Snapshot]:
    """Read what one of them gave, as :func:`fresh`."""
    return [
        Snapshot(contender, seed, step, loss, np.array(accuracy), None, None)
        for contender, seed, step, loss, accuracy in _written()[name]
    ]


def main() -> None:
    """Write them all down, one snapshot a line."""
    torch.set_num_threads(1)
    parts = []
    for name in RACES:
        lines = ",\n  ".join(json.dumps(_row(it)) for it in fresh(name))
        parts.append(f' "{name}": [\n  {lines}\n ]')
    FILE.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def _row(it: Snapshot) -> list[object]:
    accuracy = [round(float(level), 4) for level in it.accuracy]
    return [it.contender, it.seed, it.step, round(it.loss, 4), accuracy]


@cache
def _written() -> dict[str, list[tuple]]:
    return json.loads(FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
