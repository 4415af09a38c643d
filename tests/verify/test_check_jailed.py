"""Each kind of file through the real jail: what a check needs must be loaded before the walls go up."""

from __future__ import annotations

import base64
import io
import zipfile
from email.message import EmailMessage

import pytest
from PIL import Image

from vault.redaction.verify import Protected, examine

WITNESS = Protected("w1", ("Ольга Ковальчук",))
NAME = "Ковальчук"


def letter() -> bytes:
    made = EmailMessage()
    made["Subject"] = f"О деле: {NAME}"
    made.set_content(f"Пишет {NAME}.", charset="koi8-r", cte="base64")
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("x")
    made.add_attachment(inner)
    return made.as_bytes()


def package() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/document.xml", f"<w:p><w:t>{NAME}</w:t></w:p>")
    return out.getvalue()


PACKED = base64.b64encode(NAME.encode()).decode()
FILES = {
    "mail": letter(),
    "mail in a strange charset": (
        f"Subject: =?koi8-u?B?{PACKED}?= =?x-nothing?B?AAAA?=\nMessage-ID: <1>\n\n{NAME}\n".encode()
    ),
    "office": package(),
    "rtf": b"{\\rtf1{\\fonttbl{\\f0\\fcharset134 A;}{\\f1\\fcharset204 B;}}\\f0 \\'b0\\'a1\\f1 "
    + "".join(f"\\'{byte:02x}" for byte in NAME.encode("cp1251")).encode()
    + b"}",
    "web page": f"<html><p>{NAME}</p><img src='data:text/plain;base64,{PACKED}'></html>".encode(),
    "web archive": b"WARC/1.0\r\nContent-Length: 18\r\n\r\n" + NAME.encode() + b"\r\n\r\n",
    "recording": b"fLaC\x84" + len(NAME.encode()).to_bytes(3, "big") + NAME.encode(),
}


@pytest.mark.parametrize("case", FILES)
def test_the_real_jail_stops_no_check(case: str) -> None:
    assert any(leak.form == "w1" for leak in examine(FILES[case], "", [WITNESS]).leaks)


@pytest.mark.parametrize("colour", [255, 0, 128])
def test_an_empty_picture_is_looked_at_and_found_empty(colour: int) -> None:
    out = io.BytesIO()
    Image.new("L", (300, 200), colour).save(out, "PNG")
    seen = examine(out.getvalue(), "image/png", [WITNESS])
    assert seen.leaks == ()
    assert seen.read in (0, seen.pictures)


def test_a_picture_that_nothing_here_decodes_is_no_clean_one() -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)
    assert "structure:not-seen" in {leak.channel for leak in examine(heic, "image/heic", [WITNESS]).leaks}
