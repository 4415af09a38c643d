"""Models in the jail: a session that is asked many times, real models, and workers that lie."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import vaults

from vault.errors import Refused
from vault.model.findings import Found
from vault.sandbox import extras, names
from vault.sandbox.names import NameFinder
from vault.sandbox.transport import worker_command
from vault.sandbox.windows import OVERLAP, WINDOW, windows

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIE = "import sys; sys.path[:0] = sys.argv[1:3]; del sys.argv[1:3]; import liar; liar.main()"
RUSSIAN = "Сергей Крапивин приехал из Казани в Министерство юстиции."
ENGLISH = "Jonathan Whitmore met his lawyer in Manchester on Monday."

pytestmark = pytest.mark.skipif(not extras.present("models"), reason="the extra casevault[models] is not installed")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the jail's walls exist on Linux only")


@pytest.fixture(scope="module")
def finder() -> Iterator[NameFinder]:
    with NameFinder(accept_weak_jail=vaults.WEAK_JAIL) as found:
        yield found


def named(text: str, found: list[Found], label: str) -> list[str]:
    return [text[one.start : one.end] for one in found if one.label == label]


def liar(how: str, answer: object = None) -> NameFinder:
    told = answer if isinstance(answer, str) else json.dumps(answer)
    command = [sys.executable, "-I", "-B", "-c", LIE, str(ROOT), str(HERE), how, told]
    return NameFinder(accept_weak_jail=True, command=command)


def command_of(process: psutil.Process) -> str:
    """Empty for one that has just ended: another test's, perhaps."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def is_gone(pid: int, seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


# ---- real models -----------------------------------------------------------------------------------------------


def test_finds_people_places_and_bodies(finder: NameFinder) -> None:
    found = finder.find(RUSSIAN)
    assert named(RUSSIAN, found, "PERSON") == ["Сергей Крапивин"]
    assert named(RUSSIAN, found, "PLACE") == ["Казани"]
    assert named(RUSSIAN, found, "ORGANISATION") == ["Министерство юстиции"]
    assert named(ENGLISH, finder.find(ENGLISH), "PERSON") == ["Jonathan Whitmore"]


@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_case_is_restored_for_russian(finder: NameFinder, change: object) -> None:
    assert callable(change)
    text = change("Вчера Сергей Крапивин и Наталья Ильясова приехали в Казань.")
    found = [word.lower() for word in named(text, finder.find(text), "PERSON")]
    assert found == ["сергей крапивин", "наталья ильясова"]


def test_a_surname_in_capitals_and_a_line_without_any(finder: NameFinder) -> None:
    text = "Свидетель ИЛЬЯСОВ Пётр дал показания.\nпривет, это наташа крапивина, позвони мне\nХорошо, позвоню."
    people = named(text, finder.find(text), "PERSON")
    assert "ИЛЬЯСОВ Пётр" in people
    assert "наташа крапивина" in people


def test_each_script_goes_to_its_own_models(finder: NameFinder) -> None:
    text = f"{RUSSIAN}\n\n{ENGLISH}\n\nВстретились: Jonathan Whitmore и Пётр Ильясов."
    people = named(text, finder.find(text), "PERSON")
    assert {"Сергей Крапивин", "Jonathan Whitmore", "Пётр Ильясов"} <= set(people)
    plain = "Мы долго шли по дороге, потом остановились и ждали, пока не стемнело и не стало совсем тихо."
    assert finder.find(plain) == []


def test_a_process_starts_with_the_first_text_of_its_script() -> None:
    with NameFinder(accept_weak_jail=vaults.WEAK_JAIL) as finder:
        assert finder.pids() == {}
        assert finder.find("12.05.2014, 40 %") == []
        assert finder.pids() == {}
        finder.find(RUSSIAN)
        ((script, pid),) = finder.pids().items()
        assert script == "cyrillic"
        finder.find(RUSSIAN)
        assert finder.pids() == {"cyrillic": pid}
        one = psutil.Process(pid)
        assert one.num_threads() == 1
    assert is_gone(pid)


@pytest.mark.parametrize(
    "text",
    ["", "\0\0\0", "\ud800Сергей\udfff", "\u202eСергей\u200b Крапивин", "а" * 50_000, "И. " * 9_000, "«" * 2_000],
)
def test_strange_text_is_no_fault(finder: NameFinder, text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in finder.find(text))


