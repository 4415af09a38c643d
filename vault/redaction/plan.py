"""A redaction plan: all findings of a case, what a reviewer decided, and what nobody could read.

Pure state: no store, no worker. A plan is bound to `basis`, a hash over people, evidence, profile and engine:
when any of them changes, the plan no longer counts.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from vault.errors import Damaged, NotFound, Usage
from vault.formats import canonical, document_json
from vault.model.document import Document, Page
from vault.model.findings import Box, Span, State
from vault.model.people import Person
from vault.redaction import reading
from vault.redaction.reading import Analyse, Label

PICTURE = "picture"
BOX = "box"
FACE = "face"
UNSURE = "unsure"
OCR, FACES, REVIEWER = "ocr", "faces", "reviewer"
MAX_FINDINGS = 200_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One stretch of text, one box or one whole picture that may have to go.

    `start` and `end` count code points in the block's text; a `picture` finding stands for a whole page that no
    person has looked at: accepted means that the page is withheld, rejected that the reviewer has looked at it and
    it leaves with the boxes on it. A `box` was drawn by a reviewer, a `face` and an `unsure` region by a machine:
    each is covered if accepted. The id is given once: a plan that is made anew keeps it for the same place, and
    never gives it to another. `shown` is whether it was listed for a reviewer since, `previewed` whether it was
    drawn for one, with the boxes that it has now. `words` is all that was marked by hand, of which this is one
    place or a part of one.
    """

    id: str
    evidence: str
    page: int
    block: int
    start: int
    end: int
    category: str
    person: str | None
    source: str
    score: float
    sure: bool
    explanation: str
    label: str
    text: str
    state: State = "proposed"
    shown: bool = False
    box: Box | None = None
    previewed: bool = False
    words: str = ""

    @property
    def number(self) -> int:
        """The number in `F-12`, as the preview prints it."""
        return int(self.id[2:])

    @property
    def on_picture(self) -> bool:
        """Whether it is pixels, a page or a region of one, and no words."""
        return self.category in (PICTURE, BOX, FACE, UNSURE)

    @property
    def seen(self) -> bool:
        """Whether a reviewer could have judged it: words can be read in a list, a picture only in the preview."""
        return self.previewed if self.category in (PICTURE, FACE, UNSURE) else self.shown


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that can't be redacted, and why: it is refused by name, never passed through."""

    evidence: str
    reason: str


@dataclass(frozen=True, slots=True)
class RedactionPlan:
    """All findings of one case under one profile. `labels` is the engine's key, which stays in the vault; `listed`
    is the hash of the people, the profile and the engine alone; `last` a number below which no new finding of the
    case may be numbered."""

    profile: str
    basis: str
    engine: str
    findings: tuple[Finding, ...]
    unreadable: tuple[Unreadable, ...]
    labels: Any = None
    listed: str = ""
    last: int = 0

    @property
    def highest(self) -> int:
        """The highest number that was ever given to a finding."""
        return max([self.last, *(finding.number for finding in self.findings)])

    def of(self, evidence_id: str) -> tuple[Finding, ...]:
        """The findings of one item."""
        return tuple(finding for finding in self.findings if finding.evidence == evidence_id)

    def undecided(self, items: Collection[str]) -> int:
        """How many findings of these items a reviewer has not decided."""
        return sum(f.state == "proposed" and f.evidence in items for f in self.findings)


@dataclass(frozen=True, slots=True)
class Source:
    """What a plan is made from: an item, its document (None: unreadable, and why)."""

    evidence: str
    document: Document | None
    reason: str = ""


def basis(profile: str, engine: str, people: Iterable[Person], items: Iterable[tuple[str, str]]) -> str:
    """The hash that binds a review. `items` are (evidence id, hash of its text or of its bytes)."""
    value = {
        "engine": engine,
        "items": sorted(list(item) for item in items),
        "people": sorted((json.loads(json.dumps(asdict(p))) for p in people), key=lambda person: str(person["id"])),
        "profile": profile,
    }
    return hashlib.sha256(canonical.dump(value)).hexdigest()


def make(
    profile: str, bound_to: str, engine: str, sources: Sequence[Source], analyse: Analyse, label: Label,
    at_seams: Analyse | None = None, last: int = 0,
) -> RedactionPlan:  # fmt: skip
    """Search all documents. Findings are numbered in reading order through the whole case, from `last` on."""
    found: list[Finding] = []
    unreadable: list[Unreadable] = []
    for source in sources:
        if source.document is None:
            unreadable.append(Unreadable(source.evidence, source.reason))
            continue
        found += _of_document(source.evidence, source.document, analyse, label, at_seams)
    if len(found) > MAX_FINDINGS:
        raise Usage("the case has more findings than one plan can hold", hint="Split it into linked cases.")
    numbered = tuple(replace(finding, id=f"F-{n}") for n, finding in enumerate(found, last + 1))
    return RedactionPlan(profile, bound_to, engine, numbered, tuple(unreadable), last=last + len(numbered))


