"""The agent's named pipe on Windows: open to its owner alone, to no other machine, and each side looks who the other
one is. Win32 by ctypes, after Microsoft's documentation of each function; the waits are polls of a millisecond.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import contextlib
    import ctypes
    import os
    import queue
    import threading
    import time
    from collections.abc import Iterator, Sequence
    from ctypes import wintypes
    from pathlib import Path
    from typing import Any

    from vault.errors import Busy, CasevaultError, Refused
    from vault.session import agent_place, agent_process
    from vault.session.agent_frames import Channel, Ended
    from vault.session.agent_process import Process

    POLL_SECONDS = 0.001
    BUFFER = 1 << 16
    INSTANCES = 255
    CONNECT_SECONDS = 2.0
    _DUPLEX, _FIRST_INSTANCE = 0x3, 0x00080000
    _REJECT_REMOTE = 0x8
    _GENERIC_READ_WRITE = 0xC0000000
    _OPEN_EXISTING = 3
    _IDENTIFICATION_ONLY = 0x00100000 | 0x00010000  # SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION
    _INVALID = wintypes.HANDLE(-1).value
    _PIPE_CONNECTED, _PIPE_BUSY, _ACCESS_DENIED = 535, 231, 5
    _QUERY_LIMITED, _TOKEN_QUERY, _TOKEN_USER = 0x1000, 0x8, 1

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _advapi = ctypes.WinDLL("advapi32", use_last_error=True)
    _kernel.CreateNamedPipeW.restype = wintypes.HANDLE
    _kernel.CreateNamedPipeW.argtypes = [wintypes.LPCWSTR, *[wintypes.DWORD] * 6, ctypes.c_void_p]
    _kernel.CreateFileW.restype = wintypes.HANDLE
    _kernel.CreateFileW.argtypes = [
        wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD, wintypes.DWORD,
        wintypes.HANDLE,
    ]  # fmt: skip
    _kernel.ConnectNamedPipe.argtypes = [wintypes.HANDLE, ctypes.c_void_p]
    _kernel.PeekNamedPipe.argtypes = [wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD, *[ctypes.c_void_p] * 3]
    _kernel.ReadFile.argtypes = _kernel.WriteFile.argtypes = [
        wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip
    _kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    _kernel.OpenProcess.restype = wintypes.HANDLE
    _kernel.OpenProcess.argtypes = [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]
    _kernel.LocalFree.argtypes = [ctypes.c_void_p]
    _kernel.GetNamedPipeClientProcessId.argtypes = [wintypes.HANDLE, ctypes.c_void_p]
    _kernel.GetNamedPipeServerProcessId.argtypes = [wintypes.HANDLE, ctypes.c_void_p]
    _advapi.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.c_void_p]
    _advapi.GetTokenInformation.argtypes = [
        wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p,
    ]  # fmt: skip
    _advapi.ConvertSidToStringSidW.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = [
        wintypes.LPCWSTR, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip

    class _Attributes(ctypes.Structure):
        _fields_ = (("length", wintypes.DWORD), ("descriptor", ctypes.c_void_p), ("inherit", wintypes.BOOL))

    def _owner_of(process: int) -> str:
        """The security id of the user whose process this is. Raises OSError."""
        handle = _kernel.OpenProcess(_QUERY_LIMITED, False, process)
        if not handle:
            raise ctypes.WinError(ctypes.get_last_error())
        token = wintypes.HANDLE()
        try:
            if not _advapi.OpenProcessToken(handle, _TOKEN_QUERY, ctypes.byref(token)):
                raise ctypes.WinError(ctypes.get_last_error())
            try:
                return _user_of(token)
            finally:
                _kernel.CloseHandle(token)
        finally:
            _kernel.CloseHandle(handle)

    def _user_of(token: wintypes.HANDLE) -> str:
        needed = wintypes.DWORD()
        _advapi.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(needed))
        room = ctypes.create_string_buffer(needed.value)
        if not _advapi.GetTokenInformation(token, _TOKEN_USER, room, needed, ctypes.byref(needed)):
            raise ctypes.WinError(ctypes.get_last_error())
        # TOKEN_USER begins with a pointer to the security id.
        sid, text = ctypes.c_void_p.from_buffer(room), wintypes.LPWSTR()
        if not _advapi.ConvertSidToStringSidW(sid, ctypes.byref(text)):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            return str(text.value)
        finally:
            _kernel.LocalFree(ctypes.cast(text, ctypes.c_void_p))

    def _is_mine(handle: int, question: Any) -> bool:
        process = wintypes.DWORD()
        try:
            return bool(question(handle, ctypes.byref(process))) and _owner_of(process.value) == _owner_of(
                os.getpid()
            )
        except OSError:
            return False

    class PipeStream:
        """One end of a connected pipe."""

        def __init__(self, handle: int) -> None:
            self._handle: int | None = handle

        def read(self, most: int, until: float | None) -> bytes:
            room, count = ctypes.create_string_buffer(most), wintypes.DWORD()
            while until is not None and not self._waiting():
                if time.monotonic() > until:
                    raise Ended
                time.sleep(POLL_SECONDS)
            if not _kernel.ReadFile(self._handle, room, most, ctypes.byref(count), None):
                raise Ended
            return room.raw[: count.value]

        def _waiting(self) -> bool:
            count = wintypes.DWORD()
            if not _kernel.PeekNamedPipe(self._handle, None, 0, None, ctypes.byref(count), None):
                raise Ended
            return count.value > 0

        def write(self, data: bytes, until: float) -> None:
            while data:
                count = wintypes.DWORD()
                if not _kernel.WriteFile(self._handle, data, len(data), ctypes.byref(count), None):
                    raise Ended
                data = data[count.value :]

        def ended(self) -> bool:
            try:
                self._waiting()
            except Ended:
                return True
            return False

        def process(self) -> Process | None:
            process = wintypes.DWORD()
            if not _kernel.GetNamedPipeServerProcessId(self._handle, ctypes.byref(process)):
                return None
            found = agent_process.held(process.value)
            if found is not None and self.ended():  # a later process may have that number
                found.close()
                return None
            return found

        def close(self) -> None:
            handle, self._handle = self._handle, None
            if handle is not None:
                _kernel.CloseHandle(handle)

    class Listener:
        """The pipe of one agent. The first instance must be ours: nobody can have taken the name before."""

        def __init__(self, name: str, places: Sequence[Path]) -> None:
            """Raises OSError if the name is taken. Pipes have one place."""
            self.place: Path | None = None
            self._path = agent_place.PIPES + agent_place.PIPE_PREFIX + name
            # Full access for this user, none for anybody else, nothing inherited.
            self._rights = f"D:P(A;;GA;;;{_owner_of(os.getpid())})"
            self._next = self._instance(first=True)
            self._came: queue.SimpleQueue[int] = queue.SimpleQueue()
            threading.Thread(target=self._wait, daemon=True).start()

        def _instance(self, *, first: bool = False) -> int:
            descriptor = ctypes.c_void_p()
            if not _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW(
                self._rights, 1, ctypes.byref(descriptor), None
            ):
                raise ctypes.WinError(ctypes.get_last_error())
            attributes = _Attributes(ctypes.sizeof(_Attributes), descriptor, False)
            try:
                handle = _kernel.CreateNamedPipeW(
                    self._path, _DUPLEX | (_FIRST_INSTANCE if first else 0), _REJECT_REMOTE, INSTANCES, BUFFER,
                    BUFFER, 0, ctypes.byref(attributes),
                )  # fmt: skip
            finally:
                _kernel.LocalFree(descriptor)
            if handle == _INVALID:
                raise ctypes.WinError(ctypes.get_last_error())
            return int(handle)

        def _wait(self) -> None:
            while True:
                handle = self._next
                done = _kernel.ConnectNamedPipe(handle, None) or ctypes.get_last_error() == _PIPE_CONNECTED
                self._next = self._instance()
                if done:
                    self._came.put(handle)
                else:
                    _kernel.CloseHandle(handle)

        def accept(self, seconds: float) -> Channel | None:
            """As of the Unix socket."""
            try:
                handle = self._came.get(timeout=seconds)
            except queue.Empty:
                return None
            if not _is_mine(handle, _kernel.GetNamedPipeClientProcessId):
                _kernel.CloseHandle(handle)
                return None
            return Channel(PipeStream(handle))

        def there(self) -> bool:
            """A pipe is there as long as its process."""
            return True

        def close(self) -> None:
            """The pipe ends with the process, which is about to end."""

    def connect(name: str) -> Channel | None:
        """To the agent of this name; None if there is none. Raises Refused if it is someone else's."""
        return _reach(agent_place.PIPE_PREFIX + name)

    def _reach(pipe: str) -> Channel | None:
        path, until = agent_place.PIPES + pipe, time.monotonic() + CONNECT_SECONDS
        while True:
            handle = _kernel.CreateFileW(
                path, _GENERIC_READ_WRITE, 0, None, _OPEN_EXISTING, _IDENTIFICATION_ONLY, None
            )
            if handle != _INVALID:
                break
            error = ctypes.get_last_error()
            if error == _ACCESS_DENIED:
                raise agent_place.foreign()
            if error != _PIPE_BUSY:
                return None
            if time.monotonic() > until:
                raise Busy("the process that keeps the vault open does not answer")
            time.sleep(POLL_SECONDS)
        if not _is_mine(handle, _kernel.GetNamedPipeServerProcessId):
            _kernel.CloseHandle(handle)
            raise agent_place.foreign()
        return Channel(PipeStream(handle))

    def everyone(name: str | None = None) -> Iterator[Channel | CasevaultError]:
        """To all agents of this user, or the one of this name; for one that can't be met, why."""
        for pipe in sorted(os.listdir(agent_place.PIPES)):  # noqa: PTH208  (no folder, but it lists)
            wanted = (
                pipe.startswith(agent_place.PIPE_PREFIX) if name is None else pipe == agent_place.PIPE_PREFIX + name
            )
            if wanted:
                with contextlib.suppress(Refused):  # another user's: pipes have one name space
                    try:
                        found: Channel | CasevaultError | None = _reach(pipe)
                    except Busy as error:
                        found = error
                    if found is not None:
                        yield found

    def sweep() -> None:
        """Pipes leave nothing behind."""
