"""Old pages of both databases put back in any combination, to turn a person's protection off again.

A mix that brings back the old signed head with all that it signs is an older copy of the whole vault: what this
device remembers tells that.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import vaults

from vault.crypto import slots
from vault.crypto.keys import VaultKeys
from vault.errors import CasevaultError, Damaged, Rollback
from vault.session import remembered
from vault.usecases import cases, headers, items, opening, people, recipients, redacting, rowcheck
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import UnlockedVault

PAGE = 4096
NAMES = ("catalog.db", "audit.db")


def pages(folder: Path, name: str) -> list[bytes]:
    data = (folder / name).read_bytes()
    return [data[start : start + PAGE] for start in range(0, len(data), PAGE)]


@pytest.fixture(autouse=True)
def _own_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "device"))


def test_no_mix_of_old_pages_gets_past_a_plan(tmp_path: Path) -> None:
    folder = tmp_path / "v"
    with vaults.new_vault(folder) as vault:
        case = cases.new(vault, "Case").id
        person = people.add(vault, case, [NewPerson("Пётр Сидоров", "witness", keep="agreed")])[0]
        vaults.add_text(vault, case, "Пётр Сидоров was there.")
        redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
    old = {name: pages(folder, name) for name in NAMES}
    with opening.open_vault(folder, vaults.CODE) as vault:
        people.change(vault, person.id, keep=None)
    new = {name: pages(folder, name) for name in NAMES}
    changed = [
        (name, number)
        for name in NAMES
        for number, (before, after) in enumerate(zip(old[name], new[name], strict=False))
        if before != after
    ]
    memory, newest = remembered_file().read_bytes(), remembered_file()
    catalogue = [place for place in changed if place[0] == "catalog.db"]
    log = [place for place in changed if place[0] == "audit.db"]
    assert catalogue
    assert log
    ends: Counter[str] = Counter()
    for size in range(len(log) + 1):
        for some in itertools.combinations(log, size):
            for name in NAMES:
                put_back = {number for at, number in [*catalogue, *some] if at == name}
                mixed = [old[name][n] if n in put_back else page for n, page in enumerate(new[name])]
                (folder / name).write_bytes(b"".join(mixed))
                for ending in ("-wal", "-shm"):
                    (folder / (name + ending)).unlink(missing_ok=True)
            newest.write_bytes(memory)  # a mix that opens may have been written to
            ends[_plans(folder, case)] += 1
    assert ends["planned"] == 0
    assert ends["older"]
    assert ends["refused"]


def _plans(folder: Path, case: str) -> str:
    try:
        with opening.open_vault(folder, vaults.CODE) as vault:
            redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
    except Rollback:
        return "older"
    except CasevaultError:
        return "refused"
    return "planned"


def remembered_file() -> Path:
    """What this device remembers of the one vault that it has seen."""
    (path,) = [path for path in remembered.folder().iterdir() if path.name.startswith("V-")]
    return path


# ---- everything that is not the newest is told -------------------------------------------------------------------


def logical(vault: UnlockedVault) -> list[object]:
    """All that both databases hold, by table; what is only how they are laid out is left out."""
    found: list[object] = []
    for db in (vault.catalogue.db, vault.log._db):
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        for table in tables:
            if not table.startswith(("search_", "sqlite_")) or table == "search_rows":
                found.append((table, sorted(map(repr, db.execute(f"SELECT * FROM {table}")))))
    return found


def noticed(vault: UnlockedVault) -> bool:
    """Whether `doctor` calls anything of the vault's data damaged."""
    if vault.rollback is not None or vault.catalogue.page_errors() or not vault.log.verify().ok:
        return True
    try:
        return bool(rowcheck.all_problems(vault))
    except Damaged:
        return True


@dataclass
class Lab:
    """A vault, the bytes of its files before and after some work, and what this device remembers of it."""

    folder: Path
    old: dict[str, bytes]
    new: dict[str, bytes]
    memory: bytes
    truth: list[object]

    def trial(self, files: dict[str, bytes]) -> str:
        """Put these files in place: whether that is `refused`, `noticed`, `equal` to the newest, or `missed`."""
        for name in (*NAMES, "vault.json"):
            (self.folder / name).write_bytes(files.get(name, self.new[name]))
            for ending in ("-wal", "-shm"):
                (self.folder / (name + ending)).unlink(missing_ok=True)
        remembered_file().write_bytes(self.memory)
        try:
            found = opening.unlock(self.folder, vaults.CODE)
            vault = opening.opened(self.folder, found, report_rollback=True)
        except CasevaultError:
            return "refused"
        with vault:
            if noticed(vault):
                return "noticed"
            # What the opening itself may have written is not what was put back.
            return "equal" if logical(vault) == self.truth else "missed"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    folder = tmp_path / "v"
    with vaults.new_vault(folder) as vault:
        case = cases.new(vault, "Case").id
        person = people.add(vault, case, [NewPerson("Пётр Сидоров", "witness", keep="agreed")])[0]
        item = vaults.add_text(vault, case, "Пётр Сидоров was there.")
        lawyer = recipients.add(vault, "lawyer", "Lawyer")
        redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
    old = {name: (folder / name).read_bytes() for name in (*NAMES, "vault.json")}
    found = opening.unlock(folder, vaults.CODE)
    with opening.opened(folder, found) as vault:
        people.change(vault, person.id, keep=None)
        items.remove(vault, item.id)
        vaults.add_text(vault, case, "Another document.")
        recipients.remove(vault, lawyer.id)
        more = headers.record_of(slots.make(slots.RecoveryCode(bytes(32)), found.root))
        headers.change(vault, VaultKeys.derive(found.root), "key.add", lambda before: (*before, more))
    new = {name: (folder / name).read_bytes() for name in (*NAMES, "vault.json")}
    made = Lab(folder, old, new, b"", [])
    made.memory = remembered_file().read_bytes()
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert not noticed(vault)
        made.truth = logical(vault)
    assert made.trial({}) == "equal"
    return made


def mixed(lab: Lab, places: Iterable[tuple[str, int]]) -> dict[str, bytes]:
    """The newest files with these pages as they were."""
    files = {name: bytearray(lab.new[name]) for name in NAMES}
    for name, number in places:
        start = number * PAGE
        files[name][start : start + PAGE] = lab.old[name][start : start + PAGE]
    return {name: bytes(data) for name, data in files.items()}


def test_older_files_in_any_mix_are_noticed(lab: Lab) -> None:
    names = (*NAMES, "vault.json")
    for size in range(1, len(names) + 1):
        for some in itertools.combinations(names, size):
            assert lab.trial({name: lab.old[name] for name in some}) in ("noticed", "refused"), some


def test_older_pages_in_any_mix_are_noticed_or_change_nothing(lab: Lab) -> None:
    changed = [
        (name, number)
        for name in NAMES
        for number in range(min(len(lab.old[name]), len(lab.new[name])) // PAGE)
        if lab.old[name][number * PAGE :][:PAGE] != lab.new[name][number * PAGE :][:PAGE]
    ]
    assert {name for name, _ in changed} == set(NAMES)
    chosen = [(place,) for place in changed]
    chance = random.Random(6)
    chosen += [tuple(chance.sample(changed, chance.randint(2, len(changed)))) for _ in range(60)]
    chosen += [tuple(place for place in changed if place[0] == name) for name in NAMES]
    results = Counter(lab.trial(mixed(lab, some)) for some in chosen)
    assert results["missed"] == 0, results
    assert results["noticed"] + results["refused"] > len(chosen) / 2
