"""Russian words that tell a kinship, people, faith, health or profession, in every case, by the dictionary."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from ..model.findings import Span
from . import morphology
from .paradigms import all_forms
from .quasi_rule import SOURCE

_WORD = re.compile(r"[а-яё]{2,40}(?:-[а-яё]{1,40}){0,3}")
_SCORES = {"HEALTH": 0.5, "ORIENTATION": 0.5}
_SCORE = 0.4
_WHY = {
    "KINSHIP": "kinship", "NATIONALITY": "nationality", "FAITH": "religion", "PROFESSION": "profession",
    "HEALTH": "health", "ORIENTATION": "orientation",
}  # fmt: skip
CATEGORIES = frozenset(_WHY)
_MODIFIERS = (
    r"(?:двоюродн|троюродн|сводн|при[её]мн|родн|старш|младш|средн|покойн|бывш|гражданск|внебрачн|единственн|законн"
    r"|перв|втор|"
    r"трет|последн|кр[её]стн|двуюродн|единоутробн|единокровн|несовершеннолетн|малолетн|взросл|этническ|крымск"
    r"|астраханск|волжск"
    r"|внучат|крещ[её]н|открыт|чистокровн|практикующ|глубоко|правоверн)[а-яё]{0,3}"
)
_BEFORE = re.compile(rf"(?<![а-яё\-])(?:{_MODIFIERS}[ ]){{1,3}}$")
_ORDINAL = r"(?:\d|[ivx]{1,3}|перв[а-яё]{2,3}|втор[а-яё]{2,3}|трет[а-яё]{2,4}|четв[её]рт[а-яё]{2,3})"
_AFTER = {
    "KINSHIP": re.compile(
        r"[ ](?:по (?:отц|матер|мам|пап|мужу|жен|лини|материнской лини|отцовской лини)[а-яё]{0,3}"
        r"(?: (?:отца|матери|мужа|жены))?|со стороны (?:отца|матери|мужа|жены|папы|мамы))(?![а-яё])"
    ),
    "NATIONALITY": re.compile(
        r"[ ]по (?:национальност|происхожден|народност|отцу|матер|рожден|паспорт)[а-яё]{0,3}(?![а-яё])"
    ),
    "HEALTH": re.compile(
        rf"[ ](?:{_ORDINAL}(?:-?[а-яё]{{1,3}})?[ ](?:групп|степен|стади|тип)[а-яё]{{1,3}}|с (?:детства|рождения)"
        r"|[abcабс](?=[ .,;])|по (?:зрени|слух)[а-яё]{1,2}|сердца|почек|л[её]гких|печени|мозга|груди|желудка|крови"
        r"|кожи|матки|простаты|[а-яё]{3,20}[ыи](?= степени))(?![а-яё])"
    ),
}
# What a service or an office adds to a rank or a post.
_SERVICE = re.compile(
    r"[ ](?:полиции|милиции|юстиции|фсб|мвд|фсин|гру|росгвардии|омона?|собра?|спецназа?|запаса|в отставке"
    r"|внутренней службы|"
    r"медицинской службы|по [а-яё]{4,20}(?: [а-яё]{4,20}(?:и|ам|ям))?|в (?:школе|больнице|университете|институте"
    r"|саду|кафе|магазине|"
    r"мечети|церкви)|на (?:рынке|заводе|стройке|ферме|фабрике|скорой))(?![а-яё])"
)
_WINDOW = 64
_NEXT = re.compile(r"[ ]([а-яё]{3,30}(?:-[а-яё]{2,30})?)(?![а-яё\-])")
_PREVIOUS = re.compile(r"(?<![а-яё\-])([а-яё]{4,30})[ ]$")
_MAX_WORDS = 2
_LANGUAGE = re.compile(r"[ ](?:язык|литератур|федерац|текст|перевод|алфавит|букв|шрифт)")


@lru_cache(maxsize=1)
def _listed() -> dict[str, frozenset[str]]:
    """The file's words by category; NOT are forms that are rather another word's, NO_CALLING people of no calling."""
    text = resources.files(__package__).joinpath("quasi_ru_words.tsv").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.splitlines())
    return {category: frozenset(words.split()) for category, _, words in rows}


@lru_cache(maxsize=1)
def _forms() -> dict[str, str]:
    """Each form of each listed word, folded, and its category."""
    forms: dict[str, str] = {}
    for category in _WHY:
        for word in _listed()[category]:
            for form in all_forms(word):
                forms.setdefault(form, category)
    return {form: category for form, category in forms.items() if form not in _listed()["NOT"]}


_SUFFIX = re.compile(
    r"(?:ист|истк|олог|ологин|ограф|щик|щиц|[гдзт]чик|[гдзт]чиц|вед|тел|тельниц|визор|мейкер|режиссер|режиссерш|ор"
    r"|орш|арь|ар)"
    r"(?:а|у|ом|е|ы|ов|ам|ами|ах|ой|и|ей|ем|ь|я|ю|ям|ями|ях)?$"
)


@lru_cache(maxsize=20000)
def _is_calling(word: str) -> bool:
    """Whether a word that no list has is a calling by its ending: «виолончелистка», «социолог»."""
    for parse in morphology.parses(word):
        tag = parse.tag
        if "NOUN" in tag and "anim" in tag and not morphology.NAME_MARKS & tag.grammemes:
            return morphology.is_known(word) and parse.normal_form.replace("ё", "е") not in _listed()["NO_CALLING"]
    return False


def _category(word: str) -> str | None:
    forms = _forms()
    found = forms.get(word)
    if found is None and "-" in word:
        found = next((forms[part] for part in word.split("-") if part in forms), None)
    if found is None and _SUFFIX.search(word) and _is_calling(word):
        return "PROFESSION"
    return found


def find_words(lower: str) -> list[Span]:
    """Proposals in a text that is all in small letters with е for ё; each with the words that belong to it."""
    found: list[Span] = []
    for match in _WORD.finditer(lower):
        category = _category(match.group())
        if category is None or (category == "NATIONALITY" and _LANGUAGE.match(lower, match.end())):
            continue
        start, end = _widened(lower, match.start(), match.end(), category)
        found.append(Span(start, end, category, None, SOURCE, _SCORES.get(category, _SCORE), False, _WHY[category]))
    return found


def _widened(lower: str, start: int, end: int, category: str) -> tuple[int, int]:
    window = lower[max(0, start - _WINDOW) : start]
    before = _BEFORE.search(window)
    if before:
        start -= len(window) - before.start()
    elif category in ("PROFESSION", "HEALTH"):
        start = _with_adjectives(lower, start)
    after = _AFTER[category].match(lower, end) if category in _AFTER else None
    if after:
        return start, after.end()
    return start, _with_object(lower, end) if category == "PROFESSION" else end


def _with_adjectives(lower: str, start: int) -> int:
    for _ in range(_MAX_WORDS):
        window = lower[max(0, start - _WINDOW) : start]
        match = _PREVIOUS.search(window)
        if not match or not _is_quality(match[1]):
            break
        start -= len(window) - match.start()
    return start


def _is_quality(word: str) -> bool:
    found = morphology.parses(word)
    return bool(found) and "ADJF" in found[0].tag and "Apro" not in found[0].tag


def _with_object(lower: str, end: int) -> int:
    """To the end of what the profession is about: «физики», «районной больницы», «ФСБ»."""
    for _ in range(_MAX_WORDS + 1):
        match = _SERVICE.match(lower, end)
        if match is None:
            match = _NEXT.match(lower, end)
            if match is None or not _is_genitive(match[1]):
                break
        end = match.end()
    return end


def _is_genitive(word: str) -> bool:
    found = morphology.parses(word)
    if not found or not (
        {"NOUN"} & found[0].tag.grammemes or ("ADJF" in found[0].tag and "Apro" not in found[0].tag)
    ):
        return False
    return any("gent" in parse.tag for parse in found) and not morphology.name_marks(word)
