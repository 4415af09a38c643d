"""What is pointed out about exhibits before they are sealed, what is not, and that no warning tells a name."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import vaults
from PIL import Image, ImageDraw, ImageFilter
from reportlab.pdfgen.canvas import Canvas

from commands import lang
from vault.errors import Usage
from vault.formats import document_json
from vault.model.document import Block, Document, Page, Word
from vault.model.findings import Box
from vault.model.records import Case, Copy, Disclosure, Evidence, ExtractedText
from vault.store.catalogue import Put
from vault.usecases import (
    cases,
    exhibit_checks,
    exhibit_facts,
    exhibit_list,
    exhibit_notes,
    items,
    people,
    recipients,
    redacting,
)
from vault.usecases.exhibit_checks import Warning
from vault.usecases.exhibit_notes import Choices
from vault.usecases.people_file import NewPerson
from vault.usecases.unlocked import Change, UnlockedVault

ENGLISH = (
    "The applicant was summoned to the department and was held there for two days without any of the papers that "
    "the law asks for. She was not told what it was about, and her mother had to wait until they let her go."
)
RUSSIAN = (
    "Заявительницу вызвали в отдел и держали там двое суток без всяких бумаг. Ей не сказали, в чём дело, а мать "
    "ждала на улице, пока её не отпустили."
)
GERMAN = (
    "Die Antragstellerin wurde in die Abteilung bestellt und dort zwei Tage lang ohne Papiere festgehalten. Niemand "
    "sagte ihr, worum es ging, und ihre Mutter wartete auf der Strasse, bis man sie gehen liess. Danach ging sie nie "
    "wieder dorthin und verliess wenig spaeter das Land mit ihrer Familie und einem einzigen Koffer voller Kleider."
)


@pytest.fixture
def case(vault: UnlockedVault) -> Case:
    return cases.new(vault, "Дело")


Say = Callable[..., str]


@pytest.fixture
def say(vault: UnlockedVault, case: Case) -> Say:
    """Adds an item in which this was read, page by page."""

    def said(*pages: str | Page, sound: str = "", media_type: str = "", **given: str | None) -> str:
        data = f"{len(items.of_case(vault, case.id))}{sound}{pages}".encode()
        item = vaults.add_bytes(vault, case, data, "a.bin", **given)
        read = [
            one
            if isinstance(one, Page)
            else Page(n, "text", 0, 0, tuple(Block("paragraph", x) for x in one.split("\n")))
            for n, one in enumerate(pages, 1)
        ]
        after = replace(item, text_state="read", media_type=media_type or item.media_type)
        text = ExtractedText(item.id, item.case_id, document_json.pack(Document(tuple(read))))
        vault.commit([Change("evidence.set", item.case_id, [Put(after, item), Put(text)], object_id=item.id)])
        return str(item.id)

    return said


def warned(vault: UnlockedVault, case: Case, *, target: str = "en") -> list[Warning]:
    placed = exhibit_list.arranged(vault, case.id, items.of_case(vault, case.id))
    found = exhibit_checks.warnings(vault, case.id, placed, target)
    for one in found:
        assert lang.is_known(one.text), one.text
        assert set(one.labels) <= {p.label for p in placed}
    return found


def codes(vault: UnlockedVault, case: Case, **given: str) -> set[tuple[str, ...]]:
    """All but that what was added here has no description: that is tried once."""
    found = warned(vault, case, **given)
    return {(one.code, *one.labels) for one in found if one.code != "no-description"}


def test_the_dossier(dossier_vault: vaults.DossierVault) -> None:
    """Every one of these is true of it, and nothing else is said."""
    case_id, vault = dossier_vault.case_id, dossier_vault.vault
    started = time.process_time()
    looked = exhibit_checks.look(vault, case_id)
    assert time.process_time() - started < 5
    names = {one.label: one.item.original_name[:2] for one in looked.placed}
    said = {(one.code, *(names[label] for label in one.labels)) for one in looked.warnings}
    (russian,) = [one for one in said if one[0] == "description-language"]
    assert "05" not in russian
    said -= {russian}
    # Whether there is a word on the photo and the screenshot depends on whether an extra has read them.
    assert {one for one in said if one[1] not in ("07", "10")} == {
        ("certificate-masked", "05"), ("no-address", "02"),
        ("no-translation", "01"), ("no-translation", "02"), ("no-translation", "03"),
        ("no-translation", "06"), ("no-translation", "08"),
    }  # fmt: skip
    assert {one for one in said if one[1] in ("07", "10")} <= {
        ("no-address", "10"), ("no-date", "10"), ("no-translation", "10"),
    }  # fmt: skip
    pages = dict(zip((names[one.label] for one in looked.placed), looked.pages, strict=True))
    assert (pages["06"], pages["07"]) == (2, 1)


def test_languages_translations_and_certificates(vault: UnlockedVault, case: Case, say: Say) -> None:
    russian = say(RUSSIAN, language="ru")
    say(ENGLISH)
    say(GERMAN)
    say("12.03.2024", kind="photo", language="ru")
    say(Page(1, "picture", 595, 842, (), density=4), media_type="application/pdf")
    assert codes(vault, case) == {
        ("no-translation", "A"), ("no-translation", "C"), ("language-unknown", "E"),
    }  # fmt: skip
    assert ("no-translation", "B") not in codes(vault, case, target="de")
    with pytest.raises(Usage):
        warned(vault, case, target="nobody's")
    english = say("The mother waited in the street.", language="en", kind="translation", translation_of=russian)
    assert {one for one in codes(vault, case) if one[1] in "AB"} == {("no-certificate", "A")}
    paper = say("I am competent to translate.", kind="certificate", language="en")
    assert ("certificate-alone", "G") in codes(vault, case)
    exhibit_notes.choose(vault, case.id, Choices(certificates={paper: english}))
    assert {one for one in codes(vault, case) if one[1] in "ABC"} == set()
    # A birth certificate vouches for no translation.
    say(
        "Birth certificate of the applicant, issued in the town where she was born.",
        kind="certificate",
        language="en",
    )
    assert not [one for one in codes(vault, case) if one[0] == "certificate-alone"]
    alone = [one for one in items.of_case(vault, case.id) if one.id in (english, paper)]
    found = exhibit_checks.warnings(vault, case.id, exhibit_list.arranged(vault, case.id, alone))
    assert [(one.code, *one.labels) for one in found] == [("no-description", "A", "B"), ("original-left-out", "A")]
    found = exhibit_checks.warnings(vault, case.id, exhibit_list.arranged(vault, case.id, alone[1:]))
    assert [(one.code, *one.labels) for one in found] == [("certificate-alone", "A"), ("no-description", "A")]
    # One paper may hold both: as chosen, or as it says itself.
    exhibit_notes.choose(vault, case.id, Choices(certificates={english: english, paper: ""}))
    assert not [one for one in codes(vault, case) if one[0] == "no-certificate"]


def test_a_translation_that_leaves_something_out(vault: UnlockedVault, case: Case, say: Say) -> None:
    first = f"{RUSSIAN} Исх. № 314/07-23 от 1 июня 2023 г., дело № 12300000314000159, тел. +7 900 000-01-99."
    second = f"{RUSSIAN} Явиться 7 июня 2023 года к 10 час. 00 мин., 09.11.1991 г. р., сумма 10 000 руб."
    original = say(first, second, language="ru")
    good = (
        f"{ENGLISH} Ref. 314/07-23 of June 1, 2023, case 12300000314000159, phone +7 (900) 000 01 99. Appear on the "
        "7th of June, 2023 at 10 a.m., born 11/09/1991, 10,000 roubles. I am competent to translate this."
    )
    say(good, language="en", translation_of=original)
    assert codes(vault, case) == set()
    bad = good.replace("June 1, 2023", "June 11, 2023").replace("314000159", "314000195")
    say(bad, language="en", translation_of=original)
    (found,) = [one for one in warned(vault, case) if one.code == "translation-differs"]
    assert (found.labels, found.page) == (("B", "C"), 1)
    assert "(1) and numbers (1) of C, page 1" in found.text
    assert "314" not in found.text


def test_the_same_twice(vault: UnlockedVault, case: Case, say: Say) -> None:
    long = " ".join(f"слово{n}" for n in range(200)) + ". "
    say(RUSSIAN, language="ru")
    say(RUSSIAN.replace(", ", " , ").upper(), language="ru")
    say(long + RUSSIAN + " Подпись.", language="ru")
    say(long + RUSSIAN + " Подпись и печать.", language="ru")
    # Two summonses on one form are two papers.
    say(long + RUSSIAN + " Явиться 7 июня 2023 года.", language="ru")
    say(long + RUSSIAN + " Явиться 8 июля 2023 года.", language="ru")
    say("Да", language="ru")
    say("Да", language="ru")
    one = vaults.add_bytes(vault, case, b"\0\1same", "a.bin", language="en")
    vaults.add_bytes(vault, case, b"\0\1same", "b.bin", language="en")
    assert one.text_state != "read"
    assert {one for one in codes(vault, case) if one[0] == "duplicate"} == {
        ("duplicate", "A", "B"), ("duplicate", "C", "D"), ("duplicate", "I", "J"),
    }  # fmt: skip


def picture(size: tuple[int, int], marks: int, *, blur: float = 0) -> Image.Image:
    drawn = Image.new("RGB", (900, 900), "white")
    pen = ImageDraw.Draw(drawn)
    for n in range(40):
        x, y = (n * marks * 37) % 800, (n * marks * 91) % 800
        pen.ellipse((x, y, x + 40 + n * 5, y + 120 - n), fill=((n * marks * 17) % 255, (n * 60) % 255, 90))
    return drawn.filter(ImageFilter.GaussianBlur(blur)).resize(size)


def saved(image: Image.Image, kind: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def scan(pixels: tuple[int, int]) -> bytes:
    """A PDF of one A4 page that is a picture."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=(595, 842))
    page.drawInlineImage(picture(pixels, 5), 0, 0, 595, 842)
    page.save()
    return out.getvalue()


