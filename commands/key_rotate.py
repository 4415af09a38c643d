"""`casevault key rotate`: new key slots, or new keys for everything."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import paths, secrets
from commands.context import Session, session_of
from commands.key_making import new_passphrase
from commands.new_secret import new_recovery_code, write_recovery_code
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.crypto.slots import Secret
    from vault.formats.header import SlotRecord
    from vault.usecases.opening import Unlocked
    from vault.usecases.rotating import Work
    from vault.usecases.rotation_slots import Maker, Plan
    from vault.usecases.unlocked import UnlockedVault


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the command line says of the new secrets."""

    new_passphrase: bool
    new_passphrase_file: str | None
    recovery_out: str | None
    no_recovery: bool
    drop: bool
    deep: bool


def rotate(
    context: typer.Context,
    deep: Annotated[
        bool, typer.Option("--deep", help="A new root key and new case keys too: encrypt everything anew.")
    ] = False,
    new_passphrase_: Annotated[
        bool, typer.Option("--new-passphrase", help="Ask for a new passphrase; else it stays, with a new salt.")
    ] = False,
    new_passphrase_file: Annotated[
        str | None,
        typer.Option(
            "--new-passphrase-file", metavar="FILE", help="Take the new passphrase from a file's first line."
        ),
    ] = None,
    recovery_out: Annotated[
        str | None,
        typer.Option("--recovery-out", metavar="FILE", help="Write the new recovery code to a new file (0600)."),
    ] = None,
    no_recovery: Annotated[bool, typer.Option("--no-recovery", help="No recovery code any more.")] = False,
    drop: Annotated[
        bool, typer.Option("--drop", help="Drop slots that can't be made anew: shares, other people's passphrases.")
    ] = False,
) -> None:
    """Replace all key slots by new ones; with --deep also the root key and the key of every case.

    --deep reads and writes everything once. It can be stopped and repeated at any time: it goes on where it was.
    Afterwards no old secret, old copy of vault.json or old case key opens anything that is in the vault.
    """
    session = session_of(context)
    wanted = _Wanted(new_passphrase_, new_passphrase_file, recovery_out, no_recovery, drop, deep)
    _check(session, wanted)
    found, secret = _unlocked(session)
    if deep:
        _deep(session, found, secret, wanted)
    else:
        _slots_only(session, found, secret, wanted)


def _check(session: Session, wanted: _Wanted) -> None:
    """Refuse what can't be done before anybody is asked for a secret."""
    if wanted.recovery_out is not None and wanted.no_recovery:
        raise Usage("--recovery-out and --no-recovery exclude each other")
    if wanted.new_passphrase and wanted.new_passphrase_file is not None:
        raise Usage("--new-passphrase and --new-passphrase-file exclude each other")
    if wanted.new_passphrase and not session.console.can_ask_secret:
        raise Usage("the new passphrase is missing: give --new-passphrase-file FILE")
    if wanted.recovery_out is not None:
        paths.new_file(wanted.recovery_out, "the file for the recovery code")


def _unlocked(session: Session) -> tuple[Unlocked, Secret]:
    """The root key, and the secret that opened it: a passphrase may be asked to open the new slot too."""
    from vault.usecases import locked, opening

    peeked = locked.peek(session.folder)
    given = secrets.given(session)
    if given is not None:
        return opening.unlock(session.folder, given), given
    return secrets.asked(session, peeked.kinds, lambda typed: (opening.unlock(session.folder, typed), typed))


def _slots_only(session: Session, found: Unlocked, secret: Secret, wanted: _Wanted) -> None:
    from vault.usecases import opening, rotating

    with opening.opened(session.folder, found, accept_rollback=session.options.accept_rollback) as vault:
        maker = _maker(session, vault, found, secret, wanted)
        with _sheet(session, wanted, maker), session.console.progress("Making the key slots"):
            made = rotating.renew(vault, found.root, maker)
    _answer(session, made, maker.plan, {"deep": False})
    session.console.warn(
        "Older copies of vault.json, in backups too, still open with the old secrets. If somebody else may have "
        "both, 'casevault key rotate --deep' gives everything new keys."
    )


def _deep(session: Session, found: Unlocked, secret: Secret, wanted: _Wanted) -> None:
    from vault.usecases import opening, rotating

    with opening.opened(session.folder, found, accept_rollback=session.options.accept_rollback) as vault:
        work = rotating.work(vault)
        prepared = bool(vault.log.kept.prepared())
        if prepared:
            session.console.warn(
                "What lies ready for a journey goes with the old keys, at once: trustees' shares of before open "
                "nothing, and 'travel now' closes nothing until you prepare anew: casevault travel prepare"
            )
        maker = _maker(session, vault, found, secret, wanted)
    _announce(session, work)
    with _sheet(session, wanted, maker), session.console.progress("Encrypting anew", work.size) as advance:
        done = rotating.deep(session.folder, found, maker, progress=advance)
    from vault.bundle.signature import fingerprint
    from vault.crypto import signing

    shown = fingerprint(signing.parse_verifier(done.verifier))
    data = {"deep": True, "cases": done.cases, "earlier": done.earlier, "items": done.items, "fingerprint": shown}
    _answer(session, done.slots, maker.plan, data)
    console = session.console
    if prepared:
        console.warn("Nothing lies ready for a journey any more. Prepare anew: casevault travel prepare")
    console.say("The log has a new key. Its fingerprint, for your auditors: {fingerprint}", fingerprint=shown)
    console.warn(
        "Copies and backups of before still open with the old secrets, and hold what the vault held then. Delete "
        "those that you don't need, and make a new backup: casevault backup create"
    )


