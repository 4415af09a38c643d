"""A case with a mail, a scan in it, and a recording: read by machine, looked at by a person, handed over."""

from __future__ import annotations

import io
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import vaults
from PIL import Image, ImageDraw, ImageFont

import tools
from vault.crypto import age
from vault.errors import Refused, Usage
from vault.model.records import Disclosure
from vault.redaction.plan import FACE, PICTURE, UNSURE, Finding
from vault.sandbox import extras
from vault.store import search
from vault.usecases import bundling, cases, people, receiving, recipients, redacting
from vault.usecases.bundling import Order

pytestmark = pytest.mark.pictures

IDENTITY = age.X25519Identity.generate()
PEOPLE = [
    people.NewPerson("Тернёва Дарья Андреевна", "applicant"),
    people.NewPerson("Заречнов Михаил Павлович", "witness"),
]
LINES = [
    "ПРОТОКОЛ ДОПРОСА",
    "",
    "Допрошен гражданин Заречнов Михаил Павлович,",
    "который пояснил, что в тот день видел Тернёву",
    "у здания военкомата. Со слов Заречнова записано",
    "верно и им прочитано.",
]
HEIGHT = 560
FONT = Path(__file__).resolve().parents[2] / "vault/worker/fonts/DejaVuSans.ttf"


def scan(lines: list[str] = LINES) -> bytes:
    """The upper part of a page as a scanner makes it, at 150 dpi; what follows it would only take time."""
    page = Image.new("L", (1240, HEIGHT), 250)
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(str(FONT), 26)
    for number, line in enumerate(lines):
        draw.text((130, 150 + 48 * number), line, fill=20, font=font)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def mail(scanned: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Протокол"
    message["Message-ID"], message["Date"] = "<1@example.org>", "Mon, 3 Jun 2024 10:00:00 +0300"
    message.set_content("Пересылаю протокол. Михаил Заречнов просил его не называть.")
    message.add_attachment(scanned, "image", "png", filename="протокол Заречнова.png")
    return message.as_bytes()


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 800, "NONE", ""))
        file.writeframes(bytes(1600))
    data = out.getvalue()
    title = b"INAM\x12\0\0\0Mikhail Zarechnov\0"
    listed = b"LIST" + (4 + len(title)).to_bytes(4, "little") + b"INFO" + title
    return data[:4] + (len(data) + len(listed) - 8).to_bytes(4, "little") + data[8:] + listed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> vaults.DossierVault:
    with vaults.new_vault(tmp_path_factory.mktemp("scans") / "vault") as vault:
        case = cases.new(vault, "Дело").id
        people.add(vault, case, PEOPLE)
        items = {
            "mail": vaults.add_bytes(vault, case, mail(scan()), "письмо.eml").id,
            "sound": vaults.add_bytes(vault, case, sound(), "запись.wav").id,
            "to": recipients.add(vault, "lawyer", "Адвокат", age_key=IDENTITY.recipient().to_string()).id,
        }
        redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
        return vaults.DossierVault(vault, case, items)


@pytest.fixture
def case(made: vaults.DossierVault, tmp_path: Path) -> Iterator[vaults.DossierVault]:
    copied = vaults.copy_of(made, tmp_path / "vault")
    with copied.vault as vault:
        yield vaults.DossierVault(vault, copied.case_id, copied.items)


def findings(case: vaults.DossierVault) -> list[Finding]:
    return list(redacting.current(case.vault, case.case_id).plan.of(case.items["mail"]))


def reviewed(case: vaults.DossierVault, folder: Path) -> None:
    """As a person does it: look, let the page leave, remove the rest."""
    redacting.preview(case.vault, case.case_id, folder / "p.pdf", accept_weak_jail=vaults.WEAK_JAIL)
    redacting.decide(case.vault, case.case_id, "rejected", (), pages=True)
    redacting.decide(case.vault, case.case_id, "accepted", (), everything=True)


def order(case: vaults.DossierVault, **changed: Any) -> Order:
    return replace(Order(case.items["to"], accept_weak_jail=vaults.WEAK_JAIL), **changed)


