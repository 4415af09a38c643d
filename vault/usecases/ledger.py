"""Who has what: each bundle with its copy, the states it came into, and what the log tells of its review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from vault.errors import Usage
from vault.formats import manifest as manifests
from vault.formats.manifest import Manifest
from vault.model.records import Case, Copy, Disclosure, Evidence, Mark, RecipientRecord
from vault.usecases.unlocked import UnlockedVault

PREPARED = "prepared"
OVER = ("void", "recall-confirmed")
"""States of bundles that, as far as anybody told, nobody has any more."""
_MAKING = ("bundle.create", "bundle.packet", "bundle.again")
_REVIEWING = ("redact.accept", "redact.accept-unseen", "redact.reject", "redact.reject-unseen")


@dataclass(frozen=True, slots=True)
class Step:
    """A state that a bundle came into, and when: a time in UTC, or the date that somebody gave."""

    state: str
    at: str


@dataclass(frozen=True, slots=True)
class Given:
    """One bundle or packet: what left, for whom, and what became of it.

    `form` is "" and the copy unknown where an earlier version made it; `version` counts the copies of this case that
    the recipient got. `files` are (SHA-256 in hex, bytes) of what was handed over; `redactions` counts by category.
    `replaced_by` are the ids of later bundles; `consent_there` is whether the item that holds the consent still
    exists (None: no item holds it); `reviewed_by` are the key slots that decided findings of the case before it was
    made, as far as the log says.
    """

    record: Disclosure
    recipient: RecipientRecord | None
    form: str
    version: int
    files: tuple[tuple[str, int], ...]
    states: tuple[Step, ...]
    deadline: str
    replaces: str
    replaced_by: tuple[str, ...]
    consent_there: bool | None
    exhibits: int
    redactions: Mapping[str, int]
    reviewed_by: tuple[str, ...]

    @property
    def outstanding(self) -> bool:
        """Whether the recipient may still have it."""
        return self.record.state not in OVER


def listing(vault: UnlockedVault, case_id: str) -> tuple[list[Given], list[Copy]]:
    """The bundles and packets of a case, oldest first; then the packets that were made for nobody in the ledger.

    Raises NotFound.
    """
    case = vault.catalogue.require(Case, case_id)
    with vault.access("bundle.list", case.id) as outcome:
        found, others = of_case(vault, case.id), loose(vault, case.id)
        outcome.count = len(found) + len(others)
    return found, others


def disclosures(
    vault: UnlockedVault, recipient_id: str | None = None, *, state: str | None = None, since: str | None = None
) -> list[Given]:
    """The same of all cases, oldest first: of one recipient, in one state, made on this day (YYYY-MM-DD) or later.

    Raises NotFound, Usage.
    """
    wanted = None if recipient_id is None else vault.catalogue.require(RecipientRecord, recipient_id).id
    first = None if since is None else day(since)
    with vault.access("disclosures", None) as outcome:
        found = [
            one
            for one in joined(vault, list(vault.catalogue.all(Disclosure)))
            if (wanted is None or one.record.recipient_id == wanted)
            and (state is None or one.record.state == state)
            and (first is None or local_day(one.record.made) >= first)
        ]
        outcome.count = len(found)
    return found


def of_case(vault: UnlockedVault, case_id: str) -> list[Given]:
    """The bundles of a case. Not logged: for other use cases."""
    return joined(vault, list(vault.catalogue.all(Disclosure, case_id=case_id)))


def loose(vault: UnlockedVault, case_id: str) -> list[Copy]:
    """Packets of a case that were made for nobody in the ledger. Not logged: for other use cases."""
    known = {one.id for one in vault.catalogue.all(Disclosure, case_id=case_id)}
    return [one for one in vault.catalogue.all(Copy, case_id=case_id) if one.id not in known]


def require(vault: UnlockedVault, bundle_id: str) -> Given:
    """One bundle. Not logged: for other use cases. Raises NotFound."""
    record = vault.catalogue.require(Disclosure, bundle_id)
    return next(one for one in of_case(vault, str(record.case_id)) if one.record.id == record.id)


def joined(vault: UnlockedVault, records: Sequence[Disclosure]) -> list[Given]:
    """Disclosures with all that is known of them; `records` are all of the cases that they belong to."""
    people = {one.id: one for one in vault.catalogue.all(RecipientRecord)}
    cases = sorted({str(record.case_id) for record in records})
    copies = {one.id: one for case in cases for one in vault.catalogue.all(Copy, case_id=case)}
    steps = {case: _marks(vault, case) for case in cases}
    reviews = {case: _Reviews(vault, case) for case in cases}
    later: dict[str, list[str]] = {}
    for copy in copies.values():
        if copy.replaces:
            later.setdefault(copy.replaces, []).append(copy.id)
    versions = _versions(records, copies)
    return [
        _given(
            vault, record, people.get(record.recipient_id), copies.get(record.id), versions[record.id],
            steps[str(record.case_id)].get(record.id, ()), tuple(later.get(record.id, ())),
            reviews[str(record.case_id)].before(record),
        )
        for record in records
    ]  # fmt: skip


def _given(
    vault: UnlockedVault, record: Disclosure, recipient: RecipientRecord | None, copy: Copy | None, version: int,
    marks: Sequence[Step], replaced_by: tuple[str, ...], reviewed_by: tuple[str, ...],
) -> Given:  # fmt: skip
    manifest = manifest_of(record)
    made = () if marks and marks[0].state == PREPARED else (Step(PREPARED, record.made),)
    oral = record.consent in ("oral", "none")
    return Given(
        record=record,
        recipient=recipient,
        form="" if copy is None else copy.form,
        version=version,
        files=((record.sha256.hex(), record.size),) if copy is None else tuple(map(file_of, copy.files)),
        states=(*made, *marks),
        deadline="" if copy is None else copy.deadline,
        replaces="" if copy is None else copy.replaces,
        replaced_by=replaced_by,
        consent_there=None if oral else vault.catalogue.get(Evidence, record.consent) is not None,
        exhibits=len(manifest.exhibits) if manifest else 0,
        redactions=redactions(manifest),
        reviewed_by=reviewed_by,
    )


def manifest_of(record: Disclosure) -> Manifest | None:
    """What a bundle lists; None where nothing was kept of that. Raises Damaged."""
    return manifests.parse(record.manifest) if record.manifest else None


def redactions(manifest: Manifest | None) -> dict[str, int]:
    """How much was taken out of all exhibits together, by category."""
    counts: dict[str, int] = {}
    for exhibit in manifest.exhibits if manifest else ():
        for category, count in exhibit.redactions.items():
            counts[category] = counts.get(category, 0) + count
    return dict(sorted(counts.items()))


def history(vault: UnlockedVault, record: Disclosure) -> tuple[Step, ...]:
    """The states of one bundle as they were noted, oldest first."""
    return tuple(_marks(vault, str(record.case_id)).get(record.id, ()))


def number_of(mark: Mark) -> int:
    """Which of a bundle's marks it is, from 1."""
    return int(mark.id.rpartition("@")[2])


