"""The line that installs an optional part for this very interpreter, and the words about what is missing without it.

The library only names the extra (`casevault[ocr]`); the line depends on where this program lies and what runs it.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from commands.console import print_to
from commands.context import Session

ROOT = Path(__file__).parents[1]
LISTS = Path("requirements")
"""The pinned packages of each extra, in a checkout: `ocr.txt` and so on."""
PICTURES = ("ocr", "faces", "heic")
"""What `pictures.txt` pins together."""
_NAMED = re.compile(r"casevault\[([a-z,]{1,60})\]")


def named(hint: str) -> tuple[str, ...]:
    """The extras that a hint of the library speaks of."""
    return tuple(dict.fromkeys(extra for found in _NAMED.findall(hint) for extra in found.split(",") if extra))


def line(extras: Sequence[str], beside: Path = ROOT) -> str:
    """The line that installs them for this interpreter: by hashes where the lists lie in `beside`."""
    words = [sys.executable, "-m", "pip", "install"]
    lists = ["pictures", *(e for e in extras if e not in PICTURES)] if set(PICTURES) <= set(extras) else list(extras)
    pinned = [beside / LISTS / f"{name}.txt" for name in lists]
    if all(path.is_file() for path in pinned):
        words += ["--no-deps", "--require-hashes", *(word for path in pinned for word in ("-r", str(path)))]
    else:
        words.append(f"casevault[{','.join(extras)}]")
    if sys.platform != "win32":
        return shlex.join(words)
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def line_for(hint: str) -> str:
    """The line for what a hint of the library speaks of; empty if that is no extra."""
    extras = named(hint)
    return line(extras) if extras else ""


def warn_of_models(session: Session) -> None:
    """Once a command, on standard error, where there are no models. Also beside JSON: less is found."""
    from vault.usecases import models

    if models.present():
        return
    t = session.console.text
    _warn(
        session,
        t("The models are not installed: names that nobody listed are looked for by rules alone."),
        t("install the models (about 450 MB): {command}", command=line(["models"])),
    )


def warn_of_unread_pictures(session: Session, parts: Sequence[str] = ("ocr", "faces")) -> None:
    """The same where pages of pixels are there, and one of these parts, which look at them, is not."""
    from vault.sandbox import extras

    missing = [one for one in parts if not extras.present(one)]
    if not missing:
        return
    t = session.console.text
    said = {
        "ocr": t("Scans and photos are not read by machine: your eyes are the only check of them."),
        "faces": t("No machine looks for faces on scans and photos: your eyes are the only check of them."),
    }
    step = t("install the readers of pictures (about 60 MB): {command}", command=line(missing))
    _warn(session, " ".join(said[one] for one in missing), step)


def _warn(session: Session, warning: str, step: str) -> None:
    t = session.console.text
    print_to(sys.stderr, f"{t('warning:')} {warning}")
    print_to(sys.stderr, t("Next: {step}", step=step))
