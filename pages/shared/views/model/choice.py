"""Which model reads the text; another one is loaded while the page stays usable."""

import streamlit as st

from core.errors import InputError
from core.models.gguf import package
from core.models.hub import COMMAND, gguf_file, is_open, largest, offered
from core.models.opening import FAMILIES
from core.reader.model import BILINGUAL, PACKAGED
from pages.shared.reader.model import ModelScene
from pages.shared.reader.session import change, showing
from pages.shared.server import loading
from pages.shared.text import Text, plain
from pages.shared.views.told import told

_MEGABYTE = 1_000_000
_EVERY = 0.7  # seconds between two looks at a model that is being loaded


def model_control(text: Text, scene: ModelScene) -> None:
    """The models to choose from, behind a button with the name of the one that is shown."""
    waits = scene.trouble is None and scene.shown != scene.choice.model_name
    name = scene.choice.model_name if waits else scene.run.trace.origin.detail
    button = "model_name.waits" if waits else "model_name.button"
    key = f"model_popover.{scene.choice.model_name}"  # a new one is closed
    with st.popover(text(button, name=plain(name)), icon=":material/deployed_code:", key=key):
        names = dict.fromkeys((*loading.BUILT_IN, *offered(), scene.choice.model_name))
        st.selectbox(
            text("model_name.label"),
            list(names),
            format_func=lambda it: loading.BUILT_IN.get(it, it or ""),
            key=showing("model_name"),
            accept_new_options=is_open(),
            width=420,
        )
        st.caption(_about(text, scene))
        known = text("sentence.comma").join(FAMILIES)
        if is_open():
            told = {"example": "openai-community/gpt2", "limit": largest() // _MEGABYTE}
            st.caption(text("model_name.open", families=known, **told))
        else:
            st.caption(text("model_name.closed", families=known, command=COMMAND))
        if not package.installed():
            get = {"name": package.NAME, "command": package.COMMAND}
            st.caption(text("model_name.package", **get))


def _about(text: Text, scene: ModelScene) -> str:
    """What the shown model is, and on what it runs."""
    layers, heads = scene.shape
    name = plain(scene.run.trace.origin.detail)
    other = "gguf" if gguf_file(scene.shown) else "other"
    known = {PACKAGED: "packaged", BILINGUAL: "bilingual"}.get(scene.shown, other)
    return text(f"model.about.{known}", name=name, layers=layers, heads=heads)


def model_notices(text: Text, scene: ModelScene) -> None:
    """How far the chosen model is, or why it is not the one that is shown."""
    if scene.trouble:
        _trouble(text, scene, scene.trouble)
    elif scene.shown != scene.choice.model_name:
        _progress(text, scene.choice.model_name, loading.BUILT_IN[scene.shown])


def suggestion(text: Text, scene: ModelScene) -> None:
    """The model that reads Chinese, where the other one does not."""
    pieces = scene.run.pieces
    chinese = any("\u4e00" <= character <= "\u9fff" for character in pieces.sentence)
    if scene.shown == PACKAGED and chinese:
        st.button(
            text("model_name.chinese", name=BILINGUAL),
            key="model_take_chinese",
            on_click=change,
            kwargs={"model_name": BILINGUAL},
            icon=":material/translate:",
        )


def _trouble(text: Text, scene: ModelScene, trouble: InputError) -> None:
    name, shown = scene.choice.model_name, loading.BUILT_IN[scene.shown]
    st.warning(text.joined(told(text, trouble), text("model_name.instead", name=shown)))
    if name not in loading.BUILT_IN:
        st.button(
            text("busy.again"),
            key="model_again",
            on_click=loading.forget,
            args=(name,),
            icon=":material/refresh:",
        )


@st.fragment(run_every=_EVERY)
def _progress(text: Text, name: str, shown: str) -> None:
    """How far the model is; the whole page is drawn anew when it is there."""
    report = loading.report(name)
    if report is None or report.problem:
        st.rerun()
    share = report.done / report.total if report.total else 0.0
    how_far = text(
        f"loading.{report.stage}",
        name=plain(name),
        done=report.done // _MEGABYTE,
        total=report.total // _MEGABYTE,
    )
    st.progress(min(share, 1.0), how_far)
    st.caption(text("loading.meanwhile", name=shown))
