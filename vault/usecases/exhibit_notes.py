"""What a case manager chooses about the exhibits of a case: kept in the catalogue for each export, and logged.

A description leaves as it is typed, so one that names a protected person is refused at once: by the matcher that
plans redactions, and by the leak check, which shares nothing with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from vault.errors import NotFound, Refused, Usage
from vault.formats import manifest as manifests
from vault.model.events import MAX_ROWS
from vault.model.records import Evidence, ExhibitNote
from vault.redaction.plan import Finding
from vault.store.catalogue import Put
from vault.usecases import cases, exhibit_list, items, redacting
from vault.usecases.lastlook import LastLook
from vault.usecases.text import cleaned, day
from vault.usecases.unlocked import Change, UnlockedVault

PROFILE = "lawyer"
"""Whoever this profile keeps may be in a description; what leaves under another is searched again then."""
SHORTEST_NAME = 2
"""Letters from which a label may be a surname."""
MAX_DESCRIPTION = 500
"""Characters: some lines of a table of contents."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What is to change; all of it or nothing. Keys are evidence ids, an empty value takes a choice back.

    `order` are evidence ids: those that it does not name lose their place; None leaves all places. `certificates` has
    for a certificate the id of the translation that it is of, or its own where one paper holds both.
    """

    order: Sequence[str] | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    certificates: Mapping[str, str] = field(default_factory=dict)
    forget: Sequence[str] = ()

    def named(self) -> list[str]:
        """Every id in it, as given."""
        keys = (self.labels, self.descriptions, self.dates, self.certificates)
        ids = [one for group in keys for one in group] + [one for one in self.certificates.values() if one]
        return [*(self.order or ()), *ids, *self.forget]


def choose(vault: UnlockedVault, case_id: str, choices: Choices, *, accept_weak_jail: bool = False) -> int:
    """Keep the choices for each further export; how many items they change. Logged as `bundle.exhibits`.

    Raises Usage (an item of no such case, a label that can't be or is another item's, a date that is none, a
    certificate of a certificate), Refused (leak) where a description names somebody protected.
    """
    case = cases.require_open(vault, case_id)
    known = {item.id: item for item in items.of_case(vault, case.id)}
    for one in choices.named():
        if one not in known:
            raise NotFound("an exhibit that was named is no item of this case")
    if choices.order is not None and len(set(choices.order)) != len(choices.order):
        raise Usage("an item stands twice in the order")
    before = exhibit_list.notes(vault, case.id)
    after = {one: before.get(one) or exhibit_list.empty(one, case.id) for one in known} | before
    for one in choices.forget:
        after[one] = exhibit_list.empty(one, case.id)
    after = _ordered(after, choices.order)
    after = {one: _chosen(note, choices) for one, note in after.items()}
    _check_labels(after)
    _check_certificates(after, known)
    described = [text for one, note in after.items() for text in _new_description(before.get(one), note)]
    labels = [text for one, note in after.items() for text in _new_label(before.get(one), note)]
    if described or labels:
        _refuse_names(vault, case.id, described, labels, accept_weak_jail)
    return _commit(vault, case.id, before, after)


def _new_description(old: ExhibitNote | None, new: ExhibitNote) -> Iterator[str]:
    if new.description and (old is None or new.description != old.description):
        yield new.description


def _new_label(old: ExhibitNote | None, new: ExhibitNote) -> Iterator[str]:
    """A label of two letters may be a surname."""
    if len(new.label) >= SHORTEST_NAME and (old is None or new.label != old.label):
        yield new.label


def _ordered(notes: Mapping[str, ExhibitNote], order: Sequence[str] | None) -> dict[str, ExhibitNote]:
    if order is None:
        return dict(notes)
    places = {one: place for place, one in enumerate(order, 1)}
    return {one: replace(note, place=places.get(one, 0)) for one, note in notes.items()}


def _chosen(note: ExhibitNote, choices: Choices) -> ExhibitNote:
    one = note.evidence_id
    if one in choices.labels:
        note = replace(note, label=_label(choices.labels[one]))
    if one in choices.descriptions:
        text = " ".join(cleaned(choices.descriptions[one], "a description", limit=MAX_DESCRIPTION).split())
        note = replace(note, description=text)
    if one in choices.dates:
        note = replace(note, date=_day(choices.dates[one]))
    if one in choices.certificates:
        note = replace(note, certificate_of=choices.certificates[one])
    return note


def _label(text: str) -> str:
    label = text.strip().upper()
    if label and not manifests.is_label(label):
        raise Usage(
            "an exhibit can't be labelled so",
            hint="A label has one to four Latin letters and up to three digits, such as A, AB or C12, and is no name "
            "that Windows keeps for a device.",
        )
    return label


def _day(text: str) -> str:
    kept = day(text, "the date of an exhibit")
    return datetime.fromisoformat(kept).date().isoformat() if kept else ""


def _check_labels(notes: Mapping[str, ExhibitNote]) -> None:
    labels = [note.label for note in notes.values() if note.label]
    for label in labels:
        if labels.count(label) > 1:
            raise Usage(f"two exhibits would have the label {label}", hint="Give one of them another label first.")


def _check_certificates(notes: Mapping[str, ExhibitNote], known: Mapping[str, Evidence]) -> None:
    for one, note in notes.items():
        of = note.certificate_of
        if not of or of == one:
            continue
        target = notes.get(of)
        if target is not None and target.certificate_of not in ("", of):
            raise Usage("a certificate is of a translation, not of another certificate")
        if one in known and known[one].translation_of == of:
            raise Usage("an item can't be both the translation and the certificate of another")
        if of in known and known[of].translation_of == one:
            raise Usage("an original can't be the certificate of its own translation")


def _refuse_names(
    vault: UnlockedVault, case_id: str, described: Sequence[str], labels: Sequence[str], accept_weak_jail: bool
) -> None:
    people = redacting.people_of(vault, case_id)
    if not people:
        return
    if accept_weak_jail:
        vault.note_weak_jail(case_id)
    look = LastLook(people, _marked(vault, case_id), PROFILE, accept_weak_jail)
    named = [who for _, who in look.written(described)]
    of_labels = look.written(labels, prose=False)
    if named or of_labels:
        label = labels[of_labels[0][0]] if of_labels else ""
        what, who = (f"the label {label}", of_labels[0][1]) if not named else ("a description", named[0])
        raise Refused(
            f"{what} names somebody who is protected ({who})",
            kind="leak",
            hint="Nothing was kept. Say what the exhibit is without the name, such as 'Declaration of a witness'.",
        )
    texts = [*described, *(label.capitalize() for label in labels)]
    look.check("a description", "\n\n".join(texts).encode(), "text/plain")


def _marked(vault: UnlockedVault, case_id: str) -> Sequence[Finding]:
    """The findings of the case's plan: words that a reviewer marked must not come back in a description."""
    try:
        return redacting.current(vault, case_id, PROFILE).plan.findings
    except NotFound:
        return ()


def _commit(
    vault: UnlockedVault, case_id: str, before: Mapping[str, ExhibitNote], after: Mapping[str, ExhibitNote]
) -> int:
    puts: list[Put] = []
    removes: list[ExhibitNote] = []
    for one, note in after.items():
        old = before.get(one)
        if note == exhibit_list.empty(one, case_id):
            removes += [old] if old else []
        elif note != old:
            puts.append(Put(note, old))
    count = len(puts) + len(removes)
    if count:
        vault.commit(list(_changes(case_id, puts, removes)))
    if removes or any(put.before for put in puts):
        vault.catalogue.forget_deleted()
    return count


def _changes(case_id: str, puts: Sequence[Put], removes: Sequence[ExhibitNote]) -> Iterator[Change]:
    """One change for as many rows as an entry of the log can hold."""
    for at in range(0, len(puts), MAX_ROWS):
        some = puts[at : at + MAX_ROWS]
        yield Change("bundle.exhibits", case_id, some, count=len(some))
    for at in range(0, len(removes), MAX_ROWS):
        gone = removes[at : at + MAX_ROWS]
        yield Change("bundle.exhibits", case_id, (), gone, count=len(gone))
