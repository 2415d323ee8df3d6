"""A race that was run once is run again where nobody has its numbers, and gives the same ones."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.choices.exploration_file import to_file
from core.choices.link import to_parameters
from core.choices.training import RUN, TrainingChoice
from core.errors import InputError
from core.training.race import race
from pages.shared.server import learned, races
from pages.shared.server import worker as module
from pages.shared.server.jobs import Progress
from pages.shared.server.worker import Worker, worker
from pages.shared.text import LANGUAGES, Language, Text
from tests.pages.following import Link, followed
from tests.pages.quick import RACE
from tests.pages.test_worker import bits

Visit = Callable[[str | None], AppTest]
EN = Text("en")
LONG = {**RACE, "training_steps": 1000}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """A server that has trained nothing, and that trains nothing any more afterwards."""
    die()
    yield
    die()


def die() -> None:
    """What a server knows of races is gone."""
    for job in worker()._races._jobs:
        for name in [*job.readers]:
            worker().stop(name)
    end = time.monotonic() + 20
    while not worker().idle() and time.monotonic() < end:
        time.sleep(0.02)
    assert worker().idle()
    worker.cache_clear()
    learned._networks.clear()
    learned._measured.clear()


@pytest.fixture
def training(open_dashboard: Visit) -> AppTest:
    return choose(open_dashboard("en-US").switch_page("pages/training.py").run(), **RACE)


def choose(app: AppTest, **values: object) -> AppTest:
    for name, value in values.items():
        app.session_state[name] = value
    return app.run()


def follow(app: AppTest, page: str, parameters: Mapping[str, str]) -> AppTest:
    return followed(app, Link("", page, dict(parameters)))


def progress(app: AppTest, name: str = "training") -> Progress:
    found = worker().look(app.session_state[f"{name}_run"])
    assert found
    return found


def until(app: AppTest, what: Callable[[Progress], bool], name: str = "training") -> AppTest:
    end = time.monotonic() + 50
    while not what(progress(app, name)) and time.monotonic() < end:
        time.sleep(0.02)
    assert what(progress(app, name))
    return app.run()


def over(it: Progress) -> bool:
    return not it.busy


def some(it: Progress) -> bool:
    return len(it.snapshots) > 7


def press(app: AppTest, button: str) -> AppTest:
    return app.button(key=button).click().run()


def address(app: AppTest) -> Mapping[str, str]:
    share = app.get_by_key("share")
    assert isinstance(share, UnknownElement)
    return json.loads(share.proto.json)["parameters"]


def said(app: AppTest) -> list[str]:
    return [it.value for it in [*app.caption, *app.info, *app.warning, *app.error]]


def all_bits(it: Progress) -> list[object]:
    networks = [(at, *map(bits, both)) for at, both in it.networks.items()]
    return [*map(bits, it.snapshots), *networks]


def drawn(app: AppTest) -> dict[str, str]:
    """All pictures' numbers to the last digit, by their names."""
    found = [it for it in app.get("vega_lite_chart") if isinstance(it, UnknownElement)]
    tables = {it.proto.id: convert_arrow_bytes_to_pandas_df(it.proto.data.data) for it in found}
    return {
        name: str(table.drop(columns="turn", errors="ignore").to_dict("list"))
        for name, table in tables.items()
    }


def away(app: AppTest, monkeypatch: pytest.MonkeyPatch, name: str = "training") -> str:
    """A reader is away for longer than the server waits; the name of the race that it left."""
    [job] = [
        job for job in worker()._races._jobs if app.session_state[f"{name}_run"] in job.readers
    ]
    with monkeypatch.context() as absent:
        absent.setattr(races, "ABSENT", 0.05)
        end = time.monotonic() + 20
        while job.busy and time.monotonic() < end:
            time.sleep(0.02)
    assert job.state == "left"
    return app.session_state[f"{name}_run"]


def begun(app: AppTest, name: str = "training") -> bool:
    return f"{name}_run" in app.session_state


