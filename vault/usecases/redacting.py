"""Plans a redaction, shows it for review, takes decisions. Nothing is exported without this."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from vault.errors import CasevaultError, NotFound, Refused, Usage
from vault.intake import reading
from vault.intake.reading import Progress
from vault.model.document import Document
from vault.model.findings import Box, Span, State
from vault.model.people import Person
from vault.model.records import Case, Evidence, ExtractedText, PersonRecord, Plan
from vault.redaction import across, marks, titles
from vault.redaction import engine as engines
from vault.redaction import plan as plans
from vault.redaction.engine import PROFILES, Engine, Profile
from vault.redaction.found import Finder
from vault.redaction.labels import Labels
from vault.redaction.plan import PICTURE, Finding, RedactionPlan, Source
from vault.sandbox import documents
from vault.store import output
from vault.store.catalogue import Put
from vault.usecases import cases, extracting, items, models, originals, outputs, previews, rowcheck
from vault.usecases.people import as_person
from vault.usecases.unlocked import Change, UnlockedVault, now

MAX_NAMED = 10
"""Findings that one error names."""
MIN_BOX = 0.1
"""The least side of a box in percent, 0.2 mm on A4. A smaller one counts as drawn and hides nothing."""


@dataclass(frozen=True, slots=True)
class Review:
    """A case's plan as it stands in the vault. `stale` is whether something changed since it was made; `left_open`
    are the findings that a decision on all of them did not take in, `reopened` those that were rejected and are open
    again, because the list of people changed; `unlooked` the items whose pages of pixels no machine could read, and
    why."""

    record: Plan
    plan: RedactionPlan
    stale: bool
    left_open: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    unlooked: tuple[tuple[str, str], ...] = ()

    @property
    def models(self) -> bool:
        """Whether models took part in the search."""
        return self.plan.engine.startswith(f"{engines.version(models=True)}+")


def make(
    vault: UnlockedVault, case_id: str, profile: str = "lawyer", *, purpose: str | None = None,
    accept_weak_jail: bool = False, progress: Progress | None = None,
) -> Review:  # fmt: skip
    """Search all items of a case, pages of pixels too, as far as what is installed can read them. Decisions of an
    earlier plan stay where nothing changed. `progress` counts pages of pixels."""
    case = cases.require_open(vault, case_id)
    if profile not in PROFILES:
        raise Usage("there is no such profile", hint=f"Profiles are: {', '.join(sorted(PROFILES))}.")
    rowcheck.require(vault, case.id)
    lenders = items.lenders(vault, case.id)
    with vault.access("redact.plan", case.id, purpose=purpose, lenders=lenders) as outcome:
        unlooked = _read(vault, case.id, accept_weak_jail=accept_weak_jail, progress=progress)
        with models.finder(accept_weak_jail=accept_weak_jail) as finder:
            people, found = people_of(vault, case.id), items.of_case(vault, case.id)
            old = _latest(vault, case.id, profile)
            before = None if old is None else _numbered_on(vault, case.id, plans.unpack(old.body))
            plan = _search(vault, case.id, profile, people, found, before, finder)
        outcome.count = len(plan.findings)
    record = Plan(
        old.id if old else vault.catalogue.fresh_id(Plan), case.id, profile, plan.basis, now(), plans.pack(plan)
    )
    vault.commit([Change("redact.plan", case.id, [Put(record, old)], count=len(plan.findings))])
    return Review(
        record, plan, stale=False, reopened=_reopened(before, plan),
        unlooked=tuple((item.id, f"{error.kind}: {error.message}") for item, error in unlooked),
    )  # fmt: skip


def _read(
    vault: UnlockedVault, case_id: str, *, accept_weak_jail: bool, progress: Progress | None
) -> list[tuple[Evidence, CasevaultError]]:
    """Read what was not read yet; the items whose pages of pixels no machine could look at."""
    waiting = [item for item in items.of_case(vault, case_id) if item.text_state == "pending"]
    for _ in extracting.read(vault, waiting, accept_weak_jail=accept_weak_jail):
        pass
    mine = [item for item in items.of_case(vault, case_id) if item.text_state in ("read", "picture")]
    unlooked = extracting.look(vault, mine, accept_weak_jail=accept_weak_jail, progress=progress)
    if accept_weak_jail and models.present():
        vault.note_weak_jail(case_id)
    return unlooked


def _reopened(before: RedactionPlan | None, plan: RedactionPlan) -> tuple[str, ...]:
    if before is None or before.listed == plan.listed:
        return ()
    rejected = {finding.id for finding in before.findings if finding.state == "rejected"}
    return tuple(f.id for f in plan.findings if f.state == "proposed" and f.id in rejected)


def _search(
    vault: UnlockedVault, case_id: str, profile: str, people: Sequence[Person], found: Sequence[Evidence],
    before: RedactionPlan | None, finder: Finder | None,
) -> RedactionPlan:  # fmt: skip
    engine, version = Engine(people, PROFILES[profile], finder), models.engine_version()
    labels = Labels(people) if before is None or before.labels is None else Labels.restore(before.labels, people)
    bound = basis_of(vault, profile, people, found)
    sources = [source_of(vault, item) for item in found]

    def label(span: Span, text: str) -> str:
        return labels.label_for(span, text)

    last = _highest(vault, case_id) if before is None else before.last
    plan = plans.make(profile, bound, version, sources, engine.analyse, label, engine.analyse_seam, last)
    plan = across.spread(plan, before, sources, _kept_names(people, PROFILES[profile]), labels)
    plan = replace(plan, listed=plans.basis(profile, version, people, ()))
    if before is not None:
        # The engine finds the same place again only in the same text, so the place itself is the comparison.
        plan = plans.carry_over(before, plan, {item.id for item in found})
        plan = marks.spread(marks.carry_over(before, plan, sources, label), sources, label)
    return replace(plan, labels=labels.export())


def _kept_names(people: Sequence[Person], profile: Profile) -> list[str]:
    kept = [p for p in people if profile.keep_applicant and (p.role == "applicant" or p.keep)]
    return [name for person in kept for name in (person.name, *person.aliases)]


def _highest(vault: UnlockedVault, case_id: str) -> int:
    """The highest number of a finding in any plan of the case: one number is one finding, whatever the profile."""
    made = (plans.unpack(record.body) for record in vault.catalogue.all(Plan, case_id=case_id))
    return max((plan.highest for plan in made), default=0)


def _numbered_on(vault: UnlockedVault, case_id: str, plan: RedactionPlan) -> RedactionPlan:
    return replace(plan, last=_highest(vault, case_id))


def people_of(vault: UnlockedVault, case_id: str) -> list[Person]:
    """The people listed in a case, and those of the cases that its items belong to or came from."""
    people = [as_person(record) for record in vault.catalogue.all(PersonRecord, case_id=case_id)]
    for other in items.other_cases(vault, case_id):
        people += [_as_stranger(as_person(r)) for r in vault.catalogue.all(PersonRecord, case_id=other)]
    return people


def _as_stranger(person: Person) -> Person:
    # The applicant of another case is a third party here.
    return replace(person, role="other", keep=None) if person.role == "applicant" else replace(person, keep=None)


def basis_of(vault: UnlockedVault, profile: str, people: Sequence[Person], found: Sequence[Evidence]) -> str:
    """The hash that a review of this case is bound to now."""
    version = models.engine_version()
    return plans.basis(profile, version, people, [(item.id, _content_hash(vault, item)) for item in found])


def _content_hash(vault: UnlockedVault, item: Evidence) -> str:
    text = vault.catalogue.get(ExtractedText, item.id)
    noted = (item.title, item.kind, item.language, item.captured_at, item.collected_at, item.text_state)
    parts = (item.sha256, b"" if text is None else text.body, *(one.encode() for one in noted))
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def source_of(vault: UnlockedVault, item: Evidence) -> Source:
    """What the plan searches: the item's title and document, or why there is none."""
    if item.text_state in ("read", "picture"):
        return Source(item.id, document_of(vault, item))
    if item.size == 0:
        return Source(item.id, None, "the file is empty")
    return Source(item.id, None, item.text_note or "this kind of file can't be redacted yet")


