"""The learning path: five steps from the idea to what is built on it."""

from pages.shared import frame
from pages.shared.views.papers import papers
from pages.shared.views.path import path

text = frame.open_page("path")
path(text)
papers(text, "bahdanau", "vaswani", "phuong", "devlin", "clark", "tang", "haviv", "kobayashi")
