"""`casevault redact`: findings are planned, shown, decided by a person; and the engine without a vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import paths, picking, redact_files
from commands.app import new_app
from commands.choices import CaseArgument, Profile
from commands.context import Session, session_of
from commands.printing import columns, one_line
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.model.findings import State
    from vault.redaction.plan import Finding
    from vault.usecases.redacting import Review

app = new_app()
BOX_NUMBERS = 4
ProfileOption = Annotated[
    Profile | None, typer.Option("--profile", metavar="PROFILE", help="lawyer, public or internal.")
]
FindingsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="CASE [FINDING…]", help="The case, then findings such as F-12, or just 12."),
]
AllOption = Annotated[bool, typer.Option("--all", help="All findings that are still open.")]
UnseenOption = Annotated[
    bool, typer.Option("--unseen", help="Also those never shown to anybody; this is logged.")
]

app.command("text")(redact_files.text)
app.command("file")(redact_files.file)
app.command("check")(redact_files.check)


@app.command("plan")
def plan(context: typer.Context, case: CaseArgument = None, profile: ProfileOption = None) -> None:
    """Search a case for everything that identifies people. Earlier decisions stay where nothing changed."""
    session = session_of(context)
    from vault.usecases import redacting

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        with session.console.progress("Searching for people"):
            review = redacting.make(vault, case_id, profile or "lawyer", accept_weak_jail=session.weak_jail())
    _answer(session, review, lines=_summary(session, review))
    if review.plan.undecided({finding.evidence for finding in review.plan.findings}):
        session.console.hint(
            "look at the findings: casevault redact preview {case} --out preview.pdf", case=case_id
        )
    else:
        session.console.hint(
            "make the bundle: casevault bundle create {case} --to R --out FILE", case=case_id
        )


@app.command("show")
def show(context: typer.Context, case: CaseArgument = None, profile: ProfileOption = None) -> None:
    """Show the findings of the latest plan, with their text. From then on they count as seen."""
    session = session_of(context)
    from vault.usecases import redacting

    with session.vault() as vault:
        review = redacting.show(vault, picking.case(session, vault, case), profile)
    t = session.console.text
    rows = [
        (f.id, t(f.state), f.evidence, str(f.page), f.category, f.label, one_line(f.text or f.explanation))
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
) -> None:
    """Write a PDF that shows each finding with its number, and a percent grid over pictures for drawing boxes.

    It holds everybody's names: delete it after the review.
    """
    session = session_of(context)
    out = paths.needed(session, out)
    from vault.usecases import redacting

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        with session.console.progress("Drawing the preview"):
            review = redacting.preview(
                vault,
                case_id,
                Path(out).expanduser(),
                profile,
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
    unseen: UnseenOption = False,
    profile: ProfileOption = None,
) -> None:
    """Accept findings: they are removed from what leaves. A picture that is accepted is withheld as a whole."""
    _decide(session_of(context), "accepted", words, everything, unseen, profile)


@app.command("reject")
def reject(
    context: typer.Context,
    words: FindingsArgument = None,
    everything: AllOption = False,
    unseen: UnseenOption = False,
    profile: ProfileOption = None,
) -> None:
    """Reject findings: they stay readable. A picture that is rejected leaves, with the boxes drawn on it."""
    _decide(session_of(context), "rejected", words, everything, unseen, profile)


def _decide(
    session: Session,
    state: State,
    words: list[str] | None,
    everything: bool,
    unseen: bool,
    profile: str | None,
) -> None:
    case, findings = picking.leading(words, "C")
    from vault.usecases import redacting

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        review = redacting.decide(
            vault, case_id, state, findings, everything=everything, unseen=unseen, profile=profile
        )
    _answer(session, review, lines=_summary(session, review))


@app.command("add")
def add(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="CASE E", help="The case and the item with the picture.")
    ] = None,
    page: Annotated[int, typer.Option("--page", metavar="N", min=1, help="The page, from 1.")] = 1,
    box: Annotated[
        str | None,
        typer.Option("--box", metavar="X,Y,W,H", help="In percent of the page, from the top left."),
    ] = None,
    person: Annotated[str | None, typer.Option("--person", metavar="P", help="Whom it hides.")] = None,
    profile: ProfileOption = None,
) -> None:
    """Draw a box over a face, a name or a number on a scan, a photo or a screenshot."""
    session = session_of(context)
    case, rest = picking.leading(words, "C")
    evidence, extra = picking.leading(rest, "E")
    if extra:
        raise Usage(
            "give the case and the item, such as: redact add C-7K3Q9 E-4N8TVQ2WX --page 1 --box 10,20,30,5"
        )
    if box is None:
        raise Usage("--box X,Y,W,H is missing: where to draw it", hint="The preview prints the grid.")
    area = parsed_box(box)
    from vault.usecases import redacting

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        item = picking.evidence(session, vault, evidence)
        whom = picking.person(session, vault, person)
        review = redacting.add_box(vault, case_id, item, page, area, whom, profile)
    last = review.plan.findings[-1]
    line = session.console.text(
        "{finding} hides a part of page {page} of {item}.", finding=last.id, page=page, item=item
    )
    session.console.answer({"finding": shape(last)}, [line])


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
        "shown": finding.shown,
        "box": None if box is None else [box.x, box.y, box.width, box.height],
    }


def _answer(session: Session, review: Review, lines: list[str]) -> None:
    plan = {
        "id": review.record.id,
        "case": review.record.case_id,
        "profile": review.record.profile,
        "made": review.record.made,
        "stale": review.stale,
        "findings": [shape(finding) for finding in review.plan.findings],
        "unreadable": [{"evidence": one.evidence, "reason": one.reason} for one in review.plan.unreadable],
    }
    session.console.answer({"plan": plan}, lines)


def _summary(session: Session, review: Review) -> list[str]:
    console, findings = session.console, review.plan.findings
    count = {state: sum(f.state == state for f in findings) for state in ("proposed", "accepted", "rejected")}
    lines = [
        console.text(
            "{all} findings: {open} open, {accepted} accepted, {rejected} rejected.",
            all=len(findings), open=count["proposed"], accepted=count["accepted"], rejected=count["rejected"],
        )
    ]  # fmt: skip
    if review.stale:
        console.warn("Something changed since this plan was made: plan again.")
    for one in review.plan.unreadable:
        lines.append(f"{one.evidence}  {console.text('can not be redacted')}: {console.library(one.reason)}")
    return lines
