"""`casevault redact`: findings are planned, shown, decided by a person; and the engine without a vault."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import extras_hint, paths, personal, picking, purposes, ranges, redact_files, redact_text
from commands.app import new_app
from commands.choices import CaseArgument, FromOption, Profile, PurposeOption
from commands.context import Session, session_of
from commands.personal import Field
from commands.printing import columns, one_line
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.model.findings import State
    from vault.redaction.plan import Finding
    from vault.usecases.redacting import Review

app = new_app()
BOX_NUMBERS = 4
MAX_NAMED = 10
MARKED = Field("text", "The words to remove, exactly as they stand there", required=True)
ProfileOption = Annotated[
    Profile | None, typer.Option("--profile", metavar="PROFILE", help="lawyer, public or internal.")
]
FindingsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="CASE [FINDING…]", help="The case, then findings such as F-12, 12, 5-12 or 4,7."),
]
AllOption = Annotated[bool, typer.Option("--all", help="All findings that are still open.")]
PagesOption = Annotated[
    bool, typer.Option("--pages", help="Of scans and photos, all whole pages that are still open, and nothing else.")
]
UnseenOption = Annotated[bool, typer.Option("--unseen", help="Also those never shown to anybody; this is logged.")]

app.command("text")(redact_text.text)
app.command("file")(redact_files.file)
app.command("check")(redact_files.check)


@app.command("plan")
def plan(
    context: typer.Context,
    case: CaseArgument = None,
    profile: ProfileOption = None,
    purpose: PurposeOption = None,
) -> None:
    """Search a case for everything that identifies people. Earlier decisions stay where nothing changed."""
    session = session_of(context)
    from vault.usecases import items, redacting

    extras_hint.warn_of_models(session)
    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        why = purposes.wanted(session, vault, "redact.plan", purpose)
        with session.console.progress("Searching for people, and reading scans, a few seconds a page") as advance:
            review = redacting.make(
                vault, case_id, profile or "lawyer", purpose=why, accept_weak_jail=session.weak_jail(),
                progress=lambda _done, _of: advance(1),
            )  # fmt: skip
        empty = not items.of_case(vault, case_id)
    _answer(session, review, lines=_summary(session, review))
    for item, reason in review.unlooked:
        session.console.warn(
            "The pages of {item} could not be read by machine: {reason}",
            item=item, reason=session.console.library(reason.partition(": ")[2]),
        )  # fmt: skip
    if any(f.category == "picture" for f in review.plan.findings):
        extras_hint.warn_of_unread_pictures(session)
    if any(f.category == "picture" and f.state == "proposed" for f in review.plan.findings):
        session.console.say(
            "Scans and photos leave only when you say so, page by page: look at the preview, then 'redact reject "
            "{case} --pages' lets them leave with their boxes.", case=case_id,
        )  # fmt: skip
    if review.reopened:
        session.console.warn(
            "Rejections that are open again: {count}, because the list of people has changed: {findings}",
            count=len(review.reopened), findings=_some(review.reopened),
        )  # fmt: skip
    if empty:
        session.console.hint("add files: casevault evidence add {case} FILE", case=case_id)
    elif review.plan.undecided({finding.evidence for finding in review.plan.findings}):
        session.console.hint("look at the findings: casevault redact preview {case} --out preview.pdf", case=case_id)
    else:
        session.console.hint("make the bundle: casevault bundle create {case} --to R --out FILE", case=case_id)


@app.command("show")
def show(
    context: typer.Context,
    case: CaseArgument = None,
    profile: ProfileOption = None,
    purpose: PurposeOption = None,
) -> None:
    """Show the findings of the latest plan, with their text. From then on they count as seen."""
    session = session_of(context)
    from vault.usecases import redacting

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        why = purposes.wanted(session, vault, "redact.show", purpose)
        review = redacting.show(vault, case_id, profile, purpose=why)
    t = session.console.text
    rows = [
        (
            f.id,
            t(f.state),
            f.evidence,
            str(f.page),
            _category(session, f),
            f.label,
            one_line(f.text or session.console.library(f.explanation)),
        )
        for f in review.plan.findings
    ]
    heads = [t("Finding"), t("State"), t("Item"), t("Page"), t("Category"), t("Label"), t("Text")]
    _answer(session, review, lines=[*columns(rows, heads), "", *_summary(session, review)])


@app.command("preview")
def preview(
    context: typer.Context,
    case: CaseArgument = None,
    out: Annotated[str | None, typer.Option("--out", metavar="F.pdf", help="The new PDF.")] = None,
    profile: ProfileOption = None,
    purpose: PurposeOption = None,
) -> None:
    """Write a PDF that shows each finding with its number, and a percent grid over pictures for drawing boxes.

    It holds everybody's names: delete it after the review.
    """
    session = session_of(context)
    out = paths.needed(session, out)
    from vault.usecases import redacting

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        why = purposes.wanted(session, vault, "redact.preview", purpose)
        with session.console.progress("Drawing the preview"):
            review = redacting.preview(
                vault,
                case_id,
                Path(out).expanduser(),
                profile,
                purpose=why,
                accept_weak_jail=session.weak_jail(),
            )
    session.console.answer({"preview": {"path": out, "findings": len(review.plan.findings)}}, [out])
    session.console.warn("The preview holds everybody's names in plain text: delete it after the review.")
    session.console.hint("decide: casevault redact accept {case} --all, or reject {case} F-12", case=case_id)


@app.command("accept")
def accept(
    context: typer.Context,
    words: FindingsArgument = None,
    everything: AllOption = False,
    pages: PagesOption = False,
    unseen: UnseenOption = False,
    profile: ProfileOption = None,
) -> None:
    """Accept findings: they are removed from what leaves. A picture that is accepted is withheld as a whole."""
    _decide(session_of(context), "accepted", words, (everything, pages, unseen), profile)


@app.command("reject")
def reject(
    context: typer.Context,
    words: FindingsArgument = None,
    everything: AllOption = False,
    pages: PagesOption = False,
    unseen: UnseenOption = False,
    profile: ProfileOption = None,
) -> None:
    """Reject findings: they stay readable. A picture that is rejected leaves, with the boxes drawn on it."""
    _decide(session_of(context), "rejected", words, (everything, pages, unseen), profile)


def _decide(
    session: Session,
    state: State,
    words: list[str] | None,
    which: tuple[bool, bool, bool],
    profile: str | None,
) -> None:
    """`which` is whether --all, --pages and --unseen were given."""
    everything, pages, unseen = which
    case, typed = picking.leading(words, "C")
    findings = ranges.findings(typed)
    from vault.usecases import redacting

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        review = redacting.decide(
            vault, case_id, state, findings, everything=everything, pages=pages, unseen=unseen, profile=profile
        )
    if review.left_open:
        session.console.warn(
            "Still open, as nobody has looked at them: {findings}. A picture, or the name of somebody who is listed, "
            "is let go only after a look; to keep a person in for good, give the reason with 'casevault person set'.",
            findings=", ".join(review.left_open),
        )
    _answer(session, review, lines=_summary(session, review))


@app.command("add")
def add(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="CASE E", help="The case and the item; inside 'casevault shell' words may follow."),
    ] = None,
    page: Annotated[int, typer.Option("--page", metavar="N", min=0, help="The page, from 1; 0 is the title.")] = 1,
    box: Annotated[
        str | None,
        typer.Option("--box", metavar="X,Y,W,H", help="In percent of the page, from the top left."),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Mark words on a page of text: they are asked for.")] = False,
    from_: FromOption = None,
    person: Annotated[str | None, typer.Option("--person", metavar="P", help="Whom it hides.")] = None,
    profile: ProfileOption = None,
) -> None:
    """Draw a box over a face, a name or a number on a picture, or mark words on a page of text (--text).

    Words are asked for, or read from a JSON file {"text"}. Wherever exactly they stand on that page, they go.
    """
    session = session_of(context)
    case, rest = picking.leading(words, "C")
    evidence, extra = picking.leading(rest, "E")
    marking = text or from_ is not None
    if extra and not marking:
        raise Usage("give the case and the item, such as: redact add C-7K3Q9 E-4N8TVQ2WX --page 1 --box 10,20,30,5")
    if box is None and not marking:
        raise Usage(
            "--box X,Y,W,H or --text is missing: where to draw, or what to mark", hint="The preview prints the grid."
        )
    if box is not None and marking:
        raise Usage("--box and --text do not go together")
    given = personal.in_line(session, extra)
    area = None if box is None else parsed_box(box)
    from vault.usecases import redacting

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        item = picking.evidence(session, vault, evidence)
        whom = picking.person(session, vault, person)
        before = redacting.current(vault, case_id, profile)
        if area is None:
            found = personal.texts(session, from_, [MARKED], given={"text": given} if given else None)
            review = redacting.add_text(vault, case_id, item, page, found["text"], whom, profile)
        else:
            review = redacting.add_box(vault, case_id, item, page, area, whom, profile)
    known = {(one.id, one.state) for one in before.plan.findings}
    new = [one for one in review.plan.findings if (one.id, one.state) not in known]
    _say_added(session, [one for one in new if one.state == "accepted"], page, item)
    elsewhere = sum(one.state == "proposed" for one in new)
    if elsewhere:
        session.console.warn(
            "The same words stand elsewhere in the case too ({count}): look at them and decide.", count=elsewhere
        )


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:MAX_NAMED]) + (" …" if len(ids) > MAX_NAMED else "")


def _say_added(session: Session, new: list[Finding], page: int, item: str) -> None:
    sentence = "{finding} hides a part of page {page} of {item}."
    lines = [session.console.text(sentence, finding=one.id, page=page, item=item) for one in new]
    shapes = [shape(one) for one in new]
    # `finding` is the latest: a box is always one, words may stand in several places or be marked already.
    session.console.answer({"finding": shapes[-1] if shapes else None, "findings": shapes}, lines)


def parsed_box(text: str) -> Any:
    """X,Y,W,H in percent. Raises Usage."""
    from vault.model.findings import Box

    try:
        numbers = [float(part) for part in text.replace(";", ",").split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != BOX_NUMBERS or not all(0 <= number <= 100 for number in numbers):
        raise Usage("--box takes four numbers from 0 to 100: X,Y,W,H in percent of the page")
    return Box(*numbers)


def shape(finding: Finding) -> dict[str, Any]:
    """A finding as JSON."""
    box = finding.box
    return {
        "id": finding.id,
        "evidence": finding.evidence,
        "category": finding.category,
        "person": finding.person,
        "source": finding.source,
        "score": finding.score,
        "state": finding.state,
        "page": finding.page,
        "sure": finding.sure,
        "label": finding.label,
        "explanation": finding.explanation,
        "shown": finding.seen,
        "box": None if box is None else [box.x, box.y, box.width, box.height],
    }


def _answer(session: Session, review: Review, lines: list[str]) -> None:
    plan = {
        "id": review.record.id,
        "case": review.record.case_id,
        "profile": review.record.profile,
        "made": review.record.made,
        "stale": review.stale,
        "models": review.models,
        "findings": [shape(finding) for finding in review.plan.findings],
        "unreadable": [{"evidence": one.evidence, "reason": one.reason} for one in review.plan.unreadable],
    }
    session.console.answer({"plan": plan}, lines)


def _category(session: Session, finding: Finding) -> str:
    """The code as scripts have it, in Russian the words that a lawyer reads."""
    from vault.bundle import taken_out

    words = taken_out.WORDS.get(finding.category)
    return words[1] if words and session.console.lang == "ru" else session.console.text(finding.category)


def _summary(session: Session, review: Review) -> list[str]:
    console, findings = session.console, review.plan.findings
    count = {state: sum(f.state == state for f in findings) for state in ("proposed", "accepted", "rejected")}
    lines = [
        console.text(
            "Findings: {all}; {open} open, {accepted} accepted, {rejected} rejected.",
            all=len(findings), open=count["proposed"], accepted=count["accepted"], rejected=count["rejected"],
        )
    ]  # fmt: skip
    withheld = sum(f.category == "picture" and f.state == "accepted" for f in findings)
    if withheld:
        console.warn(
            "Pages that no machine has read are withheld whole: {count}. Look at each in the preview, draw boxes, "
            "then reject its finding to let it leave.",
            count=withheld,
        )
    if review.stale:
        console.warn("Something changed since this plan was made: plan again.")
    for one in review.plan.unreadable:
        lines.append(f"{one.evidence}  {console.text('can not be redacted')}: {console.notes(one.reason)}")
    return lines
