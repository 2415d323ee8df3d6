"""What popular explanations get wrong, each with the state that shows it."""

from pages.shared import frame
from pages.shared.views.corrections import corrections

text = frame.open_page("corrections")
corrections(text)
