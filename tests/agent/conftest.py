"""A runtime folder of its own for each test, and an end for every agent that was started."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import agent_tools
import pytest

from vault.usecases import agent_lock


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where sockets are during the test; short, as their paths must be."""
    folder = Path(tempfile.mkdtemp(prefix="cv-", dir="/tmp"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    yield folder
    agent_lock.lock_every()
    shutil.rmtree(folder)


@pytest.fixture
def held(tmp_path: Path, runtime: Path) -> agent_tools.Held:
    """A vault with two cases that an agent keeps open."""
    return agent_tools.hold(tmp_path / "vault")
