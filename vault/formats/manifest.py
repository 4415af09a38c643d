"""`manifest.json` of a bundle: what is in it, hash by hash. The exact form stands in docs/format.md."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from vault.errors import Damaged, NewerFormat
from vault.formats import canonical

VERSION = 2
FIRST = 1
"""The version before copies, papers and certificates were listed: still read from the ledger."""
NAME = "manifest.json"
SIGNATURE_NAME = "manifest.sig"
INDEX_NAME = "index.html"
VIEW = "view"
"""The profile of a page for the vault holder's own eyes: unredacted, signed by no case, and no bundle."""
MAX_BYTES = 16 << 20
MAX_EXHIBITS = 5000
CUSTODY_NAME = "custody.json"
CERTIFICATE_NAME = "custody.pdf"
PAPERS = (CERTIFICATE_NAME, CUSTODY_NAME)
"""What may stand beside the exhibits, in the order in which it is listed."""
_LABEL_FORM = "[A-Z]{1,4}[0-9]{0,3}"
_ENDINGS = "pdf|mp3|wav|flac|ogg|m4a|mp4|mov|mkv|webm|png|jpg|gif|webp|txt|bin"
_FILE = re.compile(rf"exhibits/{_LABEL_FORM}(?:-[0-9]{{1,3}})?\.(?:{_ENDINGS})")
_PAPER = re.compile("|".join(map(re.escape, PAPERS)))
_HEX = re.compile(r"[0-9a-f]{64}")
_BUNDLE = re.compile(r"B-[0-9A-Z]{1,26}")
_LABEL = re.compile(_LABEL_FORM)


@dataclass(frozen=True, slots=True)
class ExhibitFile:
    """One file of an exhibit, or a paper; size in bytes, hash in hex."""

    name: str
    sha256: str
    size: int
    pages: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One exhibit. `commitment` vouches for the original without telling anything about it.

    `title` is its description, `sheets` the number of pages of its files (0: they have none), `certificate_of` the
    label of the translation that it vouches for.
    """

    label: str
    title: str
    kind: str
    date: str
    language: str
    files: tuple[ExhibitFile, ...]
    redactions: dict[str, int]
    commitment: str
    translation_of: str | None
    certificate_of: str | None = None
    sheets: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """All of it. `left_out` counts items of the case that are not in the bundle; `papers` stand beside the exhibits;
    `traced` is whether each page tells this copy from others, to whoever has the vault."""

    bundle: str
    profile: str
    made: str
    exhibits: tuple[Exhibit, ...]
    index_sha256: str
    left_out: int
    program: str
    papers: tuple[ExhibitFile, ...] = ()
    traced: bool = False
    version: int = VERSION

    def dump(self) -> bytes:
        """Canonical JSON."""
        shape = asdict(self, dict_factory=_plain)
        version = shape.pop("version")
        if version == FIRST:
            del shape["papers"], shape["traced"]
            for exhibit in shape["exhibits"]:
                del exhibit["certificate_of"], exhibit["sheets"]
        return canonical.dump({"casevault": version, **shape})

    def files(self) -> dict[str, ExhibitFile]:
        """Every file by name: papers and exhibits."""
        return {file.name: file for file in (*self.papers, *self.exhibit_files())}

    def exhibit_files(self) -> list[ExhibitFile]:
        """The files of the exhibits, in their order."""
        return [file for exhibit in self.exhibits for file in exhibit.files]


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in items}


_DEVICES = frozenset({"AUX", "CON", "NUL", "PRN", *(f"{name}{n}" for name in ("COM", "LPT") for n in range(10))})
"""Windows opens a device for a file of one of these names, whatever its ending."""


def is_label(text: str) -> bool:
    """Whether an exhibit may be called so: such as A, AB, C12, and no name of a device."""
    return _LABEL.fullmatch(text) is not None and text not in _DEVICES


def labels(count: int) -> list[str]:
    """A, B, … Z, AA, AB … for so many exhibits."""
    found = (label_for(place) for place in range(count + len(_DEVICES)))
    return [label for label in found if label not in _DEVICES][:count]


def label_for(place: int) -> str:
    """A, B, … Z, AA, AB …; `place` counts from 0."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def parse(untrusted_data: bytes) -> Manifest:
    """Read a manifest and check every field's form. Raises Damaged, NewerFormat."""
    untrusted = canonical.load(untrusted_data, "the manifest", limit=MAX_BYTES)
    if not isinstance(untrusted, dict):
        raise Damaged("the manifest is not valid")
    version = untrusted.get("casevault")
    if type(version) is int and version > VERSION:
        raise NewerFormat("the bundle was made by a later version of Casevault")
    try:
        manifest = _manifest(untrusted, version)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Damaged("the manifest is not valid") from None
    if manifest.dump() != untrusted_data:
        raise Damaged("the manifest holds something that does not belong there")
    return manifest


