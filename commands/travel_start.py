"""`casevault travel prepare` and `start`: trustees' shares, and then nothing on this computer opens the vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import confirming, paths
from commands.confirming import ConfirmOption
from commands.context import Session, session_of
from commands.printing import columns
from vault.errors import PartlyDone, Usage, WrongSecret
from vault.model.ids import tidy_id

if TYPE_CHECKING:
    from vault.usecases.travel import Plan, Started
    from vault.usecases.travel_look import Seen
    from vault.usecases.travel_shares import Given, Order

MAX_SHOWN = 50
WORDS_A_LINE = 6
TrusteesOption = Annotated[
    list[str] | None,
    typer.Option("--trustees", metavar="R,R", help="Who gets a share: recipients with the role trustee."),
]
NeedOption = Annotated[
    int | None, typer.Option("--need", metavar="K", help="How many of the shares together open the vault.")
]
PaperOption = Annotated[
    int, typer.Option("--paper", metavar="N", help="So many shares more, as words that you write down on paper.")
]
WaitOption = Annotated[
    int | None, typer.Option("--wait", metavar="HOURS", help="How long trustees wait before they answer; 24.")
]
OutOption = Annotated[
    str | None, typer.Option("--out", metavar="DIR", help="A new folder for the files of the trustees.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


def prepare(
    context: typer.Context,
    trustees: TrusteesOption = None,
    need: NeedOption = None,
    out: OutOption = None,
    paper: PaperOption = 0,
    wait: WaitOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Make and try the trustees' shares ahead, so that 'travel now' works without a passphrase. Changes nothing else.

    Send each trustee their file, and let them tell you the digits that they see: then their share opens.
    """
    session = session_of(context)
    target = None if out is None else paths.new_file(out, "the folder for the shares")
    from vault.usecases import travel

    with session.rooted() as (vault, root):
        order = _order(session, trustees, need, paper, wait)
        if order is None:
            raise Usage("no trustee is named: give --trustees R,R and --need K")
        plan = travel.plan(vault, root, order)
        if dry_run:
            _say_plan(session, plan, starts=False)
            return
        made = travel.prepare(vault, root, order, target, lambda number, text: _write_down(session, number, text))
    shape = {"vault": made.vault, "need": made.need, "count": made.count, "shares": _shares(made.given)}
    session.console.answer({"travel": {**shape, "prepared": True}}, _given_lines(session, made.given))
    _say_given(session, made.given)
    session.console.say("The vault opens as before. At the door: casevault travel now")
    session.console.hint("try it all once before the journey: casevault travel start --dry-run")


def start(
    context: typer.Context,
    trustees: TrusteesOption = None,
    need: NeedOption = None,
    out: OutOption = None,
    paper: PaperOption = 0,
    wait: WaitOption = None,
    dry_run: DryRunOption = False,
    confirm: ConfirmOption = None,
) -> None:
    """Destroy every key slot on this computer: from then on only the trustees together can open the vault.

    Without --trustees it takes the shares of 'travel prepare', which the trustees have already.
    """
    session = session_of(context)
    target = None if out is None else paths.new_file(out, "the folder for the shares")
    from vault.usecases import travel, travel_look

    with session.rooted() as (vault, root):
        order = _order(session, trustees, need, paper, wait)
        plan = travel.plan(vault, root, order)
        if dry_run:
            _say_plan(session, plan, starts=True)
            return
        if order is not None and order.trustees and target is None:
            raise Usage("a place for the trustees' files is missing: give --out DIR")
        if not session.console.json and confirm is None:
            _say_plan(session, plan, starts=True, dry_run=False)
        confirming.by_id(session, vault.header.vault, confirm)
        made = travel.start(vault, root, order, target, lambda number, text: _write_down(session, number, text))
    seen = (*made.seen, *travel_look.open_elsewhere(session.folder))
    session.console.answer({"travel": _started(made, seen)}, _given_lines(session, made.given))
    _say_given(session, made.given)
    _say_destroyed(session, made, seen)
    session.console.hint("back home: casevault travel end --request-out FILE")
    refuse_what_is_left(seen)