def _announce(session: Session, work: Work) -> None:
    if session.console.json:
        return
    if work.done:
        session.console.say(
            "A renewal that was stopped goes on: {done} of {all} cases have their new key.",
            done=work.done, all=work.done + work.cases,
        )  # fmt: skip


def _maker(session: Session, vault: UnlockedVault, found: Unlocked, secret: Secret, wanted: _Wanted) -> Maker:
    """Ask for what the new slots need. Raises Usage if something is missing, or can't be made anew."""
    from vault.crypto import slots
    from vault.store import slot_notes
    from vault.usecases import rotation_slots

    notes = slot_notes.all(vault.catalogue)
    kinds = [one.members["kind"] for one in vault.header.slots]
    has_code = slots.RECOVERY in kinds
    if has_code and wanted.recovery_out is None and not wanted.no_recovery and not session.console.can_ask:
        raise Usage("the new recovery code needs a place: give --recovery-out FILE or --no-recovery")
    wants_code = not wanted.no_recovery and (has_code or wanted.recovery_out is not None)
    has_passphrase = any(kind in rotation_slots.WITH_PASSPHRASE for kind in kinds)
    # Which slots there will be is settled before a secret is made, shown and written down.
    stand_in = rotation_slots.Given(
        _passphrase(session, secret, wanted) if has_passphrase else None,
        slots.RecoveryCode(b"") if wants_code else None,
    )
    plan = rotation_slots.plan(vault.header.slots, notes, found.slot, stand_in)
    _settle_lost(session, plan, wanted)
    code = new_recovery_code(session, wanted.recovery_out) if wants_code else None
    given = rotation_slots.Given(stand_in.passphrase, code)
    return rotation_slots.Maker(vault.header.vault, plan, given, notes, ask=session.console.can_ask)


def _passphrase(session: Session, secret: Secret, wanted: _Wanted) -> str | None:
    from vault.crypto import slots

    if wanted.new_passphrase or wanted.new_passphrase_file is not None:
        return new_passphrase(session, wanted.new_passphrase_file)
    return secret.text if isinstance(secret, slots.Passphrase) else None


def _settle_lost(session: Session, plan: Plan, wanted: _Wanted) -> None:
    """Slots that nobody here can make anew go only if somebody says so."""
    if not plan.lost or wanted.drop:
        return
    t = session.console.text
    named = ", ".join(f"{one.members['id']} ({t(one.members['kind'])})" for one in plan.lost)
    session.console.say("These key slots can't be made anew: {slots}", slots=named)
    if session.console.can_ask:
        answer = session.console.ask("Drop them? Their holders can't open the vault any more (type 'drop')")
        if answer.strip().casefold() == "drop":
            return
    raise Usage(
        "there are key slots that can't be made anew; nothing was changed",
        hint="'casevault key list' shows them. With --drop they go; make new ones afterwards: casevault key add",
    )


@contextlib.contextmanager
def _sheet(session: Session, wanted: _Wanted, maker: Maker) -> Iterator[None]:
    """Write the sheet with the new code before the header names it; take it back if that never came to be."""
    code = maker.given.code
    if wanted.recovery_out is None or code is None:
        yield
        return
    from vault.usecases import rotating

    path = Path(wanted.recovery_out).expanduser()
    write_recovery_code(path, code)
    try:
        yield
    except BaseException:
        if not rotating.may_open(session.folder, code):
            path.unlink(missing_ok=True)
        raise


def _answer(session: Session, made: tuple[SlotRecord, ...], plan: Plan, more: dict[str, Any]) -> None:
    t = session.console.text
    data = {
        "slots": [_shape(one) for one in made],
        "dropped": [_shape(one) for one in (*plan.lost, *plan.removed)],
        **more,
    }
    lines = [t("New key slots: {slots}", slots=", ".join(t(one.members["kind"]) for one in made))]
    if dropped := (*plan.lost, *plan.removed):
        lines.append(t("Dropped: {slots}", slots=", ".join(one.members["id"] for one in dropped)))
    session.console.answer(data, lines)


def _shape(one: SlotRecord) -> dict[str, str]:
    return {"id": one.members["id"], "kind": one.members["kind"]}
