"""What is packaged is what the sources give, byte by byte, and the sources are of sound types."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import reader_node

import tools
from vault.bundle import taken_out

PACKAGED = tools.ROOT / "vault" / "bundle" / "reader"
NAMES = ("check.js", "reader.css", "reader.js")


def test_building_again_gives_the_packaged_bytes() -> None:
    with reader_node.workshop() as place:
        reader_node.run(place, "build.mjs", "out")
        built = {name: (place / "out" / name).read_bytes() for name in os.listdir(place / "out")}
    assert sorted(built) == sorted(NAMES)
    for name in NAMES:
        assert built[name] == (PACKAGED / name).read_bytes(), (
            f"{name} is not what its sources give: see reader/README.md"
        )


def test_the_types_hold() -> None:
    with reader_node.workshop() as place:
        compiler = place.parent / "node_modules" / "typescript" / "bin" / "tsc"
        reader_node.run(place, str(compiler), "--noEmit")
        # A compiler that finds nothing to do would find no fault either.
        source = place / "src" / "hex.ts"
        source.write_text("export const wrong: number = String(1);\n")
        with_fault = "expected the compiler to refuse"
        try:
            reader_node.run(place, str(compiler), "--noEmit")
        except AssertionError as refused:
            with_fault = str(refused)
    assert "src/hex.ts" in with_fault
    assert "TS2322" in with_fault


def test_the_table_of_what_was_taken_out_is_ours() -> None:
    table = json.loads((tools.READER_SOURCES / "src" / "taken_out.json").read_text("utf-8"))
    assert {name: tuple(words) for name, words in table.items()} == taken_out.WORDS


def test_every_sentence_is_said_somewhere() -> None:
    sources = {path.name: path.read_text("utf-8") for path in (tools.READER_SOURCES / "src").glob("*.ts")}
    english = sources.pop("strings.ts").split("const en = {")[1].split("\n};")[0]
    keys = re.findall(r"^  (\w+):", english, re.MULTILINE)
    assert len(keys) > 50
    rest = "\n".join(sources.values())
    assert [key for key in keys if f'"{key}"' not in rest] == []


def test_nothing_in_the_built_files_reaches_out_or_runs_text() -> None:
    program = (PACKAGED / "reader.js").read_text("utf-8") + (PACKAGED / "check.js").read_text("utf-8")
    for forbidden in (
        r"\bfetch\(", "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "RTCPeerConnection", "https?://",
        "importScripts", "innerHTML", "outerHTML", "insertAdjacentHTML", r"document\.write", "srcdoc", r"\beval\(",
        r"new Function", "localStorage", "sessionStorage", "indexedDB", r"document\.cookie", r"window\.open",
    ):  # fmt: skip
        found = re.search(forbidden, program)
        assert found is None, f"{forbidden}: …{program[found.start() - 40 : found.end() + 40]}…"
    assert "url(" not in (PACKAGED / "reader.css").read_text("utf-8")


def test_the_lock_file_pins_every_package_and_names_no_registry() -> None:
    lock = json.loads((tools.READER_SOURCES / "package-lock.json").read_text("utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert len(packages) > 8
    for name, one in packages.items():
        assert one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name
    wanted = json.loads((tools.READER_SOURCES / "package.json").read_text("utf-8"))
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version, name


def test_the_licence_of_every_package_that_is_built_in_is_there() -> None:
    licences = (PACKAGED / "LICENSE.txt").read_text("utf-8")
    home = tools.reader_tools()
    wanted = json.loads((tools.READER_SOURCES / "package.json").read_text("utf-8"))
    for name in wanted["dependencies"]:
        (path,) = Path(home / "node_modules" / name).glob("LICEN*")
        assert path.read_text("utf-8").strip() in licences, name
