"""Every label in both languages, each of them used, and readers' words that stay words.

A test is a law for all labels; what it finds are the labels that break it.
"""

import ast
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.reader.examples import EXAMPLES, SENTENCES
from pages import CONTENTS, Entry
from pages.shared.text import LANGUAGES, Language, Text, labels, plain, plain_word, spoken

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "pages" / "shared" / "text"
TERMS = set(
    re.findall(
        r"\w+",
        "softmax tanh RNN CNN LSTM GRU RoPE ALiBi PyTorch CSV attention py "
        "MiniLM UNK CLS SEP rollout sink Q K V X W W_Q W_K W_V W_O d_model d_k d_v e j q k v A B "
        "Hugging Face transformers safetensors MB MiB "
        "NPZ NPY safetensors pickle SVG PNG HTML JSON Jupyter SHA "
        "Abnar Zuidema Jain Wallace Wiegreffe Pinter Kobayashi Kendall Serrano Smith Xiao "
        "Clark Press "
        "Michel Voita Tang Adam Transformer eval "
        "BLEU chrF Tatoeba CC BY FR "
        "GGUF HDF numpy ONNX MATLAB Git LFS Parquet Arrow NaN True cookie TransformerLens pt LoRA "
        "KV cache kB MLA latent DeepSeek logit lens",
    )
)
"""Words of the field, symbols and authors, that Chinese texts write in Latin letters."""

HAN = re.compile(r"[\u4e00-\u9fff]")
FORMULA = re.compile(r"\$[^$]*\$")
ADDRESS = re.compile(r"https?://[\w./-]+|\(#\w+\)")
LATIN = re.compile(r"[A-Za-z_]+")

EXAMPLE_TEXTS = {f"example.{name}": example.sentence for name, example in EXAMPLES.items()}
QUOTES = EXAMPLE_TEXTS | {"highlight.same_it": " ".join(EXAMPLE_TEXTS.values())}
"""Labels that quote English sentences, and what they may quote."""

SEPARATORS = {"sentence.comma"}
"""Labels that stand between words, so that a space at their end is meant."""


