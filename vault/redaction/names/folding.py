"""One spelling for every way of writing a word: the first step of finding a name.

A token is a run of letters and digits with whatever hides inside it: soft hyphens, zero-width and bidirectional
marks, stress marks, control characters, apostrophes. Folding takes these out, brings compatibility forms,
look-alike letters and the neighbours' alphabets to plain lower-case Russian or plain Latin letters, and says in
which of the two scripts the word can be read; a word of mixed letters can be read in both.
"""

from __future__ import annotations

import re
import unicodedata

# Characters that print nothing: controls (except tab, line feed, form feed, carriage return), soft hyphen,
# zero-width and bidirectional marks, variation selectors.
IGNORABLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
MARKS = "\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
APOSTROPHES = (
    "'\"\u2018\u2019\u201c\u201d\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u2032\u2033`\u00b4\u00b7\u2027"
)
HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u00ac\u2212\ufe63\uff0d"

MAX_TOKEN = 64  # no name part is longer; longer runs are looked at only as handles

TOKEN = re.compile(rf"[^\W_][^\W_{MARKS}{IGNORABLE}]*(?:[{APOSTROPHES}{MARKS}{IGNORABLE}]+[^\W_]+)*[{MARKS}]*")

_IGNORED = re.compile(f"[{IGNORABLE}]+")
_PLAIN_CYRILLIC = re.compile("[а-яА-ЯёЁ]+")
_PLAIN_LATIN = re.compile("[a-zA-Z]+")
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]+")
_POSSESSIVE = re.compile(r"(?<=[^\W\d_])['\u2019`][sS]$")

# What the Russian alphabet's neighbours write, in Russian letters. Applied after decomposition, in lower case.
_CYRILLIC_NEIGHBOURS = str.maketrans(
    {
        "ё": "е", "і": "и", "ї": "и", "є": "е", "ґ": "г", "ў": "в", "ә": "а", "ө": "о", "ү": "у", "ұ": "у",
        "қ": "к", "ҡ": "к", "ғ": "г", "ҳ": "х", "һ": "х", "ҷ": "дж", "җ": "ж", "ң": "н", "ҥ": "н", "ӏ": "",
        "ј": "й", "љ": "ль", "њ": "нь", "ћ": "ч", "ђ": "дж", "џ": "дж", "ѕ": "с", "ѣ": "е", "ѳ": "ф", "ѵ": "и",
        "ҫ": "с", "ҙ": "з", "ӡ": "дз", "ӻ": "г", "ҕ": "г", "ҹ": "ч",
    }
)  # fmt: skip

# Chechen, Ingush and Avar put a stroke after a consonant, for want of a key often a Latin I or a digit one.
_MAY_BE_PALOCHKA = re.compile("(?<=[КкГгПпТтХхЦцЧч])[I1l\u0406\u04c0\u04cf|](?=[\u0400-\u052f])")
_SHORT_U = re.compile("(?<![аеиоуыэюяіёє])ў")


def _as_russian(lower: str) -> str:
    """The neighbours' letters as Russian ones. After a vowel ў is the Belarusian v, elsewhere an Uzbek vowel."""
    return _SHORT_U.sub("у", lower).translate(_CYRILLIC_NEIGHBOURS)


_LATIN_EXTRA = str.maketrans(
    {
        "ł": "l", "đ": "d", "ø": "o", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ə": "a", "þ": "th", "ð": "d",
        "ħ": "h", "ŋ": "n", "ь": "", "ъ": "",
    }
)  # fmt: skip

