"""What announces a name: titles in every case, kin, «по имени», «ФИО:», a line for a signature."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from .paradigms import all_forms

WINDOW = 48
_SHORT_TITLES = (
    r"г-н(?:а|у|ом|е)?|г-ж(?:а|и|е|у|ой)|гр-н(?:а|у|ом|е|ин[а-я]{0,2})?|гр-к(?:а|и|е|у|ой)|гр|гос|тов|проф|акад|д-р"
    r"(?:а|у|ом|е)?"
    r"|адв|пом|зам|нач|св-ль|ст л-т|л-т(?:а|у|ом)?|к-н|м-р|п/п-к|п-к|mr|mrs|ms|dr|prof|capt|sgt|lt|col|rev|st"
)
_TITLE_BEFORE = re.compile(rf"(?<![^\W\d_])(?:{_SHORT_TITLES})\.?[ \n]{{0,2}}$", re.IGNORECASE)
_HIS = r"(?:[ ](?:его|её|ее|меня|мою|моего|их|тебя|вас|был[ао]?|his|her|my|is|was|as))?"
_SAID_RU = (
    r"по имени|по фамилии|по прозвищу|по кличке|по отчеству|зовут|звали|зову|имя|имени|фамили[яюией]{1,2}|отчество"
    r"|назвал[а-я]{0,2} себя"
    r"|представил(?:ся|ась)(?: как)?|ф\.?[ ]?и\.?[ ]?о\.?|фио|прозвище|известн[а-я]{2,3} как|он же|она же"
    r"|урожд[её]нн[а-я]{2,3}"
    r"|девичья фамилия|в девичестве|именуем[а-я]{2,3}|кличк[а-я]{1,2}|подписал[аи]?|подпись|исполнитель"
    r"|составил[а]?|получил[а]?"
)
_SAID_EN = (
    r"named|called|name(?: is| was)?|surname|forename|first name|last name|middle name|full name|given name"
    r"|maiden name|alias|a\.k\.a\.?|aka|known as"
    r"|signed(?: by)?|signature|born as|née|nee|nickname|nicknamed|married to|represented by|introduced (?:him"
    r"|her)self as"
)
_SAID = re.compile(rf"(?<![^\W\d_])(?:{_SAID_RU}|{_SAID_EN}){_HIS}[ ]?[:–—-]?[ \n]{{0,2}}[«\"“‘/(]?$", re.IGNORECASE)
_LINE = re.compile(r"_{3,}[ \n]{0,3}[/(]?[ ]?$")
_SLASH = re.compile(r"/[ ]?$")


@lru_cache(maxsize=1)
def _words() -> dict[str, frozenset[str]]:
    text = resources.files(__package__).joinpath("freetext_words.tsv").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.splitlines())
    return {name: frozenset(words.split()) for name, _, words in rows}


@lru_cache(maxsize=1)
def titles() -> frozenset[str]:
    """Titles, ranks, roles and kin that stand before a name, in small letters with е for ё, in every case."""
    forms = {form for lemma in _words()["TITLE_RU"] for form in all_forms(lemma)}
    return frozenset(forms) | _words()["TITLE_EN"]


def not_names() -> frozenset[str]:
    """English words that are written with a capital and name nobody."""
    return _words()["NOT_NAME_EN"]


def is_title(word: str) -> bool:
    """Whether a word announces a name."""
    return word.lower().replace("ё", "е") in titles()


def announced(text: str, start: int, end: int) -> str | None:
    """What just before a place announces a name there, as an explanation; None when nothing does."""
    window = text[max(0, start - WINDOW) : start]
    if _TITLE_BEFORE.search(window):
        return "title before a capitalised word"
    if _SAID.search(window):
        return "said to be a name"
    if _LINE.search(window) or (_SLASH.search(window) and text[end : end + 2].strip()[:1] == "/"):
        return "beside a signature"
    return None
