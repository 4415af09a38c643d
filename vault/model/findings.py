"""What a redaction engine finds, and what a reviewer decides about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["proposed", "accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one text that identifies somebody.

    `start` and `end` count Unicode code points of the text that was searched; `score` is 0 to 1; `sure` is
    whether it may be redacted without a look; `explanation` says why in a few words that hold no name beyond
    those in the text itself.
    """

    start: int
    end: int
    category: str
    person: str | None
    source: str
    score: float
    sure: bool
    explanation: str = ""


NameLabel = Literal["PERSON", "PLACE", "ORGANISATION", "DATE", "NATIONALITY", "QUANTITY", "CODE", "MISC"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a model took a stretch of text for: code points [start, end), and how sure the model was, 0 to 1."""

    start: int
    end: int
    label: NameLabel
    score: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page in percent of its width and height, from the top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that the independent check found in a finished file.

    `channel` is where in the file's anatomy (text, metadata, annotation …), `where` a position for a person,
    `form` which listed person or term, given by id, never by name.
    """

    channel: str
    where: str
    form: str
