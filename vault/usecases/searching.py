"""Full-text search over titles, notes, names of files and extracted text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vault.model.events import Event
from vault.model.records import Case, Evidence
from vault.store import search
from vault.usecases.items import text_of
from vault.usecases.text import cleaned
from vault.usecases.unlocked import UnlockedVault

HITS = 20


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A match as it is shown."""

    evidence: Evidence
    field: str
    snippet: str
    score: float


def find(
    vault: UnlockedVault, query: str, *, case_id: str | None = None, limit: int = HITS, purpose: str | None = None
) -> tuple[list[SearchHit], int]:
    """The best hits and how many texts match. Every case whose hit is shown is logged before it is shown."""
    query = cleaned(query, "the query", required=True, limit=1000)
    if case_id is not None:
        case_id = vault.catalogue.require(Case, case_id).id
    with vault.access("search", case_id, purpose=purpose) as outcome:
        hits, total = search.find(vault.catalogue, query, case_id=case_id, limit=limit)
        if case_id is None:
            _log_cases(vault, hits, purpose)
        shown = [_shown(vault, hit, query) for hit in hits]
        outcome.count = len(shown)
    return [hit for hit in shown if hit is not None], total


def unread(vault: UnlockedVault, case_id: str | None = None) -> int:
    """How many items are nothing but pages of pixels that no machine has read yet: no search finds their words."""
    wanted = {} if case_id is None else {"case_id": case_id}
    return sum(1 for _ in vault.catalogue.all(Evidence, text_state="picture", **wanted))


def _log_cases(vault: UnlockedVault, hits: Sequence[search.Hit], purpose: str | None) -> None:
    counts: dict[str, int] = {}
    for hit in hits:
        counts[hit.case_id] = counts.get(hit.case_id, 0) + 1
    # Without a common number: extracts of two cases would tell that one name was found in both.
    events = [
        Event("search.hit", "event", case=case, count=count, purpose=purpose, outcome="ok")
        for case, count in sorted(counts.items())
    ]
    if events:
        vault.log.append(events, vault.writer)


def _shown(vault: UnlockedVault, hit: search.Hit, query: str) -> SearchHit | None:
    item = vault.catalogue.get(Evidence, hit.evidence_id)
    if item is None:
        return None
    body = {"title": item.title, "note": item.note, "name": item.original_name}.get(hit.field)
    if body is None:
        body = text_of(vault, item)
    return SearchHit(item, hit.field, search.snippet(body, query), hit.score)
