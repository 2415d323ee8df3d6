"""The training page: a race runs, its results are drawn and can be taken away."""

import csv
import io
import json
import string
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.errors import InputError
from core.reader.file import race_settings
from core.reader.training import AUTOMATIC, TrainingChoice, chosen_race
from core.training.contenders import CONTENDERS, Design, build, field_of
from core.training.findings import NAMES, Each, Far, Finding, findings
from core.training.networks import STATES
from core.training.race import sizes
from core.training.recording import SWEPT, recorded
from core.training.tasks import EVERYWHERE, Task, TaskKind
from pages.shared import theme
from pages.shared.figures import learning
from pages.shared.server import learned
from pages.shared.server.worker import Progress, Worker, worker
from pages.shared.text import LANGUAGES, Language, Text, labels
from pages.shared.views.contenders import across, explained
from pages.shared.views.training import files as training_files
from pages.shared.views.training.files import curves_csv, parameters_npz
from pages.shared.views.training.noticed import sentence
from tests.core.training.test_findings import examples
from tests.pages.acting import act_during
from tests.pages.exploring import chosen, notes, select
from tests.pages.quick import RACE

Visit = Callable[[str | None], AppTest]
EN = Text("en")
EXAMPLES = examples()


@pytest.fixture
def training(open_dashboard: Visit) -> AppTest:
    worker.cache_clear()
    return choose(open_dashboard("en-US").switch_page("pages/training.py").run(), **RACE)


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    return app.run()


def progress(app: AppTest) -> Progress:
    found = worker().look(notes(app).races["training"])
    assert found
    return found


def finish(app: AppTest) -> AppTest:
    app.button(key="training_start").click().run()
    end = time.monotonic() + 50
    while progress(app).busy and time.monotonic() < end:
        time.sleep(0.05)
    return app.run()


def address(app: AppTest) -> Mapping[str, str]:
    share = app.get_by_key("share")
    assert isinstance(share, UnknownElement)
    return json.loads(share.proto.json)["parameters"]


def charts(app: AppTest) -> dict[str, UnknownElement]:
    found = [it for it in app.get("vega_lite_chart") if isinstance(it, UnknownElement)]
    return {it.proto.alt: it for it in found}


def test_a_race_runs_and_everything_is_drawn(training: AppTest):
    app = finish(training)
    done = progress(app)
    assert done.state == "done"
    assert isinstance(notes(app).races["training"], str)  # and nothing large
    drawn = charts(app)
    data = convert_arrow_bytes_to_pandas_df(drawn[EN("alt.training_accuracy")].proto.data.data)
    shown = data[data.line == EN("training.name.gru")].value.tolist()
    last = [it.accuracy for it in done.snapshots if it.contender == "gru"][-1]
    assert shown == pytest.approx(last.tolist(), abs=1e-6)
    assert data.chance.dropna().tolist() == [0.125]
    for name in ("loss", "map", "felt"):
        assert EN(f"alt.training_{name}") in drawn
    for when in ("before", "after"):
        assert EN(f"alt.training_inside_{when}", name=EN("training.inside.weights")) in drawn
    table = app.table[0].value.astype(str)
    expected = sizes(done.race.contenders, done.race.design)
    assert table[EN("training.column.parameters")].tolist() == [f"{it:,}" for it in expected]
    assert table[EN("training.column.rate")].tolist() == ["0.02", "0.02", "0.01"]
    assert len(app.get("download_button")) >= 3


def test_who_did_not_take_part_cannot_be_opened(training: AppTest):
    wished = {"training_contenders": ["relative", "learned"], "training_layers": 2}
    app = finish(choose(training, **wished, training_inside="rotary", training_layer=1))
    [whose] = [it for it in app.selectbox if it.key == "training_inside"]
    assert whose.value == "relative"
    assert not app.error
    app = whose.set_value("learned").run()
    assert chosen(app, "training_inside") == "learned"


def test_links_hold_only_what_a_reader_has_chosen(training: AppTest):
    app = finish(choose(training, training_contenders=["rotary", "gru"]))
    assert app.session_state["training_head"] != AUTOMATIC
    assert chosen(app, "training_head") == AUTOMATIC
    assert not {"training_inside", "training_head", "training_key"} & address(app).keys()
    app = choose(app, training_head=5)
    assert address(app)["training_head"] == "5"
    assert "training_key" not in address(app)


