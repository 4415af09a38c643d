"""The list of a ZIP file's members, read strictly: wherever two programs could disagree about what is inside, that
member, or the whole file, is refused. Source: APPNOTE.TXT 6.3.10 by PKWARE."""

from __future__ import annotations

import stat
import struct
from dataclasses import dataclass, replace

from vault.worker.refusal import Refusal

END, CENTRAL, LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
END_64, LOCATOR_64 = b"PK\x06\x06", b"PK\x06\x07"
END_SIZE, CENTRAL_SIZE, LOCAL_SIZE, LOCATOR_SIZE, END_64_SIZE = 22, 46, 30, 20, 56
LONGEST_COMMENT = 0xFFFF
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF
ENCRYPTED, SIZES_FOLLOW, STRONG, UTF_8, MASKED = 1 << 0, 1 << 3, 1 << 6, 1 << 11, 1 << 13
AES = 99
ZIP_64 = 0x0001
MAX_ENTRIES = 20_000
UNIX_MODE_SHIFT = 16
LONGEST_DESCRIPTOR = 24


@dataclass(frozen=True, slots=True)
class Entry:
    """One member as the central directory has it. `start` is where its data begins, `reason` why it is refused."""

    raw_name: bytes
    utf8: bool
    method: int
    checksum: int
    packed: int
    size: int
    offset: int
    flags: int
    mode: int
    start: int = 0
    reason: str = ""

    @property
    def end(self) -> int:
        """Where its data ends."""
        return self.start + self.packed


def entries(data: bytes) -> tuple[list[Entry], int]:
    """All members, checked against their local headers and each other, and the number of members that lie in the
    file but are not on its list. Raises Refusal where the list itself is broken or ambiguous."""
    end = _end(data)
    count, size, offset = _directory(data, end)
    if count > MAX_ENTRIES:
        raise Refusal("too-much-inside")
    listed = _central(data, count, offset, offset + size)
    checked = [_against_local(data, one, offset) for one in listed]
    return _apart(checked), _unlisted(data, checked, offset)


def _end(data: bytes) -> int:
    """Where the end record stands. Two that fit are two different archives in one file."""
    found = []
    position = data.rfind(END)
    while position >= 0 and position >= len(data) - END_SIZE - LONGEST_COMMENT:
        if position + END_SIZE <= len(data):
            (comment,) = struct.unpack_from("<H", data, position + 20)
            if position + END_SIZE + comment == len(data):
                found.append(position)
        position = data.rfind(END, 0, position)
    if not found:
        raise Refusal("damaged")
    if len(found) > 1:
        raise Refusal("dangerous")
    return found[0]


def _directory(data: bytes, end: int) -> tuple[int, int, int]:
    """(members, bytes, place) of the central directory."""
    disk, first_disk, here, count, size, offset = struct.unpack_from("<4H2I", data, end + 4)
    locator = end - LOCATOR_SIZE
    if FULL_16 in (here, count) or FULL_32 in (size, offset):
        if locator < 0 or data[locator : locator + 4] != LOCATOR_64:
            raise Refusal("damaged")
        (end,) = struct.unpack_from("<Q", data, locator + 8)
        if end + END_64_SIZE > locator or data[end : end + 4] != END_64:
            raise Refusal("damaged")
        disk, first_disk, here, count, size, offset = struct.unpack_from("<2I4Q", data, end + 16)
    if disk or first_disk or here != count:
        raise Refusal("damaged")  # a part of an archive that was split
    if offset + size > end:
        raise Refusal("damaged")
    if offset + size != end:
        raise Refusal("dangerous")  # something lies between the list and its end
    return count, size, offset


