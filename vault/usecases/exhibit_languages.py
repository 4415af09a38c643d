"""In what language an exhibit is: whether it is the court's, and which one to propose where none was noted."""

from __future__ import annotations

import re

FEW_LETTERS = 40
"""Letters below which a text is too short to tell its language, or to be the same as another."""
FOREIGN_SHARE = 0.5
"""Share of letters in another script that makes a document one in another language."""
FOREIGN_LINES = 120
"""Letters in another script that need a translation even in a document that says to be in the court's language."""
FEW_WORDS, ENGLISH_SHARE = 40, 0.12
"""Of English words every third is one of these; of other languages written in Latin letters hardly any is."""
FEW_LETTERS_OF_A_LINE = 3
"""Letters below which a description is in no language at all, such as a number of a file."""
_ENGLISH_WORDS = (
    "the of and to in a is that for it was on with as be by at this have from or had not are but his her they she he "
    "you i which all were there been their has will would who when my me we our"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
LETTERS = re.compile(r"[^\W\d_]")
_LATIN_WORD = re.compile(r"[A-Za-z]{1,20}")
_CYRILLIC_WORD = re.compile(r"[\u0400-\u052f]{1,30}")
_SCRIPTS = {
    "latin": re.compile(r"[A-Za-z\u00aa-\u024f\u1e00-\u1eff]"),
    "cyrillic": re.compile(r"[\u0400-\u052f]"),
}
_CYRILLIC_CODES = "ru uk be bg sr mk kk ky tg tt ba ce inh cv mn os ab av kbd ady sah udm"
_CYRILLIC = frozenset(_CYRILLIC_CODES.split())
_OWN_LETTERS = {"ru": frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
                "uk": frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")}  # fmt: skip
_RUSSIAN_WORDS = "и в не на что с по от из был была были его её их как это для при ей ему они"
_UKRAINIAN_WORDS = "і в та не на що з по від із був була були його її їх як це для при їй йому вони й у"
_OWN_WORDS = {"ru": frozenset(_RUSSIAN_WORDS.split()), "uk": frozenset(_UKRAINIAN_WORDS.split())}
OWN_SHARE, STRANGE_SHARE = 0.08, 0.01
"""Of Russian and Ukrainian words about every tenth is one of these; a few strange letters are misread ones."""


def _script(target: str) -> re.Pattern[str]:
    return _SCRIPTS["cyrillic" if target in _CYRILLIC else "latin"]


def language_of(text: str, noted: str, target: str) -> bool | None:
    """Whether something is in the target language; None if nobody can tell."""
    letters = len(LETTERS.findall(text))
    own = len(_script(target).findall(text))
    foreign = letters - own
    if letters >= FEW_LETTERS and foreign >= FOREIGN_SHARE * letters:
        return False
    if noted:
        tags = [tag.split("-")[0] for tag in noted.split(", ")]
        return target in tags and foreign < max(FOREIGN_LINES, 0.1 * letters)
    if letters < FEW_LETTERS:
        return None
    if target != "en":
        return None if foreign < FOREIGN_LINES else False
    words = _LATIN_WORD.findall(text.lower())
    if len(words) < FEW_WORDS:
        return None
    return foreign < FOREIGN_LINES and sum(word in _ENGLISH for word in words) >= ENGLISH_SHARE * len(words)


def proposed(text: str) -> str:
    """en, ru or uk where a text is plainly in one of them, else "": a proposal for whoever notes it."""
    if language_of(text, "", "en"):
        return "en"
    letters = len(LETTERS.findall(text))
    words = _CYRILLIC_WORD.findall(text.lower())
    found = "".join(words)
    if letters < FEW_LETTERS or len(found) < (1 - FOREIGN_SHARE) * letters:
        return ""
    for code, alphabet in _OWN_LETTERS.items():
        strange = sum(char not in alphabet for char in found)
        common = sum(word in _OWN_WORDS[code] for word in words)
        if strange <= STRANGE_SHARE * len(found) and common >= OWN_SHARE * len(words):
            return code
    return ""


def in_another_script(line: str, target: str) -> bool:
    """Whether a description is written in other letters than those of a language."""
    letters = len(LETTERS.findall(line))
    foreign = letters - len(_script(target).findall(line))
    return letters >= FEW_LETTERS_OF_A_LINE and foreign >= FOREIGN_SHARE * letters
