"""What the tab keeps: it gets news only, and what it hands back fits a new session, or is dropped.

The browser's part is `tests/browser/test_death.py`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from streamlit import context
from streamlit.proto.Common_pb2 import DoubleArray
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from core.choices import edited, notes, packed
from core.choices.cost import CostChoice
from core.choices.edited import Address
from core.choices.explore import MOST_EDITS
from core.choices.history import MOST_KEPT, MOST_STEPS
from core.choices.notes import MOST_COUNTED, Notes, Place, Tally
from core.ideas.cost import ROWS
from core.ideas.timing import Timed
from core.questions import KINDS
from core.questions.question import Name
from pages.shared.examples import EXAMPLES, SENTENCES
from pages.shared.reader.address import same
from pages.shared.reader.score import Score
from pages.shared.text import Text
from pages.shared.views.questions import _worded
from pages.shared.views.scripted import _lean
from pages.shared.views.taking import share
from tests.pages.exploring import choose, edit, edits_of, of_matrix, of_word, press
from tests.pages.test_address import EN, address, follow
from tests.pages.test_questions import answer, answered, opened, options, shown, told

ZH = Text("zh")
Open = Callable[[str | None], AppTest]

FIRST, SECOND, THIRD = (of_matrix("w_q", 0, row, 1) for row in range(3))


def kept(app: AppTest) -> dict[str, Any]:
    """What the page says to the tab."""
    (part,) = [it for it in app.get("bidi_component") if it.proto.component_name == "share"]
    return json.loads(part.proto.json)["notes"]


def all_kept(app: AppTest) -> str:
    """What the tab has in the end."""
    tell(app, "missing", True)
    return kept(app)["text"]


def tell(app: AppTest, event: str, value: object) -> AppTest:
    """What the tab's script says."""
    (part,) = [it for it in app.get("bidi_component") if it.proto.component_name == "share"]
    name = f"$$STREAMLIT_INTERNAL_KEY_{part.proto.id}__events"
    said = json.dumps([{"event": event, "value": value}])
    return app._run(WidgetStates(widgets=[WidgetState(id=name, json_trigger_value=said)]))


def hand_back(app: AppTest, text: str) -> AppTest:
    """What the script of a tab that knew another session says."""
    return tell(app, "held", {"session": "another", "text": text})


def written(found: dict[str, Any]) -> str:
    """The edits in a tab's notes, unpacked."""
    return json.dumps(packed.unpack(found["edits"]))


def score(app: AppTest) -> Score:
    return app.session_state["score"]


@pytest.fixture
def worked(dashboard: AppTest) -> AppTest:
    """Three numbers were changed, a question was answered, and a challenge met."""
    for row, value in enumerate((1.5, 2.5, 3.5)):
        edit(dashboard, "w_q", row, 1, value)
    dashboard.session_state["questions.explore"] = True
    answer(dashboard.run(), 0)
    score(dashboard)["met"].append("still")
    return dashboard.run()


def test_a_tab_keeps_nothing_of_a_reader_who_did_nothing(dashboard: AppTest):
    assert (kept(dashboard)["edition"], kept(dashboard)["text"]) == ("", None)


def test_the_tab_is_told_news_only(worked: AppTest):
    assert kept(worked)["text"]
    known = kept(worked)["edition"]
    for d_k in (5, 6):
        worked.slider(key="d_k").set_value(d_k).run()
        assert kept(worked)["text"] is None
        assert kept(worked)["edition"] == known
    edit(worked, "w_q", 3, 1, 4.5)
    assert kept(worked)["text"]
    assert kept(worked)["edition"] != known


def test_an_edit_pays_little_for_the_longest_notes(dashboard: AppTest):
    edit(dashboard, "w_q", 0, 1, 1.5)
    marks = tuple(f"{n:04}" for n in range(MOST_COUNTED))
    hand_back(dashboard, notes.write(Notes(Tally(1, MOST_COUNTED, counted=marks))))
    assert len(kept(dashboard)["text"]) > 2_000
    dashboard.slider(key="d_k").set_value(5).run()
    assert len(json.dumps(kept(dashboard))) < 100
    script = Path(share.__file__).with_name("notes.js").read_text(encoding="utf-8")
    assert len(_lean(script)) < 1_900  # is sent, too


