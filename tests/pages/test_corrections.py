"""The corrections: each opens with numbers from core, and leads to the state that shows them."""

from collections.abc import Callable
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from core.claims import layer, model
from core.errors import InputError
from core.reader.explore import PositionsChoice
from core.reader.ideas import Claim, CrossChoice
from pages.shared.server import cache
from pages.shared.text import LANGUAGES, Language, Text
from pages.shared.views.corrections.claims import CORRECTIONS
from pages.shared.views.in_line import in_line
from pages.shared.views.papers import PAPERS
from tests.pages.exploring import chosen, select
from tests.pages.following import assert_opened, followed, links, weights

Visit = Callable[[str | None], AppTest]

every_claim = pytest.mark.parametrize("name", CORRECTIONS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def test_links_name_claims_in_the_order_in_which_they_are_told():
    assert [*CORRECTIONS] == [*get_args(Claim)]


def opened(visit: Visit, language: Language, *names: str) -> AppTest:
    app = visit(language).switch_page("pages/corrections.py").run()
    select(app, corrections_open=[*names])
    return app.run()


def shown(visit: Visit, language: Language, name: str) -> AppTest:
    """The state that a claim's link opens."""
    app = opened(visit, language, name)
    [there] = links(app)
    return followed(app, there)


def seen(app: AppTest, name: Claim, language: Language) -> str:
    """The sentence with the numbers, as it stands on the page."""
    sentence = CORRECTIONS[name].seen(Text(language), CORRECTIONS[name].there)
    assert sentence in [it.value for it in app.markdown]
    return sentence


def anywhere(app: AppTest) -> str:
    return "\n".join(it.value + it.proto.help for it in (*app.markdown, *app.caption))


@every_language
def test_folded_it_computes_nothing_and_leads_nowhere(
    open_dashboard: Visit, language: Language, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cache, "model", lambda *_, **__: pytest.fail("the model was asked for"))
    monkeypatch.setattr(layer, "column", lambda *_: pytest.fail("something was computed"))
    app = opened(open_dashboard, language)
    claims = [Text(language)(f"correction.{name}.claim") for name in CORRECTIONS]
    assert [it.label for it in app.expander] == [*claims, Text(language)("questions.title")]
    assert links(app) == []


@every_language
def test_every_claim_has_its_numbers_its_sources_and_its_state(
    open_dashboard: Visit, language: Language
):
    app, text = opened(open_dashboard, language, *CORRECTIONS), Text(language)
    said = [it.value for it in app.markdown]
    for (name, it), there in zip(CORRECTIONS.items(), links(app), strict=True):
        assert any(character.isdigit() for character in seen(app, name, language))
        assert text(f"correction.{name}.right") in said
        assert there.label == text(f"correction.{name}.show")
        assert there.leads_to(it.there, language), name
        assert set(it.papers) <= set(PAPERS)
    assert anywhere(app).count("https://arxiv.org/abs/") == sum(
        len(it.papers) for it in CORRECTIONS.values()
    )


@every_claim
def test_every_link_opens_its_page(open_dashboard: Visit, name: str):
    app = opened(open_dashboard, "zh", name)
    [there] = links(app)
    assert_opened(followed(app, there), there, "zh")


@every_language
def test_pair_the_page_shows_the_same_weights(open_dashboard: Visit, language: Language):
    there = CORRECTIONS["pair"].there.choice(language)
    found = weights(shown(open_dashboard, language, "pair"), Text(language))
    it = layer.column(there)
    assert found[there.query, there.key] == pytest.approx(it.weight)
    assert found[it.other, there.key] == pytest.approx(it.other_weight)
    assert it.weight > 3 * it.other_weight
    assert it.row == pytest.approx(1)
    assert abs(it.column - 1) > 0.5


@every_language
def test_formula_the_page_shows_the_entropy_without_the_root(
    open_dashboard: Visit, language: Language
):
    it = layer.sharpness(CORRECTIONS["formula"].there.choice(language))
    assert f"{it.undivided:.2f}" in anywhere(shown(open_dashboard, language, "formula"))
    assert it.undivided < it.divided < it.even


def test_source_the_page_shows_more_rows_than_columns(open_dashboard: Visit):
    app = shown(open_dashboard, "en", "source")
    alt = Text("en")("alt.cross_b_asks_a")
    assert any(it.proto.alt == alt for it in app.get("vega_lite_chart"))
    assert " 5 rows " in (said := seen(opened(open_dashboard, "en", "source"), "source", "en"))
    assert " 4 columns " in said
    gap = layer.sources(CrossChoice()).gap
    assert f" {gap:.1g} (" in said


def test_parallel_the_page_says_how_many_times(open_dashboard: Visit):
    app = shown(open_dashboard, "en", "parallel")
    layer_name = Text("en")("cost_recurrent.rnn")
    more = Text("en")("cost.words.more", n="2,048", d=512, times=4, layer=layer_name)
    assert more in anywhere(app)


@every_language
def test_order_the_page_shows_the_same_difference(open_dashboard: Visit, language: Language):
    text, it = Text(language), CORRECTIONS["order"]
    found = layer.moved(it.there.choice(language), PositionsChoice())
    assert found.unmasked == 0
    assert found.causal > 0.1
    app = shown(open_dashboard, language, "order")
    assert [it.value for it in app.info] == [
        text("positions.moved", difference=f"{found.causal:.3g}")
    ]
    assert chosen(app, "positions_kind") == "causal"


def test_pronoun_the_page_shows_the_famous_numbers(open_dashboard: Visit):
    said = seen(opened(open_dashboard, "en", "pronoun"), "pronoun", "en")
    assert "0.677" in said
    assert "0.281" in said
    app = shown(open_dashboard, "en", "pronoun")
    title = Text("en")("head.title", layer=3, head=1)
    assert title in [it.value for it in app.subheader]
    assert "0.677" in anywhere(app)
    assert "0.281" in anywhere(app)


def test_important_the_heaviest_piece_is_a_sink_that_carries_little(open_dashboard: Visit):
    app = shown(open_dashboard, "en", "important")
    fields = CORRECTIONS["important"].there.fields
    sentence = "The animal didn't cross the street because it was too tired."
    run = cache.model(sentence, "start", told=in_line())
    it = model.loud(run, (2, 7), 10)
    assert it.key == fields["model_key"]
    assert it.weight > 0.8
    assert it.rank > 5
    assert any(f"{it.weight:.0%}" in info.value for info in app.info)  # the page's note on sinks


@every_language
def test_untrained_other_seeds_look_elsewhere(open_dashboard: Visit, language: Language):
    there = CORRECTIONS["untrained"].there.choice(language)
    found = layer.untrained(there)
    assert len(set(found)) > 2
    row = weights(shown(open_dashboard, language, "untrained"), Text(language))
    first = [row[there.query, place] for place in range(len(layer.words(there)))]
    assert first.index(max(first)) == found[0]


def test_a_model_that_is_missing_is_told_and_the_rest_stays(
    open_dashboard: Visit, monkeypatch: pytest.MonkeyPatch
):
    def missing(*_: object, **__: object) -> None:
        raise InputError("model_missing", name="MiniLM", file="model.safetensors")

    monkeypatch.setattr(cache, "model", missing)
    app = opened(open_dashboard, "en", "pronoun", "pair")
    [error] = app.error
    assert "MiniLM" in error.value
    assert Text("en")("correction.pronoun.right") in [it.value for it in app.markdown]
    assert len(links(app)) == 1
