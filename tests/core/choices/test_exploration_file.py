"""A file holds all that a session keeps, and none that is read costs more than that."""

import tracemalloc

import pytest

from core.choices.edited import MOST_KEPT, Address
from core.choices.exploration_file import LARGEST_FILE, from_file, to_file
from core.choices.explore import MOST_EDITS
from core.choices.lesson import shelf
from core.choices.training import TrainingChoice
from core.errors import InputError
from core.tokens import LONGEST


def everywhere(word: str) -> dict[str, dict[Address, float]]:
    """As many changed cells as a session keeps, on shelves with long names."""
    cells = {Address("x", word, at // 64, "", at % 64): -at / 7 for at in range(MOST_EDITS)}
    seeds = range(MOST_KEPT // MOST_EDITS)
    choices = (TrainingChoice(training_distance=8, training_seed=900_000 + it) for it in seeds)
    return {shelf(choice): cells for choice in choices}


@pytest.mark.parametrize(
    "word", ["cat", "字" * LONGEST, ",", "["], ids=["short", "long", "comma", "bracket"]
)
def test_all_edits_that_a_session_keeps_come_back_from_a_file(word: str):
    shelves = everywhere(word)
    content = to_file("explore", {}, shelves)
    assert len(content) <= LARGEST_FILE
    found = from_file(content)
    assert found.shelves == shelves
    assert (found.unusable, found.whole) == ((), True)


@pytest.mark.parametrize("filled", ["[],", "{},", "0.1,", '"ab",', "[" * 3 + "]" * 3 + ","])
def test_a_file_of_more_values_than_anybody_changes_is_not_unpacked(filled: str):
    begin = '{"attention_lab":1,"page":"","language":"","fields":{},"edits":['
    room = LARGEST_FILE - len(begin) - 10
    for encoding, width in (("utf-8", 1), ("utf-16-le", 2)):
        content = (begin + filled * (room // len(filled) // width) + "0]}").encode(encoding)
        content = content[:LARGEST_FILE]
        tracemalloc.start()
        with pytest.raises(InputError, match="file_not_ours"):
            from_file(content)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 1_000_000  # bytes


def test_a_file_of_endless_words_holds_what_was_changed_last_and_says_so():
    shelves = everywhere("👩🏽‍🚀" * LONGEST)
    content = to_file("explore", {"d_k": 5}, shelves)
    assert len(content) <= LARGEST_FILE
    found = from_file(content)
    assert [*found.shelves.items()] == [*shelves.items()][-len(found.shelves) :]
    assert 0 < len(found.shelves) < len(shelves)
    assert (found.fields, found.unusable, found.whole) == ({"d_k": 5}, (), False)


def test_a_file_that_is_too_large_is_refused_unread():
    with pytest.raises(InputError, match="file_too_large"):
        from_file(b" " * (LARGEST_FILE + 1))