def test_how_far_is_asked_is_chosen_by_hand_and_told(training: AppTest):
    app = choose(training, training_length=48)
    slider = app.select_slider(key="training_distance")
    assert (slider.label, slider.value) == (EN("training_distance.label"), EVERYWHERE)
    assert slider.options == ["4", "8", "16", "32", "any"]
    asked = "which symbol stood that many places before: {}?"
    assert any(asked.format("1, 2, 4, 8, 16, 32") in it.value for it in app.markdown)
    app = slider.set_value(8).run()
    assert any(asked.format("1, 2, 4, 8") in it.value for it in app.markdown)
    assert app.table[0].value.index[-1] == EN("training.name.cnn", field=15)
    assert address(app)["training_distance"] == "8"
    app = choose(app, training_task="pairs", language="zh")
    assert any("每组最多 4 对" in it.value for it in app.markdown)
    assert app.select_slider(key="training_distance").options[-1] == "不限"
    assert choose(app, training_task="parity").select_slider(key="training_distance").disabled


@pytest.mark.parametrize("task", ["recall", "pairs"])
def test_a_sequence_too_short_for_a_distance_says_how_far_it_goes(training: AppTest, task: str):
    app = choose(training, training_task=task, training_distance=16)
    last = 8 if task == "recall" else 15
    told = EN("training_distance.shorter", n=16, distance=16, last=last)
    assert told in [it.value for it in app.caption]
    for fitting in ({"training_length": 18}, {"training_distance": EVERYWHERE}):
        other = choose(app, **{"training_length": 16, "training_distance": 16, **fitting})
        assert not [it.value for it in other.caption if "no answer lies" in it.value]
        assert chosen(other, "training_distance") == fitting.get("training_distance", 16)


def test_a_distance_comes_back_from_a_link_and_nonsense_is_set_back(
    training: AppTest, open_dashboard: Visit
):
    link = address(choose(training, training_distance=4))
    for asked, expected in (("4", 4), ("5", EVERYWHERE), ("far", EVERYWHERE), ("1e9", EVERYWHERE)):
        anew = open_dashboard("en-US")
        for name, value in {**link, "training_distance": asked}.items():
            anew.query_params[name] = value
        anew = anew.switch_page("pages/training.py").run()
        assert chosen(anew, "training_distance") == expected
        said = [it.value for it in anew.warning if EN("training_distance.label") in it.value]
        assert bool(said) == (expected != 4)


def test_a_file_brings_the_distance_back_and_an_old_one_asks_everything(training: AppTest):
    content = race_settings(TrainingChoice(training_distance=8)).encode()
    app = choose(training, training_distance=16)
    field = app.file_uploader(key="training_upload")
    app = field.set_value(("a.json", content, "text/json")).run()
    assert chosen(app, "training_distance") == 8
    old = json.dumps({"training_task": "pairs", "training_length": 20}).encode()
    app = app.file_uploader(key="training_upload").set_value(("b.json", old, "text/json")).run()
    assert chosen(app, "training_distance") == EVERYWHERE
    assert EN("training.upload.read") in [it.value for it in app.success]


def test_a_file_of_settings_is_taken_though_the_reader_acts_while_it_is_read(
    training: AppTest, monkeypatch: pytest.MonkeyPatch
):
    content = race_settings(TrainingChoice(training_task="pairs", training_length=20)).encode()
    acted = act_during(monkeypatch, training, training_files, "take_race")
    field = training.file_uploader(key="training_upload")
    app = field.set_value(("a.json", content, "text/json")).run()
    assert acted
    assert chosen(app, "training_task") == "pairs"
    assert chosen(app, "training_length") == 20
    assert EN("training.upload.read") in [it.value for it in app.success]


def test_a_race_over_short_distances_is_told_kept_and_opened_as_such(training: AppTest):
    app = finish(choose(training, training_distance=4))
    done = progress(app)
    assert done.race.design.task.distances == (1, 2, 4)
    assert csv_head(done)[-3:] == ["accuracy_1", "accuracy_2", "accuracy_4"]
    [computed] = [it.value for it in app.caption if "Computed from" in it.value]
    assert "16 tokens, distances up to 4, 50 steps" in computed
    app = choose(app, training_distance=8)
    assert EN("training.changed") in [it.value for it in app.caption]
    app.button(key="training_explore").click().run()
    assert chosen(app, "training_distance") == 4
    choice = chosen_race(done.race)
    assert learned.after(choice, "relative")
    assert not learned.after(replace(choice, training_distance=8), "relative")


