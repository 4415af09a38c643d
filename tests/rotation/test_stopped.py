"""A renewal of all keys that is killed at any point: the vault is under its old secret or under its new one, whole,
and the next renewal goes on where it was."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rotated
import vaults

from vault.audit.log import AuditLog
from vault.crypto import slots
from vault.errors import CasevaultError, StorageFailed, WrongSecret
from vault.store import sqlcipher, switch
from vault.usecases import opening

POINTS = int(os.environ.get("CASEVAULT_ROTATION_POINTS", "4"))
STOPPED = 9
WRITES = ("replace", "fsync", "unlink", "copyfileobj")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the process that is killed is a fork of this one")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> rotated.Office:
    return rotated.build(tmp_path_factory.mktemp("office") / "vault")


def _hooked(patch: pytest.MonkeyPatch, reached: Callable[[str], None]) -> None:
    """Call `reached` before each call that writes something durable, and around each commit."""

    def before(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def hooked(*values: Any, **more: Any) -> Any:
            reached(name)
            return real(*values, **more)

        patch.setattr(owner, name, hooked)

    for owner, name in (
        (os, "replace"), (os, "fsync"), (Path, "unlink"), (AuditLog, "append"), (sqlcipher, "rekey"),
        (shutil, "copyfileobj"),
    ):  # fmt: skip
        before(owner, name)
    real = sqlcipher.transaction

    @contextlib.contextmanager
    def transaction(db: Any, name: str) -> Iterator[None]:
        with real(db, name):
            yield
            reached("before a commit")
        reached("after a commit")

    patch.setattr(sqlcipher, "transaction", transaction)


def _stop(how: str, name: str) -> None:
    if how == "killed":
        os._exit(STOPPED)
    if how == "interrupted":
        raise KeyboardInterrupt
    if name in WRITES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    raise StorageFailed("the disk is full")  # as the database says it


def _run(folder: Path, stop_at: int, how: str = "killed") -> tuple[int, int]:
    """Renew in a process of its own that is stopped at that point (0: never); its exit code, and how many points
    there were."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(read)
            seen = 0

            def reached(name: str) -> None:
                nonlocal seen
                seen += 1
                if seen == stop_at:
                    _stop(how, name)

            with pytest.MonkeyPatch.context() as patch, contextlib.suppress(CasevaultError, KeyboardInterrupt):
                code = STOPPED
                _hooked(patch, reached)
                rotated.rotate(folder, step=reached)
                code = 0
            os.write(write, str(seen).encode())
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        seen = int(pipe.read() or b"0")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), seen


def _secret_of(folder: Path) -> slots.RecoveryCode:
    """The one that opens the vault now; the other one must not."""
    working = []
    for code in (vaults.CODE, rotated.NEW_CODE):
        with contextlib.suppress(WrongSecret):
            opening.unlock(folder, code)
            working.append(code)
    (only,) = working
    return only


def _on_its_own_device(patch: pytest.MonkeyPatch, state: Path) -> None:
    """Where the vault was never seen in a newer state."""
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        patch.setenv(name, str(state))


@pytest.mark.parametrize("how", ["killed", "interrupted", "full"])
def test_stopped_at_any_point(
    office: rotated.Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    _on_its_own_device(monkeypatch, tmp_path / "device")
    whole = tmp_path / "whole"
    shutil.copytree(office.folder, whole)
    code, count = _run(whole, 0)
    assert code == 0
    assert count > 100
    seed = random.randrange(1 << 32)
    chosen = (
        range(1, count + 1) if count <= POINTS else sorted(random.Random(seed).sample(range(1, count + 1), POINTS))
    )
    old = new = earlier = 0
    for point in chosen:
        folder = tmp_path / f"at-{point}"
        _on_its_own_device(monkeypatch, tmp_path / f"device-{point}")
        shutil.copytree(office.folder, folder)
        ended, _ = _run(folder, point, how)
        # What only writes over old bytes, or keeps something on the device, may fail: then all goes on.
        assert ended == STOPPED or (how == "full" and ended == 0), (seed, point)
        mine = rotated.Office(folder, office.cases, dict(office.items), office.lawyer)
        code_now = _secret_of(folder)
        if code_now == vaults.CODE:
            old += 1
            # Some go on at once, some only after the vault was in use in between.
            if point % 2:
                with opening.open_vault(folder, vaults.CODE) as vault:
                    item = vaults.add_bytes(vault, office.cases[point % 3], b"in between")
                    mine.items[item.id] = (item.sha256.hex(), str(item.case_id))
            earlier += rotated.rotate(folder).earlier
        else:
            new += 1
        rotated.check(mine, rotated.NEW_CODE)
        assert not switch.is_pending(folder)
        shutil.rmtree(folder)
    assert old or new
    if len(chosen) == count:
        assert old
        assert new
        assert earlier
