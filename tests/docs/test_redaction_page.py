"""What docs/redaction.md shows of the engine without a vault is what it answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import session
from blocks import blocks

SECONDS = 120
SHOWN = {block.info[2]: block.text for block in blocks("docs/redaction.md") if block.info[1:2] == ("alone",)}


def answer(folder: Path, given: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    (folder / "people.json").write_text(SHOWN["people"], "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "commands.main", "redact", "text", "--people", "people.json", *words], cwd=folder,
        env=session.environment(folder), input=given.encode(), capture_output=True, timeout=SECONDS,
    )  # fmt: skip


def test_the_letter_comes_out_as_shown(tmp_path: Path) -> None:
    done = answer(tmp_path, SHOWN["letter"])
    assert (done.returncode, done.stdout.decode()) == (0, SHOWN["redacted"])


def test_lines_are_answered_as_shown(tmp_path: Path) -> None:
    done = answer(tmp_path, SHOWN["lines"], "--jsonl")
    assert done.returncode == 3
    assert _answers(done.stdout.decode()) == _answers(SHOWN["answers"])


def _answers(lines: str) -> list[dict[str, Any]]:
    """Without the scores, which models raise."""
    found: list[dict[str, Any]] = [json.loads(line) for line in lines.splitlines()]
    for span in (span for one in found for span in one.get("spans", ())):
        assert 0 < span.pop("score") <= 1
    return found
