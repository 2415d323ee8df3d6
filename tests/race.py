"""The default race over several seeds: ``python -m tests.race --seeds 5 --task recall``.

Prints every contender's accuracy by distance as mean ± standard deviation over seeds, with
parameters and seconds of computing on one thread; with ``--json`` all numbers as JSON.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from typing import Any, get_args

import numpy as np
import torch

from core.reader.training import DISTANCES, TrainingChoice
from core.training.race import race, sizes
from core.training.tasks import TaskKind


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--task", choices=get_args(TaskKind), default="recall")
    parser.add_argument("--distance", type=int, choices=DISTANCES, default=DISTANCES[-1])
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = measured(options.task, options.seeds, options.distance)
    sys.stdout.write(json.dumps(found, indent=2) + "\n" if options.json else table(found))


def measured(task: TaskKind, seeds: int, distance: int) -> dict[str, Any]:
    """Every contender's last accuracies, its parameters and its seconds."""
    it = TrainingChoice(training_task=task, training_distance=distance, training_seeds=seeds).race
    last: dict[str, dict[int, list[float]]] = defaultdict(dict)
    seconds: dict[str, float] = defaultdict(float)
    begin = time.thread_time()
    for snapshot in race(it):
        seconds[snapshot.contender] += time.thread_time() - begin
        last[snapshot.contender][snapshot.seed] = snapshot.accuracy.tolist()
        begin = time.thread_time()
    return {
        "task": task,
        "steps": it.steps,
        "chance": it.design.task.chance,
        "distances": it.design.task.distances,
        "contenders": {
            name: {
                "parameters": parameters,
                "seconds": seconds[name] / seeds,
                "accuracy": list(last[name].values()),
            }
            for name, parameters in zip(it.contenders, sizes(it.contenders, it.design), strict=True)
        },
    }


def table(found: dict[str, Any]) -> str:
    """The same as a Markdown table."""
    head = ["contender", "parameters", "seconds", *map(str, found["distances"])]
    lines = [head, ["---"] * len(head)]
    for name, it in found["contenders"].items():
        accuracy = np.array(it["accuracy"])  # (seed, distance)
        cells = [
            f"{mean:.2f} ± {spread:.2f}"
            for mean, spread in zip(accuracy.mean(0), accuracy.std(0), strict=True)
        ]
        lines.append([name, f"{it['parameters']:,}", f"{it['seconds']:.1f}", *cells])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
