"""`casevault completion`: scripts for bash, zsh, fish and PowerShell, and the answers that they ask for.

Completion knows commands and options. It never opens a vault: what it offers is the same for everybody.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any, Literal

import typer
from typer._completion_classes import completion_init
from typer.completion import shell_complete
from typer.core import TyperGroup

from commands.app import load, new_app
from commands.context import session_of
from commands.table import TABLE

app = new_app()
VARIABLE = "_CASEVAULT_COMPLETE"
PROGRAM = "casevault"
ShellName = Literal["bash", "zsh", "fish", "powershell"]


@app.command("completion")
def completion(
    context: typer.Context,
    shell: Annotated[ShellName, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")],
) -> None:
    """Print the script that completes casevault's commands and options; your shell's start file loads it.

    It never opens the vault.
    """
    from typer._completion_shared import get_completion_script

    script = get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell)
    session_of(context).console.answer({"script": script}, script.splitlines())


def answer(variable: str) -> int:
    """What the shell's script asks for, on stdout."""
    completion_init()
    group: Any = TyperGroup(name=PROGRAM, commands={name: load(name) for name in TABLE}, rich_markup_mode=None)
    try:
        return shell_complete(group, {}, PROGRAM, variable, os.environ[variable])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    finally:
        sys.stdout.flush()
