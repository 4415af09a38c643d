"""Keys, the agent, travel, backups and shredding with a name that occurs nowhere else, each command under strace.

The name is nowhere on the disk, in no argument and no environment, and so are the secrets: codes, the words of
shares, keys, the root key. No socket is opened but the agent's own local one, and the message bus of the system,
which tells the agent when the computer sleeps. No device slot is used here: the Secret Service is asked over the bus
of the session then, see tests/keys.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import canary
import pytest
import traced
from test_canary import HARMLESS, TEXT, World, pytestmark

from vault.crypto import age, slots
from vault.usecases import opening

__all__ = ["pytestmark"]
SYSTEM_BUS = ("/run/dbus/system_bus_socket", "/var/run/dbus/system_bus_socket")
SECONDS = 60
WHAT_IS_LEFT = ("agents", "device", "remembered/", "run/", "seals/", "travel/")
"""Below the state folder, beside which nothing is kept."""


@dataclass
class Keys(World):
    """The world, what opens the vault at the moment, and every secret there was."""

    opened_by: list[str] = field(default_factory=list)
    secrets: dict[str, bytes] = field(default_factory=dict)
    runtime: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="run-")))
    """A folder with a short name: a socket's path has room for a hundred bytes."""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "XDG_RUNTIME_DIR": str(self.runtime)}

    def run(self, *words: str, stdin: str = "", code: int = 0, vault: str = "vault") -> dict[str, Any]:
        log = self.at("logs") / f"{len(self.traces)}"
        options = ["--vault", str(self.at("vaults") / vault), "--json", "--no-input", "--accept-weak-jail"]
        trace = traced.run(
            traced.casevault(*options, *self.opened_by, *words), log, environment=self.environment,
            folder=self.at("cwd"), stdin=stdin,
        )  # fmt: skip
        assert trace.code == code, f"{words}: {trace.stderr}"
        self.traces.append((" ".join(words[:2]), trace))
        answer: dict[str, Any] = json.loads(trace.stdout)
        return answer

    def secret(self, name: str) -> str:
        """A place for a file that holds one: typed by the user, and the only one where it may lie."""
        return str(self.at("sheet") / name)

    def code(self, name: str) -> list[str]:
        self.secrets[name] = Path(self.secret(name)).read_text().split("-", 1)[-1].strip().encode()
        return ["--recovery-file", self.secret(name)]

    def key(self, name: str) -> str:
        """The public half of a new key, whose secret half is in a file."""
        made = age.HybridIdentity.generate()
        Path(self.secret(name)).write_text(made.to_string() + "\n")
        self.secrets[name] = made.to_string().rsplit("-", 1)[-1].encode()
        return made.recipient().to_string()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keys]:
    """All of it, once."""
    world = Keys(tmp_path_factory.mktemp("canary-keys"))
    world.run("init", "--no-passphrase", "--recovery-out", world.secret("code"))
    world.opened_by = world.code("code")
    _cases(world)
    _slots(world)
    with_agent(world)
    _backups(world)
    world.secrets["root key"] = _root(world, "code")
    _travel(world)
    world.run("case", "shred", world.case, "--confirm", world.case, "--purpose", "other")
    world.run("key", "rotate", "--deep", "--drop", "--recovery-out", world.secret("newest"))
    world.opened_by = world.code("newest")
    world.secrets["new root key"] = _root(world, "newest")
    world.run("doctor", "--read-data")
    world.run("status")
    yield world
    shutil.rmtree(world.runtime)


def _root(world: Keys, name: str) -> bytes:
    code = slots.RecoveryCode.parse(Path(world.secret(name)).read_text().strip())
    return opening.unlock(world.at("vaults") / "vault", code).root


def _cases(world: Keys) -> None:
    made = world.run("case", "new", "--from", "-", stdin=json.dumps({"title": f"Дело: {canary.NAME}"}))
    world.case = made["case"]["id"]
    people = [{"name": canary.NAME, "role": "witness"}]
    world.run("person", "add", world.case, "--from", world.given("people.json", people))
    added = world.run("evidence", "add", world.case, world.given("note.txt", TEXT))
    world.items = [one["id"] for one in added["evidence"]]


def _slots(world: Keys) -> None:
    label = world.given("label.json", {"label": canary.NAME})
    made = world.run("key", "add", "recovery", "--recovery-out", world.secret("second"), "--from", label)
    world.code("second")
    world.run("key", "add", "shares", "--need", "2", "--of", "2", "--shares-out", world.secret("shares"))
    for number, path in enumerate(sorted(Path(world.secret("shares")).iterdir())):
        # Some words in the middle: the first ones of a set are alike.
        world.secrets[f"share {number}"] = " ".join(path.read_text().split()[8:12]).encode()
    world.run("key", "add", "recipient", "--age-key", world.key("organisation"))
    world.run("key", "list")
    world.run("key", "remove", made["slot"]["id"], "--confirm", made["slot"]["id"])


def with_agent(world: Keys) -> None:
    """`unlock` is followed to the agent's end; meanwhile commands need no secret."""
    sheet = world.opened_by
    kept = threading.Thread(target=world.run, args=("unlock", "--for", "10m"))
    kept.start()
    until = time.monotonic() + SECONDS
    run = world.runtime / "casevault"
    while not (run.is_dir() and any(run.iterdir())):
        assert time.monotonic() < until, "no agent came"
        time.sleep(0.05)
    world.opened_by = []
    try:
        found = world.run("search", "--from", "-", stdin=json.dumps({"query": "крыжановскую"}))
        assert found["total"] >= 1
        world.run("case", "show", world.case)
        world.run("evidence", "get", world.items[0], "--out", str(world.at("asked") / "back.txt"))
    finally:
        world.run("lock")
        kept.join(SECONDS)
    assert not kept.is_alive(), "the agent stays after it was locked"
    assert [name for name, _ in world.traces].count("unlock --for") == 1
    world.opened_by = sheet


