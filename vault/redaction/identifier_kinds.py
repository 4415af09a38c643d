"""The kinds of identifiers: what each looks like, its checksum, and the words that must stand near it.

Compiled from public descriptions of Russian and American documents. A pattern's group `id`, where it has one, is
the identifier itself. `gate` is a cheap test that a text must pass before the pattern runs over it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .dates import DATE


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind; `category` is what a label says, `context` None when the shape alone is enough."""

    category: str
    label: str
    pattern: re.Pattern[str]
    check: str | None = None
    context: re.Pattern[str] | None = None
    gate: re.Pattern[str] | None = None
    sure: bool = True


def _kind(
    category: str, label: str, pattern: str, *, check: str | None = None, context: str | None = None,
    gate: str | None = None, sure: bool = True, flags: int = 0,
) -> Kind:  # fmt: skip
    return Kind(
        category, label, re.compile(pattern, flags), check,
        re.compile(context, re.IGNORECASE) if context else None, re.compile(gate) if gate else None, sure,
    )  # fmt: skip


_NO_DIGIT_BEFORE = r"(?<![\d.,])(?<!\d[ \-])"
_NO_DIGIT_AFTER = r"(?![\d])(?![.,]\d)"
_SEP = r"[ \-\u00a0]?"
_BIRTH = r"рожд|родил|г\.\s?р\b|д\.\s?р\b|уроже|\bborn\b|\bbirth|\bDOB\b|d\.o\.b|b\.\s?\d|народи|нарадж"
r"|туғилган|geboren|\bné[e]?\b"
_STREET_TYPES = (
    r"(?:ул(?:ица|ицы|ице|ицу|\.)|пр(?:осп(?:ект(?:а|е|у)?|\.)|-т\.?|-кт\.?)|пер(?:еул(?:ок|ка|ке)|\.)"
    r"|бульвар[ае]?|б-р\.?"
    r"|шоссе|ш\.|наб(?:ережн(?:ая|ой)|\.)|пл(?:ощад[ьи]|\.)|проезд[ае]?|пр-д|тупик[ае]?|аллея|аллее|аллеи"
    r"|мкр\.?|микрорайон[ае]?"
    r"|кв-л|квартал[ае]?)"
)
_HOUSE = r"(?:,?[ \u00a0]?(?:д(?:ом[ае]?|\.)[ \u00a0]?)?\d{1,4}[а-яА-Яa-zA-Z]?(?:[/\-]\d{1,4}[а-яА-Я]?)?)"
_FLAT = (
    r"(?:,?[ \u00a0]?(?:корп(?:ус|\.)|к\.|стр(?:оение|\.)|лит(?:ер|\.))[ \u00a0]?[\dА-Яа-я]{1,4})?"
    r"(?:,?[ \u00a0]?(?:кв(?:артира|артиры|артире|\.)?|оф(?:ис|\.)|комн(?:ата|\.)|помещение)[ \u00a0]?\d{1,4})?"
)
_STREET_NAME = r"(?:\d{1,3}(?:-?[а-я]{1,3})?[ \u00a0])?[А-ЯЁ][\w\-]{1,30}(?:[ \u00a0][А-ЯЁ\d][\w\-]{0,30}){0,3}"
_US_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace"
    r"|Parkway|Pkwy"
    r"|Highway|Hwy|Way|Circle|Broadway|Crescent|Close)\b\.?"
)
_SITES = (
    r"(?:vk\.com|vkontakte\.ru|ok\.ru|t\.me|telegram\.me|instagram\.com|facebook\.com|fb\.com|fb\.me"
    r"|twitter\.com|x\.com"
    r"|tiktok\.com|youtube\.com|youtu\.be|linkedin\.com|threads\.net|livejournal\.com|github\.com|wa\.me"
    r"|odnoklassniki\.ru"
    r"|my\.mail\.ru|pikabu\.ru|medium\.com|soundcloud\.com|reddit\.com)"
)
_PLATE = "АВЕКМНОРСТУХABEKMHOPCTYX"

