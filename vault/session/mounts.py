"""Other names of a place on Linux: what is mounted there may be a piece of another folder, or a cloud itself."""

from __future__ import annotations

import re
import sys
from pathlib import Path

TABLE = Path("/proc/self/mountinfo")
MAX_BYTES = 1 << 20
_CLOUD_SYSTEMS = re.compile(
    r"(?:fuse\.)?(?:rclone|google-drive-ocamlfuse|onedriver|davfs2?|webdav|s3fs|pcloud|mega|insync|gdrive|dropbox)"
)
_OCTAL = re.compile(r"\\([0-7]{3})")
CLOUD = "CloudStorage"


def other_names(path: Path) -> list[Path]:
    """What `path`, absolute and without links, is called within the file system that is mounted there."""
    if sys.platform != "linux":
        return []
    try:
        with TABLE.open("rb") as file:
            text = file.read(MAX_BYTES).decode("utf-8", "surrogateescape")
    except OSError:
        return []
    return names_by(text, path)


def names_by(table: str, path: Path) -> list[Path]:
    """The same by a table in the form of proc(5). A mount of a cloud's own file system gets a name that says so."""
    mount: tuple[str, str, str] | None = None
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 10 or "-" not in fields[6:-1]:
            continue
        root, point, system = _plain(fields[3]), _plain(fields[4]), fields[fields.index("-", 6) + 1]
        # The last one mounted at a place hides those before it.
        if path.is_relative_to(point) and (mount is None or len(point) >= len(mount[1])):
            mount = (root, point, system)
    if mount is None:
        return []
    root, point, system = mount
    rest = path.relative_to(point)
    if _CLOUD_SYSTEMS.fullmatch(system):
        return [Path(point, "Library", CLOUD, rest)]
    return [] if root == "/" else [Path(root, rest)]


def _plain(field: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), field)
