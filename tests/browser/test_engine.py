"""What the browser computes under a reader's hand is what core computes."""

from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

from core import layer
from core.layer import Rules, Sizes
from core.masks import MaskRule
from core.positions import ENCODINGS
from core.reader.explore import MASKS
from core.sources.seeded import SeededSource
from core.trace import Origin
from pages.shared.stage.picture import packed, packed_head

ENGINE = Path(__file__).parents[2] / "pages/shared/stage/engine.js"
STATES = 500
RUN = """(layers) => layers.map((sent) => {
  const steps = attend(unpackedLayer(sent));
  return Object.fromEntries(Object.entries(steps).map(([name, it]) => [name, [...it.at].map(
    (value) => value === -Infinity ? null : value)]));
})"""


def states() -> list[tuple[dict, dict[str, np.ndarray]]]:
    """Random layers as they are sent, and what core computes with them."""
    random = np.random.default_rng(0)
    made = []
    for seed in range(STATES):
        n, d_model, d_v, n_heads = (int(random.integers(1, most)) for most in (13, 20, 9, 5))
        d_k = 2 * int(random.integers(1, 5))
        mask = MaskRule(MASKS[seed % len(MASKS)], int(random.integers(0, 3)), (0,), ((0, 0),))
        rules = Rules(
            scaled=bool(seed % 2),
            temperature=float(random.choice([0.5, 1.0, 2.0])),
            mask=mask,
            positions=[*ENCODINGS][seed % len(ENCODINGS)],
        )
        words = tuple(f"w{random.integers(5)}" for _ in range(n))
        source = SeededSource(Sizes(d_model, d_k, d_v, n_heads), rules, seed=seed)
        parameters = source.parameters(words)
        head = int(random.integers(n_heads))
        steps = layer.trace(words, parameters, rules, Origin("seeded")).layers[0]
        expected = {
            "q": steps.q[head],
            "k": steps.k[head],
            "v": steps.v[head],
            "scores": steps.biased_scores[head],
            "weights": steps.weights[head],
            "output": steps.output[head],
        }
        made.append((packed_head(parameters, rules, head), expected))
    return made


def test_the_browsers_numbers_are_those_of_core(chromium: Browser):
    page = chromium.new_page()
    page.add_script_tag(content=ENGINE.read_text("utf-8"))
    made = states()
    computed = page.evaluate(RUN, [sent for sent, _ in made])
    page.close()
    for steps, (_, expected) in zip(computed, made, strict=True):
        assert steps.keys() == expected.keys()
        for name, values in expected.items():
            got = np.array([-np.inf if it is None else it for it in steps[name]])
            assert np.allclose(got.reshape(values.shape), values, rtol=1e-5, atol=2e-6), name


def test_what_is_sent_are_the_numbers_themselves(chromium: Browser):
    page = chromium.new_page()
    page.add_script_tag(content=ENGINE.read_text("utf-8"))
    values = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)
    got = page.evaluate("(sent) => [...unpacked(sent).at]", packed(values))
    page.close()
    assert np.array_equal(np.array(got, np.float32).reshape(3, 4), values)
