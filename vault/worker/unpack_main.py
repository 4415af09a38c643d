"""The `unpack` job: what lies inside a container, one blob a member. Which container, only the request decides.

The container's own text, where it has any (a mail's headers and words), is the `extract` job's business.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from vault.worker.refusal import Refusal

UNPACKERS = {
    "application/zip": "unpack_zip",
    "application/wacz": "unpack_zip",
    "application/warc": "unpack_warc",
    "application/gzip": "unpack_warc",
    "message/rfc822": "unpack_mail",
    "application/mbox": "unpack_mail",
    "multipart/related": "unpack_mail",
}


def prepare(request: dict[str, Any]) -> None:
    """Load the one unpacker."""
    name = UNPACKERS.get(request["media_type"])
    if name:
        import_module(f"vault.worker.{name}").prepare()


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """{"members": [{"name", "media_type", "note"}], "notes": [[code, n]]} and a blob a member."""
    name = UNPACKERS.get(request["media_type"])
    if name is None:
        raise Refusal("unsupported-type")
    if not blobs[0]:
        raise Refusal("empty")
    members = import_module(f"vault.worker.{name}").unpack(blobs[0], request["media_type"])
    return members.answer(), members.blobs
