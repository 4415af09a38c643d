"""A worker that is asked many times: what it loads is loaded once. For work whose libraries start slowly.

Each answer is bounded in bytes and in time like a job's; a worker that oversteps is ended, and with it the session.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NoReturn

from vault.errors import Refused
from vault.sandbox import frames
from vault.sandbox.frames import Answer
from vault.sandbox.transport import SECONDS_TO_DIE, Limits, Timer, close, end, opening, start, unwrapped, write_all


class SessionFault(Exception):
    """The worker is gone. `code` is time, crashed or broken-answer; nothing of the text is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Session:
    """One process, from its start to `close`. Not for several threads at once.

    `limits.wall_seconds` holds for each answer, `limits.cpu_seconds` for the whole session. The first answer, which
    says that the work may begin, has `start_seconds`; none has more than `most_blobs`.
    Raises SessionFault, and Refused for what the worker refuses.
    """

    def __init__(
        self,
        command: Sequence[str],
        job: str,
        request: Mapping[str, object],
        limits: Limits,
        *,
        start_seconds: float,
        accept_weak_jail: bool,
        most_blobs: int = 0,
    ) -> None:
        self._limits, self._most_blobs = limits, most_blobs
        self._process = start(command, limits)
        header = {**opening(job, request, 0, limits, accept_weak_jail), "session": True}
        try:
            self.ready = self._exchange(frames.request_start(header), start_seconds)
        except Refused:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    def ask(self, request: Mapping[str, object], blob: bytes) -> Answer:
        """One question, one answer: bounded, but not to be believed."""
        question = frames.request_start({"request": dict(request), "blobs": 1})
        return self._exchange(question + b"".join(frames.blob_chunks(blob)), self._limits.wall_seconds)

    def _exchange(self, question: bytes, seconds: float) -> Answer:
        timer = Timer(self._process, seconds)
        try:
            untrusted = self._answer(question)
        except (OSError, EOFError):  # it is gone: by itself, or because its time was up
            self._fail("time" if timer.expired else "crashed")
        except frames.BrokenAnswer:
            self._fail("broken-answer")
        except BaseException:  # Ctrl-C: an answer may be on its way that nobody will wait for
            self.close()
            raise
        finally:
            timer.stop()
        return unwrapped(untrusted)

    def _answer(self, question: bytes) -> Answer:
        assert self._process.stdin is not None
        write_all(self._process.stdin, question)
        return frames.read_answer(self._exactly, self._limits.output_bytes, self._most_blobs)

    def _exactly(self, size: int) -> bytes:
        assert self._process.stdout is not None
        found = bytearray()
        while len(found) < size:
            chunk = os.read(self._process.stdout.fileno(), size - len(found))
            if not chunk:
                raise EOFError
            found += chunk
        return bytes(found)

    def _fail(self, code: str) -> NoReturn:
        self.close()
        raise SessionFault(code) from None

    def close(self) -> None:
        """End the process. May be called again."""
        close(self._process.stdin)
        end(self._process)
        self._process.wait(SECONDS_TO_DIE)
        close(self._process.stdout)
