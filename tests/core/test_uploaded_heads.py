"""All heads of a file at once: what they do, and where they are too many."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.measures import entropy, head_features
from core.sources import uploaded_heads as module
from core.sources.uploaded import read_upload
from core.sources.uploaded_heads import uploaded_heads
from tests.hostile import npz

DRAW = np.random.default_rng(1)


def of(**tensors: np.ndarray) -> module.UploadedHeads | None:
    return uploaded_heads(read_upload(npz(**tensors), "mine.npz"))


def test_features_are_those_of_the_maps():
    weights = DRAW.dirichlet(np.ones(5), size=(2, 3, 5)).astype(np.float32)
    found = of(weights=weights)
    assert found
    assert_allclose(np.stack([it.weights for it in found.layers]), weights)
    expected = head_features(weights, (False,) * 5)
    for name in ("previous", "following", "same", "first", "entropy"):
        assert_allclose(found.features[name], getattr(expected, name), atol=1e-6)
    assert "special" not in found.features  # no file says which tokens are
    assert not found.causal


def test_a_model_that_reads_from_left_to_right_is_known_by_its_maps():
    below = np.tril(np.ones((4, 4), np.float32))
    found = of(weights=np.broadcast_to(below / below.sum(axis=1, keepdims=True), (2, 2, 4, 4)))
    assert found
    assert found.causal


def test_between_two_texts_only_the_spread_is_known():
    weights = DRAW.dirichlet(np.ones(5), size=(1, 2, 3)).astype(np.float32)
    found = of(weights=weights)
    assert found
    assert {*found.features} == {"entropy"}
    assert_allclose(found.features["entropy"], entropy(weights).mean(axis=-1), atol=1e-6)


def test_of_queries_and_keys_so_many_are_computed_and_no_more(monkeypatch: pytest.MonkeyPatch):
    q, k, v = DRAW.standard_normal((3, 2, 2, 4, 3)).astype(np.float32)
    found = of(q=q, k=k, v=v)
    assert found
    assert_allclose(np.stack([it.weights for it in found.layers]).sum(axis=-1), 1, atol=1e-5)
    monkeypatch.setattr(module, "MOST_COMPUTED", 2 * 2 * 4 * 4 - 1)
    assert of(q=q, k=k, v=v) is None
    assert (
        of(weights=np.stack([it.weights for it in found.layers])) is not None
    )  # these are there anyway
