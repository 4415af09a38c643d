"""Opens what a backup holds with its own header, as it was on its day; nothing of it is changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from vault.audit import heads
from vault.audit.clock import SystemClock
from vault.audit.kept import Kept
from vault.audit.log import AuditLog
from vault.crypto import kdf, signing, slots
from vault.crypto.keys import VaultKeys, WorkingKeys
from vault.errors import Damaged, StorageFailed, WrongSecret
from vault.formats import backup_manifest as manifests
from vault.formats import header as header_format
from vault.formats.backup_manifest import Manifest
from vault.formats.header import Header
from vault.model.events import Writer
from vault.store import auditdb, backup_source, schema, sqlcipher
from vault.store.backup_source import Source
from vault.store.catalogue import Catalogue
from vault.usecases import headers
from vault.usecases.keeper import OwnKeeper
from vault.usecases.opening import Unlocked
from vault.usecases.unlocked import UnlockedVault

OF_ITS_DAY = (
    "A backup opens with what opened the vault on the day it was made: an earlier passphrase, or the recovery code."
)
LABEL = "casevault/v1/backup"


def mac(keys: WorkingKeys, manifest: Manifest) -> bytes:
    """The MAC of a manifest."""
    return kdf.hmac_sha256(kdf.hkdf(keys.rows, LABEL), manifest.authenticated_bytes())


def is_ours(keys: WorkingKeys, manifest: Manifest) -> bool:
    """Whether a manifest was made with these keys, and is as it was made."""
    return kdf.same(mac(keys, manifest).hex().encode(), manifest.mac.encode())


def header_of(source: Source, snapshot: str) -> Header:
    """The header in a snapshot. Raises Damaged, NewerFormat, StorageFailed."""
    path = manifests.snapshot_path(snapshot, manifests.HEADER)
    try:
        return header_format.parse(backup_source.read(source, path, header_format.MAX_BYTES))
    except FileNotFoundError:
        raise Damaged(f"{path} is missing", hint="") from None
    except OSError as error:
        raise StorageFailed(f"{path} can't be read: {error.strerror}") from None


def unlock(source: Source, snapshot: str, secret: slots.Secret) -> Unlocked:
    """Find the root key of a snapshot. Raises WrongSecret, Damaged, NewerFormat, StorageFailed."""
    header = header_of(source, snapshot)
    try:
        slot, root = slots.open_any(tuple(map(headers.slot_of, header.slots)), secret)
    except WrongSecret as error:
        raise WrongSecret(error.message, hint=OF_ITS_DAY) from None
    headers.check_mac(header, VaultKeys.derive(root))
    return Unlocked(header, slot.id, root)


@contextlib.contextmanager
def catalogue(path: Path, keys: WorkingKeys) -> Iterator[Catalogue]:
    """A snapshot's catalogue, of this version or an older one, to read from. Raises Damaged, NewerFormat."""
    with contextlib.closing(sqlcipher.connect_read_only(path, keys.catalogue)) as db:
        with sqlcipher.translated(path.name):
            schema.version(db)
        yield Catalogue(db)


@contextlib.contextmanager
def log(path: Path, keys: WorkingKeys) -> Iterator[auditdb.Connection]:
    """A snapshot's log, to read from. Raises Damaged."""
    with contextlib.closing(sqlcipher.connect_read_only(path, keys.audit)) as db:
        yield db


def log_key(db: auditdb.Connection, keys: VaultKeys) -> signing.NoteKey:
    """The public key of a snapshot's log. Raises Damaged."""
    try:
        return signing.NoteKey(heads.ORIGIN + auditdb.log_id(db), signing.Signer(keys.audit_signing).public)
    except ValueError:
        raise Damaged("the audit log's id is not valid") from None


def is_known(header: Header, db: auditdb.Connection) -> bool:
    """Whether a log knows this header as one of its vault's; logs from before they were noted know none."""
    kept = Kept(db)
    noted = {one.digest for one in kept.headers()}
    return not noted or headers.digest_of(header) in {*noted, kept.prepared()}


@contextlib.contextmanager
def whole(
    folder: Path, header: Header, keys: VaultKeys, there: Catalogue, db: auditdb.Connection
) -> Iterator[UnlockedVault]:
    """The vault that both make together, for what compares them: it can't be written to."""
    signer, key = signing.Signer(keys.audit_signing), log_key(db, keys)
    nobody = Writer(actor="S-000000", device="0" * 8, session="0" * 8, boot="0" * 8, program="0")
    entries = AuditLog(db, signer, key, SystemClock())
    yield UnlockedVault(folder, header, keys, there, entries, nobody, OwnKeeper(keys.case_wrap))
