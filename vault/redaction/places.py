"""Places and organisations in Russian text by rules: what stands beside a name tells what it names.

For the `public` profile; every span is a proposal. No lists of places: the dictionary knows many, and a word such as
«село» or «улица» shows the others. Latin names inside Russian text are organisations as a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ..model.findings import Span
from . import morphology
from .names.matcher import is_cased

SOURCE = "rule"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CYRILLIC = "\u0410-\u044f\u0401\u0451"
_TOKEN = re.compile(f"[{_CYRILLIC}]+(?:[-\u2010\u2011][{_CYRILLIC}]+){{0,3}}|\\d+(?:-[{_CYRILLIC}]{{1,3}})?")
_GAP = re.compile(r"[ \t\u00a0]{1,2}|[ \t\u00a0]?\n[ \t\u00a0]?")
_QUOTED = re.compile('[\u00ab\u201e\u201c"](?P<name>[^\u00ab\u00bb\u201e\u201c\u201d"\n]{2,80})[\u00bb\u201d\u201c"]')
_LATIN_JOINS = r"(?:(?:of|and|the|for|de|la|&)[ \u00a0]){0,3}"
_LATIN = re.compile(
    r"(?<![\w@./:-])(?=[\w.&'-]{0,40}[A-Z]|[a-z0-9-]{2,30}\.(?:ru|com|org|net|info|ua|by|kz|eu|рф)\b)"
    r"[A-Za-z0-9\u00c0-\u024f][A-Za-z0-9\u00c0-\u024f.&'\u2019-]{1,40}"
    rf"(?:[ \u00a0]{_LATIN_JOINS}[A-Z0-9\u00c0-\u024f][A-Za-z0-9\u00c0-\u024f.&'\u2019-]{{0,40}}){{0,8}}"
)
_WORD_BEFORE = re.compile(f"(?P<word>[{_CYRILLIC}]{{2,40}})[ \\t\u00a0]{{1,2}}$")
_PLACE_HEADS = _words(
    "город село деревня посёлок поселок станица аул кишлак хутор улица проспект площадь переулок бульвар"
    " шоссе набережная река озеро остров район область республика край округ уезд губерния аэропорт вокзал"
    " станция метро микрорайон квартал гора море залив долина пустыня полуостров муниципалитет провинция штат"
    " графство"
)
_SHORT_HEADS = re.compile(
    f"(?<![{_CYRILLIC}\\w])(?:г|гор|пос|дер|ст-ца|ул|пр-т|просп|пл|пер|б-р|р-н|обл|респ|мкр|с|д|п|х|аэр)\\."
    f"[ \\t\u00a0]{{0,2}}(?P<name>[\u0410-\u042f\u0401][{_CYRILLIC}]{{1,40}}"
    f"(?:[- \u00a0][\u0410-\u042f\u0401\\d][{_CYRILLIC}\\d]{{0,40}}){{0,2}})"
)
_BODY_HEADS = _words(
    "министерство ведомство комитет комиссия департамент управление агентство служба администрация"
    " прокуратура дума парламент сенат совет палата федерация академия университет институт партия фонд банк"
    " суд союз ассоциация кафедра факультет отдел отделение музей театр госпиталь больница поликлиника"
    " диспансер школа лицей гимназия колледж училище полиция милиция колония тюрьма изолятор посольство"
    " консульство представительство миссия экспедиция сборная команда клуб редакция газета журнал телеканал"
    " радиостанция компания корпорация концерн холдинг завод фабрика комбинат предприятие организация"
    " общество движение центр бюро штаб войска дивизия бригада батальон полк гвардия росгвардия мид минздрав"
    " правительство патриархия епархия церковь мечеть приход станция электростанция аэс институция учреждение"
    " объединение профсоюз фракция группа лига конгресс инспекция нотариат роддом интернат"
    " приют хоспис"
)
_BEFORE_QUOTES = _BODY_HEADS | _words(
    "ооо зао оао пао ао ип нко ано тоо гуп муп фгуп ансамбль проект магазин кафе ресторан гостиница отель"
    " аптека санаторий лагерь сайт портал издание агенство фирма бренд издательство студия ферма совхоз"
    " колхоз жк тц трц рынок ночлежка кооператив товарищество жюри"
)
_MAX_CHAIN = 8
_MAX_ABBREVIATION = 6
_SMALL = 2
_NOT_BODIES = _words("инн кпп огрн снилс фио ук гк упк гпк коап тк ск рф дтп тв пк смс мрт кт узи вич спид жж гб")


def find_places(text: str) -> list[Span]:
    """All proposals, sorted; they may overlap."""
    cased = is_cased(text)
    tokens = list(_TOKEN.finditer(text))
    found = [*_geographic(text, tokens, cased), *_bodies(text, tokens), *_named(text), *_short(text)]
    if tokens:
        found += _latin(text)
    found.sort(key=lambda span: (span.start, -span.end))
    return found


def _place(start: int, end: int, score: float, why: str) -> Span:
    return Span(start, end, "PLACE", None, SOURCE, score, False, why)


def _body(start: int, end: int, score: float, why: str) -> Span:
    return Span(start, end, "ORGANISATION", None, SOURCE, score, False, why)


def _geographic(text: str, tokens: Sequence[re.Match[str]], cased: bool) -> Iterator[Span]:
    for at, token in enumerate(tokens):
        word = token.group()
        if len(word) < _SMALL or word[0].isdigit():
            continue
        small = word.lower()
        if (word[0].isupper() or not cased) and _is_place(small):
            yield _place(token.start(), token.end(), 0.5, "a place by the dictionary")
        elif cased and word.isupper() and _MAX_ABBREVIATION >= len(word) > _SMALL and _is_abbreviation(small):
            yield _body(token.start(), token.end(), 0.35, "an abbreviation")
        elif of_a_place(small):
            yield _place(token.start(), token.end(), 0.35, "an adjective made of a place")
        elif not lemmas(small).isdisjoint(_PLACE_HEADS):
            yield from _beside_head(text, tokens, at, cased)


def _beside_head(text: str, tokens: Sequence[re.Match[str]], at: int, cased: bool) -> Iterator[Span]:
    """«село Вешки», «улице Малой Ордынке», «Вешкинский район»."""
    if not cased:
        return
    end = at
    while end + 1 < len(tokens) and end - at < 3 and _adjoin(text, tokens[end], tokens[end + 1]):
        if not tokens[end + 1].group()[0].isupper():
            break
        end += 1
    if end > at:
        yield _place(tokens[at + 1].start(), tokens[end].end(), 0.6, "the name of a place")
    first = at
    while first and at - first < 2 and _adjoin(text, tokens[first - 1], tokens[first]):
        before = tokens[first - 1].group()
        if not before[0].isupper() or not is_adjective(before.lower()):
            break
        first -= 1
    if first < at:
        yield _place(tokens[first].start(), tokens[at].end(), 0.6, "the name of a place")


def _bodies(text: str, tokens: Sequence[re.Match[str]]) -> Iterator[Span]:
    """«российском министерстве финансов»: adjectives, the noun, and what depends on it."""
    for at, token in enumerate(tokens):
        small = token.group().lower()
        if small.isdigit() or not is_body(small):
            continue
        first, last = _adjectives(text, tokens, at), _dependents(text, tokens, at)
        if first == last or not _tells(text, tokens, first, at, last):
            continue
        yield _body(tokens[first].start(), tokens[last].end(), 0.45, "an institution and what it is called")


def _adjectives(text: str, tokens: Sequence[re.Match[str]], at: int) -> int:
    first = at
    while first and at - first < 4 and _adjoin(text, tokens[first - 1], tokens[first]):
        word = tokens[first - 1].group().lower()
        if not (is_adjective(word) or word[0].isdigit()):
            break
        first -= 1
    return first


def _dependents(text: str, tokens: Sequence[re.Match[str]], at: int) -> int:
    """The last word of the genitives and of «по …», «при …», «против …» behind the noun."""
    last, end = at, at
    while end + 1 < len(tokens) and end - at < _MAX_CHAIN and _adjoin(text, tokens[end], tokens[end + 1]):
        word = tokens[end + 1].group()
        small = word.lower()
        end += 1
        if small in ("по", "при", "против", "и", "в", "для") and last == end - 1:
            continue
        if not (is_genitive(small) or (end - 1 != last and is_noun_like(small)) or word.isupper()):
            break
        last = end
    return last


def _tells(text: str, tokens: Sequence[re.Match[str]], first: int, at: int, last: int) -> bool:
    """Whether it is one institution rather than any: a capital, a place, or a noun that depends on it."""
    words = [tokens[n].group() for n in range(first, last + 1)]
    names = any(word[0].isupper() and not word.isupper() for word in words[1:]) or words[0][0].isupper()
    return names or last > at or any(of_a_place(word.lower()) for word in words)


def _named(text: str) -> Iterator[Span]:
    """«Ромашка» behind a word such as «фирма», or anything with a capital in quotation marks behind a noun."""
    for match in _QUOTED.finditer(text):
        name = match["name"]
        before = _WORD_BEFORE.search(text, max(0, match.start() - 40), match.start())
        word = before["word"].lower() if before else ""
        if word and len(name.split()) <= 7 and not (lemmas(word) | {word}).isdisjoint(_BEFORE_QUOTES):
            assert before is not None
            yield _body(before.start(), match.end(), 0.6, "a kind of organisation before a name in quotation marks")
        elif name[:1].isupper() and len(name.split()) <= 4 and not name.rstrip().endswith((".", "!", "?", ",")):
            yield _body(match.start(), match.end(), 0.3, "a name in quotation marks")


def _short(text: str) -> Iterator[Span]:
    for match in _SHORT_HEADS.finditer(text):
        yield _place(match.start("name"), match.end("name"), 0.6, "the name of a place")


def _latin(text: str) -> Iterator[Span]:
    for match in _LATIN.finditer(text):
        if _in_russian(text, match.start(), match.end()):
            yield _body(match.start(), match.end(), 0.4, "a Latin name in Russian text")


def _in_russian(text: str, start: int, end: int) -> bool:
    around = text[max(0, start - 60) : start] + text[end : end + 60]
    beside = text[max(0, start - 3) : start].strip()[-1:] + text[end : end + 3].strip()[:1]
    if any("a" <= char.lower() <= "z" for char in beside):
        return False  # part of an English sentence
    cyrillic = sum("\u0400" <= char <= "\u04ff" for char in around)
    latin = sum("a" <= char.lower() <= "z" for char in around)
    return cyrillic > 2 * latin


def _adjoin(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    return bool(_GAP.fullmatch(text, one.end(), other.start()))


# ---- the dictionary -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=20000)
def lemmas(word: str) -> frozenset[str]:
    """What the word may be a form of."""
    return frozenset(str(parse.normal_form) for parse in morphology.parses(word))


@lru_cache(maxsize=20000)
def _is_place(word: str) -> bool:
    found = morphology.parses(word)
    share = sum(float(parse.score) for parse in found if "Geox" in parse.tag)
    return morphology.is_known(word) and share >= 0.5


def _is_abbreviation(word: str) -> bool:
    if word in _NOT_BODIES:
        return False
    return not morphology.is_known(word) or any("Orgn" in parse.tag for parse in morphology.parses(word))


@lru_cache(maxsize=20000)
def is_body(word: str) -> bool:
    """Whether the word, likely enough, is a noun for an institution."""
    found = morphology.parses(word)[:3]
    return any("NOUN" in parse.tag and parse.normal_form in _BODY_HEADS for parse in found)


@lru_cache(maxsize=20000)
def is_adjective(word: str) -> bool:
    """By the likeliest reading."""
    found = morphology.parses(word)
    return bool(found) and ("ADJF" in found[0].tag or "PRTF" in found[0].tag)


@lru_cache(maxsize=20000)
def is_genitive(word: str) -> bool:
    """Whether the likeliest readings hold a genitive of a noun or an adjective."""
    return any("gent" in p.tag and ("NOUN" in p.tag or "ADJF" in p.tag) for p in morphology.parses(word)[:3])


@lru_cache(maxsize=20000)
def is_noun_like(word: str) -> bool:
    """A noun or an adjective."""
    found = morphology.parses(word)
    return bool(found) and ("NOUN" in found[0].tag or "ADJF" in found[0].tag)


_TO_PLACES = ("", "ия", "а", "я", "ь", "о", "ы", "и", "ва", "й", "ка", "ье")


@lru_cache(maxsize=20000)
def of_a_place(word: str) -> bool:
    """«подмосковном», «бразильский»: an adjective whose stem the dictionary has as a place."""
    for parse in morphology.parses(word)[:2]:
        lemma = str(parse.normal_form)
        around = lemma.endswith("ный") and lemma.startswith(("под", "за", "при"))
        if "ADJF" in parse.tag and (around or lemma.endswith(("ский", "цкий"))):
            return any(_stem_is_place(stem) for stem in _stems(lemma))
    return False


def _stems(lemma: str) -> Iterator[str]:
    for part in (lemma, lemma.rpartition("-")[2]):
        for prefix in ("", "северо", "южно", "западно", "восточно", "под", "за", "при"):
            if not part.startswith(prefix):
                continue
            bare = part[len(prefix) :]
            for ending in (
                "ский",
                "цкий",
                "анский",
                "янский",
                "енский",
                "инский",
                "овский",
                "евский",
                "ийский",
                "ный",
            ):
                if bare.endswith(ending) and len(bare) - len(ending) > _SMALL:
                    stem = bare[: -len(ending)]
                    yield stem
                    if stem.endswith("ь"):
                        yield stem[:-1]
                    if ending == "цкий":
                        yield stem + "ц"
                        yield stem + "к"


@lru_cache(maxsize=20000)
def _stem_is_place(stem: str) -> bool:
    for ending in _TO_PLACES:
        found = morphology.parses(stem + ending)
        if found and morphology.is_known(stem + ending) and "Geox" in found[0].tag and "nomn" in found[0].tag:
            return True
    return False