def test_what_the_tab_missed_is_sent_again(worked: AppTest):
    worked.slider(key="d_k").set_value(5).run()
    again = all_kept(worked)
    assert (again, kept(worked)["edition"]) != (None, "")
    assert kept(worked.run())["text"] is None


def test_a_new_session_goes_on_where_the_tab_was(worked: AppTest, cold_dashboard: Open):
    worked.session_state["questions.explore"] = True
    before, text = dict(score(worked)), all_kept(worked)
    app = hand_back(follow(cold_dashboard("zh-CN"), address(worked)), text)
    assert {**score(app), "pages": {}} == {**before, "pages": {}}
    for fewer in ({FIRST: 1.5, SECOND: 2.5}, {FIRST: 1.5}, {}):
        press(app, "edits.undo")
        assert edits_of(app) == fewer
    assert not app.session_state["book"]["history"]["handset"]


def test_the_last_answer_is_told_again_and_counts_once(worked: AppTest, cold_dashboard: Open):
    text = all_kept(worked)
    app = hand_back(follow(cold_dashboard("zh-CN"), address(worked)), text)
    app.session_state["questions.explore"] = True
    assert shown(app.run(), "questions.another")
    assert score(app)["pages"]["explore"] == score(worked)["pages"]["explore"]
    assert score(app)["answered"] == 1


def test_an_answer_is_explained_again_though_the_sentence_has_changed_since(
    worked: AppTest, cold_dashboard: Open
):
    asked = told(worked)
    worked.session_state["sentence"] = "天空很蓝"
    text = all_kept(worked.run())
    app = hand_back(follow(cold_dashboard("zh-CN"), address(worked)), text)
    app.session_state["questions.explore"] = True
    again = told(app.run())
    explained = answered(worked, "explore")
    assert answered(app, "explore") == explained
    for said in (ZH("questions.outdated"), _worded(ZH, explained, "told")):
        assert said in again
    assert _worded(ZH, explained, "told") in asked
    assert score(app)["answered"] == 1
    app.session_state["language"] = "en"
    app.run().session_state["questions.explore"] = True
    assert _worded(EN, explained, "told") in told(app.run())


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "unheard_of"},
        {"values": {}},
        {"told": {}},
        {"options": (Name("answer", "perhaps"), Name("answer", "no")), "answer": 0},
        {"options": (Name("weather", "yes"), Name("answer", "no")), "answer": 0},
    ],
    ids=["kind", "values", "told", "option", "sort"],
)
def test_an_answer_to_no_question_of_ours_is_given_up(
    worked: AppTest, cold_dashboard: Open, changes: dict[str, Any]
):
    forged = answered(worked, "explore")._replace(**changes)
    text = notes.write(Notes(Tally(1, 1, pages={"explore": Place(0, 0, 0, forged)})))
    app = hand_back(follow(cold_dashboard("zh-CN"), address(worked)), text)
    app.session_state["questions.explore"] = True
    assert options(app.run())
    assert not app.exception
    assert (score(app)["right"], score(app)["answered"]) == (1, 1)


def test_what_was_done_before_the_tab_was_heard_is_kept(worked: AppTest, cold_dashboard: Open):
    text = all_kept(worked)
    app = follow(cold_dashboard("zh-CN"), address(worked))
    edit(app, "w_q", 3, 1, 4.5)
    app.session_state["questions.explore"] = True
    app.session_state["sentence"] = "猫抓老鼠"
    answer(app.run(), 0)
    question = score(app)["pages"]["explore"]["question"]
    hand_back(app, text)
    assert score(app)["answered"] == 2
    assert score(app)["pages"]["explore"]["question"] == question
    four = {FIRST: 1.5, SECOND: 2.5, THIRD: 3.5, of_matrix("w_q", 0, 3, 1): 4.5}
    assert edits_of(app) == four
    for n in (3, 2, 1, 0):
        press(app, "edits.undo")
        assert edits_of(app) == dict(list(four.items())[:n])


