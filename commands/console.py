"""What a person or a script sees and is asked. Data goes to stdout, everything else to stderr.

With `--json` an answer is one object, nothing is asked, nothing is translated, and stderr holds errors only.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TextIO

from commands import lang as languages
from commands.printing import clean, json_text
from vault.errors import CasevaultError, StorageFailed, Usage

Advance = Callable[[int], None]
MAX_LINE = 20_000
_YELLOW, _RED, _PLAIN = "\x1b[33m", "\x1b[31m", "\x1b[0m"


class Console:
    """One call's way to the person. `lang` is en or ru."""

    def __init__(self, *, json: bool = False, no_input: bool = False, lang: str | None = None) -> None:
        self.json = json
        self.no_input = no_input or json
        self.lang = "en" if json else lang or languages.default()

    # Saying

    def text(self, english: str, **values: object) -> str:
        """A sentence in the person's language, its fields filled with text that is safe to show."""
        sentence = languages.sentence(self.lang, english)
        # Help texts hold JSON: braces are fields only where there are values.
        return sentence.format(**{name: clean(str(value)) for name, value in values.items()}) if values else sentence

    def library(self, english: str) -> str:
        """A finished sentence of the library in the person's language."""
        return clean(languages.error(self.lang, english))

    def notes(self, english: str) -> str:
        """The same for what a document's reader noted."""
        return clean(languages.notes(self.lang, english))

    def answer(self, data: Mapping[str, Any], lines: Iterable[str] = ()) -> None:
        """The command's result: `data` for scripts, `lines` for people."""
        if self.json:
            print_to(sys.stdout, json_text(data, sys.stdout.encoding))
            return
        for line in lines:
            print_to(sys.stdout, clean(line))

    def say(self, english: str, **values: object) -> None:
        """Something beside the result."""
        if not self.json:
            print_to(sys.stderr, self.text(english, **values))

    def hint(self, english: str, **values: object) -> None:
        """What to do next, after success."""
        if not self.json:
            print_to(sys.stderr, self.text("Next: {step}", step=self.text(english, **values)))

    def warn(self, english: str, **values: object) -> None:
        """Something that should not stay as it is."""
        if not self.json:
            print_to(sys.stderr, self._mark(self.text("warning:"), _YELLOW) + " " + self.text(english, **values))

    def error(self, code: int, kind: str, message: str, hint: str = "") -> None:
        """Why the call ends here."""
        install = _install(hint)
        if self.json:
            hint = f"{hint} {install}".rstrip()
            fault = {"code": code, "kind": kind, "message": message, "hint": hint}
            print_to(sys.stderr, json_text({"error": fault}, sys.stderr.encoding))
            return
        head = self._mark(self.text("error:"), _RED)
        print_to(sys.stderr, f"{head} {self.library(message)}")
        if hint:
            print_to(sys.stderr, self.library(hint))
        if install:
            print_to(sys.stderr, self.text("Next: {step}", step=install))

    def failed(self, code: int, error: CasevaultError) -> None:
        """The same for an error of ours."""
        self.error(code, error.kind, error.message, error.hint)

    def _mark(self, word: str, colour: str) -> str:
        return f"{colour}{word}{_PLAIN}" if has_colour(sys.stderr) else word

    # Asking

    @property
    def can_ask(self) -> bool:
        """Whether a person sits there to be asked."""
        return not self.no_input and is_terminal(sys.stdin) and is_terminal(sys.stderr)

    @property
    def can_ask_secret(self) -> bool:
        """Whether a secret can be typed unseen; that works past a standard input that is something else."""
        if self.no_input or not is_terminal(sys.stderr):
            return False
        return is_terminal(sys.stdin) or _has_own_terminal()

    def ask(self, english: str, *, default: str | None = None, **values: object) -> str:
        """One line from the person; `default` if it is empty. Only where `can_ask`."""
        question = self.text(english, **values)
        if default:
            question += f" [{clean(default)}]"
        typed = _line(question + ": ")
        return typed or default or ""

    def secret(self, english: str, **values: object) -> str:
        """One line that is not shown. Only where `can_ask_secret`."""
        import getpass

        try:
            return getpass.getpass(self.text(english, **values) + ": ", sys.stderr)
        except EOFError:
            raise KeyboardInterrupt from None

    def choose(
        self,
        english: str,
        options: Sequence[tuple[str, str]],
        other: Callable[[str], None] = lambda typed: None,
        **values: object,
    ) -> str:
        """Pick one of (value, what to show) by its number, its value or a part of what is shown.

        What fits nothing is first given to `other`, which may raise, then said to be no entry and asked again.
        """
        shown = list(options)
        while True:
            print_to(sys.stderr, self.text(english, **values))
            for number, (_, label) in enumerate(shown, 1):
                print_to(sys.stderr, f"{number:4}  {clean(label)}")
            found: list[tuple[str, str]] = []
            while not found:
                typed = self.ask("Number, or a part of it")
                found = _matching(shown, typed) if typed else []
                if typed and not found:
                    other(typed)
                    found = _matching(options, typed)
                if typed and not found:
                    self.warn("Nothing in this list fits that. Type a number from it, or Ctrl-C to leave it.")
            if len(found) == 1:
                return found[0][0]
            shown = found

    # Progress

    @contextlib.contextmanager
    def working(self, english: str) -> Iterator[None]:
        """A word on stderr while something takes its seconds, at once and without the bar that takes long to load."""
        if self.json or not is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
            yield
            return
        label = self.text(english) + "…"
        sys.stderr.write(label + "\r")
        sys.stderr.flush()
        try:
            yield
        finally:
            sys.stderr.write(" " * len(label) + "\r")
            sys.stderr.flush()

    @contextlib.contextmanager
    def progress(self, english: str, total: int | None = None, **values: object) -> Iterator[Advance]:
        """A bar on stderr while the body runs; the body calls what it gets with bytes or things done."""
        if self.json or not is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
            yield lambda done: None
            return
        label = self.text(english, **values)
        # Shown at once: loading the bar takes longer than a person should look at nothing.
        sys.stderr.write(label + "…\r")
        sys.stderr.flush()
        from commands import bar

        with bar.running(label, total, colour=has_colour(sys.stderr)) as advance:
            yield advance


