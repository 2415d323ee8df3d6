"""The learning path: five steps from the idea to what is built on it."""

from core.reader.scene import scene_of
from pages.shared import frame
from pages.shared.reader.session import reader
from pages.shared.views.papers import papers
from pages.shared.views.path.steps import path
from pages.shared.views.questions import questions

text = frame.open_page("path")
path(text)
questions(text, "path", scene_of(reader()))
papers(text, "bahdanau", "vaswani", "phuong", "devlin", "clark", "tang", "haviv", "kobayashi")
