"""What a tab keeps: what is written is read again, and nothing that is read can do harm."""

import json
import zlib
from base64 import urlsafe_b64encode
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.choices import history, notes
from core.choices import packed as packed_values
from core.choices.edited import Address
from core.choices.exploration import READERS, TEXTS
from core.choices.explore import MOST_EDITS
from core.choices.history import MOST_KEPT, MOST_STEPS, MOST_WRITTEN
from core.choices.notes import LONGEST, LONGEST_PAGES, MOST_COUNTED, Notes, Place, Tally
from core.ideas.cost import ROWS, Setting
from core.ideas.timing import ROUNDS, Timed
from core.questions.kept import as_plain
from core.questions.question import DIGEST, Listed, Name, Question, Value, Word

PAGES, CHALLENGES = ("explore", "cost"), ("looks", "still")
SHELVES = ("handset", "seeded 3")

numbers = st.builds(
    Address,
    st.just("w_q"),
    st.sampled_from("012"),
    st.integers(0, 9),
    st.just(""),
    st.integers(0, 9),
)
of_words = st.builds(
    Address,
    st.just("x"),
    st.sampled_from(["猫", "secret", "e\u0301"]),
    st.integers(0, 1),
    st.just(""),
    st.integers(0, 9),
)
states = st.dictionaries(numbers | of_words, st.floats(-1e6, 1e6, width=32), max_size=5)
histories = st.dictionaries(
    st.sampled_from(SHELVES),
    st.lists(states, min_size=1, max_size=6).filter(any),
    max_size=2,
)
digests = st.text("abcXYZ019-_", min_size=DIGEST, max_size=DIGEST)
labels = st.text("abc_", min_size=1, max_size=9)
figures = st.sampled_from(["1,024", "12.5%", "3 × 4", "2 – 5", "-0.5", "+1.25", "inf", "7·11 3.1%"])
words = st.lists(st.sampled_from(["猫", "secret", "á", "|*_"]), min_size=1, max_size=4).map(tuple)
values: st.SearchStrategy[Value] = st.one_of(
    figures,
    st.builds(Name, labels, labels),
    st.builds(Listed, st.lists(figures, max_size=3).map(tuple)),
    words.flatmap(lambda them: st.builds(Word, st.just(them), st.integers(0, len(them) - 1))),
)
named = st.dictionaries(labels, values, max_size=3)
questions = st.builds(
    Question,
    labels,
    named,
    st.lists(values, min_size=2, max_size=5).map(tuple),
    st.integers(0, 1),
    named,
)
places = st.one_of(
    st.tuples(st.integers(0, 9), st.integers(0, 99), st.none(), st.none()),
    st.tuples(st.integers(0, 9), st.integers(0, 99), st.integers(0, 1), questions),
).map(Place._make)


chosen = st.fixed_dictionaries(
    {},
    optional={
        "sentence": st.text("猫 ab", min_size=1, max_size=9),
        "d_k": st.integers(1, 8),
        "mask": st.sampled_from(["none", "causal"]),
        "training_contenders": st.just(("relative", "gru")),
    },
)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    counted = tuple(draw(st.lists(digests, max_size=5)))
    answered = draw(st.integers(len(counted), 600))
    return Tally(
        right=draw(st.integers(0, answered)),
        answered=answered,
        shown=draw(st.booleans()),
        counted=counted,
        pages=draw(st.dictionaries(st.sampled_from(PAGES), places)),
        met=tuple(draw(st.lists(st.sampled_from(CHALLENGES), unique=True))),
    )


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=12,
)


def read(raw: object) -> Notes:
    return notes.read(raw, PAGES, CHALLENGES)


def said(**changes: object) -> str:
    """Usable notes, with changes."""
    whole = {
        "v": notes.VERSION,
        "score": [1, 2, True],
        "counted": "abcdABCD",
        "pages": packed([["explore", 1, 2, 0, as_plain(ASKED)]]),
        "met": ["looks"],
        "edits": history.pack({"handset": [{}, {ONE: 1.0}]}),
        "fields": {"d_k": 6},
    }
    return json.dumps(whole | changes)


