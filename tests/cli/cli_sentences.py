"""Finds every sentence that the program says to people, by reading its source."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from commands.app import load
from commands.examples import EXAMPLES
from commands.options import FLAGS, VALUES
from commands.table import SECTIONS, TABLE

ROOT = Path(__file__).resolve().parent.parent.parent
SAYING = {"say", "hint", "warn", "ask", "text", "confirm", "choose", "secret", "progress", "working", "t"}
ERRORS = {
    "CasevaultError", "Usage", "NotFound", "OutputExists", "SyncFolder", "PartlyDone", "NotAllowed", "NoVault",
    "Locked", "WrongSecret", "Damaged", "Forged", "NewerFormat", "Refused", "Busy", "LogUnavailable", "StorageFailed",
}  # fmt: skip


def said() -> set[str]:
    """What the commands say, their help included."""
    found = set(_help())
    for path in sorted((ROOT / "commands").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = 1 if name in ("Field", "_pick") and len(node.args) > 1 else 0
            text = _literal(node.args[place])
            if (name in SAYING or place or name == "_pick") and text and any(map(str.isalpha, text)):
                found.add(text)
    for node in ast.walk(ast.parse((ROOT / "vault/usecases/demo.py").read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Step":
            found.add(str(_literal(node.args[0])))
    return found


def _help() -> Iterator[str]:
    yield from (entry.help for entry in TABLE.values())
    yield from SECTIONS.values()
    yield from (text for _, text in FLAGS.values() if text)
    yield from (text for _, _, text in VALUES.values())
    for examples in EXAMPLES.values():
        yield from (meaning for _, meaning in examples)
    for name in TABLE:
        command = load(name)
        for leaf in getattr(command, "commands", {"": command}).values():
            yield from (" ".join(part.split()) for part in inspect.cleandoc(leaf.help).split("\n\n"))
            yield from (param.help for param in leaf.params)


def errors(folder: str) -> set[str]:
    """Messages and hints of the errors that a package raises, `{}` where a value stands."""
    found = set()
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
                parts = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "hint")]
                found |= {text for part in parts if (text := _template(part))}
            if isinstance(node, ast.ClassDef) and node.name in ERRORS:
                for line in node.body:
                    if isinstance(line, ast.Assign) and line.targets[0].id == "hint":  # type: ignore[attr-defined]
                        found |= {text for text in [_literal(line.value)] if text}
    return found


def _calls(folder: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a package, or in one file, by the last part of its name."""
    place = ROOT / folder
    for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield name, node


def given_to(folder: str, maker: str) -> set[str]:
    """The texts that a package gives to a function that words its errors, `{}` where a value stands."""
    given = (_branches(node.args[0]) for name, node in _calls(folder) if name == maker and node.args)
    return {text for some in given for one in some if (text := _template(one)) and any(map(str.isalpha, text))}


def named_files() -> set[str]:
    """What new files are called in errors: the last words given to `output.check` and `paths.new_file`."""
    found = set()
    for folder in ("vault/usecases", "commands"):
        for name, node in _calls(folder):
            if name in ("check", "new_file", "refuse_inside_vault") and len(node.args) == 2:
                found |= {text for text in [_literal(node.args[1])] if text}
    return found


def _branches(node: ast.expr) -> list[ast.expr]:
    return [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _template(node: ast.expr) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)
    if isinstance(node, ast.BinOp):
        left, right = _template(node.left), _template(node.right)
        return left + right if left and right else left
    return _literal(node)