def test_pictures_as_they_are_read(vault: UnlockedVault, case: Case) -> None:
    added = {
        "photo.jpg": (saved(picture((1600, 1200), 3), "JPEG"), "photo"),
        "again.jpg": (saved(picture((800, 600), 3, blur=1), "JPEG", quality=40), "photo"),
        "other.jpg": (saved(picture((1600, 1200), 7), "JPEG"), "photo"),
        "small.jpg": (saved(picture((320, 240), 11), "JPEG"), "photo"),
        "page.jpg": (saved(picture((1240, 1754), 13), "JPEG"), "court"),
        "coarse.jpg": (saved(picture((620, 877), 17), "JPEG"), "court"),
        "scan.pdf": (scan((1654, 2339)), "medical"),
        "fax.pdf": (scan((595, 842)), "medical"),
        "phone.png": (saved(picture((1080, 2340), 19), "PNG"), ""),
        "cut.png": (saved(picture((1080, 1200), 23), "PNG"), "screenshot"),
    }
    for name, (data, kind) in added.items():
        vaults.add_bytes(vault, case, data, name, kind=kind, language="en")
    vaults.read_all(vault, case.id)
    assert codes(vault, case) == {
        ("duplicate", "A", "B"), ("duplicate", "G", "H"), ("low-resolution", "D"), ("low-resolution", "F"),
        ("low-resolution", "H"), ("no-address", "I"), ("no-date", "I"), ("no-address", "J"), ("no-date", "J"),
        ("cropped", "J"),
    }  # fmt: skip


