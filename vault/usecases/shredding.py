"""Destroys a case: its key, all its rows, its index terms, its stored files. What stays is its part of the log.

In this order, so that a stop at any moment leaves the case whole or gone, and nothing of another case lost:

1. items that other cases use are encrypted anew for one of them, and the new files read back (`shred_held.py`);
2. one transaction removes every row, and notes which files and pages are still to be cleaned;
3. the files are deleted, the catalogue is written anew, the write-ahead log truncated (`finish`).

What was noted in step 2 is done by the next shred, or by `doctor`, if this one is stopped. Copies of the vault from
before hold the case as it was: whoever has one, and a secret that opened it then, can read it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from vault.errors import Busy, CasevaultError, StorageFailed, Usage
from vault.model.events import MAX_ROWS
from vault.model.ids import is_id
from vault.model.records import (
    Case,
    Copy,
    Disclosure,
    Evidence,
    ExhibitNote,
    ExtractedText,
    Link,
    Mark,
    PersonRecord,
    Plan,
    Record,
    Share,
)  # fmt: skip
from vault.store import backup_notes, locks, remnants, rotation_state
from vault.store.backup_notes import BackupNote
from vault.store.catalogue import Catalogue
from vault.usecases import rowcheck, shred_held
from vault.usecases.originals import Lying
from vault.usecases.shred_held import Held, Sealed
from vault.usecases.unlocked import Change, UnlockedVault

Progress = Callable[[int], None]
MAX_NAMED = 10
"""Items that one error names."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What goes with a case, and where it lives on all the same.

    `items` and `size` (bytes) are of its own items that go; `borrowed` counts those of other cases that it could use;
    `held` are the items that live on in other cases, `listed` how many of its people each of these gets.
    `disclosures` are the bundles that were made of it, `plaintext` the files outside the vault that hold it,
    `backups` those that were made since the case was opened: they hold it still.
    """

    case_id: str
    people: int
    items: int
    size: int
    borrowed: int
    plans: int
    links: tuple[str, ...]
    held: tuple[Held, ...]
    listed: tuple[tuple[str, int], ...]
    disclosures: tuple[Disclosure, ...]
    plaintext: tuple[Lying, ...]
    backups: tuple[BackupNote, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """What was cleaned up after cases that are gone: `files` deleted. `clean` is whether nothing is left to do; if
    not, the next shred or `doctor` goes on."""

    files: int = 0
    clean: bool = True


def look(vault: UnlockedVault, case_id: str, *, purpose: str | None = None) -> Outlook:
    """What shredding this case would do. Logged as a look at the case. Raises NotFound."""
    case = vault.catalogue.require(Case, case_id)
    with vault.access("case.show", case.id, purpose=purpose):
        return _outlook(vault, case)


def _outlook(vault: UnlockedVault, case: Case) -> Outlook:
    catalogue = vault.catalogue
    held = shred_held.find(vault, case.id)
    staying = {one.evidence for one in held if one.how == "shared"}
    going = [item for item in catalogue.all(Evidence, case_id=case.id) if item.id not in staying]
    return Outlook(
        case_id=case.id,
        people=catalogue.count(PersonRecord, case_id=case.id),
        items=len(going),
        size=sum(item.size for item in going),
        borrowed=catalogue.count(Share, case_id=case.id),
        plans=catalogue.count(Plan, case_id=case.id),
        links=tuple(sorted(link.other_case for link in catalogue.all(Link, case_id=case.id))),
        held=held,
        listed=shred_held.listed(vault, case.id, held),
        disclosures=tuple(catalogue.all(Disclosure, case_id=case.id)),
        plaintext=tuple(
            Lying(copy.path, copy.evidence_id, copy.origin)
            for copy in remnants.plaintext_of(catalogue, case.id)
            if copy.evidence_id not in staying and os.path.lexists(copy.path)
        ),
        backups=tuple(note for note in backup_notes.all_notes(catalogue) if note.made >= case.created),
    )


def refuse_held(outlook: Outlook) -> None:
    """Raise Usage, naming them, if items of the case live on in other cases."""
    if not outlook.held:
        return
    named = [f"{one.evidence} ({', '.join(one.cases)})" for one in outlook.held]
    more = f" and {len(named) - MAX_NAMED} more" if len(named) > MAX_NAMED else ""
    raise Usage(
        f"items of this case are used in other cases: {', '.join(named[:MAX_NAMED])}{more}",
        hint="With --keep-shared they stay there, and the people of this case are listed there as protected. Or take "
        "them out first: casevault evidence unshare, casevault evidence remove.",
    )  # fmt: skip


def shred(
    vault: UnlockedVault, case_id: str, *, purpose: str | None = None, keep_shared: bool = False,
    progress: Progress | None = None,
) -> Outlook:  # fmt: skip
    """Destroy a case; `finish` then cleans the files. Returns what went with it, as it was right before.

    Raises NotFound, Usage if items live on in other cases and are not to be kept, Damaged if one that is to be kept
    is not whole or the list of people is not as it was logged, Busy if the case changed meanwhile: then it is whole.
    """
    case = vault.catalogue.require(Case, case_id)
    if rotation_state.read(vault.catalogue):
        # Half of its files may have new names already, which only the renewal knows.
        raise Usage("the renewal of all keys is not finished", hint="Go on with it: casevault key rotate --deep.")
    outlook = _outlook(vault, case)
    if not keep_shared:
        refuse_held(outlook)
    elif outlook.held:
        # Whom the other cases must go on protecting is read from this list.
        rowcheck.require(vault, case.id)
    objects = {item.object for item in vault.catalogue.all(Evidence, case_id=case.id)}
    # Held until the rows name the new files: before, a clean-up would take them for leftovers.
    with locks.shared(vault.folder):
        sealed: list[Sealed] = []
        try:
            for one in shred_held.sealed(vault, case.id, outlook.held, progress):
                sealed.append(one)
            _require_same(outlook, _outlook(vault, case))
            _commit(vault, case, outlook, sealed, purpose)
        except StorageFailed:
            raise  # what the rows name will show when the disk can be read again
        except BaseException:
            _take_back(vault, [one.after.object for one in sealed])
            raise
        vault.forget_case(case.id)
        _settle(vault, [name for name in remnants.leaving(vault.catalogue) if name in objects])
    return outlook


def _require_same(before: Outlook, now: Outlook) -> None:
    # Encrypting anew may have taken long. What has come in since was shown to nobody.
    if replace(before, plaintext=(), backups=()) != replace(now, plaintext=(), backups=()):
        raise Busy("this was changed by another command in the meantime", hint="Look again, then repeat it.")


def _commit(
    vault: UnlockedVault, case: Case, outlook: Outlook, sealed: Sequence[Sealed], purpose: str | None
) -> None:
    catalogue, moved = vault.catalogue, {one.before.id for one in sealed}
    own = list(catalogue.all(Evidence, case_id=case.id))
    texts = [one for one in catalogue.all(ExtractedText, case_id=case.id) if one.id not in moved]
    first: list[Record] = [
        record for table in (Plan, Disclosure, ExhibitNote, Copy, Mark, Share, Link, PersonRecord)
        for record in catalogue.all(table, case_id=case.id)
    ]  # fmt: skip
    last: list[Record] = [*(item for item in own if item.id not in moved), case]

    def loose(open_catalogue: Catalogue) -> None:
        remnants.drop_loose(open_catalogue, case.id)

    def leave(open_catalogue: Catalogue) -> None:
        remnants.end(open_catalogue, case.id)
        remnants.note_leaving(open_catalogue, [case.id, *(item.object for item in own)])
        remnants.forget_leaving(open_catalogue, [one.after.object for one in sealed])

    vault.commit([
        *_removed(case.id, first, purpose, remnants.begin),
        *_mirrored(vault, case.id),
        *shred_held.changes(vault, case.id, outlook.held, sealed, going={item.id for item in own} - moved),
        *_removed(case.id, texts, purpose, loose),
        *_removed(case.id, last, purpose, leave),
    ])  # fmt: skip


def _removed(
    case_id: str, records: Sequence[Record], purpose: str | None, also: Callable[[Catalogue], None]
) -> list[Change]:
    # An entry holds so many rows; `also` goes with the last, or with one that has none.
    cuts = [records[start : start + MAX_ROWS] for start in range(0, len(records), MAX_ROWS)] or [()]
    made = [Change("case.shred", case_id, removes=rows, purpose=purpose) for rows in cuts[:-1]]
    return [*made, Change("case.shred", case_id, removes=cuts[-1], purpose=purpose, also=also)]


def _mirrored(vault: UnlockedVault, case_id: str) -> list[Change]:
    """What other cases hold of their ties with this one: their side of each link. A case that lent an item is told
    in its log that this ended."""
    changes = [
        Change("case.unlink", link.case_id, removes=[link])
        for link in vault.catalogue.all(Link, other_case=case_id)
    ]  # fmt: skip
    for share in vault.catalogue.all(Share, case_id=case_id):
        item = vault.catalogue.require(Evidence, share.evidence_id)
        changes.append(Change("evidence.unshare", item.case_id, object_id=item.id))
    return changes


def _take_back(vault: UnlockedVault, objects: Iterable[str]) -> None:
    """Remove those new files that no row names; in doubt they stay, and are noted as leaving."""
    for name in objects:
        with contextlib.suppress(CasevaultError):
            if not vault.catalogue.refers_to(name):
                vault.objects.remove(name)
                with vault.catalogue.transaction():
                    remnants.forget_leaving(vault.catalogue, [name])


def unfinished(vault: UnlockedVault) -> bool:
    """Whether a shred left something to be cleaned."""
    return bool(remnants.leaving(vault.catalogue))


def finish(vault: UnlockedVault) -> Finished:
    """Delete the stored files of cases that are gone, and write the catalogue anew without them.

    Files that cannot be deleted now, and pages that another command is just reading, are left for the next time.
    Raises Busy, StorageFailed (it takes as much free space as the catalogue is large): then it can be repeated.
    """
    names = remnants.leaving(vault.catalogue)
    if not names:
        return Finished()
    cases = [name for name in names if is_id(name, "C")]
    objects = [name for name in names if not is_id(name, "C")]
    files = 0
    if objects:
        # Another shred may have noted a file that its rows do not name yet.
        with contextlib.suppress(Busy), locks.exclusive(vault.folder):
            files = _settle(vault, objects)
    if cases:
        remnants.rewrite(vault.catalogue)
        if not remnants.empty_log(vault.catalogue):
            return Finished(files, clean=False)
        for case_id in cases:
            vault.note("case.shred", case_id)
        with vault.catalogue.transaction():
            remnants.forget_leaving(vault.catalogue, cases)
        remnants.empty_log(vault.catalogue)
    return Finished(files, clean=not remnants.leaving(vault.catalogue))


def _settle(vault: UnlockedVault, names: Collection[str]) -> int:
    """Delete those of these files that no row names, and note that they are settled; how many were deleted. One that
    can't be deleted now stays noted."""
    settled: list[str] = []
    files = 0
    for name in names:
        with contextlib.suppress(StorageFailed):
            if not vault.catalogue.refers_to(name):
                vault.objects.remove(name)
                files += 1
            settled.append(name)
    if settled:
        with vault.catalogue.transaction():
            remnants.forget_leaving(vault.catalogue, settled)
    return files
