"""`casevault key`: who can open the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from commands import confirming, key_label, key_making, key_rotate, personal
from commands.app import new_app
from commands.choices import FromOption
from commands.context import Session, session_of
from commands.key_making import Wanted
from commands.personal import Field
from commands.printing import columns, one_line
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.usecases.key_slots import KeySlot
    from vault.usecases.unlocked import UnlockedVault

app = new_app()
SlotKind = Literal["passphrase", "passphrase+device", "recovery", "shares", "recipient"]
LABEL = Field("label", "For whom is it, or where is it kept? (may stay empty)")
NewPassphraseOption = Annotated[
    str | None,
    typer.Option("--new-passphrase-file", metavar="FILE", help="Take the new passphrase from a file's first line."),
]


@app.command("list")
def listing(context: typer.Context) -> None:
    """List what opens the vault, and whether it does so on this computer."""
    session = session_of(context)
    from vault.usecases import key_slots

    with session.vault() as vault:
        found = key_slots.listing(vault, ask=session.console.can_ask)
    t = session.console.text
    rows = [
        (one.id, t(one.kind), _needs(session, one), one.made[:10], t("yes") if one.works else t("no"), one.label)
        for one in found
    ]
    heads = [t("Slot"), t("Kind"), t("Needs"), t("Made"), t("Works here"), t("For")]
    session.console.answer({"slots": [shape(one) for one in found]}, columns(rows, heads))


@app.command("add")
def add(
    context: typer.Context,
    kind: Annotated[
        SlotKind,
        typer.Argument(metavar="KIND", help="passphrase, passphrase+device, recovery, shares or recipient."),
    ],
    new_passphrase_file: NewPassphraseOption = None,
    recovery_out: Annotated[
        str | None,
        typer.Option("--recovery-out", metavar="FILE", help="Write the recovery code to a new file (0600)."),
    ] = None,
    shares_out: Annotated[
        str | None,
        typer.Option("--shares-out", metavar="DIR", help="Write each share to a file (0600) in this new folder."),
    ] = None,
    need: Annotated[int | None, typer.Option("--need", metavar="K", help="How many shares open the vault.")] = None,
    of: Annotated[
        int | None, typer.Option("--of", metavar="N", help="How many shares there are, at most 16.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="R", help="A recipient with an age key, such as R-5TQ2MX.")
    ] = None,
    age_key: Annotated[
        str | None,
        typer.Option("--age-key", metavar="KEY", help="A public age key, age1pq1…, of whoever is to open."),
    ] = None,
    from_: FromOption = None,
) -> None:
    """Let one more secret open the vault. It is seen to open it before it counts.

    A passphrase of random words, a code or shares are shown and typed back; in a script they go to files.
    For whom it is, is asked for, or read from a JSON file: {"label": "…"}.
    """
    session = session_of(context)
    wanted = Wanted(kind, new_passphrase_file, recovery_out, shares_out, need, of, to, age_key)
    key_making.check(session, wanted)
    label = None if from_ is None else personal.from_file(session, from_, [LABEL]).get("label", "")
    with session.rooted() as (vault, root):
        # Only now: who is asked for anything else first types the passphrase there, where it is shown and kept.
        label = _label(session, vault, label)
        made, data = key_making.make(session, vault, root, wanted, label)
    line = session.console.text("{slot} opens the vault now.", slot=named(session, made))
    session.console.answer({"slot": shape(made), **data}, [line])
    session.console.hint("see what opens the vault: casevault key list")


@app.command("change")
def change(
    context: typer.Context,
    slot: Annotated[str, typer.Argument(metavar="SLOT", help="The slot, such as S-4N8TVQ; see 'key list'.")],
    new_passphrase_file: NewPassphraseOption = None,
) -> None:
    """Give a slot another passphrase. Nothing is encrypted anew, so that it takes no longer in a large vault."""
    session = session_of(context)
    key_making.check(session, Wanted("passphrase", new_passphrase_file))
    from vault.usecases import key_slots

    with session.rooted() as (vault, root):
        found = key_slots.find(vault, slot, ask=session.console.can_ask)
        key_slots.refuse_unchangeable(found.kind)
        passphrase = key_making.new_passphrase(session, new_passphrase_file)
        with session.console.progress("Making the key slot"):
            made = key_slots.change(vault, root, slot, passphrase, ask=session.console.can_ask)
    line = session.console.text("{slot} has another passphrase.", slot=named(session, made))
    session.console.answer({"slot": shape(made)}, [line])
    _warn_of_copies(session)


@app.command("remove")
def remove(
    context: typer.Context,
    slot: Annotated[str, typer.Argument(metavar="SLOT", help="The slot, such as S-4N8TVQ; see 'key list'.")],
    confirm: confirming.ConfirmOption = None,
) -> None:
    """Take a slot away: its secret opens the vault no more. The last one that works stays."""
    session = session_of(context)
    from vault.usecases import key_slots

    ask = session.console.can_ask
    with session.rooted() as (vault, root):
        key_slots.refuse_last(vault, slot, ask=ask)
        found = key_slots.find(vault, slot, ask=ask)
        if confirm is None and session.console.can_ask:
            session.console.say("This would open the vault no more: {slot}", slot=named(session, found))
        confirming.by_id(session, found.id, confirm)
        gone = key_slots.remove(vault, root, slot, ask=ask)
    data = {**shape(gone.slot), "state": "removed", "secret_left": gone.secret_left}
    line = session.console.text("{slot} opens the vault no more.", slot=named(session, gone.slot))
    session.console.answer({"slot": data}, [line])
    if gone.secret_left:
        session.console.warn("Its second secret is still in this computer's keyring, which could not be reached.")
    _warn_of_copies(session)


def named(session: Session, slot: KeySlot) -> str:
    """A slot as its person knows it: its id, its kind, and for whom it is."""
    kind = session.console.text(slot.kind)
    return f"{slot.id} ({kind}: {one_line(slot.label)})" if slot.label else f"{slot.id} ({kind})"


def shape(slot: KeySlot) -> dict[str, Any]:
    """The JSON form of a slot."""
    return {
        "id": slot.id,
        "kind": slot.kind,
        "label": slot.label,
        "recipient": slot.recipient or None,
        "made": slot.made or None,
        "need": slot.need or None,
        "count": slot.count or None,
        "works": slot.works,
    }


def _needs(session: Session, slot: KeySlot) -> str:
    return session.console.text("{need} of {count}", need=slot.need, count=slot.count) if slot.count else ""


def _label(session: Session, vault: UnlockedVault, given: str | None) -> str:
    """The label from a file, else asked for; never a secret of the vault. Raises Usage for one from a file."""
    if given is not None or not session.console.can_ask:
        key_label.refuse_secret(session, vault, given or "")
        return given or ""
    while True:
        label = session.console.ask(LABEL.question)
        try:
            key_label.refuse_secret(session, vault, label)
        except Usage as error:
            session.console.failed(0, error)
        else:
            return label


def _warn_of_copies(session: Session) -> None:
    session.console.warn(
        "Older copies of vault.json, in backups too, still open with the old secret. If somebody else may have both, "
        "'casevault key rotate --deep' gives everything new keys."
    )


app.command("rotate")(key_rotate.rotate)
