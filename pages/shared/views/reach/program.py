"""One draw of the three architectures as a program."""

from core.ideas.reach import SEEDS
from core.taken.reaching import Drawn, reaching_snippet
from pages.shared.text import Text, plain_word
from pages.shared.views.code import code
from pages.shared.views.reach.stacks import Reaching


def program(text: Text, reaching: Reaching) -> None:
    """The first draw, and what it prints of the pair that is looked at."""
    choice, at = reaching.choice, (reaching.pointed.query, reaching.pointed.key)
    drawn = Drawn(
        reaching.tokens, choice.reach_seed, choice.stack, choice.recurrent, choice.convolution
    )
    code(
        text,
        reaching_snippet(drawn, at[0]),
        "reach.code_lead",
        "reach",
        seeds=SEEDS,
        seed=choice.reach_seed,
        asks=plain_word(reaching.tokens, at[0]),
        other=plain_word(reaching.tokens, at[1]),
        **{name: f"`{found.first[at]:.3e}`" for name, found in reaching.seen.items()},
    )
