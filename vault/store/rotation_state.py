"""How far a renewal of all case keys has come, and what the log called things before. Both go with their case."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vault.errors import Damaged
from vault.store.catalogue import Catalogue

Step = Literal["begun", "clean", "done"]


@dataclass(frozen=True, slots=True)
class CaseState:
    """How far one case is.

    `begun`: its objects are being encrypted anew under names that follow from `seed` (hex). `clean`: its rows name
    the new objects, and the old ones, `old`, may still be there. `done`: nothing is left to do.
    """

    step: Step
    seed: str = ""
    old: tuple[str, ...] = ()


def read(catalogue: Catalogue) -> dict[str, CaseState]:
    """The cases of a renewal that is not finished; empty if there is none. Raises Damaged."""
    with catalogue.reading():
        rows = catalogue.db.execute("SELECT case_id, state FROM rotation ORDER BY rowid").fetchall()
    return {str(case): _parsed(str(text)) for case, text in rows}


def _parsed(text: str) -> CaseState:
    try:
        value = json.loads(text)
        return CaseState(value["step"], str(value["seed"]), tuple(str(name) for name in value["old"]))
    except (ValueError, KeyError, TypeError):
        raise Damaged("what is noted of the renewal of the keys is damaged") from None


def put(catalogue: Catalogue, case_id: str, state: CaseState) -> None:
    """Note how far a case is, inside a transaction."""
    text = json.dumps({"step": state.step, "seed": state.seed, "old": list(state.old)})
    catalogue.db.execute("INSERT OR REPLACE INTO rotation (case_id, state) VALUES (?, ?)", (case_id, text))


def clear(catalogue: Catalogue) -> None:
    """The renewal is done, inside a transaction."""
    catalogue.db.execute("DELETE FROM rotation")


def note_names(catalogue: Catalogue, case_id: str | None, names: Iterable[tuple[str, str]]) -> None:
    """Remember (pseudonym, id) pairs of a case, or of no case, inside a transaction."""
    sql = "INSERT INTO earlier_names (pseudonym, case_id, object_id) VALUES (?, ?, ?)"
    catalogue.db.executemany(sql, [(pseudonym, case_id, object_id) for pseudonym, object_id in names])


def earlier_names(catalogue: Catalogue, case_id: str | None) -> dict[str, str]:
    """What things of a case (None: of no case) were called before, and their ids."""
    sql = "SELECT pseudonym, object_id FROM earlier_names WHERE case_id IS ?"
    with catalogue.reading():
        return dict(catalogue.db.execute(sql, (case_id,)).fetchall())
