"""`travel now`: the prepared header into place, everything local destroyed, no key, no question, in an instant.

Nothing here loads a database or a cipher. It can't be logged, as nobody here has a key then: the next opening notes
that a prepared header is in place, and logs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.errors import Damaged, Usage
from vault.formats.header import Header
from vault.session import travel_state
from vault.store import header_file
from vault.usecases import headers, travel_header, travel_local, travel_look
from vault.usecases.travel_local import Forgotten
from vault.usecases.travel_look import Seen

NONE_READY = "nothing was prepared for travel, so nothing was done: the vault still opens as before"
UNCHECKED = (
    "Open the vault once, 'casevault status' is enough: if it is the right one, this computer notes it again. If you "
    "can't, and would rather lose the vault than leave it open: casevault travel now --yes --unchecked"
)
"""At a door nobody may be locked out of this command for ever; and nothing forged may be taken without a word."""
PREPARE = (
    "Now: casevault lock, and switch the computer off. Before a journey: casevault travel prepare --trustees R,R "
    "--need 2 --out DIR"
)


@dataclass(frozen=True, slots=True)
class Closed:
    """What was done. `already`: the vault was closed before, and this finished what was left over."""

    vault: str
    already: bool
    overwritten: bool
    forgotten: Forgotten
    seen: tuple[Seen, ...]


def check(folder: Path, *, unchecked: bool = False) -> bool:
    """Whether a header lies ready; False if the vault is closed already. Raises Usage if there is none, NoVault,
    NewerFormat, Damaged, also where this computer did not note that one (unless `unchecked`)."""
    ready = travel_header.read(folder)
    if ready is not None:
        _check_noted(folder, ready, unchecked=unchecked)
        return True
    there = header_file.read(folder)
    if not travel_header.closed(there):
        raise Usage(NONE_READY, hint=PREPARE)
    return False


def _check_noted(folder: Path, ready: Header, *, unchecked: bool) -> None:
    """Without a key its seal can't be checked: whoever may write to the folder could have made it, and with the real
    one gone nobody would open the vault again. So it must be one that was prepared on this computer."""
    before = travel_header.before(folder)
    if before is not None and before.vault != ready.vault:
        raise Damaged("the header for travel (vault.json.travel) is of another vault; nothing was done")
    if unchecked:
        return
    noted = travel_state.prepared(ready.vault)
    if not noted:
        raise Damaged(
            "this computer has no note that it prepared the header for travel (vault.json.travel); nothing was done",
            hint=UNCHECKED,
        )
    if headers.digest_of(ready) not in noted:
        raise Damaged(
            "the header for travel (vault.json.travel) is another one than was prepared; nothing was done",
            hint=UNCHECKED,
        )


def close(folder: Path, *, unchecked: bool = False) -> Closed:
    """Close the vault. Raises as `check` does, StorageFailed; until the one rename the vault opens as before."""
    ready = travel_header.read(folder)
    if ready is None:
        check(folder)
        there = header_file.read(folder)
        return _finished(folder, there, (), already=True, overwritten=True)
    _check_noted(folder, ready, unchecked=unchecked)
    before = travel_header.before(folder)
    devices = [] if before is None else travel_header.device_slots(before)
    travel_state.put_pending(ready.vault, devices)
    overwritten = travel_header.swap(folder)
    return _finished(folder, ready, devices, already=False, overwritten=overwritten)


def _finished(folder: Path, there: Header, devices: Sequence[str], *, already: bool, overwritten: bool) -> Closed:
    """What follows once the header is in its place: each part in its time, none of them held up by another."""
    vault_id = there.vault
    forgotten = travel_local.forget(folder, vault_id, devices)
    travel_state.forget_prepared(vault_id, [headers.digest_of(there)])
    seen = (
        *travel_look.slots_left(folder), *travel_look.open_elsewhere(folder),
        *travel_look.not_forgotten(folder, vault_id, forgotten),
    )  # fmt: skip
    return Closed(vault_id, already, overwritten, forgotten, seen)