def test_a_name_at_a_cut_is_whole(finder: NameFinder) -> None:
    filler = "и потом они долго шли по дороге и молчали "
    for shift in range(0, 40, 8):
        text = filler * (WINDOW // len(filler)) + "я" * shift + " Сергей Крапивин " + filler * 20
        assert "Сергей Крапивин" in named(text, finder.find(text), "PERSON")


@linux_only
def test_a_long_text_takes_no_more_memory_than_a_short_one(finder: NameFinder) -> None:
    finder.find(RUSSIAN * 200)
    process = psutil.Process(finder.pids()["cyrillic"])
    before = process.memory_info().rss
    text = RUSSIAN * 8_000  # one line without an end
    found = finder.find(text)
    assert len([one for one in found if one.label == "PERSON"]) >= 8_000
    assert process.memory_info().rss < before + (16 << 20)


# ---- no network ------------------------------------------------------------------------------------------------


@linux_only
@pytest.mark.parametrize("text", [RUSSIAN, ENGLISH])
def test_neither_loading_nor_asking_opens_a_socket(tmp_path: Path, text: str) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not here")
    trace = tmp_path / "trace"
    calls = "trace=socket,connect,sendto,sendmsg,bind,execve"
    # The jail makes itself untraceable, so what is loaded is watched up to there; behind it no socket can be had.
    with NameFinder(
        accept_weak_jail=True, command=[strace, "-f", "-qq", "-e", calls, "-o", str(trace), *worker_command()]
    ) as one:
        assert one.find(text)
    lines = [line for line in trace.read_text().splitlines() if "execve" not in line and "+++" not in line]
    # libc asks the daemon of user names where there is one; everything else would be a network.
    assert [line for line in lines if "AF_UNIX" not in line] == []


@linux_only
def test_the_jail_around_the_models_is_strong(finder: NameFinder) -> None:
    finder.find(RUSSIAN)
    status = Path(f"/proc/{finder.pids()['cyrillic']}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Seccomp"].strip() == "2"
    assert fields["NoNewPrivs"].strip() == "1"


# ---- workers that lie ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        "name",
        [["0", 3, "PERSON", 900]],
        [[0, 3, "PERSON"]],
        [[0, 3, "PERSON", 900, 1]],
        [[-1, 3, "PERSON", 900]],
        [[3, 3, "PERSON", 900]],
        [[0, 4_000_000_000, "PERSON", 900]],
        [[0, len(RUSSIAN) + 1, "PERSON", 900]],
        [[0, 3, "person", 900]],
        [[0, 3, ["PERSON"], 900]],
        [[0, 3, "PERSON", 1001]],
        [[0, 3, "PERSON", 0.5]],
        [[True, 3, "PERSON", 900]],
        [[0, 1, "PERSON", 1]] * (names.MAX_FOUND + 1),
    ],
)
def test_an_answer_that_cannot_be_is_refused(answer: object) -> None:
    with liar("answer", json.dumps(answer)) as finder, pytest.raises(Refused, match="makes no sense") as caught:
        finder.find(RUSSIAN)
    assert "Крапивин" not in str(caught.value)


@pytest.mark.parametrize("how", ["flood", "raw", "blobs"])
def test_an_answer_of_another_form_is_refused(how: str) -> None:
    with liar(how, "CVA1 nonsense") as finder, pytest.raises(Refused, match=r"makes no sense|stopped"):
        finder.find(RUSSIAN)


def test_an_honest_answer_passes() -> None:
    with liar("answer", [[0, 6, "PERSON", 900]]) as finder:
        assert finder.find(RUSSIAN) == [Found(0, 6, "PERSON", 0.9)]


def test_a_worker_that_dies_is_replaced() -> None:
    with liar("die") as finder:
        for _ in range(2):
            with pytest.raises(Refused, match="stopped"):
                finder.find(RUSSIAN)
            assert finder.pids() == {}


def test_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = dataclasses.replace(names.LIMITS["cyrillic"], wall_seconds=1.0)
    monkeypatch.setitem(names.LIMITS, "cyrillic", quick)
    start = time.monotonic()
    with liar("sleep") as finder, pytest.raises(Refused, match="longer than 1 s"):
        finder.find(RUSSIAN)
    monkeypatch.setattr(names, "START_SECONDS", 1.0)
    with liar("never-ready") as finder, pytest.raises(Refused, match="longer than"):
        finder.find(RUSSIAN)
    assert time.monotonic() - start < 15
    assert not [child for child in psutil.Process().children() if "liar" in command_of(child)]


@linux_only
def test_a_weak_jail_has_to_be_accepted() -> None:
    start = (
        "import sys; sys.path.insert(0, sys.argv[1]); from vault.worker import lockdown_linux;"
        "lockdown_linux._seccomp = lambda libc: False;"
        "from vault.worker.__main__ import serve; serve()"
    )
    command = [sys.executable, "-I", "-B", "-c", start, str(ROOT)]
    with NameFinder(command=command) as finder, pytest.raises(Refused, match="lock"):
        finder.find(RUSSIAN)
    with NameFinder(command=command, accept_weak_jail=True) as finder:
        assert finder.find(RUSSIAN)


# ---- ends ------------------------------------------------------------------------------------------------------

ENDLESS = """
import sys
sys.path.insert(0, sys.argv[1])
from vault.sandbox.names import NameFinder
with NameFinder(accept_weak_jail=True) as finder:
    finder.find("Сергей Крапивин")
    print(finder.pids()["cyrillic"], flush=True)
    while True:
        finder.find("Сергей Крапивин приехал из Казани. " * 1000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_is_left_behind(sent: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(ROOT)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    worker = int(process.stdout.readline())
    time.sleep(0.3)
    os.kill(process.pid, sent)
    try:
        process.wait(20)
    finally:
        process.kill()
        process.stdout.close()
    assert is_gone(worker)


# ---- windows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "а", "а" * (WINDOW * 3), "Слово. " * 4000, "строка\n" * 4000, "слово " * 5000, "\n" * 20_000]
)
def test_windows_cover_a_text_and_overlap(text: str) -> None:
    cut = list(windows(text))
    assert (cut[-1].end if cut else 0) == len(text)
    for one in cut:
        assert 0 < one.end - one.start <= WINDOW
        assert one.start <= one.first <= one.last <= one.end
    for one, other in itertools.pairwise(cut):
        assert one.start < other.start < one.end
        assert other.first == one.last
        assert one.end - other.start <= OVERLAP
        assert one.end - other.start >= OVERLAP // 2 - 1
