"""A finished race of the defaults, kept in a file, and what sizes of state come to.

The file holds the parameters that everybody ended with; its metadata, as JSON, the race, losses
and accuracies of every snapshot, seconds of computing, and how far linear attention gets with
each size of its state. ``python -m core.training.record`` makes it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from core.arrays import Array
from core.training.contenders import CONTENDERS, LINEAR, Contender, Design, parameters_of, restored
from core.training.networks import STATES
from core.training.race import Race, Snapshot, begun, race, weights_of
from core.training.tasks import Task, TaskKind

FILE = Path(__file__).parent / "recorded.safetensors"

SWEPT: tuple[TaskKind, ...] = ("recall", "pairs")
"""The tasks whose answers have to be kept in a state."""


@dataclass(frozen=True)
class Recording:
    """A race that was run before, by the command.

    Attributes:
        race: What was asked for.
        snapshots: All of them, as a fresh run gives them; those before the first step and after
            the last have weights and parameters, the others are summaries.
        seconds: Of computing, for each contender.
        by_state: For each of ``SWEPT``, the accuracies of linear attention alone, ``(state,
            distance)``, after as many steps, for each of ``STATES``.
    """

    race: Race
    snapshots: tuple[Snapshot, ...]
    seconds: Mapping[Contender, float]
    by_state: Mapping[TaskKind, Array]

    def rises(self, task: TaskKind) -> bool:
        """Tell whether each size of state answers more than the one before."""
        right = self.by_state[task].mean(axis=1)
        return bool((np.diff(right) > 0).all())


def races_by_state(race: Race) -> Iterator[Race]:
    """The same race for linear attention alone, once for each of ``STATES``."""
    for state in STATES:
        yield replace(race, contenders=LINEAR, design=replace(race.design, state=state))


def accuracy_by_state(it: Race) -> Array:
    """``(state, distance)``: how linear attention answers in the end, with the first seed.

    Raises:
        InputError: ``budget_too_small``, as `core.training.race.race`.
    """
    found = []
    for each in races_by_state(replace(it, seeds=1)):
        *_, last = race(each)
        found.append(last.accuracy)
    return np.array(found)


def save(
    it: Race,
    snapshots: Iterable[Snapshot],
    seconds: Mapping[Contender, float],
    by_state: Mapping[TaskKind, Array],
    file: Path = FILE,
) -> None:
    """Write a race with one seed.

    Args:
        it: What was asked for.
        snapshots: All that it gave.
        seconds: Of computing, for each contender.
        by_state: As in :class:`Recording`.
        file: Where to.
    """
    rows, numbers = [], {}
    for one in snapshots:
        rows.append([one.contender, one.step, one.loss, one.accuracy.tolist()])
        for name, values in (one.parameters or {}).items():
            numbers[f"{one.contender}.{name}"] = values  # the last ones stay
    metadata = {
        "race": json.dumps(asdict(it)),
        "snapshots": json.dumps(rows),
        "seconds": json.dumps(seconds),
        "by_state": json.dumps({task: found.tolist() for task, found in by_state.items()}),
    }
    save_file(numbers, file, metadata)


@cache
def recorded(file: Path = FILE) -> Recording:
    """Read the recording once.

    Raises:
        OSError: If there is no file.
    """
    with safe_open(file, "np") as opened:
        told = {name: json.loads(text) for name, text in opened.metadata().items()}
        numbers = {name: opened.get_tensor(name) for name in sorted(opened.keys())}
    it = _race(told["race"])
    snapshots = tuple(_snapshot(it, row, numbers) for row in told["snapshots"])
    by_state = {task: np.array(found) for task, found in told["by_state"].items()}
    return Recording(it, snapshots, told["seconds"], by_state)


def _race(told: dict[str, Any]) -> Race:
    design = dict(told.pop("design"))
    task = Task(**design.pop("task"))
    wanted = told.pop("contenders")
    contenders: tuple[Contender, ...] = tuple(CONTENDERS[CONTENDERS.index(it)] for it in wanted)
    return Race(Design(task, **design), contenders, **told)


def _snapshot(it: Race, row: list[Any], numbers: Mapping[str, Array]) -> Snapshot:
    contender, step, loss, accuracy = row
    found = Snapshot(contender, it.seed, step, loss, np.array(accuracy), None, None)
    if 0 < step < _last(it):
        return found
    network = begun(it, contender, it.seed)
    if step:
        start = f"{contender}."
        own = {
            name.removeprefix(start): numbers[name] for name in numbers if name.startswith(start)
        }
        network = restored(contender, it.design, own)
    parameters = parameters_of(network)
    return replace(found, weights=weights_of(network, it.seed), parameters=parameters)


def _last(it: Race) -> int:
    return it.learned(it.contenders[0], it.snapshots)
