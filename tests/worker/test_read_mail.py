"""Mail: what a mail program shows is read, in every charset; what is attached comes out by itself."""

from __future__ import annotations

import base64
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from containers import unpacked
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vault.errors import Refused
from vault.sandbox.documents import extract
from vault.sandbox.unpacking import unpack
from vault.worker import read_mail
from vault.worker.refusal import Refusal

MAIL, MBOX, PAGE = "message/rfc822", "application/mbox", "multipart/related"
read_mail.prepare()


def letter(text: str = "Текст письма", **headers: str) -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP)
    for name, value in {"From": "Анна Образцова <anna@example.org>", "To": "b@example.org", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def lines(data: bytes) -> list[str]:
    return [block["text"] for page in read_mail.read(data)["pages"] for block in page["blocks"] if block["text"]]


def noted(data: bytes) -> dict[str, int]:
    return dict(read_mail.read(data)["notes"])


@pytest.mark.needs_shared
def test_the_real_mails_in_the_jail(shared: Path) -> None:
    folder = shared / "data/documents"
    data = (folder / "lab__mail.eml").read_bytes()
    text = extract(data, MAIL).pages[0].text
    assert "Тимур Аркадьевич Ковальчук писал" in text
    assert "Показания: Ковальчук" in text
    assert "203.0.113.77" not in text
    assert "Received" not in text
    (photo,) = unpack(data, MAIL).members
    assert photo.name == "паспорт Ковальчук.jpg"
    assert photo.data.startswith(b"\xff\xd8\xff")
    nested = unpack((folder / "mail__attachment_message_rfc822_inline_image.eml").read_bytes(), MAIL).members
    assert [(one.name, one.media_type) for one in nested] == [("img.png", ""), ("Testmail.eml", MAIL)]
    assert extract(nested[1].data, MAIL).pages[0].blocks[0].text.startswith("From: ")
    (text_file,) = unpack((folder / "mail__attachment_nonascii_filename.eml").read_bytes(), MAIL).members
    assert text_file.name == "ciële.txt"
    reply = extract((folder / "mail__raw_email_reply.eml").read_bytes(), MAIL)
    assert reply.pages[0].blocks[-1].text == "Message body"


def test_a_parameter_that_python_stumbles_over_hides_nothing() -> None:
    both = "; filename*0=a; filename*=utf-8''%D0%B1.txt; filename=plain.txt"
    mail = (
        'Content-Type: multipart/mixed; boundary="x"; a*=1; a*0=2\n\n--x\n\nПервая часть\n'
        f"--x\nContent-Disposition: attachment{both}\n\nвложение\n--x--\n"
    ).encode()
    assert "Первая часть" in lines(mail)
    (attached,), _ = unpacked(mail, MAIL)
    assert (attached.name, attached.data.strip()) == ("plain.txt", "вложение".encode())


def test_headers_are_decoded_and_the_hidden_ones_stay_hidden() -> None:
    message = letter(Subject="Повестка №5", Cc="Иван <i@example.org>", Bcc="c@example.org", X_Mailer="secret")
    assert lines(message.as_bytes()) == [
        "From: Анна Образцова <anna@example.org>", "To: b@example.org", "Cc: Иван <i@example.org>",
        "Bcc: c@example.org", "Subject: Повестка №5", "Текст письма",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("=?koi8-r?B?" + base64.b64encode("Образцова".encode("koi8-r")).decode() + "?=", "Образцова"),
        ("=?windows-1251?Q?=CE=E1=F0=E0=E7=F6=EE=E2=E0?= a", "Образцова a"),
        ("=?utf-8?B?0J4=?= =?utf-8?B?0LHRgNCw0Lc=?=\r\n =?utf-8?B?0YbQvtCy0LA=?=", "Образцова"),
        ("=?utf-8?B?0A==?= =?utf-8?B?ng==?=", "О"),  # one letter cut in two
        ("=?x-unknown?B?" + base64.b64encode("Образцова".encode()).decode() + "?=", "Образцова"),
        ("=?utf-8?Q?a_=3D_b?=", "a = b"),
        ("plain =?broken?Z?x?= text", "plain =?broken?Z?x?= text"),
    ],
)
def test_encoded_words(raw: str, shown: str) -> None:
    assert lines(b"To: x\r\nSubject: " + raw.encode() + b"\r\n\r\nbody") == ["To: x", f"Subject: {shown}", "body"]


@pytest.mark.parametrize("charset", ["utf-8", "cp1251", "koi8-r"])
def test_headers_and_names_that_were_never_encoded(charset: str) -> None:
    raw = (
        "From: Тамара Образцова <t@example.org>\r\nTo: b\r\nMIME-Version: 1.0\r\n"
        'Content-Type: application/pdf; name="паспорт Образцовой.pdf"\r\n\r\n%PDF-'
    ).encode(charset)
    assert lines(raw)[0] == "From: Тамара Образцова <t@example.org>"
    assert unpacked(raw, MAIL)[0][0].name == "паспорт Образцовой.pdf"


