"""A worker that does one kind of job again and again, for work in which starting a process takes longest.

What it reads in one file it could bring to bear on the next: so it is only for files that hold nothing but what our
own writers set from text. Whatever holds pixels or parts of somebody's file gets a fresh process, by `jail.run`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType

from vault.sandbox import reasons
from vault.sandbox.session import Session, SessionFault
from vault.sandbox.transport import Answer, Limits, may_be_strong, worker_command

LIMITS = Limits(cpu_seconds=3600)
"""Of the whole session for the processor's time, else of each answer."""
START_SECONDS = 60.0


class Standing:
    """Starts at the first request, ends with `close` or with the thread that made that request; not for several
    threads at once.

    `request` is what the job's module gets ready for. A process that failed is replaced at the next request.
    """

    def __init__(self, job: str, request: Mapping[str, object], *, accept_weak_jail: bool = False) -> None:
        self._job, self._request, self._accept_weak_jail = job, dict(request), accept_weak_jail
        self._session: Session | None = None

    def __enter__(self) -> Standing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, request: Mapping[str, object], blob: bytes = b"") -> Answer:
        """What came back, bounded but not to be believed. Raises Refused as `jail.run` does."""
        try:
            return self._started().ask(request, blob)
        except SessionFault as fault:
            self._session = None
            number = int(LIMITS.wall_seconds) if fault.code == "time" else None
            raise reasons.refusal(fault.code, number) from None
        except KeyboardInterrupt:
            self._session = None
            raise

    def _started(self) -> Session:
        if self._session is None:
            if not may_be_strong() and not self._accept_weak_jail:
                raise reasons.refusal("no-jail")
            self._session = Session(
                worker_command(), self._job, self._request, LIMITS, start_seconds=START_SECONDS,
                accept_weak_jail=self._accept_weak_jail, most_blobs=1,
            )  # fmt: skip
        return self._session

    def close(self) -> None:
        """End the process. May be called again, and from another thread: a request under way then fails."""
        session, self._session = self._session, None
        if session is not None:
            session.close()
