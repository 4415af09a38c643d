"""Folders that clouds copy, laid out as their clients do on the three systems, are known; what looks alike is not."""

from __future__ import annotations

import json
import os
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from vault.errors import SyncFolder
from vault.session import mounts, sync_folders

LINUX_LINKS = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's home, empty."""
    home = tmp_path / "people" / "anna"
    home.mkdir(parents=True)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return home


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


# ---- by name -----------------------------------------------------------------------------------------------------

NAMED = [
    # Windows
    "OneDrive", "OneDrive - Contoso e.V.", "OneDrive - Помощь/Документы", "OneDrive - Org/Desktop", "Dropbox",
    "Dropbox (Personal)", "iCloudDrive", "iCloud Drive", "Google Drive", "My Drive", "My Drive (a.b@example.org)",
    "Мой диск", "Google Диск", "YandexDisk", "YandexDisk-anna", "Nextcloud", "Nextcloud2", "ownCloud", "MEGA",
    "MEGAsync",
    # macOS
    "Library/Mobile Documents/com~apple~CloudDocs", "Library/Mobile Documents/iCloud~md~obsidian/Documents",
    "Library/CloudStorage/OneDrive-Org", "Library/CloudStorage/GoogleDrive-a@example.org/My Drive",
    "Library/CloudStorage/Dropbox", "Library/CloudStorage/Box-Box", "Library/CloudStorage/SomethingNew",
    "Yandex.Disk.localized", "pCloud Drive",
    # Linux, and in any case of letters
    "Yandex.Disk", "Яндекс.Диск", "Яндекс.Диск – anna", "DROPBOX", "nextCLOUD", "яндекс.диск", "pCloudDrive",
    "dropbox ",
    "gvfs/google-drive:host=example.org,user=a", "Proton Drive", "Облако Mail.ru", "OneDrive-Personal",
]  # fmt: skip
ALIKE = [
    "Dropboxes", "Dropbox-notes", "my-onedrive-notes", "oneDriver", "vault", "Nextcloud-server sources",
    "mega-project", "Notes on Dropbox", "CloudStorage", "Mobile Documents", "drive", "Google", "Yandex", "Диск",
    "iCloud Drive (Archive)",
    "Omega", "Library/Application Support/Casevault", "Syncthing-1.27 sources", "box", "Мой дискант", "sync",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_a_folder_with_the_name_that_a_client_gives_it(home: Path, name: str) -> None:
    for spelled in (unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)):
        for path in (home / spelled, home / spelled / "work" / "anna.vault", home / "deep" / "er" / spelled / "x"):
            assert sync_folders.containing(path) is not None


@pytest.mark.parametrize("name", ALIKE)
def test_a_folder_that_is_only_called_alike(home: Path, name: str) -> None:
    folder(home / name)
    assert sync_folders.containing(home / name / "work" / "anna.vault") is None


def test_nobodys_home_is_one_for_what_its_owner_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder(tmp_path / "Mega")))
    assert sync_folders.containing(tmp_path / "Mega" / "vault") is None
    assert sync_folders.containing(tmp_path / "Mega" / "MEGA" / "vault") is not None
    if os.name != "nt":
        assert sync_folders.containing(Path("/home/dropbox/vault")) is None
        assert sync_folders.containing(Path("/Users/mega/vault")) is None


# ---- by what lies there ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marker", "is_folder"),
    [(".dropbox", False), (".dropbox.cache", True), (".stfolder", True), (".stfolder", False), (".sync", True),
     (".nextcloudsync.log", False), (".owncloudsync.log", False), ("._sync_6f2a01bc9d1e.db", False),
     (".sync_6f2a01bc9d1e.db", False), (".yandexdisk", True), (".shortcut-targets-by-id", True)],
)  # fmt: skip
def test_a_client_has_left_its_mark(home: Path, marker: str, is_folder: bool) -> None:
    root = folder(home / "Renamed")
    (root / marker).mkdir() if is_folder else (root / marker).write_bytes(b"")
    assert sync_folders.containing(root / "not" / "there yet") == root
    assert sync_folders.containing(home / "Beside" / "vault") is None


