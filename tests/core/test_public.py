"""The public names: each is there, takes what it took, and costs nothing before it is used."""

import inspect
import subprocess
import sys
from dataclasses import fields
from pkgutil import resolve_name

import pytest

from core import PUBLIC
from core.sources.handset import HandsetSource
from core.trace import AttentionTrace, LayerTrace

ARGUMENTS = {
    "scaled_dot_product_attention": "q, k, v, mask=None, is_causal=False, scale=None",
    "additive_attention": "q, k, v, w_q, w_k, v_a, mask=None",
    "multi_head_attention": "x, context, w_q, w_k, w_v, w_o, n_heads, b_q=None, b_k=None, "
    "b_v=None, b_o=None, mask=None, is_causal=False",
    "sinusoidal": "n, d_model, base=10000.0",
    "rotate": "x, positions=None, base=10000.0",
    "alibi_slopes": "n_heads",
    "receptive_field": "layers",
    "operations": "kind, n, d, k=3, r=None",
    "influence": "layer, x, reach",
    "read_upload": "content, name",
}


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_says_what_it_is(name: str):
    found = resolve_name(name)
    assert found.__module__ == name.rpartition(".")[0]
    assert found.__doc__


@pytest.mark.parametrize("name", [it for it in PUBLIC if it.rpartition(".")[2] in ARGUMENTS])
def test_functions_take_what_they_took(name: str):
    parameters = inspect.signature(resolve_name(name)).parameters.values()
    plain = [str(it.replace(annotation=inspect.Parameter.empty)) for it in parameters]
    expected = ARGUMENTS[name.rpartition(".")[2]].split(", ")
    assert plain[: len(expected)] == expected
    assert all("=" in further for further in plain[len(expected) :])


def test_every_function_has_its_arguments_written_down():
    functions = [it for it in PUBLIC if inspect.isfunction(resolve_name(it))]
    assert {it.rpartition(".")[2] for it in functions} == set(ARGUMENTS)


def test_a_trace_has_its_parts():
    trace = HandsetSource().trace("我爱吃炸鸡")
    assert trace.key_tokens == ("我", "爱", "吃", "炸鸡")
    assert [it.name for it in fields(AttentionTrace)] == [
        *("query_tokens", "key_tokens", "layers", "origin")
    ]
    assert {"q", "k", "v", "scores", "weights", "output"} < {it.name for it in fields(LayerTrace)}
    assert trace.layers[0].weights.shape[1:] == (4, 4)  # (head, query, key)


def test_the_list_of_names_loads_nothing():
    program = "import core, sys; print({'torch', 'numpy'} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"
