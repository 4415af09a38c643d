"""What a recipient does with a bundle, without any vault: verify it, open it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vault.bundle import container, signature
from vault.crypto import age
from vault.errors import Damaged, Usage, WrongSecret
from vault.formats.manifest import NAME, SIGNATURE_NAME, Manifest
from vault.store import output
from vault.usecases import outputs


@dataclass(frozen=True, slots=True)
class Received:
    """A bundle whose every byte was checked. `proven` is whether the sender's fingerprint was told and matches."""

    manifest: Manifest
    sha256: str
    fingerprint: str
    proven: bool


def verify(path: Path, identities: Sequence[age.Identity], told_fingerprint: str | None = None) -> Received:
    """Open a bundle in memory and check everything. Raises WrongSecret, Damaged, Forged."""
    return _open(path, identities, told_fingerprint)[0]


def unpack(
    path: Path, identities: Sequence[age.Identity], out: Path, told_fingerprint: str | None = None
) -> Received:
    """Check a bundle, then write its files into a new folder. Raises OutputExists too; nothing is half-written."""
    require_new(out)
    received, members = _open(path, identities, told_fingerprint)
    with output.new_folder(out) as building:
        for name, data in members.items():
            output.write_in(building, name, data)  # every name was matched when the manifest was read
    return received


def require_bundle(path: Path) -> None:
    """For before any secret is asked. Raises Usage if the file can't be read, Damaged if it is no age file at all."""
    with _opened(path):
        pass


def _opened(path: Path) -> BinaryIO:
    try:
        file = path.open("rb")
        head = file.read(len(_AGE))
        file.seek(0)
    except OSError as error:
        raise Usage(f"the bundle can't be opened: {error.strerror}") from None
    if head != _AGE:
        file.close()
        raise Damaged(
            "this file is not a bundle",
            kind="not-a-bundle",
            hint="Check that it is the file that you were given. If it is, ask the sender to hand it over again.",
        )
    return file


_AGE = b"age-encryption.org/"


def require_new(out: Path) -> None:
    """Raises SyncFolder, OutputExists, Usage if the folder can't be made there."""
    outputs.check_folder(out)


def _open(
    path: Path, identities: Sequence[age.Identity], told_fingerprint: str | None
) -> tuple[Received, dict[str, bytes]]:
    with _opened(path) as file:
        digest = _digest(file)
        payload = _decrypted(file, identities)
    members = container.unpack(payload)
    manifest = container.check(members)
    key = signature.verify(members[SIGNATURE_NAME], members[NAME])
    if told_fingerprint is not None and not signature.same_fingerprint(told_fingerprint, key):
        raise Damaged(
            "the bundle was not signed by the sender whose fingerprint you were told",
            kind="forged",
            hint="Do not rely on it. Ask the sender over another channel.",
        )
    received = Received(manifest, digest, signature.fingerprint(key), proven=told_fingerprint is not None)
    return received, members


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _decrypted(file: BinaryIO, identities: Sequence[age.Identity]) -> bytes:
    out = io.BytesIO()
    try:
        for chunk in age.Decryptor(file, identities).chunks():
            out.write(chunk)
            if out.tell() > container.MAX_PAYLOAD_BYTES:
                raise Damaged("the bundle is larger than a bundle may be")
    except WrongSecret:
        raise WrongSecret(
            "this bundle does not open with that",
            hint="Check the words with the sender, or whether it was sealed to another key.",
        ) from None
    except Damaged as error:
        raise Damaged(
            f"the bundle is damaged: {error.message}", hint="Ask the sender to hand it over again."
        ) from None
    return out.getvalue()