def _order(
    session: Session, trustees: list[str] | None, need: int | None, paper: int, wait: int | None
) -> Order | None:
    """Who gets a share; None if nobody is named. Raises Usage."""
    from vault.usecases import travel_shares

    named = tuple(tidy_id(one) for text in trustees or () for one in text.split(",") if one.strip())
    if not named and not paper:
        if need is not None or wait is not None:
            raise Usage("--need and --wait are about new shares: name trustees with --trustees R,R")
        return None
    if need is None:
        raise Usage("--need K is missing: how many of the shares together open the vault")
    if paper and not session.console.can_ask_secret:
        raise Usage(
            "shares on paper are shown on a terminal and typed back: none is there",
            hint="Without a terminal each share goes to a trustee's key: --trustees R,R",
        )
    return travel_shares.Order(named, paper, need, travel_shares.DEFAULT_WAIT if wait is None else wait)


def _write_down(session: Session, number: int, text: str) -> None:
    """Show a share as numbered words, and have it typed back from the paper."""
    from vault.crypto import shares

    console, words = session.console, text.split()
    console.say("Share {number}, for paper. Write all the words down, in their order:", number=number)
    console.say("")
    for at in range(0, len(words), WORDS_A_LINE):
        line = "  ".join(f"{n:2} {word}" for n, word in enumerate(words[at : at + WORDS_A_LINE], at + 1))
        console.say("    {words}", words=line)
    console.say("")
    console.say("Close this window when all is done: what was shown stays in it.")
    while True:
        typed = console.secret("Type it back from the paper; four letters of each word are enough")
        try:
            if shares.parse(typed) == shares.parse(text):
                return
            console.warn("This is a share, but another one.")
        except WrongSecret as error:
            console.failed(0, error)


def _say_plan(session: Session, plan: Plan, *, starts: bool, dry_run: bool = True) -> None:
    """What would be destroyed and what would stay."""
    console, t = session.console, session.console.text
    destroyed = [{"id": one, "kind": kind} for one, kind in plan.slots] if starts else []
    shape: dict[str, Any] = {
        "dry_run": True, "vault": plan.vault, "need": plan.need, "count": plan.count, "prepared": plan.ready,
        "destroys": destroyed, **_seen(plan.seen),
    }  # fmt: skip
    lines = [t("Would be destroyed: key slot {id} ({kind})", id=one["id"], kind=t(one["kind"])) for one in destroyed]
    lines += [t("Would stay: the vault, closed; {need} of {count} trustees' shares open it", need=plan.need,
                count=plan.count)]  # fmt: skip
    # No table: a narrow terminal would cut off the very paths that are to be looked for.
    lines += [t("Found: {what}", what=_seen_text(session, one)) for one in plan.seen[:MAX_SHOWN]]
    console.answer({"travel": shape}, lines)
    if starts:
        console.warn("From then on, and until the trustees have their shares, nobody at all can open the vault.")
    if plan.seen:
        console.warn("Remove what was found, or take it off this computer, before you travel.")
    _say_no_promise(session)
    if dry_run:
        console.say("This was a trial: nothing was changed.")


def _started(made: Started, seen: tuple[Seen, ...]) -> dict[str, Any]:
    destroyed = {
        "slots": list(made.slots), "header": made.overwritten, "device_secrets": made.forgotten.secrets,
        "agent": made.forgotten.agent,
    }  # fmt: skip
    return {
        "vault": made.vault, "need": made.need, "count": made.count, "shares": _shares(made.given),
        "destroyed": destroyed, **_seen(seen),
    }  # fmt: skip


def _shares(given: tuple[Given, ...]) -> list[dict[str, Any]]:
    return [
        {"number": one.number, "recipient": one.recipient, "path": None if one.path is None else str(one.path),
         "proof": one.proof}
        for one in given
    ]  # fmt: skip


