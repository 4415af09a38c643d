"""`casevault evidence add` and `translate`: which files, from where, and what stays behind in plain text."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import personal
from commands.console import Advance
from commands.context import Session
from commands.lines import split
from commands.personal import Field
from commands.printing import columns, size
from commands.secrets import read_binary
from vault.errors import CasevaultError, PartlyDone, Usage

if TYPE_CHECKING:
    from vault.model.records import Evidence
    from vault.usecases.adding import Added, NewFile, Provenance
    from vault.usecases.unlocked import UnlockedVault

MAX_LISTED_BYTES = 64 << 20
STDIN_NAME = "stdin"
SOURCE = Field("source", "Where does it come from? (may stay empty)")
GIVEN_BY = Field("given_by", "Who gave it to you? (may stay empty)")
NOTE = Field("note", "Note (may stay empty)")
COLLECTED = Field("collected_at", "When did you get it? Such as 2024-03-31 (may stay empty)")
LANGUAGE = Field("language", "Language, such as ru or en (may stay empty)")
TITLE = Field("title", "Title (may stay empty)")
FIELDS = [SOURCE, NOTE, GIVEN_BY, COLLECTED, LANGUAGE]
ASKED = [SOURCE, GIVEN_BY]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line of one `add` asks for."""

    files: Sequence[str]
    recursive: bool = False
    files_from: str | None = None
    remove_source: bool = False


def files_of(session: Session, wish: Wish) -> list[NewFile]:
    """The files to add, in their order. Raises Usage if there are none."""
    from vault.usecases.adding import NewFile

    named = list(wish.files)
    if wish.files_from is not None:
        named += _listed(session, wish.files_from)
    if not named and session.console.can_ask:
        named = _dragged(session)
    if not named:
        raise Usage("no file was given", hint="Name files, or list them in a file for --files-from.")
    found: list[NewFile] = []
    for name in named:
        if name == "-":
            found.append(NewFile(None, session.stdin("a file to add"), STDIN_NAME))
        else:
            found += _expanded(Path(name).expanduser(), wish.recursive)
    if not found:
        raise Usage("there is no file in that folder")
    return found


def _listed(session: Session, path: str) -> list[str]:
    data = read_binary(path, "the list of files", session, MAX_LISTED_BYTES)
    return [os.fsdecode(line) for line in data.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()]


def _dragged(session: Session) -> list[str]:
    session.console.say("Drag files into this window, one or several a line; an empty line ends.")
    found: list[str] = []
    while typed := session.console.ask("File"):
        found += words_of(typed)
    return found


def words_of(typed: str) -> list[str]:
    """Paths as terminals insert them when files are dragged in: quoted, with escaped spaces, or bare."""
    return [typed] if os.path.lexists(typed) else split(typed)


def _expanded(path: Path, recursive: bool) -> Iterable[NewFile]:
    from vault.usecases.adding import NewFile

    if recursive and os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder above can't be read
        from vault.intake import source

        return [NewFile(one.path, error=one.error) for one in source.walk(path)]
    return [NewFile(path)]


def provenance(session: Session, from_: str | None, **given: Any) -> Provenance:
    """Where the files come from: from --from, else asked in a few words on a terminal."""
    from vault.usecases.adding import Provenance

    fields = [TITLE, *FIELDS] if from_ is not None else ASKED
    return Provenance(**given, **personal.texts(session, from_, fields))


def add(
    session: Session, vault: UnlockedVault, case_id: str, files: list[NewFile], origin: Provenance, wish: Wish
) -> None:
    """Add the files, read their texts, say what was done. Raises PartlyDone naming how many failed.

    What was added is reported whatever goes wrong afterwards: nobody should have to add it again to be sure.
    """
    _add(session, vault, case_id, [(files, origin)], wish)


def add_certified(
    session: Session, vault: UnlockedVault, case_id: str, translation: NewFile, certificate: NewFile,
    origin: Provenance, wish: Wish,
) -> None:  # fmt: skip
    """The same for a translation and the certificate of its translator, which is tied to it."""
    from vault.usecases import exhibit_notes

    def tie(done: Sequence[Evidence]) -> None:
        if len(done) == 2:
            choices = exhibit_notes.Choices(certificates={done[1].id: done[0].id})
            exhibit_notes.choose(vault, case_id, choices)

    vouching = replace(origin, kind="certificate", title="", note="", translation_of=None)
    _add(session, vault, case_id, [([translation], origin), ([certificate], vouching)], wish, tie)


def _add(
    session: Session, vault: UnlockedVault, case_id: str, groups: Sequence[tuple[list[NewFile], Provenance]],
    wish: Wish, then: Callable[[Sequence[Evidence]], None] = lambda done: None,
) -> None:  # fmt: skip
    weak_jail = session.weak_jail()
    results: list[Added] = []
    failures: list[dict[str, str]] = []
    try:
        for files, origin in groups:
            _store(session, vault, case_id, files, origin, results)
        failures += [_failure(one.file.path, one.error) for one in results if one.error is not None]
        done = [one for one in results if one.evidence is not None]
        if wish.remove_source:
            _remove(session, vault, done, failures)
        new = [one.evidence for one in done if one.evidence is not None]
        then(new)
        read_texts(session, vault, new, weak_jail)
    except (CasevaultError, KeyboardInterrupt):
        _report(session, results, failures)
        raise
    if not done:
        _raise_all_failed(results)
    _report(session, results, failures)
    if failures:
        raise PartlyDone(
            f"{len(failures)} of {sum(len(files) for files, _ in groups)} files were not dealt with as asked"
        )


