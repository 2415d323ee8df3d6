"""What popular explanations get wrong, each with the state that shows it."""

from core.choices.corrections import READERS, CorrectionsChoice
from pages.shared import frame
from pages.shared.reader import state, widgets
from pages.shared.views.corrections.claims import corrections
from pages.shared.views.questions import questions

text = frame.open_page("corrections")
corrections(text, widgets.remembered(CorrectionsChoice, READERS).corrections_open)
questions(text, "corrections", state.scene())
