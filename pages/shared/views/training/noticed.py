"""What to notice: what a race has shown, or what to expect of one."""

import streamlit as st

from core.training.contenders import ATTENTION, Contender, Design
from core.training.findings import Each, Far, Finding, Value, Who, findings
from core.training.learning import averaged
from core.training.race import Race
from pages.shared.server.worker import Progress
from pages.shared.text import Text
from pages.shared.views.contenders import contender


def noticed(text: Text, chosen: Race, found: Progress | None) -> None:
    """What came of a race that is over; before, what comes of one at the default settings."""
    told = findings(found.race, found.snapshots) if found and not found.busy else ()
    if not found or not told:
        kind = found.race.design.task.kind if found else chosen.design.task.kind
        st.caption(text("training.expected"))
        st.markdown(text(f"training.expected.{kind}"))
        return
    st.caption(_computed(text, found))
    st.markdown("\n".join(f"- {sentence(text, found.race.design, it)}" for it in told))


def sentence(text: Text, design: Design, finding: Finding) -> str:
    """A finding in the reader's language."""
    told = {name: _told(text, design, value) for name, value in finding.values.items()}
    return text(f"training.found.{design.task.kind}.{finding.name}", **told)


def _computed(text: Text, progress: Progress) -> str:
    task, runs = progress.race.design.task, averaged(progress.snapshots)
    sizes = "training.noticed.sizes_counted" if task.kind == "parity" else "training.noticed.sizes"
    return text(
        "training.noticed.several" if runs > 1 else "training.noticed.one",
        runs=runs,
        task=text(f"training_task.{task.kind}"),
        sizes=text(sizes, n=task.length, last=task.distances[-1]),
        steps=f"{max(snapshot.step for snapshot in progress.snapshots):,}",
    )


def _told(text: Text, design: Design, value: Value) -> str:
    match value:
        case Who(names):
            return text("sentence.comma").join(_named(text, name, design) for name in names)
        case Far(tokens):
            return str(tokens) if tokens else text("training.found.nowhere")
        case Each(of):
            return text("sentence.comma").join(
                text(
                    "training.found.far",
                    name=_named(text, name, design),
                    far=_told(text, design, it),
                )
                for name, it in of
            )
        case float():
            return f"{value:.1%}" if value == design.task.chance else f"{value:.0%}"
        case _:
            return str(value)


def _named(text: Text, name: Contender, design: Design) -> str:
    """Attention by its positions: its whole name has a comma."""
    if name in ATTENTION:
        return text(f"training.positions.{name}")
    return contender(text, name, design)