def test_undoing_before_the_tab_was_heard_takes_one_step_back(
    worked: AppTest, cold_dashboard: Open
):
    text = all_kept(worked)
    app = follow(cold_dashboard("zh-CN"), address(worked))
    press(app, "edits.undo")
    hand_back(app, text)
    assert edits_of(app) == {FIRST: 1.5, SECOND: 2.5}
    press(app, "edits.undo")
    assert edits_of(app) == {FIRST: 1.5}


@pytest.mark.parametrize(
    "found", [{}, {FIRST: 1.5}, {FIRST: 1.5, SECOND: 2.5, THIRD: 9.0}], ids=["none", "few", "other"]
)
def test_what_can_be_undone_is_dropped_where_an_address_has_other_edits(
    worked: AppTest, cold_dashboard: Open, found: dict[Address, float]
):
    text = all_kept(worked)
    link = {name: value for name, value in address(worked).items() if name != "edits"}
    packed = edited.pack({"handset": found})
    app = follow(cold_dashboard("zh-CN"), link | ({"edits": packed} if found else {}))
    hand_back(app, text)
    assert edits_of(app) == found
    assert app.session_state["book"]["history"].get("handset", []) == ([{}] if found else [])
    assert score(app)["answered"] == 1


def test_a_bare_address_shows_no_old_edits(worked: AppTest, cold_dashboard: Open):
    app = hand_back(cold_dashboard("zh-CN").run(), all_kept(worked))
    assert edits_of(app) == {}


def test_edits_that_the_page_does_not_show_come_back_as_a_whole(
    worked: AppTest, cold_dashboard: Open
):
    worked.switch_page("pages/cost.py").run()
    app = follow(cold_dashboard("zh-CN"), address(worked), "cost")
    hand_back(app, all_kept(worked))
    app.query_params.clear()
    app.switch_page("pages/explore.py").run()
    assert edits_of(app) == {FIRST: 1.5, SECOND: 2.5, THIRD: 3.5}
    press(app, "edits.undo")
    assert edits_of(app) == {FIRST: 1.5, SECOND: 2.5}


def test_what_was_chosen_on_other_pages_comes_back(dashboard: AppTest, cold_dashboard: Open):
    for name, value in (("sentence", "猫 追 狗"), ("d_k", 6), ("mask", "causal")):
        dashboard.session_state[name] = value
        dashboard.run()
    dashboard.switch_page("pages/cost.py").run()
    assert json.loads(all_kept(dashboard))["fields"].keys() >= {"sentence", "d_k", "mask"}
    app = hand_back(
        follow(cold_dashboard("zh-CN"), address(dashboard), "cost"), all_kept(dashboard)
    )
    app.query_params.clear()
    app.switch_page("pages/explore.py").run()
    shown = [app.session_state[name] for name in ("sentence", "d_k", "mask")]
    assert shown == ["猫 追 狗", 6, "causal"]


def test_what_the_open_page_shows_stays_as_its_address_says(
    dashboard: AppTest, cold_dashboard: Open
):
    dashboard.session_state["d_k"] = 6
    dashboard.run()
    assert kept(dashboard)["edition"] == ""  # its address holds it
    dashboard.switch_page("pages/cost.py").run()
    app = follow(cold_dashboard("zh-CN"), {"v": "1", "lang": "zh", "d_k": "3"})
    hand_back(app, all_kept(dashboard))
    assert app.session_state["d_k"] == 3


def many(app: AppTest) -> dict[Address, float]:
    """So many changed numbers that no link holds them."""
    draw = Random(0)
    edits = {Address("w_q", "0", n, "", m): draw.gauss(0, 1) for n in range(12) for m in range(60)}
    app.session_state["book"]["edits"]["handset"] = edits
    assert "part" in address(app.run().run())
    return edits_of(app)


