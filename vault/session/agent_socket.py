"""The agent's Unix socket: in a folder of ours alone, and each side looks who the other one is."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from vault.errors import Busy, CasevaultError, Refused
from vault.session import agent_place, agent_process
from vault.session.agent_frames import Channel, Ended
from vault.session.agent_process import Process

BACKLOG = 64
CONNECT_SECONDS = 2.0
WAIT_SECONDS = 0.01
_LINUX_CREDENTIALS = struct.Struct("3i")  # struct ucred of unix(7): pid, uid, gid
_BSD_CREDENTIALS = 76  # sizeof(struct xucred), <sys/ucred.h>
_SOL_LOCAL, _LOCAL_PEERCRED, _LOCAL_PEERPID = 0, 1, 2  # <sys/un.h>


class SocketStream:
    """A connected socket. Never blocking by itself: it waits in poll(2), with a time."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        connected.setblocking(False)

    def read(self, most: int, until: float | None) -> bytes:
        while True:
            try:
                return self._socket.recv(most)
            except BlockingIOError:
                self._wait(select.POLLIN, until)
            except OSError:
                raise Ended from None

    def write(self, data: bytes, until: float) -> None:
        left = memoryview(data)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, until)
            except OSError:
                raise Ended from None

    def _wait(self, what: int, until: float | None) -> None:
        poll = select.poll()
        try:
            poll.register(self._socket, what)
        except (OSError, ValueError):  # closed meanwhile
            raise Ended from None
        left = None if until is None else max(0.0, until - time.monotonic()) * 1000
        if not poll.poll(left):
            raise Ended

    def ended(self) -> bool:
        try:
            return not self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def process(self) -> Process | None:
        try:
            pid = peer_process(self._socket)
        except OSError:
            return None
        found = agent_process.held(pid)
        # Only while it stands is the process of that number the one at the other end, and not a later one.
        if found is not None and self.ended():
            found.close()
            return None
        return found

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits
        self._socket.close()


def peer(connected: socket.socket) -> int:
    """The user id of the process at the other end, as the system says it. Raises OSError."""
    if sys.platform == "linux":
        told = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _LINUX_CREDENTIALS.size)
        return int(_LINUX_CREDENTIALS.unpack(told)[1])
    told = connected.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _BSD_CREDENTIALS)
    return int(struct.unpack_from("@II", told)[1])  # cr_version, cr_uid


def peer_process(connected: socket.socket) -> int:
    """The number of the process at the other end: for who connects, of the one that listens. Raises OSError."""
    if sys.platform == "linux":
        told = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _LINUX_CREDENTIALS.size)
        return int(_LINUX_CREDENTIALS.unpack(told)[0])
    return int(connected.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID))


class Listener:
    """The socket of one agent."""

    def __init__(self, name: str, places: Sequence[Path]) -> None:
        """In the first of these folders that can be used. Raises Refused if it or what stands there is someone
        else's, OSError."""
        folder = agent_place.usable(places)
        self.place: Path | None = folder
        self.path = folder / (name + agent_place.SUFFIX)
        with _alone(folder):
            if agent_place.check_socket(self.path):
                self.path.unlink()  # whoever starts an agent has ended the one before: it is a stale one
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            before = os.umask(0o177)
            try:
                self._socket.bind(str(self.path))
            finally:
                os.umask(before)
            self._socket.listen(BACKLOG)
        self._inode = os.lstat(self.path).st_ino

    def accept(self, seconds: float) -> Channel | None:
        """Who comes within this time; None if nobody does, or somebody else than its owner."""
        ready, _, _ = select.select([self._socket], [], [], seconds)
        if not ready:
            return None
        try:
            connected, _ = self._socket.accept()
        except OSError:
            return None
        try:
            mine = peer(connected) == os.geteuid()
        except OSError:
            mine = False
        if not mine:
            connected.close()
            return None
        return Channel(SocketStream(connected))

    def there(self) -> bool:
        """Whether others can still find it."""
        try:
            return os.lstat(self.path).st_ino == self._inode
        except OSError:
            return False

    def close(self) -> None:
        """Nobody can come any more."""
        if self.there():
            with contextlib.suppress(OSError):
                self.path.unlink()
        self._socket.close()


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    import fcntl

    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def connect(name: str) -> Channel | None:
    """To the agent of this name; None if there is none. Raises Refused if what is there is someone else's, Busy."""
    failed: CasevaultError | None = None
    for path in agent_place.sockets(name):
        try:
            found = reach(path)
        except (Refused, Busy) as error:
            failed = failed or error
            continue
        if found is not None:
            return found
    if failed is not None:
        raise failed
    return None


def everyone(name: str | None = None) -> Iterator[Channel | CasevaultError]:
    """To all agents of this user, or all of this name; for one that can't be met, why: Refused, Busy."""
    for path in agent_place.sockets(name):
        try:
            found: Channel | CasevaultError | None = reach(path)
        except (Refused, Busy) as error:
            found = error
        if found is not None:
            yield found


def reach(path: Path) -> Channel | None:
    """To the agent at this path; None if nobody listens there. Raises Refused; Busy if it lets nobody in."""
    if not agent_place.check_socket(path):
        return None
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _connect(connected, path)
        owner = peer(connected)
    except (BlockingIOError, TimeoutError):
        connected.close()
        raise Busy("the process that keeps the vault open does not answer") from None
    except OSError:
        connected.close()
        return None
    if owner != os.geteuid():
        connected.close()
        raise agent_place.foreign()
    return Channel(SocketStream(connected))


def _connect(connected: socket.socket, path: Path) -> None:
    until = time.monotonic() + CONNECT_SECONDS
    connected.settimeout(CONNECT_SECONDS)
    while True:
        try:
            return connected.connect(str(path))
        except BlockingIOError:  # as many are waiting as may
            if time.monotonic() > until:
                raise
            time.sleep(WAIT_SECONDS)


def sweep() -> None:
    """Remove the sockets at which nobody listens any more. What is someone else's stays as it is."""
    for folder in agent_place.folders():
        with contextlib.suppress(OSError, Refused):
            agent_place.check_folder(folder)
            with _alone(folder):
                for path in folder.glob(f"*{agent_place.SUFFIX}"):
                    with contextlib.suppress(Refused, Busy):
                        found = reach(path)
                        if found is None:
                            path.unlink(missing_ok=True)
                        else:
                            found.close()
