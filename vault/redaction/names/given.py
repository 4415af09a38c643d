"""The project's own table of given names: short forms, the neighbours' spellings and the western ones.

Written from general knowledge for this project; `given_names.tsv` beside this file is meant to be extended.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from .folding import fold_cyrillic, fold_latin
from .inflect import diminutives_of
from .romanise import cyrillic_keys, is_romanised, latin_keys


@dataclass(frozen=True, slots=True)
class GivenName:
    """One row of the table, all words folded; `short` holds the diminutives, also those made by rule.

    `neighbours` tells whose spelling each is, where the table tells it.
    """

    name: str
    gender: str
    short: tuple[str, ...]
    neighbours: dict[str, str]
    latin: tuple[str, ...]


@lru_cache(maxsize=1)
def table() -> dict[str, GivenName]:
    """All rows by folded name."""
    text = resources.files(__package__).joinpath("given_names.tsv").read_text(encoding="utf-8")
    rows: dict[str, GivenName] = {}
    for line in text.splitlines()[1:]:
        name, gender, short, neighbours, latin = line.split("\t")
        folded = fold_cyrillic(name)
        rows[folded] = GivenName(
            folded,
            gender,
            _with_derived(tuple(fold_cyrillic(word) for word in short.split())),
            dict(_neighbour(word) for word in neighbours.split()),
            tuple(dict.fromkeys(fold_latin(word) for word in latin.split())),
        )
    return rows


_ORIGINS = {
    "uk": "Ukrainian", "be": "Belarusian", "uz": "Uzbek or Tajik", "tg": "Tajik", "tt": "Tatar", "ka": "Georgian",
    "hy": "Armenian", "az": "Azerbaijani", "ce": "Chechen", "kk": "Kazakh or Kyrgyz",
}  # fmt: skip


def _neighbour(entry: str) -> tuple[str, str]:
    """A spelling of the table, folded, and whose it is: "uk:Олена", or "Ахмет" where that is not told."""
    mark, _, word = entry.rpartition(":")
    return fold_cyrillic(word), _ORIGINS.get(mark, "")


def _with_derived(short: tuple[str, ...]) -> tuple[str, ...]:
    derived: dict[str, None] = dict.fromkeys(short)
    for word in short:
        derived.update(dict.fromkeys(diminutives_of(word)))
    return tuple(derived)


@lru_cache(maxsize=1)
def _by_any_spelling() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for row in table().values():
        for word in (row.name, *row.neighbours, *row.latin):
            found.setdefault(word, {})[row.name] = None
    return {word: tuple(names) for word, names in found.items()}


@lru_cache(maxsize=1)
def _by_short() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for row in table().values():
        for word in row.short:
            found.setdefault(word, {})[row.name] = None
    return {word: tuple(names) for word, names in found.items()}


@lru_cache(maxsize=1)
def _by_key() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, row in table().items():
        for spelling in (name, *row.neighbours):
            for key in cyrillic_keys(spelling):
                found.setdefault(key, {})[name] = None
    return {key: tuple(names) for key, names in found.items()}


@lru_cache(maxsize=4000)
def full_names(folded: str) -> tuple[str, ...]:
    """The table's names that this folded word, of either script, is a spelling of; the word's own row first."""
    found: dict[str, None] = {}
    if folded in table():
        found[folded] = None
    found.update(dict.fromkeys(_by_any_spelling().get(folded, ())))
    if not found and folded.isascii():
        for key in latin_keys(folded):
            found.update(dict.fromkeys(name for name in _by_key().get(key, ()) if _is_spelled(name, folded)))
    return tuple(found)


def _is_spelled(name: str, latin: str) -> bool:
    return any(is_romanised(one, latin) for one in (name, *table()[name].neighbours))


def full_names_of_short(folded: str) -> tuple[str, ...]:
    """The table's names that this folded Russian word is a diminutive of."""
    return _by_short().get(folded, ())


def is_short_form(folded: str) -> bool:
    """Whether a folded Russian word is in the table as a diminutive."""
    return folded in _by_short()