# Letters that look the same, by case. Only readings for a word that mixes scripts, or that is made of nothing
# but such letters.
_LOOKS_CYRILLIC = {
    "A": "А", "B": "В", "C": "С", "E": "Е", "H": "Н", "I": "І", "J": "Ј", "K": "К", "M": "М", "O": "О",
    "P": "Р", "S": "Ѕ", "T": "Т", "X": "Х", "Y": "У", "N": "И", "R": "Я", "W": "Ш", "U": "И",
    "a": "а", "b": "ь", "c": "с", "e": "е", "g": "д", "h": "н", "i": "и", "j": "ј", "k": "к", "m": "м",
    "n": "п", "o": "о", "p": "р", "r": "г", "s": "ѕ", "t": "т", "u": "и", "v": "в", "w": "ш", "x": "х",
    "y": "у", "l": "л", "d": "д",
    "0": "о", "3": "з", "4": "ч", "6": "б", "8": "в", "1": "л",
    "Α": "А", "Β": "В", "Γ": "Г", "Ε": "Е", "Η": "Н", "Ι": "І", "Κ": "К", "Λ": "Л", "Μ": "М", "Ν": "И",
    "Ο": "О", "Π": "П", "Ρ": "Р", "Τ": "Т", "Υ": "У", "Φ": "Ф", "Χ": "Х",
    "α": "а", "β": "в", "ε": "е", "ι": "і", "κ": "к", "ν": "и", "ο": "о", "π": "п", "ρ": "р", "σ": "о",
    "τ": "т", "υ": "и", "φ": "ф", "χ": "х", "η": "п", "γ": "у", "с": "с",
}  # fmt: skip
_LOOKS_LATIN = {
    "А": "A", "В": "B", "С": "C", "Е": "E", "Н": "H", "І": "I", "Ј": "J", "К": "K", "М": "M", "О": "O",
    "Р": "P", "Ѕ": "S", "Т": "T", "Х": "X", "У": "Y", "Ш": "W", "И": "N", "Я": "R", "Ԁ": "D", "Ѵ": "V",
    "а": "a", "е": "e", "ё": "e", "к": "k", "м": "m", "о": "o", "р": "p", "с": "c", "т": "t", "у": "y",
    "х": "x", "і": "i", "ї": "i", "ј": "j", "ѕ": "s", "һ": "h", "ԁ": "d", "ɡ": "g", "п": "n", "и": "u",
    "г": "r", "в": "v", "ш": "w", "ѵ": "v", "ԛ": "q", "ԝ": "w", "н": "h", "л": "l", "д": "d", "ӏ": "l",
    "Ӏ": "l", "ь": "", "ъ": "", "б": "b",
    "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "8": "b", "|": "l",
    "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O",
    "Ρ": "P", "Τ": "T", "Υ": "Y", "Χ": "X",
    "α": "a", "γ": "y", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "υ": "u", "χ": "x", "η": "n",
    "τ": "t", "ω": "w", "ϲ": "c", "ε": "e", "σ": "o", "β": "b",
}  # fmt: skip
_ALL_LOOK_CYRILLIC = re.compile("[ABCEHIKMOPTXYaceopxykuimt0346]+")
_ALL_LOOK_LATIN = re.compile("[АВСЕНІКМОРТХУасеорхуікмт0134]+")

_GEORGIAN = str.maketrans(
    dict(
        zip(
            "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
            [
                "a",
                "b",
                "g",
                "d",
                "e",
                "v",
                "z",
                "t",
                "i",
                "k",
                "l",
                "m",
                "n",
                "o",
                "p",
                "zh",
                "r",
                "s",
                "t",
                "u",
                "p",
                "k",
                "gh",
                "q",
                "sh",
                "ch",
                "ts",
                "dz",
                "ts",
                "ch",
                "kh",
                "j",
                "h",
            ],
            strict=True,
        )
    )
)
_ARMENIAN = str.maketrans(
    dict(
        zip(
            "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
            [
                "a",
                "b",
                "g",
                "d",
                "e",
                "z",
                "e",
                "y",
                "t",
                "zh",
                "i",
                "l",
                "kh",
                "ts",
                "k",
                "h",
                "dz",
                "gh",
                "ch",
                "m",
                "y",
                "n",
                "sh",
                "o",
                "ch",
                "p",
                "j",
                "r",
                "s",
                "v",
                "t",
                "r",
                "ts",
                "v",
                "p",
                "k",
                "o",
                "f",
                "ev",
            ],
            strict=True,
        )
    )
)
_IS_CYRILLIC = re.compile("[\u0400-\u052f\u1c80-\u1c8f]")
_IS_LATIN = re.compile("[a-zA-Z\u00aa-\u024f\u0250-\u02af\u1e00-\u1eff]")
_IS_GREEK = re.compile("[\u0370-\u03ff]")
_IS_DIGIT = re.compile("[0-9]")
_IS_GEORGIAN = re.compile("[\u10d0-\u10ff\u1c90-\u1cbf]")
_IS_ARMENIAN = re.compile("[\u0531-\u0587]")
_TAIL_DIGITS = re.compile(r"(?<=[^\W\d_])[0-9]{1,8}$")
_HEAD_DIGITS = re.compile(r"^[0-9]{1,8}(?=[^\W\d_])")

