"""`casevault audit export` and `accept`: the laptop's side of the auditor's loop."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands import paths, picking
from commands.context import session_of
from vault.errors import Usage


def export(
    context: typer.Context,
    to: Annotated[str | None, typer.Option("--to", metavar="R", help="The auditor, such as R-5TQ2MX.")] = None,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="The new file for them.")] = None,
) -> None:
    """Write the log to a file that only the auditor opens; with a key for heads alone, only the log's signed heads.

    Send them the file, and tell them the fingerprint over the phone when it is the first one. They check it and
    answer with a file for 'casevault audit accept'.
    """
    session = session_of(context)
    out = paths.needed(session, out)
    path = paths.new_file(out, "the export")
    from vault.usecases import depositing

    with session.vault() as vault:
        recipient = picking.recipient(session, vault, to)
        with session.console.progress("Exporting the log") as advance:
            made = depositing.export(vault, recipient, path, advance)
    t, to_id = session.console.text, made.recipient
    shape = {
        "path": out,
        "to": made.recipient,
        "kind": made.kind,
        "size": made.size,
        "root": made.root.hex(),
        "sha256": made.sha256,
        "fingerprint": made.fingerprint,
    }
    lines = [out, t("Fingerprint of the log: {fingerprint}", fingerprint=made.fingerprint)]
    session.console.answer({"export": shape}, lines)
    if made.kind == "heads":
        session.console.say("Only signed heads are in it, no entries: their key is for heads alone.")
    if not made.sealed:
        session.console.warn("The log goes out without seals: this computer can't keep their key.")
    session.console.hint(
        "send {path} to {recipient}, then casevault audit accept FILE with their answer", path=out, recipient=to_id
    )


def accept(
    context: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="FILE", help="What the auditor sent back.")] = None,
) -> None:
    """Take in an auditor's cosignature: from then on the log up to there can't be rewritten unseen."""
    session = session_of(context)
    if file is None:
        raise Usage("the file is missing: what did the auditor send back?")
    from vault.usecases import depositing

    with session.vault() as vault:
        taken = depositing.accept(vault, Path(file).expanduser())
    when = datetime.fromtimestamp(min(taken.time, MAX_SECONDS), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shape = {
        "size": taken.size,
        "time": when,
        "recipient": taken.recipient,
        "key": taken.key_name,
        "maps": taken.maps,
    }
    line = session.console.text(
        "The first {count} entries are vouched for by {recipient}, since {time} (UTC).",
        count=taken.size, recipient=taken.recipient, time=when[:16].replace("T", " "),
    )  # fmt: skip
    session.console.answer({"accepted": shape}, [line])
    if taken.known:
        session.console.say("This answer was accepted already: nothing new is in it.")
    if taken.newest > taken.size:
        session.console.say(
            "It is an older one: the newest answer vouches for the first {count} entries.", count=taken.newest
        )


MAX_SECONDS = 253_402_300_799
"""The end of the year 9999: no later time can be shown."""
