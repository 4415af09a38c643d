"""Whether the screen is locked or the machine is about to sleep, where the system tells a program without a window.

Linux: signals on the two message buses, through jeepney, which `keyring` brings along there. macOS and Windows: asked
now and then. None of it is sure to come; the limits of time hold without it.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ASK_EVERY_SECONDS = 5.0
BUS_SECONDS = 5.0
SCREENS = (
    "org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.kde.screensaver", "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver", "org.xfce.ScreenSaver",
)  # fmt: skip
"""Interfaces on the session bus whose signal ActiveChanged(true) says that the screen was locked."""
LOGIN = "org.freedesktop.login1"


@dataclass(frozen=True, slots=True)
class _Signal:
    """A signal on a bus: who may send it, its interface and name, and whether it must carry `true`."""

    interface: str
    member: str
    sender: str | None = None
    carries: bool = True


_SESSION = tuple(_Signal(interface, "ActiveChanged") for interface in SCREENS)
_SYSTEM = (
    _Signal(f"{LOGIN}.Manager", "PrepareForSleep", LOGIN),
    _Signal(f"{LOGIN}.Session", "Lock", LOGIN, carries=False),
)


def watch(told: Callable[[], None], buses: Mapping[str, str]) -> list[str]:
    """Call `told`, in a thread of its own, when it happens. `buses` are the addresses of "session" and "system".

    Returns what of "screen" and "sleep" can be known here.
    """
    if sys.platform == "linux":
        found = []
        if _listen(buses.get("session", ""), _SESSION, told):
            found.append("screen")
        if _listen(buses.get("system", ""), _SYSTEM, told):
            found.append("sleep")
        return found
    locked = _mac() if sys.platform == "darwin" else _windows() if sys.platform == "win32" else None
    if locked is None:
        return []
    threading.Thread(target=_ask, args=(locked, told), daemon=True).start()
    return ["screen"]


def _ask(locked: Callable[[], bool], told: Callable[[], None]) -> None:
    pause = threading.Event()
    while not pause.wait(ASK_EVERY_SECONDS):
        if locked():
            told()


def _listen(address: str, signals: tuple[_Signal, ...], told: Callable[[], None]) -> bool:
    if not address:
        return False
    try:
        from jeepney.io.blocking import open_dbus_connection
    except ImportError:
        return False
    # Whatever goes wrong between a stranger's bus and its library, the vault's own limits hold.
    with contextlib.suppress(Exception):
        connection = open_dbus_connection(address, enable_fds=True)
        held = _subscribed(connection, signals)
        threading.Thread(target=_receive, args=(connection, signals, told, held), daemon=True).start()
        return True
    return False


def _subscribed(connection: object, signals: tuple[_Signal, ...]) -> object:
    """Ask for the signals, and on the system's bus for a moment before the sleep: what holds it is returned."""
    from jeepney import DBusAddress, MatchRule, message_bus, new_method_call

    for one in signals:
        rule = MatchRule(type="signal", interface=one.interface, member=one.member, sender=one.sender)
        connection.send_and_get_reply(message_bus.AddMatch(rule), timeout=BUS_SECONDS)  # type: ignore[attr-defined]
    if signals is not _SYSTEM:
        return None
    with contextlib.suppress(Exception):  # no login manager: the signal may still come
        manager = DBusAddress("/org/freedesktop/login1", LOGIN, f"{LOGIN}.Manager")
        asked = new_method_call(manager, "Inhibit", "ssss", ("sleep", "Casevault", "locks the vault", "delay"))
        answer = connection.send_and_get_reply(asked, timeout=BUS_SECONDS)  # type: ignore[attr-defined]
        return answer.body
    return None


def _receive(connection: object, signals: tuple[_Signal, ...], told: Callable[[], None], held: object) -> None:
    from jeepney import HeaderFields, MessageType

    with contextlib.suppress(Exception):  # the bus ended: nothing more will be told
        while True:
            message = connection.receive()  # type: ignore[attr-defined]
            if message.header.message_type != MessageType.signal:
                continue
            fields, body = message.header.fields, message.body
            name = (fields.get(HeaderFields.interface), fields.get(HeaderFields.member))
            for one in signals:
                if name == (one.interface, one.member) and (not one.carries or body[:1] == (True,)):
                    told()


if sys.platform == "darwin":

    def _mac() -> Callable[[], bool] | None:
        """By the window server's own description of the session (CGSessionCopyCurrentDictionary)."""
        import ctypes
        import ctypes.util

        base = "/System/Library/Frameworks"
        try:
            graphics = ctypes.CDLL(f"{base}/CoreGraphics.framework/CoreGraphics")
            core = ctypes.CDLL(f"{base}/CoreFoundation.framework/CoreFoundation")
        except OSError:
            return None
        pointer = ctypes.c_void_p
        graphics.CGSessionCopyCurrentDictionary.restype = pointer
        core.CFStringCreateWithCString.restype = core.CFDictionaryGetValue.restype = pointer
        core.CFStringCreateWithCString.argtypes = [pointer, ctypes.c_char_p, ctypes.c_uint32]
        core.CFDictionaryGetValue.argtypes = [pointer, pointer]
        core.CFBooleanGetValue.argtypes = core.CFRelease.argtypes = [pointer]
        core.CFBooleanGetValue.restype = ctypes.c_bool
        name = core.CFStringCreateWithCString(None, b"CGSSessionScreenIsLocked", 0x08000100)  # UTF-8

        def locked() -> bool:
            session = graphics.CGSessionCopyCurrentDictionary()
            if not session:
                return False
            found = core.CFDictionaryGetValue(session, name)
            answer = bool(found) and bool(core.CFBooleanGetValue(found))
            core.CFRelease(session)
            return answer

        return locked

else:

    def _mac() -> Callable[[], bool] | None:
        return None


if sys.platform == "win32":

    def _windows() -> Callable[[], bool] | None:
        """A program of the user can't open the desktop that takes the input while that is the lock screen's."""
        import ctypes

        user = ctypes.WinDLL("user32")
        user.OpenInputDesktop.restype = ctypes.c_void_p
        user.CloseDesktop.argtypes = [ctypes.c_void_p]
        desktop_read_objects = 0x0001

        def locked() -> bool:
            found = user.OpenInputDesktop(0, False, desktop_read_objects)
            if not found:
                return True
            user.CloseDesktop(found)
            return False

        # Where it can't be opened now, under no desktop at all, it would always look locked.
        return None if locked() else locked

else:

    def _windows() -> Callable[[], bool] | None:
        return None


def addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """Where the two buses of this session are, by the environment of whoever unlocks."""
    if sys.platform != "linux":
        return {}
    from pathlib import Path

    runtime = environment.get("XDG_RUNTIME_DIR", "")
    session = environment.get("DBUS_SESSION_BUS_ADDRESS", "")
    if not session and runtime and Path(runtime, "bus").exists():
        session = f"unix:path={runtime}/bus"
    system = environment.get("DBUS_SYSTEM_BUS_ADDRESS", "")
    if not system and Path("/run/dbus/system_bus_socket").exists():
        system = "unix:path=/run/dbus/system_bus_socket"
    return {name: address for name, address in (("session", session), ("system", system)) if address}
