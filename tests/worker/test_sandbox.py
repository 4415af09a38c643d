"""The jail, attacked from inside; and its keeper, fed with nonsense."""

from __future__ import annotations

import io
import json
import os
import re
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any

import attacks
import psutil
import pytest

from vault.errors import Refused
from vault.sandbox import Answer, Limits, jail_report, run
from vault.sandbox.transport import MIB, exchange
from vault.worker import lockdown, syscalls

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIMITS = Limits(memory_bytes=512 * MIB, cpu_seconds=5, wall_seconds=20.0, output_bytes=4 * MIB, input_bytes=8 * MIB)
START = "import sys; sys.path[:0] = sys.argv[1:3]; import attacks; attacks.main()"

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the jail's walls exist on Linux only")
pytestmark = linux_only


def attack(
    job: str,
    request: dict[str, object] | None = None,
    blobs: tuple[Any, ...] = (),
    limits: Limits = LIMITS,
    *flags: str,
    weak: bool = False,
) -> Answer:
    command = [sys.executable, "-I", "-B", "-c", START, str(ROOT), str(HERE), *flags]
    return exchange(command, job, request or {}, blobs, limits, weak)


@pytest.fixture(scope="module")
def tried() -> dict[str, object]:
    return attack("tries").header


@pytest.mark.parametrize("what", sorted(attacks.TRIES))
def test_refuses(tried: dict[str, object], what: str) -> None:
    assert tried[what] in ("EPERM", "EACCES", "refused"), f"{what}: {tried[what]}"


@pytest.mark.parametrize("what", sorted(attacks.LETHAL))
def test_dies_for_what_no_parser_does(what: str) -> None:
    with pytest.raises(Refused) as caught:
        attack(what)
    assert caught.value.kind == "damaged"


def test_starts_with_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEVAULT_CANARY", "Tamara")
    monkeypatch.setenv("PYTHONPATH", "/tmp")
    read_end, write_end = os.pipe()
    os.set_inheritable(write_end, True)
    try:
        found = attack("start").header
    finally:
        os.close(read_end)
        os.close(write_end)
    environment = found["environment"]
    assert isinstance(environment, dict)
    assert set(environment) <= {"LC_CTYPE"}  # Python sets that one itself where there is no locale
    assert "Tamara" not in json.dumps(found)
    assert found["folder"] == "/"
    descriptors = found["descriptors"]
    assert isinstance(descriptors, list)
    assert descriptors[:3] == [0, 1, 2]
    assert len(descriptors) <= 4  # the fourth is the listing itself
    assert found["jail"] == {
        "limits": True,
        "no_new_privileges": True,
        "landlock": jail_landlock(found),
        "seccomp": True,
    }


def jail_landlock(found: dict[str, object]) -> int:
    jail = found["jail"]
    assert isinstance(jail, dict)
    assert isinstance(jail["landlock"], int)
    return jail["landlock"]


def test_memory_is_bounded() -> None:
    assert attack("allocate", {"bytes": 64 * MIB}).header == {"size": 64 * MIB}
    with pytest.raises(Refused, match="memory") as caught:
        attack("allocate", {"bytes": 1024 * MIB})
    assert caught.value.kind == "unreadable"


def test_processor_time_is_bounded() -> None:
    with pytest.raises(Refused, match="longer than 1 s") as caught:
        attack("spin", limits=Limits(cpu_seconds=1, wall_seconds=20))
    assert caught.value.kind == "unreadable"


@pytest.mark.parametrize("job", ["spin", "sleep"])
def test_the_clock_is_bounded(job: str) -> None:
    start = time.monotonic()
    with pytest.raises(Refused, match="longer than 1 s") as caught:
        attack(job, limits=Limits(wall_seconds=1.0))
    assert caught.value.kind == "unreadable"
    assert time.monotonic() - start < 8
    assert not psutil.Process().children()


def test_a_process_that_never_reads_is_ended() -> None:
    start = time.monotonic()
    with pytest.raises(Refused, match="longer than 1 s"):
        attack("echo", {}, (bytes(4 * MIB),), Limits(wall_seconds=1.0), "deaf")
    assert time.monotonic() - start < 8


def test_a_flood_is_cut_off() -> None:
    with pytest.raises(Refused, match="larger than 4 MiB") as caught:
        attack("flood")
    assert caught.value.kind == "unreadable"


