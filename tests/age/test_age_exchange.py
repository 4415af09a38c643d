"""Files exchanged both ways with programs of others: Debian's age, pyrage, and the age author's npm library."""

from __future__ import annotations

import base64
import io
import subprocess

import pytest

from tools import library, program, run_node
from vault.crypto.age import (
    HybridIdentity,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    decrypt,
    encrypt,
    parse_identity,
    parse_recipient,
    read_identity_file,
)

PHRASE = "Ёлка, ель и 7 сов"
LOW = 10
# Nothing, a little, exactly two chunks, and some more than two.
PLAINS = [b"", "Повестка в суд\n".encode(), bytes(range(256)) * 512, bytes(range(251)) * 600]
sizes = pytest.mark.parametrize("plain", PLAINS, ids=len)
spellings = pytest.mark.parametrize("armor", [False, True], ids=["binary", "armored"])


def ours(plain, recipient, armor=False):
    out = io.BytesIO()
    encrypt(io.BytesIO(plain), out, [recipient], armor=armor)
    return out.getvalue()


def opened(file, identity):
    out = io.BytesIO()
    decrypt(io.BytesIO(file), out, [identity])
    return out.getvalue()


@sizes
@spellings
def test_debian_age_opens_ours(tmp_path, plain, armor):
    identity = X25519Identity.generate()
    (tmp_path / "key").write_text(identity.to_string() + "\n")
    done = subprocess.run(
        [program("age"), "-d", "-i", str(tmp_path / "key")],
        input=ours(plain, identity.recipient(), armor),
        capture_output=True,
        check=True,
    )
    assert done.stdout == plain


@sizes
@spellings
def test_we_open_debian_age_s(tmp_path, plain, armor):
    subprocess.run([program("age-keygen"), "-o", str(tmp_path / "key")], check=True, capture_output=True)
    (identity,) = read_identity_file((tmp_path / "key").read_text())
    command = [program("age"), "-r", identity.recipient().to_string(), *(["-a"] if armor else [])]
    done = subprocess.run(command, input=plain, capture_output=True, check=True)
    assert opened(done.stdout, identity) == plain


def on_a_terminal(arguments, answers):
    """Run age on a pseudo-terminal, which is where it asks for passphrases."""
    pexpect = library("pexpect")
    child = pexpect.spawn(program("age"), arguments, timeout=60)
    try:
        for prompt, answer in answers:
            child.expect_exact(prompt)
            child.sendline(answer.encode())
        child.expect(pexpect.EOF)
    finally:
        child.close()
    assert child.exitstatus == 0, child.before


@pytest.mark.parametrize("armor", [False, True], ids=["binary", "armored"])
def test_debian_age_opens_our_passphrase_file(tmp_path, armor):
    (tmp_path / "file.age").write_bytes(ours(PLAINS[1], ScryptRecipient(PHRASE, work_factor=LOW), armor))
    on_a_terminal(["-d", "-o", f"{tmp_path}/plain", f"{tmp_path}/file.age"], [("Enter passphrase", PHRASE)])
    assert (tmp_path / "plain").read_bytes() == PLAINS[1]


def test_we_open_debian_age_s_passphrase_file(tmp_path):
    (tmp_path / "plain").write_bytes(PLAINS[1])
    answers = [("Enter passphrase", PHRASE), ("Confirm passphrase", PHRASE)]
    on_a_terminal(["-p", "-o", f"{tmp_path}/file.age", f"{tmp_path}/plain"], answers)
    assert opened((tmp_path / "file.age").read_bytes(), ScryptIdentity(PHRASE)) == PLAINS[1]


@sizes
def test_pyrage_both_ways(plain):
    pyrage = library("pyrage")
    identity = X25519Identity.generate()
    theirs = pyrage.x25519.Identity.from_str(identity.to_string())
    assert str(theirs.to_public()) == identity.recipient().to_string()
    assert pyrage.decrypt(ours(plain, identity.recipient()), [theirs]) == plain
    assert opened(pyrage.encrypt(plain, [theirs.to_public()]), identity) == plain


def test_pyrage_both_ways_by_passphrase():
    pyrage = library("pyrage")
    plain = PLAINS[1]
    assert pyrage.passphrase.decrypt(ours(plain, ScryptRecipient(PHRASE, work_factor=LOW)), PHRASE) == plain
    # Its work factor can't be set: it takes what the machine does in a second.
    assert opened(pyrage.passphrase.encrypt(plain, PHRASE), ScryptIdentity(PHRASE, max_work_factor=24)) == plain


def node(**request):
    for name in ("plain", "file"):
        if name in request:
            request[name] = base64.b64encode(request[name]).decode()
    answer = run_node("age_exchange.mjs", request)
    return {name: base64.b64decode(text) if name in ("plain", "file") else text for name, text in answer.items()}


@pytest.mark.parametrize("kind", [X25519Identity, HybridIdentity])
def test_the_npm_library_both_ways_with_our_keys(kind):
    identity = kind.generate()
    text, recipient = identity.to_string(), identity.recipient().to_string()
    for plain, armor in zip(PLAINS, (False, True, False, True), strict=True):
        file = ours(plain, identity.recipient(), armor)
        assert node(do="decrypt", identities=[text], file=file, armor=armor)["plain"] == plain
        file = node(do="encrypt", recipients=[recipient], plain=plain, armor=armor)["file"]
        assert opened(file, identity) == plain


@pytest.mark.parametrize("hybrid", [False, True], ids=["x25519", "hybrid"])
def test_the_npm_library_both_ways_with_its_keys(hybrid):
    keys = node(do="keys", hybrid=hybrid)
    identity = parse_identity(keys["identity"])
    assert identity.recipient() == parse_recipient(keys["recipient"])
    file = node(do="encrypt", recipients=[keys["recipient"]], plain=PLAINS[1])["file"]
    assert opened(file, identity) == PLAINS[1]
    file = ours(PLAINS[1], parse_recipient(keys["recipient"]))
    assert node(do="decrypt", identities=[keys["identity"]], file=file)["plain"] == PLAINS[1]


@spellings
def test_the_npm_library_both_ways_by_passphrase(armor):
    file = ours(PLAINS[1], ScryptRecipient(PHRASE, work_factor=LOW), armor)
    assert node(do="decrypt", passphrase=PHRASE, file=file, armor=armor)["plain"] == PLAINS[1]
    file = node(do="encrypt", passphrase=PHRASE, plain=PLAINS[1], armor=armor)["file"]
    assert opened(file, ScryptIdentity(PHRASE)) == PLAINS[1]
