"""What stays in the vault of a bundle or a packet that leaves: the ledger's rows, and the log's entry about them."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from vault.errors import Busy, CasevaultError, Refused, StorageFailed
from vault.model import events
from vault.model.records import Copy, Disclosure, Mark, Plan, Record
from vault.store.catalogue import Put
from vault.usecases import alarm_state, bundle_states, cases, items, recipients, redacting
from vault.usecases.bundle_order import Job
from vault.usecases.bundle_packing import Draft
from vault.usecases.bundle_sealing import Sealed
from vault.usecases.unlocked import Change, now

PREPARED = "prepared"
TRIES = 8
"""How often a bundle is noted anew with a later version, as others for its recipient were noted meanwhile."""


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
        version=_next_version(job),
        words=int(form != "packet" and job.has_words),
    )


def first_mark(job: Job, when: str) -> Mark:
    """The state that everything begins in."""
    return Mark(id=f"{job.bundle}@1", case_id=job.case_id, bundle=job.bundle, state=PREPARED, at=when)


def commit(
    job: Job, action: str, noted: Disclosure | None, copy: Copy, mark: Mark | None, *, size: int | None = None
) -> Copy:
    """Log what leaves and note it in one step; the copy as it was noted, with the next version of its recipient's.

    Raises Refused if people, evidence, the review or the recipient changed meanwhile, Busy where bundles for the same
    recipient are noted all the time. What it replaces is superseded with it. Without a recipient there is no
    disclosure and no state. `size` is that of the disclosure where it is not given.
    """
    for _ in range(TRIES):
        with contextlib.suppress(_Outnumbered):
            job.vault.commit(_changes(job, action, noted, copy, mark, size))
            return copy
        copy = replace(copy, version=_next_version(job))
    raise Busy("other bundles for this recipient are being noted")


class _Outnumbered(Busy):
    """Another bundle for the same recipient has this version: it was noted in the meantime."""


def _changes(
    job: Job, action: str, noted: Disclosure | None, copy: Copy, mark: Mark | None, size: int | None
) -> list[Change]:
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
            also=(lambda _: _refuse_overtaken(job, copy)) if case_id == job.case_id else None,
        )
        for case_id in (job.case_id, *sorted(lenders))
    ]
    return [*changes, *bundle_states.superseding(job.vault, job.order.replaces)]


def taken_back(job: Job) -> CasevaultError | None:
    """Note that what `commit` noted never came to be, as its files have no names: it is void, and what it was to
    replace is as it was. Nothing is done where nothing was noted.

    Returns what to raise where even that fails: an error with the command that notes it later.
    """
    vault = job.vault
    try:
        copy = vault.catalogue.get(Copy, job.bundle)
        if copy is None:
            return None
        record = vault.catalogue.get(Disclosure, job.bundle)
        if record is None:
            # A packet for nobody in the ledger has no states.
            vault.commit([Change("bundle.mark", copy.case_id, removes=[copy], object_id=copy.id)])
        else:
            undone = bundle_states.unsuperseded(vault, copy.replaces)
            vault.commit([bundle_states.change(vault, "bundle.mark", record, "void", now()), *undone])
    except (CasevaultError, OSError):
        return StorageFailed(
            f"{job.bundle} may stand in the ledger though it was not written, and that can't be noted now",
            hint=f"Once the disk has room again: casevault bundle mark {job.bundle} void",
        )
    return None


def _next_version(job: Job) -> int:
    """Which copy of this case its recipient's next one is, from 1, this one not counted."""
    if job.recipient is None:
        return 1
    rows = job.vault.catalogue
    listed = rows.all(Disclosure, case_id=job.case_id, recipient_id=job.recipient.id)
    theirs = {one.id for one in listed} - {job.bundle}
    known = [one.version for one in rows.all(Copy, case_id=job.case_id) if one.id in theirs]
    return max([len(theirs), *known]) + 1


def _refuse_overtaken(job: Job, copy: Copy) -> None:
    # Under the write lock: whoever was listed, and whatever was added, while the exhibits were made, counts.
    cases.require_exportable(job.vault, job.case_id)
    alarm_state.refuse_items(job.vault.catalogue, job.case_id, job.found)
    people = redacting.people_of(job.vault, job.case_id)
    found = items.of_case(job.vault, job.case_id)
    if job.recipient is not None:
        if recipients.require_active(job.vault, job.recipient.id) != job.recipient:
            raise Refused(
                "what is noted of the recipient changed while the bundle was being made",
                kind="stale",
                hint="Nothing was written. Make the bundle again: it may have been sealed to a key of before.",
            )
        if copy.version != _next_version(job):
            raise _Outnumbered("another bundle for this recipient was noted meanwhile")
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
