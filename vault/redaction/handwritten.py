"""Short texts that a person writes by hand: a description, a label, a line of a cover, the name of a file.

Nobody reviews them like a document, and names stand in them as nobody writes them in one: in small letters, with a
number behind (olga1), run together with an initial (OKim), as a possessive (Мишин). So each word is also read alone,
as if it were a name. More words than in documents are then taken for names; it is quickly said otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from ..model.people import Person
from . import morphology
from .engine import Engine
from .labels import PERHAPS
from .names import schemes
from .names.matcher import CATEGORY
from .names.romanise import to_cyrillic

MIN_PREFIX = 3
"""Letters from which the beginnings of a given name and of a surname beside it are taken for the name."""
MIN_RUN = 4
"""Letters from which a name that is run together with an initial counts."""
MIN_PLURAL = 2
LONGEST_WORD = 60
_MARKS = re.compile(r"[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]")
_WORD = re.compile(r"[^\W_]{1,60}")
_PIECES = re.compile(r"[A-ZА-ЯЁ](?=[A-ZА-ЯЁ][a-zа-яё])|[A-ZА-ЯЁ]?[a-zа-яё]{1,60}|[A-ZА-ЯЁ]{1,60}")
_LETTERS = re.compile(r"[^\W\d_]{1,60}")
_PAIR = re.compile(r"(?<![^\W_])(?=([^\W\d_]{1,60})[\s_.\-]{1,2}([^\W\d_]{1,60})(?![^\W_]))")
_LATIN_DIGITS = tuple(str.maketrans("0134567", f"o{one}easbt") for one in "il")
_CYRILLIC_DIGITS = (str.maketrans("034685", "озчбвб"),)
_CYRILLIC = re.compile(r"[а-яё]")
_POSSESSIVE = re.compile(r"([а-яё]{1,40}?)([иы])н(?:ы|а|о|у|е|ым|ых|ыми|ой|ою|ого|ому|ом)?$")
_FATHER = re.compile(r"([а-яё]{2,20}?)[иы]ч(?:а|у|ем|ом|е)?$")
_SPOKEN = {"пал": "павл", "сан": "александр", "михал": "михайл", "лексе": "алексе", "дмитр": "дмитри"}
_SCHEMES = tuple(scheme.label for scheme in schemes.SCHEMES)
_SMALL = """
a an and as at be by do for he her him his i in is it its me my no not of off on or our out she so the them they to up
us was we who with you marriage married marry
а без бы в во вы да до за и из или их к как ко кто мы на не но о об он она они от по под при с со так то ты у что
"""
_SMALL_WORDS = frozenset(_SMALL.split())
_ALSO_NAMES = """
art april august bill black brown case court dawn faith frank grace green hope joy june long love mark may park pat
pen post ray rob roman rose short son song sue sun way white will wing wood work young
"""
_EVERYDAY = frozenset(_ALSO_NAMES.split())


def readings(text: str, *, prose: bool) -> list[str]:
    """Each word of a text as a name that it may be, capitalised, once each.

    `prose`: in a sentence, an everyday word in small letters is that word; in a file's name it may be anybody.
    """
    text = unicodedata.normalize("NFKC", text)
    prose = prose and any(map(str.isupper, text)) and any(map(str.islower, text))
    found: dict[str, None] = {}
    words = [word for match in _WORD.finditer(_MARKS.sub("", text)) for word in _words(match.group())]
    for place, word in enumerate(words):
        low = word.lower()
        if (low in _SMALL_WORDS and len(words) > 1) or (prose and word.islower() and _is_everyday(word)):
            continue
        # «Машина» begins a sentence about a car; «Машин» hardly does.
        meant = word[0].isupper() and (place > 0 or low.endswith("ин"))
        found.update(dict.fromkeys(one.capitalize() for one in _names(low, meant)))
    return [one for one in found if len(one) > 1]


def _words(word: str) -> Iterator[str]:
    """Without its digits, in the pieces of CamelCase, and with digits read as the letters that they look like."""
    yield from _LETTERS.findall(word)
    pieces = _PIECES.findall(word)
    if len(pieces) > 1:
        yield from pieces
    if any(map(str.isdigit, word)) and not word.isdigit():
        low = word.lower()
        for table in _CYRILLIC_DIGITS if _CYRILLIC.search(low) else _LATIN_DIGITS:
            read = low.translate(table)
            yield from (read, read.rstrip("0123456789"))


def _is_everyday(word: str) -> bool:
    if word in _SMALL_WORDS or word in _EVERYDAY:
        return True
    return len(word) > MIN_PLURAL and bool(_CYRILLIC.search(word)) and morphology.is_common_word(word)


def _names(low: str, meant: bool) -> Iterator[str]:
    """The word, and whose it says that something is (Kims, Мишин, Ольгиной), and a father's name as it is spoken."""
    yield low
    if low.isascii() and low.endswith("s") and len(low) > MIN_PLURAL:
        yield low[:-1]
        if low.endswith("es"):
            yield low[:-2]
    owner = _POSSESSIVE.match(low)
    if owner and (meant or not morphology.is_everyday(low)):
        yield from (owner.group(1) + "а", owner.group(1) + "я")
    father = _FATHER.match(low)
    if father:
        stem = _SPOKEN.get(father.group(1), father.group(1))
        yield from (stem + ending for ending in ("ович", "евич", "ьевич"))