def placeholders(text: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


# Both languages


def test_no_label_stands_in_two_files():
    written = [
        line
        for path in TEXTS.glob("*.toml")
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("[")
    ]
    assert [line for line, times in Counter(written).items() if times > 1] == []
    assert len(written) == len(labels())


def test_every_label_says_something_in_both_languages():
    mute = [
        key
        for key, pair in labels().items()
        if set(pair) != set(LANGUAGES)
        or not all(text.strip() for text in pair.values())
        or (key not in SEPARATORS and any(text != text.strip() for text in pair.values()))
    ]
    assert mute == []


def test_both_languages_have_the_same_placeholders():
    unlike = [
        key
        for key, pair in labels().items()
        if set(placeholders(pair["en"])) != set(placeholders(pair["zh"]))
    ]
    assert unlike == []


def test_every_label_can_be_filled_with_any_words():
    broken = []
    for key, pair in labels().items():
        for language in LANGUAGES:
            wanted = placeholders(pair[language])
            filled = Text(language)(key, **dict.fromkeys(wanted, "{} %s {x}"))
            if filled.count("{} %s {x}") != wanted.total():
                broken.append((key, language))
    assert broken == []


def test_both_languages_show_the_same_formulas():
    unlike = [
        key
        for key, pair in labels().items()
        if sorted(FORMULA.findall(pair["en"])) != sorted(FORMULA.findall(pair["zh"]))
    ]
    assert unlike == []


def test_english_is_english():
    assert [key for key, pair in labels().items() if HAN.search(pair["en"])] == []


def test_chinese_is_chinese():
    mixed = {}
    for key, pair in labels().items():
        if pair["zh"] == EXAMPLE_TEXTS.get(key):
            continue
        prose = FORMULA.sub("", ADDRESS.sub("", re.sub(r"\{\w+\}|`[^`]+`", "", pair["zh"])))
        words = LATIN.findall(prose)
        foreign = set(words) - TERMS - set(LATIN.findall(QUOTES.get(key, "")))
        if foreign:
            mixed[key] = foreign
    assert mixed == {}


def test_an_example_is_itself_in_its_own_language_and_translated_into_the_other():
    for key, sentence in EXAMPLE_TEXTS.items():
        chinese = bool(HAN.search(sentence))
        own, other = ("zh", "en") if chinese else ("en", "zh")
        assert labels()[key][own] == sentence
        assert labels()[key][other].startswith("Chinese:" if chinese else "英文：")


# What is said


def broken(rule: Mapping[Language, str]) -> list[str]:
    """The labels in which a pattern occurs that must not, by language."""
    return [
        key
        for key, pair in labels().items()
        if any(re.search(pattern, pair[language]) for language, pattern in rule.items())
    ]


def test_more_is_a_stronger_colour_and_not_a_darker_one():
    """In the dark theme the heaviest weight is the lightest."""
    rule: Mapping[Language, str] = {
        "en": r"(?i)\b(dark|light)(er|est)\b",
        "zh": "[深浅](?!度)|[更越最][暗亮]",
    }
    assert broken(rule) == []


def test_chinese_is_not_slanted():
    found = {
        key: re.sub(r"\*\*|^\s*[-*] ", "", it["zh"], flags=re.M) for key, it in labels().items()
    }
    assert [key for key, text in found.items() if re.search(r"\*[^*\n]+\*", text)] == []


def test_nothing_stands_before_a_per_cent_sign():
    assert broken(dict.fromkeys(LANGUAGES, r"[\d}]\s+%")) == []
    joined = (node.values for node in nodes() if isinstance(node, ast.JoinedStr))
    parts = (it.value for values in joined for it in values if isinstance(it, ast.Constant))
    assert [part for part in parts if re.match(r"\s+%", str(part))] == []


def test_what_is_counted_from_0_is_no_ordinal():
    assert broken({"zh": "第 ?{(low_|most_)?layer}"}) == []


def test_a_page_is_called_by_its_name_in_the_menu():
    pairs = (pair for key, pair in labels().items() if key.endswith(".menu"))
    menus = {text for pair in pairs for text in pair.values()}
    named = [
        name
        for pair in labels().values()
        for text in pair.values()
        for name in re.findall("page “([^”]+)”|“([^”]+)”页", text)
    ]
    assert len(named) >= 6
    assert [name for name in named if "".join(name) not in menus] == []
    assert broken({"en": "first page|Explore page", "zh": "第一页|首页"}) == []


def test_lists_are_written_as_the_language_writes_them():
    pages = (ROOT / "pages").glob("**/*.py")
    questions = (ROOT / "core" / "questions").glob("*.py")
    assert [it.name for it in (*pages, *questions) if '", ".join' in it.read_text("utf-8")] == []


def test_all_that_is_said_is_written_as_labels():
    files = [it for it in TEXTS.rglob("*") if it.is_file() and it.suffix != ".pyc"]
    assert {it.relative_to(TEXTS).as_posix() for it in files if it.suffix != ".toml"} == {
        "__init__.py"
    }
    assert len(files) > 10


def test_no_label_is_written_twice():
    written = "\n".join(path.read_text("utf-8") for path in sorted(TEXTS.glob("*.toml")))
    titles = re.findall(r"^\[(.+)\]$", written, re.MULTILINE)
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
    in_scripts = {it for script in scripts() for it in re.findall(r'"([^"\n]+)"', script)}
    return frozenset(strings | fields | in_scripts)


@cache
def scripts() -> tuple[str, ...]:
    """The scripts of the stage, which look up their labels in the browser."""
    return tuple(it.read_text("utf-8") for it in (ROOT / "pages/shared/stage").glob("*.js"))


def asked_for_in_scripts() -> Iterator[re.Pattern[str]]:
    """What stands behind ``labels``: a name, or strings in brackets with parts to be filled."""
    for script in scripts():
        for name in re.findall(r"\blabels\.(\w+)", script):
            yield re.compile(rf"stage\.{name}")
        for inside in re.findall(r"\blabels\[((?:[^\[\]]|\[[^\]]*\])*)\]", script):
            for template, word in re.findall(r"`([^`]+)`|\"([^\"]+)\"", inside):
                parts = re.split(r"\$\{[^}]*\}", template or word)
                yield re.compile(r"stage\." + "([^.]+)".join(map(re.escape, parts)))


@cache
def prefixed_in_code() -> tuple[re.Pattern[str], ...]:
    """Names that are put together at run time, as in ``f"influence_{name}"``."""
    joined = (n for n in nodes() if isinstance(n, ast.JoinedStr))
    found = (pattern for node in joined for pattern in patterns(node, {}))
    return tuple(re.compile(pattern) for pattern in found if re.match(r"\w+_\(", pattern))


def may_stand_for(part: str) -> bool:
    made = (pattern.fullmatch(part) for pattern in prefixed_in_code())
    return part in names_in_code() or any(
        match and set(match.groups()) <= names_in_code() for match in made
    )


@cache
def asked_for() -> tuple[re.Pattern[str], ...]:
    """What ``text(...)`` is called with; a group for each part that is filled in at run time.

    Directly, or by a function that is given the key.
    """
    found, given = [], places_of_keys()
    for module in sources():
        assigned = {
            target.id: node.value
            for node in ast.walk(module)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and node.args and is_text(node.func):
                found += patterns(node.args[0], assigned)
            elif isinstance(node, ast.Call) and len(node.args) > given.get(called(node), 99):
                found += patterns(node.args[given[called(node)]], assigned)
    return (*(re.compile(pattern) for pattern in found), *asked_for_in_scripts())


@cache
def places_of_keys() -> dict[str, int]:
    """Functions that look up a label whose key they are given: which argument that is."""
    functions = [n for n in nodes() if isinstance(n, ast.FunctionDef)]
    found: dict[str, int] = {}
    while True:
        more = {it.name: place for it in functions for place in keys_of(it, found)}
        if more == found:
            return found
        found = more


def keys_of(function: ast.FunctionDef, known: dict[str, int]) -> Iterator[int]:
    """Which of a function's arguments it looks up, or hands to another one that does."""
    names = [it.arg for it in function.args.args]
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and node.args:
            place = 0 if is_text(node.func) else known.get(called(node), 99)
            match node.args[place : place + 1]:
                case [ast.Name(id=name)] if name in names:
                    yield names.index(name)


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def is_text(function: ast.expr) -> bool:
    """Whether it is ``text`` or ``state.text()``."""
    match function:
        case ast.Name(id="text") | ast.Call(func=ast.Attribute(attr="text")):
            return True
        case _:
            return False


def patterns(argument: ast.expr, assigned: dict[str, ast.expr]) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str(key)):
            yield re.escape(key)
        case ast.JoinedStr(values=parts):
            yield "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"([^.]+)"
                for part in parts
            )
        case ast.IfExp(body=body, orelse=orelse):
            yield from patterns(body, assigned)
            yield from patterns(orelse, assigned)
        case ast.Name(id=name):  # set above, or passed on and found where it comes from
            if isinstance(value := assigned.get(name), ast.Constant | ast.JoinedStr | ast.IfExp):
                yield from patterns(value, {})
        case _:
            raise AssertionError(f"unforeseen label: {ast.unparse(argument)}")


