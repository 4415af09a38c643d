"""Russian letters against Latin ones: is this Latin word a romanisation of that Russian one?

Every Russian letter has a set of Latin spellings, taken from ICAO 9303, BGN/PCGN, GOST, ISO 9, the scientific
and library schemes, passports of several years, and from how English, German, French, Polish, Turkish and Uzbek
writers spell by ear. A word matches when some choice of spellings gives it; no form is ever written out. The
search goes letter by letter with the set of positions reached, so it is linear in both lengths.

`sound_keys` gives the coarse keys by which candidates are looked up: consonants by class, every run of vowels
as one. All romanisations of a word share a key with it.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SPELLINGS: dict[str, str] = {
    # "-" stands for: not written at all
    "а": "a", "б": "b", "в": "v w f ff vv", "г": "g h gh gu v", "д": "d dd",
    "е": "e ye je ie yo io jo o ee i ai", "ж": "zh j z sh sch g dj dzh zj jh", "з": "z s zz ts",
    "и": "i y ie ee yi ji ii", "й": "y i j jj yi ij ii", "к": "k c ck q qu kk", "л": "l ll", "м": "m mm",
    "н": "n nn", "о": "o oh", "п": "p pp", "р": "r rr rh", "с": "s ss c z sz", "т": "t th tt",
    "у": "u ou oo w o", "ф": "f ph v ff", "х": "kh h x ch k q gh j hh", "ц": "ts c cz tz tc z s tsz",
    "ч": "ch c tch tsch cz tj ty tsh tš q", "ш": "sh s sch ch sz x c",
    "щ": "shch sch sc shh s chtch schtsch stch szcz sh sz shtch sjtj ch schch",
    "ъ": "- y i j ie", "ы": "y i ui e u ih", "ь": "- y i j e", "э": "e eh a ae he",
    "ю": "yu iu ju u you iou jou yoo ew yo", "я": "ya ia ja a ea yah ie iya",
}  # fmt: skip

_PAIRS: dict[str, str] = {
    "кс": "x", "дж": "j dj g gi dg dsch dzh zh c y", "ий": "y i", "ей": "ay y ei", "ай": "y ei", "ьо": "yo io jo",
    "кв": "qu", "ву": "w", "уэ": "we", "уа": "wa", "хь": "h", "ня": "nia gna", "оу": "ow", "ау": "aw",
    "тс": "ts c", "дз": "dz z ds j", "йо": "yo io jo",
}  # fmt: skip

# Spellings of a word's end only: the softened endings of surnames in old and western use.
_ENDINGS: dict[str, str] = {"ов": "off of ow", "ев": "eff ef ew yeff ieff", "ский": "sky ski skii skiy skij"}

MAX_WORD = 48
_REPEATS = re.compile(r"(.)\1+")


def _options(spellings: str) -> tuple[str, ...]:
    return tuple("" if one == "-" else one for one in spellings.split())


@lru_cache(maxsize=20000)
def _steps(word: str) -> tuple[tuple[tuple[str, int], ...], ...]:
    """For each letter of a folded Russian word: (Latin spelling, how many letters it stands for)."""
    table: list[tuple[tuple[str, int], ...]] = []
    for at, letter in enumerate(word):
        here = [(text, 1) for text in _options(_SPELLINGS.get(letter, letter))]
        here += [(text, 2) for text in _options(_PAIRS.get(word[at : at + 2], ""))]
        here += [(text, len(word) - at) for text in _options(_ENDINGS.get(word[at:], ""))]
        if at and word[at - 1] == letter:
            here.append(("", 1))
        table.append(tuple(here))
    return tuple(table)


def _forward(steps: tuple[tuple[tuple[str, int], ...], ...], latin: str) -> list[set[int]]:
    reached: list[set[int]] = [set() for _ in range(len(steps) + 1)]
    reached[0].add(0)
    for at, options in enumerate(steps):
        for place in reached[at]:
            for text, width in options:
                if latin.startswith(text, place):
                    reached[at + width].add(place + len(text))
    return reached


def _backward(steps: tuple[tuple[tuple[str, int], ...], ...], latin: str) -> list[set[int]]:
    reached: list[set[int]] = [set() for _ in range(len(steps) + 1)]
    reached[-1].add(len(latin))
    for at in range(len(steps) - 1, -1, -1):
        for text, width in steps[at]:
            for place in reached[at + width]:
                if latin.endswith(text, 0, place) and place >= len(text):
                    reached[at].add(place - len(text))
    return reached


def is_romanised(russian: str, latin: str) -> bool:
    """Whether the folded Latin word is a romanisation of the folded Russian one."""
    if len(russian) > MAX_WORD or len(latin) > MAX_WORD * 2:
        return False
    return len(latin) in _forward(_steps(russian), latin)[-1]


def is_nearly_romanised(russian: str, latin: str) -> bool:
    """The same with one letter wrong, missing, added or changed over with its neighbour, on either side."""
    if len(russian) > MAX_WORD or len(latin) > MAX_WORD * 2:
        return False
    steps = _steps(russian)
    before, after = _forward(steps, latin), _backward(steps, latin)
    for at in range(len(steps) + 1):
        rest_same = after[at]
        rest_next = after[at + 1] if at < len(steps) else set()
        for place in before[at]:
            if place in rest_next or place + 1 in rest_next or place + 1 in rest_same:
                return True
            if place + 2 in rest_next and latin[place : place + 2] in _SCANNED_PAIRS:
                return True
    return _changed_over(steps, latin, before, after)


def _changed_over(
    steps: tuple[tuple[tuple[str, int], ...], ...], latin: str, before: list[set[int]], after: list[set[int]]
) -> bool:
    for at in range(len(steps) - 1):
        if not before[at] or not after[at + 2]:
            continue
        for first, width in steps[at]:
            if width != 1 or not first:
                continue
            for second, other_width in steps[at + 1]:
                if other_width != 1 or not second:
                    continue
                for place in before[at]:
                    end = place + len(first) + len(second)
                    if end in after[at + 2] and latin.startswith(second + first, place):
                        return True
    return False


# What scanning makes of one letter.
_SCANNED_PAIRS = frozenset({"rn", "cl", "vv", "li", "ii", "lc", "nn", "ri", "in", "iv"})


_TWO_FOR_ONE = {
    # folded: і is written и here
    "ы": {"ьи", "ьл", "ъи"}, "ю": {"ло", "ио", "но"}, "ш": {"ии", "ин", "ни"}, "м": {"тп", "гп", "ил", "лл"},
    "ж": {"эк", "хс", "зк"}, "щ": {"иц", "шц"}, "ф": {"ср", "оо", "со"}, "н": {"ии"}, "п": {"ии", "ги"}, "л": {"ии"},
    "д": {"лл"}, "я": {"ил"},
}  # fmt: skip


_ONE_FOR_TWO = {
    two: tuple(one for one, pairs in _TWO_FOR_ONE.items() if two in pairs)
    for two in sorted({two for pairs in _TWO_FOR_ONE.values() for two in pairs})
}
_REPAIRABLE = re.compile(f"(?=({'|'.join(_ONE_FOR_TWO)}))")


def scan_repairs(word: str) -> list[str]:
    """The word with each pair of letters that scanning may have made of one put back, one place at a time."""
    found: list[str] = []
    for match in _REPAIRABLE.finditer(word):
        two = match.group(1)
        found += [word[: match.start()] + one + word[match.start() + len(two) :] for one in _ONE_FOR_TWO[two]]
    return found


def one_edit_apart(one: str, other: str) -> bool:
    """Whether two different words of one script differ by one typing or scanning error, in linear time."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    shorter = min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if len(left) <= 1 and len(right) <= 1:
        return True
    if len(left) == 2 and len(right) == 2:
        return left == right[::-1]
    return right in _TWO_FOR_ONE.get(left, ()) or left in _TWO_FOR_ONE.get(right, ())


