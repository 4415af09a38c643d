"""Time stamps (RFC 3161) on heads of the log, offline: a request goes out as a file, the answer comes in as one.

A stamp proves that a head, and with it every entry below, existed at a time that somebody else's clock gives. It
says nothing of what came after, and nothing of who stamped: whoever reads it compares the root of the authority.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vault.audit.kept import Stamp
from vault.crypto import timestamps
from vault.errors import CasevaultError, Damaged, NotFound, Usage, hinted
from vault.formats import note
from vault.formats.checkpoint import Checkpoint, parse_body
from vault.model.events import Event
from vault.store import output
from vault.usecases import outputs
from vault.usecases.unlocked import UnlockedVault

MAX_ANSWER = timestamps.MAX_RESPONSE
MAX_CHAIN = timestamps.MAX_CHAIN
TOLERANCE = 300
"""Seconds that two clocks may differ without anybody being told."""

RootAt = Callable[[int], bytes]
TimeAt = Callable[[int], str | None]


@dataclass(frozen=True, slots=True)
class CheckedStamp:
    """A kept stamp, verified anew. `root` is that of the stamped head; `stamped` is None while the answer is awaited
    or where `problem` says what is wrong. `ahead` is set where an entry below the head is dated, in whole seconds,
    that much after the stamp: then the laptop's clock was ahead, or the authority's behind."""

    size: int
    root: bytes
    stamped: timestamps.Stamped | None
    problem: str = ""
    ahead: int = 0

    @property
    def waiting(self) -> bool:
        """Whether the answer has not come in yet."""
        return self.stamped is None and not self.problem


def request(vault: UnlockedVault, out: Path) -> CheckedStamp:
    """Write a request for a stamp on the current head to a new file, and keep it. Raises OutputExists, Usage."""
    outputs.check(out, "the request")
    head = vault.log.head()
    body = timestamps.request(head.checkpoint)
    stamp = Stamp(head.size, head.checkpoint, body)
    with output.new_file(out) as file:
        file.write(body)
        _keep(vault, stamp, body)
    return CheckedStamp(head.size, head.root, None)


ANSWER_HINT = "Ask the authority again, and take its answer (.tsr) and its certificates as files, unchanged."


def receive(vault: UnlockedVault, untrusted_answer: bytes, untrusted_chain: bytes) -> CheckedStamp:
    """Verify an authority's answer and keep it with its request.

    `untrusted_chain` are the authority's certificates, PEM or one in DER; the self-signed ones are what is trusted.
    Raises Damaged, Forged, NotFound if it answers none of this vault's requests, Usage if it is there already.
    """
    stamps = vault.log.kept.stamps()
    with hinted(ANSWER_HINT):
        chain = timestamps.chain(untrusted_chain)
        waiting = _asked_for(stamps, untrusted_answer)
    if waiting.response:
        raise Usage("this request has its answer already: it was taken in before")
    answered = Stamp(waiting.size, waiting.checkpoint, waiting.request, untrusted_answer, chain)
    found = _verified(answered, vault.log.root_at, _clock_of(vault), ())
    _keep(vault, answered, untrusted_answer)
    return found


def listing(vault: UnlockedVault) -> list[CheckedStamp]:
    """Every kept stamp, verified anew, those of the smallest head first."""
    return list(check_stamps(vault.log.kept.stamps(), vault.log.root_at, _clock_of(vault)))


def check_stamps(
    stamps: Sequence[Stamp], root_at: RootAt, time_at: TimeAt | None = None, trusted: Collection[str] = ()
) -> tuple[CheckedStamp, ...]:
    """Verify stamps against the roots that a log has at their sizes; what is wrong is said, never raised.

    `root_at` may raise ValueError or an error of ours for a size that the log does not have; `time_at` gives the time
    of the entry before a size, None if it is not known. The chains come with the stamps, so the log's owner chose
    them: with `trusted`, SHA-256 fingerprints of roots in hex, no other root counts, and without it whoever reads the
    result compares `stamped.root` with what the authority publishes.
    """
    found = []
    for stamp in stamps:
        try:
            found.append(_verified(stamp, root_at, time_at, trusted))
        except CasevaultError as error:
            found.append(CheckedStamp(stamp.size, b"", None, error.message))
    return tuple(found)


def _asked_for(stamps: Sequence[Stamp], untrusted_answer: bytes) -> Stamp:
    """The request that an answer says it answers. Only its nonce and imprint are compared here."""
    claimed = timestamps.answered(untrusted_answer)
    for stamp in stamps:
        if timestamps.asked(stamp.request) == claimed:
            return stamp
    raise NotFound(
        "this time stamp answers none of this vault's requests",
        hint="Take the answer to a file that 'casevault audit stamp --out' of this vault wrote.",
    )


def _verified(stamp: Stamp, root_at: RootAt, time_at: TimeAt | None, trusted: Collection[str]) -> CheckedStamp:
    head = _head(stamp)
    try:
        root = root_at(stamp.size)
    except ValueError:
        raise Damaged("the log does not reach up to the head that was stamped") from None
    if root != head.root:
        raise Damaged("the head that was stamped is not one of this log")
    if not stamp.response:
        return CheckedStamp(stamp.size, head.root, None)
    with hinted(ANSWER_HINT):
        stamped = timestamps.verify(stamp.request, stamp.response, stamp.chain, stamp.checkpoint, trusted)
    dated = time_at(stamp.size) if time_at is not None else None
    ahead = 0 if dated is None else _seconds(stamped.latest, dated)
    return CheckedStamp(stamp.size, head.root, stamped, ahead=ahead if ahead > TOLERANCE else 0)


def _seconds(earlier: str, later: str) -> int:
    return int((datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds())


def _clock_of(vault: UnlockedVault) -> TimeAt:
    def time_at(size: int) -> str | None:
        found = next(vault.log.entries(after_seq=size - 2, limit=1), None)
        return None if found is None else found.time

    return time_at


def _head(stamp: Stamp) -> Checkpoint:
    head = parse_body(note.parse(stamp.checkpoint).text)
    if head.size != stamp.size:
        raise Damaged("a time stamp's head has another size than it is kept under")
    return head


def _keep(vault: UnlockedVault, stamp: Stamp, body: bytes) -> None:
    """Keep a stamp together with the entry that vouches for its body."""
    event = Event(
        "audit.stamp", "event", count=stamp.size, bytes=len(body), outcome="ok",
        digest=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip
    vault.log.append([event], vault.writer, also=lambda kept: kept.put_stamp(stamp))
