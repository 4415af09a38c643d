"""The page that opens a bundle in a browser: the packaged reader around the very age file, or beside it.

    head           the same for every page: policy, style, reader
    payload        blocks of base64 of the age file, or the name and hash of the file beside
    tail           says that nothing is missing

The head holds nothing of a case, and a page has exactly one form: reading takes only bytes that writing again gives.
Nobody who opens a page can tell from it that the page is ours: whoever doubts asks `opened` of an installed program.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import io
import json
import os
import re
from dataclasses import dataclass
from importlib import resources
from typing import BinaryIO

from vault.errors import Damaged, Forged, Usage

MAX_INLINE = 25_000_000
"""Bytes of an age file that a page may hold."""
BLOCK_BYTES = 12 << 20
"""Of an age file in one block, a multiple of three. A browser's strings end at 2^29 characters."""
MAX_HEAD = 150_000
"""Bytes of a page without its payload."""
_PIECE = 3 << 18
"""Bytes of an age file that are encoded at a time, a multiple of three and a divisor of a block."""
_BLOCK_START = b'<script type="application/octet-stream" class="sealed">'
_BLOCK_END = b"</script>\n"
_BESIDE_START = b'<script type="application/json" id="beside">'
_TAIL = b'<div id="end" hidden></div>\n</body></html>\n'
_NAMED = re.compile(
    rb'%s\{"name":("(?:[^"\\]|\\u[0-9a-f]{4})+"),"sha256":"([0-9a-f]{64})"\}' % re.escape(_BESIDE_START)
)
_BESIDE_NAME = re.compile(r'[^<>:"/\\|?*]{1,200}\.age')
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OURS = (b'class="sealed"', b'id="beside"', b"data-started", b'http-equiv="Content-Security-Policy"')
"""A page with one of these meant to be one of ours."""
_HINT = (
    "Don't type the words into it: it was changed, or made by another version. Compare its SHA-256 with the sender, "
    "and ask for the bundle as an .age file."
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a sound page holds. `payload` is the age file, to be read from its start while the page's file stays open;
    else `beside` is the name and the SHA-256 (hex) of the age file that belongs next to it."""

    payload: BinaryIO | None
    beside: tuple[str, str] | None


def inline(out: BinaryIO, age_file: BinaryIO, *, block_bytes: int = BLOCK_BYTES) -> None:
    """Write a page around an age file of up to MAX_INLINE bytes, read from where it stands; memory stays bounded.

    Raises Usage for an empty or a larger file, when much of it was written already, and OSError as the files do.
    """
    out.write(_head())
    total = 0
    while piece := _read(age_file, min(_PIECE, block_bytes - total % block_bytes)):
        if total % block_bytes == 0:
            out.write(_BLOCK_START if total == 0 else _BLOCK_END + _BLOCK_START)
        total += len(piece)
        if total > MAX_INLINE:
            raise Usage("this bundle is too large for one page", kind="too-large")
        out.write(base64.b64encode(piece))
    if total == 0:
        raise Usage("there is nothing to put into a page")
    out.write(_BLOCK_END + _TAIL)


def _read(file: BinaryIO, size: int) -> bytes:
    """So many bytes, fewer only at the end: base64 is joined from groups of three."""
    data = file.read(size)
    while len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data


def beside(out: BinaryIO, name: str, sha256: str) -> None:
    """Write a page for an age file that lies next to it: its name without a folder, and its SHA-256 in hex.

    Raises Usage for a name that does not end in .age or holds what no system has in the name of a file.
    """
    if not is_beside_name(name) or not _SHA256.fullmatch(sha256):
        raise Usage("the file beside a page needs a plain name that ends in .age")
    out.write(_head() + _naming(name, sha256) + _TAIL)


def is_beside_name(name: str) -> bool:
    """Whether a page can name an age file that lies next to it so."""
    return _BESIDE_NAME.fullmatch(name) is not None and name.isprintable()


def _naming(name: str, sha256: str) -> bytes:
    named = json.dumps({"name": name, "sha256": sha256}, sort_keys=True, separators=(",", ":"))
    return _BESIDE_START + named.encode() + _BLOCK_END


def opened(untrusted_file: BinaryIO, *, block_bytes: int = BLOCK_BYTES) -> Page:
    """Check a page, read from its start, byte by byte; the file must be seekable.

    Raises Damaged (kind "not-a-bundle" for what is no page of this kind, else it ends early or the payload's form is
    broken) and Forged (kind "reader") for a page around the payload that is not the packaged one.
    """
    untrusted_file.seek(0)
    head = _head()
    if untrusted_file.read(len(head)) != head:
        raise _other_page(untrusted_file)
    start = untrusted_file.read(len(_BLOCK_START))
    if start == _BLOCK_START:
        spans = _spans(untrusted_file, block_bytes)
        return Page(io.BufferedReader(_Payload(untrusted_file, spans)), None)
    return _opened_beside(start + untrusted_file.read(4096))


def _opened_beside(rest: bytes) -> Page:
    named = _NAMED.match(rest)
    if named is not None:
        name, digest = str(json.loads(named[1].decode("ascii", "replace"))), named[2].decode()
        whole = _naming(name, digest) + _TAIL if is_beside_name(name) else b""
        if rest == whole:
            return Page(None, (name, digest))
        cut_off = whole.startswith(rest)
    else:
        cut_off = any(one.startswith(rest) for one in (_BLOCK_START, _BESIDE_START)) or (
            rest.startswith(_BESIDE_START) and b"}" not in rest
        )
    raise Damaged("the page ends too early", hint=_AGAIN) if cut_off else _forged()


_AGAIN = "It was copied or downloaded only in part, or altered. Ask the sender for it again."


def _forged() -> Forged:
    return Forged("the page around the bundle is not the packaged reader", kind="reader", hint=_HINT)


def _other_page(untrusted_file: BinaryIO) -> Damaged:
    untrusted_file.seek(0)
    start = untrusted_file.read(2 * MAX_HEAD)
    if start and _head().startswith(start):
        return Damaged("the page ends too early", hint=_AGAIN)
    if any(mark in start for mark in _OURS):
        return _forged()
    return Damaged("this is no bundle in a page", kind="not-a-bundle", hint="")


def _spans(untrusted_file: BinaryIO, block_bytes: int) -> list[tuple[int, int]]:
    """Where the base64 of each block begins in the file, and how many bytes it stands for.

    The start tag of the first block was read. Raises Damaged, Forged.
    """
    spans: list[tuple[int, int]] = []
    total, last = 0, False
    while True:
        begins = untrusted_file.tell()
        size = _block_size(untrusted_file, block_bytes)
        if last or size == 0:
            raise _forged()  # only the last block may be shorter, and none is empty
        spans.append((begins, size))
        total, last = total + size, size < block_bytes
        if total > MAX_INLINE:
            raise _forged()
        following = untrusted_file.read(len(_BLOCK_START))
        if following == _BLOCK_START:
            continue
        following += untrusted_file.read(len(_TAIL) + 1)
        if following == _TAIL:
            return spans
        if _TAIL.startswith(following) or _BLOCK_START.startswith(following):
            raise Damaged("the page ends too early", hint=_AGAIN)
        raise _forged()


def _block_size(untrusted_file: BinaryIO, block_bytes: int) -> int:
    """How many bytes a block stands for; the file stands behind its end tag afterwards."""
    size = 0
    while True:
        at = untrusted_file.tell()
        text = untrusted_file.read(min(_PIECE, block_bytes - size) // 3 * 4)
        end = text.find(b"<")
        if end >= 0:
            text = text[:end]
            untrusted_file.seek(at + end)
        size += len(_decoded(text))
        if end >= 0 or size == block_bytes or not text:
            break
    tag = untrusted_file.read(len(_BLOCK_END))
    if tag != _BLOCK_END:
        if _BLOCK_END.startswith(tag):
            raise Damaged("the page ends too early", hint=_AGAIN)
        raise Damaged("the bundle in the page is damaged", hint=_AGAIN)
    return size


def _decoded(untrusted_text: bytes) -> bytes:
    """Raises Damaged for what encoding again would not give."""
    try:
        data = base64.b64decode(untrusted_text, validate=True)
    except binascii.Error:
        raise Damaged("the bundle in the page is damaged", hint=_AGAIN) from None
    if base64.b64encode(data) != untrusted_text:
        raise Damaged("the bundle in the page is damaged", hint=_AGAIN)
    return data


class _Payload(io.RawIOBase):
    """The age file in a page's blocks, decoded as it is read."""

    def __init__(self, file: BinaryIO, spans: list[tuple[int, int]]) -> None:
        self._file = file
        self._spans = spans
        self._size = sum(size for _, size in spans)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        within, span = self._at, 0
        while span < len(self._spans) and within >= self._spans[span][1]:
            within, span = within - self._spans[span][1], span + 1
        if span == len(self._spans):
            return 0
        begins, size = self._spans[span]
        # Whole groups of three bytes; what lies before the place that was asked for is dropped.
        group = within // 3 * 3
        wanted = min(size - group, len(buffer) + within - group, _PIECE)
        self._file.seek(begins + group // 3 * 4)
        data = _decoded(self._file.read(-(-wanted // 3) * 4))[within - group : wanted]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


@functools.cache
def _head() -> bytes:
    """Everything before the payload."""
    check, reader, style = (_packaged(name) for name in ("check.js", "reader.js", "reader.css"))
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(check)} {_hash(reader)}",
            f"style-src {_hash(style)}",
            *(f"{kind}-src blob:" for kind in ("img", "media", "frame", "object")),
            "connect-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
        ]
    )
    return b"".join(
        [
            b'<!doctype html>\n<html lang="en" translate="no"><head><meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'.encode(),
            b'<meta name="referrer" content="no-referrer">\n',
            # Translating would send what the page shows to a server.
            b'<meta name="google" content="notranslate">\n',
            b'<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            b"<title>Sealed file</title>\n<style>" + style + b"</style></head><body>\n",
            _NOTICES.encode(),
            b'<div id="app"></div>\n<script>' + check + b"</script>\n<script>" + reader + b"</script>\n",
        ]
    )


_NOTICES = """<noscript><p>This file needs JavaScript to open. Nothing is sent anywhere: open it in Chrome, Edge,
Firefox or Safari with JavaScript switched on.</p><p lang="ru">Чтобы открыть этот файл, нужен JavaScript. Ничего
никуда не отправляется: откройте его в Chrome, Edge, Firefox или Safari с включённым JavaScript.</p></noscript>
<div id="old" role="alert" hidden><h1>This browser is too old</h1><p>It can't open this file. Open it in a current
Chrome, Edge, Firefox or Safari. Type the words nowhere else.</p><p lang="ru">Этот браузер слишком старый и не может
открыть файл. Откройте файл в свежем Chrome, Edge, Firefox или Safari. Не вводите слова нигде больше.</p><p
id="lacking"></p></div>
"""


def _packaged(name: str) -> bytes:
    return resources.files("vault.bundle").joinpath("reader", name).read_bytes()


def _hash(content: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'"
