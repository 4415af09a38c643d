"""Bundles for browsers: of any size, with a marker all over them, sealed to words."""

from __future__ import annotations

import hashlib
import io
import secrets
from dataclasses import dataclass
from pathlib import Path

from vault.bundle import container, index, page, signature
from vault.crypto import age
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, ExhibitFile, Manifest

SEED = bytes(range(1, 33))
WORDS = "wobble jaguar unfold sixth carve onset"
FINGERPRINT = signature.fingerprint(signature.key_of(SEED))
TITLE = "Повестка [WITNESS 1]"
MARKER = "квитанция-4471-Zebra-plaintext-marker "
"""In every text; what is searched for in a browser's folders is this in several encodings, and the title."""
NEEDLES = [
    needle.encode(encoding)
    for needle in (MARKER.strip(), TITLE, "Zebra-plaintext")
    for encoding in ("utf-8", "utf-16-le")
] + [b"BT /F 24 Tf 72 700 Td (Exhibit of the bundle)"]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f6"
    "1738550000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A page on disk, the age file beside it if there is one, and the bytes inside."""

    page: Path
    beside: Path | None
    payload: bytes


def pdf(extra: int = 0) -> bytes:
    """A small PDF of one page with words on it, and so many random bytes in a stream that is not shown."""
    drawing = b"BT /F 24 Tf 72 700 Td (Exhibit of the bundle) Tj ET"
    junk = secrets.token_bytes(extra)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(junk), junk),
    ]
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return out.getvalue()


def text(size: int) -> bytes:
    """A text of about this many bytes, full of the marker."""
    line = (MARKER * 3 + "\n").encode()
    return line * max(1, size // len(line))


def members(filling: int = 0, seed: bytes = SEED) -> list[tuple[str, bytes]]:
    """What is in the ZIP: a PDF, a text of `filling` bytes, a picture, and a file that no browser shows."""
    given = [
        ("A", TITLE, "exhibits/A.pdf", pdf(), 1),
        ("B", "Translation", "exhibits/B.txt", text(filling), 0),
        ("C", "A picture", "exhibits/C.png", PNG, 0),
        ("D", "Something else", "exhibits/D.bin", secrets.token_bytes(64), 0),
    ]
    exhibits = tuple(
        Exhibit(
            label, title, "court", "2024-03-31", "ru",
            (ExhibitFile(name, hashlib.sha256(data).hexdigest(), len(data), "p. 1" if sheets else ""),),
            {"PERSON": 2, "black box": 1} if label == "A" else {}, "cd" * 32, "A" if label == "B" else None, None,
            sheets,
        )
        for label, title, name, data, sheets in given
    )  # fmt: skip
    listed = index.page(exhibits, "B-12345678", "2024-04-01", traced=True)
    manifest = Manifest(
        "B-12345678", "lawyer", "2024-04-01T00:00:00Z", exhibits, hashlib.sha256(listed).hexdigest(), 1, "0.1.0",
        (), True,
    ).dump()  # fmt: skip
    return [
        (manifests.INDEX_NAME, listed), (manifests.NAME, manifest),
        (manifests.SIGNATURE_NAME, signature.sign(seed, manifest)), *((name, data) for _, _, name, data, _ in given),
    ]  # fmt: skip


def encrypted(payload: bytes, words: str = WORDS) -> bytes:
    """The payload as an age file that opens with the words."""
    out = io.BytesIO()
    age.encrypt(io.BytesIO(payload), out, [age.ScryptRecipient(words)])
    return out.getvalue()


def inline(folder: Path, filling: int = 0, *, payload: bytes | None = None, name: str = "EX-TEST01.html") -> Sealed:
    """A page that holds its bundle."""
    inside = container.pack(members(filling)) if payload is None else payload
    target = folder / name
    with target.open("wb") as out:
        page.inline(out, io.BytesIO(encrypted(inside)))
    return Sealed(target, None, inside)


def beside(folder: Path, filling: int = 0) -> Sealed:
    """A page whose bundle is the file beside it."""
    inside = container.pack(members(filling))
    file, target = folder / "EX-TEST02.age", folder / "EX-TEST02.html"
    file.write_bytes(encrypted(inside))
    with target.open("wb") as out:
        page.beside(out, file.name, hashlib.sha256(file.read_bytes()).hexdigest())
    return Sealed(target, file, inside)
