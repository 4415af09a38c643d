"""What narrows down who somebody is without naming them: ages, dates, kinship, nationality, faith, profession, work.

Rules for Russian and English, meant for the `public` profile. All spans are proposals.
"""

from __future__ import annotations

import re

from ..model.findings import Span
from .identifier_kinds import DATE, MONTH_OF_YEAR

SOURCE = "rule"
_AGE = re.compile(
    r"(?<![\d.,])\d{1,3}(?:[ \u00a0\-]?(?:лет|года?|годик\w{0,3})\b|[\-‑]?летн\w{2,3}|[\- ]?years?[\- ]old"
    r"|[\- ]?y/?o\b)"
    r"|\b(?:aged|age of|возраст[еа]?|в возрасте)[ \u00a0]{1,2}\d{1,3}\b",
    re.IGNORECASE,
)
_DATE = re.compile(rf"{DATE}|{MONTH_OF_YEAR}", re.IGNORECASE)
_KIN_RU = (
    r"мам(?:а|ы|е|у|ой)|мат(?:ь|ери|ерью)|пап(?:а|ы|е|у|ой)|отец|отц(?:а|у|ом|е)|брат(?:а|у|ом|е|ья|ьев)?"
    r"|сестр(?:а|ы|е|у|ой)"
    r"|сестер|муж(?:а|у|ем|е)?|жен(?:а|ы|е|у|ой)|сын(?:а|у|ом|е|овья|овей)?|доч(?:ь|ери|ерью|ка|ки|ке|ку|кой)"
    r"|дед(?:а|у|ом|ушк[аиеу])?"
    r"|бабушк(?:а|и|е|у|ой)|дяд(?:я|и|е|ю|ей)|т[её]т(?:я|и|е|ю|ей|ка|ки)|внук(?:а|у|ом)?|внучк(?:а|и|е|у|ой)"
    r"|племянни(?:к|ка|ку|ца|цы|це)"
    r"|супруг(?:а|и|е|у|ом|ой)?|свекров(?:ь|и)|т[её]щ(?:а|и|е|у|ей)|тест(?:ь|я)|свек(?:ор|ра)|золовк(?:а|и)"
    r"|зят(?:ь|я)|невестк(?:а|и)"
    r"|шурин(?:а)?|деверь|деверя|жених(?:а|у|ом)?|невест(?:а|ы|е|у|ой)"
)
_KIN_EN = (
    r"mother|father|brother|sister|husband|wife|son|daughter|grandmother|grandfather|uncle|aunt|cousin|nephew|niece"
    r"|grandson|granddaughter|stepfather|stepmother|fianc[eé]e?|spouse|twin"
)
_KINSHIP = re.compile(
    rf"\b(?:(?:мо[яйеёию]\w{{0,2}}|е[её]|его|их|тво\w{{1,3}}|сво\w{{1,3}}|наш\w{{0,2}}|двоюродн\w{{2,3}}"
    rf"|старш\w{{2,3}}|младш\w{{2,3}}"
    rf"|родн\w{{2,3}}) (?:{_KIN_RU})|(?:my|his|her|their|our|the applicant[’']s|elder|older|younger|twin|late)"
    rf" (?:{_KIN_EN})s?)\b",
    re.IGNORECASE,
)
_NATIONALITY = re.compile(
    r"\b(?:русск|украин(?:ец|к|ц)|белорус|чечен(?:ец|к|ц)|ингуш|дагестан(?:ец|к|ц)|татар(?:ин|к)|башкир"
    r"|армян(?:ин|к)|грузин|азербайджан(?:ец|к|ц)"
    r"|узбе(?:к|чк)|таджи(?:к|чк)|киргиз|казах|казашк|туркмен|авар(?:ец|к|ц)|лезгин|кумы(?:к|чк)|осетин|абхаз"
    r"|черкес|кабардин|евре[йяю]|калмы(?:к|чк)|бурят"
    r"|цыган)[а-я]{0,3}\b"
    r"|\b(?:Russian|Ukrainian|Belarusian|Chechen|Ingush|Dagestani|Tatar|Bashkir|Armenian|Georgian|Azerbaijani"
    r"|Uzbek|Tajik|Kyrgyz|Kazakh|Turkmen"
    r"|Ossetian|Abkhaz|Kurdish|Turkish|Iranian|Iraqi|Syrian|Afghan|Jewish|Roma|Polish|Romanian|Bulgarian"
    r"|Hungarian|German|French|British|Italian"
    r"|Spanish|Dutch|Greek|Cypriot|Moldovan|Latvian|Lithuanian|Estonian|Finnish|Swedish|Norwegian|Danish"
    r"|Serbian|Croatian|Albanian|Somali|Nigerian"
    r"|Pakistani|Indian|Chinese|Vietnamese)(?: (?:national|citizen|origin|nationality|citizenship)s?)?\b"
)
_FAITH = re.compile(
    r"\b(?:мусульман[а-я]{1,4}|православн[а-я]{2,3}|католи[кч][а-я]{0,4}|иуде[йяю][а-я]{0,2}|буддист[а-я]{0,3}"
    r"|баптист[а-я]{0,3}|пятидесятни[кцч][а-я]{0,3}"
    r"|адвентист[а-я]{0,3}|свидетел[а-я]{1,3} иеговы|суфи[йяюе][а-я]{0,2}|салафит[а-я]{0,3}|шиит[а-я]{0,3}"
    r"|суннит[а-я]{0,3}"
    r"|Muslims?|Christians?|Jehovah[’']s Witness(?:es)?|Catholics?|Orthodox|Protestants?|Buddhists?|Sunni"
    r"|Shi[’']?a|Alevi|Yazidi|Baptists?|Pentecostals?)\b",
    re.IGNORECASE,
)
_JOBS_RU = (
    r"журналист|адвокат|юрист|врач|учител|преподавател|программист|активист|правозащитни|художни|музыкант"
    r"|водител|продав|бухгалтер|инженер|студент"
    r"|медсестр|полицейск|военнослужащ|предпринимател|таксист|волонт[её]р|блог[еe]р|священник|имам|повар"
    r"|строител|слесар|директор|менеджер|парикмахер|фельдшер"
)
_JOB = re.compile(
    rf"\b(?:работа(?:ет|л|ла|ю)|трудится|служит"
    rf"|служил)[ \u00a0](?:[а-яё\-]{{2,20}}[ \u00a0]){{0,2}}[а-яё\-]{{4,20}}(?:ом|ем|ей|ой|ером|ым|им)\b"
    rf"|\b(?:{_JOBS_RU})[а-я]{{0,5}}\b"
    r"|\b(?:worked|works|working|employed) as (?:an? )?(?:[a-z\-]{3,20} ){0,2}[a-z\-]{3,20}\b",
    re.IGNORECASE,
)
_QUOTED = r"[«\"“][^»\"”\n]{2,60}[»\"”]"
_WORK = re.compile(
    rf"\b(?:ООО|ОАО|ЗАО|АО|ПАО|ИП|МУП|ГУП|ФГУП|МБОУ|ГБОУ|МОУ|НКО|АНО)[ \u00a0](?:{_QUOTED}"
    rf"|[А-ЯЁ][\w\-]{{1,30}}(?: [А-ЯЁ]\.[ ]?[А-ЯЁ]\.)?)"
    r"|\b(?:школ|гимнази|лице)[а-я]{1,3}[ \u00a0](?:№[ \u00a0]?)?\d{1,4}\b|\b(?:школ"
    r"|гимнази)[а-я]{1,3}[ \u00a0]№[ \u00a0]?\d{1,4}\b"
    r"|\b(?:больниц|поликлиник|детск[а-я]{2,3} сад|войсков[а-я]{2,3} част)[а-я]{0,3}[ \u00a0]№?[ \u00a0]?\d{1,6}\b"
    r"|\b(?:[A-Z][\w&.\-]{1,30} ){1,4}(?:University|School|College|Hospital|Ltd|LLC|Inc|GmbH|plc|Company"
    r"|Corporation|Bank)\b\.?"
)
_BIRTHPLACE = re.compile(
    r"(?:\bborn (?:on [^,.\n]{4,20} )?in |\bуроже(?:нец|нка|нца|нку|нцем|нкой)[ \u00a0](?:г(?:орода"
    r"|\.)[ \u00a0]?|с(?:ела|\.)[ \u00a0]?)?"
    r"|место рождения:?[ \u00a0](?:г\.[ \u00a0]?)?|place of"
    r" birth:?[ \u00a0])(?P<id>[A-ZА-ЯЁ][\w\-]{2,30}(?:[ ,]{1,2}[A-ZА-ЯЁ][\w\-]{2,30}){0,2})"
)
_RULES: tuple[tuple[str, re.Pattern[str], float, str], ...] = (
    ("AGE", _AGE, 0.6, "age"),
    ("DATE", _DATE, 0.5, "date"),
    ("KINSHIP", _KINSHIP, 0.4, "kinship"),
    ("NATIONALITY", _NATIONALITY, 0.4, "nationality"),
    ("FAITH", _FAITH, 0.4, "religion"),
    ("PROFESSION", _JOB, 0.4, "profession"),
    ("EMPLOYER", _WORK, 0.5, "employer or school"),
    ("BIRTHPLACE", _BIRTHPLACE, 0.6, "place of birth"),
)
CATEGORIES = frozenset(rule[0] for rule in _RULES)


def find_quasi(text: str) -> list[Span]:
    """All proposals, sorted; they may overlap."""
    found: list[Span] = []
    for category, pattern, score, why in _RULES:
        for match in pattern.finditer(text):
            start, end = match.span("id") if "id" in pattern.groupindex else match.span()
            found.append(Span(start, end, category, None, SOURCE, score, False, why))
    found.sort(key=lambda span: (span.start, -span.end))
    return found
