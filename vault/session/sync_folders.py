"""Which folders a cloud copies away: by what sync clients call them, leave in them, and say in their own settings.

Settings are looked at in the places of all three systems, whichever this one is: a home folder may have moved with
its owner. They are other programs' files, so they are read up to a bound, and what does not fit is left aside.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from vault.errors import SyncFolder
from vault.session import mounts

MAX_SETTINGS = 1 << 18
"""Bytes of one file of settings."""
MAX_ROOTS = 200
MAX_PATH = 4096

_NAMES = frozenset({
    "onedrive", "icloud", "icloud drive", "iclouddrive", "icloud photos", "iclouddocs", "com~apple~clouddocs",
    "dropbox", "google drive", "googledrive", "google диск", "my drive", "мой диск", "nextcloud", "owncloud",
    "yandex.disk", "yandexdisk", "yandex disk", "yandex.disk.localized", "яндекс.диск", "яндексдиск", "яндекс диск",
    "pcloud", "pcloud drive", "pclouddrive", "mega", "megasync", "box sync", "syncthing", "seafile", "proton drive",
    "protondrive", "облако mail.ru", "cloud mail.ru", "облако mail.ru.localized", "creative cloud files", "kdrive",
    "synologydrive", "synology drive", "jottacloud", "hidrive", "amazon drive", "koofr", "spideroak hive",
})  # fmt: skip
# "OneDrive - Org", "OneDrive-Personal", "GoogleDrive-somebody@…", "YandexDisk-login", «Яндекс.Диск – login»: one for
# each account.
_WITH_ACCOUNT = ("onedrive", "googledrive", "yandexdisk", "yandex.disk", "яндекс.диск", "protondrive")
_ACCOUNT = re.compile(r" ?[-–] ?\S.*", re.DOTALL)
# "Dropbox (Personal)", "My Drive (somebody@…)", "Nextcloud2", "Google Drive (1)"
_AGAIN = re.compile(r"(?: \([^()]{1,120}\)|[0-9]{1,2})$")
# Only below "Library": "CloudStorage" or "Mobile Documents" alone may be anybody's.
_IN_LIBRARY = ("cloudstorage", "mobile documents")
_IN_GVFS = ("google-drive:", "onedrive:", "dav:", "davs:")
# What a client leaves at the top of its folder, and whether that is a folder.
_MARKERS = (
    (".dropbox", False), (".dropbox.cache", True), (".stfolder", None), (".nextcloudsync.log", False),
    (".owncloudsync.log", False), (".sync_journal.db", False), (".yandexdisk", None), (".sync", True),
    (".shortcut-targets-by-id", True), (".tmp.drivedownload", True), (".seafile-data", True), (".proton-drive", True),
)  # fmt: skip
_MARKERS_OF_DISKS = ((".shortcut-targets-by-id", True),)  # Google Drive as a letter of its own
_JOURNAL = re.compile(r"\._?sync_[0-9a-f]{1,40}\.db")  # Nextcloud and ownCloud
_PERHAPS_JOURNALS = 1000
_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
_CLOUD_TAG, _CLOUD_MASK = 0x9000001A, 0xFFFF0FFF  # IO_REPARSE_TAG_CLOUD and its variants, Windows

HINT = (
    "What lies there leaves this computer by itself, and a cloud keeps old versions of it for long. Choose a folder "
    "outside; if you must, --accept-sync-folder does it all the same, and that is logged."
)


def containing(path: Path) -> Path | None:
    """The folder at or above `path` that a sync client copies, or None. `path` need not exist."""
    given = _absolute(path)
    for way in _ways(given):
        for folder in (way, *way.parents):
            # Somebody's home is none, whatever its owner is called: there lie the settings of the same programs.
            if not _is_home(folder) and (_is_named_so(folder) or _is_marked(folder)):
                return folder
    return _below(_ways(given), roots())


def refuse(path: Path, what: str) -> bool:
    """Raise SyncFolder if `path` lies where a sync client would carry it off; within `accepting` tell that instead,
    and give True."""
    found = containing(path)
    if found is None:
        return False
    told = _told.get()
    if told is None:
        raise SyncFolder(f"{what} would lie inside a folder that is copied to a cloud ({found.name})", hint=HINT)
    told(_absolute(path))
    return True


@contextlib.contextmanager
def accepting(told: Callable[[Path], None]) -> Iterator[None]:
    """Within, nothing is refused: `told` is given each path that would have been, before anything is written."""
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)


_told: ContextVar[Callable[[Path], None] | None] = ContextVar("told", default=None)


# ---- ways to a place ---------------------------------------------------------------------------------------------


def _absolute(path: Path) -> Path:
    with contextlib.suppress(RuntimeError, OSError):
        path = path.expanduser()
    with contextlib.suppress(OSError):
        return Path(os.path.abspath(path))  # noqa: PTH100 - links are looked at one way and the other
    return path


def _ways(path: Path) -> list[Path]:
    """The path as it was given, without links, and as it is called where a mount shows it a second time."""
    ways = [path]
    with contextlib.suppress(OSError, RuntimeError):
        ways.append(path.resolve())
    ways += mounts.other_names(ways[-1])
    return list(dict.fromkeys(ways))


def _plain(name: str) -> str:
    """One spelling for all that a file system may take for one name: NFC or NFD, capitals, dots at the end."""
    return unicodedata.normalize("NFC", name).casefold().rstrip(" .") or name


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


# ---- by name, by what lies there ---------------------------------------------------------------------------------


def _is_named_so(folder: Path) -> bool:
    name = _plain(folder.name)
    if name in _NAMES:
        return True
    parent = _plain(folder.parent.name)
    if (name in _IN_LIBRARY and parent == "library") or (parent == "gvfs" and name.startswith(_IN_GVFS)):
        return True
    if any(name.startswith(known) and _ACCOUNT.fullmatch(name, len(known)) for known in _WITH_ACCOUNT):
        return True
    again = _AGAIN.search(name)
    # What macOS leaves as "iCloud Drive (Archive)" is a plain folder.
    return again is not None and name[: again.start()] in _NAMES and not name.startswith("icloud")


def _is_marked(folder: Path) -> bool:
    """Whether a client has left its mark here."""
    for name, is_folder in _MARKERS if folder.parent != folder else _MARKERS_OF_DISKS:
        with contextlib.suppress(OSError, ValueError):
            mode = (folder / name).stat().st_mode
            if is_folder is None or stat.S_ISDIR(mode) == is_folder:
                return True
    return _has_journal(folder) or _is_placeholder(folder)


def _is_home(folder: Path) -> bool:
    home, parent = _home(), folder.parent
    if home is not None and _same(folder, home):
        return True
    return parent.name.casefold().lstrip("@") in ("home", "users") and parent.parent == Path(folder.anchor)


def _has_journal(folder: Path) -> bool:
    with contextlib.suppress(OSError, ValueError), os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if _JOURNAL.fullmatch(entry.name):
                return True
            if number > _PERHAPS_JOURNALS:
                return False
    return False


def _is_placeholder(folder: Path) -> bool:
    """Windows marks what its own interface for clouds manages."""
    if sys.platform != "win32":
        return False
    with contextlib.suppress(OSError, ValueError):
        return os.lstat(folder).st_reparse_tag & _CLOUD_MASK == _CLOUD_TAG
    return False


def _same(one: Path, other: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return one.samefile(other)
    return [*map(_plain, one.parts)] == [*map(_plain, other.parts)]


def _below(ways: Iterable[Path], known: list[Path]) -> Path | None:
    for root in known:
        for way in ways:
            for folder in (way, *way.parents):
                if folder.parent != folder and _same(folder, root):
                    return folder
    return None


# ---- by the clients' settings ------------------------------------------------------------------------------------


def roots() -> list[Path]:
    """Folders that clients on this device say they copy; none that is a whole disk."""
    found: list[Path] = []
    home = _home()
    for text in _said(home):
        if len(found) >= MAX_ROOTS:
            break
        if not text or len(text) > MAX_PATH or "\0" in text:
            continue
        path = Path(text)
        if path.is_absolute() and path.parent != path and path not in found:
            found.append(path)
    return found


def _said(home: Path | None) -> Iterator[str]:
    yield from (os.environ.get(name, "") for name in _VARIABLES)
    if sys.platform == "win32":
        from vault.session import windows_sync

        yield from windows_sync.roots()
    if home is None:
        return
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    roaming = Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
    local = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    support = home / "Library" / "Application Support"
    for place in (home / ".dropbox", roaming / "Dropbox", local / "Dropbox"):
        yield from _of_dropbox(_read(place / "info.json"))
    flatpak = home / ".var" / "app"
    for place in (
        config, roaming, local, home / "Library" / "Preferences", support,
        flatpak / "com.nextcloud.desktopclient.nextcloud" / "config", flatpak / "com.owncloud.desktop" / "config",
    ):  # fmt: skip
        for name in ("Nextcloud/nextcloud.cfg", "ownCloud/owncloud.cfg"):
            yield from _of_ini(_read(place / name), ("localpath",))
    yield from _of_ini(_read(config / "yandex-disk" / "config.cfg"), ("dir",))
    for place in (roaming, local, support):
        for folder in ("Yandex/Yandex.Disk.2", "Yandex/YandexDisk2", "Yandex/Yandex.Disk", "Yandex.Disk.2"):
            for name in ("config.cfg", "settings.ini", "config.ini"):
                yield from _of_ini(_read(place / folder / name), ("dir", "rootfolder", "rootpath", "folder"))
    for place in (
        config / "syncthing", home / ".local" / "state" / "syncthing", local / "Syncthing", support / "Syncthing",
    ):  # fmt: skip
        yield from _of_syncthing(_read(place / "config.xml"))
    yield from _of_desktops(home)


def _of_desktops(home: Path) -> Iterator[str]:
    """iCloud's "Desktop & Documents": the folders lie in the home, and again, as the same, in iCloud Drive."""
    drive = home / "Library" / "Mobile Documents" / "com~apple~CloudDocs"
    for name in ("Desktop", "Documents"):
        with contextlib.suppress(OSError):
            if (home / name).samefile(drive / name):
                yield str(home / name)


