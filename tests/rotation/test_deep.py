"""New keys for everything: what was in the vault is in it, and nothing of before opens any of it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import rotated
import vaults

from vault.crypto import age, slots
from vault.crypto.keys import VaultKeys
from vault.errors import Busy, Damaged, WrongSecret
from vault.model.records import Case, Evidence
from vault.store import sqlcipher
from vault.usecases import (
    auditing,
    bundling,
    cases,
    doctor,
    headers,
    items,
    key_slots,
    opening,
    receiving,
    recipients,
    redacting,
    rotating,
    rowcheck,
)  # fmt: skip
from vault.usecases.keeper import OwnKeeper


def _identities(folder: Path) -> list[age.Identity]:
    with opening.open_vault(folder, vaults.CODE) as vault:
        return [vault.identity(case.id) for case in vault.catalogue.all(Case)]


def test_everything_is_there_and_nothing_of_before_opens_it(tmp_path: Path) -> None:
    made = rotated.build(tmp_path / "vault")
    old, identities = opening.unlock(made.folder, vaults.CODE), _identities(made.folder)
    before = {path.name for path in made.folder.rglob("*") if path.is_file()}
    done = rotated.rotate(made.folder)
    assert (done.cases, done.earlier, done.items) == (3, 0, len(made.items))
    rotated.check(made, rotated.NEW_CODE)
    _nothing_opens(made.folder, old, identities)
    after = {path.name for path in made.folder.rglob("*") if path.is_file()}
    assert {name for name in before if not name.endswith(".age")} == {n for n in after if not n.endswith(".age")}
    assert not {name for name in before & after if name.endswith(".age")}
    # And once more, from the new root key: the log has a second replacement.
    rotated.rotate(made.folder, rotated.NEW_CODE, vaults.CODE)
    rotated.check(made, vaults.CODE)
    with opening.open_vault(made.folder, vaults.CODE) as vault:
        assert len(vault.log.kept.successions()) == 2
        names = {one.object_id for one in auditing.show(vault, auditing.Wanted())}
        assert {made.lawyer, *made.items} <= names, "what the log said before can't be told any more"


def _nothing_opens(folder: Path, old: opening.Unlocked, identities: list[age.Identity]) -> None:
    """Neither the old secret, nor the old root key, nor an old case's key opens any file."""
    with pytest.raises(WrongSecret):
        opening.unlock(folder, vaults.CODE)
    with pytest.raises(Busy):
        opening.opened(folder, old)
    keys = VaultKeys.derive(old.root)
    for name in ("catalog.db", "audit.db"):
        for key in (keys.catalogue, keys.audit):
            with pytest.raises(Damaged):
                sqlcipher.connect(folder / name, key)
    with opening.open_vault(folder, rotated.NEW_CODE) as vault:
        with pytest.raises(Damaged):
            headers.check_mac(vault.header, keys)
        stored = [vault.objects.path(item.object) for item in vault.catalogue.all(Evidence)]
        with pytest.raises(Damaged):
            OwnKeeper(keys.case_wrap).keys("C-AAAAAAA", next(vault.catalogue.all(Case)).wrapped_key)
    for path in stored:
        with pytest.raises(WrongSecret):
            age.decrypt(io.BytesIO(path.read_bytes()), io.BytesIO(), identities)


def test_what_is_wrong_already_is_not_vouched_for_anew(tmp_path: Path) -> None:
    made = rotated.build(tmp_path / "vault")
    with opening.open_vault(made.folder, vaults.CODE) as vault:
        with vault.catalogue.transaction():
            vault.catalogue.db.execute("UPDATE people SET keep = 'x' WHERE role = 'witness'")
        path = vault.objects.path(next(vault.catalogue.all(Evidence, case_id=made.cases[1])).object)
    with pytest.raises(Damaged, match="logged last"):
        rotated.rotate(made.folder)
    with opening.open_vault(made.folder, vaults.CODE) as vault, vault.catalogue.transaction():
        vault.catalogue.db.execute("UPDATE people SET keep = NULL WHERE role = 'witness'")
    whole = path.read_bytes()
    path.write_bytes(whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:])
    with pytest.raises(Damaged, match="stored file"):
        rotated.rotate(made.folder)
    path.write_bytes(whole)
    rotated.check(made, vaults.CODE)  # one case has its new key, another not
    with opening.open_vault(made.folder, vaults.CODE) as vault:
        (told,) = [one for one in doctor.examine(vault) if one.subject == "keys"]
        assert (told.level, "1 of 3 cases" in told.message) == ("warning", True)
    assert rotated.rotate(made.folder).earlier == 1
    rotated.check(made, rotated.NEW_CODE)


def test_nobody_else_has_it_open(tmp_path: Path) -> None:
    made = rotated.build(tmp_path / "vault")
    found = opening.unlock(made.folder, vaults.CODE)
    with opening.opened(made.folder, found) as vault:
        maker = rotated.maker(vault)
        with pytest.raises(Busy):
            rotating.deep(made.folder, found, maker, wait=0.1)
        cases.new(vault, "Ещё одно")
    rotating.deep(made.folder, found, maker, wait=0.1)
    with opening.open_vault(made.folder, rotated.NEW_CODE) as vault:
        assert vault.catalogue.count(Case) == 4
        assert [one for one in doctor.examine(vault, read_data=True) if one.level == "damaged"] == []
        item = vaults.add_bytes(vault, made.cases[0], b"after")
        assert items.problem_of(vault, item) is None


def test_a_slot_that_came_while_the_questions_were_asked_is_not_dropped(tmp_path: Path) -> None:
    made = rotated.build(tmp_path / "vault")
    found = opening.unlock(made.folder, vaults.CODE)
    with opening.opened(made.folder, found) as vault:
        maker = rotated.maker(vault)
    with opening.opened(made.folder, found) as vault:
        slot, texts = slots.make_shares(2, 3, found.root)
        key_slots.add(vault, found.root, slot, "Trustees")
    with pytest.raises(Busy, match="key slots were changed"):
        rotating.deep(made.folder, found, maker, wait=0.1)
    rotated.check(made, vaults.CODE)
    now = opening.unlock(made.folder, slots.Shares(tuple(texts[:2])))
    with opening.opened(made.folder, now) as vault:
        assert rotating.begun(vault) == 0
        # The same with one that went.
        maker = rotated.maker(vault)
        key_slots.remove(vault, now.root, slot.id, ask=False)
    with pytest.raises(Busy, match="key slots were changed"):
        rotating.deep(made.folder, found, maker, wait=0.1)


def test_a_reviewed_plan_still_makes_a_bundle(tmp_path: Path) -> None:
    made = rotated.build(tmp_path / "vault")
    with opening.open_vault(made.folder, vaults.CODE) as vault:
        redacting.make(vault, made.cases[0], accept_weak_jail=vaults.WEAK_JAIL)
        vaults.accept_all(vault, made.cases[0])
    rotated.rotate(made.folder)
    identity, out = age.X25519Identity.generate(), tmp_path / "bundle.age"
    with opening.open_vault(made.folder, rotated.NEW_CODE) as vault:
        assert not redacting.show(vault, made.cases[0]).stale
        lawyer = recipients.add(vault, "lawyer", "Lawyer", age_key=identity.recipient().to_string())
        order = bundling.Order(lawyer.id, accept_weak_jail=vaults.WEAK_JAIL)
        bundle = bundling.create(vault, made.cases[0], order, out)
        assert rowcheck.all_problems(vault) == []
    received = receiving.verify(out, [identity], bundle.fingerprint)
    assert len(received.manifest.exhibits) == 3
