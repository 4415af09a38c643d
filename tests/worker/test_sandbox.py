"""The jail's keeper; what is attacked from inside is in test_jail_contract.py."""

from __future__ import annotations

import io
import os
import re
import struct
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from jailed import ROOT, attack, good_frame

from vault.errors import Refused
from vault.sandbox import Limits, frames, jail_report, run
from vault.sandbox.transport import MIB
from vault.worker import lockdown_linux, syscalls

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc or the filter of Linux")


def test_a_process_that_never_reads_is_ended() -> None:
    start = time.monotonic()
    with pytest.raises(Refused, match="longer than 1 s"):
        attack("echo", {}, (bytes(4 * MIB),), Limits(wall_seconds=1.0), "deaf")
    assert time.monotonic() - start < 8


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

    before = psutil.Process().children()
    with pytest.raises(ConnectionResetError):
        attack("echo", {}, (Broken(),))
    assert psutil.Process().children() == before


def test_numbers_in_a_reason_are_only_numbers() -> None:
    frame = good_frame(b'{"status":"refused","reason":"too-many-pages","number":"Olga"}')
    with pytest.raises(Refused, match="more than some pages") as caught:
        attack("raw", {}, (frame,))
    assert caught.value.kind == "unreadable"


def test_a_whole_answer_counts_for_nothing_when_the_process_then_fails() -> None:
    with pytest.raises(Refused) as caught:
        attack("raw", {"code": 3}, (good_frame(),))
    assert caught.value.kind == "damaged"


@pytest.mark.parametrize("one", [b"[],", b'{"a":1},', b'"a",'])
def test_an_answer_that_would_take_gigabytes_to_hold_is_not_read(one: bytes) -> None:
    for many, broken in ((50, False), (frames.MAX_VALUES + 1, True)):
        header = b'{"status":"done","answer":{"x":[' + one * many + b"0]}}"
        try:
            assert len(frames.parse_answer([good_frame(header)]).header) == 2
            assert not broken
        except frames.BrokenAnswer:
            assert broken


def test_deep_answers_are_refused_or_kept_but_never_crash() -> None:
    assert "deep" in attack("deep").header


@pytest.mark.parametrize("system", ["win32", "freebsd14"])
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
    data = {
        lockdown_linux.OFFSET_NUMBER: number,
        lockdown_linux.OFFSET_ARCH: arch,
        lockdown_linux.OFFSET_THIRD_ARGUMENT: third,
    }
    steps = [struct.unpack("=HBBI", program[at : at + 8]) for at in range(0, len(program), 8)]
    accumulator = position = 0
    while True:
        code, if_true, if_false, value = steps[position]
        position += 1
        if code == lockdown_linux.RET:
            return int(value)
        if code == lockdown_linux.LD_ABS:
            accumulator = data[value]
            continue
        true = {
            lockdown_linux.JEQ: accumulator == value,
            lockdown_linux.JGE: accumulator >= value,
            lockdown_linux.JSET: bool(accumulator & value),
        }[code]
        position += if_true if true else if_false


@pytest.mark.parametrize("machine", sorted(syscalls.TABLES))
def test_the_filter_decides_as_its_table_says(machine: str) -> None:
    table = syscalls.TABLES[machine]
    program = lockdown_linux.filter_program(table)
    refuse = lockdown_linux.RET_ERRNO | 1
    for number in range(600):
        expected = refuse
        if number in table.allowed.values() or number in table.mapping.values():
            expected = lockdown_linux.RET_ALLOW
        elif number in table.fatal.values():
            expected = lockdown_linux.RET_KILL_PROCESS
        assert _verdict(program, table.arch, number) == expected, number
    for number in table.mapping.values():
        assert _verdict(program, table.arch, number, third=7) == refuse
        assert _verdict(program, table.arch, number, third=3) == lockdown_linux.RET_ALLOW
    some = next(iter(table.allowed.values()))
    assert _verdict(program, table.arch ^ 1, some) == lockdown_linux.RET_KILL_PROCESS
    assert _verdict(program, table.arch, some | lockdown_linux.X32_BIT) == lockdown_linux.RET_KILL_PROCESS


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
