"""The page of a real model: the reader's choice, and what the model made of the text."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple, get_args

import numpy as np

from core.arrays import Array
from core.errors import InputError
from core.measures import entropy
from core.models.next_word import Speaker
from core.models.pieces import Pieces
from core.models.run import ModelRun
from core.reader.examples import EXAMPLES
from core.reader.model import (
    MODEL_BEGINS,
    MODEL_EXAMPLES,
    PACKAGED,
    ModelChoice,
    ModelExample,
    Order,
)
from core.sources.families import FamilySource
from pages.shared.reader.pointing import places, pointing, still_blind
from pages.shared.reader.session import change, reader, session, settle
from pages.shared.server import cache, loading
from pages.shared.server.gate import Waiting

_SETTLED = (
    *("model_name", "model_layer", "model_head", "model_query", "model_key", "model_order"),
    *("model_lines", "model_off", "model_aggregate", "model_blind"),
)
"""Fields that depend on the model and on the text's pieces."""


class ModelScene(NamedTuple):
    """What a page shows.

    Attributes:
        choice: Usable, and pointing at pieces and a head that exist.
        run: The model that is shown, on the choice's sentence.
        shown: The model's name; the reader's built-in one while another is loaded or cannot
            be used.
        problem: Why the sentence as typed is not the choice's, if so.
        trouble: Why the chosen model is not the one that is shown, if it never will be.
    """

    choice: ModelChoice
    run: ModelRun
    shown: str
    problem: InputError | None
    trouble: InputError | None

    @property
    def built_in(self) -> bool:
        """Whether it is one of the models that this project runs step by step."""
        return self.shown in loading.BUILT_IN

    @property
    def speaker(self) -> Speaker | None:
        """The model with its head for the next piece, if it has one and never looks ahead."""
        looks_ahead = len(self.run.pieces.tokens) > 1 and not self.causal
        return None if looks_ahead else loading.speaker(self.shown)

    @property
    def crosses(self) -> bool:
        """Whether it has an encoder, and a decoder that looks at it."""
        source = loading.source(self.shown, self.choice.model_part)
        return isinstance(source, FamilySource) and bool(source.load().encoder)

    @property
    def switches(self) -> bool:
        """Whether heads can be switched off, and what changes be seen."""
        speaker = self.speaker
        return self.built_in or (speaker is not None and bool(speaker.mixers))

    @property
    def special(self) -> tuple[str, ...]:
        """The different pieces that the model adds."""
        pieces = self.run.pieces
        added = (it for it, own in zip(pieces.tokens, pieces.special, strict=True) if own)
        return tuple(dict.fromkeys(added))

    @property
    def causal(self) -> bool:
        """Whether pieces see themselves and what comes before them only."""
        if self.run.crossing:
            return False
        may_look = self.run.trace.layers[0].may_look[0]
        return len(may_look) > 1 and not may_look[0, 1:].any()

    @property
    def shape(self) -> tuple[int, int]:
        """How many layers there are, and how many heads in each."""
        layers = self.run.trace.layers
        return len(layers), len(layers[0].weights)

    @property
    def n_heads(self) -> int:
        """In all layers together."""
        layers, heads = self.shape
        return layers * heads

    @property
    def orders(self) -> tuple[Order, ...]:
        """Give what heads can be sorted by."""
        idle = {"first" if self.special else "special"} | ({"following"} if self.causal else set())
        if self.run.crossing:  # other places are those of another text
            idle |= {"previous", "following", "same", "first"}
        return tuple(it for it in get_args(Order) if it not in idle)

    @property
    def features(self) -> Mapping[str, Array]:
        """Give what each head does, by name: ``(layer, head)``."""
        if not self.run.crossing:
            return self.run.features._asdict()
        maps = [layer.weights for layer in self.run.trace.layers]
        own = np.array(self.run.pieces.special)
        return {
            "entropy": np.stack([entropy(it).mean(axis=-1) for it in maps]),
            "special": np.stack([it[..., own].sum(axis=-1).mean(axis=-1) for it in maps]),
        }


