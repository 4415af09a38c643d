"""`casevault redact text`, `file` and `check`: the engine and the leak check without a vault."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from commands import modelless, paths, personal
from commands.choices import Profile
from commands.console import Console, print_to
from commands.context import Session, session_of
from commands.printing import json_text
from vault.errors import Refused, Usage

if TYPE_CHECKING:
    from vault.model.people import Person
    from vault.redaction.found import Finder
    from vault.usecases.onefile import RedactedText

MAX_TEXT_BYTES = 64 << 20
Mode = Literal["reflow", "facsimile"]
PeopleOption = Annotated[
    str | None, typer.Option("--people", metavar="F", help="A people file: who is to be protected.")
]
ProfileOption = Annotated[Profile, typer.Option("--profile", metavar="PROFILE", help="lawyer, public or internal.")]


def _people(session: Session, path: str | None) -> list[Person]:
    if path is None:
        raise Usage("--people FILE is missing: a people file says who is to be protected")
    from vault.usecases import onefile, people

    return onefile.named(people.parse(personal.file_bytes(session, path)))


def text(
    context: typer.Context,
    people: PeopleOption = None,
    profile: ProfileOption = "lawyer",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='A line {"id","text","people":[…]} in, a line of JSON out.')
    ] = False,
) -> None:
    """Redact a text from standard input. Everything that is proposed goes: nobody reviews here.

    No vault is needed. With --jsonl each line brings its own people, or those of --people.
    """
    session = session_of(context)
    if jsonl:
        session.console = Console(json=True)
        modelless.warn(session)
        _lines(session, people, profile)
        return
    from vault.usecases import models, onefile

    listed = _people(session, people)
    modelless.warn(session)
    with models.finder(accept_weak_jail=session.weak_jail()) as finder:
        redactor = onefile.TextRedactor(listed, profile, finder)
        found = redactor.redact(_decoded(session.stdin("the text").read(MAX_TEXT_BYTES + 1)))
    session.console.answer(_shape(found), found.text.split("\n"))


def _decoded(data: bytes) -> str:
    if len(data) > MAX_TEXT_BYTES:
        raise Usage(f"the text is longer than {MAX_TEXT_BYTES >> 20} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Usage("the text is not UTF-8") from None


def _shape(found: RedactedText) -> dict[str, Any]:
    spans = [
        {
            "start": span.start,
            "end": span.end,
            "category": span.category,
            "person": span.person,
            "source": span.source,
            "score": span.score,
            "sure": span.sure,
        }
        for span in found.spans
    ]
    return {"spans": spans, "text": found.text}


def _lines(session: Session, path: str | None, profile: str) -> None:
    from vault.usecases import models

    common = _people(session, path) if path is not None else None
    with models.finder(accept_weak_jail=session.weak_jail()) as finder:
        _answer_lines(session, common, profile, finder)


def _answer_lines(session: Session, common: list[Person] | None, profile: str, finder: Finder | None) -> None:
    from vault.usecases import onefile, people

    known: dict[str, onefile.TextRedactor] = {}
    for number, request in enumerate(_requests(session), 1):
        listed = request.get("people")
        if listed is None and common is None:
            raise Usage(f"line {number} names no people, and --people is not given")
        key = json.dumps(listed, sort_keys=True)
        if key not in known:
            who = common if listed is None else onefile.named(people.parse(key.encode()))
            known[key] = onefile.TextRedactor(who or [], profile, finder)
        answer = {"id": request.get("id"), **_shape(known[key].redact(request["text"]))}
        print_to(sys.stdout, json_text(answer, sys.stdout.encoding))


def _requests(session: Session) -> Iterable[dict[str, Any]]:
    for number, line in enumerate(session.stdin("the texts"), 1):
        if not line.strip():
            continue
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            raise Usage(f"line {number} is not valid JSON") from None
        if not isinstance(request, dict) or not isinstance(request.get("text"), str):
            raise Usage(f'line {number} has no "text"')
        yield request


def file(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="IN", help="The document.")],
    people: PeopleOption = None,
    out: Annotated[str | None, typer.Option("--out", metavar="OUT", help="The new PDF.")] = None,
    mode: Annotated[
        Mode, typer.Option("--mode", metavar="MODE", help="reflow: the text is typeset anew.")
    ] = "reflow",
    profile: ProfileOption = "lawyer",
) -> None:
    """Redact one document into a new PDF, which is then searched again by other code. No vault is needed.

    Scans and photos need a person's eye: add them to a case.
    """
    session = session_of(context)
    listed = _people(session, people)
    target = paths.needed(session, out)
    paths.new_file(target, "the redacted document")
    if mode != "reflow":
        raise Refused("a facsimile needs boxes drawn by a person: add the document to a case", kind="unsupported")
    from vault.usecases import onefile

    modelless.warn(session)
    with session.console.progress("Redacting"):
        made = onefile.redact_file(
            Path(document).expanduser(), listed, Path(target).expanduser(), profile=profile,
            accept_weak_jail=session.weak_jail(),
        )  # fmt: skip
    shape = {
        "output": {"path": target, "pages": made.pages, "mode": mode},
        "findings": made.findings,
        "checks": {"leak_check": "clean"},
    }
    session.console.answer(shape, [target])
    session.console.say("{count} findings were removed; the leak check found nothing.", count=made.findings)


def check(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="FILE", help="The finished document.")],
    people: PeopleOption = None,
    profile: ProfileOption = "lawyer",
) -> None:
    """Search a finished document for protected people, in its text and everything else that it holds.

    Exit code 0 is clean, 14 is leaking. No vault is needed.
    """
    session = session_of(context)
    listed = _people(session, people)
    from vault.usecases import onefile

    with session.console.progress("Searching for leaks"):
        leaks = onefile.check(
            Path(document).expanduser(),
            listed,
            profile=profile,
            accept_weak_jail=session.weak_jail(),
        )
    found = [{"channel": leak.channel, "where": leak.where, "form": leak.form} for leak in leaks]
    lines = [f"{one['channel']}  {one['where']}  {one['form']}".rstrip() for one in found]
    session.console.answer({"leaks": found}, lines or [session.console.text("Nobody was found.")])
    if found:
        raise Refused(f"{len(found)} leaks were found", kind="leak", hint="Do not hand this document over.")