def undoubled(word: str) -> str:
    """The word with each doubled letter written once: doubling is what spelling errors play with most."""
    return _REPEATS.sub(r"\1", word)


_CYRILLIC_CLASSES = str.maketrans(
    "абвгдежзийклмнопрстуфхцчшщыэюя",
    "APFKTASSAAKLMNAPRSTAFKSSSSAAAA",
)
_LATIN_CLASSES = str.maketrans(
    "abcdefghijklmnopqrstuvwxyz",
    "APSTAFKKAAKLMNAPKRSTAFFKAS",
)
_SIBILANTS = re.compile("[дт]*[жзсцчшщ](?:[дт]*[жзсцчшщ])*")
_SOFT_BETWEEN = re.compile("(?<=[бвгджзклмнпрстфхцчшщ])ь(?=[бвгджзклмнпрстфхцчшщ])")


def _collapse(classes: str) -> str:
    return _REPEATS.sub(r"\1", classes)


@lru_cache(maxsize=50000)
def cyrillic_keys(word: str) -> tuple[str, ...]:
    """The coarse keys of a folded Russian word."""
    runs = _SIBILANTS.sub("с", word)
    plain = _collapse(runs.replace("ь", "").replace("ъ", "").translate(_CYRILLIC_CLASSES))
    if not _SOFT_BETWEEN.search(runs):
        return (plain,)
    voiced = _SOFT_BETWEEN.sub("и", runs).replace("ь", "").replace("ъ", "")
    return (plain, _collapse(voiced.translate(_CYRILLIC_CLASSES)))


