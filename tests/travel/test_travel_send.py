"""The laptop without a vault: one sealed file, read back before it counts, and the way back from it."""

from __future__ import annotations

import io
import resource
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import vaults
from cli_tools import Scratch, new_scratch, run
from journeys import opened_age, trustee

from vault.crypto import age
from vault.errors import Busy, Damaged, OutputExists, Usage, WrongSecret
from vault.model.records import Evidence
from vault.store import backup_notes, output
from vault.usecases import cases, opening, recipients, travel_send
from vault.usecases.unlocked import UnlockedVault

SECRET_TITLE = "Дело об исчезнувшем архиве"


def quiet(_: int) -> None:
    pass


def never(words: str) -> None:
    raise AssertionError("a file sealed to a key has no words")


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return new_scratch(tmp_path)


def test_send_receive_restore(scratch: Scratch) -> None:
    case = scratch.case(SECRET_TITLE)
    scratch.add(case, "in/note.txt", "Свидетельница Громова видела всё.".encode())
    plan = scratch.json("travel", "send", "--out", "v.age", "--words-file", "w", "--dry-run")["travel"]
    assert plan["dry_run"] is True
    assert not (scratch.folder / "v.age").exists()
    assert scratch.run("travel", "send", "--out", "v.age").code == 2  # nowhere to put the words
    assert scratch.run("travel", "send", "--out", "v.age", "--words-file", "v.age").code == 2
    sent = scratch.json("travel", "send", "--out", "v.age", "--words-file", "w")["travel"]
    assert set(sent) == {"path", "sha256", "size"}
    sealed = (scratch.folder / "v.age").read_bytes()
    assert len(sealed) == sent["size"]
    assert (scratch.folder / "w").stat().st_mode & 0o777 == 0o600
    for told in (SECRET_TITLE.encode(), "Громова".encode(), b"vault.json", b"casevault"):
        assert told not in sealed
    assert sorted(path.name for path in scratch.folder.iterdir()) == ["in", "recovery.txt", "v.age", "vault", "w"]
    words = (scratch.folder / "w").read_text().strip()
    assert opened_age(sealed, age.ScryptIdentity(words)).startswith(b"casevault-backup.json\0")  # as stock age does
    got = scratch.folder / "back.casevault-backup"
    done = run("travel", "receive", scratch.folder / "v.age", "--words-file", scratch.folder / "w", "--out", got)
    assert done.code == 0, done.err
    back = scratch.folder / "back"
    done = run("backup", "restore", got, "--out", back, "--recovery-file", scratch.sheet)
    assert done.code == 0, done.err
    found = run("case", "list", "--vault", back, "--recovery-file", scratch.sheet)
    assert SECRET_TITLE in found.out
    altered = bytearray(sealed)
    altered[len(altered) // 2] ^= 1
    (scratch.folder / "altered.age").write_bytes(altered)
    for name, given, code in (("altered.age", "w", 13), ("v.age", "recovery.txt", 12)):
        done = run("travel", "receive", scratch.folder / name, "--words-file", scratch.folder / given, "--out",
                   scratch.folder / "no.casevault-backup")  # fmt: skip
        assert done.code == code
        assert not (scratch.folder / "no.casevault-backup").exists()


def test_the_vault_goes_only_when_its_id_is_typed(scratch: Scratch) -> None:
    import json

    vault_id = json.loads((scratch.vault / "vault.json").read_bytes())["vault"]
    words = ("travel", "send", "--words-file", "w", "--remove-vault", "--out", "v.age")
    for wrong in ((), ("--confirm", "V-000000000000")):
        assert scratch.run(*words, *wrong).code == 2
        assert scratch.vault.exists()
        assert not (scratch.folder / "v.age").exists()
    before = (scratch.vault / "vault.json").read_bytes()
    with (scratch.vault / "vault.json").open("rb") as held:
        done = scratch.json(*words, "--confirm", vault_id)["travel"]
        assert held.read() != before
    assert done["removed"] == {"vault": vault_id, "device_secrets": 0, "left": []}
    assert not scratch.vault.exists()
    assert sorted(path.name for path in scratch.folder.iterdir()) == ["recovery.txt", "v.age", "w"]
    got = scratch.folder / "b.casevault-backup"
    assert (
        run("travel", "receive", scratch.folder / "v.age", "--words-file", scratch.folder / "w", "--out", got).code
        == 0
    )
    assert run("backup", "restore", got, "--out", scratch.vault, "--recovery-file", scratch.sheet).code == 0
    assert scratch.run("status").code == 0


def test_sealed_to_a_key(vault: UnlockedVault, tmp_path: Path) -> None:
    cases.new(vault, SECRET_TITLE)
    someone, out = trustee(vault, "Хранитель", role="other"), tmp_path / "v.age"
    sent = travel_send.send(vault, someone.id, out, never, quiet)
    assert sent.words is None
    assert backup_notes.all_notes(vault.catalogue) == []  # what was made on the way is no backup that is there
    travel_send.receive(out, [someone.identity], tmp_path / "b", quiet)
    with pytest.raises(WrongSecret):
        travel_send.receive(out, [age.HybridIdentity.generate()], tmp_path / "c", quiet)
    with pytest.raises(OutputExists):
        travel_send.receive(out, [someone.identity], tmp_path / "b", quiet)
    actions = [(entry.action, entry.outcome) for entry in vault.log.entries() if entry.action == "travel.send"]
    assert actions == [("travel.send", None), ("travel.send", "ok")]
    classic = recipients.add(
        vault, "other", "Старый ключ", age_key=age.X25519Identity.generate().recipient().to_string()
    )
    with pytest.raises(Usage, match="no post-quantum age key"):
        travel_send.check(vault, classic.id, tmp_path / "x.age", remove=False)


def test_a_disk_that_gives_back_something_else(
    vault: UnlockedVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on the disk is read again; nothing that differs counts, and nothing of it stays."""
    real = travel_send._read_back

    def rotten(path: Path, *rest: object) -> str:
        with path.open("r+b") as file:
            file.seek(-10, io.SEEK_END)
            byte = file.read(1)
            file.seek(-10, io.SEEK_END)
            file.write(bytes([byte[0] ^ 1]))
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(travel_send, "_read_back", rotten)
    kept: list[str] = []
    with pytest.raises(Damaged):
        travel_send.send(vault, None, tmp_path / "v.age", kept.append, quiet)
    assert kept == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vault"]


def test_words_that_can_not_be_kept_leave_no_file(vault: UnlockedVault, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("there already")

    def keep(words: str) -> None:
        with output.new_file(tmp_path / "words") as file:
            file.write(words.encode())

    with pytest.raises(OutputExists):
        travel_send.send(vault, None, tmp_path / "v.age", keep, quiet)
    assert not (tmp_path / "v.age").exists()


def test_memory_stays_bounded(vault: UnlockedVault, tmp_path: Path) -> None:
    case = cases.new(vault, SECRET_TITLE)
    vaults.add_bytes(vault, case, bytes(96 << 20), "film.bin")
    someone = trustee(vault, "Хранитель")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    travel_send.send(vault, someone.id, tmp_path / "v.age", never, quiet)
    travel_send.receive(tmp_path / "v.age", [someone.identity], tmp_path / "b", quiet)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 << 10


def test_a_vault_that_only_this_computer_opens_is_not_removed(
    vault: UnlockedVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from vault.formats.header import SlotRecord

    (slot,) = vault.header.slots
    vault.header = replace(vault.header, slots=(SlotRecord({**slot.members, "kind": "passphrase+device"}),))
    with pytest.raises(Usage, match="without this computer"):
        travel_send.check(vault, None, tmp_path / "v.age", remove=True)
    travel_send.check(vault, None, tmp_path / "v.age", remove=False)


def test_another_process_keeps_the_vault_from_being_removed(vault: UnlockedVault, tmp_path: Path) -> None:
    sent = travel_send.send(vault, None, tmp_path / "v.age", lambda _: None, quiet)
    with pytest.raises(Busy):
        travel_send.remove(vault.folder, sent.snapshot, [])
    opening.open_vault(vault.folder, vaults.CODE).close()


def test_what_was_written_after_the_snapshot_is_not_deleted(vault: UnlockedVault, tmp_path: Path) -> None:
    """Another terminal adds the only copy of something while the words are written down."""
    case = cases.new(vault, SECRET_TITLE)
    vaults.add_bytes(vault, case, b"before")

    def keep(_: str) -> None:
        with opening.open_vault(vault.folder, vaults.CODE) as other:
            vaults.add_bytes(other, case, b"the only copy")

    sent = travel_send.send(vault, None, tmp_path / "v.age", keep, quiet)
    vault.close()
    with pytest.raises(Busy, match="was written to the vault after it was sealed"):
        travel_send.remove(vault.folder, sent.snapshot, [])
    with opening.open_vault(vault.folder, vaults.CODE) as again:
        assert again.catalogue.count(Evidence) == 2
        sent = travel_send.send(again, None, tmp_path / "w.age", lambda _: None, quiet)
    travel_send.remove(vault.folder, sent.snapshot, [])
    assert not vault.folder.exists()


def test_an_older_state_that_was_put_back_is_not_deleted(vault: UnlockedVault, tmp_path: Path) -> None:
    vault.close()
    shutil.copytree(vault.folder, tmp_path / "older")
    with opening.open_vault(vault.folder, vaults.CODE) as newer:
        cases.new(newer, SECRET_TITLE)
        sent = travel_send.send(newer, None, tmp_path / "v.age", lambda _: None, quiet)
    with pytest.raises(Damaged, match="not the one that was sealed"):
        travel_send.remove(tmp_path / "older", sent.snapshot, [])
    assert (tmp_path / "older" / "vault.json").exists()


def test_nothing_is_left_beside_the_file_when_it_is_stopped(vault: UnlockedVault, tmp_path: Path) -> None:
    cases.new(vault, SECRET_TITLE)
    vaults.add_bytes(vault, cases.new(vault, "Второе"), bytes(4 << 20))
    calls = 0

    def stopped_at(number: int) -> Callable[[object], None]:
        def act(_: object) -> None:
            nonlocal calls
            calls += 1
            if calls == number:
                raise KeyboardInterrupt

        return act

    travel_send.send(vault, None, tmp_path / "whole", (count := stopped_at(0)), count)
    (tmp_path / "whole").unlink()
    steps = calls
    assert steps > 8
    # Early, in the middle of each part, and at the very end.
    for number in sorted({1, 2, steps, *range(1, steps + 1, max(1, steps // 10))}):
        calls = 0
        with pytest.raises(KeyboardInterrupt):
            travel_send.send(vault, None, tmp_path / "v.age", (stop := stopped_at(number)), stop)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["vault"]
