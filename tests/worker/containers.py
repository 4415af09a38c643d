"""Containers made by code, for tests and for the fuzzer, and the unpack job without its jail."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from vault.worker import unpack_main


@dataclass(frozen=True, slots=True)
class Taken:
    name: str
    media_type: str
    reason: str
    data: bytes


def unpacked(data: bytes, media_type: str) -> tuple[list[Taken], dict[str, int]]:
    """The members and notes, as the worker answers them."""
    request = {"media_type": media_type}
    unpack_main.prepare(request)
    header, blobs = unpack_main.work(request, [data])
    members = header["members"]
    assert len(members) == len(blobs)
    taken = [
        Taken(one["name"], one["media_type"], one["note"], blob) for one, blob in zip(members, blobs, strict=True)
    ]
    assert all(bool(one.reason) != bool(one.data) for one in taken)
    return taken, dict(header["notes"])


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with these members in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data, None if isinstance(name, zipfile.ZipInfo) else method)
    return out.getvalue()


def record(kind: str, uri: str, block: bytes, content_type: str, *more: str) -> bytes:
    """One WARC record."""
    lines = [
        "WARC/1.1", f"WARC-Type: {kind}", f"WARC-Target-URI: {uri}", "WARC-Date: 2024-03-05T10:00:00Z",
        f"Content-Type: {content_type}", f"Content-Length: {len(block)}", *more,
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def response(uri: str, body: bytes, *headers: str, more: tuple[str, ...] = (), status: str = "200 OK") -> bytes:
    """A WARC record with an HTTP answer."""
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers]).encode() + b"\r\n\r\n"
    return record("response", uri, head + body, "application/http; msgtype=response", *more)
