"""After `casevault demo`, the protected people of its dossier occur nowhere on the disk in plain text.

It runs without the extras, as models and readers of pixels take most of its time; test_canary.py takes a name through
them. With TESTS_WHOLE=1 it runs with them too.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import canary
import extra
import pytest
import traced

from vault import dossier

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is there on Linux only")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, traced.Trace]:
    base = tmp_path_factory.mktemp("demo")
    for name in ("home", "tmp", "cwd"):
        (base / name).mkdir()
    temporary = str(base / "tmp")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(base / "home"), "TMPDIR": temporary, "TEMP": temporary,
        "TMP": temporary, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    if not os.environ.get("TESTS_WHOLE"):
        environment |= {"PYTHONPATH": extra.ABSENT, extra.HIDE: ",".join(extra.absence.PACKAGES)}
    command = traced.casevault("--no-input", "--accept-weak-jail", "--json", "demo", str(base / "demo"))
    trace = traced.run(command, base / "log", environment=environment, folder=base / "cwd")
    assert trace.code == 0, trace.stderr
    return base, trace


def test_it_says_what_it_did_and_does_it_once(made: tuple[Path, traced.Trace], tmp_path: Path) -> None:
    base, trace = made
    answer = json.loads(trace.stdout)["demo"]
    assert answer["path"] == str(base / "demo")
    assert len(answer["steps"]) >= 8
    assert (base / "demo" / "what-the-lawyer-sees" / "index.html").exists()
    again = traced.run(
        traced.casevault("demo", str(base / "demo")), tmp_path / "log", environment=dict(os.environ), folder=tmp_path
    )
    assert again.code == 2, again.stderr


def _protected() -> tuple[str, ...]:
    """The stems of the surnames of all whom the lawyer's profile protects, with ё and е."""
    people = dossier.load().people
    kept = {word for one in people if one.role == "applicant" for word in one.name.split()}
    names = {one.name.split()[0] for one in people if one.role != "applicant" and one.keep is None} - kept
    assert len(names) >= 3
    stems = {name[:-2] for name in names}
    return tuple(sorted(stems | {stem.replace("ё", "е") for stem in stems}))


@pytest.mark.parametrize("folder", ["demo", "home", "tmp", "cwd"])
def test_no_protected_name_is_on_the_disk(folder: str, made: tuple[Path, traced.Trace]) -> None:
    assert canary.find(made[0] / folder, _protected()) == []


def test_it_wrote_only_into_its_folder(made: tuple[Path, traced.Trace]) -> None:
    base, trace = made
    allowed = (str(base / "demo") + "/", str(base / "home" / ".local" / "state" / "casevault") + "/", "/dev/null",
               "/dev/tty", "/proc/self/")  # fmt: skip
    assert [path for path in trace.written if not path.startswith(allowed)] == []
    assert list((base / "tmp").iterdir()) == []


def test_it_names_nobody_to_another_program_and_talks_to_nobody(made: tuple[Path, traced.Trace]) -> None:
    _, trace = made
    assert set(trace.sockets) <= {"AF_UNIX", "AF_LOCAL"}
    wanted = [data for word in _protected() for data in canary.needles(word).values()]
    assert len(trace.started) > 10
    for strings in trace.started:
        assert not any(data in string for data in wanted for string in strings)
