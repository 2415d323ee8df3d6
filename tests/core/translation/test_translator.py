"""The translators that come with the project, on held-out pairs that come with them."""

import json
from collections import Counter
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.kept import MODELS, Kept
from core.models import packaged
from core.translation import files
from core.translation import translator as translators
from core.translation.decoding import slopes
from core.translation.files import FOLDER
from core.translation.network import keep
from core.translation.pairs import Pair
from core.translation.pieces import END, LONGEST, START
from core.translation.score import SAMPLE, translate_all
from core.translation.translator import (
    Translator,
    available,
    held_out,
    occurrences,
    rounds,
    translator,
)

CARRIED = held_out()


@pytest.fixture(params=available(), ids=lambda settings: settings.name)
def one(request: pytest.FixtureRequest) -> Translator:
    chosen = request.param
    return translator(chosen.kind, chosen.source, chosen.target)


def sentences(one: Translator, pair: Pair) -> tuple[str, str]:
    return getattr(pair, one.settings.source).text, getattr(pair, one.settings.target).text


def test_a_translation_is_aligned_with_every_piece_of_its_source(one: Translator):
    source, target = sentences(one, CARRIED[3])
    made = one.align(source, target)
    assert "".join(made.source).replace(" ", "") == source.replace(" ", "")
    assert "".join(made.output[:-1]).replace(" ", "") == target.replace(" ", "")
    shape = len(made.output), len(made.source)
    assert made.influence.strength.shape == shape
    assert (made.influence.strength > 0).all()
    assert ((made.probability > 0) & (made.probability < 1)).all()
    weights = made.mean_weights
    if one.settings.kind == "vector":
        assert weights is None
    else:
        assert weights is not None
        assert weights.shape == shape
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)


def test_its_own_translation_is_what_it_thinks_best(one: Translator):
    source, _ = sentences(one, CARRIED[5])
    written = one.translate(source)
    made = one.align(source, written)
    spelled = "".join(made.best[:-1]).strip()
    assert spelled == written


def test_influence_is_what_finite_differences_say(one: Translator):
    network = deepcopy(one.network).double()
    source, target = (
        one.pieces[language].encode(sentence)
        for language, sentence in zip(
            (one.settings.source, one.settings.target), sentences(one, CARRIED[7]), strict=True
        )
    )
    chosen, before = torch.tensor([*target, END]), torch.tensor([(START, *target)])
    x = network.source[torch.tensor(source)]
    aside = torch.randn(x.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def against_mean(moved: torch.Tensor) -> torch.Tensor:
        scores = network.decode(network.encode(moved[None], keep), before, keep).scores[0]
        return scores[torch.arange(len(chosen)), chosen] - scores.mean(dim=-1)

    step = 1e-6 * aside
    measured = (against_mean(x + step) - against_mean(x - step)) / 2e-6
    derived = (slopes(network, source, target) * aside).sum(dim=(1, 2))
    torch.testing.assert_close(derived, measured, atol=1e-6, rtol=1e-5)


def test_single_precision_is_enough(one: Translator):
    exact = replace(one, network=deepcopy(one.network).double())
    some = sentences(one, CARRIED[7])
    single, expected = one.align(*some), exact.align(*some)
    np.testing.assert_allclose(single.probability, expected.probability, atol=1e-5)
    np.testing.assert_allclose(single.weights, expected.weights, atol=1e-5)
    strength = expected.influence.strength
    np.testing.assert_allclose(single.influence.strength, strength, atol=1e-4 * strength.max())


def test_a_translation_does_not_depend_on_the_sentences_beside_it(one: Translator):
    some = [sentences(one, pair)[0] for pair in CARRIED[:12]]
    together = translate_all(one.network, some, one.settings.source, one.settings.target)
    assert together == [one.translate(sentence) for sentence in some]


def test_the_score_in_the_file_is_that_of_its_translations(one: Translator):
    pairs = [sentences(one, pair) for pair in CARRIED[:SAMPLE]]
    written = translate_all(
        one.network, [pair[0] for pair in pairs], one.settings.source, one.settings.target
    )
    score = chrf(written, [pair[1] for pair in pairs])
    assert score == pytest.approx(one.scores["sample"]["chrf"], abs=0.5)


def test_the_buckets_have_all_held_out_pairs(one: Translator):
    scores = one.scores
    counted = sum(part["pairs"] for name, part in scores.items() if name not in ("all", "sample"))
    assert counted == scores["all"]["pairs"] > 1000


def test_the_file_says_where_its_numbers_come_from(one: Translator):
    assert one.notes["licence"].startswith("CC BY 2.0 FR")
    assert json.loads(one.notes["scores"]) == one.scores
    path = FOLDER / f"{one.settings.name}.safetensors"
    assert path.stat().st_size <= 6_000_000


def test_a_sentence_without_pieces_or_with_too_many_is_refused(one: Translator):
    with pytest.raises(InputError, match="no_tokens"):
        one.translate(" ")
    with pytest.raises(InputError, match="sentence_too_long"):
        one.translate("好" * (LONGEST + 1))


def test_parameters_of_all_kinds_differ_by_less_than_a_tenth():
    by_direction: dict[str, list[int]] = {}
    for settings in available():
        network = translator(settings.kind, settings.source, settings.target).network
        size = sum(parameter.numel() for parameter in network.parameters())
        by_direction.setdefault(settings.source, []).append(size)
    assert all(max(sizes) < 1.1 * min(sizes) for sizes in by_direction.values())


def test_a_translator_that_is_not_there_is_said_to_be_missing():
    with pytest.raises(InputError, match="model_missing"):
        translator("attention", "en", "en")


def test_a_translator_of_other_pieces_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "pieces_digest", lambda: "other")
    with pytest.raises(InputError, match="model_altered"):
        files.read_network(FOLDER / f"{available()[0].name}.safetensors")


