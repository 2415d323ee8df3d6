"""What is in a reader's file, what of it is used, and what is to be doubted."""

import pandas as pd
import streamlit as st

from core.files.doubts import steps_differ
from core.files.token_lists import NAMES as TOKEN_NAMES
from core.sources.uploaded import Upload
from core.trace import LayerTrace
from pages.shared import tables
from pages.shared.text import Text
from pages.shared.views.badge import badge, in_markdown
from pages.shared.views.told import told
from pages.shared.views.upload.meanings import meanings

_NAMES = ("weights", "q", "k", "v", "scores", "mask", "bias", *TOKEN_NAMES)
_RECIPE = """\
import numpy as np, torch
from transformers import AutoModel, AutoTokenizer

name = "google-bert/bert-base-chinese"
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModel.from_pretrained(name, attn_implementation="eager").eval()
read = tokenizer("我爱吃炸鸡", return_tensors="pt")
with torch.no_grad():
    maps = model(**read, output_attentions=True).attentions  # one a layer: (1, head, query, key)
tokens = tokenizer.convert_ids_to_tokens(read.input_ids[0])
np.savez_compressed("attention.npz", weights=torch.cat(maps).half(), tokens=tokens)
"""
LONG_RECIPE = """\
import numpy as np, torch
from transformers import AttentionInterface, AttentionMaskInterface, AutoModel, AutoTokenizer
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

name, layer, heads = "Qwen/Qwen2.5-0.5B", 10, slice(0, 2)
kept = []  # one a layer

def keep(module, query, key, value, mask, **settings):  # (1, head, token, width)
    root = query.shape[-1] ** 0.5
    q = query * (settings.get("scaling") or 1 / root) * root
    k = key.repeat_interleave(query.shape[1] // key.shape[1], dim=1)
    kept.append([it[0, heads].half().numpy() for it in (q, k)])
    return sdpa_attention_forward(module, query, key, value, mask, **settings)

AttentionInterface.register("keep", keep)
AttentionMaskInterface.register("keep", sdpa_mask)
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModel.from_pretrained(name, attn_implementation="keep").eval()
read = tokenizer(open("long.txt", encoding="utf-8").read(), return_tensors="pt")
with torch.no_grad():
    model(**read)
tokens = [tokenizer.decode([i]) for i in read.input_ids[0].tolist()]
np.savez_compressed("long.npz", q=kept[layer][0], k=kept[layer][1], tokens=tokens)
"""
"""Queries and keys of a long text."""


def contents(text: Text, upload: Upload, layer: LayerTrace | None) -> None:
    """Where the numbers come from, and every tensor of the file.

    Args:
        text: The reader's language.
        upload: The file.
        layer: The shown layer with its steps, of the shown head alone, if it has any.
    """
    badge(text, upload.origin)
    if upload.says:
        said = in_markdown(text, upload.says)
        edited = text("upload.says_edited") if upload.says.edited else ""
        st.caption(text("upload.says", said=said, edited=edited))
    doubts = [*upload.doubts]
    if layer is not None:
        doubts += steps_differ(layer, 0, halves=upload.halves)
    for doubt in doubts:
        st.warning(told(text, doubt))
    meanings(text, upload)
    if upload.has_steps and layer is None:
        st.warning(text("upload.no_steps"))
    with st.expander(text("upload.contents", count=len(upload.entries)), key="upload_contents"):
        _list(text, upload)


def recipe(text: Text) -> None:
    """What a file may hold, and lines that write one."""
    with st.expander(text("upload.how"), key="upload_how"):
        names = {name: f"`{name}`" for name in _NAMES}
        st.markdown(text("upload.how.help", **names))
        st.markdown(text("upload.how.weights"))
        st.code(_RECIPE, language="python", wrap_lines=True)
        st.markdown(text("upload.how.long"))
        st.code(LONG_RECIPE, language="python", wrap_lines=True)


def roles(text: Text, upload: Upload) -> list[str]:
    """For each tensor of the file: which part it is, or why it is not used."""
    said = {name: text(f"part.{part}") for name, part in upload.used.items()}
    said |= {name: text(f"part.unused_{why}") for name, why in upload.unused.items()}
    return [text("part.tokens") if it.is_text else said[it.name] for it in upload.entries]


def _list(text: Text, upload: Upload) -> None:
    columns = {
        "name": [it.name for it in upload.entries],
        "shape": [" × ".join(map(str, it.shape)) for it in upload.entries],
        "type": [it.type_name for it in upload.entries],
        "part": roles(text, upload),
    }
    headers = {name: text(f"upload.column_{name}") for name in columns}
    st.dataframe(pd.DataFrame(columns), hide_index=True, column_config=headers)
    by_name = {headers[name]: column for name, column in columns.items()}
    tables.download(text, "tensors", tables.listed(by_name))
