"""`casevault key rotate`, with and without --deep, as its users call it."""

from __future__ import annotations

import threading
from pathlib import Path

import cli_tools
import pytest
import vaults
from secret_service import running

from vault.crypto import age, recovery, slots
from vault.crypto.kdf import Argon2Parameters
from vault.session import device_secret
from vault.store import slot_notes
from vault.usecases import cases, key_slots, opening, rotating, rotation_slots, travel, travel_header
from vault.usecases.travel_shares import Order


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with vaults.new_vault(tmp_path / "vault") as vault:
        cases.new(vault, "Дело")
    (tmp_path / "code").write_text(recovery.encode(vaults.CODE.secret))
    return tmp_path / "vault"


def _run(folder: Path, sheet: str, *words: str) -> cli_tools.Done:
    at = folder.parent
    return cli_tools.run("--vault", folder, "--recovery-file", at / sheet, "--no-input", "--json", *words, cwd=at)


def test_rotate_and_rotate_deep(folder: Path) -> None:
    at = folder.parent
    first = _run(folder, "code", "key", "rotate", "--recovery-out", "one.txt").json
    assert [one["kind"] for one in first["slots"]] == ["recovery"]
    assert first["dropped"] == []
    assert first["deep"] is False
    assert _run(folder, "code", "status").error["kind"] == "wrong-secret"
    objects = sorted(path.name for path in (folder / "objects").rglob("*.age"))
    second = _run(folder, "one.txt", "key", "rotate", "--deep", "--recovery-out", "two.txt")
    assert (second.json["deep"], second.json["cases"], second.json["items"]) == (True, 1, 0)
    assert "fingerprint, for your auditors" in second.err or second.json["fingerprint"]
    assert objects == sorted(path.name for path in (folder / "objects").rglob("*.age"))
    assert _run(folder, "one.txt", "status").error["kind"] == "wrong-secret"
    assert _run(folder, "two.txt", "doctor", "--read-data").code == 0
    # What can't be done is refused before anything is written.
    for words in (
        ("--recovery-out", "three.txt", "--no-recovery"), ("--no-recovery",), (), ("--new-passphrase",),
        ("--recovery-out", "two.txt"),
    ):  # fmt: skip
        assert _run(folder, "two.txt", "key", "rotate", *words).code == 2, words
    assert not (at / "three.txt").exists()
    assert _run(folder, "two.txt", "status").code == 0


def test_shares_are_dropped_only_when_that_is_said(folder: Path) -> None:
    holder = age.HybridIdentity.generate()
    found = opening.unlock(folder, vaults.CODE)
    with opening.opened(folder, found) as vault:
        slot, texts = slots.make_shares(2, 3, found.root)
        key_slots.add(vault, found.root, slot, "Trustees")
        key = holder.recipient().to_string()
        key_slots.add(vault, found.root, key_slots.recipient_slot(found.root, key), "Organisation", key)
    refused = _run(folder, "code", "key", "rotate", "--deep", "--recovery-out", "new.txt")
    assert (refused.code, "can't be made anew" in refused.error["message"]) == (2, True)
    assert not (folder.parent / "new.txt").exists()
    opening.unlock(folder, slots.Shares(tuple(texts[:2])))
    done = _run(folder, "code", "key", "rotate", "--deep", "--recovery-out", "new.txt", "--drop").json
    assert [one["kind"] for one in done["slots"]] == ["recovery", "recipient"]
    assert [one["id"] for one in done["dropped"]] == [slot.id]
    now = opening.unlock(folder, slots.Identities((holder,)))
    assert now.root != found.root
    with opening.opened(folder, now) as vault:
        notes = slot_notes.all(vault.catalogue)
        assert {note.label for note in notes.values()} <= {"Organisation", ""}
        assert notes[now.slot].recipient == key


def test_a_passphrase_gets_a_new_salt_and_the_device_a_new_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap, phrase = Argon2Parameters(256 * 1024, 3, 1), "a phrase of some words"
    with running(tmp_path / "keyring") as service, vaults.new_vault(tmp_path / "vault") as vault:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        root, vault_id = opening.unlock(vault.folder, vaults.CODE).root, vault.header.vault
        secret = bytes(range(32))
        old = slots.make_device(phrase, secret, root, cheap)
        device_secret.store(vault_id, old.id, secret)
        key_slots.add(vault, root, old)
        found = opening.unlock(vault.folder, slots.Passphrase(phrase, {old.id: secret}))
        given = rotation_slots.Given(phrase, None)
        plan = rotation_slots.plan(vault.header.slots, {}, found.slot, given)
        assert ([one.members["kind"] for one in plan.again], len(plan.removed)) == (["passphrase+device"], 1)
        (made,) = rotating.renew(vault, root, rotation_slots.Maker(vault_id, plan, given, {}, cost=cheap))
        assert made.members["salt"] != old.fields["salt"]
        assert device_secret.read(vault_id, old.id) is None
        fresh = device_secret.read(vault_id, made.members["id"])
        assert fresh not in (None, secret)
        assert [one.outcome for one in vault.log.entries(action="key.rotate")] == [None, "ok"]
        now = slots.Passphrase(phrase, {made.members["id"]: fresh or b""})
        assert opening.unlock(vault.folder, now).root == root


def test_what_lies_ready_for_a_journey_is_not_dropped_unsaid(folder: Path) -> None:
    found = opening.unlock(folder, vaults.CODE)
    with opening.opened(folder, found) as vault:
        travel.prepare(vault, found.root, Order((), 3, 2), None, lambda _, text: None)
    at = folder.parent

    def rotate(old: str, new: str) -> str:
        words = ("key", "rotate", "--deep", "--recovery-out", new)
        return cli_tools.run("--vault", folder, "--recovery-file", at / old, "--no-input", *words, cwd=at).err

    told = rotate("code", "one.txt")
    before, _, after = told.partition("Nothing lies ready for a journey any more")
    assert "goes with the old keys" in before
    assert before.count("casevault travel prepare") == after.count("casevault travel prepare") == 1
    assert not (folder / travel_header.NAME).exists()
    assert "journey" not in rotate("one.txt", "two.txt")


def test_two_renewals_at_once_give_the_vault_one_set_of_keys(folder: Path) -> None:
    at, ends = folder.parent, dict[str, cli_tools.Done]()

    def rotate(name: str) -> None:
        ends[name] = _run(folder, "code", "key", "rotate", "--deep", "--recovery-out", name)

    threads = [threading.Thread(target=rotate, args=(f"{number}.txt",)) for number in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    (won,) = [name for name, end in ends.items() if end.code == 0]
    for name, end in ends.items():
        # Whoever comes second finds the old keys gone: while it waited, or before it asked.
        assert name == won or end.error["kind"] in ("busy", "wrong-secret"), end.err
        assert (at / name).exists() == (name == won)
    assert _run(folder, won, "doctor", "--read-data").code == 0
    assert _run(folder, "code", "status").error["kind"] == "wrong-secret"
