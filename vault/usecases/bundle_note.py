"""What stays in the vault of a bundle or a packet that leaves: the ledger's rows, and the log's entry about them."""

from __future__ import annotations

from collections.abc import Sequence

from vault.errors import Refused
from vault.model import events
from vault.model.records import Copy, Disclosure, Mark, Plan, Record
from vault.store.catalogue import Put
from vault.usecases import alarm_state, bundle_order, bundle_states, cases, items, recipients, redacting
from vault.usecases.bundle_order import Job
from vault.usecases.bundle_packing import Draft
from vault.usecases.bundle_sealing import Sealed
from vault.usecases.unlocked import Change, now

PREPARED = "prepared"


def rows(draft: Draft, sealed: Sealed) -> tuple[Disclosure, Copy, Mark]:
    """The rows of a bundle that has a recipient."""
    job, when = draft.job, now()
    assert job.recipient is not None
    first = sealed.files[0]
    noted = Disclosure(
        id=job.bundle,
        case_id=job.case_id,
        recipient_id=job.recipient.id,
        made=when,
        sha256=bytes.fromhex(first.sha256),
        size=first.size,
        fingerprint=draft.fingerprint,
        profile=job.order.profile,
        purpose=job.order.purpose,
        consent=job.order.consent,
        state=PREPARED,
        manifest=draft.manifest,
    )
    copy = copy_of(job, sealed.form, [(one.sha256, one.size) for one in sealed.files], draft.digest)
    return noted, copy, first_mark(job, when)


def copy_of(job: Job, form: str, files: Sequence[tuple[str, int]], payload: bytes) -> Copy:
    """What only the vault knows of it. `files` are hash and size of what is handed over."""
    recipient = None if job.recipient is None else job.recipient.id
    return Copy(
        id=job.bundle,
        case_id=job.case_id,
        form=form,
        mark=job.mark,
        items=tuple(one.item.id for one in job.placed),
        labels=tuple(one.label for one in job.placed),
        recordings=job.order.recordings,
        files=tuple(f"{sha256} {size}" for sha256, size in files),
        payload=payload,
        replaces=job.order.replaces,
        deadline=job.order.deadline,
        version=1 if recipient is None else bundle_order.version_of(job.vault, job.case_id, recipient),
        words=int(form != "packet" and job.has_words),
    )


def first_mark(job: Job, when: str) -> Mark:
    """The state that everything begins in."""
    return Mark(id=f"{job.bundle}@1", case_id=job.case_id, bundle=job.bundle, state=PREPARED, at=when)


def commit(
    job: Job, action: str, noted: Disclosure | None, copy: Copy, mark: Mark | None, *, size: int | None = None
) -> None:
    """Log what leaves and note it in one step. Raises Refused if people, evidence or the review went on meanwhile.

    What it replaces is superseded with it. Without a recipient there is no disclosure and no state. `size` is that of
    the disclosure where it is not given.
    """
    left = None if noted is None else events.Disclosure(
        noted.recipient_id, noted.sha256.hex(), job.order.profile, job.order.consent
    )  # fmt: skip
    written: list[Record] = [record for record in (noted, copy, mark) if record is not None]
    lenders = {str(item.case_id) for item in job.found} - {job.case_id}
    changes = [
        Change(
            action,
            case_id,
            [Put(record) for record in written] if case_id == job.case_id else (),
            object_id=job.bundle if case_id == job.case_id else None,
            purpose=job.order.purpose,
            disclosure=left,
            size=noted.size if size is None and noted is not None else size,
            count=sum(str(item.case_id) == case_id for item in job.found),
            also=(lambda _: _refuse_overtaken(job)) if case_id == job.case_id else None,
        )
        for case_id in (job.case_id, *sorted(lenders))
    ]
    job.vault.commit([*changes, *bundle_states.superseding(job.vault, job.order.replaces)])


def _refuse_overtaken(job: Job) -> None:
    # Under the write lock: whoever was listed, and whatever was added, while the exhibits were made, counts.
    cases.require_exportable(job.vault, job.case_id)
    alarm_state.refuse_items(job.vault.catalogue, job.case_id, job.found)
    people = redacting.people_of(job.vault, job.case_id)
    found = items.of_case(job.vault, job.case_id)
    if job.recipient is not None:
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