def packed(rows: object) -> str:
    return urlsafe_b64encode(zlib.compress(json.dumps(rows).encode(), 9)).decode()


ONE = Address("w_q", "0", 1, "", 2)
ASKED = Question(
    "heaviest",
    {"asks": Word(("猫", "secret"), 0)},
    (Name("answer", "yes"), Name("answer", "no")),
    1,
    {"share": "12.5%"},
)
TIMES = Timed(Setting(64, 512, 5, 9, "gru", True), {row: [0.001, 0.0025] for row in ROWS})
beside = st.one_of(st.just(({}, "")), st.tuples(chosen, st.just("0123456789ab")))


@given(tallies(), histories, chosen, beside, st.sampled_from([None, TIMES]))
def test_notes_are_read_as_they_were_written(
    tally: Tally, found: dict, fields: dict, beside: tuple[dict, str], times: Timed | None
):
    whole = Notes(tally, found, fields, *beside, times)
    assert read(notes.write(whole)) == whole
    assert notes.write(whole, history.pack(found)) == notes.write(whole)


def test_the_longest_texts_are_kept_with_all_else():
    fields = {name: READERS[name]("长" * 10**6) for name in TEXTS}
    whole = Notes(Tally(1, 1), {"handset": [{}, {ONE: 1.0}]}, fields, fields, "a")
    text = notes.write(whole)
    assert read(text) == whole
    assert len(text) < LONGEST / 3


@given(
    st.dictionaries(
        st.sampled_from(["d_k", "sentence", "reach_gain", "x", "blocked"]),
        st.one_of(anything, st.sampled_from([3, 0.5, "猫抓老鼠"])),
    )
)
def test_what_no_field_takes_is_left_out(fields: dict):
    both = read(json.dumps({"v": notes.VERSION, "fields": fields, "beside": fields}))
    for found in (both.fields, both.beside):
        assert found.keys() <= {"d_k", "sentence", "reach_gain"}
        assert all(READERS[name](value) == value for name, value in found.items())


def test_nothing_to_note_is_no_text():
    assert notes.write(Notes()) == ""
    assert history.pack({}) == history.pack({"handset": [{}]}) == ""
    assert read("") == Notes()


@given(tallies(), histories)
def test_without_words_nothing_tells_a_sentence(tally: Tally, found: dict):
    written = notes.write(Notes(tally.without_words(), history.without_words(found)))
    said = json.loads(written) if written else {}
    kept = written + "".join(
        json.dumps(packed_values.unpack(said[part])) for part in ("edits", "pages") if part in said
    )
    for word in ("secret", "\\u732b", "\\u0301"):
        assert word not in kept
    for mark in tally.counted:
        assert f'"{mark}' not in written
    again = read(written)
    assert (again.tally.right, again.tally.met) == (tally.right, tally.met)


def test_states_that_differ_in_words_only_are_one_without_them():
    word = Address("x", "secret", 0, "", 1)
    found = {"handset": [{}, {word: 1.0}, {ONE: 1.0}, {ONE: 1.0, word: 2.0}]}
    assert history.without_words(found) == {"handset": [{}, {ONE: 1.0}]}


