"""The sentence and the layer that several pages share, as they were noted."""

from core.choices.explore import READERS, Choice
from core.tokens import tokenize
from pages.shared.reports.taken import chosen, shown
from pages.shared.state import Scene, made
from pages.shared.text import Text

_LAYER = ("unit", "source", "seed", "d_model", "d_k", "d_v", "n_heads", "scaled", "temperature")
_ORDER = ("positions", "mask")


def scene() -> Scene:
    """What the pages about the reader's sentence show, without touching a widget."""
    choice = chosen(Choice, READERS)
    tokens = tokenize(choice.sentence, choice.unit)
    return made(choice.within(len(tokens.kept)), tokens)


def layer_settings(text: Text, choice: Choice) -> dict[str, str]:
    """What the layer's controls show, and how many numbers were changed by hand."""
    edited = {"edits": str(len(choice.edits))}
    return shown(text, choice, *_LAYER, *_ORDER) | edited
