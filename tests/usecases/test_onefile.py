"""One document without a vault, identity files, and the small rules for typed text."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import zipfile
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
import vaults
from hypothesis import given
from hypothesis import strategies as st

import tools
from vault import dossier
from vault.crypto import age, signing
from vault.errors import Damaged, OutputExists, Refused, Usage, WrongSecret
from vault.intake import reading
from vault.model.people import Person
from vault.sandbox import extras
from vault.usecases import keygen, onefile, people, people_file
from vault.usecases.onetext import TextRedactor
from vault.usecases.text import cleaned, day

PEOPLE = [
    Person("P1", "Тернёва Дарья Андреевна", "applicant"),
    Person("P2", "Заречнов Михаил Павлович", "witness", ("Mikhail Zarechnov",), ("+7 900 000-01-33",)),
]
ORDER = onefile.Order(accept_weak_jail=vaults.WEAK_JAIL)
TEXT = "Михаил Заречнов звонил Дарье Тернёвой с +7 900 000-01-33. Zarechnov was there."


# ---- one document ------------------------------------------------------------------------------------------------


def test_a_text_and_each_text_anew() -> None:
    redactor = TextRedactor(PEOPLE)
    for _ in range(2):
        done = redactor.redact(TEXT)
        assert done.text == "[WITNESS 1] звонил Дарье Тернёвой с [IDENTIFIER 1]. [WITNESS 1] was there."
        assert all(TEXT[span.start : span.end] for span in done.spans)
    with pytest.raises(Usage, match="profile"):
        TextRedactor(PEOPLE, "secret")


def test_a_document_is_typeset_anew_and_checked(tmp_path: Path) -> None:
    source, out = tmp_path / "Заречнов.txt", tmp_path / "out.pdf"
    source.write_text(TEXT)
    done = onefile.redact_file(source, PEOPLE, out, ORDER)
    assert (done.path, done.pages) == (out, 1)
    text = subprocess.run(
        [tools.program("pdftotext"), str(out), "-"], capture_output=True, check=True
    ).stdout.decode()
    assert "Заречнов" not in text
    assert "Дарье Тернёвой" in text
    assert onefile.check(out, PEOPLE, accept_weak_jail=vaults.WEAK_JAIL).leaks == ()
    assert {leak.form for leak in onefile.check(source, PEOPLE, accept_weak_jail=vaults.WEAK_JAIL).leaks} == {"P2"}
    with pytest.raises(OutputExists):
        onefile.redact_file(source, PEOPLE, out, ORDER)


@pytest.mark.parametrize("ending", ["txt", "docx"])
def test_it_comes_as_text_or_as_a_word_document_where_that_is_asked_for(tmp_path: Path, ending: str) -> None:
    source, out = tmp_path / "in.txt", tmp_path / f"out.{ending}"
    source.write_text(TEXT)
    onefile.redact_file(source, PEOPLE, out, replace(ORDER, form=ending))
    data = out.read_bytes() if ending == "txt" else zipfile.ZipFile(out).read("word/document.xml")
    assert "Дарье Тернёвой" in data.decode()
    assert "Заречнов" not in data.decode()
    assert onefile.check(out, PEOPLE, accept_weak_jail=vaults.WEAK_JAIL).leaks == ()


def test_what_can_not_be_read_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "noise"
    source.write_bytes(b"\0\x01\x02\x03" * 99)
    with pytest.raises(Refused) as caught:
        onefile.redact_file(source, PEOPLE, tmp_path / "out.pdf", ORDER)
    assert caught.value.kind == "unsupported"
    assert not (tmp_path / "out.pdf").exists()
    for missing in (tmp_path, tmp_path / "none"):
        with pytest.raises(Usage):
            onefile.redact_file(missing, PEOPLE, tmp_path / "out.pdf", ORDER)
    text = tmp_path / "in.txt"
    text.write_text(TEXT)
    with pytest.raises(Refused, match="drawn"):
        onefile.redact_file(text, PEOPLE, tmp_path / "out.pdf", replace(ORDER, mode="facsimile"))
    with pytest.raises(Usage, match="PDF"):
        onefile.redact_file(text, PEOPLE, tmp_path / "o.txt", replace(ORDER, mode="facsimile", form="txt"))


def test_a_photo_is_refused_where_nothing_can_look_at_it(tmp_path: Path) -> None:
    assert extras.looks() == ()
    source = tmp_path / "photo.jpg"
    source.write_bytes(_photo())
    with pytest.raises(Refused, match="not searched") as caught:
        onefile.redact_file(source, PEOPLE, tmp_path / "out.pdf", ORDER)
    assert caught.value.kind == "unreadable"
    assert "casevault[ocr,faces]" in caught.value.hint
    assert not (tmp_path / "out.pdf").exists()


def _photo() -> bytes:
    with dossier.load().open("07-protest.jpg") as stream:
        return stream.read()


def _mail(*attachments: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"] = "darya@example.org"
    message["To"] = "lawyer@example.org"
    message["Subject"] = "Показания"
    message["Message-ID"] = "<1@example.org>"
    message.set_content("Показания Михаила Заречнова приложены.")
    for name, data in attachments:
        message.add_attachment(data, "application", "octet-stream", filename=name)
    return message.as_bytes()


def test_a_mail_becomes_a_folder_and_what_can_not_be_read_in_it_is_named(tmp_path: Path) -> None:
    source, out = tmp_path / "mail.eml", tmp_path / "out"
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("Заречнов/допрос.txt", "Допрошен Заречнов М. П.")
    source.write_bytes(
        _mail(("Заречнов.txt", TEXT.encode()), ("x.bin", b"\0\x01\x02" * 50), ("a.zip", inner.getvalue()))
    )
    assert onefile.is_container(source)
    done = onefile.redact_file(source, PEOPLE, out, ORDER)
    assert done.files == ("000.pdf", "001.pdf", "003.pdf", "004.pdf")
    assert sorted(one.name for one in out.iterdir()) == list(done.files)
    assert [(one.number, one.name) for one in done.left_out] == [(2, "x.bin")]
    texts = {name: _pdf_text(out / name) for name in done.files}
    assert not any("Заречнов" in text or "Zarechnov" in text for text in texts.values())
    assert "[WITNESS 1] звонил" in texts["001.pdf"]
    assert "Допрошен [WITNESS 1]" in texts["004.pdf"]
    assert "left out" in texts["000.pdf"]
    with pytest.raises(OutputExists):
        onefile.redact_file(source, PEOPLE, out, ORDER)


def test_pages_of_files_inside_files_are_numbered_through_and_found_again(tmp_path: Path) -> None:
    photo = _photo()
    inner = _mail(("photo.jpg", photo))
    data = _mail(("first.txt", b"one"), ("mail.eml", inner))
    opened = reading.opened(data)
    document = reading.read(opened, "message/rfc822", "", reading.Wish(accept_weak_jail=vaults.WEAK_JAIL))
    assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))
    assert [part.path for part in document.parts] == [(), (0,), (1,), (1, 0)]
    for place, part in enumerate(document.parts):
        numbers = [page.number for page in document.pages if page.part == place]
        assert numbers == list(range(part.first, part.first + part.count))
    source, kind = reading.part(opened, document, 3, accept_weak_jail=vaults.WEAK_JAIL)
    with source() as stream:
        assert stream.read() == photo
    assert kind == "image/jpeg"


def test_containers_in_containers_end_somewhere() -> None:
    data = _mail(("note.txt", b"deep"))
    for _ in range(8):
        data = _mail(("mail.eml", data))
    wish = reading.Wish(accept_weak_jail=vaults.WEAK_JAIL)
    document = reading.read(reading.opened(data), "message/rfc822", "", wish)
    assert [bool(part.reason) for part in document.parts][-1]
    assert len(document.parts) == reading.MAX_DEPTH + 2
    assert not any("deep" in page.text for page in document.pages)


def _pdf_text(path: Path) -> str:
    done = subprocess.run([tools.program("pdftotext"), str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_people_without_ids_get_some_and_none_twice() -> None:
    named = people_file.named(
        [people.NewPerson("A"), people.NewPerson("B", id="P1"), people.NewPerson("C"), people.NewPerson("D")]
    )
    assert len({person.id for person in named}) == 4
    assert named[1].id == "P1"
    with pytest.raises(Usage, match="same id"):
        people_file.named([people.NewPerson("A", id="X"), people.NewPerson("B", id="X")])


# ---- identity files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classic", [False, True])
def test_an_identity_file_holds_both_keys(tmp_path: Path, classic: bool) -> None:
    out = tmp_path / "key.txt"
    public = keygen.make(out, classic=classic)
    data = out.read_bytes()
    assert os.name == "nt" or stat.S_IMODE(out.stat().st_mode) == 0o600
    (identity,) = keygen.identities(data)
    assert identity.recipient().to_string() == public.age  # type: ignore[union-attr]
    assert public.age.startswith("age1pq1") == (not classic)
    key = signing.parse_cosigner(public.verifier)
    signature = keygen.witness(data).sign("message\n")
    assert signature.key_id == key.plain.id
    signing.verify(key.public, b"message\n", signature.signature)
    assert keygen.witness(data).key == key
    assert not keygen.is_sealed(data)
    with pytest.raises(OutputExists):
        keygen.make(out)
    if classic:
        found = subprocess.run([tools.program("age-keygen"), "-y", str(out)], capture_output=True, check=True)
        assert found.stdout.decode().strip() == public.age


def test_every_witness_key_is_read_back(tmp_path: Path) -> None:
    """Half of all keys have a plus sign in their Base64, as the lines have between their parts."""
    for number in range(40):
        public = keygen.make(tmp_path / f"{number}.txt", classic=True)
        key = signing.parse_cosigner(public.verifier)
        assert keygen.witness((tmp_path / f"{number}.txt").read_bytes()).key == key


def test_a_sealed_identity_file_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    out = tmp_path / "key.txt"
    public = keygen.make(out, passphrase="Ёжик в тумане")
    data = out.read_bytes()
    assert keygen.is_sealed(data)
    assert b"AGE-SECRET" not in data
    (identity,) = keygen.identities(keygen.unsealed(data, "Ёжик в тумане"))
    assert isinstance(identity, age.HybridIdentity)
    assert identity.recipient().to_string() == public.age
    with pytest.raises(WrongSecret):
        keygen.unsealed(data, "ёжик в тумане")


def test_what_is_no_identity_file_is_named(tmp_path: Path) -> None:
    for data in (b"\xff\xfe", b"", b"# only a comment\n", b"AGE-SECRET-KEY-1XYZ\n"):
        with pytest.raises(Usage) as caught:
            keygen.identities(data)
        assert "XYZ" not in caught.value.message
    with pytest.raises(Usage, match="witness"):
        keygen.witness(b"AGE-SECRET-KEY-1XYZ\n")
    for broken in (b"# witness key: PRIVATE+KEY+x+00000000+!!!\n", b"# witness key: PRIVATE+KEY+x+0+AAAA\n"):
        with pytest.raises(Damaged):
            keygen.witness(broken)


# ---- typed text --------------------------------------------------------------------------------------------------


@given(st.text())
def test_cleaned_text_is_clean_for_good(text: str) -> None:
    once = cleaned(text, "it")
    assert cleaned(once, "it") == once
    assert not any(char < " " and char not in "\n\t" for char in once)
    once.encode("utf-8")


def test_bounds_and_empty_texts() -> None:
    assert cleaned("  a\x00b\x1b\n ", "it") == "ab"
    assert cleaned("и\u0306", "it") == "й"
    for wrong in ({"required": True}, {"limit": -1}):
        with pytest.raises(Usage, match="the name"):
            cleaned(" \x07 ", "the name", **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2024-03-31", "2024-03-31T14:05", "2024-03-31T14:05:00+03:00", ""])
def test_days_are_iso(text: str) -> None:
    assert day(text, "the day") == text


@pytest.mark.parametrize("text", ["31.03.2024", "2024-13-01", "2024-02-30", "yesterday", "2024", "1" * 50])
def test_other_days_are_refused(text: str) -> None:
    with pytest.raises(Usage):
        day(text, "the day")