def _may_be_a_name(word: str) -> bool:
    """Whether the dictionary knows a word as a name and as nothing else, in either script."""
    low = word.lower()
    if len(low) <= MIN_RUN or low in _EVERYDAY:
        return False
    read = (low,) if _CYRILLIC.search(low) else to_cyrillic(low)
    return any(morphology.name_marks(one) and not morphology.is_everyday(one) for one in read
               if morphology.is_known(one))  # fmt: skip


class Hand:
    """Searches such texts for listed people; built once for a case. Whom the profile keeps may be named."""

    def __init__(self, people: Sequence[Person], engine: Engine) -> None:
        self._engine = engine
        self._parts = [(one.id, frozenset(_spellings(one))) for one in people if not engine.keeps(one)]

    def named(self, text: str, *, prose: bool) -> str | None:
        """The id of somebody protected whom a text names, or None."""
        for reading in (text, *readings(text, prose=prose)):
            for span in self._engine.analyse(reading):
                small = (
                    reading[span.start : span.end].lower() in _SMALL_WORDS and len(reading) > span.end - span.start
                )
                if span.person and span.source != PERHAPS and not small:
                    return span.person
        return self._cut(unicodedata.normalize("NFKC", text))

    def names_others(self, text: str) -> bool:
        """Whether a file's name seems to name somebody who is not listed."""
        words = [word for match in _WORD.finditer(text) for word in _words(match.group())]
        spoken = (text, " ".join(word.capitalize() for word in words))
        spans = [span for one in spoken for span in self._engine.analyse(one)]
        return any(s.category == CATEGORY and s.person is None for s in spans) or any(map(_may_be_a_name, words))

    def _cut(self, text: str) -> str | None:
        """Somebody by beginnings of two parts of a name (mik_zar), or by one and an initial (okim, olgak)."""
        pairs = [(a.lower(), b.lower()) for a, b in (match.groups() for match in _PAIR.finditer(text))]
        words = [match.group().lower() for match in _LETTERS.finditer(text)]
        for person, parts in self._parts:
            if any(_begins(a, b, parts) for a, b in pairs) or any(_is_run(word, parts) for word in words):
                return person
        return None


def _spellings(person: Person) -> Iterator[tuple[str, int, int]]:
    """Each word of each name in each spelling: (word, which name, which word of it)."""
    for number, name in enumerate((person.name, *person.aliases)):
        for place, word in enumerate(match.group().lower() for match in _LETTERS.finditer(name)):
            yield word, number, place
            if _CYRILLIC.search(word):
                yield from ((schemes.spelled(scheme, word), number, place) for scheme in _SCHEMES)


def _begins(first: str, second: str, parts: frozenset[tuple[str, int, int]]) -> bool:
    if len(first) < MIN_PREFIX or len(second) < MIN_PREFIX:
        return False
    one, other = ({part[1:] for part in parts if part[0].startswith(word)} for word in (first, second))
    return any(a[0] == b[0] and a[1] != b[1] for a in one for b in other)


def _is_run(word: str, parts: frozenset[tuple[str, int, int]]) -> bool:
    if len(word) < MIN_RUN:
        return False
    for rest, initial in ((word[1:], word[0]), (word[:-1], word[-1])):
        whole = {part[1:] for part in parts if part[0] == rest}
        if any(p[0].startswith(initial) and p[1] == n and p[2] != at for n, at in whole for p in parts):
            return True
    return False
