"""The listed people, cut into name parts, and how well a word fits each part."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from . import check_national, check_script
from . import check_skeleton as sk
from .check_diminutives import everyday_forms
from .check_text import LEAST_SPACED, normalise
from .check_variants import LONG_VARIANT, halves, joined, variants
from .check_words import ENGLISH, EVERYDAY, PARTICLES, SPELLINGS

Role = Literal["surname", "given", "patronymic"]

EXACT, INFLECTED, FUZZY = 0, 1, 2
LONG_STEM = 6  # code letters from which a stem may be looked for inside longer words
RUN_TOGETHER_STEM = 7  # and across the gaps between words
FUZZY_STEM = 7  # code letters from which one consonant may be wrong

_PATRONYMIC = re.compile(
    r"(?:ович|евич|ьич|мич|[оеи]вна|и[нч]?чна|ична|овны|івна|оглы|кызы|(?:[oe]v|w)i(?:ch|tsch|cz|č)|[oei][vw]na)$"
)
_SURNAME_LIKE = re.compile(
    r"(?:ов|ев|ёв|ин|ын|ский|цкий|ской|ова|ева|ёва|ина|ына|ская|цкая|енко|ук|юк|чак|ян|янц|дзе|швили|ых|их"
    r"|ov|ev|in|sky|ski|skiy|skii|ova|eva|ina|skaya|enko|uk|yan|dze|shvili)$"
)
_MASCULINE = re.compile(r"(?:[оеё]в|[иы]н|[кн]ий|[кн]ой|ый)$")
_FEMININE = re.compile(r"(?:[оеё]ва|[иы]на|ая)$")
_MASCULINE_TAIL = re.compile(r"(?:[оеё]в|[иы]н|[иы]й|[оеё]вым|[иы]ным|ого|ому|[оеё]ве|[иы]не)$")
_FEMININE_TAIL = re.compile(r"(?:[оеё]вой|[оеё]вою|[иы]ной|[иы]ною|ая|ую|скою)$")


_CYR_ENDINGS = (
    "", "а", "у", "е", "ом", "ем", "ы", "и", "я", "ю", "ей", "ой", "ов", "ев", "ам", "ям", "ами", "ями", "ах", "ях",
)  # fmt: skip
_FINAL_VOWELS = ("", "a", "e", "i", "o", "u")
LONGEST_TAIL = 4  # code letters after a surname's stem that a case or an adjective may add
MAX_SPELLINGS = 200
MAX_WORD = 60


@dataclass(frozen=True, slots=True)
class Part:
    """One word of one listed name. `person` is the position in the list of people; `plain` is casefolded."""

    person: int
    role: Role
    plain: str
    gender: str
    short_form: bool = False


@dataclass(slots=True)
class People:
    """An index of name parts by code; `rate` tells which parts a word may be."""

    parts: list[Part] = field(default_factory=list)
    _fine: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    _coarse: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    _latin: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    _short: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    long_stems: list[tuple[str, str, int]] = field(default_factory=list)
    _made: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _wide: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _mild: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _rated: dict[str, dict[int, int]] = field(default_factory=dict)

    def add(self, person: int, name: str) -> None:
        pieces = [(role, plain, False) for role, plain in cut(name)]
        for _, plain, _ in [piece for piece in pieces if piece[0] == "given"]:
            pieces.extend(("given", form, True) for form in everyday_forms(plain))
        for role, plain, short_form in pieces:
            part = Part(person, role, plain, gender(plain) if role == "surname" else "", short_form)
            if part not in self.parts:
                self.parts.append(part)
                self._index(len(self.parts) - 1, plain)

    def _index(self, number: int, plain: str) -> None:
        for spelled in check_script.readings(plain):
            for code in sk.coarse(spelled):
                self._put(self._coarse, "coarse", code, number)
                self._put(self._latin, "", code, number)
        self._index_made(number, self.parts[number])
        for reading in () if is_foreign(plain) else sk.scripts(plain)[:1]:
            cyrillic = sk.is_cyrillic(reading)
            first = sk.fine(reading) if cyrillic else sk.coarse(reading)[0]
            if _too_short(reading, first):
                for form in short_forms(reading):
                    self._short[form].add(number)
                continue
            if cyrillic:
                codes = dict.fromkeys((first, sk.fine(reading.replace("ё", "о"))))
                for code in codes:
                    self._put(self._fine, "fine", code, number)
            for reading_code in dict.fromkeys((*sk.coarse(reading), *sk.coarse(reading.replace("ё", "о")))):
                self._put(self._coarse, "coarse", reading_code, number)
                if not cyrillic:  # what is listed in Cyrillic has the fine index for Cyrillic words
                    self._put(self._latin, "", reading_code, number)

    def _index_made(self, number: int, part: Part) -> None:
        """What is made of a part, and its codes for national spellings; both are met in exact code only."""
        for variant in variants(part.role, part.plain, part.short_form):
            for code in (sk.fine(variant), sk.coarse(variant)[0]):
                self._made[code[:-1] if code[-1:] in sk.VOWELS else code].add(number)
        for index, wide in ((self._wide, True), (self._mild, False)):
            for code in () if is_foreign(part.plain) or part.short_form else check_national.codes(part.plain, wide):
                stem = check_national.stem(code)
                if check_national.is_long(stem, wide):
                    index[stem].add(number)

    def _put(self, index: dict[str, list[tuple[str, int]]], kind: str, code: str, number: int) -> None:
        for stem in sk.stems(code):
            keys = {sk.consonants(stem)}
            if len(stem) >= FUZZY_STEM:
                keys |= _deletions(sk.consonants(stem))
            for key in keys:
                if (stem, number) not in index[key]:
                    index[key].append((stem, number))
        longest = sk.stems(code)[0]
        if kind and len(longest) >= LONG_STEM and len(sk.consonants(longest)) >= 3:
            self.long_stems.append((kind, longest, number))

    def short_in(self, run: str) -> set[int]:
        """The parts whose short name stands in a run of letters that were written apart (аЦАЙи holds Цай)."""
        run = sk.strip_marks(run)
        return {
            number
            for form, numbers in self._short.items()
            if len(form) >= LEAST_SPACED and (form.upper() in run or form.title() in run or form == run)
            for number in numbers
        }

    def rate(self, word: str) -> dict[int, int]:
        """{position in `parts`: EXACT, INFLECTED or FUZZY} for a word as it stands in the text."""
        known = self._rated.get(word)
        if known is None:
            known = self._rated[word] = self._rate(word)
        return known

    def _rate(self, word: str) -> dict[int, int]:
        found: dict[int, int] = {}
        bare = word.strip("0123456789") if sum(c.isdigit() for c in word) > 1 else word
        folded = re.sub(r"['\u2019\u02bc\u2018`\u00b4]s?$", "", bare.casefold())
        if len(folded) < 2:
            return found
        if len(folded) > MAX_WORD:  # no word of a language, but a name may be built into it
            for reading in sk.scripts(folded):
                self._inside(found, sk.coarse(reading)[0])
            return found
        loose = not bare.islower()
        self._in_other_scripts(found, folded)
        self._as_made(found, folded, loose)
        if loose:
            self._in_national_spelling(found, folded)
        if loose:
            self._without_endings(found, folded)
        for reading in sk.scripts(folded):
            for number in self._short.get(sk.strip_marks(reading), ()):
                _keep(found, number, EXACT if reading == self.parts[number].plain else INFLECTED)
            if sk.is_cyrillic(reading):
                self._look(found, self._fine, sk.fine(reading), sk.FINE_ENDINGS, loose)
                self._look(found, self._latin, sk.coarse(reading)[0], sk.COARSE_ENDINGS, loose)
            else:
                for code in sk.coarse(reading):
                    self._look(found, self._coarse, code, sk.LATIN_ENDINGS, loose or len(code) > LONG_STEM)
                    self._inside(found, code)
            for number in list(found):
                if _plain(reading) == _plain(self.parts[number].plain):
                    found[number] = EXACT
        return found

    def _in_other_scripts(self, found: dict[int, int], folded: str) -> None:
        for head in check_script.heads(folded):
            for number in self._short.get(head, ()):
                _keep(found, number, INFLECTED)
            for code in sk.coarse(head):
                self._look(found, self._coarse, code, _FINAL_VOWELS, False)

    def _as_made(self, found: dict[int, int], folded: str, loose: bool) -> None:
        for reading in sk.scripts(folded)[:1] if self._made else ():
            cyrillic = sk.is_cyrillic(reading)
            code = sk.fine(reading) if cyrillic else sk.coarse(reading)[0]
            for head in sk.heads(code, sk.FINE_ENDINGS if cyrillic else _FINAL_VOWELS):
                if loose or len(head) >= LONG_VARIANT:
                    for number in self._made.get(head, ()):
                        _keep(found, number, INFLECTED)
            if cyrillic:
                self._inside_words(found, code)

    def _inside_words(self, found: dict[int, int], code: str) -> None:
        """A long surname run together with other words: свидетельтавсултанова."""
        for kind, stem, number in self.long_stems:
            if kind != "fine" or len(stem) < RUN_TOGETHER_STEM or self.parts[number].role != "surname":
                continue
            at = code.find(stem)
            if at > 0 or (at == 0 and len(code) > len(stem) + LONGEST_TAIL):
                _keep(found, number, INFLECTED)

    def _without_endings(self, found: dict[int, int], folded: str) -> None:
        """Endings that Turkic languages and Tajik set behind a name: Қодировдан, Айратның, Qodirovlar."""
        for base in check_national.bases(folded):
            for number, rank in self.rate(base.title()).items():
                if rank <= INFLECTED:
                    _keep(found, number, INFLECTED)

    def _in_national_spelling(self, found: dict[int, int], folded: str) -> None:
        national = check_national.is_national(folded)
        for index, wide in ((self._wide, True), (self._mild, False)):
            heads = {h for code in check_national.codes(folded, wide) for h in check_national.heads(code, wide)}
            for number in (n for head in heads for n in index.get(head, ())):
                if not wide:
                    _keep(found, number, FUZZY)
                elif national or check_national.is_national(self.parts[number].plain):
                    _keep(found, number, INFLECTED)

    def _look(
        self, found: dict[int, int], index: dict[str, list[tuple[str, int]]], code: str,
        endings: tuple[str, ...], loose: bool,
    ) -> None:  # fmt: skip
        if not index:
            return
        for head in sk.heads(code, endings):
            key = sk.consonants(head)
            keys = {key} | (_deletions(key) if loose and len(head) >= FUZZY_STEM - 1 else set())
            for one in keys:
                for stem, number in index.get(one, ()):
                    if stem == head:
                        _keep(found, number, INFLECTED)
                    elif loose and _near(stem, head):
                        _keep(found, number, FUZZY)

    def _inside(self, found: dict[int, int], code: str) -> None:
        """Names built into handles and file names: tkovalchuk, olgakovalchuk85."""
        for kind, stem, number in self.long_stems:
            at = code.find(stem) if kind == "coarse" else -1
            longer = at > 0 or (at == 0 and len(code) > len(stem) + 1)
            if longer and not re.match(r"[aeiou]?(?:iS|n|Sk|sk)", code[at + len(stem) :]):
                _keep(found, number, INFLECTED)


def _keep(found: dict[int, int], number: int, rank: int) -> None:
    found[number] = min(rank, found.get(number, FUZZY))


def _plain(word: str) -> str:
    return sk.strip_marks(word)


def _too_short(reading: str, code: str) -> bool:
    stem = sk.stems(code)[0]
    return len(reading) <= 3 or len(stem) < 3 or len(sk.consonants(stem)) < 2


def _deletions(key: str) -> set[str]:
    return {key[:i] + key[i + 1 :] for i in range(len(key))} if len(key) >= 4 else set()


def _near(stem: str, head: str) -> bool:
    """Whether a head is the stem with the few wrong letters that its length allows."""
    size = len(stem)
    limit = 0.0 if size <= 4 else 0.5 if size == 5 else 1.0 if size < 8 else 1.5
    if not limit or (size < 6 and stem[0] != head[0]):
        return False
    cost, consonants = sk.distance(stem, head, limit)
    return cost <= limit and consonants <= (1 if size >= FUZZY_STEM else 0)


def cut(name: str) -> list[tuple[Role, str]]:
    """The parts of a listed name with their roles; initials and particles are no parts of their own."""
    whole = [p for p in re.split(r"[\s,.;()\"«»_]+", normalise(name).casefold()) if p]
    pieces = [p.strip("-'’") for p in whole if p not in PARTICLES]
    pieces = [p for p in pieces if any(c.isalpha() for c in p) and (len(p) > 1 or is_foreign(p))]
    roles = _roles(pieces)
    found: list[tuple[Role, str]] = []
    for role, piece in zip(roles, pieces, strict=True):
        found.extend((role, half) for half in halves(piece) if len(half) > 1 or is_foreign(half))
    # Joined halves come last: initials are those of the first word of each role.
    by_piece = {piece.replace("-", ""): role for role, piece in zip(roles, pieces, strict=True)}
    for word in joined(whole):
        role = next((r for piece, r in by_piece.items() if word.endswith(piece)), "surname")
        found.append((role, word))
    return found


def _roles(pieces: list[str]) -> list[Role]:
    if len(pieces) == 1:
        return ["patronymic" if _PATRONYMIC.search(pieces[0]) else "surname"]
    middle = next((i for i, p in enumerate(pieces) if i > 0 and _PATRONYMIC.search(p)), None)
    given = middle - 1 if middle is not None else 0
    if (
        middle is None
        and len(pieces) == 2
        and _SURNAME_LIKE.search(pieces[0])
        and not _SURNAME_LIKE.search(pieces[1])
    ):
        given = 1
    return ["given" if i == given else "patronymic" if i == middle else "surname" for i in range(len(pieces))]


def is_foreign(word: str) -> bool:
    """Whether a word is in a script that has no codes here (Arabic, Georgian, Chinese, Greek …)."""
    return not re.search(r"[a-z\u00df-\u024f\u1e00-\u1eff\u0400-\u052f]", word)


def foreign_needles(name: str) -> list[str]:
    """What to look for as it stands, for a name in a script without codes: its words, and all of it closed up."""
    pieces = [plain for _, plain in cut(name) if is_foreign(plain)]
    found = [sk.strip_marks(piece) for piece in pieces if len(piece) > 1]
    return [*found, sk.strip_marks("".join(pieces))] if pieces else []


def gender(plain: str) -> str:
    """m or f for a Russian surname that changes with gender, else nothing."""
    return "f" if _FEMININE.search(plain) else "m" if _MASCULINE.search(plain) else ""


def fits_gender(part: Part, word: str) -> bool:
    """Whether an inflected word can be this surname in its own gender (or the plural of both)."""
    if part.gender == "f":
        return not _MASCULINE_TAIL.search(word.casefold())
    return not (part.gender == "m" and _FEMININE_TAIL.search(word.casefold()))


def everyday(part: Part, word: str) -> bool:
    """Whether a word is rather one of the language, or somebody's full name, than this name.

    Short forms (Саша) are so near to common words that they count only capitalised or as they are listed:
    "поэтому" is no Петя and "time" no Тима.
    """
    plain = sk.strip_marks(part.plain)
    if part.short_form and not sk.is_cyrillic(word.casefold()):
        return word.islower() or sk.coarse(word.casefold())[0] != sk.coarse(part.plain)[0]
    if part.short_form:
        low = sk.strip_marks(word.casefold())
        possessive = low.startswith(plain[:-1] + "ин")  # Олин брат
        bare = plain[-1] in "ая" and low[-1] not in "аяыиеуюйм" and not possessive
        if low != plain and (bare or word.islower()):
            return True
    if word in ENGLISH and word != part.plain:
        return True
    return part.role == "given" and word.islower() and sk.strip_marks(part.plain) in _STRIPPED_EVERYDAY


_STRIPPED_EVERYDAY = frozenset(sk.strip_marks(w) for w in EVERYDAY)


def is_short(part: Part) -> bool:
    readings = sk.scripts(part.plain) or (part.plain,)
    code = sk.fine(readings[0]) if sk.is_cyrillic(readings[0]) else sk.coarse(readings[0])[0]
    return _too_short(readings[0], code)


def short_forms(reading: str) -> set[str]:
    """All exact spellings of a short name: its cases in Cyrillic and its usual romanisations."""
    if not sk.is_cyrillic(reading):
        return {sk.strip_marks(f) for f in (reading, reading + "s")}
    stem = reading[:-1] if reading[-1] in "аяйьео" else reading
    changes = len(reading) > 2 and reading[-1] not in "иуыэюё"
    forms = {stem + e for e in _CYR_ENDINGS if e or stem == reading} if changes else set()
    latin = {
        "".join(s)
        for s, _ in zip(product(*(SPELLINGS.get(c, ("",)) for c in reading)), range(MAX_SPELLINGS), strict=False)
    }
    return {sk.strip_marks(f) for f in {reading, *forms, *latin} if len(f) > 1}
