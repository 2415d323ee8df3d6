"""The whole exploration as a file."""

from core.choices.exploration_file import to_file
from pages.shared.reader.book import book
from pages.shared.saving import save_button
from pages.shared.text import Text


def exploration_file(text: Text, page: str, name: str = "attention-lab.json") -> None:
    """Everything that was chosen, on all pages.

    Args:
        text: The reader's language.
        page: The name of the page that is opened again.
        name: Of the file.
    """
    session = book()
    fields = {**session["fields"], **session["own"]}
    edits, language = session["edits"], session["language"] or ""
    save_button(
        text("take.download"),
        name,
        "application/json",
        lambda: to_file(page, fields, edits, language),
    )
