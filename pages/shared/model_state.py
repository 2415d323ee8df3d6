"""What a page about the real model is about: its choice, and what the model made of the text."""

from dataclasses import replace
from typing import NamedTuple

from core.choice_model import READERS, ModelChoice
from core.errors import InputError
from core.sources.pretrained import PretrainedSource
from core.sources.run import ModelRun
from core.tokens import follow
from pages.shared import cache, state
from pages.shared.book import book
from pages.shared.examples import EXAMPLES

_TOKENS = "model"


class ModelScene(NamedTuple):
    """What a page shows.

    Attributes:
        choice: Usable, and pointing at pieces that exist.
        run: The model on the choice's sentence.
        problem: Why the sentence as typed is not the choice's, if so.
    """

    choice: ModelChoice
    run: ModelRun
    problem: InputError | None


def model_scene() -> ModelScene:
    """What the reader has chosen, made usable; to be called once a run, before any widget.

    Raises:
        InputError: If the model itself cannot be used.
    """
    choice, run, problem = _readable(state.remembered(ModelChoice, READERS))
    words = run.pieces.tokens
    before = book()["words"].get(_TOKENS, words)
    book()["words"][_TOKENS] = words
    place = follow(before, words) if before != words else {}
    last = len(words) - 1
    choice = replace(
        choice,
        model_query=min(place.get(choice.model_query, choice.model_query), last),
        model_key=min(place.get(choice.model_key, choice.model_key), last),
    )
    state.show(model_query=choice.model_query, model_key=choice.model_key)
    return ModelScene(choice, run, problem)


def show_example(name: str) -> None:
    """Take one of the English examples, with the pieces it points at."""
    example = EXAMPLES[name]
    pieces = PretrainedSource().pieces(example.sentence).tokens
    book()["words"][_TOKENS] = pieces
    state.change(
        model_sentence=example.sentence,
        model_query=pieces.index(example.asks),
        model_key=pieces.index(example.about),
    )


def _readable(choice: ModelChoice) -> tuple[ModelChoice, ModelRun, InputError | None]:
    try:
        run = cache.model(choice.model_sentence, choice.model_part)
    except InputError as problem:
        if problem.code != "no_tokens":
            raise
        last = book()["good_texts"].get(_TOKENS, ModelChoice().model_sentence)
        choice = replace(choice, model_sentence=last)
        return choice, cache.model(last, choice.model_part), problem
    book()["good_texts"][_TOKENS] = choice.model_sentence
    return choice, run, None
