"""Where a page's claims come from: papers by title, authors and year, with links."""

from typing import NamedTuple

import streamlit as st

from pages.shared.text import Text


class Paper(NamedTuple):
    """A paper.

    Attributes:
        first: The first author, or both if there are two.
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
    "cho": Paper(
        "Kyunghyun Cho",
        True,
        "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine "
        "Translation",
        2014,
        "1406.1078",
    ),
    "sutskever": Paper(
        "Ilya Sutskever",
        True,
        "Sequence to Sequence Learning with Neural Networks",
        2014,
        "1409.3215",
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
        "Philipp Koehn & Rebecca Knowles",
        False,
        "Six Challenges for Neural Machine Translation",
        2017,
        "1706.03872",
    ),
    "michel": Paper(
        "Paul Michel", True, "Are Sixteen Heads Really Better than One?", 2019, "1905.10650"
    ),
    "voita": Paper(
        "Elena Voita",
        True,
        "Analyzing Multi-Head Self-Attention: Specialized Heads Do the Heavy Lifting, the Rest "
        "Can Be Pruned",
        2019,
        "1905.09418",
    ),
    "luo": Paper(
        "Wenjie Luo",
        True,
        "Understanding the Effective Receptive Field in Deep Convolutional Neural Networks",
        2016,
        "1701.04128",
    ),
    "beltagy": Paper(
        "Iz Beltagy", True, "Longformer: The Long-Document Transformer", 2020, "2004.05150"
    ),
    "yu": Paper(
        "Fisher Yu & Vladlen Koltun",
        False,
        "Multi-Scale Context Aggregation by Dilated Convolutions",
        2016,
        "1511.07122",
    ),
    "tang": Paper(
        "Gongbo Tang",
        True,
        "Why Self-Attention? A Targeted Evaluation of Neural Machine Translation Architectures",
        2018,
        "1808.08946",
    ),
    "clark": Paper(
        "Kevin Clark",
        True,
        "What Does BERT Look At? An Analysis of BERT's Attention",
        2019,
        "1906.04341",
    ),
    "devlin": Paper(
        "Jacob Devlin",
        True,
        "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        2019,
        "1810.04805",
    ),
    "phuong": Paper(
        "Mary Phuong & Marcus Hutter",
        False,
        "Formal Algorithms for Transformers",
        2022,
        "2207.09238",
    ),
    "khandelwal": Paper(
        "Urvashi Khandelwal",
        True,
        "Sharp Nearby, Fuzzy Far Away: How Neural Language Models Use Context",
        2018,
        "1805.04623",
    ),
    "jain": Paper(
        "Sarthak Jain & Byron C. Wallace", False, "Attention is not Explanation", 2019, "1902.10186"
    ),
    "serrano": Paper(
        "Sofia Serrano & Noah A. Smith", False, "Is Attention Interpretable?", 2019, "1906.03731"
    ),
    "wiegreffe": Paper(
        "Sarah Wiegreffe & Yuval Pinter",
        False,
        "Attention is not not Explanation",
        2019,
        "1908.04626",
    ),
    "kobayashi": Paper(
        "Goro Kobayashi",
        True,
        "Attention is Not Only a Weight: Analyzing Transformers with Vector Norms",
        2020,
        "2004.10102",
    ),
    "xiao": Paper(
        "Guangxuan Xiao",
        True,
        "Efficient Streaming Language Models with Attention Sinks",
        2023,
        "2309.17453",
    ),
    "shazeer": Paper(
        "Noam Shazeer",
        False,
        "Fast Transformer Decoding: One Write-Head is All You Need",
        2019,
        "1911.02150",
    ),
    "ainslie": Paper(
        "Joshua Ainslie",
        True,
        "GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints",
        2023,
        "2305.13245",
    ),
    "deepseek": Paper(
        "DeepSeek-AI",
        False,
        "DeepSeek-V2: A Strong, Economical, and Efficient Mixture-of-Experts Language Model",
        2024,
        "2405.04434",
    ),
    "adebayo": Paper("Julius Adebayo", True, "Sanity Checks for Saliency Maps", 2018, "1810.03292"),
    "katharopoulos": Paper(
        "Angelos Katharopoulos",
        True,
        "Transformers are RNNs: Fast Autoregressive Transformers with Linear Attention",
        2020,
        "2006.16236",
    ),
    "arora": Paper(
        "Simran Arora",
        True,
        "Zoology: Measuring and Improving Recall in Efficient Language Models",
        2023,
        "2312.04927",
    ),
}


def papers(text: Text, *names: str) -> None:
    """One line a paper, in the order given."""
    lines = (f"- {_line(text, PAPERS[name])}" for name in names)
    st.markdown("\n".join([text("papers.title"), "", *lines]))


def cited(text: Text, *names: str) -> None:
    """Small, below what they are the source of."""
    st.caption("  \n".join(_line(text, PAPERS[name]) for name in names))


def _line(text: Text, paper: Paper) -> str:
    who = text("papers.others", first=paper.first) if paper.more else paper.first
    address = f"https://arxiv.org/abs/{paper.arxiv}"
    return text("papers.line", who=who, year=paper.year, title=paper.title, address=address)
