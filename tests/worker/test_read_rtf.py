"""RTF: what a word processor shows, in every code page; what it hides is left out and said."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import Refused
from vault.intake.office import RTF
from vault.model.document import Document
from vault.sandbox.documents import extract
from vault.worker import read_rtf
from vault.worker.refusal import Refusal

FONTS = r"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset2 Symbol;}{\f3\fcharset161 G;}}"


def rtf(body: str, head: str = r"\ansi\ansicpg1251\deff0") -> bytes:
    return (r"{\rtf1" + head + FONTS + body + "}").encode("latin-1")


def coded(text: str, encoding: str) -> str:
    return "".join(f"\\'{byte:02x}" for byte in text.encode(encoding))


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in document.pages[0].blocks]


def texts(body: str, head: str = r"\ansi\ansicpg1251\deff0") -> list[str]:
    return [text for _, text in blocks(extract(rtf(body, head), RTF))]


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (r"\ansi\ansicpg1251", "cp1251"), (r"\pc\ansicpg866", "cp866"), (r"\mac\ansicpg10007", "mac-cyrillic"),
        (r"\ansi\ansicpg65001", "utf-8"), (r"\ansi\ansicpg20866", "koi8-r"),
    ],
)  # fmt: skip
def test_code_pages(head: str, encoding: str) -> None:
    assert texts(coded("Тамара Образцова", encoding), head) == ["Тамара Образцова"]


def test_code_pages_of_fonts_and_unicode() -> None:
    assert texts(r"\f1 " + coded("Иван", "cp1251") + r"\f3  " + coded("Ελένη", "cp1253")) == ["Иван Ελένη"]
    assert texts(r"\uc1\u1058?\u1072\'e0\u1084?\uc0\u1072\u1088 \u1072 z") == ["Тамараz"]
    assert texts(r"\uc2\u1058\'81\'40x\u-10179??\u-8704??") == ["Тx\U0001f600"]
    assert texts(r"\f2 ab\f0 c") == ["\u25aa\u25aac"]
    assert texts(r"{\upr{SECRET}{\*\ud{\u1071?}}} z") == ["Я z"]


def test_a_document_that_names_no_code_page_is_read_as_russian_where_it_is() -> None:
    words = coded("Свидетель Тамара Образцова показала, что находилась на площади", "cp1251")
    document = extract(b"{\\rtf1 " + words.encode() + b"}", RTF)
    assert blocks(document)[0][1].startswith("Свидетель Тамара")
    assert any("guessed" in note for note in document.notes)


def test_structure() -> None:
    body = (
        r"{\stylesheet{\s1\outlinelevel0 Heading;}{\s9\v Hid;}}{\header\pard up\par}{\footer\pard down\par}"
        r"{\pard\s1 Title\par}{\pard one\tab two\line three\par}"
        r"\pard{\listtext 1.\tab}\ls1 first\par\pard{\pntext\f2\'b7\tab}second\par"
        r"\trowd\cellx1\cellx2\pard\intbl a\par b\cell c\cell\row\pard\intbl d\cell\cell\row"
        r"\pard text{\super\chftn}{\footnote\pard\chftn note\par} more\par"
        r"{\shp{\*\shpinst{\sp{\sn SECRET}{\sv SECRET}}{\shptxt\pard box\par}}{\shprslt SECRET}}"
        r"{\field{\*\fldinst HYPERLINK SECRET}{\fldrslt link}}\~x\_y\-z\emdash \{\\\}\par"
    )
    assert blocks(extract(rtf(body), RTF)) == [
        ("paragraph", "up"), ("heading", "Title"), ("paragraph", "one\ttwo\nthree"), ("list-item", "1. first"),
        ("list-item", "second"), ("table-row", "a b\tc"), ("table-row", "d\t"), ("paragraph", "text[1] more"),
        ("paragraph", "link\u00a0x-yz\u2014{\\}"), ("paragraph", "box"), ("paragraph", "[1] note"),
        ("paragraph", "down"),
    ]  # fmt: skip


def test_what_is_hidden_is_left_out_and_noted() -> None:
    body = (
        r"{\info{\author SECRET}}{\stylesheet{\s9\v Hid;}}{\*\unknown SECRET}{\*\bkmkstart SECRET}\pard to "
        r"{\v SECRET}\v SECRET\v0 {\deleted SECRET}{\revised in}{\*\atnid SECRET}{\*\annotation SECRET}"
        r"{\pict\pngblip 89504e47}{\object{\*\objdata 0105}{\result shown}}{\xe SECRET}{\*\pn SECRET}"
        r"{\nonshppict{\pict 00}}\par\pard\s9 SECRET\par\pard end\par"
    )
    document = extract(rtf(body), RTF)
    assert [text for _, text in blocks(document) if text] == ["to inshown", "end"]
    notes = " ".join(document.notes)
    for part in ("deleted", "inserted", "1 comments", "not visible", "1 pictures", "1 embedded"):
        assert part in notes


def test_a_hidden_end_of_paragraph_parts_no_name() -> None:
    assert texts(r"\pard Obraz{\v\par}tsova\par") == ["Obraztsova"]


def test_binary_data_is_passed_over() -> None:
    data = rtf(r"a{\pict\bin5 ABCDE}b").replace(b"ABCDE", b"}}{\\\0")
    assert [text for _, text in blocks(extract(data, RTF)) if text] == ["ab"]
    assert any("1 pictures" in note for note in extract(data, RTF).notes)


def test_what_follows_the_end_is_noted() -> None:
    document = extract(rtf("x") + b"\nSECRET", RTF)
    assert blocks(document) == [("paragraph", "x")]
    assert any("after the document's end" in note for note in document.notes)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{\\rt", rtf("x")[:-1], rtf(r"\bin99999 x"), rtf(r"\bin" + "9" * 90 + " x"),
        rtf("{" * 2_000 + "}" * 2_000), rtf("{" * 20), b"{\\rtf1",
    ],
)  # fmt: skip
def test_what_is_broken_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        extract(data, RTF)
    assert caught.value.kind == "damaged"


@pytest.mark.parametrize("number", ["0", "-1", "2147483648", "-99999999999", "9" * 100])
def test_huge_numbers_harm_nothing(number: str) -> None:
    words = "u uc f s fcharset ansicpg outlinelevel deff ls itap cs bin-".replace("bin-", "li").split()
    body = "".join(rf"{{\{word}{number} ab}}" for word in words)
    assert "ab" in str(read_rtf.read(rtf(body)))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(
    ["{", "}", "\\*", "\\u1058", "\\'e0", "\\par ", "\\cell ", "\\row ", "\\intbl ", "\\v ", "\\footnote ",
     "\\pict ", "\\shptxt ", "\\header ", "\\fonttbl ", "\\stylesheet ", "\\upr ", "\\ud ", "\\bin3 ", "\\deleted ",
     "text", "\\"]),
    max_size=40))  # fmt: skip
def test_any_rtf_reads_or_is_refused(parts: list[str]) -> None:
    try:
        found = read_rtf.read(rtf("".join(parts)))
    except Refusal as refusal:
        assert refusal.reason in ("damaged", "dangerous")  # noqa: PT017
    else:
        assert found["kind"] == "rtf"


def test_long_documents_take_linear_time() -> None:
    read_rtf.prepare()
    start = time.process_time()
    read_rtf.read(rtf(r"\pard " + r"\u1058?{\b x}\'e0" * 20_000 + "\\" * 2 * 20_000 + r"\par"))
    assert time.process_time() - start < 10