def csv_head(done: Progress) -> list[str]:
    return curves_csv(done).decode("utf-8-sig").splitlines()[0].split(",")


def test_a_distance_chosen_while_a_race_runs_is_for_the_next_one(training: AppTest):
    app = choose(training, training_steps=1000)
    app.button(key="training_start").click().run()
    app = app.select_slider(key="training_distance").set_value(4).run()
    assert EN("training.changed") in [it.value for it in app.caption]
    assert progress(app).race.design.task.farthest == EVERYWHERE
    worker().stop(notes(app).races["training"])
    assert not app.error


def test_two_cnns_that_see_equally_far_are_told_apart(training: AppTest):
    app = choose(training, training_contenders=["cnn", "wide_cnn"])
    names = [EN(f"training.name.{name}", field=15) for name in ("cnn", "wide_cnn")]
    assert app.table[0].value.index.tolist() == names
    assert len(set(names)) == 2
    assert chosen(app, "training_contenders") == ("cnn", "wide_cnn")


def test_the_files_hold_what_came_of_it(training: AppTest):
    done = progress(finish(training))
    content = curves_csv(done)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == len(done.snapshots) == done.race.snapshots
    assert float(rows[-1]["accuracy_8"]) == done.snapshots[-1].accuracy[-1]
    with np.load(io.BytesIO(parameters_npz(done)), allow_pickle=False) as found:
        assert "gru.0.0.embedding" in found
        assert (found["gru.0.50.embedding"] != found["gru.0.0.embedding"]).any()


def test_a_race_can_be_stopped(training: AppTest):
    app = choose(training, training_steps=1000)
    app.button(key="training_start").click().run()
    while not progress(app).snapshots:
        time.sleep(0.02)
    while progress(app).busy:  # it ends once who watched the same in an earlier test is gone
        worker().stop(notes(app).races["training"])
        time.sleep(0.02)
    assert progress(app).state == "stopped"
    assert not app.run().error


def test_who_starts_the_same_race_watches_it(training: AppTest, open_dashboard: Visit):
    app = choose(training, training_steps=1000)
    app.button(key="training_start").click().run()
    other = choose(open_dashboard("en-US").switch_page("pages/training.py").run(), **RACE)
    choose(other, training_steps=1000)
    app.run()  # it is still there
    other.button(key="training_start").click().run()
    assert EN("training.others") in [it.value for it in other.caption]
    assert other.button(key="training_stop_button").disabled
    worker().stop(notes(other).races["training"])
    assert progress(app).busy
    assert progress(other).busy


def test_a_race_that_cannot_get_to_its_end_is_told_of_before_it_begins(training: AppTest):
    assert not training.warning
    assert not choose(training, training_steps=150).warning
    app = choose(training, training_contenders=list(CONTENDERS), training_steps=1000)
    assert [it.value for it in choose(app, training_seeds=3, training_length=64).warning]


def test_while_a_race_is_to_be_seen_settings_are_folded_and_no_chart_is_empty(training: AppTest):
    app = choose(training, training_steps=1000)
    labels = [it.label for it in app.expander]
    app.button(key="training_start").click().run()
    assert EN("training.settings.busy") in [it.label for it in app.expander]
    assert chosen(app, "training_steps") == 1000
    while not progress(app).snapshots:
        time.sleep(0.02)
    assert EN("alt.training_accuracy") in charts(app.run())
    while progress(app).busy:  # it ends once who watched the same in an earlier test is gone
        worker().stop(notes(app).races["training"])
        time.sleep(0.02)
    assert {*labels} <= {it.label for it in app.run().expander}


def test_nobody_to_train_is_told(training: AppTest):
    app = choose(training, training_contenders=[])
    assert [it.value for it in app.error] == [EN("error.training_nobody")]


def test_a_full_queue_is_told(training: AppTest, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object, **__: object) -> str:
        raise InputError("training_queue_full", limit=3)

    monkeypatch.setattr(Worker, "start", full)
    app = training.button(key="training_start").click().run()
    assert [it.value for it in app.error] == [EN("error.training_queue_full", limit=3)]


def test_a_forgotten_race_is_told(training: AppTest):
    notes(training).races["training"] = "no such race"
    app = training.run()
    assert EN("training.forgotten") in [it.value for it in app.info]


