"""An alarm on a case: its exports stop, and what others have of it is listed, with the recalls ready to be sent.

For the hour in which a client is put on a flight or a lawyer is searched. Nothing is sent and nothing is destroyed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vault.bundle import recall
from vault.errors import Busy, Usage
from vault.model.records import Case, Copy, Disclosure, Evidence, Share
from vault.store import output, remnants
from vault.store.catalogue import Put
from vault.usecases import alarm_state, bundle_states, ledger, outputs
from vault.usecases.ledger import Given
from vault.usecases.unlocked import Change, UnlockedVault, now

INDEX_FILE = "WHO-GETS-WHAT.txt"
"""Which of the texts is for which recipient, by their ids: no name stands in that folder."""
MAX_ROWS = 200
"""Rows of the history in one entry of the log, which holds few more."""
TRIES = 4
"""How often an alarm looks, as another bundle was noted before it had the lock."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A case and what of it is out there: `given` are the bundles that somebody may still have or get, `others` the
    cases that use items of this one, and how many: those can't leave there either. `loose` are packets that were made
    for nobody in the ledger. `folder` holds the texts and their index, if any."""

    case: Case
    given: tuple[Given, ...]
    others: tuple[tuple[str, int], ...]
    loose: tuple[Copy, ...] = ()
    folder: Path | None = None

    @property
    def gone(self) -> tuple[Given, ...]:
        """Those that left: they are to be called back, each with a text."""
        return tuple(one for one in self.given if one.record.state != ledger.PREPARED)

    @property
    def held(self) -> tuple[Given, ...]:
        """Those that were made and, as far as anybody noted, never handed over."""
        return tuple(one for one in self.given if one.record.state == ledger.PREPARED)


def look(vault: UnlockedVault, case_id: str) -> Alarm:
    """What an alarm would list; nothing is changed. Raises NotFound."""
    case = vault.catalogue.require(Case, case_id)
    with vault.access("bundle.list", case.id) as outcome:
        found = _found(vault, case)
        outcome.count = len(found.given)
    return found


def start(vault: UnlockedVault, case_id: str, language: recall.Language, out: Path | None = None) -> Alarm:
    """Stop the exports of a case, and of its items in other cases; write the texts of the recalls into a new folder.

    In a case that is under alarm already only what was made ready is. Raises NotFound; OutputExists, SyncFolder,
    Usage before anything is changed; StorageFailed, Busy.
    """
    if out is not None:
        outputs.check_folder(out)
    case = vault.catalogue.require(Case, case_id)
    for _ in range(TRIES - 1):
        # A bundle was noted, or a state of one, between the look and the lock.
        with contextlib.suppress(Busy):
            return _started(vault, case.id, language, out)
    return _started(vault, case.id, language, out)


def _started(vault: UnlockedVault, case_id: str, language: recall.Language, out: Path | None) -> Alarm:
    case = vault.catalogue.require(Case, case_id)
    found = replace(_found(vault, case), folder=out)
    after = replace(case, status=alarm_state.with_alarm(case.status))
    with _texts(found, language):
        vault.commit(_changes(vault, case, after, found))
    # What is listed is what the texts are for; from here on nothing more is noted in this case.
    ready = {one.record.id: one for one in ledger.of_case(vault, case.id)}
    return replace(found, case=after, given=tuple(ready[one.record.id] for one in found.given))


def _refuse_overtaken(vault: UnlockedVault, found: Alarm) -> None:
    """Under the write lock: no bundle that left before its exports stop may be missing from the list."""
    there = vault.catalogue.all(Disclosure, case_id=found.case.id)
    given = sorted((one.id, one.state == ledger.PREPARED) for one in there if one.state not in ledger.OVER)
    looked = sorted((one.record.id, one in found.held) for one in found.given)
    loose = [one.id for one in ledger.loose(vault, found.case.id)]
    if (given, loose, _others(vault, found.case.id)) != (looked, [one.id for one in found.loose], found.others):
        raise Busy("what is out there of this case changed meanwhile")


def require(vault: UnlockedVault, case_id: str) -> str:
    """The id of a case that is under alarm. Raises NotFound, Usage."""
    case = vault.catalogue.require(Case, case_id)
    if not alarm_state.is_on(case.status):
        raise Usage(f"there is no alarm in case {case.id}")
    return case.id


def end(vault: UnlockedVault, case_id: str) -> Alarm:
    """Let exports go on: the case is open or closed as it was before. Raises NotFound, Usage where no alarm is."""
    case = vault.catalogue.require(Case, require(vault, case_id))
    found = _found(vault, case)
    after = replace(case, status=alarm_state.without_alarm(case.status))
    vault.commit([
        Change("case.alarm", case.id, [Put(after, case)]),
        *(Change("case.alarm", other) for other, _ in found.others),
    ])  # fmt: skip
    return replace(found, case=after)


def text_of(given: Given, language: recall.Language) -> str:
    """The text that asks for one bundle."""
    return recall.text(language, given.record.id, ledger.local_day(given.record.made), given.files)


def file_name(given: Given) -> str:
    """What the file with that text is called: a bundle's id, and no more."""
    return f"{given.record.id}.txt"


def _found(vault: UnlockedVault, case: Case) -> Alarm:
    given = tuple(one for one in ledger.of_case(vault, case.id) if one.outstanding)
    return Alarm(case, given, _others(vault, case.id), tuple(ledger.loose(vault, case.id)))


def _others(vault: UnlockedVault, case_id: str) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for item in vault.catalogue.all(Evidence, case_id=case_id):
        for share in vault.catalogue.all(Share, evidence_id=item.id):
            counts[str(share.case_id)] = counts.get(str(share.case_id), 0) + 1
    for item in remnants.moved_away(vault.catalogue, case_id):
        counts[str(item.case_id)] = counts.get(str(item.case_id), 0) + 1
    return tuple(sorted(counts.items()))


@contextlib.contextmanager
def _texts(found: Alarm, language: recall.Language) -> Iterator[None]:
    """The folder has its name once what is done meanwhile has ended well."""
    if found.folder is None:
        yield
        return
    with output.new_folder(found.folder) as folder:
        for given in found.gone:
            output.write_in(folder, file_name(given), text_of(given, language).encode())
        if found.gone:
            pairs = [(file_name(one), one.record.recipient_id) for one in found.gone]
            output.write_in(folder, INDEX_FILE, recall.index(language, pairs).encode())
        yield


def _changes(vault: UnlockedVault, case: Case, after: Case, found: Alarm) -> list[Change]:
    """The count of the first entry is that of the bundles out there; the entry of an alarm that ends has none."""
    when = now()
    marks = [
        Put(bundle_states.noted(vault, one.record, bundle_states.RECALL_READY, when))
        for one in found.gone
        if one.states[-1].state != bundle_states.RECALL_READY
    ]
    first, *rest = _parts(marks) or [[]]
    put = [Put(after, case)] if after != case else []
    return [
        Change(
            "case.alarm",
            case.id,
            [*put, *first],
            count=len(found.given),
            also=lambda _: _refuse_overtaken(vault, found),
        ),
        *(Change("case.alarm", case.id, part) for part in rest),
        *(Change("case.alarm", other, count=count) for other, count in found.others),
    ]


def _parts(puts: Sequence[Put]) -> list[Sequence[Put]]:
    return [puts[start : start + MAX_ROWS] for start in range(0, len(puts), MAX_ROWS)]
