"""More heads of a smaller width: as many operations, more weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ideas.heads_cost import costs


@given(n=st.integers(1, 40), d=st.sampled_from([8, 16, 64]))
def test_more_heads_of_a_smaller_width_need_as_many_operations(n: int, d: int):
    rows = costs(n, d)
    assert [row.n_heads for row in rows] == [1, 2, 4, 8]
    assert {row.counted for row in rows} == {8 * n * d**2 + 4 * n**2 * d}
    assert all(row.counted == row.formula for row in rows)
    assert [row.size for row in rows] == [d, d // 2, d // 4, d // 8]
    assert [row.weights for row in rows] == [h * n * n for h in (1, 2, 4, 8)]


def test_a_width_that_cannot_be_split_is_refused():
    with pytest.raises(ValueError, match="width of 12 cannot be split into 8"):
        costs(5, 12)