def test_nonsense_in_the_settings_gives_the_defaults(training: AppTest):
    app = choose(training, training_task="homework", training_seed=-4, training_layer=9)
    assert chosen(app, "training_task") == "recall"
    assert not app.error


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", ["recall", "pairs", "parity"])
def test_every_task_is_told_in_every_language(training: AppTest, language: Language, task: str):
    app = choose(training, language=language, training_task=task)
    text = Text(language)
    assert text(f"training.expected.{task}") in [it.value for it in app.markdown]
    assert text("training.expected") in [it.value for it in app.caption]
    assert not app.error


# What to notice


def test_what_to_notice_is_read_off_the_race_that_is_shown(training: AppTest):
    app = choose(finish(training), training_task="parity", training_symbols=5)
    done = progress(app)
    told = findings(done.race, done.snapshots)
    assert told
    noticed = "\n".join(f"- {sentence(EN, done.race.design, it)}" for it in told)
    assert noticed in [it.value for it in app.markdown]
    assert "LSTM" not in noticed  # it did not take part
    assert EN("training.expected") not in [it.value for it in app.caption]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "name"), [(kind, it) for kind in NAMES for it in NAMES[kind]])
def test_every_finding_has_a_sentence_with_just_its_values(
    language: Language, kind: TaskKind, name: str
):
    label = labels()[f"training.found.{kind}.{name}"][language]
    used = {key for _, key, _, _ in string.Formatter().parse(label) if key}
    told = [it for task, it in EXAMPLES if task == kind and it.name == name]
    assert told
    for it in told:
        assert it.values.keys() == used
        said = sentence(Text(language), Design(Task(kind)), it)
        assert not set("{}[]'") & set(said)


def test_who_is_reliable_nowhere_has_a_word_for_it():
    design = Design(Task("recall"))
    it = Finding("attention_none", {"each": Each((("rotary", Far(0)), ("learned", Far(8))))})
    assert "RoPE: none, learned positions: 8." in sentence(EN, design, it)


def test_farthest_is_told_as_the_axis_has_it():
    assert "distance 32" in explained(EN, Task("recall"))
    assert "33–47" in explained(EN, Task("pairs"))
    assert "33–48 tokens" in explained(EN, Task("parity"))
    assert across(EN, Task("parity")) == EN("axis.training_counted")


# The chart


def test_the_curves_are_a_valid_specification_that_stays_the_same():
    lines = tuple(learning.Line(name, "#112233", member) for member, name in enumerate("abcd"))
    frame = learning.Frame("across", "upwards", "chance", "#5a6472")
    for places in (("1", "2"), 50):
        specification = learning.specification(frame, lines, places)
        alt.LayerChart.from_dict(specification)
        assert learning.specification(frame, lines, places) is specification


def test_the_legend_shows_the_dashes_that_tell_lines_of_a_family_apart():
    lines = tuple(learning.Line(name, "#112233", member) for member, name in enumerate("abcd"))
    frame = learning.Frame("across", "upwards", "chance", "#5a6472")
    layers = learning.specification(frame, lines, ("1", "2"))["layer"]
    [line] = [it["encoding"] for it in layers if it["mark"]["type"] == "line"]
    assert line["strokeDash"]["legend"] == line["color"]["legend"]
    assert line["color"]["legend"]["symbolType"] == "stroke"
    dashes = line["strokeDash"]["scale"]["range"]
    assert len({tuple(dash) for dash in dashes}) == 4


