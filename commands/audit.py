"""`casevault audit`: the log on this laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands import audit_auditor, audit_deposit, audit_extract, audit_policy, audit_report, audit_show, audit_stamp
from commands.app import new_app
from commands.context import Session, session_of
from vault.errors import Damaged

if TYPE_CHECKING:
    from vault.model.events import VerifyReport

app = new_app()

app.command("show")(audit_show.show)
app.command("policy")(audit_policy.policy)


@app.command("verify")
def verify(
    context: typer.Context,
    new: Annotated[
        bool, typer.Option("--new", help="Only what came after the newest head that somebody vouched for.")
    ] = False,
) -> None:
    """Verify the whole log: every entry, the tree over them, the signed head, every page of the databases."""
    session = session_of(context)
    from vault.usecases import auditing

    with session.vault() as vault, session.console.progress("Verifying the log"):
        report = auditing.verify(vault, only_new=new)
        problems = [*report.problems, *(f"catalog.db: {one}" for one in vault.catalogue.page_errors())]
    data = {
        "size": report.size,
        "since": report.since,
        "root": report.root.hex(),
        "checkpoint": report.checkpoint.decode("utf-8", "replace"),
        "ok": not problems,
        "problems": problems,
    }
    session.console.answer(data, [session.console.library(one) for one in problems] or [_whole(session, report)])
    if problems:
        raise Damaged("the log or a database is damaged", hint="Run 'casevault doctor' and restore from a backup.")


def _whole(session: Session, report: VerifyReport) -> str:
    """What was verified, and what was not."""
    t, root = session.console.text, report.root.hex()
    if not report.since:
        return t("The log is whole. Entries: {count}, root: {root}.", count=report.size, root=root)
    return t(
        "What came after the newest cosigned head is whole. Entries verified: {count}; entries up to that head, "
        "taken as they stand: {since}. Root: {root}.",
        count=report.size - report.since, since=report.since, root=root,
    )  # fmt: skip


app.command("stamp")(audit_stamp.stamp)
app.command("extract")(audit_extract.extract)
app.command("proof")(audit_extract.proof)
app.command("export")(audit_deposit.export)
app.command("accept")(audit_deposit.accept)
app.command("check")(audit_auditor.check)
app.command("cosign")(audit_auditor.cosign)
app.command("report")(audit_report.report)