def document_of(vault: UnlockedVault, item: Evidence) -> Document | None:
    """What a reviewer judges of an item: its title as page 0, then what was read in it; None if nothing was."""
    document = items.document_of(vault, item)
    return None if document is None else titles.with_title(document, item.title)


def current(vault: UnlockedVault, case_id: str, profile: str | None = None) -> Review:
    """The case's latest plan. Not logged: for other use cases. Raises NotFound."""
    case = vault.catalogue.require(Case, case_id)
    record = _latest(vault, case.id, profile)
    if record is None:
        raise NotFound(
            f"case {case.id} has no redaction plan" + (f" for the profile {profile}" if profile else ""),
            hint=f"Make one with 'casevault redact plan {case.id}'.",
        )
    plan = plans.unpack(record.body)
    bound = basis_of(vault, record.profile, people_of(vault, case.id), items.of_case(vault, case.id))
    return Review(record, plan, stale=bound != plan.basis or record.basis != plan.basis)


def _latest(vault: UnlockedVault, case_id: str, profile: str | None) -> Plan | None:
    wanted = vault.catalogue.all(Plan, case_id=case_id)
    found = [record for record in wanted if profile is None or record.profile == profile]
    latest = max((record.made for record in found), default="")
    last = [record for record in found if record.made == latest]
    # Made within one second: the later one's findings have the higher numbers.
    return last[0] if len(last) == 1 else max(last, key=lambda one: plans.unpack(one.body).highest, default=None)


