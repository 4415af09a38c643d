"""A backup in one file: a tar archive (POSIX ustar) of a repository with one snapshot, so that `tar -xf` makes one.

Deterministic: a member's header follows from its name and size alone. A reader takes no header that is not the very
one that would be written, so nothing but plain files with a backup's own names can be in it.
"""

from __future__ import annotations

import re

from vault.formats import backup_manifest as manifests

BLOCK = 512
END = bytes(2 * BLOCK)
_MAX_OCTAL = 8**11
_MAGIC = b"ustar\x0000"
_MEMBER = re.compile(
    r"casevault-backup\.json"
    r"|objects/(?P<folder>[0-9a-f]{2})/(?P<object>(?P=folder)[0-9a-f]{30})\.age"
    r"|snapshots/(?P<snapshot>[0-9]{8}T[0-9]{6}\.[0-9]{3}Z-[0-9a-f]{8})/(?:audit\.db|catalog\.db|objects\.sha256|vault\.json"
    r"|manifest\.json)"
)


def header(name: str, size: int) -> bytes:
    """The 512 bytes before a member; numbers of 8 GiB and more as GNU tar writes them."""
    length = f"{size:011o}\0".encode() if size < _MAX_OCTAL else b"\x80" + size.to_bytes(11, "big")
    fields = (
        name.encode("ascii").ljust(100, b"\0"), b"0000600\0", b"0000000\0", b"0000000\0", length, b"00000000000\0",
        b" " * 8, b"0", bytes(100), _MAGIC, bytes(32), bytes(32), b"0000000\0", b"0000000\0", bytes(155), bytes(12),
    )  # fmt: skip
    block = b"".join(fields)
    return block[:148] + f"{sum(block):06o}\0 ".encode() + block[156:]


def padding(size: int) -> bytes:
    """The zeros after a member's bytes."""
    return bytes(-size % BLOCK)


def parse(block: bytes) -> tuple[str, int] | None:
    """Name and size of the member that this header is for; None if it is not one of a backup's."""
    raw = block[124:136]
    try:
        name = block[:100].rstrip(b"\0").decode("ascii")
        size = int.from_bytes(raw[1:], "big") if raw[:1] == b"\x80" else int(raw[:11], 8)
    except ValueError:
        return None
    if _MEMBER.fullmatch(name) is None or not 0 <= size <= manifests.MAX_SIZE or header(name, size) != block:
        return None
    return name, size


def snapshot_of(name: str) -> str | None:
    """The snapshot that a member's name is of, None for another member."""
    found = _MEMBER.fullmatch(name)
    return None if found is None else found["snapshot"]
