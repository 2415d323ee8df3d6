"""What a server gave for one question."""

from dataclasses import dataclass, field

FIELDS = ("text_input", "text_area", "file_uploader")


@dataclass
class Run:
    """What one run of a page gave.

    Attributes:
        elements: Kind and message of everything that was drawn, as it came over the wire.
        failures: What went wrong.
        seconds: From the question to the end of the answer.
    """

    elements: list[tuple[str, bytes]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def drawn(self, kind: str = "") -> bytes:
        """All elements of a kind, or simply all; not what a text field gives back."""
        kept = (it for at, it in self.elements if at == kind or not (kind or at in FIELDS))
        return b"".join(kept)
