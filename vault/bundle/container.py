"""The inside of a bundle: an ordinary ZIP that any system opens, written and read in one strict form.

Members are stored, not compressed, under fixed names with a fixed date: nothing in the directory tells more
than the manifest does, and nothing can swell when it is opened.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence

from vault.bundle import index
from vault.errors import Damaged, OlderFormat
from vault.formats import manifest as manifests
from vault.formats.manifest import INDEX_NAME, NAME, SIGNATURE_NAME, Manifest

DATE = (1980, 1, 1, 0, 0, 0)
MAX_PAYLOAD_BYTES = 1 << 30
MAX_MEMBERS = 20_000
_AT_ONCE = 1 << 20
_LOCAL, _CENTRAL, _END = 30, 46, 22
"""Bytes of a ZIP's fixed parts: before each member, of each in the directory, and at the end."""


def pack(members: Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP of these members, in this order. The same members give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, DATE)
            info.create_system = 0
            info.external_attr = 0
            archive.writestr(info, data)
    return out.getvalue()


def unpack(untrusted_payload: bytes) -> dict[str, bytes]:
    """All members. Raises Damaged for everything that `pack` would not have written the same way."""
    try:
        with zipfile.ZipFile(io.BytesIO(untrusted_payload)) as archive:
            untrusted_infos = archive.infolist()
            if len(untrusted_infos) > MAX_MEMBERS:
                raise Damaged("the bundle has too many files in it")
            # Members that lie over one another would be read many times over.
            if sum(info.file_size for info in untrusted_infos) > len(untrusted_payload):
                raise Damaged("the bundle was not packed by Casevault")
            # A stored member is as large as it says; a compressed one could swell.
            if any(
                i.compress_type != zipfile.ZIP_STORED or i.file_size > len(untrusted_payload) for i in untrusted_infos
            ):
                raise Damaged("the bundle was not packed by Casevault")
            members = [(info.filename, archive.read(info)) for info in untrusted_infos]
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError, OverflowError, OSError):
        raise Damaged("the inside of the bundle is damaged") from None
    # Packing again is the whole check: names twice, comments, gaps, other dates and trailing bytes all differ.
    if len(dict(members)) != len(members) or pack(members) != untrusted_payload:
        raise Damaged("the bundle was not packed by Casevault")
    return dict(members)


def holds(payload: bytes, members: Sequence[tuple[str, bytes]]) -> bool:
    """Whether what `pack` gave, read back, is these members in this order and nothing else.

    As `unpack` would tell, but with no further copy of recordings that may be as large as the memory has room for.
    """
    size = _END + sum(_LOCAL + _CENTRAL + 2 * len(name) + len(data) for name, data in members)
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            infos = archive.infolist()
            if len(payload) != size or [info.filename for info in infos] != [name for name, _ in members]:
                return False
            return all(_same(archive, info, data) for info, (_, data) in zip(infos, members, strict=True))
    except zipfile.BadZipFile:
        return False


def _same(archive: zipfile.ZipFile, info: zipfile.ZipInfo, data: bytes) -> bool:
    place = 0
    with archive.open(info) as file:
        while chunk := file.read(_AT_ONCE):
            if chunk != data[place : place + len(chunk)]:
                return False
            place += len(chunk)
    return place == len(data)


def check(untrusted_members: Mapping[str, bytes]) -> Manifest:
    """Check every member against the manifest, and that there is nothing else. Raises Damaged naming the file."""
    for name in (NAME, SIGNATURE_NAME, INDEX_NAME):
        if name not in untrusted_members:
            raise Damaged(f"the bundle has no {name}")
    manifest = manifests.parse(untrusted_members[NAME])
    if manifest.version != manifests.VERSION:
        raise OlderFormat(
            "this bundle was made by an earlier version of Casevault",
            hint="Any age program opens it, and inside is an ordinary ZIP. Or ask the sender to make it again.",
        )
    files = manifest.files()
    if set(untrusted_members) != {NAME, SIGNATURE_NAME, INDEX_NAME, *files}:
        raise Damaged("the bundle does not hold exactly the files that its manifest lists")
    for name, file in files.items():
        data = untrusted_members[name]
        if len(data) != file.size or hashlib.sha256(data).hexdigest() != file.sha256:
            raise Damaged(f"{name} is not the file that the manifest lists")
    # Not only the file that the manifest lists: the very page that this manifest gives. A sender's own page could
    # say something else, or lead a browser away.
    page = index.page(
        manifest.exhibits, manifest.bundle, manifest.made[:10], papers=manifest.papers, traced=manifest.traced
    )
    listed = hashlib.sha256(untrusted_members[INDEX_NAME]).hexdigest() == manifest.index_sha256
    if not listed or untrusted_members[INDEX_NAME] != page:
        raise Damaged(f"{INDEX_NAME} is not the file that the manifest lists")
    return manifest
