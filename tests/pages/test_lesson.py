"""Explore with learned numbers: opened from a race or by a link, edited, left again."""

import json
import pickle
import re
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.arrays import Array
from core.errors import InputError
from core.layer import Edit
from core.questions import KINDS
from core.reader.cells import MOST_EDITS, Address
from core.reader.link import parameters
from core.reader.scene import scene_of
from core.reader.training import TrainingChoice
from core.sources.trained_layer import TrainedLayer, opened
from core.sources.uploaded import UploadedSource, read_upload
from core.taken.report import Report
from core.training.answers import answers, right_places
from core.training.contenders import Contender, Design
from core.training.race import Race, race, shown
from core.training.tasks import Task, TaskKind
from pages.shared.server import learned
from pages.shared.server.worker import Worker, worker
from pages.shared.text import LANGUAGES, Language, Text
from pages.shared.views.taking import files as take_away_files
from tests.pages.editors import typed
from tests.pages.exploring import chosen, notes, put, select, table_key
from tests.pages.following import Link, followed
from tests.pages.quick import RACE

Visit = Callable[[str | None], AppTest]
EN = Text("en")
DESIGN = Design(Task("recall", 16), 8_000)
WORDS = shown(DESIGN.task, 0)
CHOICE = TrainingChoice(training_length=16, training_steps=50, training_budget=8_000)
SHELF = CHOICE.shelf


@pytest.fixture
def lesson(open_dashboard: Visit) -> AppTest:
    """Explore with a network that nobody has trained yet."""
    worker.cache_clear()
    learned._networks.clear()
    learned._measured.clear()
    return choose(open_dashboard("en-US"), source="trained", **RACE)


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def finish(app: AppTest, name: str) -> AppTest:
    """Press a button that trains, and wait."""
    app.button(key=f"{name}_start").click().run()
    end = time.monotonic() + 50
    while time.monotonic() < end:
        found = worker().look(notes(app).races.get(name, ""))
        if found is None or not found.busy:
            break
        time.sleep(0.05)
    return app.run()


def in_explore(app: AppTest) -> AppTest:
    """Press the button that opens what was trained."""
    app = app.button(key="training_explore").click().run()
    assert [it.value for it in app.title] == [EN("explore.title")]
    return app.switch_page("pages/explore.py").run()  # or AppTest goes on with the page before


def drawn(app: AppTest, name: str) -> Array:
    found = app.get_by_key(name)
    assert isinstance(found, UnknownElement)
    data = convert_arrow_bytes_to_pandas_df(found.proto.data.data)
    return data.pivot(index="row", columns="column", values="value").to_numpy()


def layer(contender: Contender = "relative", edits: tuple[Edit, ...] = ()) -> TrainedLayer:
    """What the page has to show, trained in the test itself."""
    for it in race(Race(DESIGN, (contender,), steps=50)):
        if it.step in (0, 50):
            learned.keep(DESIGN, it)
    found = learned.after(CHOICE, contender)
    assert found
    return opened(found, 0, edits)


def badges(app: AppTest) -> list[str]:
    return [it.value for it in app.markdown if "badge" in it.value]


def captions(app: AppTest) -> list[str]:
    return [it.value for it in app.caption]


def told(app: AppTest) -> list[str]:
    return [it.value for it in [*app.error, *app.warning]]


def test_numbers_that_nobody_has_trained_are_shown_as_random(lesson: AppTest):
    names = [EN(f"training.name.{name}", field=15) for name in ("relative", "gru", "cnn")]
    asked = EN("lesson.missing", names=", ".join(names))
    assert [it.value for it in lesson.info] == [asked]
    assert any(EN("origin.seeded", detail="0") in it for it in badges(lesson))
    before = next(race(Race(DESIGN, ("relative",), steps=50)))
    assert before.weights is not None
    assert_allclose(drawn(lesson, "weights").sum(axis=1), 1, atol=1e-5)
    assert not told(lesson)


