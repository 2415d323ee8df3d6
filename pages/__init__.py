"""The table of contents: which pages there are, in their order, as data only."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A page.

    Attributes:
        chapter: The label ``chapter.<chapter>`` names it.
        name: The file's name, the address, and the start of its labels' keys.
        icon: An emoji; a Material symbol as the tab's icon would be fetched from another host.
    """

    chapter: str
    name: str
    icon: str

    @property
    def path(self) -> str:
        """The page's file, from the project's root."""
        return f"pages/{self.name}.py"


CONTENTS = (
    Entry("look", "explore", "🔦"),
    Entry("look", "path", "🧭"),
    Entry("look", "model", "🧠"),
    Entry("look", "upload", "📦"),
    Entry("ideas", "why", "💡"),
    Entry("ideas", "cross", "🔀"),
    Entry("ideas", "heads", "🐙"),
    Entry("ideas", "positions", "🔢"),
    Entry("ideas", "reach", "🔭"),
    Entry("ideas", "buffet", "🍽️"),
    Entry("ideas", "cost", "⏱️"),
    Entry("ideas", "training", "🏋️"),
    Entry("ideas", "corrections", "🧐"),
)
