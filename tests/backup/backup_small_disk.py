"""Run where a tmpfs may be mounted: backups on a disk that is full, read only, or pulled out; says what each said."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import vaults
from backup_tools import everything, files, fill

from vault.errors import CasevaultError, StorageFailed, Usage
from vault.usecases import backup, backup_restore


def mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


def fails(act: Callable[[], object], kind: type[CasevaultError]) -> str:
    """What it says when it fails, as it must."""
    with pytest.raises(kind) as raised:
        act()
    return raised.value.message


def main(folder: Path) -> None:
    disk, small, place = folder / "disk", folder / "small", folder / "disk" / "backups"
    disk.mkdir()
    small.mkdir()
    mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", disk)
    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", small)
    with vaults.new_vault(folder / "vault") as vault:
        case = fill(vault, (400_000,))
        first = backup.create(vault, place)
        before = files(place)
        for size, count in ((6_000_000, 1), (200_000, 20)):
            for _ in range(count):
                vaults.add_bytes(vault, case, os.urandom(size))
            print("full", fails(lambda: backup.create(vault, place), StorageFailed))
            assert not any(name.endswith(".part") for name in files(place))
            everything(place, first.id)
        print("one file", fails(lambda: backup.create(vault, disk / "one.casevault-backup"), StorageFailed))
        assert {path.name for path in disk.iterdir()} == {"backups"}
        everything(place)
        # With room it goes on from there.
        mount("-o", "remount,size=40m", disk)
        second = backup.create(vault, place)
        assert second.items == 22
        everything(place)
        assert before < files(place)
        print("restore", fails(lambda: backup_restore.restore(place, small / "out", vaults.CODE), StorageFailed))
        assert list(small.iterdir()) == []
        mount("-o", "remount,ro", disk)
        print("read only", fails(lambda: backup.create(vault, place), StorageFailed))
        everything(place)
        assert backup_restore.restore(place, folder / "out", vaults.CODE).findings == ()
        mount("-o", "remount,rw", disk)
        # Pulled out in between: what comes after must not go to the folder that it was mounted to.
        vaults.add_bytes(vault, case, os.urandom(3_000_000))
        mount("--bind", disk, folder / "small")

        def pull(count: int) -> None:
            if count and os.path.ismount(disk):
                subprocess.run(["umount", "-l", str(disk)], check=True)

        print("pulled out", fails(lambda: backup.create(vault, place, pull), StorageFailed))
        assert list(disk.iterdir()) == []
        print("not there", fails(lambda: backup.create(vault, place), Usage))
        assert list(disk.iterdir()) == []
        mount("--bind", folder / "small", disk)
        everything(place)
        backup.create(vault, place)
        everything(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