def test_errors_written_by_the_worker_go_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    assert attack("complain").header == {}
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_blobs_go_both_ways() -> None:
    blobs = (b"", b"abc", io.BytesIO(bytes(range(256)) * 5000), os.urandom(MIB))
    answer = attack("echo", {}, blobs)
    assert answer.header == {"sizes": [0, 3, 1_280_000, MIB]}
    assert answer.blobs == (b"", b"abc", bytes(range(256)) * 5000, blobs[3])


def test_a_source_that_is_too_large_is_refused() -> None:
    with pytest.raises(Refused, match="larger than 8 MiB") as caught:
        attack("echo", {}, (bytes(9 * MIB),))
    assert caught.value.kind == "unreadable"


def test_a_source_that_fails_ends_the_process_and_says_why() -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise ConnectionResetError("the disk went away")

    with pytest.raises(ConnectionResetError):
        attack("echo", {}, (Broken(),))
    assert not psutil.Process().children()


HEADER = b'{"status":"done","answer":{}}'


def _frame(
    header: bytes = HEADER, tail: bytes = b"\0\0\0\0", magic: bytes = b"CVA1", length: int | None = None
) -> bytes:
    return magic + struct.pack(">I", len(header) if length is None else length) + header + tail


def test_the_frame_that_the_bad_ones_are_made_of_is_good() -> None:
    assert attack("raw", {}, (_frame(),)).header == {}


@pytest.mark.parametrize(
    "frame",
    {
        "nothing": b"",
        "short": b"CVA",
        "another magic": _frame(magic=b"CVQ1"),
        "not JSON": _frame(b"{"),
        "not an object": _frame(b"[1]"),
        "not ASCII": _frame('{"status":"done","answer":{"é":1}}'.encode()),
        "key twice": _frame(b'{"status":"refused","status":"done","answer":{}}'),
        "not a number": _frame(b'{"status":"done","answer":{"x":NaN}}'),
        "infinite": _frame(b'{"status":"done","answer":{"x":-Infinity}}'),
        "nested": _frame(b'{"status":"done","answer":' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
        "huge number": _frame(b'{"status":"done","answer":' + b"9" * 5000 + b"}"),
        "header longer than all": _frame(length=2**32 - 1),
        "header cut off": _frame(length=2**20),
        "no count": _frame(tail=b""),
        "count without blobs": _frame(tail=struct.pack(">I", 3)),
        "many blobs": _frame(tail=struct.pack(">I", 2**32 - 1)),
        "blob longer than all": _frame(tail=struct.pack(">IQ", 1, 2**64 - 1)),
        "blob cut off": _frame(tail=struct.pack(">IQ", 1, 5) + b"abcd"),
        "something after the end": _frame() + b"x",
        "a second answer": _frame() + _frame(),
        "no status": _frame(b'{"answer":{}}'),
        "answer of another kind": _frame(b'{"status":"done","answer":[1]}'),
        "made-up reason": _frame(b'{"status":"refused","reason":"Olga Kovalchuk was here","number":1}'),
        "reason of another kind": _frame(b'{"status":"refused","reason":{"a":1},"number":1}'),
    }.items(),
    ids=lambda pair: pair[0],
)
def test_nonsense_is_refused_without_repeating_it(frame: tuple[str, bytes]) -> None:
    with pytest.raises(Refused) as caught:
        attack("raw", {}, (frame[1],))
    assert caught.value.kind == "damaged"
    assert "Olga" not in caught.value.message + caught.value.hint


def test_numbers_in_a_reason_are_only_numbers() -> None:
    frame = _frame(b'{"status":"refused","reason":"too-many-pages","number":"Olga"}')
    with pytest.raises(Refused, match="more than some pages") as caught:
        attack("raw", {}, (frame,))
    assert caught.value.kind == "unreadable"


def test_a_whole_answer_counts_for_nothing_when_the_process_then_fails() -> None:
    with pytest.raises(Refused) as caught:
        attack("raw", {"code": 3}, (_frame(),))
    assert caught.value.kind == "damaged"


def test_deep_answers_are_refused_or_kept_but_never_crash() -> None:
    assert "deep" in attack("deep").header


def test_without_a_filter_nothing_is_parsed_unless_accepted() -> None:
    with pytest.raises(Refused) as caught:
        attack("echo", {}, (b"x",), LIMITS, "no-filter")
    assert caught.value.kind == "unsupported"
    assert "--accept-weak-jail" in caught.value.hint
    assert attack("echo", {}, (b"x",), LIMITS, "no-filter", weak=True).blobs == (b"x",)


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_need_the_weak_jail_to_be_accepted(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr("vault.sandbox.jail.sys.platform", system)
    with pytest.raises(Refused) as caught:
        run("extract", {"media_type": "text/plain"}, [b"x"])
    assert caught.value.kind == "unsupported"
    assert "--accept-weak-jail" in caught.value.hint


def test_many_at_once_from_threads() -> None:
    results: list[object] = []

    def one(number: int) -> None:
        results.append(attack("echo", {}, (bytes([number]) * 100_000,)).blobs[0][:1])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bytes, results)) == [bytes([number]) for number in range(6)]  # type: ignore[arg-type]


