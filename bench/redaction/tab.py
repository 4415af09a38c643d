"""The Text Anonymization Benchmark: English court cases, `public` profile, nobody listed.

    python -m bench.redaction.tab --documents train --show
    python -m bench.redaction.tab --documents dev --beside ../presidio/bin/python

Measured as TAB's own evaluation does (Pilán and others, 2022; evaluation.py of that project):

- **Entity recall**: an entity counts as masked only if each of its mentions that an annotator masked is covered.
  Punctuation and words such as "Mr", "the", "of", "no" in a mention need not be.
- **Mention recall**: the same, each mention by itself.
- **Token precision**: of the words that are masked, the share that an annotator masked too; all words weigh the same.

Micro averages over the annotators: each one's entities are counted by themselves (here every document has one).
DIRECT are the applicant's own names and numbers, QUASI what narrows the applicant down. The models, where
installed, run in the jail as they do in use. `--beside` is a Python of `requirements/bench.txt`, whose tools read the
same texts.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.redaction.material import Figure, shared
from vault.redaction.engine import PROFILES, Engine
from vault.usecases import models

IGNORED = (
    "mr mrs ms and or from until to about after as at before between by during for in into of on over since with the"
    " a an no nr ’s 's"
)
SKIPPED = re.compile(
    "|".join(
        [rf"\b{re.escape(word)}\b" for word in IGNORED.split()] + [re.escape(char) for char in ",.-;:/&()[]–'\" ’“”"]
    ),
    re.IGNORECASE,
)
REACH = {("DIRECT", "entities"): ">= .99", ("QUASI", "entities"): ">= .92"}
Stretches = Sequence[tuple[int, int]]


def read_documents(kind: str) -> list[dict[str, Any]]:
    path = shared() / "data" / "tab" / "echr_dev_113.json"
    return [one for one in json.loads(path.read_text(encoding="utf-8")) if one["dataset_type"] == kind]


class Tally:
    """One tool's counts over all documents."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: Counter[tuple[str, str]] = Counter()
        self.total: Counter[tuple[str, str]] = Counter()
        self.masked = self.right = 0
        self.missed: list[str] = []

    def add(self, document: dict[str, Any], spans: Stretches) -> None:
        text = document["text"]
        mask = marked(len(text), spans)
        gold = bytearray(len(text))
        for annotation in document["annotations"].values():
            entities: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for mention in annotation["entity_mentions"]:
                if mention["identifier_type"] != "NO_MASK":
                    entities[mention["entity_id"]].append(mention)
                    gold[mention["start_offset"] : mention["end_offset"]] = b"\1" * (
                        mention["end_offset"] - mention["start_offset"]
                    )
            for mentions in entities.values():
                self._count(text, mask, mentions)
        for word in re.finditer(r"\w+", text):
            if all(mask[word.start() : word.end()]):
                self.masked += 1
                self.right += all(gold[word.start() : word.end()])

    def _count(self, text: str, mask: bytearray, mentions: list[dict[str, Any]]) -> None:
        whole = True
        for mention in mentions:
            start, end = mention["start_offset"], mention["end_offset"]
            covered = is_masked(text, mask, start, end)
            whole &= covered
            kind = mention["identifier_type"]
            for key in ((kind, "mentions"), (kind, mention["entity_type"])):
                self.total[key] += 1
                self.found[key] += covered
            if not covered:
                self.missed.append(f"{kind} {mention['entity_type']} {text[start:end]!r}")
        kind = "DIRECT" if mentions[0]["identifier_type"] == "DIRECT" else "QUASI"
        self.total[kind, "entities"] += 1
        self.found[kind, "entities"] += whole

    def figures(self, *, categories: bool) -> list[Figure]:
        out = []
        for kind in ("DIRECT", "QUASI"):
            for level in ("entities", "mentions"):
                key = (kind, level)
                out.append(self._figure(f"{kind} {level} masked", key, REACH.get(key, "")))
        out.append(Figure(f"{self.name}: token precision", self.right / max(1, self.masked), self.masked, ">= .45"))
        if categories:
            named = sorted(key for key in self.total if key[1] not in ("entities", "mentions"))
            out += [self._figure(f"{kind} {category} mentions", (kind, category), "") for kind, category in named]
        return out

    def _figure(self, what: str, key: tuple[str, str], reach: str) -> Figure:
        return Figure(f"{self.name}: {what}", self.found[key] / max(1, self.total[key]), self.total[key], reach)


def marked(size: int, spans: Stretches) -> bytearray:
    mask = bytearray(size)
    for start, end in spans:
        mask[start:end] = b"\1" * (end - start)
    return mask


def is_masked(text: str, mask: bytearray, start: int, end: int) -> bool:
    open_places = {at for at in range(start, end) if not mask[at]}
    for skipped in SKIPPED.finditer(text[start:end].lower()) if open_places else ():
        open_places.difference_update(range(start + skipped.start(), start + skipped.end()))
    return not open_places


def tab_figures(show: bool, kind: str = "dev", beside: str | None = None) -> list[Figure]:
    """Casevault by rules alone, and with models where they are installed; other tools where `beside` is given."""
    documents = read_documents(kind)
    rules = Engine([], PROFILES["public"])
    tallies = [_tallied("rules alone", documents, lambda text: _stretches(rules, text))]
    with models.finder(accept_weak_jail=True) as finder:
        if finder is not None:
            whole = Engine([], PROFILES["public"], finder)
            tallies.append(_tallied("rules and models", documents, lambda text: _stretches(whole, text)))
    ours = tallies[-1]
    if beside is not None:
        texts = json.dumps([document["text"] for document in documents])
        command = [beside, "-P", "-W", "ignore", str(Path(__file__).with_name("tab_others.py"))]
        done = subprocess.run(command, input=texts, capture_output=True, text=True, check=True, encoding="utf-8")
        for name, found in json.loads(done.stdout).items():
            tally = Tally(name)
            for document, spans in zip(documents, found, strict=True):
                tally.add(document, spans)
            tallies.append(tally)
    for missed in ours.missed if show else ():
        print("  missed", missed)
    return [
        Figure(f"TAB {kind}, {figure.what}", figure.value, figure.of, figure.reach)
        for tally in tallies
        for figure in tally.figures(categories=tally is ours)
    ]


def _stretches(engine: Engine, text: str) -> Stretches:
    return [(span.start, span.end) for span in engine.analyse(text)]


def _tallied(name: str, documents: list[dict[str, Any]], find: Callable[[str], Stretches]) -> Tally:
    tally = Tally(name)
    for document in documents:
        tally.add(document, find(document["text"]))
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", choices=("train", "dev"), default="dev")
    parser.add_argument("--beside", metavar="PYTHON", help="an environment of requirements/bench.txt to compare with")
    parser.add_argument("--show", action="store_true", help="print each mention that was missed")
    given = parser.parse_args()
    for figure in tab_figures(given.show, given.documents, given.beside):
        print(f"{figure.what:<75} {figure.value:>8.4f}  of {figure.of:,}  {figure.reach}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
