"""What stands around a hit: initials, further parts, the rest of a handle. A partly covered name is a leak."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .. import morphology
from . import given as names
from .folding import CYRILLIC, HYPHENS, TOKEN, readings
from .inflect import is_patronymic
from .romanise import to_cyrillic

_WINDOW = 72
_INITIAL = r"([^\W\d_][^\W\d_]{0,2})\."
_MARKS = "\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad"
_AFTER = re.compile(
    rf"([{_MARKS}]{{0,4}},?[ \t\xa0\n{_MARKS}]{{0,3}}){_INITIAL}"
    rf"(?:[ \t\xa0\n\-]{{0,2}}{_INITIAL}|([^\W\d_a-zа-яё])(?![\w.]))?"
)
_AFTER_BARE = re.compile(r",?[ \xa0]([^\W\d_a-zа-яё])(?:[ \xa0]?([^\W\d_a-zа-яё]))?(?![\w.])")
_BEFORE = re.compile(
    rf"(?:(?<![\w.])|(?<=\.\.)|(?<=_)){_INITIAL}[ \t\xa0\n\-]{{0,2}}(?:{_INITIAL}[ \t\xa0\n]{{0,2}})?$"
)
_TITLES = frozenset(
    [
        "mr", "mrs", "ms", "dr", "st", "sr", "jr", "no", "vs", "гр", "гос", "др", "им", "тов", "проф", "ул", "г",
        "с", "д", "кв", "пр", "стр", "рис", "тел", "см", "ст", "ч", "п",
    ]
)  # fmt: skip
_STARTS_A_NAME = re.compile(r"[ \xa0]?[^\W\d_a-zа-яё][^\W\d_]")
_HANDLE_CHARS = re.compile(r"[\w.@+\-]*")
_HANDLE_BEFORE = re.compile(r"[\w.@+\-]{1,64}$")
_DOTTED = re.compile(r"[a-z0-9]{1,40}(?:\.[a-z0-9]{2,40}){1,4}\.?")  # hava.tavs, also at the end of a sentence
_LATIN_SURNAME = re.compile(
    r"(ov|ova|ev|eva|off|eff|in|ina|yn|yna|ski|sky|skii|skiy|skaya|skaia|ska|enko|chuk|uk|iuk|yuk|dze|shvili|yan|ian"
    r"|adze|vich|wicz|ow|owa|ew|ewa|iyev|iev|ieva|bekov|oglu|zade)$"
)  # fmt: skip
PARTICLES = frozenset(
    [
        "аль", "эль", "ал", "ел", "уль", "ас", "аш", "ад", "ибн", "бен", "бин", "бинт", "абу", "ум", "де", "да",
        "ди", "дю", "ла", "ле", "лос", "дос", "дель", "ван", "вон", "фон", "дер", "ден", "тер", "мак", "о", "оглы",
        "оглу", "огли", "угли", "угл", "кызы", "кизи", "гызы", "заде", "зода", "улы", "уулу", "хан", "бек", "al",
        "el", "ul", "as", "ash", "ad", "ibn", "ben", "bin", "bint", "abu", "de", "da", "di", "du", "la", "le",
        "los", "dos", "del", "van", "von", "der", "den", "ter", "mac", "o", "ogly", "oglu", "ogli", "oghlu",
        "ugli", "kyzy", "kizi", "qizi", "gizi", "zade", "zoda", "uulu", "uly", "khan", "bek",
    ]
)  # fmt: skip
_LONGEST_ABBREVIATION = 2
_NEIGHBOUR_GAP = re.compile(r"[ \t\xa0]{1,2}|[ \t\xa0]?\n[ \t\xa0]?")


@dataclass(frozen=True, slots=True)
class Initials:
    """Initials beside a hit: where the whole stretch ends or starts, and the letters, folded."""

    place: int
    letters: tuple[str, ...]
    surely: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The capitalised word beside a hit and what the dictionary takes it for."""

    start: int
    end: int
    word: str
    marks: frozenset[str]
    known: bool
    hyphen: bool


def _letter(initial: str) -> str:
    return next((folded[0] for _, folded in readings(initial) if folded), initial[0].lower())


_ADDRESS_BEFORE = re.compile(
    r"(?<![\w-])(?:Mr|Mrs|Ms|Miss|Mx|Messrs|Herr|Frau|Madame|Monsieur|Mme|г-н[ауе]?|г-ном|г-жа|г-ж[иеу]|г-жой|пан[аи]?"
    r"|господин[ауе]?|господином|госпож[аиеу]|госпожой)\.?[ \t\xa0\n]{1,2}$",
    re.IGNORECASE,
)


