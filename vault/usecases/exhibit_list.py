"""Which exhibit is which: the order, labels, descriptions and certificates that a case manager chose for a case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vault.formats import manifest as manifests
from vault.model.records import Evidence, ExhibitNote
from vault.redaction import titles
from vault.redaction.plan import Finding
from vault.store.catalogue import Put
from vault.usecases.unlocked import UnlockedVault

Findings = Callable[[str], Sequence[Finding]]
"""The findings of a plan about the item with this id."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One exhibit in its place. `description` and `date` are as they leave; `translation_of` and `certificate_of` are
    labels of other exhibits of the same list, or None."""

    item: Evidence
    label: str
    description: str
    date: str
    translation_of: str | None
    certificate_of: str | None


def arranged(
    vault: UnlockedVault, case_id: str, items: Sequence[Evidence], findings: Findings | None = None
) -> list[Placed]:
    """The items as exhibits of a case, in the order chosen for it; those without a place follow in the order given.

    A translation and then its certificates stand right before the original, if that is among the items. Labels that
    were chosen are kept, also for what is left out now: the others get the next free ones. A description that nobody
    wrote is the item's title, with labels in place of what `findings` takes out. Not logged: for other use cases.
    """
    noted = notes(vault, case_id)
    chosen = list({item.id: item for item in items}.values())
    order = _in_order(chosen, noted)
    labels = _labels(order, noted)
    return [_placed(item, labels, noted.get(item.id), findings) for item in order]


def notes(vault: UnlockedVault, case_id: str) -> dict[str, ExhibitNote]:
    """What was chosen for the items of a case, by their ids."""
    return {note.evidence_id: note for note in vault.catalogue.all(ExhibitNote, case_id=case_id)}


def empty(evidence_id: str, case_id: str) -> ExhibitNote:
    """A row that chooses nothing: it is never stored."""
    return ExhibitNote(f"{evidence_id}@{case_id}", case_id, evidence_id, 0, "", "", "", "")


def without(vault: UnlockedVault, evidence_id: str, case_id: str) -> tuple[list[Put], list[ExhibitNote]]:
    """What changes when an item leaves a case: its own row goes, a certificate of it is no longer tied to it."""
    noted = notes(vault, case_id)
    untied = [n for n in noted.values() if n.certificate_of == evidence_id and n.evidence_id != evidence_id]
    puts: list[Put] = []
    removes = [note for one, note in noted.items() if one == evidence_id]
    for note in untied:
        loose = replace(note, certificate_of="")
        if loose == empty(note.evidence_id, case_id):
            removes.append(note)
        else:
            puts.append(Put(loose, note))
    return puts, removes


def vouched(item: Evidence, noted: Mapping[str, ExhibitNote]) -> str:
    """The id of the item that this one is a certificate of, "" for none; its own where a paper holds both."""
    note = noted.get(item.id)
    return note.certificate_of if note else ""


def own_date(item: Evidence) -> str:
    """The day of an item as it leaves where none was chosen: YYYY-MM-DD or "".

    The day on which it was collected says nothing of it: that stands in the certificate of custody.
    """
    return item.captured_at[:10]


def _placed(item: Evidence, labels: Mapping[str, str], note: ExhibitNote | None, findings: Findings | None) -> Placed:
    description, date, of = (note.description, note.date, note.certificate_of) if note else ("", "", "")
    if not description:
        description = titles.redacted(item.title, findings(item.id)) if findings else item.title
    return Placed(
        item,
        labels[item.id],
        description,
        date or own_date(item),
        None if item.translation_of == item.id else labels.get(item.translation_of or ""),
        None if of == item.id else labels.get(of),
    )


def _in_order(items: Sequence[Evidence], noted: Mapping[str, ExhibitNote]) -> list[Evidence]:
    last = len(items) + max((note.place for note in noted.values()), default=0)
    places = {item.id: (noted[item.id].place if item.id in noted else 0) or last for item in items}
    ordered = sorted(items, key=lambda item: places[item.id])
    known = {item.id for item in ordered}
    before: dict[str, list[Evidence]] = {}
    after: dict[str, list[Evidence]] = {}
    heads = []
    for item in ordered:
        of, original = vouched(item, noted), item.translation_of or ""
        if of in known and of != item.id:
            after.setdefault(of, []).append(item)
        elif original in known and original != item.id:
            before.setdefault(original, []).append(item)
        else:
            heads.append(item)
    seen: set[str] = set()
    # What goes round in a circle has no head: none of it may be lost for that.
    return [one for head in (*heads, *ordered) for one in _group(head, before, after, seen)]


def _group(
    head: Evidence,
    before: Mapping[str, Sequence[Evidence]],
    after: Mapping[str, Sequence[Evidence]],
    seen: set[str],
) -> Iterator[Evidence]:
    """The translations of an item, the item, the certificates of it; each once."""
    if head.id in seen:
        return
    seen.add(head.id)
    for one in before.get(head.id, ()):
        yield from _group(one, before, after, seen)
    yield head
    for one in after.get(head.id, ()):
        yield from _group(one, before, after, seen)


def _labels(order: Sequence[Evidence], noted: Mapping[str, ExhibitNote]) -> dict[str, str]:
    taken = {note.label for note in noted.values() if note.label}
    free = iter(_free(len(order), taken))
    labels: dict[str, str] = {}
    for item in order:
        note = noted.get(item.id)
        labels[item.id] = note.label if note is not None and note.label else next(free)
    return labels


def _free(count: int, taken: Collection[str]) -> list[str]:
    return [label for label in manifests.labels(count + len(taken)) if label not in taken][:count]
