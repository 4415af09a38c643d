"""Older copies of a vault, and folders that clouds copy, as a person meets them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_tools import Scratch, run

from commands import exits


def logged(scratch: Scratch, action: str) -> list[dict[str, object]]:
    return [one for one in scratch.json("audit", "show", "--action", action)["entries"] if one["action"] == action]


# ---- older copies ------------------------------------------------------------------------------------------------


def test_an_older_copy_is_refused_reported_and_used_knowingly(scratch: Scratch) -> None:
    older = scratch.folder / "older"
    shutil.copytree(scratch.vault, older)
    scratch.case()
    shutil.rmtree(scratch.vault)
    older.rename(scratch.vault)
    done = scratch.run("status", "--json")
    assert (done.code, done.error["kind"]) == (exits.DAMAGED, "rollback")
    assert "this is an older copy of the vault" in done.error["message"]
    russian = scratch.run("status", "--lang", "ru")
    assert "более ранняя копия" in russian.err
    assert "--accept-rollback" in russian.err
    found = scratch.run("doctor", "--json")
    assert found.code == exits.DAMAGED
    (told,) = [one for one in found.json["findings"] if one["subject"] == "older copies"]
    assert (told["level"], told["message"]) == ("damaged", done.error["message"])
    assert {one["level"] for one in found.json["findings"] if one["subject"] in ("audit log", "catalogue")} == {"ok"}
    assert scratch.run("status").code == exits.DAMAGED
    taken = scratch.run("status", "--accept-rollback", "--json")
    assert taken.code == 0
    assert taken.json["remembered"] is True
    (entry,) = logged(scratch, "vault.rollback")
    assert entry["outcome"] == "ok"
    assert scratch.json("case", "list")["cases"] == []
    assert scratch.run("doctor").code == 0


def test_a_memory_that_is_gone_is_said_once_and_logged(scratch: Scratch) -> None:
    from vault.session import remembered

    vault_id = scratch.json("status")["vault"]["id"]
    remembered.path_of(vault_id, "").write_bytes(b"{}")
    assert "is gone or was altered" in scratch.run("case", "list").err
    assert "is gone or was altered" not in scratch.run("case", "list").err
    assert len(logged(scratch, "vault.forgotten")) == 1


# ---- clouds ------------------------------------------------------------------------------------------------------


def test_every_output_is_refused_in_a_cloud_or_logged(scratch: Scratch) -> None:
    case = scratch.case()
    item = scratch.add(case, "a.txt", b"Ivan was there.")
    cloud = scratch.folder / "Яндекс.Диск"
    cloud.mkdir()
    scratch.json("redact", "plan", case, "--accept-weak-jail")
    outputs = [
        ["evidence", "get", item, "--out", cloud / "a"],
        ["redact", "preview", case, "--out", cloud / "b.pdf", "--accept-weak-jail"],
        ["audit", "extract", case, "--out", cloud / "c"],
        ["audit", "proof", "0", "--out", cloud / "d"],
        ["audit", "stamp", "--out", cloud / "e"],
        ["audit", "report", "--names", "--out", cloud / "f.html", "--csv", scratch.folder / "f.csv"],
        ["audit", "report", "--names", "--out", scratch.folder / "g.html", "--csv", cloud / "g.csv"],
    ]
    for words in outputs:
        done = scratch.run(*words, "--json")
        assert (done.code, done.error["kind"]) == (exits.USAGE, "sync-folder"), words
    assert list(cloud.iterdir()) == []
    assert logged(scratch, "vault.sync-folder") == []
    for number, words in enumerate(outputs, 1):
        done = scratch.run(*words, "--accept-sync-folder", "--json")
        assert done.code == 0, (words, done.err)
        assert len(logged(scratch, "vault.sync-folder")) == number, words
    assert {path.name for path in cloud.iterdir()} == {"a", "b.pdf", "c", "d", "e", "f.html", "g.csv"}
    # It is for the command that it is given to, and tells nothing of what goes elsewhere.
    assert scratch.run("evidence", "get", item, "--out", cloud / "z", "--json").code == exits.USAGE
    assert scratch.run("evidence", "get", item, "--out", scratch.folder / "z", "--accept-sync-folder").code == 0
    assert len(logged(scratch, "vault.sync-folder")) == len(outputs)


@pytest.mark.parametrize("words", [
    ["keygen", "--out", "Dropbox/k"], ["keygen", "--out", "k", "--public-out", "Dropbox/p"],
    ["init", "--no-passphrase", "--recovery-out", "Dropbox/r", "--vault", "v"],
    ["init", "--no-passphrase", "--recovery-out", "r", "--vault", "Dropbox/v"], ["demo", "Dropbox/demo"],
    ["bundle", "open", "x.age", "--out", "Dropbox/x"],
    ["audit", "check", "e", "--state", "Dropbox/logs", "--identity", "id"],
    ["audit", "cosign", "e", "--state", "logs", "--out", "Dropbox/c", "--identity", "id"],
    ["audit", "report", "e", "--state", "logs", "--out", "Dropbox/r.html", "--identity", "id"],
])  # fmt: skip
def test_without_a_vault_too(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "x.age").write_bytes(b"age-encryption.org/v1\n")
    (tmp_path / "e").write_bytes(b"age-encryption.org/v1\n")
    assert run("keygen", "--out", tmp_path / "id").code == 0
    done = run(*words, "--json", cwd=tmp_path)
    assert (done.code, done.error["kind"]) == (exits.USAGE, "sync-folder")
    assert list((tmp_path / "Dropbox").iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"Dropbox", "x.age", "e", "id"}


@pytest.mark.parametrize(
    ("sheet", "place"), [("r", "Nextcloud/v"), ("Nextcloud/r", "v"), ("Nextcloud/r", "Nextcloud/v")]
)
def test_a_vault_that_is_made_in_a_cloud_says_so_as_its_second_entry(tmp_path: Path, sheet: str, place: str) -> None:
    (tmp_path / "Nextcloud").mkdir()
    made = run(
        "init", "--no-passphrase", "--recovery-out", sheet, "--vault", place, "--accept-sync-folder", "--json",
        cwd=tmp_path,
    )  # fmt: skip
    assert made.code == 0, made.err
    of = ["--vault", place, "--recovery-file", sheet]
    entries = run("audit", "show", "--json", *of, cwd=tmp_path).json["entries"]
    actions = {one["seq"]: one["action"] for one in entries}
    assert (actions[0], actions[1]) == ("vault.init", "vault.sync-folder")
    assert list(actions.values()).count("vault.sync-folder") == 1
    # What lies there already opens, and is warned of.
    status = run("status", *of, cwd=tmp_path)
    assert status.code == 0
    assert ("copied to a cloud" in status.err) == place.startswith("Nextcloud")
    found = run("status", "--json", *of, cwd=tmp_path).json["cloud_folder"]
    assert found == (str(tmp_path / "Nextcloud") if place.startswith("Nextcloud") else None)


def test_in_the_shell_it_counts_for_its_line_alone(scratch: Scratch) -> None:
    item = scratch.add(scratch.case(), "a.txt", b"a")
    cloud = scratch.folder / "Dropbox"
    cloud.mkdir()
    lines = f"evidence get {item} --out Dropbox/a --accept-sync-folder\nevidence get {item} --out Dropbox/b\n"
    done = scratch.run("shell", stdin=lines)
    assert "copied to a cloud" in done.err
    assert [path.name for path in cloud.iterdir()] == ["a"]
    assert len(logged(scratch, "vault.sync-folder")) == 1
