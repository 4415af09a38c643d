"""Ids that were left out: the shell's current case, or a list to pick from by title on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from commands.context import Session
from commands.printing import one_line
from commands.table import TABLE
from vault.errors import Usage
from vault.model.ids import is_id, tidy_id

if TYPE_CHECKING:
    from vault.model.records import Case, Evidence, PersonRecord, RecipientRecord
    from vault.usecases.unlocked import UnlockedVault

ENDS = ("exit", "quit", "выход")


class AnotherCommand(BaseException):
    """A command was typed where an entry of a list was asked for: the shell leaves the list and runs it.

    No error: what catches those must let it pass.
    """

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


def looks_like(word: str, prefix: str) -> bool:
    """Whether a word has the form of an id such as C-7K3Q9."""
    return is_id(tidy_id(word), prefix)


def leading(words: Sequence[str] | None, prefix: str) -> tuple[str | None, list[str]]:
    """A leading id of that kind, if there is one, and the words after it."""
    rest = list(words or ())
    if rest and looks_like(rest[0], prefix):
        return rest[0], rest[1:]
    return None, rest


def case(session: Session, vault: UnlockedVault, given: str | None) -> str:
    """The case meant. Raises Usage where it is not given and nobody can be asked."""
    if given is not None:
        return tidy_id(given)
    if session.case is not None:
        return session.case
    return other_case(session, vault, None)


def other_case(session: Session, vault: UnlockedVault, given: str | None) -> str:
    """The same without the current case, for commands that need a second one."""
    if given is not None:
        return tidy_id(given)
    _need_terminal(session, "a case", "casevault case list")
    from vault.usecases import cases

    found = [(entry.case.id, case_label(entry.case)) for entry in cases.listing(vault)]
    return _pick(session, "Which case?", found, "there is no case yet")


def evidence(session: Session, vault: UnlockedVault, given: str | None) -> str:
    """The item of evidence meant."""
    if given is not None:
        return tidy_id(given)
    _need_terminal(session, "an item of evidence", "casevault evidence list CASE")
    from vault.usecases import items

    found = [(item.id, item_label(item)) for item in items.listing(vault, case(session, vault, None))]
    return _pick(session, "Which item?", found, "there is no evidence in this case yet")


def person(session: Session, vault: UnlockedVault, given: str | None) -> str:
    """The person meant."""
    if given is not None:
        return tidy_id(given)
    _need_terminal(session, "a person", "casevault person list CASE")
    from vault.usecases import people

    found = [(one.id, person_label(one)) for one in people.listing(vault, case(session, vault, None))]
    return _pick(session, "Who?", found, "nobody is listed in this case yet")


def recipient(session: Session, vault: UnlockedVault, given: str | None) -> str:
    """The recipient meant."""
    if given is not None:
        return tidy_id(given)
    _need_terminal(session, "a recipient", "casevault recipient list")
    from vault.usecases import recipients

    active = [one for one in recipients.listing(vault) if one.state == "active"]
    found = [(one.id, recipient_label(session, one)) for one in active]
    return _pick(session, "Which recipient?", found, "there is no recipient yet")


def case_label(case: Case) -> str:
    """A case in a list to pick from."""
    return f"{case.id}  {one_line(case.title)}"


def item_label(item: Evidence) -> str:
    """An item in a list to pick from: by its title, else by its file's name."""
    return f"{item.id}  {one_line(item.title or item.original_name)}"


def person_label(person: PersonRecord) -> str:
    """A person in a list to pick from."""
    return f"{person.id}  {one_line(person.name)}"


def recipient_label(session: Session, recipient: RecipientRecord) -> str:
    """A recipient in a list to pick from."""
    return f"{recipient.id}  {one_line(recipient.name)} ({session.console.text(recipient.role)})"


def _need_terminal(session: Session, what: str, command: str) -> None:
    if not session.console.can_ask:
        raise Usage(f"{what} is missing: give its id", hint=f"'{command}' shows the ids.")


def _pick(session: Session, question: str, options: list[tuple[str, str]], none: str) -> str:
    if not options:
        raise Usage(none)
    return session.console.choose(question, options, _leave if session.in_shell else lambda typed: None)


def _leave(typed: str) -> None:
    if is_command(typed):
        raise AnotherCommand(typed)


def is_command(typed: str) -> bool:
    """Whether a line typed in the shell begins like one of its commands."""
    words = typed.split()
    if words[:1] == ["casevault"]:
        words = words[1:]
    if not words:
        return False
    return words[0] in (*ENDS, "use", "help") or words[0] in TABLE
