"""What a form is, in words for a case manager: "instrumental of Олечка, short for Ольга"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .folding import CYRILLIC, LATIN, decompose, readings
from .forms import NameForm
from .index import Candidate
from .inflect import NOMINATIVE
from .romanise import is_romanised
from .scan import Hit
from .schemes import scheme_of

Shown = Mapping[str, str]  # folded words of a listed name, as they are listed
_CLOTHING = re.compile(r"[\W_]+|(?<=[^\W\d])[0-9]{2,8}$")
_CYRILLIC_ONLY = re.compile("[\u0400-\u052f]+")
MAX_SHOWN = 40  # letters of a word of the text that an explanation repeats


def shown(word: str, as_listed: Shown) -> str:
    """A folded word as it is listed, or with a capital."""
    return as_listed.get(word) or word.capitalize()


def of_form(form: NameForm, as_listed: Shown) -> str:
    """What a form of a name is: its case, and what it is a form of."""
    base = shown(form.base, as_listed)
    case = form.what.replace("plural, ", "").replace("spoken, ", "").split(", ")[-1]
    via = shown(form.via, as_listed) if form.via else ""
    if form.kind == "short":
        return _inflected(case, via, f"short for {base}")
    if form.kind == "neighbour":
        whose = f"{form.origin or _origin(form.what) or 'another'} form of {base}"
        return _inflected(case, via, whose) if via else _inflected(case, "", whose)
    if form.kind == "western":
        scheme = scheme_of(form.via, form.text)
        if not scheme:
            return f"western form of {base}"
        return f"{base} in Latin letters" if scheme in _HOW_ROMANISED else f"{scheme} romanisation of {base}"
    if form.kind == "joined":
        return f"parts of the name run together with {base}"
    if form.kind == "plural":
        return f"the family of {base}" if case in (NOMINATIVE, "plural") else f"{case} plural, the family of {base}"
    if form.kind == "gender":
        return f"{case} of {base} in the other gender"
    if form.kind == "spoken":
        return f"spoken form of {base}" if case == NOMINATIVE else f"{case} of the spoken form of {base}"
    if form.text == form.base:
        return "as listed"
    name = via or base
    if case == NOMINATIVE:
        return f"Russian spelling of {base}" if form.via else f"another form of {base}"
    return f"{case} of {name}"


def _origin(what: str) -> str:
    first = what.split(",")[0]
    return first if first in ("Ukrainian", "Belarusian") else ""


def _inflected(case: str, word: str, what: str) -> str:
    """ "short for Ольга" of the word itself, "dative of Оля, short for Ольга" of its cases."""
    if case == NOMINATIVE:
        return what
    return f"{case} of {word}, {what}" if word else f"{case} of the {what}"


_SCRIPTS = (
    (re.compile("[\u10a0-\u10ff\u1c90-\u1cbf]"), "in Georgian letters"),
    (re.compile("[\u0531-\u0587]"), "in Armenian letters"),
)
_HOW_ROMANISED = {
    "": "in Latin letters, by ear",
    "English": "in Latin letters",
    "old passport": "in Latin letters as in old passports",
}


def of_hit(hit: Hit, found: Candidate, as_listed: Shown) -> str:
    """A word of the text and what it is: "Ольгой — instrumental of Ольга", "Olha — Ukrainian romanisation"."""
    said = f"{_clean(hit.word)} — {_of_word(hit.word, found, as_listed)}"
    return said + (", broken up" if hit.broken else "")


def _clean(word: str) -> str:
    return " ".join(decompose(word).split())[:MAX_SHOWN]


def _of_word(word: str, found: Candidate, as_listed: Shown) -> str:
    form, base = found.form, shown(found.form.base, as_listed)
    if found.quality == "derived":
        return f"{found.how} {base}"
    read = readings(word)
    script, folded = next((one for one in read if one[0] == form.script), read[0] if read else (form.script, ""))
    if found.quality == "error":
        return _of_error(script, folded, form, as_listed)
    for letters, where in _SCRIPTS:
        if letters.search(word):
            return f"{base} {where}" if form.kind == "western" else _and(where, of_form(form, as_listed), base)
    if found.quality == "romanised":
        return _of_romanised(script, folded, form, as_listed)
    if form.script == CYRILLIC and word.isascii() and is_romanised(form.text, word.lower()):
        return _of_romanised(LATIN, word.lower(), form, as_listed)
    return of_form(form, as_listed) + (", in look-alike letters" if _is_disguised(word, form.script) else "")


def _is_disguised(word: str, script: str) -> bool:
    """Whether letters or digits of the word are none of the script in which it is read."""
    plain = _CLOTHING.sub("", decompose(word))
    return not (plain.isascii() if script == LATIN else _CYRILLIC_ONLY.fullmatch(plain))


def _and(how: str, what: str, base: str) -> str:
    return f"{base} {how}" if what == "as listed" else f"{what}, {how}"


def _of_romanised(script: str, word: str, form: NameForm, as_listed: Shown) -> str:
    base = shown(form.base, as_listed)
    if script == CYRILLIC:
        return f"Russian spelling of {base}"
    scheme = scheme_of(form.text, word) if form.script == CYRILLIC else ""
    how = _HOW_ROMANISED.get(scheme) or f"{scheme} romanisation"
    return (
        _and(how, of_form(form, as_listed), base)
        if scheme in _HOW_ROMANISED
        else f"{how} of {_told(form, as_listed)}"
    )


def _told(form: NameForm, as_listed: Shown) -> str:
    what = of_form(form, as_listed)
    if what == "as listed":
        return shown(form.base, as_listed)
    if form.kind == "western":
        return f"{shown(form.text, as_listed)}, for {shown(form.base, as_listed)}"
    return f"{shown(form.text, as_listed)}, {what}"


def _of_error(script: str, word: str, form: NameForm, as_listed: Shown) -> str:
    if script != form.script:
        return (
            f"nearly {shown(form.base, as_listed)}, in Latin letters"
            if script == LATIN
            else (f"nearly {shown(form.base, as_listed)}, in Russian letters")
        )
    return f"{_difference(word, form.text)} {_told(form, as_listed)}"


def _difference(word: str, text: str) -> str:
    """How two folded words of one script differ by one error."""
    if len(word) < len(text):
        return "a letter is missing from"
    if len(word) > len(text):
        return "a letter too many for"
    if sorted(word) == sorted(text):
        return "two letters changed places in"
    return "one letter differs from"
