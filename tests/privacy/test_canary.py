"""The whole way with a name that occurs nowhere else: it is nowhere on the disk, in no argument, on no network.

Each command runs as a process of its own, under strace, in a fresh home with fresh temporary folders. What is read
(`given`) and what is asked for by `--out` (`asked`) may hold the name; nothing else may.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import canary
import pytest
import traced
from PIL import Image, ImageDraw, ImageFont

from tools import library, program
from vault.crypto import age
from vault.sandbox import extras

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is there on Linux only")

PHONE = "+7 912 555-01-42"
TEXT = f"Свидетель {canary.NAME} видела повестку. Kryzhanovskaya Evdokia, {PHONE}."
FONT = Path(__file__).resolve().parents[2] / "vault/worker/fonts/DejaVuSans.ttf"
XDG = ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
SMALL = 1 << 12
HARMLESS = ("/dev/null", "/dev/tty", "/proc/self/")


@dataclass
class World:
    """Fresh folders, and what all commands did in them."""

    base: Path
    traces: list[tuple[str, traced.Trace]] = field(default_factory=list)
    case: str = ""
    items: list[str] = field(default_factory=list)

    def at(self, name: str) -> Path:
        folder = self.base / name
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def environment(self) -> dict[str, str]:
        homes = {name: str(self.at("home") / name.lower()) for name in XDG}
        temporary = str(self.at("tmp"))
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.at("home")), "TMPDIR": temporary, "TEMP": temporary,
            "TMP": temporary, "SQLITE_TMPDIR": temporary, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **homes,
        }  # fmt: skip

    def given(self, name: str, content: object) -> str:
        """A file that a command reads."""
        path = self.at("given") / name
        text = content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    def run(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """A command that must succeed; its JSON answer."""
        secret = [] if words[0] == "init" else ["--recovery-file", str(self.base / "sheet" / "code")]
        options = ["--vault", str(self.at("vaults") / "vault"), "--json", "--no-input", "--accept-weak-jail", *secret]
        log = self.at("logs") / f"{len(self.traces)}"
        trace = traced.run(
            traced.casevault(*options, *words), log, environment=self.environment, folder=self.at("cwd"), stdin=stdin
        )
        assert trace.code == 0, trace.stderr
        self.traces.append((" ".join(words[:2]), trace))
        answer: dict[str, Any] = json.loads(trace.stdout)
        return answer


def _photo() -> bytes:
    """A strip of a typed page, as small as it can be read: the name goes through the readers of pixels too."""
    page = Image.new("L", (900, 240), 250)
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(str(FONT), 26)
    for line, text in enumerate((f"Свидетель {canary.NAME} видела повестку.", "Она видела повестку третьего марта.")):
        draw.text((40, 60 + 70 * line), text, fill=20, font=font)
    out = io.BytesIO()
    page.save(out, "PNG", dpi=(150, 150))
    return out.getvalue()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The whole way, once."""
    world = World(tmp_path_factory.mktemp("canary"))
    asked, name = world.at("asked"), canary.NAME
    world.run("init", "--no-passphrase", "--recovery-out", str(world.at("sheet") / "code"))
    world.case = world.run("case", "new", "--from", "-", stdin=json.dumps({"title": f"Дело: {name}"}))["case"]["id"]
    people = [
        {"name": name, "role": "witness", "aliases": ["Evdokia Kryzhanovskaya"], "identifiers": ["+7 912 555-01-42"]}
    ]
    person = world.run("person", "add", world.case, "--from", world.given("people.json", people))["people"][0]["id"]
    files = [
        world.given(f"{name}.txt", TEXT),
        world.given("post.html", f"<html><title>{name}</title><body><p>{TEXT}</p></body></html>"),
        world.given("Kryzhanovskaya.bin", "\x00" + TEXT),
        world.given("photo.png", _photo()),
    ]
    origin = {"source": f"от {name}", "note": name, "given_by": name, "language": "ru"}
    added = world.run(
        "evidence", "add", world.case, "--files-from", world.given("files", "\n".join(files)),
        "--from", world.given("origin.json", origin),
    )  # fmt: skip
    world.items = [item["id"] for item in added["evidence"]]
    _look(world, person)
    _hand_over(world, asked)
    world.run("evidence", "get", world.items[0], "--out", str(asked / "back.txt"))
    assert (asked / "back.txt").read_text("utf-8") == TEXT
    world.run("evidence", "remove", world.items[2], "--confirm", world.items[2])
    world.run("doctor", "--read-data")
    world.run("audit", "verify")
    world.run("status")
    return world


def _look(world: World, person: str) -> None:
    for words in (("case", "list"), ("case", "show", world.case), ("person", "list", world.case),
                  ("person", "variants", person), ("evidence", "list", world.case),
                  ("evidence", "show", world.items[0]), ("evidence", "verify"), ("audit", "show")):  # fmt: skip
        world.run(*words)
    found = world.run("search", "--from", "-", stdin=json.dumps({"query": "крыжановскую"}))
    assert found["total"] >= 2, "the name is in the index"
    assert set(extras.looks()) == set(extras.LOOKS), "the readers of pixels take part"


