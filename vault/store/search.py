"""The full-text index: FTS5 over stems, so that one form of a word finds the others.

Texts are stemmed here before they enter (FTS5 in Python has no hook for a tokenizer): Snowball for Russian and
English by the script of each word, ё as е. The index holds stems only; snippets are cut from the text itself.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vault.store.catalogue import Catalogue

MAX_QUERY_WORDS = 32
MAX_WORD = 64
_WORD = re.compile(r"\w+")
_WRITTEN_WORD = re.compile("[\\w\u0300-\u036f]+")
"""A word in a text as it was written: an accent or the breve of a decomposed й may stand inside it."""
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


@dataclass(frozen=True, slots=True)
class SearchText:
    """One searchable text of an item: `field` is title, note, name or text."""

    evidence_id: str
    case_id: str
    field: str
    body: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A matching text; a higher `score` is better."""

    evidence_id: str
    case_id: str
    field: str
    score: float


@functools.cache
def _stemmers() -> tuple[Any, Any]:
    import Stemmer

    return Stemmer.Stemmer("russian"), Stemmer.Stemmer("english")


def folded(text: str) -> str:
    """Compatibility form, no case, ё as е, no combining marks but й's: what words are compared by."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    if text.isascii():
        return text
    return unicodedata.normalize(
        "NFC", re.sub("[\u0300-\u0305\u0307-\u036f]", "", unicodedata.normalize("NFC", text))
    )


@functools.lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of one folded word."""
    russian, english = _stemmers()
    stemmer = russian if _CYRILLIC.search(word) else english
    return str(stemmer.stemWord(word[:MAX_WORD]))


def stems(text: str) -> str:
    """All stems of a text, in order, one space between."""
    return " ".join(map(stem, _WORD.findall(folded(text))))


def query_stems(query: str) -> list[str]:
    """The stems of what was asked for, at most MAX_QUERY_WORDS."""
    return [stem(word) for word in _WORD.findall(folded(query))[:MAX_QUERY_WORDS]]


def index(catalogue: Catalogue, texts: Iterable[SearchText], *, new: bool = False) -> None:
    """Put texts in, replacing what the same field of the same item had (`new`: it had none); inside a
    transaction."""
    for text in texts:
        if not new:
            _drop(catalogue, text.evidence_id, text.field)
        row = catalogue.db.execute(
            "INSERT INTO search_rows (evidence_id, case_id, field) VALUES (?, ?, ?)",
            (text.evidence_id, text.case_id, text.field),
        ).lastrowid
        catalogue.db.execute(
            "INSERT INTO search (rowid, scope, stems) VALUES (?, ?, ?)",
            (row, _scope(text.case_id), stems(text.body)),
        )


def drop(catalogue: Catalogue, evidence_id: str) -> None:
    """Take all texts of an item out; inside a transaction."""
    _drop(catalogue, evidence_id, None)


def _drop(catalogue: Catalogue, evidence_id: str, field: str | None) -> None:
    rows = catalogue.db.execute(
        "SELECT rowid FROM search_rows WHERE evidence_id = ? AND (?2 IS NULL OR field = ?2)", (evidence_id, field)
    ).fetchall()
    for (row,) in rows:
        catalogue.db.execute("DELETE FROM search WHERE rowid = ?", (row,))
        catalogue.db.execute("DELETE FROM search_rows WHERE rowid = ?", (row,))


def find(catalogue: Catalogue, query: str, *, case_id: str | None = None, limit: int = 20) -> tuple[list[Hit], int]:
    """The best texts that hold all words of the query, and how many texts do."""
    words = query_stems(query)
    if not words:
        return [], 0
    expression = "stems : (" + " AND ".join(f'"{word}"' for word in words) + ")"
    if case_id is not None:
        expression = f'scope : "{_scope(case_id)}" AND {expression}'
    with catalogue.reading():
        ranked = catalogue.db.execute(
            "SELECT rowid, rank FROM search WHERE search MATCH ? ORDER BY rank LIMIT ?", (expression, limit)
        ).fetchall()
        total = len(ranked)
        if total == limit:
            total = catalogue.db.execute(
                "SELECT count(*) FROM search WHERE search MATCH ?", (expression,)
            ).fetchone()[0]
        return _hits(catalogue, ranked), total


def _hits(catalogue: Catalogue, ranked: Sequence[tuple[int, float]]) -> list[Hit]:
    hits = []
    for row, rank in ranked:
        found = catalogue.db.execute(
            "SELECT evidence_id, case_id, field FROM search_rows WHERE rowid = ?", (row,)
        ).fetchone()
        if found is not None:
            hits.append(Hit(str(found[0]), str(found[1]), str(found[2]), round(-rank, 6)))
    return hits


def _scope(case_id: str) -> str:
    return case_id.replace("-", "").casefold()


def snippet(body: str, query: str, *, around: int = 70) -> str:
    """The passage of `body` where the query's words first stand together, or its beginning."""
    wanted = set(query_stems(query))
    places = [m.start() for m in _WRITTEN_WORD.finditer(body) if stem(folded(m.group())) in wanted]
    start = max(0, _best(places, 2 * around) - around) if places else 0
    cut = body[start : start + 3 * around]
    text = " ".join(cut.split())
    return ("… " if start else "") + text + (" …" if start + len(cut) < len(body) else "")


def _best(places: Sequence[int], window: int) -> int:
    best, most, left = places[0], 0, 0
    for right, place in enumerate(places):
        while place - places[left] > window:
            left += 1
        if right - left + 1 > most:
            best, most = places[left], right - left + 1
    return best
