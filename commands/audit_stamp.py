"""`casevault audit stamp`: somebody else's clock, by two small files."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import paths, secrets
from commands.context import Session, session_of
from commands.printing import columns
from vault.errors import Damaged, Usage

if TYPE_CHECKING:
    from vault.crypto.timestamps import Stamped
    from vault.usecases.stamping import CheckedStamp


def stamp(
    context: typer.Context,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write a request (.tsq) for the log's head.")
    ] = None,
    in_: Annotated[
        str | None, typer.Option("--in", metavar="FILE", help="Take in the authority's answer (.tsr).")
    ] = None,
    tsa_cert: Annotated[
        str | None,
        typer.Option("--tsa-cert", metavar="FILE", help="With --in: the authority's certificates up to its root."),
    ] = None,
) -> None:
    """Have a time stamp authority (RFC 3161) date the log, offline; without options list the stamps.

    The request holds a hash and nothing else. It goes to the authority from any computer, and the answer comes back.
    """
    session = session_of(context)
    if out is not None and in_ is not None:
        raise Usage("--out and --in exclude each other")
    if (in_ is None) != (tsa_cert is None):
        raise Usage(
            "--in and --tsa-cert go together",
            hint="The authority publishes its certificates; docs/audit-stamps.md says how to get them.",
        )
    if out is not None:
        _request(session, out)
    elif in_ is not None and tsa_cert is not None:
        _receive(session, in_, tsa_cert)
    else:
        _list(session)


def _request(session: Session, out: str) -> None:
    path = paths.new_file(out, "the request")
    from vault.usecases import stamping

    with session.vault() as vault:
        made = stamping.request(vault, path)
    line = session.console.text("Request for the log's head (entries: {count}): {path}", count=made.size, path=path)
    session.console.answer({"request": {"size": made.size, "root": made.root.hex(), "path": str(path)}}, [line])
    session.console.hint(
        "send it to an authority from any computer, then: casevault audit stamp --in ANSWER --tsa-cert CERTIFICATES"
    )


def _receive(session: Session, answer: str, tsa_cert: str) -> None:
    from vault.usecases import stamping

    data = secrets.read_binary(answer, "the time stamp", session, stamping.MAX_ANSWER)
    chain = secrets.read_binary(tsa_cert, "the certificates", session, stamping.MAX_CHAIN)
    with session.vault() as vault:
        taken = stamping.receive(vault, data, chain)
    assert taken.stamped is not None
    t = session.console.text
    lines = [
        t("Log's head (entries: {count}), stamped at (UTC): {time}", count=taken.size, time=_when(taken.stamped)),
        t("Authority: {name}", name=taken.stamped.authority),
        t("Its root (SHA-256): {fingerprint}", fingerprint=taken.stamped.root),
    ]
    session.console.answer({"stamp": _shape(taken)}, lines)
    _warn(session, taken)
    session.console.hint("compare the root's fingerprint with what the authority publishes")


def _list(session: Session) -> None:
    from vault.usecases import stamping

    with session.vault() as vault:
        found = stamping.listing(vault)
    t = session.console.text
    rows = [(str(one.size), one.root.hex()[:16], *_state(session, one)) for one in found]
    lines = columns(rows, [t("Entries"), t("Root"), t("Stamped at (UTC)"), t("Authority")])
    session.console.answer({"stamps": [_shape(one) for one in found]}, lines)
    for one in found:
        _warn(session, one)
    if any(one.problem for one in found):
        raise Damaged("a time stamp does not hold", hint="'casevault audit verify' checks the log itself.")


def _state(session: Session, one: CheckedStamp) -> tuple[str, str]:
    if one.problem:
        return "", session.console.library(one.problem)
    if one.stamped is None:
        return session.console.text("waiting for the answer"), ""
    return _when(one.stamped), one.stamped.authority


def _when(stamped: Stamped) -> str:
    """The time as the authority gave it, with the seconds by which it may be off where it claims no better than a
    second: the head existed by the sum of both."""
    time, latest = (datetime.fromisoformat(one) for one in (stamped.time, stamped.latest))
    off = int((latest - time).total_seconds())
    shown = time.strftime("%Y-%m-%d %H:%M:%S")
    return f"{shown} (± {off} s)" if off > 1 else shown


def _warn(session: Session, one: CheckedStamp) -> None:
    if one.ahead:
        session.console.warn(
            "Entry {number} is dated {seconds} seconds after its stamp: this computer's clock was ahead.",
            number=one.size - 1,
            seconds=one.ahead,
        )


def _shape(one: CheckedStamp) -> dict[str, Any]:
    shape: dict[str, Any] = {"size": one.size, "root": one.root.hex(), "waiting": one.waiting}
    if one.problem:
        shape["problem"] = one.problem
    if one.ahead:
        shape["clock_ahead"] = one.ahead
    if one.stamped is not None:
        found = one.stamped
        shape |= {
            "time": found.time,
            "latest": found.latest,
            "authority": found.authority,
            "certificate": found.signer,
            "authority_root": found.root,
            "serial": str(found.serial),
            "policy": found.policy,
            "until": found.until,
        }
    return shape
