"""Georgian and Armenian words as Latin ones, without the endings of those languages' cases.

Only the sound is kept, near enough for the coarse code: Russian, English and national spellings of one name
then come out the same. Armenian has a second, western reading (Bedrosian for Petrosian).
"""

from __future__ import annotations

import re

MIN_STEM = 2  # letters that must be left of a word without its ending

_GEORGIAN = {
    **dict(zip("აბგდევზთიკლმნოპრსტუფქყხჰ", "abgdevztiklmnoprstupkkhh", strict=True)),
    "ჟ": "zh", "ღ": "gh", "შ": "sh", "ჩ": "ch", "ც": "ts", "ძ": "dz", "წ": "ts", "ჭ": "ch", "ხ": "kh", "ჯ": "zh",
}  # fmt: skip
_ARMENIAN = {
    **dict(zip("աբգդեզէըթիլկհմյնոպռսվտրւփքօֆ", "abgdezeitilkhmynoprsvtrvpkof", strict=True)),
    "ժ": "zh", "խ": "kh", "ծ": "ts", "ձ": "dz", "ղ": "gh", "ճ": "ch", "շ": "sh", "չ": "ch", "ջ": "zh", "ց": "ts",
}  # fmt: skip
_WESTERN = str.maketrans("բպդտգկծձճջ", "պբտդկգձծջճ")
# Endings from the outside in: what is put behind a case, then the cases.
_GEORGIAN_BEHIND = (
    "", "თვის", "თან", "გან", "კენ", "მდე", "ში", "ზე", "ვე", "ც",
)  # fmt: skip
_GEORGIAN_CASES = (
    "", "ი", "მა", "მ", "ს", "სა", "ის", "ისა", "ით", "თი", "ად", "დ", "ო", "ვ", "ები", "ებმა", "ების",
)  # fmt: skip
_ARMENIAN_CASES = (
    "", "ն", "ը", "ի", "ին", "ից", "ով", "ում", "յի", "յին", "յից", "յով", "ենք", "ենց", "ենցից",
)  # fmt: skip
_IS_GEORGIAN = re.compile("[\u10d0-\u10f0]")
_IS_ARMENIAN = re.compile("[\u0561-\u0587]")


def readings(word: str) -> tuple[str, ...]:
    """A casefolded Georgian or Armenian word in Latin letters; nothing for words of other scripts."""
    if _IS_GEORGIAN.search(word):
        return (_spell(word, _GEORGIAN),)
    if _IS_ARMENIAN.search(word):
        return tuple(dict.fromkeys(_armenian(w) for w in (word, word.translate(_WESTERN))))
    return ()


def heads(word: str) -> tuple[str, ...]:
    """The Latin readings of the word without each ending that it could carry, whole word first."""
    if _IS_GEORGIAN.search(word):
        bare = [b for behind in _GEORGIAN_BEHIND for b in _without(word, (behind,))]
        cut = [head for b in bare for head in _without(b, _GEORGIAN_CASES)]
    elif _IS_ARMENIAN.search(word):
        cut = _without(word, _ARMENIAN_CASES)
    else:
        return ()
    return tuple(dict.fromkeys(reading for head in cut for reading in readings(head)))


def _without(word: str, endings: tuple[str, ...]) -> list[str]:
    return [word[: len(word) - len(e)] for e in endings if word.endswith(e) and len(word) - len(e) >= MIN_STEM]


def _armenian(word: str) -> str:
    word = word.replace("ու", "|").replace("և", "եվ")
    return _spell(word, {**_ARMENIAN, "|": "u"})


def _spell(word: str, letters: dict[str, str]) -> str:
    return "".join(letters.get(c, "") for c in word)
