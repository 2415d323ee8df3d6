"""What a state shows of a claim, in the reader's language: numbers that are computed from it."""

from core.choices import reading
from core.choices.cost import READERS as COST
from core.choices.cost import CostChoice
from core.choices.cross import READERS as CROSS
from core.choices.cross import CrossChoice
from core.choices.model import READERS as MODEL
from core.choices.model import ModelChoice
from core.choices.positions import READERS as POSITIONS
from core.choices.positions import PositionsChoice
from core.choices.training import READERS as TRAINING
from core.choices.training import TrainingChoice
from core.claims import layer, model, neighbours
from core.models.run import ModelRun
from pages.shared.destinations import Destination
from pages.shared.server import cache
from pages.shared.text import Text, plain, plain_word


def pair(text: Text, there: Destination) -> str:
    """A word's weights from two words, and the sums of its row and column."""
    choice = there.choice(text.language)
    words, it = layer.words(choice), layer.column(choice)
    return text(
        "correction.pair.seen",
        asks=plain_word(words, choice.query),
        other=plain_word(words, it.other),
        about=plain_word(words, choice.key),
        weight=f"{it.weight:.0%}",
        other_weight=f"{it.other_weight:.0%}",
        row=f"{it.row:.2f}",
        column=f"{it.column:.2f}",
    )


def formula(text: Text, there: Destination) -> str:
    """Entropy with and without the root."""
    choice = there.choice(text.language)
    it, words = layer.sharpness(choice), layer.words(choice)
    return text(
        "correction.formula.seen",
        d_k=choice.d_k,
        asks=plain_word(words, choice.query),
        divided=f"{it.divided:.2f}",
        undivided=f"{it.undivided:.2f}",
        even=f"{it.even:.2f}",
    )


def source(text: Text, there: Destination) -> str:
    """The map's two sizes, and what is left if both sentences are the same."""
    choice, _ = reading.read(CrossChoice, CROSS, there.fields)
    it = layer.sources(choice)
    return text("correction.source.seen", rows=it.n_query, columns=it.n_key, gap=f"{it.gap:.1g}")


def memory(text: Text, there: Destination) -> str:
    """What the RNN's last output feels of the first and the last word."""
    choice = there.choice(text.language)
    words, it = layer.words(choice), neighbours.memory(choice)
    return text(
        "correction.memory.seen",
        first=plain_word(words, 0),
        last=plain_word(words, len(words) - 1),
        first_share=f"{it.first:.1%}",
        last_share=f"{it.last:.1%}",
        steps=it.steps,
        direct=it.direct,
    )


def window(text: Text, there: Destination) -> str:
    """How far convolutions see, and how much of it is felt nearby."""
    choice = there.choice(text.language)
    words, it = layer.words(choice), neighbours.window(choice)
    return text(
        "correction.window.seen",
        layers=choice.cnn_layers,
        one=it.one,
        stacked=it.stacked,
        dilated=it.dilated,
        asks=plain_word(words, choice.query),
        near=f"{it.near:.0%}",
        even=f"{it.even:.0%}",
    )


def parallel(text: Text, there: Destination) -> str:
    """Operations and steps of a long sentence."""
    setting = reading.read(CostChoice, COST, there.fields)[0].setting
    it = neighbours.work(setting)
    return text(
        "correction.parallel.seen",
        n=f"{setting.n:,}",
        d=f"{setting.d:,}",
        scores=f"{it.scores:,}",
        times=f"{it.attention / it.recurrent:g}",
        steps=f"{it.recurrent_path:,}",
    )


def far(text: Text, there: Destination) -> str:
    """The shortest paths on paper, for the sequences of a task."""
    n = reading.read(TrainingChoice, TRAINING, there.fields)[0].training_length
    it = neighbours.work(CostChoice(cost_n=n).setting)
    return text("correction.far.seen", n=n, path=it.path, steps=it.recurrent_path)


def order(text: Text, there: Destination) -> str:
    """What a shuffle does without positions: with and without a causal mask."""
    positions, _ = reading.read(PositionsChoice, POSITIONS, there.fields)
    it = layer.moved(there.choice(text.language), positions)
    return text("correction.order.seen", unmasked=f"{it.unmasked:g}", causal=f"{it.causal:.3f}")


def pronoun(text: Text, there: Destination) -> str:
    """The famous head on two sentences, and all the others."""
    choice, run = _modelled(there)
    second = cache.model(choice.model_other, choice.model_part)
    at, asked = (choice.model_layer, choice.model_head), (choice.model_query, choice.model_key)
    it = model.pronoun((run, second), at, asked)
    return text(
        "correction.pronoun.seen",
        one=plain(choice.model_sentence),
        other=plain(choice.model_other),
        layer=at[0],
        head=at[1],
        asks=plain_word(run.pieces.tokens, asked[0]),
        about=plain_word(run.pieces.tokens, asked[1]),
        first=f"{it.first:.3f}",
        second=f"{it.second:.3f}",
        winner=plain_word(second.pieces.tokens, it.winner),
        heads=it.heads,
        of=it.of,
        median=f"{it.median:.3f}",
    )


def important(text: Text, there: Destination) -> str:
    """The heaviest piece of a row, and what it carries."""
    choice, run = _modelled(there)
    it = model.loud(run, (choice.model_layer, choice.model_head), choice.model_query)
    return text(
        "correction.important.seen",
        layer=choice.model_layer,
        head=choice.model_head,
        asks=plain_word(run.pieces.tokens, choice.model_query),
        about=plain_word(run.pieces.tokens, it.key),
        weight=f"{it.weight:.0%}",
        share=f"{it.share:.0%}",
        rank=it.rank,
        of=it.of,
    )


def untrained(text: Text, there: Destination) -> str:
    """The same word with other seeds."""
    choice = there.choice(text.language)
    words = layer.words(choice)
    found = [
        text("highlight.quoted", word=plain_word(words, place)) for place in layer.untrained(choice)
    ]
    return text(
        "correction.untrained.seen",
        asks=plain_word(words, choice.query),
        found=text("sentence.comma").join(found),
        last=choice.seed + len(found) - 1,
    )


def _modelled(there: Destination) -> tuple[ModelChoice, ModelRun]:
    choice, _ = reading.read(ModelChoice, MODEL, there.fields)
    return choice, cache.model(choice.model_sentence, choice.model_part)
