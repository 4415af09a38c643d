"""Backups that were damaged, forged, or are of another time: each fault is named, and all else is still checked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import rotated
import vaults
from backup_tools import everything, files, fill, object_path

from vault.crypto import slots
from vault.errors import CasevaultError, Damaged, NewerFormat, NotFound, OutputExists, Usage, WrongSecret
from vault.formats import backup_file, canonical
from vault.formats import backup_manifest as manifests
from vault.model.records import Evidence
from vault.usecases import backup, backup_check, backup_keys, backup_restore, opening
from vault.usecases.backup import Made
from vault.usecases.unlocked import UnlockedVault


class Backed:
    """A vault with a repository and a file of it, and what they hold."""

    def __init__(self, vault: UnlockedVault, folder: Path) -> None:
        self.vault, self.folder = vault, folder
        fill(vault, (100, 70_000, 200_000))
        self.items = list(vault.catalogue.all(Evidence))
        self.place, self.file = folder / "backups", folder / "all.casevault-backup"
        self.made: Made = backup.create(vault, self.place)
        backup.create(vault, self.file)

    def path(self, name: str) -> Path:
        return self.place / manifests.snapshot_path(self.made.id, name)

    def manifest(self) -> dict[str, object]:
        return dict(json.loads(self.path(manifests.MANIFEST).read_bytes()))

    def write(self, manifest: dict[str, object], *, seal: bool = False) -> None:
        """Put another manifest there, sealed as the vault itself would if it wrote such a one."""
        body = {name: value for name, value in manifest.items() if name != "mac"}
        if seal:
            key = backup_keys.kdf.hkdf(self.vault.keys.rows, backup_keys.LABEL)
            body["mac"] = backup_keys.kdf.hmac_sha256(key, canonical.dump(body)).hex()
        else:
            body["mac"] = manifest["mac"]
        self.path(manifests.MANIFEST).write_bytes(canonical.dump(body) + b"\n")

    def problems(self, secret: slots.Secret | None = vaults.CODE) -> set[str]:
        """The paths that a check names."""
        return {one.path for one in backup_check.verify(self.place, secret).problems}

    def refused(self) -> CasevaultError:
        """Why it is not restored; nothing is left of the attempt."""
        before = files(self.folder)
        with pytest.raises(CasevaultError) as raised:
            backup_restore.restore(self.place, self.folder / "out", vaults.CODE)
        assert files(self.folder) == before
        assert not (self.folder / "out").exists()
        return raised.value


@pytest.fixture
def backed(vault: UnlockedVault, tmp_path: Path) -> Backed:
    return Backed(vault, tmp_path)


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 0x10
    path.write_bytes(data)


def test_each_file_that_is_missing_or_altered_is_named(backed: Backed) -> None:
    """And each other one is still checked; with no key at all, and with one."""
    for name in sorted(files(backed.place) - {"vault.lock"}):
        path = backed.place / name
        whole = path.read_bytes()
        for secret in (None, vaults.CODE):
            flip(path, len(whole) // 2)
            if name.endswith(manifests.MANIFEST):
                # The only snapshot: there is nothing else to be checked.
                with pytest.raises(Damaged):
                    backup_check.verify(backed.place, secret)
            else:
                assert name in backed.problems(secret), name
            path.unlink()
            if not name.endswith(manifests.MANIFEST):
                assert name in backed.problems(secret), name
            path.write_bytes(whole)
    everything(backed.place)


def test_of_two_snapshots_the_whole_one_still_counts(backed: Backed, tmp_path: Path) -> None:
    second = backup.create(backed.vault, backed.place)
    (backed.place / manifests.snapshot_path(second.id, manifests.MANIFEST)).unlink()
    assert backed.problems() == {manifests.snapshot_path(second.id, manifests.MANIFEST)}
    everything(backed.place, backed.made.id)
    backup_restore.restore(backed.place, tmp_path / "out", vaults.CODE, snapshot=backed.made.id)


def test_a_forger_without_the_keys_is_found_with_them(backed: Backed) -> None:
    """Whoever alters a file and writes the hashes anew deceives a check without a secret, and says so does it."""
    item = backed.items[0]
    flip(object_path(backed.place, item.object), 5000)
    listed = backed.path(manifests.LIST)
    data = object_path(backed.place, item.object).read_bytes()
    lines = listed.read_text("ascii").splitlines(keepends=True)
    digest = sha256(data).hexdigest()
    listed.write_text("".join(digest + one[64:] if item.object in one else one for one in lines), "ascii")
    manifest = backed.manifest()
    for one in manifest["files"]:  # type: ignore[attr-defined]
        if one["name"] == manifests.LIST:
            one["sha256"] = sha256(listed.read_bytes()).hexdigest()
    backed.write(manifest)
    plain = backup_check.verify(backed.place)
    assert (plain.ok, plain.sealed) == (True, False)
    found = backup_check.verify(backed.place, vaults.CODE)
    assert any("seal" in one.message for one in found.problems)
    assert "seal" in str(backed.refused())
    # Even under the vault's own seal the item's file is not the one that its row means.
    backed.write(manifest, seal=True)
    found = backup_check.verify(backed.place, vaults.CODE)
    assert [one.path for one in found.problems] == [item.id]


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "up": lambda line: line.replace(b"objects/", b"../../x/")[:114],
    "absolute": lambda line: line[:66] + b"/tmp/aaaa" + line[75:],
    "another folder": lambda line: line[:74] + b"zz" + line[76:],
    "twice": lambda line: line + line,
    "cut": lambda line: line[:-1],
    "more": lambda line: line + b"x",
    "a link's name": lambda line: line[:-5] + b".lnk\n",
    "capitals": lambda line: line.upper(),
    "nul": lambda line: line[:80] + b"\0" + line[81:],
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_lists_name_nothing_outside(backed: Backed, hostile: str) -> None:
    """Also under a seal that fits: paths can't lead anywhere but to objects."""
    listed = backed.path(manifests.LIST)
    first, rest = listed.read_bytes()[:114], listed.read_bytes()[114:]
    listed.write_bytes(HOSTILE[hostile](first) + rest)
    manifest = backed.manifest()
    for one in manifest["files"]:  # type: ignore[attr-defined]
        if one["name"] == manifests.LIST:
            one |= {"sha256": sha256(listed.read_bytes()).hexdigest(), "size": listed.stat().st_size}
    backed.write(manifest, seal=True)
    assert not backup_check.verify(backed.place, vaults.CODE).ok
    assert not backup_check.verify(backed.place).ok
    assert isinstance(backed.refused(), Damaged)


