"""A part of Explore alone, as a card for a slide or for a frame on somebody else's page."""

import streamlit as st

from pages.shared import controls, names
from pages.shared.stage.explored import Explored
from pages.shared.stage.picture import stage
from pages.shared.text import Text
from pages.shared.views.arithmetic import arithmetic
from pages.shared.views.badge import badge
from pages.shared.views.highlight import highlight
from pages.shared.views.steps import steps

_ALONE = """\
<style>
  .stMainBlockContainer { padding: 0.75rem; }
  [data-testid="stHeader"], .st-key-page_head, .st-key-lead_explore { display: none; }
</style>"""


def card(text: Text, it: Explored) -> None:
    """Draw the part that the address asks for, and where its numbers come from."""
    st.html(_ALONE)
    match it.stage.view:
        case "stage":
            stage(text, it)
            return
        case "sentence":
            highlight(text, it.opened, controls.standings(it.scene))
        case "why":
            arithmetic(text, it.opened, it.rules)
        case "maps":
            steps(text, it.opened, names.contents(text, it.scene.choice), it.rules)
    badge(text, it.trace.origin)
