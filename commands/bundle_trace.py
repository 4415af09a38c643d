"""`casevault bundle trace`: which copy a leaked page or file comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.context import Session, session_of

if TYPE_CHECKING:
    from vault.usecases.tracing import Found, Traced


def trace(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The leaked bundle, PDF, scan or photo.")],
) -> None:
    """Name the copy that a leaked file or page comes from, or none where that is not beyond doubt.

    It never proves who leaked it: whoever has the vault can make any copy, and others may have got at this one.
    """
    session = session_of(context)
    path = Path(file).expanduser()
    from vault.usecases import tracing

    with session.vault() as vault, session.console.progress("Looking at the pages"):
        traced = tracing.trace(vault, path, accept_weak_jail=session.weak_jail())
    found = traced.found
    shape = {"found": None if found is None else _shape(found), "several": list(traced.several)}
    session.console.answer({"trace": shape}, _none(session, traced) if found is None else _lines(session, found))
    if found is not None:
        session.console.warn(
            "This names a copy, not a culprit: whoever has this vault can make any copy, and a copy can be stolen."
        )


def _shape(found: Found) -> dict[str, Any]:
    return {
        "bundle": found.bundle,
        "recipient": found.recipient or None,
        "made": found.made or None,
        "exhibit": found.exhibit or None,
        "by": found.by,
        "case": found.case,
        "page": found.page or None,
        "compared": found.compared or None,
        "fitting": found.fitting or None,
    }


def _lines(session: Session, found: Found) -> list[str]:
    t = session.console.text
    if found.recipient:
        copy = t("Copy {bundle} of case {case}, made {made} for {recipient}.", bundle=found.bundle, case=found.case,
                 made=found.made[:10], recipient=found.recipient)  # fmt: skip
    else:
        copy = t("Copy {bundle} of case {case}, a packet that is noted for nobody.", bundle=found.bundle,
                 case=found.case)  # fmt: skip
    how = {
        "file": t("The whole file is the one that left, byte for byte."),
        "payload": t("It is what was sealed in that bundle, byte for byte."),
        "paper": t("It is a file of that bundle, byte for byte."),
        "exhibit": t("It is the file of exhibit {label}, byte for byte.", label=found.exhibit),
        "mark": t("The dashed rules of page {page} are those of this copy: {fitting} of {compared} dashes fit. Of "
                  "another copy half of them would.",
                  page=found.page, fitting=found.fitting, compared=found.compared),
    }  # fmt: skip
    return [copy, how[found.by]]


def _none(session: Session, traced: Traced) -> list[str]:
    t = session.console.text
    if traced.why == "several":
        return [t("The very same file is in several bundles, so it tells nothing: {bundles}",
                  bundles=", ".join(traced.several))]  # fmt: skip
    if traced.why == "no-pages":
        return [t("No copy was found: this file is in no bundle, and has no pages that could be looked at.")]
    return [
        t("No copy was found. Pages looked at: {looked} of {count}.", looked=traced.looked, count=traced.pages),
        t("That says nothing about anybody: a mark can be cut off, blurred, or be of another vault."),
    ]
