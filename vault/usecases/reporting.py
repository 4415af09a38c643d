"""The auditor's report over exports of one or several laptops: each is checked first, as `audit check` does it."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vault import __version__
from vault.audit.cosigner import is_witness
from vault.audit.flags import Flag, Flags
from vault.audit.kept import Stamp
from vault.audit.report.collect import Collector, utc_text
from vault.audit.report.data import Finding, Flagged, LogInfo, Report, Stamped, Vouched
from vault.audit.report.page import html
from vault.audit.report.sheet import Sheet
from vault.audit.report.words import Words
from vault.crypto import age
from vault.errors import NotAllowed, StorageFailed, Usage
from vault.model.events import Entry
from vault.store import output
from vault.usecases import auditor, outputs, stamping
from vault.usecases.auditor import Checked, Terms

MAX_SECONDS = 253_402_300_799
"""The end of the year 9999: no later time can be shown."""
CHUNK = 1 << 20


@dataclass
class LogView:
    """What is made of one log's entries as they pass."""

    number: int
    collector: Collector
    flags: Flags
    sheet: Sheet | None
    found: list[Flagged] = field(default_factory=list)

    def see(self, entry: Entry) -> None:
        self.collector.feed(entry)
        if self.sheet is not None:
            self.sheet.add(self.number, entry)
        self._keep(self.flags.feed(entry))

    def end(self) -> None:
        self._keep(self.flags.end())

    def _keep(self, flags: Sequence[Flag]) -> None:
        self.found += [Flagged(self.number, flag, self.collector.offset_at(flag.seq)) for flag in flags]


def report(
    paths: Sequence[Path],
    identities: Sequence[age.Identity],
    state_folder: Path,
    terms: Terms | None = None,
    sheet: Path | None = None,
) -> Report:
    """Check each export and count what the report shows; `sheet` is a new file for the table of all entries.

    Raises Usage for two exports of one log, NotAllowed for an export of heads only, and what `auditor.check` raises.
    """
    terms = terms or Terms()
    if sheet is not None:
        outputs.check(sheet, "the table")
    collector = Collector()
    logs: list[LogView] = []
    checked: list[Checked] = []
    with new_table(sheet) as table:
        for number, path in enumerate(paths):
            log = LogView(number, collector, Flags(terms.policy.flags), table)
            collector.begin()
            one = auditor.check(path, identities, state_folder, replace(terms, visitor=log.see))
            log.end()
            _refuse(one, checked)
            logs.append(log)
            checked.append(one)
    origins = {one.log for one in checked}
    return Report(
        made=terms.time()[:19] + "Z",
        program=__version__,
        logs=tuple(info(one, origins) for one in checked),
        flags=tuple(flagged for log in logs for flagged in log.found),
        activity=collector.end(),
        sources=tuple(_sha256(path) for path in paths),
        policy=terms.policy,
    )


def write(made: Report, out: Path, lang: str, library: Callable[[str], str] = str) -> int:
    """Write the page to a new file; its size in bytes. `library` translates messages of findings."""
    page = html(made, Words(lang, library)).encode()
    with output.new_file(out) as file:
        file.write(page)
    return len(page)


def _refuse(one: Checked, before: Sequence[Checked]) -> None:
    if one.kind != "full":
        raise NotAllowed("this export holds heads only, and a report needs the entries")
    if one.log in {other.log for other in before}:
        raise Usage("two of the exports are of the same log", hint="Give the newest one of each laptop.")


@contextlib.contextmanager
def new_table(path: Path | None) -> Iterator[Sheet | None]:
    """The table of all entries, in a new file; None where nobody asked for one."""
    if path is None:
        yield None
        return
    with output.new_file(path) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=False)
        try:
            yield Sheet(text)
            text.flush()
        finally:
            text.detach()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise StorageFailed(f"the export can't be read: {error.strerror}") from None
    return digest.hexdigest()


def info(checked: Checked, origins: set[str]) -> LogInfo:
    """What the check said, as the report shows it. Logs of `origins` are all in the report: none of them is late
    because another one was read first."""
    heads = _vouched(checked)
    findings = tuple(
        Finding(one.kind, one.message, one.seq, one.accepted, one.log != checked.log)
        for one in checked.findings
        if one.kind != "overdue" or one.log == checked.log or one.log not in origins
    )
    return LogInfo(
        origin=checked.log,
        fingerprint=checked.fingerprint,
        size=checked.size,
        made=checked.made,
        vault=checked.vault,
        root=checked.root.hex(),
        first=checked.first,
        consistent_since=min((head.time for head in heads), default=None),
        findings=findings,
        vouched=heads,
        stamps=_stamps(checked),
        chains=len(checked.chains),
        clock=checked.clock,
        own=_own_size(checked),
    )


def _own_size(checked: Checked) -> int:
    """The newest head that this auditor signed; what the log holds since is new to them."""
    own = checked.own
    return own.size if own is not None and own.size <= checked.size else 0


def _vouched(checked: Checked) -> tuple[Vouched, ...]:
    """The heads that known keys cosigned, newest first; also this auditor's own that the laptop has not yet."""
    found = []
    for head in checked.cosigned:
        if head.by:
            when = utc_text(min(max(one.timestamp for one in head.by), MAX_SECONDS))
            names = tuple(one.key.name for one in head.by)
            found.append(Vouched(head.size, when, names, any(is_witness(one.key) for one in head.by)))
    own = checked.own
    if own is not None and checked.deposited and all(head.size != own.size for head in found):
        found.append(Vouched(own.size, checked.deposited[:19] + "Z", (OWN,), True))
    return tuple(sorted(found, key=lambda head: head.size, reverse=True))


OWN = "casevault-witness"
"""Stands for this auditor's own key, whose answer the laptop has not taken in yet."""


def _stamps(checked: Checked) -> tuple[Stamped, ...]:
    walked = checked.walked
    if walked is None:
        return ()
    kept = [
        Stamp(one.size, one.checkpoint, one.request, one.response, one.chain)
        for one in checked.front.stamps
        if one.size in walked.roots
    ]
    return tuple(
        Stamped(one.size, one.stamped.time, f"{one.stamped.authority}, {one.stamped.root}")
        if one.stamped is not None
        else Stamped(one.size, "", one.problem)
        for one in stamping.check_stamps(kept, walked.roots.__getitem__)
        if not one.waiting
    )
