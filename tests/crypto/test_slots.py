"""Key slots: the right secret opens, nothing else does, and a hostile slot neither weakens nor exhausts."""

from __future__ import annotations

import base64
import time
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto import kdf, keys, recovery, slots
from vault.crypto.kdf import Argon2Parameters
from vault.crypto.slots import Passphrase, RecoveryCode, Slot
from vault.errors import CasevaultError, Damaged, Usage, WrongSecret

ROOT = bytes(range(50, 82))
CODE = RecoveryCode(bytes(range(32)))
SMALLEST = Argon2Parameters(kdf.MIN_MEMORY_KIB, kdf.MIN_PASSES, 1)
PASSPHRASE = "Ёжик и café 🔑 ﬁn"


@pytest.fixture(scope="module")
def passphrase_slot() -> Slot:
    """At the lowest cost that a header may ask for."""
    return slots.make(Passphrase(PASSPHRASE), ROOT, SMALLEST)


@pytest.fixture
def recovery_slot() -> Slot:
    return slots.make(CODE, ROOT)


def changed(slot: Slot, **fields: Any) -> Slot:
    return replace(slot, fields={**slot.fields, **fields})


# ---- passphrases -------------------------------------------------------------------------------------------------


def test_a_passphrase_opens_in_every_unicode_form(passphrase_slot: Slot) -> None:
    decomposed = unicodedata.normalize("NFD", PASSPHRASE)
    assert decomposed != PASSPHRASE
    assert slots.open_slot(passphrase_slot, Passphrase(decomposed)) == ROOT


def test_a_wrong_passphrase_opens_nothing(passphrase_slot: Slot) -> None:
    with pytest.raises(WrongSecret, match="does not open the vault") as caught:
        slots.open_any((passphrase_slot,), Passphrase(PASSPHRASE.casefold()))
    assert "café" not in str(caught.value) + caught.value.hint


def test_a_passphrase_of_10_megabytes_costs_nothing(passphrase_slot: Slot) -> None:
    started = time.process_time()
    with pytest.raises(Usage):
        slots.open_slot(passphrase_slot, Passphrase("x" * 10_000_000))
    assert time.process_time() - started < 1


def test_the_slot_says_what_its_kdf_is(passphrase_slot: Slot) -> None:
    assert {k: v for k, v in passphrase_slot.fields.items() if k not in ("salt", "key")} == {
        "wrap": "rfc3394", "kdf": "argon2id", "memory_kib": 256 * 1024, "passes": 3, "lanes": 1,
    }  # fmt: skip


# ---- hostile parameters ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("memory_kib", 1 << 30), ("memory_kib", 1024), ("memory_kib", -(1 << 40)), ("memory_kib", True),
     ("memory_kib", "262144"), ("memory_kib", 262144.0), ("memory_kib", None), ("memory_kib", [262144]),
     ("passes", 1), ("passes", 0), ("passes", 1 << 40), ("passes", False), ("passes", True), ("lanes", 0),
     ("lanes", 1000), ("lanes", True), ("lanes", {})],
)  # fmt: skip
def test_hostile_parameters_are_damage_and_cost_nothing(passphrase_slot: Slot, name: str, value: object) -> None:
    started = time.process_time()
    with pytest.raises(Damaged):
        slots.open_slot(changed(passphrase_slot, **{name: value}), Passphrase(PASSPHRASE))
    assert time.process_time() - started < 0.2


@pytest.mark.parametrize("name", ["memory_kib", "passes", "lanes", "salt", "key", "wrap"])
def test_a_missing_member_is_damage(passphrase_slot: Slot, name: str) -> None:
    fields = {key: value for key, value in passphrase_slot.fields.items() if key != name}
    with pytest.raises(Damaged):
        slots.open_slot(replace(passphrase_slot, fields=fields), Passphrase(PASSPHRASE))


@pytest.mark.parametrize(
    "value", [None, 5, "", "!", "A", "AAAA", "Ж" * 24, [], base64.b64encode(bytes(15)).decode(),
              base64.b64encode(bytes(17)).decode(), " " + base64.b64encode(bytes(16)).decode()],
)  # fmt: skip
@pytest.mark.parametrize("name", ["salt", "key"])
def test_bytes_of_a_wrong_form_are_damage(recovery_slot: Slot, name: str, value: object) -> None:
    with pytest.raises(Damaged, match=recovery_slot.id):
        slots.open_slot(changed(recovery_slot, **{name: value}), CODE)


@pytest.mark.parametrize("value", ["aes-ecb", "", None, "RFC3394"])
def test_another_wrap_is_damage(recovery_slot: Slot, value: object) -> None:
    with pytest.raises(Damaged, match="key wrap"):
        slots.open_slot(changed(recovery_slot, wrap=value), CODE)


# ---- recovery codes ----------------------------------------------------------------------------------------------


def test_a_recovery_code_opens_and_only_this_one(recovery_slot: Slot) -> None:
    printed = recovery.encode(CODE.secret).lower()
    assert slots.open_any((recovery_slot,), RecoveryCode.parse(printed)) == (recovery_slot, ROOT)
    with pytest.raises(WrongSecret, match="recovery code"):
        slots.open_any((recovery_slot,), RecoveryCode(recovery.generate()))