def test_edits_that_no_link_holds_come_back_and_can_be_undone(
    worked: AppTest, cold_dashboard: Open
):
    edits = many(worked)
    edit(worked, "w_q", 0, 1, 9.5)
    text, link = all_kept(worked), address(worked)
    app = follow(cold_dashboard("zh-CN"), link)
    assert edits_of(app) == {}
    assert ZH("share.partly") in [it.value for it in app.warning]
    hand_back(app, text)
    assert edits_of(app) == edits | {FIRST: 9.5}
    assert not app.warning
    press(app, "edits.undo")
    assert edits_of(app) == edits


def test_what_was_changed_before_the_tab_was_heard_is_changed_in_the_whole(
    worked: AppTest, cold_dashboard: Open
):
    edits, text = many(worked), all_kept(worked)
    app = follow(cold_dashboard("zh-CN"), address(worked))
    edit(app, "w_q", 1, 1, 9.5)
    hand_back(app, text)
    assert edits_of(app) == edits | {SECOND: 9.5}
    press(app, "edits.undo")
    assert edits_of(app) == edits


def test_somebody_elses_link_that_holds_a_part_is_not_filled_up(
    worked: AppTest, cold_dashboard: Open
):
    many(worked)
    link, text = address(worked), all_kept(worked)
    app = hand_back(follow(cold_dashboard("zh-CN"), link | {"d_k": "7"}), text)
    assert edits_of(app) == {}
    assert app.session_state["d_k"] == 7


def test_a_text_that_no_link_holds_comes_back(open_dashboard: Open, cold_dashboard: Open):
    app = open_dashboard("zh-CN")
    app.switch_page("pages/model.py").run()
    long = "水能载舟，亦能覆舟。" * 80
    app.session_state["model_sentence"] = long
    link = address(app.run())
    assert "model_sentence" not in link
    again = follow(cold_dashboard("zh-CN"), link, "model")
    assert again.session_state["model_sentence"] != long
    hand_back(again, all_kept(app))
    assert again.session_state["model_sentence"] == long
    assert address(again) == link


def test_what_the_stopwatch_gave_comes_back(dashboard: AppTest, cold_dashboard: Open):
    times = Timed(CostChoice().setting, {row: [0.001, 0.002] for row in ROWS})
    dashboard.switch_page("pages/cost.py").run()
    dashboard.session_state["book"]["times"] = times
    dashboard.run()
    shown = [it.value for it in dashboard.table]
    app = follow(cold_dashboard("zh-CN"), address(dashboard), "cost")
    assert len(app.table) < len(shown)
    hand_back(app, all_kept(dashboard))
    again = [it.value for it in app.table]
    assert all(one.equals(other) for one, other in zip(shown, again, strict=True))


def test_a_tab_that_was_away_for_a_moment_tells_its_session_nothing_new(worked: AppTest):
    text, before = all_kept(worked), dict(score(worked))
    known = worked.session_state["told"]["session"]
    tell(worked, "held", {"session": known, "text": text})
    assert edits_of(worked) == {FIRST: 1.5, SECOND: 2.5, THIRD: 3.5}
    assert len(worked.session_state["book"]["history"]["handset"]) == 3
    assert dict(score(worked)) == before
    assert not worked.session_state["told"]["heard"]
    assert kept(worked)["text"] is None


def test_back_to_an_address_of_ours_shows_what_it_had_no_room_for(open_dashboard: Open):
    app = open_dashboard("zh-CN")
    app.switch_page("pages/model.py").run()
    long = "水能载舟，亦能覆舟。" * 80
    app.session_state["model_sentence"] = long
    link = address(app.run())
    app.switch_page("pages/cost.py").run()
    follow(app, link, "model")
    assert app.session_state["model_sentence"] == long
    assert ZH("share.partly") not in [it.value for it in app.warning]


def test_back_to_a_private_page_shows_its_words(open_dashboard: Open):
    app = open_dashboard("zh-CN")
    app.session_state["sentence"] = "the secret words"
    app.run().session_state["query"] = 2
    app.run().session_state["book"]["private"] = True
    app.session_state["book"]["edits"]["handset"] = {of_word("secret", 1): 5.0}
    link = address(app.run())
    app.switch_page("pages/cost.py").run()
    follow(app, link, "explore")
    assert (app.session_state["sentence"], edits_of(app)) == (
        "the secret words",
        {of_word("secret", 1): 5.0},
    )
    assert app.session_state["book"]["fields"]["query"] == 2
    assert address(app) == link


