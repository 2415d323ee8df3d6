"""The next word, in words."""

from collections.abc import Iterable

from pages.shared.reader.model import ModelScene
from pages.shared.reader.next_word import NextWord
from pages.shared.shares import rounded
from pages.shared.text import Text, plain, plain_word

_TAIL = 8  # pieces of the text that the next one comes after
_LONGEST = 12  # characters of a word that is shown whole for their sake


def after(text: Text, shown: NextWord) -> str:
    """What the next piece comes after, and what it is likeliest to be."""
    pieces = shown.scene.run.pieces
    own = [span for span, added in zip(pieces.spans, pieces.special, strict=True) if not added]
    start, end = own[-_TAIL:][0][0], own[-1][1]
    start = pieces.sentence.rfind(" ", max(0, start - _LONGEST), start + 1) + 1 or start
    tail = ("… " if start else "") + pieces.sentence[start:end].strip()
    told = text("next.after", tail=plain(tail))
    return f"{changed(text, shown)}\n\n{told}" if shown.less else told


def changed(text: Text, shown: NextWord) -> str:
    """What becomes of the piece that is likeliest in the whole model."""
    whole, left = shown.shares
    first = int(shown.whole.scores.argmax())
    values = {"before": rounded(text, float(whole[first]), 1)}
    values["after"] = rounded(text, float(left[first]), 1)
    said = text("next.changed", less=_less(text, shown.scene), piece=_piece(shown, first), **values)
    if first == shown.best:
        return said
    now = rounded(text, float(left[shown.best]), 1)
    return text.joined(said, text("next.instead", piece=_piece(shown, shown.best), after=now))


def cannot(text: Text, shown: NextWord) -> Iterable[str]:
    """Which of the likeliest pieces stand in no text, and which would be read as others."""
    both = list(zip(shown.names, shown.continued, strict=True))
    named = {
        "alone": [name for name, it in both if it.text is None and not it.part],
        "part": [name for name, it in both if it.part],
        "grown": [name for name, it in both if it.text is not None and not it.same],
    }
    for kind, names in named.items():
        if names:
            yield text(f"next.{kind}", pieces=text("sentence.comma").join(map(plain, names)))


def off(text: Text, scene: ModelScene) -> str:
    """The heads that are switched off."""
    named = (f"{layer}·{head}" for layer, head in scene.choice.model_off)
    return text("sentence.comma").join(named)


def _less(text: Text, scene: ModelScene) -> str:
    """Everything that is taken away."""
    tokens, choice = scene.run.pieces.tokens, scene.choice
    blind = text("sentence.comma").join(plain_word(tokens, it) for it in choice.model_blind)
    if not choice.model_blind:
        return text("next.less.heads", off=off(text, scene))
    if not choice.model_off:
        return text("next.less.keys", pieces=blind)
    return text("next.less.both", off=off(text, scene), pieces=blind)


def _piece(shown: NextWord, piece: int) -> str:
    return plain(shown.name(piece))
