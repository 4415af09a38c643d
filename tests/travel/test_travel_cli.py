"""The journey as people take it: commands, exit codes, a real keyring and a real agent."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import secret_service
from cli_tools import Done, new_scratch, run
from secret_service import SecretService

PASSPHRASE = "gravel tunic sixth oboe panther mulch drizzle"
OLD_SECRETS = ("--recovery-file", "recovery.txt")


@dataclass(frozen=True)
class Laptop:
    """A folder with a vault in it, trustees' keys beside it as if on their own computers, and the environment."""

    folder: Path
    environment: dict[str, str]

    def run(self, *words: str | Path, stdin: str = "") -> Done:
        vault = str(self.folder / "vault")
        return run(*words, stdin=stdin, cwd=self.folder, CASEVAULT_PATH=vault, **self.environment)

    def json(self, *words: str | Path, stdin: str = "") -> Any:
        done = self.run(*words, "--json", stdin=stdin)
        assert done.code == 0, done.err
        return done.json

    def trustees(self, count: int) -> list[str]:
        """So many of them with a key file `key-1.txt`, …"""
        found = []
        for number in range(1, count + 1):
            key = self.json("keygen", "--out", f"key-{number}.txt", "--no-passphrase")["recipient"]["age"]
            words = ("recipient", "add", "--role", "trustee", "--age-key", key, "--from", "-", *OLD_SECRETS)
            found.append(self.json(*words, stdin=json.dumps({"name": f"Тётя {number}"}))["recipient"]["id"])
        return found

    @property
    def id(self) -> str:
        return str(json.loads((self.folder / "vault" / "vault.json").read_bytes())["vault"])

    def answered(self, request: str, code: str, number: int, shares: str = "shares") -> str:
        out = f"answer-{number}-{request}"
        self.json("travel", "answer", request, "--share", f"{shares}/share-{number}.age", "--identity",
                  f"key-{number}.txt", "--out", out, "--confirm", code)  # fmt: skip
        return out


def promised(command: str) -> set[str]:
    """The members that docs/travel.md names."""
    page = (Path(__file__).parents[2] / "docs" / "travel.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{re.escape(command)}` \| (`.*) \|$", page, re.MULTILINE)
    return set(re.findall(r"`([a-z_0-9]+)`", row.partition(",")[0]))


@pytest.fixture(scope="module")
def keyring() -> Iterator[SecretService]:
    folder = Path(tempfile.mkdtemp(prefix="cv-"))
    try:
        with secret_service.running(folder) as service:
            yield service
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    new_scratch(tmp_path)
    return Laptop(tmp_path, {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path / "home")})