def _hand_over(world: World, asked: Path) -> None:
    key = age.X25519Identity.generate()
    address = world.given("lawyer.json", {"name": canary.NAME, "address": canary.NAME})
    recipient = world.run("recipient", "add", "--role", "lawyer", "--age-key", key.recipient().to_string(), "--from",
                          address)["recipient"]["id"]  # fmt: skip
    plan = world.run("redact", "plan", world.case)["plan"]
    assert any(finding["category"] for finding in plan["findings"])
    photo = [finding for finding in plan["findings"] if finding["evidence"] == world.items[3]]
    assert any("Крыжановская" in finding["explanation"] for finding in photo), "it was read off the pixels"
    world.run("redact", "preview", world.case, "--out", str(asked / "preview.pdf"))
    world.run("redact", "reject", world.case, "--pages")
    world.run("redact", "accept", world.case, "--all")
    world.run("bundle", "create", world.case, "--to", recipient, "--purpose", "filing", "--without", world.items[2],
              "--out", str(world.at("out") / "bundle.age"))  # fmt: skip
    identity = world.given("identity", key.to_string() + "\n")
    world.run("bundle", "open", str(world.at("out") / "bundle.age"), "--identity", identity, "--out",
              str(world.at("out") / "opened"))  # fmt: skip
    world.run("disclosures")


@pytest.mark.parametrize("folder", ["vaults", "home", "tmp", "cwd", "sheet", "out"])
def test_the_name_is_nowhere_on_the_disk(folder: str, world: World) -> None:
    assert canary.find(world.at(folder)) == []


def test_the_name_is_in_no_text_of_the_bundle(world: World) -> None:
    pages = sorted(world.at("out").rglob("*.pdf"))
    assert [path.name for path in pages].count("custody.pdf") == 1
    assert len(pages) == 4
    for path in pages:
        done = subprocess.run([program("pdftotext"), str(path), "-"], capture_output=True, timeout=60, check=True)
        text = done.stdout.decode()
        assert ("Certificate of custody" if path.name == "custody.pdf" else "видела повестку") in text
        assert canary.SURNAME.lower() not in text.lower()
        assert canary.LATIN.lower() not in text.lower()


def test_the_search_for_it_would_find_it(world: World, tmp_path: Path) -> None:
    found = canary.find(world.at("given"))
    assert any("post.html" in hit for hit in found)
    assert any("the name of" in hit for hit in found)
    for number, (label, data) in enumerate(canary.needles(canary.SURNAME).items()):
        # Also where it lies across the border of two reads.
        (tmp_path / "x").write_bytes(b"." * (SMALL - 1 - number % 3) + data + b".")
        hits = canary.find(tmp_path, buffer=SMALL)
        assert any(hit.startswith(f"{canary.SURNAME} in {label}:") for hit in hits), label


def test_nothing_was_written_but_in_the_vault_and_where_it_was_asked_for(world: World) -> None:
    allowed = tuple(str(world.at(name)) + "/" for name in ("vaults", "sheet", "out", "asked"))
    state = str(world.at("home") / "xdg_state_home" / "casevault") + "/"
    for command, trace in world.traces:
        for path in trace.written:
            assert path.startswith((*allowed, state, *HARMLESS)), f"{command} wrote to {path}"
    assert any(path.startswith(allowed[0]) for _, trace in world.traces for path in trace.written)


def test_no_temporary_file_is_left(world: World) -> None:
    assert list(world.at("tmp").iterdir()) == []
    assert list(world.at("cwd").iterdir()) == []
    state = world.at("home") / "xdg_state_home" / "casevault"
    left = {path.relative_to(state).parts[0] for path in world.at("home").rglob("*") if path.is_file()}
    assert left <= {"device", "remembered"}, "a random id, and how long the log was, are all that is kept outside"


def test_the_name_is_in_no_argument_and_no_environment(world: World) -> None:
    wanted = [data for word in (canary.SURNAME, canary.LATIN, "555-01-42") for data in canary.needles(word).values()]
    started = [(command, one) for command, trace in world.traces for one in trace.started]
    assert len(started) > len(world.traces), "workers are among them"
    for command, strings in started:
        for data in wanted:
            assert not any(data in string for string in strings), command


def test_no_command_opens_a_socket_that_leads_off_the_machine(world: World) -> None:
    for command, trace in world.traces:
        assert set(trace.sockets) <= {"AF_UNIX", "AF_LOCAL"}, command


def test_no_secret_is_in_an_argument_or_an_environment(world: World) -> None:
    code = (world.base / "sheet" / "code").read_text().strip()
    groups = code.split()[1:5]
    for command, trace in world.traces:
        for strings in trace.started:
            assert not any(group.encode() in string for group in groups for string in strings), command


def test_the_shell_keeps_no_history(world: World) -> None:
    pexpect = library("pexpect")
    options = ["--vault", str(world.at("vaults") / "vault"), "--recovery-file", str(world.base / "sheet" / "code")]
    words = traced.casevault(*options, "shell")
    child = pexpect.spawn(
        words[0], words[1:], env={**world.environment, "TERM": "xterm"}, cwd=str(world.at("cwd")), timeout=300,
        encoding="utf-8",
    )  # fmt: skip
    child.expect(">")
    child.sendline(f"search {canary.NAME}")
    child.expect(canary.SURNAME)
    child.expect(">")
    child.sendline("exit")
    child.expect(pexpect.EOF)
    child.close()
    for folder in ("vaults", "home", "tmp", "cwd"):
        assert canary.find(world.at(folder)) == []
    test_no_temporary_file_is_left(world)