def test_training_from_explore_shows_before_and_after(lesson: AppTest):
    app = finish(lesson, "lesson")
    assert not told(app)
    assert not app.info
    assert any(EN("origin.trained", detail="50") in it for it in badges(app))
    expected = layer()
    trace = expected.trace_of(WORDS).layers[0]
    assert_allclose(drawn(app, "weights_after"), trace.weights[0], atol=1e-5)
    assert_allclose(drawn(app, "output_after"), trace.output[0], atol=1e-4)
    assert np.abs(drawn(app, "weights_before") - drawn(app, "weights_after")).max() > 0.01
    felt = expected.measured(WORDS).influence
    assert_allclose(drawn(app, "attention")[felt.reach], felt.share[felt.reach], atol=1e-5)
    for name in ("recurrent", "convolutional"):
        assert_allclose(drawn(app, name).sum(axis=1), 1, atol=1e-5)


def test_the_training_page_opens_explore(open_dashboard: Visit):
    worker.cache_clear()
    app = choose(open_dashboard("en-US"), sentence="my own words")
    app = choose(app.switch_page("pages/training.py").run(), **RACE, training_head=3)
    app = finish(app, "training")
    there = in_explore(app)
    assert_allclose(
        drawn(there, "weights_after"), layer().trace_of(WORDS).layers[0].weights[3], atol=1e-5
    )
    assert not told(there)
    back = choose(there, source="handset")
    assert back.text_input(key="sentence").value == "my own words"
    assert not told(back)


def test_opening_explore_leaves_the_readers_own_layer_alone(open_dashboard: Visit):
    worker.cache_clear()
    own = {"sentence": "a b c", "d_k": 6, "n_heads": 5, "mask": "drawn", "query": 2}
    app = choose(open_dashboard("en-US"), **own)
    app = choose(app, **{table_key(app, "mask"): typed((2, 0, 0))})
    edits = dict(notes(app).reader.edits)
    assert edits["mask"]
    select(app, private=True)
    app = choose(app.switch_page("pages/training.py").run(), **RACE)
    there = in_explore(finish(app, "training"))
    assert drawn(there, "weights_after").shape == (16, 16)
    assert notes(there).reader.edits == edits
    back = choose(there, source="handset")
    assert {name: chosen(back, name) for name in own} == own
    assert not told(back)


def test_a_race_that_was_stopped_can_be_opened_as_far_as_it_came(open_dashboard: Visit):
    worker.cache_clear()
    learned._networks.clear()
    app = choose(open_dashboard("en-US").switch_page("pages/training.py").run(), **RACE)
    app = choose(app, training_steps=1000)
    app.button(key="training_start").click().run()
    end, name = time.monotonic() + 40, notes(app).races["training"]
    while (it := worker().look(name)) and len(it.snapshots) < 8 and time.monotonic() < end:
        time.sleep(0.02)
    worker().stop(name)
    while (it := worker().look(name)) and it.busy and time.monotonic() < end:
        time.sleep(0.02)
    assert it
    assert it.state == "stopped"
    steps = it.networks["relative", 0][-1].step
    assert 0 < steps < 1000
    app = app.run()
    assert EN("training.inside.reached", steps=steps, wanted="1,000") in captions(app)
    reached = drawn(app, "weights_after")
    assert drawn(app, "training_felt_gru").shape == (16, 16)
    there = in_explore(app)
    assert_allclose(drawn(there, "weights_after"), reached)
    assert any(EN("origin.trained", detail=steps) in it for it in badges(there))
    assert chosen(there, "training_steps") == 1000
    assert there.button(key="lesson_start")
    assert any("Stopped before 1,000 steps" in it.value for it in there.info)
    assert not told(there)


def test_what_was_learned_further_than_asked_for_is_not_shown(lesson: AppTest):
    for steps in (60, 100):
        *_, it = race(Race(DESIGN, ("relative",), steps=steps))
        learned.keep(DESIGN, it)
    assert any(EN("origin.seeded", detail="0") in it for it in badges(lesson.run()))
    for wanted, found in ((90, 60), (100, 100), (150, 100)):
        app = choose(lesson, training_steps=wanted)
        assert any(EN("origin.trained", detail=found) in it for it in badges(app))


