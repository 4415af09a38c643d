"""One document without a vault, identity files, and the small rules for typed text."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
import vaults
from hypothesis import given
from hypothesis import strategies as st

import tools
from vault import dossier
from vault.crypto import age, signing
from vault.errors import Damaged, OutputExists, Refused, Usage, WrongSecret
from vault.model.people import Person
from vault.usecases import keygen, onefile, people, people_file
from vault.usecases.onetext import TextRedactor
from vault.usecases.text import cleaned, day

PEOPLE = [
    Person("P1", "Тернёва Дарья Андреевна", "applicant"),
    Person("P2", "Заречнов Михаил Павлович", "witness", ("Mikhail Zarechnov",), ("+7 900 000-01-33",)),
]
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
    done = onefile.redact_file(source, PEOPLE, out, accept_weak_jail=vaults.WEAK_JAIL)
    assert (done.path, done.pages) == (out, 1)
    text = subprocess.run(
        [tools.program("pdftotext"), str(out), "-"], capture_output=True, check=True
    ).stdout.decode()
    assert "Заречнов" not in text
    assert "Дарье Тернёвой" in text
    assert onefile.check(out, PEOPLE, accept_weak_jail=vaults.WEAK_JAIL) == []
    assert {leak.form for leak in onefile.check(source, PEOPLE, accept_weak_jail=vaults.WEAK_JAIL)} == {"P2"}
    with pytest.raises(OutputExists):
        onefile.redact_file(source, PEOPLE, out, accept_weak_jail=vaults.WEAK_JAIL)


def test_what_nobody_can_judge_here_is_refused(tmp_path: Path) -> None:
    shipped = dossier.load()
    for name, kind in (("07-protest.jpg", "unreadable"), ("noise", "unsupported")):
        source = tmp_path / name
        if name == "noise":
            source.write_bytes(b"\0\x01\x02\x03" * 99)
        else:
            with shipped.open(name) as stream:
                source.write_bytes(stream.read())
        with pytest.raises(Refused) as caught:
            onefile.redact_file(source, PEOPLE, tmp_path / "out.pdf", accept_weak_jail=vaults.WEAK_JAIL)
        assert caught.value.kind == kind
        assert not (tmp_path / "out.pdf").exists()
    for missing in (tmp_path, tmp_path / "none"):
        with pytest.raises(Usage):
            onefile.redact_file(missing, PEOPLE, tmp_path / "out.pdf")


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
    key = signing.parse_verifier(public.verifier)
    signature = keygen.witness(data).sign(b"message")
    signing.verify(key.public, b"message", signature)
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
        key = signing.parse_verifier(public.verifier)
        assert keygen.witness((tmp_path / f"{number}.txt").read_bytes()).public == key.public


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
