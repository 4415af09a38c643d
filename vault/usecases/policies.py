"""The policy in a vault: read, replaced, asked whether it wants a purpose."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from vault.audit import policy as policies
from vault.audit.policy import Policy
from vault.errors import Damaged, Usage
from vault.model.events import Event
from vault.usecases.unlocked import UnlockedVault


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """The policy that holds. `sha256` is of its file, None for the default policy; `logged` is whether the newest
    entry about the policy vouches for it."""

    policy: Policy
    sha256: str | None
    logged: bool


def current(vault: UnlockedVault) -> Policy:
    """The policy that holds. Raises Damaged if what is kept is none."""
    try:
        return policies.parse(vault.log.kept.policy())
    except Usage:
        raise Damaged(
            "the policy in the vault is not valid", hint="Put it in again with 'casevault audit policy --from FILE'."
        ) from None


def show(vault: UnlockedVault) -> KeptPolicy:
    """The policy that holds, compared with the log. Raises Damaged."""
    policy = current(vault)
    newest = next(vault.log.entries(action="audit.policy", reverse=True, limit=1), None)
    if newest is None:
        return KeptPolicy(policy, _hash(policy.text) if policy.text else None, logged=not policy.text)
    return KeptPolicy(policy, _hash(policy.text) if policy.text else None, newest.digest == _hash(policy.text))


def replace(vault: UnlockedVault, untrusted: bytes) -> KeptPolicy:
    """Check a policy file and put it into the vault; its SHA-256 is logged with it, both or neither. Raises Usage."""
    policy = policies.parse(untrusted)
    event = Event("audit.policy", "event", digest=_hash(policy.text), outcome="ok")
    vault.log.append([event], vault.writer, lambda kept: kept.set_policy(policy.text))
    return KeptPolicy(policy, _hash(policy.text) if policy.text else None, logged=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def require_purpose(vault: UnlockedVault, action: str, purpose: str | None) -> None:
    """Raise Usage if the policy asks for a purpose for this action and there is none."""
    if purpose is None and current(vault).asks_purpose(action):
        raise Usage("--purpose is missing: what is it for?", hint="Such as hearing, filing, translation or handover.")
