"""Web archives packed as ZIP (WACZ 1.1.1): the pages are in WARC files, and a list holds a digest of every file.

What does not fit its digest is said and shown all the same: it is up to the reader what it proves. Signatures are not
checked, which is said too: that takes a certificate authority's root and the time, and neither can be had here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping

from vault.worker import unpack_warc
from vault.worker.refusal import Refusal
from vault.worker.unpack_members import MIB, Members
from vault.worker.unpack_zip_list import Entry

LIST, LIST_DIGEST = "datapackage.json", "datapackage-digest.json"
MAX_LIST = 16 * MIB
_ARCHIVE = re.compile(r"archive/[^/]{1,300}\.warc(?:\.gz)?", re.IGNORECASE)
_BOOKKEEPING = ("indexes/", "pages/", "logs/")
_SHA256 = re.compile(r"sha256:([0-9a-f]{64})")

Content = Callable[[Entry], tuple[bytes, str]]


def is_one(files: Mapping[str, Entry]) -> bool:
    """Whether a ZIP with these members is a web archive."""
    return LIST in files and any(_ARCHIVE.fullmatch(name) for name in files)


def unpack(members: Members, files: Mapping[str, Entry], content: Content) -> None:
    """Add what was archived. `content` gives a member's bytes, or b"" and a reason."""
    expected = _digests(members, files, content)
    members.note("digest-missing", sum(1 for name in expected if name not in files))
    for name, entry in files.items():
        if name in (LIST, LIST_DIGEST):
            continue
        data, reason = content(entry)
        if not reason and name in expected and hashlib.sha256(data).hexdigest() != expected[name]:
            members.note("digest-mismatch")
        if name not in expected:
            members.note("digest-missing")
        if not _ARCHIVE.fullmatch(name):
            members.note("page-resources", int(not name.startswith(_BOOKKEEPING)))
        elif reason:
            members.refuse(name, reason)
        else:
            _archive(members, name, data)


def _archive(members: Members, name: str, data: bytes) -> None:
    try:
        unpack_warc.add_all(members, data)
    except Refusal as refusal:
        if refusal.reason == "too-many-members":
            raise
        members.refuse(name, refusal.reason)


def _json(files: Mapping[str, Entry], name: str, content: Content) -> tuple[dict[str, object], bytes]:
    entry = files.get(name)
    data = content(entry)[0] if entry and entry.size <= MAX_LIST else b""
    try:
        value = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        value = {}
    return (value if isinstance(value, dict) else {}), data


def _digests(members: Members, files: Mapping[str, Entry], content: Content) -> dict[str, str]:
    """Path to SHA-256 in hexadecimal, as the list has it."""
    package, raw = _json(files, LIST, content)
    sealed, _ = _json(files, LIST_DIGEST, content)
    if sealed:
        found = _hash(sealed)
        members.note("digest-mismatch", int(found != hashlib.sha256(raw).hexdigest()))
        members.note("signature-unchecked", int("signedData" in sealed))
    resources = package.get("resources")
    digests = {}
    for one in resources if isinstance(resources, list) else ():
        if not isinstance(one, dict):
            continue
        stats = one.get("stats")
        found = _hash(one) or (_hash(stats) if isinstance(stats, dict) else "")
        path = one.get("path")
        if found and isinstance(path, str):
            digests[path] = found
    return digests


def _hash(fields: Mapping[str, object]) -> str:
    found = _SHA256.fullmatch(str(fields.get("hash")).lower())
    if found:
        return found.group(1)
    bare = str(fields.get("hash")).lower()
    return bare if re.fullmatch(r"[0-9a-f]{64}", bare) else ""