# The page about training


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_to_a_finished_race_gives_the_same_numbers(
    training: AppTest, open_dashboard: Visit, language: Language
):
    app = until(press(choose(training, language=language), "training_start"), over)
    before, pictures, link = progress(app), drawn(app), address(app)
    assert link["training_ran"] == str(before.race.snapshots)
    assert address(app.run()) == link
    die()
    anew = follow(open_dashboard(None), "training", link)
    assert Text(language)("training.again") in said(anew)
    assert address(anew) == link
    anew = until(anew, over)
    assert progress(anew).state == "done"
    assert all_bits(progress(anew)) == all_bits(before)
    assert drawn(anew) == pictures
    assert Text(language)("training.again") not in said(anew)
    assert address(anew) == link
    other = follow(open_dashboard(None), "training", link)
    [job] = worker()._races._jobs
    assert len({app.session_state["training_run"] for app in (anew, other)} & {*job.readers}) == 2


@pytest.mark.parametrize(("button", "state"), [("stop", "stopped"), ("pause", "paused")])
def test_a_race_that_was_broken_off_comes_as_far_again(
    training: AppTest, open_dashboard: Visit, button: str, state: str
):
    app = until(press(choose(training, **LONG), "training_start"), some)
    whole = progress(app).race.snapshots
    assert address(app)["training_ran"] == str(whole)
    app = until(press(app, f"training_{button}_button"), lambda it: it.state == state)
    before, link = progress(app), address(app)
    assert link["training_ran"] == str(len(before.snapshots)) != str(whole)
    assert ("training_paused" in link) == (state == "paused")
    die()
    anew = until(follow(open_dashboard(None), "training", link), lambda it: it.state == state)
    assert all_bits(progress(anew)) == all_bits(before)
    assert address(anew) == link
    again = follow(open_dashboard(None), "training", link)
    assert (progress(again).busy, address(again)) == (state == "paused", link)
    if state == "paused":
        anew = press(anew, "training_go_on_button")
        assert "training_paused" not in address(anew)
        assert address(anew)["training_ran"] == str(whole)
    else:
        assert progress(anew.run()).state == "stopped"  # and nothing begins once more


def test_a_race_that_the_server_left_is_run_again_as_far(
    open_dashboard: Visit, monkeypatch: pytest.MonkeyPatch
):
    link = to_parameters({**LONG, "training_ran": 303}, language="en")
    app = until(follow(open_dashboard(None), "training", link), some)
    left = away(app, monkeypatch)
    assert progress(app.run()).busy
    assert app.session_state["training_run"] != left
    assert address(app)["training_ran"] == "303"
    assert EN("training.again") in said(app)


def test_a_race_of_ones_own_that_the_server_left_is_run_again_by_whoever_follows_its_link(
    training: AppTest, open_dashboard: Visit, monkeypatch: pytest.MonkeyPatch
):
    app = until(press(choose(training, **LONG), "training_start"), some)
    link = address(app)
    left = away(app, monkeypatch)
    assert app.run().session_state["training_run"] == left  # here the button begins it
    assert address(app) == link
    assert begun(follow(open_dashboard(None), "training", link))


def test_a_race_that_took_too_long_does_not_shorten_its_link(
    open_dashboard: Visit, monkeypatch: pytest.MonkeyPatch
):
    link = to_parameters({**LONG, "training_ran": 303}, language="en")
    app = follow(open_dashboard(None), "training", link)
    monkeypatch.setattr(module, "LONGEST_RACE", 0.2)
    app = until(app, over)
    assert progress(app).state == "limit"
    assert address(app)["training_ran"] == "303"
    other = follow(open_dashboard(None), "training", link)  # it would take as long once more
    assert progress(other).snapshots == progress(app).snapshots


def test_a_race_that_was_set_aside_and_left_is_still_set_aside_there(
    training: AppTest, monkeypatch: pytest.MonkeyPatch
):
    app = until(press(choose(training, **LONG), "training_start"), some)
    app = until(press(app, "training_pause_button"), lambda it: it.state == "paused")
    link = address(app)
    monkeypatch.setattr(races, "PATIENCE", -1.0)
    app = until(app, over)
    assert progress(app).state == "left"
    assert address(app) == link


def test_a_race_that_its_own_server_has_forgotten_is_run_again(training: AppTest):
    app = until(press(training, "training_start"), over)
    before, pictures, link = progress(app), drawn(app), address(app)
    worker()._races._jobs.clear()
    app = app.run()
    assert EN("training.again") in said(app)
    app = until(app, over)
    assert all_bits(progress(app)) == all_bits(before)
    assert (drawn(app), address(app)) == (pictures, link)


