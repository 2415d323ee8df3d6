"""A translation written piece by piece on the page that asks why there is attention."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

from core.ideas.why import begun
from core.likeliest import probabilities
from core.reader.why import WhyChoice
from core.translation.pieces import END
from core.translation.translator import translator
from pages.shared.figures.bars import CLICK
from pages.shared.text import Text
from pages.shared.views.why import begun as view
from tests.pages.exploring import choose, chosen, notes
from tests.pages.test_address import address, follow

EN = Text("en")
BICYCLE = WhyChoice().why_sentence
Visit = Callable[[str | None], AppTest]


@pytest.fixture
def why(open_dashboard: Visit) -> AppTest:
    return open_dashboard("en-US").switch_page("pages/why.py").run()


def bars(app: AppTest) -> pd.DataFrame:
    found = app.get_by_key("why_next")
    assert isinstance(found, UnknownElement)
    return convert_arrow_bytes_to_pandas_df(found.proto.data.data)


def attention(app: AppTest) -> np.ndarray:
    """The map: (written, read)."""
    alt = EN("alt.begun_map")
    [found] = [it for it in app.get("vega_lite_chart") if it.proto.alt == alt]
    data = convert_arrow_bytes_to_pandas_df(found.proto.data.data)
    return data.pivot(index="row", columns="column", values="value").to_numpy()


def click(app: AppTest, row: object) -> AppTest:
    found, states = app.get_by_key("why_next"), WidgetStates()
    assert isinstance(found, UnknownElement)
    bar = [{"row": row, "turn": notes(app).clicks}]
    states.widgets.add(id=found.proto.id, string_value=json.dumps({"selection": {CLICK: bar}}))
    return app._run(states)


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key).click().run()


def said(app: AppTest) -> str:
    return " ".join(it.value for it in app.markdown).replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
def test_the_bars_are_the_decoders_own(why: AppTest, temperature: float):
    choose(why, why_temperature=temperature)
    share = probabilities(begun(BICYCLE, ()).scores, temperature)
    assert_allclose(bars(why)["value"], np.sort(share)[::-1][:10], atol=1e-7)


def test_a_clicked_piece_joins_the_translation_and_its_attention(why: AppTest):
    wanted = int(np.argsort(-begun(BICYCLE, ()).scores)[2])
    click(why, 2)
    assert chosen(why, "why_begun") == (wanted,)
    found = begun(BICYCLE, (wanted,))
    assert_allclose(attention(why), found.weights.mean(axis=(0, 1)), atol=1e-6)
    share = np.sort(probabilities(found.scores, 1))[::-1][:10]
    assert_allclose(bars(why)["value"], share, atol=1e-7)
    assert EN("begun.so_far", written=found.text) in said(why)
    press(why, "begun_back")
    assert chosen(why, "why_begun") == ()


def test_the_likeliest_to_the_end_is_its_own_translation(why: AppTest):
    own = translator("transformer", "zh", "en").translate(BICYCLE)
    for _ in range(20):
        if END in chosen(why, "why_begun"):
            break
        press(why, "begun_take")
    assert EN("begun.ended", written=own.replace(".", "\\.")) in said(why)
    assert len(attention(why)) == len(chosen(why, "why_begun"))
    press(why, "begun_again")
    assert chosen(why, "why_begun") == ()


def test_what_is_drawn_cold_is_the_likeliest(why: AppTest):
    choose(why, why_temperature=0.0)
    press(why, "begun_draw")
    assert chosen(why, "why_begun") == (int(begun(BICYCLE, ()).scores.argmax()),)


def test_another_sentence_begins_anew_and_a_link_goes_on(why: AppTest, open_dashboard: Visit):
    press(why, "begun_take")
    press(why, "begun_take")
    written = chosen(why, "why_begun")
    other = follow(open_dashboard("en-US"), address(why), "why")
    assert chosen(other, "why_begun") == written
    assert_allclose(bars(other)["value"], bars(why)["value"])
    press(why, "why_another")
    assert chosen(why, "why_begun") == ()


def test_who_clicks_twice_means_what_was_seen(monkeypatch: pytest.MonkeyPatch):
    changed = []
    monkeypatch.setattr(view, "reader", lambda: {"why_begun": (20, 30)})
    monkeypatch.setattr(view, "change", lambda **values: changed.append(values["why_begun"]))
    view._take(2, 40)
    view._take(1, 40)  # of the page as it was before
    view._take_back(1)
    view._take_back(2)
    assert changed == [(20, 30, 40), (20,)]


@pytest.mark.parametrize("row", [99, -1, None, True])
def test_a_forged_click_takes_nothing(why: AppTest, row: object):
    click(why, row)
    assert chosen(why, "why_begun") == ()
    assert not why.exception
