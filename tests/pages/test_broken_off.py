"""A run may be broken off at any moment by the reader's next action: nothing gets lost by it."""

import json
from collections.abc import Callable

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import (
    RerunData,
    RerunException,
    ScriptRunner,
    get_script_run_ctx,
)
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from core.reader.cells import BUFFET
from core.reader.file import race_settings, to_file
from core.reader.reader import Reader
from core.reader.training import TrainingChoice
from pages.shared.reader.session import Session
from pages.shared.reader.typed import Tables
from pages.shared.server import cache
from pages.shared.server.gate import Gate
from pages.shared.text import Text
from pages.shared.views.explore import everything
from pages.shared.views.taking import share
from tests.hostile import WEIGHTS, npz
from tests.pages.editors import editor_id, typed
from tests.pages.exploring import (
    button,
    choose,
    chosen,
    edit,
    edits_of,
    notes,
    of_matrix,
)
from tests.pages.test_address import address
from tests.pages.test_gate import busy, full

Visit = Callable[[str | None], AppTest]
EN = Text("en")
OWN = {"sentence": "my own words here", "d_k": 7}
EDITED = {of_matrix("w_q", 0, 0, 1): 1.5}
MOMENTS = (2, 30, 100)
"""Some of the moments of a run at which Streamlit looks for the next action, from 1; the first
ones lie before the page is drawn."""
STEPS = (
    *((Session, name) for name in ("arrive", "collect", "choose", "write", "keep")),
    *((share, "say_notice"), (share, "link"), (everything, "highlight"), (Tables, "offer")),
)

gate = full


