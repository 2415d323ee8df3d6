"""Where the page of a real model points, when the text or the model is another one."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.arrays import Array
from core.models.pieces import Pieces
from core.models.run import ModelRun
from core.models.telling import telling, tells_most
from core.reader.model import MOST_PIECES, ModelChoice
from core.tokens import follow


def pointing(
    choice: ModelChoice, run: ModelRun, shown: str, before: tuple[str, Pieces] | None
) -> ModelChoice:
    """Point where the choice did, though the text was edited or another model cut it up.

    In a new text nothing stands where it did: there the pair is pointed at that tells most.

    Args:
        choice: What the reader chose.
        run: What is shown.
        shown: The model's name.
        before: The model that was shown before, and its pieces, if any was.
    """
    layers, words = run.trace.layers, run.pieces.telling
    heads = layers[min(choice.model_layer, len(layers) - 1)].weights
    weights = heads[min(choice.model_head, len(heads) - 1)]
    model, pieces = before or (shown, run.queries)
    place = places(pieces, run.queries, same_model=model == shown)
    if run.crossing:
        return _pointing_across(choice, run, weights, stays=pieces == run.queries)
    query, key = place.get(choice.model_query), place.get(choice.model_key)
    if query is None:
        query, key = telling(weights, words)
    elif key is None:
        key = tells_most(weights, words, query)
    return replace(still_blind(choice, place), model_query=query, model_key=key)


def still_blind(choice: ModelChoice, place: Mapping[int, int]) -> ModelChoice:
    """Let nobody look at the pieces that nobody could look at, wherever they stand by now."""
    return replace(
        choice, model_blind=tuple(sorted(place[it] for it in choice.model_blind if it in place))
    )


def _pointing_across(
    choice: ModelChoice, run: ModelRun, weights: Array, *, stays: bool
) -> ModelChoice:
    """Point from one text to another: at the pair that most exceeds what all rows give."""
    if stays:
        return choice
    own = weights - weights.mean(axis=0)
    for axis, pieces in enumerate((run.queries, run.pieces)):
        wordless = np.array([word is None for word in pieces.telling])
        own = np.where(np.expand_dims(wordless, 1 - axis), -np.inf, own)
    query, key = np.unravel_index(int(own.argmax()), own.shape)
    return replace(choice, model_query=int(query), model_key=int(key))


def places(before: Pieces, now: Pieces, *, same_model: bool) -> dict[int, int]:
    """Tell where pieces stand by now; none of another text, of which less than half is left."""
    if same_model and before.tokens == now.tokens:
        return {place: place for place in range(MOST_PIECES)}
    if not same_model:
        same = before.sentence == now.sentence
        return {
            i: now.at(start) for i, (start, end) in enumerate(before.spans) if end > start and same
        }
    own = [place for place, word in enumerate(before.telling) if word is not None]
    place = follow(before.tokens, now.tokens)
    return place if 2 * sum(it in place for it in own) >= len(own) else {}
