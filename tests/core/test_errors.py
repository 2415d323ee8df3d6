"""Errors carry a code and values, so that any language can tell them."""

from core.errors import InputError


def test_an_input_error_is_a_code_with_its_values():
    error = InputError("too_long", limit=64, got=70)
    assert (error.code, error.values) == ("too_long", {"limit": 64, "got": 70})
    assert str(error) == "too_long (limit=64, got=70)"


def test_an_input_error_without_values_is_its_code():
    assert str(InputError("no_tokens")) == "no_tokens"


def test_an_input_error_is_a_value_error():
    assert issubclass(InputError, ValueError)