def _central(data: bytes, count: int, position: int, end: int) -> list[Entry]:
    found = []
    for _ in range(count):
        if position + CENTRAL_SIZE > end or data[position : position + 4] != CENTRAL:
            raise Refusal("damaged")
        fields = struct.unpack_from("<6H3I5H2I", data, position + 4)
        flags, method, checksum, packed, size = fields[2], fields[3], fields[6], fields[7], fields[8]
        name_size, extra_size, comment_size = fields[9:12]
        name_at = position + CENTRAL_SIZE
        position = name_at + name_size + extra_size + comment_size
        if position > end:
            raise Refusal("damaged")
        name = data[name_at : name_at + name_size]
        extra = data[name_at + name_size : name_at + name_size + extra_size]
        size, packed, offset = _wide(extra, [size, packed, fields[15]])
        mode = fields[14] >> UNIX_MODE_SHIFT
        found.append(Entry(name, bool(flags & UTF_8), method, checksum, packed, size, offset, flags, mode))
    if position != end:
        raise Refusal("damaged")
    return found


def _wide(extra: bytes, values: list[int]) -> list[int]:
    """The values with those that are too large for 32 bits taken from the ZIP64 field."""
    if FULL_32 not in values:
        return values
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, position)
        field = extra[position + 4 : position + 4 + size]
        if kind == ZIP_64:
            wide = [struct.unpack_from("<Q", field, at)[0] for at in range(0, len(field) // 8 * 8, 8)]
            return [wide.pop(0) if value == FULL_32 and wide else value for value in values]
        position += 4 + size
    return values


def _against_local(data: bytes, entry: Entry, directory: int) -> Entry:
    """The entry with the place of its data, refused where its local header says anything else."""
    at = entry.offset
    if at + LOCAL_SIZE > directory or data[at : at + 4] != LOCAL:
        return replace(entry, start=at, packed=0, reason="damaged")
    fields = struct.unpack_from("<5H3I2H", data, at + 4)
    flags, method, checksum, packed, size, name_size, extra_size = fields[1], fields[2], *fields[5:10]
    name_at = at + LOCAL_SIZE
    start = name_at + name_size + extra_size
    placed = replace(entry, start=start)
    if placed.end > directory:
        return replace(entry, start=at, packed=0, reason="damaged")
    extra = data[name_at + name_size : start]
    size, packed = _wide(extra, [size, packed])
    same = data[name_at : name_at + name_size] == entry.raw_name and method == entry.method
    same = same and (flags ^ entry.flags) & (ENCRYPTED | SIZES_FOLLOW) == 0
    if flags & SIZES_FOLLOW and (checksum, packed, size) == (0, 0, 0):
        checksum, packed, size = entry.checksum, entry.packed, entry.size
    if not same or (checksum, packed, size) != (entry.checksum, entry.packed, entry.size):
        return replace(placed, reason="dangerous")
    return replace(placed, reason=_refused(placed))


def _refused(entry: Entry) -> str:
    if entry.flags & (ENCRYPTED | STRONG | MASKED) or entry.method == AES:
        return "encrypted"
    kind = stat.S_IFMT(entry.mode)
    if kind == stat.S_IFLNK:
        return "link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "dangerous"
    return ""


def _apart(checked: list[Entry]) -> list[Entry]:
    """Members that share bytes are refused: nothing but a bomb is packed so."""
    order = sorted(range(len(checked)), key=lambda index: (checked[index].offset, checked[index].end))
    shared = set()
    reach, owner = 0, -1
    for index in order:
        if owner >= 0 and checked[index].offset < reach:
            shared |= {index, owner}
        if checked[index].end >= reach:
            reach, owner = checked[index].end, index
    return [replace(one, reason="dangerous") if index in shared else one for index, one in enumerate(checked)]


def _unlisted(data: bytes, checked: list[Entry], directory: int) -> int:
    """How many gaps between the members begin like a member."""
    found = position = 0
    for one in [*sorted(checked, key=lambda entry: entry.offset), None]:
        until = one.offset if one else directory
        if until > position:
            gap = data.find(LOCAL, position, min(until, position + LONGEST_DESCRIPTOR + len(LOCAL)))
            found += int(gap >= 0)
        if one:
            position = max(position, one.end)
    return found
