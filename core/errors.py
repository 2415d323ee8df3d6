"""Refusals of input that cannot be used: a code and its values, for any language to word."""


class InputError(ValueError):
    """An input that cannot be used.

    Attributes:
        code: What is wrong, as a stable name such as ``"no_tokens"``.
        values: What the message needs to be precise, such as ``{"limit": 64}``.
    """

    def __init__(self, code: str, **values: object) -> None:
        details = ", ".join(f"{name}={value}" for name, value in values.items())
        super().__init__(f"{code} ({details})" if details else code)
        self.code = code
        self.values = values
