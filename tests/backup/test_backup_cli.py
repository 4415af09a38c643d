"""The commands, as scripts and as docs/backup.md use them: shapes, exit codes, what is said and asked."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from backup_tools import files
from blocks import blocks
from cli_tools import Scratch, new_scratch, run

from tools import program

PAGE = "docs/backup.md"
DISK = "/media/anna/GREEN"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = new_scratch(tmp_path / "laptop")
    made.add(made.case(), "letter.txt", b"Letter\n")
    return made


def test_shapes_and_what_status_says(scratch: Scratch) -> None:
    status = scratch.json("status")
    assert (status["last_verified_backup"], status["backup"]["due"]) == (None, "none")
    made = scratch.json("backup", "create", "backups")["backup"]
    assert (made["items"], made["copied"], made["lost"], made["verified"]) == (1, 1, 0, None)
    assert scratch.json("status")["backup"]["due"] == "unverified"
    listed = scratch.json("backup", "list", "backups")["snapshots"]
    assert [one["id"] for one in listed] == [made["id"]]
    found = scratch.json("backup", "verify", "backups")["backup"]
    assert (found["ok"], found["seals_checked"], found["items_opened"], found["problems"]) == (True, True, True, [])
    status = scratch.json("status")
    assert (status["last_verified_backup"], status["backup"]["due"]) == (made["made"], None)
    assert "Last verified backup" in scratch.run("status").out
    again = scratch.json("backup", "create", "backups", "--verify", "--keep", "1")["backup"]
    assert (again["copied"], again["removed"], again["verified"]) == (0, 1, True)
    vault = scratch.json("backup", "restore", "backups", "--out", "restored")["vault"]
    assert (vault["id"], vault["items"], vault["lost"], vault["findings"]) == (made["vault"], 1, [], [])
    restored = run("status", "--vault", scratch.folder / "restored", "--recovery-file", scratch.sheet, "--json")
    assert restored.json["last_verified_backup"] == again["made"]


def test_without_the_vault_and_without_a_secret(scratch: Scratch) -> None:
    scratch.json("backup", "create", "all.casevault-backup")
    place = scratch.folder / "all.casevault-backup"
    done = run("backup", "verify", place, cwd=scratch.folder)
    assert done.code == 0
    assert "forgery" in done.err
    found = run("backup", "verify", place, "--json", cwd=scratch.folder).json["backup"]
    assert (found["ok"], found["seals_checked"], found["items_opened"]) == (True, False, False)
    done = run("backup", "restore", place, "--out", "x", "--json", cwd=scratch.folder)
    assert (done.code, done.error["kind"]) == (11, "locked")
    other = new_scratch(scratch.folder.parent / "other")
    done = run("backup", "verify", place, "--recovery-file", other.sheet, "--json", cwd=scratch.folder)
    assert (done.code, done.error["kind"]) == (12, "wrong-secret")
    assert "opened the vault on the day" in done.error["hint"]


def test_exit_codes(scratch: Scratch) -> None:
    scratch.json("backup", "create", "backups")
    for arguments, code in (
        (["create"], 2), (["create", "vault/x"], 2), (["create", "."], 2), (["create", "no/where"], 2),
        (["create", "--to", "NO-SUCH-DISK"], 2), (["create", "backups", "--keep", "0"], 2),
        (["restore", "backups", "--out", "vault"], 2), (["restore", "backups"], 2), (["verify", "nowhere"], 2),
        (["verify", "letter.txt"], 13), (["verify", "backups", "--snapshot", "../x"], 2),
    ):  # fmt: skip
        done = scratch.run("backup", *arguments, "--json")
        assert done.code == code, (arguments, done.err)
    (path,) = (scratch.folder / "backups" / "objects").glob("*/*.age")
    path.write_bytes(path.read_bytes()[:-1])
    done = scratch.run("backup", "verify", "backups", "--json")
    assert (done.code, done.error["kind"]) == (13, "damaged")
    assert [one["path"] for one in done.json["backup"]["problems"]] == [
        path.relative_to(scratch.folder / "backups").as_posix()
    ]
    assert scratch.run("backup", "restore", "backups", "--out", "out").code == 13
    assert not (scratch.folder / "out").exists()
    done = scratch.run("backup", "restore", "backups", "--out", "out", "--partly", "--json")
    assert (done.code, done.error["kind"], len(done.json["vault"]["lost"])) == (3, "partly-done", 1)
    assert scratch.run("backup", "create", "backups", "--reread").code == 0
    assert scratch.run("backup", "verify", "backups").code == 0
    object_ = next((scratch.vault / "objects").glob("*/*.age"))
    object_.unlink()
    path.unlink()
    assert scratch.run("backup", "create", "backups").code == 3


def test_the_page_as_it_stands(scratch: Scratch, tmp_path: Path) -> None:
    """Each block of docs/backup.md, on a disk of the test's own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    (scratch.folder / "shared").mkdir()
    (scratch.folder / "shared" / ".stfolder").mkdir()
    (tmp_path / "words").write_text("crayon jackpot\n")
    environment = {
        **os.environ, "RESTIC_REPOSITORY": str(tmp_path / "restic"), "RESTIC_PASSWORD_FILE": str(tmp_path / "words"),
        "RESTIC_CACHE_DIR": str(tmp_path / "cache"),
    }  # fmt: skip
    subprocess.run([program("restic"), "init"], env=environment, check=True, capture_output=True, timeout=60)
    shown = [block for block in blocks(PAGE) if block.language == "sh"]
    assert len(shown) == 6
    for block in shown:
        for line in block.text.splitlines():
            words = shlex.split(line.replace(DISK, str(disk)))
            if words[0] == "casevault":
                done = scratch.run(*words[1:])
                assert done.code == 0, (line, done.err)
            else:
                command = [program(words[0]), *words[1:]]
                ran = subprocess.run(command, env=environment, cwd=scratch.folder, capture_output=True, timeout=60)
                assert ran.returncode == 0, ran.stderr
    assert scratch.run("backup", "create", "shared/again").code == 2
    carried = scratch.json("audit", "show", "--action", "vault.sync-folder")["entries"]
    assert len(carried) == 1
    # "A snapshot with the objects beside it is a vault's folder", but for where the header stands.
    (snapshot,) = (disk / "casevault" / "snapshots").iterdir()
    assert {path.name for path in snapshot.iterdir()} >= {"vault.json", "catalog.db", "audit.db"}
    assert json.loads((snapshot / "manifest.json").read_bytes())["casevault"] == "backup"
    assert files(disk / "casevault" / "objects")
