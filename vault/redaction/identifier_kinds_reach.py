"""How somebody is reached and when they were born: telephones, dates of birth."""

from __future__ import annotations

import re

from .dates import (
    DATE,
    DATE_IN_WORDS,
    DAY_OF_MONTH_EN,
    DAY_OF_MONTH_RU,
    MONTH_OF_YEAR_EN,
    MONTH_OF_YEAR_RU,
    YEAR_IN_WORDS,
)
from .identifier_kind import Kind, kind

_GAP = r"[\s\-.()/]{0,3}"
_PHONE_WORD = (
    r"(?:тел(?:ефон[а-я]{0,3})?|моб(?:ильн[а-я]{2,3})?|сот(?:ов[а-я]{2,3})?|факс|номер(?:[ау]|ом)? телефона"
    r"|звони[а-я]{1,4}|набра[а-я]{1,3}"
    r"|phone(?: number)?|tel(?:ephone)?|mobile|cell|fax|call(?:ed)?|whatsapp|ватсап|вотсап|вацап|viber|вайбер"
    r"|signal|сигнал)"
)
# Neighbours, and where people flee to.
_COUNTRY_CODES = (
    r"(?:995|374|998|996|992|993|994|976|90|48|49|380|375|373|371|370|372|44|33|34|39|30|31|32|41|43|45|46|47|420"
    r"|421|40|359|358"
    r"|381|382|385|386|387|972|971|964|98|61|1)"
)
COUNTRY_CODE = re.compile(_COUNTRY_CODES)
_SPOKEN = (
    r"(?:ноль|нуль|один|одна|два|две|три|четыре|пять|шесть|семь|восемь|девять|десять|(?:один|две|три|четыр|пят|шест"
    r"|сем|восем|девят)"
    r"надцать|двадцать|тридцать|сорок|пятьдесят|шестьдесят|семьдесят|восемьдесят|девяносто|сто|двести|триста"
    r"|четыреста"
    r"|(?:пять|шесть|семь|восемь|девять)сот|плюс|zero|oh|one|two|three|four|five|six|seven|eight|nine|plus|double"
    r"|triple)"
)
_LEAST_SPOKEN = 5

_BORN = (
    r"рожд|родил|рожен|рожен|г\.\s?р\b|д\.\s?р\b|\bд/р\b|\bг/р\b|уроже|народи|народж|нарадз|нараджэ|туғилган"
    r"|tug.ilgan|туылған|туған"
    r"|\bborn\b|\bbirth|\bDOB\b|d\.o\.b|b\.\s?d\.|geb(?:oren|\.)|\bné[e]?\b|naissance|urodz|doğum|dogum|ծնվ|დაბად"
)
# The words stand just before the date, no other number between, or just after it.
_BORN_BEFORE = rf"(?:{_BORN})[^\d\n]{{0,45}}\n?[^\d\n]{{0,12}}$"
_BORN_AFTER = (
    r"^[\s,(]{0,3}(?:г(?:од[ау]?)?\.?[\s,]{0,2})?(?:р\.|рожд|г\.?\s?р|д\.?\s?р|родил"
    r"|\(?(?:date of birth|DOB|d\.o\.b))"
)

# Telephones without a plus or a word beside them must be grouped as telephones are.
_APART = r"[\s\-.()/]{1,3}"
_RUSSIAN = rf"(?<![\d+\w])(?:\+[ ]?7|8|7){_GAP}[3489]\d{{2}}"

REACH: tuple[Kind, ...] = (
    kind("PHONE", "phone", rf"{_RUSSIAN}{_GAP}\d{{3}}{_GAP}\d{{2}}{_GAP}\d{{2}}(?!\d)(?![.,]\d)"),
    kind("PHONE", "phone", rf"{_RUSSIAN}{_APART}\d{{2}}{_APART}\d{{2}}{_APART}\d{{3}}(?!\d)(?![.,]\d)"),
    kind("PHONE", "phone, its digits apart", r"(?<![\w+])\+?[78](?:[ ]\d){10}(?!\d)", sure=False),
    kind(
        "PHONE",
        "phone abroad",
        r"(?<![\w+])\+[ ]?[1-9]\d{0,2}[\s\-.]{0,2}(?:\(\d{1,5}\)|\d{1,5})(?:[\s\-./]{0,2}\d{1,4}){2,5}(?!\d)",
        gate=r"\+",
    ),
    kind("PHONE", "phone abroad", r"(?<![\w+])\+[ ]?[1-9]\d{7,14}(?!\d)", gate=r"\+"),
    kind(
        "PHONE",
        "phone abroad",
        rf"(?<![\w+.,])00[ ]?{_COUNTRY_CODES}[\s\-.]{{1,2}}\(?\d{{1,5}}\)?(?:[\s\-./]?\d{{2,4}}){{2,4}}(?!\d)",
        gate="00",
    ),
    kind("PHONE", "phone", r"(?<![\w+\-])(?:1[ .\-])?\(?[2-9]\d{2}\)?[ \-.]{1,2}\d{3}[\-.]\d{4}(?![\d\-])"),
    kind(
        "PHONE",
        "phone of Ukraine",
        rf"(?<![\w+\-.])\(?0(?:39|50|63|66|67|68|73|9[1-9]){_APART}\d{{3}}{_APART}\d{{2}}{_GAP}\d{{2}}(?!\d)"
        rf"(?![.,]\d)",
        sure=False,
    ),
    kind(
        "PHONE",
        "phone",
        r"(?<![\w+])\+?\(?\d{1,5}\)?(?:[ \-./]{0,2}\(?\d{1,7}\)?){1,6}(?!\d)",
        context=rf"(?<!\w){_PHONE_WORD}\.?(?:[ ]?\([^()\d]{{1,20}}\))?[\s:№\-–—=+]{{0,4}}$",
    ),
    kind(
        "PHONE",
        "phone, in words",
        rf"(?<!\w)(?:{_SPOKEN}[ ,.\-]{{1,3}}){{{_LEAST_SPOKEN},24}}{_SPOKEN}(?!\w)(?![ ](?:тысяч|миллион|thousand"
        rf"|hundred))",
        flags=re.IGNORECASE,
        ask=True,
    ),
)


def _births() -> tuple[Kind, ...]:
    months = f"{MONTH_OF_YEAR_RU}|{MONTH_OF_YEAR_EN}|{DAY_OF_MONTH_RU}|{DAY_OF_MONTH_EN}"
    any_date = rf"(?:{DATE}|{DATE_IN_WORDS}|{months}|{YEAR_IN_WORDS})"
    year = r"(?<![\d.,/\-])(?:19|20)\d{2}(?![\d/\-])(?!\.\d)(?:[ ]?г(?:\.|од[ау]?)?(?!\w))?"
    return (
        kind("BIRTH_DATE", "date of birth", any_date, context=_BORN_BEFORE, after=_BORN_AFTER, flags=re.IGNORECASE),
        kind("BIRTH_DATE", "year of birth", year, context=_BORN_BEFORE, after=_BORN_AFTER),
        kind(
            "BIRTH_DATE",
            "year of birth",
            r"(?<!\d)(?:19|20)?\d{2}(?=\s?(?:г(?:од[а-я]{0,2})?\.?\s?(?:р\.|р\b|рожд)))",
            gate="р",
        ),
    )


BIRTHS = _births()