def show(vault: UnlockedVault, case_id: str, profile: str | None = None, *, purpose: str | None = None) -> Review:
    """The plan with its findings, which count as seen from now on."""
    case = vault.catalogue.require(Case, case_id)
    lenders = items.lenders(vault, case.id)
    with vault.access("redact.show", case.id, purpose=purpose, lenders=lenders) as outcome:
        review = current(vault, case.id, profile)
        outcome.count = len(review.plan.findings)
    return _store(vault, review, plans.shown(review.plan), "redact.show")


def _store(vault: UnlockedVault, review: Review, plan: RedactionPlan, action: str, count: int = 0) -> Review:
    if plan == review.plan:
        return review
    record = replace(review.record, body=plans.pack(plan))
    vault.commit([Change(action, record.case_id, [Put(record, review.record)], count=count or None)])
    return replace(review, record=record, plan=plan)


def decide(
    vault: UnlockedVault, case_id: str, state: State, ids: Collection[str], *, everything: bool = False,
    unseen: bool = False, pages: bool = False, profile: str | None = None,
) -> Review:  # fmt: skip
    """Accept or reject findings. Nothing is decided that was not shown since the plan was made; a picture is let go
    only if the preview showed it as it is now.

    `everything` takes all that are still open, `pages` of these the whole pages of pixels alone. `unseen` takes in
    what was not shown, which is logged; but nothing that surely names a listed person is let go that way, and no
    picture: those stay open (`left_open`). Raises Refused (stale), NotFound, Usage.
    """
    review = current(vault, case_id, profile)
    _refuse_stale(review)
    plan, letting_go = review.plan, state == "rejected"
    if not ids and not everything and not pages:
        raise Usage("no finding was named", hint="Name findings such as F-12, or use --all.")
    if pages:
        everything = True
    still_open = [f for f in plan.findings if f.state == "proposed" and (f.category == PICTURE or not pages)]
    chosen = still_open if everything else plans.named(plan, ids)
    hidden = [f for f in chosen if not (f.seen if letting_go else f.shown)]
    left: list[Finding] = []
    if hidden and (not unseen or (letting_go and not everything)):
        raise _never_shown(hidden, everything=everything, letting_go=letting_go)
    if hidden and letting_go:
        left = [f for f in hidden if f.on_picture or (f.person is not None and f.sure)]
        chosen = [f for f in chosen if f not in left]
    action = ("redact.reject" if letting_go else "redact.accept") + ("-unseen" if len(hidden) > len(left) else "")
    done = _store(vault, review, plans.decide(plan, [f.id for f in chosen], state), action, len(chosen))
    return replace(done, left_open=tuple(f.id for f in left))


def _never_shown(hidden: Sequence[Finding], *, everything: bool, letting_go: bool) -> Usage:
    hint = "Look at them with 'redact show' or 'redact preview' first"
    if any(f.on_picture for f in hidden) and letting_go:
        hint = "Look at them with 'redact preview' first: a list shows no picture, nor what a box covers now"
    elif everything or not letting_go:
        hint += ", or add --unseen, which is logged"
    listed = ", ".join(f.id for f in hidden[:MAX_NAMED]) + (" …" if len(hidden) > MAX_NAMED else "")
    if everything:
        return Usage(f"{len(hidden)} findings were never shown", hint=f"{hint}.")
    return Usage(f"not shown since this plan was made: {listed}", hint=f"{hint}.")


def _refuse_stale(review: Review) -> None:
    if review.stale:
        raise Refused(
            "people, evidence or the program changed since this plan was made, so its review no longer counts",
            kind="stale",
            hint=f"Make the plan anew with 'casevault redact plan {review.record.case_id}'; "
            "decisions stay where nothing changed.",
        )


