"""The agent's side of one conversation: what a command asks for, and what it gets."""

from __future__ import annotations

import contextlib
import hashlib
import time
from typing import TYPE_CHECKING, Any

from vault.audit.kept import Kept
from vault.audit.log import AuditLog, Late
from vault.crypto import kdf
from vault.crypto.keys import CaseKeys
from vault.errors import Busy, CasevaultError, Damaged, NotAllowed, NotFound
from vault.model.events import Event
from vault.model.ids import is_id
from vault.model.records import Case
from vault.session import failed_unlocks
from vault.session.agent_frames import Channel, Ended
from vault.store.catalogue import Catalogue
from vault.usecases import agent_events, agent_rules
from vault.usecases.agent_events import BROKEN
from vault.usecases.keeper import OwnKeeper

if TYPE_CHECKING:
    from vault.usecases.agent import Held

PROTOCOL = 1
HELLO_BYTES = 4096
HELLO_SECONDS = 10.0
ANSWER_SECONDS = 10.0
"""For a command to say what belongs into an entry that is being written: others wait meanwhile."""
GATE_SECONDS = 2.0
QUESTIONS_SECONDS = 30.0
"""For all that a command is asked about one append."""
SILENT_SECONDS = 60.0
"""A command at work says that it is there, more often than that; one that does not has no more place here."""
MAX_EVENTS = 100_000
MAX_PINS = 1_000_000
CHANGED = "the key of a case is not the one that it was when the vault was unlocked"


class _Aborted(Exception):
    """The command took back what it was about to log."""


class _Turned(Exception):
    """What was to be written is refused while the log waits for it."""

    def __init__(self, error: CasevaultError) -> None:
        self.error = error