_LATIN_SIBILANTS = re.compile("[dt]*[scz]h*(?:[dt]*[scz]h*)*")
_HARD_DIGRAPHS = re.compile("([ptkgr])h")
_PLAIN_CH = re.compile("(?<![sct])ch")
_SILENT_H = re.compile("(?<=[aeiou])h(?![aeiou])")
_HARD_C = re.compile("c(?![hzeiy])k?")


def latin_keys(word: str) -> tuple[str, ...]:
    """The coarse keys of a folded Latin word: several where a letter has several readings (j, ch, x, c)."""
    versions = [word.replace("ph", "f")]
    if "j" in word:
        versions = [v.replace("j", r) for v in versions for r in ("a", "s")]
    if _PLAIN_CH.search(word):
        versions += [_PLAIN_CH.sub("k", v) for v in versions]
    if _HARD_C.search(word):
        versions += [_HARD_C.sub("k", v) for v in versions]
    if _SILENT_H.search(word):
        versions += [_SILENT_H.sub("", v) for v in versions]
    if "rh" in word:
        versions += [v.replace("rh", "rg") for v in versions]  # a Belarusian or Ukrainian г
    if "x" in word:
        versions += [v.replace("x", "ks") for v in versions]
    return tuple(dict.fromkeys(_latin_key(version) for version in versions))


def _latin_key(word: str) -> str:
    runs = _LATIN_SIBILANTS.sub("s", word)
    hard = _HARD_DIGRAPHS.sub(r"\1", runs)
    return _collapse(hard.translate(_LATIN_CLASSES))


