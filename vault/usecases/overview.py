"""What a vault holds and what in it needs attention, in a moment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vault.model.records import Case, Evidence
from vault.session import sync_folders
from vault.usecases import alarm_state, backups, log_state, models, originals, rollback, travel_return
from vault.usecases.backups import BackupState
from vault.usecases.log_state import LogState
from vault.usecases.originals import Lying
from vault.usecases.unlocked import UnlockedVault

# From the weakest: a passphrase that a person chose can be guessed, by a thief of the computer at least where its
# keyring opens with the login; 256 random bits can't: one sheet, one key file, or several people's sheets.
STRENGTH = ("passphrase", "passphrase+device", "recovery", "recipient", "shares")


@dataclass(frozen=True, slots=True)
class SlotInfo:
    """A key slot as it stands in the header."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Status:
    """`plaintext_count` counts, beside the plain copies that were found, older ones that were not looked for;
    `alarms` are the cases whose exports an alarm stops; `pending` counts items whose text was not read yet;
    `models` is whether names are looked for by models too; `cloud` is the folder that a cloud copies and that the
    vault lies in; `remembered` is whether this device notes how far it saw the vault, so that an older copy shows;
    `travel` is whether `travel now` would work, `travel_trouble` why not, where something lies ready."""

    id: str
    folder: Path
    format: int
    cases: int
    open_cases: int
    alarms: tuple[str, ...]
    items: int
    slots: tuple[SlotInfo, ...]
    weakest: SlotInfo | None
    plaintext: tuple[Lying, ...]
    plaintext_count: int
    backup: BackupState
    log: LogState
    pending: int
    models: bool
    cloud: Path | None
    remembered: bool
    travel: bool
    travel_trouble: str | None


def status(vault: UnlockedVault) -> Status:
    """Count, and look which plain copies still exist."""
    catalogue = vault.catalogue
    slots = tuple(SlotInfo(slot.members["id"], slot.members["kind"]) for slot in vault.header.slots)
    vault.note("vault.status")
    noted = catalogue.count_plaintext()
    plaintext = tuple(originals.still_there(vault))
    return Status(
        id=vault.header.vault,
        folder=vault.folder,
        format=vault.header.format,
        cases=catalogue.count(Case),
        open_cases=sum(catalogue.count(Case, status=one) for one in (alarm_state.OPEN, alarm_state.ALARM)),
        alarms=tuple(case.id for one in alarm_state.STATUSES for case in catalogue.all(Case, status=one)),
        items=catalogue.count(Evidence),
        slots=slots,
        weakest=min(slots, key=_strength, default=None),
        plaintext=plaintext,
        plaintext_count=len(plaintext) + max(0, noted - originals.MAX_CHECKED),
        backup=backups.read(vault),
        log=log_state.read(vault),
        pending=catalogue.count(Evidence, text_state="pending"),
        models=models.present(),
        cloud=sync_folders.containing(vault.folder),
        remembered=rollback.remember(vault),
        travel=travel_return.prepared(vault),
        travel_trouble=travel_return.trouble(vault),
    )


def _strength(slot: SlotInfo) -> int:
    return STRENGTH.index(slot.kind) if slot.kind in STRENGTH else len(STRENGTH)
