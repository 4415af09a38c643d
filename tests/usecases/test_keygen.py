"""Identity files that others wrote, or that were damaged: an error of ours, and never somebody else's key."""

from __future__ import annotations

import base64
import random
from pathlib import Path

import pytest

from vault.crypto import signing
from vault.errors import CasevaultError, Damaged, Usage
from vault.usecases import keygen

SECRET = "# witness key: PRIVATE+KEY+"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("keys") / "key"
    keygen.make(path)
    return path.read_bytes()


def witness_line(data: bytes) -> str:
    (line,) = [one for one in data.decode().splitlines() if one.startswith(SECRET)]
    return line


def old_line(data: bytes) -> str:
    """The same key as it was written before keys of cosigners had a type of their own."""
    name, _, encoded = witness_line(data).removeprefix(SECRET).split("+", 2)
    seed = base64.b64decode(encoded)[1:]
    key = signing.NoteKey(name, signing.Signer(seed).public)
    return f"{SECRET}{name}+{key.id.hex()}+{base64.b64encode(bytes([1]) + seed).decode()}"


@pytest.mark.parametrize("heads_only", [False, True])
def test_a_key_comes_back_as_it_was_given_away(tmp_path: Path, heads_only: bool) -> None:
    public = keygen.make(tmp_path / "key", heads_only=heads_only)
    data = (tmp_path / "key").read_bytes()
    for ends in (data, data.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + data):
        assert keygen.witness(ends).key.text == public.verifier
    assert public.verifier.startswith("casevault-heads/" if heads_only else "casevault-witness/")


def test_two_keys_in_one_file(whole: bytes, tmp_path: Path) -> None:
    keygen.make(tmp_path / "other")
    with pytest.raises(Damaged, match="more than one"):
        keygen.witness(whole + (tmp_path / "other").read_bytes())


@pytest.mark.parametrize("sign", ["\u2028", "\x0b", "\x0c", "\x1c", "\x85"])
def test_no_key_hides_behind_a_sign_that_editors_show_as_none(whole: bytes, tmp_path: Path, sign: str) -> None:
    keygen.make(tmp_path / "other")
    hidden = f"# created: today{sign}{witness_line((tmp_path / 'other').read_bytes())}\n"
    assert keygen.witness(hidden.encode() + whole).key == keygen.witness(whole).key


@pytest.mark.parametrize(
    "name", ["casevault-witness/anna", "casevault-witness/", "casevault-heads/0123456789ABCDEF", "casevault/00", "x"]
)
def test_names_that_we_never_gave(whole: bytes, name: str) -> None:
    _, _, encoded = witness_line(whole).removeprefix(SECRET).split("+", 2)
    key = signing.CosignerKey(name, signing.Signer(base64.b64decode(encoded)[1:]).public)
    with pytest.raises(Damaged):
        keygen.witness(f"{SECRET}{name}+{key.id.hex()}+{encoded}\n".encode())


def test_the_other_kind_of_cosigner_does_not_pass_for_this_one(whole: bytes) -> None:
    """A key that vouches for heads can't be made one that vouches for whole checks by its name alone."""
    line = witness_line(whole).replace("casevault-witness/", "casevault-heads/")
    with pytest.raises(Damaged):
        keygen.witness(line.encode())


def test_a_key_of_the_older_kind_is_told_as_one(whole: bytes) -> None:
    with pytest.raises(Usage, match="older kind"):
        keygen.witness(old_line(whole).encode() + b"\n")


@pytest.mark.parametrize(
    "rest", ["", "+", "++", "++++", "x+00000000+AA", "x+00000000+AA==", "ё+ё+ё", "x+0+" + "A" * 60_000, "x" * 60_000]
)
def test_what_is_no_key(rest: str) -> None:
    with pytest.raises(Damaged):
        keygen.witness(f"{SECRET}{rest}\n".encode())


def test_any_damage_is_told_or_harmless(whole: bytes) -> None:
    chosen = random.Random(1)
    right = keygen.witness(whole).key
    for _ in range(1500):
        broken = bytearray(whole)
        place = chosen.randrange(len(broken))
        if chosen.random() < 0.7:
            broken[place] = chosen.randrange(256)
        else:
            del broken[place : place + chosen.randrange(1, 60)]
        for read in (keygen.identities, keygen.witness):
            try:
                found = read(bytes(broken))
            except CasevaultError:
                continue
            if read is keygen.witness:
                assert found.key == right  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["\udcff+00000000+{}", "\ud800+0+{}", "x+\udcff+{}", "x+0+\udcff", "\udcff" * 2000])
def test_verifier_keys_with_bytes_that_are_no_text(text: str) -> None:
    """As they come from a command line that is not in the terminal's encoding."""
    given = text.format(base64.b64encode(b"\x04" + bytes(32)).decode())
    for read in (signing.parse_verifier, signing.parse_cosigner):
        with pytest.raises(Damaged):
            read(given)
