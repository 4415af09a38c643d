"""Makes a bundle for a recipient from a reviewed plan. Nothing leaves that was not checked by other code."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from vault import __version__
from vault.bundle import container, index, signature
from vault.crypto import age, words
from vault.errors import Refused, Usage
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, Manifest
from vault.model import events, languages
from vault.model.document import Document
from vault.model.ids import is_id, tidy_id
from vault.model.people import Person
from vault.model.records import Case, Disclosure, Evidence, Plan, RecipientRecord
from vault.redaction import titles
from vault.redaction.plan import RedactionPlan
from vault.store import output
from vault.store.catalogue import Put
from vault.usecases import cases, exhibits, items, outputs, pieces, recipients, redacting, rowcheck
from vault.usecases.exhibits import MadeFile, Maker
from vault.usecases.lastlook import LastLook
from vault.usecases.unlocked import Change, UnlockedVault, now

PROCESSES = 2
"""Exhibits that are worked on side by side, each in processes of its own."""
MAX_SEARCHED_WHOLE, MAX_MEMBERS_WHOLE = 64 << 20, 100
"""Bytes and files up to which a finished bundle is searched again as a whole."""
NO_PURPOSE = "other"
"""Where the policy asks for no purpose and none is given: a disclosure always has one."""
STATES = ("prepared", "handed-over", "opened", "superseded", "recall-asked", "recall-confirmed", "void")

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What a case manager asks for. `only` and `without` are evidence ids; `consent` an evidence id, oral, none.

    `recordings` are the ids of sound and film that are to leave unheard by any machine: each such choice is logged.
    """

    recipient: str
    profile: str = "lawyer"
    purpose: str = NO_PURPOSE
    consent: str = "none"
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    accept_weak_jail: bool = False
    recordings: tuple[str, ...] = ()


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
    outputs.check(out, "the bundle")
    case = vault.catalogue.require(Case, case_id)
    _check_purpose(order)
    with vault.access("bundle.create", case.id, purpose=order.purpose) as outcome:
        job = prepare(vault, case.id, order)
        if order.accept_weak_jail:
            vault.note_weak_jail(job.case_id)
        for evidence_id in order.recordings:
            vault.note("bundle.recording", job.case_id, object_id=evidence_id, purpose=order.purpose)
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
        outcome.count, outcome.size = len(made), len(data)
    return bundle


def prepare(vault: UnlockedVault, case_id: str, order: Order) -> _Job:
    """Everything that can be refused before any work is done."""
    case = cases.require_open(vault, case_id)
    recipient = recipients.require_active(vault, order.recipient)
    _check_purpose(order)
    consent = _consent(vault, order.consent)
    rowcheck.require(vault, case.id)
    review = redacting.current(vault, case.id, order.profile)
    everything = items.of_case(vault, case.id)
    found = _chosen(everything, order)
    _refuse_other_than_recordings(order, found)
    _refuse_unreviewed(review, found, order.recordings)
    people = redacting.people_of(vault, case.id)
    left_out = len(everything) - len(found)
    order = replace(order, consent=consent)
    return _Job(vault, order, case.id, recipient, review.record, review.plan, people, found, left_out)


def _check_purpose(order: Order) -> None:
    if order.purpose not in events.PURPOSES:
        raise Usage("there is no such purpose", hint=f"Purposes are: {', '.join(sorted(events.PURPOSES))}.")


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


def _refuse_other_than_recordings(order: Order, found: Sequence[Evidence]) -> None:
    chosen = {item.id: item for item in found}
    for evidence_id in order.recordings:
        item = chosen.get(evidence_id)
        if item is None or not exhibits.is_recording(item) or item.media_type not in exhibits.EXTENSIONS:
            raise Usage(
                f"{evidence_id[:16]} is no recording of this bundle that could leave",
                hint="Only sound and film leave without being read; anything else is redacted.",
            )


