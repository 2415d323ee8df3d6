"""Explore with heads of a built-in model, in a basis of the reader's sentence."""

from dataclasses import replace

from core.layer import Sizes
from core.reader.cells import MASK, blocked_pairs, head_shelf, matrix_edits
from core.reader.explore import Choice
from core.reader.model import ModelChoice
from core.reader.reader import Reader
from core.reader.records import limits
from core.reader.scene import Scene
from core.sources.basis import BasisSource, heads_of
from core.tokens import Tokens
from pages.shared.reader.model import at_hand
from pages.shared.server import cache, loading
from pages.shared.server.gate import Waiting


def opened_head(reader: Reader, told: Waiting) -> Scene:
    """Give the chosen head, and those after it in its layer, on the sentence's first pieces.

    Raises:
        InputError: If the model cannot be used, or ``busy``.
    """
    choice, model = reader.record(Choice), reader.record(ModelChoice)
    name = model.model_name if model.model_name in loading.BUILT_IN else at_hand()
    run = cache.short(choice.sentence, name, told=told)
    layers = run.trace.layers
    layer, of_layer = min(model.model_layer, len(layers) - 1), len(layers[0].weights)
    first, n = min(model.model_head, of_layer - 1), len(run.trace.query_tokens)
    heads = [(first + more) % of_layer for more in range(min(choice.n_heads, of_layer))]
    tokens = Tokens(run.trace.query_tokens, run.pieces.total + n - run.pieces.used)
    on = head_shelf(choice, model)
    choice = replace(
        choice,
        n_heads=len(heads),
        query=model.model_query,
        key=model.model_key,
        edits=matrix_edits(reader.edits.get(on, {}), tokens.kept),
        blocked=blocked_pairs(reader.edits.get(MASK, {}), tokens.kept),
    ).within(n)
    source = BasisSource(
        choice.sizes, choice.rules, choice.edits, heads=heads_of(run, layer, heads)
    )
    draft = reader.drafts.get("sentence")
    return Scene(choice, tokens, draft and draft.reason, source, on)


def exact_sizes(n: int) -> dict[str, int]:
    """The fields of sizes that lose nothing of any head on ``n`` pieces, within their limits."""
    sizes = Sizes(n, max(1, n - 1), n)
    names = ("d_model", "d_k", "d_v")
    return {
        name: min(max(getattr(sizes, name), limits(name)[0]), limits(name)[1]) for name in names
    }
