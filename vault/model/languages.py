"""Languages as codes of BCP 47: a code of a table can leave with an exhibit, words that somebody typed can't."""

from __future__ import annotations

import re

MAX_TAGS = 5
# ISO 639-1 as of 2024.
_TWO = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja "
    "jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb "
    "nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq "
    "sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
# ISO 639-3, where people flee from: the Caucasus, Siberia, Central Asia, the Middle East, and signs.
_THREE = (
    "ady agx alt aqc ava bua chm ckb ckt crh dar evn eve gag gld haz inh kbd kdr kim kjh kmr krc krl kum lbe lez mdf "
    "mhr mrj myv nog pnb prs rmn rmy rom rsl rus rut sah swc tab tat tkr tly tyv udf udm ukr uum xal xdy yux zza ase "
    "bsl ukl sgn eng"
)
_SCRIPT_CODES = "arab armn cyrl deva geor grek hans hant hebr latn mong thaa tibt"
_REGION_CODES = (
    "ae af al am at au az ba be bg by ca ch cn cy cz de dk ee eg es fi fr gb ge gr hk hr hu ie il in iq ir is it jo "
    "jp kg kr kz lb lt lu lv md me mk mn mt mx nl no nz pk pl ps pt ro rs ru sa se si sk sy tj tm tr tw ua us uz ye"
)
_SCRIPTS = frozenset(_SCRIPT_CODES.split())
_REGIONS = frozenset(_REGION_CODES.split())
CODES = frozenset(_TWO.split()) | frozenset(_THREE.split())
NAMES = {
    "albanian": "sq", "arabic": "ar", "armenian": "hy", "azerbaijani": "az", "belarusian": "be", "chechen": "ce",
    "chinese": "zh", "dari": "prs", "english": "en", "french": "fr", "georgian": "ka", "german": "de",
    "ingush": "inh", "kazakh": "kk", "kurdish": "ku", "kyrgyz": "ky", "pashto": "ps", "persian": "fa", "polish": "pl",
    "russian": "ru", "spanish": "es", "tajik": "tg", "tatar": "tt", "turkish": "tr", "ukrainian": "uk", "uzbek": "uz",
    "английский": "en", "арабский": "ar", "армянский": "hy", "белорусский": "be", "грузинский": "ka", "дари": "prs",
    "ингушский": "inh", "испанский": "es", "казахский": "kk", "китайский": "zh", "киргизский": "ky", "курдский": "ku",
    "немецкий": "de", "персидский": "fa", "польский": "pl", "пушту": "ps", "русский": "ru", "таджикский": "tg",
    "татарский": "tt", "турецкий": "tr", "узбекский": "uz", "украинский": "uk", "французский": "fr",
    "чеченский": "ce",
}  # fmt: skip
"""What people type in place of a code."""
_PART = re.compile(r"[,;/\s]+")


def tags(text: str) -> str | None:
    """ "ru", "ce, ru", "uz-Cyrl" for codes or names of languages, "" for nothing; None for anything else."""
    found = [_tag(part) for part in _PART.split(text.strip()) if part]
    if len(found) > MAX_TAGS or None in found:
        return None
    return ", ".join(dict.fromkeys(tag for tag in found if tag))


def _tag(text: str) -> str | None:
    known = NAMES.get(text.casefold())
    if known:
        return known
    first, *rest = text.casefold().replace("_", "-").split("-")
    if first not in CODES:
        return None
    out = [first]
    if rest and rest[0] in _SCRIPTS:
        out.append(rest.pop(0).capitalize())
    if rest and rest[0] in _REGIONS:
        out.append(rest.pop(0).upper())
    return None if rest else "-".join(out)
