"""A few large computations at once: who waits, in which order, for how long, and what it leaves."""

import threading
import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.reader.model import ModelChoice
from core.sources.pretrained import PretrainedSource
from pages.shared.server import cache, waiting
from pages.shared.server.gate import PLACES, Gate
from pages.shared.text import LANGUAGES, Text
from pages.shared.views import in_line
from tests.hostile import largest
from tests.pages.exploring import chosen, notes, select

Visit = Callable[[str | None], AppTest]

NEW = "A sentence that nobody has asked for yet."


class Clock:
    """Moves when somebody waits."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def told(self, _: int) -> None:
        self.now += 1.0


def silent(_: int) -> None:
    pass


def together(*work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=it) for it in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Counted:
    """How many were inside at once, and who was in which order."""

    def __init__(self, gate: Gate) -> None:
        self.gate, self.inside, self.most = gate, 0, 0
        self.order: list[object] = []
        self._lock = threading.Lock()

    def enter(self, key: object) -> None:
        with self.gate.turn(key, silent):
            with self._lock:
                self.inside += 1
                self.most = max(self.most, self.inside)
                self.order.append(key)
            time.sleep(0.005)
            with self._lock:
                self.inside -= 1


def test_no_more_than_the_places_are_inside_at_once():
    seen = Counted(Gate(places=2))
    together(*(lambda key=key: seen.enter(key) for key in range(12)))
    assert sorted(map(str, seen.order)) == sorted(map(str, range(12)))
    assert seen.most == 2


def test_equal_keys_are_never_inside_together_though_there_is_room():
    seen = Counted(Gate(places=5))
    together(*(lambda: seen.enter("same") for _ in range(5)))
    assert seen.most == 1


def test_who_is_inside_needs_no_second_place_for_the_same():
    gate = Gate(places=1)
    with gate.turn("a", silent):
        with gate.turn("a", silent):
            pass
        assert len(gate._line) == 1
    assert gate._line == []


def test_who_came_first_goes_first():
    gate = Gate(places=1)
    seen = Counted(gate)
    threads = [threading.Thread(target=seen.enter, args=(key,)) for key in range(5)]
    with gate.turn("before all", silent):
        for n, thread in enumerate(threads):
            thread.start()
            while len(gate._line) < n + 2:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert seen.order == [0, 1, 2, 3, 4]


def test_somebody_waits_as_long_as_was_said_and_hears_how_many_are_before():
    clock, heard = Clock(), []
    gate = Gate(places=1, patience=4, clock=clock)

    def told(before: int) -> None:
        heard.append(before)
        clock.told(before)

    with gate.turn("a", silent):
        with pytest.raises(InputError, match="busy") as refused, gate.turn("b", told):
            pass
        assert refused.value.values == {"seconds": 4}
    assert heard == [1, 1, 1, 1]
    assert gate._line == []


def test_a_place_is_given_back_by_who_fails_and_by_who_leaves_the_line():
    gate = Gate(places=1)

    def gone(_: int) -> None:
        raise TimeoutError

    with pytest.raises(ZeroDivisionError), gate.turn("a", silent):
        _ = 1 / 0
    with gate.turn("a", silent), pytest.raises(TimeoutError), gate.turn("b", gone):
        pass
    with gate.turn("c", silent):
        assert len(gate._line) == 1


# On pages


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """A gate of the server that is soon told to be full."""
    gate = Gate(patience=0.2)
    monkeypatch.setattr(waiting, "gate", gate)
    return gate


def busy(gate: Gate, action: Callable[[], object]) -> None:
    with gate.turn("somebody", silent), gate.turn("somebody else", silent):
        action()


def test_two_who_ask_for_the_same_text_compute_once(monkeypatch: pytest.MonkeyPatch):
    ran, run = [], PretrainedSource.run

    def counted(source: PretrainedSource, sentence: str) -> object:
        ran.append(sentence)
        time.sleep(0.1)
        return run(source, sentence)

    monkeypatch.setattr(PretrainedSource, "run", counted)
    found = []
    together(
        *(
            lambda: found.append(cache.model("the same for both", "start", told=silent))
            for _ in range(2)
        )
    )
    assert ran == ["the same for both"]
    assert found[0] is found[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_full_server_says_so_keeps_the_last_text_and_lets_one_try_again(
    open_dashboard: Visit, full: Gate, language: str
):
    app = open_dashboard(language).switch_page("pages/model.py").run()
    text, new = Text("zh" if language == "zh" else "en"), f"{NEW} In {language}."
    app.text_area(key="model_sentence").set_value(new)
    busy(full, app.run)
    assert [it.value for it in app.warning] == [text("error.busy", seconds=0)]
    assert not app.error
    assert app.text_area(key="model_sentence").value == new
    assert app.get_by_key("model_map")  # of the last text
    app.button(key="again.model").click().run()
    assert not app.warning
    assert notes(app).pieces[1].sentence == new  # pyright: ignore[reportOptionalSubscript]


def test_a_reader_who_arrives_at_a_full_server_is_told_and_keeps_the_text(
    open_dashboard: Visit, full: Gate
):
    cache._runs.clear()
    app = open_dashboard("en-US").switch_page("pages/model.py")
    busy(full, app.run)
    assert len(app.warning) == 1
    assert app.text_area(key="model_sentence").value == ModelChoice().model_sentence
    app.button(key="again.model").click().run()
    assert app.get_by_key("model_map")
    assert not app.warning


def test_other_parts_that_compute_are_refused_where_they_stand(open_dashboard: Visit, full: Gate):
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    select(app, model_other=NEW + " And another.")
    select(app, model_alone=True)
    cache._effects.clear()
    busy(full, app.run)
    assert {it.key for it in app.button} >= {"again.beside", "again.off"}
    assert "again.model" not in {it.key for it in app.button}


def test_what_is_kept_needs_no_turn(open_dashboard: Visit, full: Gate):
    app = open_dashboard("en-US").switch_page("pages/model.py").run()
    busy(full, app.run)
    assert not app.warning


def test_a_file_is_refused_as_a_whole_while_the_server_is_full(open_dashboard: Visit, full: Gate):
    app = open_dashboard("en-US").switch_page("pages/upload.py").run()
    app.file_uploader(key="upload_file").set_value(("a.npz", largest(), "application/zip"))
    assert not app.run().warning[1:]  # that the steps do not follow from each other
    cache._uploads.clear()
    busy(full, app.run)
    assert Text("en")("error.busy", seconds=0) in [it.value for it in app.warning]
    assert not app.get("vega_lite_chart")
    app.button(key="again.upload").click().run()
    assert app.get("vega_lite_chart")


def test_a_file_that_comes_to_a_full_server_is_read_when_it_is_tried_again(
    open_dashboard: Visit, full: Gate
):
    app = open_dashboard("en-US").switch_page("pages/upload.py").run()
    cache._uploads.clear()
    app.file_uploader(key="upload_file").set_value(("a.npz", largest(), "application/zip"))
    busy(full, app.run)
    assert Text("en")("error.busy", seconds=0) in [it.value for it in app.warning]
    app.button(key="again.upload_file").click().run()
    assert "again.upload_file" not in {it.key for it in app.button}
    assert chosen(app, "upload_name") == "a.npz"


def test_waiting_is_told_in_a_toast(open_dashboard: Visit, monkeypatch: pytest.MonkeyPatch):
    app = open_dashboard("zh-CN").switch_page("pages/model.py").run()
    gate = Gate(patience=0.4)
    monkeypatch.setattr(waiting, "gate", gate)
    monkeypatch.setattr(in_line, "_AFTER", 0.0)
    app.text_area(key="model_sentence").set_value(NEW + " A toast.")
    busy(gate, app.run)
    assert app.toast[0].value == Text("zh")("busy.wait", before=PLACES)
