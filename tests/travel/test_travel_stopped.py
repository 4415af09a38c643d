"""Travel stopped at each change of the file system: either the old slots open or the trustees' do, never neither.

A fork of the test does the step and is killed (SIGKILL) before its n-th change, for every n that there is;
tests/faults does the same below Python, at each system call.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import vaults
from journeys import Trustee, answered, asked, never, order, root_of, trustees, words

from vault.crypto import slots
from vault.errors import WrongSecret
from vault.store import header_file
from vault.usecases import opening, travel, travel_end, travel_header, travel_now, travel_shares
from vault.usecases.unlocked import UnlockedVault

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.utime", "shutil.rmtree"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
MOST = 400
NEW = slots.RecoveryCode(bytes(range(1, 33)))


def killed_at(number: int, act: Callable[[], None]) -> bool:
    """Do it in a fork that dies right before its change of that number. False if it came to its end."""
    pid = os.fork()
    if pid == 0:
        count = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES
            if event in CHANGES or writes:
                count += 1
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        code = 1
        try:
            sys.addaudithook(hook)
            act()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def opens(folder: Path, secret: slots.Secret) -> bool:
    try:
        opening.open_vault(folder, secret).close()
    except WrongSecret:
        return False
    return True


class Lab:
    """A closed vault with trustees, copied for each try. The trustees' keys are outside."""

    def __init__(self, base: Path, patch: pytest.MonkeyPatch) -> None:
        self.base, self.pristine, self.patch = base, base / "pristine", patch
        with vaults.new_vault(self.pristine) as vault:
            self.who: list[Trustee] = trustees(vault, 2)
        self.count = 0

    def fresh(self) -> tuple[Path, Path]:
        """A folder of its own with a vault, and a place for shares."""
        self.count += 1
        place = self.base / f"try-{self.count}"
        place.mkdir()
        shutil.copytree(self.pristine, place / "vault")
        self.another_device(place)
        return place / "vault", place / "shares"

    def another_device(self, place: Path) -> None:
        """Nothing is remembered of other copies."""
        self.patch.setenv("XDG_STATE_HOME", str(place / "state"))

    def shares_in(self, out: Path) -> slots.Shares | None:
        """What the trustees can read of their files, if they are all there."""
        files = sorted(out.glob("share-*.age"))
        if len(files) < len(self.who):
            return None
        given = [
            travel_shares.Given(n, one.id, path, "")
            for n, (one, path) in enumerate(zip(self.who, files, strict=True))
        ]
        return slots.Shares(tuple(words(one, self.who) for one in given))

    def check(self, folder: Path, secrets: list[slots.Secret | None]) -> int:
        """Exactly one of them opens the vault, unless the header holds both: its place."""
        found = [n for n, secret in enumerate(secrets) if secret is not None and opens(folder, secret)]
        assert len(found) == 1, f"{len(found)} secrets open the vault"
        return found[0]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    return Lab(tmp_path, monkeypatch)


def each_stop(run: Callable[[int], bool]) -> list[int]:
    """Every number up to the first at which it comes to its end."""
    for number in range(1, MOST):
        if not run(number):
            return list(range(1, number))
    raise AssertionError("it never ends")


def test_start(lab: Lab) -> None:
    states = []

    def one(number: int) -> bool:
        folder, out = lab.fresh()

        def act() -> None:
            with opening.open_vault(folder, vaults.CODE) as vault:
                travel.start(vault, root_of(folder), order(lab.who), out, never)

        stopped = killed_at(number, act)
        states.append(lab.check(folder, [vaults.CODE, lab.shares_in(out)]))
        if states[-1] == 1:
            travel_now.close(folder)  # finishes what was left over
            assert sorted(path.name for path in folder.glob("vault.json*")) == [header_file.NAME]
            assert lab.check(folder, [vaults.CODE, lab.shares_in(out)]) == 1
        shutil.rmtree(folder.parent)
        return stopped

    assert len(each_stop(one)) > 15
    assert states == sorted(states)  # no way back in between
    assert set(states) == {0, 1}


def prepared(lab: Lab, folder: Path, out: Path) -> None:
    with opening.open_vault(folder, vaults.CODE) as vault:
        travel.prepare(vault, root_of(folder), order(lab.who), out, never)


def test_prepare_a_second_time(lab: Lab) -> None:
    def one(number: int) -> bool:
        folder, out = lab.fresh()
        prepared(lab, folder, out.with_name("first"))
        stopped = killed_at(number, lambda: prepared(lab, folder, out))
        assert opens(folder, vaults.CODE)
        if (folder / travel_header.NAME).exists():
            # Opened since, as this was: it may have been stopped before this computer noted the new one.
            travel_now.close(folder)
            lab.check(folder, [vaults.CODE, lab.shares_in(out.with_name("first")), lab.shares_in(out)])
        shutil.rmtree(folder.parent)
        return stopped

    assert len(each_stop(one)) > 8


def test_now(lab: Lab) -> None:
    states = []

    def one(number: int) -> bool:
        folder, out = lab.fresh()
        prepared(lab, folder, out)
        before = header_file.read(folder).dump()
        stopped = killed_at(number, lambda: travel_now.close(folder) and None)
        states.append(lab.check(folder, [vaults.CODE, lab.shares_in(out)]))
        travel_now.close(folder)
        assert lab.check(folder, [vaults.CODE, lab.shares_in(out)]) == 1
        for path in folder.glob("vault.json*"):
            assert before not in path.read_bytes()
        shutil.rmtree(folder.parent)
        return stopped

    assert len(each_stop(one)) > 3
    assert states == sorted(states)
    assert set(states) == {0, 1}


def test_end(lab: Lab) -> None:
    def closed(vault: UnlockedVault, out: Path) -> None:
        travel.start(vault, root_of(vault.folder), order(lab.who), out, never)

    folder, out = lab.fresh()
    with opening.open_vault(folder, vaults.CODE) as vault:
        closed(vault, out)
    shares = lab.shares_in(out)
    assert shares is not None
    request = asked(folder, out.with_name("request"))
    answers = [answered(request, text, out.with_name(f"a{n}")) for n, text in enumerate(shares.texts)]
    states = []

    def one(number: int) -> bool:
        place = folder.parent / f"try-{number}" / "vault"
        shutil.copytree(folder.parent / "state", place.parent / "state")
        shutil.copytree(folder, place)
        lab.another_device(place.parent)

        def act() -> None:
            found = opening.unlock(place, slots.Shares(travel_end.opened(place, answers, [])))
            with opening.opened(place, found) as vault:
                travel_end.finish(vault, found.root, travel_end.New(None, NEW))

        stopped = killed_at(number, act)
        states.append(lab.check(place, [shares, NEW]))
        shutil.rmtree(place)
        return stopped

    assert len(each_stop(one)) > 3
    assert states == sorted(states)
    assert set(states) == {0, 1}
