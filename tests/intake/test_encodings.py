"""Text in any encoding: read as it was meant, or refused; never in the wrong letters."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import Refused
from vault.intake.encodings import BROKEN, decode

LETTER = (
    "Повестка. Кому: Тернёвой Дарье Андреевне, тел. +7 900 000-01-11.\r\n"
    "Явиться 7 июня 2023 года к 10:00. Свидетель Л. А. Ветлугорская допрошена; её брат, Юнус, объявлен в розыск.\r\n"
)
SENTENCES = [
    LETTER, "Ольга Ковальчук", "ОЛЬГА КОВАЛЬЧУК", "позвонила ольга ковальчук, адвокат, вчера", "Звонил Ян, сын Юлии.",
    "Письмо от John Smith для Ольги: hello", "Хьаважи Эльмурзаев и Зелимхан Яндарбиев пришли в суд",
    "ПОСТАНОВЛЕНИЕ О ПРИВОДЕ СВИДЕТЕЛЯ", "я не знаю, где Эмин; «спроси» Цоя",
]  # fmt: skip
EIGHT_BIT = ["cp1251", "koi8-r", "cp866", "mac-cyrillic", "iso8859-5"]
WIDE = ["utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("encoding", [*EIGHT_BIT, *WIDE, "utf-8", "utf-8-sig"])
def test_russian_in_every_encoding(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    assert decode(data).text.casefold() == data.decode(encoding).casefold()


@pytest.mark.parametrize("encoding", [*EIGHT_BIT, *WIDE, "utf-8", "utf-8-sig"])
def test_the_encoding_is_named(encoding: str) -> None:
    named = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}
    assert decode(LETTER.encode(encoding)).encoding == named.get(encoding, encoding)


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        ("Ольга Тимченко живе у Києві з сім'єю, її брат Євген", "koi8-u", "koi8-u"),
        ("Ольга Тимченко живе у Києві з сім'єю, її брат — Євген", "cp1251", "cp1251"),
        ("Müller und José gingen", "latin-1", "latin-1"), ("café", "latin-1", "latin-1"),
        ("Señor Núñez — “x”", "cp1252", "cp1252"), ("Łukasz Wałęsa poszedł", "cp1250", "cp1250"),
        ("Dvořák a Černý šli", "cp1250", "cp1250"),
        ("le frère de la victime est très inquiet", "latin-1", "latin-1"),
    ],
)  # fmt: skip
def test_other_languages(text: str, encoding: str, named: str) -> None:
    found = decode(text.encode(encoding))
    assert (found.text, found.encoding) == (text, named)


@pytest.mark.parametrize("inner", EIGHT_BIT)
@pytest.mark.parametrize("outer", ["utf-8", "koi8-r", "cp1251"])
def test_a_quoted_paragraph_in_another_encoding(inner: str, outer: str) -> None:
    before, after = "Здравствуйте, Зарема!\n\nВы писали про суд над братом:\n", "\nЧто мне ответить ему?\n"
    data = before.encode(outer) + LETTER.encode(inner) + after.encode(outer)
    found = decode(data)
    assert found.text == before + LETTER + after
    assert set(found.encodings) == {inner, outer}


def test_one_word_in_another_encoding() -> None:
    data = "Это Ольга ".encode() + "Ковальчук".encode("cp1251") + " пришла домой\n".encode()
    assert decode(data).text == "Это Ольга Ковальчук пришла домой\n"


def test_single_broken_characters_are_shown_as_such() -> None:
    data = "Ольга Ков".encode() + b"\xd0" + "льчук пришла домой вечером, и никто её не видел\n".encode()
    found = decode(data)
    assert found.text == f"Ольга Ков{BROKEN}льчук пришла домой вечером, и никто её не видел\n"
    assert (found.broken, found.encoding) == (1, "utf-8")


def test_a_text_that_is_cut_off() -> None:
    assert decode(LETTER.encode()[:-5] + "ж".encode()[:1]).text.endswith(BROKEN)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff", b"\xe9", b"\xff\xfe\x00", b"\xff\xfea\x00\x00\xd8", bytes(range(256)),
        b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n1 0 obj",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x08\x00",
        "東京の裁判所は今日その判決を言い渡した".encode("shift-jis"), "שלום עולם".encode("cp1255"),
        "Şükrü Yılmaz gitti".encode("cp1254"),
    ],
)  # fmt: skip
def test_what_can_not_be_told_is_refused_with_a_next_step(data: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        decode(data)
    assert refusal.value.kind == "unreadable"
    assert refusal.value.hint


def test_noise_is_refused() -> None:
    noise = random.Random(2)
    for size in (40, 200, 2000):
        for _ in range(40):
            with pytest.raises(Refused):
                decode(noise.randbytes(size))


@pytest.mark.parametrize("text", ["", "a\0b", "Тим\0ченко", "\u202eТимченко\u202c", "नमस्ते", "😀", "\x1b[31m", "𐀀"])
def test_utf8_is_taken_as_it_is(text: str) -> None:
    assert decode(text.encode()).text == text


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_utf8_that_does_not_look_like_utf16_is_taken_as_it_is(text: str) -> None:
    controls = sum(character < " " and character not in "\t\n\x0b\r\x0c\x1b" for character in text)
    if controls * 20 > len(text) or text.startswith("\ufeff"):
        return
    assert decode(text.encode()).text == text


@given(st.binary(max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = decode(data)
    except Refused:
        return
    assert found.text.isascii() or found.encodings


@pytest.mark.needs_shared
@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "iso8859-5"])
def test_no_real_sentence_is_read_in_the_wrong_letters(shared, encoding: str) -> None:  # type: ignore[no-untyped-def]
    """Refused is allowed, for very short ones; wrong is not."""
    lines: list[str] = []
    for path in sorted((shared / "data" / "factrueval").rglob("*.txt"))[:40]:
        lines += [line.strip("\ufeff \r") for line in path.read_text("utf-8").split("\n")]
    tried = refused = 0
    for line in lines[:400]:
        for text in (line, line.upper(), line.lower(), line[:14]):
            data = text.encode(encoding, "ignore")
            if data.isascii():
                continue
            tried += 1
            try:
                assert decode(data).text.casefold() == data.decode(encoding).casefold()
            except Refused:
                refused += 1
    assert tried > 400
    assert refused < 0.08 * tried
