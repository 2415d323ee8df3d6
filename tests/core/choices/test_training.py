"""Settings of a race: read without raising, written to a file and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.choices import reading
from core.choices.edited import Address
from core.choices.exploration_file import LARGEST_FILE, from_file, to_file
from core.choices.explore import MOST_EDITS
from core.choices.race_file import as_json, from_json
from core.choices.training import (
    DISTANCES,
    LIMITS,
    READERS,
    TrainingChoice,
    chosen_race,
)
from core.errors import InputError


def test_defaults_are_usable():
    choice = TrainingChoice()
    found, unusable = reading.read(TrainingChoice, READERS, vars(choice))
    assert (found, unusable) == (choice, ())
    assert READERS.keys() == vars(choice).keys()


def test_a_race_can_be_repeated_from_its_file():
    choice = TrainingChoice(
        training_task="pairs",
        training_distance=8,
        training_contenders=("gru", "cnn"),
        training_seeds=3,
    )
    found, unusable = from_json(as_json(choice).encode())
    assert (found, unusable) == (choice, ())
    assert chosen_race(found.race).race == choice.race
    assert json.loads(as_json(choice))["learning_rates"] == {"gru": 0.02, "cnn": 0.01}


def test_settings_without_a_distance_are_those_of_a_race_that_asks_everything():
    old = {name: it for name, it in vars(TrainingChoice()).items() if name != "training_distance"}
    found, unusable = from_json(json.dumps(old).encode())
    assert (found, unusable) == (TrainingChoice(), ())
    assert found.race.design.task.farthest == DISTANCES[-1] >= LIMITS["training_length"][1]


def test_either_file_of_settings_is_read_in_both_places():
    choice = TrainingChoice(training_task="pairs", training_contenders=("gru",))
    whole = to_file("training", vars(choice))
    assert from_json(whole) == (choice, ())
    asked = from_file(as_json(choice).encode())
    assert (asked.page, asked.unusable, asked.known) == ("training", (), True)
    assert reading.read(TrainingChoice, READERS, asked.fields) == (choice, ())


def test_a_file_without_a_usable_value_is_refused():
    with pytest.raises(InputError, match="training_unusable"):
        from_json(b'{"training_steps": -1}')


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff\xfe", b'{"a": 1}', b"[" * 5000, b"NaN"],
)
def test_a_file_of_something_else_is_refused(content: bytes):
    with pytest.raises(InputError, match="training_file"):
        from_json(content)


def test_a_file_that_is_too_large_is_refused_in_both_places():
    for read in (from_json, from_file):
        with pytest.raises(InputError, match="file_too_large"):
            read(b" " * LARGEST_FILE + b"{}")


def test_settings_in_a_file_with_thousands_of_edits_are_read():
    cells = {Address("w_q", "0", row, "", 0): row / 7 for row in range(MOST_EDITS)}
    shelves = {f"seeded {seed}": cells for seed in range(3)}
    content = to_file("training", {"training_task": "pairs"}, shelves)
    assert len(content) > 500_000
    assert from_json(content) == (TrainingChoice(training_task="pairs"), ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("training_length", 17),
        ("training_length", 1e9),
        ("training_field", 9),
        ("training_distance", 9),
        ("training_distance", "far"),
        ("training_contenders", ["relative", "human"]),
        ("training_steps", float("inf")),
        ("training_task", None),
        ("training_inside", "gru"),
        ("training_seeds", True),
    ],
)
def test_a_bad_field_takes_its_default_and_is_named(name: str, value: object):
    found, unusable = from_json(json.dumps({name: value, "training_seed": 8}).encode())
    assert found == TrainingChoice(training_seed=8)
    assert unusable == (name,)


anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@given(st.dictionaries(st.sampled_from(sorted(READERS)), anything))
def test_whatever_a_file_says_the_settings_are_usable(raw: dict[str, object]):
    found, _ = reading.read(TrainingChoice, READERS, raw)
    assert reading.read(TrainingChoice, READERS, vars(found)) == (found, ())


def test_contenders_come_in_one_order():
    found, _ = from_json(b'{"training_contenders": ["cnn", "relative", "cnn"]}')
    assert found.training_contenders == ("relative", "cnn")
