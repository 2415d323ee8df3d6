"""Run the race of the defaults and keep it: ``python -m core.training.record``.

Prints what it took on one thread: seconds of processor time for each contender and in all; then
the accuracies of linear attention by the size of its state.
"""

import sys
import time
from collections import defaultdict

import torch

from core.arrays import Array
from core.reader.training import TrainingChoice
from core.training.contenders import Contender
from core.training.networks import STATES
from core.training.race import race
from core.training.recording import SWEPT, accuracy_by_state, save
from core.training.tasks import TaskKind


def main() -> None:
    """Run, print, write."""
    torch.set_num_threads(1)
    it = TrainingChoice().race
    seconds: dict[Contender, float] = defaultdict(float)
    snapshots, begin = [], time.thread_time()
    for snapshot in race(it):
        seconds[snapshot.contender] += time.thread_time() - begin
        snapshots.append(snapshot)
        begin = time.thread_time()
    for name, took in seconds.items():
        sys.stdout.write(f"{name} {took:.1f} s\n")
    sys.stdout.write(f"in all {sum(seconds.values()):.1f} s\n")
    by_state: dict[TaskKind, Array] = {
        task: accuracy_by_state(TrainingChoice(task).race) for task in SWEPT
    }
    for task, found in by_state.items():
        for state, accuracy in zip(STATES, found, strict=True):
            sys.stdout.write(f"{task}, {state} numbers: {accuracy.round(2).tolist()}\n")
    save(it, snapshots, {name: round(took, 2) for name, took in seconds.items()}, by_state)


if __name__ == "__main__":
    main()
