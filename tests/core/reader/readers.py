"""Readers of all kinds, for laws."""

from hypothesis import strategies as st

from core.reader.cells import Address
from core.reader.records import FIELDS, PAGES
from core.reader.training import TrainingChoice

words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30)
cells = st.dictionaries(
    st.builds(
        Address,
        st.just("w_q"),
        st.sampled_from("01234567"),
        st.integers(0, 63),
        st.just(""),
        st.integers(0, 63),
    ),
    st.floats(-1e6, 1e6, width=32),
    max_size=20,
)
shelves = st.dictionaries(
    st.sampled_from(["handset", "seeded 0", "seeded 31", TrainingChoice().shelf]),
    cells.filter(bool),
    max_size=3,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "sentence": words.map(lambda it: f"我 {it}"),
        "d_k": st.integers(1, 64),
        "temperature": st.floats(0.1, 10.0),
        "scaled": st.booleans(),
        "padded": st.lists(st.integers(0, 63), unique=True).map(lambda it: tuple(sorted(it))),
        "cross_a": words.map(lambda it: f"{it} b"),
        "buffet_spice": st.floats(-3, 3),
    },
)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-9, 70)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["1e999", "nan", "٣", "2.5", "causal", "words", " "]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
junk = st.dictionaries(st.sampled_from([*FIELDS, "language", "private"]), anything, max_size=6)
pages = st.sampled_from([*PAGES])
