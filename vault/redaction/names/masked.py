"""Names with their middle left out: «Д-ва Х.», «Д...ва», «Тавсулт-ва». Proposed, never sure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import context
from .folding import CYRILLIC, readings
from .forms import NameForm

SCORE = 0.3
MAX_HEAD = 12
MAX_MATCHES = 2_000  # in one text; more are no names
_MASKED = re.compile(
    rf"(?<![\w\-])([^\W\d_]{{1,{MAX_HEAD}}})(-|\u2010|\u2011|\.{{2,6}}|\u2026|\*{{1,12}}|_{{2,12}})([^\W\d_]{{1,8}})(?![\w\-])"
)


class Masked:
    """Built once from every person's forms; a text is only searched for the shape, and what has it is compared."""

    def __init__(self, people: Sequence[Sequence[NameForm]]) -> None:
        self._forms: dict[str, dict[tuple[int, str], None]] = {}
        for number, forms in enumerate(people):
            for form in forms:
                if form.part == "surname" and form.script == CYRILLIC and len(form.text) > 4:
                    self._forms.setdefault(form.text[0], {})[(number, form.text)] = None

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, number of the person) of each, initials included."""
        found: list[tuple[int, int, int]] = []
        for match in _MASKED.finditer(text):
            if len(found) > MAX_MATCHES:
                break
            if not match.group(1)[0].isupper():
                continue
            for number in self._people(match.group(1), match.group(2), match.group(3)):
                after, before = (
                    context.initials_after(text, match.end()),
                    context.initials_before(text, match.start()),
                )
                end = after.place if after is not None and after.surely else match.end()
                found.append((before.place if before is not None else match.start(), end, number))
        return found

    def _people(self, head: str, gap: str, tail: str) -> set[int]:
        """Whose surname begins and ends so; a hyphen asks for two letters at the end and a word that is cut."""
        if len(tail) < 2 and gap in ("-", "\u2010", "\u2011"):
            return set()
        first, last = _folded(head), _folded(tail)
        if not first or not last:
            return set()
        return {
            number
            for number, form in self._forms.get(first[0], ())
            if form.startswith(first) and form.endswith(last) and len(first) + len(last) < len(form)
        }


def _folded(word: str) -> str:
    return next((folded for script, folded in readings(word) if script == CYRILLIC), "")