def _backups(world: Keys) -> None:
    place = str(world.at("backups") / "all")
    world.run("backup", "create", place, "--verify")
    world.run("backup", "list", place)
    world.run("backup", "verify", place)
    world.run("backup", "restore", place, "--out", str(world.at("vaults") / "restored"))
    world.run("backup", "create", str(world.at("backups") / "one.casevault-backup"))


def _travel(world: Keys) -> None:
    trustees = []
    for name in ("first trustee", "second trustee"):
        noted = world.run("recipient", "add", "--role", "trustee", "--age-key", world.key(name), "--from",
                          world.given("trustee.json", {"name": canary.NAME, "address": ""}))  # fmt: skip
        trustees.append(noted["recipient"]["id"])
    world.run("travel", "send", "--to", trustees[0], "--out", str(world.at("backups") / "sealed"))
    named = ("--trustees", ",".join(trustees), "--need", "2")
    world.run("travel", "prepare", *named, "--out", str(world.at("sheet") / "trustees"))
    world.run("travel", "start", "--dry-run")
    world.opened_by = []
    world.run("travel", "now", "--yes")
    asked = world.run("travel", "end", "--request-out", str(world.at("out") / "request"))["travel"]
    answers = []
    for number, name in enumerate(("first trustee", "second trustee"), 1):
        share = str(world.at("sheet") / "trustees" / f"share-{number}.age")
        out = str(world.at("out") / f"answer-{number}")
        world.run("travel", "answer", asked["request"], "--share", share, "--identity", world.secret(name),
                  "--confirm", asked["code"], "--out", out)  # fmt: skip
        answers += ["--answer", out]
    world.run("travel", "end", *answers, "--recovery-out", world.secret("after"))
    world.opened_by = world.code("after")


@pytest.mark.parametrize("folder", ["vaults", "home", "tmp", "cwd", "sheet", "out", "backups", "runtime"])
def test_the_name_is_nowhere_on_the_disk(folder: str, world: Keys) -> None:
    assert canary.find(world.runtime if folder == "runtime" else world.at(folder)) == []


@pytest.mark.parametrize("folder", ["vaults", "home", "tmp", "cwd", "out", "backups"])
def test_no_secret_is_on_the_disk_but_where_it_was_asked_for(folder: str, world: Keys) -> None:
    assert len(world.secrets) >= 9
    wanted = {f"{name} {label}": data for name, one in world.secrets.items() for label, data in forms(one).items()}
    for path in world.at(folder).rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert not [name for name, one in wanted.items() if one in data], path


def forms(secret: bytes) -> dict[str, bytes]:
    """A secret as it is, in UTF-16, hex, base64 and escaped."""
    try:
        return canary.needles(secret.decode("ascii"))
    except UnicodeDecodeError:
        shifted = dict(enumerate(canary._in_base64(secret)))
        return {"raw": secret, "hex": secret.hex().encode(), **{f"base64 {n}": data for n, data in shifted.items()}}


def test_nothing_of_it_is_in_an_argument_or_an_environment(world: Keys) -> None:
    words = [data for word in (canary.SURNAME, canary.LATIN) for data in canary.needles(word).values()]
    words += [data for one in world.secrets.values() for data in forms(one).values()]
    started = [(command, one) for command, trace in world.traces for one in trace.started]
    assert len(started) > len(world.traces), "workers and the agent are among them"
    for command, strings in started:
        assert not any(data in string for data in words for string in strings), command


def test_no_socket_but_the_agents_own(world: Keys) -> None:
    own = str(world.runtime) + "/"
    reached = set()
    for command, trace in world.traces:
        assert set(trace.sockets) <= {"AF_UNIX", "AF_LOCAL"}, command
        for place in trace.places:
            assert place.startswith(own) or (place in SYSTEM_BUS and command.startswith("unlock")), (command, place)
            reached.add(command)
    assert {"unlock --for", "case show", "lock"} <= reached


def test_nothing_was_written_but_where_it_was_asked_for(world: Keys) -> None:
    allowed = tuple(str(world.at(name)) + "/" for name in ("vaults", "sheet", "out", "asked", "backups"))
    state = str(world.at("home") / "xdg_state_home" / "casevault") + "/"
    runtime = str(world.runtime / "casevault") + "/"
    # What of a backup is in one file is put into a temporary folder to be checked: encrypted, as it is in the file.
    temporary = {"backup": (str(world.at("tmp")) + "/",)}
    for command, trace in world.traces:
        # Where an agent of somebody without a folder for run-time files would be looked for: its lock, of no length.
        shared = f"/tmp/casevault-{os.getuid()}/lock"
        here = (*allowed, state, runtime, shared, *HARMLESS, *temporary.get(command.split()[0], ()))
        for path in trace.written:
            assert path.startswith(here), f"{command} wrote to {path}"
    assert list(world.at("tmp").iterdir()) == []
    assert list(world.at("cwd").iterdir()) == []
    left = [str(path.relative_to(state)) for path in world.at("home").rglob("*") if path.is_file()]
    assert [path for path in left if not path.startswith(WHAT_IS_LEFT)] == []
    run = world.runtime / "casevault"
    assert not [path for path in run.rglob("*") if path.is_socket()], "the agent's socket stays"