def add_box(
    vault: UnlockedVault, case_id: str, evidence_id: str, page: int, box: Box, person_id: str,
    profile: str | None = None,
) -> Review:  # fmt: skip
    """Cover a rectangle of a page that no machine has read."""
    review = current(vault, case_id, profile)
    _refuse_stale(review)
    item = vault.catalogue.require(Evidence, evidence_id)
    person = vault.catalogue.require(PersonRecord, person_id)
    if not any(f.page == page and f.category == PICTURE for f in review.plan.of(item.id)):
        raise NotFound(
            f"{item.id} has no picture on page {page}", hint="Boxes belong to scans, photos and screenshots."
        )
    if not (box.x >= 0 and box.y >= 0 and box.width > 0 and box.height > 0) or (
        box.x + box.width > 100 or box.y + box.height > 100
    ):
        raise Usage("the box lies outside the page", hint="Give X,Y,W,H in percent, from the top left corner.")
    if min(box.width, box.height) < MIN_BOX:
        raise Usage(
            "the box is too small to hide anything", hint=f"Its sides are at least {MIN_BOX} percent of the page's."
        )
    plan = plans.add_box(
        _numbered_on(vault, str(review.record.case_id), review.plan), item.id, page, box, person.id, ""
    )
    return _store(vault, review, plan, "redact.add", 1)


def add_text(
    vault: UnlockedVault, case_id: str, evidence_id: str, page: int, text: str, person_id: str,
    profile: str | None = None,
) -> Review:  # fmt: skip
    """Mark words on a page of text by hand (page 0: in the title): wherever they stand there, they go, and wherever
    else they stand in the case, they are proposed. Raises Refused, NotFound, Usage."""
    review = current(vault, case_id, profile)
    _refuse_stale(review)
    item = vault.catalogue.require(Evidence, evidence_id)
    person = vault.catalogue.require(PersonRecord, person_id)
    found = items.of_case(vault, str(review.record.case_id))
    if item.id not in {one.id for one in found}:
        raise NotFound(f"{item.id} is not in this case")
    document = document_of(vault, item)
    if document is None:
        raise NotFound(f"{item.id} has no text that was read")
    people = people_of(vault, str(review.record.case_id))
    labels = Labels(people) if review.plan.labels is None else Labels.restore(review.plan.labels, people)
    numbered = _numbered_on(vault, str(review.record.case_id), review.plan)
    plan = marks.add_text(numbered, item.id, document, page, text, person.id, labels.label_for)
    plan = marks.spread(plan, [source_of(vault, one) for one in found], labels.label_for)
    return _store(vault, review, replace(plan, labels=labels.export()), "redact.add", 1)


def preview(
    vault: UnlockedVault, case_id: str, out: Path, profile: str | None = None, *, purpose: str | None = None,
    accept_weak_jail: bool = False,
) -> Review:  # fmt: skip
    """Write a PDF that shows every finding in its place, numbered, and a percent grid over each picture."""
    case = vault.catalogue.require(Case, case_id)
    outputs.check(out, "the preview")
    lenders = items.lenders(vault, case.id)
    with (
        vault.access("redact.preview", case.id, purpose=purpose, lenders=lenders) as outcome,
        ExitStack() as stack,
    ):
        review = current(vault, case.id, profile)
        if accept_weak_jail:
            vault.note_weak_jail(case.id)
        sections: list[documents.Section] = []
        sources: list[BinaryIO] = []
        for number, item in enumerate(items.of_case(vault, case.id), 1):
            document = document_of(vault, item)
            if document is None:
                continue
            opened = extracting.source(vault, item)
            for drawn in previews.sections(number, item, document, review.plan.of(item.id)):
                section = drawn.section
                if drawn.part is not None:
                    source, kind = opened, item.media_type
                    if document.parts:
                        source, kind = reading.part(opened, document, drawn.part, accept_weak_jail=accept_weak_jail)
                    section = replace(section, source=len(sources), media_type=kind)
                    sources.append(stack.enter_context(source()))
                sections.append(section)
        title = f"Case {case.id}: findings to review"
        pdf = documents.preview(title, sections, sources, accept_weak_jail=accept_weak_jail)
        with output.new_file(out) as file:
            unfinished = originals.note(vault, file, out, case.id, "preview")
            file.write(pdf)
        outcome.count, outcome.size = len(review.plan.findings), len(pdf)
    originals.forget(vault, unfinished)
    return _store(vault, review, plans.shown(review.plan, drawn=True), "redact.preview")
