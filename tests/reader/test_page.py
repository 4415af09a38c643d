"""The page around a bundle: one form, written and read in a stream, and nothing else is taken for one."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import re
import tracemalloc
from pathlib import Path

import pytest

from vault.bundle import page
from vault.errors import CasevaultError, Damaged, Forged, Usage

BLOCK = 3 * 64
DIGEST = hashlib.sha256(b"age file").hexdigest()
NAME = "EX-7K3Q9V.age"


def _inline(data: bytes, block: int = BLOCK) -> bytes:
    out = io.BytesIO()
    page.inline(out, io.BytesIO(data), block_bytes=block)
    return out.getvalue()


def _beside(name: str = NAME, digest: str = DIGEST) -> bytes:
    out = io.BytesIO()
    page.beside(out, name, digest)
    return out.getvalue()


def _data(size: int) -> bytes:
    return random.Random(size).randbytes(size)


HEAD = len(_beside()) - len(_beside()[_beside().index(b'<script type="application/json"') :])


@pytest.mark.parametrize("size", [1, 2, 3, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 100])
def test_what_is_put_in_comes_out(size: int) -> None:
    made = _inline(_data(size))
    found = page.opened(io.BytesIO(made), block_bytes=BLOCK)
    assert found.beside is None
    assert found.payload is not None
    assert found.payload.read() == _data(size)
    blocks = re.findall(rb'class="sealed">([^<]*)<', made)
    assert b"".join(base64.b64decode(one) for one in blocks) == _data(size)
    assert len(blocks) == -(-size // BLOCK)


def test_the_age_file_in_a_page_can_be_read_from_any_place() -> None:
    data = _data(5 * BLOCK + 17)
    payload = page.opened(io.BytesIO(_inline(data)), block_bytes=BLOCK).payload
    assert payload is not None
    chance = random.Random(3)
    for _ in range(200):
        start, size = chance.randrange(len(data) + 10), chance.randrange(300)
        payload.seek(start)
        assert payload.read(size) == data[start : start + size]
    assert payload.seek(0, 2) == len(data)


def test_a_file_beside_is_named_with_its_hash() -> None:
    found = page.opened(io.BytesIO(_beside()))
    assert found == page.Page(None, (NAME, DIGEST))
    for name in ("дело 12 (копия).age", "a.b-c_d.AGE.age", "é\u0301🙂.age", "n" * 200 + ".age"):
        assert page.opened(io.BytesIO(_beside(name))).beside == (name, DIGEST)
    for name in (
        "../a.age",
        "a\\b.age",
        "a.html",
        ".age",
        "a</script>.age",
        "a" * 201 + ".age",
        "a\n.age",
        "\u202e.age",
    ):
        with pytest.raises(Usage):
            _beside(name)
    for digest in ("", DIGEST.upper(), DIGEST[:-1]):
        with pytest.raises(Usage):
            _beside(NAME, digest)


def test_a_page_without_its_payload_is_small_and_says_nothing_of_a_case() -> None:
    head = _beside()[:HEAD]
    assert len(head) <= page.MAX_HEAD
    assert _inline(_data(10))[:HEAD] == head
    assert b"<title>Sealed file</title>" in head
    notice = head.split(b"<noscript>")[1].split(b"</noscript>")[0].decode()
    assert "JavaScript" in notice
    assert "нужен JavaScript" in notice
    assert b'name="referrer" content="no-referrer"' in head


def test_the_policy_allows_our_two_scripts_and_one_style_by_their_hashes_and_no_network() -> None:
    head = _beside()[:HEAD].decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', head)
    assert policy is not None
    given = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    assert given.pop("default-src") == "'none'"

    def hashes(tag: str) -> str:
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", head, re.DOTALL)
        sums = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in inside]
        return " ".join(f"'sha256-{one}'" for one in sums)

    assert given.pop("script-src") == hashes("script")
    assert hashes("script").count("sha256") == 2
    assert given.pop("style-src") == hashes("style")
    assert {given.pop(f"{kind}-src") for kind in ("img", "media", "frame", "object")} == {"blob:"}
    assert given == {"connect-src": "'none'", "form-action": "'none'", "base-uri": "'none'"}
    # It stands before anything that it is to hold back.
    assert head.index("Content-Security-Policy") < min(head.index("<style>"), head.index("<script>"))
    assert not re.search(r"<(?:link|base|form|img|iframe|object|embed)\b", head.split("<script>")[0])


def _refused(data: bytes, block: int = BLOCK) -> CasevaultError:
    with pytest.raises(Damaged) as refused:
        page.opened(io.BytesIO(data), block_bytes=block)
    return refused.value


def test_a_foreign_reader_is_named() -> None:
    made = _inline(_data(500))
    end, empty = b'<div id="end"', b'<script type="application/octet-stream" class="sealed"></script>\n'
    changes = {
        "another script": made.replace(b"<script>", b"<script>alert(1);", 1),
        "one more script": made.replace(b'<div id="app">', b'<script src="x.js"></script><div id="app">'),
        "a looser policy": made.replace(b"default-src 'none'", b"default-src *"),
        "no policy": re.sub(rb"<meta http-equiv[^>]*>\n", b"", made),
        "a handler": made.replace(b'<div id="app">', b'<div id="app" onclick="x()">'),
        "something after it": made + b"<script>x()</script>",
        "a space after it": made + b"\n",
        "something between": made.replace(b"</script>\n<script type", b"</script>\n<b>x</b><script type", 1),
        "an empty block": made.replace(end, empty + end),
        "a short block before others": made.replace(base64.b64encode(_data(500)[:3]), b"", 1),
        "a named file beside as well": made.replace(end, b'<script id="beside">{}</script>\n' + end),
        "a page of an older reader": made.replace(b'"use strict"', b'"use strict" '),
    }  # fmt: skip
    for how, changed in changes.items():
        assert changed != made, how
        refused = _refused(changed)
        assert isinstance(refused, Forged), how
        assert refused.kind == "reader", how
        assert "words" in refused.hint
    for changed in (
        _beside().replace(b'{"name"', b'{ "name"'), _beside().replace(b'"}<', b'","x":"1"}<'),
        _beside().replace(NAME.encode(), b"../EX.age"), _beside() + b"x",
        _beside().replace(NAME.encode(), b"\xff.age"), _beside().replace(b"EX-", b"\\u0045X-"),
    ):  # fmt: skip
        assert changed != _beside()
        assert _refused(changed).kind == "reader"


def test_other_files_are_not_bundles() -> None:
    for data in (b"", b"PK\x03\x04", b"age-encryption.org/v1\n", b"<!doctype html><p>Hello</p>", b"\0" * 400_000):
        assert _refused(data).kind == "not-a-bundle"


def test_a_page_that_ends_early_is_damaged() -> None:
    made = _inline(_data(700))
    for cut in (5, 300, HEAD - 1, HEAD, HEAD + 10, HEAD + 60, HEAD + 200, HEAD + 330, len(made) - 50, len(made) - 1):
        refused = _refused(made[:cut])
        assert (type(refused), refused.kind) == (Damaged, "damaged"), cut
    for cut in (HEAD, HEAD + 20, len(_beside()) - 1):
        assert isinstance(_refused(_beside()[:cut]), Damaged)


def _judged(changed: bytes) -> tuple[str | None, bytes]:
    try:
        payload = page.opened(io.BytesIO(changed), block_bytes=BLOCK).payload
    except Damaged as refused:
        return refused.kind, b""
    assert payload is not None
    return None, payload.read()


def test_every_flipped_bit_is_noticed_or_reaches_the_age_file() -> None:
    data = _data(3 * BLOCK + 50)
    made = _inline(data)
    chance = random.Random(5)
    reached = 0
    for place in [*range(HEAD - 20, len(made)), *(chance.randrange(HEAD) for _ in range(300))]:
        flipped = bytearray(made)
        flipped[place] ^= 1 << chance.randrange(8)
        kind, payload = _judged(bytes(flipped))
        assert kind in (None, "damaged", "reader")
        assert place >= HEAD or kind == "reader"
        if kind is None:
            # Another letter of base64: other bytes of the age file, which authenticates itself.
            assert payload != data
            reached += 1
    assert reached > 300


def test_a_page_takes_no_more_than_its_limit(tmp_path: Path) -> None:
    class Zeros(io.RawIOBase):
        def __init__(self, size: int) -> None:
            self.left = size

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
            given = min(len(buffer), self.left)
            buffer[:given] = bytes(given)
            self.left -= given
            return given

    target = tmp_path / "page.html"
    tracemalloc.start()
    try:
        with target.open("wb") as out:
            page.inline(out, io.BufferedReader(Zeros(page.MAX_INLINE)))
        with target.open("rb") as made:
            payload = page.opened(made).payload
            assert payload is not None
            size = sum(len(piece) for piece in iter(lambda: payload.read(1 << 16), b""))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == page.MAX_INLINE
    assert peak < page.BLOCK_BYTES
    with pytest.raises(Usage):
        _inline(b"")
    with target.open("wb") as out, pytest.raises(Usage) as refused:
        page.inline(out, io.BufferedReader(Zeros(page.MAX_INLINE + 1)))
    assert refused.value.kind == "too-large"