def test_the_settings_of_clients_in_a_home_do_not_condemn_it(home: Path) -> None:
    for name in (".dropbox", ".sync", ".yandexdisk", ".stfolder", ".config/yandex-disk"):
        folder(home / name)
    (home / ".nextcloudsync.log").write_bytes(b"")
    assert sync_folders.containing(home / "Documents" / "vault") is None
    assert sync_folders.containing(home / "x.pdf") is None


def test_a_folder_of_the_same_name_as_a_mark_of_a_file(home: Path) -> None:
    folder(home / "work" / ".dropbox")  # a copy of somebody's settings
    assert sync_folders.containing(home / "work" / "vault") is None


# ---- by the clients' own settings --------------------------------------------------------------------------------


def dropbox(place: str) -> Callable[[Path, Path], None]:
    def lay(home: Path, root: Path) -> None:
        accounts = {
            "personal": {"path": str(home / "nowhere"), "host": 1, "is_team": False, "subscription_type": "Basic"},
            "business": {"path": str(root), "root_path": str(root.parent / "Team"), "is_team": True},
        }
        write(home / place / "info.json", json.dumps(accounts))

    return lay


def nextcloud(place: str, key: str = r"0\Folders\1\localPath") -> Callable[[Path, Path], None]:
    def lay(home: Path, root: Path) -> None:
        # As Qt writes it: a slash at the end, and letters outside Latin-1 as numbers.
        shown = "".join(
            letter if ord(letter) < 256 else f"\\x{ord(letter):x}" for letter in str(root).replace("\\", "/")
        )
        write(
            home / place, f"[General]\nclientVersion=3.12\n\n[Accounts]\n0\\url=https://example.org\n{key}={shown}/\n"
        )

    return lay


def yandex(place: str, line: str) -> Callable[[Path, Path], None]:
    return lambda home, root: write(home / place, f'auth="/x/passwd"\n{line.format(root=root)}\nproxy="no"\n')


def syncthing(place: str) -> Callable[[Path, Path], None]:
    def lay(home: Path, root: Path) -> None:
        shown = str(root).replace("&", "&amp;")
        write(
            home / place,
            '<configuration version="37">\n    <folder id="a" label="x" path="/elsewhere" type="sendreceive">\n'
            f'    </folder><folder id="b" label="y" path="{shown}" type="sendonly">\n</folder></configuration>\n',
        )

    return lay


LAID = {
    "Dropbox, Windows": dropbox("AppData/Roaming/Dropbox"),
    "Dropbox, Windows, older": dropbox("AppData/Local/Dropbox"),
    "Dropbox, Linux and macOS": dropbox(".dropbox"),
    "Nextcloud, Windows": nextcloud("AppData/Roaming/Nextcloud/nextcloud.cfg"),
    "Nextcloud, macOS": nextcloud("Library/Preferences/Nextcloud/nextcloud.cfg"),
    "Nextcloud, Linux": nextcloud(".config/Nextcloud/nextcloud.cfg"),
    "Nextcloud, Flatpak": nextcloud(
        ".var/app/com.nextcloud.desktopclient.nextcloud/config/Nextcloud/nextcloud.cfg"
    ),
    "Nextcloud, virtual files": nextcloud(
        ".config/Nextcloud/nextcloud.cfg", r"0\FoldersWithPlaceholders\3\localPath"
    ),
    "ownCloud": nextcloud(".config/ownCloud/owncloud.cfg"),
    "Yandex, Linux": yandex(".config/yandex-disk/config.cfg", 'dir="{root}"'),
    "Yandex, Linux, unquoted": yandex(".config/yandex-disk/config.cfg", "dir={root}"),
    "Yandex, Windows": yandex("AppData/Roaming/Yandex/YandexDisk2/config.ini", "RootFolder={root}"),
    "Syncthing": syncthing(".local/state/syncthing/config.xml"),
    "Syncthing, older": syncthing(".config/syncthing/config.xml"),
    "Syncthing, macOS": syncthing("Library/Application Support/Syncthing/config.xml"),
}  # fmt: skip


