"""What a bundle is to hold, for whom, and everything that can be refused before any of it is made."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from vault.errors import NotFound, Refused, Usage
from vault.model import events
from vault.model.ids import is_id, tidy_id
from vault.model.people import Person
from vault.model.records import Copy, Disclosure, Evidence, Plan, RecipientRecord
from vault.redaction.plan import RedactionPlan
from vault.usecases import alarm_state, cases, exhibit_list, exhibits, items, recipients, redacting, rowcheck
from vault.usecases.exhibit_list import Placed
from vault.usecases.exhibit_notes import SHORTEST_NAME
from vault.usecases.lastlook import LastLook
from vault.usecases.unlocked import UnlockedVault

Form = Literal["html", "age"]
NO_PURPOSE = "other"
"""Where the policy asks for no purpose and none is given: a disclosure always has one."""
MARK_BYTES = 8
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Order:
    """What a case manager asks for. `only` and `without` are evidence ids; `consent` an evidence id, oral, none.

    `recipient` may be None for what is handed to nobody in the ledger. `recordings` are the ids of sound and film
    that are to leave unheard by any machine: each such choice is logged. `form` "html" always means words;
    `deadline` is YYYY-MM-DD or empty, `replaces` the id of an earlier bundle or empty. `labels` are (evidence id,
    label) of all exhibits in their order, where they are to be as in that one; empty: as chosen for the case.
    """

    recipient: str | None
    profile: str = "lawyer"
    purpose: str = NO_PURPOSE
    consent: str = "none"
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    accept_weak_jail: bool = False
    recordings: tuple[str, ...] = ()
    form: Form = "age"
    deadline: str = ""
    replaces: str = ""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """An order that nothing speaks against. `found` are its items in the order and under the labels of `placed`;
    `mark` are the random bytes that tell this copy from others."""

    vault: UnlockedVault
    order: Order
    case_id: str
    recipient: RecipientRecord | None
    record: Plan
    plan: RedactionPlan
    people: Sequence[Person]
    placed: tuple[Placed, ...]
    left_out: int
    bundle: str
    mark: bytes

    @property
    def found(self) -> tuple[Evidence, ...]:
        """The items, in the order in which they leave."""
        return tuple(one.item for one in self.placed)

    @property
    def labels(self) -> dict[str, str]:
        """What each item is called, by its id."""
        return {one.item.id: one.label for one in self.placed}

    @property
    def has_words(self) -> bool:
        """Whether it opens with words: a page for browsers always does, an age file where there is no key."""
        return self.order.form == "html" or self.recipient is None or not self.recipient.age_key

    def look(self) -> LastLook:
        """The last look at what this job makes."""
        return LastLook(self.people, self.plan.findings, self.order.profile, self.order.accept_weak_jail)


def prepare(vault: UnlockedVault, case_id: str, order: Order) -> Job:
    """Everything that can be refused before any work is done. Raises Refused, Usage, NotFound, NotAllowed."""
    case = cases.require_exportable(vault, case_id)
    recipient = None if order.recipient is None else recipients.require_active(vault, order.recipient)
    check_purpose(order.purpose)
    order = replace(
        order,
        consent=_consent(vault, order.consent),
        deadline=deadline(order.deadline),
        replaces=_replaced(vault, case.id, order.replaces),
    )
    rowcheck.require(vault, case.id)
    everything = items.of_case(vault, case.id)
    found = _chosen(everything, order)
    review = _review(vault, case.id, order.profile)
    alarm_state.refuse_items(vault.catalogue, case.id, found)
    _refuse_other_than_recordings(order, found)
    _refuse_unreviewed(review, found, order.recordings)
    job = Job(
        vault=vault,
        order=order,
        case_id=case.id,
        recipient=recipient,
        record=review.record,
        plan=review.plan,
        people=redacting.people_of(vault, case.id),
        placed=tuple(as_before(exhibit_list.arranged(vault, case.id, found, review.plan.of), order.labels)),
        left_out=len(everything) - len(found),
        bundle=vault.catalogue.fresh_id(Disclosure),
        mark=secrets.token_bytes(MARK_BYTES),
    )
    _refuse_described(job)
    return job


def as_before(placed: Sequence[Placed], before: Sequence[tuple[str, str]]) -> list[Placed]:
    """Exhibits in the order and under the labels of an earlier copy, if any; of what it had no label for, none."""
    if not before:
        return list(placed)
    labels = dict(before)
    by_id = {one.item.id: one for one in placed}
    now = {one.label: labels.get(one.item.id) for one in placed}
    return [
        replace(
            by_id[item],
            label=label,
            translation_of=now.get(by_id[item].translation_of or ""),
            certificate_of=now.get(by_id[item].certificate_of or ""),
        )
        for item, label in before
        if item in by_id
    ]


def _review(vault: UnlockedVault, case_id: str, profile: str) -> redacting.Review:
    try:
        return redacting.current(vault, case_id, profile)
    except NotFound as error:
        raise Refused(error.message, kind="unreviewed", hint=error.hint) from None


def check_purpose(purpose: str) -> None:
    """Raises Usage for one that is none of ours."""
    if purpose not in events.PURPOSES:
        raise Usage("there is no such purpose", hint=f"Purposes are: {', '.join(sorted(events.PURPOSES))}.")


def deadline(typed: str) -> str:
    """A date as it was given, or "". Raises Usage for what is no date."""
    if not typed:
        return ""
    try:
        if not _DATE.fullmatch(typed):
            raise ValueError
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise Usage("the deadline is no date", hint="Give it as YYYY-MM-DD, such as 2031-05-14.") from None


def _consent(vault: UnlockedVault, consent: str) -> str:
    if consent in ("oral", "none"):
        return consent
    if not is_id(tidy_id(consent), Evidence.PREFIX):
        raise Usage("a consent is 'oral', 'none' or the id of an item of evidence", hint="Such as --consent oral.")
    return vault.catalogue.require(Evidence, consent).id


def _replaced(vault: UnlockedVault, case_id: str, bundle: str) -> str:
    if not bundle:
        return ""
    before = vault.catalogue.require(Disclosure, bundle)
    if before.case_id != case_id:
        raise Usage(f"{before.id} is no bundle of this case")
    return before.id


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


def _refuse_described(job: Job) -> None:
    """A title is redacted like its item's text. A description was written for whoever gets it, and a label chosen:
    they name nobody, not even somebody who was listed later."""
    noted = exhibit_list.notes(job.vault, job.case_id)
    look = job.look()
    written = [one for one in job.placed if one.item.id in noted and noted[one.item.id].description]
    named = look.written([one.description for one in written])
    if named:
        labels = ", ".join(written[place].label for place, _ in named)
        raise Refused(
            f"the description of exhibit {labels} names somebody who is protected",
            kind="leak",
            hint=f"Describe it in other words: casevault bundle exhibits {job.case_id}",
        )
    lettered = [one for one in job.placed if len(one.label) >= SHORTEST_NAME]
    chosen = [one for one in lettered if one.item.id in noted and noted[one.item.id].label == one.label]
    hit = {chosen[place].label for place, _ in look.written([one.label for one in chosen], prose=False)}
    hit |= {lettered[place].label for place in look.named([f"exhibits/{one.label}.pdf" for one in lettered])}
    if hit:
        listed = sorted(hit)
        raise Refused(
            f"the label {', '.join(listed)} may be read as the name of somebody who is protected",
            kind="leak",
            hint="Give the exhibit another: casevault bundle exhibits "
            f"{job.case_id} --label {next(one.item.id for one in lettered if one.label in hit)}=LABEL",
        )


def version_of(vault: UnlockedVault, case_id: str, recipient: str) -> int:
    """Which copy of this case the recipient's next one will be, from 1."""
    theirs = {one.id for one in vault.catalogue.all(Disclosure, case_id=case_id, recipient_id=recipient)}
    known = [one.version for one in vault.catalogue.all(Copy, case_id=case_id) if one.id in theirs]
    return max([len(theirs), *known]) + 1
