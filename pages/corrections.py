"""What popular explanations get wrong, each with the state that shows it."""

from core.reader.ideas import CorrectionsChoice
from core.reader.scene import scene_of
from pages.shared import frame
from pages.shared.reader.session import reader
from pages.shared.views.corrections.claims import corrections
from pages.shared.views.questions import questions

text = frame.open_page("corrections")
corrections(text, reader().record(CorrectionsChoice).corrections_open)
questions(text, "corrections", scene_of(reader()))
