"""Documents of other programs: each place that can hold a name, with a file that holds one only there."""

# ruff: noqa: E501  (a file of each kind on one line)
from __future__ import annotations

import base64
import binascii
import gzip
import io
import struct
import zipfile
from collections.abc import Callable

import extra
import pytest
from PIL import Image
from reportlab.pdfgen import canvas

from vault.worker import check_ocr
from vault.worker.check_tags import pieces

NAME = "Ковальчук"


def rtf(body: str) -> bytes:
    return (
        "{\\rtf1\\ansi\\ansicpg1251\\uc1{\\fonttbl{\\f0\\fcharset204 A;}{\\f1\\fcharset0 B;}}\\f0 " + body + "}"
    ).encode()


def escaped(text: str, charset: str = "cp1251") -> str:
    return "".join(f"\\'{byte:02x}" for byte in text.encode(charset))


def unicoded(text: str) -> str:
    return "".join(f"\\u{ord(letter)}?" for letter in text)


RTF = {
    "code page": (escaped(NAME), "text"),
    "unicode": (unicoded(NAME), "text"),
    "runs cut at every letter": ("".join(f"{{\\b {unicoded(letter)}}}" for letter in NAME), "text"),
    "two ways of writing": (f"{escaped('Коваль')}{{\\i {unicoded('чук')}}}", "text"),
    "hidden": (f"{{\\v {escaped(NAME)}}}", "rtf:hidden-text"),
    "deleted": (f"{{\\deleted {escaped(NAME)}}}", "rtf:deletion"),
    "information": (f"{{\\info{{\\author {escaped(NAME)}}}}}", "rtf:property"),
    "header": (f"{{\\header {escaped(NAME)}}}", "rtf:header"),
    "comment": (f"{{\\*\\annotation {escaped(NAME)}}}", "rtf:comment"),
    "field": ('{\\field{\\*\\fldinst HYPERLINK "https://x.test/Kovalchuk"}{\\fldrslt here}}', "rtf:field"),
    "bookmark": ("{\\*\\bkmkstart Kovalchuk}", "rtf:bookmark"),
    "unknown destination": ("{\\*\\madeup Kovalchuk}", "rtf:other"),
    "object in hex": ("{\\object{\\*\\objdata " + b"witness Mrs Kovalchuk said".hex() + "}}", "rtf:object"),
    "reviewer": ("{\\*\\revtbl{Unknown;}{Kovalchuk;}}", "rtf:author"),
}


@pytest.mark.parametrize("case", RTF)
def test_a_name_in_each_place_of_rtf_is_found(check: Callable[..., set[tuple[str, str]]], case: str) -> None:
    body, channel = RTF[case]
    assert (channel, "w1") in check(rtf(body), "application/rtf")


def test_plain_rtf_is_clean(check) -> None:
    assert check(rtf(f"{escaped('Суд отложил дело.')}\\par Nobody."), "application/rtf") == set()


def package(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, body in {"[Content_Types]_xml": "<Types/>", **parts}.items():
            path = name.replace("__", "/").replace("_xml", ".xml").replace("_rels", ".rels")
            made.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), body)
    return out.getvalue()