@pytest.mark.parametrize(
    ("claimed", "real"),
    [("koi8-r", "koi8-r"), ("windows-1251", "cp1251"), ("us-ascii", "utf-8"), ("iso-8859-1", "cp1251"),
     ("x-none", "cp1251"), ("utf-8", "cp1251"), ("", "utf-8"), ("UTF8", "utf-8"), ("cp-866", "cp866")],
)  # fmt: skip
def test_bodies_in_any_charset(claimed: str, real: str) -> None:
    text = "Свидетель Тамара Образцова показала, что находилась на площади."
    kind = f"text/plain; charset={claimed}" if claimed else "text/plain"
    raw = f"To: b\r\nSubject: a\r\nContent-Type: {kind}\r\n\r\n".encode() + text.encode(real)
    assert lines(raw)[-1] == text
    assert extract(raw, MAIL).pages[0].blocks[-1].text == text


def test_one_of_two_equal_versions_and_both_of_two_different() -> None:
    message = letter("Привет\n")
    message.add_alternative("<p>Привет, <b>Иван</b></p><p>Лишнее</p>", subtype="html")
    assert lines(message.as_bytes())[2:] == ["Привет, Иван", "Лишнее"]
    assert "both-bodies" not in noted(message.as_bytes())
    message = letter("Привет от Ольги\n")
    message.add_alternative("<p>Привет от Ивана</p>", subtype="html")
    assert lines(message.as_bytes())[2:] == ["Привет от Ольги", "Привет от Ивана"]
    assert noted(message.as_bytes())["both-bodies"] == 1


def test_attachments_pictures_and_mails_inside() -> None:
    message = letter("Смотри")
    message.add_related(b"\x89PNG pixels", "image", "png", cid="<p1>")
    message.add_attachment(b"%PDF-1.7", "application", "pdf", filename="дело № 5.pdf")
    message.add_attachment("список", filename="список.txt")
    message.add_attachment(letter("внутри", Subject="Вложенное"))
    message.add_attachment(b"x", "application", "ms-tnef", filename="winmail.dat")
    data = message.as_bytes()
    assert lines(data)[2:] == ["Смотри"]
    taken, _ = unpacked(data, MAIL)
    assert [(one.name, one.media_type, one.reason) for one in taken] == [
        ("attachment.png", "", ""), ("дело № 5.pdf", "", ""), ("список.txt", "", ""), ("message.eml", MAIL, ""),
        ("winmail.dat", "", "tnef"),
    ]  # fmt: skip
    assert lines(taken[3].data)[-1] == "внутри"
    assert "список" in taken[2].data.decode()


def test_a_mail_inside_keeps_its_bytes_and_may_be_packed() -> None:
    inner = "Subject: Тема\r\nTo: x\r\n\r\nтело письма".encode()
    outer = b"To: b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    for head, body in (
        (b"", inner),
        (b"Content-Transfer-Encoding: base64\r\n", base64.b64encode(inner)),
    ):
        data = outer + b"--x\r\nContent-Type: message/rfc822\r\n" + head + b"\r\n" + body + b"\r\n--x--\r\n"
        (one,) = unpacked(data, MAIL)[0]
        assert lines(one.data) == ["To: x", "Subject: Тема", "тело письма"]


