"""A vault with several cases, shared and moved items, people, plans and recipients, to be given new keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import vaults

from vault.crypto import slots
from vault.model.records import Case, Evidence, PersonRecord
from vault.store import slot_notes
from vault.usecases import cases, items, opening, people, people_file, recipients, rotating, rotation_slots, searching
from vault.usecases.unlocked import UnlockedVault

NEW_CODE = slots.RecoveryCode(bytes(range(32, 64)))
LARGE = bytes(range(256)) * 1500


@dataclass
class Office:
    """The closed vault at `folder`: its cases, and for each item the SHA-256 of its bytes and the case it is in."""

    folder: Path
    cases: list[str] = field(default_factory=list)
    items: dict[str, tuple[str, str]] = field(default_factory=dict)
    lawyer: str = ""


def build(folder: Path) -> Office:
    """Make it."""
    with vaults.new_vault(folder) as vault:
        made = Office(folder, [cases.new(vault, title).id for title in ("Дело А", "Дело Б", "Дело В")])
        first, second, third = made.cases
        listed = '[{"name": "Иван Примеров", "role": "applicant"}, {"name": "Анна Образцова", "role": "witness"}]'
        people.add(vault, first, people_file.parse(listed.encode()))
        texts = [vaults.add_text(vault, first, f"Повестка номер {n} для Примерова", f"{n}.txt") for n in range(3)]
        large = vaults.add_bytes(vault, second, LARGE, "film.bin")
        shared = vaults.add_text(vault, second, "Справка о составе семьи Образцовой", "shared.txt")
        items.share(vault, shared.id, first)
        moved = items.move(vault, texts[2].id, third)
        made.lawyer = recipients.add(vault, "lawyer", "Пример Юрист", "", "", "").id
        for item in vault.catalogue.all(Evidence):
            made.items[item.id] = (item.sha256.hex(), str(item.case_id))
        assert {large.id, moved.id} < set(made.items)
    return made


def maker(vault: UnlockedVault, opened_by: str = "", code: slots.RecoveryCode = NEW_CODE) -> rotation_slots.Maker:
    """New slots from a new recovery code."""
    notes = slot_notes.all(vault.catalogue)
    given = rotation_slots.Given(code=code)
    plan = rotation_slots.plan(vault.header.slots, notes, opened_by, given)
    return rotation_slots.Maker(vault.header.vault, plan, given, notes)


def rotate(
    folder: Path, old: slots.RecoveryCode = vaults.CODE, new: slots.RecoveryCode = NEW_CODE, *,
    step: rotating.Step | None = None,
) -> rotating.Renewed:  # fmt: skip
    """Give the vault new keys, with a new recovery code."""
    found = opening.unlock(folder, old)
    with opening.opened(folder, found) as vault:
        made = maker(vault, code=new)
    return rotating.deep(folder, found, made, step=step, wait=1.0)


def check(made: Office, code: slots.RecoveryCode) -> None:
    """Every item byte for byte, every row in the state that was logged, nothing left over."""
    from vault.usecases import doctor

    with opening.open_vault(made.folder, code) as vault:
        there = {item.id: item for item in vault.catalogue.all(Evidence)}
        assert there.keys() == made.items.keys()
        for item_id, (sha256, case_id) in made.items.items():
            assert there[item_id].case_id == case_id
            digest = hashlib.sha256()
            with items.content(vault, there[item_id]) as chunks:
                for chunk in chunks:
                    digest.update(chunk)
            assert digest.hexdigest() == sha256
        found = [
            one for one in doctor.examine(vault, read_data=True)
            if one.subject in ("catalogue", "audit log", "catalogue against log", "stored files", "leftovers")
        ]  # fmt: skip
        assert [one for one in found if one.level == "damaged"] == []
        assert len(found) >= 5
        names = {item.object for item in there.values()}
        assert set(vault.objects.names()) == names
        assert vault.catalogue.count(Case) == len(made.cases)
        assert vault.catalogue.count(PersonRecord) == 2
        assert searching.find(vault, "повестка", case_id=made.cases[0])[1] == 2
