"""What to notice on the page, and where the picture breaks down, with the shown numbers."""

from core.ideas.why import agreeing, concentration
from pages.shared.text import Text
from pages.shared.views.why.translating import Translating


def noticed(text: Text, shown: Translating) -> str:
    """The remarks, as Markdown."""
    shares = {kind: f"{concentration(made):.0%}" for kind, made in shown.made.items()}
    return text("why.notice", **shares)


def limits(text: Text, shown: Translating) -> str:
    """What the picture does not say, as Markdown."""
    found = {kind: agreeing(shown.made[kind]) for kind in ("attention", "transformer")}
    return text("why.limits", of=len(shown.written), **found)
