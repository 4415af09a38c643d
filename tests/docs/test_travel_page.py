"""Runs docs/travel.md as it stands: a laptop, two trustees and another computer, each in a folder of their own."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import ready
import session
from blocks import blocks, document

from vault.usecases import travel_look, travel_shares

PAGE = "docs/travel.md"
SECONDS = 120
OPENS = "--recovery-file code.txt"


@dataclass
class Journey:
    """The folders, and what the words of the page that stand for something stand for here."""

    base: Path
    names: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def folder(self, who: str) -> Path:
        made = self.base / who
        made.mkdir(exist_ok=True)
        return made

    def block(self, name: str) -> list[str]:
        """The lines of a block."""
        self.done.add(name)
        (found,) = [one for one in blocks(PAGE) if one.info == ("sh", name)]
        return found.text.splitlines()

    def run(self, who: str, line: str, more: str = "", code: int = 0) -> str:
        """One line of the page, as somebody types it in their folder."""
        for shown, ours in self.names.items():
            line = line.replace(shown, ours)
        words = [*shlex.split(line), *shlex.split(more)]
        assert words[0] == "casevault"
        folder = self.folder(who)
        done = ready.run(
            [sys.executable, "-m", "commands.main", *words[1:]], b"",
            environment={**session.environment(folder), "HOME": str(folder)}, cwd=folder, timeout=SECONDS,
        )  # fmt: skip
        assert done.returncode == code, done.stderr.decode()
        return done.stdout.decode() + done.stderr.decode()

    def learn(self, shown: str, said: str) -> None:
        """What the program answered takes the place of what the page shows."""
        assert shown in document(PAGE)
        self.names[shown] = said

    def carry(self, name: str, source: str, target: str) -> None:
        """A file goes from one folder to another."""
        shutil.copy(self.folder(source) / name, self.folder(target) / Path(name).name)


@pytest.fixture
def journey(tmp_path: Path) -> Journey:
    made = Journey(tmp_path)
    made.run("laptop", "casevault init --no-passphrase --recovery-out code.txt")
    (made.folder("laptop") / "title.json").write_text(json.dumps({"title": "Дело"}), "utf-8")
    (made.folder("laptop") / "trustee.json").write_text(json.dumps({"name": "Доверенная"}), "utf-8")
    made.run("laptop", "casevault case new --from title.json", OPENS)
    made.learn("V-7K3Q9AB2CD4E", json.loads((made.folder("laptop") / "vault" / "vault.json").read_bytes())["vault"])
    return made


def test_the_page_from_top_to_bottom(journey: Journey) -> None:
    _prepared(journey)
    digits = [row[1] for row in re.findall(r"^(\d) .* (\d{3} \d{3})$", _given(journey), re.MULTILINE)]
    for number, who in enumerate(("first", "second"), 1):
        journey.carry(f"shares/share-{number}.age", "laptop", who)
        (line,) = journey.block("check")
        assert digits[number - 1] in journey.run(who, line.replace("share-1", f"share-{number}"))
    plan, start = journey.block("start")
    assert "recovery sheet" in journey.run("laptop", plan, OPENS)
    journey.run("laptop", start, OPENS)
    journey.run("laptop", "casevault status", OPENS, code=12)
    _back(journey)
    _sent(journey)
    (line,) = journey.block("door")
    assert journey.done == {one.info[1] for one in blocks(PAGE)}
    journey.run("laptop", line, code=2)  # nothing is prepared any more
    journey.run("laptop", "casevault travel prepare --trustees R-8KD4VX,R-2MZ7QT --need 2 --out more",
                "--recovery-file new-sheet.txt")  # fmt: skip
    journey.run("laptop", line)
    journey.run("laptop", "casevault status", "--recovery-file new-sheet.txt", code=12)


def _prepared(journey: Journey) -> None:
    (keygen,) = journey.block("trustee")
    *adds, prepare = journey.block("before")
    for number, (who, add) in enumerate(zip(("first", "second"), adds, strict=True), 1):
        said = journey.run(who, keygen, "--no-passphrase")
        journey.learn(f"AGE-KEY-{number}", re.findall(r"age1\w+", said)[0])
        added = journey.run("laptop", add, f"--from trustee.json --json {OPENS}")
        journey.learn(("R-8KD4VX", "R-2MZ7QT")[number - 1], json.loads(added)["recipient"]["id"])
    (journey.base / "given").write_text(journey.run("laptop", prepare, OPENS), "utf-8")


def _given(journey: Journey) -> str:
    return (journey.base / "given").read_text("utf-8")


def _back(journey: Journey) -> None:
    (home,) = journey.block("home")
    code = re.findall(r"(?:\d{4} ){5}\d{4}", journey.run("laptop", home))[0]
    for number, who in enumerate(("first", "second"), 1):
        journey.carry("request.json", "laptop", who)
        (line,) = journey.block("answer")
        for shown in ("share-1", "answer-1"):
            line = line.replace(shown, shown.replace("1", str(number)))
        assert "Wait 24 hours" in journey.run(who, line, f"--confirm '{code}'")
        journey.carry(f"answer-{number}.age", who, "laptop")
    (line,) = journey.block("back")
    journey.run("laptop", line, "--no-input")
    assert "travel.end" in journey.run("laptop", "casevault audit show", "--recovery-file new-sheet.txt")


def _sent(journey: Journey) -> None:
    (line,) = journey.block("send")
    journey.run("laptop", line, "--recovery-file new-sheet.txt")
    for name in ("vault.age", "words.txt", "new-sheet.txt"):
        journey.carry(name, "laptop", "elsewhere")
    (journey.folder("elsewhere") / "new-sheet.txt").rename(journey.folder("elsewhere") / "sheet.txt")
    for line in journey.block("receive"):
        journey.run("elsewhere", line)
    assert "Дело" in journey.run("elsewhere", "casevault case list --vault my-vault", "--recovery-file sheet.txt")


def test_the_page_says_what_the_program_does() -> None:
    page = " ".join(document(PAGE).split())
    assert f"({travel_shares.DEFAULT_WAIT}, unless you give `--wait`)" in page
    for word in ("Swap and hibernation", "snapshots", "SSDs", "backups"):
        assert word.lower() in page.lower()
    assert any("SSD" in line for line in travel_look.CANNOT_PROMISE)