# Case and number endings of languages that hang them on the whole name.
_UZBEK_ENDING = re.compile(
    "(?<=[a-zа-я]{4})(?:larning|larga|lar|jon|xon|khon|ning|ga|ni|dan|da|ka|nin|nan|tan|ho|ro|horo"
    "|ларнинг|ларга|лардан|лар|лер|нинг|нын|нен|га|ге|ка|ке|ни|ны|не|дан|ден|тан|нан|да|де|нар|хо|ро|хоро)$"
)
_GEORGIAN_ENDING = re.compile(
    "(?<=[a-z]{3})(?:is|ma|ze|shi|dan|tvis|it|ad|s|i|m|stan|tan|stvis|isgan|isken|sgan|sken|sze|sshi|mde|vit|ebi|ebis)$"
)
_ARMENIAN_ENDING = re.compile("(?<=[a-z]{3})(?:its|in|ov|um|y|i|n)$")

CYRILLIC = "cyrillic"
LATIN = "latin"


def decompose(token: str) -> str:
    """Without ignorable characters and marks, compatibility forms made plain; й is kept, case is kept."""
    stripped = _IGNORED.sub("", token)
    if stripped.isascii():
        return stripped
    out: list[str] = []
    for char in unicodedata.normalize("NFKD", stripped):
        if unicodedata.combining(char):
            if char == "\u0306" and out and out[-1] in "иИ":
                out[-1] = "й" if out[-1] == "и" else "Й"
            elif char == "\u0306" and out and out[-1] in "уУ":
                out[-1] = "ў"
            continue
        out.append(char)
    return "".join(out)


def _as_cyrillic(plain: str) -> str | None:
    """The word in Russian letters, when each letter is one or looks like one."""
    out = [char if _IS_CYRILLIC.match(char) else _LOOKS_CYRILLIC.get(char) for char in plain]
    if None in out:
        return None
    return _as_russian("".join(c for c in out if c is not None).lower())


def _as_latin(plain: str) -> str | None:
    out = [char if _IS_LATIN.match(char) else _LOOKS_LATIN.get(char) for char in plain]
    if None in out:
        return None
    return "".join(c for c in out if c is not None).lower().translate(_LATIN_EXTRA)


def fold_cyrillic(word: str) -> str:
    """A word known to be Cyrillic, folded: lower case, ё as е, neighbours' letters as Russian ones."""
    return _as_russian(_APOSTROPHE.sub("", decompose(word)).lower())


def fold_latin(word: str) -> str:
    """A word known to be Latin, folded: lower case, no marks, no apostrophes."""
    return _APOSTROPHE.sub("", decompose(word)).lower().translate(_LATIN_EXTRA)


def is_cyrillic(word: str) -> bool:
    """Whether most letters of the word are Cyrillic."""
    return 2 * len(_IS_CYRILLIC.findall(word)) >= len(_IS_LATIN.findall(word)) and bool(_IS_CYRILLIC.search(word))


