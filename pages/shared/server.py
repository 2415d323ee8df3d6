"""What is done once for the whole server process."""

import gc
from functools import cache

import torch

from core import architectures
from core.choice import Choice
from core.tokens import tokenize
from pages.shared.figures.heatmap import Frame, Heatmap, Marks


@cache
def warm_up() -> None:
    """Make later runs quick: one torch thread, lazy parts loaded, long-lived objects set aside.

    At these sizes more threads are slower, and Streamlit collects garbage after every run, which
    takes longer the more objects there are to look at.
    """
    torch.set_num_threads(1)
    choice = Choice()
    parameters = choice.layer_source.parameters(tokenize(choice.sentence).kept)
    seen = architectures.attention(parameters, choice.layer_source.rules)
    architectures.recurrent(parameters.x, choice.recurrent)
    architectures.convolutional(parameters.x, choice.convolution)
    words = [""] * len(parameters.x)
    frame = Frame("", "", "")
    chart = Heatmap(seen.influence.share, words, words, frame, "sequential", (0.0, 1.0))
    chart.table(Marks(0, 0))
    chart.specification()
    gc.collect()
    gc.freeze()