OFFICE = {
    "shared strings, cut": ({"xl__sharedStrings_xml": f"<sst><si><r><t>{NAME[:4]}</t></r><r><t>{NAME[4:]}</t></r></si></sst>"}, "office:string"),
    "inline string": ({"xl__worksheets__sheet1_xml": f"<worksheet><c t='inlineStr'><is><t>{NAME}</t></is></c></worksheet>"}, "office:sheet"),
    "sheet name": ({"xl__workbook_xml": f"<workbook><sheets><sheet name='{NAME}'/></sheets></workbook>"}, "office:workbook"),
    "defined name": ({"xl__workbook_xml": "<workbook><definedName name='x'>'Kovalchuk'!$A$1</definedName></workbook>"}, "office:workbook"),
    "comment": ({"xl__comments1_xml": f"<comments><text><t>{NAME}</t></text></comments>"}, "office:comment"),
    "comment's author": ({"word__people_xml": "<w15:people><w15:person w15:author='Kovalchuk'/></w15:people>"}, "office:author"),
    "relation": ({"word___rels__document.xml_rels": "<Relationships><Relationship Target='file:///C:/Kovalchuk/a.docx' TargetMode='External'/></Relationships>"}, "office:relation"),
    "field": ({"word__document_xml": "<w:p><w:instrText>AUTHOR Kovalchuk</w:instrText></w:p>"}, "office:field"),
    "alternative text": ({"word__document_xml": "<w:p><wp:docPr descr='Kovalchuk at home'/></w:p>"}, "office:alt"),
    "moved away": ({"word__document_xml": f"<w:moveFrom><w:r><w:t>{NAME}</w:t></w:r></w:moveFrom>"}, "office:deletion"),
    "hidden run": ({"word__document_xml": f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{NAME}</w:t></w:r></w:p>"}, "office:hidden-text"),
    "header": ({"word__header1_xml": f"<w:hdr><w:p><w:t>{NAME}</w:t></w:p></w:hdr>"}, "office:header"),
    "properties": ({"docProps__core_xml": "<cp:x><cp:lastModifiedBy>Kovalchuk</cp:lastModifiedBy></cp:x>"}, "office:property"),
    "custom data": ({"customXml__item1_xml": f"<x>{NAME}</x>"}, "office:custom-xml"),
    "ODT, cut": ({"content_xml": f"<text:p>{NAME[:3]}<text:span>{NAME[3:]}</text:span></text:p>"}, "office:text"),
    "ODT deletion": ({"content_xml": f"<text:tracked-changes><text:deletion><text:p>{NAME}</text:p></text:deletion></text:tracked-changes>"}, "office:deletion"),
    "ODT annotation": ({"content_xml": f"<text:p><office:annotation><text:p>{NAME}</text:p></office:annotation></text:p>"}, "office:comment"),
    "ODT meta": ({"meta_xml": "<meta:initial-creator>Kovalchuk</meta:initial-creator>"}, "office:property"),
    "XML comment": ({"word__document_xml": "<w:p/><!-- Kovalchuk -->"}, "office:xml-comment"),
}  # fmt: skip


@pytest.mark.parametrize("case", OFFICE)
def test_a_name_in_each_part_of_an_office_file_is_found(check, case: str) -> None:
    parts, channel = OFFICE[case]
    assert (channel, "w1") in check(package(**parts))


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"xl__workbook_xml": "<workbook><sheet name='a' state='veryHidden'/></workbook>"}, "hidden-sheet"),
        ({"xl__worksheets__s_xml": "<sheetData><row r='1' hidden='1'/></sheetData>"}, "hidden-cells"),
        ({"xl__externalLinks__e_xml": "<externalLink/>"}, "external-data"),
        ({"word__embeddings__a.bin": "x"}, "embedded-object"),
    ],
)
def test_what_an_office_file_hides_is_reported(check, parts: dict[str, str], what: str) -> None:
    assert (f"structure:office:{what}", "") in check(package(**parts))


JPEG = io.BytesIO()
Image.new("RGB", (40, 40), "white").save(JPEG, "JPEG", comment=b"seen by Kovalchuk")
DATA_URI = "data:image/jpeg;base64," + base64.b64encode(JPEG.getvalue()).decode()
HTML = {
    "hidden by style": (f"<div style='display:none'>{NAME}</div>", "markup:hidden"),
    "hidden attribute": (f"<p hidden>{NAME}</p>", "markup:hidden"),
    "template": (f"<template><p>{NAME}</p></template>", "markup:hidden"),
    "cut by tags": (f"<p>{NAME[:3]}<span></span>{NAME[3:]}</p>", "text"),
    "title": (f"<head><title>{NAME}</title></head>", "markup:hidden"),
    "meta": (f"<meta name=author content='{NAME}'>", "markup:meta"),
    "unquoted attribute": (f"<p data-who={NAME}>x</p>", "markup:attribute"),
    "script": (f"<script>var who = '{NAME}'</script>", "markup:script"),
    "JSON-LD": (f'<script type="application/ld+json">{{"name": "{NAME}"}}</script>', "json:value"),
    "style": (f"<style>p:after {{content: '{NAME}'}}</style>", "markup:style"),
    "picture in the text": (f'<img src="{DATA_URI}">', "image:comment"),
    "comment": (f"<p>x</p><!-- {NAME} -->", "markup:comment"),
    "entities": ("<p>" + "".join(f"&#x{ord(letter):x};" for letter in NAME) + "</p>", "text"),
}


@pytest.mark.parametrize("case", HTML)
def test_a_name_in_each_place_of_a_web_page_is_found(check, case: str) -> None:
    body, channel = HTML[case]
    assert (channel, "w1") in check(f"<!doctype html><html>{body}</html>".encode(), "text/html")


def test_markup_is_cut_in_linear_time_and_loses_no_text() -> None:
    text = "<" * 50_000 + "a" + "<p" * 20_000
    assert "a" in "".join(piece.text for piece in pieces(text, is_html=True))


