"""Where a page's claims come from: papers by title, authors and year, with links."""

from typing import NamedTuple

import streamlit as st

from pages.shared.text import Text


class Paper(NamedTuple):
    """A paper.

    Attributes:
        first: The first author.
        more: Whether there are others.
        title: In full.
        year: Of the version that is linked.
        arxiv: Its number there.
    """

    first: str
    more: bool
    title: str
    year: int
    arxiv: str


PAPERS = {
    "bahdanau": Paper(
        "Dzmitry Bahdanau",
        True,
        "Neural Machine Translation by Jointly Learning to Align and Translate",
        2015,
        "1409.0473",
    ),
    "luong": Paper(
        "Minh-Thang Luong",
        True,
        "Effective Approaches to Attention-based Neural Machine Translation",
        2015,
        "1508.04025",
    ),
    "vaswani": Paper("Ashish Vaswani", True, "Attention Is All You Need", 2017, "1706.03762"),
    "lee": Paper(
        "Juho Lee",
        True,
        "Set Transformer: A Framework for Attention-based Permutation-Invariant Neural Networks",
        2019,
        "1810.00825",
    ),
    "haviv": Paper(
        "Adi Haviv",
        True,
        "Transformer Language Models without Positional Encodings Still Learn Positional "
        "Information",
        2022,
        "2203.16634",
    ),
    "su": Paper(
        "Jianlin Su",
        True,
        "RoFormer: Enhanced Transformer with Rotary Position Embedding",
        2021,
        "2104.09864",
    ),
    "press": Paper(
        "Ofir Press",
        True,
        "Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation",
        2022,
        "2108.12409",
    ),
    "koehn": Paper(
        "Philipp Koehn", True, "Six Challenges for Neural Machine Translation", 2017, "1706.03872"
    ),
}


def papers(text: Text, *names: str) -> None:
    """One line a paper, in the order given."""
    lines = []
    for paper in (PAPERS[name] for name in names):
        who = text("papers.others", first=paper.first) if paper.more else paper.first
        lines.append(
            f"- {who} ({paper.year}): [{paper.title}](https://arxiv.org/abs/{paper.arxiv})"
        )
    st.markdown("\n".join([text("papers.title"), "", *lines]))
