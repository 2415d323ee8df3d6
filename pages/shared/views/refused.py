"""Why something cannot be shown now, and what the reader can do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import InputError
from pages.shared.text import Text
from pages.shared.views.told import told


class PageEnds(Exception):  # noqa: N818 -- nothing went wrong here
    """The page has said why it ends here; what surrounds it is drawn all the same.

    Streamlit's own stop would end that, too, and a link would seem not to have arrived.
    """


@contextmanager
def ends(text: Text, place: str, first: Callable[[], object] = lambda: None) -> Iterator[None]:
    """End the page, with the reason, if what it shows cannot be computed.

    Args:
        text: The reader's texts.
        place: The page's name.
        first: Draws what stands above the reason, where the reader can choose something else.

    Raises:
        PageEnds: In that case.
    """
    try:
        yield
    except InputError as problem:
        first()
        refused(text, problem, place)
        raise PageEnds from None


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
