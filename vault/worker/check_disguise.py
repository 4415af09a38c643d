"""Listed names behind a wrong charset, a wrong keyboard layout or back to front, and lines that machines read.

A whole text isn't decoded again in every wrong way: what a listed name would look like in each is made once, and
searched for as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

CHARSETS = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
WRONG_CHARSETS = (*CHARSETS, "cp1252", "latin-1")
MIN_STEM = 5  # letters of a name without its ending that are searched for in another charset
MIN_REVERSED = 6
MIN_GARBLED_WORD = 6  # letters of a wrong reading that is written like a Russian word
KEY = 4  # characters by which needles are indexed
MIN_TYPED = 3  # letters of a name that counts in the other layout as a word of its own

_ENGLISH_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё"
_SHIFTED = dict(zip("[];',.`", '{}:"<>~', strict=True))
_TYPED_WORD = re.compile(r"[A-Za-z\[\]{};:'\",.<>`~]{3,40}")
_LATIN_LETTER = re.compile("[A-Za-z]")
_LOST = str.maketrans({"\u00a0": " ", "\u00ad": None, "\ufffd": None, "\u0098": None})

_TO_ENGLISH_KEYS = {r: e for e, r in zip(_ENGLISH_KEYS, _RUSSIAN_KEYS, strict=True)}
_TO_ENGLISH_KEYS |= {r.upper(): _SHIFTED.get(e, e.upper()) for r, e in _TO_ENGLISH_KEYS.items()}
_MAC_KEYS = {**_TO_ENGLISH_KEYS, "ё": "\\", "Ё": "|"}

_MRZ = re.compile(r"(?<![A-Z0-9<])[A-Z<][A-Z<]{0,43}<{1,43}[A-Z<]{0,43}")
_MRZ_HEAD = re.compile(r"[PIVAC][A-Z<](?:[A-Z]{3}|D<<)(?=[A-Z])")
_MRZ_SIGNS = str.maketrans("\u00ab\u2039\u3008\uff1c", "<<<<")
_CAPS_LOCK = re.compile(r"(?<![^\W_])([a-zа-яёіїєґўқғҳ])([A-ZА-ЯЁІЇЄҐЎҚҒҲ]{2,40})(?![^\W_])")


class Disguised:
    """Needles for the Cyrillic parts of names: `parts` are (what to report, casefolded part)."""

    def __init__(self, parts: Iterable[tuple[str, str]]) -> None:
        self._needles: dict[str, list[tuple[str, bool, str]]] = {}
        self._typed: dict[str, set[str]] = {}
        for form, plain in parts:
            if re.fullmatch("[а-яё]{3,}", plain):
                self._add(form, plain)

    def _add(self, form: str, plain: str) -> None:
        stem = plain[: max(MIN_STEM, len(plain) - 2)]
        for spelled in dict.fromkeys((stem, stem.title(), stem.upper())):
            for real in CHARSETS if len(stem) >= MIN_STEM else ():
                for wrong in WRONG_CHARSETS:
                    garbled = spelled.encode(real, "ignore").decode(wrong, "replace")
                    if not _may_be_a_word(garbled, spelled):
                        self._put(garbled, form, False)
            for keys in (_TO_ENGLISH_KEYS, _MAC_KEYS):
                if len(stem) >= MIN_STEM:
                    self._put("".join(keys.get(c, c) for c in spelled), form, True)
        for spelled in dict.fromkeys((plain, plain.title(), plain.upper())):
            typed = "".join(_TO_ENGLISH_KEYS.get(c, c) for c in spelled)
            self._typed.setdefault(typed, set()).add(form)
        if len(stem) >= MIN_REVERSED:
            for spelled in (stem, stem.title(), stem.upper()):
                self._put(spelled[::-1], form, False)

    def _put(self, needle: str, form: str, at_start: bool) -> None:
        needle = needle.translate(_LOST).strip()
        if len(needle) >= MIN_STEM and " " not in needle[:KEY]:
            self._needles.setdefault(needle[:KEY], []).append((needle, at_start, form))

    def search(self, text: str) -> Iterator[tuple[str, int]]:
        """(what to report, place) for text as it came, not normalised."""
        text = text.translate(_LOST)
        for at in range(len(text) - KEY + 1) if self._needles else ():
            for needle, at_start, form in self._needles.get(text[at : at + KEY], ()):
                inside = at_start and at > 0 and _LATIN_LETTER.match(text[at - 1])
                if not inside and text.startswith(needle, at):
                    yield form, at
        for match in _TYPED_WORD.finditer(text) if self._typed else ():
            word = match.group()
            for typed in {word, word.rstrip(",.:;\"'"), word.strip(",.:;\"'<>[]{}")}:
                for form in self._typed.get(typed, ()):
                    yield form, match.start()


def _may_be_a_word(garbled: str, meant: str) -> bool:
    """Whether a wrong reading looks like part of an ordinary Russian word: two charsets share most letters."""
    alike = sum(a == b for a, b in zip(garbled, meant, strict=False))
    plain = re.fullmatch("[а-яё]+|[А-ЯЁ][а-яё]+|[А-ЯЁ]+", garbled) is not None
    return alike * 2 > len(meant) or (plain and len(garbled) < MIN_GARBLED_WORD)


def machine_readable(text: str) -> str:
    """The names of a passport's machine-readable lines as names: P<UTOERIKSSON<<ANNA gives Eriksson, Anna."""
    text = text.translate(_MRZ_SIGNS)
    found: list[str] = []
    for match in _MRZ.finditer(text) if "<" in text else ():
        line = match.group()
        if line.count("<") > 1 or _MRZ_HEAD.match(line):
            heads = (line, _MRZ_HEAD.sub("", line, count=1))
            # One name a line, so that none of them seems to stand in a line of capitals.
            found += [name.title() for one in dict.fromkeys(heads) for name in one.split("<") if len(name) > 1]
    return "\n".join(dict.fromkeys(found))


def without_caps_lock(text: str) -> str:
    """Words typed with the Caps Lock key down (иВАНОВ) as they were meant."""
    return _CAPS_LOCK.sub(lambda match: match.group().swapcase().title(), text)
