"""Choices of who remembers which word: whose memory is asked, how large it is, and what is read."""

from dataclasses import dataclass
from typing import Literal

from core.reader.examples import SENTENCES, Language
from core.reader.fields import among, several, whole
from core.recall.readers import FIELDS, STATES
from core.recall.recalling import pulled_apart

WithState = Literal["rnn", "lstm", "gru", "linear"]

MOST_INSERTED = 24


@dataclass(frozen=True)
class RecallChoice:
    """Readers with a memory of fixed size beside attention and a CNN, and words put in between."""

    recall_kinds: tuple[WithState, ...] = several(("gru", "linear"), WithState)
    recall_state: int = among(STATES[0], STATES)  # numbers that each of them keeps
    recall_field: int = among(FIELDS[0], FIELDS)  # words that the CNN sees
    recall_inserted: int = whole(0, 0, MOST_INSERTED)  # words, in the middle of the sentence

    @property
    def readers(self) -> tuple[str, ...]:
        """Names of those who are asked, from who keeps everything to who sees a window."""
        kept = (f"{kind}-{self.recall_state}" for kind in self.recall_kinds)
        return ("attention", *kept, f"cnn-{self.recall_field}")

    def words(self, sentence: tuple[str, ...], language: Language) -> tuple[str, ...]:
        """What they read: the sentence, with the inserted words."""
        return pulled_apart(sentence, SENTENCES[language].more.split(), self.recall_inserted)