def _seen(seen: tuple[Seen, ...]) -> dict[str, Any]:
    from vault.usecases import travel_look

    found = [{"kind": one.kind, "where": one.where, "opens": one.opens} for one in seen]
    return {"found": found, "cannot_promise": list(travel_look.CANNOT_PROMISE)}


def _given_lines(session: Session, given: tuple[Given, ...]) -> list[str]:
    t = session.console.text
    rows = [
        (str(one.number), one.recipient or t("paper"), "–" if one.path is None else str(one.path), one.proof)
        for one in given
    ]
    return columns(rows, [t("Share"), t("Trustee"), t("File"), t("Digits")]) if rows else []


def _say_given(session: Session, given: tuple[Given, ...]) -> None:
    if any(one.path is not None for one in given):
        session.console.say(
            "Send each trustee their own file now, then delete the folder. They open it with: casevault travel "
            "answer --share FILE --identity KEYFILE, and tell you the digits that they see: those in the table."
        )


def _say_destroyed(session: Session, made: Started, seen: tuple[Seen, ...]) -> None:
    console = session.console
    console.say("Key slots destroyed: {slots}.", slots=", ".join(made.slots))
    if not made.overwritten:
        console.warn("The bytes of the old header could not be written over; they may still lie on this disk.")
    if made.forgotten.secrets:
        console.say("Secrets taken out of this computer's keyring: {count}.", count=made.forgotten.secrets)
    say_kept(session, made.forgotten.kept, made.forgotten.reason)
    say_seen(session, seen)
    _say_no_promise(session)


def say_kept(session: Session, kept: tuple[str, ...], reason: str) -> None:
    """Which secrets are still in the keyring: alone they open nothing, with an old copy of the header they help."""
    if kept:
        session.console.warn(
            "The keyring ({reason}) still holds secrets of these slots: {slots}. They open nothing any more but an "
            "older copy. When the keyring is open: casevault travel now --yes",
            reason=reason,
            slots=", ".join(kept),
        )


def say_seen(session: Session, seen: tuple[Seen, ...]) -> None:
    """What was found afterwards."""
    for one in seen[:MAX_SHOWN]:
        session.console.warn("Found: {what}", what=_seen_text(session, one))
    if not seen:
        session.console.say("Looked, and found nothing more on this computer that opens it.")


def _say_no_promise(session: Session) -> None:
    from vault.usecases import travel_look

    session.console.say("What no program can promise:")
    for line in travel_look.CANNOT_PROMISE:
        session.console.say("    {line}", line=session.console.text(line))


def _seen_text(session: Session, one: Seen) -> str:
    where = str(Path(one.where).resolve()) if one.kind in PLACES else one.where
    return session.console.text(SEEN[one.kind], where=where)


SEEN = {
    "slot": "a key slot that is no trustees': {where}",
    "open": "another program has the vault open: {where}",
    "agent": "an agent keeps the keys in memory: {where}",
    "copy": "another copy of the vault or its header: {where}",
    "backup": "a backup, which opens as the vault did: {where}",
    "sheet": "a recovery sheet; it opens older copies: {where}",
    "share": "a share in plain words: {where}",
    "trustee-key": "a trustee's secret key: {where}",
    "keyring": "a secret in the keyring, of the key slot {where}",
    "leftover": "a file that could not be deleted: {where}",
}


PLACES = frozenset({"copy", "backup", "sheet", "share", "trustee-key", "leftover"})
"""Of these, `where` is a path."""


def refuse_what_is_left(seen: tuple[Seen, ...]) -> None:
    """Raise PartlyDone if something still opens the vault, or could not be destroyed."""
    if any(one.opens for one in seen):
        raise PartlyDone(
            "the vault is closed, but something on this computer still opens it or a copy of it",
            hint="It is named above. Remove it, or leave it at home.",
        )
    if any(one.undone for one in seen):
        raise PartlyDone(
            "the vault is closed, but not everything on this computer could be destroyed",
            hint="It is named above. Repeat it when you can: casevault travel now --yes",
        )