def test_a_race_that_was_set_aside_and_forgotten_waits_for_its_reader(training: AppTest):
    app = until(press(choose(training, **LONG), "training_start"), some)
    app = until(press(app, "training_pause_button"), lambda it: it.state == "paused")
    name, link = app.session_state["training_run"], address(app)
    worker()._races._jobs.clear()
    app = app.run()
    assert EN("training.forgotten") in said(app)
    assert (app.session_state["training_run"], address(app)) == (name, link)


def test_settings_that_are_changed_were_not_run(training: AppTest):
    app = until(press(training, "training_start"), over)
    name, link = app.session_state["training_run"], address(app)
    app = choose(app, training_seed=3)
    assert not {*RUN} & address(app).keys()
    assert app.session_state["training_run"] == name
    app = choose(app, training_seed=0)
    assert address(app) == link


def test_nothing_begins_by_itself_where_nothing_was_run(training: AppTest, open_dashboard: Visit):
    link = address(training)
    assert not {*RUN} & link.keys()
    anew = follow(open_dashboard(None), "training", link)
    anew = choose(anew.run(), training_seed=4)
    assert not begun(anew)
    anew = follow(open_dashboard(None), "explore", {**link, "source": "trained"})
    assert not begun(anew.run(), "lesson")


def test_changed_settings_begin_nothing_by_themselves(open_dashboard: Visit):
    link = to_parameters({**LONG, "training_ran": 9_99})
    app = follow(open_dashboard(None), "training", link)
    name = app.session_state["training_run"]
    app = choose(app, training_seed=3)
    assert app.session_state["training_run"] == name
    assert EN("training.changed") in said(app)
    app = press(app, "training_stop_button")
    app = until(app, over)
    assert app.session_state["training_run"] == name


def test_while_the_queue_is_full_nothing_is_lost(
    open_dashboard: Visit, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object, **__: object) -> str:
        raise InputError("training_queue_full", limit=3)

    link = to_parameters({**RACE, "training_ran": 18}, language="en")
    with monkeypatch.context() as crowded:
        crowded.setattr(Worker, "start", full)
        app = follow(open_dashboard(None), "training", link)
        assert EN("error.training_queue_full", limit=3) in said(app)
        assert address(app) == link
        assert not begun(app.run())
        elsewhere = follow(open_dashboard(None), "training", link)
        elsewhere = choose(elsewhere, training_seed=5)
        assert not {*RUN} & address(elsewhere).keys()
    assert begun(app.run())
    assert not begun(elsewhere.run())
    assert not begun(choose(elsewhere, training_seed=0))


def test_what_a_tab_remembers_of_another_page_is_run_when_that_page_is_opened(
    open_dashboard: Visit,
):
    app = open_dashboard("en-US").switch_page("pages/cost.py").run()
    app.session_state["book"]["fields"] |= {**RACE, "training_ran": 18}
    app = app.run().switch_page("pages/training.py").run()
    assert progress(app).race == choice().race
    assert address(app)["training_ran"] == "18"


def test_a_file_brings_its_race_whatever_ran_before(training: AppTest):
    app = until(press(training, "training_start"), over)
    content = to_file("training", {**RACE, "training_ran": 7, "training_seed": 2})
    app = choose(app, take_away=True)
    app = app.file_uploader(key="restore").set_value(("a.json", content, "text/json")).run()
    app = until(app.switch_page("pages/training.py").run(), over)
    found = progress(app)
    assert (found.race.seed, found.state, len(found.snapshots)) == (2, "stopped", 7)


def test_settings_brought_as_a_file_begin_nothing(training: AppTest):
    content = to_file("training", {**RACE, "training_ran": 7})
    app = training.file_uploader(key="training_upload").set_value(("a.json", content, "text/json"))
    assert not begun(app.run().run())


@pytest.mark.parametrize("forged", ["x", "-1", "1e9", "true", "[]", "2999"])
def test_what_nobody_can_have_run_is_no_reason_to_complain(open_dashboard: Visit, forged: str):
    link = {**to_parameters(RACE), "training_ran": forged, "training_taught": "7"}
    app = follow(open_dashboard(None), "training", link)
    assert not app.warning
    assert begun(app) == (forged == "2999")
    if begun(app):
        assert address(app)["training_ran"] == "18"


