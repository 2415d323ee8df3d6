"""Files of other kinds, known by how they begin, so that each is refused with the way out."""

import re
from collections.abc import Sequence

from core.errors import InputError

_BEGINNINGS = {
    b"\x89HDF\r\n\x1a\n": "file_is_hdf5",
    b"GGUF": "file_is_gguf",
    b"version https://git-lfs.github.com/spec/": "file_is_pointer",
    b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19": "file_is_torch_legacy",
    b"\x89PNG\r\n\x1a\n": "file_is_picture",
    b"\xff\xd8\xff": "file_is_picture",
    b"GIF8": "file_is_picture",
    b"%PDF-": "file_is_picture",
    b"\x1f\x8b": "file_is_packed",
    b"7z\xbc\xaf\x27\x1c": "file_is_packed",
    b"\x28\xb5\x2f\xfd": "file_is_packed",
    b"\xfd7zXZ\x00": "file_is_packed",
    b"BZh": "file_is_packed",
    b"Rar!": "file_is_packed",
    b"PAR1": "file_is_parquet",
    b"ARROW1": "file_is_parquet",
    b"MATLAB 5.0": "file_is_matlab",
}
_TEXT_PICKLE = re.compile(rb"\(lp0|\(dp0|\(tp0|c[\w.]+\n[\w.]+\n")
_PAGE = re.compile(rb"\s*(<!doctype html|<html|<head|<\?xml)", re.IGNORECASE)
_ONNX = re.compile(rb"\x08[\x01-\x1f][\x12\x1a\x22\x2a\x32\x3a\x42]")
_TAR = slice(257, 262)


def refusal(content: bytes) -> InputError | None:
    """Why a file is not read, if its beginning tells what it is."""
    for begin, code in _BEGINNINGS.items():
        if content.startswith(begin):
            return InputError(code)
    if _is_pickle(content):
        return InputError("file_is_pickle")
    if _PAGE.match(content):
        return InputError("file_is_page")
    if _ONNX.match(content):
        return InputError("file_is_onnx")
    if content[_TAR] == b"ustar":
        return InputError("file_is_packed")
    return None


def refusal_of_archive(members: Sequence[str]) -> InputError | None:
    """Why a zip archive is not read, if the names in it tell what it is."""
    if "[Content_Types].xml" in members:
        return InputError("file_is_spreadsheet")
    inside = [it for it in members if it.endswith((".safetensors", ".pt", ".pth", ".npz", ".csv"))]
    return InputError("file_is_packed") if inside else None


def _is_pickle(content: bytes) -> bool:
    protocols = content[:1] == b"\x80" and content[1:2] in b"\x02\x03\x04\x05"
    return content.endswith(b".") and (protocols or bool(_TEXT_PICKLE.match(content)))
