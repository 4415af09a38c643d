"""What a case manager reads before a bundle is sealed: who gets what, what was taken out, and what stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit
from vault.model.records import Copy, Disclosure, RecipientRecord
from vault.redaction.plan import OCR
from vault.usecases import bundle_order, bundle_sealing, exhibit_checks, exhibits, items
from vault.usecases.bundle_making import MadeExhibit
from vault.usecases.bundle_order import Job
from vault.usecases.bundle_packing import Draft
from vault.usecases.bundle_sealing import Outer
from vault.usecases.exhibit_checks import Warning

WITHHELD = "page withheld"


@dataclass(frozen=True, slots=True)
class Shown:
    """One exhibit as it would leave. `size` are the bytes of its files; `unread` counts pages of pixels that no
    machine has read; `withheld` those that stay behind; `unheard` is a recording that nobody but you has checked;
    `note` is what the reader of the original could not read."""

    exhibit: Exhibit
    evidence: str
    media_type: str
    size: int
    unread: int
    withheld: int
    unheard: bool
    note: str


@dataclass(frozen=True, slots=True)
class Stays:
    """Names that stay: a listed person's id, "" where it is nobody's on the list; in how many places a reviewer let
    them stay; `whole` is whether the profile leaves this person everywhere."""

    person: str
    places: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """All of it. `left_out` are the ids of the case's items that are not in it; `before` what this recipient was
    given of this case, newest first, as (bundle id, day, state); `days_left` until the deadline, None without one."""

    recipient: RecipientRecord
    form: Outer
    profile: str
    purpose: str
    consent: str
    words: bool
    size: int
    exhibits: tuple[Shown, ...]
    taken_out: Mapping[str, int]
    stays: tuple[Stays, ...]
    left_out: tuple[str, ...]
    deadline: str
    days_left: int | None
    version: int
    before: tuple[tuple[str, str, str], ...]
    replaces: str
    papers: tuple[str, ...]
    warnings: tuple[Warning, ...]


def preview(draft: Draft, today: date) -> Preview:
    """What is about to be sealed. The caller has logged why. Raises nothing of its own."""
    job = draft.job
    assert job.recipient is not None
    taken: Counter[str] = Counter()
    for one in draft.exhibits:
        taken.update(one.exhibit.redactions)
    chosen = {item.id for item in job.found}
    deadline = job.order.deadline
    manifest = manifests.parse(draft.manifest)
    return Preview(
        recipient=job.recipient,
        form=bundle_sealing.outer(draft),
        profile=job.order.profile,
        purpose=job.order.purpose,
        consent=job.order.consent,
        words=job.has_words,
        size=len(draft.payload),
        exhibits=tuple(_shown(job, one) for one in draft.exhibits),
        taken_out=dict(sorted(taken.items())),
        stays=_stays(job),
        left_out=tuple(item.id for item in items.of_case(job.vault, job.case_id) if item.id not in chosen),
        deadline=deadline,
        days_left=(date.fromisoformat(deadline) - today).days if deadline else None,
        version=bundle_order.version_of(job.vault, job.case_id, job.recipient.id),
        before=_before(job),
        replaces=job.order.replaces,
        papers=tuple(paper.name for paper in manifest.papers),
        warnings=(*draft.warnings, *exhibit_checks.warnings(job.vault, job.case_id, job.placed)),
    )


def _shown(job: Job, made: MadeExhibit) -> Shown:
    item = next(one for one in job.found if one.id == made.evidence)
    unheard = item.id in job.order.recordings
    pages = () if unheard else exhibits.document_of(job.vault, item).pages
    return Shown(
        exhibit=made.exhibit,
        evidence=item.id,
        media_type=item.media_type,
        size=sum(file.size for file in made.exhibit.files),
        unread=sum(page.kind == "picture" and OCR not in page.looked for page in pages),
        withheld=made.exhibit.redactions.get(WITHHELD, 0),
        unheard=unheard,
        note=item.text_note,
    )


def _stays(job: Job) -> tuple[Stays, ...]:
    """Whose names leave: by the profile, or because a reviewer let them stay in so many places."""
    chosen = {item.id for item in job.found}
    places: Counter[str] = Counter(
        one.person or ""
        for one in job.plan.findings
        if one.evidence in chosen and one.state == "rejected" and one.text
    )
    whole = {one.id for one in job.look().staying_people()}
    return tuple(Stays(person, places[person], person in whole) for person in sorted({*places, *whole}))


def _before(job: Job) -> tuple[tuple[str, str, str], ...]:
    assert job.recipient is not None
    copies = {one.id: one for one in job.vault.catalogue.all(Copy, case_id=job.case_id)}
    theirs = list(job.vault.catalogue.all(Disclosure, case_id=job.case_id, recipient_id=job.recipient.id))
    theirs.sort(key=lambda one: (copies[one.id].version if one.id in copies else 0, one.made), reverse=True)
    return tuple((one.id, one.made[:10], one.state) for one in theirs)
