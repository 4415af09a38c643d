"""The one table of exit codes. docs/cli.md repeats it for people; a test keeps the two the same."""

from __future__ import annotations

from vault import errors

OK = 0
FAILED = 1
USAGE = 2
PARTLY = 3
NOT_ALLOWED = 4
NO_VAULT = 10
LOCKED = 11
WRONG_SECRET = 12
DAMAGED = 13
REFUSED = 14
INTERRUPTED = 130

MEANINGS: dict[int, str] = {
    OK: "done",
    FAILED: "failed",
    USAGE: "wrong usage or a missing input, also a path inside a folder that a cloud copies",
    PARTLY: "partly done: what failed is named",
    NOT_ALLOWED: "this recipient or this role may not",
    NO_VAULT: "no vault there",
    LOCKED: "locked: no secret was given and none could be asked for",
    WRONG_SECRET: "wrong passphrase, code or key",
    DAMAGED: "damaged or forged data",
    REFUSED: "an export or a document was refused",
    INTERRUPTED: "interrupted",
}

CODES: dict[type[errors.CasevaultError], int] = {
    errors.Usage: USAGE,
    errors.PartlyDone: PARTLY,
    errors.NotAllowed: NOT_ALLOWED,
    errors.NoVault: NO_VAULT,
    errors.Locked: LOCKED,
    errors.WrongSecret: WRONG_SECRET,
    errors.Damaged: DAMAGED,
    errors.Refused: REFUSED,
    errors.CasevaultError: FAILED,
}
"""A class that is not here has the code of the nearest class above it."""


def code_of(error: errors.CasevaultError) -> int:
    """The exit code of an error."""
    return next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)
