"""`casevault audit policy`: shown, and put into the vault from a file."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import personal
from commands.context import Session, session_of
from commands.printing import width

if TYPE_CHECKING:
    from vault.audit.policy import FlagRules, Policy
    from vault.usecases.policies import KeptPolicy


def policy(
    context: typer.Context,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help='Put this TOML file into the vault; "-" is standard input.'),
    ] = None,
) -> None:
    """Show the policy that holds: who must cosign, where a purpose is asked for, what counts as unusual.

    With --from a file takes its place, and its SHA-256 is logged. docs/audit-policy.md lists what it may hold.
    """
    session = session_of(context)
    given = None if from_ is None else personal.file_bytes(session, from_, "the policy (--from)")
    from vault.usecases import policies

    with session.vault() as vault:
        found = policies.show(vault) if given is None else policies.replace(vault, given)
    session.console.answer({"policy": shape(found)}, _lines(session, found))
    if not found.logged:
        session.console.warn(
            "This is not the policy that the log last names: somebody has changed the database past the program."
        )


def shape(found: KeptPolicy) -> dict[str, Any]:
    """The JSON form."""
    policy = found.policy
    return {
        "default": found.sha256 is None,
        "sha256": found.sha256,
        "logged": found.logged,
        "quorum": _quorum(policy),
        "required": sorted(policy.required),
        "overdue_days": policy.overdue_days,
        "flags": _rules(policy.flags),
    }


def _quorum(policy: Policy) -> dict[str, Any] | None:
    asked = policy.quorum
    if asked is None or asked.quorum is None:
        return None
    return {
        "name": asked.quorum,
        "witnesses": {name: key.text for name, key in asked.witnesses.items()},
        "groups": {
            name: {"threshold": group.threshold, "members": list(group.members)}
            for name, group in asked.groups.items()
        },
    }


def _rules(rules: FlagRules) -> dict[str, Any]:
    """The thresholds as the file has them."""
    from vault.audit.policy import DAYS, ENTRIES_ZONE

    values: dict[str, Any] = {one.name: getattr(rules, one.name) for one in fields(rules)}
    start, end = rules.work_hours
    zone = rules.zone
    ahead = "" if zone is None else f"{'-' if zone < 0 else '+'}{abs(zone) // 60:02d}:{abs(zone) % 60:02d}"
    return values | {
        "off": sorted(rules.off),
        "work_days": [DAYS[day] for day in sorted(rules.work_days)],
        "work_hours": f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}",
        "zone": ahead or ENTRIES_ZONE,
    }


def _lines(session: Session, found: KeptPolicy) -> list[str]:
    t, policy = session.console.text, found.policy
    quorum = _quorum(policy)
    file = t("the default one") if found.sha256 is None else f"SHA-256 {found.sha256}"
    rows = [
        (t("Policy"), file),
        (t("Cosignatures"), t("none are asked for") if quorum is None else _asked(session, quorum)),
        (t("Purposes"), ", ".join(sorted(policy.required)) or t("are not asked for")),
        (t("Deposit"), t("days until it is overdue: {days}", days=policy.overdue_days)),
    ]
    rules = [
        (name, ", ".join(value) if isinstance(value, list) else str(value))
        for name, value in _rules(policy.flags).items()
    ]
    return [*_aligned(rows), "", t("Flags:"), *_aligned(rules)]


def _aligned(rows: list[tuple[str, str]]) -> list[str]:
    # Not by `columns`: it cuts what is long, and a hash or a list of actions is.
    size = max(width(name) for name, _ in rows)
    return [f"{name}{' ' * (size - width(name))}  {value}".rstrip() for name, value in rows]


def _asked(session: Session, quorum: dict[str, Any]) -> str:
    group = quorum["groups"].get(quorum["name"])
    if group is None:
        return str(quorum["name"])
    members = ", ".join(group["members"])
    return session.console.text(
        "{count} of {all}: {members}", count=group["threshold"], all=len(group["members"]), members=members
    )
