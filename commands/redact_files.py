"""`casevault redact file` and `check`: the engine and the leak check for one document, without a vault."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from commands import modelless, paths
from commands.context import session_of
from commands.redact_text import PeopleOption, ProfileOption
from commands.redact_text import people as people_of
from vault.errors import Refused

Mode = Literal["reflow", "facsimile"]


def file(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="IN", help="The document.")],
    people: PeopleOption = None,
    out: Annotated[str | None, typer.Option("--out", metavar="OUT", help="The new PDF.")] = None,
    mode: Annotated[
        Mode, typer.Option("--mode", metavar="MODE", help="reflow: the text is typeset anew.")
    ] = "reflow",
    profile: ProfileOption = "lawyer",
) -> None:
    """Redact one document into a new PDF, which is then searched again by other code. No vault is needed.

    Scans and photos need a person's eye: add them to a case.
    """
    session = session_of(context)
    listed = people_of(session, people)
    target = paths.needed(session, out)
    paths.new_file(target, "the redacted document")
    if mode != "reflow":
        raise Refused("a facsimile needs boxes drawn by a person: add the document to a case", kind="unsupported")
    from vault.usecases import onefile

    modelless.warn(session)
    with session.console.progress("Redacting"):
        made = onefile.redact_file(
            Path(document).expanduser(), listed, Path(target).expanduser(), profile=profile,
            accept_weak_jail=session.weak_jail(),
        )  # fmt: skip
    shape = {
        "output": {"path": target, "pages": made.pages, "mode": mode},
        "findings": made.findings,
        "checks": {"leak_check": "clean"},
    }
    session.console.answer(shape, [target])
    session.console.say("{count} findings were removed; the leak check found nothing.", count=made.findings)


def check(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="FILE", help="The finished document.")],
    people: PeopleOption = None,
    profile: ProfileOption = "lawyer",
) -> None:
    """Search a finished document for protected people, in its text and everything else that it holds.

    Exit code 0 is clean, 14 is leaking. No vault is needed.
    """
    session = session_of(context)
    listed = people_of(session, people)
    from vault.usecases import onefile

    with session.console.progress("Searching for leaks"):
        leaks = onefile.check(
            Path(document).expanduser(),
            listed,
            profile=profile,
            accept_weak_jail=session.weak_jail(),
        )
    found = [{"channel": leak.channel, "where": leak.where, "form": leak.form} for leak in leaks]
    lines = [f"{one['channel']}  {one['where']}  {one['form']}".rstrip() for one in found]
    session.console.answer({"leaks": found}, lines or [session.console.text("Nobody was found.")])
    if found:
        raise Refused(f"{len(found)} leaks were found", kind="leak", hint="Do not hand this document over.")