def page_of(*words: tuple[str, float, float], height: float = 2.0, sure: float = 0.97) -> Page:
    """A screenshot of a telephone on which words stand at these places, in percent."""
    text = " ".join(word for word, _, _ in words)
    at, placed = 0, []
    for word, x, y in words:
        placed.append(Word(0, at, at + len(word), Box(x, y, 8, height), sure))
        at += len(word) + 1
    return Page(1, "picture", 810, 1755, (Block("paragraph", text),), tuple(placed), density=4 / 3)


def test_screenshots_without_an_address_or_a_date(vault: UnlockedVault, case: Case, say: Say) -> None:
    def shot(*words: tuple[str, float, float], **given: str) -> str:
        return say(page_of(*words), media_type="image/png", kind="screenshot", language="en", **given)

    shot(("post", 10, 20), ("https://t.me/news/12", 30, 20), ("March", 50, 20), ("12,", 60, 20))
    shot(("post", 10, 20))
    shot(("post", 10, 20), source="saved from social.example.org", captured_at="2024-03-31")
    shot(*((clock, 10, 20 + 5 * n) for n, clock in enumerate(("10:01", "10:02", "10:09"))), captured_at="2024-03-31")
    shot(("www.example.org", 10, 0.1), ("12.03.2024", 40, 0.1))
    say(ENGLISH, kind="post", language="en", source="copied by hand")
    say(ENGLISH + " See example.com", kind="post", language="en", captured_at="2024-03-31")
    assert {one for one in codes(vault, case) if one[0] != "duplicate"} == {
        ("no-address", "B"), ("no-date", "B"), ("cropped", "E"), ("no-address", "F"), ("no-date", "F"),
    }  # fmt: skip


