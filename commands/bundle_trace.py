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
    lines = _none(session, traced) if found is None else _lines(session, traced, found)
    session.console.answer({"trace": _answer(traced)}, lines)
    if found is not None:
        session.console.warn(
            "This names a copy, not a culprit: whoever has this vault can make any copy, and a copy can be stolen."
        )


def _answer(traced: Traced) -> dict[str, Any]:
    return {
        "found": None if traced.found is None else _shape(traced.found),
        "why": traced.why,
        "several": [{"bundle": one.bundle, "pages": list(one.pages)} for one in traced.several],
        "looked": traced.looked,
        "pages": traced.pages,
    }


def _shape(found: Found) -> dict[str, Any]:
    return {
        "bundle": found.bundle,
        "recipient": found.recipient or None,
        "made": found.made or None,
        "exhibit": found.exhibit or None,
        "by": found.by,
        "case": found.case,
        "pages": list(found.pages),
        "compared": found.compared or None,
        "fitting": found.fitting or None,
    }


def _lines(session: Session, traced: Traced, found: Found) -> list[str]:
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
                  page=found.pages[0] if found.pages else 0, fitting=found.fitting, compared=found.compared),
    }  # fmt: skip
    if found.by != "mark":
        return [copy, how[found.by]]
    share = t("Its mark was read on {marked}, no mark on {bare} of the pages.",
              marked=len(found.pages), bare=traced.looked - len(found.pages))  # fmt: skip
    return [copy, how[found.by], share, _looked(session, traced)]


def _looked(session: Session, traced: Traced) -> str:
    return session.console.text("Pages looked at: {looked} of {count}.", looked=traced.looked, count=traced.pages)


def _none(session: Session, traced: Traced) -> list[str]:
    t = session.console.text
    bundles = ", ".join(one.bundle for one in traced.several)
    if traced.why == "unmarked":
        return [
            t("No copy was found. The very same file is in {bundles}, but it carries no mark.", bundles=bundles),
            t("Whoever has the original, such as a client's recording, has the same bytes: they point at nobody."),
        ]
    if traced.why == "several" and not traced.looked:
        return [t("The very same file is in several bundles, so it tells nothing: {bundles}", bundles=bundles)]
    if traced.why == "several":
        return [
            t("Pages of several copies were put together in this file, so it names none of them:"),
            *("  " + t("{bundle}: pages {pages}", bundle=one.bundle, pages=", ".join(map(str, one.pages)))
              for one in traced.several),
            _looked(session, traced),
        ]  # fmt: skip
    if traced.why == "no-pages":
        return [t("No copy was found: this file is in no bundle, and has no pages that could be looked at.")]
    return [
        t("No copy was found. Pages looked at: {looked} of {count}.", looked=traced.looked, count=traced.pages),
        t("That says nothing about anybody: a mark can be cut off, blurred, or be of another vault."),
    ]
