"""Numbers in words: shares as per cent that stay true when they are rounded, and a true minus."""

import math

import numpy as np

from core.arrays import Array
from pages.shared.text import Text

LEAST = 1e-5
"""Shares below are told as being below it, where two digits of each are shown."""


def rounded(text: Text, share: float, digits: int = 0) -> str:
    """A share in per cent with so many decimals; 0% and 100% are nothing and all of it.

    What would be rounded to 100% gets a decimal more.
    """
    told, none, all_of_it = (f"{it:.{digits}%}" for it in (share, 0, 1))
    least = 10.0 ** (-2 - digits)
    if share > 0 and told == none:
        return text("share.under", share=f"{least:.{digits}%}")
    if share >= 1 or told != all_of_it:
        return told
    finer = f"{share:.{digits + 1}%}"
    if finer != f"{1:.{digits + 1}%}":
        return finer
    return text("share.over", share=f"{1 - least / 10:.{digits + 1}%}")


def two_digits(text: Text, share: float) -> str:
    """A share with two digits, as long as it can be read."""
    if not share:
        return "0%"
    if share < LEAST:
        return text("share.under", share=f"{LEAST:.3%}")
    return rounded(text, share, max(0, -1 - math.floor(math.log10(share))))


def power(share: float) -> str:
    """A share that may be tiny, as LaTeX: two digits and a power of ten."""
    digits, exponent = f"{share:.1e}".split("e")
    return rf"${digits} \cdot 10^{{{int(exponent)}}}$"


def signed(number: float) -> str:
    """A number with two decimals, its minus as the charts draw it."""
    return f"{number:z.2f}".replace("-", "−")


def ends(shares: Array) -> tuple[str, str]:
    """The least and the largest, with a decimal if they differ only there.

    Both are the same if the shares are, as far as one decimal shows; 50.0% is written 50%.
    """
    low, high = float(np.min(shares)), float(np.max(shares))
    whole, finer = ((f"{low:.{digits}%}", f"{high:.{digits}%}") for digits in (0, 1))
    if finer[0] == finer[1]:
        shown = finer[0].replace(".0%", "%")
        return shown, shown
    return whole if whole[0] != whole[1] else finer


def leading(shares: Array, digits: int = 0) -> list[int]:
    """The place of the largest share, and of all that read the same with so many decimals."""
    told = [f"{share:.{digits}%}" for share in shares]
    order = [int(place) for place in np.argsort(-shares, kind="stable")]
    return [place for place in order if told[place] == told[order[0]]]


def in_range(text: Text, share: float, low: float, high: float) -> str:
    """A share with two digits, and between which others it lies if they read differently."""
    told = [two_digits(text, it) for it in (share, low, high)]
    if len(set(told)) == 1:
        return told[0]
    return text("share.range", share=told[0], low=told[1], high=told[2])
