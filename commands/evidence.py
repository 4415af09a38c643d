"""`casevault evidence`: added, listed, shown, got back, changed, moved, shared, verified, removed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands import confirming, evidence_add, evidence_view, paths, personal, picking, purposes, shapes
from commands.app import new_app
from commands.choices import CaseArgument, EvidenceArgument, FromOption, Kind, PurposeOption
from commands.confirming import ConfirmOption
from commands.context import Session, session_of
from commands.printing import columns, size
from vault.errors import Damaged, Usage
from vault.model.records import Evidence

app = new_app()
KindOption = Annotated[
    Kind | None,
    typer.Option("--kind", metavar="KIND", help="post, court, summons, medical, photo, chat, letter, document, …"),
]
CapturedOption = Annotated[
    str,
    typer.Option("--captured", metavar="DATE", help="When the screenshot or photo was taken, 2024-03-31."),
]
ToCaseArgument = Annotated[str | None, typer.Argument(metavar="CASE", help="The other case.")]


@app.command("add")
def add(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="CASE [FILE…]", help='The case, then files; "-" is standard input.'),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("-r", "--recursive", help="Take folders with all that is in them.")
    ] = False,
    files_from: Annotated[
        str | None,
        typer.Option("--files-from", metavar="FILE", help='A list of paths, one a line; "-" is standard input.'),
    ] = None,
    kind: KindOption = None,
    captured: CapturedOption = "",
    remove_source: Annotated[
        bool, typer.Option("--remove-source", help="Delete each original once its stored copy verifies.")
    ] = False,
    from_: FromOption = None,
) -> None:
    """Add files to a case: encrypted, hashed, with where they come from. The files stay, unless
    --remove-source deletes them.

    Where they come from is asked, or read from a JSON file:
    {"source": "…", "note": "…", "given_by": "…", "collected_at": "2024-03-31", "language": "ru"}
    """
    session = session_of(context)
    case, names = _case_and_files(session, words)
    wish = evidence_add.Wish(names, recursive, files_from, remove_source)
    with session.vault() as vault:
        case = picking.case(session, vault, case)
        files = evidence_add.files_of(session, wish)
        origin = evidence_add.provenance(session, from_, kind=kind or "", captured_at=captured)
        evidence_add.add(session, vault, case, files, origin, wish)


def _case_and_files(session: Session, words: list[str] | None) -> tuple[str | None, list[str]]:
    case, rest = picking.leading(words, "C")
    if case is None and rest and session.case is None and not (session.in_shell and session.console.can_ask):
        raise Usage(
            "the case comes first, such as C-7K3Q9, then the files",
            hint="'casevault case list' shows the ids.",
        )
    return case, rest


@app.command("list")
def listing(context: typer.Context, case: CaseArgument = None) -> None:
    """List the evidence of a case, with what is shared from linked cases."""
    session = session_of(context)
    from vault.usecases import items

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        found = items.listing(vault, case_id)
    t = session.console.text
    lang = session.console.lang
    rows = [
        (one.id, t(one.kind), size(one.size, lang), one.media_type, one.collected_at[:10], named(one))
        for one in found
    ]
    heads = [t("Item"), t("Kind"), t("Size"), t("Type"), t("Collected"), t("Title or file")]
    data = [{**shapes.evidence(one), "shared": one.case_id != case_id} for one in found]
    session.console.answer({"evidence": data}, columns(rows, heads))
    if not found:
        session.console.hint("add files: casevault evidence add {case} FILE", case=case_id)


def named(item: Evidence) -> str:
    """What a person knows an item by: its title, else its file's name."""
    return item.title or item.original_name


@app.command("show")
def show(context: typer.Context, evidence: EvidenceArgument = None, purpose: PurposeOption = None) -> None:
    """Show what is noted about an item: its hash, where it comes from, whether its text could be read."""
    session = session_of(context)
    from vault.usecases import items

    with session.vault() as vault:
        evidence_id = picking.evidence(session, vault, evidence)
        item = items.show(vault, evidence_id, purpose=purposes.wanted(session, vault, "evidence.show", purpose))
    session.console.answer({"evidence": shapes.evidence(item)}, _lines(session, item))


