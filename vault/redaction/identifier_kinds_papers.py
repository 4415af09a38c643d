"""Russian papers and numbers: passports, tax, insurance, courts, licences, units, prisons."""

from __future__ import annotations

import re

from .identifier_kind import ALONE_AFTER, NO_DIGIT_AFTER, NO_DIGIT_BEFORE, NUMBER_SIGN, Kind, kind

_PLATE = "АВЕКМНОРСТУХABEKMHOPCTYX"
_CAR = (
    r"автомоб|машин|гос\.?[ ]?номер|номерн|госзнак|г/н|\bгрз\b|г\.р\.з"
    r"|регистрационн|plate|\bcar\b|vehicle|мотоцикл|прицеп"
)
_PAPER = (
    r"(?:удостоверени[а-я]{1,2}|свидетельств[а-я]{1,2}|диплом[а-я]{0,2}|аттестат[а-я]{0,2}|справк[а-я]{1,2}"
    r"|договор[а-я]{0,2}"
    r"|полис[а-я]{0,2}|ордер[а-я]{0,2}|доверенност[а-я]{1,2}|лицензи[а-я]{1,2}|трудов[а-я]{2,3} книжк[а-я]{1,2}"
    r"|повестк[а-я]{1,2}"
    r"|карт[а-я]{1,2} пациента|истори[а-я]{1,2} болезни|медицинск[а-я]{2,3} карт[а-я]{1,2}"
    r"|амбулаторн[а-я]{2,3} карт[а-я]{1,2}"
    r"|выписк[а-я]{1,2}|протокол[а-я]{0,2}|заявлени[а-я]{1,2}|анкет[а-я]{1,2}|личн[а-я]{2,3} дел[а-я]{1,2}"
    r"|вид[а-я]{0,2} на жительство|разрешени[а-я]{1,2} на временное проживание|патент[а-я]{0,2}|пропуск[а-я]{0,2}"
    r"|визитк[а-я]{1,2}|виз[аыуе]|штамп[а-я]{0,2}|миграционн[а-я]{2,3} карт[а-я]{1,2}|ID|document|certificate|permit"
    r"|diploma|policy|licen[cs]e|badge|file|reference|ref|visa|stamp|summons|warrant|registration|patient)"
)

