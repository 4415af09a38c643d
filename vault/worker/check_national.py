"""One code for the national and the Russian spelling of names from Central Asia, the Caucasus and the Volga.

Ўктам and Уктам, Xo'jayev and Ходжаев, Əliyev and Алиев: vowels fall into two classes (back and front), a run of
vowels is one letter, дж and ж are one, г, х, ҳ and ғ are one. Such a code is far too coarse for ordinary text, so
it is compared only where the listed name or the word of the text is written in a national way; between two
spellings in the Russian way a finer one is, in which only о and а, дж and ж, and the runs fall together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from . import check_skeleton as sk

MIN_STEM = 4  # letters of a code's stem where one of the two spellings is national
MIN_CONSONANTS = 2
MIN_PLAIN_STEM = 5  # and where neither is
MAX_READINGS = 8
MIN_BASE = 4  # letters of a name before an ending that is taken off
LONG_WORD = 7  # letters of a word that may carry an ending of two letters

_APOSTROPHES = "'’ʼ‘`´ʻʹ"
_NATIONAL = re.compile(rf"[ўқғҳәөүұңһҗҷӯӣҝӏəıöüşçğ]|q(?!u)|[og][{_APOSTROPHES}]|x(?!$)")
_PALOCHKA = re.compile(r"[ӏ1](?=[а-яё])")
_DIN = re.compile(r"[еуиыоeuio][тдtd]*[дd][иi][нn]")
_VOWEL_TABLE = {
    **dict.fromkeys("аоуўөүұӯaou\u00f6\u00fc", "U"), **dict.fromkeys("иеэыіїӣeiı", "I"),
}  # fmt: skip
_PLAIN_TABLE = {**dict.fromkeys("аоao", "A"), **dict.fromkeys("уu", "U"), **dict.fromkeys("иеэыeiі", "I")}
_LETTERS = {
    **dict(zip("бвгдзклмнпрстфхцчшщ", "bvhdzklmnprstfhцчшш", strict=True)),
    **dict.fromkeys("жҗҷ", "ж"), **dict.fromkeys("ғҳһ", "h"), "қ": "k", "ҝ": "h", "ң": "n",
    **dict(zip("bvwgdzklmnprstfhqx", "bvvhdzklmnprstfhkh", strict=True)), "ş": "ш", "ç": "ч", "ğ": "h", "j": "ж",
    "c": "ж",
}  # fmt: skip
_LATIN_PAIRS = (("shch", "щ"), ("sch", "ш"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"),
                ("kh", "h"), ("gh", "h"), ("ts", "ц"))  # fmt: skip
_SOFT = {"я": "йа", "ю": "йу", "ё": "йо"}
# Whose, whom, from whom, where, to whom, and more than one; vowels and consonants as harmony has them.
_LONG_TAIL = re.compile(
    r"((?:[нтд][иіеыүуөо](?:нг|ң|н)|[дтн][аәеэ]н|[лдт][аәеэ]р|[гқғк][аәеэ]ча|зода|зад[аәеэ]|лик|лык"
    r"|[ntd][iıuü](?:ng|n)|[dtn][aeə]n|l[aeə]r|gacha|zoda|zad[aeə]))$"
)
MIN_FATHER = 3
_PATRONYMIC = re.compile(r"(\w+?)(?:[оеё]вич|ович|ич|[оеё]вна|ична|инична)")
# "Son of" and "daughter of" behind a father's name.
FATHER = re.compile(
    rf"([^\W\d_][\w{_APOSTROPHES}]{{2,40}})[\s-]{{1,3}}"
    rf"(?i:o[{_APOSTROPHES}]?g[{_APOSTROPHES}]?li|u[gʻ]h?li|o[gğ]h?l[uyı]|[qk][iy]z[iyı]|[ўу][ғг]ли|оғли|о[гғ]лы|ұлы|улы|уулу|[қк][иы]з[иы]"
    rf"|ასული|ძე|дукхт|писар)(?!\w)"
)
_SHORT_TAIL = re.compile(r"((?:[гғкқх][аәеэ]|[дт][аәеэ]|[нд][иіы]|ҳо|ро|нга|ша|[gkqğ][aeə]|[dt][aeə]|n[iı]|ho|ro))$")
_ENDINGS = ("", "U", "I", "Um", "Im", "UmI", "ImI", "Uh", "Ih", "UhU", "IhU", "UmU", "R", "S")


def is_national(folded: str) -> bool:
    """Whether a casefolded word is written with letters that Russian and English don't have."""
    return bool(_NATIONAL.search(folded) or _PALOCHKA.search(folded))


