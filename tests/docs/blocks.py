"""Takes the code blocks out of the project's documents, so that tests can run what is shown, as it is shown.

The info string after the fence says what a block is: its language, then words of ours.
"""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
make_cli_page = importlib.import_module("make_cli_page")
_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block: `info` are the words after the fence, `line` where its text begins."""

    info: tuple[str, ...]
    text: str
    line: int

    @property
    def language(self) -> str:
        """The first word after the fence."""
        return self.info[0] if self.info else ""


def document(name: str) -> str:
    """A document of the project, by its path from the root."""
    return (ROOT / name).read_text("utf-8")


def blocks(name: str) -> list[Block]:
    """All fenced blocks of a document, in order."""
    text = document(name)
    return [
        Block(tuple(found[1].split()), found[2], text.count("\n", 0, found.start(2)) + 1)
        for found in _FENCE.finditer(text)
    ]