def test_the_right_answer_is_opened_until_something_else_is_chosen(lesson: AppTest):
    weights = layer().trace_of(WORDS).layers[0].weights[:, 15]  # (head, key)
    places = list(right_places(DESIGN.task, WORDS, 15))
    head = int(weights[:, places].max(axis=1).argmax())
    app = lesson.run()
    assert app.session_state["training_head"] == head
    key = places[int(weights[head, places].argmax())]
    assert said_of(app) == (f"({WORDS[15]})", f"{key + 1} ({WORDS[key]})")
    other = choose(app, training_seed=1)
    assert choose(other, training_seed=0).session_state["training_head"] == head
    another = (head + 1) % 8
    app = choose(app, training_head=another)
    key = places[int(weights[another, places].argmax())]
    assert said_of(app) == (f"({WORDS[15]})", f"{key + 1} ({WORDS[key]})")
    app = app.switch_page("pages/heads.py").run().switch_page("pages/explore.py").run()
    assert chosen(app, "training_head") == another
    link = Link("", "explore", parameters({"training_key": 3, "source": "trained"}))
    assert chosen(followed(app, link), "training_key") == 3


def said_of(app: AppTest) -> tuple[str, str]:
    """Who asks at place 16, and the place that is looked at."""
    [said] = [it.value for it in app.markdown if it.value.startswith("Place 16 ")]
    said = re.sub("[\u2068\u2069]", "", said)
    asks, looked_at = re.findall(r"Place 16 (\(.\)) gives place (\d+ \(.\))", said)[0]
    return asks, looked_at


def test_a_click_on_the_opened_key_holds_it(lesson: AppTest):
    layer()
    app = lesson.run()
    [box] = [it for it in app.selectbox if str(it.key).startswith("training_key.")]
    key = box.value
    app = box.set_value(key).run()
    [box] = [it for it in app.selectbox if str(it.key).startswith("training_key.")]
    other = (key + 1) % 12  # pyright: ignore[reportOptionalOperand]
    app = box.set_value(other).run()
    for query in (12, 13, 14):
        app = choose(app, training_query=query)
        assert chosen(app, "training_key") == other


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", ["recall", "pairs", "parity"])
def test_what_the_network_answers_is_told(lesson: AppTest, task: TaskKind, language: Language):
    text = Text(language)
    app = choose(lesson, language=language, training_task=task, training_query=14)
    made = learned.before(replace(CHOICE, training_task=task), "relative")
    words = shown(made.design.task, 0)
    found = answers(made.design.task, words, 14, opened(made, 0).answered(words))
    [said] = [it.value for it in app.markdown if "✓" in it.value or "✗" in it.value]
    assert said.count("✓") == sum(it.given == it.right for it in found)
    assert said.count("✗") == sum(it.given != it.right for it in found)
    assert text("lesson.lead") in [it.value for it in app.markdown]
    if task == "pairs":
        app = choose(app, training_query=2)
        assert any(text("lesson.asked_nothing", asks="")[-20:] in it.value for it in app.markdown)


def test_where_colours_end_is_said(lesson: AppTest):
    felt = layer().measured(WORDS).influence.share
    assert felt.max() == 1  # the first token feels nothing but itself
    assert any(EN("maps.cut", most="")[:25] in it for it in captions(lesson.run()))
    assert not any("strongest colour" in it for it in captions(choose(lesson, source="handset")))


def test_a_token_is_no_steps_away_from_itself(lesson: AppTest):
    layer()
    app = choose(lesson, training_query=7, training_key=7)
    said = "\n".join(it.value for it in app.markdown)
    assert said.count("comes from itself") == 3
    assert "step away" not in said
    assert re.search(r"Place 8 \(.+\) gives itself the weight", said)
    assert EN("lesson.next_answer") in " ".join(captions(app))
    assert EN("lesson.next_layer") in " ".join(captions(choose(app, training_layers=2)))


def test_a_link_opened_on_a_server_without_the_numbers_offers_to_train(open_dashboard: Visit):
    app = open_dashboard("en-US")
    learned._networks.clear()
    for name, value in {"v": "1", "source": "trained", "training_steps": "100"}.items():
        app.query_params[name] = value
    app.run()
    assert app.button(key="lesson_start").label == EN("lesson.start")
    assert drawn(app, "weights").shape == (22, 22)
    assert not told(app)


def test_a_cell_can_be_changed_and_everything_follows(lesson: AppTest):
    layer()
    app = choose(lesson, shown_parameter="w_q")
    key = table_key(app, "w_q")
    app = choose(app, **{key: typed((3, 5, 4.5))})
    edits = notes(app).reader.edits
    assert list(edits) == [SHELF]
    expected = layer(edits=(Edit("w_q", (0, 3, 5), 4.5),))
    trace = expected.trace_of(WORDS).layers[0]
    assert_allclose(drawn(app, "weights_after"), trace.weights[0], atol=1e-5)
    felt = expected.measured(WORDS).influence
    assert_allclose(drawn(app, "attention")[felt.reach], felt.share[felt.reach], atol=1e-5)
    other = choose(app, training_seed=1)
    assert EN("origin.edited") not in " ".join(badges(other))
    assert EN("origin.edited") in " ".join(badges(choose(other, training_seed=0)))


