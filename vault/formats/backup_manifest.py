"""What a backup says of itself: its marker, the manifest of a snapshot, the list of its objects.

The exact forms stand in docs/format.md. A list of objects is in the form that `sha256sum -c` takes, so that a backup
can be checked without Casevault; each line has the same length, and its path can be nothing but an object's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from vault.errors import Damaged, NewerFormat
from vault.formats import canonical
from vault.model.ids import is_id

VERSION = 1
MARKER = "casevault-backup.json"
SNAPSHOTS = "snapshots"
OBJECTS = "objects"
MANIFEST = "manifest.json"
LIST = "objects.sha256"
HEADER, CATALOGUE, AUDIT = "vault.json", "catalog.db", "audit.db"
FILES = (AUDIT, CATALOGUE, LIST, HEADER)
"""The files of a snapshot beside its manifest, sorted."""
MAX_MANIFEST = 64 << 10
MAX_MARKER = 4 << 10
MARKER_DIGITS = 16
MAX_SIZE = 1 << 50
LINE_BYTES = 114
LINES_AT_ONCE = 4096
_ID = re.compile(r"[0-9]{8}T[0-9]{6}\.[0-9]{3}Z-[0-9a-f]{8}")
_INSTANCE = re.compile(r"(?:[0-9a-f]{16})?")
_HEX = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z")
_PROGRAM = re.compile(r"[0-9a-z.]{1,32}")
_LINE = re.compile(rb"([0-9a-f]{64})  objects/([0-9a-f]{2})/(\2[0-9a-f]{30})\.age\n")
_MEMBERS = {"casevault", "files", "generation", "id", "instance", "log", "made", "missing", "objects", "program", "v",
            "vault", "mac"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A file of a snapshot: its size in bytes, its SHA-256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One snapshot. `instance` is which copy of the vault it was taken from, `generation` how often the header had
    changed, `log_size` and `log_root` (hex) the head of the log in it; `count` and `size` are of its objects, in
    bytes; `missing` counts objects that the vault itself had lost. `mac` is hex, empty before it was made."""

    id: str
    vault: str
    instance: str
    generation: int
    log_size: int
    log_root: str
    made: str
    program: str
    files: tuple[File, ...]
    count: int
    size: int
    missing: int
    mac: str = ""

    def authenticated_bytes(self) -> bytes:
        """What the MAC covers: the canonical JSON without `mac`."""
        return canonical.dump(self._body())

    def dump(self) -> bytes:
        """The file's bytes."""
        return canonical.dump({**self._body(), "mac": self.mac}) + b"\n"

    def with_mac(self, mac: bytes) -> Manifest:
        """The same manifest, sealed."""
        return replace(self, mac=mac.hex())

    def file(self, name: str) -> File:
        """What it says of one of FILES."""
        return next(one for one in self.files if one.name == name)

    @property
    def total(self) -> int:
        """The bytes of everything that it names."""
        return self.size + sum(one.size for one in self.files)

    def _body(self) -> dict[str, Any]:
        return {
            "casevault": "backup", "v": VERSION, "id": self.id, "vault": self.vault, "instance": self.instance,
            "generation": self.generation, "log": {"size": self.log_size, "root": self.log_root},
            "made": self.made, "program": self.program,
            "files": [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in self.files],
            "objects": {"count": self.count, "size": self.size}, "missing": self.missing,
        }  # fmt: skip


def is_snapshot(name: str) -> bool:
    """Whether this is a snapshot's id: the time of its making and 8 random hex digits."""
    return _ID.fullmatch(name) is not None


def parse(data: bytes, snapshot: str) -> Manifest:
    """The manifest of the snapshot with this id. Raises Damaged, NewerFormat before anything else is looked at."""
    value = _versioned(data, "backup", f"the manifest of the snapshot {snapshot}", MAX_MANIFEST)
    try:
        found = _manifest(value)
    except (KeyError, TypeError, ValueError):
        raise Damaged(f"the manifest of the snapshot {snapshot} is damaged") from None
    if found.id != snapshot:
        raise Damaged(f"the manifest of the snapshot {snapshot} belongs to another snapshot")
    return found


