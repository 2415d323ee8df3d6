"""What of a race is opened in Explore: a shelf and neighbours of its own."""

from dataclasses import replace

from core.choices.lesson import beside, shelf
from core.choices.training import TrainingChoice


def test_edits_of_two_races_or_layers_never_meet():
    base = TrainingChoice()
    others = [
        {"training_seed": 1},
        {"training_steps": 200},
        {"training_task": "pairs"},
        {"training_inside": "rotary"},
        {"training_layers": 2},
        {"training_layers": 2, "training_layer": 1},
    ]
    shelves = [shelf(base), *(shelf(replace(base, **other)) for other in others)]
    assert len(set(shelves)) == len(shelves)
    assert shelf(replace(base, training_layer=1)) == shelf(base)  # there is no second layer
    assert shelf(replace(base, training_head=3, training_query=1)) == shelf(base)


def test_the_first_of_each_family_stands_beside_attention():
    assert beside(TrainingChoice()) == ("rnn", "cnn")
    contenders = ("relative", "gru", "wide_cnn")
    assert beside(TrainingChoice(training_contenders=contenders)) == ("gru", "wide_cnn")
    assert beside(TrainingChoice(training_contenders=("relative",))) == ("rnn", "cnn")
