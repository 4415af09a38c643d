"""Which way of romanising a Latin spelling follows, for explanations: the search itself takes any of them.

A scheme is told by how it differs from the English one; letters may have several spellings, as и has in Ukrainian,
where it stands for и and for і. Latin words are folded before, so č and ş are c and s here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

_ENGLISH = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e ye", "ж": "zh", "з": "z", "и": "i", "й": "y i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "- ie", "ы": "y", "ь": "-", "э": "e",
    "ю": "yu iu", "я": "ya ia", "ий": "y i iy ii", "ый": "y yy", "кс": "x ks", "дж": "j dzh", "ье": "ye", "ьи": "yi",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way of romanising, by its name for a reader and how letters and pairs of letters are written in it."""

    label: str
    spellings: dict[str, tuple[str, ...]]


def _scheme(label: str, changes: str) -> Scheme:
    """The English spellings with changes, written "letter:spelling,spelling"."""
    table = dict(_ENGLISH)
    for item in changes.split():
        letters, _, spellings = item.partition(":")
        table[letters] = spellings.replace(",", " ")
    return Scheme(
        label, {letters: tuple("" if one == "-" else one for one in text.split()) for letters, text in table.items()}
    )


SCHEMES = (
    _scheme("English", ""),
    _scheme("Ukrainian", "г:h,gh и:y,i е:e,ie,ye й:y,i ий:yi,yy,ii ы:y ю:yu,iu я:ya,ia"),
    _scheme("Belarusian", "г:h и:i е:e,ie в:v,u я:ia,ja,ya ю:iu,ju,yu х:kh,ch ий:i,y"),
    _scheme("scientific", "ж:z й:j х:ch,h,x ц:c ч:c ш:s щ:sc ю:ju я:ja е:e,je ий:ij,ii ый:yj дж:dz э:e"),
    _scheme("German", "в:w,v ж:sch,sh з:s ч:tsch ш:sch щ:schtsch х:ch ц:z й:i,j ю:ju я:ja е:e,je с:s,ss ы:y "
            "ий:ij,i ый:y дж:dsch"),
    _scheme("French", "у:ou ж:j ш:ch ч:tch щ:chtch х:kh г:g,gu ю:iou я:ia й:i,y е:e,ie ий:i,y э:e,a дж:dj с:s,ss"),
    _scheme("Polish", "в:w ж:z ш:sz ч:cz щ:szcz х:ch ц:c й:j ю:ju,iu я:ja,ia ы:y е:e,ie,je ий:i,ij,y ый:y л:l дж:dz"),
    _scheme("Turkish", "ж:j ш:s ч:c х:h й:y ю:yu я:ya ы:i е:e,ye дж:c ий:iy,i г:g у:u"),
    _scheme("Uzbek", "х:x,h ж:j,zh ч:ch ш:sh й:y ю:yu я:ya е:e,ye ы:i ъ:- к:k,q о:o,a а:a,o у:u,o дж:j ц:ts,s г:g"),
    _scheme("Georgian or Armenian", "х:kh,h ж:zh,dzh г:g,gh к:k,q ц:ts,c я:ya,ia е:e,ye дж:j ч:ch ий:i,y э:e"),
    _scheme("old passport", "й:y,i,j ю:yu,iu,ju я:ya,ia,ja х:kh,h ж:zh,j щ:shch,sch ц:ts,tc ы:y ий:y,iy,ii ый:y,yy"),
)  # fmt: skip
_MAX_WIDTH = 2


@lru_cache(maxsize=2000)
def scheme_of(russian: str, latin: str) -> str:
    """The label of the first scheme in which a folded Russian word is spelled so, or an empty string."""
    return next((scheme.label for scheme in SCHEMES if _spells(scheme, russian, latin)), "")


def _spells(scheme: Scheme, russian: str, latin: str) -> bool:
    reached: list[set[int]] = [set() for _ in range(len(russian) + 1)]
    reached[0].add(0)
    for at in range(len(russian)):
        for width in range(1, _MAX_WIDTH + 1):
            letters = russian[at : at + width]
            if len(letters) < width:
                continue
            for text in scheme.spellings.get(letters, () if width > 1 else (letters,)):
                for place in reached[at]:
                    if latin.startswith(text, place):
                        reached[at + width].add(place + len(text))
    return len(latin) in reached[-1]


def spelled(label: str, russian: str) -> str:
    """A folded Russian word in the first spellings of a scheme, for showing; without accents."""
    scheme = next(one for one in SCHEMES if one.label == label)
    out, at = "", 0
    while at < len(russian):
        width = _MAX_WIDTH if russian[at : at + _MAX_WIDTH] in scheme.spellings else 1
        out += scheme.spellings.get(russian[at : at + width], (russian[at],))[0]
        at += width
    return out
