"""Latin letters with marks, read as the nation that writes them reads them: Cəfərov is Джафаров.

Folding takes marks away, and with them what ş, ŭ and ə say. Where a word has such letters, it is read by the
alphabets that have them before they are lost.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_SPELLINGS = 8
MAX_LENGTH = 40


def _table(text: str) -> dict[str, tuple[str, ...]]:
    return {
        letters: tuple(russian.split(",")) for letters, _, russian in (one.partition(":") for one in text.split())
    }


_SHARED = "a:а b:б d:д e:е f:ф g:г i:и k:к l:л m:м n:н o:о p:п r:р s:с t:т u:у v:в w:в z:з "
_TURKIC = _table(
    _SHARED + "ə:а,е ä:а,я â:а ğ:г x:х q:г,к ç:ч ş:ш ı:ы ö:о,у,е ü:у,ю c:дж j:ж h:г,х y:й ya:я yu:ю ye:е yə:я,е yü:ю "
    "iya:ия iy:и ij:и ñ:н ň:н ī:и ū:у"
)
_SLAVIC = _table(
    _SHARED
    + "š:ш č:ч ž:ж šč:щ ŭ:в c:ц ch:х x:х h:г y:ы,и j:й ia:я ie:е iu:ю io:е ja:я je:е ju:ю jo:е ś:сь ź:зь ć:ць "
    "ń:нь ł:л,г ĺ:ль ë:е è:э ě:е ē:е ǰ:дж ǧ:дж ğ:г ï:и ı:ы ʺ: ʹ: q:к skij:ский ski:ский sky:ский yj:ый ij:ий"
)
_UZBEK = _table(
    _SHARED + "o':у,о g':г yo':ю,йу ya:я yu:ю ye:е yo:е,йо sh:ш ch:ч x:х q:к j:дж,ж h:х y:й c:ц w:в ng:нг"
)
_UZBEK_MARK = re.compile("(?<=[og])['`\u2018\u2019\u02bb\u02bc\u02bf\u2032]")
_TURKIC_MARKS = frozenset("əğışçäöüñğ")
_SLAVIC_MARKS = frozenset("šžčŭśźćłńĺǰě")


@lru_cache(maxsize=5000)
def national_spellings(word: str) -> tuple[str, ...]:
    """Folded Russian readings of a Latin word with marks, the likeliest first; nothing for a word without them."""
    if len(word) > MAX_LENGTH:
        return ()
    if _UZBEK_MARK.search(word.lower()):
        return _read(_UZBEK_MARK.sub("'", unicodedata.normalize("NFC", word).lower()), _UZBEK)
    if word.isascii():
        return ()
    composed = unicodedata.normalize("NFC", word).replace("İ", "i").lower()
    letters = frozenset(composed)
    if letters & _SLAVIC_MARKS:
        return _read(composed, _SLAVIC)
    return _read(composed, _TURKIC) if letters & _TURKIC_MARKS else ()


def _read(word: str, table: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    partial = [""]
    at = 0
    while at < len(word):
        width = next((width for width in (4, 3, 2, 1) if word[at : at + width] in table), 0)
        russian = table[word[at : at + width]] if width else ("",)
        partial = [head + one for one in russian for head in partial][:MAX_SPELLINGS]
        at += width or 1
    return tuple(dict.fromkeys(one for one in partial if one))
