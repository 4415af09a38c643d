"""What the last lawyer got, for the next one: the same exhibits, after showing what is no longer as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vault.bundle.commitment import commitment
from vault.errors import Refused, Usage
from vault.formats.manifest import Exhibit
from vault.model import languages
from vault.model.events import Entry
from vault.model.records import Case, Copy, Disclosure, Evidence, ExtractedText, PersonRecord
from vault.redaction.plan import Finding
from vault.usecases import bundle_order, cases, exhibit_list, exhibits, items, ledger, redacting
from vault.usecases.bundle_order import Order
from vault.usecases.exhibit_list import Placed
from vault.usecases.ledger import Given
from vault.usecases.unlocked import UnlockedVault

PACKET = "packet"
_DECIDING = ("redact.accept", "redact.accept-unseen", "redact.reject", "redact.reject-unseen", "redact.add")
_RENEWED = "key.rotate"


@dataclass(frozen=True, slots=True)
class Changed:
    """An exhibit that would not leave as it did. `what` is some of text, details, description, date, kind, language,
    translation, certificate, redactions; `before` and `after` count what is taken out, by category."""

    label: str
    evidence: str
    what: tuple[str, ...]
    before: Mapping[str, int]
    after: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Since:
    """A bundle, and what is different in its case since.

    `kept` are (evidence id, label) of what is still there, in the bundle's order; `gone` those that are not, an id
    "" where it is no longer known. `added` are items of the case that came later, `left_out` others that were not in
    it. `people` and `decided` count changes to the list of people and decisions on findings; `stale` is whether the
    findings have to be planned anew. `renewed`: the case's keys were, so that older changes of texts don't show.
    """

    given: Given
    recordings: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]
    gone: tuple[tuple[str, str], ...]
    added: tuple[str, ...]
    left_out: tuple[str, ...]
    changed: tuple[Changed, ...]
    people: int
    decided: int
    stale: bool
    renewed: bool

    @property
    def same(self) -> bool:
        """Whether nothing is different."""
        return not (self.gone or self.added or self.changed or self.people or self.decided or self.stale)


def compare(vault: UnlockedVault, bundle_id: str, *, purpose: str | None = None) -> Since:
    """What changed since a bundle was made. Raises NotFound, Usage; Refused (alarm) where nothing may leave."""
    record = vault.catalogue.require(Disclosure, bundle_id)
    case = vault.catalogue.require(Case, str(record.case_id))
    lenders = items.lenders(vault, case.id)
    with vault.access("bundle.again", case.id, record.id, purpose=purpose, lenders=lenders) as outcome:
        given = ledger.require(vault, record.id)
        _refuse_packet(given)
        cases.require_exportable(vault, case.id)
        there = {item.id: item for item in items.of_case(vault, case.id)}
        listed, recordings = _contents(vault, record, there)
        log = _Log(vault, record, there)
        kept = tuple((one, label) for one, label in listed if one in there)
        rest = [item for item in there.values() if item.id not in {one for one, _ in listed}]
        review = redacting.current(vault, case.id, record.profile)
        found = [there[one] for one, _ in kept]
        placed = bundle_order.as_before(exhibit_list.arranged(vault, case.id, found, review.plan.of), kept)
        outcome.count = len(listed)
        return Since(
            given=given,
            recordings=tuple(one for one in recordings if one in there),
            kept=kept,
            gone=tuple((one, label) for one, label in listed if one not in there),
            added=tuple(item.id for item in rest if log.came(item)),
            left_out=tuple(item.id for item in rest if not log.came(item)),
            changed=tuple(_changed(record, placed, log, review.plan.of, recordings)),
            people=log.people(),
            decided=log.decided,
            stale=review.stale,
            renewed=log.renewed,
        )


def order(since: Since, wanted: Order, *, without_missing: bool) -> Order:
    """The order that makes it again, from one that names the new recipient. Raises Usage for an item that is gone,
    Refused (stale) where the findings have to be planned anew."""
    record = since.given.record
    if since.gone and not without_missing:
        listed = ", ".join(f"{label} ({one})" if one else label for one, label in since.gone[:20])
        raise Usage(
            f"{len(since.gone)} of its exhibits are no longer in the case: {listed}",
            hint="To go on without them: --without-missing.",
        )
    if not since.kept:
        raise Usage("none of its exhibits is in the case any more")
    if since.stale:
        raise Refused(
            "people, evidence or the program changed since the findings were reviewed",
            kind="stale",
            hint=f"Run 'casevault redact plan {record.case_id}', review what is new, then repeat this.",
        )
    unheard = _to_hear_again(since, wanted.recordings)
    if unheard:
        raise Refused(
            "recordings that leave unheard must be named again: people or these items changed since: "
            + ", ".join(unheard),
            kind="unreviewed",
            hint=f"Hear and see them to the end, then give each: --recording {unheard[0]}",
        )
    return replace(
        wanted,
        profile=record.profile,
        only=tuple(one for one, _ in since.kept),
        labels=since.kept,
        recordings=tuple(dict.fromkeys((*since.recordings, *wanted.recordings))),
    )


def _to_hear_again(since: Since, named: Sequence[str]) -> list[str]:
    """Recordings of before that nobody named now, though somebody may be heard in them who was not listed then."""
    changed = {one.evidence for one in since.changed}
    everything = bool(since.people) or since.renewed
    return [one for one in since.recordings if one not in named and (everything or one in changed)]


def _refuse_packet(given: Given) -> None:
    if given.form == PACKET:
        raise Usage(
            f"{given.record.id} is a filing packet",
            hint=f"Make a new one: casevault bundle packet {given.record.case_id}",
        )


def _contents(
    vault: UnlockedVault, record: Disclosure, there: Mapping[str, Evidence]
) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """(Evidence id, label) of its exhibits in their order, and which of them were recordings that nobody searched."""
    copy = vault.catalogue.get(Copy, record.id)
    if copy is not None:
        return list(zip(copy.items, copy.labels, strict=True)), copy.recordings
    # An earlier version kept no list: the commitments tell which item is which, as far as it is still there.
    known = {commitment(item.commitment_key, record.id, item.sha256).hex(): item.id for item in there.values()}
    listed = [(known.get(one.commitment, ""), one) for one in _exhibits(record).values()]
    unheard = [item for item, one in listed if item and one.files and not one.files[0].name.endswith(".pdf")]
    return [(item, one.label) for item, one in listed], tuple(unheard)


def _exhibits(record: Disclosure) -> dict[str, Exhibit]:
    manifest = ledger.manifest_of(record)
    return {} if manifest is None else {one.label: one for one in manifest.exhibits}


def _changed(
    record: Disclosure, placed: Sequence[Placed], log: _Log, findings: exhibit_list.Findings,
    recordings: Sequence[str],
) -> list[Changed]:  # fmt: skip
    before = _exhibits(record)
    found = []
    for place in placed:
        then = before.get(place.label)
        if then is None:
            continue
        counts = {} if place.item.id in recordings else counted(findings(place.item.id))
        what = [
            *(["text"] if log.touched(ExtractedText.TABLE, place.item) else []),
            *_differences(then, place),
            *(["redactions"] if counts != dict(then.redactions) else []),
        ]
        if not what and log.touched(Evidence.TABLE, place.item):
            what = ["details"]
        if what:
            found.append(Changed(place.label, place.item.id, tuple(what), then.redactions, counts))
    return found


def _differences(then: Exhibit, place: Placed) -> list[str]:
    pairs = {
        "description": (then.title, place.description),
        "date": (then.date, place.date),
        "kind": (then.kind, exhibits.kind_of(place.item)),
        "language": (then.language, languages.tags(place.item.language) or ""),
        "translation": (then.translation_of, place.translation_of),
        "certificate": (then.certificate_of, place.certificate_of),
    }
    return [name for name, (before, after) in pairs.items() if before != after]


def counted(findings: Sequence[Finding]) -> dict[str, int]:
    """What a plan takes out of an item, by category as the recipient reads it."""
    counts: dict[str, int] = {}
    for finding in findings:
        if finding.state == "accepted":
            name = exhibits.PUBLIC.get(finding.category, finding.category)
            counts[name] = counts.get(name, 0) + 1
    return counts


class _Log:
    """What the log tells of a case, and of those that lend it items, since a bundle was made."""

    def __init__(self, vault: UnlockedVault, record: Disclosure, there: Mapping[str, Evidence]) -> None:
        self._vault, self._case = vault, str(record.case_id)
        # Not known to the log: everything since its first entry counts.
        since = ledger.made_at(vault, self._case).get(record.sha256.hex(), -1)
        owners = {self._case, *(str(item.case_id) for item in there.values()), *items.other_cases(vault, self._case)}
        self._rows: dict[str, set[tuple[str, str]]] = {}
        self._objects: set[str | None] = set()
        self.decided, self.renewed = 0, False
        for case in sorted(owners):
            self._read(case, since)

    def _read(self, case: str, since: int) -> None:
        entries = list(self._vault.log.entries(case=case, after_seq=since))
        done = {(one.op, one.action) for one in entries if one.phase == "outcome" and one.outcome == "ok"}
        rows = self._rows.setdefault(case, set())
        for entry in entries:
            if entry.phase != "intent" or (entry.op, entry.action) not in done:
                continue
            if entry.action == _RENEWED:
                self.renewed = True
                continue
            rows |= {(row.table, row.row) for row in entry.rows}
            if case == self._case:
                self._note(entry)

    def _note(self, entry: Entry) -> None:
        if entry.action in _DECIDING:
            self.decided += entry.count or 1
        if entry.action in ("evidence.add", "evidence.share", "evidence.move", "evidence.translate"):
            self._objects.add(entry.object)

    def touched(self, table: str, item: Evidence) -> bool:
        """Whether this row of an item was written since."""
        case = str(item.case_id)
        return (table, self._vault.pseudonym(case, item.id)) in self._rows.get(case, ())

    def came(self, item: Evidence) -> bool:
        """Whether an item came into the case since: added, moved there, or shared with it."""
        return self._vault.pseudonym(self._case, item.id) in self._objects

    def people(self) -> int:
        """How many people of the list were added, changed or removed."""
        return sum(table == PersonRecord.TABLE for rows in self._rows.values() for table, _ in rows)
