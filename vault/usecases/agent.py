"""The agent: one process that keeps a vault open, for a time, and hands out what a command needs for its work.

It has the keys in locked memory; it writes the log's entries itself, before it gives away the key of a case; and it
ends, with a last entry, when it is asked to, when nobody uses it, when its time is over, and when something happens
that says that the holder went away. docs/sessions.md says what of that each system can know.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from vault.audit.log import AuditLog
from vault.errors import CasevaultError, Damaged
from vault.model.events import MAX_NUMBER, Event, Writer
from vault.model.records import Case
from vault.session import agent_link, agent_memory, agent_screen, agent_start
from vault.session.agent_clock import Deadline, Sleep
from vault.session.agent_frames import Channel, Ended
from vault.store import header_file
from vault.store.catalogue import Catalogue
from vault.usecases import agent_events, headers
from vault.usecases.unlocked import AUDIT_NAME

TICK_SECONDS = 1.0
LAST_SECONDS = 15.0
"""To finish what is being written, and the last entry, when it locks. Then the process ends in any case."""
GATE_SECONDS = 5.0
MAX_CONVERSATIONS = 32
"""Commands at once. Whoever has not said yet what it wants takes none of these places."""
MAX_SILENT = 32
KEYS = ("catalogue", "audit", "rows", "audit_map", "seals", "audit_signing", "case_wrap")
"""What the agent is given: not the root key, and not the key of the header. It can't change key slots."""
WORKING = KEYS[:5]
MILLISECOND = 1_000_000


