"""How well the log of a vault is vouched for: cosigned heads, the quorum, seals, stamps. Cheap, for `status`.

What is of use only where an auditor, a policy or a stamp is on record is in `vault/usecases/log_vouched.py`: it loads
three times as much.
"""

from __future__ import annotations

from dataclasses import dataclass

from vault.model.records import RecipientRecord
from vault.usecases.unlocked import UnlockedVault


@dataclass(frozen=True, slots=True)
class Vouched:
    """A head that known keys have cosigned: how many entries it covers, when it was last cosigned (POSIX seconds, as
    the cosigners say), and the names of their keys."""

    size: int
    time: int
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SealState:
    """`chain` is the one in use, None before there is an auditor; `sealed` counts its epochs that are sealed; `due`
    those that are over and are not; `key` is whether this device has the key to seal them."""

    chain: str | None
    sealed: int
    due: int
    key: bool


@dataclass(frozen=True, slots=True)
class LogState:
    """`cosigners` are the recipients on record who can vouch for the log; `vouched` is the newest head that anybody
    known has cosigned; `asked` whether the policy names a quorum, `met` for how many entries it holds, as each party
    cosigned a head of so many or more, None if for none; `overdue` whether a deposit has waited longer than the
    policy allows. `sealed` is the time of the last seal, `stamped` the size of the newest stamped head, `waiting`
    counts requests without an answer. `wrong` says that a cosigned head is not one of this log, or bears a bad
    signature."""

    size: int
    cosigners: int
    vouched: Vouched | None
    asked: bool
    met: int | None
    overdue: bool
    seals: SealState
    sealed: str | None
    stamped: int | None
    waiting: int
    wrong: bool

    @property
    def uncosigned(self) -> int:
        """Entries that nobody has vouched for yet."""
        return self.size - (self.vouched.size if self.vouched else 0)


def read(vault: UnlockedVault, now: int | None = None) -> LogState:
    """Look at everything that is kept beside the log; `now` in POSIX seconds. Raises Damaged."""
    kept = vault.log.kept
    if kept.anything() or any(one.verifier for one in vault.catalogue.all(RecipientRecord)):
        from vault.usecases import log_vouched

        return log_vouched.read(vault, now)
    return LogState(
        size=vault.log.head().size, cosigners=0, vouched=None, asked=False, met=None, overdue=False,
        seals=SealState(None, 0, 0, key=False), sealed=None, stamped=None, waiting=0, wrong=False,
    )  # fmt: skip
