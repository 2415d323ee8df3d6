"""The settings of a race as a file, and how a run is repeated from one."""

import json
from dataclasses import asdict

from core.choices import reading
from core.choices.exploration_file import from_file
from core.choices.training import READERS, RUN, TrainingChoice
from core.errors import InputError
from core.training.contenders import LEARNING_RATES
from core.training.race import BATCH


def as_json(choice: TrainingChoice) -> str:
    """The settings as a file's content, and what was not to be chosen."""
    rates = {name: LEARNING_RATES[name] for name in choice.training_contenders}
    fixed = {"optimiser": "Adam", "learning_rates": rates, "batch": BATCH}
    settings = {name: value for name, value in asdict(choice).items() if name not in RUN}
    return json.dumps(settings | fixed, indent=2)


def from_json(content: bytes) -> tuple[TrainingChoice, tuple[str, ...]]:
    """The settings in a file, and the names of those that were not usable.

    A file with a whole exploration has them as well, among its fields.

    Raises:
        InputError: ``file_too_large``; ``training_file`` if it is no file of settings at all;
            ``training_unusable`` if none of them is usable.
    """
    try:
        found = from_file(content)
    except InputError as problem:
        if problem.code == "file_too_large":
            raise
        raise InputError("training_file") from problem
    readers = {name: reader for name, reader in READERS.items() if name not in RUN}
    unusable = readers.keys() & {*found.unusable}
    usable = {name: value for name, value in found.fields.items() if name in readers}
    if not usable:
        raise InputError("training_unusable" if unusable else "training_file")
    choice, _ = reading.read(TrainingChoice, readers, usable)
    return choice, tuple(sorted(unusable))
