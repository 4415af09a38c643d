"""Makes a bundle for a recipient from a reviewed plan. Nothing leaves that was not checked by other code."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from vault import __version__
from vault.bundle import container, index, signature
from vault.bundle.commitment import commitment
from vault.crypto import age, words
from vault.errors import Refused, Usage
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, ExhibitFile, Manifest
from vault.model import events, languages
from vault.model.document import Document
from vault.model.ids import is_id, tidy_id
from vault.model.people import Person
from vault.model.records import Case, Disclosure, Evidence, Plan, RecipientRecord
from vault.redaction import rebuild, titles
from vault.redaction.plan import BOX, PICTURE, Finding, RedactionPlan
from vault.sandbox import documents
from vault.session import places
from vault.store import output
from vault.store.catalogue import Put
from vault.usecases import cases, items, recipients, redacting, rowcheck
from vault.usecases.adding import KINDS
from vault.usecases.lastlook import PDF, LastLook
from vault.usecases.unlocked import Change, UnlockedVault, now

PROCESSES = 2
"""Exhibits that are worked on side by side, each in processes of its own."""
STATES = ("prepared", "handed-over", "opened", "superseded", "recall-asked", "recall-confirmed", "void")

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What a case manager asks for. `only` and `without` are evidence ids; `consent` an evidence id, oral, none."""

    recipient: str
    profile: str = "lawyer"
    purpose: str = "other"
    consent: str = "none"
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    accept_weak_jail: bool = False


