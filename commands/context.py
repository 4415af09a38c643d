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
        self._stdin_taken: str | None = None
        self._started = time.perf_counter() if started is None else started
        self._marks: dict[str, float] = {}

    def within(self, options: Globals) -> Session:
        """The same open vault and current case under the options of one line in the shell."""
        inner = Session(options)
        inner.in_shell, inner.case = self.in_shell, self.case
        inner._kept = self._kept if options.vault == self.options.vault else None
        inner._stdin_taken = self._stdin_taken
        return inner

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
    def vault(self) -> Iterator[UnlockedVault]:
        """The open vault. Raises NoVault, Locked, WrongSecret, Damaged."""
        if self._kept is not None:
            yield self._kept
            return
        with self.open() as vault:
            self.mark("open")
            yield vault

    def open(self) -> UnlockedVault:
        """Open the vault with the secret that is given or asked for."""
        from vault.usecases import opening

        return opening.opened(self.folder, self.unlock(), accept_rollback=self.options.accept_rollback)

    def unlock(self) -> Unlocked:
        """Find the root key with the secret that is given or asked for: for commands that change keys."""
        from commands import secrets
        from vault.usecases import locked, opening

        found = locked.peek(self.folder)
        secret = secrets.given(self)
        if secret is not None:
            return opening.unlock(self.folder, secret)
        return secrets.asked(self, found.kinds, lambda typed: opening.unlock(self.folder, typed))

    @contextlib.contextmanager
    def rooted(self) -> Iterator[tuple[UnlockedVault, bytes]]:
        """The open vault and its root key, for commands that change keys: a secret is always asked for."""
        from vault.usecases import opening

        found = self.unlock()
        with opening.opened(self.folder, found, accept_rollback=self.options.accept_rollback) as vault:
            yield vault, found.root

    @contextlib.contextmanager
    def kept_open(self) -> Iterator[UnlockedVault]:
        """Open the vault once for all commands in the body."""
        with self.open() as vault:
            self._kept = vault
            try:
                yield vault
            finally:
                self._kept = None

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
