"""The header of an open vault: sealed with a key of the vault, changed as a whole; the log knows the newest one.

SQLCipher and the header's own MAC both take an older file for good. So the log's database keeps the digest of each
new header, and a header that is put back later is refused (`Kept.header`).
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vault.audit.kept import Kept, KeptHeader
from vault.crypto import kdf
from vault.crypto.keys import VaultKeys
from vault.errors import Busy, CasevaultError, Damaged, Rollback, Usage
from vault.formats.header import MAX_SLOTS, Header, SlotRecord
from vault.model.events import MAX_NUMBER, Event
from vault.store import header_file
from vault.usecases.unlocked import UnlockedVault

if TYPE_CHECKING:
    from vault.crypto import slots

AGAIN = "Look again, then repeat it."


def sealed(header: Header, keys: VaultKeys) -> Header:
    """The header with its MAC."""
    return header.with_mac(kdf.hmac_sha256(keys.header, header.authenticated_bytes()))


def check_mac(header: Header, keys: VaultKeys) -> None:
    """Raise Damaged if the header is not the one that was sealed with this root key."""
    if not kdf.same(sealed(header, keys).mac.encode(), header.mac.encode()):
        raise Damaged("the vault's header (vault.json) was altered: its seal does not fit")


def record_of(slot: slots.Slot) -> SlotRecord:
    """A slot as it stands in the header."""
    return SlotRecord({**slot.fields, "id": slot.id, "kind": slot.kind})


def slot_of(record: SlotRecord) -> slots.Slot:
    """The same, the other way."""
    from vault.crypto import slots  # not for a vault that is open already

    fields = {name: value for name, value in record.members.items() if name not in ("id", "kind")}
    return slots.Slot(record.members["id"], record.members["kind"], fields)


def digest_of(header: Header) -> str:
    """SHA-256 of the header's bytes, hex: what the log calls it."""
    return hashlib.sha256(header.dump()).hexdigest()


def first(kept: Kept, header: Header) -> None:
    """Note the header of a new vault, with the log's first entry."""
    kept.put_header(KeptHeader(0, digest_of(header), done=True))


def change(
    vault: UnlockedVault, keys: VaultKeys, action: str, new: Callable[[tuple[SlotRecord, ...]], Sequence[SlotRecord]]
) -> None:
    """Replace the key slots by what `new` makes of those that there are now. Logged as `action` with the new header's
    digest, written whole; `vault.header` is the new one afterwards.

    `keys` are the vault's own, of its root key. Raises Usage if no slot would be left or there would be too many,
    Busy if another command has changed the header since it was read, StorageFailed.
    """
    # The catalogue's write lock keeps two such changes apart.
    with vault.catalogue.transaction():
        before = header_file.read(vault.folder)
        if before != vault.header:
            raise Busy("the key slots were changed by another command in the meantime", hint=AGAIN)
        records = tuple(new(before.slots))
        if not records:
            raise Usage("the last key slot that works can't be removed: nothing would open the vault")
        if len(records) > MAX_SLOTS:
            raise Usage(f"a vault has at most {MAX_SLOTS} key slots")
        after = sealed(replace(before, slots=records), keys)
        noted = KeptHeader(_noted(vault, before).generation + 1, digest_of(after), done=False)
        op = secrets.token_hex(8)
        intent = Event(action, "intent", op=op, count=len(records), digest=noted.digest)
        vault.log.append([intent], vault.writer, lambda kept: kept.put_header(noted))
        try:
            # `travel now` has no key to take that lock with: what it closed must not be opened again by us.
            if header_file.read(vault.folder) != before:
                raise Busy("the key slots were changed by another command in the meantime", hint=AGAIN)
            header_file.write(vault.folder, after)
        except BaseException:
            # Either may be in place now: what is noted allows both.
            with contextlib.suppress(CasevaultError):
                there = header_file.read(vault.folder)
                failed = Event(action, "outcome", op=op, outcome="ok" if there == after else "failed")
                vault.log.append([failed], vault.writer)
            raise
        vault.header = after
        done = Event(action, "outcome", op=op, outcome="ok")
        vault.log.append([done], vault.writer, lambda kept: kept.put_header(replace(noted, done=True)))


def _noted(vault: UnlockedVault, header: Header) -> KeptHeader:
    """What is noted of the newest header; vaults of before noted none."""
    kept = vault.log.kept.headers()
    if not kept:
        first(vault.log.kept, header)
        return KeptHeader(0, digest_of(header), done=True)
    return kept[-1]


def settle(vault: UnlockedVault) -> None:
    """Find out what a process left that was stopped while it replaced the header, or the one that lies ready: of the
    two that it may be, the other one is an older one from now on. Raises Busy, StorageFailed, Damaged."""
    kept = vault.log.kept
    if not _open(kept.headers()) and not kept.prepared_before():
        return
    # Whoever is at it just now holds this lock.
    with vault.catalogue.transaction():
        noted = kept.headers()
        there = digest_of(header_file.read(vault.folder))
        if _open(noted) and there == noted[-1].digest:
            kept.put_header(replace(noted[-1], done=True))
        elif _open(noted) and there == noted[-2].digest:
            kept.put_header(KeptHeader(noted[-1].generation + 1, there, done=True))
        if before := kept.prepared_before():
            from vault.usecases import travel_header  # what only vaults need that are prepared for a journey

            ready = travel_header.read(vault.folder)
            if ready is not None and digest_of(ready) in (before, kept.prepared()):
                kept.settle_prepared(digest_of(ready))


def _open(noted: Sequence[KeptHeader]) -> bool:
    """Whether it is not known which of the last two headers is in place."""
    return len(noted) > 1 and not noted[-1].done


def check_newest(vault: UnlockedVault, *, accept_rollback: bool = False) -> None:
    """Raise Rollback if the header is one that was replaced since, unless that is accepted: then log it. Raises Busy
    if another command changes it at this moment."""
    kept = vault.log.kept
    digest, noted = digest_of(vault.header), kept.headers()
    # A process that stopped while it wrote may have left the one before.
    current = {one.digest for one in noted[-2 if _open(noted) else -1 :]} | {kept.prepared(), kept.prepared_before()}
    if digest in current or digest not in {one.digest for one in noted} | kept.replaced():
        return
    if header_file.read(vault.folder) != vault.header:
        raise Busy("the key slots were changed by another command in the meantime", hint=AGAIN)
    if not accept_rollback:
        raise Rollback(
            "the vault's header (vault.json) is an older one: key slots or trustees' shares that were replaced since "
            "may open it again"
        )
    generation = noted[-1].generation if noted else 0
    event = Event("vault.rollback", "event", count=min(generation, MAX_NUMBER), digest=digest, outcome="ok")
    accepted = KeptHeader(generation + 1, digest, done=True)
    vault.log.append([event], vault.writer, lambda all_: all_.put_header(accepted))
