"""Key slots of a vault: added, changed, removed; the last that works stays; nothing else of the vault is touched."""

from __future__ import annotations

import gc
import json
import sys
import warnings
from pathlib import Path

import pytest
import vaults
from secret_service import SecretService, running

from vault.crypto import age, kdf, keys, slots
from vault.crypto.kdf import Argon2Parameters
from vault.errors import Busy, Locked, NotAllowed, NotFound, StorageFailed, Usage, WrongSecret
from vault.formats.header import SlotRecord
from vault.session import device_secret
from vault.store import header_file, slot_notes
from vault.usecases import cases, headers, key_slots, locked, opening, recipients
from vault.usecases.unlocked import UnlockedVault

COST = {"memory_kib": kdf.MIN_MEMORY_KIB, "passes": kdf.MIN_PASSES, "lanes": 1}
"""Of slots that no test opens: what counts is that they are there."""
PASSPHRASE = "велосипед у старой мельницы 47"
linux = pytest.mark.skipif(sys.platform != "linux", reason="a Secret Service is a thing of Linux")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vaults.new_vault(tmp_path / "vault").close()
    return tmp_path / "vault"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> SecretService:
    with running(tmp_path_factory.mktemp("keyring")) as found:
        yield found


@pytest.fixture
def keyring(service: SecretService, monkeypatch: pytest.MonkeyPatch) -> SecretService:
    """A real gnome-keyring, unlocked. The backend that `keyring` itself would be told to use is none."""
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return service


def rooted(folder: Path, secret: slots.Secret = vaults.CODE) -> tuple[UnlockedVault, bytes]:
    found = opening.unlock(folder, secret)
    return opening.opened(folder, found), found.root


def kinds(vault: UnlockedVault) -> list[tuple[str, bool]]:
    return [(one.kind, one.works) for one in key_slots.listing(vault, ask=False)]


def test_slots_come_and_go_and_the_log_tells(folder: Path) -> None:
    vault, root = rooted(folder)
    with vault:
        identity = age.HybridIdentity.generate()
        text = identity.recipient().to_string()
        slot, texts = slots.make_shares(2, 3, root)
        trustees = key_slots.add(vault, root, slot, "Тётя Валя и соседи")
        escrow = key_slots.add(vault, root, key_slots.recipient_slot(root, text), "Бюро", text)
        assert (trustees.need, trustees.count, trustees.label) == (2, 3, "Тётя Валя и соседи")
        assert (escrow.recipient, escrow.works, escrow.need) == (text, True, 0)
        assert kinds(vault) == [("recovery", True), ("shares", True), ("recipient", True)]
    # What stands outside the encrypted catalogue names nobody.
    header = (folder / "vault.json").read_text()
    assert not any(word in header for word in ("Валя", "Бюро", "\\u", text[:40], "age1"))
    for secret in (slots.Shares(tuple(texts[1:])), slots.Identities((identity,))):
        opening.open_vault(folder, secret).close()
    vault, root = rooted(folder, slots.Shares(tuple(texts[:2])))
    with vault:
        old = vault.header.slots[0].members["id"]
        gone = key_slots.remove(vault, root, old.lower(), ask=False)
        assert (gone.slot.id, gone.secret_left) == (old, False)
        key_slots.remove(vault, root, trustees.id, ask=False)
        assert set(slot_notes.all(vault.catalogue)) == {escrow.id}
        with pytest.raises(NotFound, match=trustees.id):
            key_slots.remove(vault, root, trustees.id, ask=False)
        entries = [entry for entry in vault.log.entries() if entry.action.startswith("key.")]
        done = [(entry.action, entry.outcome) for entry in entries if entry.phase == "outcome"]
        assert done == [("key.add", "ok")] * 2 + [("key.remove", "ok")] * 2
        assert entries[-2].digest == headers.digest_of(header_file.read(folder))
    for secret in (vaults.CODE, slots.Shares(tuple(texts[:2]))):
        with pytest.raises(WrongSecret):
            opening.open_vault(folder, secret)
    opening.open_vault(folder, slots.Identities((identity,))).close()


