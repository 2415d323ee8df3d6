"""The next word, in words."""

from collections.abc import Iterable

from pages.shared.reader.model import ModelScene
from pages.shared.reader.next_word import NextWord
from pages.shared.shares import rounded
from pages.shared.text import Text, plain, plain_word

_TAIL = 8  # pieces of the text that the next one comes after


def after(text: Text, shown: NextWord) -> str:
    """What the next piece comes after, and what it is likeliest to be."""
    pieces = shown.scene.run.pieces
    own = [place for place, added in enumerate(pieces.special) if not added]
    first = next(place for place in own if pieces.words[place] == pieces.words[own[-_TAIL:][0]])
    start, end = pieces.spans[first][0], pieces.spans[own[-1]][1]
    tail = ("… " if start else "") + pieces.sentence[start:end].strip()
    told = [text("next.after", tail=plain(tail))]
    if shown.less:
        told.append(changed(text, shown))
    return text.joined(*told)


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
    comma = text("sentence.comma")
    alone = [plain(name) for name, it in both if it.text is None]
    if alone:
        yield text("next.alone", pieces=comma.join(alone))
    grown = [plain(name) for name, it in both if it.text is not None and not it.same]
    if grown:
        yield text("next.grown", pieces=comma.join(grown))


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