def test_who_goes_on_by_the_menu_at_once_finds_the_page_they_left(
    worked: AppTest, cold_dashboard: Open
):
    for name, value in (("sentence", "the secret words"), ("n_heads", 3)):
        worked.session_state[name] = value
    worked.run()
    said = {"session": "another", "text": all_kept(worked), "query": urlencode(address(worked))}
    for page in ("heads", "cost"):
        app = cold_dashboard("en-US").switch_page(f"pages/{page}.py").run()
        tell(app, "held", said)
        assert app.session_state["language"] == "zh"
        app.switch_page("pages/explore.py").run()
        assert address(app) == address(worked)
        assert edits_of(app) == edits_of(worked)


def test_what_was_chosen_since_a_crash_is_newer_than_the_tabs_address(cold_dashboard: Open):
    app = cold_dashboard("en-US").run()
    app.session_state["language"], app.session_state["d_k"] = "zh", 7
    app.run()
    found = "v=1&lang=en&d_k=3&d_v=2&private=1&" + "x=1&" * 10_000 + "n_heads=1"
    tell(app, "held", {"session": "another", "text": "", "query": found})
    shown = [app.session_state[name] for name in ("language", "d_k", "d_v", "private")]
    assert shown == ["zh", 7, 2, True]
    assert app.session_state["n_heads"] != 1


def test_a_private_tab_keeps_no_texts_of_other_pages(dashboard: AppTest):
    dashboard.session_state["sentence"] = "secret words"
    dashboard.session_state["d_k"] = 6
    dashboard.run()
    dashboard.session_state["book"]["private"] = True
    dashboard.switch_page("pages/cost.py").run()
    text = all_kept(dashboard)
    assert "secret" not in text
    assert json.loads(text)["fields"]["d_k"] == 6


@pytest.mark.parametrize("sentence", ["", "   ", "\u200b"])
def test_a_sentence_without_words_that_a_tab_hands_back_is_refused(
    dashboard: AppTest, sentence: str
):
    tell(dashboard, "held", {"session": "another", "text": "", "query": f"sentence={sentence}"})
    dashboard.run()
    assert any(
        EN("error.no_tokens") in it.value or ZH("error.no_tokens") in it.value
        for it in dashboard.error
    )
    choose(dashboard, sentence="my own words")
    assert not dashboard.error


def test_a_private_tab_that_is_loaded_anew_elsewhere_keeps_the_settings_of_explore(
    dashboard: AppTest, cold_dashboard: Open
):
    chosen = {"d_k": 6, "mask": "causal", "n_heads": 3}
    choose(dashboard, sentence="secret words", **chosen)
    dashboard.session_state["book"]["private"] = True
    dashboard.run().switch_page("pages/cost.py").run()
    text, at = all_kept(dashboard), address(dashboard)
    app = hand_back(follow(cold_dashboard("zh-CN"), at, "cost"), text)
    app.query_params.clear()
    app.switch_page("pages/explore.py").run()
    assert {name: app.session_state[name] for name in chosen} == chosen
    assert app.session_state["sentence"] == EXAMPLES[SENTENCES["zh"].first].sentence


def test_what_is_drawn_again_after_a_crash_knows_theme_and_place(
    cold_dashboard: Open, monkeypatch: pytest.MonkeyPatch
):
    seen, real = [], share.arrived

    def note(text: Text) -> None:
        seen.append((context.theme.type, context.url, context.locale))
        real(text)

    monkeypatch.setattr(share, "arrived", note)
    app = cold_dashboard(None)
    app.context = {"locale": "en-US", "theme": "dark", "url": "http://lab.example/"}
    sent = WidgetState(id="$$ID-0123-d_k", double_array_value=DoubleArray(data=[7]))
    app._run(WidgetStates(widgets=[sent]))
    assert app.session_state["d_k"] == 7
    assert len(seen) == 2
    assert len(set(seen)) == 1
    assert seen[0][0] == "dark"