PEOPLE = [
    NewPerson("Заречнов Михаил Павлович", "applicant", ("Mikhail Zarechnov",)),
    NewPerson("Ветлугорская Лидия Аркадьевна", "witness"),
    NewPerson("Тернёва Дарья Андреевна", "relative", ("Daria Terneva",)),
]


def test_names_births_and_numbers_that_disagree(vault: UnlockedVault, case: Case, say: Say) -> None:
    mikhail, lidia, daria = (one.id for one in people.add(vault, case.id, PEOPLE))
    # All of these are one spelling in another case, script or scheme, or somebody else of that name.
    say(
        "Заречнова Михаила Павловича, 09.11.1991 г. р., паспорт 4509 № 123456. С Заречновым М. П. и Ветлугорской "
        "Л. А. говорили Тернёва Дарья, Терневу Дарью и Иванов Пётр Ильич, паспорт 4510 № 999999.",
        "Заречнов Михаил Петрович, 1.1.1970 г. р., дядя.", language="ru",
    )  # fmt: skip
    say(
        "Mikhail ZARECHNOV, born November 9, 1991, passport 45 09 123456. Mr. Zarechnov met Lidiya Arkad'evna "
        "Vetlugorskaya, Lidia Vetlugorskaia and Darya Ternyova.", language="en",
    )  # fmt: skip
    # What a machine read with doubt disagrees with nothing.
    doubtful = page_of(("Михаил", 10, 20), ("Заречнев", 30, 20), sure=0.6)
    say(doubtful, media_type="application/pdf", language="ru")
    quiet = {"no-translation", "no-description"}
    assert {one.code for one in warned(vault, case)} <= quiet
    say("Допрошен Заречнев Михаил Павлович.", language="ru")
    say("Mikhail Zarechnov, born 11/19/1991, passport 45 09 123465.", language="en")
    say("Witness: Vitlugorskaya Lidia Arkadyevna.", "Daria Tarneva", language="en")
    found = [one for one in warned(vault, case) if one.code not in quiet]
    assert sorted((one.code, "".join(one.labels), one.page, one.person) for one in found) == [
        ("birth-date", "ABE", 1, mikhail),
        ("name", "D", 1, mikhail),
        ("name", "F", 1, lidia),
        ("name", "F", 2, daria),
        ("number", "ABE", 1, mikhail),
    ]
    for one in found:
        assert not any(word in one.text for word in ("Зареч", "Zarech", "1991", "1234", "угорск", "Ternev"))