def _manifest(untrusted: dict[str, Any], version: object) -> Manifest:
    if version not in (FIRST, VERSION) or type(version) is not int:
        raise ValueError("version")
    papers = untrusted["papers"] if version > FIRST else []
    traced = untrusted["traced"] if version > FIRST else False
    if not isinstance(papers, list) or type(traced) is not bool:
        raise ValueError("papers")
    exhibits = untrusted["exhibits"]
    if not isinstance(exhibits, list) or len(exhibits) > MAX_EXHIBITS:
        raise ValueError("exhibits")
    manifest = Manifest(
        bundle=_matching(_BUNDLE, untrusted["bundle"]),
        profile=_text(untrusted["profile"]),
        made=_text(untrusted["made"]),
        exhibits=tuple(_exhibit(one, version) for one in exhibits),
        index_sha256=_matching(_HEX, untrusted["index_sha256"]),
        left_out=_count(untrusted["left_out"]),
        program=_text(untrusted["program"]),
        papers=tuple(_file(one, _PAPER) for one in papers),
        traced=traced,
        version=version,
    )
    names = [file.name for file in (*manifest.papers, *manifest.exhibit_files())]
    labels = [exhibit.label for exhibit in manifest.exhibits]
    if len(set(names)) != len(names) or len(set(labels)) != len(labels):
        raise ValueError("a file or a label is listed twice")
    if version > FIRST:
        for exhibit in manifest.exhibits:
            _check_labelled(exhibit, frozenset(labels))
    return manifest


def _check_labelled(exhibit: Exhibit, labels: frozenset[str]) -> None:
    """Files are called after their own exhibit, and no label after a device; what is of another names one listed."""
    own = re.compile(rf"exhibits/{exhibit.label}(?:-[0-9]{{1,3}})?\.[a-z0-9]{{1,4}}")
    named = {exhibit.translation_of, exhibit.certificate_of} - {None}
    if not (is_label(exhibit.label) and named <= labels and all(own.fullmatch(file.name) for file in exhibit.files)):
        raise ValueError("labels")


def _exhibit(untrusted: dict[str, Any], version: int) -> Exhibit:
    translation = untrusted["translation_of"]
    certificate = untrusted["certificate_of"] if version > FIRST else None
    return Exhibit(
        label=_matching(_LABEL, untrusted["label"]),
        title=_text(untrusted["title"]),
        kind=_text(untrusted["kind"]),
        date=_text(untrusted["date"]),
        language=_text(untrusted["language"]),
        files=tuple(_file(one, _FILE) for one in untrusted["files"]),
        redactions={_text(name): _count(count) for name, count in untrusted["redactions"].items()},
        commitment=_matching(_HEX, untrusted["commitment"]),
        translation_of=None if translation is None else _matching(_LABEL, translation),
        certificate_of=None if certificate is None else _matching(_LABEL, certificate),
        sheets=_count(untrusted["sheets"]) if version > FIRST else 0,
    )


def _file(untrusted: dict[str, Any], names: re.Pattern[str]) -> ExhibitFile:
    return ExhibitFile(
        name=_matching(names, untrusted["name"]),
        sha256=_matching(_HEX, untrusted["sha256"]),
        size=_count(untrusted["size"]),
        pages=_text(untrusted["pages"]),
    )


def _matching(pattern: re.Pattern[str], untrusted: object) -> str:
    if not isinstance(untrusted, str) or not pattern.fullmatch(untrusted):
        raise ValueError("form")
    return untrusted


def _text(untrusted: object) -> str:
    if not isinstance(untrusted, str) or len(untrusted) > 20_000:
        raise ValueError("text")
    return untrusted


def _count(untrusted: object) -> int:
    if type(untrusted) is not int or not 0 <= untrusted < 1 << 50:
        raise ValueError("count")
    return untrusted