def _marks(vault: UnlockedVault, case_id: str) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for mark in sorted(vault.catalogue.all(Mark, case_id=case_id), key=number_of):
        found.setdefault(mark.bundle, []).append(Step(mark.state, mark.at))
    return found


def file_of(text: str) -> tuple[str, int]:
    """SHA-256 in hex and size of a file, as a copy notes them."""
    sha256, _, size = text.partition(" ")
    return sha256, int(size)


def _versions(records: Iterable[Disclosure], copies: Mapping[str, Copy]) -> dict[str, int]:
    """Those that no copy was noted of are counted."""
    counts: dict[tuple[str, str], int] = {}
    versions = {}
    for record in records:
        whose = (str(record.case_id), record.recipient_id)
        copy = copies.get(record.id)
        counts[whose] = counts.get(whose, 0) + 1 if copy is None else copy.version
        versions[record.id] = counts[whose]
    return versions


class _Reviews:
    """Who decided findings of a case, by the place in the log."""

    def __init__(self, vault: UnlockedVault, case_id: str) -> None:
        self._made = made_at(vault, case_id)
        self._decided = sorted(
            (entry.seq, entry.actor)
            for action in _REVIEWING
            for entry in vault.log.entries(case=case_id, action=action)
            if entry.phase == "outcome" and entry.outcome == "ok"
        )

    def before(self, record: Disclosure) -> tuple[str, ...]:
        """The slots that had decided something when this bundle was made; () if the log does not know it."""
        made = self._made.get(record.sha256.hex(), 0)
        return tuple(sorted({actor for seq, actor in self._decided if seq < made}))


def made_at(vault: UnlockedVault, case_id: str) -> dict[str, int]:
    """For each bundle of a case, by the SHA-256 of its file in hex: its place in the log."""
    return {
        entry.disclosure.bundle: entry.seq
        for action in _MAKING
        for entry in vault.log.entries(case=case_id, action=action)
        if entry.disclosure is not None
    }


def day(text: str) -> str:
    """A date as it was typed, YYYY-MM-DD. Raises Usage."""
    typed = text.strip()
    try:
        if len(typed) != len("2031-05-14"):
            raise ValueError
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise Usage("that is not a date", hint="Write it as YYYY-MM-DD, such as 2031-05-14.") from None


def local_day(at: str) -> str:
    """The day of a stored time by this computer's clock; of a date the date."""
    if "T" not in at:
        return at
    moment = datetime.fromisoformat(at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone().date().isoformat()
