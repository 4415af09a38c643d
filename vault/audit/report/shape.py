"""The report as JSON: what the page shows, but for the single entries. Codes and ids, nothing translated."""

from __future__ import annotations

from typing import Any

from vault.audit.report.collect import UNKNOWN_TIME, utc_text
from vault.audit.report.data import Astray, BadUnlocks, Flagged, Left, Report, Silence, Tally
from vault.audit.report.standing import Standing, standings


def shape(report: Report) -> dict[str, Any]:
    """All members; `logs` and everything that names one count from 0, hours are 0 to 23, weekdays from Monday."""
    found = report.activity
    return {
        "made": report.made,
        "sources": list(report.sources),
        "logs": [_log(one) for one in standings(report)],
        "flags": [_flag(one) for one in report.flags],
        "entries": found.entries,
        "operations": found.done,
        "automatic": found.own,
        "first": _time(found.first),
        "last": _time(found.last),
        "hours": found.heat,
        "openings": {day.isoformat(): count for day, count in sorted(found.opens.items())},
        "cases": {case: _tally(one, "persons") for case, one in sorted(found.cases.items())},
        "people": {person: _tally(one, "cases") for person, one in sorted(found.people.items())},
        "disclosures": [_left(report, one) for one in found.left],
        "failed_unlocks": [_unlocks(one) for one in found.unlocks],
        "silences": [_silence(one) for one in found.silences],
        "clock_steps": [{"log": log, "seq": seq} for log, seq in found.clock_steps],
        "times_left_out": [_astray(one) for one in found.astray],
        "unfinished": [_place(report, row) for row in found.unfinished],
        "this_export": [_place(report, row) for row in found.reading],
        "untimed": found.untimed,
        "programs": [{"program": name, "first": _time(at)} for name, at in found.programs.items()],
        "ok": all(one.ok for one in standings(report)),
    }


def _time(at: int | None) -> str | None:
    return None if at is None or at == UNKNOWN_TIME else utc_text(at)


def _log(one: Standing) -> dict[str, Any]:
    info = one.info
    return {
        "log": info.origin,
        "vault": info.vault,
        "fingerprint": info.fingerprint,
        "size": info.size,
        "root": info.root,
        "exported": info.made,
        "first": info.first,
        "whole": one.whole,
        "vouched_since": info.consistent_since,
        "last_deposit": None if one.deposit is None else one.deposit.time,
        "days_since_deposit": one.age_days,
        "overdue": one.overdue,
        "not_vouched": one.tail,
        "vouched": [
            {"size": head.size, "time": head.time, "by": list(head.by), "whole": head.whole} for head in info.vouched
        ],
        "clock": [
            {"seq": one.seq, "count": one.count, "time": one.time, "bound": one.bound, "late": one.late}
            for one in info.clock
        ],
        "stamps": [{"size": stamp.size, "time": stamp.time, "authority": stamp.authority} for stamp in info.stamps],
        "chains": info.chains,
        "findings": [
            {
                "kind": found.kind,
                "message": found.message,
                "seq": found.seq,
                "accepted": found.accepted,
                "other_log": found.other,
            }
            for found in info.findings
        ],
    }


def _flag(one: Flagged) -> dict[str, Any]:
    return {"log": one.log, **one.flag.shape()}


def _tally(one: Tally, others: str) -> dict[str, Any]:
    return {
        "operations": one.operations,
        "openings": one.opens,
        "without_purpose": one.without_purpose,
        "failed": one.failed,
        "disclosures": one.left,
        others: sorted(one.others),
        "first": _time(one.first),
        "last": _time(one.last),
        "most_on_one_day": max(one.days.values(), default=0),
    }


def _place(report: Report, row: int) -> dict[str, Any]:
    held = report.activity.operations
    return {"log": held.log[row], "seq": held.seq[row]}


def _left(report: Report, one: Left) -> dict[str, Any]:
    held, indexes, row = report.activity.operations, report.activity.indexes, one.row
    return {
        **_place(report, row),
        "date": _time(held.time[row]),
        "action": indexes.actions.values[held.action[row]],
        "recipient": one.recipient,
        "case": indexes.cases.values[held.case[row]],
        "profile": one.profile,
        "bundle": one.bundle,
        "items": held.count[row] - 1 if held.count[row] else None,
        "bytes": held.bytes[row] - 1 if held.bytes[row] else None,
        "purpose": indexes.purposes.values[held.purpose[row]],
        "consent": one.consent,
        "outcome": one.outcome,
    }


def _unlocks(one: BadUnlocks) -> dict[str, Any]:
    return {"log": one.log, "seq": one.seq, "count": one.count, "since": _time(one.since), "until": _time(one.until)}


def _silence(one: Silence) -> dict[str, Any]:
    return {"log": one.log, "after": one.seq, "next": one.next, "from": _time(one.start), "to": _time(one.end)}


def _astray(one: Astray) -> dict[str, Any]:
    return {
        "log": one.log, "seq": one.seq, "last": one.last, "count": one.count, "from": _time(one.low),
        "to": _time(one.high),
    }  # fmt: skip
