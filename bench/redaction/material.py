"""The real test material, and how a figure is told."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vault.model.findings import Span

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Figure:
    what: str
    value: float
    of: int
    reach: str = ""


def shared() -> Path:
    return Path(os.environ.get("CASEVAULT_SHARED", ROOT.parent / "shared"))


def covered(spans: Iterable[Span], start: int, end: int, text: str) -> bool:
    """Whether every letter and digit of the stretch lies in some span."""
    inside: set[int] = set()
    for span in spans:
        inside.update(range(max(span.start, start), min(span.end, end)))
    return all(at in inside for at in range(start, end) if text[at].isalnum())


# ---- material -------------------------------------------------------------------------------------------------


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def unescape(text: str) -> str:
    plain = text.replace("\\n", "\n")
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), plain)


@dataclass
class Mention:
    pieces: list[tuple[int, int]]


@dataclass
class Known:
    """A person as the corpus knows them: the listed name and where the text names them."""

    name: str
    mentions: list[Mention]


@dataclass
class News:
    text: str
    people: list[Known]


NAME_SPANS = {"name", "surname", "patronymic", "nickname"}


def read_news(folder: Path) -> Iterator[News]:
    for path in sorted(folder.glob("*.txt")):
        yield read_one(path)


def read_one(path: Path) -> News:
    text = path.read_text(encoding="utf-8")
    spans: dict[str, tuple[str, int, int]] = {}
    for line in path.with_suffix(".spans").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) > 3:
            spans[words[0]] = (words[1], int(words[2]), int(words[3]))
    objects: dict[str, tuple[str, list[str]]] = {}
    for line in path.with_suffix(".objects").read_text(encoding="utf-8").splitlines():
        words = line.split(" # ")[0].split()
        if len(words) > 2:
            objects[words[0]] = (words[1], words[2:])
    return News(text, list(people_of(path.with_suffix(".coref").read_text(encoding="utf-8"), objects, spans)))


def people_of(
    coref: str, objects: dict[str, tuple[str, list[str]]], spans: dict[str, tuple[str, int, int]]
) -> Iterator[Known]:
    for block in re.split(r"\n\s*\n", coref):
        lines = block.strip().splitlines()
        if not lines:
            continue
        mentions: list[Mention] = []
        for number in lines[0].split()[1:]:
            kind, parts = objects.get(number, ("", []))
            if kind != "Person":
                continue
            pieces = [spans[part] for part in parts if part in spans and spans[part][0] in NAME_SPANS]
            if pieces:
                mentions.append(Mention([(start, start + length) for _, start, length in pieces]))
        fields: dict[str, str] = {}
        for line in lines[1:]:
            key, _, value = line.partition(" ")
            fields.setdefault(key, value.strip())
        words = [fields.get("firstname", ""), fields.get("patronymic", ""), fields.get("lastname", "")]
        name = " ".join(word for word in words if word) or fields.get("nickname", "")
        if name and mentions:
            yield Known(name, mentions)
