"""The leak check's own idea of how a name sounds: a coarse code that all spellings and cases fall into.

Two codes exist. The fine one keeps Russian consonants apart and serves Cyrillic against Cyrillic, so that an
ordinary Russian page gives few false alarms. The coarse one folds all sibilants into one letter and serves
everything that crosses scripts, where Kovalchuk, Kowaltschuk and Ковальчук must come out the same. In both,
soft signs vanish and each run of vowels keeps one vowel.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_KNOWN = 100_000  # words whose codes are remembered

VOWELS = frozenset("aeiou")

_FINE = {
    **dict(zip("абвгдезиклмнопрстуфхцчшщ", "abvgdezиklmnoprstufxцчшщ", strict=True)),
    "и": "i", "й": "i", "ы": "i", "і": "i", "ї": "i", "ј": "i", "ё": "e", "є": "e", "э": "e", "ю": "u", "я": "a",
    "ж": "ж", "ґ": "g", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ү": "u", "ұ": "u", "һ": "x", "ә": "a", "ў": "v",
    "љ": "l", "њ": "n", "џ": "ж", "ћ": "ч", "ђ": "d", "ѕ": "z",
}  # fmt: skip
_COARSE_OF_FINE = str.maketrans(
    {"g": "h", "x": "h", "ж": "S", "z": "S", "s": "S", "ц": "S", "ч": "S", "ш": "S", "щ": "S"}
)

# Latin letters with a mark that changes the sound, before the marks are thrown away.
_MARKED = {
    "č": "ch", "ć": "ch", "ĉ": "ch", "ç": "ch", "š": "sh", "ś": "sh", "ş": "sh", "ș": "sh", "ŝ": "sh", "ž": "zh",
    "ż": "zh", "ź": "zh", "ł": "l", "đ": "d", "ß": "ss", "ø": "o", "æ": "e", "œ": "e", "ı": "i", "ğ": "h",
    "þ": "t", "ð": "d", "ə": "a",
}  # fmt: skip
_SIBILANT = re.compile(
    r"schtsch|shtsh|chtch|shch|szcz|stsch|tsch|dsch|tch|dzh|dsh|sch|sh|cz|ch|tz|ts|tc|zh|dj|dz|sz|c(?=[eiy])|[sz]"
)
_AFFRICATE = re.compile(r"[dt]+S")
_DIGRAPHS = (("kh", "h"), ("gh", "h"), ("ph", "f"), ("ck", "k"), ("th", "t"), ("qu", "kv"), ("x", "kS"))
_LATIN_LETTERS = str.maketrans({"q": "k", "c": "k", "w": "v", "y": "i", "g": "h", "j": "i"})

_MARK = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]+")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LATIN = re.compile(r"[a-z\u00df-\u024f\u1e00-\u1eff]")
# Letters that look alike, Latin to Cyrillic; digits that a scanner or a hand puts for letters.
_PAIRS = dict(zip("aceopxykmtbhinsj", "асеорхукмтвнипѕј", strict=True)) | {"i": "і", "n": "п"}
_TO_CYRILLIC = str.maketrans({k: v for k, v in _PAIRS.items() if k != "n"} | {"0": "о", "3": "з", "6": "б"})
_TO_LATIN = str.maketrans(
    {v: k for k, v in _PAIRS.items() if v != "п"} | {"0": "o", "1": "l", "5": "s", "ɡ": "g", "ԁ": "d", "һ": "h"}
)
_GREEK = str.maketrans("αβεηικμνορτυχ", "abehikmvoptux")
_CYRILLIC_ONLY = re.compile(r"[бгджзлпфцчшщъыьэюяёйєїґўљњђћџ]")
_LATIN_ONLY = re.compile(r"[dfglqrsuvwzj]")

# Case endings, written in the letters of the codes (x and h are the two codes' х).
_ENDINGS = (
    "", "a", "u", "e", "o", "i", "om", "em", "im", "am", "ami", "imi", "ax", "ix", "ov", "ev", "ogo", "ego",
    "omu", "emu", "ovi", "evi", "ovo", "evo",
)  # fmt: skip
FINE_ENDINGS = tuple(sorted(_ENDINGS, key=len))
COARSE_ENDINGS = tuple(sorted({e.replace("x", "h").replace("g", "h") for e in _ENDINGS}, key=len))
LATIN_ENDINGS = (*COARSE_ENDINGS, "S", "eS", "iS")


def strip_marks(text: str) -> str:
    """`text` without combining marks, so that ё is е, й is и and a stress mark is gone."""
    return text if text.isascii() else _MARK.sub("", unicodedata.normalize("NFKD", text))


def _collapse(code: str) -> str:
    """One vowel for each run (the last that isn't i), one letter for each doubled consonant."""
    out: list[str] = []
    for letter in code:
        if out and out[-1] == letter:
            continue
        if out and letter in VOWELS and out[-1] in VOWELS:
            if letter != "i":
                out[-1] = letter
            continue
        out.append(letter)
    return "".join(out)


def scripts(word: str) -> tuple[str, ...]:
    """The readings of a casefolded word by script, look-alikes put right: Cyrillic, Latin, or both."""
    word = word.translate(_GREEK)
    cyrillic, latin = bool(_CYRILLIC.search(word)), bool(_LATIN.search(word))
    mixed = (cyrillic and latin) or any(c.isdigit() for c in word)
    readings = []
    if cyrillic and (not latin or not _LATIN_ONLY.search(word) or _CYRILLIC_ONLY.search(word)):
        readings.append(word.translate(_TO_CYRILLIC) if mixed else word)
    if latin and (not cyrillic or not _CYRILLIC_ONLY.search(word)):
        readings.append(word.translate(_TO_LATIN) if mixed else word)
        if not cyrillic and not _LATIN_ONLY.search(word):
            readings.append(word.translate(_TO_CYRILLIC))
    return tuple(readings)


def is_cyrillic(word: str) -> bool:
    return bool(_CYRILLIC.search(word))


@lru_cache(maxsize=MAX_KNOWN)
def fine(word: str) -> str:
    """The fine code of a casefolded Cyrillic word."""
    return _collapse("".join(_FINE.get(c, "") for c in strip_marks(word)))


@lru_cache(maxsize=MAX_KNOWN)
def coarse(word: str) -> tuple[str, ...]:
    """The coarse codes of a casefolded word in either script; Latin j and ch make more than one."""
    if is_cyrillic(word):
        raw = "".join(_FINE.get(c, "") for c in strip_marks(word)).translate(_COARSE_OF_FINE)
        return (_collapse(_AFFRICATE.sub("S", raw)),)
    if not word.isascii():
        word = strip_marks("".join(_MARKED.get(c, c) for c in word))
    variants = [word]
    if "j" in word:
        variants.append(word.replace("j", "zh"))
    if "ch" in word:
        variants.append(word.replace("ch", "h"))
    if word.startswith("l") and len(word) > 2 and word[1] not in "aeiouylj":
        variants.append("i" + word[1:])  # a capital I read as a small l
    return tuple(dict.fromkeys(_latin_code(v) for v in variants))


def _latin_code(word: str) -> str:
    if word.startswith("eu"):
        word = "ev" + word[2:]
    if word.endswith("ff"):
        word = word[:-2] + "v"
    if len(word) > 4 and word.endswith("ow"):
        word = word[:-1] + "v"
    word = _SIBILANT.sub("S", word)
    word = _AFFRICATE.sub("S", word)
    for pair, letter in _DIGRAPHS:
        word = word.replace(pair, letter)
    word = word.translate(_LATIN_LETTERS)
    return _collapse("".join(c for c in word if c == "S" or "a" <= c <= "z"))


def consonants(code: str) -> str:
    return "".join(c for c in code if c not in VOWELS)


def heads(code: str, endings: tuple[str, ...]) -> list[str]:
    """What may be the stem of a word: its code without each case ending that it could carry."""
    return [code[: len(code) - len(e)] for e in endings if len(code) - len(e) >= 2 and code.endswith(e)]


def stems(code: str) -> tuple[str, ...]:
    """The stems of a listed name part: without its final vowel, and without a fleeting one."""
    stem = code[:-1] if code and code[-1] in VOWELS else code
    found = [stem]
    if len(stem) >= 3 and stem == code and stem[-2] in "eo" and (stem[-1] in "lkцS" or stem == "lev"):
        found.append(stem[:-2] + stem[-1])
    return tuple(found)


@lru_cache(maxsize=20_000)
def distance(a: str, b: str, limit: float) -> tuple[float, int]:
    """Weighted edit distance of two codes (a vowel costs 0.5, a consonant 1) and its consonant edits.

    Stops early with (limit + 1, 9) when the distance must exceed `limit`.
    """
    if abs(len(a) - len(b)) > 2 * limit:
        return limit + 1, 9
    row: list[tuple[float, int]] = [(0.0, 0)]
    for c in b:
        row.append(_add(row[-1], c))
    for c in a:
        new = [_add(row[0], c)]
        for j, d in enumerate(b):
            if c == d:
                best = row[j]
            else:
                both = c in VOWELS and d in VOWELS
                best = (row[j][0] + (0.5 if both else 1.0), row[j][1] + (0 if both else 1))
            new.append(min(best, _add(row[j + 1], c), _add(new[j], d)))
        row = new
        if min(row)[0] > limit:
            return limit + 1, 9
    return row[-1]


def _add(cost: tuple[float, int], letter: str) -> tuple[float, int]:
    return (cost[0] + 0.5, cost[1]) if letter in VOWELS else (cost[0] + 1.0, cost[1] + 1)
