"""Why something cannot be shown now, and what the reader can do."""

import streamlit as st

from core.errors import InputError
from pages.shared.text import Text
from pages.shared.views.told import told


class PageEnds(Exception):  # noqa: N818 -- nothing went wrong here
    """The page has said why it ends here; what surrounds it is drawn all the same.

    Streamlit's own stop would end that, too, and a link would seem not to have arrived.
    """


def refused(text: Text, problem: InputError, place: str) -> None:
    """The reason; if others are computing, also a way to try again, and a page that is light.

    Args:
        text: The reader's texts.
        problem: The reason.
        place: Where on the page, as part of keys.
    """
    if problem.code != "busy":
        st.error(told(text, problem))
        return
    st.warning(told(text, problem))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(text("busy.again"), key=f"again.{place}", icon=":material/refresh:")
        st.page_link("pages/explore.py", label=text("explore.menu"), icon="🔦")
