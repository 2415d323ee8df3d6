"""One number as people write it, and back: a text means one number, or is refused."""

import math
import re
import unicodedata

import numpy as np

from core.errors import InputError

FLOAT32 = float(np.finfo(np.float32).max)
"""The largest number of float32."""

_LONGEST = 100  # characters of a number
_NAMED = 40  # characters of a text that a sentence names
_THIN = "\u202f"
_SIGNS = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63"), "-"),
    **dict.fromkeys(map(ord, "\u3002\uff61\u066b"), "."),
    0xFF64: "\u3001",
    **dict.fromkeys(map(ord, "\u2044\u2215"), "/"),
    **dict.fromkeys(map(ord, "\u00a0\u2004\u2005\u2006\u2007\u2008\u2009\u200a"), _THIN),
    **dict.fromkeys(map(ord, "\u201c\u201d"), '"'),
    **{wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)},
    0x3000: " ",
    0x066A: "%",
}
_UNSEEN = "\ufeff\u200b\u200e\u200f\u2060\u2066\u2067\u2068\u2069"
_BODY = rf"(?:\d+(?:[.,]\d*)?|[.,]\d+|\d{{1,3}}(?:{_THIN}\d{{3}})+(?:[.,]\d*)?)"
_UNSIGNED = rf"({_BODY})(?:[eE]([-+]?\d+))?"
_NUMBER = re.compile(rf"([-+]?)\s*{_UNSIGNED}\s*(%?)", re.ASCII)
_FRACTION = re.compile(rf"([-+]?)\s*{_UNSIGNED}\s*/\s*{_UNSIGNED}", re.ASCII)
_THOUSAND_OR_COMMA = re.compile(r"[1-9]\d{0,2},\d{3}", re.ASCII)
_GROUPED = "([-+]?[1-9]\\d{{0,2}}(?:{group}\\d{{3}})+)"
_COMMAS_GROUP = re.compile(_GROUPED.format(group=",") + r"(?:\.\d*)?", re.ASCII)
_POINTS_GROUP = re.compile(_GROUPED.format(group=r"\.") + r",(\d*)", re.ASCII)
_SPACES_GROUP = re.compile(_GROUPED.format(group=" ") + r"(?:[.,]\d*)?", re.ASCII)


def parse_number(text: str, largest: float = FLOAT32, *, decimal_comma: bool = False) -> float:
    """The one number that a text means.

    Points or a comma before decimals, exponents, per cent, fractions; digits and signs of any
    width and script; thin or no-break spaces between groups of three digits.

    Args:
        text: As it was typed.
        largest: Of its absolute value; by default the largest number of float32.
        decimal_comma: Whether something else shows that a comma comes before decimals, so that
            ``1,234`` is no thousand.

    Raises:
        InputError: ``number_missing`` if the text is empty, ``number_unreadable`` if it means no
            number, ``number_ambiguous`` if it can mean two, ``number_out_of_range``; all others
            but the first name the text.
    """
    plain = normalised(text).strip(_UNSEEN + " \t\r\n" + _THIN)
    if not plain:
        raise InputError("number_missing")
    if may_be_several(plain) and not _THOUSAND_OR_COMMA.fullmatch(plain.lstrip("+-")):
        raise _ambiguous(text, *_readings(plain))
    value = _value(text, plain, decimal_comma=decimal_comma)
    if abs(value) > largest:
        low, high = shortest(-largest), shortest(largest)
        raise InputError("number_out_of_range", text=named(text), low=low, high=high)
    return value


def shortest(value: float | np.floating) -> str:
    """The shortest decimal that means this number in float32: 0.3, not 0.30000001192092896."""
    number = np.float32(value) + np.float32(0)  # no negative zero
    if number != 0 and not 1e-4 <= abs(number) < 1e9:
        return np.format_float_scientific(number, trim="-", exp_digits=1)
    return np.format_float_positional(number, trim="-")


def normalised(text: str) -> str:
    """Digits and signs of any width and script as ASCII; spaces within numbers as thin ones."""
    digits = (str(unicodedata.decimal(it)) if it > "\x7f" and it.isdecimal() else it for it in text)
    return "".join(digits).translate(_SIGNS)


def named(text: str) -> str:
    """A text as a sentence names it: of a long one the beginning."""
    return text if len(text) <= _NAMED else f"{text[: _NAMED - 1]}…"


def may_be_several(plain: str) -> bool:
    """Whether a text can be one number, its digits in groups of three, as well as several."""
    groups = _COMMAS_GROUP, _POINTS_GROUP, _SPACES_GROUP
    return any(it.fullmatch(plain) for it in groups)


def _readings(plain: str) -> tuple[str, str]:
    """A text in groups of three digits, as several numbers and as one."""
    if found := _POINTS_GROUP.fullmatch(plain):
        return plain.replace(",", "; "), f"{found[1].replace('.', '')}.{found[2]}".rstrip(".")
    joined = re.sub(r"[ ,](?=\d{3})", "", plain)
    return re.sub("[ ,]", "; ", plain), joined.replace(",", ".")


def _ambiguous(text: str, first: str, second: str) -> InputError:
    return InputError("number_ambiguous", text=named(text), first=first, second=second)


def _value(text: str, plain: str, *, decimal_comma: bool) -> float:
    spaced = plain.replace(_THIN + "%", "%") if len(plain) <= _LONGEST else ""
    if found := _NUMBER.fullmatch(spaced):
        sign, body, exponent, per_cent = found.groups()
        shifted = f"{int(exponent or 0) - 2 * bool(per_cent)}"
        pairs = (body, shifted), ("1", None)
    elif found := _FRACTION.fullmatch(spaced):
        sign, above, power, below, other = found.groups()
        pairs = (above, power), (below, other)
    else:
        raise InputError("number_unreadable", text=named(text))
    parts = [_unsigned(text, *pair, decimal_comma=decimal_comma) for pair in pairs]
    if parts[1] == 0 or math.isinf(parts[1]):
        raise InputError("number_unreadable", text=named(text))
    value = parts[0] / parts[1]
    return -value if sign == "-" else value


def _unsigned(text: str, body: str, exponent: str | None, *, decimal_comma: bool) -> float:
    if _THOUSAND_OR_COMMA.fullmatch(body) and not decimal_comma:
        raise _ambiguous(text, body.replace(",", "."), body.replace(",", ""))
    return float(f"{body.replace(',', '.').replace(_THIN, '')}e{exponent or 0}")
