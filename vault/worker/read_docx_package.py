"""The zip file that a Word document is: only named parts are unpacked, and never more than a bound."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Self

from vault.worker.refusal import Refusal

MIB = 1 << 20
MAX_MEMBERS = 20_000
MAX_PART = 128 * MIB
MAX_UNPACKED = 256 * MIB
MAX_RATIO = 500
RATIO_MATTERS_FROM = 4 * MIB

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
# "Strict" files use the second set of names for the same things (ECMA-376 part 1, annex A).
STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/math": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/math"
    ),
}


class Package:
    """An opened document; the parts come as parsed XML roots. Raises Refusal throughout."""

    def __init__(self, untrusted: bytes) -> None:
        if untrusted.startswith(OLE_MAGIC):
            protected = OLE_ENCRYPTED in untrusted
            raise Refusal("encrypted" if protected else "legacy-office")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(untrusted))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
            raise Refusal("damaged") from None
        self._names = self._checked_names()
        self._unpacked = 0
        self._main = self._target_of("", "officeDocument") or "word/document.xml"
        if self._main not in self._names:
            raise Refusal("damaged")
        self._relations = list(self._related(self._main))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        self._zip.close()

    def _checked_names(self) -> set[str]:
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise Refusal("too-much-inside")
        names = [member.filename for member in members]
        if any(member.flag_bits & 1 for member in members):
            raise Refusal("encrypted")
        return set(names)

    def _bytes(self, name: str) -> bytes:
        if sum(1 for one in self._zip.infolist() if one.filename == name) != 1:
            raise Refusal("dangerous")  # two parts of one name: readers disagree on which one counts
        member = self._zip.getinfo(name)
        bound = min(MAX_PART, MAX_UNPACKED - self._unpacked)
        try:
            with self._zip.open(member) as stream:
                data = stream.read(bound + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError):
            raise Refusal("damaged") from None
        if len(data) > bound:
            raise Refusal("too-much-inside")
        if len(data) > RATIO_MATTERS_FROM and len(data) > MAX_RATIO * max(1, member.compress_size):
            raise Refusal("too-much-inside")
        self._unpacked += len(data)
        return data

    def _xml(self, name: str) -> Any:
        import lxml.etree as etree

        data = self._bytes(name)
        for strict, usual in STRICT.items():
            data = data.replace(strict, usual)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.LxmlError, ValueError):
            raise Refusal("damaged") from None
        if root.getroottree().docinfo.doctype:
            raise Refusal("dangerous")
        return root

    def _related(self, part: str) -> Iterator[tuple[str, str]]:
        """(kind, part) of every part that `part` refers to inside the file."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self._names:
            return
        for one in self._xml(relations).iter(f"{RELATIONS}Relationship"):
            if (one.get("TargetMode") or "").lower() == "external":
                continue
            target = one.get("Target") or ""
            path = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            )
            if path in self._names:
                yield (one.get("Type") or "").rsplit("/", 1)[-1], path

    def _target_of(self, part: str, kind: str) -> str | None:
        return next((path for found, path in self._related(part) if found == kind), None)

    def _all(self, *kinds: str) -> Iterator[Any]:
        for path in sorted({path for kind, path in self._relations if kind in kinds}):
            yield self._xml(path)

    def body(self) -> Any:
        """The main part."""
        return self._xml(self._main)

    def styles(self) -> Any:
        """The styles, or None."""
        return next(self._all("styles"), None)

    def headers(self) -> Iterator[Any]:
        """Page headers."""
        return self._all("header")

    def footers(self) -> Iterator[Any]:
        """Page footers."""
        return self._all("footer")

    def footnotes(self) -> Iterator[Any]:
        """Footnotes, then endnotes."""
        yield from self._all("footnotes")
        yield from self._all("endnotes")

    def embedded(self) -> int:
        """How many other files lie inside as objects."""
        return sum(1 for kind, _ in self._relations if kind in ("oleObject", "package", "aFChunk"))