def test_the_report_says_what_stands_here() -> None:
    report = jail_report()
    states = {one.feature: one.state for one in report.features}
    assert states["seccomp"] == "works"
    assert states["files and network"] == "works"
    assert states["Landlock"] in ("works", "missing")
    assert report.strong


def test_a_reader_that_does_not_start_is_not_the_documents_fault() -> None:
    with pytest.raises(Refused, match="does not start") as caught:
        run("no such job", {}, [bytes(4 * MIB)])
    assert caught.value.kind == "unsupported"


# --- the filter itself, also for the machine that the tests don't run on


def _verdict(program: bytes, arch: int, number: int, third: int = 0) -> int:
    """A small interpreter of the five BPF instructions that we use."""
    data = {lockdown.OFFSET_NUMBER: number, lockdown.OFFSET_ARCH: arch, lockdown.OFFSET_THIRD_ARGUMENT: third}
    steps = [struct.unpack("=HBBI", program[at : at + 8]) for at in range(0, len(program), 8)]
    accumulator = position = 0
    while True:
        code, if_true, if_false, value = steps[position]
        position += 1
        if code == lockdown.RET:
            return int(value)
        if code == lockdown.LD_ABS:
            accumulator = data[value]
            continue
        true = {
            lockdown.JEQ: accumulator == value,
            lockdown.JGE: accumulator >= value,
            lockdown.JSET: bool(accumulator & value),
        }[code]
        position += if_true if true else if_false


@pytest.mark.parametrize("machine", sorted(syscalls.TABLES))
def test_the_filter_decides_as_its_table_says(machine: str) -> None:
    table = syscalls.TABLES[machine]
    program = lockdown.filter_program(table)
    refuse = lockdown.RET_ERRNO | 1
    for number in range(600):
        expected = refuse
        if number in table.allowed.values() or number in table.mapping.values():
            expected = lockdown.RET_ALLOW
        elif number in table.fatal.values():
            expected = lockdown.RET_KILL_PROCESS
        assert _verdict(program, table.arch, number) == expected, number
    for number in table.mapping.values():
        assert _verdict(program, table.arch, number, third=7) == refuse
        assert _verdict(program, table.arch, number, third=3) == lockdown.RET_ALLOW
    some = next(iter(table.allowed.values()))
    assert _verdict(program, table.arch ^ 1, some) == lockdown.RET_KILL_PROCESS
    assert _verdict(program, table.arch, some | lockdown.X32_BIT) == lockdown.RET_KILL_PROCESS


@pytest.mark.parametrize(
    ("machine", "path"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_the_numbers_are_the_kernels(machine: str, path: str) -> None:
    header = Path(path)
    if not header.exists():
        pytest.skip("this system carries no kernel headers")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
    numbers = {name: int(number) for name, number in found}
    table = syscalls.TABLES[machine]
    for name, number in {**table.allowed, **table.mapping, **table.fatal}.items():
        assert numbers[name] == number, name


def test_every_reason_that_a_worker_gives_is_known() -> None:
    from vault.sandbox import reasons

    sources = "".join(path.read_text() for path in (ROOT / "vault" / "worker").glob("*.py"))
    given = set(re.findall(r'Refusal\(\s*"([a-z-]+)"', sources)) | set(re.findall(r'"reason": "([a-z-]+)"', sources))
    assert len(given) > 15
    assert given <= set(reasons.REASONS)
    noted = set(re.findall(r'\.note\(\s*"([a-z-]+)"', sources))
    assert len(noted) > 10
    assert noted <= set(reasons.NOTES)