def with_address(text: str, start: int) -> int:
    """Where a form of address that tells the gender starts before a name, else the name's own start."""
    window = text[max(0, start - 16) : start]
    match = _ADDRESS_BEFORE.search(window)
    return start - len(window) + match.start() if match else start


def is_title(word: str) -> bool:
    """Whether a word is a form of address or an office before a name, and no part of it."""
    return word.lower() in _TITLES or _ADDRESS_BEFORE.search(f"{word} ") is not None


def _is_title(initial: str) -> bool:
    """Abbreviations ("Dr.", "гр.") and words that end a sentence ("мая."); a single capital is an initial."""
    if (len(initial) > 1 or initial.islower()) and initial.lower() in _TITLES:
        return True
    return len(initial) > _LONGEST_ABBREVIATION and morphology.is_everyday(initial.lower().replace("ё", "е"))


def initials_after(text: str, end: int) -> Initials | None:
    """Initials that follow: "А.Б.", "А. Б.", "А", with the place where they end."""
    match = _AFTER.match(text, end)
    if match and _may_be_initials(match, end) and not _is_title(match.group(2)):
        if "," in match.group(1) and _STARTS_A_NAME.match(text, match.end()):
            return None
        if "\n" in match.group()[len(match.group(1)) :] and _STARTS_A_NAME.match(text, match.end()):
            return None  # the second is the next line's
        letters = tuple(_letter(group) for group in match.groups()[1:] if group)
        return Initials(match.end(), letters, "," not in match.group(1) and match.group(2)[0].isupper())
    match = _AFTER_BARE.match(text, end)
    if match:
        return Initials(match.end(), tuple(_letter(group) for group in match.groups() if group), False)
    return None


def _may_be_initials(match: re.Match[str], end: int) -> bool:
    """Small letters only when there are two of them, or when they stand at the word without a gap."""
    small = len(match.group(2)) == 1 and bool(match.group(3)) and len(match.group(3)) == 1
    return match.group(2)[0].isupper() or match.end(1) == end or (small and "," not in match.group(1))


def initials_before(text: str, start: int) -> Initials | None:
    """Initials that stand before, with the place where they start."""
    window = text[max(0, start - 16) : start]
    match = _BEFORE.search(window)
    if not match or _is_title(match.group(1)):
        return None
    letters = tuple(_letter(group) for group in match.groups() if group)
    place = start - len(window) + match.start()
    return Initials(place, letters, match.group(1)[0].isupper())


def neighbour_after(text: str, end: int, cased: bool) -> Neighbour | None:
    """The word that follows at once, when it may be a name by its capital or, where all are alike, by its form."""
    match = TOKEN.search(text, end, end + _WINDOW)
    if not match:
        return None
    return _neighbour(text[end : match.start()], match.group(), match.start(), match.end(), cased)


def neighbour_before(text: str, start: int, cased: bool) -> Neighbour | None:
    """The word that stands just before, by the same measure."""
    low = max(0, start - _WINDOW)
    last = None
    for match in TOKEN.finditer(text, low, start):
        last = match
    if last is None or (last.start() == low and low > 0):
        return None
    return _neighbour(text[last.end() : start], last.group(), last.start(), last.end(), cased)


def _neighbour(gap: str, word: str, start: int, end: int, cased: bool) -> Neighbour | None:
    hyphen = len(gap) == 1 and gap in HYPHENS[:5]
    particle = is_particle(word)
    if not (hyphen or _NEIGHBOUR_GAP.fullmatch(gap)) or not (particle or _may_be_name(word, cased)):
        return None
    if particle:
        return Neighbour(start, end, word, frozenset({"Particle"}), True, hyphen)
    marks, known = marks_of(word)
    return Neighbour(start, end, word, marks, known, hyphen)


_LINE_END = re.compile(rf"(?<![{HYPHENS}])\n")


def is_apart(gap: str) -> bool:
    """Whether a gap may part two names: a table's cell, or a line's end unless a hyphen stands there."""
    return "\t" in gap or bool(_LINE_END.search(gap))


_SYLLABLE = re.compile("[^аеиоуыэюяaeiouy]{0,4}[аеиоуыэюяaeiouy]{1,2}[^аеиоуыэюяaeiouy]{0,3}")
_MAX_SYLLABLE = 5


def is_syllable(folded: str) -> bool:
    """Whether a folded word is as short as the parts of East and South-East Asian names."""
    return len(folded) <= _MAX_SYLLABLE and bool(_SYLLABLE.fullmatch(folded))


_SYLLABLE_AFTER = re.compile("[ \xa0-]([^\\W\\d_]{2,5})(?![\\w'])")
_SYLLABLE_BEFORE = re.compile("(?<![\\w'])([^\\W\\d_]{2,5})[ \xa0-]$")