# Back from Latin to Russian: longest spelling first, the most likely letters first.
_BACK: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("schtsch", ("щ",)), ("shch", ("щ",)), ("chtch", ("щ",)), ("szcz", ("щ",)), ("tsch", ("ч",)), ("dsch", ("дж",)),
    ("sch", ("щ", "ш")), ("tch", ("ч",)), ("dzh", ("дж",)), ("zh", ("ж",)), ("kh", ("х",)), ("ch", ("ч", "х")),
    ("sh", ("ш",)), ("sz", ("ш",)), ("cz", ("ч", "ц")), ("ts", ("ц",)), ("tz", ("ц", "тз")), ("gh", ("г",)),
    ("ph", ("ф",)), ("th", ("т",)), ("ck", ("к", "цк")), ("dj", ("дж",)), ("ou", ("у", "оу")), ("oo", ("у",)),
    ("ee", ("и", "ее")),
    ("yu", ("ю",)), ("iu", ("ю",)), ("ju", ("ю", "джу")), ("ya", ("я",)), ("ia", ("ия", "я")), ("iya", ("ия",)),
    ("ja", ("я", "джа")), ("yo", ("е",)), ("ye", ("е",)), ("je", ("е", "дже")), ("iy", ("ий",)), ("ij", ("ий",)),
    ("ii", ("ий",)), ("ey", ("ей", "е")), ("ay", ("ай",)), ("oy", ("ой",)), ("ei", ("ей",)), ("ai", ("ай",)),
    ("oi", ("ой",)),
)  # fmt: skip
_BACK_PREFIX = dict(_BACK)
_BACK_LETTERS: dict[str, tuple[str, ...]] = {
    "a": ("а",), "b": ("б",), "c": ("к", "ц"), "d": ("д",), "e": ("е",), "f": ("ф",), "g": ("г",), "h": ("х", "г"),
    "i": ("и",), "j": ("й", "дж"), "k": ("к",), "l": ("л",), "m": ("м",), "n": ("н",), "o": ("о",), "p": ("п",),
    "q": ("к",), "r": ("р",), "s": ("с",), "t": ("т",), "u": ("у",), "v": ("в",), "w": ("в",), "x": ("кс", "х"),
    "y": ("и", "ы"), "z": ("з", "ц"),
}  # fmt: skip
_BACK_ENDINGS: tuple[tuple[str, str], ...] = (
    ("ska", "ска"), ("skaia", "ская"), ("skaja", "ская"), ("skaya", "ская"), ("skiy", "ский"), ("skii", "ский"),
    ("skij", "ский"), ("sky", "ский"), ("ski", "ский"), ("iyeva", "иева"), ("yeva", "ева"), ("off", "ов"),
    ("eff", "ев"), ("ow", "ов"), ("ew", "ев"), ("owa", "ова"), ("iy", "ий"), ("ij", "ий"), ("ii", "ий"),
    ("y", "ий"),
)  # fmt: skip
MAX_BACK = 6


@lru_cache(maxsize=5000)
def to_cyrillic(latin: str) -> tuple[str, ...]:
    """Likely Russian spellings of a folded Latin name, the likeliest first, at most MAX_BACK."""
    for ending, russian in _BACK_ENDINGS:
        if latin.endswith(ending) and len(latin) > len(ending) + 1:
            return tuple(stem + russian for stem in _back(latin[: -len(ending)]))
    return _back(latin)


def _back(latin: str) -> tuple[str, ...]:
    partial = [""]
    at = 0
    while at < len(latin):
        for width in (7, 5, 4, 3, 2):
            if latin[at : at + width] in _BACK_PREFIX and at + width <= len(latin):
                letters, step = _BACK_PREFIX[latin[at : at + width]], width
                break
        else:
            letters, step = _BACK_LETTERS.get(latin[at], ("",)), 1
        partial = [head + one for one in letters for head in partial][:MAX_BACK]
        at += step
    return tuple(dict.fromkeys(partial))


_TO_LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "",
        "э": "e", "ю": "yu", "я": "ya",
    }
)  # fmt: skip


def to_latin(russian: str) -> str:
    """One plain romanisation of a folded Russian word, for showing and for comparing."""
    return russian.translate(_TO_LATIN)


def initials_of(russian: str) -> frozenset[str]:
    """Every letter, of either script, that a romanised or plain initial of this word may be."""
    if not russian:
        return frozenset()
    first = {text[0] for text, _ in _steps(russian)[0] if text}
    return frozenset(first | {russian[0]})
