"""The whole vault as one sealed file, so that the laptop can travel without it; and the way back.

Inside is a backup in one file: its databases, header and objects are encrypted as in the vault. So whoever gets at
the words or the key of the sealed file needs the vault's own passphrase as well.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, cast

from vault.crypto import words
from vault.errors import Busy, Damaged, LogUnavailable, StorageFailed, Usage, hinted
from vault.session import travel_state
from vault.store import backup_notes, backup_source, header_file, in_use, output, wipe
from vault.store.durable import EarlyWriter
from vault.usecases import backup, outputs, recipients, travel_header, travel_local
from vault.usecases.travel_kept import KeptKey
from vault.usecases.travel_local import Forgotten
from vault.usecases.unlocked import AUDIT_NAME, UnlockedVault

if TYPE_CHECKING:
    from vault.crypto.age import Identity, Recipient

_CHUNK = 1 << 20
_BUILDING = ".casevault-travel-"
_HYBRID = "age1pq1"
_OWN = frozenset({"travel.send", "backup.create", "vault.lock"})
"""What is logged after the snapshot by the sending itself, or by an agent that ends: outcomes, no rows."""
_AGAIN = "Ask for the file again, or take another copy of it: it was altered or cut off."
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, repr=False)
class Snapshot:
    """The moment of the vault that is in a sealed file, and how its log is read again: before the vault is deleted,
    nothing else may have been written to it since. `size` and `root` (32 bytes) are of the log then."""

    vault: str
    size: int
    root: bytes
    database_key: bytes
    public: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Sent:
    """A sealed file that was read back whole. `words` is None where it is sealed to a recipient's key."""

    path: Path
    sha256: str
    size: int
    words: str | None
    snapshot: Snapshot


class _Reader:
    """The public half of the log's key: this only reads."""

    def __init__(self, public: bytes) -> None:
        self.public = public

    def sign(self, message: bytes) -> NoReturn:
        raise LogUnavailable("the audit log is only read here")


@dataclass(frozen=True, slots=True)
class Gone:
    """A vault that was removed: what else was, and what could not be deleted."""

    vault: str
    forgotten: Forgotten
    left: tuple[str, ...]


def check(vault: UnlockedVault, recipient: str | None, out: Path, *, remove: bool) -> None:
    """Refuse what can't be done before anything is. Raises Usage, NotFound, NotAllowed, OutputExists, SyncFolder."""
    outputs.check(out, "the sealed file")
    if recipient is not None:
        _key_of(vault, recipient)
    if remove and all(slot.members["kind"] == travel_header.DEVICE for slot in vault.header.slots):
        raise Usage(
            "without this computer nothing would open the vault: each passphrase needs its keyring too",
            hint="Add a recovery code first: casevault key add recovery",
        )


def send(
    vault: UnlockedVault, recipient: str | None, out: Path, keep: Callable[[str], None], progress: Progress
) -> Sent:
    """Write the vault to the new file `out`, sealed to a recipient's key, or to words that `keep` is given before the
    file has its name. It is read back, every byte, before it counts. Logged.

    Raises as `check` and `backup.create` do, StorageFailed, Damaged.
    """
    from vault.crypto import age

    told = None if recipient is not None else words.generate(words.BUNDLE_WORDS)
    key: Recipient = age.ScryptRecipient(told) if told is not None else _key_of(vault, str(recipient))
    with vault.access("travel.send", None) as outcome:
        kept = KeptKey(key)
        with output.new_file(out) as file:
            with _building(out) as folder:
                plain = folder / "vault"
                made = backup.create(vault, plain, progress, as_file=True)
                backup_notes.drop(vault.catalogue, [made.id])  # it is deleted again below
                snapshot = _snapshot(vault, plain, made.id)
                digest = _seal(plain, file, kept, progress)
            file.flush()
            sealed = _read_back(Path(file.name), kept, digest, progress)
            if told is not None:
                keep(told)
        outcome.size, outcome.count = out.stat().st_size, made.items
    return Sent(out, sealed, out.stat().st_size, told, snapshot)


def _snapshot(vault: UnlockedVault, plain: Path, name: str) -> Snapshot:
    with backup_source.opened(plain) as source:
        manifest = backup_source.manifest(source, name)
    return Snapshot(
        vault.header.vault,
        manifest.log_size,
        bytes.fromhex(manifest.log_root),
        vault.keys.audit,
        vault.log.key.public,
    )