@dataclass(frozen=True, slots=True)
class MadeExhibit:
    """One exhibit of a bundle, with the vault's own id of its item."""

    exhibit: Exhibit
    evidence: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """What `create` made. `words` is None where the bundle is sealed to the recipient's key."""

    id: str
    sha256: str
    size: int
    fingerprint: str
    words: str | None
    exhibits: tuple[MadeExhibit, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Job:
    vault: UnlockedVault
    order: Order
    case_id: str
    recipient: RecipientRecord
    record: Plan
    plan: RedactionPlan
    people: Sequence[Person]
    found: Sequence[Evidence]
    left_out: int
    bundle: str = ""

    def look(self) -> LastLook:
        """The last look at what this job makes."""
        return LastLook(self.people, self.plan.findings, self.order.profile, self.order.accept_weak_jail)


def create(
    vault: UnlockedVault,
    case_id: str,
    order: Order,
    out: Path,
    progress: Progress | None = None,
    keep_words: Callable[[str], None] | None = None,
) -> Bundle:
    """Make a bundle and note the disclosure. Raises Refused and writes nothing if anything could leak.

    `keep_words` is given the words, if there are any, before the bundle has its name: should it fail, there is no
    bundle that nobody can open.
    """
    places.refuse_sync_folder(out, "the bundle")
    output.check(out, "the bundle")
    job = prepare(vault, case_id, order)
    if order.accept_weak_jail:
        vault.note_weak_jail(job.case_id)
    with vault.access("bundle.create", job.case_id, purpose=order.purpose) as outcome:
        bundle_id = vault.catalogue.fresh_id(Disclosure)
        job = replace(job, bundle=bundle_id)
        made, payload, manifest = _payload(job, progress)
        data, secret = _sealed(job, payload)
        key = signature.key_of(vault.case_keys(job.case_id).signing)
        bundle = Bundle(
            bundle_id, hashlib.sha256(data).hexdigest(), len(data), signature.fingerprint(key), secret, tuple(made),
            job.left_out,
        )  # fmt: skip
        with output.new_file(out) as file:
            file.write(data)
            if keep_words is not None and secret is not None:
                keep_words(secret)
            # The ledger first, then the name: a bundle that exists is always accounted for.
            _note(job, bundle, manifest)
        outcome.count = len(made)
    return bundle


def prepare(vault: UnlockedVault, case_id: str, order: Order) -> _Job:
    """Everything that can be refused before any work is done."""
    case = cases.require_open(vault, case_id)
    recipient = recipients.require_active(vault, order.recipient)
    if order.purpose not in events.PURPOSES:
        raise Usage("there is no such purpose", hint=f"Purposes are: {', '.join(sorted(events.PURPOSES))}.")
    consent = _consent(vault, order.consent)
    rowcheck.require(vault, case.id)
    review = redacting.current(vault, case.id, order.profile)
    everything = items.of_case(vault, case.id)
    found = _chosen(everything, order)
    _refuse_unreviewed(review, found)
    people = redacting.people_of(vault, case.id)
    left_out = len(everything) - len(found)
    order = replace(order, consent=consent)
    return _Job(vault, order, case.id, recipient, review.record, review.plan, people, found, left_out)


def _consent(vault: UnlockedVault, consent: str) -> str:
    if consent in ("oral", "none"):
        return consent
    if not is_id(tidy_id(consent), Evidence.PREFIX):
        raise Usage("a consent is 'oral', 'none' or the id of an item of evidence", hint="Such as --consent oral.")
    return vault.catalogue.require(Evidence, consent).id


def _chosen(everything: Sequence[Evidence], order: Order) -> list[Evidence]:
    known = {item.id for item in everything}
    for evidence_id in (*order.only, *order.without):
        if evidence_id not in known:
            raise Usage(f"{evidence_id[:16]} is not an item of this case")
    found = [item for item in everything if item.id not in order.without]
    if order.only:
        by_id = {item.id: item for item in found}
        found = [by_id[evidence_id] for evidence_id in dict.fromkeys(order.only) if evidence_id in by_id]
    if not found:
        raise Usage("there is nothing to export in this case")
    return found


def _refuse_unreviewed(review: redacting.Review, found: Sequence[Evidence]) -> None:
    case_id = review.record.case_id
    if review.stale:
        raise Refused(
            "people, evidence or the program changed since the findings were reviewed",
            kind="stale",
            hint=f"Run 'casevault redact plan {case_id}' and review what is new.",
        )
    ids = {item.id for item in found}
    unreadable = [one for one in review.plan.unreadable if one.evidence in ids]
    if unreadable:
        listed = "; ".join(f"{one.evidence}: {one.reason}" for one in unreadable[:20])
        raise Refused(
            f"{len(unreadable)} of the items can't be redacted: {listed}",
            kind="unreadable",
            hint="Leave them out with --without ID, or add them in a form that can be read.",
        )
    undecided = review.plan.undecided(ids)
    if undecided:
        raise Refused(
            f"{undecided} findings were not decided yet",
            kind="unreviewed",
            hint=f"Look at them with 'casevault redact preview {case_id} --out F.pdf', then accept or reject them.",
        )


def _payload(job: _Job, progress: Progress | None) -> tuple[list[MadeExhibit], bytes, bytes]:
    labels = {item.id: label for item, label in zip(job.found, manifests.labels(len(job.found)), strict=True)}
    made: list[MadeExhibit] = []
    files: list[tuple[str, bytes]] = []
    for item in job.found:
        job.vault.case_keys(str(item.case_id))  # the catalogue's connection must stay in this thread
    with ThreadPoolExecutor(PROCESSES, "exhibit") as pool:
        for start in range(0, len(job.found), PROCESSES):
            some = job.found[start : start + PROCESSES]
            documents_ = [_document(job, item) for item in some]
            done = pool.map(lambda i, d: _exhibit(job, i, d, labels), some, documents_)
            for item, (exhibit, parts) in zip(some, done, strict=True):
                if progress:
                    progress(exhibit.label)
                made.append(MadeExhibit(exhibit, item.id))
                files += parts
    payload, manifest = _packed(job, made, files)
    return made, payload, manifest


def outline(job: _Job) -> list[Exhibit]:
    """The exhibits as they would be listed, without their files."""
    labels = manifests.labels(len(job.found))
    return [
        Exhibit(
            label, titles.redacted(item.title, job.plan.of(item.id)), _kind(item),
            (item.captured_at or item.collected_at)[:10], languages.tags(item.language) or "", (), {}, "", None,
        )
        for label, item in zip(labels, job.found, strict=True)
    ]  # fmt: skip


def _document(job: _Job, item: Evidence) -> Document:
    document = items.document_of(job.vault, item)
    if document is None:
        raise Refused(f"{item.id} was not read", kind="unreadable")
    return document


def _exhibit(
    job: _Job, item: Evidence, document: Document, labels: dict[str, str]
) -> tuple[Exhibit, list[tuple[str, bytes]]]:
    label, findings, look = labels[item.id], job.plan.of(item.id), job.look()
    title = titles.redacted(item.title, findings)
    remains = rebuild.rebuild(document, findings)
    parts = _text_part(job, label, title, remains) + _picture_part(job, item, label, remains, document)
    left = _left(findings)
    for name, data, _ in parts:
        look.check(name, data, PDF, left, item.id)
    if left:
        gone = _as_if_gone(findings)
        for name, data, _ in _text_part(
            job, label, titles.redacted(item.title, gone), rebuild.rebuild(document, gone)
        ):
            look.check(name, data, PDF, item=item.id)
    exhibit = Exhibit(
        label=label,
        title=title,
        kind=_kind(item),
        date=(item.captured_at or item.collected_at)[:10],
        language=languages.tags(item.language) or "",
        files=tuple(ExhibitFile(n, hashlib.sha256(d).hexdigest(), len(d), pages) for n, d, pages in parts),
        redactions={_public(name): count for name, count in remains.counts.items()},
        commitment=commitment(item.commitment_key, job.bundle, item.sha256).hex(),
        translation_of=labels.get(item.translation_of or ""),
    )
    return exhibit, [(name, data) for name, data, _ in parts]


def _kind(item: Evidence) -> str:
    # Only words of our own leave unread by anybody.
    return item.kind if item.kind in KINDS else "other"


def _public(category: str) -> str:
    return {BOX: "black box", PICTURE: "page withheld"}.get(category, category)


def _text_part(job: _Job, label: str, title: str, remains: rebuild.Rebuilt) -> list[tuple[str, bytes, str]]:
    if not remains.text_pages:
        return []
    heading = f"Exhibit {label}" + (f": {title}" if title else "")
    pdf = documents.typeset(heading, remains.text_pages, accept_weak_jail=job.order.accept_weak_jail)
    return [(f"exhibits/{label}.pdf", pdf, _range([page.number for page in remains.text_pages]))]


def _picture_part(
    job: _Job, item: Evidence, label: str, remains: rebuild.Rebuilt, document: Document
) -> list[tuple[str, bytes, str]]:
    if not remains.picture_pages:
        return []
    with items.content(job.vault, item) as chunks:
        pdf = documents.facsimile(
            cast(BinaryIO, io.BufferedReader(output.ChunkReader(chunks))),
            item.media_type,
            remains.boxes,
            remains.withheld,
            pages=remains.picture_pages,
            accept_weak_jail=job.order.accept_weak_jail,
        )
    name = f"exhibits/{label}-1.pdf" if len(remains.picture_pages) < len(document.pages) else f"exhibits/{label}.pdf"
    return [(name, pdf, _range(list(remains.picture_pages)))]


def _range(numbers: Sequence[int]) -> str:
    if not numbers:
        return ""
    whole = list(numbers) == list(range(numbers[0], numbers[-1] + 1))
    listed = f"{numbers[0]}–{numbers[-1]}" if whole and len(numbers) > 1 else ", ".join(map(str, numbers))
    return f"p. {listed}"


def _left(findings: Sequence[Finding]) -> list[str]:
    """The words that a reviewer let stay."""
    return sorted({finding.text for finding in findings if finding.state == "rejected" and finding.text})


def _as_if_gone(findings: Sequence[Finding]) -> list[Finding]:
    """The findings as if nothing that can be read had been let stay."""
    return [replace(f, state="accepted") if f.state == "rejected" and f.text else f for f in findings]


def _packed(job: _Job, made: Sequence[MadeExhibit], files: Sequence[tuple[str, bytes]]) -> tuple[bytes, bytes]:
    when = now()
    exhibits = tuple(one.exhibit for one in made)
    page = index.page(exhibits, job.bundle, when[:10])
    manifest = Manifest(
        job.bundle, job.order.profile, when, exhibits, hashlib.sha256(page).hexdigest(), job.left_out, __version__
    ).dump()
    signed = signature.sign(job.vault.case_keys(job.case_id).signing, manifest)
    members = [
        (manifests.INDEX_NAME, page), (manifests.NAME, manifest), (manifests.SIGNATURE_NAME, signed), *files,
    ]  # fmt: skip
    _check_lists(job, made, page, manifest)
    job.look().check_names([name for name, _ in members])
    return container.pack(members), manifest


def _check_lists(job: _Job, made: Sequence[MadeExhibit], page: bytes, manifest: bytes) -> None:
    """The index and the manifest hold the titles."""
    look = job.look()
    about = [f for one in made for f in job.plan.of(one.evidence) if f.page == titles.PAGE]
    left = _left(about)
    look.check(manifests.INDEX_NAME, page, "text/html", left)
    look.check(manifests.NAME, manifest, "application/json", left)
    if not left:
        return
    by_id = {item.id: item for item in job.found}
    for one in made:
        title = titles.redacted(by_id[one.evidence].title, _as_if_gone(job.plan.of(one.evidence)))
        bare = index.page([replace(one.exhibit, title=title)], job.bundle, "")
        look.check(manifests.INDEX_NAME, bare, "text/html")


def _sealed(job: _Job, payload: bytes) -> tuple[bytes, str | None]:
    """The age file, and the words where the recipient has no key."""
    secret = None if job.recipient.age_key else words.generate(words.BUNDLE_WORDS)
    to: age.Recipient = age.ScryptRecipient(secret) if secret else age.parse_recipient(job.recipient.age_key)
    out = io.BytesIO()
    age.encrypt(io.BytesIO(payload), out, [to])
    return out.getvalue(), secret


def _note(job: _Job, bundle: Bundle, manifest: bytes) -> None:
    record = Disclosure(
        id=bundle.id,
        case_id=job.case_id,
        recipient_id=job.recipient.id,
        made=now(),
        sha256=bytes.fromhex(bundle.sha256),
        size=bundle.size,
        fingerprint=bundle.fingerprint,
        profile=job.order.profile,
        purpose=job.order.purpose,
        consent=job.order.consent,
        state="prepared",
        manifest=manifest,
    )
    left = events.Disclosure(job.recipient.id, bundle.sha256, job.order.profile, job.order.consent)
    lenders = {str(item.case_id) for item in job.found} - {job.case_id}
    changes = [
        Change(
            "bundle.create",
            case_id,
            [Put(record)] if case_id == job.case_id else (),
            object_id=bundle.id if case_id == job.case_id else None,
            purpose=job.order.purpose,
            disclosure=left,
            size=bundle.size,
            count=sum(str(item.case_id) == case_id for item in job.found),
            also=(lambda _: _refuse_overtaken(job)) if case_id == job.case_id else None,
        )
        for case_id in (job.case_id, *sorted(lenders))
    ]
    job.vault.commit(changes)


def _refuse_overtaken(job: _Job) -> None:
    # Under the write lock: whoever was listed, and whatever was added, while the exhibits were made, counts.
    people = redacting.people_of(job.vault, job.case_id)
    found = items.of_case(job.vault, job.case_id)
    recipients.require_active(job.vault, job.recipient.id)
    if redacting.basis_of(job.vault, job.order.profile, people, found) != job.plan.basis:
        raise Refused(
            "people or evidence changed while the bundle was being made",
            kind="stale",
            hint=f"Nothing was written. Run 'casevault redact plan {job.case_id}' and review what is new.",
        )
    if job.vault.catalogue.get(Plan, job.record.id) != job.record:
        raise Refused(
            "the review went on while the bundle was being made",
            kind="stale",
            hint="Nothing was written. Make the bundle again once the review is done.",
        )


def listing(vault: UnlockedVault, case_id: str) -> list[Disclosure]:
    """The bundles of a case, oldest first."""
    case = vault.catalogue.require(Case, case_id)
    with vault.access("bundle.list", case.id) as outcome:
        found = list(vault.catalogue.all(Disclosure, case_id=case.id))
        outcome.count = len(found)
    return found


def disclosures(vault: UnlockedVault, recipient_id: str | None = None) -> list[Disclosure]:
    """Who has what: all bundles, or those of one recipient."""
    wanted = {} if recipient_id is None else {
        "recipient_id": vault.catalogue.require(RecipientRecord, recipient_id).id
    }  # fmt: skip
    with vault.access("disclosures", None) as outcome:
        found = list(vault.catalogue.all(Disclosure, **wanted))
        outcome.count = len(found)
    return found