def test_a_journey_with_a_keyring_and_an_agent(tmp_path: Path, keyring: SecretService) -> None:
    new_scratch(tmp_path)
    laptop = Laptop(tmp_path, {"XDG_STATE_HOME": str(tmp_path / "state"), **keyring.environment})
    (tmp_path / "pass.txt").write_text(PASSPHRASE + "\n")
    laptop.json("key", "add", "passphrase+device", "--new-passphrase-file", "pass.txt", *OLD_SECRETS)
    assert len(keyring.entries()) == 1
    first, second = laptop.trustees(2)
    laptop.json("unlock", "--for", "10m", *OLD_SECRETS)
    assert laptop.run("case", "list").code == 0  # the agent gives its keys
    words = ("travel", "start", "--trustees", f"{first},{second}", "--need", "2", "--out", "shares", *OLD_SECRETS)
    plan = laptop.json(*words, "--dry-run")["travel"]
    assert {slot["kind"] for slot in plan["destroys"]} == {"recovery", "passphrase+device"}
    assert plan["cannot_promise"]
    assert set(plan) == promised("travel start --dry-run")
    assert not (tmp_path / "shares").exists()
    for wrong in ([], ["--confirm", "V-000000000000"]):
        assert laptop.run(*words, *wrong).code == 2
        assert not (tmp_path / "shares").exists()
    assert laptop.run("case", "list").code == 0
    done = laptop.json(*words, "--confirm", laptop.id)["travel"]
    assert set(done) == promised("travel start")
    assert done["destroyed"]["header"] is True
    assert done["destroyed"]["agent"] is True
    assert done["destroyed"]["device_secrets"] == 1
    assert not any(one["opens"] for one in done["found"])
    assert keyring.entries() == []
    assert laptop.run("case", "list", "--no-input").code == 11
    assert laptop.run("case", "list", *OLD_SECRETS).code == 12
    assert laptop.run("case", "list", "--passphrase-file", "pass.txt").code == 12
    shown = laptop.run("travel", "answer", "--share", "shares/share-1.age", "--identity", "key-1.txt", "--json").json
    assert shown["travel"]["share"]["proof"] == done["shares"][0]["proof"]
    asked = laptop.json("travel", "end", "--request-out", "request.json")["travel"]
    assert re.fullmatch(r"(\d{4} ){5}\d{4}", asked["code"])
    assert set(asked) == promised("travel end --request-out")
    answers = [laptop.answered("request.json", asked["code"], number) for number in (1, 2)]
    given = [word for one in answers for word in ("--answer", one)]
    assert laptop.json("travel", "end", *given, "--dry-run")["travel"]["opens"] is True
    back = laptop.json("travel", "end", *given, "--recovery-out", "new.txt", "--device",
                       "--new-passphrase-file", "pass.txt")["travel"]  # fmt: skip
    assert {slot["kind"] for slot in back["slots"]} == {"recovery", "passphrase+device"}
    assert set(back) == promised("travel end")
    assert len(keyring.entries()) == 1
    assert laptop.run("status", "--recovery-file", "new.txt").code == 0
    assert (
        laptop.run("status", *[word for n in (1, 2) for word in ("--share-file", f"shares/share-{n}.age")]).code != 0
    )


def _a_knock_at_the_door(laptop: Laptop, keyring: SecretService, trustees: str) -> None:
    """The same laptop, on its next journey; its keyring is locked when it has to go fast."""
    code = ("--recovery-file", "new.txt")
    none = laptop.run("travel", "now", "--yes", "--json")
    assert (none.code, none.error["kind"]) == (2, "usage")
    before = (laptop.folder / "vault" / "vault.json").read_bytes()
    made = laptop.json("travel", "prepare", "--trustees", trustees, "--need", "2", "--out", "second", *code)
    assert made["travel"]["prepared"] is True
    assert set(made["travel"]) == promised("travel prepare")
    assert laptop.json("status", *code)["travel_prepared"] is True
    assert laptop.json("travel", "now", "--dry-run")["travel"]["prepared"] is True
    assert laptop.run("travel", "now").code == 2  # nobody to ask, and no --yes
    assert laptop.run("status", *code).code == 0
    keyring.lock()
    began = time.perf_counter()
    done = laptop.run("travel", "now", "--yes", "--json")
    assert time.perf_counter() - began < 5
    # The keyring is locked, and nobody may be asked for its password now: that is said, and done later.
    assert (done.code, done.error["kind"]) == (3, "partly-done")
    assert done.json["travel"]["closed"] is True
    assert set(done.json["travel"]) == promised("travel now")
    assert [one["kind"] for one in done.json["travel"]["found"]] == ["keyring"]
    assert before not in (laptop.folder / "vault" / "vault.json").read_bytes()
    assert laptop.run("status", *code).code == 12
    keyring.unlock()
    later = laptop.json("travel", "now", "--yes")["travel"]
    assert (later["already"], later["destroyed"]["device_secrets"], later["found"]) == (True, 1, [])
    assert keyring.entries() == []
    asked = laptop.json("travel", "end", "--request-out", "request-2.json")["travel"]
    answers = [laptop.answered("request-2.json", asked["code"], number, "second") for number in (1, 2)]
    given = [word for one in answers for word in ("--answer", one)]
    laptop.json("travel", "end", *given, "--recovery-out", "third.txt")
    log = laptop.json("audit", "show", "--recovery-file", "third.txt")["entries"]
    assert [one["action"] for one in log if one["action"].startswith("travel.")][-5:] == [
        "travel.prepare", "travel.prepare", "travel.now", "travel.end", "travel.end",
    ]  # fmt: skip


