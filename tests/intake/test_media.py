"""Media types by content, on real files; the name is only a tie-breaker."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import dossier
from vault.intake import media
from vault.intake.media import DOCX, PPTX, UNKNOWN, XLSX, sniff
from vault.intake.office import ODP, ODS, ODT, OLE, RTF

HEAD = 64 * 1024
BY_SUFFIX = {
    ".pdf": {"application/pdf"}, ".jpg": {"image/jpeg"},
    ".png": {"image/png"}, ".docx": {DOCX}, ".html": {"text/html"},
    ".eml": {"message/rfc822"}, ".json": {"application/json"}, ".heic": {"image/heic"}, ".heif": {"image/heic"},
    ".txt": {"text/plain"}, ".zip": {"application/zip"}, ".warc": {"text/plain", "application/warc", UNKNOWN},
}  # fmt: skip


@pytest.mark.needs_shared
def test_real_documents_are_known_by_content_whatever_their_name(shared: Path) -> None:
    checked = 0
    for path in sorted((shared / "data" / "documents").iterdir()):
        expected = BY_SUFFIX.get(path.suffix.lower())
        if expected is None or path.name in ("INDEX.tsv", "truth.json"):
            continue
        head = path.read_bytes()[:HEAD]
        for name in (path.name, "", "x.exe", "photo.jpg", "letter.docx"):
            assert sniff(head, name) in expected, (path.name, name)
        checked += 1
    assert checked >= 40


@pytest.mark.needs_shared
def test_real_exports_of_social_networks(shared: Path) -> None:
    found = {
        path: sniff(path.read_bytes()[:HEAD])
        for path in sorted((shared / "data" / "social").rglob("*"))
        if path.suffix.lower() in (".json", ".html", ".wacz")
    }
    for path, media_type in found.items():
        assert media_type in BY_SUFFIX[path.suffix.lower().replace(".wacz", ".zip")] | {"application/wacz"}, path
    assert len(found) >= 10


def test_the_dossier_is_known_by_content() -> None:
    shipped = dossier.load()
    for exhibit in shipped.exhibits:
        with shipped.open(exhibit.name) as stream:
            assert sniff(stream.read(HEAD)) == exhibit.media_type, exhibit.name


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "utf-16", "utf-16-le", "utf-16-be", "cp866"]
)
def test_russian_text_in_any_encoding_is_text(encoding: str) -> None:
    text = "Повестка явиться в военкомат. Свидетель ушёл.\r\n" * 40
    assert sniff(text.encode(encoding)) == "text/plain"
    assert sniff("Plain English text.\n".encode(encoding)) == "text/plain"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"", "text/plain"), (b"\0" * 100, UNKNOWN), (b"\x01\x02\x03", UNKNOWN),
        (b"BM is how this begins", "text/plain"),
        (b"MZ\x90\0\x03\0\0\0", "application/x-executable"), (b"MZhours of text", "text/plain"),
        (b"BM\x36\x84\x03\0\0\0", "image/bmp"), (b"\x7fELF\x02\x01", "application/x-executable"),
        (b"{ no json", "text/plain"), (b"{", "text/plain"), (b'{ "a": 1 }', "application/json"),
        ('[12.03.2024, 10:15:01] Аня: "повестка" пришла'.encode(), "text/plain"), (b"[ ]", "application/json"),
        (b'{"a": 1}', "application/json"), (b'[{"a": 1}]', "application/json"),
        (b"[]", "application/json"),
        (b"\xef\xbb\xbf  <!DOCTYPE html>", "text/html"), (b"<p>not a page", "text/plain"),
        (b"<?xml version='1.0'?><a/>", "application/xml"), (b"<?xml version='1.0'?><html>", "text/html"),
        (b"junk" * 10 + b"%PDF-1.7", "application/pdf"), (b"x" * 2000 + b"%PDF-1.7", "text/plain"),
        (b"From: a@example.org\r\nTo: b", "message/rfc822"), (b"From: Anna\n\nTo whom", "text/plain"),
        (b"\xef\xbb\xbfX-Spam: 1\r\n folded\r\nReceived: from x\r\n\r\nbody", "message/rfc822"),
        (b"X-A: 1\nSubject: a\nDate: b\n\n", "message/rfc822"), (b"Witness: A\nPlace: B\nno header\n", "text/plain"),
        (b"From a@example.org Tue Mar  3 10:11:12 2026\nSubject: x\n", "application/mbox"),
        (b"From Tuesday on at 10:15 we waited.\nNobody came.\n", "text/plain"),
        (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n", "multipart/related"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related;\n\tboundary=x\n\n", "multipart/related"),
        (b"To: a\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n", "message/rfc822"),
        (b"WARC/1.0\r\nWARC-Type: warcinfo", "application/warc"), (b"\x1f\x8b\x08", "application/gzip"),
        (b"PK\x03\x04" + b"\0" * 40, "application/zip"),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml" + b"\0" * 20 + b"word/document.xml", DOCX),
        (b"age-encryption.org/v1\n-> X25519", "application/age"), (b"SQLite format 3\0", "application/vnd.sqlite3"),
        (b"\0\0\0\x18ftypheic", "image/heic"), (b"\0\0\0\x18ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"), (b"RIFF\0\0\0\0????", UNKNOWN), (b"\x1aE\xdf\xa3", "video/x-matroska"),
    ],
    ids=lambda value: str(value)[:24],
)  # fmt: skip
def test_beginnings(head: bytes, expected: str) -> None:
    assert sniff(head) == expected


def _zip(*members: tuple[str, bytes], stored: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


OPEN = b"application/vnd.oasis.opendocument."
WORD = _zip(("word/document.xml", b"<x/>"), ("_rels/.rels", b"<x/>"), ("[Content_Types].xml", b"<x/>"), stored=True)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (_zip(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"word/document.xml"), stored=True), XLSX),
        (_zip(("_rels/.rels", b"x"), ("ppt/presentation.xml", b"x")), PPTX),
        (WORD, DOCX), (_zip(("letter.docx", WORD), stored=True), "application/zip"),
        (_zip(("scan.pdf", b"%PDF-1.7 and so on"), stored=True), "application/zip"),
        (_zip(("mimetype", OPEN + b"text"), stored=True), ODT),
        (_zip(("mimetype", OPEN + b"text-template"), stored=True), ODT),
        (_zip(("mimetype", OPEN + b"spreadsheet"), stored=True), ODS),
        (_zip(("mimetype", OPEN + b"presentation"), stored=True), ODP),
        (_zip(("mimetype", OPEN + b"graphics"), stored=True), "application/vnd.oasis.opendocument"),
        (_zip(("mimetype", b"application/epub+zip"), stored=True), "application/epub+zip"),
        (b'<?xml version="1.0"?>\n<office:document xmlns:office="u" office:mimetype="' + OPEN + b'text">', ODT),
        (b"{\\rtf1\\ansi x}", RTF), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), OLE),
        (b"\xff\xd8\xff\xe0" + b" %PDF-1.7", UNKNOWN), (b"GIF89a %PDF-1.4", UNKNOWN),
        (b"<!DOCTYPE html><p>%PDF-1.4", "text/html"),
    ],
)  # fmt: skip
def test_office_documents_are_known_by_what_is_inside(head: bytes, expected: str) -> None:
    for name in ("", "x.docx", "x.xlsx", "photo.jpg", "x.csv"):
        assert sniff(head, name) == expected


def test_a_name_only_refines_text() -> None:
    assert sniff(b"a\tb\n1\t2\n", "table.tsv") == media.TSV
    assert sniff(b"a,b\n1,2\n", "table.csv") == "text/csv"
    assert sniff(b"# title\n", "NOTES.MD") == "text/markdown"
    assert sniff(b"hello", "evil.docx") == "text/plain"
    assert sniff(b"\xff\xd8\xff\xe0", "table.csv") == "image/jpeg"
    assert sniff(b"\0\x01\x02\x03" * 9, "photo.jpg") == UNKNOWN


@given(st.binary(max_size=400), st.text(max_size=20))
def test_anything_has_a_type(head: bytes, name: str) -> None:
    found = sniff(head, name)
    assert found.count("/") == 1
    assert found == sniff(head, name)


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.dictionaries(st.text(min_size=1), inner, min_size=1, max_size=3),
    )
)
def test_json_objects_are_json(value: object) -> None:
    if isinstance(value, dict):
        assert sniff(json.dumps(value).encode()) == "application/json"


def test_what_is_readable_is_a_type_that_sniffing_gives() -> None:
    assert media.PICTURES < media.READABLE
    assert UNKNOWN not in media.READABLE