def test_every_label_that_is_asked_for_exists():
    assert len(asked_for()) > 50
    missing = [p.pattern for p in asked_for() if not any(p.fullmatch(key) for key in labels())]
    assert missing == []


def test_every_label_is_asked_for():
    idle = []
    for key in labels():
        found = (match for pattern in asked_for() if (match := pattern.fullmatch(key)))
        if not any(all(map(may_stand_for, match.groups())) for match in found):
            idle.append(key)
    assert idle == []


def test_a_label_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError):
        Text("en")("no.such.label")


def test_a_placeholder_without_a_value_is_an_error():
    with pytest.raises(KeyError):
        Text("en")("origin.seeded")


# Readers' words

ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
markup = st.text(st.sampled_from([*string.punctuation, *"ab1 我\u0301é😀אב"]))


def isolated(words: str) -> str:
    """What is between the marks that isolate words, without those that part addresses."""
    assert words[0] == "\u2068"
    assert words[-1] == "\u2069"
    return words[1:-1].replace("\u2060", "")


@given(markup)
def test_every_punctuation_mark_of_a_readers_words_is_escaped(words: str):
    assert not set(ESCAPED.sub("", isolated(plain(words)))) & set(string.punctuation)


@given(markup)
def test_markdown_shows_just_the_readers_words(words: str):
    assert ESCAPED.sub(r"\1", isolated(plain(words))) == words


def test_every_ascii_punctuation_mark_is_escaped():
    bare = [mark for mark in string.punctuation if isolated(plain(f"a{mark}b")) != f"a\\{mark}b"]
    assert bare == []


@pytest.mark.parametrize("words", ["", "猫抓老鼠，天空很蓝。", "naïve café", "😀", "אבג"])
def test_words_without_ascii_punctuation_stay_as_they_are(words: str):
    assert isolated(plain(words)) == words


def test_a_repeated_word_has_its_place_and_others_have_none():
    words = ("the", "cat", "the", "$")
    shown = [isolated(plain_word(words, position)) for position in range(4)]
    assert shown == [r"the \#1", "cat", r"the \#3", r"\$"]


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-Hant-TW", "zh"), ("en-GB", "en"), ("fr", "en"), ("", "en")]
)
def test_a_browsers_language_is_spoken_if_it_is_known(locale: str, language: Language):
    assert spoken(locale) == language


def test_every_language_has_its_sentences():
    assert get_args(Language) == tuple(LANGUAGES) == tuple(SENTENCES)
    for it in SENTENCES.values():
        assert {it.first, it.file} <= EXAMPLES.keys()
        for pointing in (it.eating, it.catching, it.told, it.middle):
            assert {pointing.asks, pointing.about} <= {*pointing.words}


@pytest.mark.parametrize("entry", CONTENTS, ids=lambda entry: entry.name)
def test_no_space_stands_between_chinese_sentences(
    entry: Entry, open_dashboard: Callable[[str | None], AppTest]
):
    app = open_dashboard("zh-CN").switch_page(entry.path).run()
    for kind in ("markdown", "caption", "info", "warning", "success"):
        for it in getattr(app, kind):
            assert not re.search(r"[。！？] \S", it.value), it.value