def _of_document(
    evidence: str, document: Document, analyse: Analyse, label: Label, at_seams: Analyse | None
) -> list[Finding]:
    found = [one for page in document.pages if page.kind == "picture" for one in _picture(evidence, page)]
    for part in _parts(document):
        for piece, span, name in reading.read(part, analyse, label, at_seams):
            found.append(_finding(evidence, part.pages[piece.page], piece, span, name))
    return sorted(found, key=lambda f: (f.page, f.block, f.start, -f.end))


def _parts(document: Document) -> list[Document]:
    """A title (page 0) is read by itself: its last word and the text's first are no name."""
    titles = tuple(page for page in document.pages if page.number == 0)
    rest = tuple(page for page in document.pages if page.number != 0)
    return [replace(document, pages=pages) for pages in (titles, rest) if pages]


_NOTES = {
    "": "no machine has read this page: look at it, draw boxes, then reject this finding to let it leave",
    OCR: "read by machine, which errs: look at it, draw boxes, then reject this finding to let it leave",
    FACE: "a face, or what looks like one",
    UNSURE: "something is written or drawn here that no machine has read for sure",
}


def _picture(evidence: str, page: Page) -> list[Finding]:
    """The page itself, and what on it is no words: each is a question to the reviewer."""
    number, note = page.number, _NOTES[OCR if OCR in page.looked else ""]
    whole = Finding("F-0", evidence, number, 0, 0, 0, PICTURE, None, "unread", 1.0, False, note, "", "")
    regions = [(FACE, FACES, box) for box in page.faces] + [(UNSURE, OCR, box) for box in page.unsure]
    return [whole] + [
        replace(whole, category=category, source=source, explanation=_NOTES[category], box=box)
        for category, source, box in regions
    ]


def _finding(evidence: str, page: Page, piece: reading.Piece, span: Span, label: str) -> Finding:
    number, start, end = piece.block, piece.start, piece.end
    return Finding(
        "F-0",
        evidence,
        page.number,
        number,
        start,
        end,
        span.category,
        span.person,
        span.source,
        span.score,
        span.sure,
        span.explanation,
        label,
        page.blocks[number].text[start:end],
    )


def named(plan: RedactionPlan, ids: Collection[str]) -> tuple[Finding, ...]:
    """The findings of these ids, as people type them. Raises NotFound if one does not exist."""
    known = {finding.id for finding in plan.findings}
    wanted = {name.upper() if name.upper().startswith("F-") else f"F-{name}" for name in ids}
    missing = sorted(wanted - known)
    if missing:
        # What was typed may be a name by mistake; only something of a finding's form is repeated.
        number = missing[0].removeprefix("F-")
        which = f"finding {missing[0]}" if number.isdecimal() and len(number) < 9 else "such finding"
        raise NotFound(f"there is no {which} in this plan")
    return tuple(finding for finding in plan.findings if finding.id in wanted)


def decide(plan: RedactionPlan, ids: Collection[str], state: State) -> RedactionPlan:
    """Set the state of the findings named. Raises NotFound if one does not exist."""
    wanted = {finding.id for finding in named(plan, ids)}
    return replace(plan, findings=tuple(replace(f, state=state) if f.id in wanted else f for f in plan.findings))


def shown(plan: RedactionPlan, *, drawn: bool = False) -> RedactionPlan:
    """Note that a reviewer was given all findings, as a list or `drawn` in their places."""
    return replace(
        plan, findings=tuple(replace(f, shown=True, previewed=f.previewed or drawn) for f in plan.findings)
    )


def add_box(plan: RedactionPlan, evidence: str, page: int, box: Box, person: str | None, label: str) -> RedactionPlan:
    """Add a box that a reviewer drew; it counts as accepted. The page has to be looked at again, with the box."""
    number = plan.highest + 1
    finding = Finding(
        f"F-{number}", evidence, page, 0, 0, 0, BOX, person, REVIEWER, 1.0, True, "drawn by the reviewer", label, "",
        state="accepted", shown=True, box=box,
    )  # fmt: skip
    return _unseen_pages(replace(plan, findings=(*plan.findings, finding), last=number), {(evidence, page)})


def _unseen_pages(plan: RedactionPlan, pages: Collection[tuple[str, int]]) -> RedactionPlan:
    findings = tuple(
        replace(f, previewed=False) if f.category == PICTURE and (f.evidence, f.page) in pages else f
        for f in plan.findings
    )
    return replace(plan, findings=findings)


