"""What Windows lets a process give up for itself. A weak jail: nothing here keeps it from reading files or from the
network. **Never run on that system.**

The job object that bounds memory, time and children is put around it by its parent (`vault/sandbox/windows_job.py`).
The process itself gives up its privileges, drops to untrusted integrity, so that it can write to nothing that is the
user's, and lets no code in any more. Calls and numbers are those of winnt.h, processthreadsapi.h and
securitybaseapi.h; on the 64-bit systems that Python supports, plain C calls are the system's own.
"""

from __future__ import annotations

import ctypes
import struct

SYSTEM = "windows"
NEEDED = frozenset({"limits", "no files and network"})
"""The second is a wall that Windows does not give us, so the jail is never strong there."""

TOKEN_RIGHTS = 0x80 | 0x20 | 0x08
"""TOKEN_ADJUST_DEFAULT, TOKEN_ADJUST_PRIVILEGES, TOKEN_QUERY"""
TOKEN_PRIVILEGES, TOKEN_INTEGRITY_LEVEL = 3, 25
SE_PRIVILEGE_REMOVED, SE_GROUP_INTEGRITY = 4, 0x20
UNTRUSTED = "S-1-16-0"
PRIVILEGE_BYTES = 12
MOST_PRIVILEGES = 128

MITIGATIONS = {
    "extension points": (6, 1),  # ProcessExtensionPointDisablePolicy
    "remote images": (10, 3),  # ProcessImageLoadPolicy: neither remote ones nor those of low integrity
    "unsigned images": (8, 1),  # ProcessSignaturePolicy: only Microsoft's; ours are loaded by now
    "fonts": (9, 1),  # ProcessFontDisablePolicy
    "children": (13, 1),  # ProcessChildProcessPolicy
    "dynamic code": (2, 1),  # ProcessDynamicCodePolicy, the last: what makes calls is loaded by now
}
"""PROCESS_MITIGATION_POLICY and its flags. System calls of win32k stay: libraries that are loaded use them."""

JOB_LIMITS = 9
JOB_LIMITS_BYTES, JOB_FLAGS_OFFSET = 144, 16
NEEDED_JOB_FLAGS = 0x8 | 0x100
"""JOB_OBJECT_LIMIT_ACTIVE_PROCESS and _PROCESS_MEMORY, as the parent sets them"""


class _Label(ctypes.Structure):
    """TOKEN_MANDATORY_LABEL."""

    _fields_ = (("sid", ctypes.c_void_p), ("attributes", ctypes.c_uint32))


def die_with_parent() -> None:
    """The job object sees to it."""


def in_job(kernel: ctypes.CDLL | None = None) -> bool:
    """Whether this process is in a job that bounds its memory and its children."""
    try:
        library = kernel or ctypes.CDLL("kernel32")
        found = ctypes.create_string_buffer(JOB_LIMITS_BYTES)
        done = library.QueryInformationJobObject(
            None, ctypes.c_int(JOB_LIMITS), found, ctypes.c_uint32(JOB_LIMITS_BYTES), None
        )
    except (OSError, AttributeError):
        return False
    (flags,) = struct.unpack_from("<I", found.raw, JOB_FLAGS_OFFSET)
    return bool(done) and flags & NEEDED_JOB_FLAGS == NEEDED_JOB_FLAGS


def lock(kernel: ctypes.CDLL | None = None, security: ctypes.CDLL | None = None) -> dict[str, int]:
    """Give up what can be given up; what took hold, mitigations by their number. Never raises."""
    try:
        kernel32, advapi32 = kernel or ctypes.CDLL("kernel32"), security or ctypes.CDLL("advapi32")
        kernel32.GetCurrentProcess.restype = ctypes.c_void_p
        privileges, integrity = _token(kernel32, advapi32)
        return {
            "no privileges": privileges,
            "untrusted": integrity,
            "mitigations": sum(_mitigate(kernel32, policy, flags) for policy, flags in MITIGATIONS.values()),
        }
    except (OSError, AttributeError):
        return {"no privileges": False, "untrusted": False, "mitigations": 0}


def _mitigate(kernel: ctypes.CDLL, policy: int, flags: int) -> bool:
    value = ctypes.c_uint32(flags)
    size = ctypes.c_size_t(ctypes.sizeof(value))
    return bool(kernel.SetProcessMitigationPolicy(ctypes.c_int(policy), ctypes.byref(value), size))


def _token(kernel: ctypes.CDLL, security: ctypes.CDLL) -> tuple[bool, bool]:
    """Whether all privileges are gone, and whether integrity is untrusted."""
    token = ctypes.c_void_p()
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    if not security.OpenProcessToken(process, ctypes.c_uint32(TOKEN_RIGHTS), ctypes.byref(token)):
        return False, False
    done = _drop_privileges(security, token), _distrust(security, token)
    kernel.CloseHandle(token)
    return done


def _drop_privileges(security: ctypes.CDLL, token: ctypes.c_void_p) -> bool:
    """TOKEN_PRIVILEGES is a count and, for each, eight bytes of LUID and four of attributes."""
    held = ctypes.create_string_buffer(4 + PRIVILEGE_BYTES * MOST_PRIVILEGES)
    size = ctypes.c_uint32()
    if not security.GetTokenInformation(
        token, ctypes.c_int(TOKEN_PRIVILEGES), held, ctypes.c_uint32(len(held)), ctypes.byref(size)
    ):
        return False
    (count,) = struct.unpack_from("<I", held.raw)
    for number in range(min(count, MOST_PRIVILEGES)):
        struct.pack_into("<I", held, 4 + PRIVILEGE_BYTES * number + 8, SE_PRIVILEGE_REMOVED)
    return bool(security.AdjustTokenPrivileges(token, ctypes.c_int(0), held, ctypes.c_uint32(0), None, None))


def _distrust(security: ctypes.CDLL, token: ctypes.c_void_p) -> bool:
    sid = ctypes.c_void_p()
    if not security.ConvertStringSidToSidW(ctypes.c_wchar_p(UNTRUSTED), ctypes.byref(sid)):
        return False
    label = _Label(sid, SE_GROUP_INTEGRITY)  # the few bytes of the SID stay: the process lives for one document
    size = ctypes.c_uint32(ctypes.sizeof(label) + security.GetLengthSid(sid))
    return bool(security.SetTokenInformation(token, ctypes.c_int(TOKEN_INTEGRITY_LEVEL), ctypes.byref(label), size))
