"""Every error that Casevault raises, in one tree.

    CasevaultError
    ├── Usage                wrong or missing input
    │   ├── NotFound         no such case, person, item …
    │   ├── OutputExists     we never write over a file
    │   └── SyncFolder       the path lies inside a known cloud folder
    ├── PartlyDone           some of a batch failed; what failed is named
    ├── NotAllowed           a recipient or a role that may not
    ├── NoVault              nothing there to open
    ├── Locked               no secret given and none can be asked for
    ├── WrongSecret          the passphrase, code or key opens nothing
    ├── Damaged              data that fails its authentication
    │   ├── Forged           a signature or a sender that does not match
    │   └── Rollback         an older copy of the vault, or of a part of it
    ├── NewerFormat          made by a later version of Casevault
    ├── OlderFormat          made by an earlier version, to be migrated first
    ├── Refused              an export or a document that must not pass
    ├── Busy                 another process holds the vault
    ├── LogUnavailable       the audit log can't be written, so nothing is shown
    └── StorageFailed        disk full, permission, a device that went away

`kind` is stable and for scripts; `hint` says what to do next. Messages never carry a secret, a name of a
person, or the text of a document. The exit code of each class stands in `commands/exits.py`.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

FULL_DISK = "Free some space on the disk of --out, or choose another disk. Nothing was written."


class CasevaultError(Exception):
    """Base of all errors that a caller is meant to catch."""

    kind = "failed"
    hint = ""

    def __init__(self, message: str, *, hint: str | None = None, kind: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint
        if kind is not None:
            self.kind = kind


class Usage(CasevaultError):
    kind = "usage"


class NotFound(Usage):
    kind = "not-found"


class OutputExists(Usage):
    kind = "output-exists"
    hint = "Choose another name, or move the existing file away: Casevault never writes over a file."


class SyncFolder(Usage):
    kind = "sync-folder"


class PartlyDone(CasevaultError):
    kind = "partly-done"


class NotAllowed(CasevaultError):
    kind = "not-allowed"


class NoVault(CasevaultError):
    kind = "no-vault"
    hint = "Make one with 'casevault init', or name an existing one with --vault PATH."


class Locked(CasevaultError):
    kind = "locked"
    hint = "Give --passphrase-file or --recovery-file, or run the command on a terminal."


class WrongSecret(CasevaultError):
    kind = "wrong-secret"


class Damaged(CasevaultError):
    kind = "damaged"
    hint = "Run 'casevault doctor --read-data' to see everything that is affected."


@contextlib.contextmanager
def hinted(hint: str) -> Iterator[None]:
    """What to do about damage that is met within, where it does not say so itself: not all of it is a vault's."""
    try:
        yield
    except Damaged as error:
        if error.hint == Damaged.hint:
            error.hint = hint
        raise


class Forged(Damaged):
    kind = "forged"


class Rollback(Damaged):
    kind = "rollback"
    hint = "If you put this copy back yourself, say so with --accept-rollback; it is logged. If not, ask who did."


class OlderFormat(CasevaultError):
    kind = "older-format"
    hint = "Bring it up to date, with a backup first: casevault migrate --backup DIR"


class NewerFormat(CasevaultError):
    kind = "newer-format"
    hint = "Install the current version of Casevault; nothing was changed."


class Refused(CasevaultError):
    """An export or a document that must not pass. `kind` is one of leak, encrypted, damaged, unsupported,
    unreadable, unreviewed, stale, alarm."""

    kind = "refused"


class Busy(CasevaultError):
    kind = "busy"
    hint = "Another casevault command is working on this vault. Try again in a moment."


class LogUnavailable(CasevaultError):
    kind = "log-unavailable"
    hint = "Nothing was shown, because it could not be logged. Free disk space, then run 'casevault doctor'."


class StorageFailed(CasevaultError):
    kind = "storage"

    def __init__(self, message: str, *, hint: str | None = None, kind: str | None = None) -> None:
        full = message.endswith((os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT)))
        if hint is None and full and message.startswith(("the output can't", "the folder can't")):
            hint = FULL_DISK
        super().__init__(message, hint=hint, kind=kind)
