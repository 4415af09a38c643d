"""`casevault bundle packet`: a filing for a court, with cover, contents, tab sheets and numbered pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from commands import paths, picking, purposes
from commands.choices import CaseArgument, Profile, Purpose
from commands.context import Session, session_of
from commands.printing import columns, size
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.usecases.packets import Packet

Paper = Literal["Letter", "A4"]
RULES = "us-immigration-court"
WITHHELD = "page withheld"


def packet(
    context: typer.Context,
    case: CaseArgument = None,
    out: Annotated[str | None, typer.Option("--out", metavar="DIR", help="The new folder.")] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="R", help="Who gets it, for the ledger, such as R-5TQ2MX.")
    ] = None,
    rules: Annotated[
        str, typer.Option("--rules", metavar="NAME", help="us-immigration-court or generic-a4.")
    ] = RULES,
    paper: Annotated[
        Paper | None, typer.Option("--paper", metavar="PAPER", help="Letter or A4; without it as the rules say.")
    ] = None,
    cover_from: Annotated[
        str | None,
        typer.Option("--cover-from", metavar="F", help='Lines for the cover: a JSON file {"lines": ["…"]}.'),
    ] = None,
    profile: Annotated[
        Profile, typer.Option("--profile", metavar="PROFILE", help="lawyer, public or internal.")
    ] = "lawyer",
    purpose: Annotated[
        Purpose, typer.Option("--purpose", metavar="WORD", help="What for: hearing, filing, handover, …")
    ] = "filing",
    consent: Annotated[
        str, typer.Option("--consent", metavar="E-ID|oral|none", help="How the client agreed.")
    ] = "none",
    only: Annotated[list[str] | None, typer.Option("--only", metavar="E", help="Only this item; repeatable.")] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="E", help="Without this item; repeatable.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be in it.")] = False,
) -> None:
    """Make a filing for a court: a PDF with cover, contents, tab sheets and page numbers, in parts of at most 25 MB.

    It is not encrypted. What was read about the court, and when, lies beside it: check it before anything is filed.
    """
    session = session_of(context)
    target = None if dry_run else Path(paths.needed(session, out)).expanduser()
    if not all(picking.looks_like(one, "E") for one in (*(only or ()), *(without or ()))):
        # Here, because what is no id may be a name: it must not be repeated in an error.
        raise Usage("--only and --without take the ids of items, such as E-4N8TVQ2WX")
    from vault.usecases import packets
    from vault.usecases.bundle_order import Order

    wish = packets.Wish(rules, paper, _cover(cover_from))
    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        why = purposes.wanted(session, vault, packets.ACTION, purpose) or purpose
        order = Order(
            None if to is None else picking.recipient(session, vault, to), profile, why, consent, tuple(only or ()),
            tuple(without or ()), session.weak_jail(),
        )  # fmt: skip
        with session.console.progress("Making the packet") as advance:
            if target is None:
                made = packets.rehearse(vault, case_id, order, wish, lambda _: advance(1))
            else:
                made = packets.create(vault, case_id, order, wish, target, lambda _: advance(1))
    _tell(session, made, target)


def _cover(file: str | None) -> tuple[str, ...]:
    if file is None:
        return ()
    from vault.usecases import packets

    try:
        with Path(file).expanduser().open("rb") as source:
            return packets.read_cover(source.read(packets.MAX_COVER_BYTES + 1))
    except OSError:
        raise Usage("the file for the cover can't be read") from None


def _tell(session: Session, made: Packet, target: Path | None) -> None:
    console = session.console
    rows = [
        (made.rules.tab.replace("{label}", one.label), f"{one.first}–{one.last}", one.evidence, one.description)
        for one in made.exhibits
    ]
    parts = [(part.name, size(part.size, console.lang), str(part.pages), part.sha256) for part in made.parts]
    heads = [console.text(word) for word in ("Name", "Size", "Pages", "SHA-256")]
    lines = [*columns(rows), *columns(parts, heads), *_taken_out(session, made)]
    lines = lines if target is None else [f"{made.id}  {target}", *lines]
    shape = _shape(made, target)
    console.answer({"packet" if target is not None else "dry_run": shape}, lines)
    _warn(session, made, target)


def _total(made: Packet) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in made.exhibits:
        for category, count in one.redactions.items():
            total[category] = total.get(category, 0) + count
    return dict(sorted(total.items()))


def _taken_out(session: Session, made: Packet) -> list[str]:
    """What is not in it any more, all together and by exhibit."""
    from vault.bundle import taken_out

    t, russian = session.console.text, session.console.lang == "ru"
    lines = [t("Taken out: {what}.", what=taken_out.phrases(_total(made))[russian])]
    for one in made.exhibits:
        if one.redactions:
            what = taken_out.phrases(one.redactions)[russian]
            lines.append(t("Exhibit {label}: taken out: {what}.", label=one.label, what=what))
        if withheld := one.redactions.get(WITHHELD, 0):
            lines.append(t("Exhibit {label}: pages withheld: {n}.", label=one.label, n=withheld))
    return lines


def _shape(made: Packet, target: Path | None) -> dict[str, Any]:
    parts = [{"name": one.name, "sha256": one.sha256, "size": one.size, "pages": one.pages} for one in made.parts]
    exhibits = [
        {
            "label": one.label, "evidence": one.evidence, "first": one.first, "last": one.last,
            "redactions": dict(one.redactions), "withheld_pages": one.redactions.get(WITHHELD, 0),
        }
        for one in made.exhibits
    ]  # fmt: skip
    if target is None:
        # Nothing of this is on a disk: a name and a hash would say that it is.
        parts = [{"size": part["size"], "pages": part["pages"]} for part in parts]
    shape = {
        "parts": parts,
        "exhibits": exhibits,
        "rules": {"name": made.rules.name, "as_of": made.rules.as_of},
        "left_out": made.left_out,
        "redactions": _total(made),
        "warnings": [{"code": one.code, "labels": list(one.labels), "page": one.page} for one in made.warnings],
    }
    return shape if target is None else {"id": made.id, "path": str(target), **shape}


def _warn(session: Session, made: Packet, target: Path | None) -> None:
    from datetime import date

    console = session.console
    console.warn(
        "Check it against {manual} as it is today: the rules {name} were read on {as_of}.",
        manual=made.rules.manual, name=made.rules.name, as_of=made.rules.as_of,
    )  # fmt: skip
    if made.rules.is_old(date.today()):
        console.warn("These rules are old. Rules of courts change: look each of them up.")
    for one in made.warnings:
        console.warn("{text}", text=console.library(one.text))
    if withheld := _total(made).get(WITHHELD, 0):
        console.warn("Pages withheld: {count}. The court sees an empty page in place of each.", count=withheld)
    if made.left_out:
        console.warn("Items of the case that are not in it: {count}.", count=made.left_out)
    if target is None:
        console.say("Nothing was written.")
        return
    console.warn("The packet is not encrypted: whoever gets these files can read them.")
    if made.recipient is None:
        console.warn("Nothing was noted as handed to anybody: with --to it stands in the ledger.")
    console.hint("read {path}, then look at every page", path=target / "READ-FIRST.txt")
