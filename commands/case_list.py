"""`casevault case list`, apart from its group so that it starts without typer."""

from __future__ import annotations

from commands import shapes
from commands.context import Session
from commands.printing import columns


def show(session: Session) -> None:
    """List all cases."""
    from vault.usecases import cases

    with session.vault() as vault:
        found = cases.listing(vault)
    t = session.console.text
    heads = [t("Case"), t("State"), t("Items"), t("Opened"), t("Title")]
    rows = [
        (entry.case.id, t(entry.case.status), str(entry.items), entry.case.created[:10], entry.case.title)
        for entry in found
    ]
    data = {"cases": [{**shapes.case(entry.case), "items": entry.items} for entry in found]}
    session.console.answer(data, columns(rows, heads))
    if not found:
        session.console.hint("open the first case: casevault case new")