def test_a_private_tab_keeps_no_words(worked: AppTest, cold_dashboard: Open):
    worked.session_state["sentence"] = "secret words"
    worked.run()
    edits = worked.session_state["book"]["edits"]
    edits["handset"] = edits["handset"] | {of_word("secret", 1): 5.0}
    answer(press(worked, "questions.another"), 0)
    assert "secret" in written(json.loads(all_kept(worked)))
    marks = list(score(worked)["counted"])
    worked.session_state["book"]["private"] = True
    text = kept(worked.run())["text"]
    found = json.loads(text)
    assert "secret" not in written(found)
    assert len(marks) == 2
    assert not [it for it in ("secret", *marks) if it in json.dumps(found)]
    app = hand_back(follow(cold_dashboard("zh-CN"), address(worked)), text)
    assert score(app)["answered"] == 2
    assert edits_of(app) == {FIRST: 1.5, SECOND: 2.5, THIRD: 3.5}
    press(app, "edits.undo")
    assert edits_of(app) == {FIRST: 1.5, SECOND: 2.5}


def test_the_memory_of_a_private_tab_brings_the_words_back(worked: AppTest, cold_dashboard: Open):
    worked.session_state["sentence"] = "the secret words that nobody else may read"
    worked.session_state["query"] = 7
    worked.run()
    edits = worked.session_state["book"]["edits"]
    edits["handset"] = edits["handset"] | {of_word("secret", 1): 5.0}
    worked.session_state["book"]["private"] = True
    link = address(worked.run())
    tell(worked, "missing", True)
    aside = kept(worked)["aside"]
    assert "secret" not in kept(worked)["text"] + json.dumps(link)
    app = follow(cold_dashboard("zh-CN"), link)
    assert app.session_state["sentence"] != worked.session_state["sentence"]
    hand_back(app, aside)
    for name in ("sentence", "query", "key", "head"):
        assert (
            app.session_state["book"]["fields"][name]
            == worked.session_state["book"]["fields"][name]
        )
    assert edits_of(app) == edits_of(worked)
    assert address(app) == link


def test_what_a_private_tab_keeps_for_long_does_not_depend_on_words(open_dashboard: Open):
    lasting = []
    for word in ("secret", "harmless"):
        app = open_dashboard("en-US")
        app.session_state["sentence"] = f"a {word} word"
        app.run().session_state["book"]["private"] = True
        edit(app, "w_q", 0, 1, 1.5)
        found = kept(app)
        lasting.append(found["text"])
        assert word in found["aside"]
    assert lasting[0] == lasting[1]
    assert kept(app.run())["edition"] == found["edition"]


def test_back_in_private_shows_the_edits_of_that_address(dashboard: AppTest):
    edit(dashboard, "w_q", 0, 1, 1.5)
    dashboard.session_state["book"]["private"] = True
    link = address(dashboard.run())
    edit(dashboard, "w_q", 1, 1, 2.5)
    dashboard.switch_page("pages/cost.py").run()
    follow(dashboard, link, "explore")
    assert edits_of(dashboard) == {FIRST: 1.5}


@pytest.mark.parametrize(
    ("other", "equal"),
    [
        ("v=1&sentence=a%20b&lang=zh&embed=true&x=", True),
        ("lang=zh&v=1&sentence=a+b", True),
        ("", False),
        ("v=1&sentence=a+b", False),
        ("v=1&sentence=ab&lang=zh", False),
        ("v=1&sentence=a+b&lang=zh&edits=", False),
        ("\ud800", False),
    ],
)
def test_an_address_is_known_however_a_browser_writes_it(other: str, equal: bool):
    assert same("v=1&sentence=a+b&lang=zh", other) == equal


def test_a_session_hears_its_tab_once(worked: AppTest, cold_dashboard: Open):
    text = all_kept(worked)
    app = hand_back(follow(cold_dashboard("zh-CN"), address(worked)), text)
    hand_back(app, notes.write(Notes(Tally(7, 9, met=("looks",)))))
    assert score(app)["answered"] == 1
    assert score(app)["met"] == ["still"]


