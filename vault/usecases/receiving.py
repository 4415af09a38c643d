"""What a recipient does with a bundle, without any vault: verify it, open it."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from vault.bundle import container, custody, page, signature
from vault.bundle.custody import Custody
from vault.crypto import age
from vault.errors import Damaged, Forged, Usage, WrongSecret
from vault.formats.manifest import CUSTODY_NAME, NAME, SIGNATURE_NAME, VIEW, Manifest
from vault.store import output
from vault.usecases import outputs

Form = Literal["html", "html+age", "age"]
PAGE_ENDINGS = (".html", ".htm")
_AGE = b"age-encryption.org/"
_AGAIN = "Check that it is the file that you were given. If it is, ask the sender to hand it over again."


@dataclass(frozen=True, slots=True)
class Received:
    """A bundle whose every byte was checked. `proven` is whether the sender's fingerprint was told and matches.

    `sha256` is that of the file that was named, `beside` that of the age file beside a page. `custody` are the
    histories whose proofs hold, None where the bundle has none.
    """

    manifest: Manifest
    sha256: str
    fingerprint: str
    proven: bool
    form: Form
    beside: tuple[str, str] | None
    custody: Custody | None


@dataclass(frozen=True, slots=True)
class _Outer:
    """The age file of a bundle, and how it was handed over."""

    age_file: BinaryIO
    sha256: str
    form: Form
    beside: tuple[str, str] | None


def verify(path: Path, identities: Sequence[age.Identity], told_fingerprint: str | None = None) -> Received:
    """Open a bundle in memory and check everything. Raises WrongSecret, Damaged, Forged.

    Damaged (not-a-bundle) also for a page of `evidence view`: whoever is shown one must not take it for a bundle.
    """
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
    """For before any secret is asked: for words that are typed into what only looks like a bundle are lost.

    Raises Usage if the file can't be read, Damaged if it is no bundle, Forged if its page is not the packaged reader.
    """
    with _opened(path):
        pass


def require_new(out: Path) -> None:
    """Raises SyncFolder, OutputExists, Usage if the folder can't be made there."""
    outputs.check_folder(out)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[_Outer]:
    """The age file, the page around or beside it checked to its last byte."""
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(_read(path))
        head = _head(file)
        if head == _AGE:
            yield _Outer(file, _digest(file), "age", None)
            return
        found = _page(file, path)
        digest = _digest(file)
        if found.payload is not None:
            _require_age(found.payload)
            yield _Outer(found.payload, digest, "html", None)
            return
        assert found.beside is not None
        name, sha256 = found.beside
        age_file = stack.enter_context(_beside(path.parent / name))
        _require_age(age_file)
        if _digest(age_file) != sha256:
            raise Damaged(f"{name} is not the file that belongs to this page", hint=_AGAIN)
        yield _Outer(age_file, digest, "html+age", found.beside)


_MISSING = "A page of this kind came with an .age file: both have to lie in one folder."


def _beside(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise Usage(f"{path.name} is missing: it belongs beside this page", hint=_MISSING) from None
    except OSError as error:
        raise Usage(f"{path.name}, which belongs beside this page, can't be opened: {error.strerror}") from None


def _page(file: BinaryIO, path: Path) -> page.Page:
    try:
        return page.opened(file)
    except Forged:
        raise
    except Damaged as error:
        if error.kind != "not-a-bundle":
            raise
        if path.suffix.lower() in PAGE_ENDINGS:
            # Somebody else's page under our name may ask for the words too.
            raise Damaged(
                "this page is not a bundle of Casevault: don't type the words into it",
                kind="not-a-bundle",
                hint=_AGAIN,
            ) from None
        raise Damaged("this file is not a bundle", kind="not-a-bundle", hint=_AGAIN) from None


def _read(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Usage(f"the bundle can't be opened: {error.strerror}") from None


def _head(file: BinaryIO) -> bytes:
    try:
        head = file.read(len(_AGE))
        file.seek(0)
    except OSError as error:
        raise Usage(f"the bundle can't be opened: {error.strerror}") from None
    return head


def _require_age(file: BinaryIO) -> None:
    if _head(file) != _AGE:
        raise Damaged("what the page holds is not a bundle", kind="not-a-bundle", hint=_AGAIN)


def _open(
    path: Path, identities: Sequence[age.Identity], told_fingerprint: str | None
) -> tuple[Received, dict[str, bytes]]:
    with _opened(path) as outer:
        payload = _decrypted(outer.age_file, identities)
    members = container.unpack(payload)
    manifest = container.check(members)
    if manifest.profile == VIEW:
        raise Damaged(
            "this is a page for the vault holder's own eyes, not a bundle",
            kind="not-a-bundle",
            hint="It is unredacted, and no case vouches for it. Delete it, and ask the sender for a bundle.",
        )
    key = signature.verify(members[SIGNATURE_NAME], members[NAME])
    told = custody.check(members[CUSTODY_NAME], manifest, key) if CUSTODY_NAME in members else None
    if told_fingerprint is not None and not signature.same_fingerprint(told_fingerprint, key):
        raise Damaged(
            "the bundle was not signed by the sender whose fingerprint you were told",
            kind="forged",
            hint="Do not rely on it. Ask the sender over another channel.",
        )
    proven = told_fingerprint is not None
    received = Received(
        manifest, outer.sha256, signature.fingerprint(key), proven, outer.form, outer.beside, told
    )  # fmt: skip
    return received, members


def _digest(file: BinaryIO) -> str:
    """The SHA-256 of a file that is read from its start, and left there."""
    digest = hashlib.sha256()
    file.seek(0)
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
