"""Run in a network namespace of its own: two Syncthings on loopback carry a folder of backups from one to the other,
while the vault is being written and backed up. Says what arrived, as JSON."""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import vaults
from backup_tools import contents, everything, files, fill

from vault.errors import Damaged, NotFound
from vault.session import sync_folders
from vault.usecases import backup, backup_check, backup_restore, opening

SECONDS = 60.0
ROUNDS = 4
_UP = 0x8914  # SIOCSIFFLAGS, netdevice(7)

CONFIG = """<configuration version="36">
  <folder id="backups" path="{folder}" type="{kind}" rescanIntervalS="2" fsWatcherDelayS="1">
    <device id="{own}"/><device id="{other}"/>
  </folder>
  <device id="{own}" name="own"><address>dynamic</address></device>
  <device id="{other}" name="other"><address>tcp://127.0.0.1:{theirs}</address></device>
  <gui enabled="false"/>
  <options>
    <listenAddress>tcp://127.0.0.1:{port}</listenAddress>
    <globalAnnounceEnabled>false</globalAnnounceEnabled><localAnnounceEnabled>false</localAnnounceEnabled>
    <relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><startBrowser>false</startBrowser>
    <reconnectionIntervalS>1</reconnectionIntervalS><crashReportingEnabled>false</crashReportingEnabled>
    <urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH>
    <announceLANAddresses>false</announceLANAddresses><setLowPriority>false</setLowPriority>
    <progressUpdateIntervalS>-1</progressUpdateIntervalS>
  </options>
</configuration>
"""


def loopback_up() -> None:
    """The one interface of a new network namespace is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, _UP, struct.pack("16sh", b"lo", 0x1 | 0x40))


def generate(home: Path) -> str:
    """Keys for one side; returns its device id."""
    command = ["syncthing", "generate", f"--home={home}", "--no-default-folder", "--skip-port-probing"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    found = re.search(r'<device id="([A-Z0-9-]+)"', (home / "config.xml").read_text())
    assert found is not None
    return found[1]


def start(
    home: Path, folder: Path, own: str, other: str, ports: tuple[int, int], kind: str
) -> subprocess.Popen[bytes]:
    folder.mkdir()
    (folder / ".stfolder").mkdir()
    (folder / ".stignore").write_text("*.part\nvault.lock\n")
    text = CONFIG.format(folder=folder, kind=kind, own=own, other=other, port=ports[0], theirs=ports[1])
    (home / "config.xml").write_text(text)
    command = ["syncthing", "serve", f"--home={home}", "--no-browser", "--no-restart", "--no-upgrade"]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "STNOUPGRADE": "1"})


def carried(folder: Path) -> set[str]:
    """What is there of the backup itself."""
    found = {name for name in files(folder) if not name.startswith(".st") and name != "vault.lock"}
    return {name for name in found if ".syncthing." not in name and not name.endswith((".tmp", ".part"))}


def never_torn(folder: Path) -> int:
    """Whatever has arrived by now is as it was written: it may be missing, it is never altered."""
    try:
        found = backup_check.verify(folder)
    except (NotFound, Damaged):
        return 0
    missing = ("is missing", "its number of stored files is 0")  # no file of it may have come yet
    wrong = [one for one in found.problems if not any(text in one.message for text in missing)]
    assert wrong == [], wrong
    return len(found.snapshots)


def main(base: Path) -> None:
    loopback_up()
    homes, folders = (base / "home-a", base / "home-b"), (base / "here", base / "there")
    ids = [generate(home) for home in homes]
    with vaults.new_vault(base / "vault") as vault:
        fill(vault, (1000, 300_000))
    running = [
        start(homes[0], folders[0], ids[0], ids[1], (22101, 22102), "sendonly"),
        start(homes[1], folders[1], ids[1], ids[0], (22102, 22101), "receiveonly"),
    ]
    stop, failed = threading.Event(), []

    def write() -> None:
        try:
            with opening.open_vault(base / "vault", vaults.CODE) as other:
                case = next(iter(other.catalogue.case_counts()))
                while not stop.is_set():
                    vaults.add_bytes(other, case, os.urandom(20_000))
                    time.sleep(0.05)
        except BaseException as error:
            failed.append(repr(error))

    writer, looks, end = threading.Thread(target=write), 0, time.monotonic() + SECONDS
    writer.start()
    try:
        with opening.open_vault(base / "vault", vaults.CODE) as vault, sync_folders.accepting(lambda path: None):
            for _ in range(ROUNDS):
                backup.create(vault, folders[0])
                time.sleep(0.7)
                looks += never_torn(folders[1]) > 0
        stop.set()
        writer.join()
        while carried(folders[0]) != carried(folders[1]) and time.monotonic() < end:
            looks += never_torn(folders[1]) > 0
            time.sleep(0.2)
    finally:
        stop.set()
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)
    assert failed == []
    assert carried(folders[0]) == carried(folders[1]), (homes[1] / "log").read_text()[-3000:]
    found = everything(folders[1])
    backup_restore.restore(folders[1], base / "restored", vaults.CODE)
    with opening.open_vault(base / "restored", vaults.CODE) as vault:
        print(json.dumps({"snapshots": len(found.snapshots), "items": len(contents(vault)), "looks": looks}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
