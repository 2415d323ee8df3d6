"""Questions that are kept outside of the session: the same when they come back, or refused."""

import json

import pytest

from core.questions.kept import as_plain, from_plain
from core.questions.question import Listed, Name, Question, Word

ASKED = Question(
    "heaviest",
    {"asks": Word(("猫", "[a](//b.c)"), 1), "n": "1,024"},
    (Name("answer", "yes"), Name("answer", "no")),
    1,
    {"list": Listed(("3·7 12.5%", "2 – 5"))},
)


def sent() -> list[object]:
    return json.loads(json.dumps(as_plain(ASKED)))


def test_a_question_comes_back_through_json():
    assert from_plain(sent()) == ASKED


@pytest.mark.parametrize(
    ("part", "junk"),
    [
        (0, "no kind"),
        (0, None),
        (1, {"asks": {"words": [], "place": 0}}),
        (1, {"asks": {"words": ["a"], "place": 1}}),
        (1, {"asks": {"words": ["a"], "place": 0.5}}),
        (1, {"asks": {"words": [1], "place": 0}}),
        (1, {"asks": {"words": "ab", "place": 0}}),
        (1, {"n": "[a](//b.c)"}),
        (1, {"n": "<b>"}),
        (1, {"n": 7}),
        (1, {"a b": "7"}),
        (1, {f"n{i}": "7" for i in range(99)}),
        (1, [["n", "7"]]),
        (2, ["1"]),
        (2, ["1"] * 9),
        (2, [{"sort": "an.swer", "name": "yes"}, "1"]),
        (2, [{"sort": "answer", "name": "*yes*"}, "1"]),
        (2, [{"sort": "answer"}, "1"]),
        (3, 2),
        (3, -1),
        (3, "right"),
        (4, {"list": {"items": ["<b>"]}}),
        (4, {"list": {"items": "123"}}),
        (4, {"list": {"items": ["1"] * 99}}),
    ],
)
def test_what_is_no_question_is_refused(part: int, junk: object):
    plain = sent()
    plain[part] = junk
    with pytest.raises((ValueError, TypeError)):
        from_plain(plain)


def test_a_question_has_five_parts():
    for junk in (None, [], sent()[:4], [*sent(), 1], "abcde", {"kind": "x"}):
        with pytest.raises((ValueError, TypeError)):
            from_plain(junk)
