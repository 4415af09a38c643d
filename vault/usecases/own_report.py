"""The holder's own copy of the report: from the vault, with the names and addresses of recipients.

It is for the holder's accounting of disclosures. Nobody else can rely on it: who makes it holds all keys.
"""

from __future__ import annotations

import itertools
from pathlib import Path

from vault import __version__
from vault.audit.cosigner import WITNESS
from vault.audit.flags import Flags
from vault.audit.report.collect import Collector, utc_text
from vault.audit.report.data import Finding, LogInfo, Report, Stamped, Vouched
from vault.audit.walk import Walk, Walked
from vault.bundle.signature import fingerprint
from vault.model.records import RecipientRecord
from vault.usecases import auditing, log_vouched, outputs, policies, stamping
from vault.usecases.auditor import Terms
from vault.usecases.reporting import MAX_SECONDS, LogView, new_table
from vault.usecases.unlocked import UnlockedVault

BATCH = 1000


def make(vault: UnlockedVault, sheet: Path | None = None) -> Report:
    """Count the vault's own log; `sheet` is a new file for the table of all entries. It is logged first.

    Raises Damaged, LogUnavailable, OutputExists, StorageFailed.
    """
    if sheet is not None:
        outputs.check(sheet, "the table")
    policy, collector = policies.current(vault), Collector()
    with vault.access("audit.report", None) as outcome, new_table(sheet) as table:
        view = LogView(0, collector, Flags(policy.flags), table)
        walk = Walk(visitor=view.see)
        collector.begin()
        parts = vault.log.stored()
        while batch := tuple(itertools.islice(parts, BATCH)):
            walk.feed(batch)
        view.end()
        walked = walk.end()
        names = {
            one.id: ", ".join(filter(None, (one.name, one.address))) for one in vault.catalogue.all(RecipientRecord)
        }
        outcome.count = len(names)
    now = Terms().time()
    return Report(
        made=now[:19] + "Z",
        program=__version__,
        logs=(_info(vault, walked, now),),
        flags=tuple(view.found),
        activity=collector.end(),
        policy=policy,
        names=names,
    )


def _info(vault: UnlockedVault, walked: Walked, now: str) -> LogInfo:
    problems = [Finding(one.kind, one.message, one.seq) for one in walked.problems]
    problems += [Finding("rewrite", message) for message in auditing.not_vouched(vault)]
    if vault.log.root_at(walked.size) != walked.root:
        problems.append(Finding("rewrite", "the entries are not those under the signed head"))
    heads = tuple(
        Vouched(one.size, utc_text(min(one.time, MAX_SECONDS)), one.by, any(by.startswith(WITNESS) for by in one.by))
        for one in log_vouched.vouched_heads(vault)
    )
    return LogInfo(
        origin=vault.log.key.name,
        fingerprint=fingerprint(vault.log.key),
        size=walked.size,
        made=now,
        vault=vault.header.vault,
        root=walked.root.hex(),
        consistent_since=min((head.time for head in heads), default=None),
        findings=tuple(problems),
        vouched=heads,
        stamps=tuple(_stamp(one) for one in stamping.listing(vault) if not one.waiting),
        chains=len(walked.chains),
        own=max((head.size for head in heads), default=0),
    )


def _stamp(one: stamping.CheckedStamp) -> Stamped:
    if one.stamped is None:
        return Stamped(one.size, "", one.problem)
    return Stamped(one.size, one.stamped.time, f"{one.stamped.authority}, {one.stamped.root}")
