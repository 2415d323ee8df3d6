"""A reader's races at the worker: the one of the page about training, and Explore's."""

from typing import Literal

from core.errors import InputError
from core.reader.training import TrainingChoice
from core.training.race import Race
from pages.shared.reader.session import reader, session
from pages.shared.server.worker import Progress, recording, worker

Name = Literal["training", "lesson"]


def progress(name: Name) -> Progress | None:
    """Give the reader's race of this name as it stands, if there is one."""
    return worker().look(session().races.get(name, ""))


def shown_training() -> Progress | None:
    """Give what the page about training shows: the reader's race, or a recording of the same."""
    own = progress("training")
    if own is None and reader().record(TrainingChoice).race == recording().race:
        return recording()
    return own


def begin(race: Race, name: Name) -> None:
    """Begin a race, or watch the same one that somebody else began; for callbacks."""
    tab = session()
    tab.refused.pop(name, None)
    try:
        tab.races[name] = worker().start(race)
    except InputError as reason:
        tab.refused[name] = reason


def stop(name: Name) -> None:
    """End a race that nobody else watches; for callbacks."""
    worker().stop(session().races.get(name, ""))
