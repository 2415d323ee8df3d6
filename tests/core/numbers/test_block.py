"""Blocks of numbers: however a matrix is written, it is the same matrix, or refused."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.errors import InputError
from core.numbers import parse_block

SQUARE = [[0.1, 0.2], [0.3, 0.4]]
SAME = [
    "0.1\t0.2\n0.3\t0.4",
    "0.1\t0.2\r\n0.3\t0.4\r\n",
    "0,1\t0,2\r0,3\t0,4",
    "10%\t1/5\n3e-1\t０．４",
    "0.1;0.2\n0.3;0.4",
    "0,1;0,2\n0,3;0,4",
    "０，１；０，２\n０，３；０，４",
    "0.1,0.2\n0.3,0.4",
    "\ufeff0.1, 0.2\n0.3, 0.4\n",
    '"0,1","0,2"\n"0,3","0,4"',
    "0.1、0.2\n0.3、0.4",
    "0.1 0.2\n0.3 0.4",
    "  0.1  0.2\n  0.3  0.4",
    "[[0.1, 0.2], [0.3, 0.4]]",
    "[[0.1 0.2]\n [0.3 0.4]]",
    "[[[0.1, 0.2], [0.3, 0.4]]]",
    "[0.1, 0.2],\n[0.3, 0.4]",
    "[0.1 0.2; 0.3 0.4]",
    "［［０．１，０．２］，［０．３，０．４］］",
    '[["0.1", "0.2"], ["0.3", "0.4"]]',
    "array([[0.1, 0.2],\n       [0.3, 0.4]], dtype=float32)",
    "np.array([[.1, .2], [.3, .4]])",
    "w_q = [[0.1, 0.2],\n       [0.3, 0.4]];",
    "tensor([[0.1000, 0.2000],\n        [0.3000, 0.4000]], grad_fn=<MmBackward0>)",
    "Parameter containing:\ntensor([[1.0000e-01, 2.0000e-01],\n        [3.0000e-01, 4.0000e-01]],"
    " device='cuda:0', dtype=torch.float64, requires_grad=True)",
]
TABLE = (
    "<html><style>td {}</style><table border=1><tr><td>0,1</td><td><b>0</b>,2</td></tr>"
    "<tr><td>0,3<td>0,4</table><table><tr><td>9</td></tr></table></html>"
)


@pytest.mark.parametrize("text", SAME)
def test_however_it_is_written_it_is_the_same_matrix(text: str):
    assert parse_block(text) == SQUARE


def test_a_table_of_a_web_page_is_read():
    assert parse_block("0,1 0,2 0,3 0,4", TABLE) == SQUARE
    assert parse_block("5\t6", TABLE) == [[5.0, 6.0]]
    assert parse_block("7", "<p>7</p>") == [[7.0]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("5", [[5.0]]),
        ("", []),
        ("[]", []),
        ("0.5,1,2", [[0.5, 1.0, 2.0]]),
        ("1,5", [[1.5]]),
        ("1,2\n3,4", [[1.2], [3.4]]),
        ("[0,5]", [[0.0, 5.0]]),
        ("[1,234]", [[1.0, 234.0]]),
        ("0.1,0.2\n1,234.5", [[0.1, 0.2], [1.0, 234.5]]),
        ("0,312\t1,204", [[0.312, 1.204]]),
        ("cat\t0.5\nsat\t0.25", [["cat", 0.5], ["sat", 0.25]]),
        ("a,b\n0.1,0.2", [["a", "b"], [0.1, 0.2]]),
        ("1,2,3", [["1,2,3"]]),
        ("[[nan, 1]]", [["nan", 1.0]]),
        ("[[ True False]]", [["True", "False"]]),
        ("我 爱", [["我 爱"]]),
    ],
)
def test_a_block_by_hand(text: str, rows: list):
    assert parse_block(text) == rows


def test_the_separator_of_a_file_is_known():
    assert parse_block("1,0,0\n1,1,0", separator=",") == [[1, 0, 0], [1, 1, 0]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,234", "number_ambiguous"),
        ("1,234\t5", "number_ambiguous"),
        ("0.5\t1,234", "number_ambiguous"),
        ("1,234.5", "number_ambiguous"),
        ("100 200\n300 400", "number_ambiguous"),
        ("2000000\t1", "number_out_of_range"),
        ("1\t2\n3", "block_uneven"),
        ("[[1, 2], [3]]", "block_uneven"),
        ("[[[1, 2]], [[3, 4]]]", "block_too_deep"),
        ("[[1, 2]]\n[[3, 4]]", "block_too_deep"),
        ("[[0. 0. ... 0. 0.]]", "block_shortened"),
        ("[[1, 2], …, [3, 4]]", "block_shortened"),
        ("[1, 2", "number_unreadable"),
        ("1, 2]", "number_unreadable"),
        ("[1, [2, 3]]", "number_unreadable"),
        ("f([1, 2]) + 3", "number_unreadable"),
        ('{"a": [1, 2]}', "number_unreadable"),
    ],
)
def test_a_block_that_means_no_matrix_is_refused(text: str, code: str):
    with pytest.raises(InputError) as caught:
        parse_block(text, largest=1e6)
    assert caught.value.code == code


matrices = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=4),
    elements=st.floats(-1e6, 1e6, width=32),
)


@given(matrices)
def test_what_others_write_is_read_exactly(matrix: np.ndarray):
    rows = matrix.tolist()
    texts = [[repr(it) for it in row] for row in rows]
    tabs = "\n".join(map("\t".join, texts))
    semicolons = tabs.replace("\t", ";").replace(".", ",")
    for text in (json.dumps(rows), tabs, semicolons):
        assert parse_block(text) == rows
    near = 1e-4 * max(1, np.abs(matrix).max())
    for printed in (repr(torch.tensor(rows)), repr(matrix), str(matrix)):
        np.testing.assert_allclose(np.array(parse_block(printed)), rows, rtol=0, atol=near)


@given(st.text("0123456789.,;\t\n []'\"e-x\u202f", max_size=30), st.text("<tdr/> 1,\n", max_size=9))
def test_any_text_is_a_block_or_refused(text: str, html: str):
    try:
        rows = parse_block(text, html)
    except InputError:
        return
    assert len({len(row) for row in rows}) < 2