@pytest.mark.parametrize(("colour", "kind"), [*zip(theme.QUIET, ("light", "dark"), strict=True)])
def test_the_level_of_guessing_can_be_read(colour: str, kind: str):
    ground = tomllib.loads(Path(".streamlit/config.toml").read_text())["theme"][kind]
    light, dark = sorted(map(luminance, (colour, ground["backgroundColor"])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


def test_the_table_of_a_chart_has_means_and_spread():
    runs = {"a": np.array([[0.0, 1.0], [1.0, np.nan]]), "b": np.array([[np.nan, 0.5]])}
    found = learning.table((0, 10), runs, 0.5).to_pandas()
    assert found[["line", "across", "value", "low", "high"]].iloc[:3].values.tolist() == [
        ["a", 0, 0.5, 0.0, 1.0],
        ["a", 10, 1.0, 1.0, 1.0],
        ["b", 10, 0.5, 0.5, 0.5],
    ]
    assert found.chance.tolist()[3:] == [0.5]


# The recording, and what sizes of state come to


@pytest.fixture
def defaults(open_dashboard: Visit) -> AppTest:
    worker.cache_clear()
    return open_dashboard("en-US").switch_page("pages/training.py").run()


def data_of(app: AppTest, alt: str) -> pd.DataFrame:
    return convert_arrow_bytes_to_pandas_df(charts(app)[EN(alt)].proto.data.data)


def test_a_finished_race_of_the_defaults_is_there_at_once_and_says_so(defaults: AppTest):
    kept = recorded()
    seconds = f"{sum(kept.seconds.values()):.0f}"
    told = EN("training.state.recorded", seconds=seconds, part="100%", place=0)
    assert told in [it.value for it in defaults.info]
    data = data_of(defaults, "alt.training_accuracy")
    for name in kept.race.contenders:
        [*_, last] = [it.accuracy for it in kept.snapshots if it.contender == name]
        label = EN(f"training.name.{name}", field=field_of(name, kept.race.design))
        assert data[data.line == label].value.tolist() == pytest.approx(last.tolist(), abs=1e-6)
    table = defaults.table[0].value.astype(str)
    seconds = [float(it) for it in table[EN("training.column.seconds")]]
    assert seconds == pytest.approx([*kept.seconds.values()], abs=0.051)
    assert {EN(f"alt.training_{it}") for it in ("map", "felt", "loss")} <= charts(defaults).keys()
    assert not [it.value for it in defaults.caption if it.value == EN("training.expected")]
    assert not defaults.button(key="training_start").disabled
    assert "training" not in notes(defaults).races


def test_the_recording_goes_with_other_settings_and_with_a_race_of_the_readers(defaults: AppTest):
    said = "A recording: "
    app = choose(defaults, training_task="pairs")
    assert not [it for it in app.info if it.value.startswith(said)]
    assert EN("alt.training_accuracy") not in charts(app)
    app = choose(app, training_task="recall")
    assert [it for it in app.info if it.value.startswith(said)]
    app = finish(choose(app, **RACE))
    app = choose(app, **{name: getattr(TrainingChoice(), name) for name in RACE})
    assert not [it for it in app.info if it.value.startswith(said)]
    assert EN("training.changed") in [it.value for it in app.caption]


def test_what_was_recorded_opens_on_explore_without_training_again(defaults: AppTest):
    app = defaults.button(key="training_explore").click().run()
    assert not app.exception
    [last] = [it for it in recorded().snapshots[-8:] if it.contender == "relative"]
    found = learned.after(TrainingChoice(), "relative")
    assert found
    assert found.parameters is last.parameters
    for other in ({"training_seed": 1}, {"training_steps": 140}, {"training_length": 46}):
        assert not learned.after(replace(TrainingChoice(), **other), "relative")


def test_accuracy_is_drawn_against_numbers_of_state(defaults: AppTest):
    data = data_of(defaults, "alt.training_states")
    for task in SWEPT:
        line = data[data.line == EN(f"training.states.{task}")]
        assert tuple(line.across) == STATES
        right = recorded().by_state[task].mean(axis=1)
        assert line.value.tolist() == pytest.approx(right.tolist())
    own = {name: data[data.line == EN(f"training.name.{name}")] for name in ("lstm", "gru")}
    design = recorded().race.design
    for name, cells in (("lstm", 2), ("gru", 1)):
        network = build(CONTENDERS[CONTENDERS.index(name)], design, 0)
        state, *_ = network.get_submodule("net")(torch.zeros(1, 1, network.width))[1]
        assert own[name].across.tolist() == [cells * state.shape[-1]]
    linear = data[data.line == EN("training.name.linear")]
    assert linear.across.tolist() == [TrainingChoice().training_state]
    [swept] = data[(data.line == EN("training.states.recall")) & (data.across == 768)].value
    assert linear.value.tolist() == pytest.approx([swept], abs=0.02)


def test_what_is_said_of_states_is_read_off_their_accuracies(defaults: AppTest):
    [said] = [it.value for it in defaults.markdown if "numbers of state, " in it.value]
    even, grows, own = said.split("\n")
    assert "not always better" in even
    assert "**Recurrent need not be forgetful: here the size decides.**" in grows
    assert not recorded().rises("recall")
    assert recorded().rises("pairs")
    assert (
        f"GRU {data_of(defaults, 'alt.training_states').set_index('line').value['GRU']:.0%}" in own
    )
