"""English rules for what narrows somebody down without a name."""

from __future__ import annotations

import re

from ..model.findings import Span
from .dates import DATE_EN, MONTH_OF_YEAR_EN
from .quasi_rule import Rule, find_by

_AGE = re.compile(
    r"(?<![\d.,])\d{1,3}(?:[\- ]?years?[\- ]old|[\- ]?y/?o\b)|\b(?:aged|age of)[ \u00a0]{1,2}\d{1,3}\b",
    re.IGNORECASE,
)
_DATE = re.compile(rf"{DATE_EN}|{MONTH_OF_YEAR_EN}", re.IGNORECASE)
_KIN_EN = (
    r"mother|father|brother|sister|husband|wife|son|daughter|grandmother|grandfather|uncle|aunt|cousin|nephew|niece"
    r"|grandson|granddaughter|stepfather|stepmother|fianc[eé]e?|spouse|twin"
)
_KINSHIP = re.compile(
    rf"\b(?:my|his|her|their|our|the applicant[’']s|elder|older|younger|twin|late) (?:{_KIN_EN})s?\b",
    re.IGNORECASE,
)
_NATIONALITY = re.compile(
    r"\b(?:Russian|Ukrainian|Belarusian|Chechen|Ingush|Dagestani|Tatar|Bashkir|Armenian|Georgian|Azerbaijani"
    r"|Uzbek|Tajik|Kyrgyz|Kazakh|Turkmen"
    r"|Ossetian|Abkhaz|Kurdish|Turkish|Iranian|Iraqi|Syrian|Afghan|Jewish|Roma|Polish|Romanian|Bulgarian"
    r"|Hungarian|German|French|British|Italian"
    r"|Spanish|Dutch|Greek|Cypriot|Moldovan|Latvian|Lithuanian|Estonian|Finnish|Swedish|Norwegian|Danish"
    r"|Serbian|Croatian|Albanian|Somali|Nigerian"
    r"|Pakistani|Indian|Chinese|Vietnamese)(?: (?:national|citizen|origin|nationality|citizenship)s?)?\b"
)
_FAITH = re.compile(
    r"\b(?:Muslims?|Christians?|Jehovah[’']s Witness(?:es)?|Catholics?|Orthodox|Protestants?|Buddhists?|Sunni"
    r"|Shi[’']?a|Alevi|Yazidi|Baptists?|Pentecostals?)\b",
    re.IGNORECASE,
)
_JOB = re.compile(
    r"\b(?:worked|works|working|employed) as (?:an? )?(?:[a-z\-]{3,20} ){0,2}[a-z\-]{3,20}\b",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"\b(?:[A-Z][\w&.\-]{1,30} ){1,4}(?:University|School|College|Hospital|Ltd|LLC|Inc|GmbH|plc|Company"
    r"|Corporation|Bank)\b\.?"
)
_BIRTHPLACE = re.compile(
    r"(?:\bborn (?:on [^,.\n]{4,20} )?in |place of birth:?[ \u00a0])"
    r"(?P<id>[A-ZА-ЯЁ][\w\-]{2,30}(?:[ ,]{1,2}[A-ZА-ЯЁ][\w\-]{2,30}){0,2})"
)

RULES: tuple[Rule, ...] = (
    Rule("AGE", _AGE, 0.6, "age"),
    Rule("DATE", _DATE, 0.5, "date"),
    Rule("KINSHIP", _KINSHIP, 0.4, "kinship"),
    Rule("NATIONALITY", _NATIONALITY, 0.4, "nationality"),
    Rule("FAITH", _FAITH, 0.4, "religion"),
    Rule("PROFESSION", _JOB, 0.4, "profession"),
    Rule("EMPLOYER", _WORK, 0.5, "employer or school"),
    Rule("BIRTHPLACE", _BIRTHPLACE, 0.6, "place of birth"),
)
CATEGORIES = frozenset(rule.category for rule in RULES)


def find(text: str) -> list[Span]:
    """All proposals, in no order; they may overlap."""
    return find_by(RULES, text)
