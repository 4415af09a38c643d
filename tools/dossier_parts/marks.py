"""Texts with marks, so that what must vanish from an export is written down where the text itself is written.

    [[P4|Ветлугорской]]          a form of a listed person, or one of that person's identifiers
    [[P4~|Лида]]                 the same, but an everyday word form: it counts as a whole word only
    [[?address|ул. Паровозная]]  something a reviewer should be shown, with its category
    [[+|в ходе пикета]]          a fragment that must still be there after redaction

The mark of the applicant (P1) is a form that must survive, because the lawyer's profile keeps the applicant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

APPLICANT = "P1"
_MARK = re.compile(r"\[\[([^|\]]+)\|(.*?)\]\]", re.DOTALL)
_BREAK = re.compile(r"<br/>")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `mark` is empty for text without a mark."""

    text: str
    mark: str = ""

    @property
    def person(self) -> str:
        """The id of the listed person whom this piece names, or an empty string."""
        return self.mark.removesuffix("~") if self.mark.startswith("P") else ""


def pieces(marked: str) -> list[Piece]:
    """Split a marked text into its runs, in order."""
    found: list[Piece] = []
    at = 0
    for match in _MARK.finditer(marked):
        if match.start() > at:
            found.append(Piece(marked[at : match.start()]))
        found.append(Piece(match[2], match[1]))
        at = match.end()
    if at < len(marked):
        found.append(Piece(marked[at:]))
    return found


RUN_BREAK = "¬"
"""Where a word processor's file starts a new run of text in the middle of a word."""


def one_line(text: str) -> str:
    """The text as the truth file compares it: runs of white space and forced line breaks are one space."""
    return " ".join(_BREAK.sub(" ", text.replace(RUN_BREAK, "")).split())


@dataclass(slots=True)
class Truth:
    """What one file holds that must vanish, must stay, or must be shown to a reviewer."""

    name: str
    readable: bool
    absent: dict[tuple[str, str], bool] = field(default_factory=dict)
    survive: dict[str, None] = field(default_factory=dict)
    review: dict[tuple[str, str], None] = field(default_factory=dict)
    hidden: dict[tuple[str, str], None] = field(default_factory=dict)

    def note(self, piece: Piece) -> None:
        """Record what one piece stands for."""
        text = one_line(piece.text)
        if piece.person == APPLICANT or piece.mark == "+":
            self.survive[text] = None
        elif piece.person:
            self.absent[(text, piece.person)] = piece.mark.endswith("~")
        elif piece.mark.startswith("?"):
            self.review[(text, piece.mark[1:])] = None

    def read(self, marked: str) -> str:
        """The text without its marks; what they say is recorded."""
        runs = pieces(marked)
        for piece in runs:
            self.note(piece)
        return "".join(piece.text for piece in runs)

    def hide(self, where: str, form: str) -> str:
        """Record a form that stands where a reader does not look, and return it."""
        self.hidden[(form, where)] = None
        return form

    def as_json(self) -> dict[str, object]:
        """The entry of this file in `truth.json`."""
        return {
            "name": self.name,
            "readable": self.readable,
            "absent": [{"form": f, "person": p, "word": word} for (f, p), word in self.absent.items()],
            "hidden": [{"form": f, "where": where} for f, where in self.hidden],
            "survive": list(self.survive),
            "review": [{"form": f, "category": c} for f, c in self.review],
        }
