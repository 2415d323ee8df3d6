"""A race to take away: its curves, its settings, its learned numbers; and to bring back."""

import csv
import io

import numpy as np
import streamlit as st

from core.errors import InputError
from core.reader.file import LARGEST_FILE, race_settings, take_race
from core.reader.training import chosen_race
from core.training.race import Snapshot
from core.training.tasks import Task
from pages.shared.reader.session import session
from pages.shared.saving import save_button, unread, was_read
from pages.shared.server.worker import Progress
from pages.shared.text import Text
from pages.shared.views.told import told

_UPLOAD = "training_upload"


def downloads(text: Text, progress: Progress) -> None:
    """Three files: curves, learned numbers, settings."""
    files = {
        "curves": ("csv", "text/csv", lambda: curves_csv(progress)),
        "parameters": ("npz", "application/octet-stream", lambda: parameters_npz(progress)),
        "settings": ("json", "application/json", lambda: race_settings(chosen_race(progress.race))),
    }
    with st.container(horizontal=True):
        for name, (ending, mime, content) in files.items():
            label = text(f"training.download.{name}")
            save_button(label, f"training_{name}.{ending}", mime, content)


def upload(text: Text) -> None:
    """A place for a file of settings, and what became of the last one."""
    st.file_uploader(
        text("training.upload"), type="json", key=_UPLOAD, max_upload_size=LARGEST_FILE // 10**6
    )
    tab = session()
    if problem := tab.refused.get(_UPLOAD):
        st.error(told(text, problem))
    elif tab.notice and tab.notice.file:
        st.success(text("training.upload.read"))


def curves_csv(progress: Progress) -> bytes:
    """Every snapshot, one line each; a byte order mark lets spreadsheets read it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    task: Task = progress.race.design.task
    accuracies = [f"accuracy_{distance}" for distance in task.distances]
    writer.writerow(["contender", "seed", "step", "loss", *accuracies])
    for snapshot in progress.snapshots:
        row = [snapshot.contender, snapshot.seed, snapshot.step, snapshot.loss]
        writer.writerow([*row, *snapshot.accuracy.tolist()])
    return buffer.getvalue().encode("utf-8-sig")


def parameters_npz(progress: Progress) -> bytes:
    """Learned numbers as ``contender.seed.step.name``; nothing but arrays, nothing pickled."""
    arrays = {}
    snapshots: list[Snapshot] = [
        snapshot for both in progress.networks.values() for snapshot in both
    ]
    for snapshot in snapshots:
        at = f"{snapshot.contender}.{snapshot.seed}.{snapshot.step}"
        for name, array in (snapshot.parameters or {}).items():
            arrays[f"{at}.{name}"] = array
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def take() -> None:
    """Choose what the file says that was given last; one that says nothing is named."""
    tab, file = session(), unread(_UPLOAD)
    if file is None:
        return
    tab.refused.pop(_UPLOAD, None)
    try:
        tab.reader, tab.notice = take_race(tab.reader, file.getvalue())
    except InputError as problem:
        tab.refused[_UPLOAD] = problem
    else:
        tab.renew()
    was_read(_UPLOAD)
