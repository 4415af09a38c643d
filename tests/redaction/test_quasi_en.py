"""English rules for what narrows somebody down: each form, and what only looks like it."""

from __future__ import annotations

import growth
import pytest

from vault.redaction import quasi_en


def found(text: str, category: str) -> list[str]:
    return sorted({text[span.start : span.end] for span in quasi_en.find(text) if span.category == category})


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("on 3 March 2019 he", "3 March 2019"),
        ("on 3rd of March, 2019 he", "3rd of March, 2019"),
        ("on 10 and 12 March 2001 he", "10 and 12 March 2001"),
        ("on March 3, 2019 he", "March 3, 2019"),
        ("on Mar. 3rd he", "Mar. 3rd"),
        ("in March 2019 he", "March 2019"),
        ("this 14th day of March, 2024", "this 14th day of March, 2024"[5:]),
        ("born in 1984.", "1984"),
        ("from 1994-1996 she", "1994-1996"),
        ("in the summer of 1998 she", "summer of 1998"),
        ("in the 1970s she", "1970s"),
        ("expires 03/2027.", "03/2027"),
        ("ON 3 MARCH 2019 HE", "3 MARCH 2019"),
        ("at 9.30 a.m. sharp", "9.30 a.m."),
        ("at 18:45 sharp", "18:45"),
        ("he came on Friday.", "on Friday"),
        ("on Christmas Eve they", "Christmas Eve"),
        ("until the 12th.", "the 12th"),
    ],
)
def test_dates(text: str, date: str) -> None:
    assert date in found(text, "DATE")


@pytest.mark.parametrize(
    "text",
    [
        "the Act of 1998",
        "the 1998 Act",
        "under Law 1998/12",
        "it cost 1984 euros",
        "he may 5",
        "room 12.30.4",
        "1,984 men",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert not [piece for piece in found(text, "DATE") if "19" in piece]


@pytest.mark.parametrize(
    ("text", "category", "piece"),
    [
        ("a 33-year-old man", "AGE", "33-year-old"),
        ("he was ten years old", "AGE", "ten years old"),
        ("less than eighteen years of age", "AGE", "eighteen years of age"),
        ("aged twenty-two", "AGE", "aged twenty-two"),
        ("Huseynov, 36, who runs", "AGE", "Huseynov, 36"),
        ("a woman in her late forties", "AGE", "in her late forties"),
        ("with my elder brother Adam", "KINSHIP", "my elder brother"),
        ("they have three children", "KINSHIP", "three children"),
        ("Wife: Malika", "KINSHIP", "Wife"),
        ("a Turkish national", "NATIONALITY", "Turkish national"),
        ("of Uzbek origin", "NATIONALITY", "Uzbek origin"),
        ("the Hazara people", "NATIONALITY", "Hazara"),
        ("she is an Ahmadi", "FAITH", "Ahmadi"),
        ("a primary school teacher from Osh", "PROFESSION", "primary school teacher"),
        ("the applicant, a lawyer, said", "PROFESSION", "lawyer"),
        ("he was a retired colonel", "PROFESSION", "retired colonel"),
        ("she worked as a seam welder", "PROFESSION", "seam welder"),
        ("enrolled at a vocational high school", "EDUCATION", "vocational high school"),
        ("a degree in computer science", "EDUCATION", "degree in computer science"),
        ("she studied chemistry at the university", "EDUCATION", "chemistry"),
        ("Born in the village of Ashagi Oba", "BIRTHPLACE", "Ashagi Oba"),
        ("he lives in Osh", "RESIDENCE", "Osh"),
        ("at 14 Mill Lane in", "RESIDENCE", "14 Mill Lane"),
        ("AT 14B OLD MILL ROAD IN", "RESIDENCE", "14B OLD MILL ROAD"),
        ("diagnosed with paranoid schizophrenia", "HEALTH", "paranoid schizophrenia"),
        ("calcifying periarthritis of", "HEALTH", "calcifying periarthritis"),
        ("a fracture of the left kneecap", "HEALTH", "fracture of the left kneecap"),
        ("she is pregnant", "HEALTH", "pregnant"),
        ("he suffers from severe migraine attacks", "HEALTH", "severe migraine attacks"),
        ("a rare kidney disease was", "HEALTH", "rare kidney disease"),
        ("I am a freelance illustrator and", "PROFESSION", "freelance illustrator"),
        ("because he is gay", "STANDING", "gay"),
        ("a member of the banned workers party", "STANDING", "member of the banned workers party"),
        ("held for three years and two months", "DATE", "three years and two months"),
        ("a fine of TRL 30,000,000 was", "QUANTITY", "TRL 30,000,000"),
        ("12,355.61 Turkish liras (TRY) were", "QUANTITY", "12,355.61 Turkish liras (TRY)"),
        ("about five hundred euros", "QUANTITY", "about five hundred euros"),
        ("paid $4,500 to", "QUANTITY", "$4,500"),
        ("a rating of 50 to 79% was", "QUANTITY", "50 to 79%"),
        ("at 26 km/h over", "QUANTITY", "26 km/h"),
        ("with sixteen other persons", "QUANTITY", "sixteen other persons"),
        ("to two years and one month's imprisonment", "QUANTITY", "two years and one month's"),
        ("plots nos. 260, 45 and 119/5 were", "NUMBER", "260, 45 and 119/5"),
        ("in room 1204 of", "NUMBER", "1204"),
        ("the newspaper “Red Dawn” printed", "MISC", "“Red Dawn”"),
    ],
)
def test_each_kind(text: str, category: str, piece: str) -> None:
    assert piece in found(text, category)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("represented by Mr Roe, a lawyer practising in Leeds", "PROFESSION"),
        ("the judge and the prosecutor agreed", "PROFESSION"),
        ("this is an important matter", "PROFESSION"),
        ("it was a danger to the other", "PROFESSION"),
        ("polish the table", "NATIONALITY"),
        ("the doctor's diagnosis and prognosis", "HEALTH"),
        ("Law no. 4616 and Protocol No. 11", "NUMBER"),
        ("see Article 6 and section 23", "NUMBER"),
        ("two of the three judges", "QUANTITY"),
        ("within ten days", "QUANTITY"),
        ("Mr A., 12 Angry Men", "AGE"),
    ],
)
def test_what_narrows_nobody_down(text: str, category: str) -> None:
    assert found(text, category) == []


def test_no_span_is_empty() -> None:
    text = "He worked as a cook, studied law at a school, aged 20, of 3 May 1990, no. 12, 5% and lives in Osh."
    assert all(0 <= span.start < span.end <= len(text) for span in quasi_en.find(text))


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "a ",
        "Aa ",
        "12,",
        "12/",
        "1 and ",
        "one hundred ",
        "of the ",
        "school ",
        "no. 1, ",
        "“",
        "1990-",
        "March ",
        "A.",
        " " * 9,
    ],
)
def test_time_grows_with_the_length(piece: str) -> None:
    growth.assert_linear(lambda count: quasi_en.find(piece * count), 750)
