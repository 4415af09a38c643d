"""Types the session of README.md again, and plays the lawyer with the bundle that comes out of it."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest
import session
from blocks import blocks, document

import tools
from commands import exits

PAGE = document("README.md")
SECONDS = 90
COVERED_ELSEWHERE = {
    "casevault demo": "tests of the demonstration",
    "casevault init": "asks on a terminal; tests of the command line",
    "casevault shell": "the session below",
    "casevault key add passphrase": "asks on a terminal; tests of the key commands",
}


@dataclass(frozen=True)
class Session:
    """A session as it went now."""

    folder: Path
    transcript: str
    words: str


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The session, typed into the program."""
    if session.missing():
        pytest.skip(f"the extras {session.missing()} are not installed")
    folder = tmp_path_factory.mktemp("readme")
    session.prepare(folder)
    transcript = session.record(folder)
    told = re.search(r"told over another channel.*\n\s+([a-z -]+)\n", transcript)
    assert told
    return Session(folder, transcript, told[1])


def _typed(played: Session, command: str, answer: str) -> tuple[int, str]:
    """Run a command on a terminal and answer its one question."""
    program = pexpect.spawn(
        "sh", ["-c", f'casevault() {{ "{sys.executable}" -m commands.main "$@"; }}; {command}'],
        cwd=str(played.folder), env=session.environment(played.folder), encoding="utf-8", timeout=SECONDS,
        echo=False,
    )  # fmt: skip
    program.expect(r": ?$")
    program.sendline(answer)
    program.expect(pexpect.EOF)
    program.close()
    return program.exitstatus or 0, str(program.before)


def test_session_is_as_recorded(played: Session) -> None:
    shown, now = session.shown_in_readme(), played.transcript
    assert session.normalised(now) == session.normalised(shown), "run: python tests/docs/session.py"


def test_two_lines_of_the_demonstration_do_the_same() -> None:
    bash = next(block.text for block in blocks("README.md") if block.info == ("sh", "demo"))
    power = next(block.text for block in blocks("README.md") if block.info == ("powershell", "demo"))
    assert len(bash.splitlines()) == len(power.splitlines()) == 1
    steps = [step.split(maxsplit=1)[1] for step in bash.strip().split(" && ")]
    others = re.sub(r"; if \(\$\?\) \{ (.*?) \}", r" && \1", power.strip()).replace("\\", "/").split(" && ")
    others = [step.split(maxsplit=1)[1].removeprefix("-3 ").removesuffix(" --accept-weak-jail") for step in others]
    assert steps == others
    assert "--require-hashes -r requirements/core.txt" in bash
    assert "--hash=sha256:" in document("requirements/core.txt")


def test_lawyer_verifies_and_opens(played: Session) -> None:
    script = next(b.text for b in blocks("README.md") if b.info == ("sh", "lawyer") and "casevault" in b.text)
    verify, opened = script.strip().split("\n")
    for command in (verify, opened):
        code, shown = _typed(played, command, played.words.upper())
        assert code == exits.OK, shown
    assert (played.folder / "opened" / "index.html").is_file()
    assert sorted(path.name for path in (played.folder / "opened" / "exhibits").iterdir()) == ["A.pdf", "B.pdf"]


def test_lawyer_with_another_age_program(played: Session) -> None:
    tools.program("age")
    command = next(b.text for b in blocks("README.md") if b.info == ("sh", "lawyer") and "age -d" in b.text)
    code, shown = _typed(played, command.strip(), played.words)
    assert code == 0, shown
    with zipfile.ZipFile(played.folder / "bundle.zip") as archive:
        assert {"index.html", "manifest.json", "exhibits/A.pdf"} <= set(archive.namelist())


def test_one_document_without_a_vault(tmp_path: Path) -> None:
    if set(session.missing()) & {"ocr", "faces"}:
        pytest.skip(f"the extras {session.missing()} are not installed")
    people, commands = (b.text for b in blocks("README.md") if b.info[1:] == ("alone",))
    session.draw_papers(tmp_path)
    (tmp_path / "people.json").write_text(people, "utf-8")
    for line in commands.strip().split("\n"):
        done = subprocess.run(
            [sys.executable, "-m", "commands.main", *line.split()[1:]], cwd=tmp_path,
            env=session.environment(tmp_path), capture_output=True, timeout=SECONDS,
        )  # fmt: skip
        assert done.returncode == exits.OK, f"{line}: {done.stderr.decode()}"
    assert done.stdout == b"Nobody was found.\n"


def test_commands_in_the_text_do_what_it_says(played: Session) -> None:
    for span in sorted(set(re.findall(r"`(casevault [^`\n]+)`", PAGE))):
        if span in COVERED_ELSEWHERE:
            continue
        own_case = re.search(r"C-[0-9A-Z]{5}", played.transcript)
        assert own_case
        words = [own_case[0] if re.fullmatch("C-[0-9A-Z]{5}", word) else word for word in span.split()[1:]]
        if "--recovery-file" not in words and words[0] != "keygen":
            words += ["--recovery-file", "code.txt"]
        done = subprocess.run(
            [sys.executable, "-m", "commands.main", *words], cwd=played.folder,
            env=session.environment(played.folder), capture_output=True, timeout=SECONDS,
        )  # fmt: skip
        assert done.returncode == exits.OK, f"{span}: {done.stderr.decode()}"