def test_a_keyring_where_nothing_can_be_noted(tmp_path: Path, keyring: SecretService) -> None:
    """The folder for state can't be written: the secret goes all the same, or it is named."""
    new_scratch(tmp_path)
    laptop = Laptop(tmp_path, {"XDG_STATE_HOME": str(tmp_path / "state"), **keyring.environment})
    (tmp_path / "pass.txt").write_text(PASSPHRASE + "\n")
    slot = ("key", "add", "passphrase+device", "--new-passphrase-file", "pass.txt", *OLD_SECRETS)
    who = ",".join(laptop.trustees(2))
    before = len(keyring.entries())
    for locked in (False, True):
        added = laptop.json(*slot)["slot"]["id"]
        out = f"shares-{locked}"
        laptop.json("travel", "prepare", "--trustees", who, "--need", "2", "--out", out, *OLD_SECRETS)
        copy = tmp_path / f"vault-{locked}"
        shutil.copytree(tmp_path / "vault", copy)
        notes = tmp_path / "state" / "casevault" / "travel"
        shutil.rmtree(notes)
        notes.write_bytes(b"")
        if locked:
            keyring.lock()
        words = ("travel", "now", "--yes", "--json", "--vault", str(copy))
        refused = laptop.run(*words)
        assert (refused.code, refused.error["kind"]) == (13, "damaged")
        done = laptop.run(*words, "--unchecked")
        found = [(one["kind"], one["where"]) for one in done.json["travel"]["found"]]
        if locked:
            keyring.unlock()
            assert (done.code, found) == (3, [("keyring", added)])
        else:
            assert (done.code, found) == (0, [])
            assert len(keyring.entries()) == before
        notes.unlink()
        laptop.json("key", "remove", added, "--confirm", added, *OLD_SECRETS)


def test_what_a_trustee_is_told_and_has_to_type(laptop: Laptop) -> None:
    first, second = laptop.trustees(2)
    laptop.json("travel", "start", "--trustees", first, "--trustees", second, "--need", "2", "--out", "shares",
                "--wait", "48", "--confirm", laptop.id, *OLD_SECRETS)  # fmt: skip
    code = laptop.json("travel", "end", "--request-out", "request.json")["travel"]["code"]
    share = ("--share", "shares/share-1.age")
    words = ["travel", "answer", "request.json", *share, "--identity", "key-1.txt", "--out", "a"]
    told = laptop.run(*words, "--confirm", code.replace(" ", ""), "--dry-run")
    assert told.code == 0
    assert "Wait 48 hours" in told.err
    assert "duress" in told.err
    assert code not in told.out + told.err  # it is heard, not read off the screen
    assert "Подождите 48" in laptop.run(*words, "--confirm", code, "--dry-run", "--lang", "ru").err
    assert laptop.run(*words).code == 2
    swapped = code[:-1] + ("1" if code[-1] != "1" else "2")
    assert laptop.run(*words, "--confirm", swapped).code == 13
    assert laptop.run(*words[:-4], "key-2.txt", "--out", "a", "--confirm", code).code == 2
    assert laptop.run(*words[:6], "key-2.txt", "--out", "a", "--confirm", code).code == 12
    assert laptop.run(*words[:5], "--out", "a", "--confirm", code).code == 11
    assert not (laptop.folder / "a").exists()
    request = (laptop.folder / "request.json").read_bytes()
    (laptop.folder / "request.json").write_bytes(request.replace(b'"v":1', b'"v":9'))
    assert laptop.run(*words, "--confirm", code).code == 1
    (laptop.folder / "request.json").write_bytes(request[:-40])
    assert laptop.run(*words, "--confirm", code).code == 13
    (laptop.folder / "request.json").write_bytes(request)
    assert laptop.run(*words, "--confirm", code).code == 0
    alone = laptop.run("travel", "end", "--answer", "a", "--recovery-out", "new.txt", "--json")
    assert (alone.code, alone.error["kind"]) == (12, "wrong-secret")
    assert not (laptop.folder / "new.txt").exists()


def test_the_checklist_is_printed_in_both_languages(laptop: Laptop) -> None:
    shown = laptop.run("travel", "checklist")
    assert shown.code == 0
    assert "casevault travel now --yes" in shown.out
    assert "Стук в дверь" in laptop.run("travel", "checklist", "--lang", "ru").out