def _manifest(value: dict[str, Any]) -> Manifest:
    files = tuple(
        File(_text(one["name"]), _number(one["size"]), _matched(_HEX, one["sha256"])) for one in value["files"]
    )
    log, objects = value["log"], value["objects"]
    if set(value) != _MEMBERS or tuple(one.name for one in files) != FILES or not is_id(value["vault"], "V"):
        raise ValueError
    # What was read must be all that was there: nothing is ignored that a later reader might take for something.
    found = Manifest(
        _matched(_ID, value["id"]), value["vault"], _matched(_INSTANCE, value["instance"]),
        _number(value["generation"]), _number(log["size"]), _matched(_HEX, log["root"]),
        _matched(_TIME, value["made"]), _matched(_PROGRAM, value["program"]), files,
        _number(objects["count"]), _number(objects["size"]), _number(value["missing"]), _matched(_HEX, value["mac"]),
    )  # fmt: skip
    if found._body() != {name: one for name, one in value.items() if name != "mac"}:
        raise ValueError
    return found


def dump_marker(vault: str) -> bytes:
    """The bytes of the file that tells whose backups lie in a folder. Its `id` follows from the vault's, so that no
    byte of it can change unseen: a manifest's seal covers the vault's id, and nothing else covers the marker."""
    check = hashlib.sha256(vault.encode("ascii")).hexdigest()[:MARKER_DIGITS]
    return canonical.dump({"casevault": "backups", "v": VERSION, "vault": vault, "id": check}) + b"\n"


def parse_marker(data: bytes) -> str:
    """The vault's id. Raises Damaged, NewerFormat."""
    value = _versioned(data, "backups", f"the backup's marker ({MARKER})", MAX_MARKER)
    try:
        if not is_id(value["vault"], "V") or dump_marker(value["vault"]) != data:
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise Damaged(f"the backup's marker ({MARKER}) is damaged") from None
    return str(value["vault"])


def _versioned(data: bytes, kind: str, what: str, limit: int) -> dict[str, Any]:
    if not data.endswith(b"\n"):
        raise Damaged(f"{what} is cut off")
    value = canonical.load(data[:-1], what, limit=limit)
    if not isinstance(value, dict) or value.get("casevault") != kind or type(value.get("v")) is not int:
        raise Damaged(f"{what} is damaged")
    if value["v"] > VERSION:
        raise NewerFormat(f"{what} has version {value['v']}; this version of Casevault reads up to {VERSION}")
    if value["v"] != VERSION:
        raise Damaged(f"{what} is damaged")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MAX_SIZE:
        raise ValueError
    return value


def _matched(pattern: re.Pattern[str], value: object) -> str:
    if not pattern.fullmatch(_text(value)):
        raise ValueError
    return str(value)


def line(name: str, sha256: str) -> bytes:
    """A line of the list of objects."""
    return f"{sha256}  {object_path(name)}\n".encode("ascii")


def object_path(name: str) -> str:
    """Where an object lies in a backup, with slashes."""
    return f"{OBJECTS}/{name[:2]}/{name}.age"


def snapshot_path(snapshot: str, name: str) -> str:
    """Where a snapshot's file lies in a backup, with slashes."""
    return f"{SNAPSHOTS}/{snapshot}/{name}"


def parse_list(file: BinaryIO, snapshot: str) -> Iterator[tuple[str, str]]:
    """Name and SHA-256 (hex) of each object, in ascending order, bit by bit. Raises Damaged where it ends to be a
    list."""
    last = ""
    while data := file.read(LINE_BYTES * LINES_AT_ONCE):
        for start in range(0, len(data), LINE_BYTES):
            found = _LINE.fullmatch(data, start, start + LINE_BYTES)
            if found is None or found[3].decode() <= last:
                raise Damaged(f"the list of objects of the snapshot {snapshot} is damaged")
            last = found[3].decode()
            yield last, found[1].decode()
