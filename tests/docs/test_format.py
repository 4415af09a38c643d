"""What docs/format.md says is what the program writes: names as in the code, values computed anew from the page."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
import zipfile
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from blocks import document

from vault.bundle import container, signature
from vault.crypto import age, kdf, keys, recovery, signing, slots
from vault.crypto.age import header as age_header
from vault.formats import canonical, document_json, header, manifest, note
from vault.model import events, ids
from vault.model.records import Evidence, PersonRecord
from vault.store import schema
from vault.usecases import adding, cases, headers, opening, people, redacting
from vault.usecases.unlocked import UnlockedVault

PAGE = document("docs/format.md")
WORDS = frozenset(re.findall(r"`([^`\n]+)`", PAGE))


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> UnlockedVault:
    """A vault with a person and an item in a case."""
    folder = tmp_path_factory.mktemp("format")
    code = recovery.generate()
    opening.create(folder / "v", [slots.RecoveryCode(code)])
    vault = opening.open_vault(folder / "v", slots.RecoveryCode(code))
    case = cases.new(vault, "Дело о письме")
    people.add(vault, case.id, [people.NewPerson("Пётр Андреевич Громов", "witness", ("Gromov",))])
    (folder / "note.txt").write_text("Свидетель Громов видел всё.", "utf-8")
    list(adding.Adder(vault, case.id, adding.Provenance()).add([adding.NewFile(folder / "note.txt")]))
    return vault


def _hkdf(secret: bytes, label: str) -> bytes:
    """RFC 5869 with SHA-256, no salt, 32 bytes: written out, to compare with what the program uses."""
    extracted = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(extracted, label.encode() + b"\1", "sha256")


def test_every_label_in_the_code_is_named_here() -> None:
    found = set()
    for path in Path(keys.__file__).parent.parent.rglob("*.py"):
        found |= set(re.findall(r'"(casevault/v1/[a-z/-]+)"', path.read_text("utf-8")))
    assert found
    derived = {f"casevault/v1/{name}" for name in keys._VAULT_LABELS}
    derived |= {f"casevault/v1/case/{name}" for name in ("rows", "pseudonyms", "bundle-signing")}
    assert found | derived <= WORDS
    named = {word for word in WORDS if word.startswith("casevault/v1/")}
    assert named == found | derived


def test_derived_keys_are_those_of_the_table() -> None:
    root = bytes(range(32))
    derived = keys.VaultKeys.derive(root)
    for field, label in (
        ("header", "header"), ("catalogue", "catalogue"), ("audit", "audit"), ("audit_signing", "audit-signing"),
        ("case_wrap", "case-wrap"), ("rows", "rows"), ("audit_map", "audit-map"), ("seals", "seals"),
    ):  # fmt: skip
        assert getattr(derived, field) == _hkdf(root, f"casevault/v1/{label}")
    case = keys.CaseKeys.derive(root)
    for field, label in (("rows", "rows"), ("pseudonyms", "pseudonyms"), ("signing", "bundle-signing")):
        assert getattr(case, field) == _hkdf(root, f"casevault/v1/case/{label}")
    boot = hmac.digest(_hkdf(root, "casevault/v1/audit-boot"), b"boot", "sha256")[:4]
    assert signing.keyed_id(root, b"casevault/v1/audit-boot", b"boot", length=4) == boot


def test_actions_are_all_listed() -> None:
    listed = PAGE.split("Actions that version 1 defines:")[1].split("Some are reserved")[0]
    assert set(re.findall(r"`([^`]+)`", listed)) == events.ACTIONS


def test_ids_are_as_long_as_it_says() -> None:
    listed = PAGE.split("**Ids**")[1].split("They mean nothing")[0]
    assert {prefix: int(n) for prefix, n in re.findall(r"`([A-Z])-` (\d+)", listed)} == ids.LENGTHS


def test_tables_and_columns_of_the_databases(vault: UnlockedVault) -> None:
    # Members of files that come later on the page may be called as a table is.
    rows = dict(reversed(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE)))
    for db in (vault.catalogue.db, vault.log._db):
        tables = db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search\\_%' ESCAPE '\\'"
        )
        for (table,) in tables.fetchall():
            if table == "search_rows":
                continue
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            named = re.findall(r"`(\w+)`", rows[table])
            assert set(columns) - {"id"} <= set(named), table
    assert vault.catalogue.db.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS) == 3
    assert "`user_version` 3" in PAGE


def test_numbers_of_versions_and_limits() -> None:
    assert (header.FORMAT, manifest.VERSION, header.MAX_BYTES, header.MAX_SLOTS) == (1, 2, 1 << 20, 64)
    assert (kdf.MIN_MEMORY_KIB, kdf.MAX_MEMORY_KIB) == (262_144, 4_194_304)
    assert (kdf.MIN_PASSES, kdf.MAX_PASSES, kdf.MAX_LANES) == (3, 16, 8)
    assert kdf.Argon2Parameters() == kdf.Argon2Parameters(524_288, 3, 1)
    assert (age_header.MAX_HEADER_SIZE, age_header.MAX_STANZAS) == (512 << 10, 128)
    assert (note.MAX_NOTE_BYTES, note.MAX_SIGNATURES) == (256 << 10, 32)
    assert (manifest.MAX_BYTES, manifest.MAX_EXHIBITS) == (16 << 20, 5_000)
    assert (container.MAX_PAYLOAD_BYTES, container.MAX_MEMBERS) == (1 << 30, 20_000)
    assert document_json.MAX_BYTES == 256 << 20


def test_header_check_and_seal(vault: UnlockedVault) -> None:
    data = (vault.folder / "vault.json").read_bytes()
    value = json.loads(data)

    def plain(members: dict[str, object]) -> bytes:
        return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    assert data == plain(value) + b"\n"
    mac = value.pop("mac")
    assert mac == hmac.new(vault.keys.header, plain(value), "sha256").hexdigest()
    check = value.pop("check")
    assert check == hashlib.sha256(plain(value)).hexdigest()


def test_slots_of_unknown_kinds_are_kept(vault: UnlockedVault) -> None:
    strange = {"id": "S-000000", "kind": "from-the-future", "deep": {"b": [1, None], "a": "ё"}}
    known = header.parse((vault.folder / "vault.json").read_bytes())
    grown = headers.sealed(header.Header(known.vault, (header.SlotRecord(strange), *known.slots)), vault.keys)
    again = header.parse(grown.dump())
    assert again.dump() == grown.dump()
    assert again.slots[0].members == strange
    headers.check_mac(again, vault.keys)


def test_object_is_padded_and_ends_in_its_length(vault: UnlockedVault) -> None:
    item = next(vault.catalogue.all(Evidence))
    path = vault.folder / "objects" / item.object[:2] / f"{item.object}.age"
    assert path.stat().st_mtime == 946_684_800
    assert path.stat().st_size == item.stored_size
    with path.open("rb") as file:
        decryptor = age.Decryptor(file, [vault.identity(str(item.case_id))])
        plain = b"".join(decryptor.chunks())
    assert decryptor.header_mac == item.header_mac
    assert len(plain) == 65_536
    assert plain[-8:] == item.size.to_bytes(8, "big")
    assert hashlib.sha256(plain[: item.size]).digest() == item.sha256
    assert not any(plain[item.size : -8])
    assert item.commitment == hmac.digest(item.commitment_key, item.sha256, "sha256")


def test_row_hashes_and_pseudonyms_in_the_log(vault: UnlockedVault) -> None:
    person = next(vault.catalogue.all(PersonRecord))
    identity = vault.case_keys(str(person.case_id)).identity
    columns = ("id", "case_id", "name", "role", "aliases", "identifiers", "keep", "note")
    row = vault.catalogue.db.execute(f"SELECT {', '.join(columns)} FROM people").fetchone()
    value = canonical.dump({"row": dict(zip(columns, row, strict=True)), "table": "people"})
    expected = hmac.new(_hkdf(identity, "casevault/v1/case/rows"), value, "sha256").hexdigest()
    name = hmac.digest(_hkdf(identity, "casevault/v1/case/pseudonyms"), person.id.encode(), "sha256")[:8].hex()
    logged = [state for entry in vault.log.entries() for state in entry.rows if state.table == "people"]
    assert logged == [events.RowState("people", name, expected)]


def test_basis_of_a_review(vault: UnlockedVault) -> None:
    case = str(next(vault.catalogue.all(PersonRecord)).case_id)
    person, item = next(vault.catalogue.all(PersonRecord)), next(vault.catalogue.all(Evidence))
    review = redacting.make(vault, case)
    item = next(vault.catalogue.all(Evidence))
    text = vault.catalogue.db.execute("SELECT body FROM texts WHERE id = ?", (item.id,)).fetchone()[0]
    noted = (item.title, item.kind, item.language, item.captured_at, item.collected_at, item.text_state)
    parts = (item.sha256, text, *(one.encode() for one in noted))
    content = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    listed = {
        "aliases": list(person.aliases), "id": person.id, "identifiers": [], "keep": None, "name": person.name,
        "role": person.role,
    }  # fmt: skip
    value = {"engine": review.plan.engine, "items": [[item.id, content]], "people": [listed], "profile": "lawyer"}
    assert review.plan.basis == hashlib.sha256(canonical.dump(value)).hexdigest()


def test_signature_and_fingerprint_of_a_manifest() -> None:
    data = signature.sign(bytes(range(32)), b"{}").decode()
    heading, digest, verifier, empty, line = data.split("\n")[:5]
    assert heading == "casevault bundle manifest v1"
    assert digest == b64encode(hashlib.sha256(b"{}").digest()).decode()
    name, key_id, material = verifier.split("+", 2)
    public = b64decode(material)[1:]
    assert name == "casevault-bundle/" + hashlib.sha256(public).hexdigest()[:16]
    assert empty == ""
    assert line.startswith(f"— {name} ")
    assert bytes.fromhex(key_id) == b64decode(line.split(" ")[2])[:4]
    signing.verify(public, f"{heading}\n{digest}\n{verifier}\n".encode(), b64decode(line.split(" ")[2])[4:])
    told = hashlib.sha256(verifier.encode()).hexdigest()[:32].upper()
    assert signature.fingerprint(signing.parse_verifier(verifier)).replace(" ", "") == told


def test_container_members_tell_nothing() -> None:
    data = container.pack([("index.html", b"x")])
    info = zipfile.ZipFile(io.BytesIO(data)).infolist()[0]
    assert (info.compress_type, info.date_time[0], info.extra, info.comment) == (0, 1980, b"", b"")
    assert (info.create_system, info.external_attr) == (0, 0x01800000)
