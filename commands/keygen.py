"""`casevault keygen`: a key pair for somebody who receives or audits, no vault needed."""

from __future__ import annotations

from typing import Annotated, Any

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
    public_out: Annotated[
        str | None, typer.Option("--public-out", metavar="FILE", help="Write the public half to this new file too.")
    ] = None,
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
    public_path = None if public_out is None else paths.new_file(public_out, "the file for the public keys")
    if public_path is not None and paths.same(path, public_path):
        raise Usage("--out and --public-out name one file", hint="The key file stays with you: give each its own.")
    from vault.usecases import keygen as use

    passphrase = None if no_passphrase else _passphrase(session)
    public = use.make(path, classic=x25519, heads_only=heads, passphrase=passphrase, public_out=public_path)
    t = session.console.text
    lines = [t("Age key:"), public.age, t("Verifier key:"), public.verifier]
    data: dict[str, Any] = {"recipient": {"age": public.age, "verifier": public.verifier}, "path": str(path)}
    if public_path is not None:
        data["public_path"] = str(public_path)
    session.console.answer(data, lines)
    if public_out is not None:
        session.console.hint(
            "give {public} to whoever writes to you; keep {file} to yourself", public=public_out, file=out
        )
        return
    session.console.hint(
        "give the lines above to whoever writes to you (--public-out FILE writes them to a file); keep {file} to "
        "yourself",
        file=out,
    )


def _passphrase(session: Session) -> str | None:
    given = secrets.passphrase(session)
    if given is not None:
        return checked(given)
    if not session.console.can_ask_secret:
        return None
    return chosen_passphrase(session)