def without(plan: RedactionPlan, evidence: str) -> RedactionPlan:
    """The plan without what it holds of one item, nor of whom a label stands for that only this item named. Its
    numbers are not given again."""
    left = tuple(finding for finding in plan.findings if finding.evidence != evidence)
    return replace(
        plan,
        last=plan.highest,
        findings=left,
        labels=_labels_for(plan.labels, left),
        unreadable=tuple(one for one in plan.unreadable if one.evidence != evidence),
    )


def _labels_for(exported: Any, findings: Sequence[Finding]) -> Any:
    """The key of the labels (`Labels.export`) without the names and numbers that none of these findings has. Listed
    people stay, as only their ids are in it; so do the counts, so that no label is given twice."""
    if not isinstance(exported, dict) or not isinstance(exported.get("labels"), dict):
        return exported
    used = {finding.label for finding in findings}
    kept = {
        entity: label for entity, label in exported["labels"].items()
        if entity.startswith("person:") or f"[{label}]" in used
    }  # fmt: skip
    return {**exported, "labels": kept}


def carry_over(old: RedactionPlan, new: RedactionPlan, unchanged: Collection[str]) -> RedactionPlan:
    """Keep decisions and boxes for items whose content is the same; whatever is new stays proposed.

    A decision is kept only where item, place, category, person and text are all the same. That something may stay
    was decided with the people in mind who were listed then: when the list changes, it is asked again.
    """
    same_list = old.listed == new.listed
    changed = _changed_pages(old, new)
    known: dict[tuple[object, ...], list[Finding]] = {}
    for finding in old.findings:
        if finding.source != REVIEWER:
            known.setdefault(_place(finding), []).append(finding)
    kept, last = [], max(old.highest, new.last - len(new.findings))
    for finding in new.findings:
        there = known.get(_place(finding))
        before = there.pop(0) if there else None
        if before is None:
            last += 1
            kept.append(replace(finding, id=f"F-{last}"))
        elif finding.category == PICTURE and (finding.evidence, finding.page) in changed:
            # It was let go with the boxes that it had: a page with others has to be looked at again.
            kept.append(
                replace(finding, id=before.id, state="accepted" if before.state == "accepted" else "proposed")
            )
        elif finding.evidence in unchanged:
            kept.append(_as_before(replace(finding, id=before.id), before, same_list=same_list))
        else:
            kept.append(replace(finding, id=before.id))
    # Words marked by hand are looked for in the text: marks.carry_over.
    boxes = [f for f in old.findings if f.category == BOX and f.evidence in unchanged]
    return replace(new, findings=(*kept, *boxes), last=last)


def _changed_pages(old: RedactionPlan, new: RedactionPlan) -> set[tuple[str, int]]:
    """(item, page) where other places are found on a page than before, such as by another recognition."""
    places = [{_place(f) for f in plan.findings if f.source != REVIEWER} for plan in (old, new)]
    return {(str(one[0]), int(str(one[1]))) for one in places[0] ^ places[1]}


def _as_before(finding: Finding, before: Finding, *, same_list: bool) -> Finding:
    if same_list:
        return replace(finding, state=before.state, shown=before.shown, previewed=before.previewed)
    # Whoever looked at it did not look for those who are listed now.
    return finding if before.state == "rejected" else replace(finding, state=before.state)


def _place(finding: Finding) -> tuple[object, ...]:
    return (
        finding.evidence, finding.page, finding.block, finding.start, finding.end, finding.category, finding.person,
        finding.text, finding.box,
    )  # fmt: skip


def pack(plan: RedactionPlan) -> bytes:
    """Compressed JSON, for the catalogue."""
    return zlib.compress(json.dumps(asdict(plan), ensure_ascii=False, separators=(",", ":")).encode(), 3)


def unpack(data: bytes) -> RedactionPlan:
    """The plan. Raises Damaged."""
    try:
        value = json.loads(document_json.inflate(data))
        findings = tuple(_unpacked(one) for one in value["findings"])
        unreadable = tuple(Unreadable(**one) for one in value["unreadable"])
        return RedactionPlan(
            value["profile"],
            value["basis"],
            value["engine"],
            findings,
            unreadable,
            value["labels"],
            value["listed"],
            value.get("last", 0),
        )
    except (ValueError, KeyError, TypeError):
        raise Damaged("a redaction plan in the catalogue is damaged") from None


def _unpacked(value: dict[str, Any]) -> Finding:
    box = value.pop("box")
    return Finding(**value, box=None if box is None else Box(**box))
