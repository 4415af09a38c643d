"""What can be tested of the walls of other systems: sizes, numbers, order of calls, and what counts as success.

The libraries of those systems are played by small objects that note what they are asked for and answer as their
manuals say. That the real ones do so was never seen; `doctor` says it.
"""

from __future__ import annotations

import ctypes
import re
import struct
import subprocess
import sys
from typing import Any

import pytest

from vault.sandbox import jail, windows_job
from vault.sandbox.transport import worker_command
from vault.worker import lockdown, lockdown_linux, lockdown_macos, lockdown_windows


class Library:
    """Answers each function with what the test says; one that it does not name is not in the library."""

    def __init__(self, **answers: Any) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        for name, answer in answers.items():
            setattr(self, name, self._function(name, answer))

    def _function(self, name: str, answer: Any) -> Any:
        def function(*arguments: Any) -> Any:
            self.calls.append((name, arguments))
            return answer(*arguments) if callable(answer) else answer

        return function

    def asked(self, name: str) -> list[tuple[Any, ...]]:
        return [arguments for called, arguments in self.calls if called == name]


# ---- which walls ------------------------------------------------------------------------------------------------


def test_each_system_has_its_own_walls_and_others_have_none() -> None:
    assert lockdown.provider("linux") is lockdown_linux
    assert lockdown.provider("darwin") is lockdown_macos
    assert lockdown.provider("win32") is lockdown_windows
    assert lockdown.provider("freebsd14") is None


@pytest.mark.parametrize(
    ("walls", "left", "strong"),
    [
        ({"limits": 1, "sandbox": 1, "no debugger": 0}, (), True),
        ({"limits": 1, "sandbox": 1, "no debugger": 1}, ("network",), False),
        ({"limits": 1, "sandbox": 0, "no debugger": 1}, (), False),
        ({"limits": 0, "sandbox": 1, "no debugger": 1}, (), False),
    ],
)
def test_macos_is_strong_only_if_the_sandbox_stands_and_was_tried(
    walls: dict[str, int], left: tuple[str, ...], strong: bool
) -> None:
    assert lockdown.State("macos", walls, lockdown_macos.NEEDED, left).strong is strong


def test_windows_and_unknown_systems_are_never_strong() -> None:
    everything = dict.fromkeys(("limits", "no privileges", "untrusted", "mitigations"), 6)
    assert not lockdown.State("windows", everything, lockdown_windows.NEEDED, ()).strong
    assert not lockdown.State("", {"limits": 1}, frozenset(), ()).strong


# ---- macOS ------------------------------------------------------------------------------------------------------


def test_macos_takes_the_first_profile_that_its_system_takes() -> None:
    old = Library(ptrace=0, sandbox_init=lambda profile, flags, error: -1 if b"no-log" in profile else 0)
    assert lockdown_macos.lock(old) == {"sandbox": True, "no debugger": True}  # type: ignore[arg-type]
    assert [arguments[:2] for arguments in old.asked("sandbox_init")] == list(lockdown_macos.PROFILES[:2])
    assert old.asked("ptrace") == [(31, 0, None, 0)]


def test_macos_profiles_allow_nothing() -> None:
    *written, (named, flags) = lockdown_macos.PROFILES
    for profile, kind in written:
        assert kind == 0
        assert b"allow" not in profile
        assert profile.startswith(b"(version 1)\n(deny default")
        assert profile.count(b"(") == profile.count(b")")
    assert (named, flags) == (b"pure-computation", 1)


def test_macos_without_the_library_or_with_refusals_has_no_walls() -> None:
    assert lockdown_macos.lock(Library()) == {"sandbox": False, "no debugger": False}  # type: ignore[arg-type]
    refusing = Library(ptrace=-1, sandbox_init=-1)
    assert lockdown_macos.lock(refusing) == {"sandbox": False, "no debugger": False}  # type: ignore[arg-type]
    assert len(refusing.asked("sandbox_init")) == 3
    if sys.platform != "darwin":
        assert lockdown_macos.lock() == {"sandbox": False, "no debugger": False}


