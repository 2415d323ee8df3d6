"""All that Explore shows of a reader's sentence, computed once a run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import get_args

from core import layer
from core.architectures import Measured
from core.layer import Parameters, Rules
from core.reader.explore import Chapter, NumbersChoice, StageChoice
from core.reader.reader import Reader
from core.reader.scene import Scene
from core.recall.readers import FIELDS
from core.recall.recalling import Recall
from core.receptive_field import receptive_field
from core.trace import AttentionTrace
from pages.shared.reader.trained import Lesson, explored
from pages.shared.server import cache
from pages.shared.server.gate import Waiting
from pages.shared.views.opened import Opened, opened


@dataclass(frozen=True)
class Explored:
    """A sentence, a layer on it, and what stands beside it.

    Attributes:
        scene: The sentence and where its numbers come from.
        lesson: The network whose learned numbers are shown, if they are.
        stage: The chapter, and the sizes of what stands beside attention.
        numbers: Which matrices are shown as tables.
    """

    scene: Scene
    lesson: Lesson | None
    stage: StageChoice
    numbers: NumbersChoice

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The parts of the page; learned numbers are shown with everything."""
        learned = self.lesson or self.scene.choice.source == "basis"
        return ("everything",) if learned else get_args(Chapter)

    @property
    def chapter(self) -> Chapter:
        """The part of the page that is open."""
        return self.stage.chapter if self.stage.chapter in self.chapters else "everything"

    @property
    def words(self) -> tuple[str, ...]:
        """The sentence's tokens."""
        return self.scene.tokens.kept

    @property
    def rules(self) -> Rules:
        """How the layer computes."""
        return self.scene.source.rules

    @cached_property
    def parameters(self) -> Parameters:
        """What the layer computes with."""
        return self.scene.source.parameters(self.words)

    @cached_property
    def trace(self) -> AttentionTrace:
        """Every step of the layer."""
        return layer.trace(
            self.words, self.parameters, self.rules, self.scene.source.origin_of(self.words)
        )

    @cached_property
    def opened(self) -> Opened:
        """The head, and the pair of words that is pointed at."""
        return opened(self.scene, self.trace.layers[0])

    @property
    def before(self) -> Opened | None:
        """The same head before its first step of learning, if it has learned since."""
        if self.lesson is None or not self.lesson.trained:
            return None
        return replace(self.opened, layer=self.lesson.before.trace_of(self.words).layers[0])

    @cached_property
    def seen(self) -> Mapping[str, Measured]:
        """What each architecture can feel, and feels, by its name."""
        choice = self.scene.choice
        if self.lesson:
            return self.lesson.measured(self.words)
        return {
            "attention": cache.attention(self.parameters, self.rules),
            "recurrent": cache.recurrent(self.parameters.x, choice.recurrent),
            "convolutional": cache.convolutional(self.parameters.x, choice.convolution),
        }

    @property
    def recalled(self) -> Mapping[str, Recall]:
        """Ask readers that were trained to remember words for each of these.

        They are built like what stands beside attention; the CNN has the largest field that was
        trained and is no larger than the one on the page.
        """
        choice = self.scene.choice
        kernel, dilations = choice.cnn_kernel, choice.convolution.dilations
        sees = receptive_field([(kernel, dilation, 1) for dilation in dilations])
        readers = {
            "attention": "attention",
            "recurrent": f"{choice.rnn_kind}-{self.stage.memory}",
        }
        if fields := [it for it in FIELDS if it <= sees]:
            readers["convolutional"] = f"cnn-{max(fields)}"
        return {name: cache.recalled(reader, self.words) for name, reader in readers.items()}


def explore(reader: Reader, told: Waiting) -> Explored:
    """Give what Explore shows to a reader; arguments and errors as of :func:`explored`."""
    scene, lesson = explored(reader, told)
    return Explored(scene, lesson, reader.record(StageChoice), reader.record(NumbersChoice))