def test_a_race_that_nobody_can_run_is_not_begun(open_dashboard: Visit):
    nobody = {**RACE, "training_contenders": [], "training_ran": 5}
    app = follow(open_dashboard(None), "training", to_parameters(nobody, language="en"))
    assert [it.value for it in app.error] == [EN("error.training_nobody")]
    assert not begun(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_readers_watch_one_race_and_one_may_leave_it(
    training: AppTest, open_dashboard: Visit, language: Language
):
    text = Text(language)
    one = press(choose(training, **LONG), "training_start")
    two = open_dashboard(None).switch_page("pages/training.py").run()
    two = press(choose(two, **LONG, language=language), "training_start")
    assert len(worker()._races._jobs) == 1
    two = until(two, lambda it: some(progress(one)))
    assert text("training.others") in said(two)
    assert two.button(key="training_pause_button").disabled
    two = press(two, "training_stop_button")
    assert progress(two).state == "stopped"
    assert progress(one).state == "running"
    assert not one.run().button(key="training_pause_button").disabled
    assert address(two)["training_ran"] == str(len(progress(two).snapshots))


def test_where_nobody_can_pause_it_is_not_said_that_others_are_why(
    training: AppTest, open_dashboard: Visit
):
    ahead = worker().start(replace(choice().race, steps=1000, seed=9))
    one = press(choose(training, **LONG), "training_start")
    two = open_dashboard("en-US").switch_page("pages/training.py").run()
    two = press(choose(two, **LONG), "training_start")
    assert worker().look(ahead)
    progress(one)
    two = two.run()
    assert (progress(two).state, progress(two).others) == ("waiting", True)
    assert EN("training.others") not in said(two)


def test_a_page_loaded_anew_goes_on_watching(training: AppTest, open_dashboard: Visit):
    app = until(press(choose(training, **LONG), "training_start"), some)
    anew = follow(open_dashboard(None), "training", address(app))
    assert some(progress(anew))
    assert len(worker()._races._jobs) == 1


# Explore


def choice() -> TrainingChoice:
    return TrainingChoice(**{**RACE, "training_contenders": tuple(RACE["training_contenders"])})


def in_explore(app: AppTest) -> AppTest:
    return press(app, "training_explore").switch_page("pages/explore.py").run()


@pytest.mark.parametrize("way", ["done", "stopped"])
def test_a_link_to_a_trained_layer_trains_it_as_far(
    training: AppTest, open_dashboard: Visit, way: str
):
    wanted = LONG if way == "stopped" else {**RACE, "training_seeds": 2}
    several = ["relative", "rnn", "gru", "cnn", "wide_cnn"]
    app = choose(training, **{**wanted, "training_contenders": several})
    app = press(app, "training_start")
    if way == "stopped":
        app = press(until(app, lambda it: len(it.snapshots) > 17), "training_stop_button")
    app = in_explore(until(app, over))
    pictures, link = drawn(app), address(app)
    die()
    anew = follow(open_dashboard(None), "explore", link)
    assert drawn(anew) != pictures
    assert EN("training.again") in said(anew)
    anew = until(anew, over, "lesson")
    assert drawn(anew) == pictures
    assert address(anew) == link
    name = anew.session_state["lesson_run"]
    assert anew.run().session_state["lesson_run"] == name
    if way == "stopped":
        assert any("Stopped before 1,000 steps" in it for it in said(anew))


def test_who_was_trained_in_explore_is_trained_again(open_dashboard: Visit):
    app = choose(open_dashboard("en-US"), source="trained", **RACE, training_inside="rotary")
    app = until(press(app, "lesson_start"), over, "lesson")
    pictures, link = drawn(app), address(app)
    assert json.loads(link["training_taught"]) == ["rotary", "gru", "cnn"]
    assert not begun(app.switch_page("pages/training.py").run())
    die()
    anew = until(follow(open_dashboard(None), "explore", link), over, "lesson")
    assert (drawn(anew), address(anew)) == (pictures, link)


def test_both_the_race_and_who_was_trained_besides_are_trained_again(open_dashboard: Visit):
    asked = {**RACE, "source": "trained", "training_inside": "rotary", "training_ran": 18}
    link = to_parameters({**asked, "training_taught": ["rotary"]}, language="en")
    app = follow(open_dashboard(None), "explore", link)
    assert progress(app, "lesson").race == choice().race
    app = until(app, over, "lesson")
    assert progress(app, "lesson").race.contenders == ("rotary",)
    app = until(app, over, "lesson")
    assert link.items() <= address(app).items()
    assert not app.info


def test_what_was_trained_further_by_others_is_not_shown(open_dashboard: Visit):
    for it in race(choice().race):
        learned.keep(choice().race.design, it)
    asked = {**RACE, "source": "trained", "training_ran": 7}  # the first of three comes thrice
    app = follow(open_dashboard(None), "explore", to_parameters(asked, language="en"))
    assert any("20 steps" in it.value for it in app.markdown if "badge" in it.value)


def test_training_that_was_stopped_in_explore_is_not_begun_anew(open_dashboard: Visit):
    link = to_parameters({**LONG, "source": "trained", "training_ran": 303})
    app = until(follow(open_dashboard(None), "explore", link), some, "lesson")
    app = until(press(app, "lesson_stop_button"), over, "lesson")
    reached = len(progress(app, "lesson").snapshots)
    assert address(app)["training_ran"] == str(reached)
    name = app.session_state["lesson_run"]
    assert app.run().session_state["lesson_run"] == name
    app = press(app, "lesson_start")
    assert address(app)["training_taught"]
    app = until(press(app, "lesson_stop_button"), over, "lesson")
    assert "training_taught" not in address(app)


def test_what_the_server_left_in_explore_is_trained_again(
    open_dashboard: Visit, monkeypatch: pytest.MonkeyPatch
):
    asked = {**LONG, "source": "trained", "training_inside": "rotary", "training_ran": 303}
    taught = {"training_taught": ["rotary"]}
    link = to_parameters({**asked, **taught}, language="en")
    app = until(follow(open_dashboard(None), "explore", link), some, "lesson")
    left = away(app, monkeypatch, "lesson")
    assert progress(app.run(), "lesson").busy
    assert app.session_state["lesson_run"] != left
    assert link.items() <= address(app).items()


def test_who_was_trained_elsewhere_is_not_forgotten_when_the_server_leaves(
    open_dashboard: Visit, monkeypatch: pytest.MonkeyPatch
):
    asked = {**LONG, "source": "trained", "training_inside": "rotary"}
    link = to_parameters({**asked, "training_taught": ["rotary"]}, language="en")
    app = until(follow(open_dashboard(None), "explore", link), some, "lesson")
    away(app, monkeypatch, "lesson")
    assert address(app.run())["training_taught"] == '["rotary"]'


def test_two_races_that_drive_out_each_others_numbers_are_not_trained_in_turns(
    open_dashboard: Visit,
):
    asked = {**RACE, "source": "trained", "training_inside": "rotary", "training_ran": 18}
    link = to_parameters({**asked, "training_taught": ["rotary"]}, language="en")
    app = follow(open_dashboard(None), "explore", link)
    names: list[str] = []
    for _ in range(4):
        names.append(app.session_state["lesson_run"])
        end = time.monotonic() + 40
        while progress(app, "lesson").busy and time.monotonic() < end:
            time.sleep(0.02)
        learned._networks.clear()  # but for those that were trained last
        for it in race(progress(app, "lesson").race):
            if it.parameters is not None:
                learned.keep(choice().race.design, it)
        app = app.run()
    assert progress(app, "lesson").race.contenders == ("rotary",)
    assert names[0] != names[1] == names[2] == names[3] == app.session_state["lesson_run"]
    assert len(worker()._races._jobs) == 2
    assert app.info  # so the reader may begin it


def test_a_reader_of_both_pages_is_one_reader(open_dashboard: Visit):
    app = press(choose(open_dashboard("en-US"), source="trained", **LONG), "lesson_start")
    app = press(app.switch_page("pages/training.py").run(), "training_start")
    assert len(worker()._races._jobs) == 1
    assert not progress(app).others
    app = app.switch_page("pages/explore.py").run()
    assert not progress(app, "lesson").others
    app = until(press(app, "lesson_stop_button"), over, "lesson")
    [job] = worker()._races._jobs
    assert job.state == "stopped"
