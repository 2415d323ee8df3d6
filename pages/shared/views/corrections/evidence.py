"""What a state shows of a claim, in the reader's language: numbers that are computed from it."""

from core.claims import layer, model, neighbours
from core.models.run import ModelRun
from core.reader.explore import PositionsChoice
from core.reader.ideas import CostChoice, CrossChoice
from core.reader.model import ModelChoice
from core.reader.training import TrainingChoice
from pages.shared.destinations import Destination
from pages.shared.server import cache
from pages.shared.text import Text, plain, plain_word
from pages.shared.views.in_line import in_line


def pair(text: Text, there: Destination) -> str:
    """A word's weights from two words, and the sums of its row and column."""
    choice = there.choice(text.language)
    words, column = layer.words(choice), layer.column(choice)
    return text(
        "correction.pair.seen",
        asks=plain_word(words, choice.query),
        other=plain_word(words, column.other),
        about=plain_word(words, choice.key),
        weight=f"{column.weight:.0%}",
        other_weight=f"{column.other_weight:.0%}",
        row=f"{column.row:.2f}",
        column=f"{column.column:.2f}",
    )


def formula(text: Text, there: Destination) -> str:
    """Entropy with and without the root."""
    choice = there.choice(text.language)
    sharpness, words = layer.sharpness(choice), layer.words(choice)
    return text(
        "correction.formula.seen",
        d_k=choice.d_k,
        asks=plain_word(words, choice.query),
        divided=f"{sharpness.divided:.2f}",
        undivided=f"{sharpness.undivided:.2f}",
        even=f"{sharpness.even:.2f}",
    )


def source(text: Text, there: Destination) -> str:
    """The map's two sizes, and what is left if both sentences are the same."""
    choice = there.record(CrossChoice, text.language)
    sources = layer.sources(choice)
    return text(
        "correction.source.seen",
        rows=sources.n_query,
        columns=sources.n_key,
        gap=f"{sources.gap:.1g}",
    )


def memory(text: Text, there: Destination) -> str:
    """What the RNN's last output feels of the first and the last word."""
    choice = there.choice(text.language)
    words, shares = layer.words(choice), neighbours.memory(choice)
    return text(
        "correction.memory.seen",
        first=plain_word(words, 0),
        last=plain_word(words, len(words) - 1),
        first_share=f"{shares.first:.1%}",
        last_share=f"{shares.last:.1%}",
        steps=shares.steps,
        direct=shares.direct,
    )


def window(text: Text, there: Destination) -> str:
    """How far convolutions see, and how much of it is felt nearby."""
    choice = there.choice(text.language)
    words, seen = layer.words(choice), neighbours.window(choice)
    return text(
        "correction.window.seen",
        layers=choice.cnn_layers,
        one=seen.one,
        stacked=seen.stacked,
        dilated=seen.dilated,
        asks=plain_word(words, choice.query),
        near=f"{seen.near:.0%}",
        even=f"{seen.even:.0%}",
    )


def parallel(text: Text, there: Destination) -> str:
    """Operations and steps of a long sentence."""
    setting = there.record(CostChoice, text.language).setting
    work = neighbours.work(setting)
    return text(
        "correction.parallel.seen",
        n=f"{setting.n:,}",
        d=f"{setting.d:,}",
        scores=f"{work.scores:,}",
        times=f"{work.attention / work.recurrent:g}",
        steps=f"{work.recurrent_path:,}",
    )


def far(text: Text, there: Destination) -> str:
    """The shortest paths on paper, for the sequences of a task."""
    n = there.record(TrainingChoice, text.language).training_length
    work = neighbours.work(CostChoice(cost_n=n).setting)
    return text("correction.far.seen", n=n, path=work.path, steps=work.recurrent_path)


def order(text: Text, there: Destination) -> str:
    """What a shuffle does without positions: with and without a causal mask."""
    positions = there.record(PositionsChoice, text.language)
    moved = layer.moved(there.choice(text.language), positions)
    return text(
        "correction.order.seen", unmasked=f"{moved.unmasked:g}", causal=f"{moved.causal:.3f}"
    )


def pronoun(text: Text, there: Destination) -> str:
    """The famous head on two sentences, and all the others."""
    choice, run = _modelled(text, there)
    second = cache.model(choice.model_other, choice.model_part, told=in_line())
    at, asked = (choice.model_layer, choice.model_head), (choice.model_query, choice.model_key)
    heads = model.pronoun((run, second), at, asked)
    return text(
        "correction.pronoun.seen",
        one=plain(choice.model_sentence),
        other=plain(choice.model_other),
        layer=at[0],
        head=at[1],
        asks=plain_word(run.pieces.tokens, asked[0]),
        about=plain_word(run.pieces.tokens, asked[1]),
        first=f"{heads.first:.3f}",
        second=f"{heads.second:.3f}",
        winner=plain_word(second.pieces.tokens, heads.winner),
        heads=heads.heads,
        of=heads.of,
        median=f"{heads.median:.3f}",
    )


def important(text: Text, there: Destination) -> str:
    """The heaviest piece of a row, and what it carries."""
    choice, run = _modelled(text, there)
    loudest = model.loud(run, (choice.model_layer, choice.model_head), choice.model_query)
    return text(
        "correction.important.seen",
        layer=choice.model_layer,
        head=choice.model_head,
        asks=plain_word(run.pieces.tokens, choice.model_query),
        about=plain_word(run.pieces.tokens, loudest.key),
        weight=f"{loudest.weight:.0%}",
        share=f"{loudest.share:.0%}",
        rank=loudest.rank,
        of=loudest.of,
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


def _modelled(text: Text, there: Destination) -> tuple[ModelChoice, ModelRun]:
    choice = there.record(ModelChoice, text.language)
    return choice, cache.model(choice.model_sentence, choice.model_part, told=in_line())
