"""Help pages: of the program, of a group of commands, of one command. Plain text, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from commands.options import FLAGS, VALUES
from commands.printing import width
from commands.table import SECTIONS, TABLE

PAGE = 100
Translate = Any  # Console.text: an English sentence and its values


def program(t: Translate) -> list[str]:
    """The overview of all commands."""
    lines = [
        t("casevault: a local, encrypted vault for asylum dossiers"),
        "",
        t("Usage: casevault COMMAND …"),
    ]
    size = max(map(len, TABLE))
    for section, title in SECTIONS.items():
        lines += ["", t(title) + ":"]
        lines += [f"  {name:{size}}  {t(entry.help)}" for name, entry in TABLE.items() if entry.section == section]
    lines += ["", t("Options, before or after the command:"), *_definitions(_global_rows(t))]
    return [
        *lines,
        "",
        t("'casevault COMMAND -h' shows a command with examples. A first look: casevault demo"),
    ]


def group(t: Translate, name: str, commands: Sequence[tuple[str, str]]) -> list[str]:
    """The commands of one group."""
    lines = [t("Usage: casevault {group} COMMAND …", group=name), "", t(TABLE[name].help), ""]
    lines += _definitions([(one, t(first_sentence(text))) for one, text in commands])
    return [*lines, "", t("'casevault {group} COMMAND -h' shows examples.", group=name)]


def command(
    t: Translate, path: str, text: str, params: Iterable[Any], examples: Sequence[tuple[str, str]]
) -> list[str]:
    """One command: usage, what it does, arguments, options, examples."""
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [param for param in params if param.param_type_name == "option"]
    shape = " ".join([path, *(["[OPTIONS]"] if options else []), *(str(one.metavar) for one in arguments)])
    lines = [t("Usage: {shape}", shape=f"casevault {shape}"), ""]
    for paragraph in cleandoc(text).split("\n\n"):
        lines += [*wrapped(t(" ".join(paragraph.split())), PAGE), ""]
    for title, rows in (
        ("Arguments:", [(str(one.metavar), t(one.help or "")) for one in arguments]),
        ("Options:", [(_shape(one), t(one.help or "")) for one in options]),
    ):
        if rows:
            lines += [t(title), *_definitions(rows), ""]
    lines.append(t("Examples:"))
    for line, meaning in examples:
        lines += [f"  {t(meaning)}", f"    {line}"]
    return [*lines, "", t("Options of every command: casevault -h")]


def first_sentence(text: str) -> str:
    """The first paragraph of a help text."""
    return " ".join(cleandoc(text).split("\n\n")[0].split())


def cleandoc(text: str) -> str:
    """A docstring without its indentation."""
    import inspect

    return inspect.cleandoc(text)


def _shape(option: Any) -> str:
    names = ", ".join(option.opts)
    return names if option.is_flag else f"{names} {option.metavar or option.name.upper()}"


def _global_rows(t: Translate) -> list[tuple[str, str]]:
    rows = [(f"{name} {metavar}", t(text)) for name, (_, metavar, text) in VALUES.items()]
    return rows + [(name, t(text)) for name, (_, text) in FLAGS.items() if text]


def _definitions(rows: Sequence[tuple[str, str]]) -> list[str]:
    size = min(max((width(name) for name, _ in rows), default=0), 34)
    lines = []
    for name, text in rows:
        first, *more = wrapped(text, PAGE - size - 4) or [""]
        lines.append(f"  {name:{size}}  {first}".rstrip())
        lines += [" " * (size + 4) + line for line in more]
    return lines


def wrapped(text: str, size: int) -> list[str]:
    """Lines of at most `size` characters, broken at spaces."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= size:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
