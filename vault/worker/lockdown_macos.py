"""The walls of macOS: its sandbox, by sandbox_init(3), and no debugger. **Never run on that system.**

Written after the manual page, <sandbox.h>, and how browsers use the same call. A profile that allows nothing leaves a
process its memory and the descriptors that it has: here three pipes. It holds for the whole process, whatever
threads it has. Memory has no bound: macOS does not honour RLIMIT_AS, and its other means are not for programs like
ours. A worker whose parent was killed goes on until its document is read or its processor time is up.
"""

from __future__ import annotations

import ctypes

SYSTEM = "macos"
NEEDED = frozenset({"limits", "sandbox"})

LIBRARY = "/usr/lib/libSystem.B.dylib"
"""Not on the disk since macOS 11, but known to the loader by this path."""
NAMED_PROFILE = 1
PT_DENY_ATTACH = 31
# A refusal may be written to the system's log with the path that was asked for: what a document makes its reader
# ask for must not get there. The second is for systems that don't know how to be quiet, the third is Apple's own.
PROFILES = (
    (b"(version 1)\n(deny default (with no-log))\n", 0),
    (b"(version 1)\n(deny default)\n", 0),
    (b"pure-computation", NAMED_PROFILE),
)


def die_with_parent() -> None:
    """macOS has nothing like it."""


def lock(library: ctypes.CDLL | None = None) -> dict[str, int]:
    """Shut the process in; what took hold. `library` is the system's, if not found by its path. Never raises."""
    try:
        system = library or ctypes.CDLL(LIBRARY)
        attached = system.ptrace(PT_DENY_ATTACH, 0, None, 0) == 0
        return {"sandbox": any(_shut(system, profile, flags) for profile, flags in PROFILES), "no debugger": attached}
    except (OSError, AttributeError):  # the library, or a function in it, is not there
        return {"sandbox": False, "no debugger": False}


def _shut(system: ctypes.CDLL, profile: bytes, flags: int) -> bool:
    """int sandbox_init(const char *profile, uint64_t flags, char **errorbuf). A refusal changes nothing."""
    system.sandbox_init.argtypes = (ctypes.c_char_p, ctypes.c_uint64, ctypes.POINTER(ctypes.c_char_p))
    system.sandbox_init.restype = ctypes.c_int
    error = ctypes.c_char_p()  # stays unread, and unfreed: the process is about to end or be shut in
    return bool(system.sandbox_init(profile, flags, ctypes.byref(error)) == 0)