def _store(
    session: Session, vault: UnlockedVault, case_id: str, files: list[NewFile], origin: Provenance,
    results: list[Added],
) -> None:  # fmt: skip
    """Add the files; `results` has what is certain, should this be ended in its midst."""
    from vault.usecases.adding import Adder

    with session.console.progress("Adding", _total(files)) as advance:
        for one in Adder(vault, case_id, origin, advance).add(files):
            results.append(one)
    session.mark("added")


def _total(files: Sequence[NewFile]) -> int | None:
    total = 0
    for file in files:
        if file.path is None:
            return None
        try:
            total += file.path.stat().st_size
        except (OSError, ValueError):
            continue
    return total


def _raise_all_failed(results: Sequence[Added]) -> None:
    # Nothing was added, so nothing is "partly" done: the first file's own error says most.
    errors = [one.error for one in results if one.error is not None]
    if len(errors) > 1:
        shown = shown_path(results[0].file.path)
        raise CasevaultError(f"none of the {len(errors)} files could be added; {shown}: {errors[0].message}")
    raise errors[0]


def _remove(session: Session, vault: UnlockedVault, done: Sequence[Added], failed: list[dict[str, str]]) -> None:
    from vault.usecases import originals

    with session.console.progress("Checking stored copies, deleting originals", len(done)) as advance:
        for one in done:
            if one.evidence is not None and one.file.path is not None:
                try:
                    originals.remove(vault, one.evidence, one.file.path)
                except CasevaultError as error:
                    failed.append(_failure(one.file.path, error))
            advance(1)
    session.console.warn("Deleted is not wiped: on an SSD, in snapshots and in backups it can stay readable.")


def _failure(path: Path | None, error: CasevaultError) -> dict[str, str]:
    return {"path": shown_path(path), "kind": error.kind, "message": error.message}


def shown_path(path: Path | None) -> str:
    """A path as text, whatever bytes its name has."""
    if path is None:
        return "-"
    return os.fsencode(path).decode("utf-8", "replace")


def read_texts(session: Session, vault: UnlockedVault, items: Sequence[Evidence], weak_jail: bool) -> None:
    """Read what can be read in new items, each in a worker process of its own."""
    waiting = [item for item in items if item.text_state == "pending"]
    if not waiting:
        return
    from vault.sandbox.transport import may_be_strong

    if not may_be_strong() and not weak_jail:
        session.console.warn(
            "Stored but not read: {count}; this system can't lock the reader in. If you trust where they "
            "come from, run 'casevault doctor --accept-weak-jail'.",
            count=len(waiting),
        )
        return
    with session.console.progress("Reading texts for the search", len(waiting)) as advance:
        refused, postponed = _read(vault, waiting, weak_jail, advance)
    session.mark("read")
    if postponed:
        session.console.warn(
            "Items not read for the search yet: {count}; 'casevault doctor' reads them.", count=postponed
        )
    if refused:
        session.console.warn(
            "{count} could be stored but not read; 'casevault evidence show' says why.", count=refused
        )


def _read(vault: UnlockedVault, waiting: Sequence[Evidence], weak_jail: bool, advance: Advance) -> tuple[int, int]:
    """How many were refused for good, and how many could not be read now."""
    from vault.usecases import extracting

    refused = postponed = 0
    for one in extracting.read(vault, waiting, accept_weak_jail=weak_jail):
        refused += one.evidence.text_state == "refused"
        postponed += one.evidence.text_state == "pending"
        advance(1)
    return refused, postponed


def _report(session: Session, results: Sequence[Added], failures: Sequence[dict[str, str]]) -> None:
    console = session.console
    added = [(one, one.evidence) for one in results if one.evidence is not None]
    if not added:
        return
    left = [
        shown_path(one.file.path) for one, _ in added if one.file.path is not None and os.path.lexists(one.file.path)
    ]
    shapes = [
        {
            "id": item.id,
            "sha256": item.sha256.hex(),
            "size": item.size,
            "media_type": item.media_type,
            "duplicate_of": one.duplicate_of,
        }
        for one, item in added
    ]
    rows = [
        (item.id, size(item.size, console.lang), item.media_type, item.title or item.original_name)
        for _, item in added
    ]
    console.answer({"evidence": shapes, "plaintext_left": left, "failed": list(failures)}, columns(rows))
    for one, item in added:
        if one.duplicate_of is not None:
            console.warn("{item} has the same bytes as {other}.", item=item.id, other=one.duplicate_of)
    for failure in failures:
        console.warn("{path}: {message}", path=failure["path"], message=failure["message"])
    if left:
        console.warn("Originals stay on this computer in plain text ({count}):", count=len(left))
        for path in left:
            console.say("    {path}", path=path)
    console.hint("look at one: casevault evidence show {item}", item=added[0][1].id)