def test_hostile_manifests(backed: Backed) -> None:
    whole = backed.manifest()
    evil: list[dict[str, object]] = [
        {**whole, "files": [*whole["files"], {"name": "../../x", "size": 1, "sha256": "0" * 64}]},  # type: ignore[misc]
        {**whole, "files": whole["files"][::-1]},  # type: ignore[index]
        {**whole, "files": []},
        {**whole, "id": "../../../x"},
        {**whole, "vault": "V-../x"},
        {**whole, "objects": {"count": -1, "size": 0}},
        {**whole, "objects": {"count": 2**52, "size": 0}},
        {**whole, "objects": {"count": True, "size": 0}},
        {**whole, "more": "x" * 100},
        {**whole, "log": []},
        {**whole, "made": "yesterday"},
        {**whole, "casevault": "bundle"},
    ]
    for one in evil:
        backed.write(one, seal=True)
        with pytest.raises(Damaged):
            backup_check.verify(backed.place, vaults.CODE)
        assert isinstance(backed.refused(), Damaged)
    for raw in (b"", b"[]\n", b"{" * 50_000 + b"\n", b"{}\n", b"x" * (manifests.MAX_MANIFEST + 10)):
        backed.path(manifests.MANIFEST).write_bytes(raw)
        with pytest.raises(Damaged):
            backup_check.verify(backed.place)
    backed.write({**whole, "v": 2}, seal=True)
    with pytest.raises(NewerFormat):
        backup_check.verify(backed.place)
    assert isinstance(backed.refused(), NewerFormat)
    backed.write({**whole, "v": 0}, seal=True)
    with pytest.raises(Damaged):
        backup_check.verify(backed.place)


def test_links_and_pipes_in_the_place_of_files(backed: Backed, tmp_path: Path) -> None:
    path = object_path(backed.place, backed.items[0].object)
    copy = tmp_path / "elsewhere"
    path.rename(copy)
    path.symlink_to(copy)
    name = path.relative_to(backed.place).as_posix()
    assert backed.problems() == {name}
    path.unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
        assert name in backed.problems()
        assert isinstance(backed.refused(), Damaged)
        path.unlink()
    path.mkdir()
    assert name in backed.problems()


def test_another_vaults_backup(backed: Backed, tmp_path: Path) -> None:
    other_code = slots.RecoveryCode(b"\7" * 32)
    opening.create(tmp_path / "other", [other_code])
    with pytest.raises(WrongSecret):
        backup_check.verify(backed.place, other_code)
    with pytest.raises(WrongSecret):
        backup_restore.restore(backed.place, tmp_path / "out", other_code)
    with opening.open_vault(tmp_path / "other", other_code) as other:
        theirs = backup.create(other, tmp_path / "theirs")
        with pytest.raises(Usage, match="another vault"):
            backup_check.verify(backed.place, vault=other)
    # A snapshot of another vault, moved in among the own ones.
    (tmp_path / "theirs" / "snapshots" / theirs.id).rename(backed.place / "snapshots" / theirs.id)
    found = backup_check.verify(backed.place, vaults.CODE, snapshot=backed.made.id)
    assert found.ok
    assert not backup_check.verify(backed.place).ok
    # Another vault's header in the place of the own one opens, and fits nothing.
    header = (tmp_path / "other" / "vault.json").read_bytes()
    backed.path(manifests.HEADER).write_bytes(header)
    found = backup_check.verify(backed.place, other_code, snapshot=backed.made.id)
    assert any("seal" in one.message for one in found.problems)
    with pytest.raises(Damaged):
        backup_restore.restore(backed.place, tmp_path / "out", other_code, snapshot=backed.made.id)


