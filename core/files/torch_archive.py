"""PyTorch's own files (``.pt``, ``.pth``): the one kind of pickle that is opened.

Two checks come before. The archive's list: everything stored unpacked, nothing larger than the
file. Then the pickle's instructions are read without being followed, and only those pass that put
tensors, texts and numbers together. What is left is opened by ``torch.load(weights_only=True)``,
which compares the sizes of storages with those of the archive.
"""

import io
import json
import pickletools
import zipfile
from collections.abc import Iterator

import torch
from torch import Tensor

from core.errors import InputError
from core.files.limits import Limits
from core.files.npz import BARE, MOST_MEMBERS
from core.files.tensors import Entry, Tensors, named

LARGEST_PICKLE = 2**20
"""Bytes of the pickle that lists the tensors."""

_LIST = "data.pkl"
_DEEPEST = 4  # lists in lists: steps of layers in a dictionary
_MOST_VISITED = 200_000  # members of lists and dictionaries
_BUILDERS = {
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_parameter",
    "collections OrderedDict",
    "torch Size",
}
_INSTRUCTIONS = {
    *("PROTO", "STOP", "MARK", "GLOBAL", "REDUCE", "BUILD", "BINPERSID"),
    *("BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET"),
    *("TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_TUPLE", "EMPTY_LIST", "EMPTY_DICT"),
    *("APPEND", "APPENDS", "SETITEM", "SETITEMS"),
    *("BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
    *("NONE", "NEWTRUE", "NEWFALSE"),
}
_OUTPUTS = ("Output", "PastAndCrossAttentions", "Past", "Attentions", "Pooling", "Projection")
_KINDS = {
    torch.bool: "b1",
    torch.bfloat16: "bf2",
    torch.float16: "f2",
    torch.float32: "f4",
    torch.float64: "f8",
    torch.uint8: "u1",
    torch.int8: "i1",
    torch.int16: "i2",
    torch.int32: "i4",
    torch.int64: "i8",
}


def is_torch(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is one of PyTorch's."""
    return any(name.endswith(f"/{_LIST}") for name in archive.namelist())


def read_torch(content: bytes, limits: Limits) -> Tensors:
    """The tensors of a file, named by their places: ``0``, ``attentions.2``, ``cache.q``.

    Raises:
        InputError: ``file_too_many_tensors``, ``file_packed_oddly``, ``file_damaged``,
            ``file_is_model_output``, ``file_is_torch_object``, or what `Tensors` says.
    """
    archive = zipfile.ZipFile(io.BytesIO(content))
    members = archive.infolist()
    if len(members) > MOST_MEMBERS + 8:  # besides tensors, PyTorch writes notes on itself
        raise InputError("file_too_many_tensors", count=len(members), limit=MOST_MEMBERS)
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
            raise InputError("file_packed_oddly", tensor=named(member.filename))
    if sum(it.file_size for it in members) > len(content):
        raise InputError("file_damaged")
    [listing] = (it for it in members if it.filename.endswith(f"/{_LIST}"))
    if listing.file_size > LARGEST_PICKLE:
        raise InputError("file_list_too_long", limit=LARGEST_PICKLE // 2**20)
    check_pickle(archive.read(listing))
    return _listed(torch.load(io.BytesIO(content), "cpu", weights_only=True), limits)


def check_pickle(content: bytes) -> None:
    """Let a pickle pass if it puts nothing together but tensors, texts and numbers.

    Raises:
        InputError: ``file_is_model_output`` if it holds what a model of transformers gave back,
            ``file_is_torch_object`` if it holds something else.
    """
    for instruction, said, _ in pickletools.genops(content):
        if instruction.name not in _INSTRUCTIONS:
            raise InputError("file_is_torch_object", kind=instruction.name)
        if instruction.name == "GLOBAL" and not _may_build(str(said)):
            module, _, kind = str(said).rpartition(" ")
            is_output = module.startswith("transformers.") and kind.endswith(_OUTPUTS)
            code = "file_is_model_output" if is_output else "file_is_torch_object"
            raise InputError(code, kind=named(kind))


def _may_build(builder: str) -> bool:
    module, _, name = builder.partition(" ")
    return builder in _BUILDERS or (module == "torch" and name.endswith("Storage"))


def _listed(found: object, limits: Limits) -> Tensors:
    entries, tensors, notes = [], {}, {}
    for place, it in _within(found):
        name = named(".".join(place) or BARE)
        if isinstance(it, Tensor):
            entries.append(_entry(name, it))
            tensors[name] = it.detach()
        else:
            notes[name] = json.dumps(it)
        if len(entries) > MOST_MEMBERS:
            raise InputError("file_too_many_tensors", count=len(entries), limit=MOST_MEMBERS)

    def unpack(entry: Entry) -> memoryview:
        whole = tensors[entry.name].contiguous().flatten()
        return memoryview(whole.view(torch.uint8).numpy())

    return Tensors(tuple(entries), unpack, notes, limits)


def _within(found: object) -> Iterator[tuple[tuple[str, ...], object]]:
    """Tensors and lists of texts, with where they are.

    Raises:
        InputError: ``file_too_many_tensors``: a short pickle can put a list into itself very often.
    """
    waiting, room = [((), found)], _MOST_VISITED
    while waiting:
        place, it = waiting.pop()
        pairs = _pairs(it)
        room -= 1 + len(pairs)
        if room < 0:
            raise InputError("file_too_many_tensors", count=_MOST_VISITED, limit=MOST_MEMBERS)
        is_texts = isinstance(it, (list, tuple)) and all(isinstance(text, str) for text in it)
        if isinstance(it, Tensor) or (is_texts and pairs):
            yield place, it
        elif len(place) < _DEEPEST:
            waiting += [((*place, str(name)), part) for name, part in reversed(pairs)]


def _pairs(found: object) -> list[tuple[object, object]]:
    if isinstance(found, dict):
        return [*found.items()]
    return [*enumerate(found)] if isinstance(found, (list, tuple)) else []


def _entry(name: str, tensor: Tensor) -> Entry:
    kind, shape = _KINDS.get(tensor.dtype), tuple(tensor.shape)
    if kind is None or tensor.layout != torch.strided:
        odd = str(tensor.dtype).removeprefix("torch.")
        problem = InputError("file_kind", tensor=name, kind=odd)
        return Entry(name, odd, shape, problem=problem)
    return Entry(name, kind, shape)
