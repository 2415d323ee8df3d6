"""What to notice on the page, with the numbers of its first settings."""

from core.claims.neighbours import fading
from core.reader.ideas import ReachChoice
from pages.shared.shares import power, two_digits
from pages.shared.text import Text


def noticed(text: Text) -> str:
    """The remarks, as Markdown."""
    begin = ReachChoice()
    return text(
        "reach.notice",
        n=begin.reach_n,
        begin=begin.reach_gain,
        even=two_digits(text, 1 / begin.reach_n),
        **{name: power(share) for name, share in fading().items()},
    )
