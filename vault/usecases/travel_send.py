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
from typing import TYPE_CHECKING, BinaryIO, cast

from vault.crypto import words
from vault.errors import Damaged, StorageFailed, Usage, hinted
from vault.session import travel_state
from vault.store import backup_notes, header_file, in_use, output, wipe
from vault.store.durable import EarlyWriter
from vault.usecases import backup, outputs, recipients, travel_header, travel_local
from vault.usecases.travel_kept import KeptKey
from vault.usecases.travel_local import Forgotten
from vault.usecases.unlocked import UnlockedVault

if TYPE_CHECKING:
    from vault.crypto.age import Identity, Recipient

_CHUNK = 1 << 20
_BUILDING = ".casevault-travel-"
_HYBRID = "age1pq1"
_AGAIN = "Ask for the file again, or take another copy of it: it was altered or cut off."
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, repr=False)
class Sent:
    """A sealed file that was read back whole. `words` is None where it is sealed to a recipient's key."""

    path: Path
    sha256: str
    size: int
    words: str | None


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
    with vault.access("travel.send", None) as outcome, _building(out) as folder:
        plain = folder / "vault"
        made = backup.create(vault, plain, progress, as_file=True)
        backup_notes.drop(vault.catalogue, [made.id])  # it is deleted again below
        kept = KeptKey(key)
        with output.new_file(out) as file:
            digest = _seal(plain, file, kept, progress)
            file.flush()
            sealed = _read_back(Path(file.name), kept, digest, progress)
            if told is not None:
                keep(told)
        outcome.size, outcome.count = out.stat().st_size, made.items
    return Sent(out, sealed, out.stat().st_size, told)


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


def remove(folder: Path, vault_id: str, slots: Sequence[str]) -> Gone:
    """Delete the vault at `folder`, which this process must not have open: its header's bytes first, then the rest.

    Raises Busy if another process has it open, Usage if another vault is there by now.
    """
    if header_file.read(folder).vault != vault_id:
        raise Usage("there is another vault at that place by now: nothing was removed")
    travel_local.stop_agent(folder, vault_id)
    travel_state.put_pending(vault_id, list(slots))
    with in_use.alone(folder, wait=travel_local.WAIT_SECONDS):
        left = []
        for name in (header_file.NAME, travel_header.NAME):
            try:
                wipe.destroy(folder / name)
            except OSError:
                left.append(name)
        left += travel_header.sweep(folder)
        # Windows deletes no file that is open, such as the lock that is held here.
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        left += [one.name for one in folder.iterdir()] or [folder.name]
    return Gone(vault_id, travel_local.forget(folder, vault_id), tuple(sorted(set(left))))


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
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise StorageFailed(f"the sealed file can't be written there: {error.strerror}") from None
    try:
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
