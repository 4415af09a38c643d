"""`casevault audit check` and `cosign`: on the auditor's machine, without any vault."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import audit_extract, identity, paths, secrets
from commands.context import Session, session_of
from vault.errors import Damaged, Locked, Usage, hinted

if TYPE_CHECKING:
    from vault.audit.cosigner import Cosigner
    from vault.audit.policy import Policy
    from vault.crypto.age import Identity
    from vault.usecases.auditor import Checked, Terms

FileArgument = Annotated[str | None, typer.Argument(metavar="FILE", help="The file that you were sent.")]
StateOption = Annotated[
    str | None, typer.Option("--state", metavar="DIR", help="Your own folder, which remembers every log.")
]
AcceptOption = Annotated[
    list[str] | None,
    typer.Option("--accept", metavar="KIND", help="You know the reason: overdue, replaced or seal; repeatable."),
]
PolicyOption = Annotated[str | None, typer.Option("--policy", metavar="FILE", help="Your policy file.")]
FingerprintOption = Annotated[
    str | None, typer.Option("--fingerprint", metavar="F", help="The log's fingerprint, told by phone.")
]
BEGIN = 64
"""Bytes that tell what a file is."""
OLD_DAYS = 2
"""Days by which the newest entry of an export may be older than its check without a word."""


def check(
    context: typer.Context,
    file: FileArgument = None,
    state: StateOption = None,
    accept: AcceptOption = None,
    policy: PolicyOption = None,
    verifier: Annotated[
        list[str] | None,
        typer.Option("--verifier", metavar="KEY", help="For an extract or a proof: a key you know; repeatable."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="For an extract: it must be complete at least up to here."),
    ] = None,
    fingerprint: FingerprintOption = None,
) -> None:
    """Check an export of a log against what you have seen of it before. No vault is needed.

    It needs --identity with your key file. Every entry, the tree, seals, maps and heads are checked; a log that was
    forked, put back, cut, rewritten or replaced is named so. Also checks an extract of one case, or a .tlog-proof.
    """
    session = session_of(context)
    path = _export(file)
    piece = audit_extract.Piece(path, verifier or [], until)
    if audit_extract.is_piece(path):
        audit_extract.check(session, piece, [])
        return
    from vault.usecases import auditor, extract_check

    if state is None:
        # Whoever gets a sealed extract of one case keeps no record of logs.
        mine, _ = keys(session)
        with hinted(auditor.FILE_HINT):
            is_piece = extract_check.holds_piece(path, mine)
        if is_piece:
            audit_extract.check(session, piece, mine)
            return
    folder = state_folder(state)
    mine, cosigner = keys(session)
    terms = terms_of(session, accept, policy, cosigner)
    try:
        with session.console.progress("Checking") as advance:
            checked = auditor.check(path, mine, folder, auditor.with_progress(terms, advance), fingerprint)
    except Damaged as error:
        if error.kind != auditor.NO_EXPORT:
            raise
        audit_extract.check(session, piece, mine)
        return
    told(session, checked)


def cosign(
    context: typer.Context,
    file: FileArgument = None,
    out: Annotated[str | None, typer.Option("--out", metavar="C", help="The new file, to be sent back.")] = None,
    state: StateOption = None,
    accept: AcceptOption = None,
    policy: PolicyOption = None,
    fingerprint: FingerprintOption = None,
) -> None:
    """Check an export, and if nothing is wrong sign its head and the map of its cases. No vault is needed.

    Nothing is signed while there are findings that you have not accepted, nor of a log that you never checked,
    unless you give its fingerprint. Send the new file back.
    """
    session = session_of(context)
    path = _export(file)
    out = paths.needed(session, out)
    target = paths.new_file(out, "the cosignature")
    from vault.usecases import auditor

    folder = state_folder(state)
    mine, cosigner = keys(session)
    if cosigner is None:
        raise Usage("this identity file has no witness key", hint="Make one with 'casevault keygen --out FILE'.")
    terms = terms_of(session, accept, policy, cosigner)
    with session.console.progress("Checking") as advance:
        terms = auditor.with_progress(terms, advance)
        done = auditor.cosign(path, mine, folder, cosigner, target, terms, fingerprint, known_only=True)
    told(session, done.checked, out if done.written else None)
    if done.written:
        session.console.hint("send {path} back: casevault audit accept FILE takes it in", path=out)


def shape(checked: Checked) -> dict[str, Any]:
    """The JSON form of a check."""
    return {
        "kind": checked.kind,
        "log": checked.log,
        "vault": checked.vault,
        "size": checked.size,
        "root": checked.root.hex(),
        "consistent_since": checked.consistent_since,
        "first": checked.first,
        "fingerprint": checked.fingerprint,
        "made": checked.made,
        "cosigned": None if checked.own is None else checked.own.size,
        "quorum": checked.quorum,
        "findings": [_finding(one) for one in checked.findings],
        "clock": [
            {"seq": one.seq, "count": one.count, "time": one.time, "bound": one.bound, "late": one.late}
            for one in checked.clock
        ],
        "ok": checked.ok,
    }


def _finding(finding: Any) -> dict[str, Any]:
    found = {"kind": finding.kind, "message": finding.message, "log": finding.log}
    if finding.seq is not None:
        found["seq"] = finding.seq
    if finding.accepted:
        found["accepted"] = True
    return found


def told(session: Session, checked: Checked, signed: str | None = None) -> None:
    """Answer with what a check found. Raises Damaged if anything was, that is not accepted."""
    console, t = session.console, session.console.text
    lines = [t("Log {log}: {count} entries.", log=checked.log, count=checked.size)]
    lines.append(t("Fingerprint of the log: {fingerprint}", fingerprint=checked.fingerprint))
    lines.append(t("The export was made at {time} (UTC), by the laptop's clock.", time=_minute(checked.made)))
    if checked.consistent_since:
        lines.append(t("It continues the {count} entries that you have seen.", count=checked.consistent_since))
    if checked.quorum is not None:
        lines.append(t("Enough parties vouch for its first {count} entries.", count=checked.quorum))
    lines += [_line(session, one) for one in checked.findings if not checked.is_beside(one)]
    for one in filter(checked.is_beside, checked.findings):
        lines.append(t("Another log, {log}, which says nothing against this one:", log=one.log))
        lines.append(_line(session, one))
    data = shape(checked)
    if signed is not None:
        data["path"] = signed
        lines.append(signed)
    console.answer(data, lines)
    _warn(session, checked)
    if not checked.ok:
        raise Damaged(
            "the log is not as it should be",
            kind="findings",
            hint="Keep the file, and talk to whoever sent it over another channel than the one it came by.",
        )
    if checked.first and checked.own is None:
        console.say("This log is new to you. Compare the fingerprint with its owner by phone before you rely on it.")


def _line(session: Session, finding: Any) -> str:
    """One finding. Its kind is shown as scripts and --accept have it, too."""
    t = session.console.text
    place = "" if finding.seq is None else f" ({finding.seq})"
    mark = t("accepted") + ": " if finding.accepted else ""
    word = t(finding.kind)
    kind = word if word == finding.kind else f"{word} [{finding.kind}]"
    return f"{mark}{kind}{place}: {session.console.library(finding.message)}"


def _warn(session: Session, checked: Checked) -> None:
    console = session.console
    if checked.first and checked.own is not None:
        console.warn(
            "You have signed this log before, up to {count} entries: your folder does not know of it. Put the folder "
            "back from its backup. If there is none, compare the fingerprint by phone, as at first.",
            count=checked.own.size,
        )
    for out in checked.clock:
        console.warn(AHEAD if out.late else BEHIND, count=out.count, seq=out.seq, time=_minute(out.time))
    if (days := _days_old(checked)) >= OLD_DAYS:
        # Days whose seals are gone can be cut off unseen by whoever sets the clock back for the export.
        console.warn(
            "The newest entry is {days} days old. Ask when this file was made: what happened since is not in it, "
            "nor are its seals.",
            days=days,
        )


AHEAD = (
    "{count} entries from {seq} on are dated {time} (UTC), later than you or another cosigner saw them: the laptop's "
    "clock was ahead."
)
BEHIND = (
    "{count} entries from {seq} on are dated {time} (UTC), earlier than a cosignature that they follow: the laptop's "
    "clock was behind."
)


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")


def _days_old(checked: Checked) -> int:
    ended = "" if checked.walked is None else checked.walked.ended
    if not ended:
        return 0
    return (datetime.now(UTC) - datetime.fromisoformat(ended)).days


def _path(file: str | None) -> Path:
    if file is None:
        raise Usage("the file is missing: what is to be checked?")
    return Path(file).expanduser()


def _export(file: str | None) -> Path:
    """The file to be checked. Raises Usage where it is what an auditor answers: that is for the laptop."""
    from vault.formats import audit_cosignature

    path = _path(file)
    try:
        with path.open("rb") as opened:
            begin = opened.read(BEGIN)
    except OSError:
        return path  # whoever reads it says why not
    if audit_cosignature.begins(begin):
        raise Usage(
            "this is an auditor's answer, not an export",
            hint="It is for the vault that it answers: casevault audit accept FILE takes it in.",
        )
    return path


def state_folder(state: str | None) -> Path:
    """The auditor's own folder. Raises Usage."""
    if state is None:
        raise Usage("--state DIR is missing: your own folder, which remembers every log")
    return Path(state).expanduser()


def keys(session: Session) -> tuple[list[Identity], Cosigner | None]:
    """What the identity file holds: keys that open, and the key that cosigns if there is one."""
    from vault.usecases import keygen

    if session.options.identity is None:
        raise Locked("no key was given", hint="Give --identity FILE, made by 'casevault keygen'.")
    data = identity.key_file(session, session.options.identity)
    try:
        cosigner = keygen.witness(data)
    except Usage:
        cosigner = None
    return keygen.identities(data), cosigner


def terms_of(session: Session, accept: list[str] | None, policy: str | None, cosigner: Cosigner | None) -> Terms:
    """How a check is done, as the options say."""
    from vault.usecases import auditor

    rules = read_policy(session, policy)
    return auditor.Terms(accept=frozenset(accept or ()), policy=rules, own=None if cosigner is None else cosigner.key)


def read_policy(session: Session, path: str | None) -> Policy:
    """The policy file, or the default policy. Raises Usage."""
    from vault.audit import policy

    if path is None:
        return policy.Policy()
    return policy.parse(secrets.read_binary(path, "the policy", session, policy.MAX_BYTES))
