"""The ledger of what left, as tables for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from commands import shapes
from commands.context import Session
from commands.printing import columns, size, width

if TYPE_CHECKING:
    from vault.bundle.recall import Language
    from vault.model.records import Copy
    from vault.usecases.ledger import Given

ACTIVE = "active"


def shape(given: Given) -> dict[str, Any]:
    """A bundle that was handed out, and what is known of it."""
    return {
        **shapes.disclosure(given.record),
        "role": None if given.recipient is None else given.recipient.role,
        "active": is_active(given),
        "form": given.form or None,
        "version": given.version,
        "files": [{"sha256": sha256, "size": count} for sha256, count in given.files],
        "states": [{"state": step.state, "at": step.at} for step in given.states],
        "deadline": given.deadline or None,
        "replaces": given.replaces or None,
        "replaced_by": list(given.replaced_by),
        "exhibits": given.exhibits,
        "redactions": dict(given.redactions),
        "reviewed_by": list(given.reviewed_by),
        "consent_there": given.consent_there,
    }


def is_active(given: Given) -> bool:
    """Whether the recipient may still be given something."""
    return given.recipient is not None and given.recipient.state == ACTIVE


def table(session: Session, found: Sequence[Given]) -> list[str]:
    """Who has what, one line each."""
    t = session.console.text
    heads = (
        "Bundle",
        "Case",
        "Recipient",
        "Role",
        "Version",
        "Made",
        "Profile",
        "Purpose",
        "Consent",
        "State",
        "Since",
    )
    rows = [
        (
            one.record.id, str(one.record.case_id), one.record.recipient_id, _role(session, one), str(one.version),
            one.record.made[:10], t(one.record.profile), t(one.record.purpose), _consent(session, one),
            t(one.record.state), since(one),
        )
        for one in found
    ]  # fmt: skip
    return columns(rows, [t(head) for head in heads])


def details(session: Session, given: Given) -> list[str]:
    """The rest of what is known of one bundle."""
    from vault.bundle import taken_out

    t, lang = session.console.text, session.console.lang
    # No columns, which cut what is long: a hash is for comparing.
    files = [f"  SHA-256 {sha256}  {size(count, lang)}" for sha256, count in given.files]
    rows = [
        (t("Exhibits"), str(given.exhibits)),
        (t("Taken out"), taken_out.phrases(given.redactions)[lang == "ru"] or "–"),
        (t("Reviewed by"), ", ".join(given.reviewed_by) or "–"),
        *(
            (t("States") if place == 0 else "", f"{step.at[:10]}  {t(step.state)}")
            for place, step in enumerate(given.states)
        ),
        *([(t("Deadline"), given.deadline)] if given.deadline else []),
        *([(t("Replaces"), given.replaces)] if given.replaces else []),
        *([(t("Replaced by"), ", ".join(given.replaced_by))] if given.replaced_by else []),
    ]
    pad = max(width(head) for head, _ in rows)
    return ["", given.record.id, *files, *(f"  {head}{' ' * (pad - width(head))}  {text}" for head, text in rows)]


def loose_shapes(found: Sequence[Copy]) -> list[dict[str, Any]]:
    """Packets that were made for nobody in particular."""
    return [{"id": one.id, "files": [_file(text) for text in one.files]} for one in found]


def loose_lines(session: Session, found: Sequence[Copy]) -> list[str]:
    """The same for people; nothing where there are none."""
    if not found:
        return []
    lines = ["", session.console.text("Packets that were made for nobody in the ledger:")]
    for one in found:
        files = [_file(text) for text in one.files]
        lines += [one.id, *(f"  SHA-256 {f['sha256']}  {size(f['size'], session.console.lang)}" for f in files)]
    return lines


def _file(text: str) -> dict[str, Any]:
    from vault.usecases import ledger

    sha256, count = ledger.file_of(text)
    return {"sha256": sha256, "size": count}


def since(given: Given) -> str:
    """The day of the state that it is in."""
    steps = [step for step in given.states if step.state == given.record.state]
    return (steps[-1].at if steps else given.record.made)[:10]


def text_language(session: Session) -> Language:
    """The language of a text that is to be sent: as asked for, also where the answer is JSON."""
    return "ru" if (session.options.lang or session.console.lang) == "ru" else "en"


def reach(session: Session, given: Given) -> str:
    """Whom to ask, and how: for the terminal alone."""
    person = given.recipient
    if person is None:
        return given.record.recipient_id
    parts = [person.id, session.console.text(person.role), person.name, person.address]
    return ", ".join(part for part in parts if part)


def _role(session: Session, given: Given) -> str:
    if given.recipient is None:
        return "–"
    role = session.console.text(given.recipient.role)
    return role if is_active(given) else session.console.text("{role} (removed)", role=role)


def _consent(session: Session, given: Given) -> str:
    consent = given.record.consent
    if given.consent_there is None:
        return session.console.text(consent)
    return consent if given.consent_there else session.console.text("{item} (gone)", item=consent)
