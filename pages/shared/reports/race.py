"""The settings of a race, wherever its networks are shown."""

from core.reader.training import TrainingChoice
from pages.shared.reports.chosen import every
from pages.shared.text import Text
from pages.shared.views.contenders import contender


def race_settings(text: Text, choice: TrainingChoice, *without: str) -> dict[str, str]:
    """What was trained, and which head and pair of places are looked at.

    Args:
        text: The reader's language.
        choice: The choice, looking at a head and at places that exist.
        without: Fields to be left out.
    """
    design = choice.race.design
    named = {
        "training_inside": contender(text, choice.training_inside, design),
        "training_contenders": text("sentence.comma").join(
            contender(text, name, design) for name in choice.training_contenders
        ),
    }
    found = every(text, choice, ("training_sequence",))
    return {name: named.get(name, told) for name, told in found.items() if name not in without}
