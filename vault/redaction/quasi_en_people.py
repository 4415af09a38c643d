"""English rules for what a person is: kin, nationality, faith, conviction, work, school and health."""

from __future__ import annotations

import re

from .quasi_en_words import (
    BODY,
    FAITHS,
    ILLNESSES,
    JOBS,
    KIN,
    NATIONS,
    NUMBER_WORD,
    OF_ILLNESSES,
    OF_JOBS,
    ROLES,
    any_of,
)
from .quasi_rule import Rule

_ = r"[ \u00a0]"
_COUNT = rf"(?:\d{{1,3}}|{NUMBER_WORD})"
_A = rf"(?:an?{_}|the{_})?"
_KINSHIP = re.compile(
    rf"\b(?:my|your|his|her|their|our|the{_}applicant[’']s|elder|older|younger|youngest|eldest|late)"
    rf"{_}(?:(?:elder|older|younger|twin|late|eldest|youngest|only|former){_})?{KIN}s?\b"
    rf"|\b{_COUNT}{_}(?:(?:minor|small|young|adult){_})?(?:children|kids|daughters|sons|brothers|sisters|siblings)\b"
    rf"|\b{KIN}(?=:|{_}(?-i:[A-Z][a-z]))",
    re.IGNORECASE,
)
_NATIONALITY = re.compile(
    rf"\b(?:ethnic{_})?{NATIONS}s?\b(?:{_}(?:national|citizen|origin|nationality|citizenship|descent"
    rf"|ethnicity|government|republic)s?\b)?",
    re.IGNORECASE,
)
_FAITH = re.compile(rf"\b{FAITHS}\b", re.IGNORECASE)
_JOB = re.compile(
    rf"\b(?:{OF_JOBS}{_}){{0,3}}(?:{JOBS}s?|[a-z]{{3,14}}(?:ologist|iatrist|ographer|optrist)s?)\b", re.IGNORECASE
)
_WORKED_AS = re.compile(
    rf"\b(?:worked|works|working|work|employed|practise[sd]?|practising|serv(?:es|ed|ing)|trained"
    rf"|qualified){_}as{_}{_A}"
    rf"(?P<id>(?:[a-z\-‑’]{{2,20}}{_}){{0,2}}[a-z\-‑]{{3,20}})\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    rf"(?:\b(?:is|was|am|were|are|be|been|being|became|become|becoming|as|i[’']m){_}|(?:applicant|he|she|i),{_})"
    rf"(?:(?:also|then|still|now|formerly|currently){_})?{_A}(?P<id>(?:{OF_JOBS}{_}){{0,3}}{ROLES}s?)\b",
    re.IGNORECASE,
)
_OTHER_ROLE = re.compile(rf"{_}?(?:practising|in{_}question|concerned|responsible)\b")
_NO_WORK = any_of(
    "applicant defendant claimant appellant petitioner plaintiff respondent complainant accused suspect victim"
    " witness matter number letter order member other another either rather latter former further paper answer"
    " offer power danger factor manner chapter character centre center corner border computer container customer"
    " consumer computer counter cover dinner disaster error favor favour finger flower general half-hour hammer"
    " harbour horror important incident independent indicator instant event extent agreement judgment parent"
    " patient payment permanent present previous prior procedure proper quarter relevant remainder reminder"
    " reluctant river score shelter significant sister brother mother father daughter son silver similar simple"
    " minor major superior inferior sufficient summer winter sweater temporary tenant weather whether woman man"
    " human water wonder year degree committee guarantee employee trustee fee tree talent accident element"
    " moment document statement constant distant different recent urgent frequent consistent evident apparent"
    " transparent current successful process business address success access excess illness weakness witness"
    " process less unless guess stress mess press dress distress congress progress barrier carrier frontier"
    " career deer beer user tumor tumour prayer peer pier layer tower hour tutor-in-law newer lower higher"
    " bigger smaller larger longer shorter older younger better worse earlier later easier harder stronger"
    " weaker closer wider greater lesser"
)
_NOT_WORK = re.compile(
    rf"(?:^|.*[ \u00a0-])(?:{_NO_WORK})$|.*(?:ment|ance|ency|ancy)$"
    rf"|.*\b(?:of|in|for|by|to|with|at|on|under|that|which|and)\b",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    rf"(?:\b(?:is|was|am|been|being|became|become|becoming|i[’']m|remained|worked{_}as|as){_}|(?:applicant|he|she|i|who),{_})"
    rf"(?:(?:also|then|still|now|formerly|currently){_})?an?{_}"
    rf"(?P<id>(?:[a-z\-‑’]{{3,16}}{_}){{0,3}}?[a-z\-‑]{{3,16}}"
    rf"(?:er|or|ist|ian|ant|ent|man|woman|ess|yst|eon|eur|ee))\b",
    re.IGNORECASE,
)
_STANDINGS = any_of(
    "homosexual homosexuality gay lesbian bisexual transgender transsexual queer lgbt lgbti lgbtq deserter"
    " conscientious.objector draft.evader refugee asylum.seeker stateless undocumented unemployed jobless"
    " homeless illiterate disabled wheelchair blind orphan divorced widowed unmarried single.mother"
    " single.father veteran prisoner.of.war communist socialist nationalist separatist monarchist anarchist"
    " feminist dissident militant trade.unionist whistleblower"
)
_STANDING = re.compile(
    rf"\b(?:{_STANDINGS}|(?:pro|anti)[\-‑][a-z]{{4,16}}|(?:left|right|far[\-‑](?:left|right))[\-‑]wing"
    rf"|[a-z]{{3,14}}[\-‑]speaking"
    rf"|(?:member|supporter|sympathiser|leader|founder|activist|candidate){_}of{_}(?:the{_}|an?{_})"
    rf"(?:[a-z\-]{{3,16}}{_}){{0,3}}(?:party|opposition|movement|group|organisation|organization|union|association|militia)"
    rf"|(?:first|second|third){_}(?:degree|group|category){_}(?:of{_})?disab(?:ility|led))\b",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    rf"\b(?:attend(?:s|ed|ing)?|enrol(?:s|led|ling)?{_}(?:in|at)|graduat(?:ed|ing){_}from|stud(?:y|ies|ied|ying){_}at"
    rf"|(?:student|pupil|teacher|principal|director|head){_}(?:at|of|in)|(?:work|teach|taught)(?:s|ed|ing)?{_}(?:at|in)"
    rf"|school{_}teacher{_}at){_}(?:the{_}|an?{_})?(?P<id>(?:[a-z\-]{{3,14}}{_}){{0,2}}"
    rf"(?:school|college|academy|lyceum|gymnasium|kindergarten|university)(?:{_}(?:no\.?|№){_}?\d{{1,4}})?)\b",
    re.IGNORECASE,
)
_DIPLOMA = re.compile(
    rf"\b(?:[a-z\-]{{3,14}}{_})?(?:high{_})?(?:school|college){_}(?:(?:no\.?|№|number){_}?\d{{1,4}}|diplomas?|certificates?)"
    rf"(?!\w)|\b(?:degree|diploma|master[’']s|bachelor[’']s|doctorate|PhD){_}in{_}[a-z]{{3,20}}(?:{_}[a-z]{{3,20}})?\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    rf"\b(?:stud(?:y|ies|ied|ying)|read|taught|teach(?:es|ing)?){_}(?P<id>[a-z]{{3,20}}(?:{_}[a-z]{{3,20}})?){_}(?:at|in{_}the)\b",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"\b(?:[A-Z][\w&.\-]{1,30} ){1,4}(?:University|School|College|Hospital|Ltd|LLC|Inc|GmbH|plc|Company"
    r"|Corporation|Bank)\b\.?"
)
_ILLNESS = re.compile(
    rf"\b(?:{OF_ILLNESSES}{_}){{0,2}}(?:{ILLNESSES}"
    r"|[a-z]{2,20}(?:itis|rosis|nosis|hosis|losis|algia|opathy|phrenia|plegia|aemia|ectomy))\b"
    rf"|\b(?:fractures?|calcification|dislocation|amputation|laceration|burns?|injur(?:y|ies)|wounds?|bruis(?:es|ing)"
    rf"|scars?|loss{_}of{_}(?:vision|sight|hearing|feeling)){_}(?:of|in|to|on){_}(?:the|his|her|my|both)"
    rf"{_}(?:[a-z0-9]{{2,10}}{_}){{0,2}}{BODY}\b"
    rf"|\b(?:broken|fractured|amputated){_}(?:[a-z]{{3,8}}{_})?{BODY}\b",
    re.IGNORECASE,
)
_SMALL_WORDS = any_of(
    "the a an of in on at to for from by with and or his her their its this that which who was were is had has"
    " been be as any no not such other due after before"
)
_PLAIN = rf"(?:(?!{_SMALL_WORDS}\b)[a-z][a-z\-‑]{{2,18}})"
_SUFFERED = re.compile(
    rf"\b(?:suffer(?:s|ed|ing)?{_}from|diagnosed{_}(?:with|as)|treated{_}for|operated{_}on{_}for|symptoms{_}of){_}"
    rf"{_A}(?P<id>{_PLAIN}(?:{_}{_PLAIN}){{0,2}})",
    re.IGNORECASE,
)
_NAMED_ILLNESS = re.compile(
    rf"\b(?:{_PLAIN}(?:{_}{_PLAIN})?{_}(?:disease|disorder|syndrome|infection|impairment|tumou?r|transplant"
    r"|surgery))\b",
    re.IGNORECASE,
)
_NOT_ILL = frozenset({"diagnosis", "prognosis", "homeopathy", "hypnosis"})


def _is_nationality(match: re.Match[str]) -> bool:
    """Written small, such a word is an everyday one ("polish", "roma"), unless more is said."""
    return match[0][0].isupper() or " " in match[0].strip()


def _is_role(match: re.Match[str]) -> bool:
    return _OTHER_ROLE.match(match.string, match.end()) is None


def _is_work(match: re.Match[str]) -> bool:
    return _NOT_WORK.match(match["id"]) is None


def _is_illness(match: re.Match[str]) -> bool:
    return match[0].lower() not in _NOT_ILL


ABOUT_PEOPLE: tuple[Rule, ...] = (
    Rule("KINSHIP", _KINSHIP, 0.4, "kinship"),
    Rule("NATIONALITY", _NATIONALITY, 0.4, "nationality", _is_nationality),
    Rule("FAITH", _FAITH, 0.4, "religion"),
    Rule("PROFESSION", _JOB, 0.4, "profession"),
    Rule("PROFESSION", _WORKED_AS, 0.4, "profession", _is_work),
    Rule("PROFESSION", _ROLE, 0.4, "profession or post", _is_role),
    Rule("PROFESSION", _PREDICATE, 0.3, "what somebody is", _is_work),
    Rule("STANDING", _STANDING, 0.4, "orientation, conviction or standing"),
    Rule("EMPLOYER", _WORK, 0.5, "employer or school"),
    Rule("EDUCATION", _SCHOOL, 0.4, "school"),
    Rule("EDUCATION", _DIPLOMA, 0.4, "school or degree"),
    Rule("EDUCATION", _SUBJECT, 0.3, "what was studied"),
    Rule("HEALTH", _ILLNESS, 0.4, "illness or injury", _is_illness),
    Rule("HEALTH", _SUFFERED, 0.3, "illness or injury"),
    Rule("HEALTH", _NAMED_ILLNESS, 0.3, "illness or injury"),
)
