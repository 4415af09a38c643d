"""What a passphrase is to someone who guesses in Russian: the same keys under two layouts, and common words.

zxcvbn knows English only. So it is asked about each way to read a passphrase: as typed, with the keys read in the
other layout (Gfhjkm is Пароль), and in Latin letters; and it is given common Russian words and names.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

PROGRAM = "casevault"
_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./" + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?'
_RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю." + "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,"
_TO_LATIN_KEYS = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)
_TO_RUSSIAN_KEYS = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)
_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ"
_ENGLISH = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya i yi ye g"
_PLAIN = "a b v g d e e zh z i i k l m n o p r s t u f h c ch sh sch  y  e u ya i i e g"
"""As in a passport, and as in a chat; two signs are silent."""
_SURNAME = re.compile(
    "(?<![а-яё])[а-яёіїєґ]{2,12}"
    "(?:[оеё]в(?:ой|ым|а|ы)?|ин(?:ой|а)?|[цс]к(?:ий|ая|ого|ой)|ук|юк|ян|дзе|швили|вич|вна|инична|ец|ко)"
    "|(?<![a-z])[a-z]{2,14}(?:[oe]va?|ina?|[st]k(?:y|iy|ii|aya|aia)|ko|uk|yan|dze|shvili|vich|vna|ets)(?![a-z])"
)
"""Whatever the name before the ending is: few people's surnames are in any list."""


def readings(passphrase: str) -> list[str]:
    """The passphrase in every way that a guesser would try it, the typed one first; each once."""
    found = [
        passphrase,
        passphrase.translate(_TO_LATIN_KEYS),
        passphrase.translate(_TO_RUSSIAN_KEYS),
        passphrase.casefold().translate(_romanised(_ENGLISH)),
    ]
    return list(dict.fromkeys(found))


def common(passphrase: str) -> list[str]:
    """Words to be counted as known: the program's name, common Russian ones, and what has a surname's ending."""
    names = {name for form in readings(passphrase) for name in _SURNAME.findall(form.casefold())}
    return [*_common(), *sorted(names)]


@functools.cache
def _common() -> tuple[str, ...]:
    russian = resources.files(__package__).joinpath("russian.txt").read_text("utf-8").split()
    known: dict[str, None] = {PROGRAM: None}
    for word in russian:
        known |= dict.fromkeys((word, *(word.translate(_romanised(way)) for way in (_ENGLISH, _PLAIN))))
    return tuple(known)


@functools.cache
def _romanised(way: str) -> dict[int, str]:
    return {ord(letter): latin for letter, latin in zip(_LETTERS, way.split(" "), strict=True)}