class Held:
    """The open vault in the agent's memory. Each conversation has a thread of its own."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.folder = Path(os.fsdecode(bytes.fromhex(told["folder"])))
        self.page = agent_memory.Page({name: bytes.fromhex(told["keys"].pop(name)) for name in KEYS})
        self.writer = agent_events.writer_of(told["writer"])
        self.digest = str(told["header"])
        self.name = str(told["name"])
        self.limit = Deadline(float(told["seconds"]))
        self.idle = Deadline(float(told["idle"]))
        self.began = time.time_ns() // MILLISECOND
        self.gate = threading.RLock()
        """Held while an entry is written: what has begun is finished before the vault is locked."""
        self.vault = str(told["vault"])
        self.accepted = told["accepted"] is True
        """Whether an older copy was accepted when it was unlocked."""
        self.own: set[tuple[str, bytes]] = set()
        """Cases and wrapped keys of which the log was seen to say that they belong together."""
        self._counts = threading.Lock()
        self._conversations = 0
        self._silent: dict[Channel, None] = {}
        """Connections that have said nothing yet, the oldest first."""
        self._asked: set[Channel] = set()
        self._locking = False
        self._ending = threading.Lock()
        self._header_seen: tuple[int, ...] | None = None
        self.check_header()
        with contextlib.closing(self.open_log()) as log:
            self.verifier = log.verifier
            seconds = min(int(told["seconds"]), MAX_NUMBER)
            log.append([Event("vault.unlock", "event", count=seconds, outcome="ok")], self.writer)
        with contextlib.closing(self.open_catalogue()) as catalogue:
            self.pins = {case.id: case.wrapped_key for case in catalogue.all(Case)}
        """Which wrapped key is which case's: a row that is swapped later gives no other case's key."""
        self.gone: set[bytes] = set()
        """SHA-256 of the wrapped keys of cases that are gone: no row gives them out again."""
        self.listener = agent_link.Listener(
            self.name, [Path(os.fsdecode(bytes.fromhex(one))) for one in told["places"]]
        )

    def open_log(self) -> AuditLog:
        """The log, for the thread that asks."""
        return AuditLog.open(
            self.folder / AUDIT_NAME, database_key=self.page["audit"], signing_seed=self.page["audit_signing"]
        )

    def open_catalogue(self) -> Catalogue:
        """The catalogue, for the thread that asks."""
        return Catalogue.open(self.folder, self.page["catalogue"])

    def new_writer(self) -> Writer:
        """Who writes for one command."""
        return replace(self.writer, session=secrets.token_hex(4))

    def check_header(self) -> None:
        """Raise Damaged if the header is not there, or is another one than at unlock."""
        try:
            found = (self.folder / header_file.NAME).stat()
            seen = (found.st_mtime_ns, found.st_ino, found.st_dev, found.st_size, found.st_ctime_ns)
            if seen != self._header_seen:
                if headers.digest_of(header_file.read(self.folder)) != self.digest:
                    raise Damaged("the key slots were changed")
                self._header_seen = seen
        except OSError:
            raise Damaged("the vault is not there any more") from None

    @contextlib.contextmanager
    def conversation(self) -> Iterator[bool]:
        """Whether there is a place for one more command. Requests to lock, or of the time left, need none."""
        with self._counts:
            place = self._conversations < MAX_CONVERSATIONS
            self._conversations += place
        if place:
            self.idle.again()
        try:
            yield place
        finally:
            with self._counts:
                self._conversations -= place
            if place:
                self.idle.again()

    @contextlib.contextmanager
    def asking(self, channel: Channel) -> Iterator[None]:
        """While a command is asked back, and everybody waits for it: locking does not. Raises Ended."""
        with self._counts:
            if self._locking:
                raise Ended
            self._asked.add(channel)
        try:
            yield
        finally:
            with self._counts:
                self._asked.discard(channel)

    def heard(self, channel: Channel) -> None:
        """It has said something."""
        with self._counts:
            self._silent.pop(channel, None)

    def _let_in(self, channel: Channel) -> None:
        """Whoever has said nothing for longest goes for who comes now, if there are too many."""
        with self._counts:
            self._silent[channel] = None
            oldest = next(iter(self._silent)) if len(self._silent) > MAX_SILENT else None
            if oldest is not None:
                del self._silent[oldest]
        if oldest is not None:
            oldest.close()

    def lock(self, *, outcome: str, then: Callable[[], None] | None = None) -> None:
        """Erase and end, with a last entry. Never returns; whoever comes second waits for the end."""
        if not self._ending.acquire(blocking=False):
            time.sleep(2 * LAST_SECONDS)
        watchdog = threading.Timer(LAST_SECONDS, os._exit, (1,))
        watchdog.daemon = True
        watchdog.start()
        try:
            self.listener.close()
            with self._counts:
                self._locking = True
                asked = list(self._asked)
            for channel in asked:
                channel.close()  # what it was to say is not written, and the log is free
            self.pins.clear()
            self.gate.acquire(timeout=GATE_SECONDS)
            self.page.erase("case_wrap")
            with contextlib.suppress(CasevaultError, OSError), contextlib.closing(self.open_log()) as log:
                open_for = max(0, time.time_ns() // MILLISECOND - self.began) // 1000
                log.append([Event("vault.lock", "event", count=open_for, outcome=outcome)], self.writer)
            self.page.erase()
            if then is not None:
                then()
        finally:
            os._exit(0)

    def _tick(self) -> None:
        sleep, pause = Sleep(), threading.Event()
        while True:
            pause.wait(min(TICK_SECONDS, max(0.01, self.limit.left)))
            if sleep.noticed():
                self.lock(outcome="cancelled")
            if not self.limit.left or not self.idle.left:
                self.lock(outcome="ok")

    def serve(self) -> None:
        """Until it locks."""
        from vault.usecases.agent_talk import Conversation

        threading.Thread(target=self._tick, daemon=True).start()
        while True:
            channel = self.listener.accept(TICK_SECONDS)
            try:
                self.check_header()
            except CasevaultError:
                self.lock(outcome="cancelled")
            if not self.listener.there():
                self.lock(outcome="cancelled")
            if channel is None:
                continue
            self._let_in(channel)
            threading.Thread(target=self._talk, args=(Conversation(self, channel), channel), daemon=True).start()

    def _talk(self, conversation: Any, channel: Channel) -> None:
        try:
            conversation.run()
        finally:
            self.heard(channel)


def main() -> None:
    """The process: hear what to keep, say that it is ready, serve."""
    agent_memory.close_process()
    told = agent_start.hear()
    os.environ.update(told.pop("where"))  # where the folder for state is; what starts a process shows to everybody
    try:
        held = Held(told)
    except CasevaultError as error:
        agent_start.answer({"error": agent_events.error_members(error)})
        return
    except OSError as error:
        agent_start.answer({"error": {"class": "StorageFailed", "message": f"no place to listen: {error.strerror}"}})
        return

    def ended(*_: object) -> None:
        held.lock(outcome="cancelled")

    for name in ("SIGHUP", "SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ended)
    knows = agent_screen.watch(ended, told["buses"])
    place = held.listener.place and os.fsencode(held.listener.place).hex()
    agent_start.answer({"memory": held.page.locked, "knows": knows, "place": place, "process": os.getpid()})
    del told
    sys.stdin = sys.stdout = sys.stderr = None
    held.serve()
