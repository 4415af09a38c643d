"""The agent's side of one conversation: what a command asks for, and what it gets."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING, Any

from vault.audit.kept import Kept
from vault.audit.log import AuditLog, Late
from vault.crypto import kdf
from vault.crypto.keys import CaseKeys
from vault.errors import CasevaultError, Damaged, NotFound
from vault.model.events import Event
from vault.model.ids import is_id
from vault.model.records import Case
from vault.session.agent_frames import Channel, Ended
from vault.store.catalogue import Catalogue
from vault.usecases import agent_events
from vault.usecases.agent_events import BROKEN
from vault.usecases.keeper import OwnKeeper

if TYPE_CHECKING:
    from vault.usecases.agent import Held

PROTOCOL = 1
HELLO_BYTES = 4096
HELLO_SECONDS = 10.0
ANSWER_SECONDS = 10.0
"""For a command to say what belongs into an entry that is being written: others wait meanwhile."""
MAX_EVENTS = 100_000
MAX_PINS = 1_000_000
CHANGED = "the key of a case is not the one that it was when the vault was unlocked"


class _Aborted(Exception):
    """The command took back what it was about to log."""


class Conversation:
    """One connection, in one thread."""

    def __init__(self, held: Held, channel: Channel) -> None:
        self._held = held
        self._channel = channel
        self._writer = held.new_writer()
        self._named: set[str] = set()
        self._log: AuditLog | None = None
        self._catalogue: Catalogue | None = None

    def run(self) -> None:
        """Until the other side goes, or says what is not to be understood."""
        try:
            # A first message that is none, and any error, end the conversation and nothing else.
            with contextlib.suppress(Ended, Damaged, ValueError, KeyError, TypeError):
                first = self._channel.receive(limit=HELLO_BYTES, wait=HELLO_SECONDS)
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
            held.idle.again()
            with held.conversation(shell=message.get("shell") is True):
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
        }  # fmt: skip
        while True:
            message = self._channel.receive()
            self._held.idle.again()
            try:
                answer = answers[str(message.get("ask"))](message)
            except _Aborted:
                answer = {"aborted": True}
            except CasevaultError as error:
                answer = {"error": agent_events.error_members(error)}
            except (KeyError, TypeError, ValueError):
                # What is not valid, whatever it is; or the keys are gone by now.
                answer = {"error": agent_events.error_members(Damaged(BROKEN))}
            self._channel.send(answer)

    # ---- The log ---------------------------------------------------------------------------------------------------

    def _open_log(self) -> AuditLog:
        if self._log is None:
            self._log = self._held.open_log()
        return self._log

    def _append(self, message: dict[str, Any]) -> dict[str, Any]:
        given = message["events"]
        if not isinstance(given, list) or len(given) > MAX_EVENTS:
            raise Damaged(BROKEN)
        named: set[str] = set()
        events = [
            self._late(named) if one is None else self._noted(agent_events.event_of(one), named) for one in given
        ]
        also = self._also if message.get("also") is True else None
        with self._held.gate:
            written = self._open_log().append(events, self._writer, also)
        self._named |= named
        return {"first": written[0].seq if written else 0, "count": len(written)}

    def _noted(self, event: Event, named: set[str]) -> Event:
        # An outcome tells what was done before; it is no word of what comes.
        if event.case is not None and event.phase != "outcome":
            named.add(event.case)
        return event

    def _late(self, named: set[str]) -> Late:
        def event(size: int, root: bytes) -> Event:
            answer = self._asked({"late": {"root": root.hex(), "size": size}})
            return self._noted(agent_events.event_of(answer["event"]), named)

        return event

    def _also(self, kept: Kept) -> None:
        kept.replay(self._asked({"also": True})["puts"])

    def _asked(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask the command back, while the log waits for its answer."""
        self._channel.send(question)
        answer = self._channel.receive(wait=ANSWER_SECONDS)
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
        """A case's id and its wrapped key, as it was when the vault was unlocked or the case was made."""
        held, case = self._held, str(message["case"])
        if not is_id(case, "C"):
            raise Damaged(BROKEN)
        wrapped = held.pins.get(case) or self._new_pin(case)
        if bytes.fromhex(message["wrapped"]) != wrapped:
            raise Damaged(CHANGED)
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
        return {"wrapped": held.pins.setdefault(case, wrapped).hex()}

    def _forget(self, message: dict[str, Any]) -> dict[str, Any]:
        """The case is gone: so is its key from here, once the catalogue says so too."""
        case = str(message["case"])
        if self._row(case) is None:
            wrapped = self._held.pins.pop(case, None)
            if wrapped is not None:
                self._held.gone.add(hashlib.sha256(wrapped).digest())
        return {}
