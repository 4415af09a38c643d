"""Writes the parts of docs/cli.md that follow from the program: global options, exit codes, commands.

    python tools/make_cli_page.py

Each part stands between `<!-- NAME -->` and `<!-- end -->`; the rest of the page is written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from commands import app, exits  # noqa: E402
from commands.examples import EXAMPLES  # noqa: E402
from commands.options import FLAGS, VALUES  # noqa: E402
from commands.overview import cleandoc  # noqa: E402
from commands.table import SECTIONS, TABLE  # noqa: E402

PAGE = ROOT / "docs" / "cli.md"
_PART = re.compile(r"(<!-- (options|exits|commands) -->\n).*?(<!-- end -->)", re.DOTALL)


def every_command() -> Iterator[tuple[str, Any]]:
    """Each command as it is typed after `casevault`, with its parser; in the order of the table."""
    for name in TABLE:
        found = app.load(name)
        if hasattr(found, "commands"):
            yield from ((f"{name} {word}", command) for word, command in found.commands.items())
        else:
            yield name, found


def options() -> str:
    """The global options as a table."""
    rows = [(f"{name} {metavar}", text) for name, (_, metavar, text) in VALUES.items()]
    rows += [(name, text) for name, (_, text) in FLAGS.items() if text]
    return "| option | |\n|---|---|\n" + "".join(f"| `{_cell(name)}` | {_cell(text)} |\n" for name, text in rows)


def exit_codes() -> str:
    """The exit codes as a table, with the kinds of errors that have them."""
    rows = "".join(f"| {code} | {meaning} |\n" for code, meaning in exits.MEANINGS.items())
    return "| code | meaning |\n|---|---|\n" + rows


def commands() -> str:
    """Every command with its arguments, options and examples."""
    lines: list[str] = []
    section = ""
    for path, command in every_command():
        here = SECTIONS[TABLE[path.split(" ")[0]].section]
        if here != section:
            lines += [f"### {here}", ""]
            section = here
        lines += _command(path, command)
    return "\n".join(lines) + "\n"


def _command(path: str, command: Any) -> list[str]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    shape = " ".join(["casevault", path, *(str(one.metavar) for one in arguments)])
    lines = [f"#### `{shape}`", ""]
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        lines += [" ".join(paragraph.split()), ""]
    rows = [_option(one) for one in command.params if one.param_type_name == "option"]
    if rows:
        lines += [*rows, ""]
    lines += ["```sh example", *(line for line, _ in EXAMPLES.get(path, ())), "```", ""]
    return lines


def _option(option: Any) -> str:
    names = ", ".join(option.opts)
    shape = names if option.is_flag else f"{names} {option.metavar or option.name.upper()}"
    return f"- `{shape}` {option.help or ''}".rstrip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


PARTS: dict[str, Callable[[], str]] = {"options": options, "exits": exit_codes, "commands": commands}


def page(text: str) -> str:
    """The page with its parts made anew."""
    return _PART.sub(lambda found: found[1] + PARTS[found[2]]() + found[3], text)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
