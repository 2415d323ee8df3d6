"""Every label in both languages, each of them used, and readers' words that stay words."""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.text import LANGUAGES, Text, labels, plain

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "pages" / "shared" / "text"
TERMS = frozenset(
    "softmax tanh RNN CNN LSTM GRU RoPE ALiBi PyTorch CSV attention py".split()
    + "Q K V X W W_Q W_K W_V W_O d_model d_k d_v e v".split()
)
"""Words of the field, and symbols, that Chinese texts write in Latin letters."""

HAN = re.compile(r"[\u4e00-\u9fff]")
FORMULA = re.compile(r"\$[^$]*\$")
LATIN = re.compile(r"[A-Za-z_]+")

every_label = pytest.mark.parametrize("key", sorted(labels()))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def is_example(key: str) -> bool:
    return key.startswith("example.")


# Both languages


@every_label
def test_both_languages_say_something(key: str):
    assert set(labels()[key]) == set(LANGUAGES)
    for text in labels()[key].values():
        assert text == text.strip() != ""


@every_label
def test_both_languages_have_the_same_placeholders(key: str):
    english, chinese = (placeholders(text) for text in labels()[key].values())
    assert english == chinese


@every_label
def test_every_label_can_be_filled_with_any_words(key: str):
    for language, text in labels()[key].items():
        values = dict.fromkeys(placeholders(text), "{} %s {x}")
        assert Text(language)(key, **values).count("{x}") >= len(values)


@every_label
def test_both_languages_show_the_same_formulas(key: str):
    english, chinese = (FORMULA.findall(text) for text in labels()[key].values())
    assert sorted(english) == sorted(chinese)


@pytest.mark.parametrize("key", [key for key in labels() if not is_example(key)])
def test_english_is_english_and_chinese_is_chinese(key: str):
    assert not HAN.search(labels()[key]["en"])
    chinese = FORMULA.sub("", re.sub(r"\{\w+\}", "", labels()[key]["zh"]))
    assert set(LATIN.findall(chinese)) <= TERMS


@pytest.mark.parametrize("key", [key for key in labels() if is_example(key)])
def test_an_example_is_the_same_sentence_in_both_languages(key: str):
    assert len(set(labels()[key].values())) == 1


def test_prose_is_written_in_both_languages():
    english, chinese = (sorted(p.name for p in (TEXTS / language).glob("*.md")) for language in LANGUAGES)
    assert english == chinese


def test_no_label_is_written_twice():
    titles = re.findall(r"^\[(.+)\]$", (TEXTS / "labels.toml").read_text("utf-8"), re.MULTILINE)
    assert sorted(titles) == sorted(labels())


# Labels and code


@cache
def sources() -> list[ast.Module]:
    paths = [ROOT / "dashboard.py", *ROOT.glob("pages/**/*.py"), *ROOT.glob("core/**/*.py")]
    return [ast.parse(path.read_text("utf-8")) for path in paths]


def nodes() -> Iterator[ast.AST]:
    for module in sources():
        yield from ast.walk(module)


@cache
def names_in_code() -> frozenset[str]:
    """Every string, and every field of a record: what may stand for a part of a label's key."""
    strings = {n.value for n in nodes() if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    fields = {
        n.target.id
        for n in nodes()
        if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
    }
    return frozenset(strings | fields)


@cache
def asked_for() -> tuple[re.Pattern[str], ...]:
    """What ``text(...)`` is called with; a group for each part that is filled in at run time."""
    calls = (n for n in nodes() if isinstance(n, ast.Call) and n.args)
    texts = (n.args[0] for n in calls if isinstance(n.func, ast.Name) and n.func.id == "text")
    return tuple(re.compile(pattern) for argument in texts for pattern in patterns(argument))


def patterns(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str(key)):
            yield re.escape(key)
        case ast.JoinedStr(values=parts):
            yield "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"([^.]+)"
                for part in parts
            )
        case ast.IfExp(body=body, orelse=orelse):
            yield from patterns(body)
            yield from patterns(orelse)
        case ast.Name():  # passed on; found where it comes from
            return
        case _:
            raise AssertionError(f"unforeseen label: {ast.unparse(argument)}")


def test_every_label_that_is_asked_for_exists():
    assert len(asked_for()) > 50
    missing = [p.pattern for p in asked_for() if not any(p.fullmatch(key) for key in labels())]
    assert missing == []


@every_label
def test_every_label_is_asked_for(key: str):
    found = [match for pattern in asked_for() if (match := pattern.fullmatch(key))]
    assert any(set(match.groups()) <= names_in_code() for match in found)


def test_a_label_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError):
        Text("en")("no.such.label")


def test_a_placeholder_without_a_value_is_an_error():
    with pytest.raises(KeyError):
        Text("en")("origin.seeded")


# Readers' words

ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
markup = st.text(st.sampled_from([*string.punctuation, *"ab1 我\u0301é😀"]))


@given(markup)
def test_every_punctuation_mark_of_a_readers_words_is_escaped(words: str):
    assert not set(ESCAPED.sub("", plain(words))) & set(string.punctuation)


@given(markup)
def test_markdown_shows_just_the_readers_words(words: str):
    assert ESCAPED.sub(r"\1", plain(words)) == words


@pytest.mark.parametrize("mark", string.punctuation)
def test_every_ascii_punctuation_mark_is_escaped(mark: str):
    assert plain(f"a{mark}b") == f"a\\{mark}b"


@pytest.mark.parametrize("words", ["", "猫抓老鼠，天空很蓝。", "naïve café", "😀", "אבג"])
def test_words_without_ascii_punctuation_stay_as_they_are(words: str):
    assert plain(words) == words
