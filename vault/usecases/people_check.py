"""What is said about a list of people before it is relied on: who can't be found, and who would be found too often.

The sentences name entries by their ids and never by their names: they go to a terminal or into a log.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vault.model.people import Person
from vault.redaction import morphology
from vault.redaction.listed_identifiers import MIN_LISTED
from vault.redaction.names.folding import TOKEN
from vault.redaction.names.parts import names_of

Kind = Literal[
    "nobody", "unsearchable", "one-letter", "given-name-only", "everyday-word", "short-identifier", "same-name"
]
MESSAGES: dict[Kind, str] = {
    "nobody": "nobody is listed: only identifiers, and what looks like a name, are taken out",
    "unsearchable": "a name without letters can't be searched for; add it in letters as an alias",
    "one-letter": "a name of one letter is found only where it stands alone, and so is everyone's initial; "
    "list the full name if you can",
    "given-name-only": "only a given name is listed: everybody with it is taken out; add the surname if you can",
    "everyday-word": "a part of the name is an everyday word too: it may go where nobody is meant, and may stay "
    "where it is written small; check those places",
    "short-identifier": f"an identifier has fewer than {MIN_LISTED} letters or digits and is not searched for; "
    "mark it by hand",
    "same-name": "another entry has the same name: a text can't tell the two apart, and one label stands for both",
}
# Names that are everyday English words; from general knowledge, meant to be extended.
_ENGLISH_WORDS = frozenset({
    "april", "art", "august", "baker", "bell", "best", "bill", "bishop", "black", "brown", "bush", "case",
    "chase", "church", "cook", "dawn", "day", "dean", "drew", "faith", "field", "fisher", "frank", "gene",
    "good", "grace", "grant", "green", "guy", "hill", "hope", "hunter", "iris", "ivy", "jack", "joy", "judge",
    "june", "king", "lance", "law", "little", "long", "love", "major", "mark", "mason", "max", "may", "miles",
    "noble", "north", "page", "pat", "pierce", "power", "price", "ray", "rich", "rivers", "rob", "rose", "sage",
    "sharp", "short", "small", "stone", "sue", "summer", "swift", "violet", "waters", "west", "white", "will",
    "winter", "wise", "wood", "woods", "young",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doubt:
    """`person` is the id of the entry, None for the list as a whole; `message` a finished sentence."""

    person: str | None
    kind: Kind

    @property
    def message(self) -> str:
        return MESSAGES[self.kind]


def doubts(people: Sequence[Person]) -> list[Doubt]:
    """All that should be known, in the order of the entries; each kind once an entry."""
    if not people:
        return [Doubt(None, "nobody")]
    found: dict[Doubt, None] = {}
    first: dict[str, str] = {}
    for person in people:
        same = " ".join(sorted(word.casefold() for word in TOKEN.findall(unicodedata.normalize("NFC", person.name))))
        if same and first.setdefault(same, person.id) != person.id:
            found |= dict.fromkeys((Doubt(first[same], "same-name"), Doubt(person.id, "same-name")))
        found |= dict.fromkeys(Doubt(person.id, kind) for kind in _of(person))
    order = {person.id: number for number, person in enumerate(people)}
    return sorted(found, key=lambda doubt: order[doubt.person or ""])


def _of(person: Person) -> list[Kind]:
    found: list[Kind] = []
    written = [[c for c in name if c.isalnum()] for name in (person.name, *person.aliases)]
    if not all(written):
        found.append("unsearchable")
    parts = names_of(person)
    if written[0] and not any(name.words for name in parts):
        found.append("one-letter")
    main = parts[0] if parts else None
    if main is not None and main.given and not any(name.surname for name in parts):
        found.append("given-name-only")
    if any(_is_everyday(word) for name in parts for word in (*name.surname, *name.given)):
        found.append("everyday-word")
    if any(sum(map(str.isalnum, one)) < MIN_LISTED for one in person.identifiers):
        found.append("short-identifier")
    return found


def _is_everyday(word: str) -> bool:
    return word in _ENGLISH_WORDS if word.isascii() else morphology.is_everyday(word)
