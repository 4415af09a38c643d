"""`keygen --public-out`: the public half as a file, never over another one, and nothing secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_tools import run

from commands import exits


@pytest.mark.parametrize("more", [(), ("--x25519",), ("--heads",)])
def test_the_public_half_is_written(tmp_path: Path, more: tuple[str, ...]) -> None:
    done = run("keygen", "--out", "k.txt", "--public-out", "k.pub", "--json", *more, cwd=tmp_path)
    assert done.code == exits.OK, done.err
    public = done.json["recipient"]
    assert Path(done.json["public_path"]).name == "k.pub"
    written = (tmp_path / "k.pub").read_text("ascii")
    assert written == f"{public['age']}\n# verifier key: {public['verifier']}\n"
    assert "SECRET" in (tmp_path / "k.txt").read_text("ascii").upper()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["k.pub", "k.txt"]


def test_the_hint_names_it(tmp_path: Path) -> None:
    assert "--public-out" in run("keygen", "--out", "one.txt", cwd=tmp_path).err
    said = run("keygen", "--out", "two.txt", "--public-out", "two.pub", "--lang", "ru", cwd=tmp_path).err
    assert "отдайте two.pub" in said
    assert "two.txt" in said


def test_nothing_is_written_where_one_of_them_can_not_be(tmp_path: Path) -> None:
    (tmp_path / "there.pub").write_text("mine")
    taken = run("keygen", "--out", "k.txt", "--public-out", "there.pub", "--json", cwd=tmp_path)
    assert (taken.code, taken.error["kind"]) == (exits.USAGE, "output-exists")
    for public in ("k.txt", "./k.txt", "no-folder/k.pub"):
        assert run("keygen", "--out", "k.txt", "--public-out", public, cwd=tmp_path).code == exits.USAGE
    assert [path.name for path in tmp_path.iterdir()] == ["there.pub"]
    assert (tmp_path / "there.pub").read_text() == "mine"