@pytest.mark.parametrize("client", LAID)
@pytest.mark.parametrize("name", ["Firma", "Дела & бумаги"])
def test_a_folder_that_was_renamed_stands_in_the_settings(home: Path, client: str, name: str) -> None:
    if os.name == "nt" and client.startswith(("Yandex", "Nextcloud")):
        pytest.skip("their settings escape separators in a way of their own there")
    root = folder(home.parent / "disk" / name)
    LAID[client](home, root)
    assert sync_folders.containing(root / "a" / "vault") == root
    assert sync_folders.containing(root) == root
    assert sync_folders.containing(home.parent / "disk" / "Other" / "vault") is None
    with pytest.raises(SyncFolder, match="the vault would lie inside a folder that is copied to a cloud") as told:
        sync_folders.refuse(root / "vault", "the vault")
    assert "--accept-sync-folder" in told.value.hint


@pytest.mark.parametrize("variable", VARIABLES[:3])
def test_onedrive_says_where_it_is_by_its_variables(
    home: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    root = folder(home / "Firma" / "Wolke")
    monkeypatch.setenv(variable, str(root))
    assert sync_folders.containing(root / "Documents" / "vault") == root
    assert sync_folders.containing(home / "Documents" / "vault") is None


@LINUX_LINKS
def test_desktop_and_documents_that_icloud_takes(home: Path) -> None:
    drive = folder(home / "Library" / "Mobile Documents" / "com~apple~CloudDocs")
    (drive / "Desktop").symlink_to(folder(home / "Desktop"))
    folder(home / "Documents")
    folder(drive / "Documents")  # as it is left behind where that was turned off again
    assert sync_folders.containing(home / "Desktop" / "vault") == home / "Desktop"
    assert sync_folders.containing(home / "Documents" / "vault") is None
    (home / "Documents").rmdir()
    (home / "Documents").symlink_to(drive / "Documents")  # the other way about
    assert sync_folders.containing(home / "Documents" / "vault") is not None


@LINUX_LINKS
def test_known_folders_that_moved_are_followed_by_their_links(home: Path) -> None:
    moved = folder(home / "Library" / "CloudStorage" / "OneDrive-Org" / "Documents")
    (home / "Documents").symlink_to(moved)
    assert sync_folders.containing(home / "Documents" / "new.vault") is not None
    (home / "short").symlink_to(home / "Documents" / ".." / "Documents")
    assert sync_folders.containing(home / "short" / "x") is not None
    # A link that lies in a cloud's folder carries its own name there, but not what it leads to: told all the same.
    (folder(home / "Dropbox") / "out").symlink_to(folder(home / "plain"))
    assert sync_folders.containing(home / "Dropbox" / "out" / "x") is not None
    (home / "loop").symlink_to(home / "loop")
    assert sync_folders.containing(home / "loop" / "x") is None


MOUNTS = """\
22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
30 22 8:2 /home/anna/Dropbox/work /mnt/work rw,relatime shared:1 - ext4 /dev/sda2 rw
31 22 8:3 / /data\\040disk rw shared:7 master:2 - btrfs /dev/sda3 rw,subvol=/
32 22 0:50 / /home/anna/remote rw,nosuid - fuse.rclone drive: rw
33 22 0:51 / /home/anna/server rw - fuse.sshfs host: rw
34 31 8:3 /plain /data\\040disk/cloud rw - btrfs /dev/sda3 rw
broken line
"""


@pytest.mark.skipif(os.name == "nt", reason="paths of Linux")
def test_what_is_mounted_a_second_time_has_its_first_name_too() -> None:
    assert mounts.names_by(MOUNTS, Path("/mnt/work/a")) == [Path("/home/anna/Dropbox/work/a")]
    assert mounts.names_by(MOUNTS, Path("/data disk/cloud/x")) == [Path("/plain/x")]
    for plain in ("/home/anna/Documents", "/data disk/x", "/home/anna/server/x", "/mnt/worker"):
        assert mounts.names_by(MOUNTS, Path(plain)) == []
    (named,) = mounts.names_by(MOUNTS, Path("/home/anna/remote/x"))
    assert named.parts[:6] == ("/", "home", "anna", "remote", "Library", "CloudStorage")
    assert mounts.names_by("", Path("/x")) == []
    assert mounts.names_by("\n".join(["1 2 3"] * 100), Path("/x")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="proc(5)")
def test_this_systems_own_table_is_read() -> None:
    assert mounts.TABLE.exists()
    assert all(path.is_absolute() for path in mounts.other_names(Path("/proc/self")))


# ---- settings that nobody should believe -------------------------------------------------------------------------

HOSTILE = [
    "", "\0", "{", "[" * 100_000, "{" * 100_000, '{"personal":[1],"b":{"path":3},"c":null}', '{"a":{"path":"/"}}',
    '{"a":{"path":"relative/../.."}}', '{"a":{"path":"\\u0000/x"}}', '{"a":{"path":"' + "x/" * 200_000 + '"}}',
    r"0\Folders\1\localPath=\xD800\xFFFFFF\x0" "\nlocalPath=\ndir=\"\ndir==\n", "localPath=/\ndir=/\ndir=.\ndir=~\n",
    '<folder path="/">' * 5000, "<folder " + 'a="b" ' * 50_000, "\n".join(f"localPath=/x{n}" for n in range(20_000)),
]  # fmt: skip
FILES = (
    ".dropbox/info.json", ".config/Nextcloud/nextcloud.cfg", ".config/yandex-disk/config.cfg",
    ".local/state/syncthing/config.xml",
)  # fmt: skip


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_settings_condemn_nothing_and_take_no_time(home: Path, number: int) -> None:
    for name in FILES:
        write(home / name, HOSTILE[number])
    began = time.process_time()
    assert sync_folders.containing(home / "Documents" / "vault") is None
    assert time.process_time() - began < 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files in folders")
def test_settings_that_are_no_files(home: Path) -> None:
    folder(home / ".dropbox" / "info.json")
    os.mkfifo(folder(home / ".config" / "yandex-disk") / "config.cfg")
    folder(home / ".config" / "Nextcloud")
    (home / ".config" / "Nextcloud" / "nextcloud.cfg").symlink_to("/dev/zero")
    assert sync_folders.containing(home / "vault") is None


def test_a_long_file_of_settings_is_read_up_to_its_bound(home: Path) -> None:
    write(home / ".config/yandex-disk/config.cfg", "#" * sync_folders.MAX_SETTINGS + f'\ndir="{home / "late"}"\n')
    assert sync_folders.containing(folder(home / "late") / "x") is None


# ---- on somebody's word ------------------------------------------------------------------------------------------


def test_what_is_accepted_is_told_and_only_within(home: Path) -> None:
    told: list[Path] = []
    with sync_folders.accepting(told.append):
        assert sync_folders.refuse(home / "Dropbox" / "x", "the file")
        assert not sync_folders.refuse(home / "plain" / "x", "the file")
    assert told == [home / "Dropbox" / "x"]
    with pytest.raises(SyncFolder):
        sync_folders.refuse(home / "Dropbox" / "x", "the file")


def test_who_is_told_can_still_stop_it(home: Path) -> None:
    def stop(path: Path) -> None:
        raise RuntimeError("the log can't be written")

    with sync_folders.accepting(stop), pytest.raises(RuntimeError):
        sync_folders.refuse(home / "Dropbox" / "x", "the file")
