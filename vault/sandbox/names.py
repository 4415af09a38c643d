"""Names, places and organisations in free text by models, each script by its own, in the jail.

The models are an extra (`casevault[models]`). They are loaded when the first text in their script comes, in a
process that has neither keys nor files nor a network, and stay there until `close`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import TracebackType
from typing import Literal, NoReturn, get_args

from vault.errors import Refused
from vault.model.findings import Found, NameLabel
from vault.sandbox import reasons
from vault.sandbox.session import Session, SessionFault
from vault.sandbox.transport import MIB, Limits, may_be_strong, worker_command
from vault.sandbox.windows import Window, windows

Script = Literal["cyrillic", "latin"]
SCRIPTS: tuple[Script, ...] = get_args(Script)
LIMITS: dict[Script, Limits] = {
    "cyrillic": Limits(1024 * MIB, cpu_seconds=4 * 3600, wall_seconds=60.0, output_bytes=4 * MIB),
    "latin": Limits(1536 * MIB, cpu_seconds=12 * 3600, wall_seconds=120.0, output_bytes=4 * MIB),
}
START_SECONDS = 120.0
MAX_FOUND = 6_000
"""Of one window: no model finds more names than there are characters."""
LABELS: dict[str, NameLabel] = {label: label for label in get_args(NameLabel)}

_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LATIN_WORDS = re.compile("[A-Za-z\u00c0-\u024f][^\\w]{1,3}[A-Za-z\u00c0-\u024f]")
_FAULTS = {"time": "models-time", "crashed": "models-stopped", "broken-answer": "models-answer"}


class NameFinder:
    """Finds names in texts, until `close`. Starts a process for each script at the first text that needs it.

    Raises Refused, with kind unsupported or unreadable: a text that the models could not finish is never passed on
    as if nothing had been found in it.
    """

    def __init__(self, *, accept_weak_jail: bool = False, command: Sequence[str] | None = None) -> None:
        self._accept_weak_jail = accept_weak_jail
        self._command = list(command) if command is not None else worker_command()
        self._sessions: dict[Script, Session] = {}

    def __enter__(self) -> NameFinder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes. May be called again; a later `find` starts new ones."""
        while self._sessions:
            _, session = self._sessions.popitem()
            session.close()

    def pids(self) -> dict[Script, int]:
        """The process ids of the scripts that were started."""
        return {script: session.pid for script, session in self._sessions.items()}

    def find(self, text: str) -> list[Found]:
        """What the models take for names, sorted; stretches may overlap. Offsets count code points of `text`."""
        found: set[Found] = set()
        for window in windows(text):
            piece = text[window.start : window.end]
            for script in _scripts(piece):
                found.update(_moved(self._asked(script, piece), window))
        return sorted(found, key=lambda one: (one.start, -one.end, one.label, -one.score))

    def _asked(self, script: Script, piece: str) -> list[Found]:
        blob = piece.encode("utf-8", "surrogatepass")
        try:
            untrusted = self._session(script).ask({}, blob)
        except SessionFault as fault:
            self._sessions.pop(script, None)
            raise reasons.refusal(_FAULTS[fault.code], int(LIMITS[script].wall_seconds)) from None
        except KeyboardInterrupt:
            self._sessions.pop(script, None)
            raise
        return _checked(untrusted.header.get("found"), len(piece))

    def _session(self, script: Script) -> Session:
        if script not in self._sessions:
            self._sessions[script] = self._started(script)
        return self._sessions[script]

    def _started(self, script: Script) -> Session:
        if not may_be_strong() and not self._accept_weak_jail:
            raise reasons.refusal("models-jail")
        return Session(
            self._command, "names", {"script": script}, LIMITS[script],
            start_seconds=START_SECONDS, accept_weak_jail=self._accept_weak_jail,
        )  # fmt: skip


def _scripts(piece: str) -> list[Script]:
    """Whose models have something to read here: one Latin word in a Russian text is left to the Russian ones."""
    cyrillic = _CYRILLIC.search(piece) is not None
    latin = (_LATIN_WORDS if cyrillic else _LATIN).search(piece) is not None
    return [script for script, there in (("cyrillic", cyrillic), ("latin", latin)) if there]  # type: ignore[misc]


def _moved(found: Sequence[Found], window: Window) -> list[Found]:
    """With offsets of the whole text, and without what another window sees better."""
    moved = [Found(f.start + window.start, f.end + window.start, f.label, f.score) for f in found]
    return [one for one in moved if one.start < window.last and one.end > window.first]


def _checked(untrusted: object, size: int) -> list[Found]:
    """What a worker answered about a text of `size` code points. A text may have taken it over."""
    if not isinstance(untrusted, list) or len(untrusted) > MAX_FOUND:
        _refuse()
    return [_one(one, size) for one in untrusted]


def _one(untrusted: object, size: int) -> Found:
    if not isinstance(untrusted, list) or len(untrusted) != 4:
        _refuse()
    start, end, label, permille = untrusted
    for number in (start, end, permille):
        if not isinstance(number, int) or isinstance(number, bool):
            _refuse()
    if not (0 <= start < end <= size and 0 <= permille <= 1000 and isinstance(label, str) and label in LABELS):
        _refuse()
    return Found(start, end, LABELS[label], permille / 1000)


def _refuse() -> NoReturn:
    raise reasons.refusal("models-answer")


__all__ = ["NameFinder", "Refused"]
