"""`casevault travel answer`: on the trustee's own computer, no vault needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands import identity, paths, secrets
from commands.context import Session, session_of
from vault.errors import Locked, Usage

if TYPE_CHECKING:
    from vault.formats.travel_request import Request
    from vault.usecases.travel_answer import Held

RULES = (
    "Wait {hours} hours from when the request came, however urgent it is said to be.",
    "Call the person back yourself, over a number that you knew before.",
    "Ask for the word that you agreed on.",
    "If you hear the other word, the one for duress, or if anything is strange: do not answer, and do not say why.",
    "If all is well, let them read out the code of the request, and type what you hear.",
)


def answer(
    context: typer.Context,
    request: Annotated[str | None, typer.Argument(metavar="REQUEST", help="The request that you were sent.")] = None,
    share: Annotated[
        str | None, typer.Option("--share", metavar="FILE", help="Your share; without it you type the words.")
    ] = None,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="The new answer, to be sent back.")] = None,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="CODE", help="The code that was read out to you by phone.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, and answer nothing.")] = False,
) -> None:
    """As a trustee: check your share, or answer a request with it. No vault is needed.

    Without REQUEST it only shows that your share opens, and the digits to tell whoever gave it to you.
    """
    session = session_of(context)
    from vault.usecases import travel_answer

    asked = None if request is None else _request(session, request)
    target = None
    if asked is not None and not dry_run:
        target = paths.new_file(paths.needed(session, out), "the answer")
    held = _held(session, share)
    if asked is None:
        _say_held(session, held)
        return
    travel_answer.check_set(asked, held)
    _say_rules(session, held)
    _confirmed(session, asked, confirm)
    if target is None:
        session.console.answer({"travel": {"dry_run": True, "fits": True}}, [session.console.text("It all fits.")])
        return
    travel_answer.answer(asked, held, target)
    line = session.console.text("The answer is in {path}. Send it back.", path=target)
    session.console.answer({"travel": {"answer": str(target)}}, [line])


def _request(session: Session, path: str) -> Request:
    from vault.formats import travel_request
    from vault.usecases import travel_answer

    data = secrets.read_binary(path, "the request", session, travel_request.MAX_REQUEST)
    return travel_answer.read_request(data)


def _held(session: Session, path: str | None) -> Held:
    """The share: a sealed file, a file with words, or words that are typed. Raises Locked, WrongSecret, Damaged."""
    from vault.usecases import keygen, travel_answer

    if path is None:
        if session.options.share_file:
            return travel_answer.typed(secrets.first_line(session.options.share_file[0], "a share", session))
        if not session.console.can_ask_secret:
            raise Locked("no share was given", hint="Give it with --share FILE.")
        return travel_answer.typed(session.console.secret("The words of your share"))
    data = secrets.read_binary(path, "the share", session, travel_answer.MAX_SEALED)
    if not travel_answer.is_sealed(data):
        return travel_answer.typed(secrets.first_line(path, "a share", session))
    if session.options.identity is None:
        raise Locked("the share is sealed to your key, and no key was given", hint="Give it with --identity FILE.")
    return travel_answer.unsealed(data, keygen.identities(identity.key_file(session, session.options.identity)))


def _say_held(session: Session, held: Held) -> None:
    console, sealed = session.console, held.sealed
    shape = {
        "need": None if sealed is None else sealed.need, "count": None if sealed is None else sealed.count,
        "wait": None if sealed is None else sealed.wait, "proof": held.proof or None,
    }  # fmt: skip
    lines = [console.text("The share is whole.")]
    if sealed is not None:
        lines = [
            console.text("The share opens: one of {count}, {need} are needed.", count=sealed.count, need=sealed.need),
            console.text("Tell whoever gave it to you these digits: {digits}", digits=held.proof),
        ]
    console.answer({"travel": {"share": shape}}, lines)
    _say_rules(session, held)


def _say_rules(session: Session, held: Held) -> None:
    from vault.usecases import travel_shares

    hours = travel_shares.DEFAULT_WAIT if held.sealed is None else held.sealed.wait
    session.console.say("When a request comes:")
    for number, rule in enumerate(RULES, 1):
        session.console.say("    {number}. {rule}", number=number, rule=session.console.text(rule, hours=hours))


def _confirmed(session: Session, request: Request, given: str | None) -> None:
    """Go on only with the code that was heard by phone. It is not shown here: it would be typed off the screen."""
    from vault.usecases import travel_answer

    if given is None and session.console.can_ask:
        given = session.console.ask("The code that they read out to you")
    if given is None:
        raise Usage("the code of the request is missing: give what you heard by phone with --confirm CODE")
    travel_answer.check_code(request, given)
