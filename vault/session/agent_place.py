"""Where the agent of a vault can be met: a folder that only its owner can enter, and a name that says nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from vault.errors import Refused
from vault.session import places

NAME_DIGITS = 24
SUFFIX = ".sock"
MAX_PATH_BYTES = 100
"""A socket's path has room for 104 bytes on macOS and the BSDs, 108 on Linux, with the zero at the end."""
PIPES = "\\\\.\\pipe\\"
PIPE_PREFIX = "casevault-"
RUNTIMES = Path("/run/user")
"""Where the login manager makes each user's runtime folder, also for sessions that are not told of it."""
MAX_NOTES = 16
MAX_NOTES_BYTES = 1 << 16
_NOTES = "agents"
_FOREIGN = "foreign-agent"


def name_of(vault_id: str, folder: Path) -> str:
    """What the agent of this vault is called: two copies of one vault have two names."""
    place = os.path.realpath(folder)
    return hashlib.sha256(f"{vault_id}\n".encode() + os.fsencode(place)).hexdigest()[:NAME_DIGITS]


def folders() -> list[Path]:
    """Where sockets may be, the best one first: a session may know its runtime folder, and another one, of ssh or
    cron, not. All of them are looked at, and those that were noted when an agent began elsewhere."""
    found: list[Path] = []
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and sys.platform != "darwin" and Path(runtime).is_absolute():
        found.append(Path(runtime) / places.APP)
    usual = RUNTIMES / str(_user())
    if sys.platform != "darwin" and _is_ours(usual):
        found.append(usual / places.APP)
    found.append(places.state_folder() / "run")
    found.append(Path("/tmp") / f"{places.APP}-{_user()}")  # noqa: S108  (0700 and ours, or refused)
    return list(dict.fromkeys([*found, *noted()]))


def _is_ours(folder: Path) -> bool:
    try:
        check_folder(folder)
    except (OSError, Refused):
        return False
    return True


def noted() -> list[Path]:
    """Folders in which agents were begun, as far as they are still there and ours."""
    try:
        lines = (places.state_folder() / _NOTES).read_bytes()[:MAX_NOTES_BYTES].split(b"\n")
        return [one for one in map(Path, map(os.fsdecode, lines)) if one.is_absolute() and _is_ours(one)]
    except (OSError, ValueError):
        return []


def note(folder: Path) -> None:
    """Keep in mind that an agent is met there, for sessions that would not look there. What can't be noted is not."""
    known = noted()
    if folder in known or "\n" in str(folder):
        return
    path = places.state_folder() / _NOTES
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = path.with_name(f"{_NOTES}.{os.getpid()}")
        new.write_bytes(b"".join(os.fsencode(one) + b"\n" for one in [*known, folder][-MAX_NOTES:]))
        new.replace(path)


def _user() -> int:
    if sys.platform == "win32":
        return 0
    return os.geteuid()


def usable(places_: Sequence[Path]) -> Path:
    """The first of these folders to listen in, made if need be. Raises Refused if it is someone else's, OSError."""
    name = "0" * NAME_DIGITS + SUFFIX
    for folder in places_:
        if len(os.fsencode(folder / name)) > MAX_PATH_BYTES:
            continue
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        check_folder(folder)
        return folder
    raise OSError("no folder for a socket")


def check_folder(folder: Path) -> None:
    """Raise Refused unless this is a folder, no link, that is ours and that only we can enter."""
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != _user():
        raise Refused("the folder for the agent's socket is someone else's, or no folder", kind=_FOREIGN, hint=_HINT)
    if found.st_mode & 0o077:
        raise Refused(
            "others may enter the folder for the agent's socket", kind=_FOREIGN, hint="Take their rights away (0700)."
        )


def check_socket(path: Path) -> bool:
    """Whether there is a socket. Raises Refused if there is something else, or if it is someone else's."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    check_folder(path.parent)
    if not stat.S_ISSOCK(found.st_mode) or found.st_uid != _user():
        raise Refused("what stands in the place of the agent's socket is not ours", kind=_FOREIGN, hint=_HINT)
    return True


_HINT = "Somebody may want to learn what you ask for: find out who put it there, then remove it."


def foreign() -> Refused:
    """The other side of a socket is a process of somebody else."""
    return Refused("the process at the agent's socket is someone else's", kind=_FOREIGN, hint=_HINT)


def sockets(name: str | None = None) -> Iterator[Path]:
    """The paths where the agent of this name may be, or all agents that there are."""
    for folder in folders():
        if name is not None:
            if len(os.fsencode(folder / (name + SUFFIX))) <= MAX_PATH_BYTES:
                yield folder / (name + SUFFIX)
        elif folder.is_dir():
            yield from sorted(folder.glob(f"*{SUFFIX}"))