PAPERS: tuple[Kind, ...] = (
    kind("COURT_UID", "court's unique number", r"\b\d{2}[A-ZА-Я]{2}\d{4}-\d{2}-\d{4}-\d{6}-\d{2}(?!\d)", gate="-"),
    kind(
        "COURT_CASE",
        "court case",
        r"(?<![\d/\-])(?:0?[1-9]|1[0-9])[аАaA]?(?:/\d{1,2})?-\d{1,6}(?:/\d{1,3})?/(?:20)?\d{2}(?![\d/])",
        context=r"дел[оауе]|производств|№|case|суд|справа|спр\.",
        gate="/",
    ),
    kind(
        "COURT_CASE",
        "material of a court",
        r"(?<![\w/\-])[МM]-\d{1,6}/(?:20)?\d{2}(?![\d/])",
        context=r"дел[оауе]|материал|№|суд",
        gate="/",
    ),
    kind("COURT_CASE", "case of the Supreme Court", r"\b\d{1,2}-[А-Я]{2,4}\d{2}-\d{1,5}(?:-[А-Я]\d)?\b", gate="-"),
    kind("COURT_CASE", "arbitration case", r"\b[АA]\d{2}-\d{1,6}/(?:20)?\d{2}(?!\d)", gate="/"),
    kind(
        "CRIMINAL_CASE",
        "criminal case",
        r"(?<!\d)[1-4][ ]?\d{2}[ ]?\d{2}[ ]?\d{4}[ ]?\d{2}[ ]?\d{6}(?!\d)",
        context="уголовн|дел[оауе]|криміналь|criminal|case",
    ),
    kind(
        "CRIMINAL_CASE",
        "older criminal case",
        rf"(?:уголовн|criminal)[^\d\n]{{0,40}}(?<![\d.])(?P<id>\d{{5,9}}){ALONE_AFTER}",
        flags=re.IGNORECASE,
        gate=r"(?i)уголовн|criminal",
    ),
    kind(
        "CRIMINAL_CASE",
        "register of reported crimes",
        r"КУСП\s{0,3}(?:№|N)?\s{0,3}\d{1,6}(?:/\d{2,4})?",
        gate="(?i)КУСП",
        flags=re.IGNORECASE,
    ),
    kind("FINE", "fine's number", r"(?<!\d)188\d{17}(?!\d)", context="УИН|постановлени|штраф"),
    kind("PLATE", "number plate", rf"(?<!\w)[{_PLATE}]\s?\d{{3}}\s?[{_PLATE}]{{2}}\s?\d{{2,3}}(?!\w)"),
    kind(
        "PLATE", "number plate", rf"(?<!\w)[{_PLATE}]\d{{3}}[{_PLATE}]{{2}}[ ]?\d{{2,3}}(?!\w)", flags=re.IGNORECASE
    ),
    kind(
        "PLATE",
        "number plate",
        rf"(?<!\w)(?:[{_PLATE}]\s?\d{{3}}\s?[{_PLATE}]{{2}}|[{_PLATE}]{{2}}\s?\d{{3,4}}(?:\s?\d{{2,3}})?"
        rf"|\d{{4}}[{_PLATE}]{{2}}\d{{2,3}}|[{_PLATE}]\s?\d{{4}}\s?\d{{2,3}})(?!\w)",
        context=_CAR,
        flags=re.IGNORECASE,
    ),
    kind(
        "PLATE",
        "number plate abroad",
        r"(?<![\w\-])(?:[A-ZА-ЯІЇЄ]{2}[ \-]?\d{4}[ \-]?[A-ZА-ЯІЇЄ]{2}|\d{4}[ ]?[A-ZА-Я]{2}-\d"
        r"|[A-Z]{2}-?\d{3}-?[A-Z]{2}"
        r"|\d{2,3}[ ]?[A-Z]{2,3}[ ]?\d{2,4}|\d{2}[ ]?[A-Z][ ]?\d{3}[ ]?[A-Z]{2}"
        r"|[A-Z]{1,3}-[A-Z]{1,2}[ ]?\d{1,4})"
        r"(?![\w\-])",
        context=_CAR,
    ),
    kind("VIN", "vehicle's number", r"(?<!\w)[A-HJ-NPR-Z0-9]{17}(?!\w)", check="vin", sure=False, gate=r"[A-Z]"),
    kind(
        "VIN",
        "vehicle's number",
        r"(?<!\w)[A-HJ-NPR-Z0-9]{17}(?!\w)",
        check="mixed",
        context=r"\bVIN\b|\bВИН\b|кузов|шасси|chassis",
    ),
    kind(
        "PASSPORT",
        "passport",
        rf"{NO_DIGIT_BEFORE}\d{{2}}[ \-]?\d{{2}}[ №N\-,]{{0,4}}(?:номер"
        rf"|ном\.)?[ ]?\d{{3}}[ ]?\d{{3}}{NO_DIGIT_AFTER}",
        context=r"паспорт|серия|серии|passport|документ,? удостовер|пасп\.",
    ),
    kind(
        "PASSPORT",
        "passport for travel",
        rf"{NO_DIGIT_BEFORE}\d{{2}}[ \-№N]{{0,4}}\d{{7}}{NO_DIGIT_AFTER}",
        context="заграничн|загранпаспорт|паспорт|passport|вид на жительство|внж|residence permit",
    ),
    kind(
        "PASSPORT",
        "machine-readable zone",
        r"(?m)^[ ]{0,4}(?=[A-Z0-9< ]{0,60}<<)[A-Z0-9<][A-Z0-9< ]{27,60}$",
        gate="<<",
    ),
    kind(
        "TAX_NUMBER",
        "ИНН",
        r"(?<!\d)(?:\d{12}|\d{10})(?!\d)",
        check="inn",
        context=r"\bИНН\b|\bINN\b|налогоплат|taxpayer|\bTIN\b",
    ),
    kind(
        "TAX_NUMBER",
        "ИНН",
        r"(?<!\d)\d{2}[ \-]\d{2}[ \-]\d{6}(?:[ \-]\d{2})?(?!\d)",
        check="inn",
        context=r"\bИНН\b|\bINN\b|налогоплат",
    ),
    kind("TAX_NUMBER", "ИНН of a person", r"(?<![\d\-])\d{12}(?![\d\-])", check="inn", sure=False),
    kind("SNILS", "СНИЛС", r"(?<!\d)\d{3}-\d{3}-\d{3}[\- ]\d{2}(?!\d)", check="snils"),
    kind(
        "SNILS",
        "СНИЛС",
        r"(?<!\d)\d{3}[\- ]?\d{3}[\- ]?\d{3}[\- ]{0,2}\d{2}(?!\d)",
        check="snils",
        context="СНИЛС|страхов|SNILS|пенсионн",
    ),
    kind(
        "COMPANY_NUMBER", "ОГРН", r"(?<!\d)(?:\d{15}|\d{13})(?!\d)", check="ogrn", context=r"ОГРН|OGRN|регистрационн"
    ),
    kind(
        "DRIVING_LICENCE",
        "driving licence",
        rf"{NO_DIGIT_BEFORE}\d{{2}}[ ]?[\dА-Я]{{2}}[ №]{{0,3}}\d{{6}}{NO_DIGIT_AFTER}",
        context=r"водительск|в/у\b|права\b|driving",
    ),
    kind(
        "CERTIFICATE",
        "civil status certificate",
        r"\b[IVXLC1УХІ]{1,6}[\- ][А-ЯІЇЄ]{2}\s{0,3}(?:№|N)?\s{0,3}\d{6}(?!\d)",
        context="свидетельств|св[іи]доцтв|загс|актов|рожден|брак|смерт",
    ),
    kind(
        "CERTIFICATE",
        "refugee's certificate",
        rf"(?<!\w)[А-Я]{{2}}{NUMBER_SIGN}?\d{{6,7}}(?!\d)",
        context="беженц|убежищ|свидетельств",
    ),
    kind(
        "MILITARY_ID",
        "military card",
        r"(?<!\w)[А-Я]{2}\s{0,3}(?:№|N)?\s{0,3}\d{6,7}(?!\d)",
        context="военн|военник|приписн",
    ),
    kind(
        "MILITARY_ID",
        "military personal number",
        r"(?<!\w)[А-Я]{1,2}-\d{6}(?!\d)",
        context=r"личн[а-я]{2,3} номер|жетон|военн",
    ),
    kind(
        "HEALTH_INSURANCE",
        "health insurance",
        r"(?<!\d)\d{4}(?:[ ]?\d{4}){3}(?!\d)",
        check="luhn",
        context=r"полис|\bОМС\b",
    ),
    kind(
        "UNIT",
        "military unit",
        r"(?<!\w)(?:в/ч|в\\ч|в\.ч\.|войсков[а-я]{2,3} част[а-я]{1,3}|воинск[а-я]{2,3} част[а-я]{1,3}"
        r"|військов[а-я]{1,3} частин[а-я]{1,2}"
        r"|military unit|unit no\.?)[ ]{0,2}(?:пп|п/п|номер|№|No\.?|number)?[ №]{0,2}[АAВB]?-?\d{4,5}"
        r"(?:-[А-Я])?(?!\d)",
        flags=re.IGNORECASE,
        ask=True,
    ),
    kind(
        "UNIT",
        "prison",
        r"(?<!\w)(?:ФКУ[ ])?(?:СИЗО|ИК|ЛИУ|КП|ИВС|ПФРСИ|ФКЛПУ|СУВУ|Т|ПКТ|SIZO|IK)[ ]?(?:-|№|–|No\.?|#)[ ]?"
        r"\d{1,3}(?:/\d{1,2})?(?!\w)",
        ask=True,
    ),
    kind(
        "UNIT",
        "prison",
        r"(?<!\w)(?:следственн[а-я]{2,3} изолятор[а-я]{0,2}|исправительн[а-я]{2,3} колони[а-я]{1,2}"
        r"|колони[а-я]{1,2}(?:-поселени[а-я]{1,2})?"
        r"|тюрьм[а-я]{1,2}|изолятор[а-я]{0,2}|спецприемник[а-я]{0,2}|penal colony|prison|detention cent(?:re|er)"
        r"|remand prison|colony)"
        rf"(?:{NUMBER_SIGN}|[ ]?-[ ]?)\d{{1,3}}(?!\w)",
        flags=re.IGNORECASE,
        ask=True,
    ),
    kind(
        "DOCUMENT_NUMBER",
        "number after a document's name",
        rf"(?<!\w){_PAPER}(?:[ ](?:серия|серии|сер\.)[ ]?[А-ЯA-Z0-9]{{1,6}})?(?:,?[ ]?(?:№|#|No\.?|номер|number"
        rf"|num\.|n°)[ :№#]{{0,3}}"
        r"|[ ]?:[ ]?)(?P<id>(?=[A-ZА-Яa-zа-я\-/]{0,6}\d)[\w][\w\-/]{3,24})(?<![\-/])(?!\w)",
        flags=re.IGNORECASE,
        ask=True,
        gate=r"(?i)№|#|no|номер|num|n°|:",
    ),
    kind("VISA", "visa", r"(?<!\w)[A-ZА-Я]{0,4}[ ]?\d{7,9}(?!\w)", context=r"\bвиз[аыуео]|\bvisa\b|шенген|schengen"),
    kind(
        "MIGRATION_CARD",
        "migration card",
        r"(?<!\d)\d{2}[ ]?\d{2}[ №N]{0,4}\d{7}(?!\d)",
        context="миграционн|migration card",
    ),
)
