"""Compares the catalogue's rows with what the audit log says of them: an old page put back shows here."""

from __future__ import annotations

import contextlib

from vault.errors import Busy, Damaged, StorageFailed
from vault.model.records import TABLES, Case, RecipientRecord, Record
from vault.usecases import items
from vault.usecases.unlocked import UnlockedVault

_KINDS = {
    "cases": "the case itself", "people": "a person of the case", "evidence": "an item of evidence",
    "texts": "the text of an item", "shares": "a shared item", "links": "a link to another case",
    "plans": "the redaction plan", "recipients": "a recipient", "disclosures": "the record of a bundle",
    "exhibits": "the label of an item", "copies": "the record of a copy", "marks": "the state of a bundle",
}  # fmt: skip


def problems(vault: UnlockedVault, case_id: str | None) -> list[str]:
    """What in a case's rows (None: the rows of no case) does not fit the log; [] if all is well."""
    found = _compared(vault, case_id)
    if not found or vault.catalogue.db.in_transaction:
        return found
    # Log and rows were not read at one moment: another command may have changed a row in between. What counts is
    # what is found again while nobody can; the log holds the intents of every change that is in the catalogue.
    with contextlib.ExitStack() as held:
        with contextlib.suppress(Busy, StorageFailed):
            held.enter_context(vault.catalogue.transaction())
        return _compared(vault, case_id)


def _compared(vault: UnlockedVault, case_id: str | None) -> list[str]:
    rows = _rows(vault, case_id)
    if case_id is not None and rows and vault.catalogue.get(Case, case_id) is None:
        # Its key is gone, so that the rows can't even be compared: nothing of a destroyed case may be there.
        return [f"{_KINDS[row.TABLE]} ({row.id}) belongs to a case that is gone" for row in rows]
    expected = dict(vault.log.case_rows(case_id))
    found = []
    for record in rows:
        state = vault.row_state(record)
        known = expected.pop((state.table, state.row), None)
        if known is None or not known.accepts(state.hash):
            what = "was never logged" if known is None else "is not in the state that was logged last"
            found.append(f"{_KINDS[record.TABLE]} ({record.id}) {what}")
    for (table, _), known in expected.items():
        if not known.accepts(None):
            found.append(f"{_KINDS.get(table, table)} is missing, and the log does not know of its removal")
    return found


def _rows(vault: UnlockedVault, case_id: str | None) -> list[Record]:
    if case_id is None:
        return list(vault.catalogue.all(RecipientRecord))
    rows: list[Record] = []
    for table in TABLES:
        if table is not RecipientRecord:
            rows += vault.catalogue.all(table, case_id=case_id)
    return rows


def require(vault: UnlockedVault, case_id: str) -> None:
    """Raise Damaged if a row of this case (or a case whose items it shares) is not as the log says."""
    found = problems(vault, case_id) + problems(vault, None)
    for other in items.other_cases(vault, case_id):
        # Whom that case protects is protected here too, so its list of people must be as it was logged.
        found += problems(vault, other)
    if found:
        raise Damaged(
            f"the catalogue does not fit the audit log: {found[0]}"
            + (f", and {len(found) - 1} more" if found[1:] else ""),
            hint="Run 'casevault doctor'; an older state may have been put back, and nothing is exported.",
        )


def all_problems(vault: UnlockedVault) -> list[str]:
    """The same for every case of the vault, and for those that only the log knows."""
    found = problems(vault, None)
    logged = vault.log.case_heads()
    here = [case.id for case in vault.catalogue.all(Case)]
    for case_id in [*here, *sorted(logged.keys() - set(here))]:
        found += [f"case {case_id}: {problem}" for problem in problems(vault, case_id)]
    return found
