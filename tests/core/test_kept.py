"""What is kept for all readers stays within its bytes."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from core.kept import Kept


@dataclass
class Thing:
    nbytes: int


def test_what_was_made_is_not_made_again():
    kept: Kept[Thing] = Kept(10)
    first = kept.get("a", lambda: Thing(4))
    assert kept.get("a", lambda: Thing(5)) is first


def test_what_is_kept_is_not_measured_again():
    asked = [0]

    class Counting:
        @property
        def nbytes(self) -> int:
            asked[0] += 1
            return 1

    kept: Kept[Counting] = Kept(1_000)
    for key in range(100):
        kept.get(key, Counting)
    assert asked[0] == 100


def test_what_was_not_used_for_longest_goes_first():
    kept: Kept[Thing] = Kept(10)
    a, b = (kept.get(name, lambda: Thing(4)) for name in "ab")
    kept.get("a", lambda: Thing(4))
    kept.get("c", lambda: Thing(4))
    assert kept.get("a", lambda: Thing(4)) is a
    assert kept.get("b", lambda: Thing(4)) is not b


def test_two_that_are_compared_stay_however_large_they_are():
    kept: Kept[Thing] = Kept(10)
    a, b = (kept.get(name, lambda: Thing(40)) for name in "ab")
    assert kept.get("a", lambda: Thing(40)) is a
    assert kept.get("b", lambda: Thing(40)) is b


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 8))))
def test_bytes_stay_within_their_limit(asked: list[tuple[int, int]]):
    kept: Kept[Thing] = Kept(20, at_least=2)
    for key, size in asked:
        kept.get(key, lambda size=size: Thing(size))
        assert kept._bytes == sum(it.nbytes for it in kept._found.values()) <= 20