@given(place=st.integers(0, 39), bit=st.integers(0, 7))
def test_an_altered_wrapped_key_opens_nothing(place: int, bit: int) -> None:
    slot = slots.make(CODE, ROOT)
    wrapped = bytearray(base64.b64decode(slot.fields["key"]))
    wrapped[place] ^= 1 << bit
    assert slots.open_slot(changed(slot, key=base64.b64encode(wrapped).decode()), CODE) is None


def test_salts_and_ids_are_fresh() -> None:
    made = [slots.make(CODE, ROOT) for _ in range(20)]
    assert len({slot.fields["salt"] for slot in made}) == len({slot.fields["key"] for slot in made}) == 20
    assert len({slot.id for slot in made}) == 20


# ---- several slots -----------------------------------------------------------------------------------------------


def test_slots_of_other_kinds_are_passed_over(recovery_slot: Slot) -> None:
    later = Slot("S-000000", "hardware-key", {"threshold": 2, "key": "???"})
    assert slots.open_any((later, recovery_slot), CODE)[1] == ROOT
    with pytest.raises(WrongSecret) as caught:
        slots.open_any((later, recovery_slot), Passphrase("x"))
    assert caught.value.hint == "This vault has no key slot for a passphrase."
    with pytest.raises(WrongSecret) as caught:
        slots.open_any((), CODE)
    assert "recovery code" in caught.value.hint


def test_the_second_of_two_slots_of_one_kind_opens(recovery_slot: Slot) -> None:
    other = slots.make(RecoveryCode(bytes(32)), ROOT)
    assert slots.open_any((other, recovery_slot), CODE) == (recovery_slot, ROOT)


def test_a_secret_shows_itself_nowhere() -> None:
    for secret in (Passphrase("zqxvcanary"), RecoveryCode(b"zqxvcanary" * 3 + b"zz")):
        assert "zqxv" not in repr(secret) + str(secret)
    assert repr(keys.VaultKeys.derive(ROOT)).count("b'") == 0


# ---- derived keys ------------------------------------------------------------------------------------------------


def test_no_two_keys_of_a_vault_are_the_same() -> None:
    derived, other = keys.VaultKeys.derive(ROOT), keys.VaultKeys.derive(bytes(32))
    case = keys.CaseKeys.derive(bytes(range(32)))
    names = ("header", "catalogue", "audit", "audit_signing", "case_wrap", "rows")
    found = [getattr(one, name) for one in (derived, other) for name in names]
    found += [case.identity, case.rows, case.pseudonyms, case.signing, ROOT]
    assert len(set(found)) == len(found)
    assert {len(key) for key in found} == {32}


def test_keys_do_not_change_between_versions() -> None:
    """Computed once by hand from docs/format.md with HKDF-SHA-256; a change would lock every vault."""
    import hashlib
    import hmac

    def hkdf(secret: bytes, info: str) -> bytes:
        prk = hmac.digest(bytes(32), secret, hashlib.sha256)
        return hmac.digest(prk, info.encode() + b"\x01", hashlib.sha256)

    derived = keys.VaultKeys.derive(ROOT)
    assert derived.header == hkdf(ROOT, "casevault/v1/header")
    assert derived.catalogue == hkdf(ROOT, "casevault/v1/catalogue")
    assert derived.audit == hkdf(ROOT, "casevault/v1/audit")
    assert derived.audit_signing == hkdf(ROOT, "casevault/v1/audit-signing")
    assert derived.case_wrap == hkdf(ROOT, "casevault/v1/case-wrap")
    assert derived.rows == hkdf(ROOT, "casevault/v1/rows")
    case = keys.CaseKeys.derive(ROOT)
    assert (case.rows, case.pseudonyms, case.signing) == tuple(
        hkdf(ROOT, f"casevault/v1/case/{name}") for name in ("rows", "pseudonyms", "bundle-signing")
    )


def test_a_damaged_case_key_is_named() -> None:
    vault = keys.VaultKeys.derive(ROOT)
    wrapped = kdf.wrap(vault.case_wrap, bytes(32))
    assert keys.CaseKeys.unwrap(vault.case_wrap, wrapped).identity == bytes(32)
    with pytest.raises(CasevaultError, match="key of a case"):
        keys.CaseKeys.unwrap(vault.case_wrap, wrapped[:-1] + bytes([wrapped[-1] ^ 1]))


def test_pseudonyms_depend_on_the_case() -> None:
    first, second = keys.CaseKeys.derive(bytes(32)), keys.CaseKeys.derive(ROOT)
    assert first.pseudonym("E-1") != second.pseudonym("E-1")
    assert first.pseudonym("E-1") != first.pseudonym("E-2")
    assert len(first.pseudonym("E-1")) == 16


def test_many_costly_slots_are_refused_before_any_work(passphrase_slot: Slot, recovery_slot: Slot) -> None:
    """The header's MAC can be checked only once a slot has opened: the work up to there has one bound."""
    costly = changed(passphrase_slot, memory_kib=kdf.MIN_MEMORY_KIB, passes=kdf.MAX_PASSES)
    started = time.process_time()
    with pytest.raises(Damaged, match="work"):
        slots.open_any((costly,) * 64, Passphrase("x"))
    assert time.process_time() - started < 1
    assert slots.open_any((*(costly,) * 63, recovery_slot), CODE) == (recovery_slot, ROOT)
    strong = changed(passphrase_slot, memory_kib=kdf.STRONG.memory_kib, passes=kdf.STRONG.passes)
    assert slots.open_any((passphrase_slot, *(strong,) * 10), Passphrase(PASSPHRASE))[1] == ROOT
