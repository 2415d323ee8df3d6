"""Bytes of records: of their arrays, wherever these lie in them."""

from typing import NamedTuple

import numpy as np

from core import architectures
from core.arrays import nbytes
from core.cnn import ConvolutionSettings


class Pair(NamedTuple):
    name: str
    numbers: np.ndarray
    inner: "Pair | None" = None


def test_arrays_are_counted_however_deep_they_lie():
    inner = Pair("b", np.zeros((2, 3), np.float32))
    assert nbytes(Pair("a", np.zeros(5), inner)) == 5 * 8 + 2 * 3 * 4
    assert nbytes("words") == nbytes(3.5) == 0


def test_a_measurement_is_its_maps():
    measured = architectures.convolutional(np.ones((4, 3)), ConvolutionSettings())
    field, influence = measured
    arrays = field.reach, field.path, influence.reach, influence.strength
    assert nbytes(measured) == sum(it.nbytes for it in arrays)