def test_what_is_encrypted_signed_or_elsewhere_is_told() -> None:
    def mixed(kind: bytes, part: bytes) -> bytes:
        return b"To: b\r\nContent-Type: " + kind + b"; boundary=x\r\n\r\n--x\r\n" + part + b"\r\n--x--\r\n"

    pgp = mixed(b"multipart/encrypted", b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1")
    smime = b"To: b\r\nContent-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nx"
    opaque = b"To: b\r\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=a.p7m\r\n\r\nx"
    assert [one.reason for one in unpacked(pgp, MAIL)[0]] == ["encrypted"]
    assert [(one.name, one.reason) for one in unpacked(smime, MAIL)[0]] == [("smime.p7m", "encrypted")]
    assert [one.reason for one in unpacked(opaque, MAIL)[0]] == ["unsupported-type"]
    assert noted(pgp) == {"encrypted-parts": 1}
    signed = mixed(b"multipart/signed", b"\r\ntext\r\n--x\r\nContent-Type: application/pgp-signature\r\n\r\nsig")
    assert noted(signed) == {"signatures": 1}
    assert lines(signed)[-1] == "text"
    assert unpacked(signed, MAIL)[0] == []
    inline = letter("-----BEGIN PGP MESSAGE-----\nabc").as_bytes()
    assert noted(inline) == {"encrypted-parts": 1}
    outside = mixed(
        b"multipart/mixed", b"Content-Type: message/external-body; access-type=x\r\n\r\nContent-ID: <a>\r\n"
    )
    assert noted(outside) == {"outside-parts": 1}


def test_a_delivery_report_is_text() -> None:
    report = (
        b"To: b\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\r\nNot sent\r\n--x\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n\r\n"
        b"Final-Recipient: rfc822; ivan@example.org\r\n\r\n--x--\r\n"
    )
    assert "ivan@example.org" in lines(report)[-1]


def test_a_mailbox_is_a_page_a_mail() -> None:
    one, two = letter("раз", Subject="1"), letter("два\n\nFrom here on we walked.\nFrom the square", Subject="2")
    two.add_attachment(b"%PDF-", "application", "pdf", filename="a.pdf")
    data = b"".join(
        b"From - Tue Mar 03 10:11:12 2026\n"
        + mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ") + b"\n\n"
        for mail in (one, two)
    )  # fmt: skip
    document = extract(data, MBOX)
    assert [page.number for page in document.pages] == [1, 2]
    assert "From here on we walked.\nFrom the square" in document.pages[1].text
    assert [(member.name, member.data) for member in unpack(data, MBOX).members] == [("2/a.pdf", b"%PDF-")]
    loose = data.replace(b"\n>From ", b"\nFrom ")  # as programs write it that quote nothing
    assert len(extract(loose, MBOX).pages) == 2


def test_a_page_saved_by_a_browser() -> None:
    page = "<html><meta charset=koi8-r><p>Пикет <img src='https://a.example/p.png'></p></html>".encode()
    data = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.example/post\r\n"
        b"Subject: =?utf-8?Q?=D0=9F?=\r\nDate: Tue, 3 Mar 2026 10:11:12 -0000\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="x"\r\n\r\n--x\r\n'
        b"Content-Type: text/html; charset=utf-8\r\nContent-ID: <f@mhtml>\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-Location: https://a.example/post\r\n\r\n"
        + base64.b64encode(page)
        + b"\r\n--x\r\nContent-Type: text/css\r\nContent-Location: https://a.example/a.css\r\n\r\na{}\r\n--x\r\n"
        b"Content-Type: image/png\r\nContent-Location: https://a.example/p.png\r\n\r\n\x89PNG\r\n--x--\r\n"
    )  # fmt: skip
    assert lines(data) == [
        "Subject: П", "Snapshot-Content-Location: https://a.example/post", "Date: Tue, 3 Mar 2026 10:11:12 -0000",
        "Пикет",
    ]  # fmt: skip
    taken, notes = unpacked(data, PAGE)
    assert [one.name for one in taken] == ["https://a.example/p.png"]
    assert notes == {"page-resources": 1}


@pytest.mark.parametrize("data", [b"\r\n\r\n", b"no header here\n", b"\0\0\0"])
def test_what_is_no_mail_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        extract(data, MAIL)
    assert caught.value.kind == "damaged"


def test_depth_and_number_are_bounded() -> None:
    deep = b"To: b\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(60)
    )
    with pytest.raises(Refused, match="only attacks use"):
        extract(deep + b"\r\nx", MAIL)
    with pytest.raises(Refused):
        extract(b"To: b\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 3000 + b"x", MAIL)
    many = b"To: b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 6000 + b"--x--\r\n"
    with pytest.raises(Refused, match="far more"):
        extract(many, MAIL)


HEADERS = st.sampled_from([
    b"From: a", b"To: =?utf-8?B?0J4=?=", b"Subject: \xff\xfe", b"Content-Type: multipart/mixed; boundary=x",
    b"Content-Type: multipart/alternative; boundary=x", b"Content-Type: text/html; charset=utf-16",
    b"Content-Type: message/rfc822", b"Content-Type: text/plain; charset*=utf-7''a",
    b"Content-Type: multipart/signed",
    b"Content-Disposition: attachment; filename*0*=utf-8''%D0; filename*1*=%9E", b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: x-uuencode", b" folded",
    b"Snapshot-Content-Location: x",
    b"Content-Type: multipart/related; boundary=x; start=\"<a>\"", b"Content-Type:", b":",
    b"Content-Disposition: \xe9",
])  # fmt: skip
PIECES = st.sampled_from(
    [b"--x", b"--x--", b"", b"text", b"<p>\xd0\x9e", b"begin 644 a", b"0J4=", b"=D0=9", b"From a b"]
)


@settings(max_examples=200, deadline=None)
@example([b"Content-Type: text/plain; charset*=utf-7''a", b"", b"\xff\xfe"])
@given(st.lists(HEADERS | PIECES, max_size=25))
def test_any_mail_reads_or_is_refused(found: list[bytes]) -> None:
    data = b"\r\n".join(found)
    for read in (read_mail.read, lambda mail: unpacked(mail, MAIL)):
        try:
            read(data)
        except Refusal as refusal:
            assert refusal.reason in ("damaged", "empty", "dangerous")  # noqa: PT017
