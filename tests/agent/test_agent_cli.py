"""The commands: what a person types, and what they are told."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

import agent_tools
import pytest
from cli_tools import PROGRAM, Done, Scratch, new_scratch, run

from commands import shell
from vault.errors import Locked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the named pipe was never run")


@pytest.fixture
def scratch(tmp_path: Path, runtime: Path) -> Scratch:
    return new_scratch(tmp_path / "scratch")


def plain(scratch: Scratch, *arguments: str | Path, stdin: str = "") -> Done:
    """A command without a secret."""
    return run(*arguments, stdin=stdin, cwd=scratch.folder, CASEVAULT_PATH=str(scratch.vault))


def test_one_unlock_then_no_secret_until_lock(scratch: Scratch) -> None:
    assert plain(scratch, "case", "list").code == 11
    opened = scratch.json("unlock", "--for", "10m", "--idle", "2m")
    assert opened["agent"] == {"left": 600, "idle": 120}
    assert opened["memory_locked"] in ("all", "keys")
    assert opened["notices"] == []
    made = plain(scratch, "case", "new", "--from", "-", "--json", stdin=json.dumps({"title": "Дело о лесе"}))
    case = made.json["case"]["id"]
    (scratch.folder / "a.txt").write_text("Показания о лесе.", "utf-8")
    added = plain(scratch, "evidence", "add", case, "a.txt", "--json", "--accept-weak-jail")
    assert added.code == 0, added.err
    item = added.json["evidence"][0]["id"]
    got = plain(scratch, "evidence", "get", item, "--out", "b.txt", "--purpose", "review")
    assert got.code == 0, got.err
    assert (scratch.folder / "b.txt").read_text("utf-8") == "Показания о лесе."
    assert plain(scratch, "search", "--from", "-", stdin="лес").code in (0, 2)
    assert plain(scratch, "evidence", "verify", case).code == 0
    assert plain(scratch, "doctor", "--read-data", "--accept-weak-jail").code == 0
    status = plain(scratch, "status", "--json").json
    assert 0 < status["agent"]["left"] <= 600
    assert status["agent"]["idle"] == 120
    assert scratch.json("status")["agent"]["idle"] == 120  # with a secret too, it is told
    assert "Kept open" in plain(scratch, "status").out
    assert plain(scratch, "audit", "verify").code == 0
    locked = plain(scratch, "lock", "--json")
    assert locked.json["locked"] == 1
    assert plain(scratch, "case", "list").code == 11
    assert scratch.json("status")["agent"] is None
    assert plain(scratch, "lock").out == "No vault was kept open.\n"
    shown = [one["action"] for one in scratch.json("audit", "show", "--limit", "100")["entries"]]
    assert {"vault.unlock", "vault.lock", "case.new", "evidence.add", "evidence.get"} <= set(shown)
    assert "case.key" in shown  # `doctor` and `evidence verify` read what no entry of theirs had named


def test_commands_that_change_keys_ask_for_a_secret_all_the_same(scratch: Scratch) -> None:
    scratch.json("unlock")
    done = plain(scratch, "key", "add", "recovery", "--recovery-out", "second.txt")
    assert done.code == 11
    assert not (scratch.folder / "second.txt").exists()
    assert plain(scratch, "unlock").code == 11


@pytest.mark.parametrize(
    "wrong", [("--for", "0s"), ("--for", "13h"), ("--for", "5"), ("--for", "1m", "--idle", "2m"), ("--idle", "-1s")]
)
def test_times_that_are_none(scratch: Scratch, wrong: tuple[str, ...]) -> None:
    done = scratch.run("unlock", *wrong)
    assert done.code == 2
    assert plain(scratch, "lock", "--json").json["locked"] == 0


def test_a_wrong_secret_starts_nothing(scratch: Scratch) -> None:
    other = scratch.folder / "other.txt"
    text = scratch.sheet.read_text().strip()
    other.write_text(text[:-1] + ("2" if text[-1] != "2" else "3"))
    done = run("unlock", "--recovery-file", other, cwd=scratch.folder, CASEVAULT_PATH=str(scratch.vault))
    assert done.code in (2, 12)
    assert plain(scratch, "lock", "--json").json["locked"] == 0


def test_the_shell_ends_when_the_agent_locks(scratch: Scratch) -> None:
    scratch.json("unlock")
    lines = "status\nlock\ncase list\n"
    done = plain(scratch, "shell", stdin=lines)
    assert "the shell itself has the vault open" in done.err
    with agent_tools.feeding([PROGRAM, "shell"], scratch.vault) as shelled:
        while "Type a command" not in shelled.wait():
            pass
        assert plain(scratch, "lock", "--json").json["locked"] == 1
        shelled.say("case list\n")
        assert (shelled.end(), shelled.err) == (11, shelled.err)
    assert "the vault was locked in the meantime" in shelled.err


def test_nothing_typed_for_long_ends_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "ASK_EVERY_SECONDS", 0.05)
    with pytest.raises(shell._Idle), shell.idle_limit(0.2, lambda: None):
        time.sleep(agent_tools.SECONDS)

    def locked() -> None:
        raise Locked("it was locked")

    with pytest.raises(Locked), shell.idle_limit(60, locked):
        time.sleep(agent_tools.SECONDS)
    with shell.idle_limit(0.01, lambda: None):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
