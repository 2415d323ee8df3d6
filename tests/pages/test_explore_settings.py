"""Every setting draws, and a tampered session shows the last usable ones."""

import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.layer import MATRICES, Rules, Sizes
from core.masks import MaskRule
from core.reader.explore import Choice
from core.reader.fields import Kind
from core.reader.records import NAMES
from core.sources.seeded import SeededSource
from pages.shared.text import LANGUAGES, Language
from pages.shared.views.maps import LARGE
from tests.memory import needs_proc
from tests.pages.exploring import (
    CHICKEN,
    MOUSE,
    RESULTS,
    SIZES,
    ZH,
    Visit,
    assert_shows,
    choose,
    chosen,
    drawn,
    handset,
    notes,
    tamper,
    told,
)

# Every setting


@pytest.mark.parametrize("end", [0, 1], ids=["smallest", "largest"])
@pytest.mark.parametrize("source", ["handset", "seeded"])
def test_every_number_may_be_at_its_limit(dashboard: AppTest, end: int, source: str):
    extreme = {
        name: type(getattr(Choice(), name))(kind.limits[end])
        for name, kind in NAMES[Choice].items()
        if kind.limits != Kind(str).limits and name not in ("query", "key", "head")
    }
    choose(dashboard, source=source, **extreme)
    assert told(dashboard) == []
    assert drawn(dashboard, "output").shape == (4, extreme["d_v"])


OPTIONS: dict[str, tuple[object, ...]] = {
    "mask": ("none", "causal", "window", "padding", "drawn"),
    "positions": ("sinusoidal", "rope", "alibi"),
    "rnn_kind": ("rnn", "lstm", "gru"),
    "rnn_direction": ("both", "forward"),
    "shown_parameter": MATRICES,
    "shown_result": RESULTS,
    "source": ("seeded", "handset", "seeded"),
    "unit": ("words", "characters"),
    "comparison": ("share", "strength"),
    "n_heads": (2, 3, 1),
    "d_model": (10, 12),
    "d_v": (4, 6),
    "cnn_layers": (1, 3),
    "cnn_causal": (False, True),
    "cnn_growth": (1, 2),
    "sentence": (CHICKEN, " ".join("abcdefghijklmnopqrstuvwxyz" * 2)),
}
"""Every option, many of them in one run."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_draws_in_every_language(open_dashboard: Visit, language: Language):
    app = choose(open_dashboard(language), results_open=True, code_open=True)
    for values in zip_longest(*OPTIONS.values()):
        change = {
            name: value for name, value in zip(OPTIONS, values, strict=True) if value is not None
        }
        choose(app, **change)
        assert not app.error, change
        assert [it.value for it in app.warning] == [], change
        n_words = len(notes(app).reader.record(Choice).tokens.kept)
        assert n_words > LARGE or len(drawn(app, "weights")) == n_words, change


@pytest.mark.parametrize("n_heads", [(2, 4), (4, 2)], ids=str)
def test_the_head_stays_when_there_are_more_or_fewer(dashboard: AppTest, n_heads: tuple[int, int]):
    before, after = n_heads
    choose(dashboard, source="seeded", n_heads=before)
    choose(dashboard, head=1)
    choose(dashboard, n_heads=after)
    for _ in range(2):
        assert told(dashboard) == []
        expected = SeededSource(Sizes(14, n_heads=after))
        assert_shows(dashboard.run(), expected.trace(CHICKEN), head=1)


LARGEST = """
from streamlit.testing.v1 import AppTest
from core.architectures import attention
from core.reader.explore import Choice
from tests.memory import peak
from tests.pages.exploring import chosen, notes, select
app = AppTest.from_file("dashboard.py", default_timeout=120).run()
choice = dict(
    sentence=" ".join(f"w{i}" for i in range(64)), source="seeded", d_model=64, d_k=64, d_v=64,
    n_heads=8, rnn_kind="lstm", rnn_direction="both", d_hidden=16, cnn_kernel=9, cnn_layers=6,
    mask="drawn", comparison="strength")
select(app, **choice)
app.run()
assert not app.error and not app.exception and not app.warning
assert len(notes(app).reader.record(Choice).tokens.kept) == 64
for name in ("sentence", "n_heads", "d_k", "rnn_kind"):
    assert chosen(app, name) == choice[name]
print(peak())
"""


@needs_proc
def test_the_largest_page_needs_less_than_a_gigabyte():
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", LARGEST], cwd=root, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 1 << 30


def test_rope_with_an_odd_width_says_why_there_are_no_positions(dashboard: AppTest):
    choose(dashboard, positions="rope", d_k=3)
    assert_shows(dashboard, handset(Sizes(14, d_k=3)).trace(CHICKEN))
    assert told(dashboard) == [ZH("error.rope_needs_even", d_k=3)]


def test_another_seed_gives_other_numbers(dashboard: AppTest):
    choose(dashboard, source="seeded", seed=999_999)
    for place, seed in enumerate((0, 1)):  # one beside the source, one beside the architectures
        nexts = [it for it in dashboard.button if it.label == ZH("seed.next")]
        nexts[place].click().run()
        assert_shows(dashboard, SeededSource(SIZES, seed=seed).trace(CHICKEN))


# Tampered sessions


CHOSEN = [name for name in vars(Choice()) if name not in ("edits", "blocked")]


@pytest.mark.parametrize("junk", [None, {}, -1.5, b"x", [[1, 2], [3]], float("nan")], ids=str)
def test_tampered_values_are_replaced_by_the_last_usable_ones(dashboard: AppTest, junk: object):
    before = {name: chosen(dashboard, name) for name in CHOSEN}
    names = NAMES[Choice].keys() & notes(dashboard).widgets.keys()
    assert len(names) > 10
    tamper(dashboard, **dict.fromkeys(names, junk))
    assert_shows(dashboard, handset().trace(CHICKEN))
    [said] = told(dashboard)
    assert all(ZH(f"{name}.label") in said for name in names)
    assert {name: chosen(dashboard, name) for name in CHOSEN} == before


def test_one_tampered_value_leaves_the_others_alone(dashboard: AppTest):
    choose(dashboard, sentence=MOUSE, d_v=3, mask="window", head=1)
    expected = handset(Sizes(14, d_v=3), Rules(mask=MaskRule("window")))
    for name in NAMES[Choice].keys() & notes(dashboard).widgets.keys():
        tamper(dashboard, **{name: b"x"})
        assert_shows(dashboard, expected.trace(MOUSE), head=1)
        [said] = told(dashboard)
        assert ZH(f"{name}.label") in said


@pytest.mark.parametrize("name", ["edits", "blocked"])
def test_what_is_derived_cannot_be_slipped_in(dashboard: AppTest, name: str):
    slipped = {"edits": [["w_q", [0, 0, 1], -5.5]], "blocked": [[0, 0]]}
    tamper(dashboard, mask="drawn", **{name: slipped[name]})
    assert_shows(dashboard, handset().trace(CHICKEN))
    assert told(dashboard) == []


@pytest.mark.parametrize("junk", ["fr", None, 5, "", []])
def test_a_tampered_language_is_replaced(dashboard: AppTest, junk: object):
    tamper(dashboard, language=junk)
    assert_shows(dashboard, handset().trace(CHICKEN))
    assert dashboard.title[0].value == ZH("explore.title")
