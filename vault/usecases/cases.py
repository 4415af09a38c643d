"""Cases: made, listed, changed, linked, closed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from vault.crypto import kdf
from vault.errors import Usage
from vault.model.events import Event
from vault.model.records import Case, Disclosure, Evidence, Link, PersonRecord
from vault.store.catalogue import Put
from vault.usecases import alarm_state
from vault.usecases.text import cleaned
from vault.usecases.unlocked import Change, UnlockedVault, now

Tie = Literal["spouse", "parent", "child", "sibling", "relative", "other"]
TIES: tuple[Tie, ...] = get_args(Tie)
_MIRROR: dict[str, Tie] = {"parent": "child", "child": "parent"}


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One line of the list of cases."""

    case: Case
    items: int


@dataclass(frozen=True, slots=True)
class CaseView:
    """What `case show` shows. A link is (the other case's id, its title, the tie)."""

    case: Case
    people: Sequence[PersonRecord]
    items: Sequence[Evidence]
    links: Sequence[tuple[str, str, str]]
    bundles: int


def new(vault: UnlockedVault, title: str, note: str = "") -> Case:
    """Open a case with a fresh identity of its own."""
    case_id = _unused_id(vault)
    identity = secrets.token_bytes(kdf.KEY_BYTES)
    case = Case(
        id=case_id,
        case_id=case_id,
        title=cleaned(title, "the title", required=True),
        status=alarm_state.OPEN,
        note=cleaned(note, "the note"),
        created=now(),
        wrapped_key=vault.keeper.wrap(case_id, identity),
    )
    vault.commit([Change("case.new", case_id, [Put(case)])])
    return case


def _unused_id(vault: UnlockedVault) -> str:
    # The log goes on with the id of a case that was destroyed: it stands for that one for ever.
    known = vault.log.case_heads()
    while (case_id := vault.catalogue.fresh_id(Case)) in known:
        pass
    return case_id


def listing(vault: UnlockedVault) -> list[CaseSummary]:
    """All cases, oldest first."""
    with vault.access("case.list", None) as outcome:
        counts = vault.catalogue.case_counts()
        cases = [CaseSummary(case, counts.get(case.id, 0)) for case in vault.catalogue.all(Case)]
        outcome.count = len(cases)
    return cases


def show(vault: UnlockedVault, case_id: str, *, purpose: str | None = None) -> CaseView:
    """Everything of one case but the contents. Raises NotFound."""
    case = vault.catalogue.require(Case, case_id)
    with vault.access("case.show", case.id, purpose=purpose) as outcome:
        ties = list(vault.catalogue.all(Link, case_id=case.id))
        note_titles(vault, [link.other_case for link in ties])
        view = CaseView(
            case=case,
            people=list(vault.catalogue.all(PersonRecord, case_id=case.id)),
            items=list(vault.catalogue.all(Evidence, case_id=case.id)),
            links=[_link_line(vault, link) for link in ties],
            bundles=vault.catalogue.count(Disclosure, case_id=case.id),
        )
        outcome.count = len(view.items)
    return view


def note_titles(vault: UnlockedVault, case_ids: Iterable[str]) -> None:
    """Log, in each of these cases, that its title is shown beside another case."""
    events = [Event("case.list", "event", case=case, outcome="ok") for case in sorted(set(case_ids))]
    vault.log.append(events, vault.writer)


def _link_line(vault: UnlockedVault, link: Link) -> tuple[str, str, str]:
    return link.other_case, vault.catalogue.require(Case, link.other_case).title, link.tie


def change(vault: UnlockedVault, case_id: str, *, title: str | None = None, note: str | None = None) -> Case:
    """Change a case's title or note."""
    case = vault.catalogue.require(Case, case_id)
    after = replace(
        case,
        title=case.title if title is None else cleaned(title, "the title", required=True),
        note=case.note if note is None else cleaned(note, "the note"),
    )
    vault.commit([Change("case.set", case.id, [Put(after, case)])])
    return after


def close(vault: UnlockedVault, case_id: str) -> Case:
    """Mark a case as closed: it stays readable, nothing can be added or exported. An alarm goes on."""
    case = vault.catalogue.require(Case, case_id)
    after = replace(case, status=alarm_state.closed(case.status))
    vault.commit([Change("case.close", case.id, [Put(after, case)])])
    return after


def require_open(vault: UnlockedVault, case_id: str) -> Case:
    """The case, if something may be added to it. Raises NotFound, Usage."""
    case = vault.catalogue.require(Case, case_id)
    if not alarm_state.is_open(case.status):
        raise Usage(f"case {case.id} is closed", hint="Nothing is added to a closed case or exported from it.")
    return case


def require_exportable(vault: UnlockedVault, case_id: str) -> Case:
    """The case, if something may leave it. Raises NotFound, Usage, and Refused (alarm) where exports are frozen."""
    alarm_state.refuse_case(vault.catalogue.require(Case, case_id))
    return require_open(vault, case_id)


def link(vault: UnlockedVault, first: str, second: str, tie: Tie) -> tuple[Link, Link]:
    """Tie two cases, such as those of spouses; noted and logged on both sides."""
    one, other = (vault.catalogue.require(Case, case_id) for case_id in (first, second))
    if one.id == other.id:
        raise Usage("a case can't be linked with itself")
    if any(found.other_case == other.id for found in vault.catalogue.all(Link, case_id=one.id)):
        raise Usage("these cases are linked already")
    ahead = Link(vault.catalogue.fresh_id(Link), one.id, other.id, tie)
    back = Link(vault.catalogue.fresh_id(Link), other.id, one.id, _MIRROR.get(tie, tie))
    vault.commit([Change("case.link", one.id, [Put(ahead)]), Change("case.link", other.id, [Put(back)])])
    return ahead, back
