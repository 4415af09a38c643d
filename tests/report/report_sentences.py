"""Finds every sentence of the report, by reading its source and by rendering it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import vault.audit.report as package
from vault.audit.report import actions, asking, page, page_integrity, words

FOLDER = Path(package.__file__).parent
TABLES = (
    actions.LABELS, actions.OUTCOMES, actions.PURPOSES, actions.PROFILES, actions.CONSENTS, actions.FINDINGS,
    asking.ITEMS,
)  # fmt: skip


def sentences() -> set[str]:
    """All that the report may say in a language."""
    found = {text for table in TABLES for text in table.values()} | set(_literals()) | set(page_integrity.LIMITS)
    found |= {text for pair in asking.KINDS.values() for text in pair} | {page.NO_PLOTS, actions.UNFINISHED}
    return {text for text in found if any(map(str.isalpha, text))}


def _literals() -> Iterator[str]:
    """What is given to `words(…)` as it stands."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            said = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "words" and node.args[:1]
            if said and isinstance(said[0], ast.Constant):
                yield str(said[0].value)


def counted() -> set[str]:
    """The nouns that numbers stand before, in the plural."""
    found = {many for _, _, many in asking._NOUNS.values()}
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            said = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "n" and node.args[2:3]
            if said and isinstance(said[0], ast.Constant):
                found.add(said[0].value)
    return found


class Recorder(words.Words):
    """Notes which sentences a page asks for."""

    def __init__(self) -> None:
        super().__init__("en")
        self.asked: set[str] = set()

    def __call__(self, english: str, **values: object) -> str:
        self.asked.add(english)
        return super().__call__(english, **values)