def test_dates_that_disagree(vault: UnlockedVault, case: Case, say: Say) -> None:
    good = say(f"РЕШЕНИЕ от 12 марта 2024 г.\n{RUSSIAN}", language="ru", captured_at="2024-03-12")
    bad = say(f"РЕШЕНИЕ от 12 марта 2024 г.\n{RUSSIAN} Да.", language="ru", captured_at="2024-03-21")
    say(f"{RUSSIAN} Это было 12 марта 2024 г.", language="ru", captured_at="2024-03-31")
    say(f"РЕШЕНИЕ от 12 марта 2024 г.\n{RUSSIAN} Нет.", language="ru", collected_at="2024-05-01")
    assert {one for one in codes(vault, case) if one[0] == "date"} == {("date", "B")}
    exhibit_notes.choose(vault, case.id, Choices(dates={bad: "2024-03-12", good: "2024-03-13"}))
    assert {one for one in codes(vault, case) if one[0] == "date"} == {("date", "A")}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("от 12 марта 2024 г.", [(2024, 3, 12)]), ("«07» мая 2023 года", [(2023, 5, 7)]),
        ("March 12, 2024", [(2024, 3, 12)]), ("the 3rd of June, 2020", [(2020, 6, 3)]),
        ("03/12/2024", [(2024, 3, 12), (2024, 12, 3)]), ("25/12/2024", [(2024, 12, 25)]),
        ("2024-03-12", [(2024, 3, 12)]), ("09.11.91", [(1991, 11, 9)]), ("1 березня 2022", [(2022, 3, 1)]),
        ("31.02.2024", []), ("12 марта прошлого года", []), ("ст. 20.2", []), ("10:30", []),
    ],
)  # fmt: skip
def test_written_days(text: str, days: list[tuple[int, int, int]]) -> None:
    assert sorted(day for one in exhibit_facts.dates(f"x {text} y") for day in one.days) == days


def test_an_item_of_another_case_is_checked_too(vault: UnlockedVault, case: Case, say: Say) -> None:
    lent = say(RUSSIAN, language="ru")
    other = cases.new(vault, "Другое")
    items.share(vault, lent, other.id)
    assert codes(vault, other) == {("no-translation", "A")}
    assert vault.catalogue.require(Evidence, lent).case_id == case.id


def test_a_description_that_names_somebody_who_is_not_listed(vault: UnlockedVault, case: Case, say: Say) -> None:
    one, two, three = (say(f"{ENGLISH} {n * n}", language="en", title="Иванов Пётр Ильич") for n in range(3))
    told = {
        one: "Decision of Judge Pyotr Ilyich Ivanov",
        two: "Paper with the number +7 912 555-01-42",
        three: "A paper",
    }
    exhibit_notes.choose(vault, case.id, Choices(descriptions=told))
    assert {one for one in codes(vault, case) if one[0] == "description"} == {
        ("description", "A"),
        ("description", "B"),
    }


