"""The auditor's side, without any vault: check an export against what is remembered of its log, and cosign it.

Nothing is believed that the export does not prove. What was seen before is remembered in the auditor's own folder
(`vault/session/auditor_state.py`), and a later export must continue it. It is only changed by a check that found
nothing, or nothing that was not explained.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from vault.audit import findings, heads, seals
from vault.audit.casemap import MapNote
from vault.audit.clock import moment_text
from vault.audit.cosigner import Cosigner, is_witness
from vault.audit.history import History
from vault.bundle.signature import same_fingerprint
from vault.crypto import age, signing
from vault.errors import Busy, Forged, NotAllowed, Usage, hinted
from vault.formats import audit_cosignature, audit_export
from vault.formats import note as notes
from vault.session import sync_folders
from vault.session.auditor_state import AuditorState, LogState, SeenHead, SeenWriter
from vault.store import locks, output
from vault.usecases import outputs
from vault.usecases.auditor_look import Checked as Checked
from vault.usecases.auditor_look import Look
from vault.usecases.auditor_look import Terms as Terms

FILE_HINT = "Ask for the file again: nothing was signed, and nothing of it is remembered."
STATE_HINT = "Put your folder (--state) back from a backup of it; another one would know no log."
NO_EXPORT = audit_export.NO_EXPORT
"""The `kind` of Damaged for a file that opens but is no export."""


def with_progress(terms: Terms, progress: Callable[[int], None]) -> Terms:
    """The same terms, with somebody who hears how many entries were read."""
    return replace(terms, progress=progress)


def check(
    path: Path,
    identities: Sequence[age.Identity],
    state_folder: Path,
    terms: Terms | None = None,
    told: str | None = None,
) -> Checked:
    """Check an export and remember what it says, if nothing is wrong with it.

    `told` is the log's fingerprint as somebody told it. Raises Damaged if the file is none or is not whole, Forged if
    the log has another fingerprint, WrongSecret, Usage, NewerFormat, Busy, StorageFailed.
    """
    with hinted(FILE_HINT), _held(state_folder) as state:
        return _check(path, identities, state, terms or Terms(), told)[0]


@dataclass(frozen=True, slots=True)
class Cosignable:
    """The result of `cosign`: what was found, and whether the answer was written."""

    checked: Checked
    written: bool


def cosign(
    path: Path,
    identities: Sequence[age.Identity],
    state_folder: Path,
    cosigner: Cosigner,
    out: Path,
    terms: Terms | None = None,
    told: str | None = None,
    *,
    known_only: bool = False,
) -> Cosignable:
    """Check an export and, if nothing is left unexplained, write the cosignature of its head to a new file.

    `told` is the log's fingerprint as somebody told it. With `known_only` a log that was never checked with this
    folder is refused with Usage, unless its fingerprint is told: nobody has compared it yet. Raises NotAllowed for a
    key of the wrong kind for this export, and what `check` and `output.new_file` raise.
    """
    terms = replace(terms or Terms(), own=cosigner.key)
    outputs.check(out, "the cosignature")
    with hinted(FILE_HINT), _held(state_folder) as state:
        checked, remembered = _check(path, identities, state, terms, told, known_only=known_only)
        if not checked.ok:
            return Cosignable(checked, written=False)
        _may_sign(cosigner.key, checked)
        body = _answer(checked, cosigner, terms.time())
        # Before the signature leaves: what was signed once must never be forgotten.
        state.write(replace(remembered, cosigned=SeenHead(checked.size, checked.root)))
        with output.new_file(out) as file:
            file.write(audit_cosignature.serialise(body))
    return Cosignable(checked, written=True)


def _may_sign(key: signing.CosignerKey, checked: Checked) -> None:
    if is_witness(key) != (checked.kind == "full"):
        raise NotAllowed(
            "this key is not for this kind of export",
            hint="A witness key vouches for whole checks; a key made with 'keygen --heads' for heads alone.",
        )


def _answer(checked: Checked, cosigner: Cosigner, time: str) -> audit_cosignature.CosignatureFile:
    moment = datetime.fromisoformat(time)
    now = int(moment.timestamp())
    head = notes.parse(checked.front.checkpoint)
    own = tuple(one for one in head.signatures if one.name == checked.log)
    note = notes.serialise(notes.Note(head.text, (*own, cosigner.cosign(head.text, now))))
    maps: tuple[bytes, ...] = ()
    newest = checked.newest_map
    # Its readers take its time for that up to which an extract is complete. Only the laptop says what it is: who sets
    # the clock ahead would have a map of today that vouches for the days to come.
    if newest is not None and newest.time <= moment_text(moment + timedelta(seconds=seals.AHEAD)):
        text = MapNote(checked.log, newest.time, newest.leaves, newest.root).text
        maps = (notes.serialise(notes.Note(text, (cosigner.sign(text),))),)
    return audit_cosignature.CosignatureFile(checked.log, note, maps)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[AuditorState]:
    sync_folders.refuse(folder, "the auditor's state")
    output.refuse_inside_vault(folder / "state", "the auditor's state")
    state = AuditorState(folder)
    state.prepare()
    try:
        lock = contextlib.ExitStack()
        lock.enter_context(locks.exclusive(folder))
    except Busy:
        raise Busy("another check is at work with this state folder", hint="Try again when it is done.") from None
    with lock:
        state.sweep()
        yield state


@contextlib.contextmanager
def _opened(path: Path, identities: Sequence[age.Identity]) -> Iterator[audit_export.Reader]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise Usage(f"the export can't be read: {error.strerror}") from None
    with file:
        armored = file.read(len(_ARMOR)) == _ARMOR
        file.seek(0)
        source = age.ArmorReader(file) if armored else file
        yield audit_export.Reader(age.Decryptor(source, list(identities)).chunks())


_ARMOR = b"-----BEGIN AGE"


def _check(
    path: Path,
    identities: Sequence[age.Identity],
    state: AuditorState,
    terms: Terms,
    told: str | None = None,
    *,
    known_only: bool = False,
) -> tuple[Checked, LogState]:
    with _opened(path, identities) as reader:
        front = reader.front
        key = findings.log_key(front)
        if told is not None and not same_fingerprint(told, key):
            raise Forged(
                "the log has another fingerprint than the one that you were told",
                kind="fingerprint",
                hint="Sign nothing. Call whoever holds the log, on a number that you already had: this file is of "
                "another log, or the fingerprint was misread.",
            )
        log = key.name.removeprefix(heads.ORIGIN)
        with hinted(STATE_HINT):
            prior = state.read(log)
        unseen = known_only and prior is None and told is None
        look = Look(front, key, prior, terms)
        if front.kind == "heads":
            for _ in reader.batches():
                pass
            look.judge_heads()
            return _concluded(look, state, unseen)
        size, ended = (prior.seen.size, prior.ended) if prior is not None else (0, "")
        with state.new_seen() as records:
            with state.seen(log, size) as seen:
                look.walk(reader, History(seen, size, ended), records)
            look.judge_entries(identities)
            return _concluded(look, state, unseen, records)


def _concluded(
    look: Look, state: AuditorState, unseen: bool, records: SeenWriter | None = None
) -> tuple[Checked, LogState]:
    with hinted(STATE_HINT):
        logs = state.logs()
    look.judge_beside(logs)
    checked = look.result()
    remembered = look.remembered(checked)
    if checked.ok and unseen:
        raise Usage(
            "this log was never checked with your folder, and nothing is signed unseen",
            hint="Run 'casevault audit check' first and compare the fingerprint by phone, or give it with "
            "--fingerprint.",
        )
    if checked.ok:
        # In this order: records beyond the head that is remembered do no harm, missing ones would.
        if records is not None:
            records.keep(remembered.id)
        state.write(remembered)
    return checked, remembered
