"""Old pages of both databases put back in any combination, to turn a person's protection off again.

A mix that brings back the old signed head with all that it signs is an older copy of the whole vault: only a head
remembered elsewhere can tell that, so such a mix is left out here.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import vaults

from vault.errors import CasevaultError
from vault.usecases import cases, opening, people, redacting
from vault.usecases.people import NewPerson

PAGE = 4096
NAMES = ("catalog.db", "audit.db")


def pages(folder: Path, name: str) -> list[bytes]:
    data = (folder / name).read_bytes()
    return [data[start : start + PAGE] for start in range(0, len(data), PAGE)]


def test_no_mix_of_old_pages_gets_past_a_plan(tmp_path: Path) -> None:
    folder = tmp_path / "v"
    with vaults.new_vault(folder) as vault:
        case = cases.new(vault, "Case").id
        person = people.add(vault, case, [NewPerson("Пётр Сидоров", "witness", keep="agreed")])[0]
        vaults.add_text(vault, case, "Пётр Сидоров was there.")
        redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
        size_before = vault.log.head().size
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
    catalogue = [place for place in changed if place[0] == "catalog.db"]
    log = [place for place in changed if place[0] == "audit.db"]
    assert catalogue
    assert log
    passed = 0
    for size in range(len(log) + 1):
        for some in itertools.combinations(log, size):
            for name in NAMES:
                put_back = {number for at, number in [*catalogue, *some] if at == name}
                mixed = [old[name][n] if n in put_back else page for n, page in enumerate(new[name])]
                (folder / name).write_bytes(b"".join(mixed))
                for ending in ("-wal", "-shm"):
                    (folder / (name + ending)).unlink(missing_ok=True)
            passed += _plans(folder, case, size_before)
    assert passed == 0


def _plans(folder: Path, case: str, size_before: int) -> bool:
    try:
        with opening.open_vault(folder, vaults.CODE) as vault:
            if vault.log.head().size == size_before:
                return False
            redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
    except CasevaultError:
        return False
    return True
