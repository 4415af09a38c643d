"""Papers and numbers of other countries: neighbours, Turkey, the European Union, the United States, the UNHCR."""

from __future__ import annotations

import re

from .identifier_kind import DOCUMENT, NO_DIGIT_AFTER, NO_DIGIT_BEFORE, Kind, kind

_PERSONAL = (
    r"личн[а-я]{2,3} (?:номер|код)|персональн[а-я]{2,3} (?:номер|код)|идентификац|идентифик|ідентифік|ідэнтыфік"
    r"|особист[а-я]{2,3} номер|personal (?:identification )?(?:number|no|code)|identification (?:number|no)"
    r"|national (?:id|number)|პირადი|ՀԾՀ|ПИНФЛ|PINFL|JSHSHIR|ЖШШИР|\bПИН\b|\bPIN\b|\bИИН\b|\bIIN\b|\bЖСН\b|РНОКПП"
    r"|\bІПН\b"
    r"|\bИПН\b|УНЗР|IDNP|kimlik|PESEL|asmens kod|isikukood|personas kod"
)

NEIGHBOURS: tuple[Kind, ...] = (
    kind(
        "PERSONAL_NUMBER",
        "РНОКПП of Ukraine",
        r"(?<!\d)\d{10}(?!\d)",
        check="ukrainian",
        context=r"РНОКПП|\b[ІИ]ПН\b|\bIПН\b|ідентифікаційн|идентификационн|податк|RNOKPP|taxpayer|\bTIN\b",
    ),
    kind(
        "PERSONAL_NUMBER", "УНЗР of Ukraine", r"(?<![\d\-])(?:19|20)\d{6}-\d{5}(?![\d\-])", check="register", gate="-"
    ),
    kind(
        "PERSONAL_NUMBER",
        "number in the register of Belarus",
        r"(?<!\w)[1-6]\d{6}[ABCHKEMАВСНКЕМ]\d{3}(?:PB|BA|BI|РВ|ВА|ВІ)\d(?!\w)",
        flags=re.IGNORECASE,
    ),
    kind("PERSONAL_NUMBER", "ИИН of Kazakhstan", r"(?<!\d)\d{12}(?!\d)", check="kazakh", sure=False),
    kind(
        "PERSONAL_NUMBER",
        "ИИН of Kazakhstan",
        r"(?<!\d)\d{6}[ ]?\d{6}(?!\d)",
        check="kazakh",
        context=r"\bИИН\b|\bIIN\b|\bЖСН\b|\bJSN\b",
    ),
    kind("PERSONAL_NUMBER", "ПИНФЛ of Uzbekistan", r"(?<!\d)\d{14}(?!\d)", check="uzbek", sure=False),
    kind("PERSONAL_NUMBER", "personal number", r"(?<!\d)[0-6]\d{13}(?!\d)", context=_PERSONAL),
    kind("PERSONAL_NUMBER", "personal number", r"(?<!\d)\d{11}(?!\d)", context=_PERSONAL + "|личной карт|საქართველო"),
    kind(
        "PERSONAL_NUMBER",
        "number of public services in Armenia",
        r"(?<!\d)\d{10}(?!\d)",
        context=r"ՀԾՀ|НЗОУ|public service|общественных услуг|социальн[а-я]{2,3} карт",
    ),
    kind(
        "PERSONAL_NUMBER",
        "number of Moldova",
        r"(?<!\d)[02]\d{12}(?!\d)",
        check="moldovan",
        context=r"IDNP|Молдов|Moldov|" + _PERSONAL,
    ),
    kind(
        "PERSONAL_NUMBER",
        "kimlik of Turkey",
        r"(?<!\d)[1-9]\d{10}(?!\d)",
        check="turkish",
        context=r"\bT\.?C\.?|kimlik|турец|Turkish|YKN",
    ),
    kind("PERSONAL_NUMBER", "PESEL", r"(?<!\d)\d{11}(?!\d)", check="pesel", context=r"PESEL|ПЕСЕЛЬ?"),
    kind("PERSONAL_NUMBER", "personal code", r"(?<!\d)[1-6]\d{10}(?!\d)", check="baltic", context=_PERSONAL),
    kind(
        "PERSONAL_NUMBER", "personal code of Latvia", r"(?<![\d\-])\d{6}-\d{5}(?![\d\-])", context=_PERSONAL, gate="-"
    ),
    kind("TAX_NUMBER", "ИНН of Tajikistan", r"(?<!\d)\d{9}(?!\d)", context=r"\bИНН\b|\bРМА\b|\bИНП\b"),
    kind(
        "PASSPORT",
        "passport abroad",
        r"(?<![^\W_])[A-ZА-ЯІЇЄҐЎ]{1,3}[ ]?(?:№|No?\.?)?[ ]?\d{6,9}(?!\w)",
        context=DOCUMENT,
    ),
    kind("PASSPORT", "passport of Georgia", r"(?<!\w)\d{2}[A-Z]{2}\d{5}(?!\w)", context=DOCUMENT),
    kind(
        "PASSPORT",
        "identity card",
        rf"{NO_DIGIT_BEFORE}\d{{9}}{NO_DIGIT_AFTER}",
        context=DOCUMENT + r"|удостоверени[а-я]{1,2}[ ]{0,2}№|жеке куәлік",
    ),
    kind(
        "PASSPORT",
        "identity card",
        r"(?<!\w)(?=[A-Z0-9]{0,8}\d)(?=[A-Z0-9]{0,8}[A-Z])[A-Z0-9]{9}(?!\w)",
        context=DOCUMENT,
    ),
    kind("UNHCR_NUMBER", "number of the UNHCR", r"(?<![\w\-])\d{3}-\d{2}[CСI][ ]?-?\d{5,6}(?!\d)", gate="-"),
    kind(
        "UNHCR_NUMBER",
        "number of the UNHCR",
        r"(?<![\w\-])\d{3}-\d{8}(?!\d)",
        context=r"UNHCR|УВКБ|ООН|refugee|proGres|individual",
        gate="-",
    ),
    kind(
        "CASE_FILE",
        "asylum file of Germany",
        r"(?<![\d\-])\d{7,8}-\d{3}(?![\d\-])",
        context=r"BAMF|Aktenzeichen|\bAz\b|Gesch|Bundesamt|asyl|дел[оауе]|убежищ",
        gate="-",
    ),
    kind("CASE_FILE", "tribunal's case", r"(?<!\w)(?:PA|HU|EA|RP|DC|AA|IA|DA|LP|VA)[/\-]\d{5}[/\-]\d{4}(?!\d)"),
    kind(
        "CASE_FILE", "Home Office number", r"(?<!\w)[A-Z]\d{7}(?:/\d{1,3})?(?!\w)", context=r"Home Office|\bHO\b|Ref"
    ),
    kind(
        "CASE_FILE",
        "federal docket",
        r"(?<!\w)\d:\d{2}-(?:cv|cr|mc|mj|md|ap|bk)-\d{4,5}(?:-[A-Z]{2,4}){0,3}(?!\w)",
        gate=":",
    ),
    kind(
        "PERSONAL_NUMBER",
        "national insurance",
        r"(?<!\w)[A-CEGHJ-PR-TW-Z]{2}[ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-D](?!\w)",
    ),
)
AMERICA: tuple[Kind, ...] = (
    kind(
        "COURT_CASE",
        "application number",
        r"(?<![\d/])\d{3,6}/\d{2}(?![\d/])",
        context=r"\bapplications?\b|\bapp\. ?no|\bnos?\.|жалоб",
        gate="/",
    ),
    kind(
        "A_NUMBER",
        "alien number",
        r"\b[AА][\s#\-]{0,2}(?:\d{3}[\- ]?\d{3}[\- ]?\d{3}|\d{2}[\- ]?\d{3}[\- ]?\d{3})(?!\d)",
    ),
    kind(
        "A_NUMBER",
        "alien number",
        r"(?<!\d)(?<!\d-)(?:\d{3}-\d{3}-\d{3}|\d{3} \d{3} \d{3}|\d{8,9})(?![\d\-])",
        context=r"\bA[- ]?(?:#|No|Num|file)|alien (?:reg|num|no|#)|USCIS ?#",
    ),
    kind(
        "RECEIPT",
        "immigration receipt",
        r"\b(?:IOE|EAC|WAC|LIN|SRC|MSC|NBC|YSC|VSC|CSC|NSC|TSC|MRC|MCT|PSC|ZNY|ZLA|ZSF|ZHN|ZAR|ZCH|ZMI|ZNK"
        r"|ZBO)[\- ]?\d{2}[\- ]?\d{3}"
        r"[\- ]?\d{5}(?!\d)",
    ),
    kind("RECEIPT", "online account", r"(?<!\d)\d{4}[ \-]?\d{4}[ \-]?\d{4}(?!\d)", context=r"online account|\bOAN\b"),
    kind("RECEIPT", "card number", r"\b[A-Z]{3}\d{10}\b", context=r"card\s{0,2}#|card n|\bEAD\b|I-766|I-551"),
    kind("I94", "admission number", r"(?<![\w])\d{9}[ ]?[A-Z0-9][ ]?\d(?!\w)", context="I-94|admission"),
    kind("SSN", "social security number", r"(?<![\d\-])\d{3}[\- ]\d{2}[\- ]\d{4}(?![\d\-])", check="ssn"),
    kind("SSN", "social security number", r"(?<!\d)\d{9}(?!\d)", context=r"\bSSN\b|social security"),
    kind("SSN", "taxpayer number", r"(?<![\d\-])9\d{2}[\- ](?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[\- ]\d{4}(?![\d\-])"),
    kind(
        "SSN",
        "taxpayer number",
        r"(?<!\d)9\d{2}(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}(?!\d)",
        context=r"\bI?TIN\b|taxpayer",
    ),
    kind("DHS_NUMBER", "fingerprint number", r"(?<!\d)\d{8,12}(?!\d)", context=r"\bFINS?\b\s{0,2}(?:#|No)?"),
    kind("DHS_NUMBER", "event number", r"\b[A-Z]{3}\d{10}\b", context=r"Event\s{0,2}(?:No|#|number)"),
    kind("DHS_NUMBER", "SEVIS number", r"(?<!\w)N\d{10}(?!\d)", context="SEVIS|I-20"),
    kind("DRIVING_LICENCE", "driving licence", r"\b[A-Z]?\d{7,13}\b", context=r"driver['’]?s?\s+licen[cs]e|\bDL\b"),
)
