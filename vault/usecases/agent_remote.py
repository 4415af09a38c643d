"""The command's side: a vault whose keys another process keeps. It reads by itself, and asks for what it lacks.

The working keys open the two databases here; entries are written, and the keys of cases given out, by the agent.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from vault.audit.kept import Kept, Recorded
from vault.audit.log import AuditLog, Late
from vault.crypto import signing
from vault.crypto.keys import CaseKeys, CaseNames, WorkingKeys
from vault.errors import Busy, CasevaultError, Damaged, Locked
from vault.formats.header import Header
from vault.formats.note import Signature
from vault.model.events import Entry, Event, Writer
from vault.session import agent_link, agent_place
from vault.session.agent_frames import Channel, Ended
from vault.store.catalogue import Catalogue
from vault.usecases import agent_events, agent_lock
from vault.usecases.unlocked import AUDIT_NAME, UnlockedVault

PROTOCOL = 1
REPLY_SECONDS = 120.0
"""The agent waits for other writers, for half a minute at most each time."""
SHORT_SECONDS = 10.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.3, 15.0
"""Seconds between two words that the command is there."""


@dataclass(frozen=True, slots=True)
class Left:
    """For how many seconds the vault is still open, and after how many without a command it is locked."""

    seconds: int
    idle: int


class Agent:
    """A conversation with the process that keeps the vault open. Several threads may ask."""

    def __init__(self, channel: Channel, welcome: dict[str, Any]) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self.welcome = welcome
        self.left = Left(int(welcome["left"]), int(welcome["idle"]))
        self.gone = False
        self._done = threading.Event()

    def stay(self) -> None:
        """Say now and then that the command is at work: who says nothing keeps no vault open, and not its place."""
        threading.Thread(target=self._stay, daemon=True).start()

    def _stay(self) -> None:
        pause = max(SHORTEST_PAUSE, min(LONGEST_PAUSE, self.left.idle / 3))
        while not self._done.wait(pause):
            with contextlib.suppress(CasevaultError):
                self.ask({"ask": "here"})
            if self.gone:
                return

    def ask(self, message: dict[str, Any], back: Callable[[dict[str, Any]], Any] | None = None) -> dict[str, Any]:
        """Its answer. What it asks back goes to `back`. Raises what went wrong there, Locked if it has gone."""
        with self._lock:
            try:
                self._channel.send(message)
                answer = self._channel.receive(wait=REPLY_SECONDS)
                while back is not None and ("late" in answer or "also" in answer):
                    self._channel.send(back(answer))
                    answer = self._channel.receive(wait=REPLY_SECONDS)
            except Ended:
                self.gone = True
                raise _locked() from None
        if "error" in answer:
            raise agent_events.error_of(answer["error"])
        return answer

    def has_gone(self) -> bool:
        """Whether the agent has ended, as far as can be seen without asking it."""
        self.gone = self.gone or self._channel.ended()
        return self.gone

    def close(self) -> None:
        """End the conversation."""
        self._done.set()
        self._channel.close()


def _locked() -> Locked:
    return Locked(
        "the vault was locked while the command was at work",
        hint="What was logged before is done or not done, nothing is half done: look, then repeat it if need be.",
    )


class RemoteLog(AuditLog):
    """The log, read here and written there."""

    agent: Agent

    def close(self) -> None:
        """Close the file and end the conversation."""
        super().close()
        self.agent.close()

    def append(
        self, events: Sequence[Event | Late], writer: Writer, also: Callable[[Kept], object] | None = None
    ) -> list[Entry]:
        """As of any log. Who writes is the agent's to say: `writer` is not sent."""
        if not events:
            return []
        late = [one for one in events if not isinstance(one, Event)]
        failed: list[BaseException] = []

        def back(question: dict[str, Any]) -> dict[str, Any]:
            try:
                if "also" in question:
                    recorded = Recorded(self._db)
                    assert also is not None
                    also(recorded)
                    return {"puts": recorded.puts}
                told = question["late"]
                return {"event": agent_events.event_members(late.pop(0)(told["size"], bytes.fromhex(told["root"])))}
            except BaseException as error:
                failed.append(error)
                return {"abort": True}

        members = [agent_events.event_members(one) if isinstance(one, Event) else None for one in events]
        answer = self.agent.ask({"also": also is not None, "ask": "append", "events": members}, back)
        if failed:
            raise failed[0]
        first = int(answer["first"])
        return list(self.entries(after_seq=first - 1, limit=int(answer["count"])))

    def sign(self, text: str) -> Signature:
        """As of any log. Raises NotAllowed for what is not true of it."""
        answer = self.agent.ask({"ask": "sign", "text": text})
        return Signature(self.key.name, self.key.id, bytes.fromhex(answer["signature"]))