CHATS = {
    "a script that assigns": (f'window.YTD.tweets.part0 = [{{"full_text": "{NAME}"}}]', "json:value"),
    "key": (f'{{"{NAME}": 1}}', "json:key"),
    "number": ('{"phone": 79125550142}', "json:number"),
    "lines": (f'{{"a": 1}}\n{{"from": "{NAME}"}}', "json:value"),
    "invalid escape": (f'{{"a": "\\x", "from": "{NAME}"}}', "json:value"),
    "split entities": ('{"text": ["Ков", {"type": "bold", "text": "альчук"}]}', "json:value"),
}


@pytest.mark.parametrize("case", CHATS)
def test_a_name_in_each_place_of_a_chat_is_found(check, case: str) -> None:
    body, channel = CHATS[case]
    assert (channel, "w1") in check(body.encode())


def message(body: str, *headers: str) -> bytes:
    return "\n".join(["Message-ID: <1@x.test>", "Subject: x", *headers, "", body, ""]).encode()


INNER = base64.b64encode(message("the witness Kovalchuk")).decode()
MIXED = "Content-Type: multipart/mixed; boundary=b"
MAIL = {
    "mailbox": (b"From a@x.test Mon\n" + message("x") + b"From b@x.test Mon\n" + message("Mrs Kovalchuk"), "text"),
    "sender of a mailbox": (b"From kovalchuk@x.test Mon\n" + message("x") + b"From b Mon\n" + message("y"), "mail:envelope"),
    "message in base64": (message(f"--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{INNER}\n--b--", MIXED), "text"),
    "before the parts": (message("Kovalchuk\n--b\n\nx\n--b--", MIXED), "mail:around"),
    "after the parts": (message("--b\n\nx\n--b--\nKovalchuk", MIXED), "mail:around"),
    "location of a saved page": (message("--b\nContent-Location: https://x.test/Kovalchuk\n\nx\n--b--", MIXED), "mail:location"),
    "header of any name": (message("x", "X-Spam: Kovalchuk"), "mail:header"),
    "encoded file name": (message(f"--b\nContent-Disposition: attachment; filename=\"=?utf-8?B?{base64.b64encode(NAME.encode()).decode()}?=\"\n\nx\n--b--", MIXED), "mail:attachment-name"),
    "uuencoded": (message("begin 644 a.txt\n" + binascii.b2a_uu(b"Mrs Kovalchuk was heard").decode() + "`\nend"), "attachment"),
}  # fmt: skip


@pytest.mark.parametrize("case", MAIL)
def test_a_name_in_each_place_of_mail_is_found(check, case: str) -> None:
    data, channel = MAIL[case]
    assert (channel, "w1") in check(data, "message/rfc822")


def record(body: bytes, extra: str = "", kind: str = "application/http; msgtype=response") -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: response\r\n{extra}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body + b"\r\n\r\n"


WEB = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PAGE = f"<html><p>{NAME}</p></html>".encode()
WARC = {
    "target": (record(b"x", "WARC-Target-URI: https://x.test/Kovalchuk\r\n"), "warc:header"),
    "header of the web": (record(WEB + b"Set-Cookie: user=Kovalchuk\r\n\r\nx"), "warc:web-header"),
    "page": (record(WEB + b"\r\n" + PAGE), "text"),
    "packed page": (record(WEB + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE)), "text"),
    "page in chunks": (record(WEB + b"Transfer-Encoding: chunked\r\n\r\n9\r\n" + PAGE[:9] + b"\r\n" + b"%x\r\n" % (len(PAGE) - 9) + PAGE[9:] + b"\r\n0\r\n\r\n"), "text"),
    "all packed": (gzip.compress(record(WEB + b"\r\n" + PAGE)) + gzip.compress(record(b"y")), "text"),
}  # fmt: skip


@pytest.mark.parametrize("case", WARC)
def test_a_name_in_each_place_of_a_web_archive_is_found(check, case: str) -> None:
    data, channel = WARC[case]
    assert (channel, "w1") in check(data)


def test_the_name_in_the_head_of_a_packed_file_is_found(check) -> None:
    out = io.BytesIO()
    with gzip.GzipFile("Kovalchuk.txt", "wb", fileobj=out, mtime=0) as file:
        file.write(b"nobody")
    assert {("gzip:name", "w1"), ("structure:gzip-name", "")} <= check(out.getvalue())


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def ebml(number: bytes, body: bytes) -> bytes:
    return number + bytes([0x40 | len(body) >> 8, len(body) & 255]) + body


