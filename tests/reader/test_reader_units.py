"""The reader's modules, run by Node.js on bundles that our own code made, altered in every way."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import reader_node

from vault.bundle import container, index, signature, taken_out
from vault.crypto import age, words
from vault.errors import Damaged
from vault.formats import canonical
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, ExhibitFile, Manifest

SEED = bytes(range(32))
OTHER = bytes(range(1, 33))
WORDS = "wobble jaguar unfold sixth carve onset"
FILES = {
    "custody.pdf": b"%PDF-1.7 custody",
    "custody.json": b'{"entries":[]}',
    "exhibits/A.pdf": b"%PDF-1.7 translation",
    "exhibits/B-1.pdf": b"%PDF-1.7 original",
    "exhibits/B-2.txt": "Повестка".encode(),
    "exhibits/C.mp3": b"ID3",
}


Judge = Callable[[Sequence[dict[str, Any]]], list[Any]]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with reader_node.judging() as asked:
        yield asked


def _file(name: str) -> ExhibitFile:
    return ExhibitFile(name, hashlib.sha256(FILES[name]).hexdigest(), len(FILES[name]), "1")


def _exhibit(label: str, *names: str, **more: Any) -> Exhibit:
    given: dict[str, Any] = {"title": "Описание", "kind": "document", "date": "2026-03-01", "language": "ru"}
    given |= {"redactions": {}, "commitment": "ab" * 32, "translation_of": None} | more
    return Exhibit(label=label, files=tuple(_file(name) for name in names), **given)


def _page(manifest: Manifest) -> bytes:
    shown = {"papers": manifest.papers, "traced": manifest.traced}
    return index.page(manifest.exhibits, manifest.bundle, manifest.made[:10], **shown)


def _with_page(**given: Any) -> tuple[Manifest, bytes]:
    """A manifest that names the page which it gives, and that page."""
    page = _page(Manifest(index_sha256="", **given))
    return Manifest(index_sha256=hashlib.sha256(page).hexdigest(), **given), page


MANIFEST, INDEX = _with_page(
    bundle="B-7K3Q9VAB",
    profile="court",
    made="2026-11-22T13:00:00Z",
    exhibits=(
        _exhibit("A", "exhibits/A.pdf", translation_of="B", sheets=1),
        _exhibit("B", "exhibits/B-1.pdf", "exhibits/B-2.txt", redactions={"PERSON": 2, "PHONE": 1}, sheets=3),
        _exhibit("C", "exhibits/C.mp3", certificate_of="A"),
    ),
    left_out=2,
    program="0.0.0",
    papers=(_file("custody.pdf"), _file("custody.json")),
    traced=True,
)


def _members(manifest: bytes | None = None, *, seed: bytes = SEED, **replaced: bytes) -> list[tuple[str, bytes]]:
    data = MANIFEST.dump() if manifest is None else manifest
    signed = signature.sign(seed, data)
    return [("index.html", INDEX), ("manifest.json", data), ("manifest.sig", signed), *(FILES | replaced).items()]


def _check(payload: bytes) -> dict[str, Any]:
    return {"act": "check", "payload": base64.b64encode(payload).decode()}


@functools.cache
def _sound() -> bytes:
    return container.pack(_members())


def _edited(**changes: Any) -> bytes:
    """The manifest with members of another value, canonical and rightly signed."""
    return canonical.dump({**json.loads(MANIFEST.dump()), **changes})


Members = list[tuple[str, bytes]]


def _renamed(name: str, place: int = 0) -> Members:
    """A bundle with another name for the first file of an exhibit, in its list as among its members."""
    value = json.loads(MANIFEST.dump())
    file = value["exhibits"][place]["files"][0]
    before, file["name"] = file["name"], name
    return [(name if one == before else one, data) for one, data in _members(canonical.dump(value))]


def _relabelled(**changes: Any) -> Members:
    """A bundle with other values in its last exhibit, whose file goes by the label."""
    value = json.loads(MANIFEST.dump())
    value["exhibits"][2] |= changes
    before, name = "exhibits/C.mp3", f"exhibits/{value['exhibits'][2]['label']}.mp3"
    value["exhibits"][2]["files"][0]["name"] = name
    return [(name if one == before else one, data) for one, data in _members(canonical.dump(value))]


TEXTS = (
    "",
    "Повестка «7-АБ», л. 3",
    "<a href='https://example.org/?a=1&b=\"2\"'>&amp;</a>",
    "😀\u0130ẞΣΣ $& $1 ${x}",
    "\n\t\u2028\u0085",
)


def _any_manifest(chance: random.Random) -> Manifest:
    """A manifest of the form that is allowed, with texts of every kind."""
    labels = chance.sample(["A", "B", "AB12", "ZZZZ999", "C", "D7"], chance.randrange(1, 6))
    names = ["exhibits/{}.pdf", "exhibits/{}-1.txt", "exhibits/{}-999.mp3"]
    categories = [*chance.sample(list(taken_out.WORDS), 6), "Odd_ÖNE", "odd öne", "😀", "\uffee", "7", "__proto__"]

    def text() -> str:
        return "".join(chance.choice(TEXTS) for _ in range(2))

    def file(name: str) -> ExhibitFile:
        return ExhibitFile(name, "ab" * 32, chance.randrange(1 << 40), text())

    exhibits = tuple(
        Exhibit(
            label, text(), text(), text(), chance.choice(["ru", text()]),
            tuple(file(name.format(label)) for name in chance.sample(names, chance.randrange(4))),
            {name: chance.randrange(9999) for name in chance.sample(categories, chance.randrange(8))}, "cd" * 32,
            *(chance.choice([None, *(one for one in labels if one != label)]) for _ in "ab"), chance.randrange(99),
        )
        for label in labels
    )  # fmt: skip
    papers = tuple(file(name) for name in chance.sample(["custody.pdf", "custody.json"], chance.randrange(3)))
    made = chance.choice(["2026-11-22T13:00:00Z", "", "😀" * 12, text()])
    return _with_page(
        bundle="B-7K3Q9VAB", profile="lawyer", made=made, exhibits=exhibits, left_out=0, program="0", papers=papers,
        traced=chance.random() < 0.5,
    )[0]  # fmt: skip


def test_the_reader_s_own_tests_pass() -> None:
    with reader_node.workshop() as place:
        scripts = reader_node.bundled(place, ["words.test.mjs", "forms.test.mjs", "listing.test.mjs"])
        said = reader_node.run(place, "--test", "--test-reporter=tap", *scripts)
    assert "# fail 0" in said
    assert int(said.split("# pass ")[1].split()[0]) >= 30


def test_a_sound_bundle_is_read_as_it_was_written(judge: Judge) -> None:
    (found,) = judge([_check(_sound())])
    assert found["fingerprint"] == signature.fingerprint(signature.key_of(SEED))
    assert set(found["verdicts"].values()) == {"sound"}
    assert sorted(found["verdicts"]) == sorted(["index.html", *FILES])
    assert found["sizes"] == {name: len(data) for name, data in _members()}
    given, read = json.loads(MANIFEST.dump()), found["manifest"]
    assert [one["label"] for one in read["exhibits"]] == ["A", "B", "C"]
    assert [one["translationOf"] for one in read["exhibits"]] == ["B", None, None]
    assert [one["certificateOf"] for one in read["exhibits"]] == [None, None, "A"]
    for mine, theirs in zip(given["exhibits"], read["exhibits"], strict=True):
        for name in ("title", "date", "language", "kind", "files", "redactions", "commitment", "sheets"):
            assert mine[name] == theirs[name]
    assert (read["bundle"], read["leftOut"], read["traced"]) == ("B-7K3Q9VAB", 2, True)
    assert read["papers"] == given["papers"]


def test_a_file_that_is_not_the_listed_one_is_named_and_the_others_stay_sound(judge: Judge) -> None:
    altered = _members(**{"exhibits/B-1.pdf": b"%PDF-1.7 originaL"})
    longer = _members(**{"custody.json": FILES["custody.json"] + b" "})
    swapped = _members(**{"exhibits/A.pdf": FILES["exhibits/B-1.pdf"], "exhibits/B-1.pdf": FILES["exhibits/A.pdf"]})
    missing = [member for member in _members() if member[0] != "exhibits/C.mp3"]
    page = [(name, INDEX + b" " if name == "index.html" else data) for name, data in _members()]
    cases = {"exhibits/B-1.pdf": altered, "custody.json": longer, "exhibits/C.mp3": missing, "index.html": page}
    found = judge([_check(container.pack(members)) for members in (*cases.values(), swapped)])
    for name, one in zip(cases, found, strict=False):
        wrong = {file: verdict for file, verdict in one["verdicts"].items() if verdict != "sound"}
        assert wrong == {name: "missing" if name == "exhibits/C.mp3" else "altered"}
    assert {file for file, verdict in found[-1]["verdicts"].items() if verdict == "altered"} == {
        "exhibits/A.pdf", "exhibits/B-1.pdf",
    }  # fmt: skip


def test_the_page_of_a_list_is_the_one_that_the_program_writes(judge: Judge) -> None:
    chance = random.Random(5)
    given = [_any_manifest(chance) for _ in range(150)]
    # Each allowed by the program too: what the reader says of others is tried below.
    assert [manifests.parse(one.dump()) for one in given] == given
    asked = [{"act": "index", "manifest": base64.b64encode(one.dump()).decode()} for one in given]
    for one, page in zip(given, judge(asked), strict=True):
        assert base64.b64decode(page) == _page(one)


def test_a_page_of_the_sender_s_own_is_not_sound_though_the_list_names_it(judge: Judge) -> None:
    cases = []
    for page in (b"<title>Exhibits</title><a href=https://example.org>", INDEX.replace(b"</body>", b" </body>"), b""):
        members = dict(_members(_edited(index_sha256=hashlib.sha256(page).hexdigest())))
        cases.append(_check(container.pack([*(members | {"index.html": page}).items()])))
    # The right page under a hash that is not its own.
    cases.append(_check(container.pack(_members(_edited(index_sha256="ab" * 32)))))
    for one in judge(cases):
        assert [name for name, verdict in one["verdicts"].items() if verdict != "sound"] == ["index.html"]


def test_forged_lists_show_nothing(judge: Judge) -> None:
    data = MANIFEST.dump()
    own = dict(_members())
    other = signature.sign(OTHER, data)
    lines = own["manifest.sig"].decode().split("\n")
    sig = {
        "of another manifest": signature.sign(SEED, data + b" "),
        "of another key under the first one's name": "\n".join(
            [*lines[:4], other.decode().split("\n")[4], ""]
        ).encode(),
        "other heading": own["manifest.sig"].replace(b"manifest v1", b"manifest v2"),
        "twice": own["manifest.sig"] + own["manifest.sig"].split(b"\n\n")[1],
        "none": own["manifest.sig"].split(b"\n\n")[0] + b"\n\n",
        "empty": b"",
        "text after it": own["manifest.sig"] + b"\n",
        "key in capitals": own["manifest.sig"].replace(lines[2].encode(), lines[2].upper().encode()),
        "a bit of the signature": _flip_in_signature(own["manifest.sig"]),
    }
    cases = [[(name, sig[how] if name == "manifest.sig" else data) for name, data in own.items()] for how in sig]
    cases += [
        [*_members(), ("exhibits/D.pdf", b"%PDF-1.7 not listed")],
        [member for member in _members() if member[0] != "manifest.sig"],
        [member for member in _members() if member[0] != "manifest.json"],
        _members(data + b"\n"),
        _members(data.replace(b'"left_out":2', b'"left_out": 2')),
        _members(data.replace(b'"left_out":2', b'"left_out":2,"left_out":2')),
        _members(_edited(more=1)),
        _members(_edited(traced=1)),
        _members(_edited(left_out=-1)),
        _members(_edited(bundle="B-../x")),
        _members(_edited(exhibits=[*json.loads(data)["exhibits"], json.loads(data)["exhibits"][0]])),
        _members(_edited(papers=[{**json.loads(data)["papers"][0], "name": "exhibits/A.pdf"}])),
        _members(canonical.dump({k: v for k, v in json.loads(data).items() if k != "papers"})),
        *_misnamed(),
        _members(b"[]"),
        _members(b"2"),
        _members(b'{"casevault":"2"}'),
        _members(b"\xff"),
    ]  # fmt: skip
    found = judge([_check(container.pack(members)) for members in cases])
    assert [one.get("fault") for one in found] == ["forged"] * len(cases)


def _flip_in_signature(note: bytes) -> bytes:
    text, _, line = note.decode().rpartition(" ")
    raw = bytearray(base64.b64decode(line.strip()))
    raw[40] ^= 1
    return f"{text} {base64.b64encode(bytes(raw)).decode()}\n".encode()


def _misnamed() -> list[Members]:
    """Bundles whose lists hold names, labels or texts that are not allowed."""
    data = MANIFEST.dump()
    return [
        *(_renamed(name) for name in ("exhibits/A.svg", "exhibits/A.html", "exhibits/../A.pdf", "A.pdf")),
        *(_renamed(name, 1) for name in ("exhibits/A-7.pdf", "exhibits/C-1.pdf", "exhibits/BB.pdf")),
        *(_relabelled(label=name) for name in ("AUX", "CON", "NUL", "PRN", "COM0", "LPT9", "c", "ABCDE")),
        *(_relabelled(**{name: "D"}) for name in ("translation_of", "certificate_of")),
        _relabelled(title="x" * 20_001),
        _members(data.replace("Описание".encode(), b"\\ud800")),
    ]  # fmt: skip


def test_names_and_labels_are_refused_by_the_program_too() -> None:
    for members in _misnamed():
        with pytest.raises(Damaged):
            manifests.parse(dict(members)["manifest.json"])


def test_labels_and_texts_at_their_limits_are_taken(judge: Judge) -> None:
    given = [_relabelled(label="COM10"), _relabelled(label="AUXX"), _relabelled(title="😀" * 20_000)]
    found = judge([_check(container.pack(one)) for one in given])
    assert [one.get("fault") for one in found] == [None] * 3
    for one in given:
        manifests.parse(dict(one)["manifest.json"])


def test_other_versions_are_named_before_anything_is_shown(judge: Judge) -> None:
    cases = [_members(_edited(casevault=3)), _members(_edited(casevault=99, more={})), _members(_edited(casevault=1))]
    found = judge([_check(container.pack(members)) for members in cases])
    assert [one["fault"] for one in found] == ["newer", "newer", "older"]


def test_other_zips_of_the_same_files_are_refused(judge: Judge) -> None:
    payload = _sound()
    deflated, commented, dated, extra = io.BytesIO(), io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(deflated, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _members():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 0, 0
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(commented, "w") as archive:
        for name, data in _members():
            archive.writestr(name, data)
        archive.comment = b"note"
    for out, date, field in (
        (dated, (2026, 1, 1, 0, 0, 0), b""),
        (extra, (1980, 1, 1, 0, 0, 0), b"\xfe\xca\x00\x00"),
    ):
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in _members():
                info = zipfile.ZipInfo(name, date)
                info.create_system, info.extra = 0, field
                archive.writestr(info, data)
    twice = [*_members(), ("exhibits/A.pdf", FILES["exhibits/A.pdf"])]
    cases = [out.getvalue() for out in (deflated, commented, dated, extra)]
    cases += [
        payload + b"\0", b"\0" + payload, payload[:-1], payload[:-22], b"", b"PK", _packed_twice(twice),
        _with_gap(payload), payload.replace(b"index.html", b"index.htm\xe9"),
    ]  # fmt: skip
    found = judge([_check(one) for one in cases])
    assert [one.get("fault") for one in found] == ["forged"] * len(cases)


def _packed_twice(members: list[tuple[str, bytes]]) -> bytes:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return container.pack(members)


def _with_gap(payload: bytes) -> bytes:
    """Bytes between the last member and the directory, which the end record takes into account."""
    size, start = struct.unpack("<II", payload[-10:-2])
    end = payload[-22:-10] + struct.pack("<II", size, start + 8) + payload[-2:]
    return payload[:start] + b"\0" * 8 + payload[start:-22] + end


def test_a_thousand_flipped_bits_are_all_noticed(judge: Judge) -> None:
    payload = _sound()
    chance = random.Random(7)
    places = [chance.randrange(len(payload) * 8) for _ in range(1000)]
    (outcomes,) = judge([{"act": "flips", "payload": _check(payload)["payload"], "places": places}])
    own = {name: payload.index(data) for name, data in _members() if not name.startswith("manifest")}
    sizes = {name: len(data) for name, data in _members()}
    within = [any(start <= place // 8 < start + sizes[name] for name, start in own.items()) for place in places]
    # In a file's bytes that file is named; anywhere else nothing is shown.
    assert {"forged", "newer"} >= {one for one in outcomes if isinstance(one, str)}
    assert all(one == ["altered", "sound"] for one in outcomes if not isinstance(one, str))
    # The CRC of a member says nothing that its SHA-256 does not; it still stands in two places that must agree.
    assert [not isinstance(one, str) for one in outcomes] == within
    assert 300 < sum(within) < 700


def _age(payload: bytes, recipients: list[Any]) -> bytes:
    out = io.BytesIO()
    age.encrypt(io.BytesIO(payload), out, recipients)
    return out.getvalue()


def test_opening_with_the_words(judge: Judge) -> None:
    sealed = _age(_sound(), [age.ScryptRecipient(WORDS)])
    flipped = bytearray(sealed)
    flipped[-40] ^= 1
    weaker = _age(b"x", [age.ScryptRecipient(WORDS, work_factor=10)])
    keyed = _age(b"x", [age.X25519Identity.generate().recipient()])
    cases = [
        sealed, bytes(flipped), weaker, keyed, sealed[:30], b"PK\x03\x04" + sealed, b"",
    ]  # fmt: skip
    # Words that open nothing are for the browsers' tests: each scrypt takes seconds.
    asked = [{"act": "open", "file": base64.b64encode(file).decode(), "words": WORDS} for file in cases]
    found = judge(asked)
    assert set(found[0]["verdicts"].values()) == {"sound"}
    # The page hears how far it is, so that it can say so.
    assert found[0]["steps"] > 100
    assert [one["fault"] for one in found[1:]] == ["damaged", *["not-a-bundle"] * 5]


LAYOUT = str.maketrans("qwertyuiopasdfghjklzxcvbnm", "йцукенгшщзфывапролдячсмить")
GLUE = (
    " ",
    "  ",
    "\n",
    " - ",
    "-",
    "\u2011",
    "\u2013 ",
    "\u2212",
    "\u00a0",
    ", ",
    " 3. ",
    ";\t",
    "\u00ad",
    "\u200b ",
    " \u00bb ",
)


def test_words_are_tidied_as_the_program_does(judge: Judge) -> None:
    chance = random.Random(11)
    typed = []
    listed = [word for word in words.word_list() if "-" in word]
    for _ in range(600):
        picked = [chance.choice(words.word_list()) for _ in range(5)] + [chance.choice(listed)]
        chance.shuffle(picked)
        forms = [chance.choice([word, word.upper(), word.title(), word.translate(LAYOUT)]) for word in picked]
        typed.append("".join(word + chance.choice(GLUE) for word in forms))
    mine = [words.tidy(text) for text in typed]
    assert judge([{"act": "tidy", "typed": text} for text in typed]) == mine


def test_every_word_survives_the_russian_layout(judge: Judge) -> None:
    listed = words.word_list()
    found = judge([{"act": "tidy", "typed": "\n".join(listed).translate(LAYOUT)}])
    assert found == [" ".join(listed)]
