"""What became of a bundle: states that follow each other, each change logged. A recall is a record, not a promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from vault.errors import Usage
from vault.model.records import Disclosure, Mark
from vault.store.catalogue import Put
from vault.usecases import ledger
from vault.usecases.ledger import Given, Step
from vault.usecases.unlocked import Change, UnlockedVault, now

STATES = ("prepared", "handed-over", "opened", "superseded", "recall-asked", "recall-confirmed", "void")
RECALL_READY = "recall-prepared"
"""What an alarm notes in the history beside the state, which stays: the text lies ready, nobody was asked yet."""
_AFTER: Mapping[str, tuple[str, ...]] = {
    "prepared": ("handed-over", "opened", "superseded", "recall-asked", "void"),
    "handed-over": ("opened", "superseded", "recall-asked"),
    "opened": ("superseded", "recall-asked"),
    "superseded": ("recall-asked", "void"),
    "recall-asked": ("recall-confirmed",),
    # Another copy turns up: it is asked for again.
    "recall-confirmed": ("recall-asked",),
    "void": (),
}
"""Which states may follow which."""
_LEFT = ("handed-over", "opened", "recall-asked", "recall-confirmed")
"""States that only what left has been in: it can no longer be void."""


def mark(vault: UnlockedVault, bundle_id: str, state: str, at: str | None = None) -> Given:
    """Note the state of a bundle, with the day on which it came to be (None: now). Raises NotFound, Usage.

    The state that it has already may be noted once more only with a day: that corrects the day.
    """
    record = vault.catalogue.require(Disclosure, bundle_id)
    if state not in STATES:
        raise Usage("there is no such state", hint=f"States are: {', '.join(STATES)}.")
    steps = ledger.history(vault, record)
    if state != record.state or at is None:
        refuse(record, steps, state)
    when = _moment(record, steps, state, at)
    vault.commit([change(vault, "bundle.mark", record, state, when)])
    return ledger.require(vault, record.id)


def recall(vault: UnlockedVault, bundle_id: str, kept: Callable[[Given], None]) -> Given:
    """Note that the recipient is asked to delete a bundle; once more where that was asked before.

    `kept` gets the bundle and puts the text where it is to be: should that fail, nothing is noted. Raises NotFound,
    Usage.
    """
    found = ledger.require(vault, bundle_id)
    if found.record.state != "recall-asked":
        refuse(found.record, ledger.history(vault, found.record), "recall-asked")
    kept(found)
    vault.commit([change(vault, "bundle.recall", found.record, "recall-asked", now())])
    return ledger.require(vault, found.record.id)


def change(vault: UnlockedVault, action: str, record: Disclosure, state: str, at: str) -> Change:
    """A new state as one logged change: of the bundle, and in its history."""
    puts = [Put(noted(vault, record, state, at))]
    if state in STATES:
        puts.insert(0, Put(replace(record, state=state), record))
    return Change(action, record.case_id, puts, object_id=record.id)


def noted(vault: UnlockedVault, record: Disclosure, state: str, at: str) -> Mark:
    """The next mark in a bundle's history."""
    numbers = [ledger.number_of(one) for one in vault.catalogue.all(Mark, case_id=record.case_id, bundle=record.id)]
    return Mark(f"{record.id}@{max(numbers, default=0) + 1}", record.case_id, record.id, state, at)


def superseding(vault: UnlockedVault, bundle_id: str) -> list[Change]:
    """What notes that another bundle takes the place of this one ("": of none), where its state lets it."""
    record = vault.catalogue.get(Disclosure, bundle_id) if bundle_id else None
    if record is None or not may_follow(record, ledger.history(vault, record), "superseded"):
        return []
    return [change(vault, "bundle.mark", record, "superseded", now())]


def unsuperseded(vault: UnlockedVault, bundle_id: str) -> list[Change]:
    """What takes the last of that back, as nothing came to take this bundle's place after all ("": of none).

    Its state is what it was before; the log keeps both.
    """
    record = vault.catalogue.get(Disclosure, bundle_id) if bundle_id else None
    if record is None or record.state != "superseded":
        return []
    marks = sorted(vault.catalogue.all(Mark, case_id=record.case_id, bundle=record.id), key=ledger.number_of)
    states = [one.state for one in marks if one.state in STATES]
    if not states or states[-1] != "superseded":
        return []
    last = next(one for one in reversed(marks) if one.state == "superseded")
    before = replace(record, state=states[-2] if len(states) > 1 else ledger.PREPARED)
    return [Change("bundle.mark", record.case_id, [Put(before, record)], [last], object_id=record.id)]


def may_follow(record: Disclosure, steps: Sequence[Step], state: str) -> bool:
    """Whether a bundle with this history may come into that state."""
    if state == "void" and any(step.state in _LEFT for step in steps):
        return False
    return state in _AFTER[record.state]


def refuse(record: Disclosure, steps: Sequence[Step], state: str) -> None:
    """Raise Usage, with the reason, where a state may not follow."""
    if may_follow(record, steps, state):
        return
    current = record.state
    if state == current:
        raise Usage(f"{record.id} is '{state}' already", hint="To correct the day, give it with --at.")
    if current == "void":
        raise Usage(f"{record.id} is void: it never left, so nothing can become of it")
    if state == "recall-confirmed":
        raise Usage(
            f"{record.id} was never called back, so nobody can have confirmed it",
            hint=f"Ask first: casevault bundle recall {record.id}",
        )
    if state == "void":
        raise Usage(
            f"{record.id} has left: only what was never handed over can be void",
            hint=f"Call it back: casevault bundle recall {record.id}",
        )
    allowed = ", ".join(one for one in _AFTER[current] if may_follow(record, steps, one))
    raise Usage(f"{record.id} is '{current}': '{state}' can't follow that", hint=f"What can: {allowed}.")


def _moment(record: Disclosure, steps: Sequence[Step], state: str, at: str | None) -> str:
    if at is None:
        return now()
    when = ledger.day(at)
    if when > datetime.now().astimezone().date().isoformat():
        raise Usage("the date of --at lies in the future")
    if when < ledger.local_day(record.made):
        raise Usage(f"{record.id} did not exist yet on the date of --at")
    earlier = [step for step in steps if step.state in STATES and step.state != state]
    if earlier and when < ledger.local_day(earlier[-1].at):
        before = earlier[-1]
        hint = f"That was noted for {ledger.local_day(before.at)}."
        if before.state == record.state:
            hint = f"To correct the day of that: casevault bundle mark {record.id} {before.state} --at DATE"
        raise Usage(f"the date of --at is before {record.id} became '{before.state}'", hint=hint)
    return when
