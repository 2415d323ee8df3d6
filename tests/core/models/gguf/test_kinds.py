"""Numbers packed in blocks: by hand, and as the `gguf` package of llama.cpp's authors has it."""

import gguf
import numpy as np
import pytest
import torch
from gguf.quants import dequantize
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.models.gguf.kinds import KINDS, OTHERS, unpacked

BY_NAME = {kind.name: number for number, kind in KINDS.items()}


def half(*numbers: float) -> bytes:
    return np.array(numbers, "<f2").tobytes()


def one_row(content: bytes, name: str) -> list[float]:
    rows = torch.tensor([list(content)], dtype=torch.uint8)
    return unpacked(rows, BY_NAME[name])[0].tolist()


# By hand


def test_q4_0_is_a_scale_times_halves_of_bytes_less_8():
    found = one_row(half(0.5) + bytes([0x1F] + [0x80] * 15), "Q4_0")
    assert found[:2] == [3.5, -4.0]  # low halves first: 15 − 8 and 0 − 8, times 0.5
    assert found[16:18] == [-3.5, 0.0]


def test_q4_1_is_a_scale_times_halves_of_bytes_and_the_least():
    found = one_row(half(0.5, -2) + bytes([0x1F] + [0x80] * 15), "Q4_1")
    assert found[:2] == [5.5, -2.0]
    assert found[16:18] == [-1.5, 2.0]


def test_q8_0_is_a_scale_times_signed_bytes():
    found = one_row(half(0.25) + bytes([4, 0xFF, 0x80] + [0] * 29), "Q8_0")
    assert found[:4] == [1.0, -0.25, -32.0, 0.0]


def test_q5_0_has_the_fifth_bit_elsewhere():
    fifth = (1 << 0 | 1 << 17).to_bytes(4, "little")  # of the first number, and of number 17
    found = one_row(half(0.5) + fifth + bytes([0x1F] + [0x80] * 15), "Q5_0")
    assert found[:2] == [(31 - 16) / 2, -8.0]
    assert found[16:18] == [(1 - 16) / 2, (24 - 16) / 2]


def test_q5_1_has_a_least_number():
    fifth = (1 << 0).to_bytes(4, "little")
    found = one_row(half(0.5, -2) + fifth + bytes([0x1F] + [0x80] * 15), "Q5_1")
    assert found[:2] == [13.5, -2.0]
    assert found[16:18] == [-1.5, 2.0]


@pytest.mark.parametrize(("name", "letter"), [("F32", "<f4"), ("F16", "<f2")])
def test_plain_numbers_are_themselves(name: str, letter: str):
    assert one_row(np.array([1.5, -0.25, 3.0], letter).tobytes(), name) == [1.5, -0.25, 3.0]


def test_bf16_is_the_upper_half_of_float32():
    upper = np.array([1.5, -0.25], "<f4").view("<u2")[1::2]
    assert one_row(upper.tobytes(), "BF16") == [1.5, -0.25]


# Against the package


@pytest.mark.parametrize("name", BY_NAME)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_blocks_are_unpacked_as_the_package_does(name: str, seed: int):
    """Also where a scale is no number."""
    kind = KINDS[BY_NAME[name]]
    rows = np.random.default_rng(seed).integers(0, 256, (3, 2 * kind.bytes), np.uint8)
    with np.errstate(all="ignore"):
        expected = dequantize(rows, gguf.GGMLQuantizationType[name])
    found = unpacked(torch.from_numpy(rows), BY_NAME[name])
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


def test_sizes_and_names_are_those_of_ggml():
    numbers = {it.name: it.value for it in gguf.GGMLQuantizationType}
    sizes = {it.name: size for it, size in gguf.GGML_QUANT_SIZES.items()}
    for number, kind in KINDS.items():
        assert (number, (kind.numbers, kind.bytes)) == (numbers[kind.name], sizes[kind.name])
    assert not set(OTHERS) & set(KINDS)
    for number, name in OTHERS.items():
        assert numbers[name] == number


@given(rows=st.lists(st.integers(0, 8), min_size=1, max_size=4))
def test_a_few_rows_are_those_of_the_whole(rows: list[int]):
    whole = torch.from_numpy(np.random.default_rng(1).integers(0, 100, (9, 36), np.uint8))
    found = unpacked(whole[torch.tensor(rows)], BY_NAME["Q4_0"])
    assert_array_equal(found.numpy(), unpacked(whole, BY_NAME["Q4_0"])[rows].numpy())
