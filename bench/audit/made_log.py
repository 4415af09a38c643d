"""Makes a vault whose log has as many entries as are asked for, once, and keeps it in a folder.

    python -m bench.audit.made_log --dir FOLDER [--entries 1000000]

The entries are real ones, written by the log itself: days of work on 300 cases (reads, changes with their rows,
searches with each hit, plans, bundles), a seal for each day, and from time to time a map of the cases. Only the
clock is the script's own, and the disk is not waited for while the log is made.

    FOLDER/vault        opens with FOLDER/code
    FOLDER/auditor      the identity file of the auditor, whose id as a recipient is in FOLDER/made.json
    FOLDER/state        what the program keeps on this device: the key of the seals
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.audit.hand import Hand, clock_of
from vault.audit import casemap
from vault.audit.log import AuditLog
from vault.crypto import recovery, slots
from vault.model.events import Disclosure, Event, RowState
from vault.model.ids import new_id
from vault.model.records import RecipientRecord
from vault.store import auditdb
from vault.usecases import keygen, opening, recipients, sealing
from vault.usecases.unlocked import UnlockedVault

CASES = 300
DAYS = 900
MAPS = 12
START = 1_709_280_000  # a Friday in March 2024
MORNING, EVENING = 8 * 3600, 19 * 3600


@dataclass(frozen=True)
class Made:
    """A folder with a made log."""

    folder: Path
    entries: int
    recipient: str

    @property
    def vault(self) -> Path:
        return self.folder / "vault"

    @property
    def auditor(self) -> Path:
        return self.folder / "auditor"

    @property
    def database(self) -> Path:
        return self.vault / "audit.db"

    def open(self) -> UnlockedVault:
        """The vault, with the state folder of its device."""
        use_state(self.folder)
        return opening.open_vault(self.vault, slots.RecoveryCode.parse((self.folder / "code").read_text().strip()))


def use_state(folder: Path) -> None:
    """Have the program remember things in this folder and nowhere else."""
    os.environ["XDG_STATE_HOME"] = str(folder / "state")


def find(folder: Path) -> Made:
    """What was made there. Ends the program where there is nothing."""
    try:
        made = json.loads((folder / "made.json").read_text())
    except FileNotFoundError:
        raise SystemExit(f"there is no log: python -m bench.audit.made_log --dir {folder}") from None
    return Made(folder, made["entries"], made["recipient"])


def make(folder: Path, entries: int, seed: int = 1) -> Made:
    """A vault with that many entries and a little more: a day's work is never cut."""
    if (folder / "made.json").exists():
        return find(folder)
    folder.mkdir(parents=True, exist_ok=True)
    use_state(folder)
    hand = Hand(START)
    with clock_of(hand):
        code = slots.RecoveryCode(recovery.generate())
        (folder / "code").write_text(recovery.encode(code.secret) + "\n")
        opening.create(folder / "vault", [code])
        with opening.open_vault(folder / "vault", code) as vault:
            public = keygen.make(folder / "auditor")
            auditor = recipients.add(vault, "auditor", "Auditor", "", public.age, public.verifier)
        log = _log_under(hand, vault)
        _fill(_with_log(vault, log), hand, Days(random.Random(seed), hand), entries)
        size = log.head().size
        log.close()
    (folder / "made.json").write_text(json.dumps({"entries": size, "recipient": auditor.id}) + "\n")
    return find(folder)


def _log_under(hand: Hand, vault: UnlockedVault) -> AuditLog:
    path, keys = vault.folder / "audit.db", vault.keys
    log = AuditLog.open(path, database_key=keys.audit, signing_seed=keys.audit_signing, clock=hand)
    log._db.execute("PRAGMA synchronous = OFF")
    return log


def _with_log(vault: UnlockedVault, log: AuditLog) -> UnlockedVault:
    return UnlockedVault(vault.folder, vault.header, vault.keys, vault.catalogue, log, vault.writer)