def _lines(session: Session, item: Evidence) -> list[str]:
    t = session.console.text
    rows = [
        (t("Item"), item.id),
        (t("Case"), str(item.case_id)),
        (t("Title"), item.title),
        (t("File"), item.original_name),
        (t("Kind"), t(item.kind)),
        (t("Type"), item.media_type),
        (t("Size"), size(item.size, session.console.lang)),
        ("SHA-256", item.sha256.hex()),
        (t("Added"), item.added),
        (t("Source"), item.source),
        (t("Given by"), item.given_by),
        (t("Collected"), item.collected_at),
        (t("Captured"), item.captured_at),
        (t("Language"), item.language),
        (t("Translation of"), item.translation_of or ""),
        (t("Text"), f"{t(item.text_state)}  {session.console.notes(item.text_note)}".strip()),
        (t("Note"), item.note),
    ]
    return columns([row for row in rows if row[1]])


@app.command("get")
def get(
    context: typer.Context,
    evidence: EvidenceArgument = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="The new file; nothing is overwritten.")
    ] = None,
    purpose: PurposeOption = None,
) -> None:
    """Write an item to a file, byte for byte as it was added. The file is in plain text: delete it after use."""
    session = session_of(context)
    out = paths.needed(session, out)
    from vault.usecases import items

    with session.vault() as vault:
        evidence_id = picking.evidence(session, vault, evidence)
        total = vault.catalogue.require(Evidence, evidence_id).size
        why = purposes.wanted(session, vault, "evidence.get", purpose)
        with session.console.progress("Decrypting", total) as advance:
            item = items.get(vault, evidence_id, Path(out).expanduser(), purpose=why, progress=advance)
    shape = {"id": item.id, "sha256": item.sha256.hex(), "size": item.size, "media_type": item.media_type}
    session.console.answer({"evidence": shape, "path": out}, [out])
    session.console.warn("This copy is in plain text. 'casevault status' reminds you of it while it exists.")


app.command("view")(evidence_view.view)


@app.command("set")
def change(
    context: typer.Context,
    evidence: EvidenceArgument = None,
    kind: KindOption = None,
    captured: CapturedOption = "",
    from_: FromOption = None,
) -> None:
    """Change what is noted about an item; --from takes title, source, note, given_by, collected_at, language."""
    session = session_of(context)
    fields = [evidence_add.TITLE, *evidence_add.FIELDS]
    from vault.usecases import items

    with session.vault() as vault:
        evidence_id = picking.evidence(session, vault, evidence)
        before = vault.catalogue.require(Evidence, evidence_id)
        texts: dict[str, str] = {}
        if from_ is not None or not (kind or captured):
            texts = personal.changes(
                session, from_, fields, {f.name: getattr(before, f.name) for f in fields},
                purposes.look(session, vault, "evidence.show", before.case_id, before.id),
            )  # fmt: skip
        texts |= {"kind": kind} if kind else {}
        texts |= {"captured_at": captured} if captured else {}
        item = items.change(vault, evidence_id, **texts)
    session.console.answer({"evidence": shapes.evidence(item)}, _lines(session, item))


@app.command("move")
def move(context: typer.Context, evidence: EvidenceArgument = None, case: ToCaseArgument = None) -> None:
    """Move an item to another case: it is encrypted anew for that case, checked, then the old copy goes."""
    session = session_of(context)
    from vault.usecases import items

    with session.vault() as vault:
        evidence_id = picking.evidence(session, vault, evidence)
        item = items.move(vault, evidence_id, picking.other_case(session, vault, case))
    line = session.console.text("{item} is now in {case}.", item=item.id, case=item.case_id)
    session.console.answer({"evidence": shapes.evidence(item)}, [line])


