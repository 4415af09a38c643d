"""The words of a bundle: without them nobody opens it, so they have their place first, or there is no bundle."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_tools import Scratch, new_scratch


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scratch, list[str | Path]]:
    """A vault with a reviewed case, and the command that makes its bundle but for the paths."""
    scratch = new_scratch(tmp_path_factory.mktemp("words"))
    case = scratch.case()
    scratch.add(case, "in/a.txt", b"Nothing personal.\n")
    scratch.json("redact", "plan", case)
    to = scratch.json("recipient", "add", "--from", "-", stdin='{"name": "L"}')["recipient"]["id"]
    return scratch, ["bundle", "create", case, "--to", to, "--purpose", "hearing", "--json"]


def test_one_file_can_not_hold_both(ready: tuple[Scratch, list[str | Path]]) -> None:
    scratch, create = ready
    (scratch.folder / "there").mkdir()
    for out, words in (
        ("x", "x"), ("x", "./x"), ("x", "X"), ("x", scratch.folder / "x"),
        (scratch.folder / "there" / ".." / "x", "x"),
    ):  # fmt: skip
        done = scratch.run(*create, "--out", out, "--words-file", words)
        assert (done.code, done.error["kind"]) == (2, "usage")
    _nothing_was_made(scratch, "x")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_nor_under_another_name(ready: tuple[Scratch, list[str | Path]]) -> None:
    scratch, create = ready
    (scratch.folder / "real").mkdir(exist_ok=True)
    (scratch.folder / "link").symlink_to("real")
    assert scratch.run(*create, "--out", "real/y", "--words-file", "link/y").code == 2
    _nothing_was_made(scratch, "real/y")


def test_a_place_that_is_taken_or_missing_is_refused_before_any_work(
    ready: tuple[Scratch, list[str | Path]],
) -> None:
    scratch, create = ready
    (scratch.folder / "mine").write_text("mine")
    for words in ("mine", "no-such-folder/w"):
        assert scratch.run(*create, "--out", "z", "--words-file", words).code == 2
    assert (scratch.folder / "mine").read_text() == "mine"
    _nothing_was_made(scratch, "z")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that takes no file, even from root")
def test_words_that_can_not_be_written_stop_everything(
    ready: tuple[Scratch, list[str | Path]],
) -> None:
    """The folder for the words takes no file, as on a stick that is locked against writing."""
    scratch, create = ready
    done = scratch.run(*create, "--out", "full", "--words-file", "/proc/self/words")
    assert (done.code, done.error["kind"]) == (1, "storage")
    _nothing_was_made(scratch, "full")


def test_words_that_are_kept_open_the_bundle(ready: tuple[Scratch, list[str | Path]]) -> None:
    scratch, create = ready
    before = len(scratch.json("disclosures")["disclosures"])
    bundle = scratch.json(*create[:-1], "--out", "b.age", "--words-file", "w.txt")["bundle"]
    opened = scratch.run("bundle", "verify", "b.age", "--words-file", "w.txt", "--json")
    assert (opened.code, opened.json["bundle"]["id"]) == (0, bundle["id"])
    assert len(scratch.json("disclosures")["disclosures"]) == before + 1


def _nothing_was_made(scratch: Scratch, name: str) -> None:
    assert not (scratch.folder / name).exists()
    assert [path.name for path in scratch.folder.rglob("*.part")] == []
    assert scratch.json("disclosures")["disclosures"] == []