def readings(token: str) -> tuple[tuple[str, str], ...]:
    """All ways to read a token, as (script, folded word); empty for numbers and for scripts we don't know."""
    if _PLAIN_CYRILLIC.fullmatch(token):
        folded = token.lower().replace("ё", "е")
        if _ALL_LOOK_LATIN.fullmatch(token):
            return ((CYRILLIC, folded), *_reading(LATIN, _as_latin(token)))
        return ((CYRILLIC, folded),)
    if _PLAIN_LATIN.fullmatch(token):
        if _ALL_LOOK_CYRILLIC.fullmatch(token):
            return ((LATIN, token.lower()), *_reading(CYRILLIC, _as_cyrillic(token)))
        return ((LATIN, token.lower()),)
    return _slow_readings(token)


def _reading(script: str, folded: str | None) -> tuple[tuple[str, str], ...]:
    return ((script, folded),) if folded else ()


def _slow_readings(token: str) -> tuple[tuple[str, str], ...]:
    plain = _APOSTROPHE.sub("", decompose(_POSSESSIVE.sub("", token)))
    if not plain or plain.isdigit():
        return ()
    if _IS_GEORGIAN.search(plain):
        return _georgian(plain.lower().translate(_GEORGIAN))
    if _IS_ARMENIAN.search(plain):
        return _without_ending(plain.lower().replace("ու", "u").translate(_ARMENIAN), _ARMENIAN_ENDING)
    found: dict[tuple[str, str], None] = {}
    trimmed = _HEAD_DIGITS.sub("", _TAIL_DIGITS.sub("", plain))
    for form in dict.fromkeys((trimmed, plain)):
        if _MAY_BE_PALOCHKA.search(form):
            _read_letters(_MAY_BE_PALOCHKA.sub("", form), found)
        _read_letters(form, found)
    if "1" in trimmed and _IS_CYRILLIC.search(trimmed):
        _read_letters(trimmed.replace("1", "\u0456"), found)
    return tuple(found)


def _without_ending(word: str, endings: re.Pattern[str]) -> tuple[tuple[str, str], ...]:
    short = endings.sub("", word)
    return ((LATIN, word),) if short == word else ((LATIN, word), (LATIN, short))


def _georgian(word: str) -> tuple[tuple[str, str], ...]:
    """The genitive drops the last vowel of a name: -dzis is of -dze, -is of -i or -a."""
    found = _without_ending(word, _GEORGIAN_ENDING)
    if word.endswith("is") and len(word) > 4:
        found += tuple((LATIN, word[:-2] + vowel) for vowel in "eia")
    return found


def is_caseless(char: str) -> bool:
    """Whether a character is of a script that is written without capitals."""
    return bool(_IS_GEORGIAN.match(char)) or (char.isalpha() and not char.isupper() and not char.islower())


def uzbek_stem(word: str) -> str | None:
    """A folded word of either script without an Uzbek ending, if it may have one."""
    short = _UZBEK_ENDING.sub("", word)
    return short if short != word else None


def _read_letters(plain: str, found: dict[tuple[str, str], None]) -> None:
    cyrillic = bool(_IS_CYRILLIC.search(plain))
    latin = bool(_IS_LATIN.search(plain))
    other = bool(_IS_DIGIT.search(plain) or _IS_GREEK.search(plain))
    if cyrillic and not latin and not other:
        found[(CYRILLIC, _as_russian(plain.lower()))] = None
        return
    if latin and not cyrillic and not other:
        found[(LATIN, plain.lower().translate(_LATIN_EXTRA))] = None
        if _ALL_LOOK_CYRILLIC.fullmatch(plain):
            found.update(dict.fromkeys(_reading(CYRILLIC, _as_cyrillic(plain))))
        return
    if cyrillic or latin or _IS_GREEK.search(plain):
        found.update(dict.fromkeys(_reading(CYRILLIC, _as_cyrillic(plain))))
        found.update(dict.fromkeys(_reading(LATIN, _as_latin(plain))))