KINDS: tuple[Kind, ...] = (
    _kind(
        "EMAIL",
        "mail address",
        r"(?<![\w.+\-])[\w][\w.+\-]{0,63}@[\w][\w\-]{0,62}(?:\.[\w][\w\-]{0,62}){1,5}",
        gate="@",
    ),
    _kind(
        "EMAIL",
        "mail address, spelled out",
        r"(?<![\w.+\-])[\w][\w.+\-]{0,63}[ ]{0,2}[\[({](?:at|собака|эт|@)[\])}][ ]{0,2}[\w][\w\-]{0,62}"
        r"(?:(?:\.|[ ]?[\[({](?:dot|точка)[\])}][ ]?)[\w][\w\-]{0,62}){1,4}",
        flags=re.IGNORECASE,
        gate=r"[\[({]",
    ),
    _kind(
        "URL",
        "address of a profile or page",
        rf"(?:https?://)?(?:[\w\-]{{1,30}}\.)?\b{_SITES}/[^\s<>\"'»)\]]{{2,300}}",
        flags=re.IGNORECASE,
        gate=r"\.\w",
    ),
    _kind("URL", "web address", r"\bhttps?://[^\s<>\"'»)\]]{4,500}", flags=re.IGNORECASE, gate="(?i)http"),
    _kind(
        "URL",
        "personal page",
        r"(?<![\w.])[a-z0-9\-]{3,40}\.(?:livejournal\.com|blogspot\.com|wordpress\.com|narod\.ru|ucoz\.ru"
        r"|tumblr\.com)",
        flags=re.IGNORECASE,
        gate=r"\.\w",
    ),
    _kind("HANDLE", "handle", r"(?<![\w.@/])@[A-Za-zА-Яа-я_][\w.]{2,40}(?<!\.)(?!@)", gate="@"),
    _kind(
        "HANDLE",
        "handle",
        r"(?<![\w.])(?P<id>[a-zA-Z][\w.\-]{3,40})",
        context=r"(?:ник(?:нейм)?|логин|аккаунт|скайп|skype|telegram|телеграм|instagram|инстаграм|username"
        r"|user name"
        r"|screen name|handle|nickname)[:\s«\"@]{1,4}$",
        gate=r"(?i)ник|логин|акка|скайп|skype|gram|грам|name"
        r"|handle",
        sure=False,
    ),
    _kind("IP", "IP address", r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\d)(?!\d)", check="ip", gate=r"\d\.\d"),
    _kind(
        "IP", "IPv6 address", r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){3,7}(?::?[0-9a-fA-F]{1,4}){1,4}(?![\w:])", gate=":"
    ),
    _kind("DEVICE", "hardware address", r"(?<![\w:])[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}(?![\w:])", gate="[:-]"),
    _kind("DEVICE", "IMEI", r"(?<!\d)\d{15}(?!\d)", check="luhn", context=r"\bIMEI\b|ИМЕИ"),
    _kind(
        "COORDINATES",
        "coordinates",
        r"(?<![\d.])-?\d{1,2}\.\d{4,8}°?(?:[ ]?[NS])?,?[ ]{0,2}-?\d{1,3}\.\d{4,8}(?:°?[ ]?[EWВЗ]\b)?(?![\d.]\d)",
        gate=r"\d\.\d",
    ),
    _kind(
        "COORDINATES",
        "coordinates",
        r"\d{1,3}[°º][ ]?\d{1,2}['′][ ]?(?:\d{1,2}(?:[.,]\d{1,4})?[\"″]?)?[ ]?(?:[NSсю]\.?(?:[ ]?ш\.?)?)?,?[ ]{0,2}"
        r"\d{1,3}[°º][ ]?\d{1,2}['′][ ]?(?:\d{1,2}(?:[.,]\d{1,4})?[\"″]?)?[ ]?(?:[EWвз]\.?(?:[ ]?д\.?)?)?",
        gate="[°º]",
    ),
    _kind(
        "BANK_CARD",
        "bank card",
        rf"{_NO_DIGIT_BEFORE}[2-6]\d{{3}}(?:[ \-]\d{{4}}){{3}}{_NO_DIGIT_AFTER}",
        check="luhn",
    ),
    _kind(
        "BANK_CARD",
        "bank card",
        r"(?<!\d)[2-6]\d{15,18}(?!\d)",
        check="luhn",
        context=r"\bкарт[аыуео]|\bcard\b|visa|mastercard|сбер|тинькофф|перевод",
    ),
    _kind("BANK_ACCOUNT", "IBAN", r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b", check="iban"),
    _kind(
        "BANK_ACCOUNT",
        "account",
        r"(?<!\d)(?:40|42|45)\d{18}(?!\d)",
        context=r"сч[её]т|р/с|р/сч|account"
        r"|реквизит",
    ),
    _kind("COURT_UID", "court's unique number", r"\b\d{2}[A-ZА-Я]{2}\d{4}-\d{2}-\d{4}-\d{6}-\d{2}(?!\d)", gate="-"),
    _kind(
        "COURT_CASE",
        "court case",
        r"(?<![\d/\-])(?:0?[1-9]|1[0-9])[аА]?(?:/\d{1,2})?-\d{1,6}(?:/\d{1,3})?/(?:20)?\d{2}(?![\d/])",
        context=r"дел[оауе]|производств|№|case",
        gate="/",
    ),
    _kind("COURT_CASE", "case of the Supreme Court", r"\b\d{1,2}-[А-Я]{2,4}\d{2}-\d{1,5}(?:-[А-Я]\d)?\b", gate="-"),
    _kind("COURT_CASE", "arbitration case", r"\b[АA]\d{2}-\d{1,6}/(?:20)?\d{2}(?!\d)", gate="/"),
    _kind(
        "COURT_CASE",
        "application number",
        r"(?<![\d/])\d{3,6}/\d{2}(?![\d/])",
        context=r"\bapplications?\b|\bapp\. ?no|\bжалоб",
        gate="/",
    ),
    _kind("CRIMINAL_CASE", "criminal case", r"(?<!\d)[1-4]\d{16}(?!\d)", context="уголовн|дел[оауе]|criminal|case"),
    _kind("CRIMINAL_CASE", "register of reported crimes", r"КУСП\s{0,3}(?:№|N)?\s{0,3}\d{1,6}", gate="КУСП"),
    _kind("FINE", "fine's number", r"(?<!\d)188\d{17}(?!\d)", context="УИН|постановлени|штраф"),
    _kind("PLATE", "number plate", rf"(?<!\w)[{_PLATE}]\s?\d{{3}}\s?[{_PLATE}]{{2}}\s?\d{{2,3}}(?!\w)"),
    _kind(
        "PHONE",
        "phone",
        r"(?<![\d+\w])(?:\+7|8"
        r"|7)[\s\-\u00a0]?\(?[3489]\d{2}\)?[\s\-\u00a0]?\d{3}[\s\-\u00a0]?\d{2}[\s\-\u00a0]?\d{2}(?!\d)",
    ),
    _kind(
        "PHONE",
        "phone abroad",
        r"(?<![\w+])\+[1-9]\d{0,2}[\s\-.\u00a0]{0,2}\(?\d{1,4}\)?(?:[\s\-.\u00a0]?\d{2,4}){2,4}(?!\d)",
        gate=r"\+",
    ),
    _kind("PHONE", "phone", r"(?<![\w+\-])\(?[2-9]\d{2}\)?[ \-.]\d{3}[\-.]\d{4}(?![\d\-])"),
    _kind(
        "PHONE",
        "phone",
        r"(?<![\d\w])\(?\d{3,5}\)?[ \-]{0,2}\d{1,3}[ \-]?\d{2}[ \-]?\d{2}(?!\d)",
        context=r"(?:тел(?:ефон[а-я]{0,3})?|моб|факс|phone|tel|mobile|cell|fax|whatsapp|ватсап|viber"
        r"|signal)[\s.:№]{1,4}$",
    ),
    _kind(
        "PASSPORT",
        "passport",
        rf"{_NO_DIGIT_BEFORE}\d{{2}}[ \-]?\d{{2}}[ №N\-]{{0,4}}\d{{6}}{_NO_DIGIT_AFTER}",
        context=r"паспорт|серия|серии|passport|документ,? удостовер",
    ),
    _kind(
        "PASSPORT",
        "passport for travel",
        rf"{_NO_DIGIT_BEFORE}\d{{2}}[ \-№N]{{0,4}}\d{{7}}{_NO_DIGIT_AFTER}",
        context="заграничн|загранпаспорт|паспорт|passport",
    ),
    _kind("PASSPORT", "passport abroad", r"\b[A-Z]{1,2}[ ]?\d{6,8}\b", context=r"passport|паспорт"),
    _kind(
        "TAX_NUMBER",
        "ИНН",
        r"(?<!\d)(?:\d{12}|\d{10})(?!\d)",
        check="inn",
        context=r"\bИНН\b|\bINN\b|налогоплат|taxpayer",
    ),
    _kind("TAX_NUMBER", "ИНН of a person", r"(?<![\d\-])\d{12}(?![\d\-])", check="inn", sure=False),
    _kind("SNILS", "СНИЛС", r"(?<!\d)\d{3}-\d{3}-\d{3}[\- ]\d{2}(?!\d)", check="snils"),
    _kind(
        "SNILS",
        "СНИЛС",
        r"(?<!\d)\d{3}[\- ]?\d{3}[\- ]?\d{3}[\- ]?\d{2}(?!\d)",
        check="snils",
        context="СНИЛС|страхов|SNILS|пенсионн",
    ),
    _kind(
        "COMPANY_NUMBER", "ОГРН", r"(?<!\d)(?:\d{15}|\d{13})(?!\d)", check="ogrn", context=r"ОГРН|OGRN|регистрационн"
    ),
    _kind(
        "DRIVING_LICENCE",
        "driving licence",
        rf"{_NO_DIGIT_BEFORE}\d{{2}}[ ]?[\dА-Я]{{2}}[ №]{{0,3}}\d{{6}}{_NO_DIGIT_AFTER}",
        context=r"водитель"
        r"ск|в/у\b|права\b",
    ),
    _kind(
        "CERTIFICATE",
        "civil status certificate",
        r"\b[IVXLC1УХ]{1,6}-[А-Я]{2}\s{0,3}(?:№|N)?\s{0,3}\d{6}(?!\d)",
        context="свидетельств|загс|актов",
        gate="-",
    ),
    _kind("MILITARY_ID", "military card", r"(?<!\w)[А-Я]{2}\s{0,3}(?:№|N)?\s{0,3}\d{7}(?!\d)", context="военн"),
    _kind("HEALTH_INSURANCE", "health insurance", r"(?<!\d)\d{16}(?!\d)", check="luhn", context=r"полис|\bОМС\b"),
    _kind(
        "A_NUMBER",
        "alien number",
        r"\bA[\s#\-]{0,2}(?:\d{3}[\- ]?\d{3}[\- ]?\d{3}|\d{2}[\- ]?\d{3}[\- ]?\d{3})(?!\d)",
    ),
    _kind(
        "A_NUMBER",
        "alien number",
        r"(?<!\d)(?<!\d-)\d{3}-\d{3}-\d{3}(?![\d\-])",
        context=r"\bA[- ]?(?:#|No|Num)|alien|USCIS ?#",
    ),
    _kind(
        "RECEIPT",
        "immigration receipt",
        r"\b(?:IOE|EAC|WAC|LIN|SRC|MSC|NBC|YSC|VSC|CSC|NSC|TSC|MRC|MCT)[\- ]?\d{2}[\- ]?\d{3}[\- ]?\d{5}(?!\d)",
    ),
    _kind("RECEIPT", "online account", r"(?<!\d)\d{12}(?!\d)", context=r"online account|\bOAN\b"),
    _kind("RECEIPT", "card number", r"\b[A-Z]{3}\d{10}\b", context=r"card\s{0,2}#|card n|\bEAD\b|I-766|I-551"),
    _kind("I94", "admission number", r"(?<![\w])\d{9}[A-Z0-9]\d(?!\w)", context="I-94|admission"),
    _kind("SSN", "social security number", r"(?<![\d\-])\d{3}[\- ]\d{2}[\- ]\d{4}(?![\d\-])", check="ssn"),
    _kind("SSN", "social security number", r"(?<!\d)\d{9}(?!\d)", context=r"\bSSN\b|social security"),
    _kind("SSN", "taxpayer number", r"(?<![\d\-])9\d{2}[\- ](?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[\- ]\d{4}(?![\d\-])"),
    _kind(
        "SSN",
        "taxpayer number",
        r"(?<!\d)9\d{2}(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}(?!\d)",
        context=r"\bI?TIN\b|taxpayer",
    ),
    _kind("DHS_NUMBER", "fingerprint number", r"(?<!\d)\d{8,12}(?!\d)", context=r"\bFINS?\b\s{0,2}(?:#|No)?"),
    _kind("DHS_NUMBER", "event number", r"\b[A-Z]{3}\d{10}\b", context=r"Event\s{0,2}(?:No|#|number)"),
    _kind("DRIVING_LICENCE", "driving licence", r"\b[A-Z]?\d{7,13}\b", context=r"driver'?s?\s+licen[cs]e|\bDL\b"),
    _kind("BIRTH_DATE", "date of birth", DATE, context=_BIRTH),
    _kind(
        "BIRTH_DATE",
        "year of birth",
        r"(?<!\d)(?:19|20)\d{2}(?=\s?(?:г(?:од[а-я]{0,2})?\.?\s?(?:р(?:\.|ожд)|рожд)))",
        gate="р",
    ),
    _kind(
        "BIRTH_DATE",
        "year of birth",
        r"(?:\bborn in |\bродил(?:ся|ась) в |рождения[: ]{1,2})(?P<id>(?:19|20)\d{2})\b",
        flags=re.IGNORECASE,
    ),
    _kind("ADDRESS", "address", rf"\b{_STREET_TYPES}[ \u00a0]{{0,2}}{_STREET_NAME}(?:{_HOUSE}{_FLAT})?"),
    _kind("ADDRESS", "address", rf"(?<!\w){_STREET_NAME}[ \u00a0]{_STREET_TYPES}(?!\w){_HOUSE}{_FLAT}"),
    _kind(
        "ADDRESS",
        "address",
        r"\bд(?:ом[ае]?|\.)[ \u00a0]?\d{1,4}[а-яА-Я]?,?[ \u00a0]{0,2}"
        r"(?:корп(?:ус|\.)[ \u00a0]?\d{1,3},?[ \u00a0]{0,2})?кв(?:артира|артире|артиры|\.)[ \u00a0]?\d{1,4}",
    ),
    _kind(
        "ADDRESS",
        "address",
        rf"\b\d{{1,6}}[A-Za-z]?[ ](?:[NSEW]\.?[ ])?(?:[A-Z][\w.'\-]{{1,30}}[ ]){{1,3}}{_US_STREET}"
        r"(?:,?[ ](?:Apt|Apartment|Unit|Suite|Ste|Fl|Floor|#)\.?[ ]?#?\w{1,6})?"
        r"(?:,[ ][A-Z][\w.'\- ]{2,30})?(?:,[ ][A-Z]{2}[ ]\d{5}(?:-\d{4})?)?",
    ),
    _kind("ADDRESS", "postal code", r"(?<![\d.,])[1-6]\d{5}(?=,[ ]?(?:г\.|[А-ЯЁ][а-яё]|Росс))"),
)