@lru_cache(maxsize=sk.MAX_KNOWN)
def codes(folded: str, wide: bool) -> tuple[str, ...]:
    """The codes of a casefolded word; ə and ı stand for two vowels each, so that there may be more than one."""
    choices = [{"ә": "ае", "ə": "ае", "ı": "иу"}.get(c, c) if wide else c for c in _prepared(folded)]
    found = (_code("".join(p), wide) for p, _ in zip(product(*choices), range(MAX_READINGS), strict=False))
    return tuple(dict.fromkeys(found))


def bases(folded: str) -> tuple[str, ...]:
    """A casefolded word without each ending of Turkic languages or Tajik that it may carry; also two of them."""
    found: dict[str, None] = {}
    waiting = [folded]
    for _ in range(2):
        waiting = [one[: len(one) - len(m.group(1))] for one in waiting for m in _tails(one)]
        found.update((base.rstrip(_APOSTROPHES + "-"), None) for base in waiting)
    return tuple(found)


def _tails(folded: str) -> list[re.Match[str]]:
    found = [p.search(folded) for p in (_LONG_TAIL, _SHORT_TAIL if len(folded) >= LONG_WORD else _LONG_TAIL)]
    return [m for m in dict.fromkeys(found) if m is not None and m.start(1) >= MIN_BASE]


def fathers(patronymic: str) -> tuple[str, ...]:
    """The father's names that a casefolded Russian patronymic may be made of: рахимджан of рахимджанович."""
    match = _PATRONYMIC.fullmatch(patronymic)
    if match is None or len(match.group(1)) < MIN_FATHER:
        return ()
    base = match.group(1)
    return (base, base + "а") if len(base) > MIN_FATHER else (base + "а", base)


def stem(code: str) -> str:
    return code[:-1] if code and code[-1] in "UIAR" else code


def heads(code: str, wide: bool) -> list[str]:
    """The code without each ending that a case may have given it."""
    endings = _ENDINGS if wide else (*_ENDINGS, "A", "Am", "Ah", "AmI", "AhA", "AmU")
    return [code[: len(code) - len(e)] for e in endings if len(code) - len(e) >= MIN_STEM and code.endswith(e)]


def is_long(code: str, wide: bool) -> bool:
    sounds = sum(c not in "UIAR" for c in code)
    return len(code) >= (MIN_STEM if wide else MIN_PLAIN_STEM) and sounds >= MIN_CONSONANTS


def _prepared(folded: str) -> str:
    word = _PALOCHKA.sub("", folded.replace("\u0307", ""))
    word = re.sub(r"(?<=[aeiouəöüı])y(?![aeiouəöüı])", "", word)
    word = re.sub(rf"o[{_APOSTROPHES}]", "u", word)
    word = re.sub(rf"g[{_APOSTROPHES}]", "gh", word)
    word = re.sub(rf"[{_APOSTROPHES}ьъ]", "", word)
    word = word.replace("ый", "и")
    for pair, letter in _LATIN_PAIRS:
        word = word.replace(pair, letter)
    word = re.sub(r"[дd](?=[жҷҗj])", "", word)
    word = _DIN.sub("уддин", word)
    # я is а after a consonant and йа elsewhere; Latin y before a vowel is й.
    word = re.sub(r"(?<=[бвгдзклмнпрстфхцчшщж])[яюё]", lambda m: _SOFT[m.group()][1], word)
    word = re.sub(r"[яюё]", lambda m: _SOFT[m.group()], word)
    word = re.sub(r"y(?=[aeiouəöüı])", "й", word)
    return re.sub(r"(?<=[bvgdzklmnprstfhцчшж])й", "", word).replace("y", "i")


def _code(word: str, wide: bool) -> str:
    table = _VOWEL_TABLE if wide else _PLAIN_TABLE
    out: list[str] = []
    size = len(word)
    for at, c in enumerate(word):
        if c == "й":
            glide = at + 1 < size and word[at + 1] in table
            letter = "R" if glide else ""
        else:
            letter = table.get(c) or _LETTERS.get(c, c)
        if not letter:
            continue
        vowel = letter in "UIAR"
        if out and vowel and out[-1] in "UIAR":
            out[-1] = "R"
        elif not out or out[-1] != letter:
            out.append(letter)
    return "".join(out)
