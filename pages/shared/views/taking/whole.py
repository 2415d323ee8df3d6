"""Everything that was chosen, on all pages, as a file."""

from core.reader.file import to_file
from pages.shared.reader.session import reader
from pages.shared.saving import save_button
from pages.shared.text import Text


def exploration_file(text: Text, name: str = "attention-lab.json") -> None:
    """Offer the file, which opens the present page again.

    Args:
        text: The reader's language.
        name: The file's.
    """
    chosen = reader()
    save_button(text("take.download"), name, "application/json", lambda: to_file(chosen))