def test_what_must_wait_is_counted():
    assert rounds("vector", 7, 9) == rounds("attention", 7, 9) == (7, 9, 16)
    assert rounds("transformer", 7, 9) == (3, 18, 5)


def test_words_are_counted_in_the_pairs_that_were_learned_from():
    assert occurrences("天安门", "zh") == occurrences("奶茶", "zh") == 0
    assert occurrences("BEACH", "en") > 5
    assert occurrences("海邊", "zh") == occurrences("海边", "zh") > 0


def chrf(written: list[str], references: list[str]) -> float:
    """Popović, chrF, 2015: characters without spaces, F2 over n-grams of 1 to 6."""
    scores = []
    for n in range(1, 7):
        right = said = wanted = 0
        for one, other in zip(written, references, strict=True):
            a, b = grams(one, n), grams(other, n)
            right += (a & b).total()
            said += a.total()
            wanted += b.total()
        precision, recall = right / said, right / wanted
        scores.append((precision, recall))
    precision, recall = np.mean(scores, axis=0)
    return 100 * 5 * precision * recall / (4 * precision + recall)


def grams(text: str, n: int) -> Counter[str]:
    letters = text.replace(" ", "")
    return Counter(letters[i : i + n] for i in range(len(letters) - n + 1))


def test_words_have_what_their_pieces_have_together(one: Translator):
    source, target = sentences(one, CARRIED[40])
    by_piece, by_word = one.align(source, target), one.align(source, target, words=True)
    read, of_read = one.pieces[one.settings.source].cut_words(source)
    written, of_written = one.pieces[one.settings.target].cut_words(target)
    assert (by_word.source, by_word.output[:-1]) == (read, written)
    assert len(read) < len(by_piece.source) or len(written) < len(by_piece.output) - 1
    of_written = (*of_written, len(written))
    ids = (
        one.pieces[language].encode(sentence)
        for language, sentence in zip(
            (one.settings.source, one.settings.target), (source, target), strict=True
        )
    )
    derivative = slopes(one.network, *ids).numpy()
    for word in range(len(written) + 1):
        rows = [piece for piece, owner in enumerate(of_written) if owner == word]
        probable = np.prod([by_piece.probability[row] for row in rows])
        assert by_word.probability[word] == pytest.approx(probable, rel=1e-4)
        for place in range(len(read)):
            columns = [piece for piece, owner in enumerate(of_read) if owner == place]
            vector = np.concatenate([sum(derivative[row, it] for row in rows) for it in columns])
            felt = np.linalg.norm(vector) * one.typical_length
            assert by_word.influence.strength[word, place] == pytest.approx(felt, rel=1e-4)
            if by_word.mean_weights is not None and by_piece.mean_weights is not None:
                given = np.mean([by_piece.mean_weights[row, columns].sum() for row in rows])
                assert by_word.mean_weights[word, place] == pytest.approx(given, abs=1e-5)


def test_translators_are_held_with_the_other_models_and_loaded_again(
    monkeypatch: pytest.MonkeyPatch,
):
    first, size = translator("vector", "zh", "en"), 4 * 1_206_160
    assert packaged._held is translators._held is MODELS
    assert first.nbytes == size
    assert translator("vector", "zh", "en") is first
    monkeypatch.setattr(translators, "_held", Kept(2 * size, at_least=1))
    again = translator("vector", "zh", "en")
    assert translator("vector", "zh", "en") is again is not first
    for kind in ("attention", "transformer"):
        translator(kind, "zh", "en")
    assert translator("vector", "zh", "en") is not again
