"""The table of contents: which pages there are, in their order, as data only."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A page.

    Attributes:
        chapter: The label ``chapter.<chapter>`` names it.
        name: The file's name, the address, and the start of its labels' keys.
        icon: A Material symbol.
    """

    chapter: str
    name: str
    icon: str

    @property
    def path(self) -> str:
        """The page's file, from the project's root."""
        return f"pages/{self.name}.py"


CONTENTS = (Entry("look", "explore", ":material/grid_on:"),)
