"""One set of attacks inside the walls that this machine has; none may work.

Linux is attacked twice: whole, and as on a kernel without Landlock, where seccomp stands alone.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import time

import attacks
import psutil
import pytest
from jailed import LIMITS, attack, good_frame

from vault.errors import Refused
from vault.sandbox import Limits
from vault.sandbox.transport import MIB

SYSTEM = sys.platform
HERE = sorted(attacks.PROMISED.get(SYSTEM, ()))
LINUX = SYSTEM == "linux"
VARIANTS = ["whole", "no-landlock"] if LINUX else ["whole"]
WEAK = SYSTEM == "win32"
pytestmark = pytest.mark.skipif(not HERE, reason=f"Casevault has no walls for {SYSTEM}")
linux_only = pytest.mark.skipif(not LINUX, reason=f"walls of Linux, and this is {SYSTEM}")


@pytest.fixture(scope="module", params=VARIANTS)
def tried(request: pytest.FixtureRequest) -> dict[str, object]:
    return attack("tries", {}, (), LIMITS, request.param, weak=WEAK).header


@pytest.mark.parametrize("what", HERE)
def test_refuses(tried: dict[str, object], what: str) -> None:
    assert tried[what] in ("EPERM", "EACCES", "refused"), f"{what}: {tried[what]}"


@linux_only
def test_the_kernel_without_landlock_is_one(tried: dict[str, object]) -> None:
    jail = tried["jail"]
    assert isinstance(jail, dict)
    assert jail["strong"] is True
    assert jail["open"] == []
    walls = jail["walls"]
    assert walls.pop("Landlock") in range(20)
    assert walls == {"limits": 1, "one thread": 1, "no new privileges": 1, "seccomp": 1}


@linux_only
def test_landlock_is_seen_to_be_missing() -> None:
    jail = attack("start", {}, (), LIMITS, "no-landlock").header["jail"]
    assert isinstance(jail, dict)
    assert jail["walls"]["Landlock"] == 0
    assert jail["strong"] is True


@linux_only
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
        found = attack("start", weak=WEAK).header
    finally:
        os.close(read_end)
        os.close(write_end)
    assert "Tamara" not in json.dumps(found)
    environment = found["environment"]
    assert isinstance(environment, dict)
    ours = {"LC_CTYPE", "SYSTEMROOT", "__CF_USER_TEXT_ENCODING"}  # set by Python or the system
    assert set(environment) <= {"HOME", *ours}
    assert environment.get("HOME", "/") == "/"
    if LINUX:
        descriptors = found["descriptors"]
        assert isinstance(descriptors, list)
        assert found["folder"] == "/"
        assert descriptors[:3] == [0, 1, 2]
        assert len(descriptors) <= 4  # the fourth is the listing itself


@pytest.mark.skipif(SYSTEM == "darwin", reason="macOS bounds no memory, as SECURITY.md says")
@pytest.mark.parametrize("size", [1024 * MIB, 10 * 1024 * MIB])
def test_memory_is_bounded(size: int) -> None:
    assert attack("allocate", {"bytes": 64 * MIB}, weak=WEAK).header == {"size": 64 * MIB}
    with pytest.raises(Refused, match="memory") as caught:
        attack("allocate", {"bytes": size}, weak=WEAK)
    assert caught.value.kind == "unreadable"


def test_processor_time_is_bounded() -> None:
    with pytest.raises(Refused, match="longer than 1 s") as caught:
        attack("spin", limits=Limits(cpu_seconds=1, wall_seconds=20), weak=WEAK)
    assert caught.value.kind == "unreadable"


@pytest.mark.parametrize("job", ["spin", "sleep"])
def test_the_clock_is_bounded(job: str) -> None:
    start, before = time.monotonic(), psutil.Process().children()
    with pytest.raises(Refused, match="longer than 1 s") as caught:
        attack(job, limits=Limits(wall_seconds=1.0), weak=WEAK)
    assert caught.value.kind == "unreadable"
    assert time.monotonic() - start < 8
    assert psutil.Process().children() == before


def test_a_flood_is_cut_off() -> None:
    with pytest.raises(Refused, match="larger than 4 MiB") as caught:
        attack("flood", weak=WEAK)
    assert caught.value.kind == "unreadable"


def test_errors_written_by_the_worker_go_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    assert attack("complain", weak=WEAK).header == {}
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


@linux_only
def test_a_thread_that_was_there_before_makes_the_walls_worthless() -> None:
    with pytest.raises(Refused) as caught:
        attack("echo", {}, (b"x",), LIMITS, "thread")
    assert caught.value.kind == "unsupported"
    assert "--accept-weak-jail" in caught.value.hint
    jail = attack("start", {}, (), LIMITS, "thread", weak=True).header["jail"]
    assert isinstance(jail, dict)
    assert jail["walls"]["one thread"] == 0
    assert jail["walls"]["seccomp"] == 1
    assert jail["strong"] is False


def test_without_walls_nothing_is_parsed_unless_accepted() -> None:
    flags = ("no-filter",) if LINUX else ()
    if SYSTEM != "darwin":  # where the only way to be without them is to take them away
        with pytest.raises(Refused) as caught:
            attack("echo", {}, (b"x",), LIMITS, *flags)
        assert caught.value.kind == "unsupported"
        assert "--accept-weak-jail" in caught.value.hint
    assert attack("echo", {}, (b"x",), LIMITS, *flags, weak=True).blobs == (b"x",)


@linux_only
def test_what_stays_open_without_a_filter_is_seen() -> None:
    jail = attack("start", {}, (), LIMITS, "no-filter", "no-landlock", weak=True).header["jail"]
    assert isinstance(jail, dict)
    assert jail["open"] == ["files", "network"]
    assert jail["strong"] is False


@pytest.mark.skipif(WEAK, reason="Windows ends a job with all that is in it")
def test_a_child_that_holds_the_pipes_is_ended_too() -> None:
    """It was started before the walls were up, so it is outside: nothing but the clock can end it."""
    start = time.monotonic()
    with pytest.raises(Refused, match="longer than 2 s"):
        attack("echo", {}, (b"x",), Limits(wall_seconds=2.0), "leave-a-child", weak=True)
    assert time.monotonic() - start < 9
    deadline = time.monotonic() + 5
    while any("leave-a-child" in _words(one) for one in psutil.process_iter()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _words(process: psutil.Process) -> list[str]:
    try:
        return [] if process.status() == psutil.STATUS_ZOMBIE else process.cmdline()
    except psutil.Error:
        return []


def test_the_frame_that_the_bad_ones_are_made_of_is_good() -> None:
    assert attack("raw", {}, (good_frame(),), weak=WEAK).header == {}


@pytest.mark.parametrize(
    "frame",
    {
        "nothing": b"",
        "short": b"CVA",
        "another magic": good_frame(magic=b"CVQ1"),
        "not JSON": good_frame(b"{"),
        "not an object": good_frame(b"[1]"),
        "not ASCII": good_frame('{"status":"done","answer":{"é":1}}'.encode()),
        "key twice": good_frame(b'{"status":"refused","status":"done","answer":{}}'),
        "not a number": good_frame(b'{"status":"done","answer":{"x":NaN}}'),
        "infinite": good_frame(b'{"status":"done","answer":{"x":-Infinity}}'),
        "nested": good_frame(b'{"status":"done","answer":' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
        "huge number": good_frame(b'{"status":"done","answer":' + b"9" * 5000 + b"}"),
        "header longer than all": good_frame(length=2**32 - 1),
        "header cut off": good_frame(length=2**20),
        "no count": good_frame(tail=b""),
        "count without blobs": good_frame(tail=struct.pack(">I", 3)),
        "many blobs": good_frame(tail=struct.pack(">I", 2**32 - 1)),
        "blob longer than all": good_frame(tail=struct.pack(">IQ", 1, 2**64 - 1)),
        "blob cut off": good_frame(tail=struct.pack(">IQ", 1, 5) + b"abcd"),
        "something after the end": good_frame() + b"x",
        "a second answer": good_frame() + good_frame(),
        "more blobs than said": good_frame(tail=struct.pack(">IQ", 1, 3) + b"abc" + struct.pack(">Q", 3) + b"abc"),
        "fewer blobs than said": good_frame(tail=struct.pack(">IQ", 2, 3) + b"abc"),
        "no status": good_frame(b'{"answer":{}}'),
        "answer of another kind": good_frame(b'{"status":"done","answer":[1]}'),
        "made-up reason": good_frame(b'{"status":"refused","reason":"Olga Kovalchuk was here","number":1}'),
        "reason of another kind": good_frame(b'{"status":"refused","reason":{"a":1},"number":1}'),
    }.items(),
    ids=lambda pair: pair[0],
)
def test_nonsense_is_refused_without_repeating_it(frame: tuple[str, bytes]) -> None:
    with pytest.raises(Refused) as caught:
        attack("raw", {}, (frame[1],), weak=WEAK)
    assert caught.value.kind == "damaged"
    assert "Olga" not in caught.value.message + caught.value.hint
