"""The example session of README.md: typed into the real program on a terminal, and compared with what the page shows.

    python tests/docs/session.py        types it anew and writes what came into README.md

It shows the program with its extras for names, scans and faces; where one is missing there is nothing to compare.
Ids, hashes, words and the day are different each time; `normalised` gives them fixed names.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from vault.sandbox import extras  # noqa: E402
from vault.usecases import models  # noqa: E402

README = ROOT / "README.md"
SECONDS = 600
ROWS, COLUMNS = 60, 110
SUMMONS = """ПОВЕСТКА
Кому: Тернёвой Дарье Андреевне, +7 900 000-01-11.
Явиться 7 июня 2023 года к 10:00 по уголовному делу № 12300000314000159.
Свидетель Л. А. Ветлугорская (тел. +7 900 000-01-44) допрошена 1 июня.
"""
TYPED = (
    "case new Darya's claim",
    "person add --role applicant Тернёва Дарья Андреевна",
    "person add --role witness Ветлугорская Лидия Аркадьевна",
    "evidence add summons.txt --kind summons",
    "her family, retyped from paper",
    "Darya's sister",
    "evidence add statement.png --kind letter",
    "photo of a typed page",
    "Darya",
    "search повестки",
    "redact plan",
    "redact preview --out preview.pdf",
    "redact show",
    "redact reject 1 6",
    "redact reject --pages",
    "redact accept --all",
    "recipient add --role lawyer A. Lawyer",
    "bundle create --purpose hearing --consent oral --out bundle.age",
    "1",
    "y",
    "disclosures",
    "audit verify",
    "exit",
)
"""What is typed, in order: commands, and answers to what they ask."""
PROMPTS = [
    r"casevault( C-\w{5})?> $", r"\(may stay empty\): $", r"Number, or a part of it: $", r"Seal it\? \[N\]: $",
]  # fmt: skip
BLOCK = re.compile(r"(```text session\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"\b([CPERB])-[0-9A-HJKMNP-TV-Z]{5,9}\b")


def missing() -> list[str]:
    """The extras without which the session goes another way."""
    without = [] if models.present() else ["models"]
    return [*without, *(look for look in extras.LOOKS if not extras.present(look))]


def environment(home: Path) -> dict[str, str]:
    """What the program may know: no colour, no user's own folders."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "TERM": "dumb",
        "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": str(home / "state"), "CASEVAULT_PATH": "vault",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip


def prepare(folder: Path) -> None:
    """The papers, and a vault that opens with a recovery code (no Argon2, so no waiting)."""
    draw_papers(folder)
    command = [sys.executable, "-m", "commands.main", "init", "--no-passphrase", "--recovery-out", "code.txt"]
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr.decode()


def draw_papers(folder: Path) -> None:
    """Two of them, a text and a picture."""
    (folder / "summons.txt").write_text(SUMMONS, "utf-8")
    _draw_statement(folder / "statement.png")


def _draw_statement(path: Path) -> None:
    """A typed page at 200 dpi, with a signature as a pen draws it."""
    font = ImageFont.truetype(str(ROOT / "vault" / "worker" / "fonts" / "DejaVuSans.ttf"), 38)
    page = Image.new("L", (1654, 2339), 255)
    pen = ImageDraw.Draw(page)
    lines = (
        (240, "ЗАЯВЛЕНИЕ"),
        (380, "12 марта меня задержали у входа в здание суда."),
        (450, "Это видела Л. А. Ветлугорская, она стояла рядом."),
        (520, "Вечером меня отпустили домой без протокола."),
    )
    for top, line in lines:
        pen.text((160, top), line, font=font, fill=0)
    points = [(160 + 9 * n, 760 + 45 * math.sin(n / 1.7) + 20 * math.sin(n / 0.6)) for n in range(45)]
    pen.line(points, fill=0, width=5, joint="curve")
    page.save(path, dpi=(200, 200))


def record(folder: Path) -> str:
    """Type everything, and give back what the terminal showed, with what was typed."""
    shell = pexpect.spawn(
        sys.executable, ["-m", "commands.main", "shell", "--recovery-file", "code.txt"], cwd=str(folder),
        env=environment(folder), encoding="utf-8", timeout=SECONDS,
        dimensions=(ROWS, COLUMNS), echo=False,
    )  # fmt: skip
    shown = ""
    for line in TYPED:
        shell.expect(PROMPTS)
        shown += f"{shell.before}{shell.after}{line}\n"
        shell.sendline(line)
    shell.expect(pexpect.EOF)
    shell.close()
    assert shell.exitstatus == 0, shown
    return f"{shown}{shell.before}".replace("\r", "").rstrip() + "\n"


def normalised(text: str) -> str:
    """The same with fixed names for what is random: equal for two runs that differ in nothing else."""
    names: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"{found[1]}-{len(names) + 1}")

    text = _ID.sub(name, text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "<sha256>", text)
    text = re.sub(r"\b(?:[0-9A-F]{4} ){7}[0-9A-F]{4}\b", "<fingerprint>", text)
    text = re.sub(r"(told over another channel.*\n\s+)[a-z -]+\n", r"\1<words>\n", text)
    text = re.sub(r"\b20\d\d-\d\d-\d\d\b", "<day>", text)
    text = re.sub(r"\b\d{1,4}\.\d KiB\b", "<size>", text)  # marks and salts are random, and pack as they will
    return re.sub(r"[ \t]+", " ", text)


def shown_in_readme() -> str:
    """The session as the page shows it."""
    found = BLOCK.search(README.read_text("utf-8"))
    assert found, "README.md has no block ```text session"
    return found[2]


def main() -> None:
    """Write a new recording into README.md."""
    assert not missing(), f"install casevault[{','.join(missing())}] first"
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        fresh = record(Path(name))
    text = README.read_text("utf-8")
    README.write_text(BLOCK.sub(lambda found: found[1] + fresh + found[3], text), "utf-8")


if __name__ == "__main__":
    main()
