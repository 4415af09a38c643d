"""What somebody does who has the laptop, all keys in it, and this program's source: write another log over the old.

Nothing here is clumsy: entries are numbered anew, the tree, the counters, the head and the maps are made to fit, and
what is kept beside the log and would contradict goes. Only what the laptop does not hold can't be made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.audit.lab import Laptop
from vault.audit import casemap, entries, heads, seal_keys, seals
from vault.audit.seal_keys import SealKey
from vault.crypto import age, merkle, signing
from vault.formats import audit_export, canonical
from vault.model.events import CaseHead
from vault.model.records import RecipientRecord
from vault.store import auditdb
from vault.usecases import depositing
from vault.usecases.unlocked import UnlockedVault

Parts = tuple[bytes, bytes]
Change = Callable[[list[Parts]], list[Parts]]
TIP = "chain"
"""The file in the vault's folder with the hash chain that somebody might keep in place of a tree."""


def load(part: bytes) -> dict[str, Any]:
    """One part of an entry as JSON."""
    found: dict[str, Any] = canonical.load(part, "an entry", limit=entries.MAX_PART_BYTES)
    return found


def rewrite(laptop: Laptop, change: Change, key_file: bytes | None = None) -> None:
    """Replace the log by what `change` makes of its entries; with an older seal key, seal again from there on."""
    with laptop.open() as vault:
        parts = change(list(vault.log.stored()))
        held = _held(laptop, vault, key_file)
        rows, counters, frontier = _rows(vault, parts, held)
        signer = signing.Signer(vault.keys.audit_signing)
        head = heads.sign(signer, vault.log.key, len(rows), merkle.fold(frontier))
        db = auditdb.connect(laptop.vault / "audit.db", vault.keys.audit)
        with auditdb.transaction(db):
            for table in ("entries", "places", "counters"):
                db.execute(f"DELETE FROM {table}")
            db.execute("DELETE FROM kept WHERE kind IN ('cosigned', 'stamp') AND size > 0")
            auditdb.write_counters(db, counters)
            auditdb.write_entries(db, rows)
            auditdb.write_head(db, head)
        db.close()
    extend_chain(laptop, anew=True)


def _held(laptop: Laptop, vault: UnlockedVault, key_file: bytes | None) -> SealKey | None:
    """The seal key that the attacker has: the device's, or one that was put aside."""
    current = laptop.seal_key().read_bytes()
    if key_file is not None:
        laptop.seal_key().write_bytes(key_file)
    held = seal_keys.read(vault.log.key.name, vault.keys.seals)
    laptop.seal_key().write_bytes(current)
    return held


def _rows(
    vault: UnlockedVault, parts: list[Parts], held: SealKey | None
) -> tuple[list[auditdb.EntryRow], dict[str, CaseHead], list[bytes]]:
    rows: list[auditdb.EntryRow] = []
    counters: dict[str, CaseHead] = {}
    frontier: list[bytes] = []
    trees = casemap.CaseTrees()
    for seq, (case_part, log_part) in enumerate(parts):
        in_case, in_log = load(case_part), load(log_part)
        in_log["seq"] = seq
        case = in_case.get("case")
        if case is not None:
            in_case["n"] = counters[case].n + 1 if case in counters else 1
        root = merkle.fold(frontier)
        if in_case["action"] == "audit.seal" and held is not None and in_case["count"] >= held.epoch:
            in_case["digest"] = _seal(vault, held, in_case["count"], seq, root)
        if in_case["action"] == "audit.map":
            salt = casemap.salt(vault.keys.audit_map, seq, root)
            in_case["digest"] = casemap.CaseMap.build(trees.state(), salt).root.hex()
        case_bytes, log_bytes = canonical.dump(in_case), canonical.dump(in_log)
        leaf = entries.leaf(case_bytes, log_bytes)
        trees.add(case, leaf)
        if case is not None:
            counters[case] = CaseHead(in_case["n"], leaf)
        rows.append((seq, case, case_bytes, log_bytes, b"".join(merkle.push(frontier, seq, leaf))))
    return rows, counters, frontier


def _seal(vault: UnlockedVault, held: SealKey, epoch: int, size: int, root: bytes) -> str:
    key = held.key
    for _ in range(held.epoch, epoch):
        key = seals.next_key(key)
    log, chain = vault.log.key.name, held.statement["chain"]
    return seals.mac(key, log=log, chain=chain, epoch=epoch, size=size, root=root).hex()


def altered(at: int) -> Change:
    """Two entries, an intent and its outcome, tell of something harmless."""

    def change(parts: list[Parts]) -> list[Parts]:
        for seq in (at, at + 1):
            members = load(parts[seq][0])
            members["action"] = "evidence.list"
            members.pop("purpose", None)
            parts[seq] = canonical.dump(members), parts[seq][1]
        return parts

    return change


def without(at: int) -> Change:
    """Two entries are gone."""
    return lambda parts: parts[:at] + parts[at + 2 :]


def cut(size: int) -> Change:
    """Only the first ones stay."""
    return lambda parts: parts[:size]


def bare_export(laptop: Laptop, out: Path) -> Path:
    """An export of the log as it is: unlike the program's own it adds no entry to it."""
    with laptop.open() as vault:
        record = vault.catalogue.require(RecipientRecord, laptop.auditor)
        size = vault.log.head().size
        front = depositing._front(vault, record, signing.parse_cosigner(record.verifier), size)
        with out.open("xb") as file:
            sealer = age.Encryptor(file, [age.parse_recipient(record.age_key)])
            for piece in audit_export.pack(front, vault.log.stored(0, size)):
                sealer.write(piece)
            sealer.close()
    return out


def chained(parts: list[Parts]) -> str:
    """The end of a hash chain over all entries."""
    tip = b""
    for case_part, log_part in parts:
        tip = hashlib.sha256(tip + entries.leaf(case_part, log_part)).digest()
    return tip.hex()


def extend_chain(laptop: Laptop, *, anew: bool = False) -> bool:
    """Keep the hash chain up to now; False if what it covered before is no longer what it was. It lies where the log
    does, so whoever writes another log writes the chain to it: `anew`."""
    path = laptop.vault / TIP
    with laptop.open() as vault:
        parts = list(vault.log.stored())
    good = True
    if path.exists() and not anew:
        size, tip = path.read_text().split()
        good = chained(parts[: int(size)]) == tip and int(size) <= len(parts)
    path.write_text(f"{len(parts)} {chained(parts)}")
    return good
