"""The ten lines as a Jupyter notebook: valid JSON, written by hand.

Source: The Jupyter Notebook Format, version 4.5, nbformat.readthedocs.io.
"""

import json
from collections.abc import Sequence


def notebook(introduction: str, program: str) -> bytes:
    """A notebook that runs the program, one cell for each of its parts.

    Args:
        introduction: Markdown that stands above.
        program: Parts with empty lines between them, as `core.taken.snippet.snippet` gives it.
    """
    parts = program.strip().split("\n\n")
    cells = [_cell(0, "markdown", introduction)]
    cells += [_cell(place, "code", part) for place, part in enumerate(parts, start=1)]
    content = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _cell(place: int, kind: str, text: str) -> dict[str, object]:
    cell: dict[str, object] = {
        "id": f"cell-{place}",
        "cell_type": kind,
        "metadata": {},
        "source": _lines(text),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _lines(text: str) -> Sequence[str]:
    return text.splitlines(keepends=True)