def _fill(vault: UnlockedVault, hand: Hand, days: Days, entries: int) -> None:
    log, writer = vault.log, vault.writer
    a_day, next_map = max(1, entries // DAYS), entries // MAPS
    size = log.head().size
    trees, mapped = casemap.CaseTrees(), 0
    while size < entries:
        hand.seconds = START + days.number * 86_400 + MORNING
        sealing.catch_up(vault)
        first = log.head().size
        while (size := log.head().size) - first < a_day and size < entries:
            hand.seconds += days.random.expovariate(1 / 20)
            log.append(days.some(), writer)
        days.number += 1
        if size >= next_map:
            mapped = _add_map(vault, trees, mapped)
            next_map += entries // MAPS
    log._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _add_map(vault: UnlockedVault, trees: casemap.CaseTrees, mapped: int) -> int:
    """Log the map of the cases, as an export does; gives back how many entries the trees have."""
    end = vault.log.head().size
    for first in range(mapped, end, 4096):
        for case, leaf in auditdb.read_leaves(vault.log._db, first, min(first + 4096, end)):
            trees.add(case, leaf)

    def event(size: int, root: bytes) -> Event:
        made = casemap.CaseMap.build(trees.state(), casemap.salt(vault.keys.audit_map, size, root))
        return Event("audit.map", "event", digest=made.root.hex(), outcome="ok")

    vault.log.append([event], vault.writer)
    return end


class Days:
    """Days of work: what a case manager does, as the events of it."""

    def __init__(self, chance: random.Random, hand: Hand) -> None:
        self.random = chance
        self.number = 0
        self.cases = [new_id("C") for _ in range(CASES)]
        self.recipients = [new_id("R") for _ in range(20)]
        self._hand = hand
        # A few cases are in use at a time, as in life.
        self._weights = [1 / (rank + 5) for rank in range(CASES)]
        self._kinds: list[tuple[float, Callable[[str], list[Event]]]] = [
            (0.15, self._look), (0.45, self._read), (0.18, self._change), (0.15, self._search), (0.05, self._review),
            (0.02, self._disclose),
        ]  # fmt: skip

    def some(self) -> list[Event]:
        """What is done in one go, on one case."""
        (case,) = self.random.choices(self.cases, self._weights)
        (does,) = self.random.choices([does for _, does in self._kinds], [weight for weight, _ in self._kinds])
        return [event for _ in range(self.random.randint(1, 6)) for event in does(case)]

    def _hex(self, size: int) -> str:
        return self.random.randbytes(size).hex()

    def _pair(self, action: str, case: str | None, rows: tuple[RowState, ...] = (), **more: object) -> list[Event]:
        op, thing = self._hex(8), self._hex(8)
        intent = Event(action, "intent", case=case, object=thing, op=op, rows=rows, **more)  # type: ignore[arg-type]
        size = self.random.randrange(10**7)
        return [intent, Event(action, "outcome", case=case, object=thing, op=op, outcome="ok", count=1, bytes=size)]

    def _look(self, case: str) -> list[Event]:
        return self._pair(self.random.choice(["case.show", "evidence.list", "bundle.list"]), case, purpose="review")

    def _read(self, case: str) -> list[Event]:
        return self._pair(self.random.choice(["evidence.show", "evidence.get", "evidence.view"]), case)

    def _change(self, case: str) -> list[Event]:
        many = self.random.choice([1, 1, 1, 3])
        rows = tuple(RowState("evidence", self._hex(8), self._hex(32)) for _ in range(many))
        return self._pair(self.random.choice(["evidence.add", "evidence.set", "redact.add"]), case, rows)

    def _search(self, case: str) -> list[Event]:
        hits = self.random.choices(self.cases, self._weights, k=self.random.randint(0, 8))
        found = [Event("search.hit", "event", case=hit, count=1, outcome="ok") for hit in hits]
        return [*self._pair("search", None, purpose="review"), *found]

    def _review(self, case: str) -> list[Event]:
        rows = (RowState("plans", self._hex(8), self._hex(32)),)
        return [*self._pair("redact.plan", case, rows), *self._pair("redact.show", case, rows)]

    def _disclose(self, case: str) -> list[Event]:
        given = Disclosure(self.random.choice(self.recipients), self._hex(32), "lawyer", "oral")
        rows = (RowState("bundles", self._hex(8), self._hex(32)),)
        return self._pair("bundle.create", case, rows, purpose="hearing", disclosure=given)


def auditor_of(vault: UnlockedVault, made: Made) -> RecipientRecord:
    """The auditor's record in the vault."""
    return vault.catalogue.require(RecipientRecord, made.recipient)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--entries", type=int, default=1_000_000)
    given = parser.parse_args()
    start = time.process_time()
    made = make(given.dir, given.entries)
    print(f"{made.entries:,} entries in {made.folder}; {time.process_time() - start:.0f} s of the processor")


if __name__ == "__main__":
    main()