def text_of(path: Path) -> str:
    done = subprocess.run([tools.program("pdftotext"), "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_the_words_of_a_scan_are_found_in_the_mail_that_it_came_with(case: vaults.DossierVault) -> None:
    assert extras.looks() == extras.LOOKS
    named = [f for f in findings(case) if f.person is not None and f.page == 3]
    assert {f.text.split()[0] for f in named} >= {"Заречнов", "Заречнова"}
    (page,) = [f for f in findings(case) if f.category == PICTURE]
    assert (page.page, page.state) == (3, "proposed")
    assert "read by machine" in page.explanation
    hits, _ = search.find(case.vault.catalogue, "допрошен")
    assert [hit.evidence_id for hit in hits] == [case.items["mail"]]


@pytest.fixture(scope="module")
def left(made: vaults.DossierVault, tmp_path_factory: pytest.TempPathFactory) -> tuple[bundling.Bundle, Path]:
    """What leaves of the mail after a review: the bundle, and its exhibits."""
    folder = tmp_path_factory.mktemp("left")
    case = vaults.copy_of(made, folder / "vault")
    with case.vault:
        reviewed(case, folder)
        out = folder / "bundle.age"
        bundle = bundling.create(case.vault, case.case_id, order(case, only=(case.items["mail"],)), out)
    receiving.unpack(out, [IDENTITY], folder / "open", bundle.fingerprint)
    return bundle, folder / "open" / "exhibits"


def test_a_reviewed_scan_leaves_with_boxes_over_its_names(left: tuple[bundling.Bundle, Path]) -> None:
    made, exhibits = left
    text, pixels = (text_of(exhibits / name) for name in ("A.pdf", "A-1.pdf"))
    assert "[WITNESS 1] просил его не называть" in " ".join(text.split())
    assert "протокол [WITNESS 1]" in text
    assert "From: [EMAIL 1] To: [EMAIL 2]" in " ".join(text.split())
    assert "ПРОТОКОЛ ДОПРОСА" in pixels
    assert "Тернёву" in pixels or "Терневу" in pixels
    assert not any(name in text + pixels for name in ("Заречнов", "Михаил", "Павлович"))
    assert [file.pages for file in made.exhibits[0].exhibit.files] == ["p. 1–2", "p. 3"]


def test_the_pixels_of_a_name_are_black(left: tuple[bundling.Bundle, Path], tmp_path: Path) -> None:
    command = [tools.program("pdftoppm"), "-r", "100", "-png", "-singlefile"]
    subprocess.run([*command, str(left[1] / "A-1.pdf"), str(tmp_path / "page")], check=True)
    with Image.open(tmp_path / "page.png") as page:
        grey = page.convert("L")
    width, height = grey.size
    # The name stands from x 470 to 780 of 1240, on the third line, at y 246 to 276.
    name = grey.crop((int(width * 0.40), int(height * 252 / HEIGHT), int(width * 0.62), int(height * 268 / HEIGHT)))
    assert name.getextrema()[1] < 40
    kept = grey.crop((int(width * 0.10), int(height * 150 / HEIGHT), int(width * 0.40), int(height * 180 / HEIGHT)))
    assert kept.getextrema()[1] > 200


def test_pages_are_let_go_only_after_a_look_and_nothing_else_with_them(
    case: vaults.DossierVault, tmp_path: Path
) -> None:
    with pytest.raises(Usage, match="never shown"):
        redacting.decide(case.vault, case.case_id, "rejected", (), pages=True)
    redacting.show(case.vault, case.case_id)
    with pytest.raises(Usage, match="never shown"):
        redacting.decide(case.vault, case.case_id, "rejected", (), pages=True)
    redacting.preview(case.vault, case.case_id, tmp_path / "p.pdf", accept_weak_jail=vaults.WEAK_JAIL)
    review = redacting.decide(case.vault, case.case_id, "rejected", (), pages=True)
    assert {f.category for f in review.plan.findings if f.state == "rejected"} == {PICTURE}
    assert all(f.state == "proposed" for f in review.plan.findings if f.category in (FACE, UNSURE) or f.person)


def test_what_a_reviewer_let_stay_on_a_scan_does_not_blind_the_check(
    case: vaults.DossierVault, tmp_path: Path
) -> None:
    redacting.preview(case.vault, case.case_id, tmp_path / "p.pdf", accept_weak_jail=vaults.WEAK_JAIL)
    redacting.decide(case.vault, case.case_id, "rejected", (), pages=True)
    (one,) = [f.id for f in findings(case) if f.text.startswith("Заречнова") and f.page == 3]
    redacting.decide(case.vault, case.case_id, "rejected", [one])
    redacting.decide(case.vault, case.case_id, "accepted", (), everything=True)
    made = bundling.create(case.vault, case.case_id, order(case, only=(case.items["mail"],)), tmp_path / "bundle.age")
    receiving.unpack(tmp_path / "bundle.age", [IDENTITY], tmp_path / "open", made.fingerprint)
    pixels = text_of(tmp_path / "open/exhibits/A-1.pdf")
    assert "Заречнова" in pixels
    assert "Михаил" not in pixels


def test_a_recording_leaves_only_by_a_choice_that_is_logged(case: vaults.DossierVault, tmp_path: Path) -> None:
    reviewed(case, tmp_path)
    with pytest.raises(Refused) as caught:
        bundling.create(case.vault, case.case_id, order(case), tmp_path / "no.age")
    assert caught.value.kind == "unreadable"
    with pytest.raises(Usage, match="no recording"):
        bundling.create(case.vault, case.case_id, order(case, recordings=(case.items["mail"],)), tmp_path / "no.age")
    assert case.vault.catalogue.count(Disclosure) == 0
    chosen = order(case, only=(case.items["sound"],), recordings=(case.items["sound"],))
    made = bundling.create(case.vault, case.case_id, chosen, tmp_path / "bundle.age")
    receiving.unpack(tmp_path / "bundle.age", [IDENTITY], tmp_path / "open", made.fingerprint)
    left = (tmp_path / "open/exhibits/A.wav").read_bytes()
    assert b'"traced":false' in (tmp_path / "open/manifest.json").read_bytes(), "a recording carries no mark"
    assert b"dashes" not in (tmp_path / "open/index.html").read_bytes()
    assert b"Zarechnov" not in left
    with wave.open(io.BytesIO(left)) as file:
        assert file.getnframes() == 800
    entries = [entry for entry in case.vault.log.entries() if entry.action == "bundle.recording"]
    sound_item = case.vault.pseudonym(case.case_id, case.items["sound"])
    assert [(entry.object, entry.case) for entry in entries] == [(sound_item, case.case_id)]