def syllables_around(text: str, start: int, end: int, cased: bool) -> tuple[int, int]:
    """The stretch with up to two more syllables of such a name on either side."""
    for _ in range(2):
        match = _SYLLABLE_AFTER.match(text, end)
        if match is None or not _is_part_syllable(match.group(1), cased):
            break
        end = match.end()
    match = _SYLLABLE_BEFORE.search(text[max(0, start - 8) : start])
    if match is not None and cased and _is_part_syllable(match.group(1), cased) and not _is_function(match.group(1)):
        start -= len(match.group())
    return start, end


def _is_part_syllable(word: str, cased: bool) -> bool:
    if cased and not word[0].isupper():
        return False
    for script, folded in readings(word):
        if not is_syllable(folded) and not (len(folded) <= _MAX_SYLLABLE - 1 and folded[-1] in "аеуыияaeuyi"):
            continue
        if cased or (script == CYRILLIC and (not _is_function(word) or morphology.name_marks(folded))):
            return True
    return False


def _is_function(word: str) -> bool:
    """Whether a short word is also an everyday one, so that a capital may be a sentence's."""
    for script, folded in readings(word):
        if script == CYRILLIC:
            return morphology.is_common_word(folded)
    return True


def has_given_before(text: str, start: int) -> bool:
    """Whether a given name or an initial stands just before, so that a surname has its given name already."""
    if initials_before(text, start) is not None:
        return True
    found = neighbour_before(text, start, True)
    return found is not None and "Name" in found.marks and not found.hyphen


AFTER_FATHER = frozenset(
    [
        "оглы", "оглу", "огли", "угли", "кызы", "кизи", "гызы", "улы", "уулу", "ogly", "oglu", "ogli", "oghlu",
        "oghli", "ugli", "kyzy", "kizi", "qizi", "gizi", "uulu", "uly", "asuli", "kyzi", "qyzy",
    ]
)  # fmt: skip


def is_after_father(word: str) -> bool:
    """Whether a word says "son of" or "daughter of" after the father's name (оглы, qizi, ასული)."""
    return any(folded in AFTER_FATHER for _, folded in readings(word))


def is_particle(word: str) -> bool:
    """Whether a word only joins the parts of a name (аль, ван, оглы), also in look-alike letters."""
    return len(word) < 6 and any(folded in PARTICLES for _, folded in readings(word))


def _may_be_name(word: str, cased: bool) -> bool:
    if len(word) < 2 or not word[0].isalpha():
        return False
    if cased:
        return word[0].isupper()
    folded = next((folded for script, folded in readings(word) if script == CYRILLIC), None)
    return folded is not None and (not morphology.is_known(folded) or morphology.is_mostly_name(folded))


@lru_cache(maxsize=20000)
def marks_of(word: str) -> tuple[frozenset[str], bool]:
    """Which kinds of name part a word may be (Name, Patr, Surn), and whether that comes from a dictionary."""
    marks: set[str] = set()
    known = False
    for script, folded in readings(word):
        if script == CYRILLIC:
            marks |= morphology.name_marks(folded)
            known = known or morphology.is_known(folded)
            if is_patronymic(folded):
                marks.add("Patr")
        else:
            if names.full_names(folded) or _is_given_in_russian(folded):
                marks.add("Name")
                known = True
            elif folded.endswith(("ovich", "evich", "ovna", "evna", "ichna", "owna", "ewitsch", "owitsch")):
                marks.add("Patr")
            elif _LATIN_SURNAME.search(folded) and len(folded) > 4:
                marks.add("Surn")
    return frozenset(marks), known


_MIN_READ_BACK = 4


def _is_given_in_russian(latin: str) -> bool:
    """Whether a folded Latin word, read back, is a given name of the Russian dictionary: Milana."""
    if len(latin) < _MIN_READ_BACK:
        return False
    return any(morphology.is_known(one) and morphology.is_given_name(one) for one in to_cyrillic(latin)[:2])


def whole_handle(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole handle or mail address when the hit stands inside one, else the hit."""
    before, after = text[start - 1 : start], text[end : end + 1]
    tail = _HANDLE_CHARS.match(text, end, end + _WINDOW)
    head = _HANDLE_BEFORE.search(text[max(0, start - _WINDOW) : start])
    run = (head.group() if head else "") + text[start:end] + (tail.group() if tail else "")
    inside = before in ("@", "_") or after in ("@", "_") or "@" in run
    inside = inside or bool(text[start:end].isascii() and text[start:end].islower() and _DOTTED.fullmatch(run))
    if not inside:
        return start, end
    first = start - (len(head.group()) if head else 0)
    last = tail.end() if tail else end
    while last > end and text[last - 1] in ".-+":
        last -= 1
    while first < start and text[first] in ".-+":
        first += 1
    return first, last
