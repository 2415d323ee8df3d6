"""A translation written piece by piece is what the translator writes by itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.ideas.why import begun, target_of
from core.likeliest import probabilities
from core.translation.beginning import Beginning, beginning
from core.translation.decoding import forced
from core.translation.pieces import END, LONGEST, PADDING, START, UNKNOWN
from core.translation.translator import Translator, translator

SENTENCES = {"zh": "我父亲给我买了一辆自行车。", "en": "He bought a book yesterday."}


def go_on(found: Beginning, sentence: str) -> Beginning:
    return begun(sentence, (*found.written, int(found.scores.argmax())))


@pytest.fixture(params=SENTENCES)
def direction(request: pytest.FixtureRequest) -> str:
    return request.param


def of(source: str) -> Translator:
    named = "zh" if source == "zh" else "en"
    return translator("transformer", named, target_of(named))


def test_the_likeliest_again_and_again_is_the_translation(direction: str):
    sentence = SENTENCES[direction]
    found = begun(sentence, ())
    while not found.ended:
        found = go_on(found, sentence)
    assert found.written[-1] == END
    assert found.text == of(direction).translate(sentence)


def test_weights_are_those_of_a_translation_that_is_given(direction: str):
    sentence, own = SENTENCES[direction], of(direction)
    written = own.pieces[own.settings.target].encode(own.translate(sentence))
    source = own.pieces[own.settings.source].encode(sentence)
    expected = forced(own.network, source, written)
    found = begun(sentence, written)
    assert_allclose(found.weights, expected.weights.numpy(), atol=1e-6)
    assert_allclose(found.weights.sum(axis=-1), 1, atol=1e-5)
    assert found.weights.shape[2:] == (len(written) + 1, len(found.source))
    # What comes next is scored as when all is known: the pieces that never come aside.
    for n, piece in enumerate((*written, END)):
        share = probabilities(begun(sentence, written[:n]).scores, 1)
        assert share[piece] >= np.exp(float(expected.log_probabilities[n])) - 1e-6


def test_what_is_no_piece_of_a_translation_never_comes(direction: str):
    share = probabilities(begun(SENTENCES[direction], ()).scores, 1)
    assert share[[PADDING, START, UNKNOWN]].sum() == 0
    assert share.sum() == pytest.approx(1)


@settings(max_examples=25)
@given(written=st.lists(st.integers(0, 5000), max_size=LONGEST + 5))
def test_whatever_a_link_says_was_written_something_comes_or_it_has_ended(written: list[int]):
    found = beginning(of("zh"), SENTENCES["zh"], written)
    assert len(found.written) <= LONGEST
    assert not {PADDING, START, UNKNOWN} & set(found.written)
    assert END not in found.written[:-1]
    assert np.isfinite(found.scores[found.scores > -np.inf]).all()
    assert found.ended == (END in found.written or len(found.written) == LONGEST)


def test_the_end_adds_no_row():
    own = begun(SENTENCES["en"], (20, 30))
    ended = begun(SENTENCES["en"], (20, 30, END, 40))
    assert ended.written == (20, 30, END)
    assert_allclose(ended.weights, own.weights)
    assert ended.text == own.text
