"""One call of the program, or one evening in the shell: its options, its console, its open vault."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from commands.console import Console, print_to
from commands.options import Globals
from commands.printing import json_text
from vault.errors import Refused, Usage

if TYPE_CHECKING:
    import typer

    from vault.formats.header import Header
    from vault.usecases.locked import LockedVault
    from vault.usecases.opening import Unlocked
    from vault.usecases.unlocked import UnlockedVault

VAULT_VARIABLE = "CASEVAULT_PATH"


class Session:
    """What a command gets. `case` is the shell's current case; `in_shell` allows personal text in the line."""

    def __init__(self, options: Globals, *, started: float | None = None) -> None:
        self.options = options
        self.console = Console(json=options.json, no_input=options.no_input, lang=options.lang)
        self.in_shell = False
        self.case: str | None = None
        self._kept: UnlockedVault | None = None
        self._header: Header | None = None
        self._at_work: UnlockedVault | None = None
        self._for_shell = False
        self._stdin_taken: str | None = None
        self._started = time.perf_counter() if started is None else started
        self._marks: dict[str, float] = {}
        self._carried: dict[str, bool] = {}

    def within(self, options: Globals) -> Session:
        """The same open vault and current case under the options of one line in the shell."""
        inner = Session(options)
        inner.in_shell, inner.case = self.in_shell, self.case
        inner._kept = self._kept if options.vault == self.options.vault else None
        inner._stdin_taken = self._stdin_taken
        return inner

    def opening(self, header: Header) -> Session:
        """A session whose secret is to open this header, not that of the vault's folder: a backup has its own."""
        inner = self.within(self.options)
        inner._header = header
        return inner

    def peek(self) -> LockedVault:
        """What can be seen, without its key, of what is to be opened. Raises NoVault, Damaged, NewerFormat."""
        from vault.usecases import locked

        return locked.peek(self.folder) if self._header is None else locked.peeked(self._header)

    @property
    def folder(self) -> Path:
        """The vault's folder."""
        named = self.options.vault or os.environ.get(VAULT_VARIABLE)
        if named:
            return Path(named).expanduser()
        from vault.session import places

        return places.default_vault()

    def stdin(self, what: str) -> BinaryIO:
        """Standard input, for one use only. Raises Usage if something else is read from it already."""
        if self._stdin_taken is not None:
            raise Usage(f"standard input can't give both {self._stdin_taken} and {what}")
        if sys.stdin is None:
            raise Usage("there is no standard input")
        self._stdin_taken = what
        return sys.stdin.buffer

    @contextlib.contextmanager
    def vault(self, *, report_rollback: bool = False) -> Iterator[UnlockedVault]:
        """The open vault. Raises NoVault, Locked, WrongSecret, Damaged; Rollback, unless that is only reported."""
        if self._kept is not None:
            with self._working(self._kept):
                yield self._kept
            return
        with self.open(report_rollback=report_rollback) as vault:
            self.mark("open")
            with self._working(vault):
                yield vault

    @contextlib.contextmanager
    def _working(self, vault: UnlockedVault) -> Iterator[None]:
        """The vault is what this command works on: what was noted of it at its opening is told now."""
        self._at_work = vault
        try:
            self._log_carried(vault)
            if vault is not self._kept:
                self._say_forgotten(vault)
            yield
        finally:
            self._at_work = None

    def _say_forgotten(self, vault: UnlockedVault) -> None:
        if vault.memory in ("gone", "altered"):
            self.console.warn(
                "What this computer remembered of the vault is gone or was altered: an older copy put back before "
                "now would not show. It is logged."
            )
        elif vault.memory == "elsewhere":
            self.console.warn(
                "This computer has not seen this vault before, others have: if it is an older copy, that can't be "
                "told here. If you have used it on this computer, what was remembered was deleted. It is logged."
            )

    def open(self, *, report_rollback: bool = False) -> UnlockedVault:
        """Open the vault: with the secret that is given, else through the agent, else with what is asked for."""
        accept = self.options.accept_rollback
        if not self._has_secret:
            kept = self._kept_open()
            if kept is not None:
                from vault.usecases.begun import begun

                return begun(kept, accept_rollback=accept, report_rollback=report_rollback)
        from vault.usecases import opening

        return opening.opened(self.folder, self.unlock(), accept_rollback=accept, report_rollback=report_rollback)

    @property
    def _has_secret(self) -> bool:
        options = self.options
        given = (options.passphrase_file, options.passphrase_fd, options.recovery_file, options.identity)
        return bool(options.share_file) or any(one is not None for one in given)

    def _kept_open(self) -> UnlockedVault | None:
        """The vault through the agent that keeps it open, if one does."""
        from vault.store import header_file
        from vault.usecases import agent_remote

        header = header_file.read(self.folder)
        agent = agent_remote.connect(self.folder, header, shell=self._for_shell)
        return None if agent is None else agent_remote.opened(self.folder, header, agent)

    def unlock(self) -> Unlocked:
        """Find the root key with the secret that is given or asked for: for commands that change keys."""
        from commands import secrets
        from vault.usecases import opening

        found = self.peek()
        secret = secrets.given(self)
        if secret is not None:
            with self.console.working("Opening"):
                return opening.unlock(self.folder, secret)
        return secrets.asked(self, found.kinds, lambda typed: opening.unlock(self.folder, typed))

    @contextlib.contextmanager
    def rooted(self) -> Iterator[tuple[UnlockedVault, bytes]]:
        """The open vault and its root key, for commands that change keys: a secret is always asked for."""
        from vault.usecases import opening

        found = self.unlock()
        with (
            opening.opened(self.folder, found, accept_rollback=self.options.accept_rollback) as vault,
            self._working(vault),
        ):
            yield vault, found.root
            if self._kept is not None:
                self._kept.header = vault.header  # what the shell keeps open is the same vault

    @contextlib.contextmanager
    def unasked(self) -> Iterator[UnlockedVault]:
        """The open vault where nobody has to be asked for that. Raises Locked else, and what `vault` raises."""
        with self.within(self.options._replace(no_input=True)).vault() as vault:
            yield vault

    @contextlib.contextmanager
    def kept_open(self) -> Iterator[UnlockedVault]:
        """Open the vault once for all commands in the body."""
        self._for_shell = True
        with self.open() as vault:
            self._say_forgotten(vault)
            self._kept = vault
            try:
                yield vault
            finally:
                self._kept = None

    @contextlib.contextmanager
    def accepted_clouds(self) -> Iterator[None]:
        """Within, --accept-sync-folder lets a command write where a cloud copies files away, and the log tells it."""
        if not self.options.accept_sync_folder:
            yield
            return
        from vault.session import sync_folders

        with sync_folders.accepting(self._carry):
            yield

    def _carry(self, path: Path) -> None:
        self._carried.setdefault(str(path), False)
        if self._at_work is not None:
            self._log_carried(self._at_work)

    def _log_carried(self, vault: UnlockedVault) -> None:
        """Before anything is written there. Where no vault is open yet, as soon as one is."""
        waiting = [path for path, logged in self._carried.items() if not logged]
        if waiting:
            vault.note("vault.sync-folder", count=len(waiting))
            self._carried.update(dict.fromkeys(waiting, True))

    @property
    def carried(self) -> bool:
        """Whether something is about to go where a cloud copies it, on the person's word."""
        return bool(self._carried)

    def weak_jail(self) -> bool:
        """Whether documents may be read where the walls are weak. Raises Refused if --require-jail finds them so."""
        if self.options.require_jail:
            from vault.sandbox import jail_report

            if not jail_report().strong:
                raise Refused(
                    "the walls around the document reader are weak on this system, and --require-jail was given",
                    kind="unsupported",
                    hint="'casevault doctor' says which of them stand.",
                )
        return self.options.accept_weak_jail

    def mark(self, name: str) -> None:
        """Note how long it took to come here."""
        self._marks[name] = time.perf_counter() - self._started

    def say_timings(self) -> None:
        """What --timings asked for, on stderr."""
        if not self.options.timings:
            return
        self.mark("all")
        if self.options.json:
            rounded = {name: round(seconds, 3) for name, seconds in self._marks.items()}
            print_to(sys.stderr, json_text({"timings": rounded}, sys.stderr.encoding))
            return
        parts = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in self._marks.items())
        print_to(sys.stderr, f"timings: {parts}")


def session_of(context: typer.Context) -> Session:
    """The session of a running command."""
    session = context.obj
    assert isinstance(session, Session)
    return session