TAGGED = b"seen by Mrs Kovalchuk"
ID3 = b"TIT2" + struct.pack(">I", 1 + 2 * len(NAME)) + b"\0\0\2" + NAME.encode("utf-16-be")
OGG = b"\x03vorbis\0\0\0\0\1\0\0\0" + struct.pack("<I", len(TAGGED)) + TAGGED
MEDIA = {
    "mp4": box(b"ftyp", b"isom") + box(b"moov", box(b"udta", box(b"\xa9nam", TAGGED))),
    "mp3": b"ID3\3\0\0" + bytes([0, 0, len(ID3) >> 7, len(ID3) & 127]) + ID3 + b"\xff\xfb",
    "ogg": b"OggS" + bytes(22) + b"\1" + bytes([len(OGG)]) + OGG,
    "mkv": b"\x1a\x45\xdf\xa3\x80" + ebml(b"\x18\x53\x80\x67", ebml(b"\x15\x49\xa9\x66", ebml(b"\x7b\xa9", TAGGED))),
    "wav": b"RIFF" + struct.pack("<I", 40) + b"WAVE" + b"LIST" + struct.pack("<I", len(TAGGED)) + TAGGED,
    "flac": b"fLaC\x84" + len(TAGGED).to_bytes(3, "big") + TAGGED,
}


@pytest.mark.parametrize("case", MEDIA)
def test_a_name_in_a_recordings_metadata_is_found(check, case: str) -> None:
    leaks = check(MEDIA[case])
    assert {("media:metadata", "w1"), ("structure:media:metadata", ""), ("structure:not-heard", "")} <= leaks


def drawn(draw: Callable[[canvas.Canvas], None]) -> bytes:
    out = io.BytesIO()
    paper = canvas.Canvas(out, invariant=1)
    draw(paper)
    paper.save()
    return out.getvalue()


def covered(paper: canvas.Canvas) -> None:
    paper.drawString(72, 700, "The witness Kovalchuk saw it.")
    paper.rect(130, 695, 56, 14, stroke=0, fill=1)


def hatched(paper: canvas.Canvas) -> None:
    paper.drawString(72, 700, "The witness Kovalchuk saw it.")
    for step in range(40):
        paper.setLineWidth(1.6)
        paper.line(128 + 1.5 * step, 694, 128 + 1.5 * step, 712)
    paper.rect(128, 694, 60, 18, stroke=1, fill=1)


def shaded(paper: canvas.Canvas) -> None:
    paper.setFillGray(0.8)
    paper.rect(70, 690, 200, 24, stroke=0, fill=1)
    paper.setFillGray(0)
    paper.drawString(72, 700, "A heading on a grey ground.")


def emptied(paper: canvas.Canvas) -> None:
    paper.drawString(72, 700, "The witness")
    paper.rect(136, 695, 60, 14, stroke=0, fill=1)
    paper.drawString(200, 700, "saw it.")


def to_the_end(paper: canvas.Canvas) -> None:
    paper.drawString(72, 700, "The witness")
    paper.rect(136, 695, 400, 14, stroke=0, fill=1)
    paper.drawString(72, 680, "saw it.")


@pytest.mark.parametrize("draw", [covered, hatched])
def test_words_under_a_box_are_found(check, draw: Callable[[canvas.Canvas], None]) -> None:
    assert {("structure:covered-text", ""), ("text:covered", "w1")} <= check(drawn(draw), "application/pdf")


@pytest.mark.parametrize("draw", [shaded, to_the_end])
def test_a_ground_and_a_box_to_the_end_of_the_line_pass(check, draw: Callable[[canvas.Canvas], None]) -> None:
    assert check(drawn(draw), "application/pdf") == set()


def test_a_box_as_wide_as_the_name_it_hides_is_reported(check) -> None:
    assert ("structure:width", "") in check(drawn(emptied), "application/pdf")


@pytest.mark.skipif(not check_ocr.prepare(), reason="casevault[ocr] is not installed")
def test_a_name_in_pixels_is_read() -> None:
    from PIL import ImageDraw, ImageFont

    from vault.redaction.verify import Protected, examine

    sheet = Image.new("L", (1200, 300), 255)
    font = ImageFont.load_default(40)
    ImageDraw.Draw(sheet).text((40, 100), "The witness Kovalchuk saw it all.", 0, font)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    witness, other = Protected("w1", ("Ольга Ковальчук",)), Protected("w2", ("Зарема Гаджиева",))
    seen = examine(out.getvalue(), "image/png", [witness, other])
    assert [(leak.channel, leak.form) for leak in seen.leaks] == [("pixels", "w1")]
    assert (seen.pictures, seen.read, seen.pixels_read) == (1, 1, True)
    unseen = examine(out.getvalue(), "image/png", [witness], pixels=False)
    assert (unseen.leaks, unseen.pictures, unseen.pixels_read) == ((), 1, False)
    with extra.hidden():  # as where it is not installed: nobody says that they were read
        assert examine(out.getvalue(), "image/png", [witness]) == unseen