def receive(path: Path, identities: Sequence[Identity], out: Path, progress: Progress) -> None:
    """Open a sealed file into the new backup file `out`, which `backup restore` takes.

    Raises WrongSecret, Damaged, OutputExists, SyncFolder, StorageFailed.
    """
    from vault.crypto import age

    outputs.check(out, "the backup")
    try:
        with hinted(_AGAIN), path.open("rb") as source, output.new_file(out) as file:
            decryptor = age.Decryptor(source, identities)
            writer = EarlyWriter(file)
            for chunk in decryptor.chunks():
                writer.write(chunk)
                progress(len(chunk))
    except OSError as error:
        raise StorageFailed(f"the sealed file can't be read: {error.strerror}") from None


def remove(folder: Path, snapshot: Snapshot, slots: Sequence[str]) -> Gone:
    """Delete the vault at `folder`, which this process must not have open: its header's bytes first, then the secrets
    of `slots` in the keyring, then the rest.

    Raises Busy if another process has it open or something was written to it since the snapshot, Usage if another
    vault is there by now, Damaged, LogUnavailable; then nothing was deleted.
    """
    if header_file.read(folder).vault != snapshot.vault:
        raise Usage("there is another vault at that place by now: nothing was removed")
    travel_local.stop_agents()  # each with an entry of its own in the log
    with in_use.alone(folder, wait=travel_local.WAIT_SECONDS):
        _refuse_what_came_after(folder, snapshot)
        travel_state.put_pending(snapshot.vault, list(slots))
        for name in (header_file.NAME, travel_header.NAME):
            with contextlib.suppress(OSError):
                try:
                    wipe.destroy(folder / name)
                finally:
                    (folder / name).unlink(missing_ok=True)  # a disk that is full may refuse to write over it
        travel_header.sweep(folder)
        forgotten = travel_local.forget(folder, snapshot.vault, slots)
        travel_state.forget_prepared(snapshot.vault, travel_state.prepared(snapshot.vault))
        # Windows deletes no file that is open, such as the lock that is held here.
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    left = [one.name for one in folder.iterdir()] or [folder.name] if folder.exists() else []
    return Gone(snapshot.vault, forgotten, tuple(sorted(left)))


def _refuse_what_came_after(folder: Path, snapshot: Snapshot) -> None:
    """Everything that is written is logged: so the log tells whether the sealed file holds it all."""
    from vault.audit.log import AuditLog

    log = AuditLog.opened(folder / AUDIT_NAME, snapshot.database_key, _Reader(snapshot.public))
    with contextlib.closing(log):
        if log.head().size < snapshot.size or log.root_at(snapshot.size) != snapshot.root:
            raise Damaged("the vault is not the one that was sealed: nothing was deleted", hint="")
        for entry in log.entries(after_seq=snapshot.size - 1):
            if entry.phase == "intent" or entry.rows or entry.action not in _OWN:
                raise Busy(
                    "something was written to the vault after it was sealed, and is not in the sealed file: nothing "
                    "was deleted",
                    hint="Close the vault everywhere, delete the sealed file, and make it again.",
                )


def _key_of(vault: UnlockedVault, recipient: str) -> Recipient:
    from vault.crypto import age

    record = recipients.require_active(vault, recipient)
    if not record.age_key.startswith(_HYBRID):
        raise Usage(
            f"recipient {record.id} has no post-quantum age key, which starts with {_HYBRID}",
            hint="They make one with 'casevault keygen --out FILE'; or leave --to out, then there are words.",
        )
    return age.parse_recipient(record.age_key)


@contextlib.contextmanager
def _building(out: Path) -> Iterator[Path]:
    folder = out.parent / f"{_BUILDING}{secrets.token_hex(6)}.part"
    try:
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise StorageFailed(f"the sealed file can't be written there: {error.strerror}") from None
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _seal(plain: Path, file: BinaryIO, key: KeptKey, progress: Progress) -> bytes:
    """Encrypt the file, and give the SHA-256 of what was in it."""
    from vault.crypto import age

    digest = hashlib.sha256()
    encryptor = age.Encryptor(cast(BinaryIO, EarlyWriter(file)), [key])
    with plain.open("rb") as source:
        while piece := source.read(_CHUNK):
            digest.update(piece)
            encryptor.write(piece)
            progress(len(piece))
    encryptor.close()
    return digest.digest()


def _read_back(path: Path, key: KeptKey, digest: bytes, progress: Progress) -> str:
    """Open what lies on the disk again; its SHA-256 (hex). Raises Damaged if it is not what was written."""
    from vault.crypto import age

    inner, outer = hashlib.sha256(), hashlib.sha256()
    with path.open("rb") as source:
        for chunk in age.Decryptor(source, [key]).chunks():
            inner.update(chunk)
            progress(len(chunk))
        source.seek(0)
        while piece := source.read(_CHUNK):
            outer.update(piece)
    if inner.digest() != digest:
        raise Damaged("the sealed file can't be read back as it was written: the disk is not to be trusted", hint="")
    return outer.hexdigest()
