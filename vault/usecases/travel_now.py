"""`travel now`: the prepared header into place, everything local destroyed, no key, no question, in an instant.

Nothing here loads a database or a cipher. It can't be logged, as nobody here has a key then: the next opening notes
that a prepared header is in place, and logs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vault.errors import Damaged, Usage
from vault.session import travel_state
from vault.store import header_file
from vault.usecases import travel_header, travel_local, travel_look
from vault.usecases.travel_local import Forgotten
from vault.usecases.travel_look import Seen

NONE_READY = "no header for travel was prepared: nothing was done"
PREPARE = "Prepare before the journey: casevault travel prepare --trustees R,R --need 2 --out DIR"


@dataclass(frozen=True, slots=True)
class Closed:
    """What was done. `already`: the vault was closed before, and this finished what was left over."""

    vault: str
    already: bool
    overwritten: bool
    forgotten: Forgotten
    seen: tuple[Seen, ...]


def check(folder: Path) -> bool:
    """Whether a header lies ready; False if the vault is closed already. Raises Usage if there is none, NoVault,
    Damaged, NewerFormat."""
    ready = travel_header.read(folder)
    if ready is not None:
        return True
    there = header_file.read(folder)
    if not travel_header.closed(there):
        raise Usage(NONE_READY, hint=PREPARE)
    return False


def close(folder: Path) -> Closed:
    """Close the vault. Raises as `check` does, StorageFailed; until the one rename the vault opens as before."""
    ready = travel_header.read(folder)
    if ready is None:
        check(folder)
        there = header_file.read(folder)
        return _finished(folder, there.vault, already=True, overwritten=True)
    before = travel_header.before(folder)
    if before is not None and before.vault != ready.vault:
        raise Damaged("the header for travel (vault.json.travel) is of another vault; nothing was done")
    if before is not None:
        travel_state.put_pending(before.vault, travel_header.device_slots(before))
    overwritten = travel_header.swap(folder)
    return _finished(folder, ready.vault, already=False, overwritten=overwritten)


def _finished(folder: Path, vault_id: str, *, already: bool, overwritten: bool) -> Closed:
    forgotten = travel_local.forget(folder, vault_id)
    seen = (*travel_look.slots_left(folder), *travel_look.open_elsewhere(folder), *travel_look.keyring_left(vault_id))
    return Closed(vault_id, already, overwritten, forgotten, seen)