class Broken:
    """Breaks one run off.

    Attributes:
        done: The run was broken off.
        held: What the browser's widgets hold, if that is known.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch, self.done = patch, False
        self.held: WidgetStates | None = None

    def send(self, app: AppTest, *more: WidgetState) -> AppTest:
        """Let the browser send what all widgets hold, now and with the next action."""
        changed = {it.id for it in more}
        held = app._tree.get_widget_states().widgets
        others = [it for it in held if it.id not in changed and not it.HasField("trigger_value")]
        self.held = WidgetStates(widgets=[*others, *more])
        return app._run(self.held)

    def at(self, owner: object, name: str, page: str | None = None, *sent: WidgetState) -> None:
        """Break off where a function is called for the first time from now on."""
        real = getattr(owner, name)

        def breaking(*given: object) -> object:
            if not self.done:
                self.act(page, *sent)
            return real(*given)

        self.patch.setattr(owner, name, breaking)

    def after(self, moments: int, page: str | None = None) -> None:
        """Break off where Streamlit looks for the n-th time whether the reader has acted."""
        real, left, self.done = (
            ScriptRunner._maybe_handle_execution_control_request,
            [moments],
            False,
        )

        def breaking(runner: ScriptRunner) -> None:
            left[0] -= runner._execing
            if not self.done and left[0] == 0:
                self.act(page)
            real(runner)

        self.patch.setattr(ScriptRunner, "_maybe_handle_execution_control_request", breaking)

    def act(self, page: str | None, *sent: WidgetState) -> None:
        """Do what the reader does next: anything here, or open another page by the menu."""
        self.done = True
        context = get_script_run_ctx()
        assert context
        here, query = context.page_script_hash, context.query_string
        if page is not None:
            here, query = calc_hash(page), ""
        states = WidgetStates(widgets=sent) if sent else self.held
        raise RerunException(RerunData(query, widget_states=states, page_script_hash=here))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(monkeypatch)


def numbers(app: AppTest, *cells: tuple[int, str, float]) -> WidgetState:
    """What the table of W_Q sends when numbers are typed into it."""
    return WidgetState(id=editor_id(app, "w_q"), json_value=json.dumps(typed(*cells)))


def follow_to(app: AppTest, page: str, **link: str) -> AppTest:
    """A link within the session; it is not run yet."""
    app.query_params.clear()
    for name, value in {"v": "1", **link}.items():
        app.query_params[name] = value
    return app.switch_page(f"pages/{page}.py")


def go(app: AppTest, page: str) -> AppTest:
    app.query_params.clear()
    return app.switch_page(f"pages/{page}.py").run()


def title(app: AppTest) -> str:
    return app.title[0].value


def with_own(app: AppTest) -> AppTest:
    return edit(choose(app, **OWN), "w_q", 0, 1, 1.5)


def assert_own(app: AppTest) -> None:
    assert {name: chosen(app, name) for name in OWN} == OWN
    assert edits_of(app) == EDITED


# What was chosen and typed


@pytest.mark.parametrize("elsewhere", [None, "cost"])
def test_nothing_is_lost_wherever_a_run_is_broken_off(
    open_dashboard: Visit, broken: Broken, elsewhere: str | None
):
    app = with_own(open_dashboard("en-US"))
    for step, moments in enumerate((*MOMENTS, 200)):
        sentence, number = f"words of step {step}", 2.0 + step
        broken.after(moments, elsewhere)
        app.text_input(key="sentence").set_value(sentence)
        broken.send(app, numbers(app, (0, "1", number)))
        assert broken.done, moments
        assert title(app) == EN(f"{elsewhere or 'explore'}.title"), moments
        if elsewhere:
            go(app, "explore")
        for _ in range(2):
            assert app.text_input(key="sentence").value == sentence, moments
            assert edits_of(app) == {of_matrix("w_q", 0, 0, 1): number}, moments
            assert len(notes(app).reader.past["handset"]) == 2 + step, moments
            app.run()


@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[name for _, name in STEPS])
def test_nothing_is_lost_though_a_step_of_the_run_is_not_reached(
    open_dashboard: Visit, broken: Broken, owner: object, name: str
):
    app = choose(open_dashboard("en-US"), d_k=7, shown_parameter="w_q")
    app.text_input(key="sentence").set_value(OWN["sentence"])
    broken.at(owner, name)
    broken.send(app, numbers(app, (0, "1", 1.5)))
    assert broken.done
    assert_own(app)
    assert address(app)["sentence"] == OWN["sentence"]


@pytest.mark.parametrize("through", ["explore", "cost"])
def test_a_number_that_is_typed_while_the_page_is_drawn_counts_at_once_and_once(
    open_dashboard: Visit, broken: Broken, through: str
):
    app = edit(open_dashboard("en-US"), "w_q", 0, 1, 1.5)
    broken.at(Tables, "offer", None, numbers(app, (0, "1", 1.5), (2, "1", 2.5)))
    choose(app, scaled=False)
    both = EDITED | {of_matrix("w_q", 0, 2, 1): 2.5}
    assert broken.done
    assert edits_of(app) == both
    if through == "cost":
        go(app, "cost")
        go(app, "explore")
    app.run()
    assert edits_of(app) == both
    assert len(notes(app).reader.past["handset"]) == 2


def test_a_number_that_is_typed_just_before_another_page_is_opened_counts(
    open_dashboard: Visit, broken: Broken
):
    app = edit(open_dashboard("en-US"), "w_q", 0, 1, 1.5)
    broken.at(Tables, "offer", "cost", numbers(app, (0, "1", 1.5), (2, "1", 2.5)))
    choose(app, scaled=False)
    assert title(app) == EN("cost.title")
    assert edits_of(app) == EDITED | {of_matrix("w_q", 0, 2, 1): 2.5}


def test_a_second_click_on_undo_finds_nothing_to_take_back(open_dashboard: Visit, broken: Broken):
    app = edit(open_dashboard("zh-CN"), "w_q", 0, 1, 1.5)
    undo = button(app, "edits.undo")
    broken.at(Tables, "offer", None, WidgetState(id=undo.proto.id, trigger_value=True))
    undo.click().run()
    assert broken.done
    assert not app.exception
    assert edits_of(app) == {}


def test_what_a_page_cannot_show_is_still_chosen(open_dashboard: Visit, broken: Broken):
    app = open_dashboard("en-US")
    app.segmented_control(key="source").set_value("trained")
    broken.at(Session, "choose", "heads")
    broken.send(app)
    assert broken.done
    assert title(app) == EN("heads.title")
    assert chosen(app, "source") == "trained"
    assert chosen(app.run(), "source") == "trained"


@pytest.mark.parametrize("moments", MOMENTS)
def test_another_page_shows_the_same_though_the_first_try_was_broken_off(
    open_dashboard: Visit, broken: Broken, moments: int
):
    app = choose(open_dashboard("en-US"), scaled=False, **OWN)
    broken.after(moments)
    go(app, "heads")
    assert broken.done
    for _ in range(2):
        assert app.text_input(key="sentence").value == OWN["sentence"]
        assert chosen(app, "scaled") is False
        app.run()


# Links


@pytest.mark.parametrize(("owner", "name"), STEPS[1:3] + STEPS[5:6], ids=str)
def test_a_link_that_is_left_before_its_page_is_drawn_is_not_taken_for_the_next_pages(
    open_dashboard: Visit, broken: Broken, owner: object, name: str
):
    app = with_own(open_dashboard("en-US"))
    broken.at(owner, name, "")
    follow_to(app, "buffet", buffet_walks="3").run()
    assert broken.done
    assert title(app) == EN("explore.title")
    assert_own(app)
    assert chosen(app, "buffet_walks") == 3
    assert not app.warning


def test_a_new_reader_who_leaves_a_link_before_it_is_drawn_keeps_what_it_says(
    cold_dashboard: Visit, broken: Broken
):
    app = cold_dashboard("en-US")
    for name, value in {"v": "1", "sentence": "my own words here", "d_k": "7"}.items():
        app.query_params[name] = value
    broken.at(share, "say_notice", "heads")
    app.run()
    assert broken.done
    assert {name: chosen(app, name) for name in OWN} == OWN


@pytest.mark.parametrize("moments", MOMENTS)
def test_a_link_opens_what_it_says_wherever_its_run_is_broken_off(
    open_dashboard: Visit, broken: Broken, moments: int
):
    app = with_own(open_dashboard("en-US"))
    broken.after(moments)
    follow_to(app, "explore", sentence="a link to these words", d_v="9", d_k="many").run()
    assert broken.done
    assert len(app.warning) == 1
    for _ in range(2):
        assert app.text_input(key="sentence").value == "a link to these words"
        assert {name: chosen(app, name) for name in ("d_k", "d_v")} == {"d_k": 4, "d_v": 9}
        assert edits_of(app) == {}
        app.run()
    assert not app.warning  # said once


def test_a_link_to_a_model_that_has_no_turn_leaves_other_pages_alone(
    open_dashboard: Visit, gate: Gate
):
    app = with_own(open_dashboard("en-US"))
    cache._runs.clear()
    follow_to(app, "model", model_layer="2")
    busy(gate, app.run)
    assert address(app)["model_layer"] == "2"
    go(app, "explore")
    assert_own(app)
    assert chosen(app, "model_layer") == 2


# Files


@pytest.mark.parametrize("moments", MOMENTS)
def test_a_file_is_taken_up_wherever_its_run_is_broken_off(
    open_dashboard: Visit, broken: Broken, moments: int
):
    app = with_own(open_dashboard("en-US"))
    app.session_state["take_away"] = True
    app.run()
    saved = Reader("en", "explore", fields={"d_v": 9, "cost_n": 96}, edits={"handset": EDITED})
    field = app.file_uploader(key="restore")
    field.set_value(("a.json", to_file(saved), "application/json"))
    broken.after(moments)
    broken.send(app)
    assert broken.done
    reader = notes(app).reader
    assert [reader[name] for name in ("d_v", "cost_n", "d_k")] == [9, 96, 4]
    assert reader.edits == {"handset": EDITED}
    choose(app, d_v=5)
    assert chosen(app, "d_v") == 5  # the file is not taken up once more


def test_a_file_of_another_page_leads_there_though_the_run_was_broken_off(
    open_dashboard: Visit, broken: Broken
):
    app = open_dashboard("en-US")
    app.session_state["take_away"] = True
    app.run()
    saved = to_file(Reader("en", "buffet", edits={BUFFET: {}}))
    app.file_uploader(key="restore").set_value(("a.json", saved, "application/json"))
    broken.at(Session, "renew")
    broken.send(app)
    assert broken.done
    assert title(app) == EN("buffet.title")


@pytest.mark.parametrize("moments", MOMENTS)
def test_settings_of_a_race_are_taken_up_wherever_the_run_is_broken_off(
    open_dashboard: Visit, broken: Broken, moments: int
):
    app = go(open_dashboard("en-US"), "training")
    content = race_settings(TrainingChoice(training_task="pairs", training_length=20)).encode()
    field = app.file_uploader(key="training_upload")
    field.set_value(("a.json", content, "application/json"))
    broken.after(moments)
    broken.send(app)
    assert broken.done
    assert (chosen(app, "training_task"), chosen(app, "training_length")) == ("pairs", 20)


@pytest.mark.parametrize("moments", MOMENTS)
def test_a_readers_own_tensors_are_shown_wherever_the_run_is_broken_off(
    open_dashboard: Visit, broken: Broken, moments: int
):
    app = go(open_dashboard("en-US"), "upload")
    field = app.file_uploader(key="upload_file")
    field.set_value(("own.npz", npz(weights=WEIGHTS), "application/zip"))
    broken.after(moments)
    broken.send(app)
    assert broken.done
    assert chosen(app, "upload_name") == "own.npz"
    assert notes(app).uploads.get("upload_file")
    assert not app.error