def test_a_certificate_without_its_translator(vault: UnlockedVault, case: Case, say: Say) -> None:
    """8 CFR 1003.33 wants the translator's name, address and telephone, which a review takes out like all others."""
    people.add(vault, case.id, [NewPerson("Ветлугорская Лидия Аркадьевна", "witness")])
    original = say(RUSSIAN, language="ru", title="Повестка")
    own = say(
        f"{ENGLISH} She met Lidia Vetlugorskaya, who told her of it. {ENGLISH}\n"
        "I, Nora Feldmann, certify that I am competent to translate from Russian.\nTelephone: +1 212 555 0142",
        language="en", translation_of=original, title="Translation",
    )  # fmt: skip
    plain = say(
        f"Lidia Vetlugorskaya told her of it. {ENGLISH} {ENGLISH}\nI am competent to translate this document.",
        language="en", kind="translation", translation_of=original, title="Another",
    )  # fmt: skip
    paper = say("Certificate of translation. Lidia Vetlugorskaya.", language="en", kind="certificate", title="Paper")
    birth = say("Certificate of birth. Lidia Vetlugorskaya.", language="en", kind="certificate", title="Birth")
    exhibit_notes.choose(vault, case.id, Choices(certificates={paper: plain}))
    redacting.make(vault, case.id, accept_weak_jail=vaults.WEAK_JAIL)
    masked = {one for one in codes(vault, case) if one[0] == "certificate-masked"}
    assert masked == set()
    vaults.accept_all(vault, case.id)
    labels = {one.item.id: one.label for one in exhibit_list.arranged(vault, case.id, items.of_case(vault, case.id))}
    found = [one for one in warned(vault, case) if one.code == "certificate-masked"]
    assert {one.labels[0] for one in found} == {labels[own], labels[paper]}
    assert labels[birth] not in {one.labels[0] for one in found}
    assert {one.page for one in found} == {1}
    assert "reject those findings" in found[0].text
    assert "Feld" not in found[0].text


def test_how_it_is_described_and_labelled(vault: UnlockedVault, case: Case, say: Say) -> None:
    first, second, third = (say(f"{ENGLISH} {n * n}", language="en", title=t)
                            for n, t in enumerate(("Повестка", "Summons", "")))  # fmt: skip
    assert {(one.code, *one.labels) for one in warned(vault, case) if "desc" in one.code} == {
        ("description-language", "A"), ("no-description", "C"),
    }  # fmt: skip
    assert "description-language" not in {one.code for one in warned(vault, case, target="ru") if "A" in one.labels}

    court = recipients.add(vault, "court", "Court").id

    def copied(bundle: str, *of: str, state: str = "") -> None:
        puts = [Put(Copy(bundle, case.id, "age", b"8" * 8, of, tuple("ABC"[: len(of)]), (), (), b"", "", "", 1, 0))]
        if state:
            puts.append(Put(Disclosure(bundle, case.id, court, "2026-03-01T10:00:00Z", b"", 1, "", "lawyer",
                                       "filing", "none", state, b"{}")))  # fmt: skip
        vault.commit([Change("bundle.packet", case.id, puts, object_id=bundle)])

    copied("B-4N8TVQ2WX", first, second, state="handed-over")
    copied("B-7K3Q9M2XR", first, third, state="void")
    assert "label-changed" not in {one.code for one in warned(vault, case)}
    exhibit_notes.choose(vault, case.id, Choices(order=[third, second]))
    (found,) = [one for one in warned(vault, case) if one.code == "label-changed"]
    assert found.labels == ("A",)
    assert found.text.endswith(": B-4N8TVQ2WX")
    # A packet that is in no ledger may have left too.
    copied("B-6P3ZK8RYA", first, third)
    assert {one for one in codes(vault, case) if one[0] == "label-changed"} == {
        ("label-changed", "A"), ("label-changed", "B"),
    }  # fmt: skip


def test_a_language_is_proposed_and_not_noted(vault: UnlockedVault, case: Case, say: Say) -> None:
    ukrainian = (
        "Заявницю викликали до відділу і тримали там дві доби без жодних паперів. Їй не сказали, у чому справа, а "
        "мати чекала на вулиці, поки її не відпустили."
    )
    chechen = "Со цига яхара, амма цуьнга хIумма а ца элира цара, ткъа нана арахь лаьтташ Iийра, иза араялийтталц."
    for text in (RUSSIAN, ENGLISH * 2, ukrainian, chechen, GERMAN, "Да"):
        say(text)
    say(RUSSIAN, language="ce")
    looked = exhibit_checks.look(vault, case.id)
    assert list(looked.languages) == ["ru", "en", "uk", "", "", "", ""]
    assert {one.item.language for one in looked.placed} == {"", "ce"}
