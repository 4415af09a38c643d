"""`casevault audit report`: on the auditor's machine, one page about one or several laptops."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import audit_auditor, extras_hint, paths
from commands import lang as languages
from commands.audit_auditor import AcceptOption, PolicyOption, StateOption
from commands.context import Session, session_of
from vault.errors import Damaged, Usage

if TYPE_CHECKING:
    from vault.audit.report.data import Report


def report(
    context: typer.Context,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE…", help="The newest export of each laptop.")
    ] = None,
    out: Annotated[str | None, typer.Option("--out", metavar="R.html", help="The new page.")] = None,
    sheet: Annotated[
        str | None, typer.Option("--csv", metavar="FILE", help="Also all entries, as a new table for spreadsheets.")
    ] = None,
    state: StateOption = None,
    accept: AcceptOption = None,
    policy: PolicyOption = None,
    names: Annotated[
        bool, typer.Option("--names", help="Your own vault's log instead, with names of recipients, for yourself.")
    ] = False,
) -> None:
    """Make a report from exports: who opened what, what to ask about, and how far the log can be trusted.

    It needs --identity with your key file. Each export is checked as 'audit check' does it. The page opens in any
    browser, prints on A4, and asks for nothing outside itself; it holds ids, no names.
    """
    session = session_of(context)
    if names and (files or state or accept or policy):
        raise Usage("--names is about your own vault: no exports and no options of an auditor go with it")
    if not files and not names:
        raise Usage("the file is missing: what is the report about?")
    target = paths.new_file(paths.needed(session, out), "the report")
    table = None if sheet is None else paths.new_file(sheet, "the table")
    if table is not None and paths.same(table, target):
        raise Usage("the page and the table can't be the same file")
    if names:
        _tell(session, _own(session, target, table), target, table)
        session.console.warn("The page holds names: keep it on an encrypted disk, and delete it when you are done.")
        return
    made = _made(session, [Path(one).expanduser() for one in files or ()], target, table, (state, accept, policy))
    _tell(session, made, target, table)


def _own(session: Session, target: Path, table: Path | None) -> Report:
    from vault.usecases import own_report, reporting

    lang = session.options.lang or languages.default()
    with session.vault() as vault, session.console.progress("Making the report"), _no_collector():
        made = own_report.make(vault, table)
        reporting.write(made, target, lang, lambda text: languages.error(lang, text))
    return made


def _made(
    session: Session, files: list[Path], target: Path, table: Path | None,
    options: tuple[str | None, list[str] | None, str | None],
) -> Report:  # fmt: skip
    from vault.usecases import auditor, reporting

    state, accept, policy = options
    folder = audit_auditor.state_folder(state)
    mine, cosigner = audit_auditor.keys(session)
    terms = audit_auditor.terms_of(session, accept, policy, cosigner)
    lang = session.options.lang or languages.default()
    with session.console.progress("Making the report") as advance, _no_collector():
        made = reporting.report(files, mine, folder, auditor.with_progress(terms, advance), table)
        reporting.write(made, target, lang, lambda text: languages.error(lang, text))
    return made


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """What is counted has no cycles, and Python would search it for some again and again: a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _tell(session: Session, made: Report, target: Path, table: Path | None) -> None:
    from vault.audit.report import drawing
    from vault.audit.report.shape import shape

    data = shape(made)
    written = [str(target), *([] if table is None else [str(table)])]
    session.console.answer({"path": str(target), "csv": None if table is None else str(table), **data}, written)
    if not drawing.available():
        session.console.warn(
            "The report has tables instead of plots. With plots: {command}", command=extras_hint.line(["report"])
        )
    session.console.say(
        "Entries: {entries}. Logs: {logs}. Things to ask about: {flags}.", entries=made.activity.entries,
        logs=len(made.logs), flags=len(made.flags),
    )  # fmt: skip
    if not data["ok"]:
        raise Damaged(
            "the log is not as it should be",
            kind="findings",
            hint="The report is written and names what was found.",
        )