def test_another_passphrase_reads_and_writes_no_object(folder: Path) -> None:
    """So that it takes as long with 100 GB as with nothing: what is opened meanwhile is header, catalogue and log."""
    vault, root = rooted(folder)
    with vault:
        case = cases.new(vault, "Дело")
        for number in range(3):
            vaults.add_bytes(vault, case, bytes([number]) * 70_000)
        made = key_slots.add(vault, root, slots.Slot("S-444444", slots.PASSPHRASE, dict(COST)), "мой")
        opened: list[str] = []
        _listeners.append(opened)
        try:
            changed = key_slots.change(vault, root, made.id, PASSPHRASE, ask=False)
        finally:
            _listeners.clear()
        assert changed == made
        assert any(path.endswith("vault.json.part") for path in opened)
        assert not [path for path in opened if "objects" in path]
    slot = headers.slot_of(header_file.read(folder).slots[1])
    assert (slot.id, slot.fields["memory_kib"]) == (made.id, Argon2Parameters().memory_kib)


_listeners: list[list[str]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _listeners:
        _listeners[0].append(str(arguments[0]))


sys.addaudithook(_hear)


def test_only_a_passphrase_can_be_changed(folder: Path) -> None:
    vault, root = rooted(folder)
    with vault, pytest.raises(Usage, match="only a passphrase"):
        key_slots.change(vault, root, vault.header.slots[0].members["id"], PASSPHRASE, ask=False)


@linux
def test_the_last_slot_that_works_here_stays(folder: Path, keyring: SecretService) -> None:
    vault, root = rooted(folder)
    with vault:
        secret = kdf.random_key()
        device = slots.Slot("S-111111", slots.DEVICE, dict(COST))
        key_slots.add(vault, root, device, ask=False)
        unknown = SlotRecord({"id": "S-000000", "kind": "hardware-key", "key": "AAAA"})
        headers.change(vault, keys.VaultKeys.derive(root), "key.add", lambda old: (*old, unknown))
        assert kinds(vault) == [("recovery", True), ("passphrase+device", False), ("hardware-key", False)]
        code = vault.header.slots[0].members["id"]
        with pytest.raises(Usage, match="the last key slot that works"):
            key_slots.remove(vault, root, code, ask=False)
        # With its secret on this computer, the device slot works, and what no program here opens may go.
        device_secret.store(vault.header.vault, device.id, secret, ask=False)
        key_slots.remove(vault, root, code, ask=False)
        key_slots.remove(vault, root, "S-000000", ask=False)
        with pytest.raises(Usage, match="the last key slot that works"):
            key_slots.remove(vault, root, device.id, ask=False)
    found = locked.device_secrets(locked.peek(folder), ask=False)
    assert found == {device.id: secret}
    assert [entry["username"] for entry in keyring.entries()] == [f"{vault.header.vault}/{device.id}"]
    assert device_secret.delete(vault.header.vault, device.id, ask=False)
    assert not device_secret.delete(vault.header.vault, device.id, ask=False)
    assert device_secret.read(vault.header.vault, device.id, ask=False) is None


@linux
def test_a_keyring_that_is_locked_damaged_silent_or_missing(
    keyring: SecretService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    device_secret.store("V-1", "S-1", bytes(range(32)), ask=False)
    assert device_secret.read("V-1", "S-1") == bytes(range(32))
    import secretstorage

    bus = secretstorage.dbus_init()
    (item,) = [one for one in secretstorage.get_default_collection(bus).get_all_items()
               if one.get_attributes()["username"] == "V-1/S-1"]  # fmt: skip
    item.set_secret(b"not what we wrote")
    bus.close()
    with pytest.raises(Locked, match="damaged"):
        device_secret.read("V-1", "S-1")
    keyring.lock()
    try:
        # There is no window here to unlock it in: that is told at once, and does not wait for ever.
        for ask in (False, True):
            with pytest.raises(Locked, match="is locked") as caught:
                device_secret.read("V-1", "S-1", ask=ask, wait=10)
            assert caught.value.kind == device_secret.LOCKED
            with pytest.raises(StorageFailed, match="is locked"):
                device_secret.store("V-1", "S-2", bytes(32), ask=ask, wait=10)
        # The library `keyring` leaves its connection open where the collection is locked.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    finally:
        keyring.unlock()
    device_secret.delete("V-1", "S-1", ask=False)
    silent = tmp_path / "silent"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(silent))
        listening.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={silent}")
        with pytest.raises(Locked):
            device_secret.read("V-1", "S-1", wait=0.5)
    for address in (f"unix:path={tmp_path}/nothing", "unix:path=/dev/null", "nonsense"):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with pytest.raises(Locked, match="no keyring") as caught:
            device_secret.read("V-1", "S-1", wait=10)
        assert caught.value.kind == device_secret.MISSING
        with pytest.raises(StorageFailed):
            device_secret.check()


def test_without_its_keyring_a_plain_passphrase_is_still_tried(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={folder}/nothing")
    device = slots.Slot("S-111111", slots.DEVICE, {})
    plain = slots.Slot("S-222222", slots.PASSPHRASE, {})
    assert locked.device_secrets(locked.LockedVault("V-1", 1, (device, plain)), ask=False) == {}
    with pytest.raises(Locked):
        locked.device_secrets(locked.LockedVault("V-1", 1, (device,)), ask=False)


def test_a_header_that_cant_be_written_leaves_no_slot(folder: Path) -> None:
    vault, root = rooted(folder)
    (folder / "vault.json.part").mkdir()
    with vault:
        with pytest.raises(StorageFailed):
            key_slots.add(vault, root, slots.make_shares(1, 2, root)[0], "Анна")
        assert slot_notes.all(vault.catalogue) == {}
        (folder / "vault.json.part").rmdir()
        assert kinds(vault) == [("recovery", True)]
    with rooted(folder)[0] as first, rooted(folder)[0] as second:
        key_slots.add(first, root, slots.make_shares(1, 2, root)[0])
        with pytest.raises(Busy):
            key_slots.add(second, root, slots.make_shares(1, 2, root)[0])


def test_more_passphrases_than_can_be_tried_are_refused(folder: Path) -> None:
    """Each could be opened alone, but the header would be refused as a whole when a passphrase is given."""
    vault, root = rooted(folder)
    with vault:
        slot = slots.Slot("S-222222", slots.PASSPHRASE, dict(COST))
        costly = slots.Slot("S-333333", slots.DEVICE, {**COST, "memory_kib": kdf.MAX_MEMORY_KIB, "passes": 16})
        key_slots.add(vault, root, costly)
        with pytest.raises(Usage, match="too many slots with a passphrase"):
            key_slots.add(vault, root, slot)


def test_whose_key_may_open_everything(folder: Path) -> None:
    vault, root = rooted(folder)
    key = age.HybridIdentity.generate().recipient().to_string()
    with vault:
        lawyer = recipients.add(vault, "lawyer", "Анна Мельник", age_key=key)
        with pytest.raises(NotAllowed, match="not there to open the whole vault"):
            key_slots.holder(lawyer)
        with pytest.raises(Usage, match="no age key"):
            key_slots.holder(recipients.add(vault, "trustee", "Олег Ткач"))
        assert key_slots.holder(recipients.add(vault, "trustee", "Бюро", age_key=key)).age_key == key
    for wrong in (age.X25519Identity.generate().recipient().to_string(), key[:-1], "", json.dumps(key)):
        with pytest.raises(Usage):
            key_slots.recipient_slot(root, wrong)