# ---- Windows, the process itself --------------------------------------------------------------------------------


def _held(token: Any, kind: Any, buffer: Any, size: Any, needed: Any) -> int:
    struct.pack_into("<I", buffer, 0, 2)
    struct.pack_into("<IiI", buffer, 4, 23, 0, 3)  # SeChangeNotifyPrivilege, enabled
    struct.pack_into("<IiI", buffer, 16, 19, 0, 0)
    return 1


def _security(**changed: Any) -> Library:
    answers: dict[str, Any] = {
        "OpenProcessToken": 1, "GetTokenInformation": _held, "AdjustTokenPrivileges": 1,
        "ConvertStringSidToSidW": 1, "GetLengthSid": 12, "SetTokenInformation": 1,
    }  # fmt: skip
    return Library(**{**answers, **changed})


def test_windows_gives_up_privileges_integrity_and_new_code() -> None:
    kernel, security = Library(GetCurrentProcess=-1, CloseHandle=1, SetProcessMitigationPolicy=1), _security()
    found = lockdown_windows.lock(kernel, security)  # type: ignore[arg-type]
    assert found == {"no privileges": True, "untrusted": True, "mitigations": jail.MITIGATIONS}
    ((_, _, held, *_),) = security.asked("AdjustTokenPrivileges")
    assert [struct.unpack_from("<I", held, at)[0] for at in (12, 24)] == [4, 4]
    ((_, kind, label, size),) = security.asked("SetTokenInformation")
    assert (kind.value, label._obj.attributes, size.value) == (25, 0x20, 16 + 12)
    policies = [policy.value for policy, *_ in kernel.asked("SetProcessMitigationPolicy")]
    assert sorted(policies) == [2, 6, 8, 9, 10, 13]
    assert policies[-1] == 2
    assert len(kernel.asked("CloseHandle")) == 1


def test_windows_says_what_was_refused() -> None:
    kernel = Library(
        GetCurrentProcess=-1, CloseHandle=1, SetProcessMitigationPolicy=lambda policy, *_: policy.value != 8
    )
    security = _security(SetTokenInformation=0, GetTokenInformation=0)
    found = lockdown_windows.lock(kernel, security)  # type: ignore[arg-type]
    assert found == {"no privileges": False, "untrusted": False, "mitigations": 5}
    assert not security.asked("AdjustTokenPrivileges")
    none = lockdown_windows.lock(Library(), Library())  # type: ignore[arg-type]
    assert none == {"no privileges": False, "untrusted": False, "mitigations": 0}


@pytest.mark.parametrize(("flags", "bounded"), [(windows_job.FLAGS, True), (0x2000, False), (0x2008, False)])
def test_windows_believes_in_its_job_only_if_the_job_bounds_it(flags: int, bounded: bool) -> None:
    def query(job: Any, kind: Any, buffer: Any, size: Any, used: Any) -> int:
        assert (job, kind.value, size.value) == (None, 9, ctypes.sizeof(windows_job.ExtendedLimits))
        ctypes.memmove(buffer, bytes(windows_job.ExtendedLimits(basic=windows_job.BasicLimits(flags=flags))), 144)
        return 1

    assert lockdown_windows.in_job(Library(QueryInformationJobObject=query)) is bounded  # type: ignore[arg-type]
    assert not lockdown_windows.in_job(Library(QueryInformationJobObject=0))  # type: ignore[arg-type]


# ---- Windows, what the parent puts around it --------------------------------------------------------------------


def test_the_structures_have_the_size_of_the_64_bit_systems() -> None:
    assert ctypes.sizeof(windows_job.BasicLimits) == 64
    assert ctypes.sizeof(windows_job.ExtendedLimits) == 144
    assert windows_job.BasicLimits.flags.offset == lockdown_windows.JOB_FLAGS_OFFSET
    assert windows_job.ExtendedLimits.process_memory.offset == 112


def _kernel(**changed: Any) -> Library:
    answers = {"CreateJobObjectW": 77, "SetInformationJobObject": 1, "AssignProcessToJobObject": 1, "CloseHandle": 1}
    return Library(**{**answers, **changed})


