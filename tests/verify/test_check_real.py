"""The leak check on real material: seeded files, hard variants of names, and ordinary text."""

from __future__ import annotations

import csv
import json
import random
import re
from pathlib import Path

import pytest

from vault.worker import check_main
from vault.worker.check_match import Matcher, Person
from vault.worker.check_text import normalise, words
from vault.worker.refusal import Refusal

pytestmark = pytest.mark.needs_shared

SEEDED = {
    "id": "t",
    "names": ["Тимур Ковальчук", "Kovalchuk"],
    "identifiers": ["+7 912 555-01-42", "t.kovalchuk@example.org"],
}
# Each with nothing but one of SEEDED's identifiers, and somebody who is in no document.
ALONE = {
    identifier: {"id": identifier, "names": [], "identifiers": [identifier]} for identifier in SEEDED["identifiers"]
}
NOBODY = {"id": "x", "names": ["Аграфена Щукарь-Нестроева"], "identifiers": []}
# Names only in their pixels: nothing but their structure can be seen without OCR.
PIXELS = {"lab__scan_ru.pdf", "lab__acropalypse.png"}
CHANNELS = {
    "actual-text", "alt", "annotation", "annotation-author", "attachment", "destination", "docinfo",
    "docinfo-custom", "expansion", "field-default", "field-tooltip", "field-value", "javascript", "layer",
    "link", "outline", "page-label", "pieceinfo", "text", "text:invisible", "text:off-page", "text:white",
    "thread", "thumbnail", "unused-object", "uri-base", "xfa", "xmp",
}  # fmt: skip


def documents(shared: Path) -> Path:
    folder = shared / "data" / "documents"
    if not folder.is_dir():
        pytest.skip("data/documents is not among the test material")
    return folder


@pytest.fixture(scope="module")
def answers(shared: Path) -> dict[str, set[tuple[str, str]] | str]:
    """(channel, person id or nothing) of each document's leaks, or why it was refused; all are looked for at once."""
    request = {"protected": [SEEDED, *ALONE.values(), NOBODY]}
    check_main.prepare(request)
    found: dict[str, set[tuple[str, str]] | str] = {}
    for path in sorted(documents(shared).iterdir()):
        if path.suffix in (".tsv", ".json") and not path.name.startswith("lab__"):
            continue
        try:
            answer, _ = check_main.work(request, [path.read_bytes()])
        except Refusal as refusal:
            found[path.name] = refusal.reason
        else:
            found[path.name] = {(channel, form) for channel, _, form in answer["leaks"]}
    return found


def test_every_seeded_file_is_flagged(answers, shared: Path) -> None:
    targets = json.loads((documents(shared) / "truth.json").read_text("utf-8"))
    assert targets
    for name in targets:
        assert not isinstance(answers[name], str), name
        leaks = {(channel, form) for channel, form in answers[name] if form in ("t", "")}
        assert leaks, name
        assert name in PIXELS or any(form == "t" for _, form in leaks), name


def test_each_identifier_alone_is_enough(answers, shared: Path) -> None:
    folder = documents(shared)
    targets = json.loads((folder / "truth.json").read_text("utf-8"))
    for name, truth in targets.items():
        for wanted in ALONE:
            reads = name not in PIXELS and name not in ("lab__facebook_message_1.json",)
            if wanted in truth["targets"] and reads and _written(folder / name, wanted):
                assert any(form == wanted for _, form in answers[name]), (name, wanted)


def _written(path: Path, wanted: str) -> bool:
    """Whether the target stands in the file as plain bytes, so that missing it would be a plain miss."""
    return wanted.encode() in path.read_bytes()


def test_all_channels_of_the_seeded_pdf_are_named(check, shared: Path) -> None:
    leaks = check((documents(shared) / "lab__channels.pdf").read_bytes(), "application/pdf", [SEEDED])
    assert {channel for channel, form in leaks if form} >= CHANNELS


def test_no_document_crashes_the_check(answers) -> None:
    refused = {name: found for name, found in answers.items() if isinstance(found, str)}
    for name in answers.keys() - refused.keys():
        assert not [form for _, form in answers[name] if form == "x"], name
    assert refused["pikepdf__graph-encrypted.pdf"] == "encrypted"
    assert refused["sample-files__libreoffice-writer-password.pdf"] == "encrypted"
    assert "damaged" in refused["ocrmypdf__invalid.pdf"]


def test_hard_variants_of_names_are_met(shared: Path) -> None:
    with (shared / "data" / "names" / "variants.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    matchers = {name: Matcher([Person("p", (name,), ())]) for name in {row["name"] for row in rows}}
    missed = [row for row in rows if not matchers[row["name"]].search(f"Сказал {_plain(row['variant'])} вчера.")]
    assert len(rows) > 150
    assert len(missed) <= 0.05 * len(rows)


def _plain(variant: str) -> str:
    unescaped = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), variant)
    return unescaped.replace("\\n", "\n")


def _listed(shared: Path) -> tuple[list[str], list[str]]:
    """Texts of the development set, and the full names of persons in it."""
    folder = shared / "data" / "factrueval" / "devset"
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))]
    names = set()
    for path in sorted(folder.glob("*.coref")):
        for block in re.split(r"\n\s*\n", path.read_text("utf-8")):
            entry = dict(line.split(" ", 1) for line in block.strip().split("\n")[1:] if " " in line)
            if "firstname" in entry and "lastname" in entry:
                names.add(f"{entry['firstname']} {entry['lastname']}".title())
    return texts, sorted(names)


def test_ordinary_russian_text_gives_few_false_hits(shared: Path) -> None:
    """At most 3 a person and 10,000 words, in texts that don't hold the person's surname; 0.4 when written."""
    texts, names = _listed(shared)
    hits, searched = 0, 0
    for name in random.Random(7).sample(names, 12):
        matcher = Matcher([Person("p", (name,), ())])
        surname = name.split()[-1].casefold()
        stem = surname[: max(3, len(surname) - 2)].replace("ё", "е")
        for text in texts:
            if stem not in text.casefold().replace("ё", "е"):
                searched += len(words(normalise(text)))
                hits += len(matcher.search(text))
    assert searched > 200_000
    assert hits / searched * 10_000 <= 3


def test_real_mentions_are_met(shared: Path) -> None:
    """Each person listed by the full name of its document: the surname's forms there, in any case, are met."""
    texts, names = _listed(shared)
    missed, seen = [], 0
    for name in names:
        surname = name.split()[-1]
        if not re.fullmatch(r"[А-ЯЁ][а-яё]{4,}", surname):
            continue
        matcher = Matcher([Person("p", (name,), ())])
        form = re.compile(rf"(?<!\w){surname[:-1]}(?:{surname[-1]})?(?:а|у|ым|ом|е|ой|ого|ому)?(?!\w)")
        for text in texts:
            for match in form.finditer(text):
                seen += 1
                if not matcher.search(match.group()):
                    missed.append((name, match.group()))
    assert seen > 300
    assert len(missed) <= 0.01 * seen, missed[:20]