def test_nothing_is_restored_over_anything(backed: Backed, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for taken in (backed.vault.folder, tmp_path / "empty", backed.file):
        with pytest.raises(OutputExists):
            backup_restore.restore(backed.place, taken, vaults.CODE)
    with pytest.raises(Usage):
        backup_restore.restore(backed.place, backed.place / "out", vaults.CODE)
    with pytest.raises(Usage):
        backup_restore.restore(backed.place, backed.vault.folder / "out", vaults.CODE)
    with pytest.raises(NotFound):
        backup_restore.restore(tmp_path / "nowhere", tmp_path / "out", vaults.CODE)
    with pytest.raises(NotFound):
        backup_restore.restore(tmp_path / "empty", tmp_path / "out", vaults.CODE)
    with pytest.raises(NotFound):
        backup_restore.restore(backed.place, tmp_path / "out", vaults.CODE, snapshot="20200101T000000.000Z-00000000")
    assert not (tmp_path / "out").exists()


def test_all_else_is_restored_where_that_is_said(backed: Backed, tmp_path: Path) -> None:
    flip(object_path(backed.place, backed.items[1].object), 5000)
    object_path(backed.place, backed.items[2].object).unlink()
    assert isinstance(backed.refused(), Damaged)
    made = backup_restore.restore(backed.place, tmp_path / "out", vaults.CODE, partly=True)
    assert set(made.lost) == {backed.items[1].object, backed.items[2].object}
    assert {one.subject for one in made.findings} == {backed.items[1].id, backed.items[2].id}
    # What is not a stored file must be whole in any case.
    flip(backed.path(manifests.CATALOGUE), 9000)
    with pytest.raises(Damaged):
        backup_restore.restore(backed.place, tmp_path / "more", vaults.CODE, partly=True)
    assert not (tmp_path / "more").exists()


def test_a_file_that_is_cut_or_patched(backed: Backed, tmp_path: Path) -> None:
    whole = backed.file.read_bytes()
    for cut in (0, 100, 700, len(whole) // 2, len(whole) - 3000):
        backed.file.write_bytes(whole[:cut])
        with pytest.raises((Damaged, NotFound)):
            backup_check.verify(backed.file, vaults.CODE)
        with pytest.raises((Damaged, NotFound)):
            backup_restore.restore(backed.file, tmp_path / "out", vaults.CODE)
    for data in (whole[:-1], whole + b"x"):
        backed.file.write_bytes(data)
        assert [one.path for one in backup_check.verify(backed.file, vaults.CODE).problems] == [backed.file.name]
    assert not (tmp_path / "out").exists()
    # The header of one member is gone: everything else is still found and checked.
    names = sorted(item.object for item in backed.items)
    start = whole.index(manifests.object_path(names[1]).encode())
    backed.file.write_bytes(whole[:start] + bytes(100) + whole[start + 100 :])
    found = backup_check.verify(backed.file, vaults.CODE)
    assert {one.path for one in found.problems} == {backed.file.name, manifests.object_path(names[1])}
    made = backup_restore.restore(backed.file, tmp_path / "out", vaults.CODE, partly=True)
    assert made.lost == (names[1],)


def test_members_that_tar_allows_and_we_do_not() -> None:
    good = backup_file.header(manifests.MARKER, 5)
    assert backup_file.parse(good) == (manifests.MARKER, 5)
    huge = backup_file.header(manifests.object_path("ab" * 16), 9 << 30)
    assert backup_file.parse(huge) == (manifests.object_path("ab" * 16), 9 << 30)
    for name in ("../x", "/etc/passwd", "objects/ab/x", "objects/ab/" + "cd" * 16 + ".age", "snapshots/x/audit.db"):
        assert backup_file.parse(backup_file.header(name, 5)) is None
    for place in (105, 108, 130, 156, 157, 257, 265, 345, 500):  # mode, owner, size, type, link, magic, name, rest
        assert backup_file.parse(good[:place] + b"1" + good[place + 1 :]) is None


def test_keys_that_were_renewed_in_between(backed: Backed, tmp_path: Path) -> None:
    """Snapshots under earlier keys are no damage to whoever has the new secret only, and are told apart; the old
    secret opens what is of its day, and nothing that came after."""
    backed.vault.close()
    rotated.rotate(backed.vault.folder)
    with opening.open_vault(backed.vault.folder, rotated.NEW_CODE) as vault:
        renewed = backup.create(vault, backed.place)
        assert renewed.copied == 3
        found = backup_check.verify(backed.place, rotated.NEW_CODE, vault=vault)
    assert (found.ok, found.opened, found.unproven) == (True, True, (backed.made.id,))
    everything(backed.place, backed.made.id)
    with pytest.raises(WrongSecret):
        backup_check.verify(backed.place, vaults.CODE)
    made = backup_restore.restore(backed.place, tmp_path / "new", rotated.NEW_CODE)
    assert (made.snapshot, made.findings) == (renewed.id, ())
    # A forged manifest is no snapshot of earlier keys.
    backed.made = renewed
    backed.write({**backed.manifest(), "missing": 1})
    assert not backup_check.verify(backed.place, rotated.NEW_CODE).ok
