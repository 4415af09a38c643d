"""Words that a reviewer marks by hand, where no machine has seen that they give somebody away.

A mark is the text, not the place: wherever exactly these words stand on the page, they go, and again whenever the
plan is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from vault.errors import NotFound, Usage
from vault.model.document import Document, Page
from vault.model.findings import Span
from vault.redaction.plan import BOX, MAX_FINDINGS, Finding, RedactionPlan, Source
from vault.redaction.reading import Label

REVIEWER = "reviewer"
PERSON = "PERSON"
NEW = "F-0"
MAX_CHARACTERS = 1_000
MAX_NAME_WORDS = 4
MIN_NAME = 3
"""Marked words that the check looks for in all forms: so many at most, with capitals, one of so many letters."""
ELSEWHERE = "these words were marked elsewhere in the case"


def add_text(
    plan: RedactionPlan, evidence: str, document: Document, page: int, text: str, person: str, label: Label
) -> RedactionPlan:
    """Accept every place on the page (from 1) where exactly this text stands, however its words are spaced.

    It may go over the ends of lines, cells and paragraphs. Raises NotFound if it stands nowhere there, Usage if it
    is empty or too long; the text is never part of an error.
    """
    if not text.strip() or len(text) > MAX_CHARACTERS:
        raise Usage(f"the text to mark has 1 to {MAX_CHARACTERS} characters")
    found = [one for one in document.pages if one.number == page]
    known = {_key(finding): finding for finding in plan.findings if is_mark(finding)}
    marks = [mark for one in found for mark in _on_page(evidence, one, text, person, label)]
    if not marks:
        raise NotFound(
            f"this text does not stand on page {page} of {evidence}",
            hint="Type it as the preview shows it, letter by letter. On pictures, draw a box.",
        )
    again = {known[_key(mark)].id for mark in marks if _key(mark) in known}
    kept = [replace(finding, state="accepted") if finding.id in again else finding for finding in plan.findings]
    return _numbered(replace(plan, findings=tuple(kept)), [mark for mark in marks if _key(mark) not in known])


def is_mark(finding: Finding) -> bool:
    """Whether a reviewer marked these words by hand."""
    return finding.source == REVIEWER and finding.category != BOX


def carry_over(old: RedactionPlan, new: RedactionPlan, sources: Sequence[Source], label: Label) -> RedactionPlan:
    """Keep the marks of an earlier plan; where the words stand elsewhere now, they are looked for again.

    One that was rejected stays so at the same place; as with all findings, not when the list of people changed.
    """
    pages = {(s.evidence, page.number): page for s in sources if s.document for page in s.document.pages}
    found: dict[tuple[object, ...], Finding] = {}
    for mark in (finding for finding in old.findings if is_mark(finding)):
        page = pages.get((mark.evidence, mark.page))
        if page is None or mark.person is None:
            continue
        if not _still_there(mark, page):
            for one in _on_page(mark.evidence, page, mark.words or mark.text, mark.person, label):
                found.setdefault(_key(one), one)
            continue
        name = label(Span(mark.start, mark.end, PERSON, mark.person, REVIEWER, 1.0, True), mark.text)
        asked_again = mark.state == "rejected" and old.listed != new.listed
        found[_key(mark)] = replace(mark, label=name, state="proposed" if asked_again else mark.state)
    return _numbered(new, list(found.values()))


def spread(plan: RedactionPlan, sources: Sequence[Source], label: Label) -> RedactionPlan:
    """Propose words that were marked wherever else they stand in the case, as whole words: titles, other pages, other
    items. What gives somebody away in one place does so in the next, and is asked about there."""
    marked = {(f.words, f.person) for f in plan.findings if is_mark(f) and f.state == "accepted" and f.words}
    known = {_key(finding) for finding in plan.findings if is_mark(finding)}
    covered: dict[tuple[str, int, int], list[tuple[int, int]]] = {}
    for finding in plan.findings:
        if finding.state != "rejected":
            place = (finding.evidence, finding.page, finding.block)
            covered.setdefault(place, []).append((finding.start, finding.end))
    new: dict[tuple[object, ...], Finding] = {}
    for words, person in sorted(one for one in marked if one[1] is not None):
        pages = [(s.evidence, page) for s in sources if s.document for page in s.document.pages]
        for evidence, page in pages:
            for one in _on_page(evidence, page, words, str(person), label, whole_words=True):
                spans = covered.get((evidence, page.number, one.block), [])
                if _key(one) not in known and not any(a <= one.start and one.end <= b for a, b in spans):
                    new[_key(one)] = replace(one, explanation=ELSEWHERE, state="proposed", shown=False)
    return _numbered(plan, list(new.values()))


def needles(findings: Sequence[Finding]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What was marked, for the independent check, by person: what is written as a name is, and other words."""
    names: dict[str, list[str]] = {}
    phrases: dict[str, list[str]] = {}
    for words, person in sorted({
        (" ".join((f.words or f.text).split()), f.person or "")
        for f in findings if is_mark(f) and f.state == "accepted"
    }):  # fmt: skip
        if words and person:
            (names if _is_name(words) else phrases).setdefault(person, []).append(words)
    return names, phrases


def _is_name(words: str) -> bool:
    parts = words.split()
    capital = all(part[0].isupper() for part in parts)
    return capital and len(parts) <= MAX_NAME_WORDS and any(sum(map(str.isalpha, p)) >= MIN_NAME for p in parts)


def _still_there(mark: Finding, page: Page) -> bool:
    blocks = page.blocks[mark.block : mark.block + 1]
    return any(block.text[mark.start : mark.end] == mark.text for block in blocks)


def _numbered(plan: RedactionPlan, marks: Sequence[Finding]) -> RedactionPlan:
    if len(plan.findings) + len(marks) > MAX_FINDINGS:
        raise Usage("the case has more findings than one plan can hold", hint="Split it into linked cases.")
    last = plan.highest
    taken = {finding.id for finding in plan.findings}
    numbered = []
    for mark in marks:
        if mark.id == NEW or mark.id in taken:
            last += 1
            mark = replace(mark, id=f"F-{last}")
        numbered.append(mark)
    return replace(plan, findings=(*plan.findings, *numbered), last=last)


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.evidence, finding.page, finding.block, finding.start, finding.end, finding.person


def _on_page(
    evidence: str, page: Page, text: str, person: str, label: Label, *, whole_words: bool = False
) -> Iterator[Finding]:
    words = r"\s+".join(re.escape(word) for word in text.split())
    if whole_words:
        words = rf"(?<!\w){words}(?!\w)"
    whole = page.text
    name = None
    for match in re.finditer(f"(?=({words}))", whole):  # also those that overlap
        if name is None:
            span = Span(match.start(1), match.end(1), PERSON, person, REVIEWER, 1.0, True)
            name = label(span, match.group(1))
        start = 0
        for number, block in enumerate(page.blocks):
            left, right = max(match.start(1), start), min(match.end(1), start + len(block.text))
            part = block.text[left - start : right - start] if left < right else ""
            if part.strip():
                yield Finding(
                    NEW, evidence, page.number, number, left - start, right - start, PERSON, person, REVIEWER, 1.0,
                    True, "marked by the reviewer", name, part, state="accepted", shown=True, words=text,
                )  # fmt: skip
            start += len(block.text) + 1