def _read(path: Path) -> str:
    """A file of settings, as far as it may be long; nothing if it is none. Never waits on a pipe."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return ""
    with contextlib.suppress(OSError), os.fdopen(handle, "rb") as file:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            return file.read(MAX_SETTINGS).decode("utf-8-sig", "replace")
    return ""


def _of_dropbox(text: str) -> Iterator[str]:
    try:
        accounts: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    for account in accounts.values() if isinstance(accounts, dict) else ():
        for name in ("path", "root_path"):
            value = account.get(name) if isinstance(account, dict) else None
            if isinstance(value, str):
                yield value


_HEX = re.compile(r"\\x([0-9a-fA-F]{1,6})")


def _of_ini(text: str, names: tuple[str, ...]) -> Iterator[str]:
    r"""Values of `…\name=value` in a file of settings, as Qt and others write them."""
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and re.split(r"[\\/]", name.strip().casefold())[-1] in names:
            value = value.strip()
            if len(value) > 1 and value[0] == value[-1] == '"':
                value = value[1:-1]
            yield _HEX.sub(_letter, value).replace("\\\\", "\\")


def _letter(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


_FOLDER = re.compile(r"<folder\s[^<>]{0,2000}>")
_PATH = re.compile(r"\spath=\"([^\"<>]{1,4096})\"")


def _of_syncthing(text: str) -> Iterator[str]:
    """No parser of XML in this process: the one attribute that counts is on one line of its element."""
    import html

    for element in _FOLDER.findall(text):
        if match := _PATH.search(element):
            yield html.unescape(match[1])
