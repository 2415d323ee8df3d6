"""Questions at the buffet: what moves the plate, and what does not."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from core import architectures
from core.arrays import Array
from core.ideas.buffet import DISHES, NUTRIENTS, Table, serve
from core.questions.question import (
    EQUAL,
    TIE,
    Kind,
    Name,
    Question,
    change,
    clear_winner,
    largest,
    named,
    numbers,
    one,
    yes_no,
)
from core.receptive_field import convolution_field
from core.rnn import RecurrentSettings

_WISH = 3.0


@dataclass(frozen=True)
class Tasted:
    """The table that the reader looks at.

    Attributes:
        goal: ``(nutrient,)``, the query.
        table: In the order in which the dishes stand.
        order: Which dish stands at each place.
        recurrent: The diner who remembers.
    """

    goal: Array
    table: Table
    order: tuple[int, ...]
    recurrent: RecurrentSettings

    def weights(self, goal: Array, table: Table | None = None) -> Array:
        """``(place,)`` of another diner, or at another table."""
        return serve(goal, table or self.table).weights[0, 0]

    def dish(self, place: int) -> Name:
        """The dish at a place."""
        return Name("dish", DISHES[self.order[place]].name)


def turned(tasted: Tasted, draw: Generator) -> Question | None:
    """Ask: does somebody's dinner change when the dishes stand in the opposite order?"""
    diner = one(("attention", "recurrent"), draw)
    turned_over = tasted.table.ordered(tuple(reversed(range(len(DISHES)))))
    if diner == "attention":
        before, after = (serve(tasted.goal, it).output for it in (tasted.table, turned_over))
    else:
        before, after = (
            architectures.recurrent(it.seen(), tasted.recurrent).influence.share[-1]
            for it in (tasted.table, turned_over)
        )
        after = after[::-1]
    moved = float(np.abs(after - before).max())
    if EQUAL < moved < TIE:
        return None
    return Question(f"turned_{diner}", {}, *yes_no(moved > EQUAL), {"moved": f"{moved:.3f}"})


def wished(tasted: Tasted, draw: Generator) -> Question | None:
    """Ask: which dish gets the most when only one nutrient is wished for?"""
    goals = [*np.eye(len(NUTRIENTS)) * _WISH, *np.eye(len(NUTRIENTS)) * -_WISH]
    clear = [goal for goal in goals if clear_winner(tasted.weights(goal)) is not None]
    if not clear:
        return None
    goal = one(clear, draw)
    nutrient, weights = int(np.abs(goal).argmax()), tasted.weights(goal)
    winner = largest(weights, range(len(DISHES)), draw, tasted.dish)
    if winner is None:
        return None
    found, answers = winner
    return Question(
        "wished",
        {"nutrient": Name("nutrient", NUTRIENTS[nutrient]), "amount": f"{goal[nutrient]:g}"},
        *answers,
        {
            "found": tasted.dish(found),
            "share": f"{weights[found]:.1%}",
            "label": f"{tasted.table.labels[found, nutrient]:g}",
        },
    )


def no_wish(tasted: Tasted, draw: Generator) -> Question | None:
    """Ask: what is on the plate of somebody who wants nothing in particular?"""
    weights = tasted.weights(np.zeros(len(NUTRIENTS)))
    if not tasted.goal.any():
        return None
    found = "all_equal" if np.ptp(weights) < EQUAL else "one_dish"
    place = one(range(len(DISHES)), draw)
    return Question(
        "no_wish",
        {},
        *named(found, "nothing", "all_equal", "one_dish"),
        {"dish": tasted.dish(place), "share": f"{weights[place]:.1%}", "n": str(len(DISHES))},
    )


def food(tasted: Tasted, draw: Generator) -> Question | None:
    """Ask: what moves when a dish's food changes, but not its label?"""
    place, nutrient = one(range(len(DISHES)), draw), one(range(len(NUTRIENTS)), draw)
    contents = tasted.table.contents.copy()
    contents[place, nutrient] += _WISH
    changed = tasted.table._replace(contents=contents)
    before, after = serve(tasted.goal, tasted.table), serve(tasted.goal, changed)
    weights = float(np.abs(after.weights - before.weights).max())
    plate = after.output[0, 0, nutrient] - before.output[0, 0, nutrient]
    if EQUAL < weights < TIE or EQUAL < abs(plate) < TIE:
        return None
    names = {
        (False, True): "plate_alone",
        (True, False): "weights_alone",
        (True, True): "weights_and_plate",
        (False, False): "neither_moves",
    }
    return Question(
        "food",
        {"dish": tasted.dish(place), "nutrient": Name("nutrient", NUTRIENTS[nutrient])},
        *named(names[weights > EQUAL, bool(abs(plate) > EQUAL)], *names.values()),
        {"share": f"{before.weights[0, 0, place]:.1%}", "plate": f"{plate:+.2f}"},
    )


def keener(tasted: Tasted, draw: Generator) -> Question | None:
    """Ask: does the largest weight rise when every wish is twice, or half, as strong?"""
    factor = one((2.0, 0.5), draw)
    before, after = tasted.weights(tasted.goal).max(), tasted.weights(tasted.goal * factor).max()
    answer = change(float(before), float(after))
    if answer is None:
        return None
    return Question(
        "keener",
        {"factor": f"{factor:g}"},
        *answer,
        {"before": f"{before:.1%}", "after": f"{after:.1%}"},
    )


def walks(tasted: Tasted, draw: Generator) -> Question | None:
    """Ask: how often must the diner with the window walk past until a dish is felt?"""
    n = len(tasted.order)
    distance = one(range(2, n), draw)
    field = convolution_field(n, kernel=3, dilations=(1,) * n)
    found = int(field.path[-1, n - 1 - distance])
    return Question(
        "walks",
        {
            "dish": tasted.dish(n - 1 - distance),
            "place": tasted.dish(n - 1),
            "distance": str(distance),
        },
        *numbers(found, -(-distance // 3), 1, n),
        {"walks": str(found)},
    )


KINDS: tuple[Kind, ...] = (turned, wished, food, keener, no_wish, walks)
