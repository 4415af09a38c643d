"""English rules for what narrows somebody down without a name.

Dates in every written form, ages, sums and measures, numbers of files and plots here; kinship, nationality, faith,
health, work and school in quasi_en_people. Patterns are bounded and don't mind the case of letters. All spans are
proposals.
"""

from __future__ import annotations

import re

from ..model.findings import Span
from .quasi_en_people import ABOUT_PEOPLE
from .quasi_en_words import CURRENCY, CURRENCY_CODE, MONTH, NUMBER_WORD, UNITS, any_of
from .quasi_rule import Rule, find_by

_ = r"[ \u00a0]"
_DAY = r"(?:the )?\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:1[89]|20)\d\d"
_DAYS = rf"(?<![\d.,/]){_DAY}(?:(?:,{_}?|{_}and{_}|{_}or{_}|{_}to{_}|{_}?[\-‑–]{_}?){_DAY}){{0,5}}"
_SEASON = any_of("spring summer autumn fall winter")
_WEEKDAY = any_of("monday tuesday wednesday thursday friday saturday sunday")
_DATE = re.compile(
    rf"{_DAYS}{_}(?:day{_})?(?:of{_})?{MONTH}\b(?:,?{_}(?:of{_})?{_YEAR}\b)?"
    rf"|\b{MONTH}{_}\d{{1,2}}(?:st|nd|rd|th)?\b(?![.:]\d)(?:,?{_}{_YEAR}\b)?"
    rf"|\b{MONTH},?{_}(?:of{_})?{_YEAR}\b"
    rf"|\b(?:{_SEASON},?{_}(?:of{_})?)?(?<![\d.,/:\-‑–§№#$€£])(?<!no\. ){_YEAR}s?(?:{_}?[\-‑–/]{_}?(?:{_YEAR}"
    rf"|\d\d)\b)?"
    rf"(?![\d/:%²])(?![.,]\d)(?!{_}(?:{CURRENCY}|{UNITS}))\b"
    rf"|(?<!\d)(?:0?[1-9]|1[0-2])[./]{_YEAR}\b"
    rf"|\bthe{_}\d{{1,2}}(?:st|nd|rd|th)(?=[.,;?!])",
    re.IGNORECASE,
)
_OF_LAW = re.compile(
    r"(?:Act|Acts|Law|Code|Decree|Regulations?|Protocol|Convention|Bill|Constitution|Directive|Statute)"
    r"(?:,| of| \(| from)? ?$"
)
_LAW_AFTER = re.compile(
    r"[ \u00a0](?:[A-Z][\w\-]{0,20} ){0,2}(?:Act|Law|Code|Convention|Constitution|Protocol|Regulations?)\b"
)
_CLOCK = re.compile(
    rf"(?<![\d.,:])\d{{1,2}}(?:[.:]\d\d)?{_}?(?:[ap]\.m\.|[ap]m\b)|(?<![\d.,:])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])"
    rf"|\b(?:on|last|next|this|every){_}(?P<day>{_WEEKDAY})s?\b|\b{_WEEKDAY},?{_}(?=\d)",
    re.IGNORECASE,
)
_FEAST = re.compile(
    rf"\b(?:All{_}Saints[’']{_}Day|New{_}Year[’']?s?{_}(?:Eve|Day)|Newroz|Nowruz|Navruz|Christmas(?:{_}Eve|{_}Day)?"
    rf"|Easter(?:{_}Sunday|{_}Monday)?|Ramadan|Ramazan|Eid(?:{_}al-(?:Fitr|Adha))?|Yom{_}Kippur|Passover"
    rf"|Victory{_}Day|Women[’']s{_}Day)\b",
    re.IGNORECASE,
)
_COUNT = rf"(?:\d{{1,3}}|{NUMBER_WORD})"
_AGE = re.compile(
    rf"(?<![\d.,]){_COUNT}(?:[\- \u00a0‑]?years?[\- \u00a0‑](?:old|of{_}age)|[\- ]?y/?o)\b"
    rf"|\b{_COUNT}(?:[\- \u00a0‑]years?[\- \u00a0‑](?:old|of{_}age))\b"
    rf"|\b(?:aged|age{_}of|age:|at{_}age|turned){_}{_COUNT}\b(?:{_}years)?"
    rf"|(?-i:\b[A-Z][\w\-‑’]{{1,30}}),{_}(?P<years>[1-9]\d)(?=,{_}[a-z]|\.$)"
    rf"|\bin{_}(?:his|her|my|their){_}(?:early{_}|mid[\- ]?|late{_})?(?:teens|twenties|thirties|forties|fifties"
    rf"|sixties"
    rf"|seventies|eighties|[2-9]0s)\b",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"\b(?:{_COUNT}|several|half{_}a){_}(?:and{_}a{_}half{_})?(?:consecutive{_}|full{_})?(?:years?|months?|weeks?)\b(?:[’'](?!\w))?"
    rf"(?:{_}and{_}{_COUNT}{_}(?:years?|months?|weeks?|days?)\b)?",
    re.IGNORECASE,
)
_TITLE = re.compile(
    rf"\b(?:entitled|titled|called|named|known{_}as|company|newspaper|magazine|journal|book|article|group|channel)"
    rf",?{_}(?P<id>[“\"«‘][^“”\"»’\n]{{2,80}}[”\"»’])",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    rf"\b(?:{_COUNT}|an?|half){_}(?:and{_}a{_}half{_})?(?:years?|months?|weeks?|days?|hours?)"
    rf"(?:[’']s?)?(?:{_}and{_}{_COUNT}{_}(?:months?|days?)(?:[’']s?)?)?(?={_}?[’']?{_}(?:imprisonment|in{_}(?:prison|detention|jail|custody)|detention|arrest"
    rf"|hard{_}labour|custody)\b)|\blife{_}imprisonment\b",
    re.IGNORECASE,
)
_NAME = r"[A-ZА-ЯЁ][\w\-‑]{2,30}(?:[ ,]{1,2}[A-ZА-ЯЁ][\w\-‑]{2,30}){0,2}"
_BIRTHPLACE = re.compile(
    rf"(?:\b[Bb]orn (?:on [^,.\n]{{4,20}} )?in (?:the (?:village|town|city) of )?|[Pp]lace of birth:?{_})"
    rf"(?P<id>{_NAME})"
)
_RESIDENCE = re.compile(
    rf"\b(?:[Ll]iv(?:es?|ed|ing)|[Rr]esid(?:es?|ed|ing)|detained|grew up|settled|registered) (?:in|at) "
    rf"(?P<id>{_NAME})"
)
_NO_STREET = any_of("the a an of on in at to by for from and or with that this his her their was were is")
_STREETS = any_of(
    "street avenue ave road rd boulevard blvd lane drive plaza square terrace crescent close way place parkway"
    " alley gardens grove hill row mews embankment highway prospekt prospect"
)
_ROOMS = any_of("room flat apartment apt apt. suite unit block cell ward courtroom gate seat bed dormitory")
_STREET = re.compile(
    rf"(?<![\d.,/])\d{{1,5}}[a-z]?,?{_}(?:(?!{_NO_STREET}\b)[a-z][\w'’.\-]{{1,20}}{_}){{1,3}}{_STREETS}\b",
    re.IGNORECASE,
)
_ROOM = re.compile(rf"\b{_ROOMS}{_}(?:no\.?{_}?|number{_}|#)?(?P<id>\d{{1,5}}[a-z]?|[a-z]\d{{1,4}})\b", re.IGNORECASE)
_AMOUNT = rf"(?:\d{{1,3}}(?:[,.{chr(0xA0)} ]\d{{3}}){{1,5}}(?:[.,]\d{{1,2}})?|\d{{1,15}}(?:[.,]\d{{1,3}})?)"
_ABOUT = rf"(?:(?:approximately|approx\.|about|around|nearly|almost|over|some){_})?"
_SCALE = rf"(?:{_}(?:hundred|thousand|million|billion|mln|bn))?"
_SUM = re.compile(
    rf"{_ABOUT}(?:\b{CURRENCY_CODE}{_}?|[€$£₽₴₸₺]{_}?){_AMOUNT}{_SCALE}"
    rf"|{_ABOUT}(?<![\d.,/]){_AMOUNT}{_SCALE}{_}(?:(?:new{_})?[a-z]{{3,12}}{_})?(?:{CURRENCY}\b|"
    rf"{CURRENCY_CODE}\b)"
    rf"(?:{_}\((?:[A-Z]{{3}}|euros?)\)|{_}\([A-Z]{{3}}\b)?"
    rf"|\b{_ABOUT}{NUMBER_WORD}(?:{_}{NUMBER_WORD}){{0,3}}{_}{CURRENCY}\b"
    rf"|(?<![\d.,/]){_AMOUNT}(?:{_}?%)?(?:{_}(?:to|and|by|x){_}{_AMOUNT})?{_}?{UNITS}(?![\w])"
    rf"|\b{NUMBER_WORD}(?:{_}{NUMBER_WORD}){{0,2}}{_}(?:square{_})?{UNITS}(?!\w)",
    re.IGNORECASE,
)
_MANY = any_of(
    "five six seven eight nine eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    " twenty thirty forty fifty sixty seventy eighty ninety hundred"
)
_COUNTED = re.compile(
    rf"\b(?:{_MANY}(?:[\-‑]{_MANY}|[\-‑](?:one|two|three|four))?|\d{{2,4}}){_}"
    rf"(?!years|months|weeks|days|hours|minutes|others|paragraphs)[a-z]{{4,14}}s\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    rf"\b(?:{NUMBER_WORD}|\d{{1,4}}){_}other{_}(?:persons|people|suspects|accused|co-accused|defendants|detainees"
    rf"|applicants|students|women|men|families)\b",
    re.IGNORECASE,
)
_CODE = r"(?:[A-Z]{1,4}[\-‑ ]?)?\d[\w./:\-‑]{0,30}(?<![.:/\-‑])"
_NUMBER = re.compile(
    rf"(?P<what>\b[a-z]{{2,20}}{_})?\b(?:nos?\.|№|number){_}?(?P<id>{_CODE}(?:(?:,{_}|{_}and{_}){_CODE}){{0,15}})",
    re.IGNORECASE,
)
_LAWS = re.compile(
    r"(?:law|protocol|article|decree|act|regulations?|directive|resolution|rule|recommendation|section|ordinance"
    r"|convention|order|instruction|paragraph|series|chapter)\s",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"(?<![\w/.,:\-])\d{1,6}/\d{1,6}(?:[./]\d{1,6}){0,3}[A-Z]?\d?(?![\w/])")


def _is_date(match: re.Match[str]) -> bool:
    """Not a law's year: "the Act of 1998", "the 1998 Act"."""
    if not match[0][:4].isdigit():
        return True
    text, start = match.string, match.start()
    return _OF_LAW.search(text[max(0, start - 16) : start]) is None and _LAW_AFTER.match(text, match.end()) is None


def _is_number(match: re.Match[str]) -> bool:
    return match["what"] is None or _LAWS.fullmatch(match["what"]) is None


RULES: tuple[Rule, ...] = (
    *ABOUT_PEOPLE,
    Rule("AGE", _AGE, 0.6, "age"),
    Rule("DATE", _DATE, 0.5, "date", _is_date),
    Rule("DATE", _CLOCK, 0.4, "time or day"),
    Rule("DATE", _FEAST, 0.4, "feast"),
    Rule("DATE", _DURATION, 0.3, "length of time"),
    Rule("MISC", _TITLE, 0.4, "title or name in quotes"),
    Rule("QUANTITY", _SENTENCE, 0.4, "length of a sentence"),
    Rule("BIRTHPLACE", _BIRTHPLACE, 0.6, "place of birth"),
    Rule("RESIDENCE", _RESIDENCE, 0.5, "place of living"),
    Rule("RESIDENCE", _STREET, 0.5, "street and house"),
    Rule("NUMBER", _ROOM, 0.4, "number of a room or flat"),
    Rule("QUANTITY", _SUM, 0.4, "sum or measure"),
    Rule("QUANTITY", _COUNTED, 0.2, "how many"),
    Rule("QUANTITY", _OTHERS, 0.3, "number of people"),
    Rule("NUMBER", _NUMBER, 0.5, "number of a file, plot or house", _is_number),
    Rule("NUMBER", _SLASHED, 0.4, "number with a slash"),
)
CATEGORIES = frozenset(rule.category for rule in RULES)


def find(text: str) -> list[Span]:
    """All proposals, in no order; they may overlap."""
    return find_by(RULES, text)
