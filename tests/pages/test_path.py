"""The learning path: every link opens the state that the step's words are about."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.reader.model import ModelChoice
from core.sources.pretrained import PretrainedSource
from pages import CONTENTS
from pages.shared.destinations import CATCHING, EATING
from pages.shared.text import LANGUAGES, Language, Text, labels, plain
from pages.shared.views.highlight import in_words
from pages.shared.views.path.steps import MATHEMATICS, STEPS, TRY, in_numbers
from tests.pages.editors import typed
from tests.pages.exploring import chosen, select, table_key
from tests.pages.following import Link, assert_opened, followed, links, weights

Visit = Callable[[str | None], AppTest]

LINKS = {f"{step.name}.{name}": it for step in STEPS for name, it in step.links.items()}
every_language = pytest.mark.parametrize("language", LANGUAGES)
every_link = pytest.mark.parametrize("name", LINKS)


def path(app: AppTest) -> AppTest:
    return app.switch_page("pages/path.py").run()


def link(app: AppTest, name: str) -> Link:
    return links(app)[list(LINKS).index(name)]


def opened(visit: Visit, name: str, language: Language) -> AppTest:
    app = path(visit(language))
    return followed(app, link(app, name))


def says(app: AppTest, words: str) -> bool:
    return any(words in it.value + it.proto.help for it in (*app.markdown, *app.caption))


def test_it_stands_in_the_menu_right_after_the_first_page():
    assert [entry.name for entry in CONTENTS[:2]] == ["explore", "path"]
    assert {it.page for it in LINKS.values()} <= {entry.name for entry in CONTENTS}


@every_language
def test_every_link_says_all_of_its_state(open_dashboard: Visit, language: Language):
    found = links(path(open_dashboard(language)))
    assert len(found) == len(LINKS)
    for (name, there), it in zip(LINKS.items(), found, strict=True):
        menu = name.startswith("beyond.")  # these lead to pages by the menu's own names
        assert it.label == Text(language)(f"{there.page}.menu" if menu else f"path.{name}")
        assert it.leads_to(there, language), name


@every_link
def test_every_link_opens_its_page(open_dashboard: Visit, name: str):
    app = path(open_dashboard("en"))
    there = link(app, name)
    assert_opened(followed(app, there), there, "en")


def test_a_link_opens_its_state_on_a_fresh_server(open_dashboard: Visit, cold_dashboard: Visit):
    there = link(path(open_dashboard("zh")), "try.changed")
    cold = cold_dashboard("en-US")
    cold.query_params.update(there.parameters)
    assert_opened(cold.run(), there, "zh")
    assert weights(cold, Text("zh"))[0, 2] > 0.8


@every_language
def test_the_idea_the_asking_word_shades_the_other_most(open_dashboard: Visit, language: Language):
    app = opened(open_dashboard, "idea.shaded", language)
    it, text = EATING[language], Text(language)
    row = [share for (query, _), share in sorted(weights(app, text).items()) if query == 2]
    assert it.words[row.index(max(row))] == it.about
    assert says(app, in_words(text, it.words, 2, np.array(row)))


def test_the_idea_at_the_buffet_only_sugar_is_wanted(open_dashboard: Visit):
    app = opened(open_dashboard, "idea.dishes", "en")
    wishes = {it.key: it.value for it in app.slider if (it.key or "").startswith("buffet_")}
    assert wishes["buffet_sugar"] == 3
    others = ("protein", "vegetables", "spice", "carbohydrates")
    assert [wishes[f"buffet_{name}"] for name in others] == [0, 0, 0, 0]
    assert says(app, Text("en")("dish.cake"))


@every_language
def test_try_it_each_state_shows_what_the_step_promises(open_dashboard: Visit, language: Language):
    it, text, numbers = CATCHING[language], Text(language), in_numbers(language)
    query, key = it.words.index(it.asks), it.words.index(it.about)
    typed = weights(opened(open_dashboard, "try.typed", language), text)
    row = [typed[query, place] for place in range(len(it.words))]
    assert plain(it.words[row.index(max(row))]) == numbers["deed"]
    kind = weights(opened(open_dashboard, "try.kind", language), text)
    assert kind[query, key] == kind[query, query]
    assert f"{kind[query, key]:.0%}" == numbers["before"]
    app = opened(open_dashboard, "try.changed", language)
    changed = weights(app, text)[query, key]
    assert f"{changed:.0%}" == numbers["after"]
    assert changed > 0.8
    assert says(app, text("origin.edited"))


@every_language
def test_try_it_can_be_done_by_hand(open_dashboard: Visit, language: Language):
    it, text = CATCHING[language], Text(language)
    query, key = it.words.index(it.asks), it.words.index(it.about)
    app = opened(open_dashboard, "try.typed", language)
    select(app, head=1)
    app.run()
    table = table_key(app, "x")
    app.session_state[table] = typed((key, 1, 2.0))
    app.run()
    assert f"{weights(app, text)[query, key]:.0%}" == in_numbers(language)["after"]
    assert TRY.links["changed"].choice(language).edits


def test_the_paper_table_1_where_attention_costs_more(open_dashboard: Visit):
    app = opened(open_dashboard, "paper.table", "en")
    layer = Text("en")("cost_recurrent.rnn")
    assert says(app, Text("en")("cost.words.more", n="1,024", d=512, times=2, layer=layer))


def test_the_paper_two_sentences_and_the_switch(open_dashboard: Visit):
    app = opened(open_dashboard, "paper.boxes", "en")
    assert app.segmented_control(key="cross_sources").value == "b_asks_a"


@every_language
def test_the_mathematics_the_page_says_the_same_entropy(open_dashboard: Visit, language: Language):
    app = opened(open_dashboard, "mathematics.root", language)
    numbers = in_numbers(language)
    assert says(app, numbers["undivided"])
    app.toggle(key="scaled").set_value(True).run()
    assert says(app, numbers["divided"])
    assert float(numbers["undivided"]) < float(numbers["divided"])


def test_the_mathematics_the_cell_is_opened(open_dashboard: Visit):
    app = opened(open_dashboard, "mathematics.cell", "en")
    words = EATING["en"].words
    assert chosen(app, "query") == words.index("eating")
    assert chosen(app, "key") == words.index("chicken")


def test_the_formulas_are_drawn(open_dashboard: Visit):
    formulas = "\n".join(it.value for it in path(open_dashboard("en")).latex)
    for part in (r"q_i \cdot k_j", r"\sqrt{d_k}", "e^{s_{ij}}", "w_{ij}", "W_O", r"\sin", r"\cos"):
        assert part in formulas


def test_beyond_shuffled_words_differ_by_exactly_0(open_dashboard: Visit):
    app = opened(open_dashboard, "beyond.positions", "en")
    assert [it.value for it in app.success] == [Text("en")("positions.same", difference="0")]


@every_language
def test_beyond_the_heads_that_look_from_a_pronoun_to_its_noun_are_counted(
    open_dashboard: Visit, language: Language
):
    rows = PretrainedSource().run(ModelChoice().model_sentence).trace.layers
    count = sum(int((layer.weights[:, 10].argmax(axis=-1) == 2).sum()) for layer in rows)
    told = Text(language)("path.beyond.do_learned", heads=count, of=72)
    assert count == 3
    assert says(path(open_dashboard(language)), told)


def test_beyond_four_heads(open_dashboard: Visit):
    app = opened(open_dashboard, "beyond.heads", "en")
    assert app.slider(key="n_heads").value == 4


def test_following_a_link_sets_back_what_it_does_not_name(open_dashboard: Visit):
    app = open_dashboard("en")
    app.slider(key="d_k").set_value(9).run()
    path(app)
    app = followed(app, link(app, "idea.shaded"))
    assert app.slider(key="d_k").value == 4


def test_the_steps_name_their_papers(open_dashboard: Visit):
    app = path(open_dashboard("en"))
    assert MATHEMATICS.papers
    assert says(app, "https://arxiv.org/abs/1706.03762")
    assert says(app, "https://arxiv.org/abs/2207.09238")


@every_language
def test_what_is_to_be_clicked_is_called_as_it_is(language: Language):
    cell = in_numbers(language)["cell"]
    label = Text(language)("arithmetic.there", weight=cell).partition("]")[0].removeprefix("[")
    assert label in labels()["path.mathematics.do"][language].replace("{cell}", cell)
