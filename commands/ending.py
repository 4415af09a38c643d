"""What has to be done before the program ends, also where its terminal is closed or the system ends it."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = ("SIGHUP", "SIGTERM", "SIGINT")


@contextlib.contextmanager
def cleaned_up(clean: Callable[[], None]) -> Iterator[None]:
    """Run the body, then `clean`, once the body has ended or something has ended it. Only on the main thread.

    Ctrl-C ends in KeyboardInterrupt as ever; after the other signals the program ends as it would have.
    """
    caught: list[int] = []
    before: dict[int, Callable[[int, FrameType | None], object] | int] = {}

    def stop(number: int, _: FrameType | None) -> None:
        caught.append(number)
        # Once: a second signal, such as a terminal's after its shell's, must not break off the cleaning.
        if len(caught) == 1:
            raise KeyboardInterrupt

    with contextlib.ExitStack() as stack:
        stack.enter_context(_closing_window(clean))
        try:
            try:
                for name in SIGNALS:
                    number = getattr(signal, name, None)
                    old = None if number is None else signal.getsignal(number)
                    if number is not None and old is not None and old != signal.SIG_IGN:
                        before[number] = old
                        signal.signal(number, stop)
                yield
            finally:
                caught.append(0)
        finally:
            clean()
            for number, old in before.items():
                signal.signal(number, old)
            for number in caught:
                if number not in (0, signal.SIGINT):
                    signal.raise_signal(number)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _BREAK, _CLOSE, _LOGOFF, _SHUTDOWN = 1, 2, 5, 6

    @contextlib.contextmanager
    def _closing_window(clean: Callable[[], None]) -> Iterator[None]:
        # Windows ends the program as soon as its handlers return, and wakes nothing that waits for a key: so the
        # cleaning is done in the handler, on the thread that the system makes for it (SetConsoleCtrlHandler).
        def told(event: int) -> bool:
            if event in (_BREAK, _CLOSE, _LOGOFF, _SHUTDOWN):
                clean()
            return False

        handler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)(told)
        ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, True)
        try:
            yield
        finally:
            ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, False)
else:

    def _closing_window(clean: Callable[[], None]) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()
