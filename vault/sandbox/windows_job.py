"""The job object that the parent puts around a worker on Windows. **Never run on that system.**

The worker is created suspended, put into the job, and let go: so no process of it is ever outside, and none outlives
us, as the job ends with our handle to it. Structures and numbers are those of winnt.h and jobapi2.h.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import weakref

CREATE_SUSPENDED = 0x4
OUT_OF_TIME = 1816
"""ERROR_NOT_ENOUGH_QUOTA, the exit code of a process whose job has used up its processor time."""

LIMITS_CLASS, UI_CLASS = 9, 4
JOB_TIME, ACTIVE_PROCESS, PROCESS_MEMORY, JOB_MEMORY = 0x4, 0x8, 0x100, 0x200
DIE_ON_UNHANDLED_EXCEPTION, KILL_ON_JOB_CLOSE = 0x400, 0x2000
FLAGS = JOB_TIME | ACTIVE_PROCESS | PROCESS_MEMORY | JOB_MEMORY | DIE_ON_UNHANDLED_EXCEPTION | KILL_ON_JOB_CLOSE
NO_UI = 0xFF
"""Handles, clipboard, system parameters, display, atoms, desktops, log-off: all refused."""
TICKS_A_SECOND = 10_000_000


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", BasicLimits),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process", ctypes.c_size_t),
        ("peak_job", ctypes.c_size_t),
    )


def limits(memory_bytes: int, cpu_seconds: int, processes: int) -> ExtendedLimits:
    """What the job allows, all its processes together."""
    basic = BasicLimits(job_time=cpu_seconds * TICKS_A_SECOND, flags=FLAGS, processes=processes)
    return ExtendedLimits(basic=basic, process_memory=memory_bytes, job_memory=memory_bytes)


def processes_needed() -> int:
    """In a virtual environment python.exe is a launcher, which starts the interpreter and waits for it."""
    return 1 if getattr(sys, "_base_executable", sys.executable) == sys.executable else 2


def enclose(
    process: subprocess.Popen[bytes],
    memory_bytes: int,
    cpu_seconds: int,
    kernel: ctypes.CDLL | None = None,
    native: ctypes.CDLL | None = None,
) -> bool:
    """Put a process that was created suspended into a job of its own and let it run; whether the job took hold.

    Raises OSError where it can't be let go: then it has been ended.
    """
    kernel32, ntdll = kernel or ctypes.CDLL("kernel32"), native or ctypes.CDLL("ntdll")
    handle = ctypes.c_void_p(int(getattr(process, "_handle", 0)))
    enclosed = _job_around(process, handle, limits(memory_bytes, cpu_seconds, processes_needed()), kernel32)
    if ntdll.NtResumeProcess(handle) != 0:
        process.kill()
        raise OSError("the process can't be started")
    return enclosed


def _job_around(
    process: subprocess.Popen[bytes], handle: ctypes.c_void_p, bounds: ExtendedLimits, kernel: ctypes.CDLL
) -> bool:
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    if not job:
        return False
    ui = ctypes.c_uint32(NO_UI)
    done = (
        _set(kernel, job, LIMITS_CLASS, bounds)
        and _set(kernel, job, UI_CLASS, ui)
        and bool(kernel.AssignProcessToJobObject(job, handle))
    )
    if done:
        weakref.finalize(process, kernel.CloseHandle, job)  # and with the handle, whatever is left in the job ends
    else:
        kernel.CloseHandle(job)
    return done


def _set(kernel: ctypes.CDLL, job: ctypes.c_void_p, kind: int, value: ctypes.Structure | ctypes.c_uint32) -> bool:
    size = ctypes.c_uint32(ctypes.sizeof(value))
    return bool(kernel.SetInformationJobObject(job, ctypes.c_int(kind), ctypes.byref(value), size))
