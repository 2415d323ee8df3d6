"""Models other than the built-in ones, loaded in the background, once for the whole server.

Nothing of a reader is kept here but the names of models that are under way or could not be loaded.
"""

import logging
import threading
from typing import NamedTuple

from core.errors import InputError
from core.models import packaged
from core.models.hub import check_allowed
from core.models.next_word import Speaker
from core.models.pieces import Keep
from core.models.run import Attention
from core.reader.model import BILINGUAL, PACKAGED
from core.sources.families import FamilySource
from core.sources.pretrained import PretrainedSource
from pages.shared.server import limits

MOST = 16
"""Models that are under way or failed; the oldest failure is forgotten first."""

BUILT_IN = {PACKAGED: packaged.NAME, BILINGUAL: BILINGUAL}
"""What choices call the models that need no loading in the background, and their names."""

_LOG = logging.getLogger(__name__)


class Report(NamedTuple):
    """How far a model is.

    Attributes:
        stage: ``waiting`` for others, ``checking``, ``downloading`` or ``loading``.
        done: Bytes, while downloading.
        total: Bytes in all, or 0.
        problem: Why it could not be loaded, if so.
    """

    stage: str
    done: int = 0
    total: int = 0
    problem: InputError | None = None


_guard = threading.Lock()
_one_at_a_time = threading.Lock()
_reports: dict[str, Report] = {}


def source(
    name: str, part: Keep, attention: Attention = "encoder"
) -> PretrainedSource | FamilySource:
    """The model of this name as a source; nothing is loaded yet."""
    if name in BUILT_IN:
        return PretrainedSource(limits.of_pieces(), keep=part, model=BUILT_IN[name])
    return FamilySource(name, keep=part, attention=attention)


def speaker(name: str) -> Speaker | None:
    """The model with its head for the next piece, if it has one.

    Raises:
        InputError: As `core.sources.families.FamilySource.load`.
    """
    return None if name in BUILT_IN else FamilySource(name).speaker()


def ready(name: str) -> bool:
    """Whether a model can be used; if not, it is being loaded from now on.

    Raises:
        InputError: ``model_not_allowed``, ``loading_is_busy``, or what went wrong when it was
            loaded; :func:`forget` lets it be tried again.
    """
    if name in BUILT_IN or FamilySource(name).loaded:
        return True
    with _guard:
        report = _reports.get(name)
        if report is None:
            _make_room()
            _reports[name] = Report("waiting")
            threading.Thread(target=_load, args=(name,), daemon=True).start()
        elif report.problem:
            raise _told_anew(report.problem)
    return False


def report(name: str) -> Report | None:
    """How far a model is; ``None`` if it is loaded, or was never asked for."""
    check_allowed(name)
    with _guard:
        return _reports.get(name)


def forget(name: str) -> None:
    """Let a model that could not be loaded be tried again."""
    with _guard:
        found = _reports.get(name)
        if found and found.problem:
            del _reports[name]


def _load(name: str) -> None:
    try:
        with _one_at_a_time:
            FamilySource(name).load(lambda *at: _note(name, Report(*at)))
    except InputError as problem:
        _note(name, Report("failed", problem=_told_anew(problem)))
    except Exception:  # the thread's last word: readers would wait for ever
        _LOG.exception("A model could not be loaded")
        _note(name, Report("failed", problem=InputError("model_fails", name=name)))
    else:
        with _guard:
            del _reports[name]


def _note(name: str, what: Report) -> None:
    with _guard:
        _reports[name] = what


def _told_anew(problem: InputError) -> InputError:
    """The same without its traceback, which would keep what was at work when it was raised."""
    return InputError(problem.code, **problem.values)


def _make_room() -> None:
    if len(_reports) >= MOST:
        failed = [name for name, it in _reports.items() if it.problem]
        if not failed:
            raise InputError("loading_is_busy", count=len(_reports))
        del _reports[failed[0]]
