"""The members of a ZIP file, or of a web archive packed as one (WACZ). Nothing is ever written anywhere, so that a
name is only a name; odd ones are refused all the same, because other programs may have shown something else."""

from __future__ import annotations

import bz2
import codecs
import lzma
import re
import struct
import unicodedata
import zlib
from collections import Counter

from vault.worker import unpack_wacz, unpack_warc, unpack_zip_list
from vault.worker.unpack_members import MAX_RATIO, MIB, RATIO_MATTERS_FROM, Members
from vault.worker.unpack_zip_list import Entry

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
MAX_DICTIONARY = 64 * MIB
LZMA_HEADER, LZMA_PROPERTIES = 4, 5
SYSTEM_FILES = re.compile(
    r"(?:^|/)(?:__MACOSX/|\.DS_Store$|\._[^/]{1,300}$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE
)
_DRIVE = re.compile(r"[A-Za-z]:")
_CYRILLIC = re.compile("[а-яёА-ЯЁіїєґІЇЄҐ]")
_MIXED = re.compile("[A-Za-z][а-яёА-ЯЁ]|[а-яёА-ЯЁ][A-Za-z]")
_UNSEEN_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f]")


def prepare() -> None:
    """Load the codecs."""
    for name in ("cp437", "cp866", "utf-8"):
        codecs.lookup(name)
    unpack_warc.prepare()


def unpack(data: bytes, media_type: str) -> Members:
    """All members but folders and what systems leave behind. Raises Refusal."""
    members = Members()
    listed, unlisted = unpack_zip_list.entries(data)
    members.note("unlisted-files", unlisted)
    named = [(_name(one), one) for one in listed]
    seen = Counter(_key(name) for name, _ in named)
    files = {}
    for name, one in named:
        if name.endswith("/") and not one.size and one.reason in ("", "encrypted"):
            continue
        if SYSTEM_FILES.search(name):
            members.note("system-files")
            continue
        reason = one.reason or ("duplicate-name" if seen[_key(name)] > 1 else "") or odd(name)
        if reason:
            members.refuse(name, reason)
        else:
            files[name] = one
    if unpack_wacz.is_one(files):
        unpack_wacz.unpack(members, files, lambda entry: _content(data, entry, members.room))
    else:
        for name, one in files.items():
            content, reason = _content(data, one, members.room)
            if reason:
                members.refuse(name, reason)
            else:
                members.add(name, content)
    return members


def _name(entry: Entry) -> str:
    """A name in the encoding that it most likely has. Only shown, so that a wrong guess does no harm."""
    raw = entry.raw_name
    if entry.utf8 or raw.isascii():
        return raw.decode("utf-8", "replace")
    try:
        return raw.decode("utf-8")  # macOS writes it without saying so
    except UnicodeDecodeError:
        russian = raw.decode("cp866")
    strange = sum(1 for byte in raw if byte >= 0x80)
    likely = 2 * len(_CYRILLIC.findall(russian)) >= strange and not _MIXED.search(russian)
    return russian if likely else raw.decode("cp437")


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def odd(name: str) -> str:
    """Why a name is refused: it leads out of its archive, or reads as another name elsewhere."""
    if not name.strip() or name.startswith("/") or "\\" in name or _DRIVE.match(name):
        return "odd-path"
    if _UNSEEN_IN_NAMES.search(name) or any(part in ("..", ".") for part in name.split("/")):
        return "odd-path"
    return "odd-path" if "//" in name or name.endswith("/") else ""


def _content(data: bytes, entry: Entry, room: int) -> tuple[bytes, str]:
    """(bytes, "") or (b"", reason)."""
    if entry.size > room:
        return b"", "too-much-inside"
    packed = data[entry.start : entry.end]
    try:
        content = _unpacked(packed, entry.method, entry.size + 1)
    except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError, struct.error):
        return b"", "damaged"
    if content is None:
        return b"", "packing-method"
    if len(content) > RATIO_MATTERS_FROM and len(content) > MAX_RATIO * max(1, len(packed)):
        return b"", "too-much-inside"
    if len(content) != entry.size:
        return b"", "dangerous" if len(content) > entry.size else "damaged"
    if zlib.crc32(content) != entry.checksum:
        return b"", "damaged"
    return content, ""


def _unpacked(packed: bytes, method: int, most: int) -> bytes | None:
    """At most `most` bytes of content, None for a method that is not known."""
    if method == STORED:
        return packed[:most]
    if method == DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most)
    if method == BZIP2:
        return bz2.BZ2Decompressor().decompress(packed, most)
    return _lzma(packed, most) if method == LZMA else None


def _lzma(packed: bytes, most: int) -> bytes:
    """Two bytes of version, two of size, five of properties as in an .lzma file, then the stream."""
    _, size, first, dictionary = struct.unpack_from("<HHBI", packed)
    if size != LZMA_PROPERTIES or first >= 9 * 5 * 5 or dictionary > MAX_DICTIONARY:
        raise ValueError("properties out of bounds")
    rest, lc = divmod(first, 9)
    pb, lp = divmod(rest, 5)
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), "lc": lc, "lp": lp, "pb": pb}]
    expander = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    return expander.decompress(packed[LZMA_HEADER + LZMA_PROPERTIES :], most)
