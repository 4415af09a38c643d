"""`casevault bundle again`: what the last lawyer got, for the next one, after showing what is different since."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import bundle_create, bundle_preview, ledger_views, paths, picking
from commands.bundle_create import DeadlineOption, FormatOption, OutOption, WordsFileOption
from commands.bundle_ledger import BundleId, needed
from commands.choices import Purpose
from commands.context import Session, session_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vault.usecases.again import Changed, Since
    from vault.usecases.bundle_order import Order
    from vault.usecases.unlocked import UnlockedVault

MAX_SHOWN = 40


def again(
    context: typer.Context,
    bundle: BundleId = None,
    to: Annotated[str | None, typer.Option("--to", metavar="R", help="The new recipient, such as R-5TQ2MX.")] = None,
    out: OutOption = None,
    format_: FormatOption = None,
    purpose: Annotated[
        Purpose | None, typer.Option("--purpose", metavar="WORD", help="What for; else what the first one was for.")
    ] = None,
    consent: Annotated[
        str, typer.Option("--consent", metavar="E-ID|oral|none", help="How the client agreed to this recipient.")
    ] = "none",
    deadline: DeadlineOption = None,
    words_file: WordsFileOption = None,
    recording: Annotated[
        list[str] | None,
        typer.Option("--recording", metavar="E-ID", help="Sound or film that leaves whole: you have checked it."),
    ] = None,
    supersede: Annotated[
        bool, typer.Option("--supersede", help="The new one takes the place of the old one, which is noted.")
    ] = False,
    without_missing: Annotated[
        bool, typer.Option("--without-missing", help="Go on without exhibits that are no longer in the case.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Make and check everything, show it, and write nothing.")
    ] = False,
) -> None:
    """Give a new lawyer everything that the last one got: the same exhibits, order, labels, profile and recordings.

    First it is shown what changed since: items that came or went, texts and descriptions, decisions, people. After
    new people or items the case has to be planned and reviewed again. Consent is not carried over.
    """
    session = session_of(context)
    bundle = needed(session, bundle)
    target = None if dry_run and out is None else Path(paths.needed(session, out)).expanduser()
    from vault.model.records import Disclosure
    from vault.usecases import again as agains
    from vault.usecases import bundle_order, recipients

    bundle_order.deadline(deadline or "")
    bundle_create.check_ids(recording or [])
    with session.vault() as vault:
        recipient = recipients.require_active(vault, picking.recipient(session, vault, to)).id
        why = purpose or vault.catalogue.require(Disclosure, bundle).purpose
        since = agains.compare(vault, bundle, purpose=why)
        record = since.given.record
        wanted = bundle_order.Order(
            recipient, purpose=why, consent=consent, accept_weak_jail=session.weak_jail(),
            form=bundle_create.form(vault, recipient, format_, target), deadline=deadline or "",
            replaces=record.id if supersede else "", recordings=tuple(recording or ()),
        )  # fmt: skip
        for line in lines(session, since):
            session.console.say("{line}", line=line)
        _warn_of_consent(session, since, wanted)
        order = agains.order(since, wanted, without_missing=without_missing)
        if order.recordings:
            session.console.warn(
                "Recordings that leave unheard, as before: {items}", items=", ".join(order.recordings)
            )
        if dry_run:
            _rehearsed(session, vault, since, order, target)
            return
        assert target is not None
        made, place = bundle_create.sealed(session, vault, str(record.case_id), order, target, words_file)
    bundle_create.hand_over(session, made, place, {"since": shape(since)})
    if not supersede and since.given.outstanding:
        session.console.hint("if the last one should no longer have it: casevault bundle recall {id}", id=record.id)


def _rehearsed(session: Session, vault: UnlockedVault, since: Since, order: Order, target: Path | None) -> None:
    from vault.usecases import bundle_sealing, bundling

    out = None if target is None else bundle_sealing.target(target, order.form)
    with session.console.progress("Making the bundle") as advance:
        draft = bundling.rehearse(vault, str(since.given.record.case_id), order, out, lambda _: advance(1))
    shown = bundle_preview.of(draft)
    data = {"dry_run": bundle_preview.shape(shown), "since": shape(since)}
    session.console.answer(data, bundle_preview.lines(session, shown))
    bundle_preview.warn(session, shown)
    session.console.say("Nothing was written.")


def _warn_of_consent(session: Session, since: Since, order: Order) -> None:
    record = since.given.record
    if order.consent == "none" and record.recipient_id != order.recipient and record.consent != "none":
        session.console.warn(
            "The consent that is noted for {bundle} was for another recipient: ask the client, then give --consent.",
            bundle=record.id,
        )


def shape(since: Since) -> dict[str, Any]:
    """What is different since, for scripts."""
    return {
        "bundle": since.given.record.id,
        "same": since.same,
        "added": list(since.added),
        "left_out": list(since.left_out),
        "gone": [{"label": label, "evidence": item or None} for item, label in since.gone],
        "changed": [
            {
                "label": one.label,
                "evidence": one.evidence,
                "what": list(one.what),
                "redactions": {"before": dict(one.before), "after": dict(one.after)},
            }
            for one in since.changed
        ],
        "people": since.people,
        "decided": since.decided,
        "stale": since.stale,
        "keys_renewed": since.renewed,
    }


def lines(session: Session, since: Since) -> list[str]:
    """The same for people."""
    t, record = session.console.text, since.given.record
    found = [t("{bundle} was made on {day} for {recipient}.", bundle=record.id, day=record.made[:10],
               recipient=ledger_views.reach(session, since.given))]  # fmt: skip
    if since.same:
        found.append(t("Nothing in the case changed since."))
    if since.gone:
        gone = ", ".join(f"{label} ({item})" if item else label for item, label in since.gone[:MAX_SHOWN])
        found.append(t("No longer in the case: {items}", items=gone))
    if since.added:
        found.append(t("New in the case, and not in this bundle: {items}", items=", ".join(since.added[:MAX_SHOWN])))
    found += [_changed(session, one) for one in since.changed[:MAX_SHOWN]]
    if len(since.changed) > MAX_SHOWN:
        found.append(t("… and {count} more", count=len(since.changed) - MAX_SHOWN))
    if since.decided:
        found.append(t("Decisions on findings since: {count}", count=since.decided))
    if since.people:
        found.append(t("People added, changed or removed since: {count}", count=since.people))
    if since.renewed:
        found.append(t("The keys were renewed since: changes of before that are not all shown."))
    return found


def _changed(session: Session, one: Changed) -> str:
    t = session.console.text
    text = t("Changed: {label} ({item}): {what}", label=one.label, item=one.evidence,
             what=", ".join(t(part) for part in one.what))  # fmt: skip
    if "redactions" not in one.what:
        return text
    before, after = (_counts(session, counts) for counts in (one.before, one.after))
    return text + " — " + t("taken out before: {before}; now: {after}", before=before, after=after)


def _counts(session: Session, counts: Mapping[str, int]) -> str:
    from vault.bundle import taken_out

    return taken_out.phrases(counts)[session.console.lang == "ru"] or "–"