class Conversation:
    """One connection, in one thread."""

    def __init__(self, held: Held, channel: Channel) -> None:
        self._held = held
        self._channel = channel
        self._writer = held.new_writer()
        self._named: set[str] = set()
        self._shell = False
        self._until = 0.0
        self._log: AuditLog | None = None
        self._catalogue: Catalogue | None = None

    def run(self) -> None:
        """Until the other side goes, or says what is not to be understood."""
        try:
            # A first message that is none, and any error, end the conversation and nothing else.
            with contextlib.suppress(Ended, Damaged, ValueError, KeyError, TypeError):
                first = self._channel.receive(limit=HELLO_BYTES, wait=HELLO_SECONDS)
                self._held.heard(self._channel)
                self._first(first)
        finally:
            self._channel.close()
            for one in (self._log, self._catalogue):
                if one is not None:
                    with contextlib.suppress(CasevaultError):
                        one.close()

    def _first(self, message: dict[str, Any]) -> None:
        held, asked = self._held, message.get("ask")
        if asked == "left":
            self._channel.send(self._left())
        elif asked == "lock":
            with contextlib.suppress(Ended):  # whoever asks and goes has asked
                self._channel.send({"locking": True})
            held.lock(outcome="ok", then=lambda: self._channel.send({"locked": True}))
        elif asked == "hello" and message.get("protocol") == PROTOCOL:
            held.check_header()
            with held.conversation() as place:
                if not place:
                    busy = Busy("too many commands use this vault at once", hint="Try again in a moment.")
                    self._channel.send({"error": agent_events.error_members(busy)})
                    return
                self._shell = message.get("shell") is True
                self._note_what_came_before()
                self._channel.send(self._welcome())
                self._serve()
        else:
            error = CasevaultError("another version of Casevault keeps this vault open", hint="casevault lock")
            self._channel.send({"error": agent_events.error_members(error)})

    def _left(self) -> dict[str, Any]:
        held = self._held
        return {"left": int(held.limit.left), "idle": int(held.idle.seconds), "vault": held.name}

    def _welcome(self) -> dict[str, Any]:
        from vault.usecases.agent import WORKING

        held = self._held
        return {
            **self._left(),
            "keys": {name: held.page[name].hex() for name in WORKING},
            "writer": agent_events.writer_members(self._writer),
            "verifier": held.verifier,
            "header": held.digest,
        }

    def _serve(self) -> None:
        answers = {
            "append": self._append, "sign": self._sign, "names": self._names, "recipient": self._recipient,
            "case": self._case, "wrap": self._wrap, "forget": self._forget,
            "here": self._here,
        }  # fmt: skip
        while True:
            message = self._channel.receive(wait=SILENT_SECONDS)
            if not (self._shell and message.get("ask") == "here"):
                self._held.idle.again()  # a shell that waits for a person is there, but that is no use of the vault
            try:
                answer = answers[str(message.get("ask"))](message)
            except _Aborted:
                answer = {"aborted": True}
            except _Turned as refused:
                answer = {"error": agent_events.error_members(refused.error)}
            except CasevaultError as error:
                answer = {"error": agent_events.error_members(error)}
            except (KeyError, TypeError, ValueError):
                # What is not valid, whatever it is; or the keys are gone by now.
                answer = {"error": agent_events.error_members(Damaged(BROKEN))}
            self._channel.send(answer)

    def _here(self, message: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _note_what_came_before(self) -> None:
        """As of any opening; here, as no command could be believed."""
        # What can't be logged now is by the next one; where the disk is full, nothing is shown either.
        with contextlib.suppress(CasevaultError):
            events = agent_rules.came_before(self._open_log(), self._writer, self._held.vault)
            if events and self._held.gate.acquire(timeout=GATE_SECONDS):
                try:
                    self._open_log().append(events, self._writer)
                finally:
                    self._held.gate.release()
                failed_unlocks.clear(self._held.vault)

    # ---- The log ---------------------------------------------------------------------------------------------------

    def _open_log(self) -> AuditLog:
        if self._log is None:
            self._log = self._held.open_log()
        return self._log

    def _append(self, message: dict[str, Any]) -> dict[str, Any]:
        given = message["events"]
        if not isinstance(given, list) or len(given) > MAX_EVENTS:
            raise Damaged(BROKEN)
        self._until = time.monotonic() + QUESTIONS_SECONDS
        noted: list[Event] = []
        events = [self._late(noted) if one is None else self._noted(one, noted) for one in given]
        also = self._also if message.get("also") is True else None
        with self._held.gate:
            written = self._open_log().append(events, self._writer, also)
        self._named |= agent_rules.named(noted)
        return {"first": written[0].seq if written else 0, "count": len(written)}

    def _noted(self, untrusted: object, noted: list[Event], tree: tuple[int, bytes] | None = None) -> Event:
        """An event that a command may have written. Raises NotAllowed, Damaged."""
        event = agent_events.event_of(untrusted)
        agent_rules.check(event, accepted=self._held.accepted)
        if any(row.table == Case.TABLE for row in event.rows):
            agent_rules.check_rows(event, self._keeper().names(*self._own(str(event.case))))
        if event.action == agent_rules.SHRED and event.phase == "event" and self._row(str(event.case)) is not None:
            raise NotAllowed("a case that is there was not destroyed")
        if event.action == agent_rules.MAP:
            # Its tree is the one right before it: so it is made late. Another reader sees what is in the file by now.
            size, root = tree or (0, b"")
            with contextlib.closing(self._held.open_log()) as log:
                agent_rules.check_map(event, self._held.page["audit_map"], log, size, root)
        noted.append(event)
        return event

    def _late(self, noted: list[Event]) -> Late:
        def event(size: int, root: bytes) -> Event:
            answer = self._asked({"late": {"root": root.hex(), "size": size}})
            try:
                return self._noted(answer["event"], noted, (size, root))
            except NotAllowed as error:
                raise _Turned(error) from None

        return event

    def _also(self, kept: Kept) -> None:
        kept.replay(self._asked({"also": True})["puts"])

    def _asked(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask the command back, while the log waits for its answer: not for long, not when the vault is locked."""
        with self._held.asking(self._channel):
            self._channel.send(question)
            left = self._until - time.monotonic()
            answer = self._channel.receive(wait=max(0.0, min(ANSWER_SECONDS, left)))
        if answer.get("abort") is True:
            raise _Aborted
        return answer

    def _sign(self, message: dict[str, Any]) -> dict[str, Any]:
        from vault.usecases import agent_signs

        log = self._open_log()
        text = str(message["text"])
        agent_signs.check(log, text)
        return {"signature": log.sign(text).signature.hex()}

    # ---- The keys of cases -----------------------------------------------------------------------------------------

    def _pinned(self, message: dict[str, Any]) -> tuple[str, bytes]:
        """A case's id and its wrapped key, as it was when the vault was unlocked or the case was made, and as the log
        says that it is the case's own."""
        case, wrapped = self._own(str(message["case"]))
        if bytes.fromhex(message["wrapped"]) != wrapped:
            raise Damaged(CHANGED)
        return case, wrapped

    def _own(self, case: str) -> tuple[str, bytes]:
        held = self._held
        if not is_id(case, "C"):
            raise Damaged(BROKEN)
        wrapped = held.pins.get(case) or self._new_pin(case)
        if (case, wrapped) not in held.own:
            agent_rules.require_own(self._open_log(), case, self._keeper().names(case, wrapped))
            held.own.add((case, wrapped))
        return case, wrapped

    def _row(self, case: str) -> Case | None:
        if self._catalogue is None:
            self._catalogue = self._held.open_catalogue()
        return self._catalogue.get(Case, case)

    def _new_pin(self, case: str) -> bytes:
        """Of a case that another process made since: from the catalogue, once and for all."""
        row = self._row(case)
        if row is None:
            raise NotFound("there is no such case in this vault")
        held = self._held
        known = row.wrapped_key in held.pins.values() or hashlib.sha256(row.wrapped_key).digest() in held.gone
        if known or len(held.pins) >= MAX_PINS:
            raise Damaged("two cases have one key in the catalogue")
        return held.pins.setdefault(case, row.wrapped_key)

    def _keeper(self) -> OwnKeeper:
        return OwnKeeper(self._held.page["case_wrap"])

    def _names(self, message: dict[str, Any]) -> dict[str, Any]:
        found = self._keeper().names(*self._pinned(message))
        return {"pseudonyms": found.pseudonyms.hex(), "rows": found.rows.hex()}

    def _recipient(self, message: dict[str, Any]) -> dict[str, Any]:
        return {"recipient": self._keeper().recipient(*self._pinned(message)).hex()}

    def _case(self, message: dict[str, Any]) -> dict[str, Any]:
        case, wrapped = self._pinned(message)
        row = self._row(case)
        if row is not None and row.wrapped_key != wrapped:
            raise Damaged(CHANGED)
        keys = self._keeper().keys(case, wrapped)
        if case not in self._named:
            with self._held.gate:
                self._open_log().append([Event("case.key", "event", case=case, outcome="ok")], self._writer)
            self._named.add(case)
        return {"identity": keys.identity.hex()}

    def _wrap(self, message: dict[str, Any]) -> dict[str, Any]:
        held, case = self._held, str(message["case"])
        identity = bytes.fromhex(message["identity"])
        if not is_id(case, "C") or len(identity) != kdf.KEY_BYTES or len(held.pins) >= MAX_PINS:
            raise Damaged(BROKEN)
        if case in held.pins or self._row(case) is not None:
            raise Damaged("this case has a key already")
        wrapped = kdf.wrap(held.page["case_wrap"], identity)
        CaseKeys.unwrap(held.page["case_wrap"], wrapped)
        if held.pins.setdefault(case, wrapped) is wrapped:
            held.own.add((case, wrapped))  # whoever made it has it: nobody else's key can be given as one's own
        return {"wrapped": held.pins[case].hex()}

    def _forget(self, message: dict[str, Any]) -> dict[str, Any]:
        """The case is gone: so is its key from here, once the catalogue says so too."""
        case = str(message["case"])
        if self._row(case) is None:
            wrapped = self._held.pins.pop(case, None)
            if wrapped is not None:
                self._held.own.discard((case, wrapped))
                self._held.gone.add(hashlib.sha256(wrapped).digest())
        return {}