def test_what_a_changed_layer_feels_is_kept_by_its_numbers_however_many_are_changed():
    words = shown(Task("recall", 16, 4), 0)
    changed = tuple(Edit("w_q", (n % 4, n // 4, 0), n / 7) for n in range(MOST_EDITS))
    width = layer().sizes.d_model
    inside = tuple(it for it in changed if it.at[1] < width)
    learned._measured.clear()
    found = learned.measured(layer(edits=changed), words)
    assert learned.measured(layer(edits=inside), words) is found
    assert learned.measured(layer(), words) is not found
    assert all(len(pickle.dumps(key)) < 2_000 for key in learned._measured._found)


def test_a_link_brings_its_own_changes(lesson: AppTest):
    layer()
    asked = {**RACE, "training_contenders": ("relative", "gru", "cnn"), "source": "trained"}
    changes = {SHELF: {Address("b_distance", "0", 0, "", 2): 5.0}}
    for shelves in (changes, {}):
        link = Link("", "explore", parameters(asked, shelves))
        lesson = followed(lesson, link)
        assert (EN("origin.edited") in " ".join(badges(lesson))) == bool(shelves)
        assert not told(lesson)


def test_only_learned_distances_have_a_table(lesson: AppTest):
    app = choose(lesson, shown_parameter="b_distance")
    assert notes(app).tables.offers["b_distance"].values == [[0.0] * 16]
    app = choose(app, training_inside="rotary")
    assert "b_distance" not in notes(app).tables.offers
    assert not told(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_symbols_are_not_called_words(lesson: AppTest, language: Language):
    # The lesson's own lead says what the page shows instead of a sentence.
    text = Text(language)
    choose(lesson, language=language)
    choose(lesson, projections_open=True)
    parts = lesson.get("bidi_component")
    [strip] = [it for it in parts if it.proto.component_name == "word_strip"]
    said = [json.loads(strip.proto.json)["label"]]
    said += [it.proto.alt for it in lesson.get("vega_lite_chart")]
    said += [it.label for it in lesson.selectbox if it.key and it.key.startswith("training_")]
    assert len(said) >= 12
    spread = [it.proto.help for it in lesson.markdown if it.proto.help]
    lead = text("steps.lead", one=text("axis.symbol"))
    assert lead in [it.value for it in lesson.markdown]
    for it in (*said, *spread, lead):
        assert not re.search(r"\bwords?\b|词(?!元)", it), it


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_symbol_that_the_task_does_not_know_is_named(lesson: AppTest, language: Language):
    text = Text(language)
    app = choose(lesson, language=language, training_sequence="A B *猫*")
    [problem] = [it.value for it in app.error]
    assert "\\*猫\\*" in problem
    assert text("lesson.instead") in problem
    assert drawn(app, "weights").shape == (16, 16)
    app = choose(app, training_sequence="A B A")
    assert not told(app)
    assert drawn(app, "weights").shape == (3, 3)
    app = choose(app, training_sequence="A " * 70)
    assert told(app) == [text("lesson.too_long", count=70, limit=16)]


def test_a_typed_sequence_is_read_and_can_be_taken_back(lesson: AppTest):
    field = lesson.text_input(key="training_sequence")
    assert field.value == " ".join(WORDS)
    app = field.set_value("B B A").run()
    assert chosen(app, "training_sequence") == "B B A"
    assert drawn(app, "weights").shape == (3, 3)
    [back] = [it for it in app.button if it.label == EN("lesson.held_out")]
    app = back.click().run()
    assert app.text_input(key="training_sequence").value == " ".join(WORDS)


@pytest.mark.parametrize("task", ["pairs", "parity"])
def test_other_tasks_and_the_second_layer_can_be_opened(lesson: AppTest, task: str):
    app = choose(lesson, training_task=task, training_layers=2, training_layer=1)
    assert drawn(app, "weights").shape == (16, 16)
    assert not told(app)


@pytest.mark.parametrize("page", ["heads", "positions", "reach", "path", "corrections"])
def test_other_pages_take_the_hand_set_numbers(lesson: AppTest, page: str):
    there = lesson.switch_page(f"pages/{page}.py").run()
    assert not told(there)
    assert scene_of(notes(there).reader).choice.source == "handset"
    back = there.switch_page("pages/explore.py").run()
    assert not told(back)
    assert chosen(back, "source") == "trained"
    assert back.button(key="lesson_start")
    seeded = choose(back.switch_page(f"pages/{page}.py").run(), source="seeded")
    if page not in ("path", "corrections"):
        assert chosen(seeded.switch_page("pages/explore.py").run(), "source") == "seeded"


def test_a_full_queue_is_told(lesson: AppTest, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object, **__: object) -> str:
        raise InputError("training_queue_full", limit=3)

    monkeypatch.setattr(Worker, "start", full)
    app = lesson.button(key="lesson_start").click().run()
    assert told(app) == [EN("error.training_queue_full", limit=3)]


def test_questions_are_asked_of_the_trained_layer(lesson: AppTest):
    app = choose(lesson, **{"questions.explore": True})
    kinds = set()
    for _ in KINDS["explore"]:
        [asked] = [it for it in app.radio if str(it.key).startswith("question.")]
        app = asked.set_value(0).run()
        kinds.add(notes(app).score.pages["explore"].question.kind)  # pyright: ignore[reportOptionalMemberAccess]
        assert not told(app)
        [go_on] = [it for it in app.button if it.label == EN("questions.another")]
        app = go_on.click().run()
    assert len(kinds) >= 5
    assert not kinds & {"layers", "gain"}  # they are about an RNN and a CNN that are not there


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_trace_and_the_report_are_the_trained_layers(
    lesson: AppTest, monkeypatch: pytest.MonkeyPatch, language: Language
):
    offered: dict[str, Callable[[], bytes]] = {}

    def note(_label: str, name: str, _mime: str, data: Callable[[], bytes]) -> None:
        offered[name] = data

    def note_report(_text: Text, name: str, made: Callable[[], str]) -> None:
        offered[name] = lambda: made().encode()

    monkeypatch.setattr(take_away_files, "save_button", note)
    monkeypatch.setattr(take_away_files, "report_button", note_report)
    expected = layer().trace_of(WORDS)
    app = choose(choose(lesson, language=language), take_away=True)
    assert not told(app)
    upload = read_upload(offered["explore.npz"](), "a.npz")
    assert upload.doubts == ()
    brought = UploadedSource(upload).trace()
    assert brought.key_tokens == WORDS
    assert_allclose(brought.layers[0].weights, expected.layers[0].weights, atol=1e-6)
    report, text = offered["explore.html"]().decode(), Text(language)
    for label in ("report.before", "training_task.recall", "source.trained"):
        assert text(label) in report
    assert text("origin.trained", detail="50") in report
    assert text("report.untrained") not in report


def test_a_report_has_the_numbers_before_and_after_and_says_whose_they_are(
    lesson: AppTest, monkeypatch: pytest.MonkeyPatch
):
    reports: list[Report] = []
    made: list[Callable[[], str]] = []

    def note(report: Report) -> str:
        reports.append(report)
        return ""

    monkeypatch.setattr(take_away_files, "html", note)
    monkeypatch.setattr(take_away_files, "report_button", lambda *it: made.append(it[-1]))
    app = finish(lesson, "lesson")
    put(app, SHELF, {Address("b_distance", "0", 0, "", 1): 9.0})
    choose(app, take_away=True, training_head=0)
    made[0]()
    after, before, caveats = reports[0].sections
    assert [it.title for it in after.tables] == [it.title for it in before.tables]
    assert len(before.tables) == 7
    assert after.tables[1].rows != before.tables[1].rows
    names = [EN(f"training.name.{name}", field=15) for name in ("relative", "gru", "cnn")]
    for whose, name in zip(reports[0].pictures.paragraphs[-3:], names, strict=True):
        assert whose.startswith(name)
    assert {EN("report.caveat_luck"), EN("report.caveat_task")} <= {*caveats.paragraphs}
    said = [row[0] for row in reports[0].settings.tables[0].rows]
    assert {EN("training_seed.label"), EN("training_field.label")} <= {*said}
    assert EN("seed.label") not in said
    assert len({*said}) == len(said)
    assert not told(app)
