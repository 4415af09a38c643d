"""`casevault recipient`: who can be given something."""

from __future__ import annotations

from typing import Annotated

import typer

from commands import ledger_views, personal, picking, shapes
from commands.app import new_app
from commands.choices import FromOption, RecipientRole, WordsArgument
from commands.context import session_of
from commands.personal import Field
from commands.printing import columns

app = new_app()
NAME = Field("name", "Name", required=True)
ADDRESS = Field("address", "Address, for the record of disclosures (may stay empty)")


@app.command("add")
def add(
    context: typer.Context,
    words: WordsArgument = None,
    role: Annotated[
        RecipientRole,
        typer.Option("--role", metavar="ROLE", help="lawyer, auditor, trustee, translator, court or other."),
    ] = "lawyer",
    age_key: Annotated[
        str,
        typer.Option("--age-key", metavar="KEY", help="Their public age key, age1…; without one, words are made."),
    ] = "",
    verifier: Annotated[
        str, typer.Option("--verifier", metavar="KEY", help="An auditor's verifier key, name+hash+key.")
    ] = "",
    from_: FromOption = None,
) -> None:
    """Note a recipient. The name is asked for, or read from a JSON file: {"name": "…", "address": "…"}."""
    session = session_of(context)
    name = personal.in_line(session, words)
    texts = personal.texts(session, from_, [NAME, ADDRESS], given={"name": name} if name else None)
    from vault.usecases import recipients

    with session.vault() as vault:
        made = recipients.add(vault, role, texts["name"], texts.get("address", ""), age_key, verifier)
    session.console.answer({"recipient": {"id": made.id}}, [made.id])
    if made.role == "auditor":
        session.console.hint("deposit the log with them: casevault audit export --to {id} --out FILE", id=made.id)
        return
    if made.role == "trustee":
        if made.age_key:
            session.console.hint("let their key open the vault: casevault key add recipient --to {id}", id=made.id)
        else:
            session.console.hint("give them a share for a journey: casevault travel prepare")
        return
    session.console.hint(
        "hand a case over: casevault redact plan CASE, then bundle create CASE --to {id}", id=made.id
    )


@app.command("list")
def listing(context: typer.Context) -> None:
    """List all recipients, those who were removed too."""
    session = session_of(context)
    from vault.usecases import recipients

    with session.vault() as vault:
        found = recipients.listing(vault)
    t = session.console.text
    rows = [(one.id, t(one.role), t(one.state), t("key") if one.age_key else t("words"), one.name) for one in found]
    heads = [t("Recipient"), t("Role"), t("State"), t("Sealed with"), t("Name")]
    session.console.answer({"recipients": [shapes.recipient(one) for one in found]}, columns(rows, heads))


@app.command("remove")
def remove(
    context: typer.Context,
    recipient: Annotated[str | None, typer.Argument(metavar="R", help="The recipient, such as R-5TQ2MX.")] = None,
) -> None:
    """Off-board a recipient: nothing more goes to them, what they were given stays on record.

    What they may still have is listed, so that you can call it back.
    """
    session = session_of(context)
    from vault.usecases import ledger, recipients

    with session.vault() as vault:
        gone = recipients.remove(vault, picking.recipient(session, vault, recipient))
        left = [one for one in ledger.disclosures(vault, gone.id) if one.outstanding]
    lines = [session.console.text("Nothing more goes to {recipient}.", recipient=gone.id)]
    if left:
        lines += ["", session.console.text("They may still have:"), *ledger_views.table(session, left)]
    data = {
        "recipient": {"id": gone.id, "state": gone.state}, "disclosures": [ledger_views.shape(one) for one in left],
    }  # fmt: skip
    session.console.answer(data, lines)
    for one in left:
        session.console.hint("ask them to delete it: casevault bundle recall {bundle}", bundle=one.record.id)
