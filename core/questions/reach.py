"""Questions about how far three architectures see."""

from dataclasses import dataclass

from numpy.random import Generator

from core.cnn import ConvolutionSettings
from core.ideas.reach import MASKS, AttentionStack
from core.masks import MaskRule
from core.questions.question import Kind, Listed, Name, Question, numbers, one
from core.recall.learning import MOST
from core.recall.readers import READERS
from core.recall.recalling import recall
from core.receptive_field import Field, convolution_field, receptive_field, recurrent_field
from core.rnn import Direction

_SCHEDULES = ((1, 1), (1, 1, 1, 1), (1, 2, 4), (1, 2, 4, 8), (1, 3, 9))


@dataclass(frozen=True)
class Reached:
    """The architectures that the reader looks at.

    Attributes:
        n: How many positions there are.
        stack: The layers of attention.
        direction: Of the recurrent layer.
        convolution: The stack of convolutions.
        words: That are to be remembered.
        remembering: Networks that are shown to recall them.
    """

    n: int
    stack: AttentionStack
    direction: Direction
    convolution: ConvolutionSettings
    words: tuple[str, ...]
    remembering: tuple[str, ...]


def narrow(reached: Reached, draw: Generator) -> Question | None:
    """Ask: how many layers of attention with a window until the last position sees the first?"""
    window = one([w for w in (1, 2, 3, 4, 8) if w != reached.stack.rule.width], draw)
    if reached.n <= window + 1:
        return None
    deep = AttentionStack(MaskRule("window", window), reached.n)
    found = int(deep.field(reached.n).path[-1, 0])
    return Question(
        "narrow",
        {"window": str(window), "n": str(reached.n)},
        *numbers(found, -(-reached.n // (2 * window + 1)), reached.n - 1, 1),
        {"layers": str(found), "distance": str(reached.n - 1)},
    )


def seen(reached: Reached, draw: Generator) -> Question | None:
    """Ask: how many positions does an output see through two layers with another mask?"""
    mask = one([kind for kind in MASKS if kind not in ("none", reached.stack.rule.kind)], draw)
    output = one(range(reached.n), draw)
    if reached.n < 6:
        return None
    counts = [
        int(AttentionStack(MaskRule(mask), layers).field(reached.n).reach[output].sum())
        for layers in (1, 2)
    ]
    return Question(
        "seen",
        {"mask": Name("reach_mask_shown", mask), "output": str(output + 1), "n": str(reached.n)},
        *numbers(counts[1], counts[0], reached.n, 2 * counts[0], 1),
        {"one": str(counts[0]), "two": str(counts[1])},
    )


def field(reached: Reached, draw: Generator) -> Question | None:
    """Ask: how many tokens does one output of a stack of convolutions see?"""
    kernel = one((3, 5, 7), draw)
    dilations = one([dilations for dilations in _SCHEDULES if dilations != _now(reached)], draw)
    found = receptive_field([(kernel, dilation, 1) for dilation in dilations])
    depth = len(dilations)
    return Question(
        "field",
        {"kernel": str(kernel), "dilations": Listed(tuple(str(it) for it in dilations))},
        *numbers(found, kernel * depth, kernel**depth, sum(dilations) * kernel, kernel),
        {"size": str(found), "step": str(kernel - 1), "sum": str(sum(dilations))},
    )


def shortest(reached: Reached, draw: Generator) -> Question | None:
    """Ask: who needs the fewest steps from the first position to the last one?"""
    n = one([n for n in (8, 16, 24, 48) if n != reached.n], draw)
    settings = reached.convolution
    fields: dict[str, Field] = {
        "attention": reached.stack.field(n),
        "recurrent": recurrent_field(n, reached.direction),
        "convolutional": convolution_field(n, settings.kernel, settings.dilations, settings.causal),
    }
    steps = {name: int(found.path[-1, 0]) for name, found in fields.items()}
    reaching = {name: count for name, count in steps.items() if count}
    winners = [name for name in reaching if reaching[name] == min(reaching.values())]
    if len(winners) != 1:
        return None
    names = tuple(fields)
    return Question(
        "shortest",
        {"n": str(n)},
        tuple(Name("answer", f"reach_{name}") for name in names),
        names.index(winners[0]),
        {name: str(steps[name]) if steps[name] else "∞" for name in names},
    )


def remembered(reached: Reached, draw: Generator) -> Question | None:
    """Ask: how many of the sentence's words does a network recall that is not shown?"""
    if not 4 <= len(reached.words) <= MOST:
        return None
    others = [name for name in READERS if name not in reached.remembering]
    name = one(others, draw)
    found = recall(name, reached.words)
    n, size = len(reached.words), READERS[name].size
    asked = {"who": Name("recall_reader", name), "n": str(n)}
    told = {"right": str(found.right), "why": Name("recall_failing", found.failing)}
    return Question(
        "remembered",
        asked,
        *numbers(found.right, *(it for it in (n, size, n // 2, n - 1, 1) if it <= n)),
        told,
    )


def _now(reached: Reached) -> tuple[int, ...]:
    return reached.convolution.dilations


KINDS: tuple[Kind, ...] = (remembered, narrow, field, seen, shortest)
