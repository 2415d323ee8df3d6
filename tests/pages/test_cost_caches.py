"""What a generating model keeps, on the page about cost: steps, bytes, and what is forgotten."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.ideas.generating import LAYOUTS, PUBLISHED, cache_bytes, compared, in_cache
from core.reader.generating import WORDS, CacheChoice
from pages.shared.figures.growing import COMPUTED, FORGOTTEN, NOTHING, READ
from pages.shared.text import LANGUAGES, Language, Text
from pages.shared.views.cost.layers import readable
from tests.pages.exploring import select
from tests.pages.test_address import address, follow

Visit = Callable[[str | None], AppTest]
EN = Text("en")
STATES = ("nothing", "computed", "read", "forgotten")
SIX = "one two three four five six"


@pytest.fixture
def cost(open_dashboard: Visit) -> AppTest:
    return open_dashboard("en-US").switch_page("pages/cost.py").run()


def choose(app: AppTest, **values: object) -> AppTest:
    select(app, **values)
    app.run()
    assert not app.exception
    return app


def drawn(app: AppTest, alt: str) -> pd.DataFrame:
    [found] = [it for it in app.get("vega_lite_chart") if it.proto.alt == EN(f"alt.{alt}")]
    assert isinstance(found, UnknownElement)
    return convert_arrow_bytes_to_pandas_df(found.proto.data.data)


def states(app: AppTest, alt: str, n: int) -> np.ndarray:
    names = [EN(f"cache.state.{it}") for it in STATES]
    return np.array([names.index(it) for it in drawn(app, alt).state]).reshape(-1, n)


def says(app: AppTest, *labels: str, **values: object) -> bool:
    whole = "\n".join(it.value for it in app.markdown)
    return all(EN(label, **values) in whole for label in labels)


def test_every_step_adds_a_column_and_without_a_cache_computes_all(cost: AppTest):
    choose(cost, sentence=SIX, cache_step=1)
    for step in range(1, 7):
        now = states(cost, "cache_now", 6)
        expected = [READ] * (step - 1) + [COMPUTED] + [NOTHING] * (6 - step)
        assert now.tolist() == [expected, expected]
        kept, anew = (states(cost, f"cache_{it}", 6) for it in ("cached", "anew"))
        assert ((kept == COMPUTED).sum(), (anew == COMPUTED).sum()) == (
            step,
            step * (step + 1) // 2,
        )
        assert_array_equal(kept != NOTHING, anew != NOTHING)
        assert says(cost, "cache.cached", so_far=step, whole=6)
        assert says(cost, "cache.anew", so_far=step * (step + 1) // 2, whole=21)
        assert cost.button(key="cache.back.all").disabled == (step == 1)
        assert cost.button(key="cache.forward.all").disabled == (step == 6)
        if step < 6:
            cost.button(key="cache.forward.all").click().run()
    assert f"{compared(6).operations[1]:,} without" in "\n".join(it.value for it in cost.markdown)
    cost.button(key="cache.back.window").click().run()
    assert cost.slider(key="cache_step").value == 5


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_bars_are_cores_bytes_of_a_published_model(cost: AppTest, name: str):
    cost.button(key=f"cache.{name}").click().run()
    it = PUBLISHED[name]
    sizes = [cache_bytes(layout, it.model, CacheChoice.cache_tokens, 2) for layout in LAYOUTS]
    bars = drawn(cost, "cache_bytes").value.to_numpy()
    assert_allclose(bars / bars.max(), np.array(sizes) / max(sizes))
    size = readable(sizes[LAYOUTS.index(it.layout)])
    way = EN(f"cache.{it.layout}")
    assert says(cost, "cache.whose", model=name, layout=way, size=size, tokens="8,192")
    assert not cost.warning


def test_the_readers_own_sizes_are_nobodys_and_groups_are_even(cost: AppTest):
    choose(cost, cache_heads=12, cache_key_heads=5, cache_tokens=100, cache_each=4)
    assert says(cost, "cache.own")
    assert [it.value for it in cost.warning] == [EN("cache.uneven", heads=12, asked=5, used=4)]
    bars = drawn(cost, "cache_bytes").value
    assert bars[1] / bars[0] == pytest.approx(4 / 12)
    whole = cache_bytes("multi_head", CacheChoice(cache_heads=12).model, 100, 4)
    assert bars[0] == pytest.approx(whole / 1e6)


@pytest.mark.parametrize(("sinks", "window"), [(0, 1), (1, 2), (2, 3), (8, 16)])
def test_what_a_window_forgets_is_crossed_out(cost: AppTest, sinks: int, window: int):
    choose(cost, sentence=SIX)
    choose(cost, cache_step=6, cache_sinks=sinks, cache_window=window)
    kept, found = in_cache(6, sinks, window), states(cost, "cache_window_map", 6)
    past = np.tri(6, dtype=bool)
    assert_array_equal(found == FORGOTTEN, past & ~kept)
    gone = [word for word, stays in zip(SIX.split(), kept[-1], strict=True) if not stays]
    whole = "\n".join(it.value for it in cost.markdown)
    assert [word for word in SIX.split() if f"~~\u2068{word}\u2069~~" in whole] == gone
    if gone:
        assert says(cost, "cache.gone", step=6, word=f"\u2068{gone[-1]}\u2069")
        assert says(
            cost, "cache.lost" if window == 1 else "cache.through", layers=[32, 2][sinks > 0]
        )
    else:
        assert says(cost, "cache.nothing_gone", step=6)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", ["~~a~~ **b** [c](https://example.org) $d$", "one", "a " * 40])
def test_any_sentence_is_written_and_forgotten(
    open_dashboard: Visit, language: Language, words: str
):
    app = open_dashboard(language).switch_page("pages/cost.py").run()
    choose(app, sentence=words, cache_sinks=0, cache_window=1)
    text = "".join(it.value for it in app.markdown)
    assert "](https://example" not in text
    assert "~~a~~" not in text
    long = [Text(language)("cache.too_many_words", count=40, limit=WORDS)]
    assert [it.value for it in app.warning] == (long if words.startswith("a ") else [])


def test_a_link_holds_step_sizes_and_window_and_no_layer(cost: AppTest, open_dashboard: Visit):
    chosen = {"cache_step": 5, "cache_layers": 7, "cache_window": 3, "cache_each": 1}
    choose(cost, sentence=SIX)
    choose(cost, **chosen)
    link = address(cost)
    assert {name: link.get(name) for name in chosen} == {it: str(n) for it, n in chosen.items()}
    assert link.keys() - chosen.keys() == {"v", "lang", "sentence"}
    other = open_dashboard("en-US")
    follow(other, link, "cost")
    assert_array_equal(states(other, "cache_window_map", 6), states(cost, "cache_window_map", 6))
    assert not other.warning
