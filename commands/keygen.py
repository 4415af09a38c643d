"""`casevault keygen`: a key pair for somebody who receives or audits, no vault needed."""

from __future__ import annotations

from typing import Annotated

import typer

from commands import paths, secrets
from commands.app import new_app
from commands.context import Session, session_of
from commands.new_secret import checked, chosen_passphrase
from vault.errors import Usage

app = new_app()


@app.command("keygen")
def keygen(
    context: typer.Context,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="The new key file (0600).")] = None,
    x25519: Annotated[
        bool,
        typer.Option("--x25519", help="A classic key, for older age programs; else post-quantum hybrid."),
    ] = False,
    heads: Annotated[
        bool,
        typer.Option("--heads", help="For somebody who vouches that the log goes on, without seeing its entries."),
    ] = False,
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="Do not protect the file, even on a terminal.")
    ] = False,
) -> None:
    """Make a key pair: a file to keep secret, and two public keys to give away. Stock age reads the file too.

    On a terminal the file gets a passphrase; in a script with --passphrase-file.
    """
    session = session_of(context)
    if out is None:
        raise Usage("--out FILE is missing: where to write the key file")
    path = paths.new_file(out, "the key file")
    from vault.usecases import keygen as use

    passphrase = None if no_passphrase else _passphrase(session)
    public = use.make(path, classic=x25519, heads_only=heads, passphrase=passphrase)
    t = session.console.text
    lines = [t("Age key:"), public.age, t("Verifier key:"), public.verifier]
    data = {"recipient": {"age": public.age, "verifier": public.verifier}, "path": str(path)}
    session.console.answer(data, lines)
    session.console.hint("give the lines above to whoever writes to you; keep {file} to yourself", file=out)


def _passphrase(session: Session) -> str | None:
    given = secrets.passphrase(session)
    if given is not None:
        return checked(given)
    if not session.console.can_ask_secret:
        return None
    return chosen_passphrase(session)
