"""What people make of a listed name: joined halves, honours, everyday and possessive forms, letters left out."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from . import check_skeleton as sk
from .check_diminutives import is_known_given
from .check_words import FUNCTION_WORDS, HONORIFICS, NO_POSSESSIVE, PARTICLES, TITLES

MIN_JOINED = 5
MIN_GIVEN = 4  # letters of a given name from which forms are made of it
MIN_ADJECTIVE = 6  # letters of a surname from which an adjective is made
MIN_MASKED = 5  # letters of a surname that is looked for with letters left out
LONG_VARIANT = 7  # code letters from which a form counts written small

_DIMINUTIVES = ("очк", "ечк", "ушк", "юшк", "уш", "юш", "ул", "юл", "унчик", "чик", "оньк", "еньк", "к")
_VOWEL_END = "аяоеиуюэыйь"
_MASK = r"(?:[-\u2010-\u2015*_•·#]{1,8}|\.{2,8})\s?"
_ENDS_HARD = ("", "а", "у", "ом", "ым", "е", "ы")
_ENDS_SOFT = ("а", "у", "ой", "ою", "ы", "е")
_ENDS_ADJECTIVE = ("ий", "ого", "ому", "им", "ая", "ой", "ую", "ый")


def joined(pieces: list[str]) -> list[str]:
    """Parts that are written as one word or as two: хож-ахмедов, аль хасан. `pieces`: a name, casefolded."""
    found = [piece.replace("-", "") for piece in pieces if "-" in piece]
    for first, second in pairwise(pieces):
        particle = first in PARTICLES and first not in TITLES and second not in PARTICLES
        if particle:
            found.append(first + second.replace("-", ""))
    return [word for word in found if len(word) >= MIN_JOINED]


def halves(piece: str) -> list[str]:
    """The parts of a name written with hyphens that may stand alone: not its smallest words."""
    parts = [half for half in piece.split("-") if half]
    if len(parts) == 1:
        return parts
    return [half for half in parts if half not in FUNCTION_WORDS and half not in PARTICLES]


@lru_cache(maxsize=4_000)
def variants(role: str, plain: str, short_form: bool) -> tuple[str, ...]:
    """Bases (without case endings) of what is made of a casefolded Cyrillic part."""
    if not sk.is_cyrillic(plain):
        return ()
    base = plain.rstrip(_VOWEL_END) if plain[-1] in _VOWEL_END else plain
    if role == "surname":
        return _adjectives(plain, base)
    if role != "given" or len(base) < 2:
        return ()
    found = []
    if plain[-1] in "ая" and base + "ин" not in NO_POSSESSIVE:
        found.append(base + "ин")
    if not short_form and len(plain) >= MIN_GIVEN:
        # Two vowels in a row are one in the codes, and Барри-ака would be Барак.
        found += [plain + h for h in HONORIFICS if not (plain[-1] in _VOWEL_END and h[0] in _VOWEL_END)]
        # Барри is no Барак: the shortest ending only behind a woman's name or what is long enough to be known by.
        known = plain[-1] in "ая" or len(sk.fine(base)) >= MIN_GIVEN
        found += [base + ending for ending in _DIMINUTIVES if known or len(ending) > 1]
    return tuple(word for word in found if not is_known_given(word) and not is_known_given(word + "а"))


def _adjectives(plain: str, base: str) -> tuple[str, ...]:
    if len(plain) < MIN_ADJECTIVE or plain.endswith(("ский", "цкий", "ская", "цкая")):
        return ()
    if re.search(r"(?:[оеё]в|[иы]н)$", base):
        return (base + "ск",)
    return tuple(base + ending for ending in ("овск", "евск", "инск", "ск"))


def masked(plain: str) -> re.Pattern[str] | None:
    """A surname with its middle left out (Д...ва, Тавсулт-ва), in any case, for text as it stands."""
    if len(plain) < MIN_MASKED or not re.fullmatch(r"[а-яё]+", plain):
        return None
    base = plain[:-1] if plain[-1] in "аяьй" else plain
    endings = _ENDS_ADJECTIVE if plain.endswith(("кий", "кая", "ый")) else (*_ENDS_HARD, *_ENDS_SOFT)
    if plain.endswith(("кий", "кая")):
        base = plain[:-2]
    tails = {form[-size:] for e in endings for form in (base + e, plain) for size in (2, 3, 4)}
    starts = sorted((plain[:n] for n in range(1, len(plain) - 2)), key=len, reverse=True)
    begin = "|".join(spelled for s in starts for spelled in {s.title(), s.upper()})
    finish = "|".join(spelled for t in sorted(tails, key=len, reverse=True) for spelled in (t, t.upper()))
    return re.compile(rf"(?<![\w-])(?!О-ва?\b)(?:{begin}){_MASK}(?:{finish})(?![\w-])")
