"""What is about to be sealed, as a person reads it and as a script does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commands import bundle_exhibits
from commands.context import Session
from commands.printing import columns, one_line, size

if TYPE_CHECKING:
    from vault.usecases.bundle_preview import Preview, Shown
    from vault.usecases.bundling import Draft

FORMS = {
    "html": "a page that opens in any browser",
    "html+age": "a page for browsers, and an .age file beside it",
    "age": "an .age file",
}
MAX_NOTES = 20


def of(draft: Draft) -> Preview:
    """What a finished bundle is, today."""
    from datetime import UTC, datetime

    from vault.usecases import bundle_preview

    return bundle_preview.preview(draft, datetime.now(UTC).astimezone().date())


def shape(shown: Preview) -> dict[str, Any]:
    """For scripts; no name of a person is in it."""
    return {
        "evidence": [one.evidence for one in shown.exhibits],
        "left_out": len(shown.left_out),
        "exhibits": [_exhibit(one) for one in shown.exhibits],
        "recipient": {"id": shown.recipient.id, "role": shown.recipient.role},
        "format": shown.form,
        "words": shown.words,
        "profile": shown.profile,
        "purpose": shown.purpose,
        "consent": shown.consent,
        "size": shown.size,
        "pages": sum(one.exhibit.sheets for one in shown.exhibits),
        "redactions": dict(shown.taken_out),
        "stays": [
            {"person": one.person or None, "places": one.places, "throughout": one.whole} for one in shown.stays
        ],
        "left_out_items": list(shown.left_out),
        "deadline": shown.deadline or None,
        "days_left": shown.days_left,
        "version": shown.version,
        "before": [{"bundle": bundle, "made": made, "state": state} for bundle, made, state in shown.before],
        "replaces": shown.replaces or None,
        "papers": list(shown.papers),
        "warnings": [bundle_exhibits.warning(one) for one in shown.warnings],
    }


def _exhibit(one: Shown) -> dict[str, Any]:
    made = one.exhibit
    return {
        "label": made.label,
        "evidence": one.evidence,
        "title": made.title,
        "kind": made.kind,
        "date": made.date,
        "language": made.language,
        "translation_of": made.translation_of,
        "certificate_of": made.certificate_of,
        "media_type": one.media_type,
        "pages": made.sheets,
        "size": one.size,
        "redactions": dict(made.redactions),
        "unread_pages": one.unread,
        "withheld_pages": one.withheld,
        "unheard": one.unheard,
        "note": one.note or None,
    }


def lines(session: Session, shown: Preview) -> list[str]:
    """All of it, for people."""
    t = session.console.text
    to = f"{shown.recipient.id}  {one_line(shown.recipient.name)} ({t(shown.recipient.role)})"
    heads = [t("Exhibit"), t("Item"), t("Date"), t("Pages"), t("Size"), t("Description")]
    return [
        t("For {recipient}", recipient=to),
        _before(session, shown),
        t(
            "Profile: {profile}. Purpose: {purpose}. Consent: {consent}.",
            profile=t(shown.profile), purpose=t(shown.purpose),
            consent=t(shown.consent) if shown.consent in ("oral", "none") else shown.consent,
        ),
        *_deadline(session, shown),
        t("Form: {form}, {size}; {lock}.", form=t(FORMS[shown.form]), size=size(shown.size, session.console.lang),
          lock=t("opens with six words") if shown.words else t("opens with the recipient's key")),
        "",
        *columns([_row(session, one) for one in shown.exhibits], heads),
        "",
        t("Taken out: {what}.", what=_taken_out(session, shown)),
        *_stays(session, shown),
        *_unread(session, shown),
    ]  # fmt: skip


def _row(session: Session, one: Shown) -> tuple[str, ...]:
    made = one.exhibit
    pages = str(made.sheets) if made.sheets else "–"
    about = made.title
    if made.translation_of:
        about += session.console.text(" (translation of {label})", label=made.translation_of)
    if made.certificate_of:
        about += session.console.text(" (certificate of {label})", label=made.certificate_of)
    return made.label, one.evidence, made.date, pages, size(one.size, session.console.lang), about


def _before(session: Session, shown: Preview) -> str:
    t = session.console.text
    if not shown.before:
        return t("Nothing of this case was made for them before.")
    bundle, made, state = shown.before[0]
    return t(
        "Made for them of this case before: {count}; the last, {bundle} of {day}: {state}.",
        count=len(shown.before), bundle=bundle, day=made, state=t(state),
    )  # fmt: skip


def _deadline(session: Session, shown: Preview) -> list[str]:
    if shown.days_left is None:
        return []
    return [session.console.text("Deadline: {day}, days left: {n}.", day=shown.deadline, n=shown.days_left)]


def _taken_out(session: Session, shown: Preview) -> str:
    from vault.bundle import taken_out

    return taken_out.phrases(shown.taken_out)[session.console.lang == "ru"]


def _stays(session: Session, shown: Preview) -> list[str]:
    t = session.console.text
    found = []
    for one in shown.stays:
        who = one.person or t("words of nobody on the list")
        if one.whole:
            found.append(t("Stays throughout: {who}.", who=who))
        if one.places:
            found.append(t("Let stay by the reviewer: {who}, in {n} places.", who=who, n=one.places))
    return found


def _unread(session: Session, shown: Preview) -> list[str]:
    t = session.console.text
    found = []
    for one in shown.exhibits:
        label = one.exhibit.label
        if one.unheard:
            found.append(t("Exhibit {label}: a recording that leaves unheard by any machine.", label=label))
        if one.unread:
            found.append(t("Exhibit {label}: pages that no machine has read: {n}.", label=label, n=one.unread))
        if one.withheld:
            found.append(t("Exhibit {label}: pages withheld: {n}.", label=label, n=one.withheld))
        if one.note:
            found.append(f"{label}: {session.console.notes(one.note)}")
    rest = len(found) - MAX_NOTES
    return found if rest <= 0 else [*found[:MAX_NOTES], t("… and {n} more", n=rest)]


def warn(session: Session, shown: Preview) -> None:
    """What should not stay as it is."""
    bundle_exhibits.warn(session, shown.warnings[:MAX_NOTES])
    if len(shown.warnings) > MAX_NOTES:
        session.console.warn("… and {n} more", n=len(shown.warnings) - MAX_NOTES)
    if shown.days_left is not None and shown.days_left < 0:
        session.console.warn("The deadline, {day}, has passed.", day=shown.deadline)
    if shown.left_out:
        session.console.warn("Items of the case that are not in it: {count}.", count=len(shown.left_out))


def say_short(session: Session, shown: Preview) -> None:
    """What is sealed now, where nobody can be asked."""
    say = session.console.say
    say("Sealing {count} exhibits, {pages} pages, for {recipient}: {form}.",
        count=len(shown.exhibits), pages=sum(one.exhibit.sheets for one in shown.exhibits),
        recipient=shown.recipient.id, form=session.console.text(FORMS[shown.form]))  # fmt: skip
    say("Taken out: {what}.", what=_taken_out(session, shown))
    for line in (*_deadline(session, shown), *_unread(session, shown)):
        say("{line}", line=line)
    bundle_exhibits.warn(session, shown.warnings[:MAX_NOTES])
    if shown.days_left is not None and shown.days_left < 0:
        session.console.warn("The deadline, {day}, has passed.", day=shown.deadline)