def test_what_of_a_link_could_not_be_used_is_still_said(cold_dashboard: Open):
    app = follow(cold_dashboard("en-US"), {"v": "1", "d_k": "1e9", "query": "39", "part": "1"})
    before = [it.value for it in app.warning]
    assert EN("share.partly") in before
    hand_back(app, notes.write(Notes(Tally(1, 1))))
    assert [it.value for it in app.warning] == before
    assert not app.run().warning


def test_the_score_says_where_it_is_kept(worked: AppTest):
    said = Text("zh")("questions.score", right=score(worked)["right"], answered=1)
    assert said in told(worked)


texts = st.text(max_size=30)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=8,
)
LONG = ["[" * 100_000, '{"v":2,"met":{}}']
queries = st.sampled_from(
    ["sentence=\ud800", "v=1&lang=xx&d_k=99&query=-1", "edits=!&part=1", "%ff&="]
)
questions = st.lists(
    st.sampled_from(
        ["most", {}, {"n": "1"}, ["1", "2"], 0, {"asks": {"words": ["a"], "place": 0}}]
    ),
    min_size=5,
    max_size=5,
)
parts = st.fixed_dictionaries(
    {"v": st.just(notes.VERSION)},
    optional={
        "score": junk | st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()),
        "counted": texts | st.text("ab<", max_size=12),
        "pages": junk
        | st.lists(
            st.tuples(
                st.sampled_from([*KINDS, "x"]),
                st.integers(-1, 10**7),
                st.integers(-1, 10**7),
                st.integers(-1, 99),
                junk | questions,
            ),
            max_size=3,
        ).map(packed.pack),
        "met": junk | st.lists(st.sampled_from(["looks", "<b>"]), max_size=3),
        "fields": junk
        | st.dictionaries(
            st.sampled_from(["sentence", "cost_k", "reach_gain", "training_ran"]), junk
        ),
        "beside": junk | st.fixed_dictionaries({"sentence": texts, "query": junk}),
        "at": texts,
        "times": junk,
        "edits": texts
        | st.lists(st.tuples(st.sampled_from(["handset", "mask", "x"]), junk)).map(packed.pack),
    },
)


def test_whatever_a_tab_hands_back_the_page_stays_itself(open_dashboard: Open):
    app = opened(open_dashboard, "explore")

    @settings(
        max_examples=60, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate]
    )
    @given(
        junk
        | st.fixed_dictionaries(
            {"text": junk | parts.map(json.dumps) | st.sampled_from(LONG)},
            optional={"session": junk, "query": junk | queries},
        )
    )
    def send(said: object) -> None:
        app.session_state["told"]["heard"] = False
        tell(app, "held", said)
        assert not app.exception
        assert app.title
        assert len(app.main) > 1
        notes = score(app)
        assert 0 <= notes["right"] <= notes["answered"]
        assert len(notes["counted"]) <= MOST_COUNTED
        assert notes["pages"].keys() <= KINDS.keys()
        assert set(notes["met"]) <= {"looks", "remembers"}

    send()


def test_no_tab_makes_a_session_larger_than_it_may_be(dashboard: AppTest):
    cells = [Address("w_q", "0", n, "", 0) for n in range(200)]
    few = {f"seeded {seed}": [{cells[0]: 1.0}, {cells[1]: 1.0}] for seed in range(20)}
    for seed in range(900, 906):
        wide = [dict.fromkeys(cells[n:], 1.0) for n in range(50)]
        dashboard.session_state["told"]["heard"] = False
        text = notes.write(Notes(histories=few | {f"seeded {seed}": wide}))
        hand_back(dashboard, text)
        assert dashboard.session_state["book"]["edits"][f"seeded {seed}"] == wide[-1]
        notes_of = dashboard.session_state["book"]
        old = [*notes_of["edits"].values()]
        old += [it for them in notes_of["history"].values() for it in them]
        assert len(old) + sum(map(len, old)) <= MOST_KEPT
        assert all(len(it) <= MOST_STEPS for it in notes_of["history"].values())
        assert all(len(it) <= MOST_EDITS for it in old)
