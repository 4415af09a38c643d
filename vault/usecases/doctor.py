"""Checks everything that can be checked, cleans up leftovers, and says what is damaged and how to go on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from vault.errors import Busy, CasevaultError, Damaged, LogUnavailable, StorageFailed
from vault.model.records import Case, Evidence
from vault.sandbox import extras, jail
from vault.session import machine as system
from vault.store import locks, rotation_state
from vault.usecases import items, models, rowcheck, shredding
from vault.usecases.unlocked import UnlockedVault

Level = Literal["ok", "warning", "damaged", "repaired"]
Progress = Callable[[int], None]

_RESTORE = "Restore the vault from a backup; what can be read still can be."
WITHOUT_IT = (
    "Nothing can be examined without it. Restore vault.json, catalog.db and audit.db together from a backup; keep "
    "the folder 'objects' as it is. docs/recovery.md says what can be read without Casevault."
)
"""What to do about a vault that does not open because it is damaged."""
_UNREFERENCED = (
    "A stopped command leaves such files, and so do older databases that were put back. If no item is missing, "
    "remove them with 'casevault doctor --remove-unreferenced'."
)


HALF_WRITTEN = ("vault.json.part", "vault.json.travel.part")
PICTURES = {
    "ocr": (
        "scans",
        "installed: what is written on scans and photos is read, in Russian and English",
        "nothing that is written on scans and photos is read, searched for or found; every page of them waits for a "
        "person, and none leaves by 'redact file'",
    ),
    "faces": (
        "faces",
        "installed: faces are looked for on scans and photos",
        "no face is proposed; every page of pixels waits for a person, and none leaves by 'redact file'",
    ),
    "heic": (
        "HEIC",
        "installed: photos of iPhones are read",
        "photos of iPhones can be kept, but neither read nor handed on",
    ),
}
"""What each extra for pictures does: its subject, what is said where it is there, and where it is not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; `hint` says what to do where something is wrong."""

    level: Level
    subject: str
    message: str
    hint: str = ""


def examine(
    vault: UnlockedVault, *, read_data: bool = False, remove_unreferenced: bool = False,
    progress: Progress | None = None,
) -> Iterator[Finding]:  # fmt: skip
    """Everything, in order: older copies, databases, log, rows against the log, objects, leftovers, where the vault
    lies, this machine. An older copy that was opened for this alone is not written to.

    What is damaged is reported, not raised: a log that can't be written, too, as no content is given out here.
    Whole stored files that no item names are deleted only where somebody says so (`remove_unreferenced`): older
    databases that were put back fit each other, and do not know of what was added since.
    """
    with contextlib.ExitStack() as logged:
        try:
            if vault.rollback is None:
                logged.enter_context(vault.access("vault.doctor", None))
        except (Damaged, LogUnavailable) as error:
            yield _broken("audit log", error)
        yield from _everything(vault, read_data=read_data, remove_unreferenced=remove_unreferenced, progress=progress)
        try:
            logged.close()
        except (Damaged, LogUnavailable) as error:
            yield _broken("audit log", error)


def _everything(
    vault: UnlockedVault, *, read_data: bool, remove_unreferenced: bool, progress: Progress | None
) -> Iterator[Finding]:
    from vault.usecases import doctor_place

    sound = True
    for subject, steps in (
        ("older copies", doctor_place.older_copies(vault)), ("catalogue", _databases(vault)),
        ("audit log", _log(vault)), ("catalogue against log", _rows(vault)),
    ):  # fmt: skip
        for finding in _reported(subject, steps):
            sound = sound and finding.level != "damaged"
            yield finding
    yield from _reported("keys", _renewal(vault))
    yield from _reported("stored files", _objects(vault, read_data=read_data, progress=progress))
    if vault.rollback is None:
        if sound:
            yield from _reported("leftovers", _shredded(vault))
        yield from _reported("leftovers", _leftovers(vault, sound=sound, remove=remove_unreferenced))
    yield from doctor_place.surroundings(vault)
    yield from machine()


def _reported(subject: str, steps: Iterator[Finding]) -> Iterator[Finding]:
    """The findings of one step; the damage that ends it is one more."""
    try:
        yield from steps
    except Damaged as error:
        yield _broken(subject, error)


def _broken(subject: str, error: CasevaultError) -> Finding:
    return Finding(
        "damaged", subject, error.message, "Restore the vault from a backup; what can be read still can be."
    )


def _databases(vault: UnlockedVault) -> Iterator[Finding]:
    errors = vault.catalogue.page_errors()
    for error in errors:
        yield Finding("damaged", "catalogue", error, _RESTORE)
    if not errors:
        yield Finding("ok", "catalogue", "every page is authentic and the structure is whole")


def _log(vault: UnlockedVault) -> Iterator[Finding]:
    report = vault.log.verify()
    for problem in report.problems:
        yield Finding("damaged", "audit log", problem, "Tell your auditor; do not delete or replace the log.")
    if report.ok:
        yield Finding("ok", "audit log", f"{report.size} entries, each under the signed head")


def _rows(vault: UnlockedVault) -> Iterator[Finding]:
    found = rowcheck.all_problems(vault)
    for problem in found:
        yield Finding(
            "damaged", "catalogue against log", problem,
            "An older state may have been put back: compare with a backup before you rely on this row.",
        )  # fmt: skip
    if not found:
        yield Finding("ok", "catalogue against log", "every row is in the state that was logged last")


def _renewal(vault: UnlockedVault) -> Iterator[Finding]:
    """A renewal of all keys that was stopped: whole, but of no use before it has come to its end."""
    states = rotation_state.read(vault.catalogue)
    if states:
        done, count = sum(one.step == "done" for one in states.values()), vault.catalogue.count(Case)
        yield Finding(
            "warning", "keys", f"a renewal of all keys was stopped: {done} of {count} cases have their new one",
            "Go on with it: casevault key rotate --deep. Until then the old secrets open the vault, and these too.",
        )  # fmt: skip


def _objects(vault: UnlockedVault, *, read_data: bool, progress: Progress | None) -> Iterator[Finding]:
    checked = broken = 0
    for item in list(vault.catalogue.all(Evidence)):
        problem = _problem(vault, item, read_data=read_data, progress=progress)
        checked += 1
        if problem:
            broken += 1
            yield Finding("damaged", item.id, problem, "Add the original again, or restore this file from a backup.")
    if not broken:
        how = "read whole and found as added" if read_data else "in place with the right size"
        yield Finding("ok", "stored files", f"{checked} {how}")


def _problem(vault: UnlockedVault, item: Evidence, *, read_data: bool, progress: Progress | None) -> str | None:
    if read_data:
        return items.problem_of(vault, item, progress)
    try:
        size = vault.objects.path(item.object).stat().st_size
    except (OSError, CasevaultError):
        return "its stored file is missing or can't be read"
    return None if size == item.stored_size else "its stored file has another size than was recorded"


def _shredded(vault: UnlockedVault) -> Iterator[Finding]:
    """What a `case shred` that was stopped had still to clean."""
    if not shredding.unfinished(vault):
        return
    try:
        clean = shredding.finish(vault).clean
    except (Busy, StorageFailed):
        clean = False
    if clean:
        yield Finding("repaired", "leftovers", "what a stopped 'case shred' had left was removed")
    else:
        yield Finding(
            "warning", "leftovers", "a 'case shred' has left something that can't be removed now",
            "Run doctor again when no other command is at work, with as much free space as catalog.db is large.",
        )  # fmt: skip


def _leftovers(vault: UnlockedVault, *, sound: bool, remove: bool) -> Iterator[Finding]:
    """Half-written objects go. Whole ones that no row names go if `remove` says so and the databases are `sound`:
    else a row may be what is missing. What is not ours is only named."""
    kept = 0
    try:
        with locks.exclusive(vault.folder):
            removed = _remove_half_written(vault)
            if sound and remove:
                removed += _remove_unreferenced(vault)
            else:
                kept = sum(not vault.catalogue.refers_to(name) for name in vault.objects.names())
            strange = sum(1 for _ in vault.objects.strays())
    except Busy:
        yield Finding("warning", "leftovers", "not looked for: another command is writing", "Run doctor again later.")
        return
    if removed:
        yield Finding("repaired", "leftovers", f"{removed} half-written or unreferenced files removed")
    if strange:
        yield Finding(
            "warning", "stored files", f"{strange} files in the vault's folder are not Casevault's",
            "Move them out of the vault's folder.",
        )  # fmt: skip
    if kept:
        yield Finding(
            "warning", "stored files", f"{kept} belong to no item; kept, as rows may be missing",
            _UNREFERENCED if sound else _RESTORE,
        )  # fmt: skip
    if not removed and not strange and not kept:
        yield Finding("ok", "leftovers", "none")


def _remove_half_written(vault: UnlockedVault) -> int:
    removed = 0
    for path in list(vault.objects.strays()):
        if path.suffix == ".part" and path.is_file():
            path.unlink(missing_ok=True)
            removed += 1
    vault.objects.fix_times()
    for name in HALF_WRITTEN:
        if (vault.folder / name).exists():
            (vault.folder / name).unlink(missing_ok=True)
            removed += 1
    return removed


def _remove_unreferenced(vault: UnlockedVault) -> int:
    removed = 0
    # Asked again one by one under the exclusive lock: a row may have been committed since the listing began.
    for name in list(vault.objects.names()):
        if not vault.catalogue.refers_to(name):
            vault.objects.remove(name)
            removed += 1
    return removed


def machine() -> Iterator[Finding]:
    """What this machine does and does not protect: the jail, the extras, disk encryption, swap, free space."""
    for feature in jail.jail_report().features:
        level: Level = "ok" if feature.state == "works" else "warning"
        yield Finding(level, f"jail: {feature.feature}", f"{feature.state}: {feature.detail}")
    absent = extras.missing_packages("models")
    if absent:
        yield Finding("warning", "models", f"not installed ({', '.join(absent)}): {models.ABSENT}", models.HINT)
    else:
        yield Finding("ok", "models", "installed: names that nobody listed are looked for by models too")
    for extra, (subject, there, without) in PICTURES.items():
        if gone := extras.missing_packages(extra):
            message = f"not installed ({', '.join(gone)}): {without}"
            yield Finding("warning", subject, message, f"Install the extra casevault[{extra}].")
        else:
            yield Finding("ok", subject, there)
    for warning in system.warnings():
        yield Finding("warning", warning.subject, warning.message, warning.hint)
