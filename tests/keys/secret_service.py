"""A real Secret Service for tests: gnome-keyring on a session bus of its own, in a home of its own.

    with running(folder) as service:            # unlocked; nothing of the person's own session is touched
        subprocess.run(command, env={**os.environ, **service.environment})
        service.lock()
        service.unlock()

A keyring is reached through environment variables: give them to child processes, or use `monkeypatch.setenv`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")
PASSWORD = b"a password of a login keyring\n"
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy>
</busconfig>
"""


def needed() -> None:
    """Skip where the programs are not installed; fail where they must be."""
    lacking = [name for name in PROGRAMS if shutil.which(name) is None]
    if sys.platform == "linux" and not lacking:
        return
    reason = f"needs {' and '.join(lacking or PROGRAMS)}"
    if os.environ.get("CI") == "true" and sys.platform == "linux":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class SecretService:
    """A running one. `environment` reaches it."""

    environment: dict[str, str]
    keyring: subprocess.Popen[bytes]

    def lock(self) -> None:
        """Lock its default collection, as a screen saver or its own program does."""
        self._collection("lock")

    def unlock(self) -> None:
        """Unlock it again, with its password, as a login does."""
        self.stop()
        self.keyring = _daemon({**os.environ, **self.environment})
        _wait(lambda: _answers({**os.environ, **self.environment}))

    def stop(self) -> None:
        """End the service; the bus stays."""
        self.keyring.send_signal(signal.SIGTERM)
        self.keyring.wait(10)

    def entries(self) -> list[dict[str, str]]:
        """The attributes of all entries."""
        script = (
            "import json, secretstorage as s; b = s.dbus_init();"
            "print(json.dumps([i.get_attributes() for i in s.get_default_collection(b).get_all_items()]))"
        )
        import json

        found: list[dict[str, str]] = json.loads(self._python(script))
        return found

    def _collection(self, verb: str) -> None:
        self._python(f"import secretstorage as s; s.get_default_collection(s.dbus_init()).{verb}()")

    def _python(self, script: str) -> str:
        env = {**os.environ, **self.environment}
        done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextlib.contextmanager
def running(folder: Path) -> Iterator[SecretService]:
    """Start one in `folder`, unlocked, with an empty login keyring as the default."""
    needed()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    socket = runtime / "bus"
    (folder / "bus.conf").write_text(CONFIG.format(socket=socket))
    environment = {
        "HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime), "XDG_DATA_HOME": str(folder / "data"),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={socket}",
    }  # fmt: skip
    env = {**os.environ, **environment}
    for gone in ("DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL", "SSH_AUTH_SOCK"):
        env.pop(gone, None)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    bus = subprocess.Popen(["dbus-daemon", f"--config-file={folder / 'bus.conf'}", "--nofork"], env=env, **quiet)  # type: ignore[call-overload]
    service = keyring = None
    try:
        _wait(socket.exists)
        keyring = _daemon(env)
        service = SecretService(environment, keyring)
        _wait(lambda: _answers(env))
        yield service
    finally:
        for process in (service.keyring if service is not None else keyring, bus):
            if process is not None:
                process.kill()
                process.wait()


def _daemon(env: dict[str, str]) -> subprocess.Popen[bytes]:
    """gnome-keyring, given the password of its login keyring as a login gives it."""
    words = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
    none = subprocess.DEVNULL
    daemon = subprocess.Popen(words, env=env, stdin=subprocess.PIPE, stdout=none, stderr=none)
    assert daemon.stdin is not None
    daemon.stdin.write(PASSWORD)
    daemon.stdin.close()
    return daemon


def _answers(env: dict[str, str]) -> bool:
    """Whether it has a default collection that is open. One that is asked for before it is there would be made, and
    a password for it asked for in a window that nobody sees."""
    script = (
        "import secretstorage as s; c = s.Collection(s.dbus_init(), '/org/freedesktop/secrets/aliases/default');"
        "raise SystemExit(int(c.is_locked()))"
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        return (
            subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, timeout=10).returncode == 0
        )
    return False


def _wait(ready, seconds: float = 20) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "the Secret Service did not start"
        time.sleep(0.05)
