"""PDF: each check with a file that it must catch, made here, and clean files that it must pass."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from vault.worker.refusal import Refusal

NAME = "Kovalchuk"
CLEAN = "The court heard the parties and adjourned until Monday."


def typeset(draw: Callable[[canvas.Canvas], None] | None = None, text: str = CLEAN, pages: int = 1) -> bytes:
    out = io.BytesIO()
    paper = canvas.Canvas(out, invariant=1)
    for _ in range(pages):
        paper.drawString(72, 700, text)
        if draw is not None:
            draw(paper)
        paper.showPage()
    paper.save()
    return out.getvalue()


def edited(change: Callable[[PdfWriter], None], data: bytes | None = None) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(data or typeset()))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def text(value: str) -> TextStringObject:
    return TextStringObject(value)


def dictionary(**entries: object) -> DictionaryObject:
    return DictionaryObject({NameObject("/" + key): value for key, value in entries.items()})


def stream(data: bytes, **entries: object) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    made.update(dictionary(**entries))
    return made


def on_root(key: str, value: object) -> Callable[[PdfWriter], None]:
    return lambda w: w.root_object.__setitem__(NameObject(key), value)


def on_page(key: str, value: object) -> Callable[[PdfWriter], None]:
    return lambda w: w.pages[0].__setitem__(NameObject(key), value)


def annotation(**entries: object) -> Callable[[PdfWriter], None]:
    rect = ArrayObject([FloatObject(v) for v in (10, 10, 60, 30)])
    return on_page("/Annots", ArrayObject([dictionary(Type=NameObject("/Annot"), Rect=rect, **entries)]))


def tree(**entries: object) -> Callable[[PdfWriter], None]:
    element = dictionary(S=NameObject("/P"), **entries)
    return on_root("/StructTreeRoot", dictionary(Type=NameObject("/StructTreeRoot"), K=element))


SCRIPT = dictionary(S=NameObject("/JavaScript"), JS=text(f'var x="{NAME}"'))
URI = dictionary(S=NameObject("/URI"), URI=text(f"https://x.test/{NAME}"))
HELD = dictionary(Type=NameObject("/Filespec"), F=text("a.txt"),
                  EF=dictionary(F=stream(b"seen " + NAME.encode(), Type=NameObject("/EmbeddedFile"))))  # fmt: skip

PLANTED = {
    "docinfo": lambda w: w.add_metadata({"/Author": NAME}),
    "docinfo-custom": lambda w: w.add_metadata({"/Case": NAME}),
    "xmp": on_root("/Metadata", stream(b"<x>" + NAME.encode() + b"</x>", Subtype=NameObject("/XML"))),
    "outline": lambda w: w.add_outline_item(title=NAME, page_number=0),
    "page-label": on_root(
        "/PageLabels", dictionary(Nums=ArrayObject([NumberObject(0), dictionary(P=text(NAME))]))
    ),
    "destination": on_root("/Dests", DictionaryObject({NameObject(f"/to_{NAME}"): ArrayObject([NumberObject(0)])})),
    "javascript": on_root("/OpenAction", SCRIPT),
    "attachment": on_root("/Names", dictionary(EmbeddedFiles=dictionary(Names=ArrayObject([text("a"), HELD])))),
    "layer": on_root("/OCProperties", dictionary(OCGs=ArrayObject([dictionary(Name=text(NAME))]))),
    "alt": tree(Alt=text(NAME)),
    "actual-text": tree(ActualText=text(NAME)),
    "expansion": tree(E=text(NAME)),
    "thread": on_root("/Threads", ArrayObject([dictionary(I=dictionary(Title=text(NAME)))])),
    "uri-base": on_root("/URI", dictionary(Base=text(f"https://{NAME}.test"))),
    "annotation": annotation(Subtype=NameObject("/Text"), Contents=text(NAME)),
    "annotation-author": annotation(Subtype=NameObject("/Text"), T=text(NAME)),
    "link": annotation(Subtype=NameObject("/Link"), A=URI),
    "field-value": annotation(Subtype=NameObject("/Widget"), V=text(NAME)),
    "field-default": annotation(Subtype=NameObject("/Widget"), DV=text(NAME)),
    "field-tooltip": annotation(Subtype=NameObject("/Widget"), TU=text(NAME)),
    "xfa": on_root("/AcroForm", dictionary(XFA=stream(b"<f>" + NAME.encode() + b"</f>"))),
    "pieceinfo": on_page("/PieceInfo", dictionary(App=dictionary(Private=text(NAME)))),
    "thumbnail": on_page(
        "/Thumb",
        stream(NAME.encode(), Width=NumberObject(9), Height=NumberObject(1), BitsPerComponent=NumberObject(8),
               ColorSpace=NameObject("/DeviceGray")),
    ),
    "appearance": annotation(
        Subtype=NameObject("/Stamp"),
        AP=dictionary(N=stream(f"BT /F1 9 Tf ({NAME}) Tj ET".encode(), Subtype=NameObject("/Form"))),
    ),
}  # fmt: skip


@pytest.mark.parametrize("channel", PLANTED)
def test_a_name_is_found_in_each_channel(check, channel: str) -> None:
    leaks = check(edited(PLANTED[channel]), "application/pdf")
    assert (channel, "w1") in leaks


FORBIDDEN = {
    "outline": PLANTED["outline"],
    "page-label": PLANTED["page-label"],
    "JavaScript": PLANTED["javascript"],
    "action": PLANTED["javascript"],
    "attachment": PLANTED["attachment"],
    "layer": PLANTED["layer"],
    "annotation": PLANTED["annotation"],
    "link": PLANTED["link"],
    "form": PLANTED["xfa"],
    "xfa": PLANTED["xfa"],
    "thumbnail": PLANTED["thumbnail"],
    "pieceinfo": PLANTED["pieceinfo"],
    "xmp": PLANTED["xmp"],
    "docinfo": lambda w: w.add_metadata({"/Title": "Minutes of a hearing"}),
    "date": lambda w: w.add_metadata({"/CreationDate": "D:20260301101112+05'00'"}),
    "orphan": lambda w: w._add_object(stream(b"nothing refers to this")),
    "associated-file": on_root("/AF", ArrayObject([HELD])),
    "type-Filespec": on_root("/AF", ArrayObject([HELD])),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_structure_that_we_never_write_is_reported(check, what: str) -> None:
    nobody = [{"id": "w1", "names": ["Зарема Гаджиева"], "identifiers": []}]
    assert (f"structure:{what}", "") in check(edited(FORBIDDEN[what]), "application/pdf", nobody)


def show(operators: str) -> bytes:
    """A page whose content is exactly these operators, in a font without a map."""

    def change(writer: PdfWriter) -> None:
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream(operators.encode("latin-1")))

    return edited(change)


@pytest.mark.parametrize(
    ("operators", "channel"),
    [
        ("BT /F1 12 Tf 50 500 Td (Koval) Tj (chuk) Tj ET", "text"),
        ("BT /F1 12 Tf 50 500 Td [(Ko) 20 (val) -30 (chuk)] TJ ET", "text"),
        ("BT /F1 12 Tf 50 500 Td <4B6F76616C6368756B> Tj ET", "text"),
        (r"BT /F1 12 Tf 50 500 Td (\113\157\166\141\154chuk) Tj ET", "text"),
        ("BT 3 Tr /F1 12 Tf 50 500 Td (Kovalchuk) Tj ET", "text:invisible"),
        ("1 1 1 rg BT /F1 12 Tf 50 500 Td (Kovalchuk) Tj ET", "text:white"),
        ("BT /F1 12 Tf 50 -500 Td (Kovalchuk) Tj ET", "text:off-page"),
        ("/Span <</ActualText (Kovalchuk)>> BDC BT /F1 12 Tf 50 500 Td (K.) Tj ET EMC", "actual-text"),
        ("BT /F1 12 Tf 50 500 Td (Koval-) Tj 0 -14 Td (chuk) Tj ET", "text"),
    ],
)
def test_text_is_found_however_it_is_shown(check, operators: str, channel: str) -> None:
    assert (channel, "w1") in check(show(operators), "application/pdf")


def test_an_invisible_layer_is_reported_without_names(check) -> None:
    leaks = check(show("BT 3 Tr /F1 12 Tf 50 500 Td (nobody) Tj ET"), "application/pdf")
    assert ("structure:invisible-text", "") in leaks


def test_an_unused_form_object_is_searched(check) -> None:
    def change(writer: PdfWriter) -> None:
        form = stream(
            f"BT /F1 9 Tf ({NAME}) Tj ET".encode(), Subtype=NameObject("/Form"), Type=NameObject("/XObject")
        )
        writer.pages[0]["/Resources"][NameObject("/XObject")] = dictionary(U=writer._add_object(form))

    leaks = check(edited(change), "application/pdf")
    assert {("unused-object", "w1"), ("structure:unused-object", "")} <= leaks


def test_names_in_other_encodings_of_strings_are_found(check) -> None:
    raw = ByteStringObject("свидетель Ковальчук".encode("cp1251"))
    assert ("pieceinfo", "w1") in check(edited(on_page("/PieceInfo", dictionary(X=raw))), "application/pdf")


def test_an_earlier_revision_is_searched(check) -> None:
    first = show("BT /F1 12 Tf 50 500 Td (Kovalchuk) Tj ET")
    writer = PdfWriter(io.BytesIO(first), incremental=True)
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream(b"BT /F1 12 Tf 50 500 Td (gone) Tj ET"))
    out = io.BytesIO()
    writer.write(out)
    leaks = check(out.getvalue(), "application/pdf")
    assert {("orphan", "w1"), ("structure:incremental", ""), ("structure:orphan", "")} <= leaks


def test_an_object_that_the_table_does_not_list_is_searched(check) -> None:
    packed = zlib.compress(b"BT (Kovalchuk) Tj ET")
    hidden = b"\n99 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream\nendobj\n" % (len(packed), packed)
    data = typeset()
    at = data.rindex(b"xref\n0")
    moved = data[:at] + hidden + data[at:]
    old = int(data[data.rindex(b"startxref") :].split()[1])
    moved = moved.replace(b"startxref\n%d" % old, b"startxref\n%d" % (old + len(hidden)))
    assert len(PdfReader(io.BytesIO(moved)).pages) == 1
    assert ("orphan", "w1") in check(moved, "application/pdf")


@pytest.mark.parametrize(
    ("change", "channel"),
    [
        (lambda d: d + b"\nKovalchuk was here", "after-end"),
        (lambda d: b"Kovalchuk\n" + d, "before-start"),
        (lambda d: d.replace(b"trailer", b"%Kovalchuk\ntrailer"), "comment"),
    ],
)
def test_bytes_around_the_document_are_searched(check, change, channel: str) -> None:
    assert (channel, "w1") in check(change(typeset()), "application/pdf")


def test_a_picture_inside_is_checked_like_a_picture(check) -> None:
    exif = Image.Exif()
    exif[0x013B] = NAME
    photo = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(photo, "JPEG", exif=exif)

    def change(writer: PdfWriter) -> None:
        picture = stream(photo.getvalue(), Type=NameObject("/XObject"), Subtype=NameObject("/Image"),
                         Filter=NameObject("/DCTDecode"), Width=NumberObject(40), Height=NumberObject(40),
                         BitsPerComponent=NumberObject(8), ColorSpace=NameObject("/DeviceRGB"))  # fmt: skip
        writer.pages[0]["/Resources"][NameObject("/XObject")] = dictionary(I=writer._add_object(picture))

    leaks = check(edited(change), "application/pdf")
    assert {("image:exif", "w1"), ("structure:image:exif", "")} <= leaks


def test_a_freshly_typeset_document_is_clean(check) -> None:
    plain = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(plain, "PNG")

    def draw(paper: canvas.Canvas) -> None:
        paper.drawImage(ImageReader(io.BytesIO(plain.getvalue())), 72, 500)
        paper.drawString(72, 680, "[WITNESS 1] told that she had seen the van twice (at 10 and 12).")

    assert check(typeset(draw, pages=3), "application/pdf") == set()


def test_a_name_in_a_typeset_document_is_found_on_its_page(check) -> None:
    assert ("text", "w1") in check(typeset(text="Mrs Kowaltschuk was heard."), "application/pdf")


def test_what_cannot_be_read_is_refused(check) -> None:
    data = typeset()
    for broken in (
        data[: len(data) // 2],
        b"%PDF-1.4\nrubbish\n%%EOF",
        b"no pdf at all",
        data.replace(b"/Kids", b"/Kidz"),
    ):
        with pytest.raises(Refusal) as refusal:
            check(broken, "application/pdf")
        assert refusal.value.reason == "damaged"
    locked = edited(lambda w: w.encrypt("secret", algorithm="RC4-128"))
    with pytest.raises(Refusal) as refusal:
        check(locked, "application/pdf")
    assert refusal.value.reason == "encrypted"