def _matching(options: Sequence[tuple[str, str]], typed: str) -> list[tuple[str, str]]:
    wanted = typed.strip()
    if wanted.isdecimal() and 1 <= int(wanted) <= len(options):
        return [options[int(wanted) - 1]]
    exact = [option for option in options if option[0].casefold() == wanted.casefold()]
    return exact or [option for option in options if wanted.casefold() in option[1].casefold()]


def _install(hint: str) -> str:
    """The line that installs the extra that a hint of the library names; empty if it names none."""
    if "casevault[" not in hint:
        return ""
    from commands import extras_hint

    return extras_hint.line_for(hint)


def print_to(stream: TextIO, line: str) -> None:
    """One line; what the terminal can't show comes as an escape, never as an error."""
    try:
        stream.write(line + "\n")
    except UnicodeEncodeError:
        stream.write(line.encode("ascii", "backslashreplace").decode("ascii") + "\n")
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritten(error) from None


def unwritten(error: OSError) -> StorageFailed:
    """What to raise when an answer can't be written where it was to go: a full disk, a closed device."""
    return StorageFailed(f"the answer can't be written: {error.strerror}")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is a terminal; a missing or closed one is none."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def has_colour(stream: TextIO) -> bool:
    """Whether colour may be used: a terminal that knows it, and nobody asked for none."""
    if not is_terminal(stream) or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.platform != "win32" or "WT_SESSION" in os.environ


def _line(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    typed = sys.stdin.readline(MAX_LINE)
    if not typed:
        sys.stderr.write("\n")
        raise KeyboardInterrupt
    if len(typed) >= MAX_LINE:
        raise Usage("the line is too long: put the text into a file and give it with --from")
    return typed.rstrip("\r\n").strip()


def _has_own_terminal() -> bool:
    if sys.platform == "win32":
        return True
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