def test_fifty_steps_of_a_cell_each_take_little_room():
    found = [
        {Address("w_q", "0", n % 12, "", n // 12): n / 10 for n in range(m)}
        for m in range(MOST_STEPS + 1)
    ]
    packed = history.pack({"handset": found})
    assert history.unpack(packed) == {"handset": found}
    assert len(packed) < 1_000


def test_what_was_longest_ago_is_left_out_of_a_text_that_would_be_long():
    word = "长" * 500
    wide = [{Address("x", word, n, "", m): n + 0.5 for n in range(20)} for m in range(20)]
    packed = history.pack({"seeded 3": wide[:1], "handset": wide})
    kept = history.unpack(packed)
    assert list(kept) == ["handset"]
    assert kept["handset"] == wide[-len(kept["handset"]) :]
    assert 2 < len(kept["handset"]) < 20
    assert len(packed) < LONGEST / 2


def test_everything_that_a_session_keeps_is_written_and_read():
    tally = Tally(
        right=500,
        answered=500,
        counted=tuple(f"{n:04}" for n in range(MOST_COUNTED)),
        pages={page: Place(10**6, 10**6, 1, ASKED) for page in PAGES},
    )
    draw = Random(0)
    places = [Address("w_q", "0", n, "", m) for n in range(64) for m in range(64)]
    states = [{it: draw.gauss(0, 1) for it in places} for _ in range(MOST_KEPT // 4_097)]
    assert len(states) == 4
    whole = Notes(tally, {"handset": states}, times=TIMES)
    text = notes.write(whole)
    assert read(text) == whole
    assert len(text) < LONGEST
    assert len(json.dumps(packed_values.unpack(history.pack(whole.histories)))) < MOST_WRITTEN


def test_questions_about_very_long_texts_are_given_up():
    words = tuple(f"word{n}" for n in range(LONGEST_PAGES // 5))
    asked = ASKED._replace(values={"asks": Word(words, 7)})
    pages = {"explore": Place(3, 4, 1, asked), "cost": Place(1, 2, 0, ASKED)}
    found = read(notes.write(Notes(Tally(pages=pages, answered=2)))).tally.pages
    assert found == {"explore": Place(4, 5), "cost": Place(1, 2, 0, ASKED)}


@given(anything | st.text(max_size=60))
def test_anything_is_read_as_nothing(raw: object):
    assert read(raw) == Notes()
    if raw != notes.VERSION:
        assert read(json.dumps({"v": raw})) == Notes()


PARTS = ["score", "counted", "pages", "met", "edits", "fields", "beside", "at", "times"]


@given(st.sampled_from(PARTS), anything)
def test_a_part_that_is_not_usable_leaves_no_trace(part: str, junk: object):
    found = read(said(**{part: junk}))
    tally, kept = found.tally, found.histories
    assert 0 <= tally.right <= tally.answered
    assert len(tally.counted) <= tally.answered
    assert set(tally.pages) <= set(PAGES)
    assert set(tally.met) <= set(CHALLENGES)
    assert set(kept) <= {"handset"}


@pytest.mark.parametrize(
    ("part", "junk"),
    [
        ("score", [3, 2, True]),
        ("score", [1, 1, True]),  # two were counted
        ("score", [-1, 2, True]),
        ("score", [1, 10**9, True]),
        ("score", [1, 2, 1]),
        ("score", [1, 2.5, True]),
        ("counted", "abcdAB"),
        ("counted", "<b>!"),
        ("counted", "abcd" * (MOST_COUNTED + 1)),
        ("pages", packed([["nowhere", 1, 2]])),
        ("pages", packed([["explore", -1, 2]])),
        ("pages", packed([["explore", 1, 2, -1, as_plain(ASKED)]])),
        ("pages", packed([["explore", 1, 2, 2, as_plain(ASKED)]])),
        ("pages", packed([["explore", 1, 2, 0]])),
        ("pages", packed([["explore", 1, 2, 0, []]])),
        ("pages", packed([["explore", 1]])),
        ("pages", packed({"explore": 1})),
        ("pages", [["explore", 1, 2]]),
    ],
)
def test_a_score_that_cannot_be_is_none(part: str, junk: object):
    assert read(said()).tally.right == 1
    found = read(said(**{part: junk}))
    assert found.tally == Tally()
    assert found.histories == {"handset": [{}, {ONE: 1.0}]}


def test_unknown_challenges_are_left_out_and_known_ones_counted_once():
    found = read(said(met=["looks", "<b>", 7, "looks", ["still"]]))
    assert found.tally.met == ("looks",)


SECONDS = {row: [0.5] for row in ROWS}


@pytest.mark.parametrize(
    "junk",
    [
        [[64, 512, 3, 9, "rnn"], SECONDS],
        [[65, 512, 3, 9, "rnn", False], SECONDS],
        [[64, 512, 3, 9, "<b>", False], SECONDS],
        [[64, 512, 3, 9, "rnn", False], SECONDS | {"x": [1.0]}],
        [[64, 512, 3, 9, "rnn", False], SECONDS | {"recurrent": [0.5, 0.5]}],
        [[64, 512, 3, 9, "rnn", False], SECONDS | {"recurrent": [0]}],
        [[64, 512, 3, 9, "rnn", False], SECONDS | {"recurrent": ["nan"]}],
        [[64, 512, 3, 9, "rnn", False], dict.fromkeys(ROWS, [0.5] * (ROUNDS + 1))],
        [[64, 512, 3, 9, "rnn", False], {row: [] for row in ROWS}],
        [[64, 512, 3, 9, "rnn", False], [0.5]],
    ],
)
def test_times_that_cannot_be_are_none(junk: object):
    right = Timed(Setting(64, 512), SECONDS)
    assert read(said(times=[[64, 512, 3, 9, "rnn", False], SECONDS])).times == right
    assert read(said(times=junk)).times is None


CELL = ["w_q", "0", 1, "", 2, 1.5]


@pytest.mark.parametrize(
    "rows",
    [
        [["nowhere", [CELL]]],
        [["handset", [["w_q", "0", 1, "", 2]]]],
        [["handset", [["w_q", "0", 1, "", 2, "nan"]]]],
        [["handset", [["w_z", "0", 1, "", 2, 1.0]]]],
        [["handset", [["w_q", "0", 1, "", 2, {}]]]],
        [["handset", 7]],
        [[["handset"], []]],
        [[]],
        [["handset", *[[CELL]] * (MOST_STEPS + 2)]],
        {"handset": []},
    ],
)
def test_a_history_that_is_none_is_refused(rows: object):
    assert history.unpack(packed([["handset", [CELL]]])) == {"handset": [{ONE: 1.5}]}
    assert read(said(edits=packed(rows))).histories == {}
    assert read(said(edits=packed(rows))).tally.right == 1


def test_a_history_cannot_unfold_into_more_than_a_session_keeps():
    wide = [["w_q", "0", n, "", m, 1] for n in range(50) for m in range(17)]
    rows = [["handset", wide, *[[]] * MOST_STEPS]]
    with pytest.raises(ValueError, match="more cells"):
        history.unpack(packed(rows))
    assert MOST_KEPT < 51 * len(wide) < 4 * MOST_KEPT


def test_a_history_of_full_and_empty_states_is_read_as_it_was_written():
    full = {Address("w_q", "0", n, "", 0): n / 8 for n in range(MOST_EDITS)}
    found = {"handset": [{}, full] * 3 + [{}]}
    assert history.unpack(history.pack(found)) == found


def test_bombs_are_not_unpacked_and_long_texts_not_read():
    bomb = urlsafe_b64encode(zlib.compress(b"[" + b" " * 5_000_000 + b"]", 9)).decode()
    assert read(said(edits=bomb)).histories == {}
    longer = urlsafe_b64encode(zlib.compress(b"[" + b" " * MOST_WRITTEN * 2 + b"]", 9)).decode()
    with pytest.raises(ValueError, match="does not end"):
        history.unpack(longer)
    nested = urlsafe_b64encode(zlib.compress(b"[" * 50_000)).decode()
    assert read(said(edits=nested)).histories == {}
    assert read("[" * 100_000) == Notes()
    assert read(said(pages=bomb)).tally == Tally()
    assert read(said() + " " * LONGEST) == Notes()