def _refuse_unreviewed(review: redacting.Review, found: Sequence[Evidence], recordings: Sequence[str]) -> None:
    case_id = review.record.case_id
    if review.stale:
        raise Refused(
            "people, evidence or the program changed since the findings were reviewed",
            kind="stale",
            hint=f"Run 'casevault redact plan {case_id}' and review what is new.",
        )
    ids = {item.id for item in found}
    unreadable = [one for one in review.plan.unreadable if one.evidence in ids - set(recordings)]
    if unreadable:
        listed = "; ".join(f"{one.evidence}: {one.reason}" for one in unreadable[:20])
        raise Refused(
            f"{len(unreadable)} of the items can't be redacted: {listed}",
            kind="unreadable",
            hint="Leave them out with --without ID, or add them in a form that can be read. Sound and film leave "
            "only with --recording ID, after you have heard and seen them to the end.",
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
    maker = Maker(job.vault, job.bundle, labels, job.look(), job.order.accept_weak_jail)
    made: list[MadeExhibit] = []
    files: list[tuple[str, bytes]] = []
    for item in job.found:
        job.vault.wrapped_key(str(item.case_id))  # the catalogue's connection must stay in this thread

    def make(item: Evidence, document: Document | None) -> tuple[Exhibit, list[MadeFile]]:
        findings = job.plan.of(item.id)
        return maker.make_recording(item, findings) if document is None else maker.make(item, document, findings)

    with ThreadPoolExecutor(PROCESSES, "exhibit") as pool:
        for start in range(0, len(job.found), PROCESSES):
            some = job.found[start : start + PROCESSES]
            texts = [None if i.id in job.order.recordings else exhibits.document_of(job.vault, i) for i in some]
            for item, (exhibit, parts) in zip(some, pool.map(make, some, texts), strict=True):
                if progress:
                    progress(exhibit.label)
                made.append(MadeExhibit(exhibit, item.id))
                files += [(part.name, part.data) for part in parts]
    payload, manifest = _packed(job, made, files)
    return made, payload, manifest


def outline(job: _Job) -> list[Exhibit]:
    """The exhibits as they would be listed, without their files."""
    labels = manifests.labels(len(job.found))
    return [
        Exhibit(
            label, titles.redacted(item.title, job.plan.of(item.id)), exhibits.kind_of(item),
            (item.captured_at or item.collected_at)[:10], languages.tags(item.language) or "", (), {}, "", None,
        )
        for label, item in zip(labels, job.found, strict=True)
    ]  # fmt: skip


def _packed(job: _Job, made: Sequence[MadeExhibit], files: Sequence[tuple[str, bytes]]) -> tuple[bytes, bytes]:
    when = now()
    listed = tuple(one.exhibit for one in made)
    page = index.page(listed, job.bundle, when[:10])
    manifest = Manifest(
        job.bundle, job.order.profile, when, listed, hashlib.sha256(page).hexdigest(), job.left_out, __version__
    ).dump()
    signed = signature.sign(job.vault.case_keys(job.case_id).signing, manifest)
    members = [
        (manifests.INDEX_NAME, page), (manifests.NAME, manifest), (manifests.SIGNATURE_NAME, signed), *files,
    ]  # fmt: skip
    _check_lists(job, made, page, manifest)
    job.look().check_names([name for name, _ in members])
    payload = container.pack(members)
    _check_whole(job, made, members, payload)
    return payload, manifest


def _check_whole(
    job: _Job, made: Sequence[MadeExhibit], members: Sequence[tuple[str, bytes]], payload: bytes
) -> None:
    """What leaves is exactly what was searched file by file; it is searched again as one, where that is feasible."""
    if container.unpack(payload) != dict(members):
        raise Refused("the bundle does not hold what was checked", kind="damaged")
    if len(payload) <= MAX_SEARCHED_WHOLE and len(members) <= MAX_MEMBERS_WHOLE:
        left = {words for one in made for words in exhibits.staying(job.plan.of(one.evidence))}
        expected = {pieces.INVISIBLE_TEXT, *(exhibits.UNHEARD if job.order.recordings else ())}
        job.look().check("the bundle", payload, "application/zip", sorted(left), expected=expected, pixels=False)


def _check_lists(job: _Job, made: Sequence[MadeExhibit], page: bytes, manifest: bytes) -> None:
    """The index and the manifest hold the titles."""
    look = job.look()
    about = [f for one in made for f in job.plan.of(one.evidence) if f.page == titles.PAGE]
    left = exhibits.staying(about)
    look.check(manifests.INDEX_NAME, page, "text/html", left)
    look.check(manifests.NAME, manifest, "application/json", left)
    if not left:
        return
    by_id = {item.id: item for item in job.found}
    for one in made:
        title = titles.redacted(by_id[one.evidence].title, exhibits.as_if_gone(job.plan.of(one.evidence)))
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
