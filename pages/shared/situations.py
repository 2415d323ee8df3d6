"""What a page shows, as its questions and challenges need it; made only when they are open."""

from collections.abc import Callable, Mapping
from typing import Any

from core.errors import InputError
from core.questions import challenges
from core.questions.buffet import Tasted
from core.questions.cross import Crossed
from core.questions.explored import Explored
from core.questions.model import Modelled
from core.questions.positions import Ordered
from core.questions.reach import Reached
from core.questions.training import Trained
from core.questions.upload import Weighed
from core.questions.why import Written
from core.reader.recall import RecallChoice
from core.reader.scene import Scene
from core.reader.training import FIELDS, TrainingChoice
from pages.shared.reader.model import ModelScene
from pages.shared.reader.session import reader
from pages.shared.server import cache
from pages.shared.views.buffet.plate import Served
from pages.shared.views.cross.crossing import Crossing
from pages.shared.views.in_line import in_line
from pages.shared.views.positions.shuffling import Shuffling, orders
from pages.shared.views.reach.stacks import Reaching
from pages.shared.views.upload.maps import Shown
from pages.shared.views.why.translating import Translating


def explored(scene: Scene) -> Explored:
    """The layer of the Explore page."""
    choice, tokens = scene.choice, scene.tokens.kept
    parameters = scene.source.parameters(tokens)
    own = choice.source != "trained"  # else trained networks stand beside the layer
    return Explored(
        tokens,
        parameters,
        scene.source.rules,
        choice.head,
        choice.query,
        choice.recurrent if own else None,
        choice.convolution if own else None,
    )


def modelled(scene: ModelScene) -> Modelled:
    """The real model on the text and on the sentence beside it."""
    choice = scene.choice
    asked = choice.model_part, scene.shown, choice.model_attention
    try:
        other = cache.model(choice.model_other, *asked, told=in_line())
    except InputError:
        other = None
    return Modelled(
        scene.run,
        other,
        choice.model_layer,
        choice.model_head,
        choice.model_query,
        choice.model_key,
    )


def crossed(crossing: Crossing) -> Crossed:
    """Two sentences; without a mask, as between two sentences."""
    source = crossing.switched("b_asks_a").choice.source
    return Crossed(
        source,
        crossing.a,
        crossing.b,
        crossing.choice.asks,
        crossing.choice.answers,
        crossing.choice.cross_head,
    )


def ordered(shuffling: Shuffling) -> Ordered:
    """The words as written and shuffled."""
    return Ordered(shuffling.words, shuffling.head, shuffling.places, orders(shuffling.scene))


def reached(reaching: Reaching) -> Reached:
    """Three architectures on the same positions."""
    choice = reaching.choice
    convolution = choice.convolution
    chosen = reader().record(RecallChoice)
    words = chosen.words(reaching.scene.tokens.kept, reader().language)
    return Reached(
        reaching.n, choice.stack, choice.reach_direction, convolution, words, chosen.readers
    )


def trained(choice: TrainingChoice) -> Trained:
    """The task, before anything has learned it."""
    return Trained(choice.race.design.task, choice.training_field, FIELDS)


def tasted(served: Served) -> Tasted:
    """The table, and who walks past it."""
    return Tasted(served.choice.goal, served.table, served.order, served.choice.recurrent)


def weighed(shown: Shown) -> Weighed:
    """A head from a file."""
    return Weighed(
        shown.pointed.asking, shown.pointed.answering, shown.weights, shown.pointed.query
    )


def written(shown: Translating) -> Written:
    """A translation that three translators were made to write."""
    return Written(shown.made, shown.choice.why_word, *shown.pieces)


SITUATIONS: Mapping[str, Callable[[Any], object]] = {
    "explore": explored,
    "path": explored,
    "upload": weighed,
    "corrections": explored,
    "model": modelled,
    "why": written,
    "cross": crossed,
    "positions": ordered,
    "heads": explored,
    "reach": reached,
    "training": trained,
    "buffet": tasted,
    "cost": lambda setting: setting,
}
"""From what a page passes to what its questions are asked of."""


def _looks(scene: Scene) -> bool:
    seen = explored(scene)
    return challenges.looks_by_query(seen.tokens, seen.weights, scene.choice.edits, seen.rules)


def _remembers(scene: Scene) -> bool:
    seen = explored(scene)
    if seen.recurrent is None:
        return False
    return challenges.remembers(cache.recurrent(seen.parameters.x, seen.recurrent).influence)


def _looks_beside(scene: ModelScene) -> bool:
    choice = scene.choice
    if scene.run.crossing:
        return False
    return challenges.looks_beside(scene.run.features, choice.model_layer, choice.model_head)


CHALLENGES: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "explore": {
        "looks": _looks,
        "remembers": _remembers,
    },
    "model": {"looks_beside": _looks_beside},
    "reach": {
        "reaches": lambda it: challenges.reaches_far(it.choice.convolution),
    },
    "positions": {"still": lambda it: challenges.mostly_still(it.head, it.places)},
}
"""Page to what is to be brought about there, and whether it was, from what the page passes."""