def model_scene(told: Waiting) -> ModelScene:
    """Give what the reader has chosen, pointing at what the model's pieces and heads are.

    Args:
        told: Called while others compute, as :func:`cache.model` does.

    Raises:
        InputError: If the built-in model itself cannot be used, or ``busy``.
    """
    choice, draft = reader().record(ModelChoice), reader().drafts.get("model_sentence")
    choice, shown, trouble = _usable(choice)
    try:
        run, problem = _run(choice, shown, told)
    except InputError as reason:
        if shown == at_hand() or reason.code == "busy":
            raise
        shown, trouble = at_hand(), reason
        run, problem = _run(choice, shown, told)
    problem = problem or (draft and draft.reason)
    scene = ModelScene(pointing(choice, run, shown, session().pieces), run, shown, problem, trouble)
    scene = scene._replace(choice=within(scene))
    # While the chosen model is loaded, what a link says of its heads and pieces waits for it.
    waits = trouble is None and shown != choice.model_name
    if not waits:
        _note(run.queries, shown)
    fields = ("model_order",) if waits else _SETTLED
    settle(**{name: getattr(scene.choice, name) for name in fields})
    return scene


def show_example(name: str, shown: str) -> None:
    """Take an example, with the pieces it points at in the model that is shown; for callbacks."""
    example = {**EXAMPLES, **MODEL_EXAMPLES}[name]
    pieces = loading.source(shown, "start").pieces(example.sentence)
    _note(pieces, shown)
    at = example.at if isinstance(example, ModelExample) else ()
    change(
        **dict(zip(("model_layer", "model_head"), at, strict=False)),
        model_sentence=example.sentence,
        model_query=_piece(pieces, example.asks),
        model_key=_piece(pieces, example.about),
    )


def go_on(sentence: str, shown: str) -> None:
    """Take a text that ends otherwise, and let its last piece ask; for callbacks."""
    pieces = loading.source(shown, reader().record(ModelChoice).model_part).pieces(sentence)
    own = [place for place, added in enumerate(pieces.special) if not added]
    choice = reader().record(ModelChoice)
    if before := session().pieces:
        choice = still_blind(choice, places(before[1], pieces, same_model=True))
    _note(pieces, shown)
    change(model_sentence=sentence, model_query=own[-1], model_blind=choice.model_blind)


def at_hand() -> str:
    """The built-in model that the page opens with in the reader's language."""
    return str(MODEL_BEGINS[reader().language].get("model_name", PACKAGED))


def _usable(choice: ModelChoice) -> tuple[ModelChoice, str, InputError | None]:
    """The choice, the name of the model to show, and why it is not the chosen one."""
    name = choice.model_name
    try:
        return choice, name if loading.ready(name) else at_hand(), None
    except InputError as trouble:
        if trouble.code == "model_not_allowed":  # it is no option of the control
            choice = replace(choice, model_name=at_hand())
        return choice, at_hand(), trouble


def _run(choice: ModelChoice, shown: str, told: Waiting) -> tuple[ModelRun, InputError | None]:
    """Run the model; where others compute too long, give what it made of the last text."""
    asked = choice.model_part, shown, choice.model_attention
    try:
        return cache.model(choice.model_sentence, *asked, told=told), None
    except InputError as problem:
        before = session().pieces
        last = before[1].sentence if before else ModelChoice().model_sentence
        if problem.code == "no_tokens":
            return cache.model(last, *asked, told=told), problem
        run = cache.kept_model(last, *asked) if problem.code == "busy" else None
        if run is None:
            raise
        return run, problem


def within(scene: ModelScene) -> ModelChoice:
    """Point at pieces and heads that exist."""
    choice, (n_layers, n_heads) = scene.choice, scene.shape
    last_query, last_key = (len(it.tokens) - 1 for it in (scene.run.queries, scene.run.pieces))
    swap: dict[Order, Order] = {"first": "special", "special": "first"}
    order = choice.model_order
    if order not in scene.orders:
        order = swap.get(order, "pair")
    rolled = choice.model_aggregate == "rollout"  # through layers of one text
    return replace(
        choice,
        model_layer=min(choice.model_layer, n_layers - 1),
        model_head=min(choice.model_head, n_heads - 1),
        model_query=min(choice.model_query, last_query),
        model_key=min(choice.model_key, last_key),
        model_aggregate="head" if scene.run.crossing and rolled else choice.model_aggregate,
        model_order=order,
        model_lines=tuple(head for head in choice.model_lines if head < n_heads),
        model_off=tuple(
            at for at in choice.model_off if scene.switches and at[0] < n_layers and at[1] < n_heads
        ),
        model_blind=tuple(it for it in choice.model_blind if it <= last_key),
    )


def _piece(pieces: Pieces, word: str) -> int:
    """The piece with which a word of an example begins."""
    sentence = pieces.sentence
    parted = f" {word} " if f" {word} " in sentence else word
    return pieces.at(sentence.index(parted) + parted.index(word))


def _note(pieces: Pieces, shown: str) -> None:
    session().pieces = shown, pieces
