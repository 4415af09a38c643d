"""Pictures, archives, mail, markup and unknown files: each check with a file that it must catch."""

from __future__ import annotations

import base64
import gzip
import io
import json
import struct
import zipfile
import zlib
from email.message import EmailMessage

import pytest
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter

from vault.worker.refusal import Refusal

NAME = "Ковальчук"


def picture(kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def exif_with(tag: int, value: object) -> Image.Exif:
    exif = Image.Exif()
    exif[tag] = value
    return exif


def with_gps() -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def png_text() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Author", NAME, zip=True)
    return info


def segment(marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment after its first."""
    plain = picture("JPEG")
    return plain[:20] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + plain[20:]


PICTURES = {
    "exif": (picture("JPEG", exif=exif_with(0x013B, "Kovalchuk")), "image:exif"),
    "comment": (picture("JPEG", comment="снято: Ковальчук".encode("cp1251")), "image:comment"),
    "xmp": (segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>Kovalchuk</x>"), "image:xmp"),
    "iptc": (segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0b Kovalchuk."), "image:iptc"),
    "after the end": (picture("JPEG") + b"\0\0 seen by Kovalchuk", "image:after-end"),
    "png text": (picture("PNG", pnginfo=png_text()), "image:png-text"),
    "png exif": (picture("PNG", exif=exif_with(0x013B, "Kovalchuk")), "image:exif"),
    "png end": (picture("PNG") + "Ковальчук".encode("utf-16-le"), "image:after-end"),
    "webp exif": (picture("WEBP", exif=exif_with(0x013B, "Kovalchuk").tobytes()), "image:exif"),
    "tiff artist": (picture("TIFF", tiffinfo={315: "Kovalchuk"}), "image:tags"),
}


@pytest.mark.parametrize("case", PICTURES)
def test_a_name_beside_the_pixels_is_found(check, case: str) -> None:
    data, channel = PICTURES[case]
    leaks = check(data)
    assert (channel, "w1") in leaks
    assert any(found.startswith("structure:image:") for found, _ in leaks)


def test_a_place_and_a_thumbnail_are_reported_without_any_name(check) -> None:
    assert ("structure:image:gps", "") in check(picture("JPEG", exif=with_gps()))
    small = picture("JPEG")
    body = b"Exif\0\0" + exif_with(0x0112, 6).tobytes()[6:] + small
    assert ("structure:image:thumbnail", "") in check(segment(0xE1, body))


def test_the_rest_of_an_uncropped_screenshot_is_reported(check) -> None:
    small, large = picture("PNG"), picture("PNG", compress_level=0)
    assert ("structure:image:cropped-rest", "") in check(small + large[len(small) :])


def test_pixels_beyond_the_last_row_are_reported(check) -> None:
    header = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 5 * 9)
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    made = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    assert ("structure:image:surplus-pixels", "") in check(made)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_fresh_picture_is_clean_and_a_broken_one_refused(check, kind: str) -> None:
    data = picture(kind)
    assert check(data) == set()
    with pytest.raises(Refusal):
        check(data[: len(data) * 2 // 3], f"image/{kind.lower()}")


def archive(members: dict[str, bytes], comment: bytes = b"", date: tuple[int, ...] = (1980, 1, 1, 0, 0, 0)) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, body in members.items():
            made.writestr(zipfile.ZipInfo(name, date), body, zipfile.ZIP_DEFLATED)
        made.comment = comment
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "channel"),
    [
        (archive({f"docs/{NAME}.txt": b"x"}), "zip:name"),
        (archive({"a.txt": b"x"}, comment=b"by Kovalchuk"), "zip:comment"),
        (archive({"a.txt": "у Ковальчука".encode()}), "text"),
        (archive({"inner.zip": archive({"a.txt": b"Mrs Kovalchuk"})}), "text"),
        (archive({"photo.jpg": PICTURES["exif"][0]}), "image:exif"),
        (b"Kovalchuk" + archive({"a.txt": b"x"}), "zip:before-start"),
    ],
)
def test_a_name_in_an_archive_is_found(check, data: bytes, channel: str) -> None:
    assert (channel, "w1") in check(data, "application/zip")


def test_bytes_between_members_are_searched(check) -> None:
    plain = archive({"a.txt": b"x"})
    at = plain.index(b"PK\x01\x02")
    hidden = b"hidden Kovalchuk"
    end = bytearray(plain[at:])
    where = end.rindex(b"PK\x05\x06") + 16
    end[where : where + 4] = struct.pack("<I", at + len(hidden))
    assert ("zip:hidden", "w1") in check(plain[:at] + hidden + bytes(end), "application/zip")


def test_times_extras_and_paths_of_an_archive_are_reported(check) -> None:
    assert ("structure:zip-date", "") in check(archive({"a": b"x"}, date=(2026, 3, 1, 10, 0, 0)))
    assert ("structure:zip-path", "") in check(archive({"../a": b"x"}))
    assert check(archive({"001.txt": b"nobody"})) == set()


def test_a_damaged_or_locked_archive_is_refused(check) -> None:
    whole = archive({"a.txt": b"many words " * 50})
    locked = bytearray(whole)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + at] |= 1
    with pytest.raises(Refusal, match="encrypted"):
        check(bytes(locked))
    bent = bytearray(whole)
    bent[60] ^= 0xFF
    for data in (bytes(bent), whole[:-30]):
        with pytest.raises(Refusal):
            check(data, "application/zip")


def docx(document: str, **parts: bytes) -> bytes:
    body = f'<w:document xmlns:w="w"><w:body>{document}</w:body></w:document>'.encode()
    named = {name.replace("__", "/").replace("_xml", ".xml"): data for name, data in parts.items()}
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": body, **named})


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ("<w:p><w:r><w:t>Ко</w:t></w:r><w:r><w:t>валь</w:t></w:r><w:r><w:t>чука</w:t></w:r></w:p>", None),
        ("<w:p><w:del><w:delText>Kovalchuk</w:delText></w:del></w:p>", "deletion"),
        ("<w:p><w:ins><w:t>Kovalchuk</w:t></w:ins></w:p>", "insertion"),
        ("<w:p><w:rPr><w:vanish/></w:rPr><w:t>Kovalchuk</w:t></w:p>", "hidden-text"),
        ("<w:p><wp:docPr descr='Kovalchuk'/></w:p>", None),
    ],
)
def test_a_name_in_an_office_document_is_found(check, document: str, what: str | None) -> None:
    leaks = check(docx(document))
    assert ("text", "w1") in leaks
    assert what is None or (f"structure:office:{what}", "") in leaks


def test_other_parts_of_an_office_document_are_searched(check) -> None:
    leaks = check(docx("", word__comments_xml=b"<w:comment w:author='Kovalchuk'/>"))
    assert {("text", "w1"), ("structure:office:comments", "")} <= leaks
    leaks = check(docx("", docProps__core_xml=b"<dc:creator>Kovalchuk</dc:creator>"))
    assert {("text", "w1"), ("structure:office:author", "")} <= leaks


WRAPPED = {
    "entities": "<p>&#1050;овальчук</p>",
    "hex entities": "<p>&#x41A;&#x43E;&#x432;&#x430;&#x43B;&#x44C;&#x447;&#x443;&#x43A;</p>",
    "split tags": "<p><b>Ков</b>аль<i>чук</i></p>",
    "soft break": "<p>Кова<wbr>льчук</p>",
    "comment": "<p>x</p><!-- by Kovalchuk -->",
    "attribute": '<img alt="Ковальчук" src="x">',
    "percent": "https://x.test/?q=%D0%9A%D0%BE%D0%B2%D0%B0%D0%BB%D1%8C%D1%87%D1%83%D0%BA",
    "percent cp1251": "https://x.test/?q=%CA%EE%E2%E0%EB%FC%F7%F3%EA",
    "json escapes": json.dumps({"from": NAME}),
    "json pieces": json.dumps({"text": ["Ко", {"text": "вальчук"}]}, ensure_ascii=False),
    "mojibake": NAME.encode().decode("latin-1"),
    "mojibake cp1251": NAME.encode().decode("cp1251", "replace"),
    "escaped mojibake": json.dumps({"from": NAME.encode().decode("latin-1")}),
    "base64": "data:text/plain;base64," + base64.b64encode(f"свидетель {NAME}".encode()).decode(),
    "base64 cp1251": base64.b64encode(f"свидетель {NAME} сказал".encode("cp1251")).decode(),
    "hex": f"свидетель {NAME}".encode("utf-16-be").hex(),
    "quoted printable": "".join(f"={b:02X}" for b in NAME.encode()),
    "rtf": "{\\rtf1 " + "".join(f"\\'{b:02x}" for b in NAME.encode("cp1251")) + "}",
    "rtf unicode": "{\\rtf1 " + "".join(f"\\u{ord(c)}?" for c in NAME) + "}",
}  # fmt: skip


@pytest.mark.parametrize("case", WRAPPED)
def test_a_wrapped_name_is_unwrapped(check, case: str) -> None:
    assert any(form == "w1" for _, form in check(WRAPPED[case].encode()))


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251",
                                     "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"])  # fmt: skip
def test_a_name_is_found_in_every_charset(check, charset: str) -> None:
    assert ("text", "w1") in check(f"Показания дала {NAME}, по телефону.".encode(charset), "")


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 4 + "свидетель Ковальчук".encode() + bytes(range(256)),
        bytes(range(256)) * 4 + "Ковальчук".encode("utf-16-le") + bytes(range(256)),
        bytes(range(256)) * 4 + "Ковальчука".encode("koi8-r") + bytes(range(256)),
        b"\0\1\2\3" * 50 + zlib.compress(b"witness Mrs Kovalchuk said " * 3),
        gzip.compress(b"witness Mrs Kovalchuk said", mtime=0),
    ],
)
def test_a_name_in_a_file_of_unknown_kind_is_found(check, data: bytes) -> None:
    assert any(form == "w1" for _, form in check(data))


def test_mail_is_searched_in_headers_parts_and_attachments(check) -> None:
    letter = EmailMessage()
    letter["Subject"] = f"Показания: {NAME}"
    letter["From"] = "nobody@example.org"
    letter.set_content("Пишет Ковальчук.", charset="koi8-r", cte="8bit")
    letter.add_alternative("<p>Hi<!-- Kovalchuk --></p>", subtype="html", cte="base64")
    letter.add_attachment(PICTURES["exif"][0], "image", "jpeg", filename=f"паспорт {NAME}.jpg")
    leaks = check(letter.as_bytes(), "message/rfc822")
    wanted = {"mail:header", "text", "markup:comment", "mail:attachment-name", "image:exif"}
    assert {(channel, "w1") for channel in wanted} <= leaks


@pytest.mark.parametrize("media_type", ["application/pdf", "image/png", "application/zip"])
def test_a_file_of_another_kind_than_it_claims_is_refused(check, media_type: str) -> None:
    with pytest.raises(Refusal, match="damaged"):
        check(b"just some text", media_type)


def test_an_archive_that_unpacks_to_too_much_is_refused(check) -> None:
    nested = b"x"
    for _ in range(9):
        nested = archive({"a.zip": nested})
    with pytest.raises(Refusal, match="too-much-inside"):
        check(nested)


def test_an_empty_file_is_refused(check) -> None:
    with pytest.raises(Refusal, match="empty"):
        check(b"")


def test_an_archive_that_begins_with_a_stored_pdf_is_an_archive(check) -> None:
    page, out = io.BytesIO(), io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.write(page)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        made.writestr("a.pdf", page.getvalue())
        made.writestr("b.txt", b"Mrs Kovalchuk")
    assert out.getvalue().index(b"%PDF-") < 1024
    assert ("text", "w1") in check(out.getvalue(), "application/zip")


def test_a_file_of_unknown_kind_is_never_called_clean(check) -> None:
    for data in (
        bytes(range(256)) * 40,
        b"age-encryption.org/v1\n-> X25519 abc\n--- x\n\x01\x02\xff",
        b"BZh91AY&SY\xff\x00" * 20,
    ):
        assert ("structure:unknown-kind", "") in check(data)
    assert ("structure:encrypted", "") in check(
        b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n"
    )
    assert check(b"Nobody was heard.") == set()
