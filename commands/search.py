"""`casevault search`."""

from __future__ import annotations

from typing import Annotated

import typer

from commands import personal, picking, purposes
from commands.app import new_app
from commands.choices import FromOption, PurposeOption, WordsArgument
from commands.context import session_of
from commands.personal import Field
from commands.printing import one_line

app = new_app()
QUERY = Field("query", "Search for", required=True)
MAX_HITS = 1000


@app.command("search")
def search(
    context: typer.Context,
    words: WordsArgument = None,
    case: Annotated[str | None, typer.Option("--case", metavar="CASE", help="In this case only.")] = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="In all cases, also when the shell has a current one.")
    ] = False,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=MAX_HITS, help="At most so many hits (20).")
    ] = 20,
    purpose: PurposeOption = None,
    from_: FromOption = None,
) -> None:
    """Search titles, notes, names of files and extracted texts; one form of a word finds the others.

    The words are asked for, or read from a JSON file: {"query": "…"}. Every case that shows up is logged.
    """
    session = session_of(context)
    query = personal.in_line(session, words)
    texts = personal.texts(session, from_, [QUERY], given={"query": query} if query else None)
    within = None if everywhere else case or session.case
    from vault.usecases import searching

    with session.vault() as vault:
        case_id = None if within is None else picking.case(session, vault, within)
        why = purposes.wanted(session, vault, "search", purpose)
        hits, total = searching.find(vault, texts["query"], case_id=case_id, limit=limit, purpose=why)
        unread = searching.unread(vault, case_id)
    lines = []
    for hit in hits:
        item = hit.evidence
        lines += [
            f"{item.id}  {item.case_id}  {one_line(item.title or item.original_name)}",
            f"    {hit.snippet}",
        ]
    found = [
        {
            "evidence": hit.evidence.id,
            "case": hit.evidence.case_id,
            "snippet": hit.snippet,
            "score": hit.score,
        }
        for hit in hits
    ]
    session.console.answer({"hits": found, "total": total}, lines)
    session.console.say("Hits: {shown} of {total}.", shown=len(hits), total=total)
    if unread and not total:
        session.console.hint(
            "Scans or photos whose words were not read yet: {count}; casevault redact plan CASE reads them",
            count=unread,
        )