@app.command("share")
def share(context: typer.Context, evidence: EvidenceArgument = None, case: ToCaseArgument = None) -> None:
    """Let another case use an item without copying it; each use is logged in both cases."""
    session = session_of(context)
    from vault.usecases import items

    with session.vault() as vault:
        evidence_id = picking.evidence(session, vault, evidence)
        shared = items.share(vault, evidence_id, picking.other_case(session, vault, case))
    line = session.console.text("{case} can now use {item}.", item=shared.evidence_id, case=shared.case_id)
    session.console.answer({"share": {"evidence": shared.evidence_id, "case": shared.case_id}}, [line])


@app.command("unshare")
def unshare(context: typer.Context, evidence: EvidenceArgument = None, case: ToCaseArgument = None) -> None:
    """Take an item back out of a case that it was shared with. The item itself stays in its own case."""
    session = session_of(context)
    from vault.usecases import items

    with session.vault() as vault:
        evidence_id = picking.evidence(session, vault, evidence)
        ended = items.unshare(vault, evidence_id, picking.other_case(session, vault, case))
    line = session.console.text("{case} can no longer use {item}.", item=ended.evidence_id, case=ended.case_id)
    session.console.answer({"share": {"evidence": ended.evidence_id, "case": ended.case_id}}, [line])
    session.console.hint("review what is left of that case: casevault redact plan {case}", case=ended.case_id)


@app.command("translate")
def translate(
    context: typer.Context,
    evidence: EvidenceArgument = None,
    file: Annotated[str | None, typer.Argument(metavar="FILE", help="The translation.")] = None,
    certificate: Annotated[
        str | None,
        typer.Option("--certificate", metavar="FILE", help="The translator's certificate, to be added with it."),
    ] = None,
    from_: FromOption = None,
) -> None:
    """Add a file as the translation of an item; bundles put it right before its original.

    A certificate that you add with it stands right behind the translation.
    """
    session = session_of(context)
    wish = evidence_add.Wish([file] if file is not None else [])
    with session.vault() as vault:
        original = vault.catalogue.require(Evidence, picking.evidence(session, vault, evidence))
        files = evidence_add.files_of(session, wish)
        if len(files) != 1:
            raise Usage("a translation is one file")
        vouching = evidence_add.files_of(session, evidence_add.Wish([certificate])) if certificate else []
        origin = evidence_add.provenance(session, from_, kind="translation", translation_of=original.id)
        case_id = str(original.case_id)
        if vouching:
            evidence_add.add_certified(session, vault, case_id, files[0], vouching[0], origin, wish)
        else:
            evidence_add.add(session, vault, case_id, files, origin, wish)


@app.command("verify")
def verify(context: typer.Context, case: CaseArgument = None) -> None:
    """Read every stored byte of a case, or of all cases, and compare it with the hash noted when it was added."""
    session = session_of(context)
    from vault.usecases import items

    with session.vault() as vault:
        wanted = None if case is None else picking.case(session, vault, case)
        with session.console.progress("Reading stored files") as advance:
            results = list(items.verify(vault, wanted, progress=advance))
    problems = [{"evidence": one.evidence.id, "message": one.problem} for one in results if one.problem]
    lines = [f"{one['evidence']}  {one['message']}" for one in problems]
    if not problems:
        lines = [session.console.text("Items that are whole: {count}.", count=len(results))]
    data = {"checked": len(results), "problems": problems, "ok": not problems}
    session.console.answer(data, lines)
    if problems:
        raise Damaged(f"{len(problems)} of {len(results)} items are damaged", hint="Restore them from a backup.")


@app.command("remove")
def remove(context: typer.Context, evidence: EvidenceArgument = None, confirm: ConfirmOption = None) -> None:
    """Take an item out of the vault for good. Its traces in the log stay."""
    session = session_of(context)
    from vault.usecases import items

    with session.vault() as vault:
        evidence_id = vault.catalogue.require(Evidence, picking.evidence(session, vault, evidence)).id
        confirming.by_id(session, evidence_id, confirm)
        gone = items.remove(vault, evidence_id)
    line = session.console.text("{item} is gone.", item=gone.id)
    session.console.answer({"evidence": {"id": gone.id}}, [line])