@pytest.fixture
def child() -> Any:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_the_job_stands_before_the_process_runs(child: subprocess.Popen[bytes]) -> None:
    calls: list[str] = []
    kernel = _kernel(AssignProcessToJobObject=lambda *_: calls.append("job") or 1)
    native = Library(NtResumeProcess=lambda *_: calls.append("runs") or 0)
    assert windows_job.enclose(child, 1 << 30, 7, kernel, native)  # type: ignore[arg-type]
    assert calls == ["job", "runs"]
    (_, limits, found, size), (_, ui, nothing, _) = kernel.asked("SetInformationJobObject")
    assert (limits.value, size.value, ui.value, nothing._obj.value) == (9, 144, 4, 0xFF)
    bounds = found._obj
    assert (bounds.process_memory, bounds.job_memory, bounds.basic.job_time) == (1 << 30, 1 << 30, 70_000_000)
    assert bounds.basic.flags == 0x4 | 0x8 | 0x100 | 0x200 | 0x400 | 0x2000
    assert bounds.basic.processes == windows_job.processes_needed()
    assert not kernel.asked("CloseHandle")  # it would end the process


def test_a_refused_job_is_said_and_its_handle_is_closed(child: subprocess.Popen[bytes]) -> None:
    kernel, native = _kernel(AssignProcessToJobObject=0), Library(NtResumeProcess=0)
    assert not windows_job.enclose(child, 1 << 30, 7, kernel, native)  # type: ignore[arg-type]
    assert len(kernel.asked("CloseHandle")) == 1
    assert child.poll() is None


def test_a_process_that_cannot_be_let_go_is_ended(child: subprocess.Popen[bytes]) -> None:
    with pytest.raises(OSError, match="started"):
        windows_job.enclose(child, 1 << 30, 7, _kernel(), Library(NtResumeProcess=-1))  # type: ignore[arg-type]
    assert child.wait(10) != 0


# ---- what is said about it --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "machine", "never"),
    [("linux", "x86_64", False), ("linux", "aarch64", True), ("darwin", "arm64", True), ("win32", "AMD64", True)],
)
def test_the_report_marks_where_it_was_never_run(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, never: bool
) -> None:
    report = jail.jail_report()
    monkeypatch.setattr(jail, "where", lambda: f"{system}/{machine}")
    marked = jail.jail_report()
    walls = [one for one in marked.features if one.feature not in ("separate process", "time and answer")]
    if report.strong:
        assert {one.state for one in walls if one.state != "missing"} == {"never run" if never else "works"}
    assert marked.strong == report.strong


@pytest.mark.parametrize(
    ("system", "walls", "closed", "missing"),
    [
        ("macos", {"limits": 1, "sandbox": 1, "no debugger": 1}, True, {"memory"}),
        ("macos", {"limits": 1, "sandbox": 0, "no debugger": 1}, False, {"memory", "sandbox", "files and network"}),
        ("windows", {"limits": 1, "no privileges": 1, "untrusted": 1, "mitigations": 6}, False,
         {"files and network"}),
        ("windows", {"limits": 0, "no privileges": 0, "untrusted": 1, "mitigations": 5}, False,
         {"limits", "no privileges", "mitigations", "files and network"}),
        ("", {}, False, {"files and network"}),
        (["linux"], {}, False, {"files and network"}),
    ],
)  # fmt: skip
def test_the_report_names_what_is_missing(
    system: Any, walls: dict[str, object], closed: bool, missing: set[str]
) -> None:
    found = jail._walls(system, walls, closed=closed)
    assert {one.feature for one in found if one.state == "missing"} == missing


def test_the_modules_say_that_they_were_never_run() -> None:
    assert sorted(jail.RUN_ON) == ["linux/x86_64"]
    for module in (lockdown_macos, lockdown_windows, windows_job):
        assert re.search(r"\*\*Never run on that system\.\*\*", module.__doc__ or "")
    assert "-I" in worker_command()
