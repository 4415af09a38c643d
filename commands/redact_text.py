"""`casevault redact text`: one text, or many as JSON lines, without a vault."""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from commands import exits, extras_hint, personal
from commands.choices import Profile
from commands.console import Console, is_terminal, print_to, unwritten
from commands.context import Session, session_of
from commands.printing import clean, json_text
from vault.errors import CasevaultError, PartlyDone, Refused, Usage

if TYPE_CHECKING:
    from vault.intake.encodings import Decoded
    from vault.model.findings import Span
    from vault.model.people import Person
    from vault.redaction.found import Finder
    from vault.usecases.onetext import TextRedactor
    from vault.usecases.people_check import Doubt

MAX_TEXT_BYTES = 64 << 20
MAX_LISTS = 16
"""Lists of people that are kept ready while JSON lines bring their own."""
_HEAD = 64 * 1024
_TEXTS = frozenset({"application/json", "application/xml", "message/rfc822"})
_MEMBERS = frozenset({"id", "text", "people"})
PeopleOption = Annotated[
    str | None, typer.Option("--people", metavar="F", help="A people file: who is to be protected.")
]
ProfileOption = Annotated[Profile, typer.Option("--profile", metavar="PROFILE", help="lawyer, public or internal.")]


def people(session: Session, path: str | None) -> list[Person]:
    """Who is to be protected. Raises Usage."""
    if path is None:
        raise Usage(
            "--people FILE is missing: a people file says who is to be protected",
            hint='Such as: [{"id": "P1", "name": "…", "role": "witness", "aliases": [], "identifiers": []}]',
        )
    from vault.usecases import people_file

    return people_file.named(people_file.parse(personal.file_bytes(session, path, "the people (--people)")))


def text(
    context: typer.Context,
    people: PeopleOption = None,
    profile: ProfileOption = "lawyer",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='A line {"id","text","people":[…]} in, a line of JSON out.')
    ] = False,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Give the text also where the leak check still finds somebody in it.")
    ] = False,
) -> None:
    """Redact a text from standard input. Everything that is proposed goes: nobody reviews here.

    The result goes through the independent leak check: what it finds is in "leaks", and without --json nothing is
    given then. With --jsonl nothing is checked.

    No vault is needed. With --jsonl each line brings its own people, or those of --people; a line that can't be
    answered gets an error in its place, and the exit code is 3.
    """
    session = session_of(context)
    if jsonl:
        session.console = Console(json=True)
        extras_hint.warn_of_models(session)
        _lines(session, people, profile)
        return
    _one(session, people, profile, unchecked=unchecked)


def _one(session: Session, path: str | None, profile: str, *, unchecked: bool) -> None:
    from vault.usecases import models, onetext, people_check

    listed = people(session, path)
    doubts = people_check.doubts(listed)
    _say_doubts(session, doubts)
    extras_hint.warn_of_models(session)
    decoded = _decoded(session)
    with models.finder(accept_weak_jail=session.weak_jail()) as finder:
        redactor = onetext.TextRedactor(listed, profile, finder)
        with session.console.progress("Redacting", len(decoded.text)) as advance:
            spans: list[Span] = []
            left: list[str] = []
            for piece in redactor.pieces(decoded.text):
                spans += piece.spans
                left.append(piece.text)
                advance(piece.size)
    redacted = "".join(left)
    leaks = None if unchecked else _leaks(session, redacted, listed, profile)
    if session.console.json:
        more = {"encoding": decoded.encoding, "unreadable": decoded.broken, "warnings": _doubts_shape(doubts)}
        session.console.answer({**_shape(spans, redacted), **more, "leaks": leaks})
        return
    if leaks:
        raise Refused(
            "the leak check still finds somebody in the result: nothing was given",
            kind="leak",
            hint="Add how they are written there as an alias or identifier, or look at it yourself with --unchecked.",
        )
    for piece_text in left:
        _write(piece_text)


def _leaks(session: Session, redacted: str, people: list[Person], profile: str) -> list[dict[str, str]] | None:
    """What the independent check finds in the result; None where it can't be run."""
    from vault.usecases import onefile

    if not redacted.strip():
        return []
    try:
        found = onefile.leaks(redacted.encode("utf-8", "replace"), "text/plain", people, profile, session.weak_jail())
    except Refused as error:
        session.console.warn("The result was not checked: {message}", message=session.console.library(error.message))
        return None
    return [{"channel": leak.channel, "where": leak.where, "form": leak.form} for leak in found]


def _say_doubts(session: Session, doubts: Sequence[Doubt]) -> None:
    for doubt in doubts:
        message = session.console.library(doubt.message)
        if doubt.person is None:
            session.console.warn("{message}", message=message)
        else:
            session.console.warn("{person}: {message}", person=doubt.person, message=message)


def _doubts_shape(doubts: Sequence[Doubt]) -> list[dict[str, Any]]:
    return [{"person": one.person, "kind": one.kind, "message": one.message} for one in doubts]


