"""The zip files of XML that office programs write: parts are unpacked by name, and never more than a bound."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections import Counter
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
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# "Strict" files use the second set of names for the same things (ECMA-376 part 1, annex A).
STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/math": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/math"
    ),
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    b"http://purl.oclc.org/ooxml/presentationml/main": (
        b"http://schemas.openxmlformats.org/presentationml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
    b"http://purl.oclc.org/ooxml/drawingml/diagram": b"http://schemas.openxmlformats.org/drawingml/2006/diagram",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
}


def prepare() -> None:
    """Load the parser and all that unpacks."""
    import lxml.etree

    lxml.etree.fromstring(b"<warm/>")
    "warm".encode("cp437")
    assert zipfile.ZIP_DEFLATED
    assert zlib.MAX_WBITS


def parsed(data: bytes) -> Any:
    """The root of an XML text. Raises Refusal: damaged, or dangerous where it brings a document type along."""
    import lxml.etree as etree

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


def streamed(data: bytes, *tags: str) -> Iterator[Any]:
    """The elements of these tags one by one, each emptied once it has been used. Raises Refusal as `parsed` does."""
    import lxml.etree as etree

    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    steps = etree.iterparse(io.BytesIO(data), events=("end",), tag=tags, remove_comments=True, **options)
    try:
        for _, element in steps:
            if element.getroottree().docinfo.doctype:
                raise Refusal("dangerous")
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.LxmlError, ValueError):
        raise Refusal("damaged") from None


def written(element: Any) -> bytes:
    """An element of a stream as a text of its own, to be kept when the stream goes on."""
    import lxml.etree as etree

    return bytes(etree.tostring(element, with_tail=False))


class Archive:
    """An opened file; parts come as bytes or as parsed XML roots. Raises Refusal throughout."""

    def __init__(self, untrusted: bytes) -> None:
        if untrusted.startswith(OLE_MAGIC):
            protected = OLE_ENCRYPTED in untrusted
            raise Refusal("encrypted" if protected else "legacy-office")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(untrusted))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
            raise Refusal("damaged") from None
        self.names = self._checked_names()
        self._unpacked = 0

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
        self._twice = {name for name, count in Counter(names).items() if count > 1}
        return set(names)

    def data(self, name: str) -> bytes:
        """One part, unpacked."""
        if name not in self.names:
            raise Refusal("damaged")
        if name in self._twice:
            raise Refusal("dangerous")  # two parts of one name: readers disagree on which one counts
        member = self._zip.getinfo(name)
        bound = min(MAX_PART, MAX_UNPACKED - self._unpacked)
        try:
            with self._zip.open(member) as stream:
                data = stream.read(bound + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, ValueError, OSError):
            raise Refusal("damaged") from None
        if len(data) > bound:
            raise Refusal("too-much-inside")
        if len(data) > RATIO_MATTERS_FROM and len(data) > MAX_RATIO * max(1, member.compress_size):
            raise Refusal("too-much-inside")
        self._unpacked += len(data)
        return data

    def usual(self, name: str) -> bytes:
        """One part of XML, its namespaces as most programs write them."""
        data = self.data(name)
        if b"purl.oclc.org" in data:
            for strict, usual in STRICT.items():
                data = data.replace(strict, usual)
        return data

    def xml(self, name: str) -> Any:
        """The root of one part."""
        return parsed(self.usual(name))

    def related(self, part: str) -> list[tuple[str, str, str]]:
        """(id, kind, part) of every part inside the file that `part` refers to; "" is the file itself."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self.names:
            return []
        found = []
        for one in self.xml(relations).iter(f"{RELATIONS}Relationship"):
            if (one.get("TargetMode") or "").lower() == "external":
                continue
            target = one.get("Target") or ""
            path = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            )
            if path in self.names:
                found.append((one.get("Id") or "", (one.get("Type") or "").rsplit("/", 1)[-1], path))
        return found

    def main(self, usual: str) -> str:
        """The name of the main part: what the relations say, or the usual one."""
        name = next((path for _, kind, path in self.related("") if kind == "officeDocument"), usual)
        if name not in self.names:
            raise Refusal("damaged")
        return name

    def macros(self) -> int:
        """How many parts hold programs."""
        return sum(1 for name in self.names if name.lower().endswith(("vbaproject.bin", ".xba", "script-lc.xml")))