class _Elsewhere:
    """The public half of a key that this process does not have."""

    def __init__(self, public: bytes) -> None:
        self.public = public

    def sign(self, message: bytes) -> NoReturn:
        raise Locked("the key of the audit log is not in this process")


class RemoteKeeper:
    """The keys of the cases, asked for one by one; what was given once is kept until the vault is closed."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._names: dict[str, CaseNames] = {}
        self._keys: dict[str, CaseKeys] = {}
        self._recipients: dict[str, bytes] = {}

    def _ask(self, what: str, case_id: str, wrapped: bytes) -> dict[str, Any]:
        return self.agent.ask({"ask": what, "case": case_id, "wrapped": wrapped.hex()})

    def names(self, case_id: str, wrapped: bytes) -> CaseNames:
        if case_id in self._keys:
            return self._keys[case_id]
        if case_id not in self._names:
            found = self._ask("names", case_id, wrapped)
            self._names[case_id] = CaseNames(bytes.fromhex(found["rows"]), bytes.fromhex(found["pseudonyms"]))
        return self._names[case_id]

    def recipient(self, case_id: str, wrapped: bytes) -> bytes:
        if case_id not in self._recipients:
            self._recipients[case_id] = bytes.fromhex(self._ask("recipient", case_id, wrapped)["recipient"])
        return self._recipients[case_id]

    def keys(self, case_id: str, wrapped: bytes) -> CaseKeys:
        if case_id not in self._keys:
            identity = bytes.fromhex(self._ask("case", case_id, wrapped)["identity"])
            self._keys[case_id] = CaseKeys.derive(identity)
        return self._keys[case_id]

    def wrap(self, case_id: str, identity: bytes) -> bytes:
        answer = self.agent.ask({"ask": "wrap", "case": case_id, "identity": identity.hex()})
        self._keys[case_id] = CaseKeys.derive(identity)
        return bytes.fromhex(answer["wrapped"])

    def forget(self, case_id: str) -> None:
        self._names.pop(case_id, None)
        self._keys.pop(case_id, None)
        self._recipients.pop(case_id, None)
        self.agent.ask({"ask": "forget", "case": case_id})


def connect(folder: Path, header: Header, *, shell: bool = False) -> Agent | None:
    """To the agent that keeps this vault open, None if there is none. Raises Refused, Busy, Locked, Damaged."""
    channel = agent_link.connect(agent_place.name_of(header.vault, folder))
    if channel is None:
        return None
    try:
        channel.send({"ask": "hello", "protocol": PROTOCOL, "shell": shell})
        welcome = channel.receive(wait=SHORT_SECONDS)
    except Ended:
        channel.close()
        # It locks at this moment, or it has too many to talk to.
        raise Busy("the process that keeps the vault open does not answer") from None
    if "error" in welcome:
        channel.close()
        raise agent_events.error_of(welcome["error"])
    return Agent(channel, welcome)


def opened(folder: Path, header: Header, agent: Agent) -> UnlockedVault:
    """The vault, with the keys that the agent gives to every command. Raises Damaged, Busy, LogUnavailable."""
    from vault.usecases import headers

    try:
        told = agent.welcome
        if headers.digest_of(header) != told["header"]:
            raise Busy("the key slots are being changed", hint=headers.AGAIN)
        keys = WorkingKeys(**{name: bytes.fromhex(key) for name, key in told["keys"].items()})
        log_key = signing.parse_verifier(str(told["verifier"]))
        catalogue = Catalogue.open(folder, keys.catalogue)
    except BaseException:
        agent.close()
        raise
    try:
        log = RemoteLog.opened(folder / AUDIT_NAME, keys.audit, _Elsewhere(log_key.public))
        log.agent = agent
        if log.key != log_key:
            log.close()
            raise Damaged("the audit log is not the one that was there when the vault was unlocked")
    except BaseException:
        catalogue.close()
        agent.close()
        raise
    writer = agent_events.writer_of(told["writer"])
    agent.stay()
    return UnlockedVault(folder, header, keys, catalogue, log, writer, RemoteKeeper(agent))


def left(folder: Path, vault_id: str) -> Left | None:
    """How long this vault stays open, without counting as use of it; None if no agent keeps it open."""
    channel = agent_link.connect(agent_place.name_of(vault_id, folder))
    if channel is None:
        return None
    try:
        channel.send({"ask": "left"})
        found = channel.receive(wait=SHORT_SECONDS)
    except Ended:
        return None
    finally:
        channel.close()
    return Left(int(found["left"]), int(found["idle"]))


def lock(folder: Path, vault_id: str) -> bool:
    """Have every agent of this vault erase its keys and end. Whether there was one. Raises Busy or Refused if one is
    left."""
    done = agent_lock.lock(folder, vault_id)
    if done.left:
        raise done.left[0]
    return done.count > 0