def _decoded(session: Session) -> Decoded:
    """Standard input as text. Raises Usage, Refused."""
    data = session.stdin("the text").read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise Usage(f"the text is longer than {MAX_TEXT_BYTES >> 20} MiB", hint="Redact it in parts.")
    from vault.intake import encodings, media

    kind = media.sniff(data[:_HEAD])
    if not kind.startswith("text/") and kind not in _TEXTS and kind != media.UNKNOWN:
        raise Refused(
            f"this is no plain text but a document ({kind})",
            kind="unsupported",
            hint="'casevault redact file' redacts documents.",
        )
    found = encodings.decode(data)
    console = session.console
    if found.encodings != ("utf-8",):
        console.say("The text was read as {encoding}.", encoding=found.encoding)
    if found.broken:
        console.warn(
            "Characters that can't be read: {count}. The words that they stand in are taken out.", count=found.broken
        )
    if kind == "text/html":
        console.warn("This is a web page: names that are spelled by codes, such as &#1054;, are not found in it.")
    if kind == "message/rfc822":
        console.warn("This is a mail: parts of it that are encoded (base64, quoted-printable) are not searched.")
    return found


def _write(redacted: str) -> None:
    """The text as it is, to its last line end; on a terminal without what could steer it."""
    stream = sys.stdout
    if is_terminal(stream):
        stream.write("\n".join(clean(line) for line in redacted.replace("\r\n", "\n").split("\n")))
        stream.flush()
        return
    # Not as text: Windows would make two line ends of one.
    try:
        stream.flush()
        stream.buffer.write(redacted.encode(stream.encoding, "backslashreplace"))
        stream.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritten(error) from None


def _shape(spans: Sequence[Span], redacted: str) -> dict[str, Any]:
    shapes = [
        {
            "start": span.start,
            "end": span.end,
            "category": span.category,
            "person": span.person,
            "source": span.source,
            "score": span.score,
            "sure": span.sure,
        }
        for span in spans
    ]
    return {"spans": shapes, "text": redacted}


class _Ready:
    """Redactors by their list of people, the latest used of them."""

    def __init__(self, common: list[Person] | None, profile: str, finder: Finder | None) -> None:
        self._common = common
        self._profile = profile
        self._finder = finder
        self._known: OrderedDict[str, tuple[TextRedactor, list[Doubt]]] = OrderedDict()

    def of(self, listed: object) -> tuple[TextRedactor, list[Doubt]]:
        """For the "people" of a line, or for those of --people. Raises Usage."""
        if listed is None and self._common is None:
            raise Usage('this line has no "people", and --people is not given')
        key = json.dumps(listed, sort_keys=True)
        if key not in self._known:
            self._known[key] = self._made(listed)
        self._known.move_to_end(key)
        if len(self._known) > MAX_LISTS:
            self._known.popitem(last=False)
        return self._known[key]

    def _made(self, listed: object) -> tuple[TextRedactor, list[Doubt]]:
        from vault.usecases import onetext, people_check, people_file

        who = self._common if listed is None else people_file.named(people_file.people_of(listed))
        assert who is not None
        return onetext.TextRedactor(who, self._profile, self._finder), people_check.doubts(who)


def _lines(session: Session, path: str | None, profile: str) -> None:
    from vault.usecases import models

    common = people(session, path) if path is not None else None
    done = failed = 0
    last: CasevaultError | None = None
    with models.finder(accept_weak_jail=session.weak_jail()) as finder:
        ready = _Ready(common, profile, finder)
        for number, line in _numbered(session.stdin("the texts")):
            request: dict[str, Any] = {}
            try:
                request = _request(line)
                answer = _answer(request, ready)
                done += 1
            except (Usage, Refused) as error:
                answer, last = _failure(error, number), error
                failed += 1
            print_to(sys.stdout, json_text({"id": request.get("id"), **answer}, sys.stdout.encoding))
            sys.stdout.flush()
    if last is not None and not done:
        raise last
    if failed:
        raise PartlyDone(f"{failed} of {done + failed} lines could not be answered: each has an error in its place")


def _numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Lines that are not empty, counted from 1; None for one that is too long to be held."""
    number = 0
    while line := stream.readline(MAX_TEXT_BYTES + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > MAX_TEXT_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(1 << 20)
            yield number, None
        elif line.strip():
            yield number, line


def _request(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise Usage(f"the line is longer than {MAX_TEXT_BYTES >> 20} MiB")
    from vault.usecases import people_file

    try:
        request = people_file.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise Usage(
            "the line is not UTF-8", hint="JSON lines are UTF-8, whatever encoding the texts once had."
        ) from None
    except (ValueError, RecursionError):
        raise Usage("the line is not valid JSON, or names a member twice") from None
    if not isinstance(request, dict):
        raise Usage("the line is no JSON object")
    return request


def _answer(request: dict[str, Any], ready: _Ready) -> dict[str, Any]:
    if not isinstance(request.get("text"), str):
        raise Usage('the line has no "text"')
    if set(request) - _MEMBERS:
        raise Usage("the line has a member that is not known", hint='Known are: "id", "text", "people".')
    redactor, doubts = ready.of(request.get("people"))
    found = redactor.redact(request["text"])
    return {**_shape(found.spans, found.text), "warnings": _doubts_shape(doubts)}


def _failure(error: CasevaultError, number: int) -> dict[str, Any]:
    code = exits.code_of(error)
    fault = {"code": code, "kind": error.kind, "message": error.message, "hint": error.hint}
    return {"line": number, "error": fault}
